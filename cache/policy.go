package cache

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Policy names the rule that picks the entry to leave a full cache. Set makes an
// entry the newest, also when it replaces a value, except under SIEVE and S3FIFO,
// where that counts as a use and the entry stays where it is. Ties go to the oldest.
type Policy uint8

const (
	// LRU evicts the entry used longest ago. The default.
	LRU Policy = iota
	// MRU evicts the entry used last: good for repeated scans longer than the cache.
	MRU
	// LFU evicts the entry used least often since it was set.
	LFU
	// FIFO evicts the entry set first.
	FIFO
	// LIFO evicts the entry set last.
	LIFO
	// RR evicts an entry drawn at random, from the sequence that Options.Seed starts.
	RR
	// INF evicts nothing and ignores all bounds.
	INF
	// NO keeps nothing: every Get is a miss and Set does nothing.
	NO
	// SIEVE evicts, as a hand passes from old to new, the first entry not used since
	// the hand last passed it (Zhang et al., NSDI 2024).
	SIEVE
	// S3FIFO lets entries prove themselves in a small queue, a tenth of the bound,
	// before they enter the main one, and remembers what it turned away (Yang et al.,
	// SOSP 2023).
	S3FIFO
	// GDSF evicts the entry that saves least: uses × cost ÷ weight, above a floor that
	// rises with every eviction so that old fame fades (Cherkasova, HPL-98-69R1). The
	// cost of an entry comes from SetOptions, its weight from Options.Weigh.
	GDSF
)

var policyNames = []string{"LRU", "MRU", "LFU", "FIFO", "LIFO", "RR", "INF", "NO", "SIEVE", "S3FIFO", "GDSF"}

// String returns the name of the policy as in the constants.
func (p Policy) String() string {
	if int(p) < len(policyNames) {
		return policyNames[p]
	}
	return fmt.Sprintf("Policy(%d)", uint8(p))
}

// MarshalText returns the name of the policy.
func (p Policy) MarshalText() ([]byte, error) {
	if int(p) >= len(policyNames) {
		return nil, fmt.Errorf("%w: Policy is %v, want one of %s", ErrOptions, p, strings.Join(policyNames, ", "))
	}
	return []byte(p.String()), nil
}

// UnmarshalText sets the policy from its name in any case, so that a Policy can be
// read by encoding/json and flag.TextVar.
func (p *Policy) UnmarshalText(text []byte) error {
	i := slices.Index(policyNames, strings.ToUpper(string(text)))
	if i < 0 {
		return fmt.Errorf("%w: Policy is %q, want one of %s", ErrOptions, text, strings.Join(policyNames, ", "))
	}
	*p = Policy(i)
	return nil
}

// entry is what a policy may know about the entry in a slot.
type entry struct {
	hash   uint64
	weight int64
	cost   time.Duration
}

// limits are the bounds of a cache as policies see them.
type limits struct {
	entries int
	bytes   int64
}

// policy decides which entry leaves. It sees slots of the slab, never a key or a
// value, and keeps every slot that is in use in one of the two rings of order.
// All methods are called under the exclusive lock of the cache.
type policy interface {
	// insert takes in a slot.
	insert(i int32, e entry)
	// update notes that the value in a slot was replaced.
	update(i int32, e entry)
	// victim names the slot that leaves next, 0 when there is none. The cache
	// removes it before any other call.
	victim() int32
	// remove lets go of a slot.
	remove(i int32)
	// clear lets go of all slots; the rings are empty already.
	clear()
}

// counter is a policy that wants to know of hits. Where the policy is shared, many
// goroutines may call hit at once.
type counter interface{ hit(i int32) }

// newPolicy returns the rule for p. renews means that a hit makes the entry the
// newest, which the cache does itself, without an interface call; shared that a hit
// moves nothing, so that hits need no exclusive lock.
func newPolicy(p Policy, o *order, lim *limits, seed uint64) (rule policy, renews, shared bool) {
	switch p {
	case MRU:
		return &queue{order: o, last: true}, true, false
	case LFU:
		return &lfu{order: o}, false, false
	case FIFO, INF, NO:
		return &queue{order: o}, false, true
	case LIFO:
		return &queue{order: o, last: true}, false, true
	case RR:
		return newRandom(o, seed), false, true
	case SIEVE:
		return &sieve{order: o}, false, true
	case S3FIFO:
		return newS3FIFO(o, lim), false, true
	case GDSF:
		return &gdsf{order: o}, false, false
	default:
		return &queue{order: o}, true, false
	}
}
