package trace_test

import (
	"reflect"
	"testing"

	"github.com/klepto-go/klepto/benchmarks/trace"
)

func TestAll(t *testing.T) {
	all := trace.All()
	if len(all) != 10 {
		t.Fatalf("%d traces, want 10", len(all))
	}
	for _, tr := range all {
		seen := make([]bool, tr.Distinct)
		next := int32(0) // keys are numbered as they appear
		for _, k := range tr.Calls {
			switch {
			case k > next || k < 0:
				t.Fatalf("%s: key %d before key %d", tr.Name, k, next)
			case k == next:
				next++
			}
			seen[k] = true
		}
		if int(next) != tr.Distinct {
			t.Errorf("%s: %d distinct keys, want %d", tr.Name, next, tr.Distinct)
		}
		if n := len(tr.Calls); n < 10_000 || tr.Distinct > n || tr.Name == "" || tr.About == "" {
			t.Errorf("%s: %d calls, %d distinct", tr.Name, n, tr.Distinct)
		}
	}
	if !reflect.DeepEqual(all, trace.All()) {
		t.Error("a second run made other traces")
	}
}

// The traces that are plain arithmetic have the lengths that their descriptions say.
func TestLengths(t *testing.T) {
	all := trace.All()
	for i, want := range map[int][2]int{
		0: {6 * 20_000, 20_000},
		1: {2 * (17*17 + 33*33 + 65*65 + 129*129 + 257*257), 257 * 257},
		2: {6 * 20_000, 20_000},
		4: {4 * 12 * 60 * 60, 12 + 12*60 + 60*60 + 12*60*60},
	} {
		if tr := all[i]; len(tr.Calls) != want[0] || tr.Distinct != want[1] {
			t.Errorf("%s: %d calls, %d distinct, want %v", tr.Name, len(tr.Calls), tr.Distinct, want)
		}
	}
}
