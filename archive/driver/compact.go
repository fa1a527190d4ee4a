package driver

import "context"

// CompactResult says what an archive took before it was compacted and after.
type CompactResult struct {
	Before, After int64 // bytes in the file system
}

// Compacter is what a driver implements besides Archive where deleting leaves room
// behind, or leftovers, that can be given back to the file system.
type Compacter interface {
	// Compact gives room back and keeps every entry as it is, bit for bit. It calls
	// tell, one call at a time, as it goes on. Until it returns nil the archive is what
	// it was, whatever happens. ErrLocked where other users of the archive are in the
	// way, in this process or another; ErrReadOnly where the archive is open for reading.
	Compact(ctx context.Context, tell func(done, total int)) (CompactResult, error)
}
