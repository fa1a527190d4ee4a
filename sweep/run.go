package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/keymap"
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

	// Grace is how long the points that are being computed may go on when ctx
	// ends, before their own context does: no more are started, and those that come
	// to their end are kept. Default: no time.
	Grace time.Duration

	// Parts and Part split a sweep, say over the jobs of an array: of each Parts
	// points in a row this Run takes that of number Part, from 0 on. Default: all.
	Parts, Part int

	// Scatter starts the points in an order that is random for each Run. It is for
	// processes that run one design at the same time, each all of it, on an archive
	// with leases: what one is computing another would wait for, so that in the order
	// of the design they would do the work of one. Default: the order of the design.
	Scatter bool

	// Complete makes an argument that neither an axis nor Base gives an error,
	// instead of its zero value.
	Complete bool

	// AllowEqual takes it for meant that points of the design have one key, and so
	// one result: the grid is finer than the rounding. Default: Run computes all it
	// can and then returns an *Error that wraps ErrEqual.
	AllowEqual bool

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

// ErrEqual: points of the design are equal after rounding, so that they got the
// result of the one that was computed first.
var ErrEqual = errors.New("points are equal after rounding and share a result")

// ErrTooManyErrors: Options.MaxErrors was reached.
var ErrTooManyErrors = errors.New("too many points failed")

var errPanicked = errors.New("sweep: OnPoint panicked")

func (o *Options) withDefaults() (*Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Workers < 0 {
		return nil, fmt.Errorf("sweep: Options.Workers is %d: it needs a number of goroutines, or 0 for one a core", c.Workers)
	}
	if c.Grace < 0 {
		return nil, fmt.Errorf("sweep: Options.Grace is %v: it needs a time above 0, or 0 for none", c.Grace)
	}
	if c.MaxErrors < 0 {
		return nil, fmt.Errorf("sweep: Options.MaxErrors is %d: it needs a number of errors, or 0 for no limit", c.MaxErrors)
	}
	if c.Parts < 0 || c.Part < 0 || c.Part >= max(c.Parts, 1) {
		return nil, fmt.Errorf("sweep: Options.Part is %d of %d: parts are numbered from 0 to one less than Parts", c.Part, c.Parts)
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
	input, err := bind[In](d, options.Complete)
	if err != nil {
		return err
	}
	if call == nil {
		return errors.New("sweep: the function to call is nil")
	}
	return run(ctx, d, options, func(ctx context.Context, i int, observe klepto.CallOption) error {
		_, err := call(ctx, input(i), observe)
		return err
	})
}

// run calls a function, which finds the arguments by their number, at the points.
func run(ctx context.Context, d Design, options *Options, call func(ctx context.Context, i int, observe klepto.CallOption) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	working, release := graceful(ctx, options.Grace)
	defer release()

	order := newOrder(d.Len(), options)
	s := &state{design: d, total: order.n, names: d.Names(), options: options, cancel: cancel, keys: make(map[keymap.Digest]int)}
	s.progress = newProgress(options.Progress, options.Title, order.n)
	stop := s.progress.start()

	var wg sync.WaitGroup
	points := make(chan int)
	for range min(options.Workers, order.n) {
		wg.Go(func() {
			for i := range points {
				var info klepto.Info
				err := attempt(func() error {
					return call(working, i, klepto.Observe(func(i klepto.Info) { info = i }))
				})
				s.finish(ctx, i, info, err)
			}
		})
	}
	order.feed(ctx, points)
	wg.Wait()
	stop()
	if s.panicked != nil {
		panic(s.panicked) // of OnPoint, where its owner can recover
	}
	return s.err(ctx)
}

// ErrGoexit: the function ended its goroutine with runtime.Goexit.
var ErrGoexit = errors.New("the function called runtime.Goexit")

// attempt calls f in a goroutine of its own: neither a panic nor the end of the
// goroutine is the end of the sweep.
func attempt(f func() error) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if returned {
				return
			}
			switch v := recover().(type) {
			case nil:
				err = ErrGoexit
			case *klepto.PanicError:
				err = fmt.Errorf("panic: %w", v)
			default:
				err = fmt.Errorf("panic: %w", &klepto.PanicError{Value: v, Stack: debug.Stack()})
			}
		}()
		err = f()
		returned = true
	}()
	<-done
	return err
}

// graceful returns a context that ends some time after ctx does.
func graceful(ctx context.Context, grace time.Duration) (context.Context, func()) {
	if grace == 0 {
		return ctx, func() {}
	}
	working, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cancel(context.Cause(ctx))
		case <-working.Done():
		}
	})
	return working, func() {
		stop()
		cancel(nil)
	}
}

// state is what the workers of one Run share.
type state struct {
	design   Design
	total    int // points to compute
	names    []string
	options  *Options
	cancel   context.CancelCauseFunc
	progress *progress

	mu     sync.Mutex
	done   int
	failed []*PointError
	keys   map[keymap.Digest]int // point by key, to find those that share one
	equal  []*PointError

	panicked any // what OnPoint panicked with
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
		s.compare(p)
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		return // not tried to its end: the point has not failed
	default:
		s.failed = append(s.failed, &PointError{Index: i, Names: p.Names, Values: p.Values, Err: err})
		s.progress.fail()
		if len(s.failed) == s.options.MaxErrors {
			s.cancel(ErrTooManyErrors)
		}
	}
	if s.options.OnPoint != nil && s.panicked == nil {
		defer func() {
			if v := recover(); v != nil {
				s.panicked = v
				s.cancel(errPanicked)
			}
		}()
		s.options.OnPoint(p)
	}
}

// compare looks for another point with the key of p. What is no memo's call has
// no keys.
func (s *state) compare(p Point) {
	if p.Info.Key.Canonical == "" || s.options.AllowEqual {
		return
	}
	first, ok := s.keys[p.Info.Key.Digest]
	if !ok {
		s.keys[p.Info.Key.Digest] = p.Index
		return
	}
	s.equal = append(s.equal, &PointError{Index: p.Index, Names: p.Names, Values: p.Values, Err: fmt.Errorf("%w with point %d (%s)",
		ErrEqual, first, describe(s.names, s.design.Point(first)))})
}

func (s *state) err(ctx context.Context) error {
	e := &Error{Total: s.total, Done: s.done, Failed: s.failed, Equal: s.equal}
	if e.Done == e.Total && len(e.Equal) == 0 {
		return nil
	}
	if e.Done+len(e.Failed) < e.Total {
		e.Cause = context.Cause(ctx)
	}
	for _, points := range [][]*PointError{e.Failed, e.Equal} {
		slices.SortFunc(points, func(a, b *PointError) int { return cmp.Compare(a.Index, b.Index) })
	}
	return e
}
