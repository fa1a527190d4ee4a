package value_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/klepto-go/klepto/value"
)

// encoding is one of the two that write a tree as bytes.
type encoding struct {
	name      string
	marshal   func(value.Value) ([]byte, error)
	unmarshal func([]byte) (value.Value, error)
	// Reading asks for at most so many bytes of memory for each byte of input, what is thrown away on the way included.
	factor uint64
}

var (
	asCBOR = encoding{"CBOR", value.MarshalCBOR, value.UnmarshalCBOR, 256}
	asJSON = encoding{"JSON", value.MarshalJSON, value.UnmarshalJSON, 512}
)

// allowance are the bytes that reading may ask for beside: small things and noise of the runtime.
const allowance = 1 << 16

// around returns v as bytes, from which it must come back.
func (e encoding) around(t *testing.T, v value.Value) []byte {
	t.Helper()
	data, err := e.marshal(v)
	if err != nil {
		t.Fatalf("%s: %s: %v", e.name, value.Describe(v), err)
	}
	w, err := e.unmarshal(data)
	if err != nil || !value.Equal(v, w) || !sameMeta(v, w) {
		t.Fatalf("%s: %s came back from %q as %s, %v", e.name, value.Describe(v), data, value.Describe(w), err)
	}
	return data
}

// refuses demands that data are none of an encoding.
func (e encoding) refuses(t *testing.T, data []byte) {
	t.Helper()
	if v, err := e.unmarshal(data); !errors.Is(err, value.ErrSyntax) && !errors.Is(err, value.ErrInvalid) {
		t.Errorf("%.60q: %s, %v", data, value.Describe(v), err)
	}
}

// read is unmarshal, which may not ask for too much memory. Other goroutines must be at rest.
func (e encoding) read(t *testing.T, data []byte) (value.Value, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	v, err := e.unmarshal(data)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > allowance+e.factor*uint64(len(data)) {
		t.Errorf("%s: %d bytes for %d, which begin %.60q", e.name, n, len(data), data)
	}
	return v, err
}

// fuzz reads what nobody wrote. What can be read comes back from what is written of it.
func (e encoding) fuzz(f *testing.F) {
	for _, s := range seeds {
		data, err := e.marshal((&source{s}).tree(4))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := e.read(t, data)
		if err != nil {
			return
		}
		e.around(t, v)
	})
}
