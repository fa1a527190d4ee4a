package vectors

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// decode returns what a value of the recordings stands for: an object of one tag and its data.
func decode(t testing.TB, v map[string]any) any {
	t.Helper()
	list := func(x any) (all []any) {
		for _, x := range x.([]any) {
			all = append(all, decode(t, x.(map[string]any)))
		}
		return all
	}
	bits := func(size int) uint64 {
		u, err := strconv.ParseUint(v["bits"].(string), 16, size)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for tag, x := range v {
		switch tag {
		case "f":
			return math.Float64frombits(bits(64))
		case "f32":
			return math.Float32frombits(uint32(bits(32)))
		case "i":
			n, err := strconv.ParseInt(x.(string), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		case "b", "s", "n":
			return x
		case "list":
			return list(x)
		case "tuple":
			all := list(x)
			array := reflect.New(reflect.ArrayOf(len(all), reflect.TypeFor[any]())).Elem()
			reflect.Copy(array, reflect.ValueOf(all))
			return array.Interface()
		case "dict":
			m := map[any]any{}
			for _, pair := range x.([]any) {
				pair := list(pair)
				m[pair[0]] = pair[1]
			}
			return m
		case "nd":
			double, single := []float64{}, []float32{}
			for _, x := range list(x.(map[string]any)["data"]) {
				double, single = append(double, x.(float64)), append(single, float32(x.(float64)))
			}
			if x.(map[string]any)["dtype"] == "float32" {
				return single
			}
			return double
		case "nd_rule": // np.arange(5000), in one case with another element in the middle
			a := make([]float64, 5000)
			for i := range a {
				a[i] = float64(i)
			}
			if strings.Contains(x.(string), "[2500] = -1") {
				a[2500] = -1
			}
			return a
		}
	}
	t.Fatalf("unknown value %v", v)
	return nil
}
