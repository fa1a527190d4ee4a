package hdfarchive_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
)

// oneKiB makes n entries of 128 numbers each with two arguments.
func oneKiB(n int) []*archive.Entry {
	all := make([]*archive.Entry, n)
	for i := range all {
		all[i] = entry("f", i, vector(128, float64(i)), "F", number(float64(i)), "k", number(0.06))
	}
	return all
}

// BenchmarkPut stores entries of 1 KiB in groups, without waiting for the disk.
func BenchmarkPut(b *testing.B) {
	for _, k := range kinds {
		for _, group := range []int{1, 100} {
			b.Run(fmt.Sprintf("%s/%d", k.scheme, group), func(b *testing.B) {
				a := opened(b, k.open, filepath.Join(b.TempDir(), "a"), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
				all := oneKiB(b.N)
				b.SetBytes(1024)
				b.ReportAllocs()
				b.ResetTimer()
				for len(all) > 0 {
					n := min(group, len(all))
					if _, err := a.PutMany(b.Context(), all[:n]); err != nil {
						b.Fatal(err)
					}
					all = all[n:]
				}
				b.StopTimer()
				if err := a.Close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// BenchmarkGet reads entries of 1 KiB at random, and BenchmarkList lists them.
func BenchmarkGet(b *testing.B)  { benchmarkRead(b, false) }
func BenchmarkList(b *testing.B) { benchmarkRead(b, true) }

func benchmarkRead(b *testing.B, list bool) {
	const n = 2000
	for _, k := range kinds {
		b.Run(k.scheme, func(b *testing.B) {
			a := opened(b, k.open, filepath.Join(b.TempDir(), "a"), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
			defer a.Close()
			all := oneKiB(n)
			if _, err := a.PutMany(b.Context(), all); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if list {
					for _, err := range a.List(b.Context(), "f") {
						if err != nil {
							b.Fatal(err)
						}
					}
					continue
				}
				if _, err := a.Get(b.Context(), "f", all[i*7919%n].Key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRows measures a table of rows: two arguments and a number each. The
// environment may ask for more of them.
func BenchmarkRows(b *testing.B) {
	n := 20_000
	if k, err := strconv.Atoi(os.Getenv("KLEPTO_BENCH_ENTRIES")); err == nil {
		n = k
	}
	path := filepath.Join(b.TempDir(), "a")
	o := &hdfarchive.Options{Sync: hdfarchive.SyncOff}
	row := func(i int) *archive.Entry {
		return entry("f", i, number(float64(i)), "F", number(float64(i)), "k", number(0.06))
	}
	open := func(b *testing.B) *archive.Archive {
		a := opened(b, hdfarchive.Open, path, o)
		return a
	}
	done := func(b *testing.B, a *archive.Archive) {
		if err := a.Close(); err != nil {
			b.Fatal(err)
		}
	}
	next := 0
	putMany := func(b *testing.B, a *archive.Archive, all int) {
		for all > 0 {
			batch := make([]*archive.Entry, min(all, 100))
			for i := range batch {
				batch[i] = row(next)
				next++
			}
			if _, err := a.PutMany(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
			all -= len(batch)
		}
	}
	a := open(b)
	putMany(b, a, n)
	done(b, a)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			done(b, open(b))
		}
	})
	for _, c := range []struct {
		name string
		do   func(b *testing.B, a *archive.Archive, i int) error
	}{
		{"get", func(b *testing.B, a *archive.Archive, i int) error {
			_, err := a.Get(b.Context(), "f", row(i*7919%n).Key)
			return err
		}},
		{"list", func(b *testing.B, a *archive.Archive, _ int) error {
			for _, err := range a.List(b.Context(), "f") {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"put/1", func(b *testing.B, a *archive.Archive, _ int) error {
			next++
			return a.Put(b.Context(), row(next))
		}},
		{"put/100", func(b *testing.B, a *archive.Archive, i int) error {
			if i%100 == 0 {
				putMany(b, a, 100)
			}
			return nil
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			a := open(b)
			defer done(b, a)
			if _, err := a.Get(b.Context(), "f", row(0).Key); err != nil { // makes the index
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if err := c.do(b, a, i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
