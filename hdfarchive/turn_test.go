package hdfarchive_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
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
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// long runs the tests that take minutes in full.
var long = flag.Bool("long", false, "run the tests of many processes and of leaks in full")

// helper is another process that does what it is told, a line at a time.
type helper struct {
	t   testing.TB
	in  io.WriteCloser
	out *bufio.Scanner
	pid int
}

// startHelper starts one on the archive at url, as prepare wants it.
func startHelper(t testing.TB, url string, prepare ...func(*exec.Cmd)) *helper {
	t.Helper()
	cmd := child(t, "obey", url)
	for _, p := range prepare {
		p(cmd)
	}
	in, out := start(t, cmd)
	h := &helper{t, in, out, cmd.Process.Pid}
	if !h.out.Scan() || h.out.Text() != "open" {
		t.Fatalf("helper says %q", h.out.Text())
	}
	return h
}

// do has a command done and returns the answer.
func (h *helper) do(command ...string) string {
	h.t.Helper()
	if _, err := io.WriteString(h.in, strings.Join(command, " ")+"\n"); err != nil {
		h.t.Fatal(err)
	}
	if !h.out.Scan() {
		h.t.Fatalf("%v: no answer", command)
	}
	return h.out.Text()
}

func (h *helper) want(answer string, command ...string) {
	h.t.Helper()
	if got := h.do(command...); got != answer {
		h.t.Errorf("%v: %s, want %s", command, got, answer)
	}
}

// obey is the helper's side: put n, get n, delete n, list and close, of a function f
// whose entry n is the number n, or with "again" n+0.5; and object n, of a function g
// whose entry n is the vector n, n+1, …, of so many items that a journal soon grows.
func obey(t *testing.T, url string) {
	a, err := archive.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	say := func(s string) { os.Stdout.WriteString(s + "\n") }
	say("open")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		words := append(strings.Fields(in.Text()), "0")
		n, _ := strconv.Atoi(words[1])
		answer := "ok"
		switch e := entry("f", n, number(float64(n))); words[0] {
		case "put":
			if stored, e := a.PutIfAbsent(t.Context(), e); e == nil && !stored {
				answer = "there"
			} else {
				err = e
			}
		case "again":
			e.Value = number(float64(n) + 0.5)
			err = a.Put(t.Context(), e)
		case "object":
			err = a.Put(t.Context(), entry("g", n, vector(heavy, float64(n))))
		case "bulk": // goes straight into the file
			err = a.Put(t.Context(), entry("g", n, vector(200_000, float64(n))))
		case "check":
			_, err = a.Get(t.Context(), "g", entry("g", n, nil).Key)
		case "drop":
			err = a.Delete(t.Context(), "g", entry("g", n, nil).Key)
		case "heavy":
			for i := range n {
				err = errors.Join(err, a.Put(t.Context(), entry("g", 0, vector(heavy, float64(i)))))
			}
		case "get":
			var got *archive.Entry
			if got, err = a.Get(t.Context(), "f", e.Key); err == nil {
				answer = strconv.FormatFloat(got.Value.(*value.Array).Data.([]float64)[0], 'g', -1, 64)
			}
		case "delete":
			err = a.Delete(t.Context(), "f", e.Key)
		case "list":
			k := 0
			for _, e := range a.List(t.Context(), "f") {
				err = errors.Join(err, e)
				k++
			}
			answer = strconv.Itoa(k)
		case "close":
			err = a.Close()
		}
		if errors.Is(err, archive.ErrNotFound) {
			answer = "none"
		} else if err != nil {
			answer = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		err = nil
		say(answer)
	}
}

// heavy numbers are just too few to go straight into the file.
const heavy = 8000

