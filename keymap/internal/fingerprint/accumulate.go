package fingerprint

import (
	"encoding/binary"
	"math"
)

// add is accumulate without vector instructions.
func add(acc *[8]uint64, done int, p []byte) {
	for ; len(p) > 0; p = p[stripe:] {
		one(acc, p[:stripe], secret[8*done:])
		if done++; done == perBlock {
			done = 0
			for i, a := range acc {
				acc[i] = (a ^ a>>47 ^ word(secret[len(secret)-stripe+8*i:])) * prime32x1
			}
		}
	}
}

// one adds a stripe with a part of the secret.
func one(acc *[8]uint64, p, secret []byte) {
	p, secret = p[:stripe], secret[:stripe]
	for i := range acc {
		v := word(p[8*i:])
		k := v ^ word(secret[8*i:])
		acc[i^1] += v
		acc[i] += k & math.MaxUint32 * (k >> 32)
	}
}

func word(p []byte) uint64 { return binary.LittleEndian.Uint64(p) }

// special reports whether there is a -0 or a NaN in src.
func special(src []float64) bool {
	for _, x := range src {
		if x != x || math.Float64bits(x) == 1<<63 {
			return true
		}
	}
	return false
}
