package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// CompactResult says what an archive took before Compact and after.
type CompactResult = driver.CompactResult

// CompactOptions are the settings of Compact. The zero value compacts in silence.
type CompactOptions struct {
	// Progress, where not nil, is called as the work goes on, one call at a time. Done
	// and Total count parts of the archive, which need not be entries.
	Progress func(Progress)
}

// Compact gives the room that deleted and replaced entries have left behind back to the
// file system, and keeps every entry as it is, bit for bit. Until it returns nil the
// archive is what it was, whatever happens. Operations of other goroutines wait. ErrLocked
// says that others have the archive open. A kind of archive that leaves no room behind
// is errors.ErrUnsupported.
func (a *Archive) Compact(ctx context.Context, o *CompactOptions) (r CompactResult, err error) {
	if o == nil {
		o = &CompactOptions{}
	}
	c, ok := a.d.(driver.Compacter)
	if !ok {
		err := fmt.Errorf("%w: this kind of archive leaves nothing behind that could be given back", errors.ErrUnsupported)
		return r, a.wrap("compact", "", keymap.Key{}, err)
	}
	tell := func(done, total int) {
		if o.Progress != nil {
			o.Progress(Progress{Done: done, Total: total})
		}
	}
	err = a.do(ctx, func() (err error) {
		r, err = c.Compact(ctx, tell)
		return err
	})
	return r, a.wrap("compact", "", keymap.Key{}, err)
}
