package command

import (
	"bytes"
	"encoding/json"
	"time"
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

// floatsJSON are numbers of which some may be NaN or infinite.
func floatsJSON(x []float64) []number {
	out := make([]number, len(x))
	for i, v := range x {
		out[i] = float(v)
	}
	return out
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
