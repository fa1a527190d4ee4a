package h5

import "strings"

// Attr is an attribute: one element, or a row of them where Shape has a length.
// Data are little-endian, or for Text the strings, each with a final NUL.
type Attr struct {
	Name  string
	Type  Type
	Shape []int
	Data  []byte
}

// TextAttr is a string of variable length, as h5py writes it. A NUL ends it.
func TextAttr(name, s string) Attr {
	s, _, _ = strings.Cut(s, "\x00")
	return Attr{Name: name, Type: TextType(), Data: append([]byte(s), 0)}
}

// FixedTextAttr is a string that lies in the object's header, under its checksum.
// It must not be empty.
func FixedTextAttr(name, s string) Attr {
	return Attr{Name: name, Type: FixedTextType(len(s)), Data: []byte(s)}
}

// OpaqueAttr is a sequence of bytes. It must not be empty.
func OpaqueAttr(name, s string) Attr {
	return Attr{Name: name, Type: OpaqueType(len(s)), Data: []byte(s)}
}

// Uint64Attr is a number.
func Uint64Attr(name string, n uint64) Attr {
	return Attr{Name: name, Type: IntType(8, false), Data: le.AppendUint64(nil, n)}
}

// FixedTextsAttr is a row of strings, of which one at least is not empty.
func FixedTextsAttr(name string, texts []string) Attr {
	width := 0
	for _, s := range texts {
		width = max(width, len(s))
	}
	a := Attr{Name: name, Type: FixedTextType(width), Shape: []int{len(texts)}, Data: make([]byte, width*len(texts))}
	for i, s := range texts {
		copy(a.Data[i*width:], s)
	}
	return a
}

// Int32Attr is a number.
func Int32Attr(name string, n int32) Attr {
	return Attr{Name: name, Type: IntType(4, true), Data: le.AppendUint32(nil, uint32(n))}
}

// Text is the attribute's text, or its bytes where it is opaque.
func (a *Attr) Text() (string, bool) {
	if len(a.Shape) > 0 {
		return "", false
	}
	switch a.Type.Class {
	case FixedText:
		return strings.TrimRight(string(a.Data), "\x00"), true
	case Text:
		return strings.TrimSuffix(string(a.Data), "\x00"), true
	case Opaque:
		return string(a.Data), true
	}
	return "", false
}

// Uint64 is the attribute's number.
func (a *Attr) Uint64() (uint64, bool) {
	if len(a.Shape) > 0 || a.Type.Class != Int || a.Type.Size != 8 || len(a.Data) != 8 {
		return 0, false
	}
	if a.Type.BigEndian {
		return be.Uint64(a.Data), true
	}
	return le.Uint64(a.Data), true
}

// append writes a for C.
func (a *Attr) append(b []byte) []byte {
	b = appendText(b, a.Name)
	b = a.Type.append(b)
	if len(a.Shape) == 0 {
		b = append(b, 0)
	} else {
		b = append(b, 1)
		b = le.AppendUint64(b, uint64(a.Shape[0]))
	}
	b = le.AppendUint32(b, uint32(len(a.Data)))
	return append(b, a.Data...)
}

func appendAttrs(b []byte, attrs []Attr) []byte {
	b = le.AppendUint32(b, uint32(len(attrs)))
	for i := range attrs {
		b = attrs[i].append(b)
	}
	return b
}

func readAttrs(r *reader) []Attr {
	n := r.u32()
	var attrs []Attr
	for ; n > 0 && r.err == nil; n-- {
		a := Attr{Name: r.text(), Type: readType(r), Shape: r.shape()}
		a.Data = r.take(r.u64())
		attrs = append(attrs, a)
	}
	return attrs
}
