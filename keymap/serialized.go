package keymap

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Serialized names a call by all that its canonical bytes say, in a format that
// other programs read: "json", "cbor", "gob", or "binary", which are the canonical
// bytes themselves, as in Raw. Formats lists them. All but gob hold
//
//	{"function": "heat", "version": "", "rounding": "none", "args": [
//	   {"name": "nu", "rounding": "", "type": "d", "value": 0.1}, …]}
//
// where rounding is an argument's own and type is as in the package's documentation,
// each byte one character. A value is what its type calls for: a number (JSON has
// "nan", "inf" and "-inf" in quotes), a text, a boolean, null where it is nil; a list
// for slices, arrays, structs and complex numbers (real, imaginary); [value] for a
// pointer, [[key, value], …] for a map, [rows, columns, list] for a matrix, [type,
// value] for an interface and for the number of an untyped argument; a text for an
// instant. Bytes and texts that are not UTF-8 are {"base64": "…"} in JSON and byte
// strings in CBOR, where slices of numbers are typed arrays of RFC 8746. A gob
// is the same as a stream of basic values, in this order, as gob would number any
// other types anew in each process: a list is one more than its length, as an uint,
// before its items, and nil is 0.
func Serialized(format string) (Namer, error) {
	if format == "binary" {
		n := Raw().(namer)
		n.text = "serialized(binary)"
		return n, nil
	}
	s, ok := serializers[format]
	if !ok {
		return nil, unknown("format", format, Formats())
	}
	n := namer{text: "serialized(" + format + ")"}
	n.name = func(canonical []byte) (string, error) {
		r, err := recordOf(string(canonical))
		if err != nil {
			return "", err
		}
		b, err := s.marshal(r)
		return string(b), err
	}
	n.back = func(name string) (string, error) {
		r, err := s.unmarshal([]byte(name))
		if err != nil {
			return "", fmt.Errorf("%w: %.40q is no call in %s: %w", ErrFormat, name, format, err)
		}
		canonical, err := r.canonical()
		if err != nil {
			return "", fmt.Errorf("%w: %.40q: %w", ErrFormat, name, err)
		}
		if again, err := n.name(canonical); err != nil {
			return "", err
		} else if again != name {
			return "", fmt.Errorf("%w: %.40q is not how a call is written in %s", ErrFormat, name, format)
		}
		return string(canonical), nil
	}
	return n, nil
}

// Formats returns the names that Serialized knows, sorted.
func Formats() []string {
	return slices.Sorted(maps.Keys(map[string]bool{"binary": true, "cbor": true, "gob": true, "json": true}))
}

// serializer writes records in a format, and reads them.
type serializer struct {
	marshal   func(*record) ([]byte, error)
	unmarshal func([]byte) (*record, error)
}

var serializers = map[string]serializer{
	"json": {marshalJSON, unmarshalJSON},
	"cbor": {marshalCBOR, unmarshalCBOR},
	"gob":  {marshalGob, unmarshalGob},
}

// record is a call to be serialized. What is any in it, or in a list, is nil, a bool,
// an int64, a uint64, a float32, a float64, a string, which is UTF-8, a []byte, numbers
// or a []any.
type record struct {
	Function any         `json:"function" cbor:"function"`
	Version  any         `json:"version" cbor:"version"`
	Rounding any         `json:"rounding" cbor:"rounding"`
	Args     []recordArg `json:"args" cbor:"args"`
}

type recordArg struct {
	Name     any `json:"name" cbor:"name"`
	Rounding any `json:"rounding" cbor:"rounding"`
	Type     any `json:"type" cbor:"type"`
	Value    any `json:"value" cbor:"value"`
}

// numbers are consecutive scalars as they stand in a key.
type numbers struct {
	code byte
	raw  string
}

// recordOf reads the canonical bytes of a call.
func recordOf(canonical string) (*record, error) {
	if _, err := Decode(canonical); err != nil {
		return nil, fmt.Errorf("%w: a serialized form can only come first in a chain", err)
	}
	d := decoder{in: canonical[1:]}
	var r record
	for _, x := range []*any{&r.Function, &r.Version, &r.Rounding} {
		s, err := d.text()
		if err != nil {
			return nil, err
		}
		*x = textOf(s)
	}
	n, err := d.count(2)
	if err != nil {
		return nil, err
	}
	r.Args = make([]recordArg, n)
	types := make([]*typeNode, n)
	for i := range r.Args {
		if types[i], err = d.header(&r.Args[i]); err != nil {
			return nil, err
		}
	}
	for i := range r.Args {
		if r.Args[i].Value, err = d.tree(types[i]); err != nil {
			return nil, err
		}
	}
	return &r, nil
}

// header reads what the prefix of a call says of an argument.
func (d *decoder) header(a *recordArg) (*typeNode, error) {
	name, err := d.text()
	if err != nil {
		return nil, err
	}
	round := ""
	if d.in[0] == codeRounded {
		d.in = d.in[1:]
		if round, err = d.text(); err != nil {
			return nil, err
		}
	}
	t, sign, err := d.signature()
	a.Name, a.Rounding, a.Type = textOf(name), round, sign
	return t, err
}

// signature reads a type, and returns its bytes too, each as one character.
func (d *decoder) signature() (*typeNode, string, error) {
	begin := d.in
	t, err := d.typ()
	sign := make([]rune, len(begin)-len(d.in))
	for i := range sign {
		sign[i] = rune(begin[i])
	}
	return t, string(sign), err
}

// canonical returns the canonical bytes of the call, if r is one, or else bytes that
// are none, or an error.
func (r *record) canonical() ([]byte, error) {
	b := []byte{formatByte}
	var err error
	for _, x := range []any{r.Function, r.Version, r.Rounding} {
		if b, err = appendTextOf(b, x); err != nil {
			return nil, err
		}
	}
	b = binary.AppendUvarint(b, uint64(len(r.Args)))
	types := make([]*typeNode, len(r.Args))
	for i, a := range r.Args {
		if b, err = appendTextOf(b, a.Name); err != nil {
			return nil, err
		}
		if a.Rounding != "" {
			if b, err = appendTextOf(append(b, codeRounded), a.Rounding); err != nil {
				return nil, err
			}
		}
		if b, types[i], err = appendSignature(b, a.Type, false); err != nil {
			return nil, err
		}
	}
	g := grower{b: b}
	for i, a := range r.Args {
		if err = g.value(types[i], a.Value); err != nil {
			return nil, err
		}
	}
	return g.b, nil
}

// appendSignature appends a type that signature returned.
func appendSignature(b []byte, sign any, inInterface bool) ([]byte, *typeNode, error) {
	s, ok := sign.(string)
	if !ok {
		return nil, nil, fmt.Errorf("a type is missing")
	}
	begin := len(b)
	for _, c := range s {
		if c > 0xff {
			return nil, nil, fmt.Errorf("%.40q is no type", s)
		}
		b = append(b, byte(c))
	}
	d := decoder{in: string(b[begin:]), inInterface: inInterface}
	t, err := d.typ()
	if err == nil && d.in != "" {
		err = fmt.Errorf("%.40q is no type", s)
	}
	return b, t, err
}

// textOf returns a text as a string if it is UTF-8, as all formats demand of theirs.
func textOf(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return []byte(s)
}

func appendTextOf(b []byte, x any) ([]byte, error) {
	switch x := x.(type) {
	case string:
		return appendText(b, x), nil
	case []byte:
		return appendText(b, string(x)), nil
	}
	return nil, fmt.Errorf("%T where a text is needed", x)
}
