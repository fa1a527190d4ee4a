package keymap

import (
	"fmt"
	"strings"
)

// DecodeName gives back the call that n made a name of: what Decode gives of its
// canonical bytes. A name in which a hash takes part is ErrOneWay, as is one by a
// Namer of another package, and a name that n does not make is ErrFormat. Names may
// come from anywhere: the memory it takes is bounded by a multiple of their length.
func DecodeName(n Namer, name string) (Call, error) {
	if n == nil { // what Options.Keymap may be
		return Call{}, fmt.Errorf("%w: %.40q is the digest of a key; ask the archive for the entry, whose Key.Canonical Decode reads", ErrOneWay, name)
	}
	all, ok := n.(chain)
	if !ok {
		all = chain{n}
	}
	for i := len(all) - 1; i >= 0; i-- {
		step, _ := all[i].(namer)
		switch {
		case step.back != nil:
			var err error
			if name, err = step.back(name); err != nil {
				return Call{}, err
			}
		case step.call != nil && i == 0:
			return step.call(name)
		default:
			return Call{}, fmt.Errorf("%w: %.40q is named by %s; ask the archive for the entry, whose Key.Canonical Decode reads", ErrOneWay, name, n)
		}
	}
	return Decode(name)
}

// chain is what Chain returns, with the chains in it taken apart.
type chain []Namer

func newChain(all []Namer) chain {
	var c chain
	for _, n := range all {
		if inner, ok := n.(chain); ok {
			c = append(c, inner...)
		} else {
			c = append(c, n)
		}
	}
	return c
}

func (c chain) Name(b []byte) (name string, err error) {
	for _, n := range c {
		if name, err = n.Name(b); err != nil {
			return "", err
		}
		b = []byte(name)
	}
	return name, nil
}

func (c chain) String() string {
	names := make([]string, len(c))
	for i, n := range c {
		names[i] = n.String()
	}
	return strings.Join(names, "+")
}
