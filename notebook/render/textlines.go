package render

import (
	"math"
	"strings"
	"unicode/utf8"
)

// braille gives the bit of each of the 2 × 4 dots of a cell (Unicode 2800–28FF).
var braille = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// dots is a canvas of braille characters; each cell has the colour of the last
// curve that touched it.
type dots struct {
	cols, rows int
	bits       []rune
	series     []int
	marks      []rune // what stands in a cell instead of its dots, 0 for nothing
}

func newDots(cols, rows int) *dots {
	return &dots{cols: cols, rows: rows, bits: make([]rune, cols*rows), series: make([]int, cols*rows), marks: make([]rune, cols*rows)}
}

// set marks the dot at x from the left and y from the top.
func (d *dots) set(x, y, series int) {
	if x < 0 || y < 0 || x >= 2*d.cols || y >= 4*d.rows {
		return
	}
	at := y/4*d.cols + x/2
	d.bits[at] |= braille[y%4][x%2]
	d.series[at] = series
}

// mark sets a character where set would set a dot.
func (d *dots) mark(x, y int, r rune) {
	if x >= 0 && y >= 0 && x < 2*d.cols && y < 4*d.rows {
		d.marks[y/4*d.cols+x/2] = r
	}
}

// line marks the dots from one point to another.
func (d *dots) line(x0, y0, x1, y1, series int) {
	n := max(abs(x1-x0), abs(y1-y0), 1)
	for i := range n + 1 {
		x := x0 + int(math.Round(float64(i*(x1-x0))/float64(n)))
		y := y0 + int(math.Round(float64(i*(y1-y0))/float64(n)))
		d.set(x, y, series)
	}
}

func abs(i int) int { return max(i, -i) }

func (a *linesArt) text(t *textFigure) {
	if a.opts.Title != "" {
		t.center(a.opts.Title, 0, t.Width)
	}
	around := 2 // x ticks, and the x label or the legend
	for _, s := range []string{a.opts.Title, a.opts.X.text(""), a.out.text("left out")} {
		if s != "" {
			around++
		}
	}
	rows := max(2, (t.Height-around)/len(a.panels)-1)
	left := 0
	for _, p := range a.panels {
		ticks, _ := p.y.ticks(max(2, rows/3))
		for _, tick := range ticks {
			left = max(left, utf8.RuneCountInString(tick.Label))
		}
	}
	left = min(left, t.Width/3)
	cols := t.Width - left - 2
	for _, p := range a.panels {
		a.panel(t, p, left, cols, rows)
	}
	ticks, power := a.xTicks(max(2, cols/12))
	for i := range ticks {
		ticks[i].Value = a.x.at(ticks[i].Value)
	}
	t.line(strings.Repeat(" ", left+1) + tickLine(ticks, cols, cols+1))
	if s := a.opts.X.text(power); s != "" {
		t.center(s, left+1, cols)
	}
	a.legendText(t, left)
	if s := a.out.text("left out"); s != "" {
		t.line(strings.Repeat(" ", left+1) + s)
	}
}

// panel writes one frame: its label, then rows of braille with ticks at the left.
func (a *linesArt) panel(t *textFigure, p panelArt, left, cols, rows int) {
	ticks, power := p.y.ticks(max(2, rows/3))
	if s := a.yLabel(p).text(power); s != "" {
		t.line(strings.Repeat(" ", max(0, left-utf8.RuneCountInString(s))) + s)
	}
	d := newDots(cols, rows)
	named := t.Colors == Mono && len(p.series) > 1 && a.legend() != nil
	for i, s := range p.series {
		d.curve(s, i, a.x, p.y, named)
	}
	marks := make(map[int]string)
	for _, tick := range ticks {
		if y := int((1 - p.y.at(tick.Value)) * (float64(rows) - 0.01)); y >= 0 && y < rows {
			marks[y] = plain(tick.Label)
		}
	}
	for y := range rows {
		mark, edge := marks[y], "│"
		if mark != "" {
			edge = "┤"
		}
		if utf8.RuneCountInString(mark) > left {
			mark = string([]rune(mark)[:left])
		}
		t.w.WriteString(strings.Repeat(" ", left-utf8.RuneCountInString(mark)) + mark + edge)
		t.w.WriteString(d.row(t, y) + "\n")
	}
}

// row returns one line of dots, without blanks at its end.
func (d *dots) row(t *textFigure, y int) string {
	var b strings.Builder
	end := (y + 1) * d.cols
	for end > y*d.cols && d.bits[end-1] == 0 {
		end--
	}
	for i := y * d.cols; i < end; {
		if d.bits[i] == 0 {
			b.WriteByte(' ')
			i++
			continue
		}
		j := i
		var run []rune
		for ; j < end && d.bits[j] != 0 && d.series[j] == d.series[i]; j++ {
			r := 0x2800 + d.bits[j]
			if d.marks[j] != 0 {
				r = d.marks[j]
			}
			run = append(run, r)
		}
		b.WriteString(t.paintText(string(run), lineColor(d.series[i])))
		i = j
	}
	return b.String()
}

// markers tell curves apart where there are no colours.
const markers = "ox+*#@%"

func marker(series int) rune { return rune(markers[series%len(markers)]) }

// fewPoints is up to which number all points of a curve get a marker; of more,
// about so many do, others than of the next curve.
const fewPoints = 12

// curve marks the dots of a series, and if asked to some of its points.
func (d *dots) curve(s Series, series int, sx, sy scale, marked bool) {
	stride := (len(s.Y) + fewPoints - 1) / fewPoints
	started := false
	var px, py int
	for i, v := range s.Y {
		x, y := sx.at(s.x(i)), sy.at(v)
		if math.IsNaN(x) || math.IsNaN(y) {
			started = false
			continue
		}
		// Beyond the limits the dots go on outside of the canvas, not far.
		qx := int(math.Round(max(-1, min(x, 2)) * float64(2*d.cols-1)))
		qy := int(math.Round((1 - max(-1, min(y, 2))) * float64(4*d.rows-1)))
		if started {
			d.line(px, py, qx, qy, series)
		} else {
			d.set(qx, qy, series)
		}
		if marked && i%stride == series*stride/len(markers)%stride {
			d.mark(qx, qy, marker(series))
		}
		px, py, started = qx, qy, true
	}
}

// legendText writes the names of the curves in one line.
func (a *linesArt) legendText(t *textFigure, left int) {
	names := a.legend()
	if names == nil {
		return
	}
	if t.Colors == Mono {
		if len(names) > 1 {
			marked := make(legend, len(names))
			for i, name := range names {
				marked[i] = string(marker(i)) + " " + name
			}
			names = marked
		}
		t.line(strings.Repeat(" ", left+1) + strings.Join(names, ", "))
		return
	}
	t.w.WriteString(strings.Repeat(" ", left+1))
	room := t.Width - left - 1
	for i, name := range names {
		n := utf8.RuneCountInString(name) + 4
		if room -= n; room < 0 {
			break
		}
		t.w.WriteString(t.paintText("━━ ", lineColor(i)) + name + " ")
	}
	t.w.WriteString("\n")
}
