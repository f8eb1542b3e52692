//go:build goexperiment.simd

package device

const simdBuilt = true
