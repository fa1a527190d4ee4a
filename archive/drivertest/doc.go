// Package drivertest is the conformance suite that every kind of archive runs.
//
// # Overview
//
// A driver's test is one call of Run with a Harness that opens a new, empty
// archive:
//
//	func TestConformance(t *testing.T) {
//		drivertest.Run(t, func(t *testing.T) drivertest.Harness {
//			dir := t.TempDir()
//			return drivertest.Harness{
//				Durable: true,
//				Open: func(ctx context.Context) (driver.Archive, error) {
//					return open(filepath.Join(dir, "x.h5"), nil)
//				},
//			}
//		})
//	}
//
// # Semantics
//
// The suite holds a driver to the documentation of archive/driver: values of
// every kind bit for bit, names of any bytes, replacing and deleting, keys that
// collide, order of listings, closed archives, cancelled contexts, entries that
// nobody can change from outside, and, for durable kinds, everything again after
// reopening. Each demand is a subtest with an archive of its own.
//
// # Concurrency
//
// The suite runs readers, writers and deleters at once and means to be run with
// the race detector.
//
// # Numbers
//
// About 2,500 entries are written, 100 MiB in all: two seconds for a driver in
// memory, and a few for one that waits for the disk.
package drivertest
