package hdfarchive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
)

// hdfdir is an archive in a folder: a file an entry, complete before it gets its
// name, so that any number of processes need no lock.
type hdfdir struct {
	handle
	streams streams[*dirStream]
	safe    sync.Map // folders whose names are on the disk, by path: os.FileInfo
	touched sync.Map // names of functions whose index was left behind by this archive
	written written  // what it will have of them
}

// OpenDir opens the archive in the folder at path; see Options.
func OpenDir(path string, o *Options) (*archive.Archive, error) {
	d, err := openDir(path, o)
	if err != nil {
		return nil, err
	}
	return archive.New(d), nil
}

// markerName is the file that tells an archive from another folder. The names of
// functions do not begin with a dot when escaped.
const (
	markerName = ".klepto.json"
	dirFormat  = "klepto-hdfdir"
)

type marker struct {
	Format  string `json:"format"`
	Version int    `json:"format_version"`
	Creator string `json:"creator"`
}

func openDir(path string, o *Options) (*hdfdir, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	opts := o.withDefaults()
	root, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	st, err := os.Stat(root)
	switch {
	case errors.Is(err, fs.ErrNotExist) && opts.Mode == Create:
		if err := makeFolder(root); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, openError(root, err)
	case !st.IsDir():
		return nil, fmt.Errorf("%w: %s is a file; open it as hdf:, or name a folder", driver.ErrFormat, root)
	}
	if err := checkMarker(root, opts.Mode); err != nil {
		return nil, err
	}
	return &hdfdir{handle: handle{path: root, opts: opts, url: canonicalURL("hdfdir", root, opts), leases: newFolderLeases(root)}}, nil
}

// makeFolder makes the folder of an archive, unless another process just has.
func makeFolder(root string) error {
	err := os.Mkdir(root, 0o777)
	switch _, statErr := os.Stat(root); {
	case errors.Is(err, fs.ErrExist) && errors.Is(statErr, fs.ErrNotExist): // a link to nothing
		return absentError(root)
	case err == nil, errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %s does not exist; make it first: %w", filepath.Dir(root), fs.ErrNotExist)
	}
	return makeError(root, err)
}

// checkMarker wants the marker in a folder, and with mode Create puts it into an
// empty one.
func checkMarker(root string, mode Mode) error {
	m, err := readMarker(root)
	if errors.Is(err, fs.ErrNotExist) && mode == Create {
		var empty bool
		if empty, err = isEmpty(root); empty {
			err = writeMarker(root)
			m = marker{dirFormat, formatVersion, creator}
		} else if err == nil {
			err = fs.ErrNotExist
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && m.Format != dirFormat:
		return fmt.Errorf("%w: the folder %s is not an hdfdir archive (no %s in it); name an empty or a new folder", driver.ErrFormat, root, markerName)
	case err != nil:
		return openError(root, err)
	case m.Version != formatVersion:
		return fmt.Errorf("%w: %s has format version %d, this build knows %d; use the release of klepto that wrote it, or a newer one",
			driver.ErrVersion, root, m.Version, formatVersion)
	}
	return nil
}

func readMarker(root string) (m marker, err error) {
	b, err := os.ReadFile(filepath.Join(root, markerName))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, damaged("%s: %v; write %s into it", filepath.Join(root, markerName), err, markerText())
	}
	return m, nil
}

func markerText() string {
	b, err := json.Marshal(marker{dirFormat, formatVersion, creator})
	if err != nil {
		return "" // not reached: a struct of strings
	}
	return string(b) + "\n"
}

func isEmpty(root string) (bool, error) {
	names, err := readNames(root)
	for _, name := range names {
		// Another process may be making the same archive.
		if name != markerName && !strings.HasPrefix(name, tempPrefix) {
			return false, err
		}
	}
	return err == nil, err
}

func writeMarker(root string) error {
	path := filepath.Join(root, markerName)
	temp, err := tempName(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(temp, []byte(markerText()), 0o666); err != nil {
		return err
	}
	return errors.Join(syncPath(temp), os.Rename(temp, path), syncPath(root), syncPath(filepath.Dir(root)))
}

func readNames(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(-1)
	return names, errors.Join(err, f.Close())
}

// suffix is that of entries; valueName is what their value is called within.
const (
	suffix    = ".h5"
	valueName = "value"
	indexFile = "index.h5"
)

// shard is the folder of an entry: the first two bytes of its id, or less where
// those would cut a letter.
func shard(id string) string {
	s := id[:min(2, len(id))]
	for len(s) > 1 && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	if !utf8.ValidString(s) {
		return "_"
	}
	return s
}

func (a *hdfdir) function(name string) string { return filepath.Join(a.path, groupName(name)) }

func (a *hdfdir) file(function, id string) string {
	return filepath.Join(a.function(function), shard(id), id+suffix)
}

func (a *hdfdir) durable() bool { return a.opts.Sync != SyncOff }

// Sync waits for the disk where Put does not.
func (a *hdfdir) Sync(context.Context) error {
	return a.use(func() error {
		if !a.durable() && a.opts.Mode != Read {
			unix.Sync()
		}
		return nil
	})
}

// Close brings the indexes of the functions up to date that this archive wrote to.
// An index is not needed to read entries, so that one that cannot be written is no
// error; the next listing tries again.
func (a *hdfdir) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil
	}
	a.closed = true
	if a.opts.Mode != Read {
		a.leases.sweep()
	}
	var errs []error
	for _, s := range a.streams.all() {
		errs = append(errs, s.Abort())
	}
	a.touched.Range(func(name, _ any) bool {
		if _, err := a.refresh(context.Background(), name.(string)); err != nil {
			errs = append(errs, err)
		}
		return true
	})
	if !a.durable() && a.opts.Mode != Read {
		unix.Sync()
	}
	return errors.Join(errs...)
}
