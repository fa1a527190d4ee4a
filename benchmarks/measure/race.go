package measure

import (
	"math"
	"runtime"
	"time"
)

// Round is how long a side is timed at once, unless a single operation takes
// longer.
const Round = time.Millisecond

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
	sides := []func(int){r.Ours}
	for _, rival := range r.Rivals {
		sides = append(sides, rival.Do)
	}
	best := Fastest(rounds, Round, sides...)
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

// Fastest times the sides in turn, each for about so long in a round, and returns
// the seconds that one operation of each took in its fastest round. All sides get
// rounds of one length, because a longer one is less likely to be undisturbed.
func Fastest(rounds int, round time.Duration, sides ...func(n int)) []float64 {
	best := make([]float64, len(sides))
	times := make([]int, len(sides))
	for i, do := range sides {
		best[i] = math.Inf(1)
		times[i] = fit(do, round)
	}
	runtime.GC() // what was made to get here is not the sides' to collect
	for range rounds {
		for i, do := range sides {
			best[i] = min(best[i], timed(do, times[i]).Seconds()/float64(times[i]))
		}
	}
	return best
}

// fit returns how many operations fill a round. It asks a few times, because a
// disturbed measurement would make all rounds too short.
func fit(do func(int), round time.Duration) int {
	n, best := 1, math.Inf(1)
	for range 12 {
		best = min(best, timed(do, n).Seconds()/float64(n))
		n = max(1, min(4*n, int(round.Seconds()/best)))
	}
	return n
}

func timed(do func(int), n int) time.Duration {
	start := time.Now()
	do(n)
	return time.Since(start)
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
