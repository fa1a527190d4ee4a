package hdfarchive_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/archive/drivertest"
	"github.com/klepto-go/klepto/hdfarchive"
)

func TestConformance(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			drivertest.Run(t, func(t *testing.T) drivertest.Harness {
				path := filepath.Join(t.TempDir(), "x.h5")
				opener := func(o *hdfarchive.Options) func(context.Context) (driver.Archive, error) {
					return func(context.Context) (driver.Archive, error) {
						a, err := k.open(path, o)
						if err != nil {
							return nil, err
						}
						return a.Driver(), nil
					}
				}
				return drivertest.Harness{Durable: true, Open: opener(nil), OpenReadOnly: opener(&hdfarchive.Options{Mode: hdfarchive.Read})}
			})
		})
	}
}
