package h5

import (
	"bytes"
	"slices"
)

// Class says what sort of type a Type is.
type Class uint8

// The classes. Their numbers are those of type.c.
const (
	Other     Class = iota // one that this package only names
	Int                    // Size bytes, two's complement or unsigned
	Float                  // IEEE 754, 4 or 8 bytes
	FixedText              // Size bytes, padded with NUL
	Text                   // variable length
	Opaque                 // Size bytes without meaning
	Compound               // Members
	Enum                   // Size bytes with Names
	ArrayOf                // Dims of Base
)

// Type is the type of the elements of a dataset or attribute.
type Type struct {
	Class     Class
	Size      int  // bytes an element has in a buffer
	Signed    bool // Int and Enum
	BigEndian bool // in the file; buffers of Go have the order of the machine
	UTF8      bool
	Members   []Member // Compound
	Names     []Name   // Enum
	Dims      []int    // ArrayOf
	Base      *Type    // ArrayOf
}

// Member is a member of a compound type.
type Member struct {
	Name   string
	Offset int
	Type   Type
}

// Name is a named value of an enumeration.
type Name struct {
	Name  string
	Value int64
}

// IntType is a whole number of size bytes.
func IntType(size int, signed bool) Type { return Type{Class: Int, Size: size, Signed: signed} }

// FloatType is a floating-point number of size bytes.
func FloatType(size int) Type { return Type{Class: Float, Size: size} }

// TextType is UTF-8 text of variable length.
func TextType() Type { return Type{Class: Text, Size: 8, UTF8: true} }

// FixedTextType is UTF-8 text of at most size bytes.
func FixedTextType(size int) Type { return Type{Class: FixedText, Size: size, UTF8: true} }

// OpaqueType is size bytes.
func OpaqueType(size int) Type { return Type{Class: Opaque, Size: size} }

// BoolType is what h5py makes of a bool: a signed byte with the names FALSE and TRUE.
func BoolType() Type {
	return Type{Class: Enum, Size: 1, Signed: true, Names: []Name{{"FALSE", 0}, {"TRUE", 1}}}
}

// ComplexType is what h5py makes of a complex number of size bytes: a compound {r, i}.
func ComplexType(size int) Type {
	return CompoundType([]string{"r", "i"}, []Type{FloatType(size / 2), FloatType(size / 2)})
}

// CompoundType packs members one after another.
func CompoundType(names []string, types []Type) Type {
	t := Type{Class: Compound}
	for i, name := range names {
		t.Members = append(t.Members, Member{Name: name, Offset: t.Size, Type: types[i]})
		t.Size += types[i].Size
	}
	return t
}

// ArrayType is dims of base within one element.
func ArrayType(dims []int, base Type) Type {
	t := Type{Class: ArrayOf, Size: base.Size, Dims: dims, Base: &base}
	for _, n := range dims {
		t.Size *= n
	}
	return t
}

// IsBool tells whether t is BoolType in either naming order.
func (t Type) IsBool() bool {
	return t.Class == Enum && t.Size == 1 && len(t.Names) == 2 &&
		slices.Contains(t.Names, Name{"FALSE", 0}) && slices.Contains(t.Names, Name{"TRUE", 1})
}

// IsComplex tells whether t is a ComplexType.
func (t Type) IsComplex() bool {
	if t.Class != Compound || len(t.Members) != 2 {
		return false
	}
	r, i := t.Members[0], t.Members[1]
	return r.Name == "r" && i.Name == "i" && r.Type.Class == Float && i.Type.Class == Float &&
		r.Type.Size == i.Type.Size && r.Offset == 0 && i.Offset == r.Type.Size && t.Size == 2*r.Type.Size
}

// sameNumber tells whether both are one type of numbers.
func (t Type) sameNumber(u Type) bool {
	return (t.Class == Int || t.Class == Float) && t.Class == u.Class && t.Size == u.Size && t.Signed == u.Signed && t.BigEndian == u.BigEndian
}

const (
	flagSigned = 1 << iota
	flagBig
	flagUTF8
)

// append writes t for C: class, flags, size, then what the class has besides.
func (t Type) append(b []byte) []byte {
	var flags byte
	if t.Signed {
		flags |= flagSigned
	}
	if t.BigEndian {
		flags |= flagBig
	}
	if t.UTF8 {
		flags |= flagUTF8
	}
	b = append(b, byte(t.Class), flags)
	b = le.AppendUint32(b, uint32(t.Size))
	switch t.Class {
	case Compound:
		b = le.AppendUint32(b, uint32(len(t.Members)))
		for _, m := range t.Members {
			b = appendText(b, m.Name)
			b = le.AppendUint32(b, uint32(m.Offset))
			b = m.Type.append(b)
		}
	case Enum:
		b = le.AppendUint32(b, uint32(len(t.Names)))
		for _, n := range t.Names {
			b = appendText(b, n.Name)
			b = le.AppendUint64(b, uint64(n.Value))
		}
	case ArrayOf:
		b = appendShape(b, t.Dims)
		b = t.Base.append(b)
	}
	return b
}

// readType is the inverse of append. C bounds depth and number of members.
func readType(r *reader) Type {
	t := Type{Class: Class(r.u8())}
	flags := r.u8()
	t.Signed, t.BigEndian, t.UTF8 = flags&flagSigned != 0, flags&flagBig != 0, flags&flagUTF8 != 0
	t.Size = r.u32()
	switch t.Class {
	case Compound:
		for n := r.u32(); n > 0 && r.err == nil; n-- {
			m := Member{Name: r.text(), Offset: r.u32()}
			m.Type = readType(r)
			t.Members = append(t.Members, m)
		}
	case Enum:
		for n := r.u32(); n > 0 && r.err == nil; n-- {
			name := r.text()
			t.Names = append(t.Names, Name{name, int64(r.bits())})
		}
	case ArrayOf:
		t.Dims = r.shape()
		if r.err == nil {
			base := readType(r)
			t.Base = &base
		}
	case Other:
		t.Signed, t.BigEndian, t.UTF8 = false, false, false // flags name the class of HDF5
	}
	return t
}

// Same tells whether both types describe the same bytes.
func (t Type) Same(u Type) bool { return bytes.Equal(t.append(nil), u.append(nil)) }
