package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/notebook/render"
)

const (
	// maxCurves is how many curves one frame holds: there are colours for so many.
	maxCurves = 7 // named in the help of plot
	// tileSize bounds the fields of a montage, which is drawn much smaller: larger
	// ones are reduced as they are read, so that a sweep of any size fits.
	tileSize = 256
)

// over draws a member of all entries over one or two arguments.
func (s *plot) over(ctx context.Context, a *archive.Archive, l *listing, o *render.Options) (*drawing, error) {
	if len(l.entries) == 0 {
		return nil, errors.New("no entry to draw")
	}
	kept := &listing{entries: l.entries}
	for _, f := range l.functions { // --where may have left one function only
		if len(l.of(f.Name)) > 0 {
			kept.functions = append(kept.functions, f)
		}
	}
	fn, err := kept.only()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{s.x, s.y} {
		if name != "" {
			if err := numericArg(kept, name); err != nil {
				return nil, err
			}
		}
	}
	if s.x == s.y {
		return nil, usagef("--x and --y are both %s", s.x)
	}
	points, label, err := s.points(ctx, a, kept)
	if err != nil {
		return nil, err
	}
	o.Value = label
	if o.Title == "" {
		o.Title = fn.Name
	}
	o.X = points[0].label(s.x)
	base := object{{"function", fn.Name}}
	if s.y == "" {
		return s.curves(points, base, o)
	}
	if name, n := s.alsoVaries(points); name != "" {
		return nil, fmt.Errorf("%s has %d values here; choose one, e.g. --where '%s==%s'", name, n, name, literal(points[0].entry, name))
	}
	return s.grid(points, base, o)
}

func literal(e *entry, name string) string {
	c, _ := e.arg(name)
	if c.kind == text {
		return `"` + c.s + `"`
	}
	return c.String()
}

