package memarchive

import (
	"context"
	"fmt"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
)

func init() {
	register("mem", func() driver.Archive { return newMem() })
	register("null", func() driver.Archive { return null{} })
}

func register(scheme string, make func() driver.Archive) {
	archive.Register(scheme, &archive.Scheme{
		Open: func(_ context.Context, u *archive.URL) (driver.Archive, error) {
			if u.Path != "" {
				return nil, fmt.Errorf("%w: %s: takes no path, but got %q; write %q", archive.ErrURL, scheme, u.Path, scheme+":")
			}
			return make(), nil
		},
	})
}

// New returns an empty archive in memory, the same as archive.Open of "mem:".
func New() *archive.Archive { return archive.New(newMem()) }

// Null returns an archive that accepts every entry and keeps none, the same as
// archive.Open of "null:".
func Null() *archive.Archive { return archive.New(null{}) }
