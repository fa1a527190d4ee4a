package command_test

import (
	"context"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
)

// fresh makes an archive of entries F=0…n-1 of a function, whose results are F times
// scale, and returns its URL.
func fresh(t *testing.T, name, function string, n int, scale float64) string {
	t.Helper()
	a := memarchive.New()
	o := &keymap.Options{Function: function}
	km := newKeymap[params](t, o)
	for i := range n {
		put(t, a, km, o, params{F: float64(i)}, scale*float64(i), i)
	}
	made.Store(name, a)
	return "test:" + name
}

func entries(t *testing.T, url string) int {
	t.Helper()
	return len(document(t, "ls", url)["entries"].([]any))
}

// Each change, on an archive of its own: what it says, how it ends, what is there then.
func TestChanges(t *testing.T) {
	empty := func() string {
		made.Store("into", memarchive.New())
		return "test:into"
	}
	for name, c := range map[string]struct {
		args func(t *testing.T) []string
		in   string
		code int
		says string
		left int // entries in test:into
	}{
		"copy": {func(t *testing.T) []string { return []string{"copy", fresh(t, "a", "f", 4, 1), empty()} }, "", 0, "4 entries copied, 0 were there already\n", 4},
		"copy again": {func(t *testing.T) []string {
			return []string{"copy", fresh(t, "a", "f", 4, 1), fresh(t, "into", "f", 4, 1)}
		}, "", 0, "0 entries copied, 4 were there already\n", 4},
		"copy a function": {func(t *testing.T) []string {
			return []string{"copy", demo(t), empty(), "--function", "fit"}
		}, "", 0, "2 entries copied", 2},
		"copy none": {func(t *testing.T) []string {
			return []string{"copy", demo(t), empty(), "--function", "none"}
		}, "", 1, `no function "none"; the archive has fit, grayscott`, 0},
		"merge": {func(t *testing.T) []string {
			return []string{"merge", empty(), fresh(t, "a", "f", 4, 1), fresh(t, "b", "f", 6, 1), fresh(t, "c", "g", 2, 1)}
		}, "", 0, "8 entries copied, 4 were there already\n", 8},
		"conflict": {func(t *testing.T) []string {
			return []string{"merge", empty(), fresh(t, "a", "f", 4, 1), fresh(t, "b", "f", 6, 2)}
		}, "", 1, "different results for one key, 3 of them: f/", 0},
		"conflict with what is there": {func(t *testing.T) []string {
			return []string{"copy", fresh(t, "a", "f", 4, 1), fresh(t, "into", "f", 2, 3)}
		}, "", 1, "nothing was stored: choose which to keep by --on-conflict newest or --on-conflict keep", 2},
		"keep": {func(t *testing.T) []string {
			return []string{"merge", empty(), fresh(t, "a", "f", 4, 1), fresh(t, "b", "f", 6, 2), "--on-conflict", "keep"}
		}, "", 0, "6 entries copied, 1 were there already, 3 had other results, of which those that were there stay", 6},
		"onto itself": {func(t *testing.T) []string { u := fresh(t, "into", "f", 2, 1); return []string{"copy", u, u} }, "", 2, "is source and destination", 2},
		"bad rule":    {func(t *testing.T) []string { return []string{"copy", empty(), empty(), "--on-conflict", "x"} }, "", 2, "give error, newest or keep", 0},
		"rm": {func(t *testing.T) []string {
			return []string{"rm", fresh(t, "into", "f", 5, 1), "--where", "F>=3", "--yes"}
		}, "", 0, "2 entries deleted\n", 3},
		"rm by --at": {func(t *testing.T) []string {
			return []string{"rm", fresh(t, "into", "f", 5, 1), "--at", "F=2", "--yes"}
		}, "", 0, "1 entry deleted\n", 4},
		"rm asks":     {func(t *testing.T) []string { return []string{"rm", fresh(t, "into", "f", 5, 1), "--where", "F>=3"} }, "y\n", 0, "delete 2 entries of 5 entries? [y/N] 2 entries deleted\n", 3},
		"rm is told":  {func(t *testing.T) []string { return []string{"rm", fresh(t, "into", "f", 5, 1), "--where", "F>=3"} }, "\n", 1, "nothing was deleted", 5},
		"rm in pipes": {func(t *testing.T) []string { return []string{"rm", fresh(t, "into", "f", 5, 1), "--where", "F>=3"} }, "none", 2, "say so by --yes", 5},
		"rm of all":   {func(t *testing.T) []string { return []string{"rm", fresh(t, "into", "f", 5, 1), "--yes"} }, "", 2, "--where 'seconds>=0' chooses all", 5},
		"rm of both":  {func(t *testing.T) []string { return []string{"rm", empty(), "9f", "--where", "F>1"} }, "", 2, "give one of them", 0},
		"compact":     {func(t *testing.T) []string { return []string{"compact", fresh(t, "into", "f", 5, 1)} }, "", 1, "leaves nothing behind", 5},
	} {
		t.Run(name, func(t *testing.T) {
			empty()
			env := &command.Env{In: strings.NewReader(c.in)}
			if c.in == "none" {
				env.In = nil
			}
			args := c.args(t)
			stdout, stderr, code := runIn(t, env, args...)
			if code != c.code || !strings.Contains(stdout+stderr, c.says) {
				t.Errorf("exit %d, %q, %q; want %d and %q", code, stdout, stderr, c.code, c.says)
			}
			if got := entries(t, "test:into"); got != c.left {
				t.Errorf("%d entries are left, want %d", got, c.left)
			}
		})
	}
}

