package klepto_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto"
)

// family is a metric family as read from OpenMetrics text.
type family struct {
	kind, unit, help string
	samples          map[string]float64 // by labels as written
}

var (
	metricName  = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	metricLine  = regexp.MustCompile(`^([a-zA-Z0-9_:]+)\{(.*)\} (\S+)$`)
	metricLabel = regexp.MustCompile(`^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)`)
)

// readOpenMetrics reads what is needed here of OpenMetrics 1.0: metadata in front
// of the samples of a family, families in one piece, suffixes that fit the type,
// units that end the name, unique label sets, and nothing after EOF.
func readOpenMetrics(text string) (map[string]*family, error) {
	body, ok := strings.CutSuffix(text, "# EOF\n")
	if !ok || strings.Contains(body, "# EOF") {
		return nil, errors.New("EOF is not the end")
	}
	all := map[string]*family{}
	name := ""
	var f *family
	for line := range strings.Lines(body) {
		line, ok = strings.CutSuffix(line, "\n")
		if !ok || line == "" {
			return nil, fmt.Errorf("%q: an empty or broken line", line)
		}
		if meta, ok := strings.CutPrefix(line, "# "); ok {
			part := strings.SplitN(meta, " ", 3)
			if len(part) < 3 || !metricName.MatchString(part[1]) {
				return nil, fmt.Errorf("%q: no metadata", line)
			}
			if part[1] != name {
				name = part[1]
				if all[name] != nil {
					return nil, fmt.Errorf("%q: the family is in two pieces", line)
				}
				f = &family{samples: map[string]float64{}}
				all[name] = f
			}
			field := map[string]*string{"TYPE": &f.kind, "UNIT": &f.unit, "HELP": &f.help}[part[0]]
			if field == nil || *field != "" || len(f.samples) > 0 {
				return nil, fmt.Errorf("%q: metadata out of place", line)
			}
			*field = part[2]
			if part[0] == "UNIT" && !strings.HasSuffix(name, "_"+f.unit) {
				return nil, fmt.Errorf("%q: the name does not end in the unit", line)
			}
			continue
		}
		part := metricLine.FindStringSubmatch(line)
		suffix := map[string]string{"counter": "_total"}
		if part == nil || part[1] != name+suffix[f.kind] {
			return nil, fmt.Errorf("%q: no sample of %s, a %s", line, name, f.kind)
		}
		for rest := part[2]; rest != ""; {
			label := metricLabel.FindStringSubmatch(rest)
			if label == nil {
				return nil, fmt.Errorf("%q: labels", line)
			}
			rest = rest[len(label[0]):]
		}
		x, err := strconv.ParseFloat(part[3], 64)
		if _, twice := f.samples[part[2]]; twice || err != nil || f.kind == "counter" && !(x >= 0) {
			return nil, fmt.Errorf("%q: %v", line, err)
		}
		f.samples[part[2]] = x
	}
	return all, nil
}

func TestWriteOpenMetrics(t *testing.T) {
	s := klepto.Stats{
		Hits: 1 << 60, Archived: 2, Shared: 3, Computed: 4, Failed: 5, Stale: 6, Errors: 7, Evicted: 8, Entries: 9, Bytes: 10, Unsaved: 11,
		Spent: 1500 * time.Millisecond, Saved: 1000 * time.Hour,
	}
	var b bytes.Buffer
	if err := s.WriteOpenMetrics(&b, "a\\b\"c\nd\xff"); err != nil {
		t.Fatal(err)
	}
	all, err := readOpenMetrics(b.String())
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	const label = `function="a\\b\"c\nd` + "\uFFFD" + `"`
	want := map[string]float64{
		"klepto_failures": 5, "klepto_stale": 6, "klepto_errors": 7, "klepto_evictions": 8, "klepto_entries": 9, "klepto_unsaved_entries": 11,
		"klepto_memory_bytes": 10, "klepto_spent_seconds": 1.5, "klepto_saved_seconds": 3.6e6,
	}
	for name, f := range all {
		switch {
		case name == "klepto_calls":
			if !maps.Equal(f.samples, map[string]float64{
				label + `,source="memory"`: 1 << 60, label + `,source="archived"`: 2, label + `,source="shared"`: 3, label + `,source="computed"`: 4,
			}) {
				t.Errorf("%s: %v", name, f.samples)
			}
		case len(f.samples) != 1 || f.samples[label] != want[name]:
			t.Errorf("%s: %v, want %v", name, f.samples, want[name])
		}
		if f.kind == "" || f.help == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if len(all) != len(want)+1 {
		t.Errorf("%d families", len(all))
	}
	checkWithPython(t, b.Bytes())
}

// checkWithPython has Python's prometheus_client read the text, where there is one.
func checkWithPython(t *testing.T, text []byte) {
	python := exec.Command("python3", "-c", "import sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as p\nprint(len(list(p(sys.stdin.read()))))")
	if exec.Command("python3", "-c", "import prometheus_client.openmetrics.parser").Run() != nil {
		t.Log("Python has no prometheus_client: only the parser of this test has read the text")
		return
	}
	python.Stdin, python.Stderr = bytes.NewReader(text), os.Stderr
	out, err := python.Output()
	if err != nil || strings.TrimSpace(string(out)) != "10" {
		t.Errorf("prometheus_client: %s, %v", out, err)
	}
}

func TestWriteOpenMetricsOfMany(t *testing.T) {
	f, fc := wrap(t, func(x int) int { return x }, klepto.Options{Name: "f"})
	_, gc := wrap(t, func(x int) int { return x }, klepto.Options{Name: "g"})
	m := memoize(t, energy, klepto.Options{Name: "energy"})
	f(1)
	f(1)
	var b bytes.Buffer
	if err := klepto.WriteOpenMetrics(&b, fc, gc, m); err != nil {
		t.Fatal(err)
	}
	all, err := readOpenMetrics(b.String())
	if err != nil {
		t.Fatal(err)
	}
	calls := all["klepto_calls"].samples
	if len(calls) != 12 || calls[`function="f",source="memory"`] != 1 || calls[`function="f",source="computed"`] != 1 || calls[`function="g",source="memory"`] != 0 {
		t.Errorf("calls %v", calls)
	}
	checkWithPython(t, b.Bytes())
	if err := klepto.WriteOpenMetrics(io.Discard, fc, fc); err == nil || !strings.Contains(err.Error(), "named f") {
		t.Errorf("two of one name: %v", err)
	}
	if err := klepto.WriteOpenMetrics(fullDisk{}, fc); !errors.Is(err, errFull) {
		t.Errorf("a writer that fails: %v", err)
	}
}

var errFull = errors.New("full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestVars(t *testing.T) {
	m := memoize(t, func(_ context.Context, x float64) (float64, error) { return x, nil }, klepto.Options{})
	for range 3 {
		if _, err := m.Call(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	var got struct {
		Calls   map[string]int
		Entries int
		Spent   *float64 `json:"spent_seconds"`
	}
	text := expvar.Func(m.Vars).String()
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Calls["memory"] != 2 || got.Calls["computed"] != 1 || got.Entries != 1 || got.Spent == nil {
		t.Errorf("%s", text)
	}
}
