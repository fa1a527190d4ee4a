package need

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Have skips a test where err says that something is missing. Where CI=true, it fails:
// there scripts/setup has installed all.
func Have(t testing.TB, err error, what string) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is missing: %v", what, err)
	default:
		t.Skipf("%s is missing: %v", what, err)
	}
}

// Python returns the Python of the system, the one that apt's modules are for, or skips or fails
// like Have where it lacks one of them.
func Python(t testing.TB, modules ...string) string {
	t.Helper()
	const python = "/usr/bin/python3"
	out, err := exec.Command(python, "-c", "import "+strings.Join(modules, ", ")).CombinedOutput()
	Have(t, err, "python3-"+strings.Join(modules, " or python3-")+": "+string(out))
	return python
}
