package hdfarchive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// dirStream is an entry of a folder that comes in slabs: a file on its way, as that of
// any entry, which stays open until it gets its name. It has a journal, not for a crash,
// but because HDF5 cannot close a file that could not be written, unless something keeps
// that from it.
type dirStream struct {
	a     *hdfdir
	draft *draft
	parts []*slabs

	mu      sync.Mutex // Close ends a stream whenever it likes
	file    *h5.File   // nil: nothing was written
	journal *h5.Journal
	root    *h5.Group
	folders map[string]bool // those that changed
	beat    *time.Timer
	ended   bool
}

// Stream implements driver.Streamer.
func (a *hdfdir) Stream(_ context.Context, e *driver.Entry, parts []*value.Array) (driver.Stream, error) {
	if h5.BigEndian {
		return nil, fmt.Errorf("%w: streams to HDF5 on a big-endian machine", errors.ErrUnsupported)
	}
	s := &dirStream{a: a, parts: newParts(parts, &a.opts), folders: make(map[string]bool),
		draft: &draft{path: a.file(e.Call.Function, entryID(e.Key))}}
	if err := a.change(func() error { return nil }); err != nil {
		return nil, err
	}
	a.streams.add(s)
	return s, nil
}

// open makes the file.
func (s *dirStream) open() error {
	if s.file != nil {
		return nil
	}
	return s.a.inFolder(s.draft, s.folders, func() (err error) {
		if s.draft.temp, err = tempName(s.draft.path); err != nil {
			return err
		}
		s.beat = time.AfterFunc(orphanAge/4, s.live)
		s.journal = h5.NewJournal(&h5.JournalOptions{Sync: h5.JournalOff})
		if s.file, err = h5.Open(s.draft.temp, &h5.FileOptions{Create: true, Backing: s.journal}); err == nil {
			s.root, err = s.file.Root()
		}
		if err == nil {
			err = s.root.SetAttrs(".", rootAttrs())
		}
		return err
	})
}

// live shows other processes that the file is no orphan, however long the next slab takes.
func (s *dirStream) live() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		now := time.Now()
		_ = os.Chtimes(s.draft.temp, now, now) // the next beat tries again
		s.beat.Reset(orphanAge / 4)
	}
}

func (s *dirStream) Append(_ context.Context, part int, data any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.parts[part]
	return p.add(view(data), func(x *piece) error { return s.write(p.name, x) })
}

func (s *dirStream) write(name string, p *piece) error {
	if s.ended {
		return driver.ErrClosed
	}
	if err := s.open(); err != nil {
		return writeError(s.a.path, err)
	}
	var err error
	if p.make != nil {
		err = s.root.Put(name, p.make)
	}
	if err == nil {
		err = s.root.AddChunks(name, p.rows, p.chunks, p.data)
	}
	if why := s.file.Commit(false); why != nil { // or memory would hold what is small
		err = why
	}
	return writeError(s.a.path, err)
}

func (s *dirStream) finish() error {
	for _, p := range s.parts {
		if err := p.finish(func(x *piece) error { return s.write(p.name, x) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *dirStream) Read(_ context.Context, part, row int, data any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.finish(); err != nil {
		return err
	}
	p := s.parts[part]
	return p.read(row, view(data), func(b *driver.Slab, to []byte) error { return readPart(s.root, p, b, to) })
}

func (s *dirStream) Commit(_ context.Context, e *driver.Entry, ifAbsent bool) (stored bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.a.use(func() error {
		stored, err = s.commit(e, ifAbsent)
		return err
	})
	if err != nil {
		return false, err
	}
	return stored, s.end()
}

func (s *dirStream) commit(e *driver.Entry, ifAbsent bool) (stored bool, err error) {
	if err := s.finish(); err != nil {
		return false, err
	}
	p, err := prepare(e, valueName, &s.a.opts)
	if err == nil {
		_, err = p.object.bind(s.parts)
	}
	if err != nil {
		return false, err
	}
	s.draft.prepared = p
	if ifAbsent {
		if there, err := present(s.draft.path, p); err != nil || there {
			return false, err
		}
	}
	if err := s.open(); err != nil {
		return false, err
	}
	for _, part := range s.parts {
		part.from = s.root
	}
	err = writeLarge(s.root, p)
	if err == nil {
		err = errors.Join(p.object.write(s.root), showIn(s.root, p))
	}
	if err = errors.Join(err, s.shut()); err == nil && s.a.durable() {
		err = syncPath(s.draft.temp)
	}
	if err != nil {
		return false, writeError(s.a.path, err)
	}
	if stored, err = place(s.draft, ifAbsent); err != nil || !stored {
		return false, err
	}
	s.a.touched.Store(e.Call.Function, nil)
	s.folders[filepath.Dir(s.draft.path)] = true
	if s.a.durable() {
		for f := range s.folders {
			if err := syncPath(f); err != nil {
				return false, writeError(s.a.path, err)
			}
		}
	}
	return true, nil
}

// shut closes the file.
func (s *dirStream) shut() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close() // which closes root
	s.file, s.root = nil, nil
	return err
}

func (s *dirStream) Abort() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	return s.end()
}

// end removes the file where it has not got its name, with its folders where they are
// empty now.
func (s *dirStream) end() error {
	s.ended = true
	s.a.streams.remove(s)
	for _, p := range s.parts {
		p.rest = nil
	}
	if s.file != nil {
		_ = s.journal.Rollback() // both fail where a write has failed;
		_ = s.shut()             // the file goes in any case
	}
	if s.beat == nil {
		return nil
	}
	s.beat.Stop()
	_ = os.Remove(s.draft.temp) // gone under this name where it was renamed
	_ = os.Remove(s.draft.temp + h5.JournalSuffix)
	return s.a.prune(filepath.Dir(s.draft.path))
}
