package cache

import (
	"math"
	"time"
)

// clock counts nanoseconds since a moment of its own. With the system clock it is
// monotonic: setting the computer's time moves no deadline.
type clock struct {
	base time.Time
	now  func() time.Time // nil is the system clock
}

func newClock(now func() time.Time) *clock {
	if now == nil {
		return &clock{base: time.Now()}
	}
	return &clock{base: now(), now: now}
}

func (c *clock) elapsed() int64 {
	if c.now == nil {
		return int64(time.Since(c.base))
	}
	return int64(c.now().Sub(c.base))
}

const (
	never   = math.MaxInt64 // the deadline of an entry that does not expire
	untimed = math.MinInt64 // the time in a cache where nothing can expire
)

// later adds a span to a moment, never beyond never.
func later(at int64, span time.Duration) int64 {
	if sum := at + int64(span); sum >= at {
		return sum
	}
	return never
}
