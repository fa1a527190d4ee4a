package command_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/rounding"
	"github.com/klepto-go/klepto/value"
)

// The scheme "test:" opens archives that a test has made, by name.
var made sync.Map

func init() {
	archive.Register("test", &archive.Scheme{
		Params: []string{"mode"},
		Open: func(_ context.Context, u *archive.URL) (driver.Archive, error) {
			a, ok := made.Load(u.Path)
			if !ok {
				return nil, fmt.Errorf("%w: no test has made %q", archive.ErrFormat, u.Path)
			}
			if u.Params["mode"] != "r" {
				return open{a.(*archive.Archive).Driver(), u.Path}, nil // by the commands that change archives
			}
			d := still{open{a.(*archive.Archive).Driver(), u.Path}}
			if o, ok := d.Archive.(driver.Outliner); ok {
				return outlining{d, o}, nil
			}
			return d, nil
		},
	})
}

// open is a driver that stays open.
type open struct {
	driver.Archive
	name string
}

func (o open) URL() string { return "test:" + o.name }
func (open) Close() error  { return nil }

// still accepts no change.
type still struct{ open }

func (s still) URL() string { return s.open.URL() + "?mode=r" }
func (still) Put(context.Context, []*driver.Entry, bool) (int, error) {
	panic("the inspector put something")
}
func (still) Delete(context.Context, string, keymap.Key) error {
	panic("the inspector deleted something")
}

// outlining hands out parts of values too.
type outlining struct {
	still
	driver.Outliner
}

type params struct {
	F float64
	K float64 `klepto:"name=k"`
}

type result struct {
	U    [][]float64 `klepto:"name=u,units=mol/m3,long_name=concentration of U,axes=y;x"`
	Mean float64     `klepto:"name=mean"`
}

type fit struct {
	Name string  `klepto:"name=name"`
	N    int     `klepto:"name=n"`
	Rate float32 `klepto:"name=rate"`
	Opts struct {
		Fast bool    `klepto:"name=fast"`
		Tol  float64 `klepto:"name=tol"`
	} `klepto:"name=opts"`
	Data []float64 `klepto:"name=data"`
}

type row struct {
	T float64 `klepto:"name=t,units=s"`
	X float64 `klepto:"name=x"`
	N string  `klepto:"name=note"`
}

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func put[In any](t testing.TB, a *archive.Archive, km *keymap.Keymap[In], o *keymap.Options, in In, out any, i int) {
	t.Helper()
	key, err := km.Key(&in)
	if err != nil {
		t.Fatal(err)
	}
	args, err := value.Of(in)
	if err != nil {
		t.Fatal(err)
	}
	v, err := value.Of(out)
	if err != nil {
		t.Fatal(err)
	}
	e := &archive.Entry{
		Key: key, Value: v, GoType: fmt.Sprintf("%T", out),
		Call: archive.Call{Function: o.Function, Version: o.Version, Rounding: o.Rounding.String(), Args: args.(*value.Struct).Fields},
		Provenance: archive.Provenance{
			Created: now.Add(-time.Duration(i*i*i) * time.Hour), Elapsed: time.Duration(i+1) * 123456 * time.Microsecond,
			Host: "lab", Go: "go1.26", Build: "example.com/demo v1.2.3", VCS: "0123456789ab",
		},
	}
	if err := a.Put(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func newKeymap[In any](t testing.TB, o *keymap.Options) *keymap.Keymap[In] {
	t.Helper()
	km, err := keymap.New[In](o)
	if err != nil {
		t.Fatal(err)
	}
	return km
}

// fill puts the entries of the demo archive: a sweep over two arguments with one
// point missing, and a function with arguments and results of every kind.
func fill(t testing.TB, a *archive.Archive) {
	t.Helper()
	o := &keymap.Options{Function: "grayscott", Version: "2", Rounding: rounding.Deep(3)}
	km := newKeymap[params](t, o)
	i := 0
	for _, f := range []float64{0.02, 0.03, 0.04000001} {
		for _, k := range []float64{0.05, 0.06} {
			i++
			if i == 4 {
				continue
			}
			r := result{U: make([][]float64, 6)}
			for y := range r.U {
				r.U[y] = make([]float64, 8)
				for x := range r.U[y] {
					r.U[y][x] = f*float64(x) + k*float64(y)
					r.Mean += r.U[y][x] / 48
				}
			}
			put(t, a, km, o, params{f, k}, r, i)
		}
	}
	o = &keymap.Options{Function: "fit"}
	fm := newKeymap[fit](t, o)
	in := fit{Name: "two words", N: -7, Rate: 0.1, Data: []float64{1, 2, 3, 4, 5}}
	in.Opts.Tol = 1e-9
	put(t, a, fm, o, in, map[string][]row{"run": {{0, 1.5, "a"}, {1, math.NaN(), "b c"}, {2, math.Inf(1), ""}}}, 0)
	in = fit{Name: "x", N: 1 << 60}
	put(t, a, fm, o, in, struct {
		Z    []complex128
		I    []int64
		Cube [2][2][3]float32
		P    *float64
		T    time.Time
		D    time.Duration
		B    []byte
		E    []float64
		S    string
	}{
		Z: []complex128{3 + 4i, 1i}, I: []int64{math.MaxInt64, math.MinInt64, 9007199254740993}, Cube: [2][2][3]float32{{{1, 2, 3}}},
		T: now, D: 1500 * time.Millisecond, B: []byte("klepto"), E: []float64{}, S: "a\nb",
	}, 1)
}

// variants makes an archive of one function with several versions and roundings.
func variants(t testing.TB) string {
	t.Helper()
	a := memarchive.New()
	for i, o := range []*keymap.Options{
		{Function: "f", Rounding: rounding.Simple(3)},
		{Function: "f", Version: "2", Rounding: rounding.Simple(3)},
		{Function: "f", Version: "2"},
	} {
		put(t, a, newKeymap[params](t, o), o, params{F: 0.1}, 1.5, i)
		if i == 1 {
			put(t, a, newKeymap[params](t, o), o, params{F: 0.2}, 1.5, i)
		}
	}
	made.Store("variants", a)
	return "test:variants"
}

// demo makes the demo archive and returns its URL.
func demo(t testing.TB) string {
	t.Helper()
	a := memarchive.New()
	fill(t, a)
	made.Store("demo", a)
	return "test:demo"
}
