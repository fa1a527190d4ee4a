package hdfarchive_test

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
)

// TestBulkAfterRewrite has one process write bulk data where, in an older journal, another
// had pages that it gave up: they are not what is there now.
func TestBulkAfterRewrite(t *testing.T) {
	path := made(t, 0)
	a := startHelper(t, "hdf:"+path+"?sync=off")
	b := startHelper(t, "hdf:"+path) // wants more of a journal than a did, which it rewrites
	for i := range 40 {
		a.want("ok", "object", strconv.Itoa(i))
	}
	for i := range 40 {
		a.want("ok", "drop", strconv.Itoa(39-i))
	}
	b.want("ok", "put", "1000")
	a.want("ok", "bulk", "100")
	for range 2 {
		a.want("ok", "check", "100")
		b.want("ok", "check", "100")
		b.want("ok", "again", "1001")
	}
	b.want("ok", "close")
	a.want("ok", "close")
	c := opened(t, hdfarchive.Open, path, nil)
	if p, err := c.Verify(t.Context(), nil); err != nil {
		t.Errorf("Verify = %+v, %v", p, err)
	}
	closeNow(t, c)
}

// TestBulkGivenUp stores a large value that the same commit replaces by a small one, and
// then what makes the file longer again: it need not have the bytes that went straight
// into it.
func TestBulkGivenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	all := []*archive.Entry{entry("f", 0, vector(100, 0)), entry("f", 1, vector(100, 1))}
	put(t, a, all[0])
	if _, err := a.PutMany(t.Context(), []*archive.Entry{entry("f", 1, vector(1<<17, 1)), all[1]}); err != nil {
		t.Fatal(err)
	}
	for n := 2; n < 160; n++ {
		all = append(all, entry("f", n, vector(1000, float64(n))))
		put(t, a, all[n])
	}
	closeNow(t, a)
	a = opened(t, hdfarchive.Open, path, nil)
	wantListed(t, a, "f", all...)
	closeNow(t, a)
}

// TestManyFunctions writes to more functions than keep their tables open, over and over.
func TestManyFunctions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Sync: hdfarchive.SyncOff})
	all := make(map[string][]*archive.Entry)
	for round := range 3 {
		for i := range 40 {
			name := "f" + strconv.Itoa(i)
			e := entry(name, round, vector(20, float64(i)))
			all[name] = append(all[name], e)
			put(t, a, e)
		}
	}
	for range 2 {
		for name, entries := range all {
			wantListed(t, a, name, entries...)
		}
		closeNow(t, a)
		a = opened(t, hdfarchive.Open, path, nil)
	}
	closeNow(t, a)
}
