package value

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// MarshalJSON returns v as JSON that UnmarshalJSON reads back bit for bit.
// What JSON can say is plain: a float64, int64, string or bool, their arrays
// as nested lists, null, and a struct as an object in the order of its fields.
// A float64 always has a '.' or an exponent, which an int64 never has. All
// else is an object whose first name begins with '$':
//
//	{"$float32":1.5}  {"$uint8":"AAEC"}  {"$complex128":[[0.0,1.0],[2.0,0.0]]}
//	{"$float64":[1.0,"NaN","-Infinity"]}    NaN of another payload: "NaN:7ff4000000000001"
//	{"$float64":[],"shape":[0,3]}           an array without elements
//	{"$time":"2024-02-29T12:00:00Z"}  {"$time":"NaT"}  {"$duration":1000000}    (ns)
//	{"$string":{"$base64":"/w=="}}          a string that is not UTF-8
//	{"$list":[…]}  {"$map":{"a":…}}  {"$keys":[1,2],"items":[…]}
//	{"$table":{"x":[…],"y":[…]},"rows":2}
//	{"$struct":{…}}                         a struct with a name that begins with '$'
//	{"$meta":{"units":"m","long_name":"…","axes":["y","x"]},"value":…}
//
// Arrays of uint8 are base64, with a shape where they have not one dimension.
// v must be well-formed, see Validate.
func MarshalJSON(v Value) ([]byte, error) {
	if err := Validate(v); err != nil {
		return nil, err
	}
	w := jsonWriter{make([]byte, 0, 64+2*Size(v))}
	w.value(v)
	return w.b, nil
}

type jsonWriter struct{ b []byte }

func (w *jsonWriter) raw(s string) { w.b = append(w.b, s...) }

func (w *jsonWriter) value(v Value) {
	m := metaIn(v)
	if m.empty() {
		w.bare(v)
		return
	}
	w.raw(`{"$meta":`)
	w.meta(m)
	w.raw(`,"value":`)
	w.bare(v)
	w.raw("}")
}

func (w *jsonWriter) meta(m *Meta) {
	start := len(w.b)
	if m.Units != "" {
		w.raw(`,"units":`)
		w.text(m.Units)
	}
	if m.LongName != "" {
		w.raw(`,"long_name":`)
		w.text(m.LongName)
	}
	if len(m.Axes) > 0 {
		w.raw(`,"axes":`)
		w.items(len(m.Axes), func(i int) { w.text(m.Axes[i]) })
	}
	w.b[start] = '{' // the first comma
	w.raw("}")
}

func (w *jsonWriter) comma(i int) {
	if i > 0 {
		w.b = append(w.b, ',')
	}
}

func (w *jsonWriter) items(n int, item func(i int)) {
	w.b = append(w.b, '[')
	for i := range n {
		w.comma(i)
		item(i)
	}
	w.b = append(w.b, ']')
}

func (w *jsonWriter) object(n int, member func(i int) (string, Value)) {
	w.b = append(w.b, '{')
	for i := range n {
		w.comma(i)
		name, v := member(i)
		w.name(name)
		w.value(v)
	}
	w.b = append(w.b, '}')
}

func (w *jsonWriter) bare(v Value) {
	switch v := v.(type) {
	case Null:
		w.raw("null")
	case *Array:
		w.array(v)
	case *Struct:
		if reserved(v.Fields) {
			w.raw(`{"$struct":`)
			defer w.raw("}")
		}
		w.object(len(v.Fields), func(i int) (string, Value) { return v.Fields[i].Name, v.Fields[i].Value })
	case *List:
		w.raw(`{"$list":`)
		w.items(len(v.Items), func(i int) { w.value(v.Items[i]) })
		w.raw("}")
	case *Map:
		if names, ok := v.Keys.Data.([]string); ok && allUTF8(names) && metaIn(v.Keys).empty() {
			w.raw(`{"$map":`)
			w.object(len(names), func(i int) (string, Value) { return names[i], v.Items[i] })
		} else {
			w.raw(`{"$keys":`)
			w.value(v.Keys)
			w.raw(`,"items":`)
			w.items(len(v.Items), func(i int) { w.value(v.Items[i]) })
		}
		w.raw("}")
	case *Table:
		w.raw(`{"$table":`)
		w.object(len(v.Columns), func(i int) (string, Value) { return v.Columns[i].Name, v.Columns[i].Array })
		w.raw(`,"rows":`)
		w.b = strconv.AppendInt(w.b, int64(v.N), 10)
		w.raw("}")
	}
}

func reserved(fields []Field) bool {
	for _, f := range fields {
		if strings.HasPrefix(f.Name, "$") {
			return true
		}
	}
	return false
}

func allUTF8(s []string) bool {
	for _, s := range s {
		if !utf8.ValidString(s) {
			return false
		}
	}
	return true
}

