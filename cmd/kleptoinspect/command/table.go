package command

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// table is aligned text: names to the left, numbers to the right with their
// decimal points below each other.
type table struct {
	head  []string
	right []bool // columns of numbers
	rows  [][]string
}

// column adds a column.
func (t *table) column(name string, number bool) {
	t.head = append(t.head, name)
	t.right = append(t.right, number)
}

// Codes of the terminal. Weight instead of colour: it is legible on every
// background.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

// style wraps text in a code, where there are colours.
func (p *program) style(code, s string) string {
	if p.Colors == 0 || s == "" {
		return s
	}
	return code + s + reset
}

// write writes the table, each line after indent. On a terminal lines are cut to
// its width.
func (t *table) write(p *program, indent string) {
	t.alignPoints()
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, s := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}
	t.squeeze(p, widths, utf8.RuneCountInString(indent))
	headed := false
	for _, h := range t.head {
		headed = headed || h != ""
	}
	if headed {
		fmt.Fprintln(p.Out, p.style(bold, p.cut(t.line(t.head, widths, indent))))
	}
	for _, row := range t.rows {
		fmt.Fprintln(p.Out, p.cut(t.line(row, widths, indent)))
	}
}

func (t *table) line(row []string, widths []int, indent string) string {
	var b strings.Builder
	b.WriteString(indent)
	for i, s := range row {
		if i > 0 {
			b.WriteString("  ")
		}
		s = shorten(s, widths[i])
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
		if t.right[i] {
			b.WriteString(pad + s)
		} else {
			b.WriteString(s + pad)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// squeeze makes room on a terminal: the widest columns of words give way, so
// that numbers and what stands at the right stay in sight.
func (t *table) squeeze(p *program, widths []int, indent int) {
	if !p.Terminal || p.Width <= 0 {
		return
	}
	const least = 8
	total := indent - 2
	for _, w := range widths {
		total += w + 2
	}
	for ; total > p.Width; total-- {
		widest := -1
		for i, w := range widths {
			if !t.right[i] && w > least && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return // the end of the lines is cut
		}
		widths[widest]--
	}
}

func shorten(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}

// alignPoints fills numbers up with blanks until their decimal points agree.
func (t *table) alignPoints() {
	for i, right := range t.right {
		if !right {
			continue
		}
		after := func(s string) int {
			if at := strings.IndexByte(s, '.'); at >= 0 {
				return len(s) - at
			}
			return 0
		}
		most := 0
		for _, row := range t.rows {
			most = max(most, after(row[i]))
		}
		for _, row := range t.rows {
			if isDigits(row[i]) {
				row[i] += strings.Repeat(" ", most-after(row[i]))
			}
		}
	}
}

// isDigits tells numbers from words such as NaN.
func isDigits(s string) bool {
	return strings.ContainsAny(s, "0123456789") && !strings.HasSuffix(s, "…")
}

// cut shortens a line to the width of the terminal.
func (p *program) cut(s string) string {
	if !p.Terminal || p.Width <= 0 {
		return s
	}
	return shorten(s, p.Width)
}

// digits is how many digits of arguments are shown: all of them, or on a terminal
// those that people read.
func (p *program) digits() int {
	if p.Terminal {
		return briefDigits
	}
	return 17
}

// printf writes to the output.
func (p *program) printf(format string, args ...any) {
	fmt.Fprintf(p.Out, format, args...)
}
