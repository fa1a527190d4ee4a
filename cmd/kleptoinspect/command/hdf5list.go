package command

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/value"
)

// Limits of what is listed of one file, where --limit does not say otherwise.
const (
	maxNodes = 100_000
	maxDepth = 64
)

// hdf5List lists the children of a group.
func (p *program) hdf5List(ctx context.Context, f inspect.File, name, path string, limit int) error {
	w := newWalker(f, cmp.Or(limit, maxNodes), 1)
	o, err := w.begin(ctx, path)
	if err != nil {
		return err
	}
	var nodes []*node
	if o.Kind != inspect.Group {
		nodes = []*node{{Child: inspect.Child{Name: o.Path, Kind: o.Kind}, path: path, object: o}}
	} else if err := w.walk(ctx, path, 0, func(n *node) error { nodes = append(nodes, n); return nil }); err != nil {
		return err
	}
	if p.json {
		return p.nodesJSON(name, nodes, w.more)
	}
	t := &table{}
	for _, c := range []string{"name", "kind", "type", "shape"} {
		t.column(c, false)
	}
	t.column("bytes", true)
	t.column("storage", false)
	for _, n := range nodes {
		row := []string{quoteIfNeeded(n.Name), string(n.Kind), "", "", "", oneLine(n.note())}
		if o := n.object; o != nil && n.Kind != inspect.Group {
			row[2] = oneLine(o.Type)
			if n.Kind == inspect.Dataset {
				row[3], row[4] = extent(o), strconv.FormatInt(o.Bytes, 10)
			}
		} else if o != nil {
			row[3] = plural(n.more, "child", "children")
		}
		t.rows = append(t.rows, row)
	}
	t.write(p, "")
	p.left(w.more)
	return nil
}

func (p *program) left(more int) {
	if more > 0 {
		p.printf("… %d more; --limit shows more\n", more)
	}
}

func (p *program) nodesJSON(name string, nodes []*node, more int) error {
	list := make([]object, len(nodes))
	for i, n := range nodes {
		list[i] = objectJSON(n)
	}
	return p.writeJSON(object{{"file", name}, {"more", more}, {"objects", list}})
}

// hdf5Tree shows all that is below a group.
func (p *program) hdf5Tree(ctx context.Context, f inspect.File, name, path string, limit int) error {
	w := newWalker(f, cmp.Or(limit, maxNodes), maxDepth)
	if _, err := w.begin(ctx, path); err != nil {
		return err
	}
	var nodes []*node
	if err := w.walk(ctx, path, 0, func(n *node) error { nodes = append(nodes, n); return nil }); err != nil {
		return err
	}
	if p.json {
		return p.nodesJSON(name, nodes, w.more)
	}
	p.printf("%s\n", p.style(bold, quoteIfNeeded(name)+strings.TrimSuffix(path, "/")))
	last := lasts(nodes)
	var below []string // for each depth what stands before its nodes
	for i, n := range nodes {
		stem, under := limbs(last[i])
		below = append(below[:n.depth], under)
		line := strings.Join(below[:n.depth], "") + stem + quoteIfNeeded(n.Name)
		if n.Kind == inspect.Group {
			line += "/"
		}
		if o := n.object; o != nil && n.Kind != inspect.Group {
			line += "  " + oneLine(o.Type)
			if n.Kind == inspect.Dataset {
				line += " " + extent(o)
			}
			if o.Refused != "" {
				line += "  " + oneLine(n.note())
			}
		} else if note := n.note(); note != "" {
			line += "  " + oneLine(note)
		} else if n.Kind == inspect.Group && n.depth+1 == maxDepth && n.more > 0 {
			line += "  " + plural(n.more, "child", "children") + ", too deep to be shown"
		}
		p.printf("%s\n", p.cut(line))
	}
	p.left(w.more)
	return nil
}

