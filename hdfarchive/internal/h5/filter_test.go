package h5_test

import (
	"bytes"
	"fmt"
	"hash/adler32"
	"math/rand/v2"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// TestShuffleBytes holds shuffled bytes against the definition, for elements of many
// sizes, as many as are moved at a time and others.
func TestShuffleBytes(t *testing.T) {
	for size := 1; size <= 41; size++ {
		for _, n := range []int{0, 1, 7, 8, 9, 31, 32, 33, 64, 1023, 1100} {
			for _, rest := range []int{0, size - 1} {
				from := randomBytes(n*size + rest)
				want := bytes.Clone(from)
				for i := range n {
					for k := range size {
						want[k*n+i] = from[i*size+k]
					}
				}
				got, back := make([]byte, len(from)), make([]byte, len(from))
				if h5.ShuffleBytes(got, from, size); !bytes.Equal(got, want) {
					t.Fatalf("%d elements of %d bytes and %d bytes are not shuffled", n, size, rest)
				}
				if h5.UnshuffleBytes(back, got, size); !bytes.Equal(back, from) {
					t.Fatalf("%d elements of %d bytes and %d bytes do not come back", n, size, rest)
				}
			}
		}
	}
}

// TestAdler32 compares with hash/adler32: bytes with the largest sums, and others.
func TestAdler32(t *testing.T) {
	for _, b := range [][]byte{bytes.Repeat([]byte{0xff}, 70_000), randomBytes(70_000)} {
		for n := 0; n <= len(b); n += 1 + n/50 {
			if got, want := h5.Adler32(b[:n]), adler32.Checksum(b[:n]); got != want {
				t.Fatalf("of %d bytes: %08x, not %08x", n, got, want)
			}
		}
	}
}

// BenchmarkFilters measures what chunks of 1 MiB go through beside deflate.
func BenchmarkFilters(b *testing.B) {
	const n = 1 << 20
	chunk, to := randomBytes(n), make([]byte, n)
	run := func(name string, do func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(n)
			for b.Loop() {
				do()
			}
		})
	}
	for _, size := range []int{2, 4, 8, 12, 16} {
		run(fmt.Sprint("shuffle ", size), func() { h5.ShuffleBytes(to, chunk, size) })
		run(fmt.Sprint("unshuffle ", size), func() { h5.UnshuffleBytes(to, chunk, size) })
	}
	run("adler32", func() { h5.Adler32(chunk) })
}
