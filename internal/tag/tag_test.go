package tag_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klepto-go/klepto/internal/tag"
)

func field(text string) reflect.StructField {
	return reflect.StructField{Name: "F", Tag: reflect.StructTag(`klepto:"` + text + `"`)}
}

func TestOf(t *testing.T) {
	for _, c := range []struct {
		text string
		want tag.Tag
	}{
		{"", tag.Tag{Name: "F"}},
		{"-", tag.Tag{Name: "F", Skip: true}},
		{"ignore", tag.Tag{Name: "F", Ignore: true}},
		{"name=nu,tol=-4", tag.Tag{Name: "nu", Tol: -4, HasTol: true}},
		{"default=", tag.Tag{Name: "F", HasDefault: true}},
		{"default=42,units=m2/s", tag.Tag{Name: "F", Default: "42", HasDefault: true, Units: "m2/s"}},
		{"long_name='a, b',axes=y;x", tag.Tag{Name: "F", LongName: "a, b", Axes: []string{"y", "x"}}},
		{"long_name=Young's modulus", tag.Tag{Name: "F", LongName: "Young's modulus"}},
		{"long_name='Young''s, in Pa'", tag.Tag{Name: "F", LongName: "Young's, in Pa"}},
	} {
		got, err := tag.Of(field(c.text))
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, d)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"nam=nu":          `unknown option "nam"`,
		"name":            "name needs a value",
		"name=":           "name needs a value",
		"ignore=yes":      "ignore takes no value",
		"tol=many":        "decimal digits",
		"tol=1,tol=2":     "stands twice",
		"name=x,":         "a comma at the end",
		"long_name='open": "not closed",
		"-,name=x":        "unknown option",
	} {
		if _, err := tag.Of(field(text)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "field F") {
			t.Errorf("%q: %v, want field F … %s", text, err, want)
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, s := range []string{"name=nu,tol=4,ignore,default='a,b'", "-", "units='m''s'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\"\\") {
			t.Skip("not a struct tag")
		}
		got, err := tag.Of(field(s))
		if err == nil && got.Name == "" {
			t.Errorf("%q gives no name", s)
		}
	})
}
