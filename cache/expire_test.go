package cache_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klepto-go/klepto/cache"
)

// manual is a clock that a test sets.
type manual struct{ at time.Duration }

func (m *manual) now() time.Time { return epoch.Add(m.at) }

func TestExpiryIsInclusive(t *testing.T) {
	for _, p := range allPolicies {
		if p == cache.NO {
			continue
		}
		var m manual
		c := mustNew(t, &cache.Options[string, int]{Policy: p, TTL: 10, Clock: m.now})
		c.Set("cache", 1)
		c.SetWith("own", 2, &cache.SetOptions{TTL: 5})
		c.SetWith("never", 3, &cache.SetOptions{TTL: cache.NoTTL})
		m.at = 1
		c.SetWith("far", 4, &cache.SetOptions{TTL: math.MaxInt64})
		for _, at := range []struct {
			at   time.Duration
			want int
		}{{4, 4}, {5, 3}, {9, 3}, {10, 2}, {1 << 40, 2}} {
			m.at = at.at
			if got := c.Len(); got != at.want {
				t.Errorf("%v: at %d there are %d entries, want %d", p, at.at, got, at.want)
			}
		}
		if _, ok := c.Get("cache"); ok || !c.Expired("own") || c.Expired("never") {
			t.Errorf("%v: wrong entries expired", p)
		}
		if n := c.DeleteExpired(); n != 1 || c.Stats().Expirations != 2 {
			t.Errorf("%v: %d left, %+v", p, n, c.Stats())
		}
	}
}

func TestTTLQueries(t *testing.T) {
	var m manual
	c := mustNew(t, &cache.Options[string, int]{Clock: m.now})
	if _, ok := c.TTL("none"); ok {
		t.Error("a missing key has a TTL")
	}
	c.Set("forever", 1)
	c.SetWith("hour", 1, &cache.SetOptions{TTL: time.Hour})
	m.at += 20 * time.Minute
	if _, ok := c.TTL("forever"); ok {
		t.Error("an entry that does not expire has a TTL")
	}
	if left, ok := c.TTL("hour"); !ok || left != 40*time.Minute {
		t.Error(left, ok)
	}
	if got := c.ExpireTimes(); !maps.EqualFunc(got, map[string]time.Time{"hour": epoch.Add(time.Hour)}, time.Time.Equal) {
		t.Error(got)
	}
	c.Set("hour", 2) // replaced without a TTL
	m.at += time.Hour
	if c.Expired("hour") {
		t.Error("a replaced entry kept its old TTL")
	}
}

func TestIdleTTL(t *testing.T) {
	for _, p := range []cache.Policy{cache.LRU, cache.SIEVE, cache.FIFO} {
		var m manual
		c := mustNew(t, &cache.Options[string, int]{Policy: p, IdleTTL: 10, TTL: 25, Clock: m.now})
		c.Set("busy", 1)
		c.Set("idle", 2)
		c.SetWith("pinned", 3, &cache.SetOptions{TTL: cache.NoTTL})
		for m.at = range 25 {
			c.Get("busy")
			c.Has("idle")  // no use
			c.Peek("idle") // no use
			if m.at < 20 {
				c.Get("pinned")
			}
			if got, want := c.Expired("idle"), m.at >= 10; got != want {
				t.Fatalf("%v: at %d idle expired: %t", p, m.at, got)
			}
		}
		m.at = 25
		if got := slices.Sorted(c.Keys()); !slices.Equal(got, []string{"pinned"}) {
			t.Fatalf("%v: %q: a use must not prolong the time to live", p, got)
		}
	}
}

func TestExpiredLeaveBeforeVictims(t *testing.T) {
	var m manual
	c := mustNew(t, &cache.Options[string, int]{MaxEntries: 3, Clock: m.now})
	c.Set("old", 1)
	c.SetWith("brief", 2, &cache.SetOptions{TTL: 1})
	c.Set("new", 3)
	m.at = 1
	c.Set("more", 4)
	if got := slices.Collect(c.Keys()); !slices.Equal(got, []string{"old", "new", "more"}) || c.Stats().Evictions != 0 {
		t.Fatal(got, c.Stats())
	}
}

func TestSystemClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, &cache.Options[string, int]{TTL: time.Minute})
		c.Set("a", 1)
		time.Sleep(time.Minute - 1)
		if !c.Has("a") {
			t.Error("expired early")
		}
		time.Sleep(time.Nanosecond)
		if c.Has("a") {
			t.Error("did not expire")
		}
	})
}

func TestConfigureClockKeepsTimeLeft(t *testing.T) {
	var m manual
	c := mustNew(t, &cache.Options[string, int]{TTL: 10, Clock: m.now})
	c.Set("a", 1)
	m.at = 4
	other := func() time.Time { return epoch.Add(time.Hour + 3*m.at) }
	if err := c.Configure(func(o *cache.Options[string, int]) { o.Clock = other }); err != nil {
		t.Fatal(err)
	}
	if left, ok := c.TTL("a"); !ok || left != 6 {
		t.Fatal(left, ok)
	}
	m.at = 6
	if c.Has("a") {
		t.Fatal("the new clock is not used")
	}
}

func TestConfigureIdleTTL(t *testing.T) {
	var m manual
	c := mustNew(t, &cache.Options[string, int]{Clock: m.now})
	set := func(idle time.Duration) {
		t.Helper()
		if err := c.Configure(func(o *cache.Options[string, int]) { o.IdleTTL = idle }); err != nil {
			t.Fatal(err)
		}
	}
	c.Set("old", 1)
	m.at = 100
	set(10)
	c.Set("new", 2)
	m.at = 105
	c.Get("new")
	m.at = 110
	if got := slices.Collect(c.Keys()); !slices.Equal(got, []string{"new"}) {
		t.Fatal(got)
	}
	set(4)
	if c.Len() != 0 {
		t.Fatal("a shorter idle time must count from the last use")
	}
	set(0)
	if c.Len() != 2 { // both had no time to live, and nothing made them leave yet
		t.Fatal(c.Len())
	}
}

func ExampleCache_SetWith() {
	c, err := cache.New(&cache.Options[string, float64]{Policy: cache.GDSF, MaxEntries: 1000})
	if err != nil {
		panic(err)
	}
	start := time.Now()
	c.SetWith("pi", math.Pi, &cache.SetOptions{Cost: time.Since(start), TTL: time.Hour})
	left, ok := c.TTL("pi")
	fmt.Println(left > 59*time.Minute, ok)
	// Output: true true
}
