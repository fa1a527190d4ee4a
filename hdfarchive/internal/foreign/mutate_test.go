package foreign_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/hdfarchive/internal/foreign"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

var mutations = flag.Int("mutations", 200, "how many damaged files TestMutations reads")

// Limits of a process that reads one damaged file. Go and HDF5 reserve about 1.5 GiB
// of addresses before they begin.
const (
	addresses = 4 << 30
	resident  = 1 << 30
	patience  = 30 * time.Second
)

// damage changes a file in one of the ways that disks, copies and people do.
func damage(rnd *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	odd := []byte{0, 1, 127, 128, 255}
	for range 1 << rnd.IntN(4) {
		i := rnd.IntN(len(b))
		switch rnd.IntN(6) {
		case 0:
			b[i] ^= 1 << rnd.IntN(8)
		case 1:
			b[i] = odd[rnd.IntN(len(odd))]
		case 2:
			b[i] = byte(rnd.Uint32())
		case 3: // a block of zeros, as after a power cut
			clear(b[i:min(len(b), i+1<<rnd.IntN(13))])
		case 4: // a block in the wrong place
			n := min(1<<rnd.IntN(10), len(b)-i)
			copy(b[rnd.IntN(len(b)-n+1):], b[i:i+n])
		case 5: // a large number
			for k := range min(8, len(b)-i) {
				b[i+k] = odd[rnd.IntN(len(odd))]
			}
		}
	}
	if rnd.IntN(8) == 0 {
		b = b[:rnd.IntN(len(b))]
	}
	return b
}

// TestMutations reads damaged files, each in a process of its own, so that a crash of
// HDF5 is seen as such: it must not crash, hang or fill the memory.
func TestMutations(t *testing.T) {
	dir := write(t)
	var whole [][]byte
	names := []string{"types.h5", "layout.h5", "userblock.h5", "netcdf.nc", "pandas.h5", "small.h5", "new.h5"}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue // not written without its module of Python
		}
		whole = append(whole, b)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	numbers := make(chan int)
	for worker := range 2 {
		wg.Go(func() {
			bad := filepath.Join(dir, fmt.Sprintf("bad%d.h5", worker))
			for i := range numbers {
				rnd := rand.New(rand.NewPCG(11, uint64(i)))
				if err := os.WriteFile(bad, damage(rnd, whole[i%len(whole)]), 0o666); err != nil {
					t.Error(err)
					continue
				}
				outcome, out := readAlone(t, exe, bad)
				if outcome != "read" && outcome != "refused" {
					t.Errorf("mutation %d: %s\n%.2000s", i, outcome, out)
				}
				mu.Lock()
				outcomes[outcome]++
				mu.Unlock()
			}
		})
	}
	for i := range *mutations {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
	t.Logf("%d damaged files: %v", *mutations, outcomes)
}

// readAlone reads a file in a process of its own and says how that went.
func readAlone(t *testing.T, exe, path string) (outcome string, out []byte) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe, "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), "KLEPTO_READ="+path)
	out, err := cmd.CombinedOutput()
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	switch {
	case ctx.Err() != nil:
		return "hangs", out
	case err != nil:
		return "dies", out
	case usage != nil && usage.Maxrss*1024 > resident:
		return fmt.Sprintf("takes %d MiB", usage.Maxrss>>10), out
	case bytes.Contains(out, []byte("refused")):
		return "refused", out
	}
	return "read", out
}

// TestChild is what readAlone starts.
func TestChild(t *testing.T) {
	path := os.Getenv("KLEPTO_READ")
	if path == "" {
		t.Skip("runs in a process of its own")
	}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: addresses, Max: addresses}); err != nil {
		t.Fatal(err)
	}
	f, err := foreign.Open(path)
	if err != nil {
		fmt.Println("refused", err)
		return
	}
	defer f.Close()
	left := 2000
	readAll(t, f, "/", 0, &left)
}

// readAll reads what is below a group, as the inspector does.
func readAll(t *testing.T, f *foreign.File, path string, depth int, left *int) {
	list, _, err := f.Children(t.Context(), path, 0, 100)
	expected(t, err)
	for _, c := range list {
		if *left--; *left < 0 || depth > 20 {
			return
		}
		below := path + "/" + c.Name
		o, err := f.Stat(t.Context(), below)
		expected(t, err)
		if err != nil {
			continue
		}
		if o.Kind == inspect.Group {
			readAll(t, f, below, depth+1, left)
			continue
		}
		_, err = f.Read(t.Context(), below, nil)
		expected(t, err)
		last := &inspect.Block{}
		for _, n := range o.Shape {
			last.Start, last.Count = append(last.Start, max(n-1, 0)), append(last.Count, min(n, 1))
		}
		_, err = f.Read(t.Context(), below, last)
		expected(t, err)
	}
}

// expected holds an error against those that a damaged file may give.
func expected(t *testing.T, err error) {
	t.Helper()
	for _, known := range []error{nil, driver.ErrCorrupt, driver.ErrNotFound, inspect.ErrLimit, inspect.ErrRefused, h5.ErrMemory} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("an error of no known kind: %v", err)
}
