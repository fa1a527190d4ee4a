//go:build !(goexperiment.simd && amd64)

package rounding

// fractionsWide and wholesWide round a leading part of src with vector
// instructions and return its length: nothing in this build.
func fractionsWide(_, _ []float64, _ float64) int { return 0 }

func wholesWide(_, _ []float64, _ float64) int { return 0 }
