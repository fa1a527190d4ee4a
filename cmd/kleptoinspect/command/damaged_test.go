package command_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
)

// damaged is a driver whose listings begin with a damaged entry.
type damaged struct{ driver.Archive }

func (d damaged) List(ctx context.Context, function string) iter.Seq2[*driver.Entry, error] {
	return func(yield func(*driver.Entry, error) bool) {
		if !yield(nil, fmt.Errorf("%w: the index has a hole", archive.ErrCorrupt)) {
			return
		}
		d.Archive.List(ctx, function)(yield)
	}
}
