package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/klepto-go/klepto"
)

// Options say how a sweep is run. A nil *Options and the zero value of each
// field give the documented default.
type Options struct {
	// Workers is the number of points computed at once. Default: GOMAXPROCS.
	Workers int

	// Progress is where progress is shown: on a terminal as a bar that is
	// redrawn in place, elsewhere as a line now and then. Default: nowhere.
	Progress io.Writer

	// Title stands before the progress. Default: none.
	Title string

	// MaxErrors ends the sweep when that many points have failed. Default: no
	// number of errors ends it.
	MaxErrors int

	// OnPoint, if set, is called after each point, one call at a time, in the
	// order in which points end.
	OnPoint func(Point)
}

// Point tells about one finished point of a sweep.
type Point struct {
	Index  int
	Names  []string
	Values []any
	Info   klepto.Info // where the result came from; zero if Err is set
	Err    error
}

// ErrTooManyErrors: Options.MaxErrors was reached.
var ErrTooManyErrors = errors.New("too many points failed")

func (o *Options) withDefaults() (*Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Workers < 0 {
		return nil, fmt.Errorf("sweep: Options.Workers is %d: it needs a number of goroutines, or 0 for one a core", c.Workers)
	}
	if c.MaxErrors < 0 {
		return nil, fmt.Errorf("sweep: Options.MaxErrors is %d: it needs a number of errors, or 0 for no limit", c.MaxErrors)
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return &c, nil
}

// Run calls the function call, commonly a Memo's Call, at every point of d. It
// returns nil when all points have a result, else an *Error that says which have
// not and why.
func Run[In, Out any](ctx context.Context, d Design, call func(context.Context, In, ...klepto.CallOption) (Out, error), o *Options) error {
	options, err := o.withDefaults()
	if err != nil {
		return err
	}
	input, err := bind[In](d)
	if err != nil {
		return err
	}
	if call == nil {
		return errors.New("sweep: the function to call is nil")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	s := &state{design: d, names: d.Names(), options: options, cancel: cancel}
	s.progress = newProgress(options.Progress, options.Title, d.Len())
	stop := s.progress.start()

	var wg sync.WaitGroup
	points := make(chan int)
	for range min(options.Workers, d.Len()) {
		wg.Go(func() {
			for i := range points {
				var info klepto.Info
				_, err := call(ctx, input(i), klepto.Observe(func(i klepto.Info) { info = i }))
				s.finish(ctx, i, info, err)
			}
		})
	}
	s.feed(ctx, points)
	wg.Wait()
	stop()
	return s.err(ctx)
}

// state is what the workers of one Run share.
type state struct {
	design   Design
	names    []string
	options  *Options
	cancel   context.CancelCauseFunc
	progress *progress

	mu     sync.Mutex
	done   int
	failed []*PointError
}

func (s *state) feed(ctx context.Context, points chan<- int) {
	defer close(points)
	for i := range s.design.Len() {
		// Of two ready cases select takes either: look at ctx first.
		if ctx.Err() == nil {
			select {
			case points <- i:
				continue
			case <-ctx.Done():
			}
		}
		return
	}
}

// finish takes the end of a point into account.
func (s *state) finish(ctx context.Context, i int, info klepto.Info, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := Point{Index: i, Names: s.names, Values: s.design.Point(i), Info: info, Err: err}
	switch {
	case err == nil:
		s.done++
		s.progress.add(info)
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		return // not tried to its end: the point has not failed
	default:
		s.failed = append(s.failed, &PointError{Index: i, Names: p.Names, Values: p.Values, Err: err})
		s.progress.fail()
		if len(s.failed) == s.options.MaxErrors {
			s.cancel(ErrTooManyErrors)
		}
	}
	if s.options.OnPoint != nil {
		s.options.OnPoint(p)
	}
}

func (s *state) err(ctx context.Context) error {
	e := &Error{Total: s.design.Len(), Done: s.done, Failed: s.failed}
	if e.Done == e.Total {
		return nil
	}
	if e.Done+len(e.Failed) < e.Total {
		e.Cause = context.Cause(ctx)
	}
	slices.SortFunc(e.Failed, func(a, b *PointError) int { return cmp.Compare(a.Index, b.Index) })
	return e
}
