package render_test

import (
	"fmt"
	"math"
	"os"

	"github.com/klepto-go/klepto/notebook/render"
)

func ExampleHeatmap() {
	f := render.Field{Rows: 40, Cols: 40, Data: make([]float64, 1600)}
	for i := range f.Data {
		y, x := float64(i/40)-20, float64(i%40)-20
		f.Data[i] = math.Exp(-(x*x + y*y) / 150)
	}
	fig, err := render.Heatmap(f, &render.Options{Value: render.Label{Name: "density", Units: "kg/m3"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	// fig.Save("density.png") writes an image; this draws into the terminal.
	if err := fig.WriteText(os.Stdout, &render.TextOptions{Width: 50, Height: 12}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0┤     .........
	//   │  ...::::-:::...
	// 10┤ ..::-=++++==-:..
	//   │..:-=+*##%#*+=-:..
	// 20┤..:-=*#%@@%#*+=::.
	//   │..:-=+*#%%%#*=-:..
	// 30┤ ..:-==+**++=-::..
	//   │  ...::-----::..
	//   │    ..........
	//    0  10   20  30
	//    0.004828 [ ..::--=++**##%%@] 1  density (kg/m3)
	//    area means of 40 × 40 values
}

func ExampleLines() {
	y := make([]float64, 100)
	for i := range y {
		y[i] = math.Sin(float64(i) / 10)
	}
	fig, err := render.Lines([]render.Series{{Y: y}}, &render.Options{X: render.Label{Name: "step"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := fig.WriteText(os.Stdout, &render.TextOptions{Width: 50, Height: 10}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// │   ⢀⠤⠚⠉⠉⠑⠦⡀                    ⡠⠔⠊⠉⠉⠒⠤⡀
	//  0.5┤  ⡔⠁      ⠈⠢⡀                ⢀⠔⠁      ⠑⢄
	//  0.0┤⡠⠊          ⠘⢄             ⢀⠔⠁          ⠑⢄
	//     │              ⠑⢄          ⢀⠇             ⠈⢆
	// -0.5┤               ⠈⢢⡀      ⢀⠔⠁                ⠑
	//     │                 ⠈⠢⠤⣀⣀⡠⠜⠁
	//      0                    50
	//                          step
}

func ExamplePhaseMap() {
	feed := render.NewAxis("F", "", []float64{0.02, 0.03, 0.04})
	kill := render.NewAxis("k", "", []float64{0.05, 0.06})
	mean := []float64{0.1, 0.2, 0.3, 0.4, math.NaN(), 0.6} // row by row of k
	fig, err := render.PhaseMap(feed, kill, mean, &render.Options{Value: render.Label{Name: "mean"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := fig.WriteText(os.Stdout, &render.TextOptions{Width: 40, Height: 10}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// k
	//     │+++++?????@@@@@
	// 0.06┤+++++?????@@@@@
	//     │+++++?????@@@@@
	// 0.05┤     :::::=====
	//     │     :::::=====
	//      0.02 0.03 0.04
	//             F
	//      0.1 [ ..::--==++**##%%@@] 0.6  mean
	//      1 NaN or missing drawn "?"
}
