package sweep

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/klepto-go/klepto"
)

const (
	barEvery  = 100 * time.Millisecond // on a terminal
	lineEvery = 5 * time.Second        // elsewhere
	barWidth  = 24
)

// progress counts points and shows how a sweep gets on.
type progress struct {
	w        io.Writer
	terminal bool
	title    string
	total    int
	began    time.Time

	mu                           sync.Mutex // of the counts
	done, hits, computed, failed int

	// Only the goroutine that shows the progress uses these.
	width  int // of what stands on the terminal's line
	broken bool
}

// newProgress returns a progress that shows nothing when w is nil.
func newProgress(w io.Writer, title string, total int) *progress {
	p := &progress{w: w, title: title, total: total, began: time.Now()}
	if f, ok := w.(*os.File); ok {
		p.terminal = term.IsTerminal(int(f.Fd()))
	}
	return p
}

// start begins to show progress, until the function that it returns is called.
func (p *progress) start() (stop func()) {
	if p.w == nil {
		return func() {}
	}
	every := lineEvery
	if p.terminal {
		every = barEvery
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.show(false)
			case <-end:
				p.show(true)
				return
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

func (p *progress) add(i klepto.Info) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if i.Source == klepto.Computed {
		p.computed++
	} else {
		p.hits++
	}
}

func (p *progress) fail() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed++
}

// show writes the state of things. A writer that fails is not written to again:
// a sweep is worth more than its progress bar.
func (p *progress) show(last bool) {
	if p.broken {
		return
	}
	p.mu.Lock()
	line := p.line(time.Since(p.began), last)
	p.mu.Unlock() // a writer may block; the points must not
	end := "\n"
	if p.terminal {
		width := len([]rune(line))
		line = "\r" + line + strings.Repeat(" ", max(0, p.width-width))
		p.width = width
		if !last {
			end = ""
		}
	}
	_, err := io.WriteString(p.w, line+end)
	p.broken = err != nil
}

// line is like
//
//	grayscott [██████▌                 ]  40/144  12 hits  28 computed  2.1/s  0:49 left
func (p *progress) line(elapsed time.Duration, last bool) string {
	var b strings.Builder
	if p.title != "" {
		b.WriteString(p.title + " ")
	}
	ended := p.done + p.failed
	if p.terminal {
		fmt.Fprintf(&b, "[%s] ", bar(float64(ended)/float64(p.total), barWidth))
	}
	digits := len(fmt.Sprint(p.total))
	fmt.Fprintf(&b, "%*d/%d  %d hits  %d computed", digits, p.done, p.total, p.hits, p.computed)
	if p.failed > 0 {
		fmt.Fprintf(&b, "  %d failed", p.failed)
	}
	rate := float64(ended) / elapsed.Seconds()
	if ended > 0 && elapsed > 0 {
		fmt.Fprintf(&b, "  %.3g/s", rate)
	}
	switch left := p.total - ended; {
	case last:
		fmt.Fprintf(&b, "  in %s", clock(elapsed))
	case left > 0 && p.computed+p.failed > 0:
		// Points that are still to come are taken to be computed, not hit: hits
		// are over in no time and say nothing about the rest.
		seconds := elapsed.Seconds() / float64(p.computed+p.failed) * float64(left)
		fmt.Fprintf(&b, "  %s left", clock(time.Duration(seconds*float64(time.Second))))
	}
	return b.String()
}

// bar draws a fraction with eighths of a cell.
func bar(fraction float64, width int) string {
	eighths := int(math.Round(fraction * float64(8*width)))
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune(" ▏▎▍▌▋▊▉")[rest])
	}
	return s + strings.Repeat(" ", width-len([]rune(s)))
}

// clock formats d as 0:07, 12:34 or 2:03:59; under ten seconds as 1.2 s.
func clock(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	s := int(d.Round(time.Second).Seconds())
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
