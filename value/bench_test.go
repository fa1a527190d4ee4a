package value_test

import (
	"bytes"
	"encoding/gob"
	"io"
	"testing"

	"github.com/klepto-go/klepto/value"
	"gonum.org/v1/gonum/mat"
)

func benchmark[T any](b *testing.B, name string, x T) {
	c, err := value.CodecFor[T]()
	if err != nil {
		b.Fatal(err)
	}
	v, err := c.Encode(x)
	if err != nil {
		b.Fatal(err)
	}
	run := func(what string, f func() error) {
		b.Run(name+"/"+what, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(value.Size(v))
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("Encode", func() error { _, err := c.Encode(x); return err })
	run("Decode", func() error { _, err := c.Decode(v); return err })
	run("Clone", func() error { c.Clone(x); return nil })
	run("WriteCanonical", func() error { return value.WriteCanonical(io.Discard, v) })
	run("CBOR", func() error {
		data, err := value.MarshalCBOR(v)
		if err == nil {
			_, err = value.UnmarshalCBOR(data)
		}
		return err
	})
	run("JSON", func() error {
		data, err := value.MarshalJSON(v)
		if err == nil {
			_, err = value.UnmarshalJSON(data)
		}
		return err
	})
	run("gob", func() error {
		var buf bytes.Buffer
		if err := gob.NewEncoder(&buf).Encode(x); err != nil {
			return err
		}
		var y T
		return gob.NewDecoder(&buf).Decode(&y)
	})
}

func BenchmarkCodec(b *testing.B) {
	benchmark(b, "scalar", 1.5)
	benchmark(b, "struct", struct {
		A, B, C, D float64
		N          int
		S          string
	}{1, 2, 3, 4, 5, "six"})
	field := make([][]float64, 128)
	for i := range field {
		field[i] = make([]float64, 128)
	}
	benchmark(b, "field", field)
	benchmark(b, "fields", struct{ U, V [][]float64 }{field, field})
	benchmark(b, "slice8MB", make([]float64, 1<<20))
	rows := make([][]float64, 1024)
	for i := range rows {
		rows[i] = make([]float64, 1024)
	}
	benchmark(b, "rows8MB", rows)
	benchmark(b, "table", make([]struct{ X, Y, Z, W float64 }, 1<<16))
	benchmark(b, "matrix8MB", mat.NewDense(1024, 1024, nil))
}
