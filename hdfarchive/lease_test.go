package hdfarchive_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
)

// once does what a memo does: it looks for an entry, gets the lease or waits for who
// has it, and computes. It reports whether it computed.
func once(ctx context.Context, a *archive.Archive, n int, compute func()) (bool, error) {
	e := entry("f", n, number(float64(n)))
	for {
		if there, err := a.Has(ctx, "f", e.Key); there || err != nil {
			return false, err
		}
		l, err := a.Acquire(ctx, "f", e.Key)
		if errors.Is(err, archive.ErrLeased) {
			continue
		}
		if err != nil {
			return false, err
		}
		there, err := a.Has(ctx, "f", e.Key)
		if !there && err == nil {
			compute()
			err = l.Commit(ctx, e, false)
		}
		return !there, errors.Join(err, l.Release(nil))
	}
}

// leaseChild starts the test again in another process that computes the first n
// entries, each for so long, and believes in the life of a silent owner for ttl.
func leaseChild(t *testing.T, path string, n int, each, ttl time.Duration) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestLeaseChild$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("KLEPTO_TEST_LEASE=%s\n%d\n%d\n%d", path, n, each, ttl))
	cmd.Stderr = os.Stderr
	_, lines := start(t, cmd)
	return cmd, lines
}

// TestLeaseChild is what leaseChild starts. It prints what it begins to compute,
// and what it has computed.
func TestLeaseChild(t *testing.T) {
	args := strings.Split(os.Getenv("KLEPTO_TEST_LEASE"), "\n")
	if len(args) != 4 {
		t.Skip("runs in a process of its own")
	}
	var n [4]int
	for i := 1; i < len(n); i++ {
		n[i], _ = strconv.Atoi(args[i])
	}
	a := opened(t, hdfarchive.OpenDir, args[0], &hdfarchive.Options{Sync: hdfarchive.SyncOff})
	hdfarchive.SetLeaseTTL(a, time.Duration(n[3]))
	for i := range n[1] {
		computed, err := once(t.Context(), a, i, func() {
			fmt.Println("began", i)
			time.Sleep(time.Duration(n[2]))
		})
		switch {
		case errors.Is(err, archive.ErrFenced):
			fmt.Println("fenced", i)
		case err != nil:
			t.Fatal(err)
		case computed:
			fmt.Println("computed", i)
		}
	}
	closeNow(t, a)
}

// scan returns the number in the next line that begins with a word.
func scan(t *testing.T, s *bufio.Scanner, word string) (int, bool) {
	t.Helper()
	for s.Scan() {
		if rest, ok := strings.CutPrefix(s.Text(), word+" "); ok {
			n, err := strconv.Atoi(rest)
			if err != nil {
				t.Fatal(err)
			}
			return n, true
		}
	}
	return 0, false
}

func TestTwoProcessesComputeOnce(t *testing.T) {
	const n = 200
	path := filepath.Join(t.TempDir(), "d")
	var outs [2]*bufio.Scanner
	for i := range outs {
		_, outs[i] = leaseChild(t, path, n, time.Millisecond, time.Minute)
	}
	computed := make(map[int]int)
	for _, out := range outs {
		for {
			k, ok := scan(t, out, "computed")
			if !ok {
				break
			}
			computed[k]++
		}
	}
	for k := range n {
		if computed[k] != 1 {
			t.Errorf("entry %d was computed %d times", k, computed[k])
		}
	}
	if _, err := os.Stat(filepath.Join(path, ".klepto-leases")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of the leases is left: %v", err)
	}
}

func TestKilledOwnerIsTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	cmd, out := leaseChild(t, path, 1, time.Hour, time.Hour)
	if _, ok := scan(t, out, "began"); !ok {
		t.Fatal("the child computes nothing")
	}
	_, next := leaseChild(t, path, 1, 0, time.Hour)
	cmd.Process.Kill()
	if _, ok := scan(t, next, "computed"); !ok {
		t.Error("nobody computed what the dead process began")
	}
}

// A process that was stopped is taken over after a while, and stores nothing when it
// wakes up.
func TestStoppedOwnerIsTakenOverAndFenced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	const ttl = 400 * time.Millisecond
	cmd, out := leaseChild(t, path, 1, 10*time.Millisecond, ttl)
	if _, ok := scan(t, out, "began"); !ok {
		t.Fatal("the child computes nothing")
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	_, next := leaseChild(t, path, 1, 0, ttl)
	_, taken := scan(t, next, "computed")
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if _, fenced := scan(t, out, "fenced"); fenced != taken {
		t.Errorf("taken over: %v, fenced: %v", taken, fenced) // both false: it was quicker than the signal
	}
}

// An owner that is alive is not taken over, however long it computes.
func TestLivingOwnerKeepsItsLease(t *testing.T) {
	a := opened(t, hdfarchive.OpenDir, filepath.Join(t.TempDir(), "d"), nil)
	defer closeNow(t, a)
	hdfarchive.SetLeaseTTL(a, time.Second)
	k := entry("f", 1, nil).Key
	l, err := a.Acquire(t.Context(), "f", k)
	if err != nil {
		t.Fatal(err)
	}
	for range 15 { // a second and a half
		if _, err := a.Acquire(t.Context(), "f", k); !errors.Is(err, archive.ErrLeased) {
			t.Fatalf("Acquire = %v", err)
		}
	}
	if err := errors.Join(l.Held(), l.Release(nil)); err != nil {
		t.Error(err)
	}
}

// Whoever waits gets the owner's error, with the process that it comes from.
func TestOwnersErrorIsPassedOn(t *testing.T) {
	a := opened(t, hdfarchive.OpenDir, filepath.Join(t.TempDir(), "d"), nil)
	defer closeNow(t, a)
	k := entry("f", 1, nil).Key
	l, err := a.Acquire(t.Context(), "f", k)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, func() { l.Release(errors.New(strings.Repeat("no convergence\xff\n", 1000))) })
	_, err = a.Acquire(t.Context(), "f", k)
	var owner *archive.OwnerError
	if !errors.As(err, &owner) || owner.PID != os.Getpid() || !strings.HasPrefix(owner.Text, "no convergence") || len(owner.Text) > 1000 {
		t.Errorf("Acquire = %v; want the owner's error", err)
	}
}

// Lease files that somebody else made, or that are damaged, stop nobody.
func TestForeignLeaseFiles(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "no JSON": "\x00\xff{", "long": strings.Repeat("x", 1<<20)} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "d")
			a := opened(t, hdfarchive.OpenDir, path, nil)
			defer closeNow(t, a)
			k := entry("f", 1, nil).Key
			l, err := a.Acquire(t.Context(), "f", k)
			if err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(path, ".klepto-leases", "*"))
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			if err := l.Release(nil); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(files[0], []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			if l, err = a.Acquire(t.Context(), "f", k); err != nil {
				t.Fatal(err)
			}
			if err := l.Release(nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func BenchmarkLease(b *testing.B) {
	a := opened(b, hdfarchive.OpenDir, filepath.Join(b.TempDir(), "d"), nil)
	defer a.Close()
	k := entry("f", 1, nil).Key
	for b.Loop() {
		l, err := a.Acquire(b.Context(), "f", k)
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Release(nil); err != nil {
			b.Fatal(err)
		}
	}
}
