package render

import "errors"

// Errors of this package, tested with errors.Is.
var (
	// ErrEmpty: there is nothing to draw, because the data has no elements.
	ErrEmpty = errors.New("render: no data to draw")
	// ErrShape: data, shape and axes do not agree in length.
	ErrShape = errors.New("render: data and shape do not agree")
	// ErrOption: an option has a value that cannot be used.
	ErrOption = errors.New("render: bad option")
)
