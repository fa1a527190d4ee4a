package value_test

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto/internal/need"
	"github.com/klepto-go/klepto/value"
)

// readingInPython returns the lines of doc.go that read CBOR in Python.
func readingInPython(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(doc)) {
		code, ok := strings.CutPrefix(line, "//\t")
		switch {
		case ok && (lines != nil || strings.HasPrefix(code, "import cbor2")):
			lines = append(lines, code)
		case lines != nil && strings.HasPrefix(lines[len(lines)-1], "result"):
			return strings.Join(lines, "")
		}
	}
	t.Fatal("doc.go has no Python any more")
	return ""
}

// TestCBORInPython: what the documentation shows reads everything that a result
// can be.
func TestCBORInPython(t *testing.T) {
	python := need.Python(t, "cbor2", "numpy")
	v, err := value.Of(struct {
		U     [][]float64 `klepto:"units=K,axes=y;x"`
		F     []float32
		I     [][]int16
		Bytes []byte
		N     int
		Small int8
		X     float64
		NaN   float64
		Z     complex128
		Zs    []complex64
		Yes   bool
		Mask  []bool
		Name  string
		Names []string
		Raw   []string
		Empty []float64
		Hole  [][]float64
		When  time.Time
		Times []time.Time
		Took  time.Duration
		None  *float64
		Rag   [][]float64
		ByInt map[int]string
		By    map[string][]float64
		Track []struct{ X, Y float64 }
		In    struct{ A []int }
		Tri   *mat.TriDense
	}{
		U: [][]float64{{1, 2, 3}, {4, 5, 6}}, F: []float32{0.5}, I: [][]int16{{-1}, {2}}, Bytes: []byte("ab"),
		N: -7, Small: -3, X: 0.1, NaN: math.NaN(), Z: 1 + 2i, Zs: []complex64{1, 2i}, Yes: true, Mask: []bool{true, false},
		Name: "κ", Names: []string{"a", "κ"}, Raw: []string{"a", "\xff"}, Empty: []float64{}, Hole: [][]float64{{}, {}},
		When: time.Unix(0, 1500000000).UTC(), Times: []time.Time{{}, time.Unix(1, 0)}, Took: time.Second,
		Rag: [][]float64{{1}, {2, 3}}, ByInt: map[int]string{1: "a"}, By: map[string][]float64{"a": {1}},
		Track: []struct{ X, Y float64 }{{1, 2}, {3, 4}}, In: struct{ A []int }{[]int{1}},
		Tri: mat.NewTriDense(2, mat.Upper, []float64{1, 2, 0, 3}),
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := value.MarshalCBOR(v)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "result.cbor"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", readingInPython(t)+`
r = result
assert r['U'].dtype == '<f8' and r['U'].tolist() == [[1, 2, 3], [4, 5, 6]]
assert r['F'].dtype == '<f4' and r['F'].tolist() == [0.5]
assert r['I'].dtype == '<i2' and r['I'].tolist() == [[-1], [2]]
assert r['Bytes'].tobytes() == b'ab'
assert (r['N'], r['Small'], r['X'], r['Z'], r['Yes'], r['Name']) == (-7, -3, 0.1, 1+2j, True, 'κ')
assert r['NaN'] != r['NaN'] and r['None'] is None
assert r['Zs'].dtype == '<c8' and r['Zs'].tolist() == [1, 2j]
assert r['Mask'].dtype == bool and r['Mask'].tolist() == [True, False]
assert r['Names'].tolist() == ['a', 'κ']
assert r['Raw'].tolist() == ['a', b'\xff']
assert r['Empty'].shape == (0,) and r['Hole'].shape == (2, 0)
assert r['When'] == 1500000000 and r['Took'] == 1000000000
assert np.isnat(r['Times'][0]) and r['Times'][1] == np.datetime64('1970-01-01T00:00:01')
assert [x.tolist() for x in r['Rag']] == [[1], [2, 3]]
assert r['ByInt'] == {1: 'a'} and r['By']['a'].tolist() == [1]
assert {k: x.tolist() for k, x in r['Track'].items()} == {'X': [1, 3], 'Y': [2, 4]}
assert r['In']['A'].tolist() == [1]
assert r['Tri']['kind'] == 'upper' and r['Tri']['matrix'].tolist() == [[1, 2], [0, 3]]
`)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
