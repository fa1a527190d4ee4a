package h5

/*
#include "table.h"
*/
import "C"

import "errors"

// Table is an open dataset with one dimension that grows, in chunks without filters.
// It is for many small reads and writes: those of a Group open the dataset each time.
// Close releases it; closing the file does so too.
type Table struct {
	f    *File
	name string
	size int // of a row
	id   C.hid_t
	typ  C.hid_t
}

// Table opens a child whose rows are elements of type t, little-endian.
func (g *Group) Table(name string, t Type) (*Table, error) {
	if err := checkName("open table", name); err != nil {
		return nil, err
	}
	p, n := request(t.append(nil))
	table := &Table{f: g.f, name: name, size: t.Size}
	err := g.f.use("open table", name, func(r *C.k_reply) C.int { return C.k_table_open(g.id, cstring(name), p, n, r) },
		func(r *C.k_reply) { table.id, table.typ = C.hid_t(r.a), C.hid_t(r.b) })
	if err != nil {
		return nil, err
	}
	return table, nil
}

// Write writes rows from row at on, and makes the table longer where they go beyond
// its end. They are in the file after the next Commit.
func (t *Table) Write(at int, rows []byte) error { return t.rows("write rows", at, rows, 1) }

// Read reads rows from row at on; rows has the size of as many as are wanted.
func (t *Table) Read(at int, rows []byte) error { return t.rows("read rows", at, rows, 0) }

func (t *Table) rows(op string, at int, rows []byte, write C.int) error {
	return t.f.use(op, t.name, func(r *C.k_reply) C.int {
		return C.k_table_rows(t.id, t.typ, C.uint64_t(at), C.uint64_t(len(rows)/t.size), pointer(rows), C.size_t(len(rows)), write, r)
	}, nil)
}

// Resize sets the number of rows.
func (t *Table) Resize(rows int) error {
	return t.f.use("resize", t.name, func(r *C.k_reply) C.int { return C.k_table_resize(t.id, C.uint64_t(rows), r) }, nil)
}

// Close releases the table.
func (t *Table) Close() error {
	return t.f.use("close table", t.name, func(r *C.k_reply) C.int { return C.k_table_close(t.id, t.typ, r) }, nil)
}

// WriteRows opens a table for one Write.
func (g *Group) WriteRows(name string, t Type, at int, rows []byte) error {
	return g.once(name, t, func(table *Table) error { return table.Write(at, rows) })
}

// ReadRows opens a table for one Read.
func (g *Group) ReadRows(name string, t Type, at int, rows []byte) error {
	return g.once(name, t, func(table *Table) error { return table.Read(at, rows) })
}

func (g *Group) once(name string, t Type, f func(*Table) error) error {
	table, err := g.Table(name, t)
	if err != nil {
		return err
	}
	return errors.Join(f(table), table.Close())
}
