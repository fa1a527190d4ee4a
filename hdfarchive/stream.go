package hdfarchive

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// streamsName is the group, beside those of the functions, of what is being written in
// streams: a group each, which a commit moves to where it belongs. No escaped name
// begins with a dot.
const streamsName = ".klepto-streams"

// fileStream is an entry of a File that comes in slabs. Each of its writes is a commit
// of its own, so that nobody waits for more than one slab, and memory holds no more. It
// has a lease for as long as it goes on: what is there without one was left by a process
// that died.
type fileStream struct {
	a     *File
	token string // the name of its group
	lease driver.Lease
	parts []*slabs

	mu    sync.Mutex // Close ends a stream whenever it likes
	begun bool       // the group is there
	ended bool
}

// streams are those that go on in an archive.
type streams[S comparable] struct {
	mu   sync.Mutex
	live map[S]bool
}

func (l *streams[S]) add(s S) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.live == nil {
		l.live = make(map[S]bool)
	}
	l.live[s] = true
}

func (l *streams[S]) remove(s S) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.live, s)
}

func (l *streams[S]) all() (all []S) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.live {
		all = append(all, s)
	}
	return all
}

// Stream implements driver.Streamer.
func (a *File) Stream(ctx context.Context, e *driver.Entry, parts []*value.Array) (driver.Stream, error) {
	if h5.BigEndian {
		return nil, fmt.Errorf("%w: streams to HDF5 on a big-endian machine", errors.ErrUnsupported)
	}
	s := &fileStream{a: a, token: strconv.FormatUint(rand.Uint64(), 36), parts: newParts(parts, &a.opts)}
	err := a.change(func() error {
		a.leases.buryAll()
		var err error
		s.lease, err = a.leases.acquire(ctx, streamsName, keymap.Key{Canonical: s.token})
		if errors.Is(err, errNoLeases) {
			err = fmt.Errorf("%w: a stream leaves a file beside the archive that tells that it goes on, and needs hard links for it; use a hdfdir: here, or another file system", errors.ErrUnsupported)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	a.streams.add(s)
	return s, nil
}

// newParts makes the slabs of arrays, with numbers for names.
func newParts(arrays []*value.Array, o *Options) (parts []*slabs) {
	for i, x := range arrays {
		parts = append(parts, newSlabs(strconv.Itoa(i), x, len(arrays), o))
	}
	return parts
}

func (s *fileStream) Append(ctx context.Context, part int, data any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parts[part].add(view(data), func(p *piece) error { return s.write(ctx, s.parts[part].name, p) })
}

// write writes a piece, in a turn and a commit of its own.
func (s *fileStream) write(ctx context.Context, name string, p *piece) error {
	if s.ended {
		return driver.ErrClosed
	}
	err := s.a.write(ctx, &job{run: func() error {
		return s.in(func(g *h5.Group) error {
			if p.make != nil {
				if err := g.Put(name, p.make); err != nil {
					return err
				}
			}
			return g.AddChunks(name, p.rows, p.chunks, p.data)
		})
	}})
	if err == nil {
		s.begun = true
	}
	return err
}

// in runs f on the group of the stream, which it makes for the first. The store's lock is held.
func (s *fileStream) in(f func(g *h5.Group) error) error {
	all, err := child(s.a.store.root, streamsName, !s.begun)
	if err != nil {
		return s.lost(err)
	}
	own, err := child(all, s.token, !s.begun)
	if err != nil {
		return errors.Join(s.lost(err), all.Close())
	}
	return errors.Join(f(own), own.Close(), all.Close())
}

// child opens a group, and where asked to makes it.
func child(g *h5.Group, name string, make bool) (*h5.Group, error) {
	own, err := g.Group(name)
	if make && errors.Is(err, h5.ErrAbsent) {
		return g.NewGroup(name, nil)
	}
	return own, err
}

// lost says why the group of the stream is not there any more.
func (s *fileStream) lost(err error) error {
	if errors.Is(err, h5.ErrAbsent) {
		return fmt.Errorf("%w: what the stream had written is gone: somebody took its leases away, or compacted the file", driver.ErrFenced)
	}
	return err
}

func (s *fileStream) finish(ctx context.Context) error {
	for _, p := range s.parts {
		if err := p.finish(func(x *piece) error { return s.write(ctx, p.name, x) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *fileStream) Read(ctx context.Context, part, row int, data any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.finish(ctx); err != nil {
		return err
	}
	p := s.parts[part]
	return p.read(row, view(data), func(b *driver.Slab, to []byte) error {
		return s.a.read(ctx, func(*store) error {
			return s.in(func(g *h5.Group) error { return readPart(g, p, b, to) })
		})
	})
}

// readPart reads what was written of a part.
func readPart(g *h5.Group, p *slabs, b *driver.Slab, to []byte) error {
	i, err := g.Stat(p.name, valueAttrs...)
	if err == nil {
		err = elements(g, p.name, i, elemType(p.array.Elem), b, to)
	}
	return readError(err)
}

func (s *fileStream) Commit(ctx context.Context, e *driver.Entry, ifAbsent bool) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.finish(ctx); err != nil {
		return false, err
	}
	p, err := prepare(e, "", &s.a.opts)
	if err == nil {
		_, err = p.object.bind(s.parts)
	}
	if err != nil {
		return false, err
	}
	if s.begun {
		p.object.within = s.move
	}
	j := &job{puts: []*prepared{p}, ifAbsent: ifAbsent}
	if err := s.a.write(ctx, j); err != nil {
		return false, err
	}
	if j.stored == 0 {
		return false, s.abort()
	}
	return true, s.end()
}

// move writes an object with the parts at hand, and removes the group that they leave.
func (s *fileStream) move(write func() error) error {
	err := s.in(func(g *h5.Group) error {
		for _, p := range s.parts {
			p.from = g
		}
		return write()
	})
	if err != nil {
		return err
	}
	return dropStream(s.a.store.root, s.token)
}

// dropStream removes the group of a stream, and that of all where it was the last.
func dropStream(root *h5.Group, token string) error {
	all, err := root.Group(streamsName)
	if errors.Is(err, h5.ErrAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	if err = all.Delete(token); errors.Is(err, h5.ErrAbsent) {
		err = nil
	}
	n, _, e := all.Info()
	if err = errors.Join(err, e, all.Close()); err == nil && n == 0 {
		return root.Delete(streamsName)
	}
	return err
}

// Abort removes what was written. Where that fails, as on a full disk, the next open for
// writing does it.
func (s *fileStream) Abort() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.abort()
}

func (s *fileStream) abort() error {
	if s.ended {
		return nil
	}
	var err error
	if s.begun {
		err = s.a.store.submit(context.Background(), &job{run: func() error { return dropStream(s.a.store.root, s.token) }})
	}
	if noSpace(err) {
		err = nil
	}
	return errors.Join(err, s.end())
}

// end lets go of the lease.
func (s *fileStream) end() error {
	s.ended = true
	s.a.streams.remove(s)
	for _, p := range s.parts {
		p.rest = nil
	}
	return s.lease.Release(nil)
}

// sweepStreams removes what dead processes left, and returns how many streams go on.
func (a *File) sweepStreams(ctx context.Context) (living int, err error) {
	var dead []string
	err = a.store.read(ctx, func() error {
		all, err := a.store.root.Group(streamsName)
		if errors.Is(err, h5.ErrAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		links, err := all.Links()
		if err = errors.Join(err, all.Close()); err != nil {
			return err
		}
		for _, l := range links {
			if a.leases.bury(a.leases.path(streamsName, l.Name)) {
				dead = append(dead, l.Name)
			} else {
				living++
			}
		}
		return nil
	})
	if err != nil || len(dead) == 0 {
		return living, err
	}
	return living, a.store.submit(ctx, &job{run: func() error {
		for _, token := range dead {
			if err := dropStream(a.store.root, token); err != nil {
				return err
			}
		}
		return nil
	}})
}
