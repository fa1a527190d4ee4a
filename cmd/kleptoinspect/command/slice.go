package command

import (
	"strconv"
	"strings"
)

// cut is what a slice takes of one dimension.
type cut struct {
	start, count int
	single       bool // one index: the dimension is left out
}

// parseSlice reads for each dimension an index, ":" for all of it, or a range "10:20",
// of which either end may be missing; numbers below zero count from the end. An empty
// slice is all of the array.
func parseSlice(spec string, shape []int) ([]cut, error) {
	cuts := make([]cut, len(shape))
	if spec == "" {
		for d, n := range shape {
			cuts[d].count = n
		}
		return cuts, nil
	}
	parts := strings.Split(spec, ",")
	if len(parts) != len(shape) {
		return nil, usagef("--slice %s has %s, but the array has %s, %v", spec,
			plural(len(parts), "part", "parts"), plural(len(shape), "dimension", "dimensions"), shape)
	}
	for d, part := range parts {
		n := shape[d]
		from, to, isRange := strings.Cut(strings.TrimSpace(part), ":")
		number := func(s string, missing int) (int, error) {
			if s = strings.TrimSpace(s); s == "" && isRange {
				return missing, nil
			}
			i, err := strconv.Atoi(s)
			if err != nil {
				return 0, usagef("--slice %s: %q is neither an index nor a range such as 10:20 or \":\"", spec, part)
			}
			if i < 0 {
				i += n
			}
			return i, nil
		}
		start, err := number(from, 0)
		if err != nil {
			return nil, err
		}
		if !isRange {
			if start < 0 || start >= n {
				return nil, usagef("--slice %s: dimension %d has indices 0 to %d", spec, d, n-1)
			}
			cuts[d] = cut{start, 1, true}
			continue
		}
		end, err := number(to, n)
		if err != nil {
			return nil, err
		}
		start, end = min(max(start, 0), n), min(max(end, 0), n)
		cuts[d] = cut{start: start, count: max(end-start, 0)}
	}
	return cuts, nil
}
