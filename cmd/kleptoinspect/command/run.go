package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/notebook/render"
)

// Exit codes of the program.
const (
	ExitOK     = 0
	ExitError  = 1 // the archive, or what was asked of it
	ExitUsage  = 2 // the command line itself
	ExitDiffer = 3 // diff has found differences
)

// Env is the world a command runs in.
type Env struct {
	Out, Err io.Writer

	// In has the answers of somebody who can be asked; nil: nobody can.
	In io.Reader

	// Terminal says that Out is one: tables are then cut to Width and times are
	// ages. Colors is how many colours it shows; Height is for plots.
	Terminal      bool
	Width, Height int // 0: unknown, which means 80 × 24
	Colors        render.Colors

	Now     func() time.Time // nil: time.Now
	Version string           // of the program

	// Recover empties the journal beside the HDF5 file at path into it, as
	// hdfarchive.Recover does, and returns the number of commits and the bytes of
	// what was not finished; nil where the program has no such archives.
	Recover func(path string) (commits int, dropped int64, err error)

	// Inspect opens the HDF5 file of any program at path, as hdfarchive.Inspect does, or
	// returns a *DelegatedError; nil where the program reads none.
	Inspect func(ctx context.Context, path string) (inspect.File, error)

	// Missing names kinds of archive that this build leaves out, and how to get
	// them, as a sentence; "" for none.
	Missing string
}

// DelegatedError is the error of an Inspect that has had another process do the whole command,
// so that what damaged files do to HDF5 is not done to this one.
type DelegatedError struct{ Code int }

// Error says so.
func (d *DelegatedError) Error() string {
	return fmt.Sprintf("done by another process, which returned %d", d.Code)
}

// Run runs the program with its arguments (without its name) and returns its
// exit code. Errors are one line on env.Err.
func Run(ctx context.Context, args []string, env *Env) int {
	checked := *env
	out := &output{w: env.Out}
	checked.Out = out
	root := newRoot(&checked)
	root.SetArgs(append([]string{}, args...)) // not nil, which means those of the process
	err := root.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("the output is not complete: %w", out.err)
	}
	var delegated *DelegatedError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, new(*differs)):
		return ExitDiffer
	case errors.As(err, &delegated):
		return delegated.Code
	case errors.As(err, new(*usageError)):
		fmt.Fprintf(env.Err, "kleptoinspect: %s\n", oneLine(err.Error()))
		return ExitUsage
	}
	msg := explain(tidy(err))
	if env.Missing != "" && isFormat(err) {
		msg += "; " + env.Missing
	}
	fmt.Fprintf(env.Err, "kleptoinspect: %s\n", msg)
	return ExitError
}

// output remembers the first error of a writer, so that a listing that was cut off,
// by a full disk say, does not look like a short one.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// oneLine keeps a message on one line, whatever names of an archive it holds.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.TrimRight(strings.ReplaceAll(s, "\n", "; "), "; "))
}

// program is what the commands share.
type program struct {
	*Env
	json bool // --json
}

func (p *program) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

func newRoot(env *Env) *cobra.Command {
	p := &program{Env: env}
	root := &cobra.Command{
		Use:   "kleptoinspect",
		Short: "Look into archives of memoized results",
		Long: `kleptoinspect looks into archives of memoized results: which functions, which
calls with which arguments, what they returned, and how it looks. Only copy, merge and
rm change what is in an archive, and only they, compact and recover write to one that
was closed. One whose program was killed has a journal beside it (results.h5-wal):
every command, those that read too, first brings into the file what was committed.
info, ls, tree, show and plot look into HDF5 files of other programs too.

ARCHIVE is a file or folder, or an archive URL such as hdf:results.h5.`,
		Example: `  kleptoinspect info results.h5
  kleptoinspect ls results.h5 --where 'F<0.03 && k>=0.05' --sort -seconds
  kleptoinspect show results.h5 9f3c
  kleptoinspect plot results.h5 --at F=0.03,k=0.06 --member u -o u.png
  kleptoinspect plot results.h5 --x F --y k --z mean`,
		Version:       env.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no command; kleptoinspect --help lists them")
			}
			return usagef("unknown command %q; kleptoinspect --help lists them", args[0])
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	root.SetVersionTemplate("kleptoinspect {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.PersistentFlags().BoolVar(&p.json, "json", false, "write JSON: exact numbers, NaN and infinities as strings")
	root.AddCommand(newInfo(p), newList(p), newShow(p), newTree(p), newPlot(p), newDiff(p), newVerify(p),
		newCopy(p), newMerge(p), newRemove(p), newCompact(p), newRecover(p))
	strict(root)
	return root
}

// strict makes mistakes in the arguments of cobra's own commands, which print
// their help then, errors like all others.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			var shells []string
			for _, s := range c.Commands() {
				shells = append(shells, s.Name())
			}
			c.Args = func(*cobra.Command, []string) error {
				return usagef("completion takes the name of a shell: %s", strings.Join(shells, ", "))
			}
			c.RunE = func(*cobra.Command, []string) error { return nil }
		case "help":
			c.Args = func(_ *cobra.Command, args []string) error {
				if found, _, err := root.Find(args); err != nil || found == root && len(args) > 0 {
					return usagef("no command %q; kleptoinspect --help lists them", strings.Join(args, " "))
				}
				return nil
			}
		}
	}
}

// takes checks how many arguments there are.
func takes(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usagef("%s takes %s, not %s; %s --help explains", cmd.Name(), what, plural(len(args), "argument", "arguments"), cmd.CommandPath())
		}
		return nil
	}
}
