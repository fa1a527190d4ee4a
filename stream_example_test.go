package klepto_test

import (
	"context"
	"fmt"
	"time"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// A result is written while it is computed, and a call finds it then.
func ExampleMemo_Entry() {
	type params struct{ Steps int }
	type result struct {
		U      []float64
		Energy float64
	}
	ctx := context.Background()
	results := memarchive.New() // or hdfarchive.Open("results.h5", nil), for values larger than memory
	memo, err := klepto.Memoize(func(context.Context, params) (result, error) {
		panic("it is in the archive")
	}, &klepto.Options{Name: "heat", Version: "2", Archive: results})
	if err != nil {
		panic(err)
	}
	in := params{Steps: 3}
	start := time.Now()
	e, err := memo.Entry(in)
	if err != nil {
		panic(err)
	}
	e.Value = &value.Struct{Fields: []value.Field{
		{Name: "U", Value: &value.Array{Elem: value.Float64, Shape: []int{in.Steps}}},
		{Name: "Energy"}, // known in the end
	}}
	w, err := results.Create(ctx, e)
	if err != nil {
		panic(err)
	}
	defer w.Abort() // nothing, once it is committed
	for step := range in.Steps {
		if err := archive.Append(ctx, w, "U", []float64{float64(step) / 2}); err != nil {
			panic(err)
		}
	}
	if err := w.Set("Energy", &value.Array{Elem: value.Float64, Data: []float64{0.25}}); err != nil {
		panic(err)
	}
	w.Provenance.Elapsed = time.Since(start)
	if err := w.Commit(ctx); err != nil {
		panic(err)
	}
	fmt.Println(memo.Call(ctx, in))
	// Output: {[0 0.5 1] 0.25} <nil>
}
