package measure_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/benchmarks/measure"
)

// A line can say MISS, and says it for each kind of promise.
func TestVerdict(t *testing.T) {
	for _, test := range []struct {
		line         measure.Line
		verdict, has string
	}{
		{measure.Line{Ours: 1, Reference: 2}, "–", "0.50x"},
		{measure.Line{Ours: 1, Reference: 2, Goal: measure.Goal{MaxRatio: 0.5}}, "ok", "≤ 0.50x"},
		{measure.Line{Ours: 1.01, Reference: 2, Goal: measure.Goal{MaxRatio: 0.5}}, "MISS", "≤ 0.50x"},
		{measure.Line{Ours: 17e6, Reference: 10e6, Unit: measure.PerSecond, Goal: measure.Goal{MinRatio: 1.7}}, "ok", "17 M/s"},
		{measure.Line{Ours: 16e6, Reference: 10e6, Unit: measure.PerSecond, Goal: measure.Goal{MinRatio: 1.7}}, "MISS", "≥ 1.70x"},
		{measure.Line{Ours: 60e-9, Reference: 1, Goal: measure.Goal{Max: 60e-9, NoAllocs: true}}, "ok", "≤ 60 ns, 0 allocs"},
		{measure.Line{Ours: 61e-9, Reference: 1, Goal: measure.Goal{Max: 60e-9}}, "MISS", "61 ns"},
		{measure.Line{Ours: 1e-9, Reference: 1, Allocs: 1, Goal: measure.Goal{Max: 60e-9, NoAllocs: true}}, "MISS", "0 allocs (has 1)"},
		{measure.Line{Ours: 49, Reference: 90, Unit: measure.Bytes, Goal: measure.Goal{Max: 48}}, "MISS", "≤ 48 B"},
		{measure.Line{Ours: math.NaN(), Reference: 1, Goal: measure.Goal{MinRatio: 1.7}}, "MISS", "NaN"},
	} {
		var b strings.Builder
		if err := test.line.Write(&b); err != nil {
			t.Fatal(err)
		}
		if v := test.line.Verdict(); v != test.verdict || test.line.Ok() == (v == "MISS") || !strings.HasSuffix(b.String(), test.verdict+"\n") || !strings.Contains(b.String(), test.has) {
			t.Errorf("verdict %s, want %s with %q in\n%s", v, test.verdict, test.has, b.String())
		}
	}
}

// A second measurement helps both sides.
func TestBest(t *testing.T) {
	first := measure.Line{Name: "first", Ours: 2, Reference: 3, Allocs: 1}
	again := measure.Line{Name: "again", Ours: 1, Reference: 4}
	if got, want := first.Best(again), (measure.Line{Name: "again", Ours: 1, Reference: 3}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	first.Unit, again.Unit = measure.PerSecond, measure.PerSecond
	if got, want := first.Best(again), (measure.Line{Name: "first", Ours: 2, Reference: 4, Unit: measure.PerSecond}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// A race gives each side its own number, and runs each at least once a round.
func TestRace(t *testing.T) {
	var ours, theirs int
	lines := measure.Race{
		Name: "wait",
		Ours: func(n int) { ours++ },
		Rivals: []measure.Rival{
			{Name: "slow", Do: func(int) { theirs++; time.Sleep(time.Millisecond) }, Goal: measure.Goal{MaxRatio: 1, NoAllocs: true}},
			{Name: "as fast", Do: func(int) {}},
		},
	}.Run(5)
	if ours < 5 || theirs < 5 {
		t.Errorf("ours ran %d times, theirs %d", ours, theirs)
	}
	if len(lines) != 2 || lines[0].Name != "wait : slow" || lines[1].Name != "wait : as fast" || lines[0].Allocs != 0 || lines[1].Verdict() != "–" {
		t.Errorf("%+v", lines)
	}
	if lines[0].Reference <= 0 || lines[0].Ours != lines[1].Ours {
		t.Errorf("%+v", lines)
	}
}

func TestHeap(t *testing.T) {
	if got := measure.Heap(func() any { return make([]byte, 1<<20) }); math.Abs(got-1<<20) > 1<<16 {
		t.Errorf("a mebibyte takes %v bytes", got)
	}
}
