package command

import (
	"cmp"
	"encoding/json"
	"math/big"
	"strconv"
)

// number is an int64, a uint64 or a float64, exact.
type number struct {
	kind byte // 'i', 'u', 'f'; 's' for a float64 that holds a float32
	i    int64
	u    uint64
	f    float64
}

func integer(i int64) number { return number{kind: 'i', i: i} }
func float(f float64) number { return number{kind: 'f', f: f} }

// float64 returns the nearest float64.
func (n number) float64() float64 {
	switch n.kind {
	case 'i':
		return float64(n.i)
	case 'u':
		return float64(n.u)
	}
	return n.f
}

func (n number) String() string {
	switch n.kind {
	case 'i':
		return strconv.FormatInt(n.i, 10)
	case 'u':
		return strconv.FormatUint(n.u, 10)
	case 's':
		return strconv.FormatFloat(n.f, 'g', -1, 32)
	}
	return strconv.FormatFloat(n.f, 'g', -1, 64)
}

// MarshalJSON writes the number exactly, NaN and infinities as strings.
func (n number) MarshalJSON() ([]byte, error) {
	if f := n.float64(); f-f != 0 {
		name := "NaN"
		if f == f {
			name = map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]
		}
		return json.Marshal(name)
	}
	return []byte(n.String()), nil
}

// compare orders numbers exactly, whatever their types; NaN comes first.
func (n number) compare(m number) int {
	switch {
	case n.kind == 'i' && m.kind == 'i':
		return cmp.Compare(n.i, m.i)
	case n.kind == 'u' && m.kind == 'u':
		return cmp.Compare(n.u, m.u)
	case n.isFloat() && m.isFloat(), n.float64() != n.float64(), m.float64() != m.float64():
		return cmp.Compare(n.float64(), m.float64())
	}
	return n.big().Cmp(m.big())
}

func (n number) isFloat() bool { return n.kind == 'f' || n.kind == 's' }

// big returns the number, which is not NaN.
func (n number) big() *big.Float {
	b := new(big.Float).SetPrec(64)
	switch n.kind {
	case 'i':
		return b.SetInt64(n.i)
	case 'u':
		return b.SetUint64(n.u)
	}
	return b.SetFloat64(n.f)
}
