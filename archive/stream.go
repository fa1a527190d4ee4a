package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/value"
)

// Writer stores an entry whose arrays come in slabs: rows after rows along their first
// dimension, each of which may be forgotten once it is written, so that a value larger
// than memory becomes an entry as any other. Create makes one. The entry appears when
// Commit returns nil, whole; in any other case, the death of the process included, the
// archive is as if there had never been one.
//
// Methods may be called concurrently, and are done one at a time. Any error ends the
// stream: what comes after returns it again, and nothing is stored.
type Writer struct {
	// Provenance is what the entry will say of its origin. It is that of the entry
	// given to Create, and may be changed until Commit, when the time it took is known.
	Provenance Provenance

	a *Archive
	e *Entry // without the slabs; Value is the writer's own

	mu    sync.Mutex
	s     driver.Stream
	parts []*part
	unset map[string]*value.Field // members without a value, by path
	names []string                // of parts, then of unset
	sum   *streamSum
	over  error // why nothing can be appended any more
}

// errCommitted is the end of a stream that went well.
var errCommitted = fmt.Errorf("%w: the entry is stored", ErrClosed)

// CanStream reports whether the kind of the archive has Create.
func (a *Archive) CanStream() bool {
	_, ok := a.d.(driver.Streamer)
	return ok
}

// Create begins an entry whose value comes in parts. e says what it will be: an Array
// without Data (Data is nil) comes in slabs, by Append, and of a field of a Struct
// whose Value is nil Set tells the value before Commit; the rest is stored as it is.
// Of such an array the first dimension is -1 where only Commit will tell how many rows
// there are. It is the value itself, or a field of a Struct, or of Structs in one, and
// has elements of any type but String.
//
//	w, err := a.Create(ctx, &archive.Entry{Key: key, Call: call, Value: &value.Struct{Fields: []value.Field{
//		{Name: "x", Value: x},
//		{Name: "u", Value: &value.Array{Elem: value.Float64, Shape: []int{steps, ny, nx}}},
//		{Name: "energy"}, // known in the end
//	}}})
//	if err != nil …
//	defer w.Abort() // nothing, once it is committed
//	for … {
//		if err := archive.Append(ctx, w, "u", slab); err != nil …
//	}
//	w.Set("energy", energy)
//	return w.Commit(ctx)
//
// e itself is only read. Kinds of archives that take whole values only, as chains do,
// are errors.ErrUnsupported; ErrEntry where e cannot become an entry.
func (a *Archive) Create(ctx context.Context, e *Entry) (*Writer, error) {
	w, err := a.create(ctx, e)
	if err != nil {
		return nil, a.wrapEntry("create", e, err)
	}
	return w, nil
}

func (a *Archive) create(ctx context.Context, e *Entry) (*Writer, error) {
	d, ok := a.d.(driver.Streamer)
	if !ok {
		return nil, fmt.Errorf("%w: this kind of archive takes whole values; Put one, or Create the entry in an archive of kind hdf: or hdfdir:", errors.ErrUnsupported)
	}
	if e == nil {
		return nil, fmt.Errorf("%w: it is nil", ErrEntry)
	}
	w := &Writer{a: a, unset: make(map[string]*value.Field)}
	own, probe, err := w.plan("", e.Value)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEntry, err)
	}
	if len(w.parts) == 0 {
		return nil, fmt.Errorf("%w: no array of its value is without Data; Put stores what is whole", ErrEntry)
	}
	whole := *e
	whole.Value = probe
	if w.e, err = begin(&whole); err != nil {
		return nil, err
	}
	w.e.Value, w.Provenance = own, w.e.Provenance
	w.e.Call.Args = slices.Clone(e.Call.Args)
	for i, arg := range w.e.Call.Args {
		w.e.Call.Args[i].Value = value.Clone(arg.Value)
	}
	begun := *w.e
	begun.Value = nil
	arrays := make([]*value.Array, len(w.parts))
	for i, p := range w.parts {
		declared := *p.array // Commit sets the rows of its own
		declared.Shape = slices.Clone(p.array.Shape)
		arrays[i] = &declared
	}
	for name := range w.unset {
		w.names = append(w.names, name)
	}
	slices.Sort(w.names[len(w.parts):])
	w.sum = newStreamSum(e.Key, own)
	err = a.do(ctx, func() (err error) {
		w.s, err = d.Stream(ctx, &begun, arrays)
		return err
	})
	return w, err
}

// Append adds rows to the end of an array that comes in slabs: as many whole ones as
// there are, in C order, of the type that the array's Elem names (int64 for times and
// durations too). member is where the array is, as Slice has it: "u", "fields/u", or ""
// where it is the value itself. The archive keeps nothing of rows: the caller may use
// the memory again. More rows than Create was told are an error.
func Append[T Element](ctx context.Context, w *Writer, member string, rows []T) error {
	return w.do(ctx, "append", func() error { return w.append(ctx, member, rows, len(rows)) })
}

