package keymap_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/keymap"
)

// invertible returns the Namers whose names DecodeName reads.
func invertible(t testing.TB) []keymap.Namer {
	t.Helper()
	all := []keymap.Namer{keymap.Raw()}
	add := func(n keymap.Namer, err error) keymap.Namer {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
		return n
	}
	readable := add(keymap.String(""))
	for _, e := range keymap.Encodings() {
		add(keymap.Chain(readable, add(keymap.String(e))), nil)
	}
	for _, f := range keymap.Formats() {
		add(keymap.Serialized(f))
	}
	return all
}

// checkNames makes names of two keys: every one decodes into the call it was
// made of, and two are equal where the keys are.
func checkNames(t *testing.T, x, y keymap.Key) {
	t.Helper()
	want, err := keymap.Decode(x.Canonical)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range invertible(t) {
		a, err := n.Name([]byte(x.Canonical))
		if err != nil {
			t.Fatalf("%s of %q: %v", n, x.Canonical, err)
		}
		b, err := n.Name([]byte(y.Canonical))
		if err != nil {
			t.Fatalf("%s of %q: %v", n, y.Canonical, err)
		}
		if (a == b) != (x == y) {
			t.Fatalf("%s: %q and %q\n%q\n%q", n, x.Canonical, y.Canonical, a, b)
		}
		got, err := keymap.DecodeName(n, a)
		// In text, as a NaN equals none.
		if got, want := fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", want); err != nil || got != want {
			t.Fatalf("%s %q: %v\n%s\n%s", n, a, err, got, want)
		}
	}
}

// TestGoldenNames: what the golden keys hold comes back from every form of name.
func TestGoldenNames(t *testing.T) {
	var last keymap.Key
	for _, g := range goldenFile(t) {
		k := keymap.Key{Canonical: g.bytes(t)}
		if last.Canonical == "" {
			last = k
		}
		checkNames(t, k, last)
		last = k
	}
}

func TestHashesAreOneWay(t *testing.T) {
	readable, err := keymap.String("")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range keymap.Algorithms() {
		h, err := keymap.Hash(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []keymap.Namer{h, keymap.Chain(readable, h), keymap.Chain(h, keymap.Raw())} {
			name := keyOf(t, &keymap.Options{Keymap: n}, 1.5).Name
			if c, err := keymap.DecodeName(n, name); !errors.Is(err, keymap.ErrOneWay) {
				t.Errorf("%s: %v, %v", n, c, err)
			}
		}
	}
	if _, err := keymap.DecodeName(nil, "34ce5cd76ea2293708858084c876e9d9"); !errors.Is(err, keymap.ErrOneWay) {
		t.Error(err)
	}
}

func ExampleDecodeName() {
	readable, err := keymap.String("")
	if err != nil {
		fmt.Println(err)
		return
	}
	call, err := keymap.DecodeName(readable, "heat@v2(nu=0.1,n=4,grid=[]float64{0.0,0.5,1.0})~deep(6)")
	fmt.Println(call.Function, call.Version, call.Rounding, err)
	for _, a := range call.Args {
		fmt.Printf("%s = %v, of type %[2]T\n", a.Name, a.Value)
	}
	sha, err := keymap.Hash("sha256")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = keymap.DecodeName(sha, "cd1e0581")
	fmt.Println(err)
	// Output:
	// heat v2 deep(6) <nil>
	// nu = 0.1, of type float64
	// n = 4, of type int64
	// grid = [0 0.5 1], of type []float64
	// keymap: a hash cannot be turned back into a call: "cd1e0581" is named by hash(sha256); ask the archive for the entry, whose Key.Canonical Decode reads
}

// TestDecodeNameRefuses what no Namer makes, and what is nearly what one makes.
func TestDecodeNameRefuses(t *testing.T) {
	for encoding, names := range map[string][]string{
		"": {
			"", "f", "f(", "f()x", "f(x)", "f(x=)", "f(x=1", "f(x=1,)", "f(x=01)", "f(x=+1)", "f(x=1 )", "f(x=1.)", "f(x=1.00)", "f(x=0x1p3)",
			"f(x=9223372036854775808)", "f(x=1e400)", "f(x=NaN)", "f(x=uint8(256))", "f(x=uint8(-1))", "f(x=int8(1)", "f(x=float32(0.30000000000000004))",
			"f(x=\"a)", "f(x=\"\\u0061\")", "f(x=`a`)", "f(x='a')", "f(x=bytes(a))", "f(x={)", "f(x={a})", "f(x={a:1)", "f(x=map)", "f(x=map{1})",
			"f(x=map{1:2:3})", "f(x=[])", "f(x=[]int{1})", "f(x=[]float64{1})", "f(x=[]float64{a})", "f(x=[]string{a})", "f(x=[]{1,})", "f(x=(1.0))",
			"f(x=(1.0+2.0))", "f(x=(1.0+2.0i)", "f(x=complex64(1.0i))", "f(x=2026-02-30T00:00:00Z)", "f(x=2026-01-01T00:00:00+01:00)", "f(x=1000ms)",
			"f(x=2026-01-01T00:00:00.0Z)", "f(x=time(0,0))", "f(x=time(1))", "f(x=frozen(12))", "f(x=frozen(zz))", "f(x=Dense(1x)[]float64{})",
			"f(x=dense(1x1)[]float64{1.0})", "f(x=T(1)", "f(x=1~deep)", "f(x=1~deep(a))", "f(x=1)~none", "f(x=1)~deep(06)", "f(x=1)#", "f(x=1)#12",
			"f(x=1)#34CE5CD76EA2293708858084C876E9D9", "\"f\"(x=1)", "f@(x=1)", "f(\"x\"=1)", "f(x==1)", "\xff(x=1)", "f(x=\"\xff\")",
			"f(x=" + strings.Repeat("[]{", 1_000_000), "f(x=" + strings.Repeat("main.T(", 1_000_000),
		},
		"hex":    {"", "0", "zz", "01016600046E6F6E65010178710100000000000000", "0101"},
		"base32": {"", "0", "zzz", "1"},
		"base64": {"", "A", "AQFmAARub25lAQF4cQEAAAAAAAAA=", "AQFm\nAARub25lAQF4cQEAAAAAAAAA", "++++"},
	} {
		n, err := keymap.String(encoding)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			c, err := keymap.DecodeName(n, name)
			if !errors.Is(err, keymap.ErrFormat) {
				t.Errorf("%s %.60q: %v, %v", n, name, c, err)
			}
		}
	}
}
