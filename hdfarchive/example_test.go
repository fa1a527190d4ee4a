package hdfarchive_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// decay is a result with an array, which becomes a dataset of its own.
type decay struct {
	T []float64 `klepto:"name=t,units=s"`
	N []float64 `klepto:"name=n,long_name=nuclei left"`
}

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// What klepto.Memoize does for each call: a key, a value, an entry.
	type half struct{ Life float64 }
	keys, err := keymap.New[half](&keymap.Options{Function: "decay"})
	if err != nil {
		log.Fatal(err)
	}
	in := half{Life: 2}
	key, err := keys.Key(&in)
	if err != nil {
		log.Fatal(err)
	}
	result, err := value.Of(decay{T: []float64{0, 2, 4, 6, 8}, N: []float64{16, 8, 4, 2, 1}})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	a, err := hdfarchive.Open(filepath.Join(dir, "decay.h5"), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	life := &value.Array{Elem: value.Float64, Data: []float64{2}}
	err = a.Put(ctx, &archive.Entry{
		Key:   key,
		Call:  archive.Call{Function: "decay", Args: []value.Field{{Name: "Life", Value: life}}},
		Value: result,
	})
	if err != nil {
		log.Fatal(err)
	}

	// In Python: h5py.File("decay.h5")[this path + "/n"][:]
	fmt.Println(len(hdfarchive.EntryPath("decay", key)) == len("/decay/entries/")+32)
	for e, err := range a.List(ctx, "decay") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Call.Args[0].Name, e.Shape)
	}
	// Output:
	// true
	// Life t[5] n[5]
}

func ExampleOpenDir() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	a, err := hdfarchive.OpenDir(filepath.Join(dir, "results"), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	n, err := a.Len(context.Background())
	fmt.Println(n, err)
	// Output: 0 <nil>
}

// A field of any size is stored one time step after another.
func Example_stream() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	a, err := hdfarchive.Open(filepath.Join(dir, "heat.h5"), &hdfarchive.Options{NeXus: true})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	key := keymap.Key{Canonical: "heat", Name: "run"}
	const steps, n = 4, 3
	field := &value.Array{Meta: value.Meta{Units: "K", Axes: []string{"t", "x"}}, Elem: value.Float64, Shape: []int{-1, n}}
	w, err := a.Create(ctx, &archive.Entry{Key: key, Call: archive.Call{Function: "heat"}, Value: &value.Struct{Fields: []value.Field{
		{Name: "u", Value: field}, // without Data: it comes in slabs, of any number of rows
		{Name: "mean"},            // known in the end
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer w.Abort() // nothing, once it is committed
	u := []float64{300, 400, 300}
	for range steps {
		if err := archive.Append(ctx, w, "u", u); err != nil {
			log.Fatal(err)
		}
		u[0], u[1], u[2] = u[0]+10, u[1]-20, u[2]+10
	}
	mean := &value.Array{Elem: value.Float64, Data: []float64{1000. / 3}}
	if err := w.Set("mean", mean); err != nil {
		log.Fatal(err)
	}
	if err := w.Commit(ctx); err != nil {
		log.Fatal(err)
	}

	last := make([]float64, n)
	if _, err := archive.ReadInto(ctx, a, "heat", key, "u[-1]", last); err != nil {
		log.Fatal(err)
	}
	fmt.Println(last)
	// Output: [330 340 330]
}

func ExampleOpen_reading() {
	_, err := hdfarchive.Open("results.h5", &hdfarchive.Options{Mode: hdfarchive.Read})
	fmt.Println(err != nil) // an archive that is opened for reading must exist
	// Output: true
}
