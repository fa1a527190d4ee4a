package hdfarchive_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// Groups of other programs in an archive are left alone, whatever attributes they have; a
// function that has lost its entries is not taken for one.
func TestOthersGroups(t *testing.T) {
	name := h5.TextAttr("name", "my notes")
	for _, c := range []struct {
		name    string
		attrs   []h5.Attr
		child   string // of the group
		damaged bool
	}{
		{"name", []h5.Attr{name}, "", false},
		{"name and children", []h5.Attr{name}, "index", false},
		{"its own name", []h5.Attr{h5.TextAttr("name", "notes")}, "", false},
		{"name and a text", []h5.Attr{name, h5.TextAttr("arguments", "--fast")}, "", false},
		{"nothing", nil, "packed", false},
		{"argument names", []h5.Attr{h5.TextAttr("name", "notes"), h5.TextAttr("arguments", `["x"]`)}, "", true},
		{"rows", []h5.Attr{name}, "packed", true},
		{"catalog", []h5.Attr{name}, "catalog", true},
		{"lost entries", []h5.Attr{name, h5.Uint64Attr("lost", 3)}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.h5")
			a := openURL(t, "hdf:"+path)
			e := entry("f", 1, vector(10, 0))
			put(t, a, e)
			closeNow(t, a)
			inFile(t, path, nil, func(root *h5.Group) error {
				g, err := root.NewGroup("notes", &h5.GroupOptions{Attrs: c.attrs})
				if err == nil && c.child != "" {
					_, err = g.NewGroup(c.child, nil)
				}
				return err
			})
			a = openURL(t, "hdf:"+path)
			fns, err := a.Functions(t.Context())
			if c.damaged {
				if err != nil || len(fns) != 2 {
					t.Errorf("Functions: %v, %v", fns, err)
				}
				for _, err := range a.List(t.Context(), "notes") {
					if !errors.Is(err, archive.ErrCorrupt) {
						t.Errorf("a listing says %v", err)
					}
				}
				closeNow(t, a)
				return
			}
			if err != nil || len(fns) != 1 {
				t.Errorf("Functions: %v, %v", fns, err)
			}
			wantListed(t, a, "f", e)
			if _, err := a.Compact(t.Context(), nil); err != nil {
				t.Error(err)
			}
			if err := a.Put(t.Context(), entry("notes", 1, number(1))); err == nil || !strings.Contains(err.Error(), "another program") {
				t.Errorf("Put beside the group: %v", err)
			}
			wantValue(t, a, e)
			closeNow(t, a)
			inFile(t, path, []string{"notes"}, func(g *h5.Group) error {
				i, err := g.Stat(".", "name")
				if has, e := g.Has(c.child); err == nil && (e != nil || !has || c.attrs != nil && i.Attr("name") == nil) && c.child != "" {
					err = errors.Join(e, fs.ErrNotExist)
				}
				return err
			})
		})
	}
}
