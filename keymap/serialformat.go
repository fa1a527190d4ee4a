package keymap

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/fxamacker/cbor/v2"
)

// marshalJSON writes JSON without the library, which has neither NaN nor floats that
// look like floats.
func marshalJSON(r *record) ([]byte, error) {
	b := []byte(`{"function":`)
	b = appendJSON(b, r.Function)
	b = appendJSON(append(b, `,"version":`...), r.Version)
	b = appendJSON(append(b, `,"rounding":`...), r.Rounding)
	b = append(b, `,"args":[`...)
	for i, a := range r.Args {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(append(b, `{"name":`...), a.Name)
		b = appendJSON(append(b, `,"rounding":`...), a.Rounding)
		b = appendJSON(append(b, `,"type":`...), a.Type)
		b = append(appendJSON(append(b, `,"value":`...), a.Value), '}')
	}
	return append(b, "]}"...), nil
}

func appendJSON(b []byte, x any) []byte {
	switch x := x.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, x)
	case int64:
		return strconv.AppendInt(b, x, 10)
	case uint64:
		return strconv.AppendUint(b, x, 10)
	case float32:
		return appendJSONFloat(b, float64(x), 32)
	case float64:
		return appendJSONFloat(b, x, 64)
	case string:
		quoted, err := json.Marshal(x)
		if err != nil {
			panic(err) // no string has one
		}
		return append(b, quoted...)
	case []byte:
		b = append(b, `{"base64":"`...)
		return append(base64.StdEncoding.AppendEncode(b, x), `"}`...)
	case numbers:
		d := decoder{in: x.raw}
		b = append(b, '[')
		for i := 0; d.in != ""; i++ {
			if i > 0 {
				b = append(b, ',')
			}
			n, err := d.leaf(x.code)
			if err != nil {
				panic(err) // recordOf has read them
			}
			b = appendJSON(b, n)
		}
		return append(b, ']')
	}
	b = append(b, '[')
	for i, item := range x.([]any) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, item)
	}
	return append(b, ']')
}

func appendJSONFloat(b []byte, x float64, bits int) []byte {
	if x != x || math.IsInf(x, 0) {
		return append(appendFloat(append(b, '"'), x, bits), '"')
	}
	return appendFloat(b, x, bits)
}

func unmarshalJSON(b []byte) (*record, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	d.DisallowUnknownFields()
	r := new(record)
	if err := d.Decode(r); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows the call")
	}
	return r, r.each(func(x any) (any, error) {
		switch x := x.(type) {
		case json.Number:
			return x.String(), nil
		case map[string]any:
			text, ok := x["base64"].(string)
			if !ok || len(x) != 1 {
				return nil, fmt.Errorf("an object that is not {%q: …}", "base64")
			}
			return base64.StdEncoding.DecodeString(text)
		}
		return x, nil
	})
}

// each replaces what is in r, and in its lists, by what f makes of it.
func (r *record) each(f func(any) (any, error)) (err error) {
	all := []*any{&r.Function, &r.Version, &r.Rounding}
	for i := range r.Args {
		a := &r.Args[i]
		all = append(all, &a.Name, &a.Rounding, &a.Type, &a.Value)
	}
	for _, x := range all {
		if *x, err = replace(*x, f); err != nil {
			return err
		}
	}
	return nil
}

