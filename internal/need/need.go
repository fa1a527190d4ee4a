package need

import (
	"os"
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
