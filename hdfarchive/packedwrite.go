package hdfarchive

import (
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
)

// find returns the form of a row and its number, nil where the table cannot hold it.
// It makes the table for the first.
func (x *packed) find(r *row) (int, *form, error) {
	key := r.e.Key.Canonical
	for _, n := range x.bySig[string(r.sig)] {
		if f := x.forms[n]; f.holds(key) {
			return n, f, nil
		}
	}
	if x.own == nil {
		f, err := newForm(r.e, min(r.key, maxKey))
		if err != nil {
			return 0, nil, err
		}
		if err := x.create(f.Key, []*form{f}); err != nil {
			return 0, nil, err
		}
		return 0, f, nil
	}
	f, err := newForm(r.e, x.width)
	if err != nil {
		return 0, nil, err
	}
	if !f.sameColumns(x.anyForm()) || len(x.forms) == maxForms {
		return 0, nil, nil
	}
	// Calls of one kind have keys of one prefix. Where those differ before the bytes
	// that rows hold, rows must hold more.
	for _, n := range x.bySig[string(r.sig)] {
		if have := x.forms[n]; len(have.prefix)+have.Key == len(key) {
			if width := (len(key) - prefixLength(have.prefix, key) + 7) &^ 7; width <= maxKey {
				if err := x.rewrite(width); err != nil {
					return 0, nil, err
				}
				return x.find(r)
			}
		}
	}
	line := []byte(f.text + "\n")
	if err := x.own.WriteRows(formsName, byteType, x.length, line); err != nil {
		return 0, nil, err
	}
	x.length += len(line)
	x.add(f)
	return len(x.forms) - 1, f, nil
}

// prefixLength is how long a and b are the same.
func prefixLength(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// create makes an empty table with room for width bytes of keys.
func (x *packed) create(width int, forms []*form) error {
	own, err := x.group.NewGroup(packedName, nil)
	if err != nil {
		return err
	}
	x.reset()
	x.own, x.rowOf = own, make(map[keymap.Digest]int)
	var text []byte
	for _, f := range forms {
		text = append(append(text, f.text...), '\n')
		x.add(f)
	}
	x.length, x.width = len(text), width
	x.t = forms[0].rowType(width)
	x.size = x.t.Size
	if err := own.Put(formsName, &h5.Dataset{Type: byteType, Shape: []int{0}, Chunk: []int{formChunk}}); err != nil {
		return err
	}
	if err := own.WriteRows(formsName, byteType, 0, text); err != nil {
		return err
	}
	if err := own.Put(rowsName, &h5.Dataset{Type: x.t, Shape: []int{0}, Chunk: []int{x.chunk()}}); err != nil {
		return err
	}
	x.table, err = own.Table(rowsName, x.t)
	return err
}

// chunk is how many rows the table grows by, and how many go where one is damaged.
func (x *packed) chunk() int { return max(1, rowChunk/x.size) }

// rewrite makes the table anew with room for longer keys.
func (x *packed) rewrite(width int) error {
	if err := x.save(); err != nil {
		return err
	}
	return x.renew(width, x.each, x.drop)
}

// renew makes the table anew with the rows that each yields, after gone has taken
// the old one away.
func (x *packed) renew(width int, each func(func(b []byte)) error, gone func() error) error {
	old := parts{size: x.size, width: x.width}
	oldForms := x.forms
	var forms []*form
	numbers := make([]int, len(oldForms))
	byText := make(map[string]int)
	for i, f := range oldForms {
		if f == nil {
			continue
		}
		g, err := f.withKey(width)
		if err != nil {
			return err
		}
		n, there := byText[g.text]
		if !there {
			n = len(forms)
			byText[g.text] = n
			forms = append(forms, g)
		}
		numbers[i] = n
	}
	var rows []byte
	var digests []keymap.Digest
	var key []byte
	err := each(func(b []byte) {
		n := old.form(b)
		if n >= len(oldForms) || oldForms[n] == nil {
			return
		}
		f, g := oldForms[n], forms[numbers[n]]
		key = old.canonical(key[:0], b, f)
		start := len(rows)
		rows = append(rows, b[:old.size-tailSize-old.width]...)
		rows = g.seal(rows, start, string(key[len(g.prefix):]), numbers[n], width)
		if !old.whole(b, f) {
			rows[len(rows)-1]++ // it stays damaged
		}
		digests = append(digests, digestOf(key))
	})
	if err != nil {
		return err
	}
	if err := gone(); err != nil {
		return err
	}
	if len(digests) == 0 {
		return nil
	}
	if err := x.create(width, forms); err != nil {
		return err
	}
	for i, d := range digests {
		x.rowOf[d] = i
	}
	x.digests, x.fresh = digests, rows
	return x.save()
}

// salvage sets a damaged table aside and makes a new one of the rows whose keys can
// be read.
func (x *packed) salvage() error {
	if err := x.save(); err != nil {
		return err
	}
	aside := func() error {
		if err := x.close(); err != nil {
			return err
		}
		x.reset()
		return setAside(x.group, packedName)
	}
	if x.size == 0 {
		return aside()
	}
	return x.renew(x.width, func(f func(b []byte)) error {
		if x.table == nil {
			return nil
		}
		buf := make([]byte, x.chunk()*x.size)
		for at := 0; at < x.stored; at += x.chunk() {
			b := buf[:min(x.chunk(), x.stored-at)*x.size]
			if x.table.Read(at, b) != nil {
				continue // its rows are lost
			}
			for ; len(b) > 0; b = b[x.size:] {
				f(b[:x.size])
			}
		}
		return nil
	}, aside)
}
