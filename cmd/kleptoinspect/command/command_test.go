package command_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/notebook/render"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// run runs the program as in a pipe.
func run(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return runIn(t, &command.Env{}, args...)
}

func runIn(t testing.TB, env *command.Env, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	env.Out, env.Err, env.Now, env.Version = &out, &errs, func() time.Time { return now }, "v1.2.3"
	code = command.Run(t.Context(), args, env)
	return out.String(), errs.String(), code
}

func TestGolden(t *testing.T) {
	url, others := demo(t), variants(t)
	id := ids(t, url, "grayscott")[0]
	terminal := func() *command.Env {
		return &command.Env{Terminal: true, Width: 80, Height: 24, Colors: render.Color256}
	}
	pipe := func() *command.Env { return &command.Env{} }
	for _, c := range []struct {
		name string
		env  func() *command.Env
		args []string
	}{
		{"info", pipe, []string{"info", url}},
		{"info-json", pipe, []string{"info", url, "--json"}},
		{"info-terminal", terminal, []string{"info", url}},
		{"ls", pipe, []string{"ls", url}},
		{"ls-json", pipe, []string{"ls", url, "--json", "--limit", "3"}},
		{"ls-terminal", terminal, []string{"ls", url}},
		{"ls-where", pipe, []string{"ls", url, "--function", "grayscott", "--where", "F>=0.03 && k==0.05", "--sort", "-seconds"}},
		{"info-variants", pipe, []string{"info", others}},
		{"tree-variants", pipe, []string{"tree", others}},
		{"ls-variants", pipe, []string{"ls", others, "--sort", "rounding,-version"}},
		{"ls-none", pipe, []string{"ls", url, "--where", "F>1"}},
		{"show", pipe, []string{"show", url, id[:6]}},
		{"show-json", pipe, []string{"show", url, "--at", "F=0.04,k=0.06", "--json"}},
		{"show-terminal", terminal, []string{"show", url, "--at", "name=x"}},
		{"show-mixed", pipe, []string{"show", url, "--at", "name='two words'"}},
		{"show-mixed-json", pipe, []string{"show", url, "--at", "name='two words'", "--json"}},
		{"show-all-json", pipe, []string{"show", url, "--at", "name=x", "--json", "--values"}},
		{"show-member", pipe, []string{"show", url, id, "--member", "u", "--head", "10"}},
		{"show-slice", pipe, []string{"show", url, id, "--member", "u", "--slice", "1:4,::-3", "--head", "10"}},
		{"show-slice-json", pipe, []string{"show", url, "--at", "name='two words'", "--json", "--values", "--member", "[run].x", "--slice", "1:"}},
		{"tree", pipe, []string{"tree", url}},
		{"tree-json", pipe, []string{"tree", url, "--json", "--limit", "1"}},
		{"tree-terminal", terminal, []string{"tree", url, "--limit", "2"}},
		{"plot", pipe, []string{"plot", url, id}},
		{"plot-json", pipe, []string{"plot", url, id, "--json"}},
		{"plot-terminal", terminal, []string{"plot", url, "--at", "F=0.02,k=0.05", "--member", "u"}},
		{"plot-map", pipe, []string{"plot", url, "--function", "grayscott", "--x", "F", "--y", "k", "--z", "mean"}},
		{"plot-map-json", pipe, []string{"plot", url, "--function", "grayscott", "--x", "F", "--y", "k", "--json"}},
		{"plot-montage", pipe, []string{"plot", url, "--function", "grayscott", "--x", "F", "--y", "k", "--z", "u"}},
		{"plot-montage-json", pipe, []string{"plot", url, "--function", "grayscott", "--x", "F", "--y", "k", "--z", "u", "--json"}},
		{"plot-curves", pipe, []string{"plot", url, "--function", "grayscott", "--x", "F", "--z", "seconds"}},
		{"plot-curves-json", pipe, []string{"plot", url, "--function", "grayscott", "--x", "F", "--z", "mean", "--json"}},
		{"plot-variants", pipe, []string{"plot", others, "--x", "F", "--z", "bytes"}},
		{"plot-logx", pipe, []string{"plot", url, "--function", "grayscott", "--x", "F", "--z", "mean", "--logx"}},
		{"plot-table", pipe, []string{"plot", url, "--at", "name='two words'", "--member", "[run]"}},
		{"plot-table-json", pipe, []string{"plot", url, "--at", "name='two words'", "--member", "[run]", "--json"}},
		{"plot-slice", pipe, []string{"plot", url, "--at", "name=x", "--member", "Cube", "--slice", "0,:,:"}},
		{"plot-complex", pipe, []string{"plot", url, "--at", "name=x", "--member", "Z"}},
	} {
		stdout, stderr, code := runIn(t, c.env(), c.args...)
		if said := stderr != ""; code != 0 || said != (c.name == "ls-none") {
			t.Errorf("%s: exit %d, %s", c.name, code, stderr)
		}
		if strings.HasSuffix(c.name, "-json") && !json.Valid([]byte(stdout)) {
			t.Errorf("%s is not JSON", c.name)
		}
		if !strings.Contains(c.name, "terminal") && strings.Contains(stdout, "\x1b") {
			t.Errorf("%s has colours in a pipe", c.name)
		}
		golden(t, c.name+".txt", stdout)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run the test with -update and look at it\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}

// document reads the JSON that a command writes.
func document(t testing.TB, args ...string) map[string]any {
	t.Helper()
	stdout, stderr, code := run(t, append(args, "--json")...)
	if code != 0 {
		t.Fatalf("%v: exit %d, %s", args, code, stderr)
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func ids(t testing.TB, url, function string) []string {
	t.Helper()
	var out []string
	for _, e := range document(t, "ls", url, "--function", function)["entries"].([]any) {
		out = append(out, e.(map[string]any)["id"].(string))
	}
	return out
}

// The fields that the documentation promises.
func TestJSONFields(t *testing.T) {
	url := demo(t)
	entry := "args bytes created digest function go_type id rounding seconds shape version"
	member := "axes dtype inf long_name max mean min nan path shape units"
	check := func(what string, o any, want string) {
		t.Helper()
		var got []string
		for name := range o.(map[string]any) {
			got = append(got, name)
		}
		slices.Sort(got)
		w := strings.Fields(want)
		slices.Sort(w)
		if !slices.Equal(got, w) {
			t.Errorf("%s has %v, want %v", what, got, w)
		}
	}
	first := func(o map[string]any, name string) map[string]any { return o[name].([]any)[0].(map[string]any) }

	info := document(t, "info", url)
	check("info", info, "archive entries damaged bytes disk_bytes seconds functions")
	check("info function", first(info, "functions"), "name version rounding args entries bytes seconds first last")
	ls := document(t, "ls", url)
	check("ls", ls, "archive more damaged entries")
	check("ls entry", first(ls, "entries"), entry)
	show := document(t, "show", url, "--at", "F=0.02,k=0.05")
	check("show", show, entry+" archive rounded_args sum verified host go build vcs slice members more_members")
	check("show member", first(show, "members"), member+" head")
	check("show member values", first(document(t, "show", url, "--at", "F=0.02,k=0.05", "--values"), "members"), member+" values")
	tree := document(t, "tree", url)
	check("tree", tree, "archive functions")
	check("tree function", first(tree, "functions"), "name version rounding count more entries")
	check("tree entry", first(first(tree, "functions"), "entries"), entry+" members")
	check("tree member", first(first(first(tree, "functions"), "entries"), "members"), member)
	one := "archive file kind id function args "
	check("heatmap", document(t, "plot", url, "--at", "F=0.02,k=0.05"), one+"member slice units shape axes values")
	check("curve", document(t, "plot", url, "--at", "name=x", "--member", "I"), one+"member slice units shape axes values")
	check("table", document(t, "plot", url, "--at", "name='two words'", "--member", "[run]"), one+"columns")
	over := "archive file kind function x z units "
	check("curves", document(t, "plot", url, "--function", "grayscott", "--x", "F", "--z", "mean"), over+"curves")
	check("phase map", document(t, "plot", url, "--function", "grayscott", "--x", "F", "--y", "k", "--z", "mean"), over+"y values")
	check("montage", document(t, "plot", url, "--function", "grayscott", "--x", "F", "--y", "k", "--z", "u"), over+"y ids")
}

func TestExactNumbers(t *testing.T) {
	stdout, _, _ := run(t, "show", demo(t), "--at", "name=x", "--json", "--values")
	for _, want := range []string{"9223372036854775807", "-9223372036854775808", "9007199254740993", "1152921504606846976"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%s is not in the JSON", want)
		}
	}
}

// Every wrong use: its exit code, and what the one line on stderr must say.
func TestBadInput(t *testing.T) {
	url := demo(t)
	made.Store("empty", memarchive.New())
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	at := []string{"--at", "F=0.02,k=0.05"}
	grid := []string{"plot", url, "--function", "grayscott", "--x", "F", "--y", "k"}
	with := func(head []string, more ...string) []string { return append(slices.Clone(head), more...) }
	plotAt := with([]string{"plot", url}, at...)
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{2, "no command", nil},
		{2, "unknown command \"lst\"", []string{"lst"}},
		{2, "completion takes the name of a shell: bash, fish, powershell, zsh", []string{"completion", "fsh"}},
		{2, "completion takes the name of a shell", []string{"completion"}},
		{2, "no command \"lst\"", []string{"help", "lst"}},
		{1, "no archives with a journal", []string{"recover", "x.h5"}},
		{2, "only archives in one file", []string{"recover", "mem:"}},
		{2, "no parameters", []string{"recover", "hdf:x.h5?sync=off"}},
		{2, "recover takes one archive, not 2 arguments", []string{"recover", "x", "y"}},
		{2, "unknown flag: --frob", []string{"ls", url, "--frob"}},
		{2, "info takes one archive", []string{"info"}},
		{2, "show takes an archive and an id", []string{"show", url, "a", "b"}},
		{1, "missing.h5", []string{"ls", "missing.h5"}},
		{1, "not an archive", []string{"ls", text}},
		{1, "unknown scheme", []string{"info", "nope:x"}},
		{1, "test:other is not an archive", []string{"info", "test:other"}},
		{1, dir + " is a folder, but not an archive; name a file or folder that is one", []string{"ls", dir}},
		{1, "unknown parameter", []string{"info", url + "?colour=red"}},
		{1, `no function "heat"`, []string{"ls", url, "--function", "heat"}},
		{1, "the archive is empty", []string{"ls", "test:empty", "--function", "heat"}},
		{1, `no argument or column "q"`, []string{"ls", url, "--where", "q>1"}},
		{1, `no argument or column "q"`, []string{"ls", url, "--sort", "-q"}},
		{1, "cannot be compared", []string{"ls", url, "--where", `F=="a"`}},
		{1, "cannot be compared", []string{"ls", url, "--where", `data>1`}},
		{2, "--where: at position 3", []string{"ls", url, "--where", "F>"}},
		{2, "--limit -1", []string{"ls", url, "--limit", "-1"}},
		{2, "--sort", []string{"ls", url, "--sort", ","}},
		{2, "which of the 7 entries", []string{"show", url}},
		{2, "give one of them", with([]string{"show", url, "ab"}, at...)},
		{1, `begins with "zz"`, []string{"show", url, "zz"}},
		{1, "give more arguments", []string{"show", url, "--at", "F=0.02"}},
		{1, `no argument "Q"`, []string{"show", url, "--at", "Q=1"}},
		{1, "no entry at F=0.5; the nearest is F=0.04 (id ", []string{"show", url, "--at", "F=0.5"}},
		{1, "no entry at F=0.028, k=0.051; the nearest is F=0.03, k=0.05 (id ", []string{"show", url, "--at", "F=0.028,k=0.051"}},
		{1, "no entry at name=y; kleptoinspect ls", []string{"show", url, "--at", "name=y"}},
		{1, "no entry at name=x, n=1; the nearest is name=x, n=1152921504606846976", []string{"show", url, "--at", "name=x,n=1"}},
		{1, "2 entries are at F=0.02 and differ in k; give more", []string{"show", url, "--at", "F=0.02"}},
		{1, "3 entries are at F=0.1, k=0 and differ in version, rounding; give an id: ", []string{"show", variants(t), "--at", "F=0.1,k=0"}},
		{1, " version=- rounding=simple(3)", []string{"show", variants(t), "--at", "F=0.1,k=0"}},
		{2, "write name=value", []string{"show", url, "--at", "F"}},
		{2, "has no value", []string{"show", url, "--at", "F="}},
		{2, "no end", []string{"show", url, "--at", "F='a"}},
		{1, `no member "w"; the value has u, mean`, with([]string{"show", url, "--member", "w"}, at...)},
		{2, "goes with --json", with([]string{"show", url, "--values"}, at...)},
		{2, "not negative", with([]string{"show", url, "--head", "-1"}, at...)},
		{1, `no member "w"`, with(plotAt, "--member", "w")},
		{1, "single number", with(plotAt, "--member", "mean")},
		{2, "3 indices for 2 dimensions", with(plotAt, "--member", "u", "--slice", "0,:,:")},
		{2, "index 9 is out of range: the dimension has 6 elements", with(plotAt, "--slice", "9,:")},
		{2, "expected an index", with(plotAt, "--slice", "a,:")},
		{1, "3 dimensions", []string{"plot", url, "--at", "name=x", "--member", "Cube"}},
		{1, "no elements", []string{"plot", url, "--at", "name=x", "--member", "E"}},
		{1, "is null", []string{"plot", url, "--at", "name=x", "--member", "P"}},
		{1, "is a time", []string{"plot", url, "--at", "name=x", "--member", "T"}},
		{1, "is text", []string{"plot", url, "--at", "name=x", "--member", "S"}},
		{2, "no colour map", with(plotAt, "--colormap", "jet")},
		{2, "two numbers", with(plotAt, "--limits", "1")},
		{2, "ascending order", with(plotAt, "--limits", "2,1")},
		{2, "6x4", with(plotAt, "--size", "big")},
		{2, "1 to 60 inches", with(plotAt, "--size", "6x0")},
		{2, "dots per inch", with(plotAt, "--dpi", "1")},
		{2, "end the name in .png", with(plotAt, "-o", "a.jpg")},
		{1, "notes.txt/a.png: not a directory", with(plotAt, "-o", filepath.Join(text, "a.png"))},
		{2, "standard output", with(plotAt, "-o", "-", "--json")},
		{2, "leave the id", with(plotAt, "--x", "F")},
		{2, "--logx goes with --x", with(plotAt, "--logx")},
		{2, "--logx goes with --x", with(grid, "--logx")},
		{2, "--x is missing", []string{"plot", url, "--z", "mean"}},
		{2, "--x and --y are both F", []string{"plot", url, "--function", "grayscott", "--x", "F", "--y", "F", "--z", "mean"}},
		{1, "choose one by --function: fit, grayscott", []string{"plot", url, "--x", "F", "--z", "mean"}},
		{1, "name is text", []string{"plot", url, "--function", "fit", "--x", "name", "--z", "seconds"}},
		{1, `no argument "Q"`, []string{"plot", url, "--function", "grayscott", "--x", "Q", "--z", "mean"}},
		{1, `no member "w"`, with(grid, "--z", "w")},
		{1, "needs --y too", []string{"plot", url, "--function", "grayscott", "--x", "F", "--z", "u"}},
		{1, "choose one, e.g. --where 'name==", []string{"plot", url, "--function", "fit", "--x", "n", "--y", "rate", "--z", "seconds"}},
		{1, "no entry to draw", with(grid, "--where", "F>1")},
	} {
		stdout, stderr, code := run(t, c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit %d, %q; want %d, %q", c.args, code, stderr, c.code, c.want)
		}
		if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "kleptoinspect: ") {
			t.Errorf("%q: not one line: %q", c.args, stderr)
		}
		if stdout != "" {
			t.Errorf("%q: wrote %q all the same", c.args, stdout)
		}
	}
}

