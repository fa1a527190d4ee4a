// Package driver defines what a kind of archive implements.
package driver
