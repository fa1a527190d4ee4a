package klepto_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klepto-go/klepto"
)

// The file testdata/cachier_scenarios.json was recorded from Python's cachier 4.3.0
// by the project's reference vectors; its fields explain themselves in "format".

type scenario struct {
	ID     string
	Config struct {
		Stale     *float64 `json:"stale_after_u"`
		Wait      *float64 `json:"wait_for_calc_timeout_s"`
		AllowNone bool     `json:"allow_none"`
		Limit     string   `json:"entry_size_limit"`
	}
	Body struct {
		Sleep   []float64 `json:"sleep_u"`
		Returns string
		Raises  []int
	}
	Steps []struct {
		Op        string
		ID        string
		Args      []any
		KW        map[string]any
		Units     float64
		Value     any
		Overwrite bool     `json:"overwrite_cache"`
		NextTime  bool     `json:"next_time"`
		MaxAge    *float64 `json:"max_age_u"`
	}
	Recorded map[string][]struct {
		Value any
		Calls *int
		Units *float64
		Error string
	}
}

// demanded has what we do where the recorded backends are wrong or disagree, as
// the vectors' "demand" asks: results and calls of each step, "" and -1 where
// nothing is to be checked.
var demanded = map[string][]struct {
	value string
	calls int
}{
	// One zero, one NaN.
	"float_zero_sign_distinct_nan_hits": {{"1", 1}, {"1", 1}, {"2", 2}, {"2", 2}},
	// The waiter gets the owner's error.
	"owner_raises_waiter": {{}, {}, {}, {"error 1", -1}, {"error 1", -1}, {"", 1}, {"2", 2}, {"", 2}},
	// The second caller waits.
	"allow_none_concurrent_second_caller": {{}, {}, {"1", 1}, {"1", -1}, {"", 1}},
	// The backends that honour the timeout.
	"wait_timeout_triggers_own_computation": {{}, {}, {}, {"2", -1}, {"1", -1}, {"", 2}},
}

const unit = time.Second

func TestCachierScenarios(t *testing.T) {
	data, err := os.ReadFile("testdata/cachier_scenarios.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Scenarios []scenario }
	// Python writes NaN, which JSON has not.
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(data), "-0.0]", `"-0.0"]`)), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Scenarios) != 18 {
		t.Fatalf("%d scenarios, want 18", len(file.Scenarios))
	}
	for _, s := range file.Scenarios {
		t.Run(s.ID, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { replay(t, s) })
		})
	}
}

func replay(t *testing.T, s scenario) {
	var mu sync.Mutex
	calls := 0
	run := func() (string, error) {
		mu.Lock()
		calls++
		n := calls
		mu.Unlock()
		if k := len(s.Body.Sleep); k > 0 {
			time.Sleep(time.Duration(s.Body.Sleep[min(n, k)-1] * float64(unit)))
		}
		for _, r := range s.Body.Raises {
			if r == n {
				return "", fmt.Errorf("error %d", n)
			}
		}
		switch s.Body.Returns {
		case "none":
			return "<nil>", nil
		case "big":
			return strings.Repeat("big", 400)[:1000], nil
		}
		return fmt.Sprint(n), nil
	}
	o := klepto.Options{Archive: memory(t)}
	if s.Config.Stale != nil {
		o.StaleAfter = time.Duration(*s.Config.Stale * float64(unit))
	}
	if s.Config.Wait != nil {
		o.WaitTimeout = time.Duration(*s.Config.Wait / 0.6 * float64(unit)) // the recorded unit is 0.6 s
	}
	if s.Config.Limit != "" {
		o.EntryLimit = 100
	}
	if !s.Config.AllowNone {
		o.Keep = func(r any) bool { return r != "<nil>" }
	}
	// One function of dynamic type in Python is three of static types here, with one
	// name and one archive.
	ints := memoize(t, func(context.Context, int) (string, error) { return run() }, o)
	floats := memoize(t, func(context.Context, float64) (string, error) { return run() }, o)
	bools := memoize(t, func(context.Context, bool) (string, error) { return run() }, o)

	type outcome struct {
		value string
		took  time.Duration
	}
	call := func(arg any, opts ...klepto.CallOption) outcome {
		began := time.Now()
		var v string
		var err error
		switch x := arg.(type) {
		case bool:
			v, err = bools.Call(t.Context(), x, opts...)
		case string: // floats that JSON can't write, or not as such
			f := map[string]float64{"NaN": math.NaN(), "-0.0": math.Copysign(0, -1)}[x]
			v, err = floats.Call(t.Context(), f, opts...)
		case float64:
			if strings.HasPrefix(s.ID, "float_") || s.ID == "int_float_bool_are_distinct_keys" && calls == 1 {
				v, err = floats.Call(t.Context(), x, opts...)
			} else {
				v, err = ints.Call(t.Context(), int(x), opts...)
			}
		}
		if err != nil {
			v = err.Error()
		}
		if len(v) == 1000 {
			v = "big"
		}
		return outcome{v, time.Since(began)}
	}

	backend := "pickle"
	if _, ok := s.Recorded[backend]; !ok {
		t.Fatal("no recording")
	}
	spawned := map[string]chan outcome{}
	for i, step := range s.Steps {
		arg := any(nil)
		if len(step.Args) > 0 {
			arg = step.Args[0]
		} else if len(step.KW) > 0 {
			arg = step.KW["x"]
		}
		var opts []klepto.CallOption
		if step.Overwrite {
			opts = append(opts, klepto.Overwrite())
		}
		if step.NextTime {
			opts = append(opts, klepto.AllowStale())
		}
		if step.MaxAge != nil {
			opts = append(opts, klepto.MaxAge(time.Duration(*step.MaxAge*float64(unit))))
		}
		var got outcome
		switch step.Op {
		case "call":
			got = call(arg, opts...)
		case "sleep":
			time.Sleep(time.Duration(step.Units * float64(unit)))
		case "spawn":
			done := make(chan outcome, 1)
			spawned[step.ID] = done
			go func() { done <- call(arg, opts...) }()
			synctest.Wait()
		case "join":
			got = <-spawned[step.ID]
		case "precache":
			if err := ints.Put(t.Context(), int(arg.(float64)), fmt.Sprint(step.Value)); err != nil {
				t.Fatal(err)
			}
		case "count":
		default:
			t.Fatalf("unknown step %q", step.Op)
		}
		want, wantCalls := "", -1
		if d, ok := demanded[s.ID]; ok {
			want, wantCalls = d[i].value, d[i].calls
			if want == "" && wantCalls == 0 {
				continue
			}
		} else {
			r := s.Recorded[backend][i]
			if r.Calls != nil {
				wantCalls = *r.Calls
			}
			if step.Op == "call" || step.Op == "join" {
				want = fmt.Sprint(r.Value)
				if r.Units != nil && math.Abs(got.took.Seconds()-*r.Units*unit.Seconds()) > 1 {
					t.Errorf("step %d took %v, recorded %v units", i, got.took, *r.Units)
				}
			}
		}
		if want != "" && got.value != want {
			t.Errorf("step %d (%s): got %q, want %q", i, step.Op, got.value, want)
		}
		mu.Lock()
		if wantCalls >= 0 && calls != wantCalls {
			t.Errorf("step %d (%s): %d calls, want %d", i, step.Op, calls, wantCalls)
		}
		mu.Unlock()
	}
	time.Sleep(time.Hour) // let the background end
}