func TestAmbiguousPrefix(t *testing.T) {
	a := memarchive.New()
	o := &keymap.Options{Function: "f"}
	km := newKeymap[params](t, o)
	for i := range 17 { // more than there are first digits
		put(t, a, km, o, params{F: float64(i)}, 1.5, i)
	}
	made.Store("many", a)
	seen := make(map[byte]string)
	for _, id := range ids(t, "test:many", "f") {
		other, clash := seen[id[0]]
		seen[id[0]] = id
		if !clash {
			continue
		}
		_, stderr, code := run(t, "show", "test:many", id[:1])
		if code != 1 || !strings.Contains(stderr, "give more of it") {
			t.Errorf("exit %d, %q", code, stderr)
		}
		if _, stderr, code := run(t, "show", "test:many", other); code != 0 {
			t.Errorf("the whole id: exit %d, %q", code, stderr)
		}
		return
	}
	t.Fatal("no two ids begin alike")
}

// --at finds an entry by exact arguments, by rounded ones, and by others that
// round to the same.
func TestAt(t *testing.T) {
	url := demo(t)
	for _, at := range []string{"F=0.04000001,k=0.06", "F=0.04,k=0.06", "F=0.0400000003,k=6e-2", " F=0.04 , k=0.06"} {
		if got := document(t, "show", url, "--at", at)["args"].(map[string]any)["F"]; got != 0.04000001 {
			t.Errorf("%s: F is %v", at, got)
		}
	}
	for _, at := range []string{"n=-7", "rate=0.1", "opts.tol=1e-9", "name=two words", "opts.tol=1e-9,opts.fast=false"} {
		if got := document(t, "show", url, "--at", at)["args"].(map[string]any)["name"]; got != "two words" {
			t.Errorf("%s: name is %v", at, got)
		}
	}
}

