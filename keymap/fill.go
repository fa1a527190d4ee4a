package keymap

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// fill runs the ops of p from the given one up to the first that it has no room or
// no short way for, and returns which that is. It writes to dst, of which n bytes
// are taken out of size, and returns how many are then.
func (p *program) fill(dst unsafe.Pointer, n, size, i int, base unsafe.Pointer) (int, int) {
	for {
		n, i = p.quick(dst, n, size, i, base)
		if i == len(p.ops) || p.ops[i].code != opFewRounded || size-n < p.short {
			return n, i
		}
		o := &p.ops[i]
		for k := range o.n {
			put64(unsafe.Add(dst, n), bits64(o.round.Float64(*(*float64)(at(base, o.off+8*uintptr(k))))))
			n += 8
		}
		i++
	}
}

// Adding and taking away shift, 1.5·2^52, rounds what is below 2^51 to an
// integer, half to even, and -0 to 0. Unless that was halfway, rounding at 0 to
// 22 digits is that and the division by a power of ten (step 3 of the proof in
// rounding). Squares stand for absolute values, which take longer: those of 0.5
// and 2^51, and of the floats before them, are exact enough to compare.
const (
	shift    = 3 << 51
	halfway  = 0.25
	tooLarge = 1 << 102
)

// quick is fill up to the first op that needs a closer look. The usual ops of a
// struct of scalars are written here, as this is what a memo hit waits for: without
// calls, so that all stays in registers, and without checks of bounds, as there
// are p.short bytes for all ops but strings.
func (p *program) quick(dst unsafe.Pointer, n, size, i int, base unsafe.Pointer) (int, int) {
	if size-n < p.short {
		return n, i
	}
	size -= p.short
	for ; i < len(p.ops); i++ {
		o := &p.ops[i]
		from := o.off // no pointer: it would end up past the arguments, in what another owns
		end := n + 8*o.n
		switch o.code {
		case opWords:
			for ; n < end; n += 8 {
				binary.NativeEndian.PutUint64((*[8]byte)(unsafe.Add(dst, n))[:], *(*uint64)(at(base, from)))
				from += 8
			}
		case opFew:
			for ; n < end; n += 8 {
				put64(unsafe.Add(dst, n), bits64(*(*float64)(at(base, from))))
				from += 8
			}
		case opFewRounded:
			s := o.scale
			for k := n; k < end; k += 8 {
				y := float64(*(*float64)(at(base, from)) * s)
				r := float64(y+shift) - shift
				if d := y - r; !(d*d < halfway && y*y < tooLarge) { // NaN too
					return n, i
				}
				put64(unsafe.Add(dst, k), math.Float64bits(r/s))
				from += 8
			}
			n = end
		case opString:
			q := at(base, from)
			length := *(*int)(at(q, unsafe.Sizeof(q)))
			if length >= 0x80 || size-n <= length {
				return n, i
			}
			*(*byte)(unsafe.Add(dst, n)) = byte(length)
			n++
			src := *(*unsafe.Pointer)(q)
			end = n + length
			for ; end-n > 8; n += 8 {
				copy8(unsafe.Add(dst, n), src)
				src = at(src, 8)
			}
			if length >= 8 {
				back := n + 8 - end // an overlap
				copy8(unsafe.Add(dst, n-back), unsafe.Add(src, -back))
				n = end
				continue
			}
			for k := range length {
				*(*byte)(unsafe.Add(dst, n+k)) = *(*byte)(at(src, uintptr(k)))
			}
			n = end
		default:
			return n, i
		}
	}
	return n, i
}

// put64 needs no alignment, nor does copy8.
func put64(dst unsafe.Pointer, u uint64) { binary.LittleEndian.PutUint64((*[8]byte)(dst)[:], u) }

func copy8(dst, src unsafe.Pointer) {
	binary.NativeEndian.PutUint64((*[8]byte)(dst)[:], binary.NativeEndian.Uint64((*[8]byte)(src)[:]))
}
