package hdfarchive

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// Attributes of the root group of every file this package writes.
const (
	attrFormat  = "format"
	attrFormatV = "format_version"
	attrCreator = "creator"

	formatName    = "klepto-hdf5"
	formatVersion = 1
	creator       = "klepto for Go, github.com/klepto-go/klepto"
)

func rootAttrs() []h5.Attr {
	return []h5.Attr{h5.TextAttr(attrFormat, formatName), h5.Uint64Attr(attrFormatV, formatVersion),
		h5.TextAttr(attrCreator, creator+", HDF5 "+h5.Version())}
}

// store is an open file with all archives of the process that use it.
type store struct {
	path  string
	info  os.FileInfo // of the file when it was opened: path may get another
	write bool
	sync  h5.JournalSync
	refs  int // under inUse.Mutex

	mu        sync.RWMutex // held for writing by a commit
	file      *h5.File     // nil where lost says why
	lost      error
	journal   *h5.Journal
	root      *h5.Group
	functions map[string]*function  // by name; nil values are not kept
	written   []*function           // see keepOpen
	known     map[string]*knownRows // by function, of an older opening
	loading   sync.Mutex            // guards functions where mu is held for reading
	careful   bool                  // see home

	wait  time.Duration // for other processes
	lent  atomic.Bool   // to another package; the turn is not given away
	rest  rest
	queue queue
}

// inUse has the stores of the process. HDF5 itself has one table of open files a
// process, and two writers of one file in it would undo each other's work; so the
// archives of one file share a store.
var inUse struct {
	sync.Mutex
	stores []*store
}

// acquire returns the store of the file at path.
func acquire(path string, o Options) (*store, error) {
	inUse.Lock()
	defer inUse.Unlock()
	if st, err := os.Stat(path); err == nil {
		for _, s := range inUse.stores {
			if os.SameFile(st, s.info) {
				if o.Mode != Read && !s.write {
					return nil, fmt.Errorf("%w: this program itself has %s open for reading; close that archive first", driver.ErrLocked, path)
				}
				s.refs++
				return s, nil
			}
		}
	}
	s, err := openStore(path, o)
	if err != nil {
		return nil, err
	}
	s.refs = 1
	inUse.stores = append(inUse.stores, s)
	return s, nil
}

// release gives a store back; the last to do so closes the file.
func (s *store) release() error {
	inUse.Lock()
	defer inUse.Unlock()
	if s.refs--; s.refs > 0 {
		return nil
	}
	inUse.stores = slices.DeleteFunc(inUse.stores, func(other *store) bool { return other == s })
	return s.close()
}

func openStore(path string, o Options) (*store, error) {
	if err := ensure(path, o.Mode); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, openError(path, err)
	}
	s := &store{path: path, info: info, write: o.Mode != Read, sync: map[Sync]h5.JournalSync{
		SyncNormal: h5.JournalNormal, SyncFull: h5.JournalFull, SyncOff: h5.JournalOff,
	}[o.Sync], wait: o.Wait, known: make(map[string]*knownRows)}
	start := time.Now()
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, longestPause) {
		err := s.open(s.write)
		if err == nil {
			if real, err := filepath.EvalSymlinks(path); err == nil && s.write {
				_ = removeCompact(real) // this is the turn of this process: nobody compacts; what cannot go now goes another time
			}
			s.yield()
			return s, nil
		}
		if !s.write || !locked(err) || time.Since(start) > s.wait {
			return nil, err
		}
		time.Sleep(pause)
	}
}

// open opens the file, for writing with the turn to do so, and repairs it then; where
// damage forbids that, without deleting anything, or else not at all.
func (s *store) open(write bool) error {
	s.journal = h5.NewJournal(&h5.JournalOptions{Sync: s.sync})
	err := s.load(write, write)
	old := s.careful
	for _, repair := range []bool{true, false} {
		if !write || !damage(err) {
			break
		}
		s.careful = true
		s.journal = h5.NewJournal(&h5.JournalOptions{Sync: s.sync})
		err = s.load(write, repair)
	}
	s.careful = old
	for _, f := range s.functions {
		f.careful = old
	}
	return err
}

// load opens the file with its journal, and repairs it where asked to.
func (s *store) load(write, repair bool) error {
	f, err := h5.Open(s.path, &h5.FileOptions{Write: write, Backing: s.journal})
	if err != nil {
		return openError(s.path, err)
	}
	s.file, s.functions = f, make(map[string]*function)
	if s.root, err = f.Root(); err == nil {
		if err = checkFormat(s.path, s.root); err == nil && repair {
			err = s.repair()
		}
	}
	if err == nil {
		return nil
	}
	if write {
		err = errors.Join(err, s.journal.Rollback()) // a repair by halves
	}
	err = openError(s.path, errors.Join(err, f.Close()))
	s.file = nil
	return err
}

// checkFormat tells an archive from a file of somebody else.
func checkFormat(path string, root *h5.Group) error {
	i, err := root.Stat(".", attrFormat, attrFormatV)
	if err != nil {
		return err
	}
	format := ""
	if a := i.Attr(attrFormat); a != nil {
		format, _ = a.Text()
	}
	if format != formatName {
		return fmt.Errorf("%w: %s is an HDF5 file of another program; name another file", driver.ErrFormat, path)
	}
	if version, _ := uintAttr(i, attrFormatV); version != formatVersion {
		return fmt.Errorf("%w: %s has format version %d, this build knows %d; use the release of klepto that wrote it, or a newer one",
			driver.ErrVersion, path, version, formatVersion)
	}
	return nil
}

