package hdfarchive

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// stored is an entry without its value, as the attributes of its object hold it,
// and the catalog once more.
type stored struct {
	id     string // name of the object
	key    string // canonical bytes
	call   string // JSON
	prov   string // JSON
	goType string
	sum    uint64
}

func text(s string) *value.Array { return &value.Array{Elem: value.String, Data: []string{s}} }

func field(name string, v value.Value) value.Field { return value.Field{Name: name, Value: v} }

// texts appends the fields that have a text.
func texts(fields []value.Field, pairs ...string) []value.Field {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fields = append(fields, field(pairs[i], text(pairs[i+1])))
		}
	}
	return fields
}

func number(n int64) *value.Array { return &value.Array{Elem: value.Int64, Data: []int64{n}} }

func newStored(e *driver.Entry) (*stored, error) {
	call := texts(append(make([]value.Field, 0, 6), field("function", text(e.Call.Function))), "version", e.Call.Version, "rounding", e.Call.Rounding)
	call = append(call, field("args", &value.Struct{Fields: e.Call.Args}))
	if digest := e.Key.Digest.String(); e.Key.Name != digest {
		call = append(call, field("name", text(e.Key.Name)), field("digest", text(digest)))
	}
	p := e.Provenance
	prov := make([]value.Field, 0, 9)
	if !p.Created.IsZero() {
		created := p.Created.UTC()
		if y := created.Year(); y < 0 || y > 9999 {
			return nil, fmt.Errorf("the creation time %v has no form in RFC 3339; set a year from 0 to 9999", created)
		}
		prov = texts(prov, "created", created.Format(time.RFC3339Nano))
	}
	seconds := p.Elapsed.Seconds()
	prov = append(prov, field("seconds", &value.Array{Elem: value.Float64, Data: []float64{seconds}}))
	if nanoseconds(seconds) != p.Elapsed {
		prov = append(prov, field("elapsed_ns", number(int64(p.Elapsed))))
	}
	prov = texts(prov, "host", p.Host, "go", p.Go, "build", p.Build, "vcs", p.VCS, "shape", e.Shape)
	prov = append(prov, field("bytes", number(e.Bytes)))

	s := &stored{id: entryID(e.Key), key: e.Key.Canonical, goType: e.GoType, sum: e.Sum}
	for _, part := range []struct {
		to     *string
		fields []value.Field
	}{{&s.call, call}, {&s.prov, prov}} {
		json, err := value.MarshalJSON(&value.Struct{Fields: part.fields})
		if err != nil {
			return nil, err
		}
		*part.to = string(json)
	}
	return s, nil
}

// nanoseconds is exact up to 104 days; beyond, elapsed_ns tells them.
func nanoseconds(seconds float64) time.Duration {
	if ns := math.Round(seconds * 1e9); ns < math.MaxInt64 && ns > math.MinInt64 {
		return time.Duration(ns)
	}
	return math.MaxInt64
}

// fields gives access to the members of a JSON object by name.
type fields map[string]value.Value

func parseFields(what, json string) (fields, error) {
	v, err := value.UnmarshalJSON([]byte(json))
	if err != nil {
		return nil, damaged("the attribute %s: %v", what, err)
	}
	s, ok := v.(*value.Struct)
	if !ok {
		return nil, damaged("the attribute %s is no JSON object", what)
	}
	f := make(fields, len(s.Fields))
	for _, x := range s.Fields {
		f[x.Name] = x.Value
	}
	return f, nil
}

func scalar[T any](f fields, name string) (x T) {
	if a, ok := f[name].(*value.Array); ok && len(a.Shape) == 0 {
		if d, ok := a.Data.([]T); ok {
			x = d[0]
		}
	}
	return x
}

