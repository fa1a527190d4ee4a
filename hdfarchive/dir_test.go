package hdfarchive_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/archive/drivertest"
	"github.com/klepto-go/klepto/hdfarchive"
)

func dirOpener(path string, o *hdfarchive.Options) func(context.Context) (driver.Archive, error) {
	return func(context.Context) (driver.Archive, error) {
		a, err := hdfarchive.OpenDir(path, o)
		if err != nil {
			return nil, err
		}
		return a.Driver(), nil
	}
}

func TestDirConformance(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Harness {
		path := filepath.Join(t.TempDir(), "x")
		return drivertest.Harness{
			Durable:      true,
			Open:         dirOpener(path, nil),
			OpenReadOnly: dirOpener(path, &hdfarchive.Options{Mode: hdfarchive.Read}),
		}
	})
}
