package lint

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// MaxLines is the longest that a source file may be.
const MaxLines = 500

// vague are file names that say nothing of what a file holds.
var vague = []string{"util", "utils", "helper", "helpers", "misc", "common"}

// Check reads the tree below the root of fsys and returns what breaks the rules
// of the package documentation, sorted by file: "file:line: what; way out".
// An error means that a file could not be read or parsed.
func Check(fsys fs.FS) ([]string, error) {
	c := checker{fsys: fsys, documented: make(map[string]bool)}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && foreign(fsys, name):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		return c.file(name)
	})
	for folder, ok := range c.documented {
		if !ok {
			c.say(path.Join(folder, "doc.go"), 0, "is missing; it tells Overview, Semantics, Concurrency and Numbers of the package")
		}
	}
	slices.Sort(c.found)
	return c.found, err
}

// foreign tells folders that are not sources of this module.
func foreign(fsys fs.FS, name string) bool {
	base := path.Base(name)
	if name == "." {
		return false
	}
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := fs.Stat(fsys, path.Join(name, "go.mod"))
	return err == nil
}

type checker struct {
	fsys       fs.FS
	found      []string
	documented map[string]bool // folders of packages: with a doc.go?
}

func (c *checker) say(file string, line int, format string, args ...any) {
	at := file
	if line > 0 {
		at += ":" + strconv.Itoa(line)
	}
	c.found = append(c.found, at+": "+fmt.Sprintf(format, args...))
}

func (c *checker) file(name string) error {
	ext := path.Ext(name)
	if !slices.Contains([]string{".go", ".c", ".h", ".s"}, ext) {
		return nil
	}
	src, err := fs.ReadFile(c.fsys, name)
	if err != nil {
		return err
	}
	if n := bytes.Count(src, []byte("\n")); n > MaxLines {
		c.say(name, n, "has %d lines; at %d a file becomes two, each named for what it holds", n, MaxLines)
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ext), "_test")
	if slices.Contains(vague, stem) {
		c.say(name, 0, "is a name that says nothing; name the file for what it holds")
	}
	if ext != ".go" {
		return nil
	}
	return c.goFile(name, src)
}

func (c *checker) goFile(name string, src []byte) error {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	folder := path.Dir(name)
	line := func(p token.Pos) int { return set.Position(p).Line }
	isTest := strings.HasSuffix(name, "_test.go")
	if !c.documented[folder] {
		c.documented[folder] = f.Doc != nil && (path.Base(name) == "doc.go" || f.Name.Name == "main")
	}
	if isTest && !strings.HasSuffix(f.Name.Name, "_test") && f.Name.Name != "main" && path.Base(name) != "export_test.go" {
		c.say(name, line(f.Package), "tests package %s from inside; make it package %[1]s_test, and put what it must see of the inside into export_test.go", f.Name.Name)
	}
	var registers bool
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		registers = registers || imported == module+"/archive"
		if why := forbidden(folder, imported, isTest); why != "" {
			c.say(name, line(spec.Pos()), "%s", why)
		}
	}
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if ok && fn.Recv == nil && fn.Name.Name == "init" && !registers {
			c.say(name, line(fn.Pos()), "has an init that registers no URL scheme; compute it where it is used, by sync.OnceValue if need be")
		}
	}
	return nil
}

// forbidden says why a package in folder may not import a path, "" where it may.
func forbidden(folder, imported string, isTest bool) string {
	for what, where := range single {
		if within(imported, what) && folder != where {
			return fmt.Sprintf("%s may not import %s; only %s does", folder, imported, where)
		}
	}
	name := roomOf(folder)
	if name == "" {
		return fmt.Sprintf("%s has no place in the import table; give it one in internal/lint/house.go", folder)
	}
	if to, ours := Folder(imported); ours {
		if isTest || slices.Contains(reach(name), roomOf(to)) {
			return ""
		}
		return fmt.Sprintf("%s may not import %s of ours; it may import %s", folder, to, strings.Join(reach(name), ", "))
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") { // the standard library, or C in its place
		return ""
	}
	theirs := house[name].theirs
	if isTest {
		theirs = slices.Concat(theirs, forTests)
	}
	if withinAny(imported, theirs) {
		return ""
	}
	return fmt.Sprintf("%s may not import %s; beside the standard library it may import %s", folder, imported, cmp.Or(strings.Join(theirs, ", "), "nothing"))
}
