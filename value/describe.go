package value

import (
	"fmt"
	"strconv"
	"strings"
)

// Describe sums v up for a listing: "float64", "float64[1000]",
// "u[128 128] v[128 128] mean" for a struct, "table[100]{t x}", "list[3]",
// "map[5]", "null". Inside a struct a number has only its name.
func Describe(v Value) string {
	switch v := v.(type) {
	case *Array:
		return describeShape(v.Elem.String(), v.Shape)
	case *Table:
		names := make([]string, len(v.Columns))
		for i, c := range v.Columns {
			names[i] = c.Name
			if len(c.Shape) > 1 {
				names[i] = describeShape(c.Name, c.Shape[1:])
			}
		}
		return fmt.Sprintf("table[%d]{%s}", v.N, strings.Join(names, " "))
	case *Struct:
		if len(v.Fields) == 0 {
			return "struct{}"
		}
		return describeFields(v.Fields)
	case *List:
		return fmt.Sprintf("list[%d]", len(v.Items))
	case *Map:
		return fmt.Sprintf("map[%d]", len(v.Items))
	case Null:
		return "null"
	}
	return "nothing"
}

func describeFields(fields []Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		switch v := f.Value.(type) {
		case *Array:
			names[i] = describeShape(f.Name, v.Shape)
		case *Struct:
			names[i] = f.Name + "{" + describeFields(v.Fields) + "}"
		default:
			names[i] = f.Name + ":" + Describe(v)
		}
	}
	return strings.Join(names, " ")
}

// describeShape returns name[2 3]; a dimension of -1 is any.
func describeShape(name string, shape []int) string {
	if len(shape) == 0 {
		return name
	}
	dims := make([]string, len(shape))
	for i, d := range shape {
		dims[i] = strconv.Itoa(d)
		if d < 0 {
			dims[i] = "?"
		}
	}
	return name + "[" + strings.Join(dims, " ") + "]"
}