// entry is the inverse of newStored.
func (s *stored) entry() (*driver.Entry, error) {
	call, err := parseFields("call", s.call)
	if err != nil {
		return nil, err
	}
	prov, err := parseFields("prov", s.prov)
	if err != nil {
		return nil, err
	}
	e := &driver.Entry{
		Key: keymap.Key{Canonical: s.key, Name: scalar[string](call, "name")},
		Call: driver.Call{
			Function: scalar[string](call, "function"),
			Version:  scalar[string](call, "version"),
			Rounding: scalar[string](call, "rounding"),
		},
		GoType: s.goType,
		Sum:    s.sum,
		Bytes:  scalar[int64](prov, "bytes"),
		Shape:  scalar[string](prov, "shape"),
		Provenance: driver.Provenance{
			Elapsed: nanoseconds(scalar[float64](prov, "seconds")),
			Host:    scalar[string](prov, "host"),
			Go:      scalar[string](prov, "go"),
			Build:   scalar[string](prov, "build"),
			VCS:     scalar[string](prov, "vcs"),
		},
	}
	if args, ok := call["args"].(*value.Struct); ok {
		e.Call.Args = args.Fields
	}
	if _, ok := prov["elapsed_ns"]; ok {
		e.Provenance.Elapsed = time.Duration(scalar[int64](prov, "elapsed_ns"))
	}
	if created := scalar[string](prov, "created"); created != "" {
		if e.Provenance.Created, err = time.Parse(time.RFC3339Nano, created); err != nil {
			return nil, damaged("the creation time: %v", err)
		}
	}
	digest := scalar[string](call, "digest")
	if digest == "" {
		digest = s.id
		e.Key.Name = s.id
	}
	if e.Key.Digest, err = keymap.ParseDigest(digest); err != nil {
		return nil, damaged("%v", err)
	}
	return e, nil
}

// The attributes of an entry's object. A text or key beyond maxAttr lies in a
// dataset of the same name, in the group "large" beside the entries.
const (
	attrKey    = "key"
	attrCall   = "call"
	attrProv   = "prov"
	attrGoType = "go_type"
	attrSum    = "sum"
)

// entryAttrs are the attributes that are read of an entry's object, valueAttrs those
// of the parts of its value.
var (
	entryAttrs = append([]string{attrKey, attrCall, attrProv, attrGoType, attrSum}, valueAttrs...)
	valueAttrs = []string{"units", "long_name", "tree"}
)

// attrs returns the attributes, and those parts that are too large for one.
func (s *stored) attrs() (attrs []h5.Attr, large []*object) {
	attrs = make([]h5.Attr, 0, 5)
	add := func(name, data string, attr func(name, s string) h5.Attr) {
		switch {
		case data == "":
		case len(data) > maxAttr:
			large = append(large, &object{name: name,
				set: &h5.Dataset{Type: h5.IntType(1, false), Shape: []int{len(data)}, Data: []byte(data)}})
		default:
			attrs = append(attrs, attr(name, data))
		}
	}
	add(attrKey, s.key, h5.OpaqueAttr)
	add(attrCall, s.call, h5.FixedTextAttr)
	add(attrProv, s.prov, h5.FixedTextAttr)
	add(attrGoType, s.goType, h5.FixedTextAttr)
	return append(attrs, h5.Uint64Attr(attrSum, s.sum)), large
}

// readStored is the inverse of attrs. large opens the group of the parts that are
// too large for an attribute, or returns nil where there is none.
func readStored(id string, i *h5.Info, large func() (*h5.Group, error)) (*stored, error) {
	s := &stored{id: id}
	a := i.Attr(attrSum)
	if a == nil {
		return nil, damaged("entry %q has no attribute sum", id)
	}
	var ok bool
	if s.sum, ok = a.Uint64(); !ok {
		return nil, damaged("the attribute sum of entry %q is no number of 64 bits", id)
	}
	missing := false
	for _, part := range s.parts() {
		if a := i.Attr(part.name); a != nil {
			if *part.to, ok = a.Text(); !ok {
				return nil, damaged("the attribute %s of entry %q is no text", part.name, id)
			}
		} else {
			missing = true
		}
	}
	if missing && large != nil {
		if err := s.readLarge(i, large); err != nil {
			return nil, err
		}
	}
	if s.key == "" || s.call == "" || s.prov == "" {
		return nil, damaged("entry %q lacks its key, call or provenance", id)
	}
	return s, nil
}

type part struct {
	name string
	to   *string
}

func (s *stored) parts() []part {
	return []part{{attrKey, &s.key}, {attrCall, &s.call}, {attrProv, &s.prov}, {attrGoType, &s.goType}}
}

func (s *stored) readLarge(i *h5.Info, open func() (*h5.Group, error)) error {
	g, err := open()
	if g == nil || err != nil {
		return err
	}
	defer g.Close()
	for _, part := range s.parts() {
		if i.Attr(part.name) != nil {
			continue
		}
		i, err := g.Stat(part.name)
		if errors.Is(err, h5.ErrAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		n, _, err := i.Elements()
		if err != nil || i.Type.Class != h5.Int || i.Type.Size != 1 || len(i.Shape) != 1 {
			return damaged("the %s of entry %q is no sequence of bytes", part.name, s.id)
		}
		b := make([]byte, n)
		if err := g.Read(part.name, i, i.Type, b); err != nil {
			return err
		}
		*part.to = string(b)
	}
	return nil
}
