package hdfarchive

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
)

// A job is what one caller wants done: entries put, one deleted, or the disk waited
// for. Jobs that wait while a commit is under way make up the next one, so that many
// goroutines share one flush and one wait for the disk.
type job struct {
	puts     []*prepared
	ifAbsent bool
	function string       // of the deletion, where there are no puts
	key      *keymap.Key  // what to delete
	durable  bool         // wait for the disk
	run      func() error // anything else

	since  time.Time // when it was handed in
	done   chan struct{}
	stored int
	err    error
}

type queue struct {
	sync.Mutex
	waiting []*job
	working bool
	workers sync.WaitGroup
	durable bool // the disk is waited for, always
}

// submit has a job done and waits for it. It leaves a queue that has not yet begun
// with the job when ctx ends; after that it waits, because the data belong to the
// caller.
func (s *store) submit(ctx context.Context, j *job) error {
	j.done, j.since = make(chan struct{}), time.Now()
	s.queue.Lock()
	s.queue.waiting = append(s.queue.waiting, j)
	if !s.queue.working {
		s.queue.working = true
		s.queue.workers.Go(s.work)
	}
	s.queue.Unlock()
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
	}
	s.queue.Lock()
	at := slices.Index(s.queue.waiting, j)
	if at >= 0 {
		s.queue.waiting = slices.Delete(s.queue.waiting, at, at+1)
	}
	s.queue.Unlock()
	if at >= 0 {
		return ctx.Err()
	}
	<-j.done
	return j.err
}

// work commits until nothing waits. It keeps the turn while there is more to write,
// for a slice of time.
func (s *store) work() {
	turn := time.Now()
	for {
		s.queue.Lock()
		if len(s.queue.waiting) == 0 {
			s.queue.working = false
			s.queue.Unlock()
			return
		}
		s.queue.Unlock()
		mine := s.await()
		s.queue.Lock()
		batch, durable := s.queue.waiting, s.queue.durable
		if mine {
			s.queue.waiting = nil
		}
		s.queue.Unlock()
		if mine && len(batch) > 0 {
			s.commit(batch, durable)
		}
		s.queue.Lock()
		more := len(s.queue.waiting) > 0
		s.queue.Unlock()
		wanted := false
		if !more || time.Since(turn) > slice {
			wanted = s.yield()
			turn = time.Now()
		}
		if mine {
			for _, j := range batch {
				close(j.done)
			}
		}
		if wanted {
			time.Sleep(courtesy)
		}
	}
}

// commit does the jobs of a batch and makes them last, all or none. Where one of
// several cannot be done, each becomes a commit of its own; on a full disk none.
func (s *store) commit(batch []*job, durable bool) {
	err := s.perform(batch)
	for _, j := range batch {
		durable = durable || j.durable
	}
	if err == nil && durable {
		err = s.file.Commit(true) // without s.mu: readers need not wait for the disk
	}
	if err == nil {
		return
	}
	err = s.rollBack(err)
	if damage(err) && s.beCareful(true) {
		_ = s.insist(s.wait) // the commit itself says what is wrong
		s.commit(batch, durable)
		s.beCareful(false)
		return
	}
	refused := func(j *job) bool { return j.err != nil && !errors.Is(j.err, driver.ErrNotFound) }
	if len(batch) > 1 && slices.ContainsFunc(batch, refused) && !noSpace(err) {
		for i := range batch {
			_ = s.insist(s.wait) // the commit itself says what is wrong
			s.commit(batch[i:i+1], durable)
		}
		return
	}
	for _, j := range batch {
		j.stored, j.err = 0, err
	}
}

// beCareful has functions delete nothing, or lets them again, and tells whether that is new.
func (s *store) beCareful(yes bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.careful
	s.careful = yes
	for _, f := range s.functions {
		f.careful = yes
	}
	return old != yes
}

// perform does the jobs and hands them to the operating system.
func (s *store) perform(batch []*job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.turn(); err != nil {
		return err
	}
	for _, f := range s.functions {
		f.sliced.forget()
	}
	changes := make(map[*function][]change)
	for _, j := range batch {
		j.stored = 0
		if j.err = s.do(j, changes); j.err != nil && !errors.Is(j.err, driver.ErrNotFound) {
			return j.err // it may have removed what it did not replace
		}
	}
	for f, c := range changes {
		if err := s.finish(f, c); err != nil {
			return err
		}
	}
	return s.file.Commit(false)
}

// do does one job, as far as it goes.
func (s *store) do(j *job, changes map[*function][]change) error {
	switch {
	case j.run != nil:
		return j.run()
	case j.key != nil:
		return s.remove(j, changes)
	}
	for _, p := range j.puts {
		f, err := s.function(p.e.Call.Function)
		switch {
		case err == nil && f == nil:
			f, err = s.keep(newFunction(s.root, p.e))
		case damage(err):
			f, err = s.keep(mendFunction(s.root, p.e))
		}
		if err != nil {
			return err
		}
		if j.ifAbsent {
			there, err := f.has(p.e.Key)
			if err != nil {
				return err
			}
			if there {
				continue
			}
		}
		c, err := f.put(p)
		if err != nil {
			return err
		}
		if err := s.show(f, p); err != nil {
			return err
		}
		changes[f] = append(changes[f], c...)
		j.stored++
	}
	return nil
}

// keep takes up a function that was made.
func (s *store) keep(f *function, err error) (*function, error) {
	if err != nil {
		return nil, err
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	f.careful = s.careful
	s.functions[f.name] = f
	return f, nil
}

func (s *store) remove(j *job, changes map[*function][]change) error {
	f, err := s.function(j.function)
	if err != nil {
		return err
	}
	if f == nil {
		return driver.ErrNotFound
	}
	c, err := f.drop(*j.key)
	if err != nil {
		return err
	}
	changes[f] = append(changes[f], c...)
	return nil
}

// finish brings the index of a function up to date, or removes one that has no
// entries left.
func (s *store) finish(f *function, changes []change) error {
	n, err := f.count()
	if err != nil {
		return err
	}
	if n > 0 || f.lost > 0 || f.careful {
		return errors.Join(f.save(changes), s.keepOpen(f))
	}
	s.loading.Lock()
	delete(s.functions, f.name)
	s.loading.Unlock()
	if err := f.close(); err != nil {
		return err
	}
	if err := s.root.Delete(groupName(f.name)); err != nil && !errors.Is(err, h5.ErrAbsent) {
		return err
	}
	return nil
}

// maxOpen is how many functions keep the tables of their index open: HDF5 visits all that
// is open at each commit.
const maxOpen = 16

// keepOpen notes that a function was written to, and closes the index of the one that was
// not for the longest time.
func (s *store) keepOpen(f *function) (err error) {
	s.written = append(slices.DeleteFunc(s.written, func(other *function) bool { return other == f }), f)
	if len(s.written) <= maxOpen {
		return nil
	}
	if x := s.written[0].index; x != nil {
		err = x.close()
	}
	s.written = slices.Delete(s.written, 0, 1)
	return err
}
