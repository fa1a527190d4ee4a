package h5_test

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// A large read is shared by threads, and what the journal has of it is laid over: the
// bytes come out in their places all the same.
func TestLargeReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	f, _ := journaled(t, path, h5.FileOptions{Create: true}, nil)
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	const n = 1_200_007 // 9.6 MB, in whole pieces and a rest
	number := h5.IntType(8, false)
	want := make([]byte, 0, 8*n)
	for i := range uint64(n) {
		want = binary.LittleEndian.AppendUint64(want, i*0x9e3779b97f4a7c15)
	}
	if err := root.Put("u", &h5.Dataset{Type: number, Shape: []int{n}, Chunk: []int{n}, Data: want}); err != nil {
		t.Fatal(err)
	}
	check := func(g *h5.Group) {
		t.Helper()
		i, err := g.Stat("u")
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 8*n)
		if err := g.Read("u", i, i.Type, got); err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Error("other data than were written")
		}
	}
	if err := f.Commit(true); err != nil {
		t.Fatal(err)
	}
	check(root)
	// Written over, about where a piece ends, it lies in the journal.
	change := bytes.Repeat([]byte("klepto42"), 5000)
	const at = (4<<20 - 20_000) / 8
	copy(want[8*at:], change)
	if err := root.WriteRows("u", number, at, change); err != nil {
		t.Fatal(err)
	}
	check(root)
	if err := f.Commit(true); err != nil {
		t.Fatal(err)
	}
	check(root)
	reader, _ := journaled(t, path, h5.FileOptions{}, nil)
	other, err := reader.Root()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	check(other)
}
