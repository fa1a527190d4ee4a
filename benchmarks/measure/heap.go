package measure

import "runtime"

// Heap returns the bytes of heap that what make returns keeps alive.
func Heap(make func() any) float64 {
	before := inUse()
	made := make()
	after := inUse()
	runtime.KeepAlive(made)
	return float64(after) - float64(before)
}

// inUse counts the heap after two collections: the first may leave what finalizers
// hold.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
