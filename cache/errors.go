package cache

import "errors"

// ErrOptions is in every error that New and the methods that change options
// return; the message names the option and the value that cannot be used.
var ErrOptions = errors.New("cache: bad option")
