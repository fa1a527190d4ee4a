package crash_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// crashed leaves a file and its journal as a writer left them that died at change at.
func crashed(t *testing.T, s setting, at int) (path string, acked int) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.h5")
	r := run(t, shimmed(s.write(path, 20000), fmt.Sprintf("CRASH_AT=%d", at)))
	if r.acked < 0 {
		t.Fatalf("%+v", r)
	}
	return path, r.acked
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Another program changed the file after the crash: the journal is not replayed over
// it, both stay as they are, and the words name the way out.
func TestForeignChange(t *testing.T) {
	t.Parallel()
	// All commits in the journal, on an older state of the file; or many checkpoints.
	for _, s := range []setting{{"normal", 1, 64 << 20}, {"full", 1, 256 << 10}} {
		for _, how := range []string{"grow", "attribute", "value", "nothing"} {
			t.Run(fmt.Sprintf("%v,%s", s, how), func(t *testing.T) {
				// First a whole life, so that there is an old state.
				path := filepath.Join(t.TempDir(), "a.h5")
				if r := run(t, shimmed(s.write(path, 40))); r.last != "closed" {
					t.Fatalf("%+v", r)
				}
				r := run(t, shimmed(s.write(path, 20000), "CRASH_AT=50"))
				if r.acked < 40 {
					t.Fatalf("%+v", r)
				}
				if out, err := exec.Command(worker, "meddle", path, how).Output(); err != nil {
					t.Fatalf("%v %s", err, out)
				}
				file, journal := read(t, path), read(t, path+"-wal")
				found := verify(t, worker, s.group, path)[0]
				if how == "nothing" && strings.HasPrefix(found, "ok ") {
					expect(t, found, r.acked) // opening and closing it did no harm
					return
				}
				if !strings.Contains(found, "changed by another program") || !strings.Contains(found, "remove "+path+"-wal") {
					t.Fatal(found)
				}
				if w := run(t, s.write(path, 1)); !strings.Contains(w.last, "changed by another program") {
					t.Errorf("for writing: %+v", w)
				}
				if !bytes.Equal(file, read(t, path)) || !bytes.Equal(journal, read(t, path+"-wal")) {
					t.Error("something was written")
				}
				// The way out that the words name.
				if err := os.Remove(path + "-wal"); err != nil {
					t.Fatal(err)
				}
				if found := verify(t, worker, 0, path)[0]; strings.Contains(found, "open") {
					t.Error(found)
				}
			})
		}
	}
}

// Copied elsewhere, a file and its journal still belong together.
func TestCopy(t *testing.T) {
	t.Parallel()
	path, acked := crashed(t, settings[0], 150)
	to := filepath.Join(t.TempDir(), "b.h5")
	for _, suffix := range []string{"", "-wal"} {
		if err := os.WriteFile(to+suffix, read(t, path+suffix), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	alone(t, to, expect(t, verify(t, worker, 1, to)[0], acked))
}

// Readers in a folder that they cannot write look through the journal.
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	path, acked := crashed(t, setting{"normal", 1, 64 << 20}, 150)
	folder := filepath.Dir(path)
	file, journal := read(t, path), read(t, path+"-wal")
	for _, f := range []string{path, path + "-wal"} {
		if err := os.Chmod(f, 0o444); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(folder, 0o755) })
	command := func(args ...string) *exec.Cmd {
		c := exec.Command(worker, args...)
		if os.Getuid() == 0 { // to whom nothing is read-only
			program := filepath.Join(filepath.Dir(folder), "worker")
			if err := os.WriteFile(program, read(t, worker), 0o755); err != nil {
				t.Fatal(err)
			}
			for dir := filepath.Dir(folder); dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
				os.Chmod(dir, 0o755)
			}
			c.Path = program
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		return c
	}
	v := command("verify")
	v.Stdin = strings.NewReader(path + " 1\n")
	out, err := v.CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	expect(t, strings.TrimSpace(string(out)), acked)
	if out, _ := command("write", path, "0", "1", "0", "20000").Output(); !strings.Contains(string(out), "open it read-only") {
		t.Errorf("a writer says %q", out)
	}
	if !bytes.Equal(file, read(t, path)) || !bytes.Equal(journal, read(t, path+"-wal")) {
		t.Error("something was written")
	}
}

// Other programs read while a writer is at work: each sees the state after some
// commit, or that the file is locked.
func TestReaders(t *testing.T) {
	t.Parallel()
	s := setting{"normal", 4, 1 << 20}
	path := filepath.Join(t.TempDir(), "a.h5")
	if r := run(t, shimmed(s.write(path, 40))); r.last != "closed" {
		t.Fatalf("%+v", r)
	}
	w := s.write(path, 600)
	out, err := w.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan result)
	go func() { done <- follow(out, nil) }()
	seen := map[string]int{}
	for {
		select {
		case r := <-done:
			if r.last != "closed" {
				t.Fatalf("%+v", r)
			}
			alone(t, path, expect(t, verify(t, worker, 0, path)[0], 599))
			t.Log(seen)
			return
		default:
		}
		out, err := exec.Command(worker, "plain", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		if plain := strings.TrimSpace(string(out)); strings.HasPrefix(plain, "bad: open: 0") {
			seen["locked"]++
		} else {
			seen["read"]++
			expect(t, plain, 39)
		}
		seen["through the journal"]++
		expect(t, verify(t, worker, 0, path)[0], 39)
	}
}

// The second of two writers is told at once; when the first is gone, it gets in.
func TestTwoWriters(t *testing.T) {
	t.Parallel()
	s := settings[0]
	path := filepath.Join(t.TempDir(), "a.h5")
	w := s.write(path, 20000)
	out, err := w.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	ready, done := make(chan bool, 1), make(chan result)
	go func() {
		done <- follow(out, func(line string) {
			if line == "ready" {
				ready <- true
			}
		})
	}()
	<-ready
	began := time.Now()
	if r := run(t, s.write(path, 20000)); !strings.Contains(r.last, "another process is writing") {
		t.Errorf("the second writer: %+v after %v", r, time.Since(began))
	}
	w.Process.Kill()
	first := <-done
	w.Wait()
	if r := run(t, s.write(path, first.acked+3)); r.last != "closed" {
		t.Errorf("after the first: %+v", r)
	}
	alone(t, path, expect(t, verify(t, worker, 0, path)[0], first.acked+2))
}
