package hdfarchive

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
)

// A job is what one caller wants done: entries put, or one deleted. Jobs that wait
// while a commit is under way make up the next one, so that many goroutines share
// one flush and one wait for the disk.
type job struct {
	puts     []*prepared
	ifAbsent bool
	function string      // of the deletion, where there are no puts
	key      *keymap.Key // what to delete

	done   chan struct{}
	stored int
	err    error
}

type queue struct {
	sync.Mutex
	waiting []*job
	working bool
	durable bool  // the disk is waited for
	broken  error // why nothing is written any more
}

// submit has a job done and waits for it. It leaves a queue that has not yet begun
// with the job when ctx ends; after that it waits, because the data belong to the
// caller.
func (s *store) submit(ctx context.Context, j *job) error {
	j.done = make(chan struct{})
	s.queue.Lock()
	s.queue.waiting = append(s.queue.waiting, j)
	if !s.queue.working {
		s.queue.working = true
		go s.work()
	}
	s.queue.Unlock()
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
	}
	s.queue.Lock()
	for i, other := range s.queue.waiting {
		if other == j {
			s.queue.waiting = append(s.queue.waiting[:i], s.queue.waiting[i+1:]...)
			s.queue.Unlock()
			return ctx.Err()
		}
	}
	s.queue.Unlock()
	<-j.done
	return j.err
}

// work commits until nothing waits.
func (s *store) work() {
	for {
		s.queue.Lock()
		batch := s.queue.waiting
		s.queue.waiting = nil
		if len(batch) == 0 {
			s.queue.working = false
			s.queue.Unlock()
			return
		}
		err := s.queue.broken
		s.queue.Unlock()
		if err == nil {
			err = s.commit(batch)
		}
		for _, j := range batch {
			if err != nil && (j.err == nil || !errors.Is(j.err, driver.ErrNotFound)) {
				j.err = err
			}
			close(j.done)
		}
	}
}

// commit does the jobs of a batch and makes them last. An error is one of all.
func (s *store) commit(batch []*job) error {
	if err := s.perform(batch); err != nil {
		// What the batch did by halves must not reach the file at Close.
		if s.journal != nil {
			err = errors.Join(err, s.journal.Rollback())
		}
		err = fmt.Errorf("nothing more is written to %s, because a commit failed; free space or mend the disk, then open it again: %w", s.path, err)
		s.queue.Lock()
		s.queue.broken = err
		s.queue.Unlock()
		return err
	}
	if !s.queue.durable {
		return nil
	}
	// Readers need not wait for the disk.
	if err := s.file.Commit(true); err != nil {
		return fmt.Errorf("the disk did not take what was written to %s: %w", s.path, err)
	}
	return nil
}

// perform does the jobs and hands them to the operating system.
func (s *store) perform(batch []*job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.file.Hold(); err != nil {
		return err
	}
	changes := make(map[*function][]change)
	for _, j := range batch {
		j.err = s.do(j, changes)
	}
	for f, c := range changes {
		if err := s.finish(f, c); err != nil {
			return err
		}
	}
	if err := s.file.Commit(false); err != nil {
		return err
	}
	return s.file.Release()
}

// do does one job, as far as it goes.
func (s *store) do(j *job, changes map[*function][]change) error {
	if len(j.puts) == 0 && j.key != nil {
		return s.remove(j, changes)
	}
	for _, p := range j.puts {
		f, err := s.function(p.e.Call.Function)
		if err == nil && f == nil {
			f, err = s.create(p.e)
		}
		if err != nil {
			return err
		}
		if j.ifAbsent {
			_, _, _, err := f.stat(p.e.Key, f.entries.Glance)
			if err == nil {
				continue
			}
			if !errors.Is(err, driver.ErrNotFound) && !errors.Is(err, driver.ErrCorrupt) {
				return err
			}
		}
		replaced, err := f.write(p)
		if err != nil {
			return fmt.Errorf("writing to %s: %w", s.path, err)
		}
		changes[f] = append(changes[f], change{record{flag: recordEntry, stored: p.stored}, p.e, replaced})
		j.stored++
	}
	return nil
}

func (s *store) create(first *driver.Entry) (*function, error) {
	f, err := newFunction(s.root, first)
	if err != nil {
		return nil, err
	}
	s.loading.Lock()
	defer s.loading.Unlock()
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
	id, _, _, err := f.stat(*j.key, f.entries.Glance)
	if err != nil && !errors.Is(err, driver.ErrCorrupt) {
		return err
	}
	if _, err := f.remove(id); err != nil {
		return err
	}
	changes[f] = append(changes[f], change{record: record{flag: recordGone, stored: &stored{id: id}}, replaces: true})
	return nil
}

// finish brings the index of a function up to date, or removes one that has no
// entries left.
func (s *store) finish(f *function, changes []change) error {
	n, _, err := f.entries.Info()
	if err != nil {
		return err
	}
	if n > 0 {
		return f.save(changes)
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
