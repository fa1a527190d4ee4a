//go:build cgo

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/inspect"
)

// A damaged file can crash HDF5, or make it loop or fill the memory: it is not made for
// files that were not written by itself. So files of other programs are read by a second
// process of this program, whose limits are those below.
const (
	alone       = "KLEPTOINSPECT_ALONE" // the environment variable that the second process has
	aloneMemory = 8 << 30               // addresses, of which Go and HDF5 reserve 2 GiB
	aloneTime   = 60                    // seconds of processor time
	aloneCode   = 100                   // added to its exit codes, to tell them from those of a crash
	aloneErrors = 1 << 16               // bytes of its standard error that are kept
)

// inspectFile opens a file in the second process, and in the first has the second one do
// the command.
func inspectFile(ctx context.Context, path string) (inspect.File, error) {
	if os.Getenv(alone) == "" {
		return nil, delegate(ctx, path)
	}
	limit := func(what int, most uint64) error {
		return syscall.Setrlimit(what, &syscall.Rlimit{Cur: most, Max: most})
	}
	if err := errors.Join(limit(syscall.RLIMIT_AS, aloneMemory), limit(syscall.RLIMIT_CPU, aloneTime)); err != nil {
		return nil, fmt.Errorf("limits for reading %s: %w", path, err)
	}
	return hdfarchive.Inspect(path)
}

// delegate has the second process do the command, which reads the file at path, and tells how
// that ended.
func delegate(ctx context.Context, path string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	var errs head
	cmd := exec.CommandContext(ctx, exe, os.Args[1:]...)
	cmd.Env = append(os.Environ(), alone+"=1")
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = os.Stdout, &errs, time.Second
	err = cmd.Run()
	switch code := cmd.ProcessState.ExitCode() - aloneCode; {
	case ctx.Err() != nil:
		return ctx.Err()
	case cmd.ProcessState == nil:
		return err
	case code >= command.ExitOK && code <= command.ExitUsage:
		os.Stderr.Write(errs.Bytes())
		return &command.DelegatedError{Code: code}
	}
	return fmt.Errorf("%w: %s: the HDF5 library fails at it and takes the process along, or would not come to an end; h5dump may show a part of it",
		archive.ErrCorrupt, path)
}

func exitCode(code int) int {
	if os.Getenv(alone) != "" {
		return aloneCode + code
	}
	return code
}

// head keeps the beginning of what is written.
type head struct{ bytes.Buffer }

func (h *head) Write(b []byte) (int, error) {
	h.Buffer.Write(b[:min(len(b), max(0, aloneErrors-h.Len()))])
	return len(b), nil
}
