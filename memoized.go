package klepto

import (
	"context"

	"github.com/klepto-go/klepto/archive"
)

// Memoized is what every Memo and Control can do whatever the types of its
// function are, for programs that sync, close or watch many of them together.
// The methods are those of Memo.
type Memoized interface {
	Name() string
	Stats() Stats
	ResetStats()
	Vars() any
	Sync(ctx context.Context) error
	Clear(ctx context.Context) error
	DeleteStale(ctx context.Context) (int, error)
	Snapshot(ctx context.Context, a *archive.Archive) (int, error)
	Restore(ctx context.Context, a *archive.Archive) (int, error)
	Archive() *archive.Archive
	SetArchive(a *archive.Archive)
	Enable(on bool)
	Close() error
}
