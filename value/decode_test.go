package value_test

import (
	"errors"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klepto-go/klepto/value"
	"gonum.org/v1/gonum/mat"
)

func array(e value.Elem, data any, shape ...int) *value.Array {
	return &value.Array{Elem: e, Shape: shape, Data: data}
}

func structure(pairs ...any) *value.Struct {
	s := &value.Struct{}
	for i := 0; i < len(pairs); i += 2 {
		s.Fields = append(s.Fields, value.Field{Name: pairs[i].(string), Value: pairs[i+1].(value.Value)})
	}
	return s
}

// A tree that does not fit is an error that names where, and leaves the
// destination alone.
func TestMismatch(t *testing.T) {
	x := array(value.Float64, []float64{1})
	type pair struct{ A, B float64 }
	for _, c := range []struct {
		v    value.Value
		dst  any
		kind error
		path string
	}{
		{x, new(float32), value.ErrMismatch, "float32"},
		{x, new([]float64), value.ErrMismatch, "[]float64"},
		{array(value.Int64, []int64{1, 2, 3}, 3), new([2]int), value.ErrMismatch, "[2]int"},
		{array(value.Int64, []int64{1, 2}, 1, 2), new([][3]int), value.ErrMismatch, "[][3]int"},
		{value.Null{}, new(float64), value.ErrMismatch, "float64"},
		{value.Null{}, new([2]float64), value.ErrMismatch, ""},
		{structure("A", x), new(pair), value.ErrMismatch, "pair.B"},
		{structure("A", x, "C", x), new(pair), value.ErrMismatch, "pair.B"},
		{structure("A", x, "B", x, "C", x), new(pair), value.ErrMismatch, "pair"},
		{structure("A", x, "B", value.Null{}), new(pair), value.ErrMismatch, "pair.B"},
		{&value.List{Items: []value.Value{x, value.Null{}}}, new([]*[]float64), value.ErrMismatch, "[0]"},
		{&value.List{Items: []value.Value{value.Null{}, x}}, new([2]map[string]int), value.ErrMismatch, "[1]"},
		{&value.List{Items: []value.Value{value.Null{}}}, new([2]map[string]int), value.ErrMismatch, ""},
		{&value.Map{Keys: array(value.String, []string{"a"}, 1), Items: []value.Value{value.Null{}}}, new(map[string]int), value.ErrMismatch, `["a"]`},
		{&value.Map{Keys: array(value.String, []string{"a"}, 1), Items: []value.Value{value.Null{}}}, new(map[int]int), value.ErrMismatch, ""},
		{&value.Table{N: 1, Columns: []value.Column{{"A", array(value.Float64, []float64{1}, 1)}}}, new([]pair), value.ErrMismatch, ""},
		{&value.Table{N: 1, Columns: []value.Column{{"A", array(value.Float64, []float64{1}, 1)}, {"C", array(value.Float64, []float64{1}, 1)}}}, new([]pair), value.ErrMismatch, "[].B"},
		{&value.Table{N: 1, Columns: []value.Column{{"A", array(value.Float64, []float64{1}, 1)}, {"B", array(value.Int8, []int8{1}, 1)}}}, new([]pair), value.ErrMismatch, "[].B"},
		{array(value.Float64, []float64{1}, 1), new(mat.Dense), value.ErrMismatch, "float64[? ?]"},
		{array(value.Float64, []float64{1, 2, 3, 4}, 2, 2), new(mat.SymDense), value.ErrMismatch, "(1,0) and (0,1)"},
		{array(value.Float64, []float64{1, 2}, 1, 2), new(mat.SymDense), value.ErrMismatch, ""},
		{structure("kind", array(value.String, []string{"middle"}), "matrix", x), new(mat.TriDense), value.ErrMismatch, ".kind"},
		{x, new(*value.List), value.ErrMismatch, "value.List"},
		{array(value.Float64, []float64{1, 2}, 3), new([]float64), value.ErrInvalid, ""},
		{array(value.Float64, []float32{1, 2}, 2), new([]float64), value.ErrInvalid, ""},
		{(*value.Array)(nil), new(float64), value.ErrInvalid, ""},
		{nil, new(float64), value.ErrInvalid, ""},
		{x, nil, value.ErrType, ""},
		{x, 1.0, value.ErrType, ""},
		{x, (*float64)(nil), value.ErrType, ""},
	} {
		err := value.To(c.v, c.dst)
		if !errors.Is(err, c.kind) || !strings.HasPrefix(err.Error(), "value: ") || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%v into %T: %v, want %v at %s", c.v, c.dst, err, c.kind, c.path)
		}
		if d := reflect.ValueOf(c.dst); d.Kind() == reflect.Pointer && !d.IsNil() && !d.Elem().IsZero() {
			t.Errorf("%v changed %T, which it does not fit", c.v, c.dst)
		}
	}
	var e *value.Error
	if err := value.To(structure("A", x), new(pair)); !errors.As(err, &e) || e.Path != "value_test.pair.B" {
		t.Errorf("%v has no path", err)
	}
}

