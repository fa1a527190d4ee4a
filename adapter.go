package klepto

import (
	"context"
	"reflect"

	"github.com/klepto-go/klepto/keymap"
)

// adapter makes a memo of any types one of reflect.Values, for a Control.
type adapter[In, Out any] struct {
	m     *Memo[In, Out]
	pack  func([]reflect.Value) In
	split func(Out) []reflect.Value
	join  func([]reflect.Value) Out
}

func newControl[In, Out any](m *Memo[In, Out], s *signature, pack func([]reflect.Value) In, split func(Out) []reflect.Value, join func([]reflect.Value) Out) *Control {
	return &Control{m, s, &adapter[In, Out]{m, pack, split, join}}
}

func (a *adapter[In, Out]) key(in []reflect.Value) (keymap.Key, error) { return a.m.Key(a.pack(in)) }

func (a *adapter[In, Out]) info(ctx context.Context, in []reflect.Value) (Info, bool, error) {
	return a.m.Info(ctx, a.pack(in))
}

func (a *adapter[In, Out]) call(ctx context.Context, in []reflect.Value, opts []CallOption) ([]reflect.Value, Info, error) {
	out, info, err := a.m.CallInfo(ctx, a.pack(in), opts...)
	return a.split(out), info, err
}

func (a *adapter[In, Out]) lookup(ctx context.Context, in []reflect.Value) ([]reflect.Value, bool, error) {
	out, ok, err := a.m.Lookup(ctx, a.pack(in))
	return a.split(out), ok, err
}

func (a *adapter[In, Out]) put(ctx context.Context, in, out []reflect.Value) error {
	return a.m.Put(ctx, a.pack(in), a.join(out))
}

func (a *adapter[In, Out]) remove(ctx context.Context, in []reflect.Value) (bool, error) {
	return a.m.Delete(ctx, a.pack(in))
}

func (a *adapter[In, Out]) load(ctx context.Context, in [][]reflect.Value) (int, error) {
	return a.m.Load(ctx, a.packAll(in)...)
}

func (a *adapter[In, Out]) dump(ctx context.Context, in [][]reflect.Value) (int, error) {
	return a.m.Dump(ctx, a.packAll(in)...)
}

func (a *adapter[In, Out]) packAll(in [][]reflect.Value) []In {
	all := make([]In, len(in))
	for i, x := range in {
		all[i] = a.pack(x)
	}
	return all
}
