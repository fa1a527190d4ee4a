package hdfarchive

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/zeebo/xxh3"
	"golang.org/x/sys/unix"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// leases are files, one for each key that is being computed, named by its digest. Such a file is made aside, complete and locked by flock, and
// gets its name by link, which of all processes lets one succeed. It tells two
// things of its owner: the kernel drops the lock when the process dies, whatever
// killed it; and while the owner lives it writes the file again every leaseBeat, so
// that its time tells of one that was stopped, or whose machine is gone, or of any
// where the file system has no locks. The times that are compared are both the file
// system's: the one who waits has written a file of its own just before.
//
// Of the races that are left, each in a window of microseconds after an owner was
// stopped for leaseTTL, the worst makes two compute the same. None loses or
// overwrites an entry: that is decided by Put with ifAbsent, not here.
type leases struct {
	dir    string
	prefix string        // of their names
	ttl    time.Duration // leaseTTL, but for tests
}

const (
	// leaseTTL is how long an owner that gives no sign of life is believed to live.
	leaseTTL = 20 * time.Second
	// leaseBeats is how often in that time it gives one.
	leaseBeats = 8
	// leaseWait is how long Acquire waits for another owner.
	leaseWait = 100 * time.Millisecond
	// leasePoll bounds the time between two looks at the file of another.
	leasePoll = 20 * time.Millisecond
	// leaseFolder holds the files, in an archive that is a folder; leaseSuffix is
	// between the name of an archive that is a file and theirs, which lie beside it.
	leaseFolder = ".klepto-leases"
	leaseSuffix = "-lease-"
)

// newFileLeases returns the leases of an archive in a file.
func newFileLeases(path string) *leases {
	return &leases{dir: filepath.Dir(path), prefix: filepath.Base(path) + leaseSuffix, ttl: leaseTTL}
}

// newFolderLeases returns the leases of an archive in a folder.
func newFolderLeases(root string) *leases {
	return &leases{dir: filepath.Join(root, leaseFolder), ttl: leaseTTL}
}

// leaseRecord is what a lease file says, as JSON text.
type leaseRecord struct {
	Host     string `json:"host"`
	PID      int    `json:"pid"`
	Function string `json:"function"`
	Failed   string `json:"failed,omitempty"` // the owner's error
}

// lease is a lease file that this process holds.
type lease struct {
	path string
	beat *time.Timer

	mu     sync.Mutex
	file   *os.File // nil once released
	info   os.FileInfo
	record leaseRecord
}

func (ls *leases) acquire(ctx context.Context, function string, key keymap.Key) (driver.Lease, error) {
	l, err := ls.claim(ls.path(function, key.Canonical), function)
	if err != nil {
		return nil, err
	}
	claim := l.file.Name()
	err = ls.contend(ctx, l)
	os.Remove(claim) // gone under this name where it was renamed
	if err != nil {
		l.file.Close()
		return nil, err
	}
	// Most computations are over before the first beat.
	l.mu.Lock()
	l.beat = time.AfterFunc(ls.ttl/leaseBeats, func() { l.renew(ls.ttl / leaseBeats) })
	l.mu.Unlock()
	return l, nil
}

// path is where the lease on a key lies. The digest of a key need not tell functions apart.
func (ls *leases) path(function, key string) string {
	sum := xxh3.HashString128(function + "\x00" + key).Bytes()
	return filepath.Join(ls.dir, ls.prefix+hex.EncodeToString(sum[:]))
}

// bury tells whether the owner of a lease is known to be dead, and removes what it left.
func (ls *leases) bury(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	if flock(f) != nil {
		return false
	}
	_ = os.Remove(path) // it is an orphan that does no harm
	return true
}

// claim makes the file of a lease that is not had yet.
func (ls *leases) claim(path, function string) (*lease, error) {
	name, err := tempName(path)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.Mkdir(ls.dir, 0o777); err == nil || errors.Is(err, fs.ErrExist) {
			file, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
		}
	}
	if err != nil {
		return nil, writeError(ls.dir, err)
	}
	host, err := os.Hostname()
	l := &lease{path: path, file: file, record: leaseRecord{Host: host, PID: os.Getpid(), Function: function}}
	if err == nil {
		// Without locks the beats alone tell the dead from the living.
		_ = flock(file)
		err = l.write()
	}
	if err == nil {
		l.info, err = file.Stat()
	}
	if err != nil {
		os.Remove(name)
		file.Close()
		return nil, writeError(ls.dir, err)
	}
	return l, nil
}

