package hdfarchive

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/keymap"
)

// Names of functions, entries and fields are arbitrary bytes; names in HDF5 files
// and folders are not. escape writes what those cannot hold as %XX, so that a
// plain name stays as it is and unescape gives every name back.

// maxName is how long an escaped name may be as the name of an object or file,
// most file systems ending at 255 bytes.
const maxName = 200

// emptyName stands for the empty name: no escaped name is a lone '%'.
const emptyName = "%"

// escape returns a name without slashes, control characters, invalid UTF-8 and
// leading dots. Different names stay different.
func escape(name string) string {
	if name == "" {
		return emptyName
	}
	var b []byte // nil while name is as it is to be
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		bad := r == utf8.RuneError && n == 1 || r == '/' || r == '%' || r == '.' && i == 0 || r != ' ' && !unicode.IsPrint(r)
		switch {
		case bad:
			if b == nil {
				b = append(make([]byte, 0, len(name)+16), name[:i]...)
			}
			for _, c := range []byte(name[i : i+n]) {
				b = fmt.Appendf(b, "%%%02X", c)
			}
		case b != nil:
			b = append(b, name[i:i+n]...)
		}
		i += n
	}
	if b == nil {
		return name
	}
	return string(b)
}

// unescape undoes escape. It is false for what escape does not make.
func unescape(s string) (string, bool) {
	if s == emptyName {
		return "", true
	}
	name := s
	if first := strings.IndexByte(s, '%'); first >= 0 {
		b := append(make([]byte, 0, len(s)), s[:first]...)
		for i := first; i < len(s); i++ {
			if s[i] != '%' {
				b = append(b, s[i])
				continue
			}
			if i+2 >= len(s) {
				return "", false
			}
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi > 15 || lo > 15 {
				return "", false
			}
			b = append(b, hi<<4|lo)
			i += 2
		}
		name = string(b)
	}
	return name, escape(name) == s
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// groupName is what a function's group or folder is called: its escaped name, or
// where that is too long its beginning and a hash, which no escaped name contains.
func groupName(function string) string {
	s := escape(function)
	if len(s) <= maxName {
		return s
	}
	sum := xxh3.HashString128(function).Bytes()
	return fmt.Sprintf("%s%%~%x", strings.ToValidUTF8(s[:100], ""), sum)
}

// entryID is what an entry is called: the escaped name of its key, which is its
// digest in hex as a rule, or where that is too long the digest.
func entryID(k keymap.Key) string {
	name := k.Name
	if name == "" {
		name = k.Digest.String()
	}
	if s := escape(name); len(s) <= maxName {
		return s
	}
	return "%~" + k.Digest.String()
}

// EntryPath returns the path of an entry's object in the file: a dataset, or a group
// where the value has parts.
func EntryPath(function string, key keymap.Key) string {
	return "/" + groupName(function) + "/" + entriesName + "/" + entryID(key)
}
