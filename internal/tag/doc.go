// Package tag reads the klepto struct tag, which names and describes the
// arguments and results of a memoized function:
//
//	Nu float64 `klepto:"name=nu,units=m2/s,tol=4"`
//
// Options are separated by commas; a value with a comma in it stands in single
// quotes, in which a quote is doubled.
//
//	name=nu          the name, instead of the field's own
//	tol=4            decimal digits that the key keeps, instead of the rounding's
//	ignore           leave the argument out of the key
//	default=42       the value at which the argument is left out of the key, so that
//	                 entries older than the field still match
//	units=m2/s       units, for readers of the archive
//	long_name=...    a description, for readers of the archive
//	axes=y;x         one name a dimension
//	-                leave the field out of everything (stands alone)
package tag
