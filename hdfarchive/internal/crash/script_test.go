package crash_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/archive"
	_ "github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// An op is one change to an archive: entries put at once, or one deleted. What it does
// depends on the number of the step and the name of the writer alone.
type op struct {
	puts  []string // functions and keys, as "f/12"
	gone  string
	waste bool // in one file, the first was put in the same commit before, much larger
}

func opOf(writer string, i int) op {
	at := func(function string, n int) string { return writer + function + "/" + strconv.Itoa(n) }
	switch {
	case i%10 == 8:
		return op{gone: at("f", (i-3)%90)}
	case i%10 == 6:
		return op{gone: at("row", (i-4)%60)}
	case i%300 == 155:
		return op{puts: []string{at("huge", 0)}}
	case i%25 == 9:
		return op{puts: []string{at("big", i%4)}}
	case i%30 == 13:
		return op{puts: []string{at("f", i%90)}, waste: true}
	case i%3 == 0: // a row of a table
		return op{puts: []string{at("row", i%60)}}
	case i%7 == 4: // several at once
		return op{puts: []string{at("f", i%90), at("row", (i+1)%60), at("f", (i+5)%90), at("row", (i+2)%60)}}
	}
	return op{puts: []string{at("f", i%90)}}
}

// valueOf is what step i stores under a key.
func valueOf(key string, i int) value.Value {
	function, _, _ := strings.Cut(key, "/")
	n := 40 + 13*i%200
	switch {
	case strings.HasSuffix(function, "row"):
		return &value.Array{Elem: value.Float64, Data: []float64{float64(i)}}
	case strings.HasSuffix(function, "big"):
		n = 1<<17 + 17
	case strings.HasSuffix(function, "huge"):
		n = 1<<21 + 5
	}
	x := make([]float64, n)
	for k := range x {
		x[k] = float64(i) + 1e-7*float64(k)
	}
	return &value.Array{Elem: value.Float64, Shape: []int{n}, Data: x}
}

func entryOf(key string, i int) *archive.Entry {
	function, n, _ := strings.Cut(key, "/")
	canonical := []byte(function + "\x00" + n)
	k := keymap.Key{Canonical: string(canonical), Digest: keymap.Digest(xxh3.Hash128(canonical))}
	k.Name = k.Digest.String()
	x, _ := strconv.ParseFloat(n, 64)
	return &archive.Entry{Key: k, GoType: "[]float64", Value: valueOf(key, i), Call: archive.Call{Function: function,
		Args: []value.Field{{Name: "n", Value: &value.Array{Elem: value.Float64, Data: []float64{x}}}}}}
}

// state says which step has written each key.
type state map[string]int

// after is the state when step i is done.
func (s state) after(writer string, i int) {
	o := opOf(writer, i)
	delete(s, o.gone)
	for _, key := range o.puts {
		s[key] = i
	}
}

