package archive_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// outliner is a memory archive that hands entries out in parts.
type outliner struct {
	driver.Archive
	driver.Streamer
	whole atomic.Int32   // entries that were read whole
	cut   func(n int)    // called before slice n
	fault func(data any) // spoils what slices read
	n     int
}

func newOutliner() *outliner {
	d := memarchive.New().Driver()
	return &outliner{Archive: d, Streamer: d.(driver.Streamer), cut: func(int) {}, fault: func(any) {}}
}

func (o *outliner) Get(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	o.whole.Add(1)
	return o.Archive.Get(ctx, function, key)
}

func (o *outliner) Outline(ctx context.Context, function string, key keymap.Key, most int64) (*driver.Entry, error) {
	e, err := o.Archive.Get(ctx, function, key)
	if err != nil {
		return nil, err
	}
	out := *e
	out.Value = outlined(e.Value, most)
	return &out, nil
}

func outlined(v value.Value, most int64) value.Value {
	switch v := v.(type) {
	case *value.Array:
		if v.Elem != value.String && len(v.Shape) > 0 && value.Size(v) > most {
			a := *v
			a.Data = nil
			return &a
		}
	case *value.Struct:
		s := &value.Struct{Meta: v.Meta}
		for _, f := range v.Fields {
			s.Fields = append(s.Fields, value.Field{Name: f.Name, Value: outlined(f.Value, most)})
		}
		return s
	}
	return v
}

func (o *outliner) Slice(ctx context.Context, function string, key keymap.Key, s *driver.Selection, dst any) (value.Value, error) {
	o.n++
	o.cut(o.n)
	e, err := o.Archive.Get(ctx, function, key)
	if err != nil {
		return nil, err
	}
	v, err := s.Cut(e.Value, dst)
	o.fault(dst)
	return v, err
}

// large is an entry with arrays of several forms, some kB of them.
func large(n int) *archive.Entry {
	e := number("large", n, 0)
	floats := make([]float64, 300)
	for i := range floats {
		floats[i] = float64(i + n)
	}
	texts := slices.Repeat([]string{"text"}, 100)
	e.Value = &value.Struct{Fields: []value.Field{
		{Name: "first", Value: &value.Array{Elem: value.Float64, Shape: []int{300}, Data: floats}},
		{Name: "a/b[0]%", Value: &value.Struct{Fields: []value.Field{
			{Name: "wide", Value: &value.Array{Meta: value.Meta{Units: "m", Axes: []string{"y", "x"}}, Elem: value.Float64, Shape: []int{2, 150}, Data: floats}},
			{Name: "small", Value: &value.Array{Elem: value.Float64, Data: []float64{1}}},
			{Name: "bytes", Value: &value.Array{Elem: value.Uint8, Shape: []int{1000, 1, 1}, Data: make([]uint8, 1000)}},
		}}},
		{Name: "texts", Value: &value.Array{Elem: value.String, Shape: []int{100}, Data: texts}},
		{Name: "list", Value: &value.List{Items: []value.Value{&value.Array{Elem: value.Float64, Shape: []int{300}, Data: floats}}}},
	}}
	return e
}

// partly opens both sides of a copy, of which the source has large entries 0 to 3 and
// the value itself as an array as entry 4.
func partly(t *testing.T) (o *outliner, src, dst *archive.Archive) {
	t.Helper()
	o = newOutliner()
	src, dst = archive.New(o), memarchive.New()
	src.TakeInPartsFrom(100)
	for n := range 4 {
		if err := src.Put(t.Context(), large(n)); err != nil {
			t.Fatal(err)
		}
	}
	e := large(4)
	e.Value = &value.Array{Elem: value.Int16, Shape: []int{500, 2}, Data: make([]int16, 1000)}
	if err := src.Put(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return o, src, dst
}

func wantSame(t *testing.T, dst, src *archive.Archive) {
	t.Helper()
	for e, err := range src.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got, err := dst.Get(t.Context(), e.Call.Function, e.Key)
		if err != nil || got.Sum != e.Sum || got.Bytes != e.Bytes || got.Shape != e.Shape || got.GoType != e.GoType ||
			got.Provenance != e.Provenance || !value.Equal(got.Value, e.Value) {
			t.Errorf("copied as %+v, %v; want %+v", got, err, e)
		}
	}
}

func TestParts(t *testing.T) {
	o, src, dst := partly(t)
	if p, err := src.Verify(t.Context(), nil); err != nil || p.Done != 5 {
		t.Errorf("Verify = %+v, %v; want 5 entries without damage", p, err)
	}
	if r, err := archive.Copy(t.Context(), dst, src, nil); err != nil || r != (archive.CopyResult{Copied: 5}) {
		t.Errorf("Copy = %+v, %v; want 5 copied", r, err)
	}
	merged := memarchive.New()
	if r, err := archive.Merge(t.Context(), merged, []*archive.Archive{src, dst}, nil); err != nil || r != (archive.MergeResult{Copied: 5, Same: 5}) {
		t.Errorf("Merge = %+v, %v; want 5 copied, 5 the same", r, err)
	}
	if n := o.whole.Load(); n != 0 {
		t.Errorf("%d entries were read whole", n)
	}
	wantSame(t, dst, src)
	wantSame(t, merged, src)
	if r, err := archive.Copy(t.Context(), dst, src, nil); err != nil || r != (archive.CopyResult{Kept: 5}) {
		t.Errorf("Copy again = %+v, %v; want 5 kept", r, err)
	}
}

