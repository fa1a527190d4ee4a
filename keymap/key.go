package keymap

import "encoding/hex"

// Digest is the 128-bit fingerprint of a key's canonical bytes: XXH3-128 with
// no seed, big-endian (its hex form is what `xxh128sum` and Python's
// xxhash.xxh3_128_hexdigest print for the canonical bytes).
type Digest [16]byte

// String returns the digest as 32 lower-case hex digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Key is the identity of a call. Two calls are the same if and only if their
// Canonical bytes are equal. Keys are comparable with ==.
type Key struct {
	// Canonical holds the raw bytes described in doc.go; a string, so that a
	// Key is immutable and comparable.
	Canonical string
	// Digest is the fingerprint of Canonical that caches use.
	Digest Digest
	// Name is what an archive calls the entry: by default the digest in hex.
	Name string
}

// String returns the name of the key.
func (k Key) String() string { return k.Name }
