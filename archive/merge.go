package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Conflict says what Merge does with different results for one key.
type Conflict int

const (
	// ConflictRefuse stores nothing where there is any: the error is a *ConflictError.
	ConflictRefuse Conflict = iota
	// ConflictNewest keeps the one that was computed last; of equals the destination's,
	// then that of the earlier source.
	ConflictNewest
	// ConflictKeep keeps the destination's, else that of the earlier source.
	ConflictKeep
)

// MergeOptions are the settings of Merge. The zero value brings everything over and
// refuses conflicts.
type MergeOptions struct {
	// Functions are the functions to bring over; all where it is empty.
	Functions []string
	// Conflict says what to do with different results for one key.
	Conflict Conflict
	// Progress, where not nil, is called after each entry that is stored, one call at a
	// time.
	Progress func(Progress)
}

// MergeResult says what Merge did.
type MergeResult struct {
	Copied    int // entries that were stored
	Same      int // entries of sources that were there already, with the same result
	Conflicts int // entries of sources for whose key there was another result
}

// ConflictError lists entries whose key has different results in two archives.
type ConflictError struct {
	Conflicts []*Entry // of the sources, without values
}

// Error gives the number of entries and names the first of them.
func (e *ConflictError) Error() string {
	var names []string
	for _, c := range e.Conflicts[:min(3, len(e.Conflicts))] {
		names = append(names, printable(c.Call.Function)+"/"+printable(keyName(c.Key)))
	}
	if len(e.Conflicts) > len(names) {
		names = append(names, "…")
	}
	return fmt.Sprintf("archive: different results for one key, %d of them: %s; nothing was stored: choose which to keep",
		len(e.Conflicts), strings.Join(names, ", "))
}

// Merge brings the entries of several archives into dst, whatever the kinds of all: keys,
// calls, values and provenance stay as they are. Two results for one key are told by
// their sums before anything is stored, and Conflict says what becomes of them. Merging
// again continues where a merge was interrupted. Damaged entries are left out; the error
// is then a *DamageError that names them all. Any other error ended the work early.
func Merge(ctx context.Context, dst *Archive, sources []*Archive, o *MergeOptions) (MergeResult, error) {
	if o == nil {
		o = &MergeOptions{}
	}
	if o.Conflict < ConflictRefuse || o.Conflict > ConflictKeep {
		return MergeResult{}, fmt.Errorf("archive: merge: Conflict %d is none of ConflictRefuse, ConflictNewest and ConflictKeep", o.Conflict)
	}
	m := merger{dst: dst, sources: sources, o: o, best: map[mergeKey]*candidate{}, walk: walk{tell: o.Progress}}
	if err := m.compare(ctx); err != nil {
		return m.result, err
	}
	err := m.store(ctx)
	return m.result, err
}

type mergeKey struct{ function, canonical string }

// candidate is the result that is to be there for a key.
type candidate struct {
	source int // -1: the destination
	entry  *Entry
}

type merger struct {
	walk
	dst     *Archive
	sources []*Archive
	o       *MergeOptions
	best    map[mergeKey]*candidate
	result  MergeResult
}

// compare finds out, by the indexes alone, what is to be stored.
func (m *merger) compare(ctx context.Context) error {
	var conflicts []*Entry
	for i, src := range m.sources {
		if _, err := src.walk(ctx, "merge", m.o.Functions, nil); err != nil {
			return err // a function that is not there
		}
		for e, err := range src.List(ctx, m.o.Functions...) {
			if err != nil {
				var of *Error
				if !damaged(err) || !errors.As(err, &of) {
					return err
				}
				m.damaged = append(m.damaged, of)
				continue
			}
			other, err := m.candidate(ctx, e)
			switch {
			case err != nil:
				return err
			case other == nil:
				m.best[keyOf(e)] = &candidate{i, e}
			case other.entry.Sum == e.Sum:
				m.result.Same++
			default:
				m.result.Conflicts++
				conflicts = append(conflicts, e)
				if m.o.Conflict == ConflictNewest && e.Provenance.Created.After(other.entry.Provenance.Created) {
					*other = candidate{i, e}
				}
			}
		}
	}
	if len(conflicts) > 0 && m.o.Conflict == ConflictRefuse {
		return &ConflictError{Conflicts: conflicts}
	}
	return nil
}

func keyOf(e *Entry) mergeKey { return mergeKey{e.Call.Function, e.Key.Canonical} }

// candidate returns what there is so far for the key of an entry, nil for nothing.
func (m *merger) candidate(ctx context.Context, e *Entry) (*candidate, error) {
	if c := m.best[keyOf(e)]; c != nil {
		return c, nil
	}
	have, err := m.dst.stat(ctx, e.Call.Function, e.Key)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) { // what is damaged is replaced
		return nil, nil
	}
	if err != nil {
		return nil, m.dst.wrap("merge", e.Call.Function, e.Key, err)
	}
	c := &candidate{-1, have}
	m.best[keyOf(e)] = c
	return c, nil
}

// store brings over what compare has chosen.
func (m *merger) store(ctx context.Context) error {
	wanted := make([][]*Entry, len(m.sources))
	for _, c := range m.best {
		if c.source < 0 {
			continue
		}
		wanted[c.source] = append(wanted[c.source], c.entry)
		m.Total++
	}
	out := batch{a: m.dst}
	for i, entries := range wanted {
		slices.SortFunc(entries, func(a, b *Entry) int {
			return cmp.Or(strings.Compare(a.Call.Function, b.Call.Function), strings.Compare(a.Key.Name, b.Key.Name))
		})
		_, err := m.bring(ctx, &out, m.sources[i], func(yield func(*Entry, error) bool) {
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
		})
		m.result.Copied = out.stored
		if err != nil {
			return err
		}
	}
	return m.damage()
}
