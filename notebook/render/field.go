package render

import (
	"fmt"
	"math"
)

// Field is a 2-D field of float64 in C order: the value of row r and column c
// is Data[r*Cols+c]. It refers to Data and does not copy it.
type Field struct {
	Rows, Cols int
	Data       []float64
}

// Validate returns ErrEmpty for a field without elements and ErrShape for one
// whose Data is not Rows × Cols long.
func (f Field) Validate() error {
	if f.Rows < 0 || f.Cols < 0 || (f.Cols > 0 && f.Rows > math.MaxInt/f.Cols) || len(f.Data) != f.Rows*f.Cols {
		return fmt.Errorf("%w: %d values in a field of %d × %d", ErrShape, len(f.Data), f.Rows, f.Cols)
	}
	if len(f.Data) == 0 {
		return fmt.Errorf("%w: the field has shape %d × %d", ErrEmpty, f.Rows, f.Cols)
	}
	return nil
}

// At returns the value of row r and column c.
func (f Field) At(r, c int) float64 { return f.Data[r*f.Cols+c] }

// Reduce returns the field with at most the given number of rows and columns,
// each new cell the mean of the area that it covers, cells cut by a border
// counted by their share. Values that are not finite are left out of the means;
// a cell that covers nothing else is NaN. A field that is small enough already
// is returned as it is. The field must be valid, rows and cols at least 1.
func (f Field) Reduce(rows, cols int) Field {
	rows, cols = min(rows, f.Rows), min(cols, f.Cols)
	if rows == f.Rows && cols == f.Cols {
		return f
	}
	out := f.reduce(rows, cols, 1)
	for _, v := range out.Data {
		if math.IsInf(v, 0) {
			// A sum of values near the largest float64: scale them by a power of two,
			// which is exact.
			return f.reduce(rows, cols, 0x1p-100)
		}
	}
	return out
}

func (f Field) reduce(rows, cols int, scale float64) Field {
	sum, weight := make([]float64, rows*cols), make([]float64, rows*cols)
	rowSum, rowWeight := make([]float64, cols), make([]float64, cols)
	across := spread(f.Cols, cols)
	for r, down := range spread(f.Rows, rows) {
		clear(rowSum)
		clear(rowWeight)
		for c, v := range f.Data[r*f.Cols : (r+1)*f.Cols] {
			if v-v != 0 { // NaN or ±Inf
				continue
			}
			a := across[c]
			rowSum[a.bin] += a.share * (v * scale)
			rowWeight[a.bin] += a.share
			if a.share < 1 && a.bin+1 < cols {
				rowSum[a.bin+1] += (1 - a.share) * (v * scale)
				rowWeight[a.bin+1] += 1 - a.share
			}
		}
		addRow(sum, weight, rowSum, rowWeight, down.bin, down.share)
		if down.share < 1 && down.bin+1 < rows {
			addRow(sum, weight, rowSum, rowWeight, down.bin+1, 1-down.share)
		}
	}
	for i, w := range weight {
		if w < 1e-9 { // only rounding errors of shares: nothing finite in here
			sum[i] = math.NaN()
			continue
		}
		sum[i] = sum[i] / w / scale
	}
	return Field{Rows: rows, Cols: cols, Data: sum}
}

func addRow(sum, weight, rowSum, rowWeight []float64, row int, share float64) {
	at := row * len(rowSum)
	for c := range rowSum {
		sum[at+c] += share * rowSum[c]
		weight[at+c] += share * rowWeight[c]
	}
}

// part says that a cell lies in a bin with a share of its width, and with the
// rest in the next bin.
type part struct {
	bin   int
	share float64
}

// spread divides n cells over bins ≤ n equally wide bins.
func spread(n, bins int) []part {
	parts := make([]part, n)
	for i := range parts {
		bin := i * bins / n
		// The cell covers [i, i+1)·bins/n; the bin ends at bin+1. Whole numbers
		// until the last step, so that cells that end on a border have share 1.
		end := (i + 1) * bins
		if end <= (bin+1)*n {
			parts[i] = part{bin, 1}
			continue
		}
		parts[i] = part{bin, 1 - float64(end-(bin+1)*n)/float64(bins)}
	}
	return parts
}
