package value

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
)

// UnmarshalCBOR reads what MarshalCBOR writes, and from other programs also
// byte strings (as uint8) and big-endian typed arrays. Malformed input is an
// error that wraps ErrSyntax or ErrInvalid and takes no more memory than its
// own length calls for.
func UnmarshalCBOR(data []byte) (Value, error) {
	mode, err := wellformed.DecMode()
	if err != nil {
		return nil, err
	}
	if err := mode.Wellformed(data); err != nil {
		return nil, fail(ErrSyntax, "%v", err)
	}
	r := cborReader{b: data}
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if err := Validate(v); err != nil {
		return nil, err
	}
	return v, nil
}

// wellformed are the bounds that the library checks before anything is read:
// after it every count in the input is backed by bytes of the input.
var wellformed = cbor.DecOptions{
	MaxNestedLevels:  maxNesting,
	MaxArrayElements: math.MaxInt32,
	MaxMapPairs:      math.MaxInt32,
	IndefLength:      cbor.IndefLengthForbidden,
}

// cborReader walks over bytes that the library found well-formed, so that it
// looks only for forms that mean nothing here.
type cborReader struct {
	b []byte
	i int
}

func (r *cborReader) fail(format string, args ...any) error {
	e := fail(ErrSyntax, format, args...)
	e.Detail = "CBOR at byte " + strconv.Itoa(r.i) + ": " + e.Detail
	return e
}

// head reads the start of an item: its major type, the five bits beside it and
// the number that they give.
func (r *cborReader) head() (major, bits byte, n uint64) {
	major, bits = r.b[r.i]>>5, r.b[r.i]&31
	r.i++
	switch bits {
	case 24:
		n = uint64(r.b[r.i])
		r.i++
	case 25:
		n = uint64(binary.BigEndian.Uint16(r.b[r.i:]))
		r.i += 2
	case 26:
		n = uint64(binary.BigEndian.Uint32(r.b[r.i:]))
		r.i += 4
	case 27:
		n = binary.BigEndian.Uint64(r.b[r.i:])
		r.i += 8
	default:
		n = uint64(bits)
	}
	return major, bits, n
}

// expect reads the start of an item of the given major type.
func (r *cborReader) expect(major byte, what string) (int, error) {
	m, _, n := r.head()
	if m != major || n > math.MaxInt32 && m != cborBytes && m != cborText {
		return 0, r.fail("%s must stand here", what)
	}
	return int(n), nil
}

func (r *cborReader) bytes(n int) []byte {
	r.i += n
	return r.b[r.i-n : r.i]
}

func (r *cborReader) text() (string, error) {
	n, err := r.expect(cborText, "a text")
	if err != nil {
		return "", err
	}
	s := string(r.bytes(n))
	if !utf8.ValidString(s) {
		return "", r.fail("a text that is not UTF-8")
	}
	return s, nil
}

func (r *cborReader) int() (int64, error) {
	switch major, _, n := r.head(); {
	case n > math.MaxInt64:
	case major == cborUint:
		return int64(n), nil
	case major == cborNegative:
		return ^int64(n), nil
	}
	return 0, r.fail("an integer of 64 bits must stand here")
}

func (r *cborReader) uint() (uint64, error) {
	major, _, n := r.head()
	if major != cborUint {
		return 0, r.fail("an unsigned integer must stand here")
	}
	return n, nil
}

func (r *cborReader) value() (Value, error) {
	start := r.i
	switch major, bits, n := r.head(); major {
	case cborUint, cborNegative:
		r.i = start
		x, err := r.int()
		return scalar(Int64, []int64{x}), err
	case cborBytes:
		b := slices.Clone(r.bytes(int(n)))
		return &Array{Elem: Uint8, Shape: []int{len(b)}, Data: b}, nil
	case cborText:
		r.i = start
		s, err := r.text()
		return scalar(String, []string{s}), err
	case cborArray:
		r.i = start
		return r.list()
	case cborMap:
		r.i = start
		s := &Struct{Fields: []Field{}}
		err := r.members(func(name string) error {
			v, err := r.value()
			s.Fields = append(s.Fields, Field{name, v})
			return err
		})
		return s, err
	case cborTag:
		switch n {
		case tagObject:
			return r.object()
		case tagGrid:
			return r.grid()
		}
		r.i = start
		return r.typed()
	default:
		switch r.b[start] {
		case cborFalse, cborTrue:
			return scalar(Bool, []bool{r.b[start] == cborTrue}), nil
		case cborNull:
			return Null{}, nil
		case cborFloat32:
			return scalar(Float32, []float32{math.Float32frombits(uint32(n))}), nil
		case cborFloat64:
			return scalar(Float64, []float64{math.Float64frombits(n)}), nil
		}
		return nil, r.fail("a simple value %d, which has no meaning here", bits)
	}
}

