package sweep_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	_ "github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/rounding"
	"github.com/klepto-go/klepto/sweep"
)

type params struct {
	X float64
	N int `klepto:"name=n"`
}

func product(_ context.Context, p params) (float64, error) { return p.X * float64(p.N), nil }

func memoized(t *testing.T, a *archive.Archive, f func(context.Context, params) (float64, error)) *klepto.Memo[params, float64] {
	t.Helper()
	m, err := klepto.Memoize(f, &klepto.Options{Name: "f", Archive: a})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() }) //nolint:errcheck // gives the name back
	return m
}

func grid(nx, nn int) *sweep.GridDesign {
	ns := make([]int, nn)
	for i := range ns {
		ns[i] = i
	}
	return sweep.Grid(sweep.Linspace("X", 1, 2, nx), sweep.Values("n", ns...))
}

func TestEveryPointOnce(t *testing.T) {
	m := memoized(t, nil, product)
	seen := map[int]klepto.Source{}
	o := &sweep.Options{Workers: 4, OnPoint: func(p sweep.Point) {
		if p.Err != nil || p.Values[0].(float64) < 1 || p.Names[1] != "n" {
			t.Errorf("%+v", p)
		}
		seen[p.Index] = p.Info.Source
	}}
	for _, want := range []klepto.Source{klepto.Computed, klepto.Memory} {
		clear(seen)
		if err := sweep.Run(t.Context(), grid(10, 7), m.Call, o); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 70 {
			t.Fatalf("%d points, want 70", len(seen))
		}
		for i, s := range seen {
			if s != want {
				t.Errorf("point %d was %v, want %v", i, s, want)
			}
		}
	}
}

// A sweep that was stopped goes on where it was, whatever the moment.
func TestResume(t *testing.T) {
	a, err := archive.Open(t.Context(), "mem:")
	if err != nil {
		t.Fatal(err)
	}
	// What a sweep has told of as done is never computed again. A computation that
	// was given up when the sweep was stopped may be.
	var told sync.Map
	for total := 0; total < 40; {
		ctx, cancel := context.WithCancel(t.Context())
		left := 7
		m := memoized(t, a, func(ctx context.Context, p params) (float64, error) {
			if ctx.Err() != nil { // given up by a sweep that was stopped
				return 0, ctx.Err()
			}
			if _, again := told.Load(p); again {
				t.Errorf("%+v is computed again", p)
			}
			return product(ctx, p)
		})
		err := sweep.Run(ctx, grid(8, 5), m.Call, &sweep.Options{Workers: 2, OnPoint: func(p sweep.Point) {
			if p.Err != nil {
				return
			}
			told.Store(params{p.Values[0].(float64), p.Values[1].(int)}, true)
			if p.Info.Source == klepto.Computed {
				if left--; left == 0 {
					cancel()
				}
			}
		}})
		cancel()
		n, lenErr := a.Len(t.Context())
		if lenErr != nil {
			t.Fatal(lenErr)
		}
		var short *sweep.Error
		if n < 40 && (!errors.As(err, &short) || !errors.Is(err, context.Canceled) || short.Done == 0 || len(short.Failed) > 0) {
			t.Fatalf("with %d of 40 points: %v", n, err)
		}
		if n <= total {
			t.Fatalf("no progress: %d points after %d", n, total)
		}
		total = n
	}
}

// A rounding that is coarser than the grid makes one result of several points,
// which nobody should learn from a figure.
func TestEqualPoints(t *testing.T) {
	m, err := klepto.Memoize(product, &klepto.Options{Name: "f", Rounding: rounding.Deep(6)})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close() //nolint:errcheck // gives the name back
	g := sweep.Grid(sweep.Logspace("X", 1e-8, 1e-5, 4), sweep.Values("n", 1))
	err = sweep.Run(t.Context(), g, m.Call, &sweep.Options{Workers: 1})
	var e *sweep.Error
	if !errors.Is(err, sweep.ErrEqual) || !errors.As(err, &e) || e.Done != 4 || len(e.Equal) != 1 || e.Equal[0].Index != 1 {
		t.Errorf("err = %v, want points 0 and 1 told of", err)
	}
	if err == nil || !strings.Contains(err.Error(), "rounding.Significant") || !strings.Contains(err.Error(), "with point 0 (X=1e-08, n=1)") {
		t.Errorf("err = %v", err)
	}
	if err := sweep.Run(t.Context(), g, m.Call, &sweep.Options{AllowEqual: true}); err != nil {
		t.Errorf("with AllowEqual: %v", err)
	}
}

