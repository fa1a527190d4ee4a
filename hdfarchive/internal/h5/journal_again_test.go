package h5_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// TestRecoverAgain finds the journal still there although the file holds all of it, as
// when a process dies at the end of a checkpoint: it is the same to recover it once more,
// wherever the commits have made the file end.
func TestRecoverAgain(t *testing.T) {
	dir := t.TempDir()
	path, again := filepath.Join(dir, "a.h5"), filepath.Join(dir, "b.h5")
	rnd := rand.New(rand.NewPCG(4, 2))
	f, j := journaled(t, path, h5.FileOptions{Create: true}, &h5.JournalOptions{Sync: h5.JournalOff})
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for round := range 200 {
		for commit := range 1 + rnd.IntN(4) {
			for k := range 1 + rnd.IntN(4) {
				if len(have) > 0 && rnd.IntN(2) == 0 {
					i := rnd.IntN(len(have))
					if err := root.Delete(have[i]); err != nil {
						t.Fatal(err)
					}
					have[i] = have[len(have)-1]
					have = have[:len(have)-1]
				} else {
					name := fmt.Sprintf("%c%d", 'a'+rnd.IntN(26), 100*round+10*commit+k)
					put(t, f, name, 1<<rnd.IntN(16)+rnd.IntN(100))
					have = append(have, name)
				}
			}
			if err := f.Commit(false); err != nil {
				t.Fatal(err)
			}
		}
		want := sorted(names(t, f))
		copyFile(t, path+"-wal", again+"-wal")
		before, err := j.Stats()
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Checkpoint(0); err != nil {
			t.Fatal(err)
		}
		if after, err := j.Stats(); err != nil || after.Commits != before.Commits {
			continue // there was one more commit, which is not in the copy
		}
		copyFile(t, path, again)
		twice, err := h5.Open(again, &h5.FileOptions{Write: true, Backing: h5.NewJournal(nil)})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if got := sorted(names(t, twice)); got != want {
			t.Fatalf("round %d: %q, want %q", round, got, want)
		}
		if err := twice.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func sorted(names string) string {
	all := strings.Fields(names)
	slices.Sort(all)
	return strings.Join(all, " ")
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}
