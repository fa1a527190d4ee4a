package command

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/klepto-go/klepto/value"
)

// writeJSON writes one document, indented, numbers exact.
func (p *program) writeJSON(v any) error {
	e := json.NewEncoder(p.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// object is a JSON object that keeps the order of its fields.
type object []field

type field struct {
	name  string
	value any
}

// MarshalJSON writes the fields in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(f.name)
		if err != nil {
			return nil, err
		}
		val, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(val)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// arguments is the object of arguments, name to value.
func arguments(args []named) object {
	o := object{}
	for _, a := range args {
		o = append(o, field{a.name, a.cell})
	}
	return o
}

// treeJSON is a value as JSON: arrays and lists as nested lists, structs, tables
// (by column) and maps as objects.
func treeJSON(v value.Value) any {
	switch v := v.(type) {
	case *value.Array:
		next := 0
		return arrayJSON(v, v.Shape, &next)
	case *value.Table:
		o := object{}
		for _, c := range v.Columns {
			o = append(o, field{c.Name, treeJSON(c.Array)})
		}
		return o
	case *value.Struct:
		o := object{}
		for _, f := range v.Fields {
			o = append(o, field{f.Name, treeJSON(f.Value)})
		}
		return o
	case *value.List:
		out := make([]any, len(v.Items))
		for i, item := range v.Items {
			out[i] = treeJSON(item)
		}
		return out
	case *value.Map:
		o := object{}
		for i, item := range v.Items {
			key := element(v.Keys, i)
			if key.kind != text {
				key.s = key.String()
			}
			o = append(o, field{key.s, treeJSON(item)})
		}
		return o
	}
	return nil
}

func arrayJSON(a *value.Array, shape []int, next *int) any {
	if len(shape) == 0 {
		*next++
		return element(a, *next-1)
	}
	out := make([]any, shape[0])
	for i := range out {
		out[i] = arrayJSON(a, shape[1:], next)
	}
	return out
}

// floatsJSON are numbers of which some may be NaN or infinite.
type floatsJSON []float64

// MarshalJSON writes them as a list.
func (x floatsJSON) MarshalJSON() ([]byte, error) {
	return listJSON(len(x), func(i int) ([]byte, error) { return float(x[i]).MarshalJSON() })
}

// listJSON writes a list item by item: as values that are made all at once the items would
// take many times the memory of an array.
func listJSON(n int, item func(i int) ([]byte, error)) ([]byte, error) {
	b := []byte{'['}
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		text, err := item(i)
		if err != nil {
			return nil, err
		}
		b = append(b, text...)
	}
	return append(b, ']'), nil
}

// timeJSON is RFC 3339 with nanoseconds, or null for the zero time.
func timeJSON(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// entryJSON are the fields that every command shows of an entry.
func entryJSON(e *entry) object {
	return object{
		{"id", e.id()},
		{"digest", e.Key.Digest.String()},
		{"function", e.Call.Function},
		{"version", e.Call.Version},
		{"rounding", e.Call.Rounding},
		{"args", arguments(e.args)},
		{"shape", e.Shape},
		{"go_type", e.GoType},
		{"bytes", e.Bytes},
		{"seconds", float(e.Provenance.Elapsed.Seconds())},
		{"created", timeJSON(e.Provenance.Created)},
	}
}