func (w *jsonWriter) array(a *Array) {
	if natural(a) {
		w.nested(a)
		return
	}
	w.raw(`{"$` + a.Elem.String() + `":`)
	empty := a.Len() == 0
	shaped := empty
	if b, ok := a.Data.([]uint8); ok && len(a.Shape) > 0 {
		w.b = append(w.b, '"')
		w.b = base64.StdEncoding.AppendEncode(w.b, b)
		w.b = append(w.b, '"')
		shaped = len(a.Shape) != 1
	} else if empty {
		w.raw("[]")
	} else {
		w.nested(a)
	}
	if shaped {
		w.raw(`,"shape":`)
		w.items(len(a.Shape), func(i int) { w.b = strconv.AppendInt(w.b, int64(a.Shape[i]), 10) })
	}
	w.raw("}")
}

// natural reports whether plain JSON says all of a.
func natural(a *Array) bool {
	switch d := a.Data.(type) {
	case []float64:
		for _, x := range d {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return false
			}
		}
		return len(d) > 0
	case []int64:
		return len(d) > 0 && a.Elem == Int64
	case []bool:
		return len(d) > 0
	case []string:
		return len(d) > 0 && allUTF8(d)
	}
	return false
}

// nested writes the elements of an array as lists in lists.
func (w *jsonWriter) nested(a *Array) {
	elem := w.elemWriter(a)
	var dim func(shape []int, at int)
	dim = func(shape []int, at int) {
		if len(shape) == 0 {
			elem(at)
			return
		}
		size := 1
		for _, d := range shape[1:] {
			size *= d
		}
		w.items(shape[0], func(i int) { dim(shape[1:], at+i*size) })
	}
	dim(a.Shape, 0)
}

func (w *jsonWriter) elemWriter(a *Array) func(i int) {
	switch d := a.Data.(type) {
	case []bool:
		return func(i int) { w.b = strconv.AppendBool(w.b, d[i]) }
	case []int8:
		return writeInt(w, d)
	case []int16:
		return writeInt(w, d)
	case []int32:
		return writeInt(w, d)
	case []int64:
		if a.Elem == Time {
			return func(i int) { w.text(formatTime(d[i])) }
		}
		return writeInt(w, d)
	case []uint8:
		return writeUint(w, d)
	case []uint16:
		return writeUint(w, d)
	case []uint32:
		return writeUint(w, d)
	case []uint64:
		return writeUint(w, d)
	case []float32:
		return func(i int) { w.float32(d[i]) }
	case []float64:
		return func(i int) { w.float64(d[i]) }
	case []complex64:
		return func(i int) {
			w.raw("[")
			w.float32(real(d[i]))
			w.raw(",")
			w.float32(imag(d[i]))
			w.raw("]")
		}
	case []complex128:
		return func(i int) {
			w.raw("[")
			w.float64(real(d[i]))
			w.raw(",")
			w.float64(imag(d[i]))
			w.raw("]")
		}
	case []string:
		return func(i int) { w.text(d[i]) }
	}
	panic("value: array was not validated")
}

func writeInt[S int8 | int16 | int32 | int64](w *jsonWriter, d []S) func(int) {
	return func(i int) { w.b = strconv.AppendInt(w.b, int64(d[i]), 10) }
}

func writeUint[S uint8 | uint16 | uint32 | uint64](w *jsonWriter, d []S) func(int) {
	return func(i int) { w.b = strconv.AppendUint(w.b, uint64(d[i]), 10) }
}

const notATime = "NaT"

func formatTime(ns int64) string {
	if ns == NaT {
		return notATime
	}
	return time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
}

// The bits of math.NaN and of its float32: these are "NaN", any other NaN shows
// its bits.
const (
	nanBits   = 0x7ff8000000000001
	nanBits32 = 0x7fc00000
)

func (w *jsonWriter) float64(x float64) {
	if b := math.Float64bits(x); x != x && b != nanBits {
		w.raw(`"NaN:` + strconv.FormatUint(b, 16) + `"`)
		return
	}
	w.float(x, 64)
}

func (w *jsonWriter) float32(x float32) {
	if b := math.Float32bits(x); x != x && b != nanBits32 {
		w.raw(`"NaN:` + strconv.FormatUint(uint64(b), 16) + `"`)
		return
	}
	w.float(float64(x), 32)
}

// float writes the shortest digits that read back as x.
func (w *jsonWriter) float(x float64, bits int) {
	switch abs := math.Abs(x); {
	case x != x:
		w.raw(`"NaN"`)
	case x > math.MaxFloat64:
		w.raw(`"Infinity"`)
	case x < -math.MaxFloat64:
		w.raw(`"-Infinity"`)
	case abs != 0 && (abs < 1e-6 || abs >= 1e21):
		w.b = strconv.AppendFloat(w.b, x, 'e', -1, bits)
	default:
		n := len(w.b)
		w.b = strconv.AppendFloat(w.b, x, 'f', -1, bits)
		if !strings.Contains(string(w.b[n:]), ".") {
			w.raw(".0")
		}
	}
}

func (w *jsonWriter) name(s string) {
	w.text(s)
	w.b = append(w.b, ':')
}

// text writes a string; {"$base64":…} where it is not UTF-8.
func (w *jsonWriter) text(s string) {
	if !utf8.ValidString(s) {
		w.raw(`{"$base64":"`)
		w.b = base64.StdEncoding.AppendEncode(w.b, []byte(s))
		w.raw(`"}`)
		return
	}
	if !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == '"' || c == '\\' }) {
		w.raw(`"` + s + `"`)
		return
	}
	q, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	w.b = append(w.b, q...)
}
