package value

import (
	"math"
	"reflect"
	"time"
	"unsafe"
)

// leaf moves elements of one Elem between Go memory and the slice that an Array
// holds. Go memory is given as rows runs of run elements, stride bytes apart,
// so that one call moves a column of a []struct as well as a plain slice.
type leaf interface {
	elem() Elem
	// gather copies from Go memory to dst[at:].
	gather(dst any, at int, p unsafe.Pointer, rows int, stride uintptr, run int) error
	// scatter copies from src[at:] to Go memory.
	scatter(src any, at int, p unsafe.Pointer, rows int, stride uintptr, run int) error
	// alias returns the n elements at p as the slice an Array holds, without
	// copying, or nil where the two differ in memory.
	alias(p unsafe.Pointer, n int) any
	// adopt is the inverse of alias: where src[at:] lies, or nil.
	adopt(src any, at int) unsafe.Pointer
	// dup returns a new copy of the n elements at p, n > 0.
	dup(p unsafe.Pointer, n int) unsafe.Pointer
}

// plain is the leaf of every type whose elements are in memory what they are
// in an Array; named types such as `type Kelvin float64` too, because a name
// does not change the memory.
type plain[S any] Elem

func (l plain[S]) elem() Elem { return Elem(l) }

func (plain[S]) gather(dst any, at int, p unsafe.Pointer, rows int, stride uintptr, run int) error {
	d := dst.([]S)[at : at+rows*run]
	switch {
	case len(d) == 0:
	case stride == uintptr(run)*unsafe.Sizeof(d[0]):
		copy(d, unsafe.Slice((*S)(p), len(d)))
	case run == 1:
		for i := range d {
			d[i] = *(*S)(unsafe.Add(p, uintptr(i)*stride))
		}
	default:
		for i := range rows {
			copy(d[i*run:(i+1)*run], unsafe.Slice((*S)(unsafe.Add(p, uintptr(i)*stride)), run))
		}
	}
	return nil
}

func (plain[S]) scatter(src any, at int, p unsafe.Pointer, rows int, stride uintptr, run int) error {
	s := src.([]S)[at : at+rows*run]
	switch {
	case len(s) == 0:
	case stride == uintptr(run)*unsafe.Sizeof(s[0]):
		copy(unsafe.Slice((*S)(p), len(s)), s)
	case run == 1:
		for i := range s {
			*(*S)(unsafe.Add(p, uintptr(i)*stride)) = s[i]
		}
	default:
		for i := range rows {
			copy(unsafe.Slice((*S)(unsafe.Add(p, uintptr(i)*stride)), run), s[i*run:(i+1)*run])
		}
	}
	return nil
}

func (plain[S]) alias(p unsafe.Pointer, n int) any { return unsafe.Slice((*S)(p), n) }

func (plain[S]) adopt(src any, at int) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(src.([]S)[at:]))
}

func (plain[S]) dup(p unsafe.Pointer, n int) unsafe.Pointer { return dup[S](p, n) }

func dup[S any](p unsafe.Pointer, n int) unsafe.Pointer {
	s := make([]S, n)
	copy(s, unsafe.Slice((*S)(p), n))
	return unsafe.Pointer(unsafe.SliceData(s))
}

// mapped is the leaf of types whose memory differs from the Array's: time.Time,
// and int and uint where they have 32 bits.
type mapped[M, S any] struct {
	e    Elem
	to   func(M) (S, error)
	from func(S) (M, error)
}

func (l mapped[M, S]) elem() Elem { return l.e }

func (l mapped[M, S]) gather(dst any, at int, p unsafe.Pointer, rows int, stride uintptr, run int) (err error) {
	d := dst.([]S)[at : at+rows*run]
	if run == 0 {
		return nil // p may be the end of a struct, where no M is
	}
	for i := range rows {
		for j, m := range unsafe.Slice((*M)(unsafe.Add(p, uintptr(i)*stride)), run) {
			if d[i*run+j], err = l.to(m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l mapped[M, S]) scatter(src any, at int, p unsafe.Pointer, rows int, stride uintptr, run int) (err error) {
	s := src.([]S)[at : at+rows*run]
	if run == 0 {
		return nil
	}
	for i := range rows {
		m := unsafe.Slice((*M)(unsafe.Add(p, uintptr(i)*stride)), run)
		for j := range m {
			if m[j], err = l.from(s[i*run+j]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (mapped[M, S]) alias(unsafe.Pointer, int) any              { return nil }
func (mapped[M, S]) adopt(any, int) unsafe.Pointer              { return nil }
func (mapped[M, S]) dup(p unsafe.Pointer, n int) unsafe.Pointer { return dup[M](p, n) }

var timeLeaf = mapped[time.Time, int64]{Time, nanoseconds, instant}

func nanoseconds(t time.Time) (int64, error) {
	if t.IsZero() {
		return NaT, nil
	}
	if t.Before(MinTime) || t.After(MaxTime) {
		return 0, fail(ErrRange, "time %s is outside %d…%d, which nanoseconds since 1970 can hold",
			t.Format(time.RFC3339), MinTime.Year(), MaxTime.Year())
	}
	return t.UnixNano(), nil
}

func instant(ns int64) (time.Time, error) {
	if ns == NaT {
		return time.Time{}, nil
	}
	return time.Unix(0, ns).UTC(), nil
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
)

// leafOf returns the leaf of a scalar type, or nil.
func leafOf(t reflect.Type) leaf {
	switch t {
	case timeType:
		return timeLeaf
	case durationType:
		return plain[int64](Duration)
	}
	switch t.Kind() {
	case reflect.Bool:
		return plain[bool](Bool)
	case reflect.Int8:
		return plain[int8](Int8)
	case reflect.Int16:
		return plain[int16](Int16)
	case reflect.Int32:
		return plain[int32](Int32)
	case reflect.Int64:
		return plain[int64](Int64)
	case reflect.Uint8:
		return plain[uint8](Uint8)
	case reflect.Uint16:
		return plain[uint16](Uint16)
	case reflect.Uint32:
		return plain[uint32](Uint32)
	case reflect.Uint64:
		return plain[uint64](Uint64)
	case reflect.Float32:
		return plain[float32](Float32)
	case reflect.Float64:
		return plain[float64](Float64)
	case reflect.Complex64:
		return plain[complex64](Complex64)
	case reflect.Complex128:
		return plain[complex128](Complex128)
	case reflect.String:
		return plain[string](String)
	case reflect.Int:
		if t.Size() == 8 {
			return plain[int64](Int64)
		}
		return mapped[int32, int64]{Int64, func(m int32) (int64, error) { return int64(m), nil }, narrow}
	case reflect.Uint:
		if t.Size() == 8 {
			return plain[uint64](Uint64)
		}
		return mapped[uint32, uint64]{Uint64, func(m uint32) (uint64, error) { return uint64(m), nil }, unarrow}
	}
	return nil
}

func narrow(s int64) (int32, error) {
	if s < math.MinInt32 || s > math.MaxInt32 {
		return 0, fail(ErrRange, "%d does not fit the int of this platform, which has 32 bits", s)
	}
	return int32(s), nil
}

func unarrow(s uint64) (uint32, error) {
	if s > math.MaxUint32 {
		return 0, fail(ErrRange, "%d does not fit the uint of this platform, which has 32 bits", s)
	}
	return uint32(s), nil
}
