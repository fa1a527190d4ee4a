package keymap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/klepto-go/klepto/rounding"
)

// Decode gives back the call that canonical bytes were made of: the arguments
// as rounded, those that are in the key. It reads bytes from anywhere: what is
// not exactly what Append writes is ErrFormat, and the memory it takes is bounded
// by a small multiple of the length of the input.
func Decode(canonical string) (Call, error) {
	d := decoder{in: canonical}
	return d.decode()
}

// decode reads all of in.
func (d *decoder) decode() (Call, error) {
	n := len(d.in)
	d.empty = 64 * n
	c, err := d.call()
	if err != nil {
		return Call{}, fmt.Errorf("%w: %w, at byte %d of %d", ErrFormat, err, n-len(d.in), n)
	}
	return c, nil
}

// decoder reads from the front of in.
type decoder struct {
	in          string
	depth       int
	around      []*typeNode // the types being read, outermost first
	inInterface bool        // where types have names
	empty       int         // how many values without content may follow
	untold      bool        // the readable form leaves a type open
}

var (
	errShort = errors.New("the input ends too early")
	errLong  = errors.New("a length exceeds the input")
	errDeep  = fmt.Errorf("nested deeper than %d", maxNesting)
)

func (d *decoder) call() (c Call, err error) {
	f, err := d.byte()
	if err != nil {
		return c, err
	}
	if f != formatByte {
		return c, fmt.Errorf("format %d where this release knows format %d", f, formatByte)
	}
	if c.Function, err = d.text(); err != nil {
		return c, err
	}
	if c.Version, err = d.text(); err != nil {
		return c, err
	}
	if c.Rounding, err = d.rounding(); err != nil {
		return c, err
	}
	members, err := d.members()
	if err != nil {
		return c, err
	}
	s, err := d.structure(members)
	c.Args = s
	if err == nil && len(d.in) > 0 {
		err = fmt.Errorf("%d bytes follow the last argument", len(d.in))
	}
	return c, err
}

func (d *decoder) byte() (byte, error) {
	if len(d.in) == 0 {
		return 0, errShort
	}
	b := d.in[0]
	d.in = d.in[1:]
	return b, nil
}

// take cuts n bytes off.
func (d *decoder) take(n int) (string, error) {
	if n > len(d.in) {
		return "", errShort
	}
	s := d.in[:n]
	d.in = d.in[n:]
	return s, nil
}

// fixed reads a little-endian number of size bytes.
func (d *decoder) fixed(size int) (uint64, error) {
	s, err := d.take(size)
	if err != nil {
		return 0, err
	}
	var b [8]byte
	copy(b[:], s)
	return binary.LittleEndian.Uint64(b[:]), nil
}

// uvarint reads a number in its shortest form.
func (d *decoder) uvarint() (uint64, error) {
	var x uint64
	for i := range binary.MaxVarintLen64 {
		b, err := d.byte()
		if err != nil {
			return 0, err
		}
		if i == binary.MaxVarintLen64-1 && b > 1 {
			break
		}
		x |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			if b == 0 && i > 0 {
				return 0, fmt.Errorf("a number is longer than it needs to be")
			}
			return x, nil
		}
	}
	return 0, fmt.Errorf("a number exceeds 64 bits")
}

// count reads how many things of at least width bytes follow.
func (d *decoder) count(width int) (int, error) {
	n, err := d.uvarint()
	if err != nil {
		return 0, err
	}
	if n > uint64(len(d.in)/width) {
		return 0, errLong
	}
	return int(n), nil
}

// length reads the length of a slice or a map, -1 for nil.
func (d *decoder) length(width int) (int, error) {
	n, err := d.uvarint()
	if err != nil {
		return 0, err
	}
	if width == 0 {
		return 0, fmt.Errorf("elements without content")
	}
	if n > 0 && n-1 > uint64(len(d.in)/width) {
		return 0, errLong
	}
	return int(n) - 1, nil
}

func (d *decoder) text() (string, error) {
	n, err := d.count(1)
	if err != nil {
		return "", err
	}
	return d.take(n)
}

// rounding reads a rounding in its text form.
func (d *decoder) rounding() (rounding.Rounding, error) {
	s, err := d.text()
	if err != nil {
		return rounding.None(), err
	}
	r, err := rounding.Parse(s)
	if err == nil && r.String() != s {
		err = fmt.Errorf("rounding %q is not written as %q", s, r)
	}
	return r, err
}

// maxNesting bounds the decoder's recursion, which structs deepen where they
// don't deepen the encoder's.
const maxNesting = 16 * MaxDepth

// enter counts nesting, of types as of values.
func (d *decoder) enter() error {
	if d.depth++; d.depth > maxNesting {
		return errDeep
	}
	return nil
}

func (d *decoder) leave() { d.depth-- }

// float64 reads a float as it stands in a key: no -0, one NaN.
func (d *decoder) float64() (float64, error) {
	u, err := d.fixed(8)
	x := math.Float64frombits(u)
	if err == nil && bits64(x) != u {
		err = fmt.Errorf("float %#016x is not canonical", u)
	}
	return x, err
}

func (d *decoder) float32() (float32, error) {
	u, err := d.fixed(4)
	x := math.Float32frombits(uint32(u))
	if err == nil && bits32(x) != uint32(u) {
		err = fmt.Errorf("float %#08x is not canonical", u)
	}
	return x, err
}
