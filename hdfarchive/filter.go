package hdfarchive

import (
	"sync"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// filters are what chunks go through, as HDF5 itself does it, so that any program
// reads them: but here many chunks do so at once, and without the library's lock.
type filters struct {
	shuffle  bool // before deflate
	level    int  // of deflate; 0: none
	fletcher bool
	size     int // bytes of an element
}

// scratches are buffers of chunks on their way, ahead those of many as they lie in the
// file.
var scratches, ahead sync.Pool

// scratch returns a buffer of n bytes, of any content. Its user may give it back.
func scratch(n int) []byte { return buffer(&scratches, n) }

func buffer(pool *sync.Pool, n int) []byte {
	if b, ok := pool.Get().(*[]byte); ok && cap(*b) >= n {
		return (*b)[:n]
	}
	return make([]byte, n)
}

// encode takes a chunk through the filters. Where deflate gains nothing the chunk
// goes past it, which past tells, a bit for each filter that is set.
func (f *filters) encode(chunk []byte) (b []byte, past uint32, err error) {
	b = chunk
	if f.shuffle { // which is only done to deflate
		shuffled := scratch(len(chunk))
		defer scratches.Put(&shuffled)
		h5.ShuffleBytes(shuffled, chunk, f.size)
		b = shuffled
	}
	if f.level > 0 {
		packed, err := deflate(b, f.level)
		if err != nil {
			return nil, 0, err
		}
		if len(packed) < len(chunk) {
			b = packed
		} else if b = chunk; f.shuffle {
			past = 3 // neither shuffled nor deflated
		} else {
			past = 1
		}
	}
	if f.fletcher {
		b = le.AppendUint32(b[:len(b):len(b)], fletcher32(b))
	}
	return b, past, nil
}

// decodeChunk takes a chunk back through the filters that it did not go past, into to,
// which has the size of a chunk. It never makes more bytes than that.
func decodeChunk(to, b []byte, pipeline []h5.Filter, past uint32, size int) error {
	for k := len(pipeline) - 1; k >= 0; k-- {
		if past>>k&1 != 0 {
			continue
		}
		switch pipeline[k] {
		case h5.Fletcher32:
			if len(b) < 4 {
				return damaged("a chunk of %d bytes has no checksum", len(b))
			}
			sum := le.Uint32(b[len(b)-4:])
			if b = b[:len(b)-4]; sum != fletcher32(b) {
				return damaged("a chunk has the checksum %08x, not %08x", fletcher32(b), sum)
			}
		case h5.Deflate:
			into := to
			if k > 0 { // before what is unshuffled into to
				into = scratch(len(to))
				defer scratches.Put(&into)
			}
			if err := inflate(into, b); err != nil {
				return err
			}
			b = into
		case h5.Shuffle:
			if len(b) != len(to) {
				return damaged("a chunk of %d bytes, not %d", len(b), len(to))
			}
			h5.UnshuffleBytes(to, b, size)
			b = to
		default:
			return damaged("filter %d is not one of those that HDF5 brings", pipeline[k])
		}
	}
	if len(b) != len(to) {
		return damaged("a chunk of %d bytes, not %d", len(b), len(to))
	}
	if len(to) > 0 && &b[0] != &to[0] {
		copy(to, b)
	}
	return nil
}

// fletcher32 is the checksum of HDF5 (H5_checksum_fletcher32): over big-endian words
// of 16 bits, reduced every 360 of them.
func fletcher32(b []byte) uint32 {
	var sum1, sum2 uint32
	fold := func() {
		sum1 = sum1&0xffff + sum1>>16
		sum2 = sum2&0xffff + sum2>>16
	}
	for len(b) >= 2 {
		n := min(len(b)/2, 360)
		for ; n > 0; n-- {
			sum1 += uint32(b[0])<<8 | uint32(b[1])
			sum2 += sum1
			b = b[2:]
		}
		fold()
	}
	if len(b) == 1 {
		sum1 += uint32(b[0]) << 8
		sum2 += sum1
		fold()
	}
	fold()
	return sum2<<16 | sum1
}
