package value_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto/value"
)

type result struct {
	U    []float64 `klepto:"name=u,units=m"`
	N    int
	Next *int
}

// TestCodecOf compares a codec of a type known at run time with that of the
// type itself.
func TestCodecOf(t *testing.T) {
	one := 1
	same[result](t, result{U: []float64{1, 2}, N: 3, Next: &one})
	same[*result](t, &result{N: 3})
	same[mat.TriDense](t, *mat.NewTriDense(1, mat.Upper, []float64{1}))
	same[time.Time](t, time.Time{})
	same[[]float64](t, nil)
	same[[]float64](t, []float64{})
	same[*int](t, nil)
	same[float64](t, 1.5)
	same[[2]int](t, [2]int{1, 2})
	same[map[string]int](t, map[string]int{"a": 1})
}

func same[T any](t *testing.T, x T) {
	t.Helper()
	static, err := value.CodecFor[T]()
	if err != nil {
		t.Fatal(err)
	}
	c, err := value.CodecOf(reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	if c.Fields() != static.Fields() || c.Fields() != (reflect.TypeFor[T]() == reflect.TypeFor[result]()) {
		t.Errorf("%T: Fields is %v and %v", x, c.Fields(), static.Fields())
	}
	if c.Flat() != static.Flat() {
		t.Errorf("%T: Flat is %v, want %v", x, c.Flat(), static.Flat())
	}
	want, err := static.Encode(x)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]reflect.Value{"addressable": reflect.ValueOf(&x).Elem(), "not addressable": reflect.ValueOf(x)} {
		tree, err := c.Encode(v)
		if err != nil || !value.Equal(tree, want) {
			t.Errorf("%T, %s: Encode: %v, %v", x, name, tree, err)
		}
		copied := c.Clone(v)
		if !reflect.DeepEqual(copied.Interface(), v.Interface()) {
			t.Errorf("%T, %s: Clone: %v", x, name, copied)
		}
		back, err := c.Decode(value.Clone(tree))
		if err != nil || !reflect.DeepEqual(back.Interface(), v.Interface()) || !back.CanAddr() {
			t.Errorf("%T, %s: Decode: %v, %v", x, name, back, err)
		}
	}
}

func TestCodecOfSharesNothing(t *testing.T) {
	c, err := value.CodecOf(reflect.TypeFor[[]float64]())
	if err != nil {
		t.Fatal(err)
	}
	x := reflect.ValueOf([]float64{1, 2})
	y := c.Clone(x)
	y.Index(0).SetFloat(9)
	if x.Index(0).Float() != 1 {
		t.Error("a clone shares memory")
	}
}

func TestCodecOfRefuses(t *testing.T) {
	if _, err := value.CodecOf(reflect.TypeFor[func()]()); !errors.Is(err, value.ErrType) {
		t.Errorf("a function: %v", err)
	}
	c, err := value.CodecOf(reflect.TypeFor[float64]())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []reflect.Value{{}, reflect.ValueOf(1)} {
		if _, err := c.Encode(x); !errors.Is(err, value.ErrMismatch) {
			t.Errorf("Encode(%v): %v", x, err)
		}
	}
	if _, err := c.Decode(value.Null{}); !errors.Is(err, value.ErrMismatch) {
		t.Errorf("Decode(null): %v", err)
	}
}
