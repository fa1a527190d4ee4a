package h5_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// create makes a file whose last close reports objects left open.
func create(t *testing.T) (*h5.File, *h5.Group) {
	t.Helper()
	f, err := h5.Open(filepath.Join(t.TempDir(), "t.h5"), &h5.FileOptions{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := root.Close(); err != nil {
			t.Error(err)
		}
		if n, err := f.OpenObjects(); n != 0 || err != nil {
			t.Errorf("%d objects left open, %v", n, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, root
}

func float64s(x ...float64) []byte {
	var b []byte
	for _, v := range x {
		b, _ = binary.Append(b, binary.NativeEndian, v)
	}
	return b
}

func TestPutRead(t *testing.T) {
	f, root := create(t)
	point := h5.CompoundType([]string{"x", "on", "z", "v"},
		[]h5.Type{h5.FloatType(8), h5.BoolType(), h5.ComplexType(8), h5.ArrayType([]int{2}, h5.IntType(2, true))})
	big := make([]byte, 8*5000)
	for i := range big {
		big[i] = byte(i * 7)
	}
	for _, d := range []struct {
		name string
		set  h5.Dataset
	}{
		{"scalar", h5.Dataset{Type: h5.FloatType(8), Data: float64s(1.5)}},
		{"matrix", h5.Dataset{Type: h5.FloatType(8), Shape: []int{2, 2}, Data: float64s(1, 2, 3, 4)}},
		{"empty", h5.Dataset{Type: h5.FloatType(8), Shape: []int{3, 0}}},
		{"big", h5.Dataset{Type: h5.IntType(8, false), Shape: []int{5000}, Data: big}},
		{"bool", h5.Dataset{Type: h5.BoolType(), Shape: []int{2}, Data: []byte{0, 1}}},
		{"opaque", h5.Dataset{Type: h5.OpaqueType(3), Data: []byte("a\x00b")}},
		{"compound", h5.Dataset{Type: point, Shape: []int{2}, Data: big[:2*point.Size]}},
		{"rows", h5.Dataset{Type: h5.FloatType(8), Shape: []int{1}, Data: float64s(9), Chunk: []int{4}}},
	} {
		d.set.Attrs = []h5.Attr{h5.TextAttr("units", "m/s"), h5.FixedTextAttr("call", "{}"), h5.OpaqueAttr("key", "k\x00"), h5.Uint64Attr("sum", 1<<63)}
		if err := root.Put(d.name, &d.set); err != nil {
			t.Errorf("%s: %v", d.name, err)
			continue
		}
		if err := f.Commit(false); err != nil {
			t.Fatal(err)
		}
		i, err := root.Stat(d.name)
		if err != nil {
			t.Errorf("%s: %v", d.name, err)
			continue
		}
		if i.Kind != h5.DataObject || len(i.Shape) != len(d.set.Shape) || !reflect.DeepEqual(i.Type, d.set.Type) {
			t.Errorf("%s: Stat = %+v", d.name, i)
		}
		units, _ := i.Attr("units").Text()
		call, _ := i.Attr("call").Text()
		key, _ := i.Attr("key").Text()
		sum, _ := i.Attr("sum").Uint64()
		if units != "m/s" || call != "{}" || key != "k\x00" || sum != 1<<63 {
			t.Errorf("%s: attributes %q %q %q %x", d.name, units, call, key, sum)
		}
		_, size, err := i.Elements()
		if err != nil || size != int64(len(d.set.Data)) {
			t.Errorf("%s: %d bytes, want %d, %v", d.name, size, len(d.set.Data), err)
		}
		got := make([]byte, size)
		if err := root.Read(d.name, i, i.Type, got); err != nil || !bytes.Equal(got, d.set.Data) {
			t.Errorf("%s: read %v, %v", d.name, got, err)
		}
		if err := root.Read(d.name, i, i.Type, make([]byte, size+1)); !errors.Is(err, h5.ErrChanged) {
			t.Errorf("%s: read into a longer buffer: %v", d.name, err)
		}
	}
}

func TestText(t *testing.T) {
	f, root := create(t)
	data := []byte("one\x00\x00größer\x00")
	if err := root.Put("text", &h5.Dataset{Type: h5.TextType(), Shape: []int{3}, Data: data}); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(false); err != nil {
		t.Fatal(err)
	}
	i, err := root.Stat("text")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := root.ReadText("text", i); err != nil || !bytes.Equal(got, data) {
		t.Errorf("ReadText = %q, %v", got, err)
	}
	if err := root.Put("short", &h5.Dataset{Type: h5.TextType(), Shape: []int{3}, Data: []byte("one\x00")}); err == nil {
		t.Error("three strings of one were stored")
	}
	if has, _ := root.Has("short"); has {
		t.Error("a failed Put left something behind")
	}
}

func TestNull(t *testing.T) {
	_, root := create(t)
	if err := root.Put("nil", &h5.Dataset{Type: h5.IntType(1, true), Null: true}); err != nil {
		t.Fatal(err)
	}
	if i, err := root.Stat("nil"); err != nil || !i.Null {
		t.Errorf("Stat = %+v, %v", i, err)
	}
}

func TestGroups(t *testing.T) {
	f, root := create(t)
	g, err := root.NewGroup("heat", &h5.GroupOptions{Attrs: []h5.Attr{h5.TextAttr("version", "3")}, Counted: true})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	for i := range 20 {
		sub, err := g.NewGroup("", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Link(sub, fmt.Sprintf("n%02d", i)); err != nil {
			t.Fatal(err)
		}
		sub.Close()
	}
	if err := g.Delete("n07"); err != nil {
		t.Fatal(err)
	}
	if err := g.Delete("n07"); !errors.Is(err, h5.ErrAbsent) {
		t.Errorf("second Delete: %v", err)
	}
	if n, ever, err := g.Info(); n != 19 || ever != 20 || err != nil {
		t.Errorf("Info = %d, %d, %v", n, ever, err)
	}
	links, err := g.Links()
	if err != nil || len(links) != 19 {
		t.Errorf("%d links, %v", len(links), err)
	}
	if err := root.SetAttrs("heat", []h5.Attr{h5.TextAttr("version", "4"), h5.Uint64Attr("n", 1)}); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(false); err != nil {
		t.Fatal(err)
	}
	i, err := root.Stat("heat")
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := i.Attr("version").Text(); v != "4" || i.Kind != h5.GroupObject || len(i.Attrs) != 2 {
		t.Errorf("Stat = %+v", i)
	}
	if i, err = root.Stat("heat", "n", "none"); err != nil || len(i.Attrs) != 1 || i.Attr("n") == nil {
		t.Errorf("Stat of one attribute = %+v, %v", i, err)
	}
	if _, err := root.Group("none"); !errors.Is(err, h5.ErrAbsent) {
		t.Errorf("Group: %v", err)
	}
	for _, bad := range []string{"", ".", "..", "a/b", "a\x00"} {
		if _, err := root.Group(bad); !errors.Is(err, h5.ErrRefused) {
			t.Errorf("Group(%q): %v", bad, err)
		}
	}
}

func TestRows(t *testing.T) {
	_, root := create(t)
	row := h5.CompoundType([]string{"a", "b"}, []h5.Type{h5.IntType(4, false), h5.FixedTextType(4)})
	if err := root.Put("t", &h5.Dataset{Type: row, Shape: []int{0}, Chunk: []int{3}}); err != nil {
		t.Fatal(err)
	}
	want := []byte("\x01\x00\x00\x00abcd\x02\x00\x00\x00xyz\x00")
	for i := range 5 {
		if err := root.WriteRows("t", row, 2*i, want); err != nil {
			t.Fatal(err)
		}
	}
	if err := root.WriteRows("t", row, 100, want); !errors.Is(err, h5.ErrChanged) {
		t.Errorf("a gap was written: %v", err)
	}
	table, err := root.Table("t", row)
	if err == nil {
		err = errors.Join(table.Resize(8), table.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if err := root.ReadRows("t", row, 6, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("ReadRows = %q, %v", got, err)
	}
	if err := root.ReadRows("t", row, 7, got); !errors.Is(err, h5.ErrChanged) {
		t.Errorf("rows beyond the end: %v", err)
	}
}

// TestGlance does not read texts of variable length: HDF5 would allocate them.
func TestGlance(t *testing.T) {
	f, err := h5.Open(filepath.Join(t.TempDir(), "x.h5"), &h5.FileOptions{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	root, err := f.Root()
	if err == nil {
		err = root.SetAttrs(".", []h5.Attr{h5.TextAttr("text", "some letters"), h5.FixedTextAttr("fixed", "others")})
	}
	if err == nil {
		err = f.Commit(false)
	}
	if err != nil {
		t.Fatal(err)
	}
	i, err := root.Glance(".", "text", "fixed")
	if err != nil {
		t.Fatal(err)
	}
	if a := i.Attr("text"); a == nil || len(a.Data) > 0 {
		t.Errorf("a text of variable length: %+v", a)
	}
	if a := i.Attr("fixed"); a == nil || string(a.Data) != "others" {
		t.Errorf("a text of fixed length: %+v", a)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.h5")
	if _, err := h5.Open(path, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if _, err := h5.Open(filepath.Join(dir, "no", "x.h5"), &h5.FileOptions{Create: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
	os.WriteFile(path, []byte("hello, this is text\n"), 0o666)
	if _, err := h5.Open(path, nil); !errors.Is(err, h5.ErrNotHDF5) {
		t.Errorf("text: %v", err)
	}
	if _, err := h5.Open(dir, nil); !errors.Is(err, h5.ErrNotHDF5) {
		t.Errorf("folder: %v", err)
	}
	if _, err := h5.Open(path, &h5.FileOptions{Create: true}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create over a file: %v", err)
	}
	os.WriteFile(path, []byte("\x89HDF\r\n\x1a\n and then nonsense"), 0o666)
	if _, err := h5.Open(path, nil); !errors.Is(err, h5.ErrLibrary) {
		t.Errorf("damaged: %v", err)
	}
}

func TestClosed(t *testing.T) {
	f, err := h5.Open(filepath.Join(t.TempDir(), "t.h5"), &h5.FileOptions{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := root.Put("x", &h5.Dataset{Type: h5.FloatType(8), Data: float64s(1)}); !errors.Is(err, h5.ErrClosed) {
		t.Errorf("Put: %v", err)
	}
}
