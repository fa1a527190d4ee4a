package archive_test

import (
	"fmt"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// BenchmarkSum is the cost that checksums add to every Get and Put.
func BenchmarkSum(b *testing.B) {
	for _, size := range []int{1, 1 << 7, 1 << 14, 1 << 20} {
		e := number("f", 1, size)
		b.Run(fmt.Sprint(value.Size(e.Value), "B"), func(b *testing.B) {
			b.SetBytes(value.Size(e.Value))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := archive.Sum(e.Key, e.Value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGet reads from memory: a copy of the value and its checksum.
func BenchmarkGet(b *testing.B) {
	for _, size := range []int{1, 1 << 7, 1 << 14, 1 << 20} {
		a, e := memarchive.New(), number("f", 1, size)
		if err := a.Put(b.Context(), e); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(value.Size(e.Value), "B"), func(b *testing.B) {
			b.SetBytes(value.Size(e.Value))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := a.Get(b.Context(), "f", e.Key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