// ensure makes the file where mode asks for it. It is complete before it gets its
// name, so that a process that dies leaves no half-made archive.
func ensure(path string, mode Mode) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) || mode != Create {
		return openError(path, err)
	}
	if err := orphanedJournal(path); err != nil {
		return err
	}
	if _, err := os.Readlink(path); err == nil { // to nothing
		return absentError(path)
	}
	dir := filepath.Dir(path)
	switch st, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %s does not exist; make it first: %w", dir, fs.ErrNotExist)
	case err != nil:
		return makeError(path, err)
	case !st.IsDir():
		return fmt.Errorf("%w: %s is no folder", driver.ErrFormat, dir)
	}
	temp, err := tempName(path)
	if err != nil {
		return openError(dir, err)
	}
	defer os.Remove(temp)
	sweepTemps(dir)
	if err := makeFile(temp, true, func(*h5.Group) error { return nil }); err != nil {
		return makeError(path, err)
	}
	if err := claim(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return makeError(path, err)
	}
	return syncPath(dir)
}

// makeFile writes a file of this format at a path where there is none.
func makeFile(path string, durable bool, fill func(root *h5.Group) error) error {
	f, err := h5.Open(path, &h5.FileOptions{Create: true, Unlocked: true})
	if err != nil {
		return err
	}
	if err = closeNew(f, path, fillFile(f, fill)); err != nil || !durable {
		return err
	}
	return syncPath(path) // after the close, which writes too
}

// closeNew closes a file that is being made, and where that failed empties it before: HDF5
// does not let go of a file that it cannot write to the end, as on a full disk.
func closeNew(f *h5.File, path string, err error) error {
	if err != nil {
		_ = os.Truncate(path, 0) // who made it removes it
	}
	return errors.Join(err, f.Close())
}

// makeTables is makeFile for a file with tables, which HDF5 makes in memory.
func makeTables(path string, fill func(root *h5.Group) error) error {
	f, err := h5.Open(path, &h5.FileOptions{Create: true, Backing: h5.Memory{}})
	if err != nil {
		return err
	}
	if err = fillFile(f, fill); err == nil {
		err = f.WriteTo(path)
	}
	return errors.Join(err, f.Close())
}

func fillFile(f *h5.File, fill func(root *h5.Group) error) error {
	root, err := f.Root()
	if err == nil {
		err = root.SetAttrs(".", rootAttrs())
	}
	if err == nil {
		err = fill(root)
	}
	return err
}

// repair makes every index anew that does not fit its entries: another program may
// have changed them, or a crash.
func (s *store) repair() error {
	names, err := s.names()
	if err != nil {
		return err
	}
	stale := false
	for _, name := range names {
		f, err := s.function(name)
		if damage(err) {
			continue // the others can be used; a Put of this one mends it
		}
		if err != nil {
			return err
		}
		if f == nil {
			continue
		}
		if old, err := f.stale(); err != nil {
			return err
		} else if old {
			stale = true
			if err := f.save(nil); err != nil {
				return err
			}
		}
	}
	if !stale {
		return nil
	}
	return s.file.Commit(true)
}

// names lists the functions of the file.
func (s *store) names() ([]string, error) {
	links, err := s.root.Links()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, l := range links {
		if l.Kind != h5.OtherObject {
			continue
		}
		name, ok := unescape(l.Name)
		if !ok {
			i, err := s.root.Stat(l.Name, attrName)
			if err != nil {
				return nil, err
			}
			a := i.Attr(attrName)
			if a == nil {
				continue
			}
			long, _ := a.Text()
			if name, ok = unescape(long); !ok || groupName(name) != l.Name {
				continue
			}
		}
		names = append(names, name)
	}
	return names, nil
}

// function returns an open function, nil where the file has none of this name.
func (s *store) function(name string) (*function, error) {
	s.loading.Lock()
	defer s.loading.Unlock()
	if f := s.functions[name]; f != nil {
		return f, nil
	}
	f, err := openFunction(s.root, name)
	switch {
	case errors.Is(err, h5.ErrAbsent), errors.Is(err, h5.ErrChanged):
		return nil, nil // nothing of this name, or something of another program
	case err != nil:
		return nil, err
	}
	f.careful = s.careful
	f.packed.known = s.known[name]
	delete(s.known, name)
	s.functions[name] = f
	return f, nil
}

// close closes the file. The queue is empty then: nobody uses the store any more.
// Where it can have the last turn, the journal goes into the file; where it cannot,
// the process that writes now will see to that.
func (s *store) close() error {
	s.queue.workers.Wait()
	var turn error
	if s.write {
		turn = s.insist(lastTurn)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.file == nil:
		return s.lost
	case !s.write:
		return s.shut()
	case !s.file.Writable(): // since a commit failed
		return errors.Join(s.lost, s.shut())
	}
	switch {
	case errors.Is(turn, driver.ErrClosed): // somebody removed the file, and wants it no more
		return s.shut()
	case locked(turn):
		return openError(s.path, errors.Join(s.journal.Settle(), s.shut()))
	case turn != nil:
		return errors.Join(turn, s.shut())
	}
	if err := s.file.Commit(true); err != nil {
		_ = s.journal.Rollback() // fails where the file was closed
		_ = s.shut()             // for the same reason
		return commitError(s.path, err)
	}
	return openError(s.path, s.shut())
}

// shut closes the file and all that is open in it. What keeps one object from being closed
// keeps the others, so it is told once.
func (s *store) shut() error {
	if s.file == nil {
		return nil
	}
	var errs []error
	for _, f := range s.functions {
		errs = append(errs, f.close())
	}
	err := errors.Join(cmp.Or(append(errs, s.root.Close())...), s.file.Close())
	s.file, s.root, s.functions, s.written = nil, nil, nil, nil
	return err
}
