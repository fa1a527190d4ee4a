package crash_test

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// trials is the number of kills, crash points and power cuts, shared out over the settings.
var trials = flag.Int("trials", 0, "how many kills, crash points and power cuts to try; 0 is a short form")

// seed makes a run repeatable.
var seed = flag.Uint64("seed", 1, "of the random moments")

func short(n int) int {
	if *trials > 0 {
		return *trials
	}
	return n
}

// The worker, the same with the address sanitizer where there is one, and the shim.
var worker, careful, shim string

func TestMain(m *testing.M) {
	if task := os.Getenv("KLEPTO_CRASH_WRITE"); task != "" {
		perform(task)
		return
	}
	flag.Parse()
	if runtime.GOOS != "linux" {
		fmt.Println("the crash suite needs LD_PRELOAD and /proc: skipped")
		return
	}
	dir, err := workplace()
	if err != nil {
		log.Fatal(err)
	}
	if err := compile(dir); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// workplace makes a folder for everything, that of t.TempDir included, and removes those
// of runs that were stopped.
func workplace() (string, error) {
	const prefix = "klepto-crash-"
	old, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	if err != nil {
		return "", err
	}
	for _, dir := range old {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), prefix))
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(dir)
		}
	}
	dir := filepath.Join(os.TempDir(), prefix+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	return dir, os.Setenv("TMPDIR", dir)
}

// compile makes the programs of testdata with the compiler that cgo uses.
func compile(dir string) error {
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	flags, err := exec.Command("pkg-config", "--cflags", "--libs", "hdf5").Output()
	if err != nil {
		return fmt.Errorf("pkg-config hdf5: %w; install libhdf5-dev", err)
	}
	sources, err := filepath.Glob("../h5/journal*.[ch]")
	if err != nil || len(sources) == 0 {
		return fmt.Errorf("the journal's sources are missing: %v", err)
	}
	// go test keeps the result of a test until a file changes that it has looked at.
	for _, f := range append(sources, "testdata/worker.c", "testdata/shim.c") {
		if _, err := os.Stat(f); err != nil {
			return err
		}
	}
	sources = slices.DeleteFunc(sources, func(f string) bool { return filepath.Ext(f) == ".h" })
	worker, careful, shim = filepath.Join(dir, "worker"), filepath.Join(dir, "careful"), filepath.Join(dir, "shim.so")
	run := func(args ...string) error {
		out, err := exec.Command(cc, args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", cc, err, out)
		}
		return nil
	}
	c := append([]string{"-std=gnu11", "-O1", "-Wall", "-Wextra", "-DH5_USE_110_API", "-I../h5", "testdata/worker.c"}, sources...)
	libs := strings.Fields(string(flags))
	if err := run(append(append(c, "-o", worker), libs...)...); err != nil {
		return err
	}
	if err := run("-std=gnu11", "-O1", "-Wall", "-Wextra", "-shared", "-fPIC", "testdata/shim.c", "-o", shim, "-ldl"); err != nil {
		return err
	}
	if run(append(append(c, "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover", "-o", careful), libs...)...) != nil {
		careful = worker // the compiler has no sanitizers
	}
	return nil
}

// setting is one way to use a journal.
type setting struct {
	sync       string
	group      int
	checkpoint int
}

var syncs = map[string]string{"normal": "0", "full": "1", "off": "2"}

func (s setting) String() string {
	return fmt.Sprintf("%s,%d,%dKiB", s.sync, s.group, s.checkpoint>>10)
}

var settings = []setting{
	{"normal", 1, 256 << 10}, {"full", 1, 256 << 10}, {"off", 1, 256 << 10},
	{"normal", 16, 64 << 10}, {"full", 16, 4 << 20}, {"normal", 1, 64 << 20},
}

func (s setting) write(path string, steps int) *exec.Cmd {
	return exec.Command(worker, "write", path, syncs[s.sync], strconv.Itoa(s.group), strconv.Itoa(s.checkpoint), strconv.Itoa(steps))
}

// shimmed runs a program on the shim's disk, whose syncs take no time.
func shimmed(c *exec.Cmd, env ...string) *exec.Cmd {
	c.Env = append(append(c.Environ(), "LD_PRELOAD="+shim, "NO_SYNC=1"), env...)
	return c
}

// result is what a writer said before it ended.
type result struct {
	acked int    // last acknowledged step, -1 when it was only ready, -2 before
	last  string // last line
}

// follow reads what a writer says to its end; each line goes to saw.
func follow(out io.Reader, saw func(line string)) result {
	r := result{acked: -2}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		r.last = lines.Text()
		if n, err := strconv.Atoi(r.last); err == nil {
			r.acked = n
		}
		if r.last == "ready" {
			r.acked = -1
		}
		if saw != nil {
			saw(r.last)
		}
	}
	return r
}

// run runs a writer to its end.
func run(t *testing.T, c *exec.Cmd) result {
	t.Helper()
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return follow(bytes.NewReader(out), nil)
}

// verify opens files through the journal and returns what was found in each: "ok" and
// the step, or "bad: " and why.
func verify(t *testing.T, program string, group int, paths ...string) []string {
	t.Helper()
	c := exec.Command(program, "verify")
	if program == worker {
		shimmed(c)
	}
	var in strings.Builder
	for _, p := range paths {
		fmt.Fprintln(&in, p, group)
	}
	c.Stdin = strings.NewReader(in.String())
	var failure strings.Builder
	c.Stderr = &failure
	out, err := c.Output()
	found := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if err != nil || len(found) != len(paths) {
		t.Fatalf("verify: %v after %d of %d files, the next is %s\n%s", err, len(found), len(paths), paths[min(len(found), len(paths)-1)], failure.String())
	}
	return found
}

// expect fails unless found is a whole state that holds step acked.
func expect(t *testing.T, found string, acked int) int {
	t.Helper()
	step, ok := strings.CutPrefix(found, "ok ")
	n, err := strconv.Atoi(step)
	if !ok || err != nil {
		t.Fatalf("acknowledged %d: %s", acked, found)
	}
	if n < acked {
		t.Fatalf("step %d was acknowledged, the file ends at %d", acked, n)
	}
	return n
}

// alone fails unless the file is without a journal and reads the same with HDF5's own driver.
func alone(t *testing.T, path string, step int) {
	t.Helper()
	if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
		t.Fatalf("the journal is still there: %v", err)
	}
	out, err := exec.Command(worker, "plain", path).Output()
	if want := fmt.Sprintf("ok %d\n", step); err != nil || string(out) != want {
		t.Fatalf("HDF5's own driver: %v %q, want %q", err, out, want)
	}
}

// unborn tells that a file whose first commit was never acknowledged is not there, or
// empty: as if it had not been made.
func unborn(path string, acked int) bool {
	st, err := os.Stat(path)
	return acked == -2 && (os.IsNotExist(err) || err == nil && st.Size() == 0)
}

func rng(t *testing.T) *rand.Rand {
	var h uint64
	for _, c := range t.Name() {
		h = h*1099511628211 + uint64(c)
	}
	return rand.New(rand.NewPCG(*seed, h))
}
