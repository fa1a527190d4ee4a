package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestMain is the program itself in the processes that the tests start.
func TestMain(m *testing.M) {
	if url := os.Getenv("KLEPTO_SHARED_ARCHIVE"); url != "" {
		if err := run(context.Background(), url, side, 5*time.Millisecond); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const side = 14 // 196 points

func start(t *testing.T, url string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "KLEPTO_SHARED_ARCHIVE="+url)
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out
}

// computed waits for the end of a process and returns how many points it computed.
func computed(t *testing.T, cmd *exec.Cmd, out *bytes.Buffer) (n int) {
	t.Helper()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(out.String(), "computed here: %d", &n); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return n
}

func TestEachPointIsComputedOnce(t *testing.T) {
	url := "hdfdir:" + filepath.Join(t.TempDir(), "a") + "?sync=off"
	one, out1 := start(t, url)
	two, out2 := start(t, url)
	n1, n2 := computed(t, one, out1), computed(t, two, out2)
	if n1+n2 != side*side || n1 == 0 || n2 == 0 {
		t.Errorf("the processes computed %d and %d of %d points", n1, n2, side*side)
	}
}

// A process that is killed costs the others at most the points it was at.
func TestKilledProcess(t *testing.T) {
	url := "hdfdir:" + filepath.Join(t.TempDir(), "a") + "?sync=off"
	one, _ := start(t, url)
	time.Sleep(300 * time.Millisecond)
	if err := one.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	one.Wait() //nolint:errcheck // it was killed
	two, out := start(t, url)
	if n := computed(t, two, out); n > side*side {
		t.Errorf("%d points computed of %d", n, side*side)
	}
	three, out := start(t, url)
	if n := computed(t, three, out); n != 0 {
		t.Errorf("%d points were left to compute", n)
	}
}
