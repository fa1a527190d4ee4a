package hdfarchive

import (
	"time"

	"github.com/klepto-go/klepto/archive"
)

// SetLeaseTTL sets for how long an owner that gives no sign of life is believed to
// live, which no test has the time to wait for.
func SetLeaseTTL(a *archive.Archive, d time.Duration) { a.Driver().(*hdfdir).leases.ttl = d }
