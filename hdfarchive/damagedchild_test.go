package hdfarchive_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/value"
)

// What reading one damaged archive may take.
const (
	damagedMemory = 8 << 30 // addresses, of which Go and HDF5 reserve 2 GiB
	damagedTime   = time.Minute
)

// TestDamagedChild is what TestDamaged starts. It prints what it does, line by line.
func TestDamagedChild(t *testing.T) {
	args := strings.Split(os.Getenv("KLEPTO_TEST_DAMAGED"), "\n")
	if len(args) != 3 {
		t.Skip("runs in a process of its own")
	}
	var first, end int
	if _, err := fmt.Sscan(args[1]+" "+args[2], &first, &end); err != nil {
		t.Fatal(err)
	}
	limitMemory(t)
	all := victims()
	for i := first; i < end; i++ {
		v := all[i%len(all)]
		mode := []hdfarchive.Mode{hdfarchive.Read, hdfarchive.ReadWrite}[i/len(all)%2]
		fmt.Printf("begin file %d, %s, mode %s\n", i, v.name, mode)
		late := time.AfterFunc(damagedTime, func() { panic("this takes too long") })
		path := filepath.Join(t.TempDir(), "bad")
		for _, judge := range []func(*testing.T, string, hdfarchive.Mode){v.judge, v.compact} {
			if err := v.damageOne(rand.New(rand.NewPCG(17, uint64(i))), args[0], path); err != nil {
				t.Fatal(err)
			}
			judge(t, path, mode)
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
		}
		late.Stop()
	}
}

// limitMemory limits the memory of the process, but for the race detector's.
func limitMemory(t *testing.T) {
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			if s.Key == "-race" && s.Value == "true" {
				return
			}
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: damagedMemory, Max: damagedMemory}); err != nil {
		t.Fatal(err)
	}
}

func count(n int, what string)           { fmt.Println("count", n, what) }
func finding(format string, args ...any) { fmt.Printf("finding "+format+"\n", args...) }
func damageError(err error) bool         { return errors.Is(err, archive.ErrCorrupt) }

// sameCall compares calls, of which one without arguments may have none or nil.
func sameCall(a, b *archive.Entry) bool {
	return a.Call.Function == b.Call.Function && a.Call.Version == b.Call.Version &&
		value.Equal(&value.Struct{Fields: a.Call.Args}, &value.Struct{Fields: b.Call.Args})
}

// judge reads and lists a damaged archive, and stores again what is missing.
func (v *victim) judge(t *testing.T, path string, mode hdfarchive.Mode) {
	a, err := v.open(path, mode)
	if err != nil {
		count(1, "files refused")
		fmt.Println("unopened", strings.ReplaceAll(err.Error(), "\n", " "))
		if !damageError(err) && !errors.Is(err, archive.ErrFormat) && !errors.Is(err, archive.ErrVersion) {
			finding("open: %v", err)
		}
		return
	}
	count(1, "files opened")
	var lost []*archive.Entry
	for _, e := range v.all {
		got, err := a.Get(t.Context(), e.Call.Function, e.Key)
		switch {
		case err == nil && !value.Equal(got.Value, e.Value):
			finding("wrong value: %s instead of %s", value.Describe(got.Value), value.Describe(e.Value))
		case err == nil:
			count(1, "entries read")
			if !sameCall(got, e) {
				finding("wrong call: %v instead of %v", got.Call, e.Call)
			}
		case damageError(err), errors.Is(err, archive.ErrNotFound):
			lost = append(lost, e)
		default:
			finding("get: %v", err)
			lost = append(lost, e)
		}
	}
	v.list(t, a, v.all)
	if mode == hdfarchive.ReadWrite {
		v.mend(t, path, a, lost)
		return
	}
	if err := a.Close(); err != nil {
		count(1, "files that fail to close")
	}
}

// list lists a damaged archive: what is not there is named by an error, unless the
// damage took the very name by which it is found.
func (v *victim) list(t *testing.T, a *archive.Archive, all []*archive.Entry) {
	stored, named := map[string]*archive.Entry{}, 0
	for _, e := range all {
		stored[e.Call.Function+"/"+e.Key.Name] = e
	}
	for e, err := range a.List(t.Context()) {
		switch {
		case err != nil && !damageError(err):
			finding("list: %v", err)
			named++
		case err != nil:
			named++
		case stored[e.Call.Function+"/"+e.Key.Name] == nil:
			finding("listed twice, or never stored: %v as %s", e.Call, e.Key.Name)
		default:
			if !sameCall(e, stored[e.Call.Function+"/"+e.Key.Name]) {
				finding("wrong call listed: %v", e.Call)
			}
			delete(stored, e.Call.Function+"/"+e.Key.Name)
		}
	}
	if len(stored) > 0 && named == 0 {
		count(1, "files that lack entries without an error")
		fmt.Printf("lacks %d of %d entries\n", len(stored), len(all))
	}
	count(len(all)-len(stored), "entries listed")
}

// mend stores again what is missing, and an entry more, and wants them back.
func (v *victim) mend(t *testing.T, path string, a *archive.Archive, lost []*archive.Entry) {
	extra := entry(v.all[0].Call.Function, 1000, number(1))
	var stored []*archive.Entry
	for _, e := range append(lost, extra) {
		if err := a.Put(t.Context(), e); err != nil {
			count(1, "entries refused")
			fmt.Println("refused", err)
		} else {
			count(1, "entries stored again")
			stored = append(stored, e)
		}
	}
	v.found(t, a, stored, "stored")
	if err := a.Close(); err != nil {
		count(1, "mended files that fail to close")
		fmt.Println("close", err)
		return
	}
	a, err := v.open(path, hdfarchive.Read)
	if err != nil {
		finding("open again: %v", err)
		return
	}
	v.found(t, a, stored, "stored and closed")
	if len(stored) == len(lost)+1 {
		v.list(t, a, append(slices.Clip(v.all), extra))
	}
	if err := a.Close(); err != nil {
		finding("close again: %v", err)
	}
}

func (v *victim) found(t *testing.T, a *archive.Archive, all []*archive.Entry, when string) {
	for _, e := range all {
		if got, err := a.Get(t.Context(), e.Call.Function, e.Key); err != nil || !value.Equal(got.Value, e.Value) {
			finding("%s, but not there: %v", when, err)
		}
	}
}

// compact compacts a damaged archive, which loses nothing that could be read.
func (v *victim) compact(t *testing.T, path string, mode hdfarchive.Mode) {
	if mode != hdfarchive.ReadWrite {
		return
	}
	a, err := v.open(path, mode)
	if err != nil {
		return // as judge has said
	}
	var whole []*archive.Entry
	for _, e := range v.all {
		if _, err := a.Get(t.Context(), e.Call.Function, e.Key); err == nil {
			whole = append(whole, e)
		}
	}
	switch _, err := a.Compact(t.Context(), nil); {
	case err == nil:
		count(1, "archives compacted")
	case damageError(err):
		count(1, "archives not compacted")
	default:
		finding("compact: %v", err)
	}
	v.found(t, a, whole, "read before Compact")
	if err := a.Close(); err != nil {
		count(1, "files that fail to close")
	}
}
