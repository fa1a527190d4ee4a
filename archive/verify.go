package archive

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/klepto-go/klepto/keymap"
)

// Progress tells how far Verify or Copy is.
type Progress struct {
	Done    int   // entries gone through
	Total   int   // entries there were at the start
	Bytes   int64 // of the values gone through
	Damaged int   // among Done
}

// VerifyOptions says what Verify goes through. The zero value means every entry
// of every function, in silence.
type VerifyOptions struct {
	// Functions are the functions to go through; all where it is empty. One that
	// has no entries is ErrNotFound.
	Functions []string

	// Progress, where not nil, is called after each entry, one call at a time.
	Progress func(Progress)
}

// Verify reads every entry, large ones in parts, checks it against its sum, and returns how
// far it came. Its error is a *DamageError where entries are damaged, which names them
// all; delete them, and the next calls compute them again. Any other error
// ended the work early.
func (a *Archive) Verify(ctx context.Context, o *VerifyOptions) (Progress, error) {
	if o == nil {
		o = &VerifyOptions{}
	}
	w, err := a.walk(ctx, "verify", o.Functions, o.Progress)
	if err != nil {
		return Progress{}, err
	}
	for f := range a.fetch(ctx, a.List(ctx, o.Functions...), true) {
		if f.err == nil && f.parts {
			f.err = a.inParts(ctx, f.entry, func(e *Entry) error { return a.verifyParts(ctx, e) })
			f.err = a.wrap("verify", f.listed.Call.Function, f.listed.Key, f.err)
		}
		if errors.Is(f.err, ErrNotFound) {
			continue // deleted since it was listed
		}
		if err := w.step(f.listed, f.err); err != nil {
			return w.Progress, err
		}
	}
	return w.Progress, w.damage()
}

// walk counts entries on behalf of Verify and Copy, and gathers the damaged.
type walk struct {
	Progress
	damaged []*Error
	tell    func(Progress)
}

func (a *Archive) walk(ctx context.Context, op string, functions []string, tell func(Progress)) (*walk, error) {
	fns, err := a.Functions(ctx)
	if err != nil {
		return nil, err
	}
	w := &walk{tell: tell}
	have := make(map[string]bool)
	var names []string
	for _, f := range fns {
		have[f.Name] = true
		names = append(names, printable(f.Name))
	}
	for _, f := range functions {
		if !have[f] {
			return nil, a.wrap(op, f, keymap.Key{}, fmt.Errorf("%w of this function; the archive has %s",
				ErrNotFound, strings.Join(names, ", ")))
		}
	}
	for _, f := range selected(fns, functions) {
		w.Total += f.Entries
	}
	return w, nil
}

// step counts an entry, with the error of reading it. It returns an error that
// is not about this entry alone.
func (w *walk) step(e *Entry, err error) error {
	if err != nil {
		var of *Error
		if !damaged(err) || !errors.As(err, &of) {
			return err
		}
		w.damaged = append(w.damaged, of)
		w.Damaged++
	}
	w.count(e)
	return nil
}

// count counts an entry as gone through. e is nil where nothing of it is readable.
func (w *walk) count(e *Entry) {
	w.Done++
	if e != nil {
		w.Bytes += e.Bytes
	}
	if w.tell != nil {
		w.tell(w.Progress)
	}
}

// damage returns the damaged entries as an error, nil where there are none.
func (w *walk) damage() error {
	if len(w.damaged) == 0 {
		return nil
	}
	return &DamageError{Damaged: w.damaged}
}

// damaged tells errors of a single entry from those that concern the archive.
func damaged(err error) bool {
	return errors.Is(err, ErrCorrupt) || errors.Is(err, ErrFormat) || errors.Is(err, ErrVersion)
}
