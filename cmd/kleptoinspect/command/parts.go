package command

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/value"
)

// What is read of a value, so that one larger than memory can be looked at.
const (
	// wholeBytes is up to which size a value, or a dataset of another program, is read
	// as a whole. Larger ones are read in parts.
	wholeBytes = 64 << 20
	// leafBytes is up to which size arrays are read where only their types are wanted.
	leafBytes = 4 << 10
	// slabBytes is how much of an array is read at a time for its statistics.
	slabBytes = 16 << 20
	// partBytes bounds what --slice chooses, as it does in files of other programs.
	partBytes = 256 << 20
)

// reading is an entry of which large arrays are left out, to be read in parts.
type reading struct {
	a *archive.Archive
	*archive.Entry
	members  []member
	verified bool // all of the value was read, and checked against the sum
}

// read reads an entry: whole where it is small, else without its arrays.
func read(ctx context.Context, a *archive.Archive, e *entry) (*reading, error) {
	if e.Bytes > wholeBytes {
		return outline(ctx, a, e)
	}
	return readMost(ctx, a, e, wholeBytes)
}

// outline reads an entry without its arrays, but for small ones.
func outline(ctx context.Context, a *archive.Archive, e *entry) (*reading, error) {
	return readMost(ctx, a, e, leafBytes)
}

func readMost(ctx context.Context, a *archive.Archive, e *entry, most int64) (*reading, error) {
	full, err := a.Outline(ctx, e.Call.Function, e.Key, most)
	if err != nil {
		return nil, err
	}
	members := membersOf(full.Value)
	return &reading{a, full, members, !slices.ContainsFunc(members, member.leftOut)}, nil
}

// leftOut reports whether the elements of the member are not in memory.
func (m member) leftOut() bool { return m.array != nil && m.array.Data == nil }

// bytes is the size of the elements; of texts, 0.
func (m member) bytes() int64 { return int64(m.array.Len()) * int64(m.array.Elem.Size()) }

// gist is what was read of a member in parts.
type gist struct {
	first   *value.Array // elements, one more than are shown where there are more
	stats   *statistics  // nil where it has no numbers
	numbers []float64    // of all elements, where they are only to be drawn
}

// measure reads a member that was left out in slabs, for its statistics and its first n
// elements.
func (r *reading) measure(ctx context.Context, m *member, n int) error {
	a := m.array
	most := slabBytes / a.Elem.Size()
	if n >= most {
		return usagef("--head %d of %s; choose a part by --slice", n, m.name())
	}
	_, notNumbers := m.label()
	var s measure
	room := a.Elem.Make(min(most, a.Len()))
	want := min(n+1, a.Len())
	first := reflect.MakeSlice(reflect.TypeOf(room), 0, want)
	for spec, count := range slabs(a.Shape, most) {
		part, err := r.slab(ctx, *m, spec, 0, count, room)
		if err != nil {
			return err
		}
		if missing := want - first.Len(); missing > 0 {
			first = reflect.AppendSlice(first, reflect.ValueOf(part.Data).Slice(0, min(missing, count)))
		}
		if notNumbers == nil {
			s.add(part)
		} else if first.Len() == want {
			break
		}
	}
	m.read = &gist{first: &value.Array{Elem: a.Elem, Shape: []int{want}, Data: first.Interface()}}
	if notNumbers == nil {
		m.read.stats = s.statistics()
	}
	return r.replaced(ctx, nil)
}

// slab returns the elements of a member that spec selects, count of them at a place in C
// order, as a row: those in memory, else they are read into room.
func (r *reading) slab(ctx context.Context, m member, spec string, at, count int, room any) (*value.Array, error) {
	part := &value.Array{Elem: m.array.Elem, Shape: []int{count}}
	if !m.leftOut() {
		part.Data = reflect.ValueOf(m.array.Data).Slice(at, at+count).Interface()
		return part, nil
	}
	part.Data = reflect.ValueOf(room).Slice(0, count).Interface()
	if err := r.into(ctx, m.selection+spec, part.Data); err != nil {
		return nil, r.replaced(ctx, err)
	}
	return part, nil
}

