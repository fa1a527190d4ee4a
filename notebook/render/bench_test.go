package render_test

import (
	"io"
	"testing"

	"github.com/klepto-go/klepto/notebook/render"
)

func BenchmarkHeatmapPNG(b *testing.B) {
	f := wave(128, 128)
	for b.Loop() {
		fig := must(b)(render.Heatmap(f, nil))
		if err := fig.WritePNG(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReduce(b *testing.B) {
	f := wave(4096, 4096)
	b.SetBytes(int64(8 * len(f.Data)))
	for b.Loop() {
		f.Reduce(800, 800)
	}
}

func BenchmarkHeatmapText(b *testing.B) {
	f := wave(128, 128)
	fig := must(b)(render.Heatmap(f, nil))
	for b.Loop() {
		if err := fig.WriteText(io.Discard, &render.TextOptions{Colors: render.TrueColor}); err != nil {
			b.Fatal(err)
		}
	}
}
