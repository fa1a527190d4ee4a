package command

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// significant formats a statistic with 6 digits; show --json has all of them.
func significant(n number) string {
	if n.isFloat() {
		return strconv.FormatFloat(n.f, 'g', 6, 64)
	}
	return n.String()
}

// seconds formats a compute time: three digits are what it is good for.
func seconds(d time.Duration) string {
	s := d.Seconds()
	if s == 0 {
		return "0"
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(s)))))
	return strconv.FormatFloat(s, 'f', min(digits, 9), 64)
}

// age formats the time since a moment with its largest unit.
func age(now, then time.Time) string {
	d := now.Sub(then)
	switch {
	case then.IsZero():
		return ""
	case d < 0:
		return "in the future"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// size formats a number of bytes.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB", "PB"} {
		if f /= 1000; f < 999.5 || unit == "PB" {
			return strconv.FormatFloat(f, 'g', 3, 64) + " " + unit
		}
	}
	return ""
}
