package klepto

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// metric is a metric family of OpenMetrics.
type metric struct {
	name, kind, unit, help string
	samples                func(*Stats) []sample
}

type sample struct{ source, value string }

// metrics are what the fields of Stats are called outside. The unit of a metric
// is the end of its name, as OpenMetrics wants it.
var metrics = []metric{
	{"calls", "counter", "", "Answered calls, by where the result came from.", func(s *Stats) []sample {
		return []sample{
			{Memory.String(), unsigned(s.Hits)},
			{Archived.String(), unsigned(s.Archived)},
			{Shared.String(), unsigned(s.Shared)},
			{Computed.String(), unsigned(s.Computed)},
		}
	}},
	{"failures", "counter", "", "Calls of the function that returned an error.", one(func(s *Stats) string { return unsigned(s.Failed) })},
	{"stale", "counter", "", "Answered calls whose result was too old.", one(func(s *Stats) string { return unsigned(s.Stale) })},
	{"errors", "counter", "", "Errors that no caller got.", one(func(s *Stats) string { return unsigned(s.Errors) })},
	{"evictions", "counter", "", "Results that left memory to make room.", one(func(s *Stats) string { return unsigned(s.Evicted) })},
	{"spent_seconds", "counter", "seconds", "Time in the function, over the calls that returned a result.", one(func(s *Stats) string { return seconds(s.Spent) })},
	{"saved_seconds", "counter", "seconds", "Compute time of the results that were not computed again.", one(func(s *Stats) string { return seconds(s.Saved) })},
	{"entries", "gauge", "", "Results in memory.", one(func(s *Stats) string { return strconv.Itoa(s.Entries) })},
	{"unsaved_entries", "gauge", "", "Results that are not in the archive yet.", one(func(s *Stats) string { return strconv.Itoa(s.Unsaved) })},
	{"memory_bytes", "gauge", "bytes", "Data of the results in memory, where it is measured.", one(func(s *Stats) string { return strconv.FormatInt(s.Bytes, 10) })},
}

func one(value func(*Stats) string) func(*Stats) []sample {
	return func(s *Stats) []sample { return []sample{{value: value(s)}} }
}

func unsigned(n uint64) string       { return strconv.FormatUint(n, 10) }
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) }

// WriteOpenMetrics writes s, the stats of the function of that name, as
// OpenMetrics text, which Prometheus and others read: counters such as
// klepto_calls_total{function="heat",source="memory"}, and gauges. Served over
// HTTP its type is "application/openmetrics-text; version=1.0.0; charset=utf-8".
func (s Stats) WriteOpenMetrics(w io.Writer, name string) error {
	return writeOpenMetrics(w, []string{name}, []Stats{s})
}

// WriteOpenMetrics writes the stats of several memos as one OpenMetrics text, as
// Stats.WriteOpenMetrics does for one. Two memos of one name are an error.
func WriteOpenMetrics(w io.Writer, memos ...Memoized) error {
	names, stats := make([]string, len(memos)), make([]Stats, len(memos))
	for i, m := range memos {
		if slices.Contains(names[:i], m.Name()) {
			return fmt.Errorf("klepto: two of the memos to write metrics of are named %s: they would be one to the reader", m.Name())
		}
		names[i], stats[i] = m.Name(), m.Stats()
	}
	return writeOpenMetrics(w, names, stats)
}

// openMetricsLabel escapes the value of a label.
var openMetricsLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func writeOpenMetrics(w io.Writer, names []string, stats []Stats) error {
	b := bufio.NewWriter(w) // its first error is that of Flush
	write := func(parts ...string) {
		for _, p := range parts {
			_, _ = b.WriteString(p)
		}
		_ = b.WriteByte('\n')
	}
	for _, m := range metrics {
		family := "klepto_" + m.name
		write("# TYPE ", family, " ", m.kind)
		if m.unit != "" {
			write("# UNIT ", family, " ", m.unit)
		}
		write("# HELP ", family, " ", m.help)
		suffix := ""
		if m.kind == "counter" {
			suffix = "_total"
		}
		for i, name := range names {
			label := openMetricsLabel.Replace(strings.ToValidUTF8(name, "\uFFFD"))
			for _, s := range m.samples(&stats[i]) {
				source := ""
				if s.source != "" {
					source = `",source="` + s.source
				}
				write(family, suffix, `{function="`, label, source, `"} `, s.value)
			}
		}
	}
	write("# EOF")
	return b.Flush()
}

// Vars returns the stats under the names that WriteOpenMetrics gives them. The
// method is an expvar.Func:
//
//	expvar.Publish("heat", expvar.Func(memo.Vars))
func (m *Memo[In, Out]) Vars() any {
	stats := m.Stats()
	vars := make(map[string]any, len(metrics))
	for _, m := range metrics {
		samples := m.samples(&stats)
		if len(samples) == 1 {
			vars[m.name] = json.Number(samples[0].value)
			continue
		}
		bySource := make(map[string]json.Number, len(samples))
		for _, s := range samples {
			bySource[s.source] = json.Number(s.value)
		}
		vars[m.name] = bySource
	}
	return vars
}
