package command

import (
	"encoding/csv"
	"strconv"
	"time"
)

// csv writes entries as comma-separated values: one line each, arguments as columns,
// numbers in full.
func (p *program) csv(some []*entry) error {
	names := argNames(some)
	w := csv.NewWriter(p.Out)
	head := append([]string{"id", "function", "version", "rounding"}, names...)
	head = append(head, "shape", "bytes", "seconds", "created")
	if err := w.Write(head); err != nil {
		return err
	}
	for _, e := range some {
		row := []string{e.id(), e.Call.Function, e.Call.Version, e.Call.Rounding}
		for _, name := range names {
			c, _ := e.arg(name)
			if c.kind == text {
				row = append(row, c.s)
			} else {
				row = append(row, c.String())
			}
		}
		created := ""
		if t := e.Provenance.Created; !t.IsZero() {
			created = t.UTC().Format(time.RFC3339Nano)
		}
		row = append(row, e.Shape, strconv.FormatInt(e.Bytes, 10), float(e.Provenance.Elapsed.Seconds()).String(), created)
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