func numericArg(l *listing, name string) error {
	if err := checkArg(l, name); err != nil {
		return err
	}
	for _, e := range l.entries {
		if c, ok := e.arg(name); ok && c.kind != numeric && c.kind != duration {
			return fmt.Errorf("%s is %s; an axis needs numbers", name, c.kind)
		}
		if c, ok := e.arg(name); ok && !finite(c.n.float64()) {
			return fmt.Errorf("%s is %s in %s; leave it out by --where '%s<=1e308 && %s>=-1e308'", name, c, e.id(), name, name)
		}
	}
	return nil
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// point is what one entry contributes: a number or a field.
type point struct {
	*entry
	x, y  float64
	z     float64
	field render.Field // with data where z is an array
}

// points reads the member of all entries that have the axes.
func (s *plot) points(ctx context.Context, a *archive.Archive, l *listing) ([]point, render.Label, error) {
	var out []point
	var label render.Label
	for _, e := range l.entries {
		x, okX := e.arg(s.x)
		y, okY := e.arg(s.y)
		if !okX || (s.y != "" && !okY) {
			continue
		}
		p := point{entry: e, x: x.n.float64(), y: y.n.float64()}
		switch s.z {
		case "seconds":
			p.z, label = e.Provenance.Elapsed.Seconds(), render.Label{Name: "compute time", Units: "s"}
		case "bytes":
			p.z, label = float64(e.Bytes), render.Label{Name: "size of the result", Units: "B"}
		default:
			r, err := read(ctx, a, e)
			if errors.Is(err, archive.ErrCorrupt) {
				l.damaged = append(l.damaged, err)
				continue
			}
			if err != nil {
				return nil, label, err
			}
			m, err := s.memberOver(r.members)
			if err == nil {
				m, err = r.thin(ctx, m)
			}
			if err != nil {
				return nil, label, err
			}
			var data []float64
			if data, label, err = m.floats(); err != nil {
				return nil, label, err
			}
			switch shape := m.array.Shape; len(squeezed(shape)) {
			case 0:
				p.z = data[0]
			case 2:
				kept := squeezed(shape)
				if p.field = (render.Field{Rows: shape[kept[0]], Cols: shape[kept[1]], Data: data}); p.field.Validate() == nil {
					p.field = p.field.Reduce(tileSize, tileSize)
				}
			default:
				return nil, label, fmt.Errorf("%s is %s; over arguments a number or a 2-D array can be drawn", m.name(), m.dtype())
			}
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, label, errors.New("no entry to draw")
	}
	if label.Name == "" {
		label.Name = s.z
	}
	return out, label, nil
}

// memberOver returns the member that --z names, or the only number there is.
func (s *plot) memberOver(members []member) (member, error) {
	if s.z != "" {
		return choose(members, s.z)
	}
	var scalars []member
	var names []string
	for _, m := range members {
		if _, err := m.label(); err == nil {
			names = append(names, m.name())
			if m.scalar() {
				scalars = append(scalars, m)
			}
		}
	}
	if len(scalars) == 1 {
		s.z = scalars[0].name()
		return scalars[0], nil
	}
	return member{}, usagef("--z is missing: the member to draw; there are %s, seconds, bytes", strings.Join(names, ", "))
}

// alsoVaries returns an argument beside the axes that has several values.
func (s *plot) alsoVaries(points []point) (name string, values int) {
	for _, name := range s.others(points) {
		seen := make(map[string]bool)
		for _, p := range points {
			c, _ := p.arg(name)
			seen[c.String()] = true
		}
		if len(seen) > 1 {
			return name, len(seen)
		}
	}
	return "", 0
}

func (s *plot) others(points []point) []string {
	entries := make([]*entry, len(points))
	for i, p := range points {
		entries[i] = p.entry
	}
	return slices.DeleteFunc(argNames(entries), func(name string) bool { return name == s.x || name == s.y })
}

// curves draws numbers over one argument, one curve for each value of the others.
func (s *plot) curves(points []point, base object, o *render.Options) (*drawing, error) {
	var varying []string
	for _, name := range s.others(points) {
		first, _ := points[0].arg(name)
		if slices.ContainsFunc(points, func(p point) bool { c, _ := p.arg(name); return c.String() != first.String() }) {
			varying = append(varying, name)
		}
	}
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
	entries := make([]*entry, len(points))
	for i, p := range points {
		entries[i] = p.entry
	}
	args := len(varying)
	varying = append(varying, severalOf(entries)...)
	digits := make(map[string]int, len(varying))
	for _, name := range varying[:args] {
		digits[name] = telling(entries, name, briefDigits)
	}
	var series []render.Series
	at := make(map[string]int)
	for _, p := range points {
		if p.field.Data != nil {
			return nil, fmt.Errorf("%s is an array; a montage of it needs --y too", s.z)
		}
		var parts []string
		for i, name := range varying {
			c, _ := p.arg(name)
			text := c.brief(digits[name])
			if i >= args {
				c, _ = p.builtin(name, time.Time{})
				text = orDash(c.s)
			}
			parts = append(parts, name+"="+text)
		}
		name := strings.Join(parts, ", ")
		i, ok := at[name]
		if !ok {
			i = len(series)
			at[name] = i
			series = append(series, render.Series{Label: render.Label{Name: name}})
		}
		series[i].X, series[i].Y = append(series[i].X, p.x), append(series[i].Y, p.z)
	}
	if len(series) > maxCurves {
		return nil, fmt.Errorf("%d curves over %s, one for each value of %s; choose some by --where, or give one of them as --y",
			len(series), s.x, strings.Join(varying, " and "))
	}
	slices.SortStableFunc(series, func(a, b render.Series) int { return strings.Compare(a.Name, b.Name) })
	data := make([]object, len(series))
	for i, c := range series {
		data[i] = object{{"name", c.Name}, {"x", floatsJSON(c.X)}, {"values", floatsJSON(c.Y)}}
	}
	o.LogX = s.logx || !s.linear && logSpaced(distinct(points, func(p point) float64 { return p.x }))
	f, err := render.Lines(series, o)
	return &drawing{f, append(base, field{"kind", "curves"}, field{"x", s.x}, field{"z", s.z}, field{"units", o.Value.Units},
		field{"curves", data})}, err
}

// logSpaced reports whether ascending values are spaced by ratios, as 1, 10, 100 and
// about as 1, 2, 5, 10 are: over a decade at least, and every step in the logarithm
// within a quarter of their mean.
func logSpaced(x []float64) bool {
	n := len(x)
	if n < 3 || x[0] <= 0 || x[n-1]/x[0] < 10 {
		return false
	}
	mean := (math.Log(x[n-1]) - math.Log(x[0])) / float64(n-1)
	for i := 1; i < n; i++ {
		if step := math.Log(x[i]) - math.Log(x[i-1]); math.Abs(step-mean) > mean/4 {
			return false
		}
	}
	return true
}

// grid draws a phase map of numbers, or a montage of fields. Of several entries
// at one point (of several versions) the newest is drawn.
func (s *plot) grid(points []point, base object, o *render.Options) (*drawing, error) {
	x := render.Axis{Label: points[0].label(s.x), Values: distinct(points, func(p point) float64 { return p.x })}
	y := render.Axis{Label: points[0].label(s.y), Values: distinct(points, func(p point) float64 { return p.y })}
	nx := len(x.Values)
	if nx*len(y.Values) > 50*len(points)+1000 {
		return nil, fmt.Errorf("%d entries are no grid over %s and %s: they have %d and %d values; choose some by --where",
			len(points), s.x, s.y, nx, len(y.Values))
	}
	chosen := make([]*point, nx*len(y.Values))
	fields := 0
	for k := range points {
		p := &points[k]
		if p.field.Data != nil {
			fields++
		}
		i, _ := slices.BinarySearch(x.Values, p.x)
		j, _ := slices.BinarySearch(y.Values, p.y)
		if at := &chosen[j*nx+i]; *at == nil || !p.Provenance.Created.Before((*at).Provenance.Created) {
			*at = p
		}
	}
	base = append(base, field{"x", object{{"name", s.x}, {"values", floatsJSON(x.Values)}}},
		field{"y", object{{"name", s.y}, {"values", floatsJSON(y.Values)}}}, field{"z", s.z}, field{"units", o.Value.Units})
	if fields > 0 {
		return s.montage(x, y, chosen, base, o)
	}
	z, values := make([]float64, len(chosen)), make([]any, len(chosen))
	for i, p := range chosen {
		z[i] = math.NaN()
		if p != nil {
			z[i], values[i] = p.z, float(p.z)
		}
	}
	f, err := render.PhaseMap(x, y, z, o)
	return &drawing{f, append(base, field{"kind", "phasemap"}, field{"values", values})}, err
}

func (s *plot) montage(x, y render.Axis, chosen []*point, base object, o *render.Options) (*drawing, error) {
	if o.Width == 0 {
		o.Width = 7.5
	}
	tiles, ids := make([]render.Field, len(chosen)), make([]any, len(chosen))
	for i, p := range chosen {
		if p != nil {
			tiles[i], ids[i] = p.field, p.id()
		}
	}
	f, err := render.Montage(x, y, tiles, o)
	return &drawing{f, append(base, field{"kind", "montage"}, field{"ids", ids})}, err
}

// distinct returns the different values in ascending order.
func distinct(points []point, of func(point) float64) []float64 {
	var v []float64
	for _, p := range points {
		v = append(v, of(p))
	}
	slices.Sort(v)
	return slices.Compact(v)
}
