package rounding

import "reflect"

// The matrices and vectors of gonum keep their numbers in unexported fields and
// give them out as a struct of package blas64, cblas128 or lapack64 that shares
// memory: RawMatrix returns a blas64.General, SetRawMatrix takes one. A matrix is
// known here by such a pair of methods, so that this package needs no gonum, and
// the matrices of others that follow the convention are rounded too.

// raw is such a pair, for a type of pointers.
type raw struct{ get, set reflect.Method }

// rawOf finds the pair of p. The names are constants so that the linker goes on
// dropping methods that nothing calls.
func rawOf(p reflect.Type) (r raw, ok bool) {
	get := func(g reflect.Method, okGet bool) func(reflect.Method, bool) bool {
		return func(s reflect.Method, okSet bool) bool {
			r = raw{g, s}
			return okGet && okSet && g.Type.NumIn() == 1 && g.Type.NumOut() == 1 &&
				s.Type.NumIn() == 2 && s.Type.In(1) == g.Type.Out(0) && s.Type.NumOut() == 0 &&
				g.Type.Out(0).Kind() == reflect.Struct
		}
	}
	return r, get(p.MethodByName("RawMatrix"))(p.MethodByName("SetRawMatrix")) ||
		get(p.MethodByName("RawVector"))(p.MethodByName("SetRawVector")) ||
		get(p.MethodByName("RawSymmetric"))(p.MethodByName("SetRawSymmetric")) ||
		get(p.MethodByName("RawTriangular"))(p.MethodByName("SetRawTriangular")) ||
		get(p.MethodByName("RawBand"))(p.MethodByName("SetRawBand")) ||
		get(p.MethodByName("RawSymBand"))(p.MethodByName("SetRawSymBand")) ||
		get(p.MethodByName("RawTriBand"))(p.MethodByName("SetRawTriBand")) ||
		get(p.MethodByName("RawTridiagonal"))(p.MethodByName("SetRawTridiagonal")) ||
		get(p.MethodByName("RawCMatrix"))(p.MethodByName("SetRawCMatrix"))
}

// matrixPlan returns the plan of a matrix or vector, nil if t is none. A
// matrix is one container, one level deep, whatever its fields.
func matrixPlan(t reflect.Type) plan {
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			return nil // the methods may be those of an embedded matrix
		}
	}
	p := reflect.PointerTo(t)
	if r, ok := rawOf(p); ok {
		return func(_ *copying, v reflect.Value, at place) error {
			shared := r.get.Func.Call([]reflect.Value{v.Addr()})[0]
			if shared.IsZero() {
				return nil // an empty matrix; some setters refuse it
			}
			own := reflect.New(shared.Type()).Elem()
			own.Set(shared)
			unshare(own)
			roundData(own, at)
			v.Set(reflect.Zero(t))
			r.set.Func.Call([]reflect.Value{v.Addr(), own})
			return nil
		}
	}
	return diagonalPlan(t)
}

// diagonalPlan is for gonum's DiagDense, which has no setter but can copy
// another diagonal.
func diagonalPlan(t reflect.Type) plan {
	p := reflect.PointerTo(t)
	get, okGet := p.MethodByName("RawBand")
	set, okSet := p.MethodByName("DiagFrom")
	if !okGet || !okSet || get.Type.NumIn() != 1 || get.Type.NumOut() != 1 || get.Type.Out(0).Kind() != reflect.Struct ||
		set.Type.NumIn() != 2 || set.Type.NumOut() != 0 || !p.AssignableTo(set.Type.In(1)) {
		return nil
	}
	return func(_ *copying, v reflect.Value, at place) error {
		rows := get.Func.Call([]reflect.Value{v.Addr()})[0].FieldByName("Rows")
		if !rows.IsValid() || rows.IsZero() {
			return nil
		}
		own := reflect.New(t)
		set.Func.Call([]reflect.Value{own, v.Addr()})
		roundData(get.Func.Call([]reflect.Value{own})[0], at)
		v.Set(own.Elem())
		return nil
	}
}

// data calls f for each slice of numbers in m, a struct of blas64, cblas128 or
// lapack64.
func data(m reflect.Value, f func(reflect.Value)) {
	for i := range m.NumField() {
		if v := m.Field(i); v.Kind() == reflect.Slice && m.Type().Field(i).IsExported() {
			f(v)
		}
	}
}

func roundData(m reflect.Value, at place) {
	if at = at.down(1); !at.applies() {
		return
	}
	data(m, func(v reflect.Value) {
		if bulk := bulkPlan(v.Type().Elem()); bulk != nil {
			bulk(v, at.rounding)
		}
	})
}

// unshare gives m slices of its own. A view of a larger matrix becomes compact:
// the view may be small and the matrix huge.
func unshare(m reflect.Value) {
	if runs, length, step := view(m); step != "" {
		from, stride := m.FieldByName("Data"), int(m.FieldByName(step).Int())
		if runs > 0 && stride > length && from.Len() >= (runs-1)*stride+length {
			to := reflect.MakeSlice(from.Type(), runs*length, runs*length)
			for i := range runs {
				reflect.Copy(to.Slice(i*length, (i+1)*length), from.Slice(i*stride, i*stride+length))
			}
			from.Set(to)
			m.FieldByName(step).SetInt(int64(length))
			return
		}
	}
	data(m, func(v reflect.Value) {
		if !v.IsNil() {
			to := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(to, v)
			v.Set(to)
		}
	})
}

// view returns the number of runs that m's Data is made of, their length, and
// the name of the field that says how far apart they begin; "" where m is not
// made of runs. The fields are those of package blas64.
func view(m reflect.Value) (runs, length int, step string) {
	has := func(names ...string) bool {
		for _, name := range names {
			if f := m.FieldByName(name); !f.IsValid() || f.Kind() != reflect.Int {
				return false
			}
		}
		return m.FieldByName("Data").IsValid()
	}
	get := func(name string) int { return int(m.FieldByName(name).Int()) }
	switch {
	case has("N", "Inc"): // Vector
		return get("N"), 1, "Inc"
	case has("Rows", "Cols", "KL", "KU", "Stride"): // Band
		return min(get("Rows"), get("Cols")+get("KL")), get("KL") + get("KU") + 1, "Stride"
	case has("Rows", "Cols", "Stride"): // General
		return get("Rows"), get("Cols"), "Stride"
	case has("N", "K", "Stride"): // SymmetricBand, TriangularBand
		return get("N"), get("K") + 1, "Stride"
	case has("N", "Stride"): // Symmetric, Triangular
		return get("N"), get("N"), "Stride"
	}
	return 0, 0, ""
}
