package klepto

import (
	"fmt"
	"math"
	"time"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// Source says where a result came from. The zero Source is that of no result.
type Source uint8

// The sources of a result.
const (
	Computed Source = iota + 1 // the function was called for this caller
	Shared                     // the function was called for another caller at the same time
	Memory                     // the in-memory cache
	Archived                   // the archive
)

// String returns "computed", "shared", "memory" or "archived".
func (s Source) String() string {
	switch s {
	case Computed:
		return "computed"
	case Shared:
		return "shared"
	case Memory:
		return "memory"
	case Archived:
		return "archived"
	}
	if s == 0 {
		return "none"
	}
	return fmt.Sprintf("Source(%d)", uint8(s))
}

// Info tells about the result of one call.
type Info struct {
	Key    keymap.Key
	Source Source
	// Created is when the computation of the result started.
	Created time.Time
	// Elapsed is what the computation took.
	Elapsed time.Duration
	// Age is the time since the computation ended.
	Age time.Duration
	// Stale tells that the result is older than Options.StaleAfter or MaxAge and
	// was served all the same.
	Stale bool
	// Distance is the largest absolute difference between a float argument of
	// this call and of the call that computed the result: 0 for exact matches,
	// at most about half a unit of the last digit that the rounding keeps. Only
	// scalar arguments count.
	Distance float64
}

// distance is the largest absolute difference between scalar floats of the same
// name in a and b. NaN matches NaN only.
func distance(a, b []value.Field) float64 {
	d := 0.0
	for i := range min(len(a), len(b)) {
		x, ok := float(a[i].Value)
		y, ok2 := float(b[i].Value)
		if !ok || !ok2 || a[i].Name != b[i].Name || x == y || x != x && y != y {
			continue // x == y also where both are the same infinity
		}
		d = math.Max(d, math.Abs(x-y))
	}
	return d
}

func float(v value.Value) (float64, bool) {
	if a, ok := v.(*value.Array); ok && len(a.Shape) == 0 {
		switch s := a.Data.(type) {
		case []float64:
			return s[0], true
		case []float32:
			return float64(s[0]), true
		}
	}
	return 0, false
}
