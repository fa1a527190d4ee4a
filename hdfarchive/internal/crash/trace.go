package crash

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// block is what a disk writes whole or not at all in the simulation: one sector.
// A page of the journal has eight, so pages are torn.
const block = 512

// event is one record of a trace.
type event struct {
	what   byte
	file   uint64
	offset int64
	data   []byte // bytes, or a path
}

// Trace is what a program did to its files, in order.
type Trace struct {
	events []event
	start  map[string][]byte // files that were there, by base name
}

// ReadTrace reads a trace that the shim wrote. The files in before, by base name, had
// their content when the program began.
func ReadTrace(path string, before map[string][]byte) (*Trace, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := &Trace{start: before}
	for len(b) >= 32 {
		e := event{
			what:   b[0],
			file:   binary.NativeEndian.Uint64(b[8:]),
			offset: int64(binary.NativeEndian.Uint64(b[16:])),
		}
		n := binary.NativeEndian.Uint64(b[24:])
		b = b[32:]
		if strings.IndexByte("cewuro", e.what) >= 0 {
			if n > uint64(len(b)) {
				break // the program was killed in the middle of it
			}
			e.data, b = b[:n], b[n:]
		}
		t.events = append(t.events, e)
	}
	if len(t.events) == 0 {
		return nil, errors.New("crash: an empty trace: is the shim loaded?")
	}
	return t, nil
}

// Len is the number of events: a power cut may come before any of them, or after all.
func (t *Trace) Len() int { return len(t.events) }

// Disk is what a disk holds of the traced files: what was synced for certain, and
// what was not, in whole, in part, or not at all.
type Disk struct {
	trace   *Trace
	next    int
	content map[uint64][]byte  // synced, by file
	pending map[uint64][]event // since the last sync of the file
	names   map[string]uint64  // synced
	renames []event            // since the last sync of the folder
	acked   int
}

// NewDisk is the disk before the first event.
func NewDisk(t *Trace) *Disk {
	return &Disk{trace: t, content: map[uint64][]byte{}, pending: map[uint64][]event{}, names: map[string]uint64{}, acked: -2}
}

// Acked is the last step that the program had acknowledged, -1 when it had only said
// that it was ready, -2 before.
func (d *Disk) Acked() int { return d.acked }

// ackName begins the names of files that a program makes only to say, where its output is not
// in the trace, that a step is done.
const ackName = "ack."

// ackOf is the step that a file of this path acknowledges.
func ackOf(path []byte) (step int, ok bool) {
	name, ok := strings.CutPrefix(filepath.Base(string(path)), ackName)
	if !ok {
		return 0, false
	}
	step, err := strconv.Atoi(strings.TrimSuffix(name, ".h5"))
	return step, err == nil
}

// Knows tells whether the program had opened a file of this base name for writing.
func (d *Disk) Knows(name string) bool {
	for _, e := range d.trace.events[:d.next] {
		if strings.IndexByte("ce", e.what) >= 0 && filepath.Base(string(e.data)) == name {
			return true
		}
	}
	return false
}

// Advance goes on to just before event n.
func (d *Disk) Advance(n int) {
	for ; d.next < n; d.next++ {
		e := d.trace.events[d.next]
		switch e.what {
		case 'e':
			name := filepath.Base(string(e.data))
			d.names[name] = e.file
			d.content[e.file] = append([]byte(nil), d.trace.start[name]...)
		case 'c', 'u', 'r':
			if step, ok := ackOf(e.data); ok {
				d.acked = step
				continue
			}
			d.renames = append(d.renames, e)
		case 'd':
			for _, r := range d.renames {
				rename(d.names, r)
			}
			d.renames = nil
		case 'w', 't':
			d.pending[e.file] = append(d.pending[e.file], e)
		case 's':
			for _, p := range d.pending[e.file] {
				d.content[e.file] = change(d.content[e.file], p)
			}
			delete(d.pending, e.file)
		case 'o':
			for line := range strings.Lines(string(e.data)) {
				line = strings.TrimSpace(line)
				if n, err := strconv.Atoi(line); err == nil {
					d.acked = n
				} else if line == "ready" {
					d.acked = -1
				}
			}
		}
	}
}

func rename(names map[string]uint64, e event) {
	name := filepath.Base(string(e.data))
	if e.what == 'u' {
		delete(names, name)
	} else {
		names[name] = e.file
	}
}

func change(b []byte, e event) []byte {
	end := e.offset
	if e.what == 'w' {
		end += int64(len(e.data))
	}
	if n := end - int64(len(b)); n > 0 {
		b = append(b, make([]byte, n)...)
	}
	if e.what == 't' {
		return b[:e.offset]
	}
	copy(b[e.offset:], e.data)
	return b
}

// Cut writes into folder what the disk may hold when the power fails now: names are
// changed in order up to a random one, as journaling file systems do; of the bytes
// written since the last sync of a file, random blocks arrive, in random order.
func (d *Disk) Cut(folder string, rng *rand.Rand) error {
	names := map[string]uint64{}
	for name, file := range d.names {
		names[name] = file
	}
	for _, r := range d.renames[:rng.IntN(len(d.renames)+1)] {
		rename(names, r)
	}
	for name, file := range names {
		b := append([]byte(nil), d.content[file]...)
		for _, e := range d.arriving(file, rng) {
			b = change(b, e)
		}
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o644); err != nil {
			return fmt.Errorf("crash: %w", err)
		}
	}
	return nil
}

func (d *Disk) arriving(file uint64, rng *rand.Rand) []event {
	// Whole runs of blocks are as likely to be lost or kept as single ones.
	share := []float64{0, 0.1, 0.5, 0.9, 1}[rng.IntN(5)]
	run := []int64{1, 8, 64}[rng.IntN(3)] * block
	var kept []event
	for _, e := range d.pending[file] {
		if e.what == 't' {
			if rng.Float64() < share {
				kept = append(kept, e)
			}
			continue
		}
		for at, end := e.offset, e.offset+int64(len(e.data)); at < end; {
			next := min((at/run+1)*run, end)
			if rng.Float64() < share {
				kept = append(kept, event{what: 'w', file: file, offset: at, data: e.data[at-e.offset : next-e.offset]})
			}
			at = next
		}
	}
	if rng.IntN(2) == 0 {
		rng.Shuffle(len(kept), func(i, k int) { kept[i], kept[k] = kept[k], kept[i] })
	}
	return kept
}
