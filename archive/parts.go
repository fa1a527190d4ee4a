package archive

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// What follows verifies and copies entries that may be larger than memory: their large
// arrays come without Data, as an Outliner leaves them, and are read in slabs.

const (
	// inPartsFrom is the size of values from which on they are taken in parts.
	inPartsFrom = 64 << 20
	// partBytes is how much of an array is read at a time.
	partBytes = 16 << 20
)

// Outline returns an entry without the Data of its large arrays (Data is nil), of which
// types, shapes and what else is said of them are there; Slice and ReadInto read them, or
// parts of them. Large are arrays of more than most bytes that are the value itself or
// fields of structs. Kinds of archives that get whole values return them, which is always
// allowed. Only a value with all of its Data is verified. ErrNotFound where there is none.
func (a *Archive) Outline(ctx context.Context, function string, key keymap.Key, most int64) (*Entry, error) {
	d, ok := a.d.(driver.Outliner)
	if !ok {
		return a.Get(ctx, function, key)
	}
	e, err := a.outline(ctx, d, function, key, most)
	if err == nil {
		var parts []*part
		if _, parts, err = partsOf(e); len(parts) == 0 {
			err = verify(e)
		}
	}
	if err != nil {
		return nil, a.wrap("outline", function, key, err)
	}
	return e, nil
}

// partsOf finds the arrays without Data in an outlined entry, and refuses a value that is
// none that archives have. own is a copy of the value, with the arrays of parts.
func partsOf(e *Entry) (own value.Value, parts []*part, err error) {
	w := Writer{unset: make(map[string]*value.Field)} // for its plan
	own, probe, err := w.plan("", e.Value)
	if err == nil {
		err = value.Validate(probe)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w; delete the entry, and the next call computes it again", ErrCorrupt, err)
	}
	return own, w.parts, nil
}

// outline is Outline without the checks.
func (a *Archive) outline(ctx context.Context, d driver.Outliner, function string, key keymap.Key, most int64) (*Entry, error) {
	var e *Entry
	err := a.do(ctx, func() (err error) {
		e, err = d.Outline(ctx, function, key, most)
		return err
	})
	if err == nil && e.Key.Canonical != key.Canonical {
		err = ErrNotFound
	}
	return e, err
}

// inParts runs do on an outlined entry, and again where the entry was another one in
// the end: then its parts may be of both.
func (a *Archive) inParts(ctx context.Context, e *Entry, do func(*Entry) error) error {
	for {
		err := do(e)
		if err == nil || !damaged(err) {
			return err
		}
		now, failed := a.stat(ctx, e.Call.Function, e.Key)
		if errors.Is(failed, ErrNotFound) {
			return failed
		}
		if failed != nil || now.Sum == e.Sum && now.Provenance.Created.Equal(e.Provenance.Created) {
			return err
		}
		if e, failed = a.outline(ctx, a.d.(driver.Outliner), e.Call.Function, e.Key, a.unit()); failed != nil {
			return failed
		}
	}
}

// verifyParts is verify of an outlined entry.
func (a *Archive) verifyParts(ctx context.Context, e *Entry) error {
	own, parts, err := partsOf(e)
	if err != nil {
		return err
	}
	s := newStreamSum(e.Key, own)
	defer s.stop()
	for s.advance(); s.at < len(parts); s.advance() {
		err := a.eachPart(ctx, e, parts[s.at], func(data any, rows int) error {
			s.add(data, rows)
			return nil
		})
		if err != nil {
			return err
		}
	}
	sum, err := s.sum()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return matches(e, sum)
}

// unit is how much of an array is read at a time.
func (a *Archive) unit() int64 { return min(partBytes, a.inPartsFrom) }

// eachPart reads an array of an outlined entry, some rows at a time.
func (a *Archive) eachPart(ctx context.Context, e *Entry, p *part, use func(data any, rows int) error) error {
	most := max(1, int(a.unit())/(p.row*p.array.Elem.Size()))
	all := p.array.Shape[0]
	room := reflect.ValueOf(p.array.Elem.Make(min(most, all) * p.row))
	for row := 0; row < all; row += most {
		have := min(most, all-row)
		data := room.Slice(0, have*p.row).Interface()
		s, err := driver.ParseSelection(fmt.Sprintf("%s[%d:%d]", p.name, row, row+have))
		if err != nil {
			return err // not reached: names are escaped
		}
		err = a.do(ctx, func() error {
			_, err := a.d.(driver.Outliner).Slice(ctx, e.Call.Function, e.Key, s, data)
			return err
		})
		if errors.Is(err, ErrSelection) || errors.Is(err, errors.ErrUnsupported) { // it is not what it was when it was outlined
			err = fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		if err == nil {
			err = use(data, have)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sourceError is one of the archive that is read, as against the one that is written.
type sourceError struct{ error }

func (e sourceError) Unwrap() error { return e.error }

// addParts stores an outlined entry of src, in a stream. It is errors.ErrUnsupported where
// b's archive takes no streams.
func (b *batch) addParts(ctx context.Context, src *Archive, e *Entry) (err error) {
	if _, parts, err := partsOf(e); err != nil || len(parts) == 0 { // it became another one
		if err == nil {
			err = verify(e)
		}
		if err != nil {
			return sourceError{err}
		}
		return b.add(ctx, e)
	}
	w, err := b.a.Create(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Abort()) }() // nothing, once it is committed
	for _, p := range w.parts {
		var refused error
		err := src.eachPart(ctx, e, p, func(data any, rows int) error {
			refused = w.do(ctx, "append", func() error { return w.append(ctx, p.name, data, rows*p.row) })
			return refused
		})
		if refused != nil {
			return refused
		}
		if err != nil {
			return sourceError{err}
		}
	}
	stored, err := w.commit(ctx, b.ifAbsent, e)
	if stored {
		b.stored++
	}
	return err
}

// bring reads what is wanted of src and has out store it. sent counts entries that were
// handed to out.
func (w *walk) bring(ctx context.Context, out *batch, src *Archive, wanted iter.Seq2[*Entry, error]) (sent int, err error) {
	for f := range src.fetch(ctx, wanted, true) {
		if f.err == nil {
			f.err, err = out.take(ctx, src, f)
			if err != nil {
				return sent, err
			}
		}
		if errors.Is(f.err, ErrNotFound) {
			continue // deleted since it was listed
		}
		if f.err == nil {
			sent++
		}
		if err := w.step(f.listed, f.err); err != nil {
			return sent, err
		}
	}
	return sent, out.flush(ctx)
}

// take adds what fetch has read of src. damage is what is wrong with the entry itself.
func (b *batch) take(ctx context.Context, src *Archive, f *fetched) (damage, err error) {
	if f.parts {
		err = src.inParts(ctx, f.entry, func(e *Entry) error { return b.addParts(ctx, src, e) })
		var of sourceError
		switch {
		case errors.As(err, &of):
			return src.wrap("copy", f.listed.Call.Function, f.listed.Key, of.error), nil
		case errors.Is(err, ErrNotFound):
			return err, nil
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			return nil, err
		}
		if f.entry, err = src.Get(ctx, f.listed.Call.Function, f.listed.Key); err != nil {
			return err, nil
		}
	}
	return nil, b.add(ctx, f.entry)
}
