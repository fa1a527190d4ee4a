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

// sliceFlag is --slice of show and plot, as it was given and taken apart.
type sliceFlag struct {
	slice string // what stands between the brackets
	name  string // what stands before them, "" for nothing
}

// parse takes "1:3,0", "[1:3,0]" and "u[1:3,0]", the form of archive.Slice, apart.
func (s *sliceFlag) parse(memberGiven bool) error {
	spec := strings.TrimSpace(s.slice)
	open := strings.LastIndexByte(spec, '[')
	if open < 0 || !strings.HasSuffix(spec, "]") {
		return nil
	}
	within := spec[open+1 : len(spec)-1]
	switch {
	case strings.TrimSpace(within) == "":
		return usagef("--slice %s chooses nothing between its brackets; give e.g. 10:20,:", spec)
	case open > 0 && memberGiven:
		return usagef("--slice %s and --member both name a member; give one of them", spec)
	}
	s.name, s.slice = spec[:open], within
	return nil
}

// object returns the path of the object that the arguments name, else the name before the
// brackets, and which member of it is meant.
func (s *sliceFlag) object(args []string, member string) (path, of string) {
	switch {
	case s.name == "":
		return pathOf(args), member
	case len(args) < 2:
		return "/" + strings.Trim(s.name, "/"), member
	}
	return pathOf(args), s.name
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
