package hdfarchive

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tempName returns a name for a file that will become path, in the same folder. It
// says which process of which machine makes it, so that what a dead one left behind
// can be told.
func tempName(path string) (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s%s.%d.%08x", tempPrefix, escape(host), os.Getpid(), rand.Uint32())
	return filepath.Join(filepath.Dir(path), name), nil
}

// tempPrefix begins the names of such files. No escaped name begins with a dot.
const tempPrefix = ".klepto-tmp."

// syncPath makes the bytes of a file, or the names in a folder, durable.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// claim gives a temporary file its name: of several processes one gets it, the others
// fs.ErrExist. Whoever opens the file finds it with one name (journals want that), but for
// a moment on file systems that know no such rename, as NFS.
func claim(temp, path string) error {
	err := renameNew(temp, path)
	if errors.Is(err, errors.ErrUnsupported) {
		err = linkNew(temp, path)
	}
	return err
}

// linkNew is renameNew where the file system has links, and a plain rename elsewhere.
func linkNew(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	return os.Rename(from, to)
}

// How old what a dead process of this machine left behind must be before it is
// removed, and what some process of any: another container may have the same name
// and other processes.
const (
	orphanAge    = 10 * time.Minute
	abandonedAge = 24 * time.Hour
)

// orphaned tells whether nobody will finish the temporary file.
func orphaned(name string, modified, now time.Time) bool {
	age := now.Sub(modified)
	if age > abandonedAge {
		return true
	}
	parts := strings.Split(strings.TrimPrefix(name, tempPrefix), ".")
	host, err := os.Hostname()
	if err != nil || len(parts) < 3 || strings.Join(parts[:len(parts)-2], ".") != escape(host) {
		return false
	}
	pid, err := strconv.Atoi(parts[len(parts)-2])
	if err != nil || pid <= 0 {
		return false
	}
	return age > orphanAge && errors.Is(unix.Kill(pid, 0), unix.ESRCH)
}

// removeOrphan removes a temporary file that nobody will finish.
func removeOrphan(path string, now time.Time) {
	if name := filepath.Base(path); strings.HasPrefix(name, tempPrefix) {
		if st, err := os.Stat(path); err == nil && orphaned(name, st.ModTime(), now) {
			_ = os.Remove(path) // who comes next tries again
		}
	}
}

// sweepTemps removes such files from a folder, beside an archive in one file.
func sweepTemps(dir string) {
	names, err := readNames(dir)
	if err != nil {
		return // nothing depends on it
	}
	now := time.Now()
	for _, name := range names {
		removeOrphan(filepath.Join(dir, name), now)
	}
}
