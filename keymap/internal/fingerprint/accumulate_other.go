//go:build !amd64

package fingerprint

func accumulate(acc *[8]uint64, done int, p []byte) { add(acc, done, p) }

func accumulateFloats(acc *[8]uint64, done int, p []byte, src []float64) bool {
	add(acc, done, p)
	return special(src)
}
