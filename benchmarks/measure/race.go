package measure

import (
	"math"
	"runtime"
	"time"
)

// Round is how long a side is timed at once, unless a single operation takes
// longer.
const Round = time.Millisecond

// Spread is how long the rounds of a race take at least, with pauses between them.
const Spread = time.Second

// Race times one operation of ours beside those of rivals, in turn.
type Race struct {
	Name string // what is done, without the rival
	// Ours does it n times.
	Ours   func(n int)
	Rivals []Rival
}

// Rival is what a race is run against.
type Rival struct {
	Name string
	Do   func(n int) // does it n times
	Goal Goal
}

// Run returns a line per rival, each with the fastest of so many rounds of either
// side.
func (r Race) Run(rounds int) []Line {
	sides := []Side{Timed(r.Ours)}
	for _, rival := range r.Rivals {
		sides = append(sides, Timed(rival.Do))
	}
	best := Fastest(rounds, Spread, sides...)
	objects := allocs(r.Ours)
	var lines []Line
	for i, rival := range r.Rivals {
		lines = append(lines, Line{
			Name:      r.Name + " : " + rival.Name,
			Ours:      best[0],
			Reference: best[i+1],
			Allocs:    objects,
			Goal:      rival.Goal,
		})
	}
	return lines
}

// Side does an operation n times and says how long that took.
type Side func(n int) time.Duration

// Timed returns a side that times what do takes.
func Timed(do func(n int)) Side {
	return func(n int) time.Duration {
		start := time.Now()
		do(n)
		return time.Since(start)
	}
}

// Fastest lets the sides take turns, each for about a Round, and returns the seconds
// that one operation of each took in its fastest round. All have rounds of one
// length, because a longer one is less likely to be undisturbed. Pauses between the
// rounds make them last as long as spread.
func Fastest(rounds int, spread time.Duration, sides ...Side) []float64 {
	best := make([]float64, len(sides))
	times := make([]int, len(sides))
	for i, side := range sides {
		best[i] = math.Inf(1)
		times[i] = side.fit()
	}
	runtime.GC() // what was made to get here is not the sides' to collect
	start := time.Now()
	for round := range rounds {
		time.Sleep(time.Until(start.Add(spread * time.Duration(round) / time.Duration(rounds))))
		for turn := range sides {
			i := (round + turn) % len(sides) // each is as often the first after a pause
			best[i] = min(best[i], sides[i](times[i]).Seconds()/float64(times[i]))
		}
	}
	return best
}

// fit returns how many operations fill a Round. It asks a few times, because a
// disturbed answer would make all rounds too short.
func (side Side) fit() int {
	n, best := 1, math.Inf(1)
	for range 12 {
		best = min(best, side(n).Seconds()/float64(n))
		n = max(1, min(4*n, int(Round.Seconds()/best)))
	}
	return n
}

// allocs counts objects per operation. What runs beside it may allocate now and
// then, so the fewest of three times count, and a few objects don't.
func allocs(do func(int)) float64 {
	const n = 1000
	fewest := math.Inf(1)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do(n)
		runtime.ReadMemStats(&after)
		fewest = min(fewest, float64(after.Mallocs-before.Mallocs)/n)
	}
	return math.Floor(fewest*100) / 100
}
