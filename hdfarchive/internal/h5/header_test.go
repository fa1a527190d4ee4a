package h5_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/internal/need"
)

// datasets of every kind that entries are made of.
func headerDatasets() map[string]*h5.Dataset {
	attrs := func() []h5.Attr {
		return []h5.Attr{h5.OpaqueAttr("key", "\x00\x01key"), h5.FixedTextAttr("call", `{"f":"ä"}`), h5.Uint64Attr("sum", 1<<63),
			h5.FixedTextAttr("other", "of somebody else")}
	}
	all := map[string]*h5.Dataset{
		"scalar":  {Type: h5.FloatType(8), Data: make([]byte, 8)},
		"bool":    {Type: h5.BoolType(), Shape: []int{2}, Data: []byte{0, 1}},
		"complex": {Type: h5.ComplexType(16), Data: make([]byte, 16)},
		"null":    {Type: h5.IntType(1, true), Null: true},
		"text":    {Type: h5.TextType(), Data: []byte("text\x00")},
		"empty":   {Type: h5.FloatType(8), Shape: []int{0, 3}},
		"chunks":  {Type: h5.FloatType(8), Shape: []int{4}, Chunk: []int{2}, Data: make([]byte, 32)},
	}
	for _, t := range []h5.Type{h5.FloatType(4), h5.FloatType(8), h5.IntType(1, true), h5.IntType(2, false), h5.IntType(4, true), h5.IntType(8, false)} {
		for _, n := range []int{1, 7, 128, 1000, 8000, 20_000} {
			data := make([]byte, n*t.Size)
			for i := range data {
				data[i] = byte(i * 7)
			}
			all[fmt.Sprint(t.Class, t.Size, t.Signed, n)] = &h5.Dataset{Type: t, Shape: []int{n, 1}, Data: data}
		}
	}
	for _, d := range all {
		d.Attrs = attrs()
	}
	many := &h5.Dataset{Type: h5.FloatType(8), Data: make([]byte, 8)}
	for i := range 20 {
		many.Attrs = append(many.Attrs, h5.Uint64Attr(fmt.Sprint("a", i), uint64(i)))
	}
	all["many attributes"] = many
	return all
}

// TestCommitted holds what headers say against what HDF5 says.
func TestCommitted(t *testing.T) {
	for _, write := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "a.h5")
		f, err := h5.Open(path, &h5.FileOptions{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if f, err = h5.Open(path, &h5.FileOptions{Write: true, Backing: h5.NewJournal(nil)}); err != nil {
			t.Fatal(err)
		}
		root, err := f.Root()
		if err != nil {
			t.Fatal(err)
		}
		all := headerDatasets()
		for name, d := range all {
			if err := root.Put(name, d); err != nil {
				t.Fatal(name, err)
			}
		}
		if err := f.Commit(false); err != nil {
			t.Fatal(err)
		}
		if !write {
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if f, err = h5.Open(path, &h5.FileOptions{Backing: h5.NewJournal(nil)}); err != nil {
				t.Fatal(err)
			}
			if root, err = f.Root(); err != nil {
				t.Fatal(err)
			}
		}
		direct := 0
		names := []string{"key", "call", "sum", "a3", "nowhere"}
		for name, d := range all {
			want, err := root.Fetch(name, names...)
			if err != nil {
				t.Fatal(name, err)
			}
			got, err := root.Committed(name, names...)
			if err != nil {
				t.Fatal(name, err)
			}
			if h5.FromHeader(root, name, names) {
				direct++
			}
			if len(d.Data) > 0 && !got.Chunked && got.Type.Class == d.Type.Class && (d.Type.Class == h5.Float || d.Type.Class == h5.Int) {
				buf := make([]byte, len(d.Data))
				if err := root.Read(name, got, d.Type, buf); err != nil || string(buf) != string(d.Data) {
					t.Errorf("%s: %v or other data", name, err)
				}
			}
			h5.WithoutData(want, got)
			if got, want := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); got != want {
				t.Errorf("%s: header says\n%s\nHDF5 says\n%s", name, got, want)
			}
		}
		if direct < 37 { // all of numbers
			t.Errorf("%d of %d were read from their headers", direct, len(all))
		}
		if _, err := root.Committed("nowhere"); err == nil {
			t.Error("found what is not there")
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCommittedUserBlock leaves files to HDF5 whose addresses do not count from their
// beginning: at the same place of the file another header may lie.
func TestCommittedUserBlock(t *testing.T) {
	dir := t.TempDir()
	path, jammed, block := filepath.Join(dir, "a.h5"), filepath.Join(dir, "b.h5"), filepath.Join(dir, "block")
	f, err := h5.Open(path, &h5.FileOptions{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range 600 { // of many lengths, so that some headers lie a block apart, 512 bytes
		name := fmt.Sprint("n", i)
		data := make([]byte, 200+i/8)
		if err := root.Put(name, &h5.Dataset{Type: h5.IntType(1, false), Shape: []int{len(data)}, Data: data}); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(block, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = exec.LookPath("h5jam")
	need.Have(t, err, "h5jam of hdf5-tools")
	if out, err := exec.CommandContext(t.Context(), "h5jam", "-i", path, "-u", block, "-o", jammed).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for file, want := range map[string]bool{path: true, jammed: false} {
		f, err := h5.Open(file, &h5.FileOptions{Backing: h5.NewJournal(nil)})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if root, err = f.Root(); err != nil {
			t.Fatal(err)
		}
		for n, name := range names {
			if i, err := root.Committed(name); err != nil || len(i.Shape) != 1 || i.Shape[0] != 200+n/8 {
				t.Errorf("%s: %+v, %v", name, i, err)
			}
			if h5.FromHeader(root, name, nil) != want {
				t.Errorf("%s of %s is read from its header: %t", name, filepath.Base(file), !want)
			}
		}
	}
}

// FuzzHeader makes sure that no header with a right checksum harms.
func FuzzHeader(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.h5")
	file, err := h5.Open(path, &h5.FileOptions{Create: true})
	if err != nil {
		f.Fatal(err)
	}
	root, err := file.Root()
	if err != nil {
		f.Fatal(err)
	}
	for name, d := range headerDatasets() {
		if err := root.Put(name, d); err != nil {
			f.Fatal(name, err)
		}
	}
	if err := file.Close(); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for at := range b {
		if m := h5.HeaderMessages(b[at:]); m != nil && len(m) < 2000 {
			f.Add(m)
		}
	}
	f.Fuzz(func(t *testing.T, messages []byte) {
		i := h5.ParseHeader(messages, []string{"key", "call", "sum"})
		if i == nil {
			return
		}
		if _, size, err := i.Elements(); err != nil || i.Stored > 0 && size != i.Stored {
			t.Errorf("%+v: %d bytes, %v", i, size, err)
		}
	})
}
