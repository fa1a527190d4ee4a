package hdfarchive

import (
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// prepared is an entry laid out for its file, which needs no lock. Its data are the
// memory of the entry's value.
type prepared struct {
	e    *driver.Entry
	opts *Options
	row  *row // nil: the rest is there
	*stored
	object *object
	large  []*object
	plot   plot // where viewers are to find one
}

// prepareRow is prepare for an entry that may become a row.
func prepareRow(e *driver.Entry, o *Options) (*prepared, error) {
	if r := newRow(e); r != nil {
		return &prepared{e: e, opts: o, row: r}, nil
	}
	return prepare(e, "", o)
}

// layOut does what prepareRow left out, because the entry became no row.
func (p *prepared) layOut() error {
	q, err := prepare(p.e, "", p.opts)
	if err == nil {
		*p = *q
	}
	return err
}

// prepare lays out an entry; name is what its object will be called, "" its id.
func prepare(e *driver.Entry, name string, o *Options) (*prepared, error) {
	s, err := newStored(e)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = s.id
	}
	p := &prepared{stored: s, e: e, opts: o}
	if p.object, err = encode(name, e.Value); err != nil {
		return nil, err
	}
	if p.object.set != nil {
		p.object.scales = memberScales([]*object{p.object}, []value.Value{e.Value}, false)
	}
	if err := p.object.compress(o); err != nil {
		return nil, err
	}
	if o.NeXus {
		p.plot = plotOf(p.object, e.Value)
	}
	attrs, large := s.attrs()
	p.object.addAttrs(attrs)
	p.large = large
	return p, nil
}

// await has the entry written with a sum that is computed meanwhile.
func (p *prepared) await(sum func() (uint64, error)) {
	p.object.last = func() (h5.Attr, error) {
		n, err := sum()
		p.e.Sum, p.sum = n, n
		return h5.Uint64Attr(attrSum, n), err
	}
}

// readEntry makes an entry of what was stored, with the value that lies in g under
// name and is described by i, or without one where i is nil. Of a value that is not to be
// read whole, arrays of more than most bytes have no Data.
func readEntry(f *h5.File, g *h5.Group, name string, i *h5.Info, s *stored, most int64) (*driver.Entry, error) {
	e, err := s.entry()
	if err != nil || i == nil {
		return e, err
	}
	d, err := newDecoder(f)
	if err != nil {
		return nil, readError(err)
	}
	d.most = most
	var v value.Value
	if v, err = d.value(g, name, i, 0); err != nil {
		return nil, readError(err)
	}
	e.Value = v
	return e, nil
}
