package klepto

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
)

// signature is what the type of a wrapped function says.
type signature struct {
	context  bool // comes first
	params   []param
	variadic bool
	results  []reflect.Type
	fails    bool // an error comes last

	keys *keymap.Signature
	kept reflect.Type // the only result, or a struct of the results
}

// param is a parameter other than the leading context.
type param struct {
	name  string // empty for a struct whose fields are the arguments
	typ   reflect.Type
	codec *value.Codec[reflect.Value] // nil: values of the type cannot be stored
}

// newSignature reads the type of the function that o is for. It sets o.Safe
// where the function cannot return an error.
func newSignature(t reflect.Type, o *Options) (*signature, error) {
	s := &signature{variadic: t.IsVariadic()}
	for i := range t.NumIn() {
		if i == 0 && t.In(0) == contextType {
			s.context = true
			continue
		}
		s.params = append(s.params, param{typ: t.In(i)})
	}
	for i := range t.NumOut() {
		s.results = append(s.results, t.Out(i))
	}
	if n := len(s.results); n > 0 && s.results[n-1] == errorType {
		s.fails, s.results = true, s.results[:n-1]
	}
	o.Safe = o.Safe || !s.fails
	for _, step := range []func(*Options) error{s.nameParams, s.compileKeys, s.compileParams, s.compileResults} {
		if err := step(o); err != nil {
			return nil, fmt.Errorf("klepto: %s: a %s cannot be wrapped: %w", o.Name, t, err)
		}
	}
	return s, nil
}

func (s *signature) nameParams(o *Options) error {
	n := len(s.params)
	if o.Names != nil {
		if err := checkNames("Names", o.Names, n, "arguments"); err != nil {
			return err
		}
		for i := range s.params {
			s.params[i].name = o.Names[i]
		}
		return nil
	}
	for i := range s.params {
		s.params[i].name = "x" + strconv.Itoa(i)
	}
	if n == 1 {
		s.params[0].name = "x"
		if s.params[0].typ.Kind() == reflect.Struct {
			s.params[0].name = ""
		}
	}
	return nil
}

// checkNames checks Options.Names or Results for n arguments or results.
func checkNames(option string, names []string, n int, things string) error {
	if len(names) != n {
		return fmt.Errorf("Options.%s has %d names for %d %s", option, len(names), n, things)
	}
	for i, name := range names {
		if name == "" || !utf8.ValidString(name) {
			return fmt.Errorf("Options.%s[%d] is %q: it needs a name", option, i, name)
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("Options.%s has %q twice", option, name)
		}
	}
	return nil
}

func (s *signature) compileKeys(o *Options) (err error) {
	params := make([]keymap.Param, len(s.params))
	for i, p := range s.params {
		params[i] = keymap.Param{Name: p.name, Type: p.typ, Variadic: s.variadic && i == len(s.params)-1}
	}
	if s.keys, err = keymap.NewSignature(params, o.keymap()); err != nil {
		return err
	}
	keyed := s.keys.Names()
	for _, p := range s.params {
		if p.typ == contextType && slices.Contains(keyed, p.name) {
			return fmt.Errorf("argument %q is a context.Context: make it the first one, or name it in Options.Ignore", p.name)
		}
	}
	return nil
}

// compileParams makes the codecs of the arguments. An argument whose type cannot
// be stored is missing in entries, as the result does not need it there: it is
// in the key, or it was ignored.
func (s *signature) compileParams(*Options) error {
	for i := range s.params {
		p := &s.params[i]
		c, err := value.CodecOf(p.typ)
		if err != nil && p.name == "" {
			return err
		}
		p.codec = c
	}
	return nil
}

func (s *signature) compileResults(o *Options) error {
	if i := slices.Index(s.results, errorType); i >= 0 {
		return fmt.Errorf("result %d is an error: only the last one can be", i)
	}
	switch n := len(s.results); {
	case n == 0:
		return errors.New("it returns nothing to keep")
	case n == 1 && o.Results != nil:
		return errors.New("Options.Results names several results, and it has one, which is kept as it is")
	case n == 1:
		s.kept = s.results[0]
		return nil
	}
	names := o.Results
	if names == nil {
		for i := range s.results {
			names = append(names, "r"+strconv.Itoa(i))
		}
	}
	if err := checkNames("Results", names, len(s.results), "results"); err != nil {
		return err
	}
	fields := make([]reflect.StructField, len(s.results))
	for i, t := range s.results {
		if err := value.Check(t); err != nil {
			return fmt.Errorf("result %q: %w", names[i], err)
		}
		tag := "name='" + strings.ReplaceAll(names[i], "'", "''") + "'"
		fields[i] = reflect.StructField{
			Name: "R" + strconv.Itoa(i),
			Type: t,
			Tag:  reflect.StructTag("klepto:" + strconv.Quote(tag)),
		}
	}
	s.kept = reflect.StructOf(fields)
	return nil
}

// goType is the type of the results as Go writes it.
func (s *signature) goType() string {
	if len(s.results) == 1 {
		return s.kept.String()
	}
	names := make([]string, len(s.results))
	for i, t := range s.results {
		names[i] = t.String()
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// record returns the exact arguments by name.
func (s *signature) record(args []reflect.Value) ([]value.Field, error) {
	fields := make([]value.Field, 0, len(args))
	for i, p := range s.params {
		v, err := p.encode(args[i])
		switch {
		case err != nil:
			return nil, err
		case v == nil:
		case p.name == "":
			return arguments(v, p.codec.Fields()), nil
		default:
			fields = append(fields, value.Field{Name: p.name, Value: v})
		}
	}
	return fields, nil
}

// encode returns the tree of an argument, of one in an interface as what it is;
// nil if it cannot be stored.
func (p *param) encode(x reflect.Value) (value.Value, error) {
	if p.codec != nil {
		return p.codec.Record(x)
	}
	if p.typ.Kind() != reflect.Interface {
		return nil, nil
	}
	if x.IsNil() {
		return value.Null{}, nil
	}
	c, err := value.CodecOf(x.Elem().Type())
	if err != nil {
		return nil, nil
	}
	return c.Record(x.Elem())
}

// join returns the results as they are kept; split takes them apart.
func (s *signature) join(results []reflect.Value) reflect.Value {
	kept := reflect.New(s.kept).Elem()
	if len(results) == 1 {
		kept.Set(results[0])
		return kept
	}
	for i, r := range results {
		kept.Field(i).Set(r)
	}
	return kept
}

func (s *signature) split(kept reflect.Value) []reflect.Value {
	if !kept.IsValid() { // there is none, but an error
		kept = reflect.Zero(s.kept)
	}
	results := make([]reflect.Value, len(s.results), len(s.results)+1)
	if len(results) == 1 {
		results[0] = kept
		return results
	}
	for i := range results {
		results[i] = kept.Field(i)
	}
	return results
}
