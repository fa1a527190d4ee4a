package hdfarchive

import (
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
)

// place returns the form of a row and its number, nil where the table cannot hold
// it. It makes the table for the first.
func (x *packed) place(r *row) (int, *form, error) {
	n, f, like := x.find(r)
	if f != nil {
		return n, f, nil
	}
	if x.own == nil {
		f, err := newForm(r.e, r.key)
		if err == nil {
			err = x.create(f.Key, []*form{f})
		}
		if err != nil {
			return 0, nil, err
		}
		return 0, f, nil
	}
	// Calls of one kind have keys of one prefix. Where those differ before the bytes
	// that rows hold, rows must hold more.
	if width := (len(r.e.Key.Canonical) - like + 7) &^ 7; like >= 0 && width <= maxKey {
		if err := x.rewrite(width); err != nil {
			return 0, nil, err
		}
		return x.place(r)
	}
	f, err := newForm(r.e, x.width)
	if err != nil || !f.sameColumns(x.anyForm()) || len(x.forms) == maxForms {
		return 0, nil, err
	}
	if err := x.write(x.own, f.appendLine(nil)); err != nil {
		return 0, nil, err
	}
	x.add(f)
	return len(x.forms) - 1, f, nil
}

// create makes an empty table with room for width bytes of keys.
func (x *packed) create(width int, forms []*form) error {
	own, err := x.home.group.NewGroup(packedName, nil)
	if err != nil {
		return err
	}
	x.reset()
	x.own, x.rowOf = own, make(map[keymap.Digest]int)
	var text []byte
	for _, f := range forms {
		text = f.appendLine(text)
		x.add(f)
	}
	x.width = width
	x.t = forms[0].rowType(width)
	x.size = x.t.Size
	if err := x.write(own, text); err != nil {
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
	return x.renew(width, func(f func(b []byte)) error { return x.each(0, f) }, x.drop)
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
	if x.size == 0 {
		x.gone++ // at least
		return x.aside()
	}
	rows := x.stored
	defer func() { x.gone += max(0, rows-len(x.digests)) }()
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
	}, x.aside)
}
