package memarchive

import (
	"context"
	"reflect"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/value"
)

// stream gathers an entry that comes in slabs: what is in memory cannot be larger.
type stream struct {
	m     *mem
	parts []*value.Array
}

// Stream implements driver.Streamer.
func (m *mem) Stream(_ context.Context, _ *driver.Entry, parts []*value.Array) (driver.Stream, error) {
	if err := m.usable(context.Background()); err != nil {
		return nil, err
	}
	for _, p := range parts {
		p.Data = p.Elem.Make(0)
	}
	return &stream{m, parts}, nil
}

func (s *stream) Append(_ context.Context, part int, data any) error {
	p := s.parts[part]
	p.Data = reflect.AppendSlice(reflect.ValueOf(p.Data), reflect.ValueOf(data)).Interface()
	return nil
}

func (s *stream) Read(_ context.Context, part, row int, data any) error {
	p := s.parts[part]
	at := row
	for _, n := range p.Shape[1:] {
		at *= n
	}
	from := reflect.ValueOf(p.Data)
	reflect.Copy(reflect.ValueOf(data), from.Slice(at, from.Len()))
	return nil
}

func (s *stream) Commit(ctx context.Context, e *driver.Entry, ifAbsent bool) (bool, error) {
	whole := *e
	whole.Value = s.fill(e.Value)
	n, err := s.m.Put(ctx, []*driver.Entry{&whole}, ifAbsent)
	s.parts = nil
	return n == 1, err
}

// fill returns the value with the arrays that came, in their order.
func (s *stream) fill(v value.Value) value.Value {
	switch v := v.(type) {
	case *value.Array:
		if v.Data == nil {
			full := *v
			full.Data = s.parts[0].Data
			s.parts = s.parts[1:]
			return &full
		}
	case *value.Struct:
		full := &value.Struct{Meta: v.Meta}
		for _, f := range v.Fields {
			full.Fields = append(full.Fields, value.Field{Name: f.Name, Value: s.fill(f.Value)})
		}
		return full
	}
	return v
}

func (s *stream) Abort() error {
	s.parts = nil
	return nil
}
