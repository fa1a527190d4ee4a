// Package keymap turns a call into a key: canonical bytes that are equal if and
// only if the calls are the same, and their digest.
//
// # Overview
//
// New compiles a type of arguments, once, into a Keymap. A struct names its
// arguments by its fields; any other type is one argument named "x". Append
// writes the canonical bytes of a call, Digest hashes them without building
// them, Key does both; Decode gives the call back. A Signature does the same for
// functions that take their arguments by position, and makes the same keys. A
// Namer (Hash, String, Serialized, Raw, Chain) makes the name an entry bears in an archive; it
// is no part of the key. DecodeName reads the names that are no hashes.
//
// The tag of a field says how it enters the key:
//
//	type Params struct {
//		Nu    float64   `klepto:"name=nu,tol=4"`   // rounded to 4 decimals in the key
//		Grid  []float64                            // by content
//		Order int       `klepto:"default=2"`       // left out where it is 2
//		Log   io.Writer `klepto:"ignore"`          // no result depends on it
//	}
//
// # Semantics
//
// Two calls share a key when function, version, rounding, names and types of
// the arguments and their rounded values are equal. Content counts, not identity:
// pointers are followed, maps are sorted, matrices of gonum are read element by
// element whatever their strides. A nil pointer, slice or map differs from an
// empty one. The order of the arguments counts too. Not told apart are -0 and 0,
// NaNs, int and int64, uint and uint64, times that are the same instant, and
// named types with the same underlying type, except in interfaces. Boundaries
// between arguments and nesting are part of the bytes, so that there is nothing
// to flatten and no sentinel to choose.
//
// An argument equal to its default, after rounding, is left out of the key with
// its name, so that a field may be added to the arguments and old keys still hold.
// A default must never change: give the function a new version instead.
//
// Functions, channels, addresses and unexported fields have no content to key;
// New refuses them by the path of the field. What an interface holds is known
// only in the call, and refused there. Data that contains itself is refused too.
//
// # The bytes
//
// A key is the same on every machine and in every release; here is all that a
// program in another language needs to make one. Numbers are little-endian. A
// length n is an unsigned LEB128 (7 bits a byte, least significant first, the
// high bit set in all bytes but the last, as short as possible). A text is a
// length and that many bytes.
//
//	call     = 0x01 function version rounding fields values
//	function, version = text
//	rounding = text                       "none", "simple(6)", "shallow(6)", "deep(6)", "significant(6)"
//	fields   = length field…              the arguments in the key, in order
//	field    = name type                  or name "~" rounding type, where a tolerance replaces
//	                                      the rounding of the call
//	name     = text
//	values   = value…                     one a field, as its type says
//
//	type                            value
//	?                               bool: 0 or 1, one byte
//	b h i q                         int of 8, 16, 32, 64 bits, two's complement
//	B H I Q                         unsigned int of 8, 16, 32, 64 bits
//	f d                             float of 32, 64 bits, IEEE 754; 0 for -0;
//	                                NaN is 0x7fc00000, 0x7ff8000000000000
//	F D                             complex: real f f, d d
//	s                               string: text
//	t                               instant: q seconds since 1970-01-01T00:00:00Z, I nanoseconds
//	u                               duration: q nanoseconds
//	* type                          pointer: 0x00 for nil, or 0x01 value
//	[ type                          slice: length 0 for nil, or length n+1 and n values
//	A length type                   array: that many values
//	M type, type                    map: length 0 for nil, or length n+1 and n times key, value,
//	                                sorted by the bytes of the key, then of the value
//	{ fields                        struct: values
//	z type                          Frozen of that type: 0x00 if it holds nothing, or 0x01 and the
//	                                SHA-256 of value
//	m name type                     matrix, e.g. of name "Dense" and type d: length of rows,
//	                                length of columns (0 and 0 if empty), values row by row
//	e                               interface: "0" for nil, or type value; here a named
//	                                type is "=" name type, the name with its import path
//	^ length                        the type that many types up, 0 for the one around: how
//	                                a type that contains itself ends; * [ A M { m z count
//	N                               number: q, Q, d or D followed by its value, the first
//	                                in which it is exact (Options.Untyped)
//
// The digest is XXH3-128 of the bytes with seed 0, in canonical (big-endian) form.
//
// # Why two calls never share bytes
//
// The bytes are read from front to back without looking ahead: each item's end
// is known when it is reached, as its type has been read before and every size
// that the type leaves open is written before what it measures. So no call's bytes
// begin another's, and bytes that are equal read as equal functions, types and
// values. Each value has one form: lengths are shortest, zero and NaN are one,
// pairs are sorted. Decode is that reader. It refuses everything else, which the
// package's fuzz tests rely on.
//
// # Concurrency
//
// A Keymap and a Signature never change and may be used from many goroutines.
// Arguments are read during the call only, and not kept.
//
// # Numbers
//
// Keying a struct of scalars under a rounding allocates nothing; BenchmarkPeers shows
// what it costs beside hashing its bytes alone, fmt.Sprint, encoding/json and
// encoding/gob. Arguments with maps, interfaces or matrices are moved to the
// heap: one allocation, and more for what reflection needs. Slices of numbers
// stream through the hash without a copy of the whole; what a million float64 cost,
// with and without rounding, BenchmarkSlice shows beside the hash and the rounding
// alone. A Frozen is read once; from then on its key takes no time that depends on its size.
package keymap
