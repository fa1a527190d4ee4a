package value_test

import (
	"fmt"
	"reflect"

	"github.com/klepto-go/klepto/value"
	"gonum.org/v1/gonum/mat"
)

// Profile is the result of a simulation, described for the readers of an archive.
type Profile struct {
	U      *mat.Dense         `klepto:"name=u,units=mol/m3,axes=y;x"`
	Times  []float64          `klepto:"name=t,units=s"`
	Probes map[string]float64 `klepto:"name=probes"`
	Mean   float64            `klepto:"name=mean"`
}

func ExampleCodecFor() {
	codec, err := value.CodecFor[Profile]()
	if err != nil {
		panic(err)
	}
	tree, err := codec.Encode(Profile{U: mat.NewDense(2, 3, nil), Times: []float64{0, 0.5}, Mean: 1.5})
	if err != nil {
		panic(err)
	}
	fmt.Println(value.Describe(tree), value.Size(tree), "bytes")

	back, err := codec.Decode(tree)
	if err != nil {
		panic(err)
	}
	rows, cols := back.U.Dims()
	fmt.Println(rows, cols, back.Times, back.Probes == nil, back.Mean)
	// Output:
	// u[2 3] t[2] probes:null mean 72 bytes
	// 2 3 [0 0.5] true 1.5
}

func ExampleCheck() {
	type solver struct {
		State struct{ Callback func(float64) }
	}
	fmt.Println(value.Check(reflect.TypeFor[solver]()))
	// Output: value: value_test.solver.State.Callback: func values cannot be stored; leave the field out with `klepto:"-"`
}

func ExampleOf() {
	for _, x := range []any{1.5, [][]int{{1, 2}, {3, 4}}, [][]int{{1}, {2, 3}}, []Point{{1, 2}}} {
		tree, err := value.Of(x)
		if err != nil {
			panic(err)
		}
		fmt.Println(value.Describe(tree))
	}
	// Output:
	// float64
	// int64[2 2]
	// list[2]
	// table[1]{X Y}
}

func ExampleTo() {
	tree, err := value.UnmarshalJSON([]byte(`{"X":0.5,"Y":-1.0}`))
	if err != nil {
		panic(err)
	}
	var p Point
	if err := value.To(tree, &p); err != nil {
		panic(err)
	}
	fmt.Println(p)
	fmt.Println(value.To(tree, &p.X))
	// Output:
	// {0.5 -1}
	// value: float64: stored is X Y, the Go type wants float64
}

func ExampleCodec_Clone() {
	codec, err := value.CodecFor[[]float64]()
	if err != nil {
		panic(err)
	}
	x := []float64{1, 2}
	c := codec.Clone(x)
	x[0] = 9
	fmt.Println(c)
	// Output: [1 2]
}

func ExampleDiff() {
	a, _ := value.Of(Point{1, 2})
	b, _ := value.Of(Point{1, 2.001})
	for _, d := range value.Diff(a, b, 1e-6, 0) {
		fmt.Println(d)
	}
	// Output: Y: 2 against 2.001; largest difference 0.001, relative 0.0005
}

func ExampleValidate() {
	fmt.Println(value.Validate(&value.Array{Elem: value.Float64, Shape: []int{2, 2}, Data: []float64{1, 2, 3}}))
	// Output: value: shape [2 2] needs 4 elements, there are 3
}
