package foreign

import (
	"encoding/binary"
	"io"
)

// globalHeap reads the collections that values of variable length lie in. HDF5 trusts
// them: a damaged one makes it loop, or write beyond its buffers.
//
//	collection  "GCOL", version 1, 3 zeros, u64 size of the whole, objects
//	object      u16 index, u16 references, u32 zero, u64 size, data padded to 8
//	index 0     the free rest
type globalHeap struct {
	file io.ReaderAt
	base int64
	have map[uint64]map[uint32][]byte // by address, then by index
	held int64                        // bytes of have
}

const (
	heapHead    = 16
	maxHeap     = 64 << 20 // of one collection; HDF5 makes them as large as their largest object
	heapsAtOnce = 64 << 20 // that are kept
)

func newGlobalHeap(f io.ReaderAt, base int64) *globalHeap {
	return &globalHeap{file: f, base: base, have: map[uint64]map[uint32][]byte{}}
}

// object returns the bytes of an object, which the caller does not change.
func (h *globalHeap) object(addr uint64, index uint32) ([]byte, error) {
	objects, ok := h.have[addr]
	if !ok {
		var err error
		if objects, err = h.load(addr); err != nil {
			return nil, err
		}
	}
	b, ok := objects[index]
	if !ok {
		return nil, damaged("the heap that holds its texts has no object %d", index)
	}
	return b, nil
}

func (h *globalHeap) load(addr uint64) (map[uint32][]byte, error) {
	var head [heapHead]byte
	at := h.base + int64(addr)
	if addr > 1<<62 || at < 0 {
		return nil, damaged("a heap at %d", addr)
	}
	if _, err := h.file.ReadAt(head[:], at); err != nil || string(head[:5]) != "GCOL\x01" {
		return nil, damaged("there is no heap at %d", addr)
	}
	size := binary.LittleEndian.Uint64(head[8:])
	if size < heapHead || size > maxHeap {
		return nil, damaged("a heap of %d bytes", size)
	}
	// The last byte first: what a file does not hold is not made room for.
	var last [1]byte
	if _, err := h.file.ReadAt(last[:], at+int64(size)-1); err != nil {
		return nil, damaged("the heap at %d reaches beyond the end of the file", addr)
	}
	all := make([]byte, size)
	if _, err := h.file.ReadAt(all, at); err != nil {
		return nil, err
	}
	objects, ok := parseHeap(all)
	if !ok {
		return nil, damaged("the heap at %d", addr)
	}
	if h.held += int64(size); h.held > heapsAtOnce {
		clear(h.have)
		h.held = int64(size)
	}
	h.have[addr] = objects
	return objects, nil
}

func parseHeap(b []byte) (map[uint32][]byte, bool) {
	objects := map[uint32][]byte{}
	for at := uint64(heapHead); uint64(len(b))-at >= heapHead; {
		index, size := binary.LittleEndian.Uint16(b[at:]), binary.LittleEndian.Uint64(b[at+8:])
		left := uint64(len(b)) - at
		if index == 0 {
			if size < heapHead || size > left {
				return nil, false
			}
			at += size
			continue
		}
		padded := (size + 7) &^ 7
		if size > left-heapHead || padded > left-heapHead {
			return nil, false
		}
		objects[uint32(index)] = b[at+heapHead:][:size:size]
		at += heapHead + padded
	}
	return objects, true
}
