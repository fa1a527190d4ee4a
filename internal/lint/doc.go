// Package lint holds the source tree to the rules of the house.
//
// # Overview
//
// Check reads the sources of the root module and returns what breaks a rule,
// one line each with file and way out. Its test runs it on this tree, and asks
// the go command which packages reach cgo.
//
// # Semantics
//
// The rules: imports go down the table in house.go; import "C" stands in one
// package; a file is at most 500 lines; each package has a doc.go (a program: a
// comment on its package); no file is named util, helpers, misc or common;
// tests are external; init registers URL schemes and does nothing else. Folders
// with a go.mod of their own, testdata and hidden folders are not looked at.
// Tests may import what they like of this module, as long as it does not make a
// package need cgo that otherwise does not.
//
// # Concurrency
//
// Check keeps nothing between calls.
//
// # Numbers
//
// The tree is parsed in well under a second: imports and declarations, no types.
package lint
