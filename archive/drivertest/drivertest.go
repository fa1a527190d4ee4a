package drivertest

import (
	"context"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
)

// Harness is how the suite gets at a kind of archive.
type Harness struct {
	// Open opens the archive of this harness. The suite closes it, and where the
	// kind is Durable opens it again: the same archive, then.
	Open func(ctx context.Context) (driver.Archive, error)

	// OpenReadOnly opens the same archive for reading, while nothing else has it
	// open. Nil where the kind has no such mode.
	OpenReadOnly func(ctx context.Context) (driver.Archive, error)

	// Durable says that entries outlive Close. The URL of the archive then opens
	// the same archive by archive.Open.
	Durable bool
}

// Run holds a kind of archive to the demands of package driver. newHarness is
// called once a subtest, and gives a new, empty archive each time.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	for _, demand := range demands {
		t.Run(demand.name, func(t *testing.T) {
			h := newHarness(t)
			switch {
			case demand.durable && !h.Durable:
				t.Skip("this kind does not outlive Close")
			case demand.readOnly && h.OpenReadOnly == nil:
				t.Skip("this kind has no read-only mode")
			case demand.leases && !h.open(t).CanLease():
				t.Skip("this kind has no leases")
			case demand.streams && !h.open(t).CanStream():
				t.Skip("this kind takes whole values only")
			}
			demand.test(t, h)
		})
	}
}

var demands = []struct {
	name     string
	durable  bool // asked of durable kinds only
	readOnly bool // asked of kinds with a read-only mode only
	leases   bool // asked of kinds with leases only
	streams  bool // asked of kinds that take values in slabs only
	test     func(t *testing.T, h Harness)
}{
	{name: "Empty", test: testEmpty},
	{name: "PutGet", test: testPutGet},
	{name: "Values", test: testValues},
	{name: "Large", test: testLarge},
	{name: "Arguments", test: testArguments},
	{name: "Provenance", test: testProvenance},
	{name: "Replace", test: testReplace},
	{name: "ReplaceKind", test: testReplaceKind},
	{name: "PutIfAbsent", test: testPutIfAbsent},
	{name: "PutIfAbsentRace", test: testPutIfAbsentRace},
	{name: "Batch", test: testBatch},
	{name: "Delete", test: testDelete},
	{name: "FunctionNames", test: testFunctionNames},
	{name: "KeyNames", test: testKeyNames},
	{name: "Collision", test: testCollision},
	{name: "Functions", test: testFunctions},
	{name: "ListOrder", test: testListOrder},
	{name: "ListReentrant", test: testListReentrant},
	{name: "Ownership", test: testOwnership},
	{name: "Concurrency", test: testConcurrency},
	{name: "Context", test: testContext},
	{name: "Closed", test: testClosed},
	{name: "Reopen", durable: true, test: testReopen},
	{name: "ReopenChanged", durable: true, test: testReopenChanged},
	{name: "URL", durable: true, test: testURL},
	{name: "ReadOnly", readOnly: true, test: testReadOnly},
	{name: "Lease", leases: true, test: testLease},
	{name: "LeaseCommit", leases: true, test: testLeaseCommit},
	{name: "LeaseOnce", leases: true, test: testLeaseOnce},
	{name: "LeaseFailure", leases: true, test: testLeaseFailure},
	{name: "Stream", streams: true, test: testStream},
	{name: "StreamMembers", streams: true, test: testStreamMembers},
	{name: "StreamReplace", streams: true, test: testStreamReplace},
	{name: "StreamMistakes", streams: true, test: testStreamMistakes},
	{name: "StreamClose", streams: true, test: testStreamClose},
	{name: "StreamSharing", streams: true, test: testStreamSharing},
	{name: "StreamReadOnly", streams: true, readOnly: true, test: testStreamReadOnly},
}

// open opens the archive and closes it at the end of the test.
func (h Harness) open(t *testing.T) *archive.Archive {
	t.Helper()
	return portable(t, h.Open)
}

func portable(t *testing.T, open func(context.Context) (driver.Archive, error)) *archive.Archive {
	t.Helper()
	d, err := open(t.Context())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	a := archive.New(d)
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return a
}

// closeNow closes an archive before the end of the test, to open it again.
func closeNow(t *testing.T, a *archive.Archive) {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
}