func TestBandMismatch(t *testing.T) {
	n := func(i int64) value.Value { return array(value.Int64, []int64{i}) }
	band := array(value.Float64, make([]float64, 6), 3, 2)
	good := structure("rows", n(3), "cols", n(3), "kl", n(1), "ku", n(0), "band", band)
	if err := value.To(good, new(mat.BandDense)); err != nil {
		t.Fatal(err)
	}
	for i, bad := range []int64{4, 1, 3, math.MaxInt64} {
		v := value.Clone(good).(*value.Struct)
		v.Fields[i].Value = n(bad)
		if err := value.To(v, new(mat.BandDense)); !errors.Is(err, value.ErrMismatch) {
			t.Errorf("%s = %d: %v", v.Fields[i].Name, bad, err)
		}
	}
}

// TestHalfBandMismatch: the sizes and the storage of a matrix fit each other.
func TestHalfBandMismatch(t *testing.T) {
	for _, m := range []any{mat.NewSymBandDense(3, 1, nil), mat.NewTriBandDense(3, 1, mat.Upper, nil), mat.NewTridiag(3, nil, nil, nil)} {
		good, err := value.Of(m)
		if err != nil {
			t.Fatal(err)
		}
		back := reflect.New(reflect.TypeOf(m).Elem()).Interface()
		if err := value.To(good, back); err != nil {
			t.Fatal(err)
		}
		for i, f := range good.(*value.Struct).Fields {
			for _, bad := range []value.Value{
				value.Null{}, array(value.Int64, []int64{-1}), array(value.Int64, []int64{2}), array(value.Int64, []int64{math.MaxInt64}),
				array(value.String, []string{"middle"}), array(value.Float64, []float64{1}, 1), array(value.Float64, []float64{1, 2}, 1, 2),
			} {
				v := value.Clone(good).(*value.Struct)
				v.Fields[i].Value = bad
				if err := value.To(v, back); !errors.Is(err, value.ErrMismatch) {
					t.Errorf("%T with %s = %s: %v", m, f.Name, value.Describe(bad), err)
				}
			}
		}
	}
}

func TestOutOfRange(t *testing.T) {
	for _, x := range []any{
		value.MinTime.Add(-1), value.MaxTime.Add(1), []time.Time{{}, time.Unix(1<<40, 0)},
		[]struct{ T time.Time }{{time.Unix(1<<40, 0)}}, map[float64]int{math.NaN(): 1},
	} {
		if v, err := value.Of(x); !errors.Is(err, value.ErrRange) {
			t.Errorf("%v: %s, %v", x, value.Describe(v), err)
		}
	}
}

