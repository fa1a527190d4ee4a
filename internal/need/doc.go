// Package need is for tests that want programs of others, as Python or the go command.
//
// # Semantics
//
// On a developer's machine a test without its program is skipped; where CI=true it
// fails, because scripts/setup installs all that tests want.
//
// # Concurrency
//
// Functions are called from the goroutine of its test.
package need
