package hdfarchive_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/internal/need"
)

// TestLiveReader has h5py read an archive in a loop while it is written to, and closed
// and opened again, which empties the journal into the file each time. It must never
// see half of anything.
func TestLiveReader(t *testing.T) {
	python := need.Python(t, "h5py")
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	closeNow(t, a)
	cmd := exec.Command(python, "testdata/watch.py", path)
	var errs strings.Builder
	cmd.Stderr = &errs
	in, lines := start(t, cmd)
	if !lines.Scan() || lines.Text() != "watching" {
		t.Fatalf("the reader says %q", lines.Text())
	}
	during := 3 * time.Second
	if *long {
		during = 5 * time.Minute
	}
	n := 0
	for end := time.Now().Add(during); time.Now().Before(end); {
		a := opened(t, hdfarchive.Open, path, nil)
		for range 10 {
			put(t, a, entry("f", n, vector(50+n*37%5000, float64(n))), entry("row", n, number(float64(n))), entry("f", n/2, vector(60, float64(n))))
			n++
		}
		closeNow(t, a)
	}
	in.Close()
	lines.Scan()
	line := lines.Text()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s\n%s", err, line, errs.String())
	}
	var reads, locked, entries int
	if _, err := fmt.Sscanf(line, "read %d locked %d entries %d", &reads, &locked, &entries); err != nil || reads == 0 {
		t.Errorf("the reader says %q", line)
	}
	t.Logf("%d times 3 puts, %s", n, line)
	a = opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
	var all []*archive.Entry
	for i := range n {
		all = append(all, entry("row", i, number(float64(i))))
		wantValue(t, a, all[i])
	}
	wantListed(t, a, "row", all...)
	closeNow(t, a)
}
