//go:build !(goexperiment.simd && amd64)

package main

const (
	build    = "plain"
	maxRatio = 1.3
)
