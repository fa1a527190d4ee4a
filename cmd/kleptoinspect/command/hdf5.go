package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive/inspect"
)

// hdf5Flag is --hdf5 of the commands that look into any HDF5 file.
type hdf5Flag struct{ on bool }

func (h *hdf5Flag) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&h.on, "hdf5", false, "look at an archive in one file as the HDF5 file that it is")
}

// openAny opens an archive, or where the file is none, the HDF5 file of another program:
// one of the two is nil.
func (p *program) openAny(ctx context.Context, name string, h *hdf5Flag) (*archive.Archive, inspect.File, error) {
	if h.on {
		path := name
		if u, err := archive.ParseURL(name); err == nil && u.Scheme == "hdf" {
			path = u.Path
		}
		if p.Inspect == nil {
			return nil, nil, &wordedError{"this program reads no HDF5 files", archive.ErrFormat}
		}
		f, err := p.Inspect(ctx, path)
		return nil, f, openError(name, err)
	}
	a, err := open(ctx, name)
	if err == nil {
		return a, nil, nil
	}
	if i, none := os.Stat(name); none != nil || !i.Mode().IsRegular() || p.Inspect == nil || !isFormat(err) {
		return nil, nil, err
	}
	f, other := p.Inspect(ctx, name)
	if errors.Is(other, archive.ErrFormat) {
		return nil, nil, err // of no kind at all
	}
	return nil, f, openError(name, other)
}

// noPath refuses a path within an archive, where a command takes one of other files.
func noPath(args []string) error {
	if len(args) > 1 {
		return usagef("%s: a path goes with HDF5 files of other programs; %s is an archive, whose entries show takes by id", args[1], args[0])
	}
	return nil
}

// onlyArchives refuses flags that say nothing of an HDF5 file of another program.
func onlyArchives(cmd *cobra.Command, file string, names ...string) error {
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			return usagef("--%s goes with archives; %s is an HDF5 file of another kind, whose objects have paths", name, file)
		}
	}
	return nil
}

// pathOf returns the path on the command line, "/" where there is none.
func pathOf(args []string) string {
	if len(args) < 2 {
		return "/"
	}
	return "/" + strings.Trim(args[1], "/")
}

func childPath(group, name string) string { return strings.TrimSuffix(group, "/") + "/" + name }

// node is a link of a file, with the object behind it where it has one of its own.
type node struct {
	inspect.Child
	path   string
	depth  int
	object *inspect.Object // nil for links, for groups met before, and for what is damaged
	same   string          // the path where the group was met before
	failed error
	more   int // children that were not looked at
}

// walker goes through a file, each group once, however many names lead to it.
type walker struct {
	file  inspect.File
	left  int // nodes that may yet be visited
	depth int // how deep it goes
	seen  map[uint64]string
	more  int // nodes that were left out
}

func newWalker(f inspect.File, most, depth int) *walker {
	return &walker{file: f, left: most, depth: depth, seen: map[uint64]string{}}
}

// walk calls visit with what is below the group at path, groups before what is in them.
func (w *walker) walk(ctx context.Context, path string, depth int, visit func(*node) error) error {
	list, total, err := w.file.Children(ctx, path, 0, w.left)
	if err != nil {
		return err
	}
	w.more += total - len(list)
	for i, c := range list {
		if w.left == 0 {
			w.more += len(list) - i
			return nil
		}
		w.left--
		n := &node{Child: c, path: childPath(path, c.Name), depth: depth}
		down := w.look(ctx, n)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(n); err != nil {
			return err
		}
		if down && depth+1 < w.depth {
			if err := w.walk(ctx, n.path, depth+1, visit); err != nil && !ownError(err) {
				return err
			}
		}
	}
	return nil
}

