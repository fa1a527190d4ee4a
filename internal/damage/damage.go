package damage

import (
	"bytes"
	"math/rand/v2"
)

// Bytes returns a damaged copy of b, which must not be empty: bits flipped, bytes set,
// blocks zeroed or misplaced, and one in eight cut off.
func Bytes(rnd *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	odd := []byte{0, 1, 127, 128, 255}
	for range 1 << rnd.IntN(4) {
		i := rnd.IntN(len(b))
		switch rnd.IntN(6) {
		case 0:
			b[i] ^= 1 << rnd.IntN(8)
		case 1:
			b[i] = odd[rnd.IntN(len(odd))]
		case 2:
			b[i] = byte(rnd.Uint32())
		case 3: // a block of zeros, as after a power cut
			clear(b[i:min(len(b), i+1<<rnd.IntN(13))])
		case 4: // a block in the wrong place
			n := min(1<<rnd.IntN(10), len(b)-i)
			copy(b[rnd.IntN(len(b)-n+1):], b[i:i+n])
		case 5: // a large number
			for k := range min(8, len(b)-i) {
				b[i+k] = odd[rnd.IntN(len(odd))]
			}
		}
	}
	if rnd.IntN(8) == 0 {
		b = b[:rnd.IntN(len(b))]
	}
	return b
}
