package value_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/value"
)

func TestJSON(t *testing.T) {
	type run struct {
		F float64
		K float64 `klepto:"name=k"`
		N int64   `klepto:"name=n"`
	}
	for _, c := range []struct {
		x    any
		want string
	}{
		{nil, `null`},
		{1.0, `1.0`},
		{1e300, `1e+300`},
		{math.Copysign(0, -1), `-0.0`},
		{5e-324, `5e-324`},
		{math.NaN(), `{"$float64":"NaN"}`},
		{math.Float64frombits(0x7ff4000000000001), `{"$float64":"NaN:7ff4000000000001"}`},
		{math.Inf(-1), `{"$float64":"-Infinity"}`},
		{float32(0.1), `{"$float32":0.1}`},
		{int64(1), `1`},
		{7, `7`},
		{int8(1), `{"$int8":1}`},
		{uint64(math.MaxUint64), `{"$uint64":18446744073709551615}`},
		{true, `true`},
		{"a\"<κ\x00", `"a\"\u003cκ\u0000"`},
		{"<&>", `"<&>"`},
		{"\xff", `{"$string":{"$base64":"/w=="}}`},
		{2i, `{"$complex128":[0.0,2.0]}`},
		{[]complex64{1}, `{"$complex64":[[1.0,0.0]]}`},
		{utc("2024-02-29T12:00:00.5Z"), `{"$time":"2024-02-29T12:00:00.5Z"}`},
		{[]time.Time{{}}, `{"$time":["NaT"]}`},
		{time.Second, `{"$duration":1000000000}`},
		{[]float64{1, 2.5}, `[1.0,2.5]`},
		{[]float64{1, math.Inf(1)}, `{"$float64":[1.0,"Infinity"]}`},
		{[]float64{}, `{"$float64":[],"shape":[0]}`},
		{[][]float64{{}, {}}, `{"$float64":[],"shape":[2,0]}`},
		{[][]float64{{1, 2}, {3, 4}}, `[[1.0,2.0],[3.0,4.0]]`},
		{[][]float64{{1}, {}, nil}, `{"$list":[[1.0],{"$float64":[],"shape":[0]},null]}`},
		{[]byte{0, 1, 2}, `{"$uint8":"AAEC"}`},
		{[][]byte{{0}, {1}}, `{"$uint8":"AAE=","shape":[2,1]}`},
		{byte(3), `{"$uint8":3}`},
		{[]string{"a", "b"}, `["a","b"]`},
		{[]string{"a", "\xff"}, `{"$string":["a",{"$base64":"/w=="}]}`},
		{run{0.02, 0.05, 128}, `{"F":0.02,"k":0.05,"n":128}`},
		{struct{}{}, `{}`},
		{struct {
			A int `klepto:"name=$a"`
		}{1}, `{"$struct":{"$a":1}}`},
		{struct {
			A []float64 `klepto:"units=m,long_name=height,axes=x"`
		}{[]float64{1}}, `{"A":{"$meta":{"units":"m","long_name":"height","axes":["x"]},"value":[1.0]}}`},
		{map[string]int{"b": 1, "a": 2}, `{"$map":{"a":2,"b":1}}`},
		{map[int8]int{1: 2}, `{"$keys":{"$int8":[1]},"items":[2]}`},
		{map[string]int{"\xff": 2}, `{"$keys":{"$string":[{"$base64":"/w=="}]},"items":[2]}`},
		{[]Point{{1, 2}, {3, 4}}, `{"$table":{"X":[1.0,3.0],"Y":[2.0,4.0]},"rows":2}`},
	} {
		v, err := value.Of(c.x)
		if err != nil {
			t.Fatal(err)
		}
		if got := asJSON.around(t, v); string(got) != c.want {
			t.Errorf("%#v: %s, want %s", c.x, got, c.want)
		}
	}
}