func replace(x any, f func(any) (any, error)) (any, error) {
	list, ok := x.([]any)
	if !ok {
		return f(x)
	}
	for i := range list {
		var err error
		if list[i], err = replace(list[i], f); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// typedArrays are the tags that RFC 8746 gives to arrays of little-endian numbers.
var typedArrays = map[byte]uint64{
	codeInt8: 72, codeInt16: 77, codeInt32: 78, codeInt64: 79, codeDuration: 79,
	codeUint16: 69, codeUint32: 70, codeUint64: 71, codeFloat32: 85, codeFloat64: 86,
}

func marshalCBOR(r *record) ([]byte, error) {
	mode, err := cbor.EncOptions{ShortestFloat: cbor.ShortestFloatNone, NaNConvert: cbor.NaNConvertNone, InfConvert: cbor.InfConvertNone}.EncMode()
	if err != nil {
		return nil, err
	}
	if err := r.each(func(x any) (any, error) {
		if n, ok := x.(numbers); ok {
			return cbor.Tag{Number: typedArrays[n.code], Content: []byte(n.raw)}, nil
		}
		return x, nil
	}); err != nil {
		return nil, err
	}
	return mode.Marshal(r)
}

func unmarshalCBOR(b []byte) (*record, error) {
	mode, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		IndefLength:       cbor.IndefLengthForbidden,
		MaxNestedLevels:   65535,
		MaxArrayElements:  math.MaxInt32,
		MaxMapPairs:       math.MaxInt32,
	}.DecMode()
	if err != nil {
		return nil, err
	}
	r := new(record)
	if err := mode.Unmarshal(b, r); err != nil {
		return nil, err
	}
	return r, r.each(func(x any) (any, error) {
		if tag, ok := x.(cbor.Tag); ok {
			return tag.Content, nil
		}
		return x, nil
	})
}

func marshalGob(r *record) ([]byte, error) {
	args := make([]any, len(r.Args))
	for i, a := range r.Args {
		args[i] = []any{a.Name, a.Rounding, a.Type, a.Value}
	}
	var b bytes.Buffer
	err := encodeGob(gob.NewEncoder(&b), []any{r.Function, r.Version, r.Rounding, args})
	return b.Bytes(), err
}

func encodeGob(e *gob.Encoder, x any) error {
	switch v := x.(type) {
	case nil:
		return e.Encode(uint(0))
	case uint64:
		if v > math.MaxInt64 { // to be told from a length
			return e.Encode(strconv.FormatUint(v, 10))
		}
		return e.Encode(int64(v))
	case numbers:
		return e.Encode([]byte(v.raw))
	case []any:
		if err := e.Encode(uint(len(v)) + 1); err != nil {
			return err
		}
		for _, item := range v {
			if err := encodeGob(e, item); err != nil {
				return err
			}
		}
		return nil
	}
	return e.Encode(x)
}

func unmarshalGob(b []byte) (*record, error) {
	in := bytes.NewReader(b)
	g := gobReader{all: b, in: in, gob: gob.NewDecoder(in)}
	x, err := g.next()
	if err != nil {
		return nil, err
	}
	if in.Len() > 0 {
		return nil, fmt.Errorf("something follows the call")
	}
	parts, err := listOf(x)
	if err != nil {
		return nil, err
	}
	if len(parts) != 4 {
		return nil, fmt.Errorf("a call is a list of 4, not %d", len(parts))
	}
	args, err := listOf(parts[3])
	if err != nil {
		return nil, err
	}
	r := &record{Function: parts[0], Version: parts[1], Rounding: parts[2], Args: make([]recordArg, len(args))}
	for i, x := range args {
		a, err := listOf(x)
		if err != nil {
			return nil, err
		}
		if len(a) != 4 {
			return nil, fmt.Errorf("an argument is a list of 4, not %d", len(a))
		}
		r.Args[i] = recordArg{a[0], a[1], a[2], a[3]}
	}
	return r, nil
}

// gobReader reads a stream of basic values.
type gobReader struct {
	all   []byte
	in    *bytes.Reader
	gob   *gob.Decoder
	depth int
}

// The numbers that gob gives to basic types, in its encoding of signed numbers.
const (
	gobBool   = 1 << 1
	gobInt    = 2 << 1
	gobUint   = 3 << 1
	gobFloat  = 4 << 1
	gobBytes  = 5 << 1
	gobString = 6 << 1
)

func (g *gobReader) next() (any, error) {
	if g.depth++; g.depth > maxNesting {
		return nil, errDeep
	}
	defer func() { g.depth-- }()
	kind, err := g.kind()
	if err != nil {
		return nil, err
	}
	switch kind {
	case gobBool:
		return decodeGob[bool](g)
	case gobInt:
		return decodeGob[int64](g)
	case gobFloat:
		return decodeGob[float64](g)
	case gobBytes:
		return decodeGob[[]byte](g)
	case gobString:
		return decodeGob[string](g)
	case gobUint:
	default:
		return nil, fmt.Errorf("a value of the type %d, which is not basic", kind)
	}
	n, err := decodeGob[uint64](g)
	if err != nil || n == 0 {
		return nil, err
	}
	if n-1 > uint64(g.in.Len()/leastGob) {
		return nil, errLong
	}
	all := make([]any, 0, min(n-1, ahead))
	for range n - 1 {
		x, err := g.next()
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// leastGob is how many bytes a value takes at least: length, type, 0, value.
const leastGob = 4

// kind looks at the type of the next value, and whether all of it is there: gob
// makes room for what a length says before it looks.
func (g *gobReader) kind() (byte, error) {
	in := g.all[len(g.all)-g.in.Len():]
	if len(in) == 0 {
		return 0, errShort
	}
	n, head := uint64(in[0]), 1
	if in[0] >= 0x80 { // the number of big-endian bytes that follow, negated
		head -= int(int8(in[0]))
		if head > 9 || head > len(in) {
			return 0, errShort
		}
		var wide [8]byte
		copy(wide[8-(head-1):], in[1:head])
		n = binary.BigEndian.Uint64(wide[:])
	}
	if n == 0 || n > uint64(len(in)-head) {
		return 0, errLong
	}
	return in[head], nil
}

func decodeGob[T any](g *gobReader) (x T, err error) {
	err = g.gob.Decode(&x)
	return x, err
}
