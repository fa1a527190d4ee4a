package value

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unsafe"
)

// littleEndian tells whether the memory of this machine is the order in which
// encodings and sums take numbers.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// memory returns the bytes of data in machine order, without copying, and the
// size of one number in them (half a complex one); nil for []string.
func memory(data any) (b []byte, word int) {
	switch d := data.(type) {
	case []bool:
		return bytesOf(d), 1
	case []int8:
		return bytesOf(d), 1
	case []int16:
		return bytesOf(d), 2
	case []int32:
		return bytesOf(d), 4
	case []int64:
		return bytesOf(d), 8
	case []uint8:
		return d, 1
	case []uint16:
		return bytesOf(d), 2
	case []uint32:
		return bytesOf(d), 4
	case []uint64:
		return bytesOf(d), 8
	case []float32:
		return bytesOf(d), 4
	case []float64:
		return bytesOf(d), 8
	case []complex64:
		return bytesOf(d), 4
	case []complex128:
		return bytesOf(d), 8
	}
	return nil, 0
}

func bytesOf[S any](s []S) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), uintptr(len(s))*unsafe.Sizeof(s[0]))
}

// swapped returns b with each word reversed where the machine is big-endian:
// machine order to little-endian and back. It copies only then.
func swapped(b []byte, word int) []byte {
	if littleEndian || word <= 1 {
		return b
	}
	s := bytes.Clone(b)
	reverse(s, word)
	return s
}

// reverse turns each word of b around.
func reverse(b []byte, word int) {
	if word <= 1 {
		return
	}
	for w := range slices.Chunk(b, word) {
		slices.Reverse(w)
	}
}
