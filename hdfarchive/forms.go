package hdfarchive

import (
	"bytes"
	"errors"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// formsName is the dataset of forms, one a line: in the group "packed" those of its
// rows, beside the catalog those of its records.
const formsName = "forms"

const (
	formChunk = 512
	maxForms  = 1024 // of a table or catalog; what needs more gets none
)

// formSet has the forms of a table or catalog.
type formSet struct {
	forms  []*form          // nil: it cannot be read
	bySig  map[string][]int // numbers of forms
	length int              // bytes of the dataset
}

// add gives a form its number. It is found by what newRow says of its entries.
func (s *formSet) add(f *form) {
	if s.bySig == nil {
		s.bySig = make(map[string][]int)
	}
	if f != nil {
		if sig := f.sig(); sig != "" {
			s.bySig[sig] = append(s.bySig[sig], len(s.forms))
		}
	}
	s.forms = append(s.forms, f)
}

// sig is that of the rows of the form.
func (f *form) sig() string {
	e := f.common
	e.Key.Canonical = f.prefix
	e.Key.Digest = digestOf([]byte(f.prefix))
	e.Key.Name = e.Key.Digest.String()
	e.Call.Args, e.Value = f.args, f.value
	if r := newRow(&e); r != nil {
		return string(r.sig)
	}
	return "" // no entry will be like it
}

// find returns the form of a row and its number, or nil. like is how many bytes of
// its key are those of a form that is the same but for the prefix.
func (s *formSet) find(r *row) (n int, f *form, like int) {
	key := r.e.Key.Canonical
	like = -1
	for _, n := range s.bySig[string(r.sig)] {
		f := s.forms[n]
		if f.holds(key) {
			return n, f, 0
		}
		if len(f.prefix)+f.Key == len(key) {
			like = max(like, prefixLength(f.prefix, key))
		}
	}
	return 0, nil, like
}

// prefixLength is how long a and b are the same.
func prefixLength(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// at returns the form of a number, nil where there is none.
func (s *formSet) at(n int) *form {
	if n < len(s.forms) {
		return s.forms[n]
	}
	return nil
}

// readForms reads the forms in g; without the dataset there are none.
func readForms(g *h5.Group) (*formSet, error) {
	s := &formSet{}
	i, err := g.Stat(formsName)
	if errors.Is(err, h5.ErrAbsent) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if s.length, _, err = i.Elements(); err != nil || s.length == 0 || len(i.Shape) != 1 || i.Type.Class != h5.Int || i.Type.Size != 1 {
		return nil, damaged("the forms are no text")
	}
	text := make([]byte, s.length)
	if err := g.ReadRows(formsName, byteType, 0, text); err != nil {
		return nil, err
	}
	for line := range bytes.Lines(text) {
		f, err := parseForm(string(bytes.TrimSuffix(line, []byte("\n"))))
		if err != nil {
			f = nil // its rows are lost
		}
		s.add(f)
	}
	return s, nil
}

// write appends the text of forms to the dataset, which it makes for the first.
func (s *formSet) write(g *h5.Group, lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	if s.length == 0 {
		if err := g.Put(formsName, &h5.Dataset{Type: byteType, Shape: []int{0}, Chunk: []int{formChunk}}); err != nil {
			return err
		}
	}
	err := g.WriteRows(formsName, byteType, s.length, lines)
	s.length += len(lines)
	return err
}

// appendLine appends the text of the form as the dataset has it.
func (f *form) appendLine(b []byte) []byte { return append(append(b, f.text...), '\n') }
