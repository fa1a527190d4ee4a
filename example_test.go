package klepto_test

import (
	"context"
	"fmt"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	_ "github.com/klepto-go/klepto/memarchive" // or hdfarchive, for files
	"github.com/klepto-go/klepto/rounding"
)

type Pendulum struct {
	Length float64 `klepto:"units=m"`
	Angle  float64 `klepto:"units=rad,tol=3"`
}

func Example() {
	ctx := context.Background()
	results, err := archive.Open(ctx, "mem:")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer results.Close()

	simulate := func(_ context.Context, p Pendulum) (float64, error) {
		fmt.Println("computing", p)
		return 2 * 3.14159 * p.Length, nil
	}
	memo, err := klepto.Memoize(simulate, &klepto.Options{
		Name:     "pendulum",
		Rounding: rounding.Deep(6),
		Archive:  results,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer memo.Close()

	for _, p := range []Pendulum{{1, 0.1}, {1, 0.10004}, {1, 0.2}} {
		_, info, err := memo.CallInfo(ctx, p)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(p, info.Source)
	}
	// Output:
	// computing {1 0.1}
	// {1 0.1} computed
	// {1 0.10004} memory
	// computing {1 0.2}
	// {1 0.2} computed
}