func TestWhereFilters(t *testing.T) {
	url := demo(t)
	for where, want := range map[string]int{
		"F<0.03":                           2,
		"F==0.04":                          2, // 0.04000001, rounded to 3 decimals
		"0.04!=F":                          3,
		"F<=0.04":                          3, // which the key's rounding is no reason to stretch
		"rounding=='deep(3)'":              5,
		"F<0.03 && k>=0.06":                1,
		"F<0.03 || k==0.05":                4,
		"!(F<0.03)":                        5, // entries of other functions are not below either
		"F!=0.02":                          3,
		"k<F":                              0,
		"0.03<=F":                          3,
		`name=="two words"`:                1,
		`name = 'x'`:                       1,
		"n==-7":                            1,
		"n==1152921504606846976":           1,
		"n==1152921504606846977":           0,
		"rate==0.1":                        1,
		"opts.fast==false":                 2,
		"seconds>0.5":                      2,
		"seconds>500ms":                    2,
		"age<1h":                           1,
		"age>=5d":                          2,
		`created>"2026-02-28"`:             5,
		`created<="2026-03-01T11:00:00Z"`:  6,
		`function=="fit" && opts.tol<1e-8`: 2,
		"F==NaN":                           0,
		"F<Inf":                            5,
		"bytes>0":                          7,
	} {
		doc := document(t, "ls", url, "--where", where)
		if got := len(doc["entries"].([]any)); got != want {
			t.Errorf("%s: %d entries, want %d", where, got, want)
		}
	}
}

