package hdfarchive_test

import (
	"flag"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// other is how scripts/hdf5next has two versions of HDF5 meet.
var other = flag.String("other", "", "a test binary of this package that has another HDF5")

// TestOtherVersion exchanges archives with another version of HDF5: whole ones, of
// which both write in turn, and the journals of those who die.
func TestOtherVersion(t *testing.T) {
	if *other == "" {
		t.Skip("needs another HDF5: see scripts/hdf5next")
	}
	ours := func(*exec.Cmd) {}
	theirs := func(cmd *exec.Cmd) { cmd.Path = *other }
	for name, order := range map[string][2]func(*exec.Cmd){"ours first": {ours, theirs}, "theirs first": {theirs, ours}} {
		t.Run(name, func(t *testing.T) {
			for _, k := range kinds {
				url := k.scheme + ":" + filepath.Join(t.TempDir(), "a")
				for i, task := range []string{"exhibit", "admire", "exhibit", "admire"} { // put again, from the other side
					cmd := child(t, task, url)
					order[(i+i/2)%2](cmd)
					if out, err := cmd.Output(); err != nil {
						t.Fatalf("%s: %v\n%s", task, err, out)
					}
				}
			}
			url := "hdf:" + filepath.Join(t.TempDir(), "a.h5")
			start := func(i int) *helper { return startHelper(t, url, order[i%2]) }
			a, b, r := start(0), start(1), startHelper(t, url+"?mode=r", order[0])
			for i := range 24 {
				n := strconv.Itoa(i)
				a.want("ok", "put", n)
				a.want("ok", "object", n)
				b.want(n, "get", n)
				b.want("ok", "again", n)
				r.want(n+".5", "get", n)
				if i%3 == 1 {
					b.want("ok", "delete", n)
					a.want("ok", "put", n)
				}
				switch i % 8 {
				case 2: // what it leaves is for the other version
					for _, h := range []*helper{a, b} {
						if err := syscall.Kill(h.pid, syscall.SIGKILL); err != nil {
							t.Fatal(err)
						}
					}
					r.want(strconv.Itoa(i+1), "list")
					a, b = start(1), start(0)
				case 5:
					a.want("ok", "close")
					a = start(0)
				case 7:
					r = startHelper(t, url+"?mode=r", order[i/8%2])
				}
				a, b = b, a
			}
			a.want("ok", "close")
			b.want("ok", "close")
			r.want("24", "list")
			admire := child(t, "exhibit", url)
			order[1](admire)
			if out, err := admire.Output(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}
