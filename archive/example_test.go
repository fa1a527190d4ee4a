package archive_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// wave is an entry as a memo makes it: a result with the call it came from.
func wave(n int) *archive.Entry {
	u, err := value.Of([]float64{0, float64(n), 0})
	if err != nil {
		log.Fatal(err)
	}
	arg, err := value.Of(n)
	if err != nil {
		log.Fatal(err)
	}
	return &archive.Entry{
		Key:   keymap.Key{Canonical: fmt.Sprintf("wave(n=%d)", n), Name: fmt.Sprintf("n=%d", n)},
		Call:  archive.Call{Function: "wave", Args: []value.Field{{Name: "n", Value: arg}}},
		Value: u,
	}
}

func ExampleOpen() {
	ctx := context.Background()
	a, err := archive.Open(ctx, "mem:")
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	fmt.Println(a.URL())

	_, err = archive.Open(ctx, "mem:?sync=full")
	fmt.Println(err)
	// Output:
	// mem:
	// archive: open mem:?sync=full: bad archive URL: unknown parameter "sync"; mem: takes none
}

func ExampleArchive() {
	ctx := context.Background()
	a := memarchive.New()
	defer a.Close()
	if err := a.Put(ctx, wave(3)); err != nil {
		log.Fatal(err)
	}
	e, err := a.Get(ctx, "wave", wave(3).Key)
	if err != nil {
		log.Fatal(err)
	}
	var u []float64
	if err := value.To(e.Value, &u); err != nil {
		log.Fatal(err)
	}
	fmt.Println(u, e.Shape, e.Bytes)

	_, err = a.Get(ctx, "wave", wave(4).Key)
	fmt.Println(err, errors.Is(err, archive.ErrNotFound))
	// Output:
	// [0 3 0] float64[3] 24
	// archive: get wave/n=4 in mem:: entry not found true
}

func ExampleArchive_List() {
	ctx := context.Background()
	a := memarchive.New()
	defer a.Close()
	if _, err := a.PutMany(ctx, []*archive.Entry{wave(1), wave(2)}); err != nil {
		log.Fatal(err)
	}
	for e, err := range a.List(ctx, "wave") {
		if err != nil {
			log.Print(err) // a damaged entry: the loop goes on
			continue
		}
		fmt.Println(e.Key, e.Shape)
	}
	// Output:
	// n=1 float64[3]
	// n=2 float64[3]
}

func ExampleArchive_Verify() {
	ctx := context.Background()
	a := memarchive.New()
	defer a.Close()
	if _, err := a.PutMany(ctx, []*archive.Entry{wave(1), wave(2)}); err != nil {
		log.Fatal(err)
	}
	done, err := a.Verify(ctx, nil)
	var damage *archive.DamageError
	if errors.As(err, &damage) {
		for _, d := range damage.Damaged { // the next calls compute these again
			if err := a.Delete(ctx, d.Function, d.Key); err != nil {
				log.Print(err)
			}
		}
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Done, "checked,", done.Damaged, "damaged")
	// Output: 2 checked, 0 damaged
}

func ExampleCopy() {
	ctx := context.Background()
	local, shared := memarchive.New(), memarchive.New()
	if _, err := local.PutMany(ctx, []*archive.Entry{wave(1), wave(2)}); err != nil {
		log.Fatal(err)
	}
	if err := shared.Put(ctx, wave(1)); err != nil {
		log.Fatal(err)
	}
	r, err := archive.Copy(ctx, shared, local, nil)
	fmt.Println(r.Copied, "copied,", r.Kept, "kept", err)
	// Output: 1 copied, 1 kept <nil>
}

func ExampleParseURL() {
	u, err := archive.ParseURL("hdf:///data/run 7/x.h5?mode=r")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(u.Scheme, u.Path, u.Params)
	fmt.Println(u)
	// Output:
	// hdf /data/run 7/x.h5 map[mode:r]
	// hdf:/data/run 7/x.h5?mode=r
}

func ExampleArchive_All() {
	ctx := context.Background()
	a := memarchive.New()
	defer a.Close()
	if _, err := a.PutMany(ctx, []*archive.Entry{wave(1), wave(2)}); err != nil {
		log.Fatal(err)
	}
	for e, err := range a.All(ctx) {
		if err != nil {
			log.Print(err)
			continue
		}
		var u []float64
		if err := value.To(e.Value, &u); err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Call.Function, e.Key, u)
	}
	// Output:
	// wave n=1 [0 1 0]
	// wave n=2 [0 2 0]
}

// A value larger than memory is stored as it is made.
func ExampleAppend() {
	ctx := context.Background()
	a, err := archive.Open(ctx, "mem:") // or hdf:results.h5, which keeps no slab in memory
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	key := keymap.Key{Canonical: "walk"}
	w, err := a.Create(ctx, &archive.Entry{
		Key:   key,
		Call:  archive.Call{Function: "walk"},
		Value: &value.Array{Elem: value.Int32, Shape: []int{3, 2}}, // without Data
	})
	if err != nil {
		log.Fatal(err)
	}
	defer w.Abort() // nothing, once it is committed
	for i := range int32(3) {
		if err := archive.Append(ctx, w, "", []int32{i, i * i}); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Commit(ctx); err != nil {
		log.Fatal(err)
	}
	e, err := a.Get(ctx, "walk", key)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Shape, e.Value.(*value.Array).Data)
	// Output: int32[3 2] [0 0 1 1 2 4]
}
