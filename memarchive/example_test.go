package memarchive_test

import (
	"context"
	"fmt"
	"log"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

func ExampleNew() {
	ctx := context.Background()
	a := memarchive.New()
	defer a.Close()
	err := a.Put(ctx, &archive.Entry{
		Key:   keymap.Key{Canonical: "f(1)", Name: "f(1)"},
		Call:  archive.Call{Function: "f"},
		Value: value.Null{},
	})
	if err != nil {
		log.Fatal(err)
	}
	n, err := a.Len(ctx)
	fmt.Println(n, err)
	// Output: 1 <nil>
}

func ExampleNull() {
	ctx := context.Background()
	a := memarchive.Null()
	defer a.Close()
	err := a.Put(ctx, &archive.Entry{Key: keymap.Key{Canonical: "f(1)"}, Value: value.Null{}})
	if err != nil {
		log.Fatal(err)
	}
	n, err := a.Len(ctx)
	fmt.Println(n, err)
	// Output: 0 <nil>
}
