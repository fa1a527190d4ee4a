package main

import (
	"encoding/binary"
	"math"
	"reflect"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/benchmarks/workload"
	"github.com/klepto-go/klepto/rounding"
)

// reflected keys a call by walking it with reflection every time, as libraries do
// that compile no plan: the same rounding, binary form and digest as ours.
func reflected(s *workload.Simulation) xxh3.Uint128 {
	var stack [256]byte
	return xxh3.Hash128(appendReflected(append(stack[:0], "simulation"...), reflect.ValueOf(s).Elem()))
}

func appendReflected(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(rounding.Round(v.Float(), 6)))
	case reflect.Int:
		return binary.LittleEndian.AppendUint64(b, uint64(v.Int()))
	case reflect.String:
		b = binary.AppendUvarint(b, uint64(v.Len()))
		return append(b, v.String()...)
	case reflect.Struct:
		for i := range v.NumField() {
			b = append(b, v.Type().Field(i).Name...)
			b = appendReflected(b, v.Field(i))
		}
		return b
	}
	panic("reflected: no case for " + v.Type().String())
}
