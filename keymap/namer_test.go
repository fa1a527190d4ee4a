package keymap_test

import (
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

func ExampleString() {
	readable, err := keymap.String("")
	if err != nil {
		fmt.Println(err)
		return
	}
	type args struct {
		Nu float64 `klepto:"name=nu"`
		N  int     `klepto:"name=n"`
	}
	k, err := keymap.New[args](&keymap.Options{Function: "heat", Keymap: readable})
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := k.Key(&args{0.1, 4})
	fmt.Println(key, err)
	// Output: heat(nu=0.1,n=4) <nil>
}

func named(t *testing.T, n keymap.Namer, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	plain := keyOf(t, &keymap.Options{Function: "f"}, 1)
	k := mustNew[int](t, &keymap.Options{Function: "f", Keymap: n})
	one := 1
	key, err := k.Key(&one)
	if err != nil || key.Canonical != plain.Canonical || key.Digest != plain.Digest {
		t.Fatalf("%s: %v, %v; a name must not change the key", n, key, err)
	}
	return n.String() + " " + key.Name
}

func TestNames(t *testing.T) {
	n := func(n keymap.Namer, err error) string { return named(t, n, err) }
	sha1, err := keymap.Hash("sha1")
	if err != nil {
		t.Fatal(err)
	}
	readable, err := keymap.String("")
	if err != nil {
		t.Fatal(err)
	}
	// The canonical bytes are 010166 00 04 6e6f6e65 01 0178 71 0100000000000000; sums by coreutils.
	for _, c := range []struct{ got, want string }{
		{n(keymap.Raw(), nil), "raw \x01\x01f\x00\x04none\x01\x01xq\x01\x00\x00\x00\x00\x00\x00\x00"},
		{n(keymap.String("")), "string f(x=1)"},
		{n(keymap.String("hex")), "string(hex) 01016600046e6f6e65010178710100000000000000"},
		{n(keymap.String("base64")), "string(base64) AQFmAARub25lAQF4cQEAAAAAAAAA"},
		{n(keymap.Hash("md5")), "hash(md5) a1a06bedb295510bffab4f48038a7005"},
		{n(keymap.Hash("blake2b")), "hash(blake2b) 8493fa085399c762885ef051489982bfe6d2ccf6732bc60de029d1575aa8099666a4423f086d648a878cc15e2b8f0590dfc3e47834b3b22ebd76c57e86180cca"},
		{n(keymap.Hash("sha256")), "hash(sha256) cd1e05815eac9c84d227e67cb8c06166b06c1694b4e45aa91ab5cba5bb9fc047"},
		{n(keymap.Chain(readable, sha1), nil), "string+hash(sha1) 4cf44744cc8812acd851902378bd6ba2bc52b77f"},
		{n(keymap.HashWith("fnv", func() hash.Hash { return fnv.New32a() }), nil), "hash(fnv) 450d3cc9"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	// As json.tool, cbor2 and encoding/gob read them.
	for _, c := range []struct{ got, want string }{
		{n(keymap.Serialized("binary")), "serialized(binary) \x01\x01f\x00\x04none\x01\x01xq\x01\x00\x00\x00\x00\x00\x00\x00"},
		{n(keymap.Serialized("json")), `serialized(json) {"function":"f","version":"","rounding":"none","args":[{"name":"x","rounding":"","type":"q","value":1}]}`},
		{n(keymap.Serialized("cbor")), "serialized(cbor) \xa4hfunctionafgversion`hroundingdnonedargs\x81\xa4dnameaxhrounding`dtypeaqevalue\x01"},
		{n(keymap.Serialized("gob")), "serialized(gob) \x03\x06\x00\x05\x04\f\x00\x01f\x03\f\x00\x00\a\f\x00\x04none\x03\x06\x00\x02\x03\x06\x00\x05\x04\f\x00\x01x\x03\f\x00\x00\x04\f\x00\x01q\x03\x04\x00\x02"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	if _, err := keymap.Serialized("xml"); !errors.Is(err, keymap.ErrOption) || !strings.Contains(err.Error(), "binary, cbor, gob, json") {
		t.Error(err)
	}
	if got := n(keymap.Hash("xxh3-128")); !strings.HasSuffix(got, keyOf(t, &keymap.Options{Function: "f"}, 1).Name) {
		t.Error(got)
	}
	for _, a := range keymap.Algorithms() {
		n(keymap.Hash(a))
	}
	for _, e := range keymap.Encodings() {
		n(keymap.String(e))
	}
	if _, err := keymap.Hash("md6"); !errors.Is(err, keymap.ErrOption) || !strings.Contains(err.Error(), "md5, sha1") {
		t.Error(err)
	}
	if _, err := keymap.String("base2"); !errors.Is(err, keymap.ErrOption) {
		t.Error(err)
	}
	k := mustNew[int](t, &keymap.Options{Keymap: keymap.Chain(sha1, readable)})
	one := 1
	if _, err := k.Key(&one); !errors.Is(err, keymap.ErrFormat) {
		t.Error(err)
	}
}

// TestKnownAnswers: RFC 7693, appendix A; the vectors of the BLAKE3 reference, whose
// input bytes count from 0; RFC 3720, appendix B.4; FIPS 180-4 and 202.
func TestKnownAnswers(t *testing.T) {
	counted := make([]byte, 1025)
	for i := range counted {
		counted[i] = byte(i % 251)
	}
	for _, c := range []struct{ algorithm, in, want string }{
		{"blake2b", "abc", "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"},
		{"blake3", "", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
		{"blake3", string(counted[:1]), "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
		{"blake3", string(counted[:1024]), "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
		{"blake3", string(counted), "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
		{"crc32c", string(make([]byte, 32)), "8a9136aa"},
		{"md5", "abc", "900150983cd24fb0d6963f7d28e17f72"},
		{"sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"sha3-256", "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
		{"xxh3-64", "", "2d06800538d394c2"},
		{"xxh3-128", "", "99aa06d3014798d86001c324468d497f"},
	} {
		h, err := keymap.Hash(c.algorithm)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.Name([]byte(c.in)); err != nil || got != c.want {
			t.Errorf("%s of %d bytes: %s, %v, want %s", c.algorithm, len(c.in), got, err, c.want)
		}
	}
}

// TestCallString: klepto's text keys confuse 1 with "1", elide long arrays and
// print floats in 8 digits.
func TestCallString(t *testing.T) {
	seen := map[string]any{}
	for _, x := range []any{nil, 1, 1.0, "1", true, "true", int8(1), uint64(1), float32(1), 1 + 0i, complex64(1), []int{1}, []float64{1}, []any{1},
		"a,b", []string{"a", "b"}, []string{"a,b"}, []byte("a"), map[string]int{"a": 1}, math.NaN(), "nan", 1e16, 1e15, 1e-5,
		1.000000001, 1.000000002, celsius(1), kelvin(1), struct{ A int }{1}, struct{ B int }{1}} {
		call, err := keymap.Decode(keyOf(t, nil, x).Canonical)
		if err != nil {
			t.Fatal(err)
		}
		s := call.String()
		if other, ok := seen[s]; ok {
			t.Errorf("%T %v and %T %v are both %s", x, x, other, other, s)
		}
		seen[s] = x
	}
	type args struct {
		Nu   float64 `klepto:"tol=2"`
		Data []float64
		Name string
	}
	call, err := keymap.Decode(keyOf(t, &keymap.Options{Function: "my f(x)", Version: "v1.2", Rounding: rounding.Simple(6)},
		args{0.123, slices.Repeat([]float64{1}, 3), "x\n"}).Canonical)
	if got, want := call.String(), `"my f(x)"@v1.2(Nu=0.12~deep(2),Data=[]float64{1.0,1.0,1.0},Name="x\n")~simple(6)`; err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}
