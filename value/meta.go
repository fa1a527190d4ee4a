package value

// Meta describes a value to a human or a plot. All of it is optional.
type Meta struct {
	Units    string   // e.g. "mol/m3"
	LongName string   // e.g. "concentration of U"
	Axes     []string // one name a dimension
}

func (m *Meta) empty() bool { return m == nil || m.Units == "" && m.LongName == "" && len(m.Axes) == 0 }

// self gives every node, which embeds a Meta, a way to it.
func (m *Meta) self() *Meta { return m }

// metaIn returns the Meta of any node, nil for Null.
func metaIn(v Value) *Meta {
	if n, ok := v.(interface{ self() *Meta }); ok {
		return n.self()
	}
	return nil
}

// describeWith returns v with what m says; what m leaves open stays as v has it.
// v may be the caller's, so it is not changed.
func describeWith(v Value, m *Meta) Value {
	if m == nil || isNull(v) {
		return v
	}
	v = shallow(v)
	metaIn(v).merge(m)
	return v
}

// shallow returns a copy of v that is one node deep.
func shallow(v Value) Value {
	switch v := v.(type) {
	case *Array:
		return copyOf(v)
	case *Table:
		return copyOf(v)
	case *Struct:
		return copyOf(v)
	case *List:
		return copyOf(v)
	case *Map:
		return copyOf(v)
	}
	return v
}

func copyOf[N any](v *N) *N {
	c := *v
	return &c
}

func (m *Meta) merge(from *Meta) {
	if from.Units != "" {
		m.Units = from.Units
	}
	if from.LongName != "" {
		m.LongName = from.LongName
	}
	if from.Axes != nil {
		m.Axes = from.Axes
	}
}
