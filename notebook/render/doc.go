// Package render draws numerical results, as images and as text, without a
// notebook, a display or a plotting program.
//
// # Overview
//
// Four functions make a [Figure]:
//
//	Heatmap(field, options)        a 2-D array, one coloured cell a value
//	PhaseMap(x, y, z, options)     a scalar over two swept parameters
//	Montage(x, y, tiles, options)  a grid of small fields over two swept parameters
//	Lines(series, options)         curves in one frame; Panels: one frame each
//
// and a Figure draws itself as PNG, as image.Image, or as text for a terminal:
// half blocks in 24-bit or 256 colours, a ramp of characters without colour,
// braille dots for curves.
//
// # Semantics
//
// Data is float64 in C order. Heatmap and the tiles of a Montage show row 0 at
// the top, as a matrix is printed, also where Options give a Heatmap coordinates; the
// parameter axes of PhaseMap and Montage grow to the right and upwards. NaN and infinities are never drawn as if they
// were numbers: they don't take part in the colour limits, their cells are grey,
// and a line below the figure says how many there are. Arrays larger than the
// figure are reduced to area means ([Field.Reduce]) and curves to the envelope
// of their minima and maxima, so that no peak is lost. A constant field is drawn
// in the middle of its colour map.
//
// # Colours
//
// [Viridis], the default, and [Inferno] are perceptually uniform and keep their
// order in grey and for colour-blind eyes; [BlueRed] is for signed data. Curves
// use the palette of Okabe and Ito; where text has no colours, those of a legend
// have a marker each at some of their points.
//
// # Concurrency
//
// A Figure may be drawn by several goroutines at once. It refers to the data it
// was made from, which must not change meanwhile.
//
// # Numbers
//
// A figure is 6 inches wide at 200 dots per inch by default: 1200 pixels. To draw
// and encode a heatmap takes about 0.1 s of processor time, most of it for the
// compression of PNG; to reduce 4096×4096 values 0.15 s; a heatmap as text 1 ms
// (BenchmarkHeatmapPNG, BenchmarkReduce, BenchmarkHeatmapText).
package render
