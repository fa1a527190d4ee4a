package hdfarchive_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
)

// unprivileged makes a command run as nobody where the test runs as root, whom no
// permission stops.
func unprivileged(cmd *exec.Cmd) {
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}

// child starts the test again in another process, with a task in its environment.
func child(t testing.TB, task string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), "KLEPTO_TEST_TASK="+task, "KLEPTO_TEST_ARGS="+strings.Join(args, "\n"))
	cmd.Stderr = os.Stderr
	return cmd
}

// start starts another process, which does not outlive the test, and returns its input and the lines of
// its output.
func start(t testing.TB, cmd *exec.Cmd) (io.WriteCloser, *bufio.Scanner) {
	t.Helper()
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return in, bufio.NewScanner(out)
}

// TestChild is what child starts.
func TestChild(t *testing.T) {
	args := strings.Split(os.Getenv("KLEPTO_TEST_ARGS"), "\n")
	switch os.Getenv("KLEPTO_TEST_TASK") {
	case "fill": // url, first, last, step: prints each number that is stored
		a := openURL(t, args[0])
		var at [3]int
		for i := range at {
			at[i], _ = strconv.Atoi(args[i+1])
		}
		for n := at[0]; n < at[1]; n += at[2] {
			stored, err := a.PutIfAbsent(t.Context(), entry("f", n, vector(50, float64(n)), "n", number(float64(n))))
			if err != nil {
				t.Fatal(err)
			}
			if stored {
				fmt.Println("stored", n)
			}
		}
		closeNow(t, a)
	case "hold": // url: opens the archive, says so, and waits for its end
		a := openURL(t, args[0])
		fmt.Println("open")
		bufio.NewReader(os.Stdin).ReadString('\n')
		closeNow(t, a)
	case "compact": // url: prints a line for each step
		a := openURL(t, args[0])
		_, err := a.Compact(t.Context(), &archive.CompactOptions{Progress: func(p archive.Progress) { fmt.Println("step", p.Done) }})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("compacted")
		closeNow(t, a)
	case "exhibit": // url: puts what others should be able to read
		a := openURL(t, args[0])
		put(t, a, exhibits()...)
		closeNow(t, a)
	case "admire": // url: wants all of it
		a := openURL(t, args[0])
		for _, e := range exhibits() {
			wantValue(t, a, e)
			wantListed(t, a, e.Call.Function, slices.DeleteFunc(exhibits(), func(x *archive.Entry) bool { return x.Call.Function != e.Call.Function })...)
		}
		closeNow(t, a)
	case "obey":
		obey(t, args[0])
	default:
		t.Skip("runs in a process of its own")
	}
}

// storedIn returns the numbers that a child said it stored.
func storedIn(out string) (ns []int) {
	for line := range strings.Lines(out) {
		if s, ok := strings.CutPrefix(strings.TrimSpace(line), "stored "); ok {
			n, _ := strconv.Atoi(s)
			ns = append(ns, n)
		}
	}
	return ns
}

// TestDirTwoProcesses has two processes put the same entries into one folder, while
// a third lists it. All are kept, and each is stored by one of them.
func TestDirTwoProcesses(t *testing.T) {
	const n = 150
	path := filepath.Join(t.TempDir(), "d")
	url := "hdfdir:" + path + "?sync=off"
	var outs [2]strings.Builder
	var cmds [2]*exec.Cmd
	for i := range cmds {
		cmds[i] = child(t, "fill", url, "0", strconv.Itoa(n), "1")
		cmds[i].Stdout = &outs[i]
		if err := cmds[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	a := opened(t, hdfarchive.OpenDir, path, nil)
	defer a.Close()
	done := make(chan error, 1)
	go func() {
		var errs []error
		for _, cmd := range cmds {
			errs = append(errs, cmd.Wait())
		}
		done <- errors.Join(errs...)
	}()
	for running := true; running; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
			for _, err := range a.List(t.Context(), "f") {
				if err != nil {
					t.Fatalf("List while others write: %v", err)
				}
			}
		}
	}
	owner := make(map[int]int)
	for i := range outs {
		for _, k := range storedIn(outs[i].String()) {
			owner[k]++
		}
	}
	var all []*archive.Entry
	for k := range n {
		if owner[k] != 1 {
			t.Errorf("entry %d was stored %d times", k, owner[k])
		}
		e := entry("f", k, vector(50, float64(k)), "n", number(float64(k)))
		all = append(all, e)
		wantValue(t, a, e)
	}
	wantListed(t, a, "f", all...)
}