// lasts tells of each node whether it is the last of its group.
func lasts(nodes []*node) []bool {
	out := make([]bool, len(nodes))
	next := map[int]bool{} // depth: another node of the same group follows
	for i, n := range slices.Backward(nodes) {
		out[i] = !next[n.depth]
		next[n.depth] = true
		for d := range next {
			if d > n.depth {
				delete(next, d)
			}
		}
	}
	return out
}

// hdf5Info sums a file up.
func (p *program) hdf5Info(ctx context.Context, f inspect.File, name string) error {
	w := newWalker(f, maxNodes, maxDepth)
	root, err := w.begin(ctx, "/")
	if err != nil {
		return err
	}
	counts := map[inspect.Kind]int{inspect.Group: 1}
	attrs, failed := len(root.Attrs)+root.MoreAttrs, 0
	var stored, bytes int64
	var largest []*node
	seen := map[uint64]bool{}
	err = w.walk(ctx, "/", 0, func(n *node) error {
		if n.failed != nil || n.Kind == inspect.Damaged {
			failed++
			return nil
		}
		if n.same != "" || n.object != nil && seen[n.Address] {
			return nil // another name of what was counted
		}
		counts[n.Kind]++
		if n.object == nil {
			return nil
		}
		seen[n.Address] = true
		attrs += len(n.object.Attrs) + n.object.MoreAttrs
		if n.Kind != inspect.Dataset {
			return nil
		}
		stored += n.object.Stored
		if bytes += n.object.Bytes; bytes < 0 {
			bytes = 1<<63 - 1
		}
		largest = append(largest, n)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(largest, func(a, b *node) int { return cmp.Compare(b.object.Bytes, a.object.Bytes) })
	largest = largest[:min(len(largest), 10)]
	links := counts[inspect.Soft] + counts[inspect.External]
	disk, _ := diskSize("hdf:" + name)
	if p.json {
		list := make([]object, len(largest))
		for i, n := range largest {
			list[i] = objectJSON(n)
		}
		return p.writeJSON(object{{"file", name}, {"groups", counts[inspect.Group]}, {"datasets", counts[inspect.Dataset]}, {"types", counts[inspect.Type]},
			{"links", links}, {"attributes", attrs}, {"damaged", failed}, {"bytes", bytes}, {"stored", stored}, {"disk_bytes", disk},
			{"more", w.more}, {"largest", list}})
	}
	p.printf("%s\n", p.style(bold, quoteIfNeeded(name)))
	of := ", not of klepto"
	for _, a := range root.Attrs {
		if v, ok := a.Value.(*value.Array); ok && a.Name == "format" && v.Elem == value.String && v.Len() == 1 && element(v, 0).s == "klepto-hdf5" {
			of = " of klepto" // an archive, or a file of a folder
		}
	}
	p.printf("an HDF5 file%s: %s, %s, %s", of, plural(counts[inspect.Group], "group", "groups"),
		plural(counts[inspect.Dataset], "dataset", "datasets"), plural(attrs, "attribute", "attributes"))
	if links > 0 {
		p.printf(", %s that are not followed", plural(links, "link", "links"))
	}
	if failed > 0 {
		p.printf(", %d damaged", failed)
	}
	p.printf("\n%s of data, stored in %s (%s on disk)\n", size(bytes), size(stored), size(disk))
	if len(largest) > 0 {
		p.printf("\nlargest\n")
	}
	t := &table{}
	for _, c := range []string{"dataset", "type", "shape"} {
		t.column(c, false)
	}
	t.column("bytes", true)
	t.column("stored", true)
	t.column("storage", false)
	for _, n := range largest {
		t.rows = append(t.rows, []string{quoteIfNeeded(n.path), oneLine(n.object.Type), extent(n.object),
			strconv.FormatInt(n.object.Bytes, 10), strconv.FormatInt(n.object.Stored, 10), oneLine(n.note())})
	}
	if len(largest) > 0 {
		t.write(p, "  ")
	}
	p.left(w.more)
	return nil
}