func TestSort(t *testing.T) {
	var got []float64
	for _, e := range document(t, "ls", demo(t), "--function", "grayscott", "--sort", "k,-F")["entries"].([]any) {
		got = append(got, e.(map[string]any)["args"].(map[string]any)["F"].(float64))
	}
	if want := []float64{0.04000001, 0.03, 0.02, 0.04000001, 0.02}; !slices.Equal(got, want) {
		t.Errorf("F is %v, want %v", got, want)
	}
}

func TestPNG(t *testing.T) {
	url := demo(t)
	path := filepath.Join(t.TempDir(), "u.png")
	stdout, stderr, code := run(t, "plot", url, "--at", "F=0.02,k=0.05", "-o", path, "--size", "4x3", "--dpi", "100")
	if stdout != "" || stderr != "" || code != 0 {
		t.Fatalf("exit %d, %q, %q", code, stdout, stderr)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != 400 || s.Y != 300 {
		t.Errorf("4 × 3 inches at 100 dots are %v", s)
	}
	stdout, _, code = run(t, "plot", url, "--function", "grayscott", "--x", "F", "--y", "k", "--z", "u", "-o", "-")
	if _, err := png.Decode(strings.NewReader(stdout)); err != nil || code != 0 {
		t.Errorf("standard output: exit %d, %v", code, err)
	}
}

// A damaged entry is reported and costs the exit code; the others are shown.
func TestDamage(t *testing.T) {
	a := memarchive.New()
	fill(t, a)
	made.Store("damaged", archive.New(damaged{a.Driver()}))
	stdout, stderr, code := run(t, "ls", "test:damaged")
	if code != 1 || !strings.Contains(stderr, "damaged") || strings.Count(stdout, "\n") < 6 {
		t.Errorf("exit %d, %q, %q", code, stderr, stdout)
	}
}

// A listing that is cut off by a full disk does not look like a short one.
func TestOutputFails(t *testing.T) {
	a := memarchive.New()
	fill(t, a)
	made.Store("full", a)
	for _, name := range []string{"info", "ls", "tree"} {
		var errs bytes.Buffer
		env := &command.Env{Out: full{}, Err: &errs}
		if code := command.Run(t.Context(), []string{name, "test:full"}, env); code != command.ExitError || !strings.Contains(errs.String(), "no space") {
			t.Errorf("%s: exit %d, %q", name, code, errs.String())
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestVersionAndHelp(t *testing.T) {
	if stdout, _, code := run(t, "--version"); code != 0 || stdout != "kleptoinspect v1.2.3\n" {
		t.Errorf("--version: %d, %q", code, stdout)
	}
	for _, args := range [][]string{{"--help"}, {"ls", "--help"}, {"show", "--help"}, {"tree", "--help"}, {"info", "--help"}, {"plot", "--help"}, {"recover", "--help"}} {
		if stdout, stderr, code := run(t, args...); code != 0 || stderr != "" || !strings.Contains(stdout, "Examples:") {
			t.Errorf("%v: exit %d, %q, %q", args, code, stderr, stdout)
		}
	}
}

func TestMissingKinds(t *testing.T) {
	env := &command.Env{Missing: "built without HDF5"}
	if _, stderr, _ := runIn(t, env, "ls", "nope:x.h5"); !strings.Contains(stderr, "built without HDF5") {
		t.Errorf("an archive of a kind that is left out: %q", stderr)
	}
}

func TestCompletion(t *testing.T) {
	url := demo(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"show", url, ""}, ids(t, url, "grayscott")[0] + "\tgrayscott(F="},
		{[]string{"ls", url, "--function", ""}, "fit\ngrayscott\n"},
		{[]string{"ls", url, "--sort", "F,"}, "F,k\n"},
		{[]string{"show", url, "--at", ""}, "F="},
		{[]string{"show", url, "--function", "grayscott", "--member", ""}, "u\tfloat64[6 8]"},
		{[]string{"plot", url, "--x", ""}, "F\n"},
		{[]string{"plot", url, "--colormap", ""}, "viridis"},
		{[]string{"show", "missing.h5", ""}, ""},
	} {
		stdout, _, code := run(t, append([]string{"__complete"}, c.args...)...)
		if code != 0 || !strings.Contains(stdout, c.want) {
			t.Errorf("%v: exit %d, %q", c.args, code, stdout)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if stdout, _, code := run(t, "completion", shell); code != 0 || !strings.Contains(stdout, "kleptoinspect") {
			t.Errorf("%s: exit %d", shell, code)
		}
	}
}
