// Package value holds what a memoized function returned as a tree of arrays,
// tables, structs, lists and maps, converts Go values to it and back, and
// writes it as JSON and CBOR.
//
// # Overview
//
// A Codec converts the values of one Go type, by a plan compiled once:
//
//	codec, err := value.CodecFor[Result]()  // finds unsupported types, by field path
//	tree, err := codec.Encode(result)       // what an archive stores
//	result, err = codec.Decode(tree)        // the same, bit for bit
//
// Of and To are the same for single values. What becomes what:
//
//	bool, int…, uint…, float…, complex…, string    Array without dimensions, named types too
//	time.Time, time.Duration                       Array of Time (ns since 1970), Duration (ns)
//	slices and arrays of those, nested             Array of N dimensions where regular, else List
//	[]struct of scalars, arrays and such structs   Table, one column a field ("pos.x" for inner ones)
//	other slices                                   List
//	struct                                         Struct; embedded structs as if written out
//	map by string, number or bool                  Map, sorted by key
//	pointer                                        what it points to
//	nil slice, map, pointer                        Null
//	mat.Dense, CDense, SymDense, VecDense          Array of 2, 2, 2 (both triangles), 1 dimensions
//	mat.DiagDense                                  Array of 1 dimension, the diagonal
//	mat.TriDense, and those with bands             Struct with kind or bandwidths and an Array
//	mat.Tridiag                                    Struct of three Arrays
//	value.Value and its nodes                      themselves
//
// A struct tag names and describes a field for the readers of an archive:
//
//	U [][]float64 `klepto:"name=u,units=mol/m3,long_name=concentration of U,axes=y;x"`
//	log *Logger   `klepto:"-"` // left out: zero in every copy; with "ignore" so if it has no form as a value
//
// # Semantics
//
// A round trip gives back every bit: NaN payloads, -0.0, subnormals, strings
// that are not UTF-8, nil against empty, the shape of what is empty. These are
// the exceptions: a time.Time comes back in UTC without its monotonic clock, a
// strided matrix without its gaps, two pointers to one variable as pointers to
// two, a nil value.Value as Null{}, and spare capacity is gone.
//
// Interfaces, functions, channels, unexported fields and types that contain
// themselves cannot be stored: CodecFor and Check return an error that names
// the field. Times outside 1677…2262 and NaN as a map key are errors of Encode.
//
// Encode and Decode do not copy the elements of slices and matrices: a tree
// may share memory with the Go value on either side. Codec.Clone, Of, To and
// Clone share nothing.
//
// Trees that come from outside must pass Validate, which Decode, UnmarshalJSON
// and UnmarshalCBOR apply: malformed input is an error, never a panic, and asks
// for memory in proportion to its length only (about 200 bytes a byte at worst,
// for a list of one-digit numbers).
//
// # Concurrency
//
// A Codec is immutable and safe for concurrent use. A tree is read-only once
// made, and so may be read by any number of goroutines.
//
// # Reading CBOR from Python
//
// MarshalCBOR writes RFC 8949 with the typed arrays of RFC 8746. With cbor2 and
// numpy:
//
//	import cbor2, numpy as np
//	DT = {64:'u1', 69:'<u2', 70:'<u4', 71:'<u8', 72:'i1', 77:'<i2', 78:'<i4', 79:'<i8', 85:'<f4', 86:'<f8'}
//	AS = {'bool':'?', 'complex64':'<c8', 'complex128':'<c16', 'time':'M8[ns]', 'duration':'m8[ns]'}
//	def hook(decoder, tag):
//	    n, v = tag.tag, tag.value
//	    if n in DT or n == 40: return np.frombuffer(v, DT[n]) if n in DT else v[1].reshape(v[0])
//	    if v[0] in ('meta', 'table'): return v[2]   # v[1]: units, long_name, axes; number of rows
//	    if v[0] == 'map': return dict(zip(np.asarray(v[1]).tolist(), v[2]))
//	    if len(v) == 2: return complex(*v[1]) if 'complex' in v[0] else v[1]
//	    return np.asarray(v[2]).view(AS[v[0]]).reshape(v[1]) if v[0] in AS else np.array(v[2], object).reshape(v[1])
//
//	result = cbor2.load(open('result.cbor', 'rb'), tag_hook=hook)
//
// pandas.DataFrame takes what becomes of a table.
//
// # Numbers
//
// Slices and matrices of numbers are moved as blocks of memory, so that a plan
// costs nothing per element; BenchmarkCodec, beside encoding/gob, shows it.
package value
