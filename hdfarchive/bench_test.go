package hdfarchive_test

import (
	"fmt"
	"path/filepath"
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
				a, err := k.open(filepath.Join(b.TempDir(), "a"), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
				if err != nil {
					b.Fatal(err)
				}
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
			a, err := k.open(filepath.Join(b.TempDir(), "a"), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
			if err != nil {
				b.Fatal(err)
			}
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
