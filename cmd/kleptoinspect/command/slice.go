package command

import (
	"strconv"
	"strings"
)

// cutSlice takes a plane or line out of an array in C order: for each dimension
// an index (from the end when negative) or ":" for all of it.
func cutSlice(spec string, x []float64, shape []int, axes []string) ([]float64, []int, []string, error) {
	parts := strings.Split(spec, ",")
	if len(parts) != len(shape) {
		return nil, nil, nil, usagef("--slice %s has %s, but the array has %s, %v", spec,
			plural(len(parts), "part", "parts"), plural(len(shape), "dimension", "dimensions"), shape)
	}
	var keep []int // dimensions
	start := 0
	strides := make([]int, len(shape))
	stride := 1
	for d := len(shape) - 1; d >= 0; d-- {
		strides[d] = stride
		stride *= shape[d]
	}
	for d, part := range parts {
		part = strings.TrimSpace(part)
		if part == ":" {
			keep = append(keep, d)
			continue
		}
		i, err := strconv.Atoi(part)
		if err != nil {
			return nil, nil, nil, usagef("--slice %s: %q is neither an index nor \":\"", spec, part)
		}
		if i < 0 {
			i += shape[d]
		}
		if i < 0 || i >= shape[d] {
			return nil, nil, nil, usagef("--slice %s: dimension %d has indices 0 to %d", spec, d, shape[d]-1)
		}
		start += i * strides[d]
	}
	outShape, n := make([]int, len(keep)), 1
	var outAxes []string
	for i, d := range keep {
		outShape[i] = shape[d]
		n *= shape[d]
		if d < len(axes) {
			outAxes = append(outAxes, axes[d])
		}
	}
	out := make([]float64, n)
	index := make([]int, len(keep))
	for i := range out {
		at := start
		for k, d := range keep {
			at += index[k] * strides[d]
		}
		out[i] = x[at]
		for k := len(keep) - 1; k >= 0; k-- { // count up
			if index[k]++; index[k] < outShape[k] {
				break
			}
			index[k] = 0
		}
	}
	return out, outShape, outAxes, nil
}
