package keymap_test

import (
	"fmt"
	"reflect"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

func ExampleNew() {
	type params struct {
		Nu    float64 `klepto:"name=nu,tol=4"`
		Order int     `klepto:"name=order,default=2"`
		Label string  `klepto:"ignore"`
	}
	k, err := keymap.New[params](&keymap.Options{Function: "heat", Version: "v1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := k.Digest(&params{Nu: 0.30000000000000004, Order: 2, Label: "first"})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := k.Digest(&params{Nu: 0.3, Order: 2, Label: "second"})
	fmt.Println(a == b, err, k.Names())

	_, err = keymap.New[struct{ Done chan bool }](nil)
	fmt.Println(err)
	// Output:
	// true <nil> [nu order]
	// keymap: unkeyable type: struct { Done chan bool }.Done is a chan bool: a chan has no content to compare; take it out of the arguments or tag it `klepto:"ignore"`
}

func ExampleSignature() {
	s, err := keymap.NewSignature([]keymap.Param{
		{Name: "nu", Type: reflect.TypeFor[float64]()},
		{Name: "n", Type: reflect.TypeFor[int]()},
	}, &keymap.Options{Function: "heat", Rounding: rounding.Deep(6)})
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := s.Key([]reflect.Value{reflect.ValueOf(0.1), reflect.ValueOf(4)})
	fmt.Println(key, err)
	// Output: b113ef1464a475b1b0ccefd106be11cc <nil>
}
