package hdfarchive

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// deflaters and inflaters keep the large tables of the compressor, by level.
var (
	deflaters [10]sync.Pool
	inflaters sync.Pool
)

func deflate(b []byte, level int) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(b)/2 + 64)
	w, ok := deflaters[level].Get().(*zlib.Writer)
	if ok {
		w.Reset(&out)
	} else {
		var err error
		if w, err = zlib.NewWriterLevel(&out, level); err != nil {
			return nil, err
		}
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err := w.Close()
	deflaters[level].Put(w)
	return out.Bytes(), err
}

// The frame of deflated bytes (RFC 1950). It is taken off here because package zlib
// takes a third of its time for the checksum.
const (
	zlibHeader  = 2
	zlibTrailer = 4
	zlibMethod  = 8    // deflate
	zlibWindow  = 7    // of 32 KiB, the largest
	zlibPreset  = 0x20 // asks for a dictionary, which HDF5 does not have
)

// inflate fills to from b, and wants b to end there.
func inflate(to, b []byte) error {
	if len(b) < zlibHeader+zlibTrailer || b[0]&15 != zlibMethod || b[0]>>4 > zlibWindow || b[1]&zlibPreset != 0 || binary.BigEndian.Uint16(b)%31 != 0 {
		return damaged("a chunk is not deflated")
	}
	src := bytes.NewReader(b[zlibHeader:])
	r, ok := inflaters.Get().(io.ReadCloser)
	if !ok {
		r = flate.NewReader(src)
	} else if err := r.(flate.Resetter).Reset(src, nil); err != nil {
		return damaged("a chunk is not deflated: %v", err)
	}
	defer inflaters.Put(r)
	if _, err := io.ReadFull(r, to); err != nil {
		return damaged("a chunk inflates to less than %d bytes: %v", len(to), err)
	}
	var more [1]byte
	if n, err := r.Read(more[:]); n > 0 || err != io.EOF {
		return damaged("a chunk inflates to more than %d bytes, or is damaged: %v", len(to), err)
	}
	var sum [zlibTrailer]byte
	if _, err := io.ReadFull(src, sum[:]); err != nil || binary.BigEndian.Uint32(sum[:]) != h5.Adler32(to) {
		return damaged("a chunk does not match its checksum")
	}
	return nil
}
