// Package keymap turns a call into a key.
package keymap
