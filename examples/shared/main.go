// Shared works off one sweep in as many processes as are started, on any number of
// machines that see the folder:
//
//	shared -archive hdfdir:/group/orbits &
//	shared -archive hdfdir:/group/orbits &
//
// Each point is computed by one of them. They may be stopped, killed and started
// again at any time; each ends when all points are there.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"os/signal"
	"time"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	_ "github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/sweep"
)

// Orbit is a body around a heavy one, in units where both masses' pull is 1.
type Orbit struct {
	Eccentricity float64 `klepto:"name=e"`
	Steps        int     `klepto:"name=steps"`
}

// Drift is by how much the energy of an orbit has changed after ten turns of the
// leapfrog integrator.
func Drift(ctx context.Context, o Orbit) (float64, error) {
	x, y := 1-o.Eccentricity, 0.0
	u, v := 0.0, math.Sqrt((1+o.Eccentricity)/(1-o.Eccentricity))
	energy := func() float64 { return (u*u+v*v)/2 - 1/math.Hypot(x, y) }
	before, dt := energy(), 2*math.Pi/float64(o.Steps)
	for i := range 10 * o.Steps {
		if i%1024 == 0 && ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		for range 2 {
			x, y = x+u*dt/4, y+v*dt/4
			r := math.Hypot(x, y)
			u, v = u-x/(r*r*r)*dt/2, v-y/(r*r*r)*dt/2
			x, y = x+u*dt/4, y+v*dt/4
		}
	}
	return energy() - before, nil
}

func main() {
	url := flag.String("archive", "hdfdir:orbits", "archive that all processes share")
	side := flag.Int("side", 20, "points on each axis")
	pause := flag.Duration("pause", 0, "time that each computation takes longer")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *url, *side, *pause); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, url string, side int, pause time.Duration) error {
	results, err := archive.Open(ctx, url)
	if err != nil {
		return err
	}
	defer results.Close() //nolint:errcheck // every Put was acknowledged
	drift := func(ctx context.Context, o Orbit) (float64, error) {
		time.Sleep(pause)
		return Drift(ctx, o)
	}
	memo, err := klepto.Memoize(drift, &klepto.Options{Name: "drift", Archive: results})
	if err != nil {
		return err
	}
	defer memo.Close() //nolint:errcheck // likewise
	steps := make([]int, side)
	for i := range steps {
		steps[i] = 100 * (i + 1)
	}
	design := sweep.Grid(sweep.Linspace("e", 0, 0.6, side), sweep.Values("steps", steps...))
	if err := sweep.Run(ctx, design, memo.Call, &sweep.Options{Scatter: true, Progress: os.Stderr}); err != nil {
		return err
	}
	fmt.Println("computed here:", memo.Stats().Computed)
	return nil
}