// look describes a node and tells whether it is a group to go into.
func (w *walker) look(ctx context.Context, n *node) bool {
	if n.Kind != inspect.Group && n.Kind != inspect.Dataset && n.Kind != inspect.Type {
		return false
	}
	if n.Kind == inspect.Group {
		if n.same = w.seen[n.Address]; n.same != "" {
			return false
		}
		w.seen[n.Address] = n.path
	}
	n.object, n.failed = w.file.Stat(ctx, n.path)
	if n.failed == nil && n.Kind == inspect.Group {
		_, n.more, n.failed = w.file.Children(ctx, n.path, 0, 0)
	}
	return n.failed == nil && n.Kind == inspect.Group
}

// ownError tells what concerns one object from what ends the work.
func ownError(err error) bool {
	return errors.Is(err, archive.ErrCorrupt) || errors.Is(err, archive.ErrNotFound) || errors.Is(err, inspect.ErrRefused) || errors.Is(err, inspect.ErrLimit)
}

// begin marks the group that a walk begins with.
func (w *walker) begin(ctx context.Context, path string) (*inspect.Object, error) {
	o, err := w.file.Stat(ctx, path)
	if err != nil {
		return nil, err
	}
	w.seen[o.Address] = path
	return o, nil
}

// note is what a listing says of a node in its last column.
func (n *node) note() string {
	switch {
	case n.failed != nil:
		return explain(n.failed)
	case n.Target != "":
		return "to " + n.Target + ", not followed"
	case n.same != "":
		return "the same as " + n.same
	case n.object == nil || n.Kind != inspect.Dataset:
		return ""
	}
	return storage(n.object)
}

// storage says how a dataset lies in the file.
func storage(o *inspect.Object) string {
	if o.Refused != "" {
		return "not read: " + o.Refused
	}
	s := o.Layout
	if len(o.Chunk) > 0 {
		s = "chunks of " + shapeText(o.Chunk)
	}
	if len(o.Filters) > 0 {
		s += ", " + strings.Join(o.Filters, ", ")
	}
	return s
}

func shapeText(shape []int) string { return strings.ReplaceAll(fmt.Sprint(shape), " ", "×") }

// extent is how a listing shows the shape of a dataset.
func extent(o *inspect.Object) string {
	switch {
	case o.Null:
		return "none"
	case len(o.Shape) == 0:
		return "scalar"
	}
	s := shapeText(o.Shape)
	for i, m := range o.Max {
		if i < len(o.Shape) && m != o.Shape[i] {
			return s + "+" // it may grow
		}
	}
	return s
}

// objectJSON are the fields of an object.
func objectJSON(n *node) object {
	o := object{{"path", n.path}, {"kind", string(n.Kind)}}
	if n.Target != "" {
		o = append(o, field{"target", n.Target})
	}
	if n.same != "" {
		o = append(o, field{"same_as", n.same})
	}
	if n.failed != nil {
		o = append(o, field{"error", explain(n.failed)})
	}
	switch {
	case n.object == nil:
	case n.Kind == inspect.Group:
		o = append(o, field{"children", n.more}, field{"attributes", len(n.object.Attrs) + n.object.MoreAttrs})
	default:
		o = append(o, datasetJSON(n.object)...)
	}
	return o
}

func datasetJSON(o *inspect.Object) object {
	out := object{{"dtype", o.Type}, {"columns", append([]string{}, o.Columns...)}, {"attributes", len(o.Attrs) + o.MoreAttrs}}
	if o.Kind != inspect.Dataset {
		return out
	}
	var refused any
	if o.Refused != "" {
		refused = o.Refused
	}
	return append(out, field{"null", o.Null}, field{"shape", append([]int{}, o.Shape...)}, field{"max_shape", append([]int{}, o.Max...)},
		field{"layout", o.Layout}, field{"chunk", append([]int{}, o.Chunk...)}, field{"filters", append([]string{}, o.Filters...)},
		field{"bytes", o.Bytes}, field{"stored", o.Stored}, field{"not_read", refused})
}
