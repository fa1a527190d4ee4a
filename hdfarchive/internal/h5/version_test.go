package h5_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/internal/need"
)

// TestVersion wants the library that pkg-config names, and no other that gonum's
// package, which does not ask it, may have found.
func TestVersion(t *testing.T) {
	out, err := exec.Command("pkg-config", "--modversion", "hdf5").Output()
	need.Have(t, err, "pkg-config")
	if named := strings.TrimSpace(string(out)); !strings.HasPrefix(named, h5.Version()) {
		t.Errorf("pkg-config has HDF5 %s, linked is %s", named, h5.Version())
	} else {
		t.Logf("HDF5 %s", h5.Version())
	}
}
