package archive_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/memarchive"
)

func init() {
	archive.Register("test-file", &archive.Scheme{
		Params: []string{"sync", "mode"},
		Open: func(_ context.Context, u *archive.URL) (driver.Archive, error) {
			path, err := u.FilePath()
			if err != nil {
				return nil, err
			}
			if _, err := os.Stat(path); err != nil {
				return nil, err
			}
			return memarchive.New().Driver(), nil
		},
		Probe: func(path string) (bool, error) {
			if strings.HasSuffix(path, ".locked") {
				return false, fs.ErrPermission
			}
			b, err := os.ReadFile(path)
			return string(b) == "test", err
		},
	})
}

func TestOpen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("test"), 0o666); err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(t.Context(), "test-file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	tests := []struct {
		url  string
		is   error
		says string
	}{
		{"nope:x", archive.ErrURL, `unknown scheme "nope"; this program knows mem, null, test-file`},
		{"hdf:x.h5", archive.ErrURL, `import _ "github.com/klepto-go/klepto/hdfarchive"`},
		{"test-file:x?snc=1", archive.ErrURL, `unknown parameter "snc"; test-file: knows mode, sync`},
		{"mem:?mode=ro", archive.ErrURL, `unknown parameter "mode"; mem: takes none`},
		{"test-file:x?mode=ro&mode=ro", archive.ErrURL, "twice"},
		{"test-file:", archive.ErrURL, "no path"},
		{"x.h5", archive.ErrURL, "no scheme"},
		{"test-file:" + file + "/none", nil, "none"},
		{"test-file:" + file + "none", fs.ErrNotExist, "no such file"},
	}
	for _, test := range tests {
		_, err := archive.Open(t.Context(), test.url)
		var wrapped *archive.Error
		if !errors.As(err, &wrapped) || wrapped.Op != "open" || wrapped.Archive != test.url {
			t.Errorf("Open(%q) = %#v; want an *archive.Error", test.url, err)
			continue
		}
		if test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("Open(%q) = %v; want %v that says %s", test.url, err, test.is, test.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := archive.Open(ctx, "mem:"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a cancelled context = %v", err)
	}
}

func TestProbe(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"yes": "test", "what?.x": "test", "no": "other", "x.locked": "test"} {
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"yes": "test-file:yes", "./yes": "test-file:./yes", "what?.x": "test-file:what?.x?"} {
		url, err := archive.Probe(path)
		if url != want || err != nil {
			t.Errorf("Probe(%q) = %q, %v; want %q", path, url, err, want)
			continue
		}
		if _, err := archive.Open(t.Context(), url); err != nil {
			t.Errorf("Open of what Probe says: %v", err)
		}
	}
	for path, want := range map[string]error{"none": fs.ErrNotExist, "no": archive.ErrFormat, "x.locked": fs.ErrPermission} {
		if url, err := archive.Probe(path); !errors.Is(err, want) {
			t.Errorf("Probe(%q) = %q, %v; want %v", path, url, err, want)
		}
	}
}

func TestRegisterRefuses(t *testing.T) {
	open := func(context.Context, *archive.URL) (driver.Archive, error) { return nil, nil }
	for name, s := range map[string]*archive.Scheme{
		"mem": {Open: open}, "x": {Open: open}, "HDF": {Open: open}, "a:b": {Open: open}, "good": {}, "better": nil,
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Register(%q, %v) does not panic", name, s)
				}
			}()
			archive.Register(name, s)
		}()
	}
	if got := archive.Schemes(); !slices.Equal(got, []string{"mem", "null", "test-file"}) {
		t.Errorf("Schemes = %q", got)
	}
}