// perform does the steps of a task, and says so on standard output.
func perform(task string) {
	words := strings.Split(task, "\n")
	from, _ := strconv.Atoi(words[2])
	to, _ := strconv.Atoi(words[3])
	fmt.Println("ready")
	if err := steps(words[0], words[1], from, to); err != nil {
		fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Println("closed")
}

// steps opens the archive anew now and then, so that the journal is emptied into the file.
func steps(url, writer string, from, to int) error {
	ctx := context.Background()
	for i := from; i < to; {
		a, err := archive.Open(ctx, url)
		if err != nil {
			return err
		}
		for ; i < to; i++ {
			o := opOf(writer, i)
			if o.gone != "" {
				e := entryOf(o.gone, 0)
				if err = a.Delete(ctx, e.Call.Function, e.Key); errors.Is(err, archive.ErrNotFound) {
					err = nil
				}
			} else {
				var all []*archive.Entry
				if o.waste && strings.HasPrefix(url, "hdf:") {
					e := entryOf(o.puts[0], i)
					e.Value = valueOf("big", i)
					all = append(all, e)
				}
				for _, key := range o.puts {
					all = append(all, entryOf(key, i))
				}
				_, err = a.PutMany(ctx, all)
			}
			if err != nil {
				return fmt.Errorf("step %d: %w", i, err)
			}
			if kept := os.Getenv("KLEPTO_CRASH_KEEP"); kept != "" {
				if err := keep(url, i, kept); err != nil {
					return err
				}
			}
			os.Stdout.WriteString(strconv.Itoa(i) + "\n")
			if err := acknowledge(url, i); err != nil {
				return err
			}
			if i%40 == 39 {
				i++
				break
			}
		}
		if err := a.Close(); err != nil {
			return err
		}
	}
	return nil
}

// acknowledge says in a trace that a step is done: what Go writes to standard output passes by
// the shim.
func acknowledge(url string, step int) error {
	if os.Getenv("TRACE") == "" {
		return nil
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(url, "hdf:"), "?")
	f, err := h5.Open(filepath.Join(filepath.Dir(path), fmt.Sprintf("ack.%d.h5", step)), &h5.FileOptions{Create: true})
	if err != nil {
		return err
	}
	return f.Close()
}

// stateOf reads a whole archive: all that a listing yields and all that can be got must
// be the same, and each value what some step stored.
func stateOf(url, writer string) (state, error) {
	ctx := context.Background()
	a, err := archive.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	listed := map[string]bool{}
	for e, err := range a.List(ctx) {
		if err != nil {
			return nil, err
		}
		_, n, _ := strings.Cut(e.Key.Canonical, "\x00")
		listed[e.Call.Function+"/"+n] = true
	}
	s := state{}
	for _, key := range keysOf(writer) {
		e := entryOf(key, 0)
		got, err := a.Get(ctx, e.Call.Function, e.Key)
		if errors.Is(err, archive.ErrNotFound) && !listed[key] {
			continue
		}
		if err != nil || !listed[key] {
			return nil, fmt.Errorf("%s: %w, listed: %t", key, err, listed[key])
		}
		x, ok := got.Value.(*value.Array)
		if !ok {
			return nil, fmt.Errorf("%s is %s", key, value.Describe(got.Value))
		}
		data, ok := x.Data.([]float64)
		if !ok || len(data) == 0 || !value.Equal(x, valueOf(key, int(data[0]))) {
			return nil, fmt.Errorf("%s has a value that was never stored", key)
		}
		s[key] = int(data[0])
	}
	for key := range listed {
		if _, ok := s[key]; !ok && strings.HasPrefix(key, writer) {
			return nil, fmt.Errorf("%s is listed and not there", key)
		}
	}
	return s, nil
}

func keysOf(writer string) []string {
	all := state{}
	for i := range 1800 { // the script repeats its keys
		for _, key := range opOf(writer, i).puts {
			all[key] = i
		}
	}
	return sortedKeys(all)
}

// fits tells whether an archive that was stopped somewhere after step acked holds what it
// must: the state after that step, or with all of the next one. Of several entries that
// the next one puts into a folder there may be some.
func (s state) fits(writer string, acked int, partly bool) error {
	want := state{}
	for i := 0; i <= acked; i++ {
		want.after(writer, i)
	}
	if maps.Equal(s, want) {
		return nil
	}
	next := maps.Clone(want)
	next.after(writer, acked+1)
	if maps.Equal(s, next) {
		return nil
	}
	var wrong []string
	for _, key := range keysOf(writer) {
		has, ok := s[key]
		old, had := want[key]
		fresh, will := next[key]
		if (ok != had || has != old) && (!partly || ok != will || has != fresh) {
			wrong = append(wrong, fmt.Sprintf("%s: %d (%t), not %d (%t) or %d (%t)", key, has, ok, old, had, fresh, will))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("after step %d:\n%s", acked, strings.Join(wrong[:min(5, len(wrong))], "\n"))
}
