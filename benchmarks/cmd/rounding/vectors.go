//go:build goexperiment.simd && amd64

package main

const (
	build    = "AVX2"
	maxRatio = 0.4
)