// TestTurns has two processes change one file in turn. Each sees at once what the
// other did, through journals, checkpoints and pauses.
func TestTurns(t *testing.T) {
	url := "hdf:" + filepath.Join(t.TempDir(), "a.h5") + "?sync=off"
	a, b := startHelper(t, url), startHelper(t, url)
	for i := range 30 {
		n := strconv.Itoa(i)
		b.want("none", "get", n)
		a.want("ok", "put", n)
		b.want("there", "put", n)
		b.want(n, "get", n)
		b.want(strconv.Itoa(i+1), "list")
		if i%10 == 4 {
			b.want("ok", "again", n)
			a.want(n+".5", "get", n)
		}
		if i%10 == 7 {
			b.want("ok", "delete", n)
			a.want("none", "get", n)
			a.want("ok", "put", n)
		}
		if i%8 == 3 {
			b.want("ok", "close")
			b = startHelper(t, url)
		}
		if i%9 == 3 { // long enough to let go of the file
			time.Sleep(250 * time.Millisecond)
		}
		a, b = b, a
	}
	a.want("ok", "close")
	b.want("30", "list")
	b.want("ok", "close")
	if _, err := os.Stat(strings.TrimSuffix(strings.TrimPrefix(url, "hdf:"), "?sync=off") + h5.JournalSuffix); err == nil {
		t.Error("a journal is left")
	}
}

// TestTurnRows has processes change rows in turn, at random, so that they move; each
// keeps of its index what still holds.
func TestTurnRows(t *testing.T) {
	url := "hdf:" + made(t, 0) + "?sync=off&mode="
	all := []*helper{startHelper(t, url+"rw"), startHelper(t, url+"rw"), startHelper(t, url+"rw"), startHelper(t, url+"r")}
	rng := rand.New(rand.NewPCG(1, 2))
	have := make(map[int]string)
	for range 500 {
		k, any := 100+rng.IntN(40), all[rng.IntN(len(all))]
		n, writer := strconv.Itoa(k), all[rng.IntN(3)]
		switch op := rng.IntN(10); {
		case op < 4 && have[k] == "":
			writer.want("ok", "put", n)
			have[k] = n
		case op < 6 && have[k] != "":
			writer.want("ok", "delete", n)
			have[k] = ""
		case op < 8:
			writer.want("ok", "again", n)
			have[k] = n + ".5"
		}
		if want := have[k]; want == "" {
			any.want("none", "get", n)
		} else {
			any.want(want, "get", n)
		}
	}
	left := 1 // of made
	for k, want := range have {
		if want != "" {
			left++
			all[k%len(all)].want(want, "get", strconv.Itoa(k))
		}
	}
	for _, h := range all {
		h.want(strconv.Itoa(left), "list")
		h.want("ok", "close")
	}
}

// TestManyProcesses has processes put the same keys into one archive at once. Each
// key is stored by one of them.
func TestManyProcesses(t *testing.T) {
	processes, keys := 8, 30
	if *long {
		keys = 250
	}
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			url := k.scheme + ":" + filepath.Join(t.TempDir(), "a")
			var all []*archive.Entry
			outs := make([]strings.Builder, processes)
			wait := make([]func() error, processes)
			for p := range processes {
				// Every process has keys of its own, and tries those of the next one too.
				cmd := child(t, "fill", url, strconv.Itoa(p*keys), strconv.Itoa((p+2)*keys), "1")
				cmd.Stdout = &outs[p]
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				wait[p] = cmd.Wait
			}
			for p, w := range wait {
				if err := w(); err != nil {
					t.Errorf("process %d: %v\n%s", p, err, outs[p].String())
				}
			}
			if t.Failed() {
				return
			}
			owners := make(map[int]int)
			for i := range outs {
				for _, n := range storedIn(outs[i].String()) {
					owners[n]++
				}
			}
			a := opened(t, k.open, strings.TrimPrefix(url, k.scheme+":"), nil)
			for n := range (processes + 1) * keys {
				if owners[n] != 1 {
					t.Errorf("entry %d was stored %d times", n, owners[n])
				}
				all = append(all, entry("f", n, vector(50, float64(n))))
				wantValue(t, a, all[n])
			}
			wantListed(t, a, "f", all...)
			closeNow(t, a)
		})
	}
}