func (w *Writer) append(ctx context.Context, member string, data any, n int) error {
	i := slices.Index(w.names[:len(w.parts)], member)
	if i < 0 {
		return fmt.Errorf("there is no array %q that comes in slabs; there are %q", member, w.names[:len(w.parts)])
	}
	p := w.parts[i]
	if value.Validate(&value.Array{Elem: p.array.Elem, Shape: []int{n}, Data: data}) != nil {
		return fmt.Errorf("%q is an array of %v, whose rows come as %T, not as %T", member, p.array.Elem, p.array.Elem.Make(0), data)
	}
	if n%p.row != 0 {
		return fmt.Errorf("%d elements are no whole rows of %q, which have %d, as of shape %v", n, member, p.row, p.array.Shape)
	}
	rows := n / p.row
	if declared := p.array.Shape[0]; declared >= 0 && rows > declared-p.rows {
		return fmt.Errorf("%q has %d rows and got %d more, of %d that were declared; declare -1 where the number is not known", member, p.rows, rows, declared)
	}
	if rows == 0 {
		return nil
	}
	if err := w.s.Append(ctx, i, data); err != nil {
		return err
	}
	w.hash(i, data, rows)
	p.rows += rows
	return nil
}

// hash takes rows of part k into the sum where it is their turn.
func (w *Writer) hash(k int, data any, rows int) {
	for w.sum.at < k {
		at := w.sum.at
		if at >= 0 && w.sum.done < w.parts[at].array.Shape[0] || !w.parts[at+1].live {
			return
		}
		w.sum.advance()
	}
	if w.sum.at == k && w.sum.done == w.parts[k].rows {
		w.sum.add(data, rows)
	}
}

// Set gives the value to a field that had none when the stream was created. member is
// its path, as that of Append.
func (w *Writer) Set(member string, v value.Value) error {
	return w.do(context.Background(), "set", func() error {
		f := w.unset[member]
		if f == nil {
			return fmt.Errorf("%w: there is no member %q without a value; there are %q", ErrEntry, member, w.names[len(w.parts):])
		}
		if err := value.Validate(v); err != nil {
			return fmt.Errorf("%w: member %q: %w", ErrEntry, member, err)
		}
		f.Value = value.Clone(v)
		return nil
	})
}

// Commit stores the entry, and replaces the one with the same function and key, as Put
// does. It is an error where rows or values are missing.
func (w *Writer) Commit(ctx context.Context) error {
	_, err := w.commit(ctx, false, nil)
	return err
}

// CommitIfAbsent is Commit where there is no entry with this function and key, and
// tells whether it stored. Else what was written is given back.
func (w *Writer) CommitIfAbsent(ctx context.Context) (stored bool, err error) {
	return w.commit(ctx, true, nil)
}

// commit is Commit; what is stored has the sum of like, where that is not nil.
func (w *Writer) commit(ctx context.Context, ifAbsent bool, like *Entry) (stored bool, err error) {
	err = w.do(ctx, "commit", func() error {
		for _, name := range w.names[len(w.parts):] {
			if w.unset[name].Value == nil {
				return fmt.Errorf("member %q has no value; Set it first", name)
			}
		}
		for _, p := range w.parts {
			if n := p.array.Shape[0]; n >= 0 && p.rows < n {
				return fmt.Errorf("%q has %d rows of %d that were declared; append the rest, or declare -1 where the number is not known", p.name, p.rows, n)
			}
		}
		for _, p := range w.parts {
			p.array.Shape[0] = p.rows
		}
		var err error
		if w.e.Sum, err = w.readRest(ctx); err != nil {
			return err
		}
		if like != nil {
			if err := matches(like, w.e.Sum); err != nil {
				return sourceError{err}
			}
		}
		w.e.Provenance = w.Provenance
		normalize(&w.e.Provenance)
		w.e.Bytes, w.e.Shape = value.Size(w.e.Value), value.Describe(w.e.Value)
		for _, p := range w.parts {
			w.e.Bytes += int64(p.rows) * int64(p.row) * int64(p.array.Elem.Size())
		}
		if stored, err = w.s.Commit(ctx, w.e, ifAbsent); err == nil {
			w.over = errCommitted
		}
		return err
	})
	return stored, err
}

// readBack is how many bytes of elements are read at a time.
const readBack = 8 << 20

// readRest completes the sum with what could not go into it as it came.
func (w *Writer) readRest(ctx context.Context) (uint64, error) {
	for w.sum.at < 0 {
		w.sum.advance()
	}
	for ; w.sum.at < len(w.parts); w.sum.advance() {
		k := w.sum.at
		p := w.parts[k]
		most := max(1, readBack/(p.row*p.array.Elem.Size()))
		var data any
		for have := 0; w.sum.done < p.rows; {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			n := min(most, p.rows-w.sum.done)
			if n != have {
				data, have = p.array.Elem.Make(n*p.row), n
			}
			if err := w.s.Read(ctx, k, w.sum.done, data); err != nil {
				return 0, fmt.Errorf("reading %q back: %w", p.name, err)
			}
			w.sum.add(data, n)
		}
	}
	return w.sum.sum()
}

// Abort gives back what was written. After Commit, and a second time, it does nothing.
func (w *Writer) Abort() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over != nil {
		return nil
	}
	w.over = fmt.Errorf("%w: the stream was aborted", ErrClosed)
	return w.a.wrap("abort", w.e.Call.Function, w.e.Key, w.end())
}

// end gives up the stream. w.mu is held.
func (w *Writer) end() error {
	w.sum.stop()
	return w.s.Abort()
}

// do runs an operation of the stream, which its failure ends.
func (w *Writer) do(ctx context.Context, op string, f func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.over
	if err == nil {
		if err = w.a.do(ctx, f); err != nil {
			w.over = err
			if failed := w.end(); failed != nil {
				err = errors.Join(err, failed)
			}
		}
	}
	return w.a.wrap(op, w.e.Call.Function, w.e.Key, err)
}