// TestOutlineOf wants the same of archives that can outline and of others.
func TestOutlineOf(t *testing.T) {
	_, src, dst := partly(t)
	e := large(1)
	if err := dst.Put(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a    *archive.Archive
		most int64
		left bool
	}{{src, 500, true}, {src, 1 << 20, false}, {dst, 500, false}} {
		got, err := c.a.Outline(t.Context(), "large", e.Key, c.most)
		if err != nil {
			t.Fatal(err)
		}
		u := got.Value.(*value.Struct).Fields[0].Value.(*value.Array)
		if left := u.Data == nil; left != c.left || u.Elem != value.Float64 || !slices.Equal(u.Shape, []int{300}) || !left && !value.Equal(got.Value, e.Value) {
			t.Errorf("Outline with %d bytes: %v; left out: %v, want %v", c.most, got.Value, left, c.left)
		}
	}
	if _, err := src.Outline(t.Context(), "large", large(9).Key, 500); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Outline of what is not there: %v", err)
	}
}

// TestPartsWithoutStream copies to an archive that takes whole values only.
func TestPartsWithoutStream(t *testing.T) {
	o, src, _ := partly(t)
	dst := archive.New(newFaulty())
	if r, err := archive.Copy(t.Context(), dst, src, nil); err != nil || r != (archive.CopyResult{Copied: 5}) || o.whole.Load() != 5 {
		t.Errorf("Copy = %+v, %v, %d read whole; want 5", r, err, o.whole.Load())
	}
	wantSame(t, dst, src)
}

func TestPartsDamaged(t *testing.T) {
	o, src, dst := partly(t)
	o.fault = func(data any) {
		if x, ok := data.([]int16); ok {
			x[len(x)-1]++
		}
	}
	p, err := src.Verify(t.Context(), nil)
	var damage *archive.DamageError
	if !errors.As(err, &damage) || p.Done != 5 || p.Damaged != 1 || damage.Damaged[0].Key != large(4).Key {
		t.Errorf("Verify = %+v, %v; want entry 4 damaged", p, err)
	}
	r, err := archive.Copy(t.Context(), dst, src, nil)
	if damage = nil; !errors.As(err, &damage) || r != (archive.CopyResult{Copied: 4}) || damage.Damaged[0].Key != large(4).Key {
		t.Errorf("Copy = %+v, %v; want 4 copied, entry 4 damaged", r, err)
	}
	if has, err := dst.Has(t.Context(), "large", large(4).Key); has || err != nil {
		t.Errorf("a damaged entry was stored: %v, %v", has, err)
	}
}

// TestPartsChange replaces one entry and deletes another while their parts are read: the
// new one is verified and copied, and neither is called damaged.
func TestPartsChange(t *testing.T) {
	for _, what := range []string{"verify", "copy"} {
		o, src, dst := partly(t)
		changed := large(0)
		changed.Value.(*value.Struct).Fields[0].Value.(*value.Array).Data.([]float64)[299] = -1
		seen := map[int]bool{}
		o.cut = func(n int) {
			if n != 2 || seen[n] {
				return
			}
			seen[n] = true
			if err := src.Put(t.Context(), changed); err != nil {
				t.Error(err)
			}
			if err := src.Delete(t.Context(), "large", large(1).Key); err != nil {
				t.Error(err)
			}
		}
		if what == "verify" {
			if p, err := src.Verify(t.Context(), nil); err != nil || p.Done != 4 {
				t.Errorf("Verify = %+v, %v; want 4 without damage", p, err)
			}
			continue
		}
		if r, err := archive.Copy(t.Context(), dst, src, nil); err != nil || r != (archive.CopyResult{Copied: 4}) {
			t.Errorf("Copy = %+v, %v; want 4 copied", r, err)
		}
		o.cut = func(int) {}
		wantSame(t, dst, src)
	}
}

// TestPartsShrink replaces a large entry by a small one while its parts are read.
func TestPartsShrink(t *testing.T) {
	for _, what := range []string{"verify", "copy"} {
		o, src, dst := partly(t)
		small := number("large", 0, 5)
		o.cut = func(n int) {
			if n == 2 {
				if err := src.Put(t.Context(), small); err != nil {
					t.Error(err)
				}
			}
		}
		if what == "verify" {
			if p, err := src.Verify(t.Context(), nil); err != nil || p.Done != 5 {
				t.Errorf("Verify = %+v, %v; want 5 without damage", p, err)
			}
			continue
		}
		if r, err := archive.Copy(t.Context(), dst, src, nil); err != nil || r != (archive.CopyResult{Copied: 5}) {
			t.Errorf("Copy = %+v, %v; want 5 copied", r, err)
		}
		wantSame(t, dst, src)
	}
}

// TestPartsRefused ends a copy where the destination fails, with its error.
func TestPartsRefused(t *testing.T) {
	_, src, dst := partly(t)
	if err := dst.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Copy(t.Context(), dst, src, &archive.CopyOptions{Replace: true}); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("Copy to a closed archive: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o, src, dst := partly(t)
	o.cut = func(n int) {
		if n == 3 {
			cancel()
		}
	}
	if _, err := archive.Copy(ctx, dst, src, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Copy with a cancelled context: %v", err)
	}
}
