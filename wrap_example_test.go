package klepto_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/rounding"
)

func ExampleWrap() {
	trapezoid := func(n int, at ...float64) (float64, error) {
		if n < 1 {
			return 0, errors.New("no intervals")
		}
		fmt.Println("computing", n, at)
		return float64(n) * at[0], nil
	}
	trapezoid, control, err := klepto.Wrap(trapezoid, &klepto.Options{
		Name:     "trapezoid",
		Names:    []string{"n", "at"},
		Rounding: rounding.Deep(6),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer control.Close()

	fmt.Println(trapezoid(4, 0.25, 1))
	fmt.Println(trapezoid(4, 0.25000001, 1)) // the same after rounding
	fmt.Println(trapezoid(0))
	fmt.Println(control.Lookup(4, 0.25, 1))
	fmt.Println(control.Stats().Hits)
	// Output:
	// computing 4 [0.25 1]
	// 1 <nil>
	// 1 <nil>
	// 0 no intervals
	// [1] true <nil>
	// 2
}

type Oven struct{ Watts float64 }

func (o *Oven) Bake(minutes float64) (joules, kelvin float64) {
	fmt.Println("baking for", minutes)
	return o.Watts * minutes * 60, 293 + minutes
}

// A method is bound to its receiver, which the name has to tell.
func ExampleWrap_method() {
	small := &Oven{Watts: 700}
	bake, control, err := klepto.Wrap(small.Bake, &klepto.Options{
		Name:    "oven-700W/bake",
		Names:   []string{"minutes"},
		Results: []string{"energy", "temperature"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer control.Close()
	fmt.Println(bake(10))
	fmt.Println(bake(10))
	// Output:
	// baking for 10
	// 420000 303
	// 420000 303
}

func ExampleWrap2() {
	decay, control, err := klepto.Wrap2(func(_ context.Context, rate float64, steps int) ([]float64, error) {
		fmt.Println("computing")
		u := []float64{1}
		for range steps {
			u = append(u, u[len(u)-1]*(1-rate))
		}
		return u, nil
	}, &klepto.Options{Name: "decay", Names: []string{"rate", "steps"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer control.Close()
	ctx := context.Background()
	for range 2 {
		fmt.Println(decay(ctx, 0.5, 3))
	}
	// Output:
	// computing
	// [1 0.5 0.25 0.125] <nil>
	// [1 0.5 0.25 0.125] <nil>
}

func ExampleWrapPlain1() {
	square, control, err := klepto.WrapPlain1(func(x float64) float64 {
		fmt.Println("computing")
		return x * x
	}, &klepto.Options{Name: "square"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer control.Close()
	fmt.Println(square(3), square(3))
	// Output:
	// computing
	// 9 9
}

func ExampleControl_Call() {
	square, control, err := klepto.WrapPlain1(func(x float64) float64 { return x * x }, &klepto.Options{Name: "square"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer control.Close()
	square(3)
	for _, opts := range [][]klepto.CallOption{nil, {klepto.Overwrite()}} {
		results, info, err := control.Call([]any{3}, opts...)
		fmt.Println(results, info.Source, err)
	}
	// Output:
	// [9] memory <nil>
	// [9] computed <nil>
}

func ExampleWriteOpenMetrics() {
	square, control, err := klepto.WrapPlain1(func(x float64) float64 { return x * x }, &klepto.Options{Name: "square"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer control.Close()
	square(3)
	square(3)
	var text strings.Builder
	if err := klepto.WriteOpenMetrics(&text, control); err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(text.String()) {
		if strings.Contains(line, "klepto_calls") || strings.Contains(line, "EOF") {
			fmt.Print(line)
		}
	}
	// Output:
	// # TYPE klepto_calls counter
	// # HELP klepto_calls Answered calls, by where the result came from.
	// klepto_calls_total{function="square",source="memory"} 1
	// klepto_calls_total{function="square",source="archived"} 0
	// klepto_calls_total{function="square",source="shared"} 0
	// klepto_calls_total{function="square",source="computed"} 1
	// # EOF
}
