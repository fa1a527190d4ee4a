package crash_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var le = binary.LittleEndian

// Sizes in a journal; see journal.h of the package h5.
const (
	header, record, entry, page = 128, 64, 48, 4096
)

// Damaged journals lead to the state after one of their commits, or to an error that
// says what is wrong. They crash nobody, whatever they claim.
func TestDamagedJournal(t *testing.T) {
	t.Parallel()
	path, _ := crashed(t, setting{"normal", 1, 64 << 20}, 60)
	file, journal := read(t, path), read(t, path+"-wal")
	rng := rng(t)
	seen := map[string]int{}
	for done := 0; done < max(100, *trials); {
		dir := t.TempDir()
		var paths []string
		for ; len(paths) < 100; done++ {
			p := filepath.Join(dir, fmt.Sprintf("%d.h5", done))
			if err := os.WriteFile(p, file, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p+"-wal", damage(rng, journal), 0o600); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, p)
		}
		for i, found := range verify(t, careful, 0, paths...) {
			what, _, _ := strings.Cut(found, " /")
			switch {
			case strings.HasPrefix(found, "ok "):
				what = "ok"
			case strings.HasPrefix(found, "bad: open: 4 "), strings.HasPrefix(found, "bad: open: 5 "):
			default:
				t.Errorf("%s: %s", paths[i], found)
			}
			seen[what]++
		}
		os.RemoveAll(dir)
	}
	t.Log(seen)
}

func damage(rng *rand.Rand, journal []byte) []byte {
	b := append([]byte(nil), journal...)
	at := rng.IntN(len(b))
	switch rng.IntN(6) {
	case 0:
		for range 1 + rng.IntN(8) {
			b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
		}
	case 1:
		b = b[:at]
	case 2: // a block that never arrived
		clear(b[at/512*512 : min(len(b), at/512*512+512<<rng.IntN(6))])
	case 3: // bytes from elsewhere
		copy(b[at:], b[rng.IntN(len(b)):])
	case 4: // the first records, where lengths are
		b[rng.IntN(header+record)] = byte(rng.Uint32())
	case 5:
		b = append(b, b[at:]...)
	}
	return b
}

// Journals whose checksums are right and whose claims are not.
func TestLyingJournal(t *testing.T) {
	t.Parallel()
	path, _ := crashed(t, setting{"normal", 1, 64 << 20}, 60)
	file, journal := read(t, path), read(t, path+"-wal")
	start, pages, length := header, 0, 0
	for ; pages < 2; start += length { // the first record of several pages
		pages = int(le.Uint64(journal[start+24:]))
		length = record + pages*(entry+page)
	}
	start -= length

	// lie changes that record and makes its checksum right again.
	lie := func(change func(r []byte)) []byte {
		b := append([]byte(nil), journal...)
		change(b[start:])
		seal(b[start:], length)
		return b
	}
	var paths, names []string
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"no pages": lie(func(r []byte) { le.PutUint64(r[24:], 0) }),
		"pages":    lie(func(r []byte) { le.PutUint64(r[24:], math.MaxUint64) }),
		"pages times entry wraps": lie(func(r []byte) {
			le.PutUint64(r[24:], math.MaxUint64/(entry+page)+2)
		}),
		"end":                lie(func(r []byte) { le.PutUint64(r[32:], math.MaxUint64) }),
		"end of the world":   lie(func(r []byte) { le.PutUint64(r[32:], math.MaxInt64/2) }),
		"no end":             lie(func(r []byte) { le.PutUint64(r[32:], 0) }),
		"straight":           lie(func(r []byte) { le.PutUint64(r[40:], math.MaxInt64/2) }),
		"page":               lie(func(r []byte) { le.PutUint64(r[record:], math.MaxUint64) }),
		"page out of order":  lie(func(r []byte) { le.PutUint64(r[record+entry:], le.Uint64(r[record:])) }),
		"page past the end":  lie(func(r []byte) { le.PutUint64(r[record+(pages-1)*entry:], 1<<40) }),
		"unknown flag":       lie(func(r []byte) { le.PutUint32(r[record+8:], 255) }),
		"number":             lie(func(r []byte) { le.PutUint64(r[16:], 7) }),
		"salt":               lie(func(r []byte) { le.PutUint64(r[8:], 7) }),
		"newer version":      head(journal, 8, 2),
		"other page size":    head(journal, 12, 1<<31),
		"other first page":   head(journal, 32, 77),
		"end at checkpoint":  head(journal, 24, math.MaxUint32),
		"only a header":      journal[:header],
		"only half a header": journal[:header/2],
	} {
		p := filepath.Join(dir, strings.ReplaceAll(name, " ", "_")+".h5")
		if err := os.WriteFile(p, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p+"-wal", b, 0o600); err != nil {
			t.Fatal(err)
		}
		paths, names = append(paths, p), append(names, name)
	}
	for i, found := range verify(t, careful, 0, paths...) {
		t.Logf("%s: %.120s", names[i], strings.ReplaceAll(found, dir, ""))
		st, err := os.Stat(paths[i])
		if err != nil || st.Size() > 100<<20 {
			t.Errorf("%s: the file has %d bytes, %v", names[i], st.Size(), err)
		}
	}
}

// seal sets the checksum of the record at the start of b.
func seal(b []byte, length int) {
	table := crc32.MakeTable(crc32.Castagnoli)
	crc := crc32.Update(0, table, b[:record-4])
	le.PutUint32(b[record-4:], crc32.Update(crc, table, b[record:length]))
}

func head(journal []byte, at int, v uint32) []byte {
	b := append([]byte(nil), journal...)
	le.PutUint32(b[at:], v)
	le.PutUint32(b[header-4:], crc32.Checksum(b[:header-4], crc32.MakeTable(crc32.Castagnoli)))
	return b
}
