package keymap

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// Digest is the 128-bit fingerprint of a key's canonical bytes: XXH3-128 with
// no seed (its hex form is what `xxh128sum` and Python's
// xxhash.xxh3_128_hexdigest print for the canonical bytes). It is two words, as
// those travel in registers and an array does not.
type Digest struct{ Hi, Lo uint64 }

// Bytes returns the digest in canonical form, which is big-endian.
func (d Digest) Bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], d.Hi)
	binary.BigEndian.PutUint64(b[8:], d.Lo)
	return b
}

// String returns the digest as 32 lower-case hex digits.
func (d Digest) String() string {
	b := d.Bytes()
	return hex.EncodeToString(b[:])
}

// Compare orders digests as their bytes and texts are ordered.
func (d Digest) Compare(other Digest) int {
	return cmp.Or(cmp.Compare(d.Hi, other.Hi), cmp.Compare(d.Lo, other.Lo))
}

// ParseDigest reads what String returns. Anything else is ErrFormat.
func ParseDigest(s string) (d Digest, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 16 {
		return d, fmt.Errorf("%w: %.40q is no digest, which has 32 hex digits", ErrFormat, s)
	}
	d = Digest{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
	if d.String() != s {
		return Digest{}, fmt.Errorf("%w: digest %q is not in lower case", ErrFormat, s)
	}
	return d, nil
}

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
