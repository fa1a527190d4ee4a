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

func ExampleOpen_reading() {
	_, err := hdfarchive.Open("results.h5", &hdfarchive.Options{Mode: hdfarchive.Read})
	fmt.Println(err != nil) // an archive that is opened for reading must exist
	// Output: true
}
