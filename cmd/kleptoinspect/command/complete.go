package command

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/notebook/render"
)

// Completion reads the archive that stands first on the command line. Whatever
// goes wrong there offers nothing: the shell has no place for errors, and the
// command itself will report them.

type completer = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

const noFiles = cobra.ShellCompDirectiveNoFileComp

// complete sets the completion of a flag that the command has.
func complete(cmd *cobra.Command, flag string, f completer) {
	if cmd.Flags().Lookup(flag) == nil {
		return
	}
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // the flag is there, and set only once
	}
}

func (p *program) completeArchive(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// completeEntry offers files, then ids with their arguments as description.
func (p *program) completeEntry(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	if len(args) > 1 {
		return nil, noFiles
	}
	var out []string
	for _, e := range indexOf(cmd, args).entries {
		if strings.HasPrefix(e.id(), typed) {
			out = append(out, e.id()+"\t"+oneLine(e.Call.Function+"("+joinArgs(e.args, briefDigits)+")"))
		}
	}
	return out, noFiles
}

// indexOf lists the archive on the command line, or nothing.
func indexOf(cmd *cobra.Command, args []string) *listing {
	if len(args) == 0 {
		return &listing{}
	}
	a, err := open(cmd.Context(), args[0])
	if err != nil {
		return &listing{}
	}
	defer a.Close()
	function := ""
	if f := cmd.Flags().Lookup("function"); f != nil {
		function = f.Value.String()
	}
	l, err := list(cmd.Context(), a, function)
	if err != nil {
		return &listing{}
	}
	return l
}

func (p *program) completeFunctions(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, noFiles
	}
	a, err := open(cmd.Context(), args[0])
	if err != nil {
		return nil, noFiles
	}
	defer a.Close()
	fns, err := a.Functions(cmd.Context())
	if err != nil {
		return nil, noFiles
	}
	var names []string
	for _, f := range fns {
		names = append(names, f.Name)
	}
	return names, noFiles
}

// completeColumns offers what --sort knows, after a comma too.
func (p *program) completeColumns(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return after(typed, append(argNames(indexOf(cmd, args).entries), builtin...), ""), noFiles | cobra.ShellCompDirectiveNoSpace
}

// completeArgs offers the names for --at, each with its =.
func (p *program) completeArgs(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return after(typed, argNames(indexOf(cmd, args).entries), "="), noFiles | cobra.ShellCompDirectiveNoSpace
}

// completeAxis offers the arguments for --x and --y.
func (p *program) completeAxis(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return argNames(indexOf(cmd, args).entries), noFiles
}

// after completes the last of a comma-separated list.
func after(typed string, names []string, suffix string) []string {
	done := typed[:strings.LastIndexByte(typed, ',')+1]
	var out []string
	for _, n := range names {
		out = append(out, done+n+suffix)
	}
	return out
}

// completeMembers offers the members of the first value.
func (p *program) completeMembers(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	l := indexOf(cmd, args)
	if len(l.entries) == 0 {
		return nil, noFiles
	}
	a, err := open(cmd.Context(), args[0])
	if err != nil {
		return nil, noFiles
	}
	defer a.Close()
	e := l.entries[0]
	if len(args) > 1 {
		if found, err := (&choice{id: args[1]}).find(l, nil); err == nil {
			e = found
		}
	}
	r, err := outline(cmd.Context(), a, e)
	if err != nil {
		return nil, noFiles
	}
	var names []string
	for _, m := range r.members {
		if m.path != "" {
			names = append(names, m.path+"\t"+m.dtype())
		}
	}
	return names, noFiles
}

func (p *program) completeColormap(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, m := range render.Colormaps() {
		names = append(names, m.Name())
	}
	slices.Sort(names)
	return names, noFiles
}
