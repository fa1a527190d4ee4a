package value_test

import (
	"bytes"
	"strings"
	"testing"
)

// TestUnmarshalMemory: what is short asks for little, whatever it claims to hold,
// and what is long in proportion.
func TestUnmarshalMemory(t *testing.T) {
	many := func(open string, item string, end string) string {
		return open + strings.Repeat(item+",", 1<<14) + item + end
	}
	for name, text := range map[string]string{
		"hollow":     `{"$float64":[],"shape":[1048577,0]}`,
		"hollow 4d":  `{"$uint8":"","shape":[1048576,1048576,1048576,0]}`,
		"rows":       `{"$table":{},"rows":1000000000}`,
		"ints":       many("[", "0", "]"),
		"list":       many(`{"$list":[`, "0", "]}"),
		"nulls":      many("[", "null", "]"),
		"no grid":    many("[", "[0],[0,0]", "]"),
		"late text":  many("[", "0", `,"a"]`),
		"floats":     many("[", "0,0.5", "]"),
		"empties":    many("[", "[]", "]"),
		"objects":    many("[", "{}", "]"),
		"strings":    many("[", `""`, "]"),
		"staircase":  strings.Repeat("[0,", 500) + "0" + strings.Repeat("]", 500),
		"stairs":     many("[", strings.Repeat("[", 30)+"0"+strings.Repeat("]", 30)+","+strings.Repeat("[", 30)+"0,0"+strings.Repeat("]", 30), "]"),
		"map":        `{"$map":{"a":0}}`,
		"keys":       many(`{"$keys":[`, "0", `],"items":[]}`),
		"complex":    many(`{"$complex64":[`, "[0.0,1.0]", "]}"),
		"deep":       strings.Repeat(`{"a":`, 600) + "0" + strings.Repeat("}", 600),
		"meta":       many(`{"$meta":{"axes":[`, `"a"`, `]},"value":0}`),
		"broken off": many("[", "0", ""),
	} {
		t.Run("JSON, "+name, func(t *testing.T) { asJSON.read(t, []byte(text)) })
	}
	count := []byte{0x9a, 0, 1, 0, 0}
	for name, b := range map[string][]byte{
		"ints":        append(bytes.Clone(count), make([]byte, 1<<16)...),
		"lists":       append(bytes.Clone(count), bytes.Repeat([]byte{0x80}, 1<<16)...),
		"structs":     append(bytes.Clone(count), bytes.Repeat([]byte{0xa0}, 1<<16)...),
		"nulls":       append(bytes.Clone(count), bytes.Repeat([]byte{0xf6}, 1<<16)...),
		"texts":       append(bytes.Clone(count), bytes.Repeat([]byte{0x60}, 1<<16)...),
		"claims":      {0x9a, 0x7f, 0xff, 0xff, 0xff},
		"claims text": {0x7a, 0x7f, 0xff, 0xff, 0xff},
		"hollow":      {0xd8, 40, 0x82, 0x82, 0x1a, 0, 16, 0, 0, 0x00, 0xd8, 86, 0x40},
		"rows":        {0xd8, 27, 0x83, 0x65, 't', 'a', 'b', 'l', 'e', 0x1a, 0x7f, 0xff, 0xff, 0xff, 0xa0},
		"nested":      bytes.Repeat([]byte{0x81}, 1<<16),
	} {
		t.Run("CBOR, "+name, func(t *testing.T) { asCBOR.read(t, b) })
	}
}
