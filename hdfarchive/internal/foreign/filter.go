package foreign

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// unfilter undoes the filters of a chunk of want bytes, the last one first. What they
// make of it is held against what it may be before it is allocated.
func unfilter(b []byte, i *h5.ForeignInfo, without uint32, want int) ([]byte, error) {
	for k, x := range slices.Backward(i.Filters) {
		if k < 32 && without&(1<<k) != 0 {
			continue
		}
		var err error
		switch x.ID {
		case filterFletcher:
			b, err = checked(b)
		case filterShuffle:
			b = unshuffle(b, max(x.Value, 1))
		case filterDeflate:
			b, err = inflate(b, want+64) // a checksum may lie within
		default:
			return nil, fmt.Errorf("%w: filter %d", inspect.ErrRefused, x.ID)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(b) != want {
		return nil, damaged("a chunk has %d bytes, not %d", len(b), want)
	}
	return b, nil
}

func inflate(b []byte, most int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, damaged("a compressed chunk: %v", err)
	}
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(z, int64(most)+1))
	if n > int64(most) {
		return nil, damaged("a compressed chunk is larger than it may be, %d bytes", most)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		return nil, damaged("a compressed chunk: %v", err)
	}
	return out.Bytes(), nil
}

// unshuffle undoes the order of all first bytes, all second bytes, and so on.
func unshuffle(b []byte, size int) []byte {
	n := len(b) / size
	if size == 1 || n <= 1 {
		return b
	}
	out := make([]byte, len(b))
	for k := range size {
		for i := range n {
			out[i*size+k] = b[k*n+i]
		}
	}
	copy(out[n*size:], b[n*size:])
	return out
}

// checked takes the checksum off the end, Fletcher's of 32 bits as HDF5 computes it.
func checked(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, damaged("a chunk of %d bytes", len(b))
	}
	data, want := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	got := fletcher32(data)
	// Files of HDF5 before 1.6.3, and of big-endian machines, have the bytes of each half swapped.
	swapped := got&0x00ff00ff<<8 | got>>8&0x00ff00ff
	if got != want && swapped != want {
		return nil, damaged("a chunk has the checksum %08x, not %08x", got, want)
	}
	return data, nil
}

// fletcher32 is H5_checksum_fletcher32 of H5checksum.c.
func fletcher32(b []byte) uint32 {
	var sum1, sum2 uint32
	words := len(b) / 2
	for at := 0; words > 0; {
		n := min(words, 360) // so many words fit before the sums are reduced
		words -= n
		for range n {
			sum1 += uint32(b[at])<<8 | uint32(b[at+1])
			sum2 += sum1
			at += 2
		}
		sum1 = sum1&0xffff + sum1>>16
		sum2 = sum2&0xffff + sum2>>16
	}
	if len(b)%2 != 0 {
		sum1 += uint32(b[len(b)-1]) << 8
		sum2 += sum1
		sum1 = sum1&0xffff + sum1>>16
		sum2 = sum2&0xffff + sum2>>16
	}
	sum1 = sum1&0xffff + sum1>>16
	sum2 = sum2&0xffff + sum2>>16
	return sum2<<16 | sum1
}
