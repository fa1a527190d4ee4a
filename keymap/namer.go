package keymap

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"maps"
	"slices"
	"strings"

	"github.com/zeebo/blake3"
	"github.com/zeebo/xxh3"
	"golang.org/x/crypto/blake2b"
)

// Namer makes the name that an entry bears in an archive. Names are for people
// and file systems: what a key is, its canonical bytes say, and archives
// compare those. A Namer may be used from many goroutines.
type Namer interface {
	// Name names a call by its canonical bytes, or, behind another Namer in a
	// Chain, by that one's name. It does not keep or change them.
	Name(canonical []byte) (string, error)

	// String says what the names are, for the records of an archive, e.g.
	// "hash(sha256)".
	String() string
}

// Raw names a call by its canonical bytes themselves. They are not printable.
func Raw() Namer {
	same := func(s string) (string, error) { return s, nil }
	return namer{text: "raw", name: func(b []byte) (string, error) { return string(b), nil }, back: same}
}

// String names a call by a text: with encoding "" by its readable form, that of
// Call.String, as in heat(nu=0.1,n=4); else by its canonical bytes in "hex",
// "base32" or "base64" (the one of URLs and file names), the last two without
// padding. Where the readable form leaves a type open, as of what a pointer or an
// interface holds, an array or a nil, the digest of the key follows it after a "#",
// so that two calls have two names.
func String(encoding string) (Namer, error) {
	if encoding == "" {
		return namer{text: "string", name: readable, call: parseCall}, nil
	}
	e, ok := encodings[encoding]
	if !ok {
		return nil, unknown("encoding", encoding, Encodings())
	}
	return namer{
		text: "string(" + encoding + ")",
		name: func(b []byte) (string, error) { return e.EncodeToString(b), nil },
		back: func(name string) (string, error) {
			b, err := e.DecodeString(name)
			if err == nil && e.EncodeToString(b) != name {
				err = fmt.Errorf("it has other letters or bits than those that encode these bytes")
			}
			if err != nil {
				return "", fmt.Errorf("%w: %.40q is not in %s: %w", ErrFormat, name, encoding, err)
			}
			return string(b), nil
		},
	}, nil
}

func readable(canonical []byte) (string, error) {
	d := decoder{in: string(canonical)}
	c, err := d.decode()
	if err != nil {
		return "", fmt.Errorf("%w: the readable form can only come first in a chain", err)
	}
	text := c.appendText(nil)
	if d.untold {
		text = append(append(text, '#'), Digest(xxh3.Hash128(canonical)).String()...)
	}
	return string(text), nil
}

// Hash names a call by a hash of its canonical bytes, in hex. blake2b has 512 bits
// and blake3 256, as b2sum and b3sum print them. Algorithms lists
// the algorithms; "xxh3-128" is the Digest, and what keys are named by when
// Options.Keymap is nil.
func Hash(algorithm string) (Namer, error) {
	start, ok := algorithms[algorithm]
	if !ok {
		return nil, unknown("algorithm", algorithm, Algorithms())
	}
	return HashWith(algorithm, start), nil
}

// HashWith is Hash with a hash from elsewhere, under the given name.
func HashWith(name string, start func() hash.Hash) Namer {
	return namer{text: "hash(" + name + ")", name: func(b []byte) (string, error) {
		h := start()
		if _, err := h.Write(b); err != nil {
			return "", fmt.Errorf("keymap: hash %s: %w", name, err)
		}
		return hex.EncodeToString(h.Sum(nil)), nil
	}}
}

// Chain names a call by the last Namer's name of the one before's name, and so
// on: a Chain of String and Hash hashes the readable form.
func Chain(first Namer, more ...Namer) Namer { return newChain(append([]Namer{first}, more...)) }

// Algorithms returns the names that Hash knows, sorted.
func Algorithms() []string { return slices.Sorted(maps.Keys(algorithms)) }

// Encodings returns the names that String knows, beside the readable form, sorted.
func Encodings() []string { return slices.Sorted(maps.Keys(encodings)) }

// namer is a Namer made of its parts.
type namer struct {
	text string
	name func([]byte) (string, error)
	// One of these undoes name, or none: back gives the bytes, call what they say.
	back func(name string) (string, error)
	call func(name string) (Call, error)
}

func (n namer) Name(b []byte) (string, error) { return n.name(b) }
func (n namer) String() string                { return n.text }

// encoding is what the encodings of bytes as text have in common.
type encoding interface {
	EncodeToString([]byte) string
	DecodeString(string) ([]byte, error)
}

type hexEncoding struct{}

func (hexEncoding) EncodeToString(b []byte) string        { return hex.EncodeToString(b) }
func (hexEncoding) DecodeString(s string) ([]byte, error) { return hex.DecodeString(s) }

var encodings = map[string]encoding{
	"hex":    hexEncoding{},
	"base32": base32.HexEncoding.WithPadding(base32.NoPadding),
	"base64": base64.RawURLEncoding,
}

var algorithms = map[string]func() hash.Hash{
	"xxh3-128": func() hash.Hash { return xxh3.New128() },
	"xxh3-64":  func() hash.Hash { return xxh3.New() },
	"crc32c":   func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"md5":      md5.New,
	"blake2b":  blake2b512,
	"blake3":   func() hash.Hash { return blake3.New() },
	"sha1":     sha1.New,
	"sha224":   sha256.New224,
	"sha256":   sha256.New,
	"sha384":   sha512.New384,
	"sha512":   sha512.New,
	"sha3-224": func() hash.Hash { return sha3.New224() },
	"sha3-256": func() hash.Hash { return sha3.New256() },
	"sha3-384": func() hash.Hash { return sha3.New384() },
	"sha3-512": func() hash.Hash { return sha3.New512() },
}

// blake2b512 is without a key: New512 fails only for one that is too long.
func blake2b512() hash.Hash {
	h, err := blake2b.New512(nil)
	if err != nil {
		panic(err)
	}
	return h
}

func unknown(what, name string, known []string) error {
	return fmt.Errorf("%w: unknown %s %q; known are %s", ErrOption, what, name, strings.Join(known, ", "))
}
