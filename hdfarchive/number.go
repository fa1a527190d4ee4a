package hdfarchive

import (
	"encoding/binary"

	"github.com/klepto-go/klepto/value"
)

var le = binary.LittleEndian

// appendLittle writes the element of a scalar that is no string.
func appendLittle(b []byte, a *value.Array) []byte {
	out, err := binary.Append(b, le, a.Data)
	if err != nil {
		return append(b, make([]byte, a.Elem.Size())...) // not reached: every Elem but String is fixed
	}
	return out
}

// toComplex returns a scalar number, as near as a float comes to it.
func toComplex(a *value.Array) complex128 {
	switch d := a.Data.(type) {
	case []bool:
		if d[0] {
			return 1
		}
	case []int8:
		return complex(float64(d[0]), 0)
	case []int16:
		return complex(float64(d[0]), 0)
	case []int32:
		return complex(float64(d[0]), 0)
	case []int64:
		return complex(float64(d[0]), 0)
	case []uint8:
		return complex(float64(d[0]), 0)
	case []uint16:
		return complex(float64(d[0]), 0)
	case []uint32:
		return complex(float64(d[0]), 0)
	case []uint64:
		return complex(float64(d[0]), 0)
	case []float32:
		return complex(float64(d[0]), 0)
	case []float64:
		return complex(d[0], 0)
	case []complex64:
		return complex128(d[0])
	case []complex128:
		return d[0]
	}
	return 0
}
