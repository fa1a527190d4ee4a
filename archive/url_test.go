package archive_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
)

func TestParseURL(t *testing.T) {
	type params = map[string]string
	tests := []struct {
		url, scheme, path string
		params            params
		canonical         string // where it differs from url
	}{
		{url: "hdf:grayscott.h5", scheme: "hdf", path: "grayscott.h5"},
		{url: "HDF:x.h5", scheme: "hdf", path: "x.h5", canonical: "hdf:x.h5"},
		{url: "hdf:/data/x.h5", scheme: "hdf", path: "/data/x.h5"},
		{url: "hdf:///data/x.h5", scheme: "hdf", path: "/data/x.h5", canonical: "hdf:/data/x.h5"},
		{url: "hdf:////data", scheme: "hdf", path: "/data", canonical: "hdf:/data"},
		{url: "redis://host:6379/0", scheme: "redis", path: "//host:6379/0"},
		{url: "hdf:../run 7/100%.h5", scheme: "hdf", path: "../run 7/100%.h5"},
		{url: `hdf:C:\data\x.h5`, scheme: "hdf", path: `C:\data\x.h5`},
		{url: "hdf:a#b&c=d;e", scheme: "hdf", path: "a#b&c=d;e"},
		{url: "hdf:x.h5?mode=ro", scheme: "hdf", path: "x.h5", params: params{"mode": "ro"}},
		{url: "hdf:what?.h5?", scheme: "hdf", path: "what?.h5"},
		{url: "hdf:what?.h5?mode=ro", scheme: "hdf", path: "what?.h5", params: params{"mode": "ro"}},
		{url: "hdf:x?b=2&a=1", scheme: "hdf", path: "x", params: params{"a": "1", "b": "2"}, canonical: "hdf:x?a=1&b=2"},
		{url: "hdf:x?flag", scheme: "hdf", path: "x", params: params{"flag": ""}, canonical: "hdf:x?flag="},
		{url: "hdf:x?a=b%3F%20c%26&d=e+f", scheme: "hdf", path: "x", params: params{"a": "b? c&", "d": "e f"}, canonical: "hdf:x?a=b%3F+c%26&d=e+f"},
		{url: "mem:", scheme: "mem"},
		{url: "mem:?", scheme: "mem", canonical: "mem:"},
		{url: "s3+x-1:b", scheme: "s3+x-1", path: "b"},
	}
	for _, test := range tests {
		u, err := archive.ParseURL(test.url)
		if err != nil {
			t.Errorf("ParseURL(%q): %v", test.url, err)
			continue
		}
		if u.Scheme != test.scheme || u.Path != test.path || !maps.Equal(u.Params, test.params) {
			t.Errorf("ParseURL(%q) = %+v", test.url, u)
		}
		want := test.canonical
		if want == "" {
			want = test.url
		}
		if got := u.String(); got != want {
			t.Errorf("String of %q = %q, want %q", test.url, got, want)
		}
	}
}

func TestParseURLRefuses(t *testing.T) {
	tests := []struct{ url, says string }{
		{"", "no scheme"},
		{"grayscott.h5", `"hdf:grayscott.h5"`},
		{":x", "not a scheme"},
		{`C:\data\x.h5`, "not a scheme"},
		{"7z:x", "not a scheme"},
		{"a/b:c", "not a scheme"},
		{"hdf:x?mode=ro&mode=rw", `"mode" is given twice`},
		{"hdf:x?a=1&&b=2", "no name"},
		{"hdf:x?=1", "no name"},
		{"hdf:x?a=%zz", "%zz"},
	}
	for _, test := range tests {
		u, err := archive.ParseURL(test.url)
		if !errors.Is(err, archive.ErrURL) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("ParseURL(%q) = %v, %v; want ErrURL that says %s", test.url, u, err, test.says)
		}
	}
}

func TestFilePath(t *testing.T) {
	tests := []struct{ url, path, says string }{
		{"hdf:x.h5", "x.h5", ""},
		{"hdf:///tmp/x.h5", "/tmp/x.h5", ""},
		{"hdf:", "", "no path"},
		{"hdf:?mode=ro", "", "no path"},
		{"hdf://tmp/x.h5", "", `"hdf:tmp/x.h5" for a relative path, "hdf:/tmp/x.h5"`},
		{"hdf:a\x00b", "", "NUL"},
	}
	for _, test := range tests {
		u, err := archive.ParseURL(test.url)
		if err != nil {
			t.Fatal(err)
		}
		path, err := u.FilePath()
		if test.says == "" && (path != test.path || err != nil) {
			t.Errorf("FilePath of %q = %q, %v", test.url, path, err)
		}
		if test.says != "" && (!errors.Is(err, archive.ErrURL) || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("FilePath of %q = %q, %v; want ErrURL that says %s", test.url, path, err, test.says)
		}
	}
}

func TestChoice(t *testing.T) {
	for url, want := range map[string]string{"hdf:x": "rw", "hdf:x?mode=ro": "ro", "hdf:x?mode=rw": "rw", "hdf:x?mode=w": "", "hdf:x?mode": ""} {
		u, err := archive.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := u.Choice("mode", "rw", "ro")
		if got != want || (want == "") != errors.Is(err, archive.ErrURL) {
			t.Errorf("Choice of %q = %q, %v; want %q", url, got, err, want)
		}
	}
}

// What parses comes back from its canonical form, which is a fixed point.
func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"hdf:x.h5", "HDF:///a?b?c=d&e", "mem:", "hdf:what?.h5?", "redis://h:1/0?db=%31", "hdf:a\x00%?=&", "hdf:////"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := archive.ParseURL(s)
		if err != nil {
			if !errors.Is(err, archive.ErrURL) {
				t.Fatalf("%q: %v is not ErrURL", s, err)
			}
			return
		}
		canonical := u.String()
		again, err := archive.ParseURL(canonical)
		if err != nil {
			t.Fatalf("%q: its canonical form %q: %v", s, canonical, err)
		}
		if again.Scheme != u.Scheme || again.Path != u.Path || !maps.Equal(again.Params, u.Params) || again.String() != canonical {
			t.Fatalf("%q: %+v comes back from %q as %+v", s, u, canonical, again)
		}
	})
}
