package keymap_test

import (
	"encoding/gob"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

func ExampleSerialized() {
	asJSON, err := keymap.Serialized("json")
	if err != nil {
		fmt.Println(err)
		return
	}
	type args struct {
		Nu   float64   `klepto:"name=nu"`
		Grid []float64 `klepto:"name=grid"`
	}
	k, err := keymap.New[args](&keymap.Options{Function: "heat", Rounding: rounding.Deep(6), Keymap: asJSON})
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := k.Key(&args{0.1, []float64{0, 0.5}})
	fmt.Println(key, err)
	call, err := keymap.DecodeName(asJSON, key.Name)
	fmt.Println(call, err)
	// Output:
	// {"function":"heat","version":"","rounding":"deep(6)","args":[{"name":"nu","rounding":"","type":"d","value":0.1},{"name":"grid","rounding":"","type":"[d","value":[0.0,0.5]}]} <nil>
	// heat(nu=0.1,grid=[]float64{0.0,0.5})~deep(6) <nil>
}

// TestGobIsReadByGob: by values of basic types, in order.
func TestGobIsReadByGob(t *testing.T) {
	n, err := keymap.Serialized("gob")
	if err != nil {
		t.Fatal(err)
	}
	name := keyOf(t, nil, 2.5).Canonical
	if name, err = n.Name([]byte(name)); err != nil {
		t.Fatal(err)
	}
	d := gob.NewDecoder(strings.NewReader(name))
	var function, version, round, arg, own, typ string
	var call, args, one uint
	var x float64
	for _, into := range []any{&call, &function, &version, &round, &args, &one, &arg, &own, &typ, &x} {
		if err := d.Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	if call != 5 || round != "none" || args != 2 || arg != "x" || typ != "d" || x != 2.5 {
		t.Error(call, round, args, arg, typ, x)
	}
}

// TestSerializedRefuses what is no call, is written in another way, or promises more
// than there is.
func TestSerializedRefuses(t *testing.T) {
	head := `{"function":"f","version":"","rounding":"none","args":[`
	x := func(typ, value string) string {
		return head + `{"name":"x","rounding":"","type":"` + typ + `","value":` + value + `}]}`
	}
	for format, names := range map[string][]string{
		"json": {
			"", "null", "1", "{}", "[]", head, head + "]}x", head + "]} ", strings.Replace(head, "f", "\\u0066", 1) + "]}", head + "null]}", head + "{}]}", head + "1]}",
			x("q", "1.0"), x("q", "1e3"), x("q", `"1"`), x("q", "9223372036854775808"), x("b", "300"), x("d", "1"), x("d", "1.00"), x("d", "NaN"), x("d", `"NaN"`),
			x("d", "null"), x("?", "1"), x("s", "1"), x("s", "null"), x("s", `{"base64":"YQ=="}`), x("s", `{"base64":1}`), x("s", `{"hex":"61"}`), x("s", `{}`),
			x("t", `"now"`), x("t", `"2026-01-01T00:00:00+01:00"`), x("t", "1"), x("[d", `{"base64":"AAAAAAAAAAA="}`), x("[d", "1"), x("[d", "[null]"),
			x("[B", "[1]"), x("A\\u0002d", "[1.0]"), x("*d", "1.0"), x("*d", "[]"), x("*d", "[1.0,2.0]"), x("Mbb", "[[1,2],[1,2,3]]"), x("Mbb", "[[2,1],[1,1]]"),
			x("Mbb", "[1]"), x("e", "1"), x("e", `["q"]`), x("e", `[1,1]`), x("e", `["\u0100",1]`), x("e", `["",1]`), x("e", `["qq",1]`), x("N", `["q"]`),
			x("N", `["",1]`), x("N", `["s",1]`), x("N", `["d",1.0]`), x("D", "[1.0]"), x("D", "1.0"), x("m\\u0005Densed", "[1,2]"), x("m\\u0005Densed", "[1,2,[1.0]]"),
			x("m\\u0005Densed", "[1.5,2,[1.0]]"), x("zd", "1"), x("zd", `{"base64":"AAA="}`), x("", "1"), x("=", "1"), x("{\\u0000", "[1]"),
			x("{\\u0000", "{}"), x("^\\u0000", "1"), x(strings.Repeat("*", 200_000)+"d", "null"), x("*^\\u0000", strings.Repeat("[", 100_000)),
		},
		"cbor": {
			"", "\xa0", "\xa4", "\x80", "\x01", "\xf6", "\x9f", "\xbf", "\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", "\xbb\x7f\xff\xff\xff\xff\xff\xff\xff",
			"\xa4hfunctionafgversion`hroundingdnonedargs\x81\xa4dnameaxhrounding`dtypeaqevalue\x18\x01", strings.Repeat("\x81", 100_000),
			"\xa4hfunctionafgversion`hroundingdnonedargs\x81\xa4dnameaxhrounding`dtypeaqevalue\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00",
			"\xa4hfunctionafgversion`hroundingdnonedargs\x81\xa4dnameaxhrounding`dtypeb[devalue\xd8\x56\x43\x00\x00\x00",
			"\xa4hfunctionafgversion`hroundingdnonedargs\x81\xa4dnameaxhrounding`dtypeb[devalue\xd8\x55\x48\x00\x00\x00\x00\x00\x00\x00\x00",
		},
		"gob": {
			"", "\x00", "\x01", "\x80", "\xf8", "\xf8\x7f\xff\xff\xff\xff\xff\xff\xff", "\xff\x04\x06\x00\x05", "\x03\x06\x00\x00", "\x03\x06\x00\x05",
			"\x03\x06\x00\x7f", "\x03\x0e\x00\x01", "\x02\x7f\x03", "\x03\x0c\x00\x7f", strings.Repeat("\x03\x06\x00\x02", 200_000),
			strings.Repeat("\x03\x06\x00\x02", 5), "\x03\x06\x00\x05\x03\x06\x00\x00\x03\x06\x00\x00\x03\x06\x00\x00\x03\x06\x00\x00",
		},
	} {
		n, err := keymap.Serialized(format)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if c, err := keymap.DecodeName(n, name); !errors.Is(err, keymap.ErrFormat) {
				t.Errorf("%s %.200q: %v, %v", n, name, c, err)
			}
		}
		if _, err := n.Name([]byte("no call")); !errors.Is(err, keymap.ErrFormat) {
			t.Error(err)
		}
	}
}
