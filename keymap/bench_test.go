package keymap_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// BenchmarkPeers keys a struct of 8 floats, 2 ints and a string under Deep(6),
// beside hashing its canonical bytes, which is the least it can take, and what
// Go programs do instead of it, which also leave the rounding out.
func BenchmarkPeers(b *testing.B) {
	k := mustNew[run](b, &keymap.Options{Function: "heat", Version: "v1.0.0", Rounding: rounding.Deep(6)})
	in := aRun
	message, err := k.Append(nil, &in)
	if err != nil {
		b.Fatal(err)
	}
	var sum xxh3.Uint128
	for _, peer := range []struct {
		name string
		key  func() error
	}{
		{"Digest", func() error { _, err := k.Digest(&in); return err }},
		{"Key", func() error { _, err := k.Key(&in); return err }},
		{"xxh3", func() error { sum = xxh3.Hash128(message); return nil }},
		{"Sprint", func() error { sum = xxh3.HashString128(fmt.Sprint(in)); return nil }},
		{"json", func() error { j, err := json.Marshal(in); sum = xxh3.Hash128(j); return err }},
		{"gob", func() error {
			var g bytes.Buffer
			err := gob.NewEncoder(&g).Encode(in)
			sum = xxh3.Hash128(g.Bytes())
			return err
		}},
	} {
		b.Run(peer.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := peer.key(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	_ = sum
}

// BenchmarkSlice keys a million float64, beside hashing their bytes and
// rounding them as everybody does.
func BenchmarkSlice(b *testing.B) {
	u, v := make([]float64, 1e6), make([]float64, 1e6)
	for i := range u {
		u[i] = float64(i) * 1.00001
	}
	for _, r := range []rounding.Rounding{rounding.None(), rounding.Deep(6)} {
		b.Run(r.String(), func(b *testing.B) {
			k := mustNew[[]float64](b, &keymap.Options{Rounding: r})
			for b.Loop() {
				call(k, u)
			}
		})
	}
	message := make([]byte, 8e6)
	b.Run("xxh3", func(b *testing.B) {
		for b.Loop() {
			xxh3.Hash128(message)
		}
	})
	b.Run("naive rounding", func(b *testing.B) {
		for b.Loop() {
			for i, x := range u {
				v[i] = math.Round(x*1e6) / 1e6
			}
		}
	})
}
