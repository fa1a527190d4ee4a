package hdfarchive

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// tempName returns a name for a file that will become path, in the same folder. It
// says which process of which machine makes it, so that what a dead one left behind
// can be told.
func tempName(path string) (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s%s.%d.%08x", tempPrefix, escape(host), os.Getpid(), rand.Uint32())
	return filepath.Join(filepath.Dir(path), name), nil
}

// tempPrefix begins the names of such files. No escaped name begins with a dot.
const tempPrefix = ".klepto-tmp."

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		d.Close()
		return err
	}
	return d.Close()
}
