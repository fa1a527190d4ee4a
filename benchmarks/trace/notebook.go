package trace

import "math/rand/v2"

// notebook returns to favourites, as Zipf's law has it, and runs a scan of calls
// that are made once now and then.
func notebook(r *recorder) {
	const work, scans, scan = 120_000, 10, 5000
	favourite := rand.NewZipf(r.Rand, 1.01, 1, 19_999)
	once := 0
	for i := range work {
		r.call("work", 0, float64(favourite.Uint64()))
		if (i+1)%(work/scans) == 0 {
			for range scan {
				r.call("scan", 0, float64(once))
				once++
			}
		}
	}
}