// TestOpenElsewhere opens a file that another process has open, and writes to it
// where both ask for that.
func TestOpenElsewhere(t *testing.T) {
	path := made(t, 0)
	for i, c := range []struct{ theirs, ours string }{
		{"", ""}, {"", "?mode=r"}, {"?mode=r", ""}, {"?mode=r", "?mode=r"},
	} {
		cmd := child(t, "hold", "hdf:"+path+c.theirs)
		in, lines := start(t, cmd)
		if !lines.Scan() || lines.Text() != "open" {
			t.Fatalf("child says %q", lines.Text())
		}
		a, err := archive.Open(t.Context(), "hdf:"+path+c.ours)
		if err != nil {
			t.Fatalf("open %q while another process has it %q: %v", c.ours, c.theirs, err)
		}
		wantValue(t, a, entry("f", 1, vector(100, 0)))
		if c.ours == "" {
			put(t, a, entry("f", 10+i, number(1)))
		}
		closeNow(t, a)
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// TestKill kills a process that fills an archive, several times, and wants all that
// it said was stored.
func TestKill(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			url := k.scheme + ":" + filepath.Join(t.TempDir(), "a") + "?sync=off"
			stored := make(map[int]bool)
			for round := range 4 {
				var out strings.Builder
				cmd := child(t, "fill", url, "0", "100000", "1")
				cmd.Stdout = &out
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Duration(150+70*round) * time.Millisecond)
				cmd.Process.Kill()
				cmd.Wait()
				for _, n := range storedIn(out.String()) {
					if stored[n] {
						t.Errorf("entry %d was stored before", n)
					}
					stored[n] = true
				}
				a, err := archive.Open(t.Context(), url)
				if err != nil {
					t.Fatalf("after round %d: %v", round, err)
				}
				for n := range stored {
					wantValue(t, a, entry("f", n, vector(50, float64(n))))
				}
				listed := 0
				for _, err := range a.List(t.Context(), "f") {
					if err != nil {
						t.Error(err)
					}
					listed++
				}
				if listed < len(stored) || listed > len(stored)+round+1 { // one a round may be stored and not said
					t.Errorf("List yields %d entries, %d were stored", listed, len(stored))
				}
				closeNow(t, a)
			}
			t.Logf("%d entries over 4 kills", len(stored))
		})
	}
}

// TestSharedInProcess opens one file several times in one process.
func TestSharedInProcess(t *testing.T) {
	path := made(t, 0)
	a := opened(t, hdfarchive.Open, path, nil)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	b := opened(t, hdfarchive.Open, link, nil)
	r, err := hdfarchive.Open(path, &hdfarchive.Options{Mode: hdfarchive.Read})
	if err != nil {
		t.Fatal(err)
	}
	e1, e2 := entry("f", 2, number(2)), entry("g", 3, number(3))
	put(t, a, e1)
	put(t, b, e2)
	for _, x := range []*archive.Archive{a, b, r} {
		wantValue(t, x, e1)
		wantValue(t, x, e2)
	}
	if err := r.Put(t.Context(), e1); !errors.Is(err, archive.ErrReadOnly) {
		t.Errorf("Put through the archive that is open for reading: %v", err)
	}
	closeNow(t, a)
	put(t, b, entry("g", 4, number(4)))
	closeNow(t, b)
	wantListed(t, r, "g", e2, entry("g", 4, nil))
	closeNow(t, r)
	a, err = hdfarchive.Open(path, nil) // it is free again
	if err != nil {
		t.Fatal(err)
	}
	closeNow(t, a)
}