// Points that are being computed when the sweep is stopped may come to their end.
func TestGrace(t *testing.T) {
	for grace, want := range map[time.Duration]int{0: 0, time.Minute: 0, time.Hour: 2} {
		synctest.Test(t, func(t *testing.T) {
			m := memoized(t, nil, func(context.Context, params) (float64, error) {
				time.Sleep(30 * time.Minute)
				return 1, nil
			})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := sweep.Run(ctx, grid(3, 3), m.Call, &sweep.Options{Workers: 2, Grace: grace})
			var e *sweep.Error
			if !errors.As(err, &e) || e.Done != want || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("grace %v: %v, want %d done", grace, err, want)
			}
			time.Sleep(2 * time.Hour)
		})
	}
}

func TestErrorsAreCollected(t *testing.T) {
	odd := errors.New("odd")
	f := func(_ context.Context, p params) (float64, error) {
		if p.N%2 == 1 {
			return 0, odd
		}
		return 0, nil
	}
	err := sweep.Run(t.Context(), grid(1, 9), memoized(t, nil, f).Call, &sweep.Options{Workers: 3})
	var e *sweep.Error
	if !errors.As(err, &e) || e.Done != 5 || len(e.Failed) != 4 || e.Cause != nil || !errors.Is(err, odd) {
		t.Fatalf("err = %v", err)
	}
	if e.Failed[1].Index != 3 || !strings.Contains(err.Error(), "5 of 9 points done; 4 failed: point 1 (X=1, n=1): odd; ") || !strings.Contains(err.Error(), "and 1 more") {
		t.Errorf("err = %v", err)
	}
	var p *sweep.PointError
	if !errors.As(err, &p) || p.Index != 1 {
		t.Errorf("first point's error: %v", p)
	}
	err = sweep.Run(t.Context(), grid(1, 1000), memoized(t, nil, f).Call, &sweep.Options{Workers: 1, MaxErrors: 2})
	if !errors.Is(err, sweep.ErrTooManyErrors) || !errors.As(err, &e) || len(e.Failed) != 2 {
		t.Errorf("with MaxErrors 2: %v", err)
	}
}

// Neither a panic nor the end of the goroutine ends more than its point.
func TestPanicsAndGoexit(t *testing.T) {
	m := memoized(t, nil, func(_ context.Context, p params) (float64, error) {
		switch p.N {
		case 1:
			panic("division by zero")
		case 2, 3:
			runtime.Goexit()
		}
		return 1, nil
	})
	err := sweep.Run(t.Context(), grid(1, 6), m.Call, &sweep.Options{Workers: 2})
	var e *sweep.Error
	var p *klepto.PanicError
	if !errors.As(err, &e) || e.Done != 3 || len(e.Failed) != 3 || !errors.As(err, &p) || p.Value != "division by zero" || !errors.Is(err, sweep.ErrGoexit) {
		t.Errorf("err = %v", err)
	}
	defer func() {
		if v := recover(); v != "mine" {
			t.Errorf("recovered %v, want the panic of OnPoint", v)
		}
	}()
	err = sweep.Run(t.Context(), grid(1, 6), m.Call, &sweep.Options{OnPoint: func(sweep.Point) { panic("mine") }})
	t.Errorf("Run returned %v", err)
}

// A progress writer that blocks holds up no point.
func TestBlockedProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var done atomic.Int64
		slow := memoized(t, nil, func(_ context.Context, p params) (float64, error) {
			time.Sleep(time.Minute)
			return 1, nil
		})
		go func() {
			time.Sleep(time.Hour)
			if done.Load() != 4 {
				t.Errorf("%d points done while the writer blocks, want 4", done.Load())
			}
			close(release)
		}()
		blocked := writer(func(b []byte) (int, error) {
			<-release
			return len(b), nil
		})
		if err := sweep.Run(t.Context(), grid(2, 2), slow.Call, &sweep.Options{Workers: 1, Progress: blocked, OnPoint: func(sweep.Point) { done.Add(1) }}); err != nil {
			t.Error(err)
		}
	})
}

func TestCancelledBeforeItBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := sweep.Run(ctx, grid(3, 3), memoized(t, nil, product).Call, nil)
	var e *sweep.Error
	if !errors.As(err, &e) || e.Done != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// A function that does not look at its context does not hold the sweep up.
func TestStopsWithoutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memoized(t, nil, func(context.Context, params) (float64, error) {
			time.Sleep(time.Hour)
			return 1, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		if err := sweep.Run(ctx, grid(3, 3), m.Call, &sweep.Options{Workers: 2}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v", err)
		}
		if d := time.Since(began); d != time.Minute {
			t.Errorf("stopped after %v", d)
		}
		time.Sleep(2 * time.Hour) // let the computations end
	})
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var mu sync.Mutex
		m := memoized(t, nil, func(_ context.Context, p params) (float64, error) {
			time.Sleep(2 * time.Second)
			if p.N == 4 {
				return 0, errors.New("four")
			}
			return 1, nil
		})
		if _, err := m.Call(t.Context(), params{X: 1}); err != nil {
			t.Fatal(err)
		}
		err := sweep.Run(t.Context(), grid(1, 6), m.Call, &sweep.Options{Workers: 1, Title: "test", Progress: writer(func(b []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return out.Write(b)
		})})
		if err == nil {
			t.Error("the failure was lost")
		}
		want := "test 3/6  1 hits  2 computed  0.6/s  0:08 left\n" +
			"test 5/6  1 hits  4 computed  1 failed  0.6/s  in 0:10\n"
		if got := out.String(); !strings.HasPrefix(got, "test 3/6  1 hits  2 computed  0.6/s  ") || !strings.HasSuffix(got, "1 failed  0.6/s  in 0:10\n") {
			t.Errorf("got\n%swant about\n%s", got, want)
		}
	})
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// A progress writer that fails costs no result.
func TestBrokenProgress(t *testing.T) {
	broken := writer(func([]byte) (int, error) { return 0, errors.New("gone") })
	if err := sweep.Run(t.Context(), grid(2, 2), memoized(t, nil, product).Call, &sweep.Options{Progress: broken}); err != nil {
		t.Error(err)
	}
}

func TestWrongUse(t *testing.T) {
	call := memoized(t, nil, product).Call
	for name, c := range map[string]struct {
		design  sweep.Design
		options *sweep.Options
		want    string
	}{
		"unknown parameter": {sweep.Grid(sweep.Values("N", 1)), nil, `"N" is no argument of the function: sweep_test.params has X, n`},
		"wrong type":        {sweep.Grid(sweep.Values("n", "one")), nil, `parameter "n": one (string) does not fit the type int`},
		"fraction for int":  {sweep.Grid(sweep.Values("n", 1.5)), nil, "1.5"},
		"nil":               {sweep.Grid(sweep.Values[any]("X", nil)), nil, "nil"},
		"no axes":           {sweep.Grid(), nil, "at least one axis"},
		"no name":           {sweep.Grid(sweep.Axis{}), nil, "no name"},
		"no values":         {sweep.Grid(sweep.Values[int]("n")), nil, `"n" has no values`},
		"two of a name":     {sweep.Grid(sweep.Values("n", 1), sweep.Values("n", 2)), nil, `two axes are named "n"`},
		"Linspace of none":  {sweep.Grid(sweep.Linspace("X", 0, 1, 0)), nil, "0 values"},
		"Logspace of zero":  {sweep.Grid(sweep.Logspace("X", 0, 1, 3)), nil, "positive"},
		"too many":          {sweep.Grid(huge("X"), huge("n"), huge("a"), huge("b"), huge("c"), huge("d"), huge("e")), nil, "more points"},
		"workers":           {grid(1, 1), &sweep.Options{Workers: -1}, "Workers is -1"},
		"errors":            {grid(1, 1), &sweep.Options{MaxErrors: -1}, "MaxErrors is -1"},
		"nil design":        {nil, nil, "design is nil"},
		"nil grid":          {(*sweep.GridDesign)(nil), nil, "grid is nil"},
		"endless axis":      {sweep.Grid(sweep.Linspace("X", 0, 1, math.MaxInt)), nil, "no sweep that ends"},
		"negative grace":    {grid(1, 1), &sweep.Options{Grace: -1}, "Grace is -1ns"},
	} {
		if err := sweep.Run(t.Context(), c.design, call, c.options); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "sweep: ") {
			t.Errorf("%s: %v, want sweep: … %s", name, err, c.want)
		}
	}
}

func huge(name string) sweep.Axis { return sweep.Linspace(name, 0, 1, 1000) }

func ExampleRun() {
	memo, err := klepto.Memoize(product, &klepto.Options{Name: "product"})
	if err != nil {
		fmt.Println(err)
		return
	}
	g := sweep.Grid(sweep.Linspace("X", 0, 1, 3), sweep.Values("n", 2, 4))
	if err := sweep.Run(context.Background(), g, memo.Call, nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(memo.Stats().Computed, "computed")
	// Output: 6 computed
}
