package value_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/klepto-go/klepto/value"
)

// iced has the methods of keymap.Frozen, which this package knows by them.
type iced[T any] struct{ v *T }

func (f iced[T]) Value() T { return *f.v }

func (f iced[T]) Unfreeze() any {
	if f.v == nil {
		return nil
	}
	return *f.v
}

func (f *iced[T]) Refreeze(v any) {
	x := v.(T)
	f.v = &x
}

func TestFrozenIsWhatItHolds(t *testing.T) {
	type args struct {
		Field iced[[]float64]
		None  iced[int]
	}
	field := []float64{1, 2.5}
	in := args{Field: iced[[]float64]{&field}}
	c, err := value.CodecFor[args]()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := c.Encode(in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := value.Of(field)
	if err != nil {
		t.Fatal(err)
	}
	s := tree.(*value.Struct)
	if !value.Equal(s.Fields[0].Value, want) || s.Fields[1].Value != (value.Null{}) {
		t.Errorf("%v", s.Fields)
	}
	out, err := c.Decode(tree)
	if err != nil || !reflect.DeepEqual(out, in) {
		t.Errorf("%v, %v", out, err)
	}
	if _, err := value.CodecFor[iced[func()]](); !errors.Is(err, value.ErrType) {
		t.Error(err)
	}
}
