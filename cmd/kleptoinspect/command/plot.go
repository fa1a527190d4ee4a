package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/notebook/render"
)

type plot struct {
	choice
	filter filter
	member string
	sliceFlag
	raw     hdf5Flag
	x, y, z string

	out, title, colormap, size string
	limits                     []float64
	log, logx                  bool
	linear                     bool // --logx=false
	dpi                        float64
}

// drawing is a figure and what it shows, for --json.
type drawing struct {
	figure *render.Figure
	data   object
}

func newPlot(p *program) *cobra.Command {
	s := &plot{}
	cmd := &cobra.Command{
		Use:   "plot ARCHIVE [ID|PATH]",
		Short: "Draw one result, or a member of all results over their arguments",
		Long: `Draw one result, named by the beginning of its id or by its arguments: a 2-D array
as heatmap, a 1-D array as curve, a table as one curve a column.

Or draw a member of all results of a function: --x F --y k --z mean is a phase map
of a number over two arguments, or a montage of small pictures where --z is a 2-D
array; --x F --z mean is a curve over one argument, one curve for each value of the
others, version and rounding among them: at most 7, of which --where chooses. Its
horizontal axis is logarithmic where the values of the argument are spaced so, or by
--logx. --z takes seconds and bytes too.

Without -o it draws into the terminal, or as plain text into a pipe; -o names a
PNG file, or is - for a PNG on standard output.

Where a member of the same struct has the name of an axis of the array, and one
dimension of the same length, its numbers and units are along that axis.

--slice draws a part of an array, chosen as in numpy, and of its coordinates: 10:20,0
or [10:20,0], or u[10:20,0] of member u. Of more than 16 million numbers every second
is drawn, or every fourth or eighth, which the picture says.

Of an HDF5 file of another program it draws the dataset at PATH.`,
		Example: `  kleptoinspect plot results.h5 9f3c
  kleptoinspect plot results.h5 --at F=0.02,k=0.05 --member u -o u.png
  kleptoinspect plot results.h5 --x F --y k --z mean --colormap inferno -o map.png
  kleptoinspect plot results.h5 --x F --z seconds --where 'k==0.06'`,
		Args:              takes(1, 2, "an archive and an id, or an HDF5 file and a path"),
		ValidArgsFunction: p.completeEntry,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.run(cmd, p, args)
		},
	}
	s.choice.flags(cmd, p)
	s.raw.flags(cmd)
	s.filter.flags(cmd, p, false)
	f := cmd.Flags()
	f.StringVar(&s.member, "member", "", "draw this member of the value, e.g. u")
	f.StringVar(&s.slice, "slice", "", "a part of the array, e.g. 3,:,10:20 of the fourth plane; -1 is the last")
	f.StringVarP(&s.x, "x", "x", "", "argument along the horizontal axis")
	f.StringVarP(&s.y, "y", "y", "", "argument along the vertical axis")
	f.StringVarP(&s.z, "z", "z", "", "member that is drawn over --x and --y, or seconds, or bytes")
	f.StringVarP(&s.out, "output", "o", "", "write a PNG file of this name, - for standard output")
	f.StringVar(&s.title, "title", "", "title of the figure")
	f.StringVar(&s.colormap, "colormap", "viridis", "colours: viridis, inferno, gray or bluered")
	f.Float64SliceVar(&s.limits, "limits", nil, "values at the ends of the colours or of the vertical axis, e.g. 0,1")
	f.BoolVar(&s.log, "log", false, "logarithmic colours or vertical axis")
	f.BoolVar(&s.logx, "logx", false, "logarithmic horizontal axis of curves over --x; --logx=false never (default: as the values are spaced)")
	f.StringVar(&s.size, "size", "", "size of the PNG in inches, e.g. 6x4 (default 6 wide)")
	f.Float64Var(&s.dpi, "dpi", 200, "dots per inch of the PNG")
	complete(cmd, "member", p.completeMembers)
	complete(cmd, "slice", cobra.NoFileCompletions)
	complete(cmd, "z", p.completeMembers)
	complete(cmd, "x", p.completeAxis)
	complete(cmd, "y", p.completeAxis)
	complete(cmd, "colormap", p.completeColormap)
	return cmd
}

