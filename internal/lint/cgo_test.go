package lint_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/internal/lint"
)

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath        string
	Standard          bool
	CgoFiles, Imports []string
}

// TestNoCgo walks the imports of every package, its tests included, that must
// build without a C compiler. The standard library's own cgo has pure Go beside it.
func TestNoCgo(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(goTool, "list", "-e", "-deps", "-test", "-json=ImportPath,Standard,CgoFiles,Imports", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1") // or the go command leaves cgo files out
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	packages := make(map[string]listed)
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
	pure := 0
	for path, p := range packages {
		folder, ours := lint.Folder(path)
		if !ours || lint.NeedsCgo(folder) {
			continue
		}
		pure++
		if chain := toCgo(packages, p, map[string]bool{}); chain != nil {
			t.Errorf("%s must build without cgo, but reaches it:\n\t%s", path, strings.Join(chain, "\n\timports "))
		}
	}
	if pure < 10 {
		t.Errorf("only %d packages were looked at", pure)
	}
}

// toCgo returns the imports from p to the first package with cgo, nil if none.
func toCgo(packages map[string]listed, p listed, seen map[string]bool) []string {
	if p.Standard || seen[p.ImportPath] {
		return nil
	}
	seen[p.ImportPath] = true
	if len(p.CgoFiles) > 0 {
		return []string{p.ImportPath}
	}
	for _, imported := range p.Imports {
		if chain := toCgo(packages, packages[imported], seen); chain != nil {
			return append([]string{p.ImportPath}, chain...)
		}
	}
	return nil
}
