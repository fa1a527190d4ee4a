package render

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks returns marks between lo < hi at multiples of 1, 2 or 5 times a
// power of ten (of at least minStep, 0 or 1), about n of them, all labelled with the
// same number of decimals. Numbers below 1e-3 or from 1e5 on are labelled in the
// returned power of ten, e.g. "1e−6".
func linearTicks(lo, hi float64, n int, minStep float64) ([]plot.Tick, string) {
	raw := max(hi/float64(n)-lo/float64(n), minStep, math.SmallestNonzeroFloat64) // (hi-lo)/n may overflow
	exp := int(math.Floor(math.Log10(raw)))
	mult := 1.0
	switch over := shift(raw, -exp); { // the nearest of 1, 2, 5 and 10 by ratio
	case over >= math.Sqrt(50):
		exp++
	case over >= math.Sqrt(10):
		mult = 5
	case over >= math.Sqrt2:
		mult = 2
	}
	largest := int(math.Floor(math.Log10(max(math.Abs(lo), math.Abs(hi)))))
	power := 0
	if largest >= 5 || largest < -3 {
		power = largest
	}
	decimals := min(max(0, power-exp), 17)
	step := shift(mult, exp)
	var ticks []plot.Tick
	if first := math.Ceil(lo/step - 1e-9); math.Abs(first) < 1e15 {
		for k := first; k*step <= hi+1e-9*step && len(ticks) < 4*n; k++ {
			v := shift(k*mult, exp) // rounds once, where k·step would twice
			ticks = append(ticks, plot.Tick{Value: v, Label: fixed(shift(v, -power), decimals)})
		}
	}
	if len(ticks) < 2 && n < 12 {
		return linearTicks(lo, hi, n+1, minStep)
	}
	if len(ticks) < 2 { // lo and hi are nearly the same: show them in full
		power = 0
		ticks = []plot.Tick{{Value: lo, Label: short(lo, 17)}, {Value: hi, Label: short(hi, 17)}}
	}
	if power == 0 {
		return ticks, ""
	}
	return ticks, "1e" + minus(strconv.Itoa(power))
}

// logTicks returns marks at powers of ten, or at 1, 2 and 5 times those where
// less than two powers lie between lo and hi.
func logTicks(lo, hi float64, n int) []plot.Tick {
	from, to := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	digits := []float64{1}
	if to-from <= 3 {
		digits = []float64{1, 2, 5}
	}
	stride := 1 + (to-from)/n
	var ticks []plot.Tick
	for e := from; e <= to; e++ {
		for _, d := range digits {
			v := shift(d, e)
			if v < lo*(1-1e-9) || v > hi*(1+1e-9) {
				continue
			}
			t := plot.Tick{Value: v}
			if (e-from)%stride == 0 {
				t.Label = short(v, 3)
			}
			ticks = append(ticks, t)
		}
	}
	if len(ticks) < 2 {
		return []plot.Tick{{Value: lo, Label: short(lo, 4)}, {Value: hi, Label: short(hi, 4)}}
	}
	return ticks
}

// valueLabels returns one label a value: with equally many decimals where up to
// four show all values to half a percent, else with as few digits as tell them
// apart.
func valueLabels(values []float64) []string {
	labels := make([]string, len(values))
	for decimals := range 5 {
		good := !decades(values)
		for i, v := range values {
			labels[i] = fixed(v, decimals)
			shown, err := strconv.ParseFloat(plain(labels[i]), 64)
			good = good && err == nil && math.Abs(shown-v) <= 0.005*math.Abs(v) && len(labels[i]) <= 7 &&
				(i == 0 || v == values[i-1] || labels[i] != labels[i-1])
		}
		if good {
			return labels
		}
	}
	for digits := 3; digits <= 17; digits++ {
		seen, clash := make(map[string]float64, len(values)), false
		for i, v := range values {
			labels[i] = short(v, digits)
			if w, ok := seen[labels[i]]; ok && w != v {
				clash = true
			}
			seen[labels[i]] = v
		}
		if !clash {
			break
		}
	}
	return labels
}

// decades reports whether the magnitudes of the values differ by 1000 or more.
func decades(values []float64) bool {
	lo, hi := math.Inf(1), 0.0
	for _, v := range values {
		if v != 0 {
			lo, hi = min(lo, math.Abs(v)), max(hi, math.Abs(v))
		}
	}
	return hi/lo >= 1000
}

// shift returns v·10^e without a detour over 10^e being 0 or Inf.
func shift(v float64, e int) float64 {
	for ; e > 300; e -= 300 {
		v *= 1e300
	}
	for ; e < -300; e += 300 {
		v /= 1e300
	}
	if e < 0 {
		return v / math.Pow10(-e) // exact powers on both sides round once
	}
	return v * math.Pow10(e)
}

func fixed(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return minus(s)
}

func short(v float64, digits int) string {
	if full := strconv.FormatFloat(v, 'g', -1, 64); digits >= 17 {
		return minus(full)
	}
	s := strconv.FormatFloat(v, 'g', digits, 64)
	if exact, err := strconv.ParseFloat(s, 64); err == nil {
		s = strconv.FormatFloat(exact, 'g', -1, 64)
	}
	return minus(s)
}

// minus writes negative numbers as typography does. Text for terminals is
// turned back into what a program can read by plain.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

func plain(s string) string { return strings.ReplaceAll(s, "−", "-") }