// replaced tells of an entry that was another one in the end, of which the parts may be
// of both; else it returns err.
func (r *reading) replaced(ctx context.Context, err error) error {
	now, failed := r.a.Stat(ctx, r.Call.Function, r.Key)
	if failed == nil && (now.Sum != r.Sum || !now.Provenance.Created.Equal(r.Provenance.Created)) || errors.Is(failed, archive.ErrNotFound) {
		return errors.New("the entry was replaced while it was read; run the command again")
	}
	if err == nil {
		err = failed
	}
	return err
}

// slabs yields selections that make up an array in C order, and how many elements each
// has: as many as are allowed, or as are left of a row.
func slabs(shape []int, most int) iter.Seq2[string, int] {
	// Dimensions before d go index by index, d by ranges, and those after it are whole.
	d, row := len(shape)-1, 1
	for d > 0 && row*shape[d] <= most {
		row *= shape[d]
		d--
	}
	step := max(1, most/row)
	return func(yield func(string, int) bool) {
		index := make([]int, d)
		for {
			before := ""
			for _, i := range index {
				before += fmt.Sprintf("%d,", i)
			}
			for from := 0; from < shape[d]; from += step {
				to := min(from+step, shape[d])
				if !yield(fmt.Sprintf("[%s%d:%d]", before, from, to), (to-from)*row) {
					return
				}
			}
			k := d - 1
			for ; k >= 0; k-- { // count up
				if index[k]++; index[k] < shape[k] {
					break
				}
				index[k] = 0
			}
			if k < 0 {
				return
			}
		}
	}
}

// into is archive.ReadInto into a slice of any type that arrays without Data have.
func (r *reading) into(ctx context.Context, selection string, data any) error {
	switch d := data.(type) {
	case []bool:
		return readInto(ctx, r, selection, d)
	case []int8:
		return readInto(ctx, r, selection, d)
	case []int16:
		return readInto(ctx, r, selection, d)
	case []int32:
		return readInto(ctx, r, selection, d)
	case []int64:
		return readInto(ctx, r, selection, d)
	case []uint8:
		return readInto(ctx, r, selection, d)
	case []uint16:
		return readInto(ctx, r, selection, d)
	case []uint32:
		return readInto(ctx, r, selection, d)
	case []uint64:
		return readInto(ctx, r, selection, d)
	case []float32:
		return readInto(ctx, r, selection, d)
	case []float64:
		return readInto(ctx, r, selection, d)
	case []complex64:
		return readInto(ctx, r, selection, d)
	case []complex128:
		return readInto(ctx, r, selection, d)
	}
	return fmt.Errorf("%s: %T is not read in parts", selection, data)
}

func readInto[T archive.Element](ctx context.Context, r *reading, selection string, dst []T) error {
	_, err := archive.ReadInto(ctx, r.a, r.Call.Function, r.Key, selection, dst)
	return err
}

// cut returns a member of which spec has chosen a part, as between the brackets of a
// selection of numpy.
func (r *reading) cut(ctx context.Context, m member, spec string) (member, error) {
	if m.array == nil {
		return m, usagef("--slice %s: %s is null", spec, m.name())
	}
	s, err := driver.ParseSelection("[" + spec + "]")
	var b *driver.Slab
	if err == nil {
		b, err = s.Of(m.array.Shape)
	}
	if bad := (*archive.SelectionError)(nil); errors.As(err, &bad) {
		return m, usagef("--slice %s of %s: %s", spec, m.name(), bad.Why)
	}
	if bytes := int64(b.Len()) * int64(m.array.Elem.Size()); bytes > partBytes {
		return m, usagef("--slice %s of %s has %s; choose a part of at most %s", spec, m.name(), size(bytes), size(partBytes))
	}
	var v value.Value
	if m.leftOut() {
		v, err = r.a.Slice(ctx, r.Call.Function, r.Key, m.selection+"["+spec+"]")
		err = r.replaced(ctx, err)
	} else {
		v, err = s.Cut(m.array, nil)
	}
	if err != nil {
		return m, err
	}
	m.array, m.slice = v.(*value.Array), spec // a selection of elements is one
	return m, nil
}

// load returns a member with its elements.
func (r *reading) load(ctx context.Context, m member) (member, error) {
	if !m.leftOut() {
		return m, nil
	}
	m, err := r.cut(ctx, m, "...")
	m.slice = ""
	return m, err
}