func TestDiff(t *testing.T) {
	for name, c := range map[string]struct {
		a, b float64
		args []string
		code int
		says string
	}{
		"same":      {1, 1, nil, 0, "4 the same, 0 different"},
		"different": {1, 2, nil, 3, "1 against 2"},
		"close":     {1, 1 + 1e-12, []string{"--rtol", "1e-9"}, 0, "4 the same, 0 different"},
		"not close": {1, 1 + 1e-6, []string{"--rtol", "1e-9"}, 3, "1 the same, 3 different"},
		"bad":       {1, 1, []string{"--atol", "-1"}, 2, "not negative"},
	} {
		a, b := fresh(t, "a", "f", 4, c.a), fresh(t, "b", "f", 4, c.b)
		stdout, stderr, code := run(t, append([]string{"diff", a, b}, c.args...)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%s: exit %d, %q, %q", name, code, stdout, stderr)
		}
	}
	a, b := fresh(t, "a", "f", 4, 1), fresh(t, "b", "f", 6, 1)
	if stdout, _, code := run(t, "diff", a, b); code != 3 || strings.Count(stdout, "second   f/") != 2 {
		t.Errorf("exit %d, %s", code, stdout)
	}
	stdout, _, code := run(t, "diff", b, a, "--json")
	if code != 3 || !strings.Contains(stdout, `"only_second": []`) || strings.Count(stdout, `"id"`) != 2 {
		t.Errorf("exit %d, %s", code, stdout)
	}
}

// spoilt returns one entry with another value than was stored.
type spoilt struct{ driver.Archive }

func (s spoilt) Get(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	e, err := s.Archive.Get(ctx, function, key)
	if err == nil && e.Provenance.Created.Equal(now) {
		e.Sum++
	}
	return e, err
}

func TestVerify(t *testing.T) {
	url := fresh(t, "sound", "f", 4, 1)
	if stdout, stderr, code := run(t, "verify", url); code != 0 || stderr != "" || stdout != "4 entries of 32 B checked, 0 damaged\n" {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	a, _ := made.Load("sound")
	made.Store("spoilt", archive.New(spoilt{a.(*archive.Archive).Driver()}))
	stdout, stderr, code := run(t, "verify", "test:spoilt")
	if code != 1 || !strings.Contains(stdout, "checksum") || !strings.Contains(stderr, "1 entry is damaged; kleptoinspect rm test:spoilt --damaged deletes") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	stdout, _, code = run(t, "verify", "test:spoilt", "--json")
	if code != 1 || !strings.Contains(stdout, `"entries": 4`) || strings.Count(stdout, `"id"`) != 1 {
		t.Errorf("exit %d, %q", code, stdout)
	}
}

// What verify advises deletes the damaged entries, and no other.
func TestRemoveDamaged(t *testing.T) {
	fresh(t, "into", "f", 4, 1)
	a, _ := made.Load("into")
	made.Store("spoilt", archive.New(spoilt{a.(*archive.Archive).Driver()}))
	for _, c := range []struct {
		args []string
		in   string
		code int
		says string
		left int
	}{
		{[]string{"--damaged", "--where", "F>1"}, "", 2, "give one of them", 4},
		{[]string{"--damaged"}, "n\n", 1, "delete 1 damaged entry of 4 entries? [y/N]", 4},
		{[]string{"--damaged"}, "y\n", 0, "1 entry deleted", 3},
		{[]string{"--damaged", "--json"}, "", 0, `"deleted": []`, 3},
	} {
		env := &command.Env{In: strings.NewReader(c.in)}
		stdout, stderr, code := runIn(t, env, append([]string{"rm", "test:spoilt"}, c.args...)...)
		if left := entries(t, "test:into"); code != c.code || !strings.Contains(stdout+stderr, c.says) || left != c.left {
			t.Errorf("%v, %q: exit %d, %q, %q, %d are left; want %d, %q and %d", c.args, c.in, code, stdout, stderr, left, c.code, c.says, c.left)
		}
	}
	made.Store("spoilt", archive.New(damaged{a.(*archive.Archive).Driver()}))
	if _, stderr, code := run(t, "rm", "test:spoilt", "--damaged"); code != 1 || !strings.Contains(stderr, "1 damaged entry cannot be named") {
		t.Errorf("exit %d, %q", code, stderr)
	}
}

// Maps among the arguments are shown with what is in them.
func TestMapArguments(t *testing.T) {
	type in struct {
		M map[string]int `klepto:"name=m"`
	}
	a := memarchive.New()
	o := &keymap.Options{Function: "f"}
	put(t, a, newKeymap[in](t, o), o, in{map[string]int{"a": 1, "b": 2}}, 1.5, 0)
	made.Store("maps", a)
	if stdout, _, code := run(t, "show", "test:maps"); code != 0 || strings.Count(stdout, "{a: 1, b: 2}") != 2 {
		t.Errorf("exit %d, %s", code, stdout)
	}
}

func TestCSV(t *testing.T) {
	stdout, stderr, code := run(t, "ls", demo(t), "--csv")
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if code != 0 || stderr != "" || len(lines) != 8 || !strings.HasPrefix(lines[0], "id,function,version,rounding,") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	if _, stderr, code := run(t, "ls", demo(t), "--csv", "--json"); code != 2 || !strings.Contains(stderr, "give one of them") {
		t.Errorf("exit %d, %q", code, stderr)
	}
}
