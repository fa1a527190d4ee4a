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

// sealed has a fingerprint besides, unless it is empty.
type sealed struct{ iced[string] }

func (f sealed) Fingerprint() (string, error) {
	if f.Value() == "" {
		return "", errors.New("no fingerprint")
	}
	return "of " + f.Value(), nil
}

func TestFrozenIsRecordedByFingerprint(t *testing.T) {
	full, empty := "full", ""
	in := map[string][]sealed{"x": {{iced[string]{&full}}, {iced[string]{&empty}}, {}}}
	c, err := value.CodecFor[map[string][]sealed]()
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Record(in)
	if err != nil {
		t.Fatal(err)
	}
	items := got.(*value.Map).Items[0].(*value.List).Items
	for i, want := range []any{"frozen(of full)", "", nil} {
		if want, err := value.Of(want); err != nil || !value.Equal(items[i], want) {
			t.Errorf("%v, %v", items[i], err)
		}
	}
	tree, err := c.Encode(in)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := c.Decode(tree); err != nil || !reflect.DeepEqual(out, in) {
		t.Errorf("%v, %v", out, err)
	}
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