// flock locks a whole file for its open description, if nobody has it locked.
func flock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// contend gives l its name, or says that another has it.
func (ls *leases) contend(ctx context.Context, l *lease) error {
	var theirs *os.File // kept open while it is waited for: in it the owner says why it gave up
	defer func() {
		theirs.Close() // of nil too
	}()
	var since os.FileInfo // of theirs, when it was opened
	end := time.Now().Add(leaseWait)
	for pause := time.Millisecond; ; pause = min(2*pause, leasePoll) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if theirs == nil {
			err := os.Link(l.file.Name(), l.path)
			if err == nil || !errors.Is(err, fs.ErrExist) {
				return noLinks(err)
			}
			if theirs, err = os.OpenFile(l.path, os.O_RDWR, 0); err == nil {
				since, err = theirs.Stat()
			}
			if errors.Is(err, fs.ErrNotExist) {
				continue // released just now
			}
			if err != nil {
				return openError(l.path, err)
			}
		}
		switch state, err := l.look(theirs); {
		case state == ownerLeft && err == nil:
			theirs.Close()
			theirs = nil
			continue
		case state == ownerDied && err == nil:
			return os.Rename(l.file.Name(), l.path)
		case err != nil:
			return err
		}
		if time.Now().After(end) {
			return ls.outwait(l, theirs, since)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// noLinks says what a failed link means: on a file system without links, such as
// FAT, or beside an archive whose name leaves no room for a suffix, are no leases.
func noLinks(err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENAMETOOLONG) {
		return errNoLeases
	}
	return err
}

var errNoLeases = errors.New("the file system has no room for leases")

// What has become of the owner that another waits for.
const (
	ownerLives = iota // or nobody knows
	ownerLeft         // it released the lease, or was replaced
	ownerDied
)

// look tells about the owner whose file theirs is. The error is what it said when it
// gave up. Of a dead one theirs is locked, so that one alone takes its place.
func (l *lease) look(theirs *os.File) (state int, err error) {
	locked := flock(theirs) == nil
	info, err := theirs.Stat()
	if err != nil {
		return ownerLives, openError(l.path, err)
	}
	named, err := os.Stat(l.path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(info, named):
		return ownerLeft, failureIn(theirs)
	case err != nil:
		return ownerLives, openError(l.path, err)
	case locked:
		return ownerDied, nil
	}
	return ownerLives, nil
}

// failureIn returns what the owner of a lease said when it gave up.
func failureIn(file *os.File) error {
	var r leaseRecord
	b := make([]byte, maxLeaseRecord)
	n, _ := file.ReadAt(b, 0) // what cannot be read says nothing
	if json.Unmarshal(b[:n], &r) == nil && r.Failed != "" {
		return &driver.OwnerError{Host: r.Host, PID: r.PID, Text: r.Failed}
	}
	return nil
}

// outwait is the end of a wait for an owner that is not known to be dead. Where it
// was silent for too long, l takes its name; of several that do so in the same
// moment, the one who comes last has it.
func (ls *leases) outwait(l *lease, theirs *os.File, since os.FileInfo) error {
	info, err := theirs.Stat()
	if err != nil {
		return openError(l.path, err)
	}
	if !info.ModTime().Equal(since.ModTime()) || l.info.ModTime().Sub(info.ModTime()) <= ls.ttl {
		return driver.ErrLeased
	}
	if err := os.Rename(l.file.Name(), l.path); err != nil {
		return writeError(ls.dir, err)
	}
	time.Sleep(leasePoll)
	if l.Held() != nil {
		return driver.ErrLeased
	}
	return nil
}

// maxLeaseRecord bounds what is read of a lease file, and with it the owner's error.
const maxLeaseRecord = 4096

// write writes the record. l.mu is held, or l is not shared yet.
func (l *lease) write() error {
	b, err := json.Marshal(l.record)
	if err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(b, '\n'), 0)
	return err
}

// renew shows that the owner lives.
func (l *lease) renew(again time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return
	}
	// A beat that fails makes others take over, and compute the same.
	_ = l.write()
	l.beat.Reset(again)
}

func (l *lease) Held() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held()
}

func (l *lease) held() error {
	named, err := os.Stat(l.path)
	switch {
	case l.file == nil, errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(named, l.info):
		return driver.ErrFenced
	case err != nil:
		return openError(l.path, err)
	}
	return nil
}

// Release takes the name off the file before it lets go of the lock. Those who have
// the file open read the failure in it all the same.
func (l *lease) Release(failure error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	l.beat.Stop()
	var failed error
	if failure != nil {
		l.record.Failed = failureText(failure)
		failed = l.write()
	}
	if l.held() == nil {
		failed = errors.Join(failed, os.Remove(l.path))
	}
	failed = errors.Join(failed, l.file.Close())
	l.file = nil
	return failed
}

// failureText is the text of an error, cut so that it fits into a record.
func failureText(err error) string {
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	if text == "" {
		return fmt.Sprintf("%T", err)
	}
	const most = maxLeaseRecord / 8 // JSON takes up to 6 bytes for one
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// buryAll removes the leases of the dead, those that nobody will ask for again too.
func (ls *leases) buryAll() {
	names, _ := readNames(ls.dir) // none: nothing to bury
	for _, name := range names {
		if strings.HasPrefix(name, ls.prefix) && !strings.HasPrefix(name, tempPrefix) {
			ls.bury(filepath.Join(ls.dir, name))
		}
	}
}

// releaseAll takes all leases away.
func (ls *leases) releaseAll() (n int, err error) {
	names, err := readNames(ls.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	for _, name := range names {
		if strings.HasPrefix(name, tempPrefix) || !strings.HasPrefix(name, ls.prefix) {
			continue
		}
		if e := os.Remove(filepath.Join(ls.dir, name)); e == nil {
			n++
		} else if !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return n, err
}

// sweep removes what processes left that died within a claim, and the folder.
func (ls *leases) sweep() {
	names, _ := readNames(ls.dir) // none: nothing to sweep
	for _, name := range names {
		removeOrphan(filepath.Join(ls.dir, name), time.Now())
	}
	os.Remove(ls.dir) // when it is empty; whoever needs it makes it again
}
