package foreign

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// Limits of what is read of a foreign file.
const (
	maxAttrs     = 256
	maxAttrBytes = 1 << 20
	maxMemory    = 256 << 20 // of one Read
	maxDepth     = 256       // of a path
)

// File is an HDF5 file of any program. It implements inspect.File.
type File struct {
	file *h5.File
	root *h5.Group
	raw  *os.File // for heaps, which HDF5 trusts blindly
	base int64    // of addresses in raw
	addr int      // bytes of an address

	broken atomic.Bool // HDF5 has failed at something

	once  sync.Once
	paths map[uint64]string // of objects, for references
}

// Open opens the HDF5 file at path for reading. Errors are those of package h5 and of
// the system.
func Open(path string) (*File, error) {
	f := &File{}
	var err error
	if f.file, err = h5.Open(path, nil); err != nil {
		return nil, err
	}
	if f.root, err = f.file.Root(); err == nil {
		if f.base, f.addr, err = f.file.ForeignBase(); err == nil {
			f.raw, err = os.Open(filepath.Clean(path))
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Close closes the file. Where HDF5 has failed at something, what it holds of the file is
// left to the end of the process: what fails by halves leaves its cache in a state in
// which it does not survive the close.
func (f *File) Close() error {
	var err error
	if !f.broken.Load() {
		err = f.file.Close()
	}
	if f.raw != nil {
		err = errors.Join(err, f.raw.Close())
	}
	return err
}

// at opens the group that holds the object at path, and calls do with it and the name
// of the object.
func (f *File) at(ctx context.Context, path string, do func(g *h5.Group, name string) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	names := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if len(names) == 0 {
		return f.named(path, do(f.root, "."))
	}
	if len(names) > maxDepth {
		return fmt.Errorf("%w: the path has %d names, more than %d", inspect.ErrLimit, len(names), maxDepth)
	}
	g := f.root
	defer func() {
		if g != f.root {
			err = errors.Join(err, g.Close())
		}
	}()
	for i, name := range names[:len(names)-1] {
		next, err := g.Group(name)
		if err != nil {
			return f.named("/"+strings.Join(names[:i+1], "/"), err)
		}
		if g != f.root {
			if err := g.Close(); err != nil {
				return err
			}
		}
		g = next
	}
	return f.named(path, do(g, names[len(names)-1]))
}

// named says in the words of package inspect what went wrong at a path.
func (f *File) named(path string, err error) error {
	var e *h5.Error
	switch {
	case err == nil, !errors.As(err, &e):
		return err
	case errors.Is(err, h5.ErrAbsent):
		return fmt.Errorf("%w: there is no object %s", driver.ErrNotFound, path)
	case errors.Is(err, h5.ErrRefused) && strings.Contains(e.Text, "is a link of"):
		return fmt.Errorf("%w: %s is a link, which is not followed; a listing of its group says where it leads", inspect.ErrRefused, path)
	case errors.Is(err, h5.ErrRefused):
		return fmt.Errorf("%w: %s: %s", inspect.ErrRefused, path, e.Text)
	case errors.Is(err, h5.ErrChanged):
		return fmt.Errorf("%w: %s is not a group, or was changed", driver.ErrNotFound, path)
	}
	f.broken.Store(true)
	return fmt.Errorf("%w: %s: %w", driver.ErrCorrupt, path, err)
}

// Children is that of inspect.File.
func (f *File) Children(ctx context.Context, path string, skip, most int) (list []inspect.Child, total int, err error) {
	err = f.at(ctx, path, func(g *h5.Group, name string) error {
		if name != "." {
			own, err := g.Group(name)
			if err != nil {
				return err
			}
			defer own.Close()
			g = own
		}
		var links []h5.ForeignChild
		if links, total, err = g.ForeignChildren(max(skip, 0), max(most, 0)); err != nil {
			return err
		}
		for _, l := range links {
			if l.Kind == h5.DamagedObject {
				f.broken.Store(true)
			}
			c := inspect.Child{Name: l.Name, Kind: kindOf(l.Kind), Address: l.Address, Target: l.Target}
			if l.Kind == h5.ExternalLink {
				c.Target = l.File + ":" + l.Target
			}
			list = append(list, c)
		}
		return nil
	})
	return list, total, err
}

func kindOf(k h5.Kind) inspect.Kind {
	switch k {
	case h5.GroupObject:
		return inspect.Group
	case h5.DataObject:
		return inspect.Dataset
	case h5.SoftLink:
		return inspect.Soft
	case h5.ExternalLink:
		return inspect.External
	case h5.DamagedObject:
		return inspect.Damaged
	}
	return inspect.Type
}

// Stat is that of inspect.File.
func (f *File) Stat(ctx context.Context, path string) (o *inspect.Object, err error) {
	err = f.at(ctx, path, func(g *h5.Group, name string) error {
		i, err := g.ForeignStat(name, maxAttrs, maxAttrBytes)
		if err == nil {
			o = f.describe(path, i)
		}
		return err
	})
	return o, err
}

func (f *File) describe(path string, i *h5.ForeignInfo) *inspect.Object {
	o := &inspect.Object{Path: path, Kind: kindOf(i.Kind), Address: i.Address, MoreAttrs: i.Left}
	for _, a := range i.Attrs {
		o.Attrs = append(o.Attrs, f.attr(a))
	}
	if i.Kind != h5.GroupObject {
		o.Type, o.Columns = typeText(&i.Type), columnNames(nil, "", &i.Type)
	}
	if i.Kind != h5.DataObject {
		return o
	}
	o.Null, o.Shape, o.Max = i.Space.Null, i.Space.Shape, i.Space.Max
	o.Layout = [...]string{"compact", "contiguous", "chunked", "virtual"}[min(max(i.Layout, 0), 3)]
	o.Chunk, o.Stored = i.Chunk, i.Stored
	for _, x := range i.Filters {
		o.Filters = append(o.Filters, filterText(x))
	}
	o.Bytes = math.MaxInt64
	if n, ok := product(i.Type.Size, i.Space.Shape); ok {
		o.Bytes = n
	}
	if o.Null {
		o.Bytes = 0
	}
	o.Refused = refusal(i, f.addr)
	return o
}

// refusal says why the data of a dataset are not read.
func refusal(i *h5.ForeignInfo, addr int) string {
	switch {
	case i.Layout == h5.ForeignVirtual:
		return "it is virtual: its data lie in other datasets, which may be in other files"
	case i.External > 0:
		return fmt.Sprintf("its data lie in %d other files, outside HDF5", i.External)
	case !i.Readable:
		return "its type is one that is not read"
	case addr != 8 && inHeaps(&i.Type):
		return fmt.Sprintf("the file has addresses of %d bytes; texts of variable length are read where they have 8", addr)
	}
	for _, x := range i.Filters {
		if _, known := filters[x.ID]; !known {
			name := x.Name
			if name == "" {
				name = "no name"
			}
			return fmt.Sprintf("it is compressed with filter %d (%s), which this program does not have; h5repack -f NONE makes a copy without it", x.ID, name)
		}
	}
	return ""
}

func (f *File) attr(a h5.ForeignAttr) inspect.Attr {
	out := inspect.Attr{Name: a.Name, Type: typeText(&a.Type), Shape: a.Space.Shape}
	switch {
	case a.Space.Null:
		out.Type += ", no elements"
		out.Refused = "it has no elements"
		return out
	case a.State == h5.ForeignLarge:
		out.Refused = "it is larger than 1 MiB"
		return out
	case a.State != h5.ForeignRead:
		if a.Type.Class != h5.ForeignNone {
			f.broken.Store(true)
		}
		out.Refused = "it is damaged, or its type is one that is not read"
		return out
	}
	d := f.decoder()
	v, err := d.value(&a.Type, a.Space.Shape, a.Data)
	if err != nil {
		out.Refused = err.Error()
		return out
	}
	out.Value = v
	return out
}

// product multiplies a size with a shape, false where that is more than int64 holds.
func product(size int, shape []int) (int64, bool) {
	n := uint64(size)
	for _, d := range shape {
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt64 {
			return 0, false
		}
		n = lo
	}
	return int64(n), true
}

// maxObjects is how many objects are looked at to find the names of references.
const maxObjects = 20_000

// name returns the path of the object at an address, or the address.
func (f *File) name(address uint64) string {
	f.once.Do(func() {
		f.paths = map[uint64]string{}
		queue := []string{"/"}
		if i, err := f.root.ForeignStat(".", 0, 0); err == nil {
			f.paths[i.Address] = "/"
		}
		for len(queue) > 0 && len(f.paths) < maxObjects {
			path := queue[0]
			queue = queue[1:]
			list, _, err := f.Children(context.Background(), path, 0, maxObjects-len(f.paths))
			if err != nil {
				continue // a reference into it is shown as an address
			}
			for _, c := range list {
				if _, seen := f.paths[c.Address]; seen || c.Kind == inspect.Soft || c.Kind == inspect.External {
					continue
				}
				below := strings.TrimSuffix(path, "/") + "/" + c.Name
				f.paths[c.Address] = below
				if c.Kind == inspect.Group && strings.Count(below, "/") < maxDepth {
					queue = append(queue, below)
				}
			}
		}
	})
	if path, ok := f.paths[address]; ok {
		return path
	}
	if address == 0 || address == math.MaxUint64 {
		return "null"
	}
	return fmt.Sprintf("object at %d", address)
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", driver.ErrCorrupt, fmt.Sprintf(format, args...))
}