func TestUnmarshalJSONByHand(t *testing.T) {
	for text, want := range map[string]string{
		` { "F" : 0.02 , "n" : [ 1 , 2 ] } `: "F n[2]",
		`[1, 2.5, 3]`:                        "float64[3]",
		`[[1], [2, 3]]`:                      "list[2]",
		`[1, "a"]`:                           "list[2]",
		`[]`:                                 "list[0]",
		`[null, {"a": 1}]`:                   "list[2]",
		`[9007199254740993, 1.5]`:            "list[2]",
		`{"$float32":[[1, 2], [3, 4]]}`:      "float32[2 2]",
		`{"$uint8":[1, 255]}`:                "uint8[2]",
		`{"items":1,"x":{}}`:                 "items x{}",
		`{"$keys":[1,2],"items":[null,1.0]}`: "map[2]",
		`{"$map":{"b":1,"a":2}}`:             "map[2]",
	} {
		v, err := value.UnmarshalJSON([]byte(text))
		if err != nil || value.Describe(v) != want {
			t.Errorf("%s: %s, %v, want %s", text, value.Describe(v), err, want)
		}
	}
}

func TestUnmarshalJSONRefuses(t *testing.T) {
	for _, text := range []string{
		``, `{`, `[1,]`, `1 2`, "\"\xff\"", `{"a":1,"a":2}`, `{"":1}`, `{"a":1,"$b":2}`,
		`9223372036854775808`, `1e999`, `{"$float32":1e39}`, `{"$float32":16777217}`, `{"$int8":128}`, `{"$uint8":-1}`,
		`{"$uint8":"A"}`, `{"$uint8":"AAEC","shape":[2]}`, `{"$float64":[1.0],"shape":[-1]}`,
		`{"$float64":[],"shape":[1000000000000,0]}`, `{"$float64":[],"shape":[4294967296,4294967296]}`,
		`{"$float64":[[1.0],[2.0,3.0]]}`, `{"$float64":"nan"}`, `{"$float64":"NaN:0"}`, `{"$float64":null}`,
		`{"$complex128":[1.0]}`, `{"$complex128":[1.0,2.0,3.0]}`, `{"$complex128":1.0}`, `{"$bool":1}`,
		`{"$time":"1600-01-01T00:00:00Z"}`, `{"$time":"today"}`, `{"$time":1}`, `{"$string":{"$base64":1}}`, `{"$string":{}}`,
		`{"$nothing":1}`, `{"$":1}`, `{"$list":1}`, `{"$list":[],"more":1}`, `{"$map":[]}`, `{"$keys":[1]}`, `{"$keys":[2,1],"items":[1,1]}`,
		`{"$keys":{"$float64":["NaN"]},"items":[1]}`, `{"$table":{"a":[1]},"rows":2}`, `{"$table":{"a":1},"rows":1}`, `{"$table":{}}`,
		`{"$table":{},"rows":1e3}`, `{"$meta":{},"value":null}`, `{"$meta":{"unit":"m"},"value":1}`, `{"$meta":{"units":"m"}}`,
		strings.Repeat("[", 20000) + strings.Repeat("]", 20000), strings.Repeat(`{"$list":[`, 200) + strings.Repeat("]}", 200),
	} {
		asJSON.refuses(t, []byte(text))
	}
}

func FuzzJSONRoundTrip(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if text := asJSON.around(t, (&source{b}).tree(4)); !json.Valid(text) {
			t.Fatalf("not JSON: %s", text)
		}
	})
}

func FuzzUnmarshalJSON(f *testing.F) {
	f.Add([]byte(`[[1,2.5],["NaN",-0.0]]`))
	f.Add([]byte(`{"$meta":{"units":"m"},"value":{"$keys":[1],"items":[{"$struct":{"$a":{"$base64":1}}}]}}`))
	asJSON.fuzz(f)
}

func ExampleMarshalJSON() {
	v, _ := value.Of(struct {
		F, K float64
		N    int
	}{0.02, 0.05, 128})
	text, _ := value.MarshalJSON(v)
	fmt.Println(string(text))
	// Output: {"F":0.02,"K":0.05,"N":128}
}
