package hdfarchive

import "sync"

// written are records of the files that an archive has put since their function's
// index was last made. They need not be read to come into it: that would take Close as
// long as all the Puts before.
type written struct {
	mu         sync.Mutex
	byFunction map[string]map[string]record // and by id
	bytes      int
}

// maxWritten bounds the memory of written. What is beyond is read.
const maxWritten = 64 << 20

// add takes the record of a file, whose mark it bears.
func (w *written) add(function string, r record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	of := w.byFunction[function]
	bytes := w.bytes + sizeOf(r) - sizeOf(of[r.id])
	if bytes > maxWritten {
		return
	}
	if w.byFunction == nil {
		w.byFunction = make(map[string]map[string]record)
	}
	if of == nil {
		of = make(map[string]record)
		w.byFunction[function] = of
	}
	of[r.id], w.bytes = r, bytes
}

// take takes the records of a function out.
func (w *written) take(function string) map[string]record {
	w.mu.Lock()
	defer w.mu.Unlock()
	of := w.byFunction[function]
	for _, r := range of {
		w.bytes -= sizeOf(r)
	}
	delete(w.byFunction, function)
	return of
}

func sizeOf(r record) int {
	if r.stored == nil {
		return 0
	}
	const beside = 300 // of a record in a map
	return beside + len(r.id) + len(r.mark) + len(r.key) + len(r.call) + len(r.prov) + len(r.goType)
}
