package fingerprint

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// accumulate adds whole stripes to acc, which has some of a block already, and
// scrambles it after each block.
func accumulate(acc *[8]uint64, done int, p []byte) {
	if !cpu.X86.HasAVX2 {
		add(acc, done, p)
		return
	}
	addAVX2(acc, done, len(p)/stripe, unsafe.SliceData(p), unsafe.Pointer(unsafe.SliceData(p)))
}

// accumulateFloats is accumulate of a part of the memory of src, and reports
// whether there is a -0 or a NaN in src, which has 8 floats a stripe, or one more.
func accumulateFloats(acc *[8]uint64, done int, p []byte, src []float64) bool {
	if !cpu.X86.HasAVX2 {
		add(acc, done, p)
		return special(src)
	}
	n := len(p) / stripe
	return addAVX2(acc, done, n, unsafe.SliceData(p), unsafe.Pointer(unsafe.SliceData(src))) || special(src[8*n:])
}

// addAVX2 adds n stripes from p, and reports whether there is a -0 or
// a NaN among the 8n floats from src.
//
//go:noescape
func addAVX2(acc *[8]uint64, done, n int, p *byte, src unsafe.Pointer) (special bool)
