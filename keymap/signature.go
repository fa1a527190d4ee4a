package keymap

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// Param is a parameter of a function that takes its arguments by position.
type Param struct {
	Name string
	Type reflect.Type
	// Variadic marks the last parameter of a variadic function. Its Type is a
	// slice; calls with no argument for it are one, be the slice nil or empty.
	Variadic bool
}

// Signature makes the keys of a function that takes its arguments by position.
// They are the keys that a Keymap of a struct makes whose fields have the names
// and types of the parameters. It may be used from many goroutines.
type Signature struct {
	plan  *plan
	frame reflect.Type // a struct of the arguments
	rest  int          // the variadic parameter, or -1
}

// NewSignature compiles how calls with these parameters are keyed. It reports
// what New reports, and a parameter without a name. Only a struct
// that is the sole parameter needs none: it is what an In is to New.
func NewSignature(params []Param, o *Options) (*Signature, error) {
	s := &Signature{rest: -1}
	members := make([]reflect.StructField, len(params))
	for i, p := range params {
		members[i] = reflect.StructField{Name: fmt.Sprint("A", i), Type: p.Type}
		if p.Variadic {
			if i != len(params)-1 || p.Type.Kind() != reflect.Slice {
				return nil, fmt.Errorf("%w: parameter %q: only the last one can be variadic, and is a slice", ErrOption, p.Name)
			}
			s.rest = i
		}
	}
	s.frame = reflect.StructOf(members)
	if len(params) == 1 && params[0].Name == "" && params[0].Type.Kind() == reflect.Struct {
		p := params[0]
		if isArguments(p.Type) {
			fields, err := fieldsOf(p.Type, p.Type.String())
			if err != nil {
				return nil, err
			}
			return s.compile(fields, o)
		}
		p.Name = "x"
		params = []Param{p}
	}
	fields := make([]field, len(params))
	for i, p := range params {
		if p.Name == "" {
			return nil, fmt.Errorf("%w: parameter %d has no name", ErrOption, i)
		}
		if slices.ContainsFunc(params[:i], func(q Param) bool { return q.Name == p.Name }) {
			return nil, fmt.Errorf("%w: two parameters are named %q", ErrOption, p.Name)
		}
		fields[i] = field{name: p.Name, path: p.Name, typ: p.Type, off: s.frame.Field(i).Offset, variadic: p.Variadic}
	}
	return s.compile(fields, o)
}

func (s *Signature) compile(fields []field, o *Options) (_ *Signature, err error) {
	if s.plan, err = newPlan(fields, o); err != nil {
		return nil, err
	}
	return s, nil
}

// Keymap returns the keymap that makes the same keys of the same arguments.
func (s *Signature) Keymap() *Keymap[[]reflect.Value] {
	return &Keymap[[]reflect.Value]{plan: s.plan, heap: true, signature: s}
}

// Bind returns the keymap that makes the keys of s from an In, a struct whose
// fields have the types of the parameters, in their order, and need no names.
func Bind[In any](s *Signature) (*Keymap[In], error) {
	t := reflect.TypeFor[In]()
	same := t.Kind() == reflect.Struct && t.NumField() == s.frame.NumField()
	for i := 0; same && i < t.NumField(); i++ {
		same = t.Field(i).Type == s.frame.Field(i).Type
	}
	if !same {
		return nil, fmt.Errorf("%w: the fields of %s are not the parameters, which are those of %s", ErrOption, t, s.frame)
	}
	return &Keymap[In]{plan: s.plan, heap: s.plan.dynamic}, nil
}

// Append appends the canonical bytes of the call to dst. There is an argument
// for each parameter, assignable to its type; the variadic one is a slice.
func (s *Signature) Append(dst []byte, args []reflect.Value) ([]byte, error) {
	base, err := s.load(args)
	if err != nil {
		return dst, err
	}
	return s.plan.append(dst, base)
}

// Digest returns the fingerprint of the canonical bytes.
func (s *Signature) Digest(args []reflect.Value) (Digest, error) {
	base, err := s.load(args)
	if err != nil {
		return Digest{}, err
	}
	return s.plan.digestAny(base)
}

// Key returns the key of the call.
func (s *Signature) Key(args []reflect.Value) (Key, error) {
	return s.plan.key(s.Append(nil, args))
}

// Names returns the names of the arguments that make the key, in their order.
func (s *Signature) Names() []string { return slices.Clone(s.plan.names) }

// load lays the arguments out as the plan expects them.
func (s *Signature) load(args []reflect.Value) (unsafe.Pointer, error) {
	if len(args) != s.frame.NumField() {
		return nil, fmt.Errorf("%w: %d arguments for %d parameters", ErrOption, len(args), s.frame.NumField())
	}
	frame := reflect.New(s.frame)
	for i, a := range args {
		slot := frame.Elem().Field(i)
		switch {
		case !a.IsValid() && slot.Kind() == reflect.Interface: // what reflect.ValueOf(nil) returns
		case !a.IsValid():
			return nil, fmt.Errorf("%w: argument %d is nil, the parameter %s", ErrOption, i, article(slot.Type()))
		case !a.Type().AssignableTo(slot.Type()):
			return nil, fmt.Errorf("%w: argument %d is %s, the parameter %s", ErrOption, i, article(a.Type()), article(slot.Type()))
		default:
			slot.Set(a)
		}
		if i == s.rest && slot.IsNil() {
			slot.Set(reflect.MakeSlice(slot.Type(), 0, 0))
		}
	}
	return frame.UnsafePointer(), nil
}