func (r *cborReader) list() (*List, error) {
	n, err := r.expect(cborArray, "an array")
	if err != nil {
		return nil, err
	}
	l := &List{Items: make([]Value, n)}
	for i := range l.Items {
		if l.Items[i], err = r.value(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// members calls f for each pair of a map, positioned at its value.
func (r *cborReader) members(f func(name string) error) error {
	n, err := r.expect(cborMap, "a map")
	for i := 0; i < n && err == nil; i++ {
		var name string
		if name, err = r.text(); err == nil {
			err = f(name)
		}
	}
	return err
}

// grid reads the content of tag 40.
func (r *cborReader) grid() (Value, error) {
	n, err := r.expect(cborArray, "[shape, data]")
	if err != nil {
		return nil, err
	}
	if n != 2 {
		return nil, r.fail("an N-d array is [shape, data]")
	}
	shape, err := r.shape()
	if err != nil {
		return nil, err
	}
	a, err := r.typed()
	if err != nil {
		return nil, err
	}
	a.Shape = shape
	return a, nil
}

func (r *cborReader) shape() ([]int, error) {
	n, err := r.expect(cborArray, "a shape")
	if err != nil {
		return nil, err
	}
	shape := make([]int, n)
	for i := range shape {
		d, err := r.int()
		if err != nil || d < 0 || d > math.MaxInt {
			return nil, r.fail("a shape is an array of sizes")
		}
		shape[i] = int(d)
	}
	return shape, nil
}

// typed reads a typed array as a one-dimensional Array.
func (r *cborReader) typed() (*Array, error) {
	major, _, tag := r.head()
	e, swap := bigEndian[tag]
	for little, t := range typedArrays {
		if t == tag {
			e = little
		}
	}
	if major != cborTag || e == 0 {
		return nil, r.fail("a typed array must stand here, not major type %d with %d", major, tag)
	}
	n, err := r.expect(cborBytes, "a byte string")
	if err != nil {
		return nil, err
	}
	if n%e.Size() != 0 {
		return nil, r.fail("%d bytes are no whole number of %s", n, e)
	}
	a := &Array{Elem: e, Shape: []int{n / e.Size()}, Data: e.Make(n / e.Size())}
	dst, word := memory(a.Data)
	copy(dst, r.bytes(n))
	if swap == littleEndian {
		reverse(dst, word)
	}
	return a, nil
}

// object reads the content of tag 27.
func (r *cborReader) object() (Value, error) {
	n, err := r.expect(cborArray, "[type, …]")
	if err != nil {
		return nil, err
	}
	if n < 2 {
		return nil, r.fail("tag 27 is [type, …]")
	}
	name, err := r.text()
	if err != nil {
		return nil, err
	}
	switch {
	case name == "meta" && n == 3:
		return r.described()
	case name == "map" && n == 3:
		keys, err := r.value()
		if err != nil {
			return nil, err
		}
		a, ok := keys.(*Array)
		if !ok {
			return nil, r.fail("the keys of a map are an array")
		}
		l, err := r.list()
		if err != nil {
			return nil, err
		}
		return &Map{Keys: a, Items: l.Items}, nil
	case name == "table" && n == 3:
		return r.table()
	}
	e, err := ParseElem(name)
	switch {
	case err != nil || n > 3:
		return nil, r.fail("unknown object %q of %d parts", name, n)
	case n == 2:
		return r.scalar(e)
	}
	return r.carried(e)
}

func (r *cborReader) described() (Value, error) {
	var m Meta
	err := r.members(func(name string) (err error) {
		switch name {
		case "units":
			m.Units, err = r.text()
		case "long_name":
			m.LongName, err = r.text()
		case "axes":
			var n int
			n, err = r.expect(cborArray, "an array")
			for i := 0; i < n && err == nil; i++ {
				var s string
				s, err = r.text()
				m.Axes = append(m.Axes, s)
			}
		default:
			err = r.fail("unknown %q in meta", name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if isNull(v) || !metaIn(v).empty() {
		return nil, r.fail("meta belongs to one value that is not null")
	}
	return describeWith(v, &m), nil
}

func (r *cborReader) table() (Value, error) {
	n, err := r.int()
	if err != nil || n < 0 || n > math.MaxInt {
		return nil, r.fail("a table has a number of rows")
	}
	t := &Table{N: int(n), Columns: []Column{}}
	err = r.members(func(name string) error {
		v, err := r.value()
		if err != nil {
			return err
		}
		a, ok := v.(*Array)
		if !ok {
			return r.fail("column %q is not an array", name)
		}
		t.Columns = append(t.Columns, Column{name, a})
		return nil
	})
	return t, err
}

// carried reads shape and data of an array whose type CBOR does not have.
func (r *cborReader) carried(e Elem) (Value, error) {
	shape, err := r.shape()
	if err != nil {
		return nil, err
	}
	a := &Array{Elem: e, Shape: shape}
	if e == String {
		n, err := r.expect(cborArray, "an array of texts")
		if err != nil {
			return nil, err
		}
		s := make([]string, n)
		for i := range s {
			if s[i], err = r.anyText(); err != nil {
				return nil, err
			}
		}
		a.Data = s
		return a, nil
	}
	src, err := r.typed()
	if err != nil {
		return nil, err
	}
	if src.Elem != carrier(e) {
		return nil, r.fail("%s is carried by %s, not by %s", e, carrier(e), src.Elem)
	}
	b, _ := memory(src.Data)
	if len(b)%e.Size() != 0 {
		return nil, r.fail("%d bytes are no whole number of %s", len(b), e)
	}
	if e == Bool && slices.ContainsFunc(b, func(x byte) bool { return x > 1 }) {
		return nil, r.fail("a bool is 0 or 1")
	}
	a.Data = e.Make(len(b) / e.Size())
	dst, _ := memory(a.Data)
	copy(dst, b)
	return a, nil
}

// anyText reads a text, or a byte string that stands for one that is not UTF-8.
func (r *cborReader) anyText() (string, error) {
	start := r.i
	if major, _, n := r.head(); major == cborBytes {
		return string(r.bytes(int(n))), nil
	}
	r.i = start
	return r.text()
}

// scalar reads a scalar whose type CBOR does not have.
func (r *cborReader) scalar(e Elem) (Value, error) {
	switch e {
	case String:
		s, err := r.anyText()
		return scalar(e, []string{s}), err
	case Int64, Time, Duration:
		n, err := r.int()
		return scalar(e, []int64{n}), err
	case Int8, Int16, Int32:
		n, err := r.int()
		if err != nil || n<<(64-8*e.Size())>>(64-8*e.Size()) != n {
			return nil, r.fail("an %s must stand here", e)
		}
		a := scalar(e, e.Make(1))
		putInt(a.Data, n)
		return a, nil
	case Uint8, Uint16, Uint32, Uint64:
		n, err := r.uint()
		if err != nil || e.Size() < 8 && n>>(8*e.Size()) != 0 {
			return nil, r.fail("a %s must stand here", e)
		}
		a := scalar(e, e.Make(1))
		putUint(a.Data, n)
		return a, nil
	case Complex64, Complex128:
		return r.complex(e)
	}
	return nil, r.fail("a scalar %s needs no type", e)
}

func putInt(data any, n int64) {
	switch d := data.(type) {
	case []int8:
		d[0] = int8(n)
	case []int16:
		d[0] = int16(n)
	case []int32:
		d[0] = int32(n)
	}
}

func putUint(data any, n uint64) {
	switch d := data.(type) {
	case []uint8:
		d[0] = uint8(n)
	case []uint16:
		d[0] = uint16(n)
	case []uint32:
		d[0] = uint32(n)
	case []uint64:
		d[0] = n
	}
}

func (r *cborReader) complex(e Elem) (Value, error) {
	l, err := r.list()
	if err != nil {
		return nil, err
	}
	if len(l.Items) == 2 {
		switch e {
		case Complex64:
			re, ok := scalarOf[float32](l.Items[0], Float32)
			im, also := scalarOf[float32](l.Items[1], Float32)
			if ok && also {
				return scalar(e, []complex64{complex(re, im)}), nil
			}
		case Complex128:
			re, ok := scalarOf[float64](l.Items[0], Float64)
			im, also := scalarOf[float64](l.Items[1], Float64)
			if ok && also {
				return scalar(e, []complex128{complex(re, im)}), nil
			}
		}
	}
	return nil, r.fail("a %s is [real, imaginary]", e)
}
