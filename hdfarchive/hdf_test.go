package hdfarchive_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/archive/drivertest"
	"github.com/klepto-go/klepto/hdfarchive"
)

func opener(path string, o *hdfarchive.Options) func(context.Context) (driver.Archive, error) {
	return func(context.Context) (driver.Archive, error) {
		a, err := hdfarchive.Open(path, o)
		if err != nil {
			return nil, err
		}
		return a.Driver(), nil
	}
}

func TestConformance(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Harness {
		path := filepath.Join(t.TempDir(), "x.h5")
		return drivertest.Harness{
			Durable:      true,
			Open:         opener(path, nil),
			OpenReadOnly: opener(path, &hdfarchive.Options{Mode: hdfarchive.Read}),
		}
	})
}

var _ *archive.Archive