func (s *plot) run(cmd *cobra.Command, p *program, args []string) error {
	at, err := s.choice.parse(args)
	if err != nil {
		return err
	}
	if err := s.sliceFlag.parse(cmd.Flags().Changed("member")); err != nil {
		return err
	}
	where, err := s.filter.parse()
	if err != nil {
		return err
	}
	o, err := s.options()
	if err != nil {
		return err
	}
	s.linear = cmd.Flags().Changed("logx") && !s.logx
	over := s.x != "" || s.y != "" || s.z != ""
	switch {
	case over && (s.id != "" || at != nil):
		return usagef("--x, --y and --z draw all entries; leave the id or --at away, or choose by --where")
	case over && s.x == "":
		return usagef("--x is missing: the argument along the horizontal axis")
	case cmd.Flags().Changed("logx") && (!over || s.y != ""):
		return usagef("--logx goes with --x, without --y: the cells of a map are the values themselves")
	case over && s.member != "":
		return usagef("--member goes with one entry; name the member by --z")
	case over && s.slice != "":
		return usagef("--slice goes with one entry")
	case !over && where != nil && (s.id != "" || at != nil):
		return usagef("--where goes with --x, --y and --z, or alone")
	}
	a, file, err := p.openAny(cmd.Context(), args[0], &s.raw)
	if err != nil {
		return err
	}
	if file != nil {
		defer file.Close()
		if err := onlyArchives(cmd, args[0], "function", "at", "where", "x", "y", "z"); err != nil {
			return err
		}
		var path string
		path, s.member = s.object(args, s.member)
		d, err := s.hdf5(cmd.Context(), file, args[0], path, o)
		if err != nil {
			return err
		}
		return s.write(p, args[0], d)
	}
	defer a.Close()
	l, err := list(cmd.Context(), a, s.filter.function)
	if err != nil {
		return err
	}
	if l.entries, _, err = s.filter.apply(where, l.entries, p.now()); err != nil {
		return err
	}
	if s.name != "" {
		s.member = s.name
	}
	var d *drawing
	if over {
		d, err = s.over(cmd.Context(), a, l, o)
	} else {
		d, err = s.one(cmd.Context(), a, l, at, o)
	}
	if err != nil {
		return errors.Join(err, l.damage())
	}
	if err := s.write(p, shown(a.URL()), d); err != nil {
		return err
	}
	return l.damage()
}

// options makes the options of the figure from the flags.
func (s *plot) options() (*render.Options, error) {
	o := &render.Options{Title: s.title, Log: s.log, DPI: s.dpi}
	var err error
	if o.Colormap, err = render.ColormapNamed(s.colormap); err != nil {
		return nil, &usageError{err}
	}
	if len(s.limits) > 0 {
		if len(s.limits) != 2 {
			return nil, usagef("--limits takes two numbers, e.g. 0,1")
		}
		o.Limits = [2]float64(s.limits)
	}
	if s.size != "" {
		w, h, ok := strings.Cut(s.size, "x")
		var errW, errH error
		o.Width, errW = strconv.ParseFloat(w, 64)
		o.Height, errH = strconv.ParseFloat(h, 64)
		if !ok || errW != nil || errH != nil {
			return nil, usagef("--size %s; write width and height in inches, e.g. 6x4", s.size)
		}
		if o.Width == 0 || o.Height == 0 { // which options take for the default
			return nil, usagef("--size %s; give 1 to 60 inches for each, e.g. 6x4", s.size)
		}
	}
	if s.out != "" && s.out != "-" && !strings.HasSuffix(strings.ToLower(s.out), ".png") {
		return nil, usagef("-o %s; end the name in .png", s.out)
	}
	if err := o.Validate(); err != nil {
		return nil, &usageError{err}
	}
	return o, nil
}

// write puts the drawing where the flags say.
func (s *plot) write(p *program, url string, d *drawing) error {
	if s.out == "-" && p.json {
		return usagef("-o - and --json both want standard output; choose one")
	}
	if s.out == "-" {
		return d.figure.WritePNG(p.Out)
	}
	var file any
	if s.out != "" {
		if err := d.figure.Save(s.out); err != nil {
			return err
		}
		file = s.out
	}
	switch {
	case p.json:
		return p.writeJSON(append(append(object{{"archive", url}}, d.data...), field{"file", file}))
	case s.out != "" && p.Terminal:
		p.printf("wrote %s\n", s.out)
	case s.out == "":
		t := &render.TextOptions{Colors: p.Colors}
		if p.Width != 0 {
			t.Width = min(max(p.Width, 20), 240)
		}
		if p.Height != 0 {
			t.Height = min(max(p.Height-1, 6), 100) // the last line is the prompt's
		}
		return d.figure.WriteText(p.Out, t)
	}
	return nil
}

// one draws a member of one entry.
func (s *plot) one(ctx context.Context, a *archive.Archive, l *listing, at []named, o *render.Options) (*drawing, error) {
	e, err := s.find(l, at)
	if err != nil {
		return nil, err
	}
	r, err := read(ctx, a, e)
	if err != nil {
		return nil, err
	}
	if o.Title == "" {
		o.Title = e.Call.Function + "(" + joinArgs(e.args, briefDigits) + ")"
	}
	base := object{{"id", e.id()}, {"function", e.Call.Function}, {"args", arguments(e.args)}}
	if columns := tableOf(r.members, s.member); columns != nil {
		return drawTable(columns, base, o)
	}
	m, err := s.drawable(r.members)
	if err != nil {
		return nil, err
	}
	part := m
	if s.slice != "" {
		part, err = r.cut(ctx, m, s.slice)
	} else if err = canDraw(m); err == nil {
		part, err = r.thin(ctx, m)
	}
	if err != nil {
		return nil, err
	}
	if err := canDraw(part); err != nil {
		return nil, err
	}
	axes, err := r.axes(ctx, m, part)
	if err != nil {
		return nil, err
	}
	return draw(part, axes, base, o)
}