func TestTimesComeBackInUTC(t *testing.T) {
	now := time.Now().In(time.FixedZone("east", 3600))
	v, err := value.Of(now)
	if err != nil {
		t.Fatal(err)
	}
	var back time.Time
	if err := value.To(v, &back); err != nil || !back.Equal(now) || back.Location() != time.UTC {
		t.Errorf("%v came back as %v, %v", now, back, err)
	}
}

// Views are stored as what they show, whatever their stride.
func TestViews(t *testing.T) {
	m := mat.NewDense(4, 5, nil)
	for i := range 4 {
		for j := range 5 {
			m.Set(i, j, float64(10*i+j))
		}
	}
	sym := mat.NewSymDense(3, []float64{1, 2, 3, 2, 4, 5, 3, 5, 6})
	tri := mat.NewTriDense(3, mat.Lower, []float64{1, 0, 0, 2, 3, 0, 4, 5, 6})
	for _, c := range []struct {
		x    any
		want value.Value
	}{
		{m.Slice(1, 3, 2, 4), array(value.Float64, []float64{12, 13, 22, 23}, 2, 2)},
		{m.Slice(3, 4, 3, 5), array(value.Float64, []float64{33, 34}, 1, 2)},
		{m.Slice(0, 2, 1, 1), array(value.Float64, []float64{}, 2, 0)},
		{m.Slice(2, 2, 0, 5), array(value.Float64, []float64{}, 0, 5)},
		{m.ColView(1), array(value.Float64, []float64{1, 11, 21, 31}, 4)},
		{m.RowView(1), array(value.Float64, []float64{10, 11, 12, 13, 14}, 5)},
		{sym.SliceSym(1, 3), array(value.Float64, []float64{4, 5, 5, 6}, 2, 2)},
		{tri.SliceTri(1, 3), structure("kind", array(value.String, []string{"lower"}), "matrix", array(value.Float64, []float64{3, 0, 5, 6}, 2, 2))},
		{m.Slice(0, 4, 0, 4).(*mat.Dense).DiagView(), array(value.Float64, []float64{0, 11, 22, 33}, 4)},
	} {
		v, err := value.Of(c.x)
		if err != nil || !value.Equal(v, c.want) {
			t.Errorf("%T: %+v, %v, want %+v", c.x, v, err, c.want)
		}
		back := reflect.New(reflect.TypeOf(c.x))
		if err := value.To(v, back.Interface()); err != nil || !mat.Equal(back.Elem().Interface().(mat.Matrix), c.x.(mat.Matrix)) {
			t.Errorf("%T does not come back: %v", c.x, err)
		}
		if w, err := value.Of(back.Elem().Interface()); err != nil || !value.Equal(v, w) {
			t.Errorf("%T comes back as %+v, %v", c.x, w, err)
		}
	}
}

// Nothing that a caller may change is shared by a Clone, or by Of and To.
func TestNothingIsShared(t *testing.T) {
	type inner struct{ S []string }
	type all struct {
		F   []float64
		FF  [][]float64
		M   map[string][]int
		P   *inner
		PS  []*inner
		T   []inner
		A   [2][]byte
		D   *mat.Dense
		V   mat.VecDense
		E   []int
		Tr  value.Value
		Log *strings.Builder `klepto:"-"`
	}
	build := func() all {
		return all{
			F: []float64{1}, FF: [][]float64{{1}, {2}}, M: map[string][]int{"a": {1}}, P: &inner{[]string{"a"}},
			PS: []*inner{{[]string{"b"}}}, T: []inner{{[]string{"c"}}}, A: [2][]byte{{1}, {2}},
			D: mat.NewDense(1, 1, []float64{1}), V: *mat.NewVecDense(1, []float64{1}), E: make([]int, 0, 4),
			Tr: array(value.Int8, []int8{1}, 1),
		}
	}
	spoil := func(x all) {
		x.F[0], x.FF[0][0], x.M["a"][0], x.P.S[0], x.PS[0].S[0], x.T[0].S[0], x.A[0][0] = 9, 9, 9, "z", "z", "z", 9
		x.M["b"] = nil
		x.PS[0] = nil
		x.D.Set(0, 0, 9)
		x.V.SetVec(0, 9)
		_ = append(x.E, 9)
		x.Tr.(*value.Array).Data.([]int8)[0] = 9
	}
	codec, err := value.CodecFor[all]()
	if err != nil {
		t.Fatal(err)
	}
	x := build()
	x.Log = new(strings.Builder)
	c := codec.Clone(x)
	v, err := value.Of(x)
	if err != nil {
		t.Fatal(err)
	}
	var y all
	if err := value.To(v, &y); err != nil {
		t.Fatal(err)
	}
	spoil(x)
	if want := build(); !reflect.DeepEqual(c, want) {
		t.Errorf("the clone changed: %+v", c)
	}
	spoil(y)
	if x.E[:1][0] != 9 || c.E[:cap(c.E)] == nil || cap(c.E) != 0 {
		t.Errorf("spare capacity is shared: %d", cap(c.E))
	}
	want, _ := value.Of(build())
	if !value.Equal(v, want) {
		t.Error("the tree changed")
	}
}

