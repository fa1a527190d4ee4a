package render_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/klepto-go/klepto/notebook/render"
)

// Whatever the numbers, drawing neither panics nor leaves its terminal.
func FuzzText(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0xf0, 0x3f}, uint8(1), uint8(40), uint8(10), false)
	f.Add(make([]byte, 64), uint8(3), uint8(20), uint8(6), true)
	f.Fuzz(func(t *testing.T, raw []byte, rows, width, height uint8, log bool) {
		data := make([]float64, len(raw)/8)
		for i := range data {
			data[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
		r := max(1, int(rows))
		cols := len(data) / r
		if cols == 0 {
			return
		}
		data = data[:r*cols]
		text := render.TextOptions{Width: 20 + int(width), Height: 6 + int(height), Colors: render.Colors(width % 3)}
		o := &render.Options{Log: log}
		heat, err := render.Heatmap(render.Field{Rows: r, Cols: cols, Data: data}, o)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := render.Lines([]render.Series{{Y: data}, {X: data, Y: data}}, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, fig := range []*render.Figure{heat, lines} {
			var b bytes.Buffer
			if err := fig.WriteText(&b, &text); err != nil {
				t.Fatal(err)
			}
			fits(t, "fuzz", b.String(), text)
		}
	})
}
