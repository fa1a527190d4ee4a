package drivertest

import (
	"fmt"
	"slices"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/value"
)

// diff says in what an entry differs from the one that was put. got has a value
// only where withValue.
func diff(got, want *archive.Entry, withValue bool) string {
	sum, err := archive.Sum(want.Key, want.Value)
	switch {
	case got == nil:
		return "the entry is nil"
	case err != nil:
		return err.Error()
	case got.Key != want.Key:
		return fmt.Sprintf("Key = %+q, want %+q", got.Key, want.Key)
	case got.Call.Function != want.Call.Function:
		return fmt.Sprintf("Call.Function = %q, want %q", got.Call.Function, want.Call.Function)
	case got.Call.Version != want.Call.Version:
		return fmt.Sprintf("Call.Version = %q, want %q", got.Call.Version, want.Call.Version)
	case got.Call.Rounding != want.Call.Rounding:
		return fmt.Sprintf("Call.Rounding = %q, want %q", got.Call.Rounding, want.Call.Rounding)
	case got.GoType != want.GoType:
		return fmt.Sprintf("GoType = %q, want %q", got.GoType, want.GoType)
	case !got.Provenance.Created.Equal(want.Provenance.Created):
		return fmt.Sprintf("Created = %v, want %v", got.Provenance.Created, want.Provenance.Created)
	case got.Sum != sum:
		return fmt.Sprintf("Sum = %016x, want %016x", got.Sum, sum)
	case got.Bytes != value.Size(want.Value):
		return fmt.Sprintf("Bytes = %d, want %d", got.Bytes, value.Size(want.Value))
	case got.Shape != value.Describe(want.Value):
		return fmt.Sprintf("Shape = %q, want %q", got.Shape, value.Describe(want.Value))
	case !withValue && got.Value != nil:
		return fmt.Sprintf("Value = %v, want none in Stat and List", got.Value)
	}
	p := got.Provenance
	p.Created = want.Provenance.Created
	if p != want.Provenance {
		return fmt.Sprintf("Provenance = %+v, want %+v", p, want.Provenance)
	}
	if len(got.Call.Args) != len(want.Call.Args) {
		return fmt.Sprintf("Call.Args = %v, want %v", got.Call.Args, want.Call.Args)
	}
	for i, arg := range want.Call.Args {
		if name := got.Call.Args[i].Name; name != arg.Name {
			return fmt.Sprintf("argument %d is named %q, want %q", i, name, arg.Name)
		}
		if d := diffValue(got.Call.Args[i].Value, arg.Value); d != "" {
			return fmt.Sprintf("argument %q: %s", arg.Name, d)
		}
	}
	if !withValue {
		return ""
	}
	return diffValue(got.Value, want.Value)
}

// diffValue says in what two values differ, bits and descriptions.
func diffValue(got, want value.Value) string {
	if !value.Equal(got, want) {
		return fmt.Sprintf("value %s is not bit for bit the %s that was put", brief(got), brief(want))
	}
	if d := diffMeta(got, want); d != "" {
		return d
	}
	return ""
}

// brief prints a value, cut where it is long.
func brief(v value.Value) string {
	if v == nil {
		return "nil"
	}
	var s string
	switch v := v.(type) {
	case *value.Array:
		s = fmt.Sprintf("%s %+v", value.Describe(v), v.Data)
	default:
		s = fmt.Sprintf("%T %s", v, value.Describe(v))
	}
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return s
}

// diffMeta compares what Equal leaves out: units, long names, axes. The two
// values are equal.
func diffMeta(got, want value.Value) string {
	g, w := meta(got), meta(want)
	if g.Units != w.Units || g.LongName != w.LongName || !slices.Equal(g.Axes, w.Axes) {
		return fmt.Sprintf("the description of %s is %+v, want %+v", value.Describe(want), g, w)
	}
	gs, ws := children(got), children(want)
	for i := range ws {
		if d := diffMeta(gs[i], ws[i]); d != "" {
			return d
		}
	}
	return ""
}

func meta(v value.Value) value.Meta {
	switch v := v.(type) {
	case *value.Array:
		return v.Meta
	case *value.Table:
		return v.Meta
	case *value.Struct:
		return v.Meta
	case *value.List:
		return v.Meta
	case *value.Map:
		return v.Meta
	}
	return value.Meta{}
}

func children(v value.Value) (all []value.Value) {
	switch v := v.(type) {
	case *value.Table:
		for _, c := range v.Columns {
			all = append(all, c.Array)
		}
	case *value.Struct:
		for _, f := range v.Fields {
			all = append(all, f.Value)
		}
	case *value.List:
		all = v.Items
	case *value.Map:
		all = append([]value.Value{v.Keys}, v.Items...)
	}
	return all
}