// TestDeadWriter kills a process that has just written, while another has the file
// open and goes on.
func TestDeadWriter(t *testing.T) {
	url := "hdf:" + filepath.Join(t.TempDir(), "a.h5")
	a := startHelper(t, url)
	for i := range 10 {
		b := startHelper(t, url)
		b.want("ok", "put", strconv.Itoa(i))
		if i%2 == 0 {
			a.want(strconv.Itoa(i), "get", strconv.Itoa(i))
		}
		if err := syscall.Kill(b.pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		a.want("there", "put", strconv.Itoa(i))
		a.want("ok", "put", strconv.Itoa(100+i))
	}
	a.want("20", "list")
	a.want("ok", "close")
}

// TestStoppedWriter stops a process while it has the turn: others wait for as long
// as they were told to, and say what to do.
func TestStoppedWriter(t *testing.T) {
	path := made(t, 0)
	a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Wait: 300 * time.Millisecond})
	cmd := child(t, "fill", "hdf:"+path, "0", "1000000", "1")
	err := cmd.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	// It has the turn most of the time; where it is stopped without, it is let go on.
	n := 2_000_000
	for deadline := time.Now().Add(20 * time.Second); ; n++ {
		if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		if err = a.Put(t.Context(), entry("f", n, number(1))); err != nil || time.Now().After(deadline) {
			break
		}
		if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Millisecond)
	}
	if !errors.Is(err, archive.ErrLocked) || !strings.Contains(err.Error(), "end that process") {
		t.Fatalf("beside a stopped writer: %v", err)
	}
	t.Log(err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := a.Put(ctx, entry("f", n, number(1))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a context that ends: %v", err)
	}
	wantValue(t, a, entry("f", 1, vector(100, 0))) // reading needs no turn
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	put(t, a, entry("f", n, number(1)))
	wantValue(t, a, entry("f", n, number(1)))
	closeNow(t, a)
}

// TestTurnLeaks opens the file anew for many turns of two processes, and wants nothing
// left behind.
func TestTurnLeaks(t *testing.T) {
	rounds := 100
	if *long {
		rounds = 20_000
	}
	for _, mode := range []string{"rw", "r"} {
		url := "hdf:" + made(t, 0) + "?sync=off&mode="
		b := startHelper(t, url+"rw")
		a := openURL(t, url+mode)
		round := func(i int) {
			if mode != "r" {
				put(t, a, entry("f", 1, number(float64(i))))
			}
			b.want("ok", "again", "2")
			wantValue(t, a, entry("f", 2, number(2.5)))
		}
		for i := range 10 {
			round(i)
		}
		handles, files, kib := held(t)
		for i := range rounds {
			round(i)
		}
		handles2, files2, kib2 := held(t)
		if handles2 != handles || files2 != files {
			t.Errorf("%d objects of HDF5 and %d descriptors, before %d and %d", handles2, files2, handles, files)
		}
		if grown := kib2 - kib; grown > 32<<10 {
			t.Errorf("%d MiB of memory more after %d turns", grown>>10, rounds)
		} else {
			t.Logf("%d objects, %d descriptors, %+d KiB over %d turns", handles2, files2, grown, rounds)
		}
		closeNow(t, a)
	}
}

// BenchmarkTurn overwrites a row in another process, which takes a turn, and reads it
// here, among 200,000.
func BenchmarkTurn(b *testing.B) {
	path := filepath.Join(b.TempDir(), "a.h5")
	a := opened(b, hdfarchive.Open, path, &hdfarchive.Options{Sync: hdfarchive.SyncOff})
	rows := make([]*archive.Entry, 200_000)
	for i := range rows {
		rows[i] = entry("f", i, number(float64(i)))
	}
	if _, err := a.PutMany(b.Context(), rows); err != nil {
		b.Fatal(err)
	}
	other := startHelper(b, "hdf:"+path+"?sync=off")
	turn := func() {
		other.want("ok", "again", "1")
		if _, err := a.Get(b.Context(), "f", rows[1].Key); err != nil {
			b.Fatal(err)
		}
	}
	turn() // both have an index now
	for b.Loop() {
		turn()
	}
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
}
