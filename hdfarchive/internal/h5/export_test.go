package h5

// FromHeader tells whether a child can be described by the bytes of its header.
func FromHeader(g *Group, name string, attrs []string) bool { return g.header(name, attrs) != nil }

// WithoutData makes two descriptions comparable, of which one may have brought data along.
func WithoutData(a, b *Info) { a.data, b.data = nil, nil }

// HeaderMessages are the messages of the header that b begins with, nil where it begins with none.
func HeaderMessages(b []byte) []byte {
	start, size := headerStart(b)
	if start == 0 || len(b) < start+size {
		return nil
	}
	return b[start : start+size]
}

// ParseHeader parses a header of these messages, with a checksum that fits.
func ParseHeader(messages []byte, attrs []string) *Info {
	b := append([]byte(headerSignature), 2)
	b = append(le.AppendUint32(b, uint32(len(messages))), messages...)
	i, _ := parseHeader(le.AppendUint32(b, lookup3(b)), attrs, func(int64, []byte) error { return ErrAbsent })
	return i
}
