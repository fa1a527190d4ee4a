package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/term"

	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
	"github.com/klepto-go/klepto/notebook/render"

	_ "github.com/klepto-go/klepto/memarchive" // mem: and null:
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := command.Run(ctx, os.Args[1:], environment())
	stop()
	os.Exit(exitCode(code))
}

func environment() *command.Env {
	env := &command.Env{
		Out: os.Stdout, Err: os.Stderr,
		Version: version(), Missing: missing, Recover: recoverFile, Inspect: inspectFile,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		env.In = os.Stdin
	}
	fd := int(os.Stdout.Fd())
	if env.Terminal = term.IsTerminal(fd); !env.Terminal {
		return env
	}
	if w, h, err := term.GetSize(fd); err == nil {
		env.Width, env.Height = w, h
	}
	env.Colors = colors()
	return env
}

// colors reads what the terminal says of itself. NO_COLOR: https://no-color.org.
func colors() render.Colors {
	name := os.Getenv("TERM")
	switch {
	case os.Getenv("NO_COLOR") != "" || name == "" || name == "dumb":
		return render.Mono
	case os.Getenv("COLORTERM") == "truecolor" || os.Getenv("COLORTERM") == "24bit" || strings.HasSuffix(name, "-direct"):
		return render.TrueColor
	}
	return render.Color256
}

// version is that of the module, as the go command has recorded it.
func version() string {
	v, revision, dirty := "(devel)", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			v = info.Main.Version
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = " " + s.Value[:min(len(s.Value), 12)]
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = "+dirty"
			}
		}
	}
	return v + revision + dirty + " " + runtime.Version()
}