func TestFlat(t *testing.T) {
	flat := func(f bool, err error) bool { return err == nil && f }
	type omit struct {
		X int
		L *int `klepto:"-"`
	}
	if !flat(flatOf[Particle]()) || !flat(flatOf[[3]Point]()) || !flat(flatOf[time.Time]()) {
		t.Error("types without references are flat")
	}
	if flat(flatOf[omit]()) || flat(flatOf[[]int]()) || flat(flatOf[[1]*int]()) || flat(flatOf[mat.Dense]()) {
		t.Error("types with references are not flat")
	}
}

func TestFlatCloneDoesNotAllocate(t *testing.T) {
	c, err := value.CodecFor[Particle]()
	if err != nil {
		t.Fatal(err)
	}
	x := Particle{Name: "e"}
	if n := testing.AllocsPerRun(100, func() { x = c.Clone(x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func flatOf[T any]() (bool, error) {
	c, err := value.CodecFor[T]()
	if err != nil {
		return false, err
	}
	return c.Flat(), nil
}

// Encode and Decode share the memory of slices instead of copying it.
func TestNoCopy(t *testing.T) {
	type Row [4]Kelvin
	x := make([]Row, 1000)
	codec, err := value.CodecFor[[]Row]()
	if err != nil {
		t.Fatal(err)
	}
	v, err := codec.Encode(x)
	if err != nil {
		t.Fatal(err)
	}
	y, err := codec.Decode(v)
	if err != nil {
		t.Fatal(err)
	}
	x[3][2] = 5
	if v.(*value.Array).Data.([]float64)[14] != 5 || y[3][2] != 5 || cap(y) != len(y) {
		t.Error("the elements were copied")
	}
}

// Rows of a decoded matrix cannot grow into each other.
func TestRowsDoNotOverlap(t *testing.T) {
	codec, err := value.CodecFor[[][]int]()
	if err != nil {
		t.Fatal(err)
	}
	x, err := codec.Decode(array(value.Int64, []int64{1, 2, 3, 4}, 2, 2))
	if err != nil {
		t.Fatal(err)
	}
	_ = append(x[0], 9)
	if x[1][0] != 3 {
		t.Error("append to one row changed the next")
	}
}

func TestCodecsInParallel(t *testing.T) {
	type fresh struct {
		A [][]float64
		B map[string]*Particle
	}
	want := fresh{[][]float64{{1}, {2, 3}}, map[string]*Particle{"p": {Name: "x"}}}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				c, err := value.CodecFor[fresh]()
				if err != nil {
					t.Error(err)
					return
				}
				v, err := c.Encode(want)
				if err != nil {
					t.Error(err)
				}
				got, err := c.Decode(v)
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Error(got, err)
				}
				runtime.Gosched()
			}
		})
	}
	group.Wait()
}
