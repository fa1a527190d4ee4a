package hdfarchive_test

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
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
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	if line, _ := out.ReadString('\n'); line != "watching\n" {
		t.Fatalf("the reader says %q", line)
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
	line, _ := out.ReadString('\n')
	if err := cmd.Wait(); err != nil {
		for line, err := "", error(nil); err == nil; line, err = out.ReadString('\n') {
			t.Log(line)
		}
		t.Fatalf("%v: %s", err, line)
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
