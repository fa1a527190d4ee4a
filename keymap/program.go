package keymap

import (
	"encoding/binary"
	"math"
	"reflect"
	"unsafe"

	"github.com/klepto-go/klepto/rounding"
)

// opcode says what an op reads and writes. Those from opMap on need reflection.
type opcode uint8

const (
	opRaw        opcode = iota // n elements of size bytes, copied in little-endian order
	opInt                      // n ints of 32 bits, widened to 64
	opUint                     // n uints of 32 bits, widened to 64
	opFloat64                  // n float64, rounded, -0 and NaN made one
	opFloat32                  // n float32, likewise
	opWords                    // n words of 8 bytes: a short opRaw
	opFew                      // n float64, few
	opFewRounded               // n float64, few, rounded by scale
	opString                   // length, bytes
	opTime                     // seconds since 1970 and nanoseconds
	opNumber                   // a number of any type in one form: Options.Untyped
	opRuns                     // a slice whose elements are one run
	opSlice                    // length+1 or 0 for nil, elements
	opArray                    // n elements
	opFrozen                   // 1 and the fingerprint of what a Frozen holds, or 0
	opPointer                  // 1 and what it points to, or 0 for nil
	opMap                      // length+1 or 0 for nil, pairs in the order of their bytes
	opInterface                // type signature and value
	opMatrix                   // rows, columns, elements in row-major order
)

// op writes one piece of an argument, found off bytes from the argument's base.
type op struct {
	code  opcode
	off   uintptr
	n     int     // elements; the reflect.Kind of an opNumber
	size  uintptr // of one element, in memory
	sub   *program
	key   *program // of a map
	round rounding.Rounding
	scale float64      // of an opFewRounded: 10 to the power of its digits
	typ   reflect.Type // where reflection needs it
	depth int          // of the floats directly in an interface
	froz  *frozen
}

// program writes the canonical bytes of the values of one type. It is a flat
// list of memory offsets: struct types have been dissolved at compile time.
type program struct {
	ops     []op
	short   int // bytes of its short runs
	done    bool
	dynamic bool // has, at whatever depth, an op that needs reflection
}

// littleEndian is a constant to the compiler.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// add appends o, or extends the last op where both are one run in memory.
func (p *program) add(o op) {
	if k := len(p.ops); k > 0 && o.code <= opFloat32 {
		last := &p.ops[k-1]
		if last.code == o.code && last.size == o.size && last.round == o.round && last.off+uintptr(last.n)*last.size == o.off {
			last.n += o.n
			return
		}
		if littleEndian && o.code == opRaw && last.code == opRaw && last.off+uintptr(last.n)*last.size == o.off {
			last.n, last.size = last.n*int(last.size)+o.n*int(o.size), 1
			return
		}
	}
	p.ops = append(p.ops, o)
}

// run returns the op that writes consecutive values of p's type, of size bytes
// each, as one run; nil when there is none.
func (p *program) run(size uintptr) *op {
	if p.done && len(p.ops) == 1 && p.ops[0].code <= opFloat32 && uintptr(p.ops[0].n)*p.ops[0].size == size {
		return &p.ops[0]
	}
	return nil
}

// spread marks the programs from which a dynamic one is reached.
func spread(all map[programKey]*program) {
	for changed := true; changed; {
		changed = false
		for _, p := range all {
			if !p.dynamic && p.reachesDynamic() {
				p.dynamic, changed = true, true
			}
		}
	}
}

func (p *program) reachesDynamic() bool {
	for i := range p.ops {
		o := &p.ops[i]
		if o.code >= opMap || o.sub != nil && o.sub.dynamic {
			return true
		}
	}
	return false
}

// shorten replaces the general ops of short runs by those that write them
// without a call, and adds up their bytes.
func (p *program) shorten() {
	for i := 0; i < len(p.ops) && p.short < mostShort; i++ {
		o := &p.ops[i]
		switch bytes := o.n * int(o.size); {
		case o.code == opRaw && littleEndian && bytes%8 == 0 && bytes <= shortRun:
			o.code, o.n, o.size = opWords, bytes/8, 8
		case o.code == opFloat64 && bytes <= shortRun:
			o.code, o.scale = few(o.round)
		}
		if o.short() {
			p.short += 8 * o.n
		}
	}
}

// shortRun is how many bytes of one op are written without a call, mostShort
// about how many of a program: a stream's buffer must hold them.
const (
	shortRun  = 128
	mostShort = 1 << 10
)

// few returns the op and the scale for few floats under r.
func few(r rounding.Rounding) (opcode, float64) {
	if r == rounding.None() {
		return opFew, 0
	}
	if s, ok := scale(r); ok {
		return opFewRounded, s
	}
	return opFloat64, 0
}

// scale returns 10 to the power of r's digits where that is exact and what r rounds
// by.
func scale(r rounding.Rounding) (float64, bool) {
	digits, ok := r.Digits()
	if !ok || digits < 0 || digits > 22 || r == rounding.Significant(digits) {
		return 0, false
	}
	return math.Pow10(digits), true
}

// short tells an op that is written without a call.
func (o *op) short() bool { return o.code == opWords || o.code == opFew || o.code == opFewRounded }

// leads tells an op that leads to other values.
func (o *op) leads() bool { return o.code >= opSlice }

// at is the address off bytes after base.
func at(base unsafe.Pointer, off uintptr) unsafe.Pointer { return unsafe.Add(base, off) }
