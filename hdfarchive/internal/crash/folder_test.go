package crash_test

import (
	"bufio"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/internal/need"
)

// A change is what a program did to the names below a folder, or that it waited for the
// disk, in the words of the system: mkdir, rename, link, unlink, fsync; or that it said
// that a step is done.
type change struct {
	what     string
	from, to string // relative paths
	step     int
}

var (
	straceCall = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += 0$`)
	stracePath = regexp.MustCompile(`"([^"]*)"`)
	straceFD   = regexp.MustCompile(`^\d+<(.*)>$`)
	straceSaid = regexp.MustCompile(`^(\d+) +write\(1<[^>]*>, "(\d+)\\n"`)
)

// changesOf reads what strace has written of a program that worked below root. Calls count
// when they return.
func changesOf(t *testing.T, log, root string) (all []change) {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	begun := map[string]string{} // by thread
	step := 0                    // was done before
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		pid, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		if s, ok := strings.CutSuffix(rest, " <unfinished ...>"); ok {
			begun[pid] = s
			continue
		}
		if strings.HasPrefix(rest, "<... ") {
			_, s, _ := strings.Cut(rest, "resumed>")
			line = pid + " " + begun[pid] + s
		}
		if m := straceSaid.FindStringSubmatch(line); m != nil {
			step, _ = strconv.Atoi(m[2])
			all = append(all, change{what: "said", step: step})
			continue
		}
		m := straceCall.FindStringSubmatch(strings.Replace(line, ")  ", ") ", 1))
		if m == nil {
			continue
		}
		var paths []string
		for _, p := range stracePath.FindAllStringSubmatch(m[3], -1) {
			paths = append(paths, p[1])
		}
		if fd := straceFD.FindStringSubmatch(m[3]); fd != nil {
			paths = []string{fd[1]}
		}
		c := change{what: strings.TrimRight(strings.TrimSuffix(m[2], "2"), "at"), step: step + 1}
		if strings.HasPrefix(m[2], "unlink") && strings.Contains(m[3], "AT_REMOVEDIR") {
			c.what = "rmdir"
		}
		for i, p := range paths {
			rel, err := filepath.Rel(root, p)
			if err != nil || strings.HasPrefix(rel, "..") {
				c.what = ""
			}
			if i == 0 {
				c.from = rel
			}
			c.to = rel
		}
		if c.what != "" && len(paths) > 0 {
			all = append(all, c)
		}
	}
	return all
}

// folders is what a disk holds of names: what was synced of each folder, and what not.
type folders struct {
	files   map[string]file // durable names
	pending []change        // in order, since the last sync of their folder
	synced  map[string]bool // files whose bytes are durable, by the name they had then
}

// file is what a name stands for: a folder, or the bytes that a step wrote.
type file struct {
	folder bool
	path   string // by which the bytes are kept
	step   int
	synced bool
}

func folderOf(path string) string { return filepath.Dir(path) }

// apply changes names as a change says.
func apply(names map[string]file, c change, synced bool) {
	switch c.what {
	case "mkdir":
		names[c.to] = file{folder: true}
	case "rename":
		delete(names, c.from)
		names[c.to] = file{path: c.to, step: c.step, synced: synced}
	case "link":
		names[c.to] = file{path: c.to, step: c.step, synced: synced}
	case "unlink", "rmdir":
		delete(names, c.from)
	}
}

func (d *folders) do(c change) {
	switch c.what {
	case "fsync", "fdatasync":
		d.synced[c.from] = true
		rest := d.pending[:0]
		for _, p := range d.pending {
			if folderOf(p.to) == c.from {
				apply(d.files, p, d.synced[p.from])
			} else {
				rest = append(rest, p)
			}
		}
		d.pending = rest
	case "said":
	default:
		d.pending = append(d.pending, c)
	}
}

// cut lets the power fail: of each folder's changes since its last sync some arrive, the
// first ones or any, and of bytes that were not synced some, or none.
func (d *folders) cut(t *testing.T, rng *rand.Rand, kept, to string) {
	t.Helper()
	names := maps.Clone(d.files)
	share := []float64{0, 0.2, 0.5, 0.8, 1}[rng.IntN(5)]
	ordered := rng.IntN(2) == 0
	stopped := map[string]bool{}
	for _, p := range d.pending {
		dir := folderOf(p.to)
		if stopped[dir] || rng.Float64() >= share {
			stopped[dir] = ordered
			continue
		}
		apply(names, p, d.synced[p.from])
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		f, path := names[name], filepath.Join(to, name)
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			continue // its folder never arrived, or went
		}
		if f.folder {
			if err := os.MkdirAll(path, 0o777); err != nil {
				t.Fatal(err)
			}
			continue
		}
		b, err := os.ReadFile(filepath.Join(kept, strconv.Itoa(f.step), f.path))
		if err != nil && f.synced {
			t.Fatal(err)
		}
		if !f.synced {
			b = b[:rng.IntN(len(b)+1)]
			if rng.IntN(2) == 0 {
				clear(b[len(b)/2:])
			}
		}
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// The power fails at random moments of the traced life of an archive in a folder: what
// was done is there, whatever of the names that were not synced arrives.
func TestPowerCutFolder(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	need.Have(t, err, "strace")
	rng := rng(t)
	dir := t.TempDir()
	root, log, kept := filepath.Join(dir, "a"), filepath.Join(dir, "trace"), filepath.Join(dir, "kept")
	url := "hdfdir:" + root
	if r := run(t, writing(url, "a", 0, 1)); r.last != "closed" {
		t.Fatalf("%+v", r)
	}
	before := map[string]file{}
	if err := keep(url, 0, kept); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, path)
		before[rel] = file{folder: e.IsDir(), path: rel, synced: true}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const to = 120
	c := writing(url, "a", 1, to)
	c.Env = append(c.Env, "KLEPTO_CRASH_KEEP="+kept)
	c.Args = append([]string{strace, "-f", "-y", "-qq", "-o", log, "-e", "signal=none", "-s", "300", "-e",
		"trace=mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,fsync,fdatasync,write", c.Path}, c.Args[1:]...)
	c.Path = strace
	if r := run(t, c); r.last != "closed" {
		t.Skipf("the kernel lets strace trace nothing, as in some containers: %+v", r)
	}
	all := changesOf(t, log, root)
	whole := folders{files: maps.Clone(before), synced: map[string]bool{}}
	n, at, acked := max(16, short(0)/4), 0, 0
	for i := range n {
		for next := (i*len(all) + rng.IntN(len(all))) / n; at < next; at++ {
			if all[at].what == "said" {
				acked = all[at].step
			}
			whole.do(all[at])
		}
		disk := t.TempDir()
		whole.cut(t, rng, kept, disk)
		wantState(t, "hdfdir:"+disk, "a", acked)
		os.RemoveAll(disk)
	}
	if acked < to-20 || len(all) < 2*to {
		t.Errorf("%d cuts saw %d changes and %d steps", n, len(all), acked)
	}
	t.Logf("%d cuts, %d changes, %d steps", n, len(all), acked)
}

// keep gives the files that are there after a step, and never change, a second name where
// a power cut can find them.
func keep(url string, step int, to string) error {
	root, _, _ := strings.Cut(strings.TrimPrefix(url, "hdfdir:"), "?")
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		second := filepath.Join(to, strconv.Itoa(step), rel)
		if err := os.MkdirAll(filepath.Dir(second), 0o777); err != nil {
			return err
		}
		return os.Link(path, second)
	})
}
