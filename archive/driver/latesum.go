package driver

import "context"

// LateSummer is what a driver implements besides Archive where it writes large values,
// and their sums last: the one is done while the other is computed.
type LateSummer interface {
	// PutBeforeSum is Put of one entry whose Sum is still being computed. The driver
	// calls sum where it needs it, as often as it likes, and sets e.Sum, or stores
	// nothing where sum returns an error. The entry is the driver's own, but for its value.
	PutBeforeSum(ctx context.Context, e *Entry, ifAbsent bool, sum func() (uint64, error)) (stored int, err error)
}
