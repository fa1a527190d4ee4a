// Command grayscott sweeps the Gray-Scott reaction-diffusion equations over feed
// and kill rate into an HDF5 archive, and draws the phase map.
//
// It may be stopped at any time, by Ctrl-C or worse: a second start goes on where
// the first one stopped.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	_ "github.com/klepto-go/klepto/hdfarchive" // the hdf: scheme
	"github.com/klepto-go/klepto/notebook/render"
	"github.com/klepto-go/klepto/rounding"
	"github.com/klepto-go/klepto/sweep"
)

var (
	file    = flag.String("o", "grayscott.h5", "the `file` that keeps the results")
	figure  = flag.String("figure", "grayscott.png", "the `file` for the phase map")
	side    = flag.Int("side", 12, "`points` of the sweep in F and in k")
	workers = flag.Int("workers", 0, "simulations at once; 0 is one a core")
)

func main() {
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "grayscott: %q is no flag; grayscott -help lists them\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := run(ctx)
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(os.Stderr, "%v\nWhat is done is safe in %s.\n", err, *file)
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	results, err := archive.Open(ctx, "hdf:"+*file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, results.Close()) }()

	memo, err := klepto.Memoize(GrayScott, &klepto.Options{
		Name:     "grayscott",
		Version:  "1",
		Rounding: rounding.Deep(6),
		Archive:  results,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, memo.Close()) }()

	f := sweep.Linspace("F", 0.014, 0.062, *side)
	k := sweep.Linspace("k", 0.050, 0.0665, *side)
	design := sweep.Grid(f, k)
	if err := sweep.Run(ctx, design, memo.Call, &sweep.Options{
		Title:    "grayscott",
		Workers:  *workers,
		Progress: os.Stderr,
	}); err != nil {
		return err
	}
	s := memo.Stats()
	fmt.Printf("%d points in %s: %d computed, %d hits.\n", design.Len(), *file, s.Computed, s.Archived+s.Hits+s.Shared)

	if err := draw(ctx, memo, f, k, design); err != nil {
		return err
	}
	fmt.Printf("The phase map is in %s. Try next:\n%s", *figure, next(f, k))
	return nil
}

// draw makes one small picture of V for each point of the sweep.
func draw(ctx context.Context, memo *klepto.Memo[Params, Result], f, k sweep.Axis, design sweep.Design) error {
	points, err := sweep.Inputs[Params](design)
	if err != nil {
		return err
	}
	tiles := make([]render.Field, design.Len())
	for i, p := range points {
		r, err := memo.Call(ctx, p)
		if err != nil {
			return err
		}
		v := r.V.RawMatrix()
		tiles[i] = render.Field{Rows: v.Rows, Cols: v.Cols, Data: v.Data}
	}
	fig, err := render.Montage(render.NewAxis("k", "1/s", values(k)), render.NewAxis("F", "1/s", values(f)), tiles, &render.Options{
		Title: "Gray-Scott: concentration of V",
		Value: render.Label{Name: "v"},
		Width: 8,
		DPI:   150,
	})
	if err != nil {
		return err
	}
	return fig.Save(*figure)
}

func values(a sweep.Axis) []float64 {
	v := make([]float64, a.Len())
	for i := range v {
		v[i] = a.At(i).(float64) // an axis of Linspace
	}
	return v
}

// next lists three commands that look at the results.
func next(f, k sweep.Axis) string {
	tool := "kleptoinspect"
	if exe, err := os.Executable(); err == nil {
		// make demo builds the two beside each other.
		if beside := filepath.Join(filepath.Dir(exe), tool); isFile(beside) {
			tool = relative(beside)
		}
	}
	at := fmt.Sprintf("F=%.6f,k=%.6f", f.At(f.Len()/2), k.At(2*k.Len()/3))
	var b strings.Builder
	fmt.Fprintf(&b, "  %s ls %s\n", tool, *file)
	fmt.Fprintf(&b, "  %s show %s --at %s\n", tool, *file, at)
	fmt.Fprintf(&b, "  %s plot %s --at %s --member v -o pattern.png\n", tool, *file, at)
	return b.String()
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// relative shortens a path below the working folder.
func relative(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}