// tableOf returns the columns of the table at a path; of a value that is nothing
// but a table for "".
func tableOf(members []member, path string) []member {
	var columns []member
	for _, m := range members {
		if m.inTab && m.table == path {
			columns = append(columns, m)
		}
	}
	return columns
}

// drawable returns the member that --member names, else the first array of two
// dimensions, else of one that is not a coordinate of another.
func (s *plot) drawable(members []member) (member, error) {
	if s.member != "" {
		return choose(members, s.member)
	}
	var coordinate *member
	for _, dims := range []int{2, 1, 3} {
		for i, m := range members {
			if m.array == nil || m.array.Len() == 0 {
				continue
			}
			if got := len(squeezed(m.array.Shape)); got != dims && !(dims == 3 && got > 3) {
				continue
			}
			if _, err := m.label(); err != nil {
				continue
			}
			if dims != 1 || !places(members, m) {
				return m, nil
			}
			if coordinate == nil {
				coordinate = &members[i]
			}
		}
	}
	if coordinate != nil {
		return *coordinate, nil
	}
	var names []string
	for _, m := range members {
		names = append(names, m.name()+" "+m.dtype())
	}
	return member{}, fmt.Errorf("nothing here can be drawn by itself (%s); to draw a number over arguments give --x and --z", strings.Join(names, ", "))
}

// canDraw refuses what is no array of numbers of one or two dimensions.
func canDraw(m member) error {
	if _, err := m.label(); err != nil {
		return err
	}
	switch shape := m.array.Shape; {
	case len(shape) == 0:
		return fmt.Errorf("%s is a single number, %s; to draw it over arguments give --x and --z %s", m.name(), element(m.array, 0), m.path)
	case len(squeezed(shape)) > 2:
		return fmt.Errorf("%s has %d dimensions, %v; choose a plane by --slice, e.g. --slice %s:,:", m.name(), len(shape), shape,
			strings.Repeat("0,", len(shape)-2))
	}
	return nil
}

// draw draws a member with one axis for each of its dimensions.
func draw(m member, axes []render.Axis, base object, o *render.Options) (*drawing, error) {
	x, label, err := m.floats()
	if err != nil {
		return nil, err
	}
	var shape []int
	var along []render.Axis
	for _, d := range squeezed(m.array.Shape) {
		shape, along = append(shape, m.array.Shape[d]), append(along, axes[d])
	}
	o.Value = label
	data := func(kind string) object {
		return append(base, field{"kind", kind}, field{"member", m.path}, field{"slice", m.slice}, field{"units", label.Units},
			field{"shape", shape}, field{"axes", axesJSON(along)}, field{"values", floatsJSON(x)})
	}
	if len(shape) == 1 {
		o.X = along[0].Label
		f, err := render.Lines([]render.Series{{X: along[0].Values, Y: x}}, o)
		return &drawing{f, data("curve")}, drawError(m, err)
	}
	o.Y, o.YValues = alongside(along[0])
	o.X, o.XValues = alongside(along[1])
	f, err := render.Heatmap(render.Field{Rows: shape[0], Cols: shape[1], Data: x}, o)
	return &drawing{f, data("heatmap")}, drawError(m, err)
}

func drawError(m member, err error) error {
	if errors.Is(err, render.ErrEmpty) {
		return fmt.Errorf("%s has no elements, shape %v; there is nothing to draw", m.name(), m.array.Shape)
	}
	return err
}

// drawTable draws the columns of numbers, one frame each.
func drawTable(columns []member, base object, o *render.Options) (*drawing, error) {
	var series []render.Series
	var data []object
	for _, m := range columns {
		x, label, err := m.floats()
		if err != nil || len(m.array.Shape) != 1 {
			continue
		}
		if m.array.LongName == "" {
			label.Name = strings.TrimPrefix(m.path, m.table+".")
		}
		series = append(series, render.Series{Label: label, Y: x})
		data = append(data, object{{"member", m.path}, {"units", label.Units}, {"values", floatsJSON(x)}})
	}
	if len(series) == 0 {
		return nil, fmt.Errorf("the table has no column of numbers to draw")
	}
	if len(series) == 1 {
		o.Value = series[0].Label
	}
	o.X = render.Label{Name: "row"}
	f, err := render.Panels(series, o)
	return &drawing{f, append(base, field{"kind", "table"}, field{"columns", data})}, drawError(columns[0], err)
}
