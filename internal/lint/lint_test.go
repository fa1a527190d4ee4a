package lint_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klepto-go/klepto/internal/lint"
)

const root = "../.."

func TestTree(t *testing.T) {
	found, err := lint.Check(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// Each tree breaks one rule, and the message names file, line and way out.
func TestRules(t *testing.T) {
	const ours = `"github.com/klepto-go/klepto`
	long := "package cache\n" + strings.Repeat("\n", 500)
	tests := []struct {
		name, file, src string
		want            []string // parts of the one message; none where the tree is fine
	}{
		{"std", "cache/lru.go", "package cache\nimport _ \"container/list\"", nil},
		{"down", "memo.go", "package klepto\nimport _ " + ours + `/cache"`, nil},
		{"through", "memarchive/mem.go", "package memarchive\nimport _ " + ours + `/value"`, nil},
		{"below", "hdfarchive/file.go", "package hdfarchive\nimport _ " + ours + `/hdfarchive/internal/h5"`, nil},
		{"internal", "cache/lru.go", "package cache\nimport _ " + ours + `/internal/tag"`, nil},
		{"program", "cmd/kleptoinspect/ls.go", "package main\nimport _ " + ours + `/hdfarchive"`, nil},
		{"cache to keymap", "cache/lru.go", "package cache\nimport _ " + ours + `/keymap"`, []string{"cache/lru.go:2:", "may not import keymap of ours"}},
		{"rounding to value", "rounding/round.go", "package rounding\nimport _ " + ours + `/value"`, []string{"may not import value"}},
		{"driver to root", "memarchive/mem.go", "package memarchive\nimport _ " + ours + `"`, []string{"may not import . of ours"}},
		{"root to driver", "memo.go", "package klepto\nimport _ " + ours + `/memarchive"`, []string{"memo.go:2:", "may not import memarchive"}},
		{"driver to driver", "hdfarchive/x.go", "package hdfarchive\nimport _ " + ours + `/memarchive"`, []string{"may not import memarchive"}},
		{"up", "archive/driver/x.go", "package driver\nimport _ " + ours + `/archive"`, []string{"may not import archive of ours"}},
		{"module", "cache/lru.go", "package cache\nimport _ \"github.com/zeebo/xxh3\"", []string{"github.com/zeebo/xxh3; beside the standard library it may import nothing"}},
		{"prefix of a name", "keymap/x.go", "package keymap\nimport _ \"github.com/zeebo/xxh3x\"", []string{"may not import github.com/zeebo/xxh3x"}},
		{"cgo", "sweep/x.go", "package sweep\nimport \"C\"", []string{"sweep/x.go:2:", "only hdfarchive/internal/h5 does"}},
		{"cgo in its place", "hdfarchive/internal/h5/x.go", "package h5\nimport \"C\"", nil},
		{"no room", "helpers2/x.go", "package helpers2\nimport _ \"fmt\"", []string{"no place in the import table"}},
		{"test upward", "cache/lru_test.go", "package cache_test\nimport _ " + ours + `/memarchive"`, nil},
		{"test module", "cache/lru_test.go", "package cache_test\nimport _ \"github.com/google/go-cmp/cmp\"", nil},
		{"test other module", "cache/lru_test.go", "package cache_test\nimport _ \"github.com/stretchr/testify\"", []string{"may not import github.com/stretchr/testify"}},
		{"test inside", "cache/lru_test.go", "package cache", []string{"package cache_test", "export_test.go"}},
		{"export", "cache/export_test.go", "package cache", nil},
		{"h5 to archive", "hdfarchive/internal/h5/x.go", "package h5\nimport _ " + ours + `/archive/driver"`, []string{"may not import archive/driver"}},
		{"long", "cache/lru.go", long, []string{"has 501 lines"}},
		{"longest", "cache/lru.go", long[:len(long)-1], nil},
		{"long C", "hdfarchive/internal/h5/x.c", long, []string{"x.c:501:"}},
		{"vague", "cache/util.go", "package cache", []string{"cache/util.go: is a name that says nothing"}},
		{"vague test", "cache/helpers_test.go", "package cache_test", []string{"says nothing"}},
		{"init", "cache/lru.go", "package cache\nfunc init() {}", []string{"cache/lru.go:2:", "registers no URL scheme"}},
		{"init of a scheme", "memarchive/x.go", "package memarchive\nimport _ " + ours + "/archive\"\nfunc init() {}", nil},
		{"method named init", "cache/lru.go", "package cache\ntype x int\nfunc (x) init() {}", nil},
		{"testdata", "cache/testdata/util.go", "package x", nil},
		{"hidden", ".tools/util.go", "package x", nil},
		{"own module", "benchmarks/util.go", "package x", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tree := fstest.MapFS{test.file: {Data: []byte(test.src)}, "benchmarks/go.mod": {}}
			if folder, _, ok := cutLast(test.file, "/"); ok {
				tree[folder+"/doc.go"] = &fstest.MapFile{Data: []byte("// Package x does.\npackage x")}
			} else {
				tree["doc.go"] = &fstest.MapFile{Data: []byte("// Package x does.\npackage x")}
			}
			found, err := lint.Check(tree)
			if err != nil {
				t.Fatal(err)
			}
			if len(test.want) == 0 {
				if len(found) > 0 {
					t.Errorf("found %q in a tree that keeps the rules", found)
				}
				return
			}
			if len(found) != 1 || slices.ContainsFunc(test.want, func(w string) bool { return !strings.Contains(found[0], w) }) {
				t.Errorf("found %q, want one message with %q", found, test.want)
			}
		})
	}
}

func TestDocIsMissing(t *testing.T) {
	for name, tree := range map[string]fstest.MapFS{
		"none":       {"cache/lru.go": {Data: []byte("package cache")}},
		"no comment": {"cache/doc.go": {Data: []byte("package cache")}, "cache/lru.go": {Data: []byte("package cache")}},
	} {
		found, err := lint.Check(tree)
		if err != nil || len(found) != 1 || !strings.HasPrefix(found[0], "cache/doc.go: is missing") {
			t.Errorf("%s: found %q, %v", name, found, err)
		}
	}
}

func TestProgramIsDocumented(t *testing.T) {
	found, err := lint.Check(fstest.MapFS{"cmd/x/main.go": {Data: []byte("// Command x does.\npackage main")}})
	if err != nil || len(found) != 0 {
		t.Errorf("found %q, %v", found, err)
	}
}

func TestUnparsable(t *testing.T) {
	if _, err := lint.Check(fstest.MapFS{"x.go": {Data: []byte("package")}}); err == nil {
		t.Error("a file that doesn't parse is no error")
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
