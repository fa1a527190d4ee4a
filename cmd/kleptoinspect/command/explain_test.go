package command_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
)

func TestExplain(t *testing.T) {
	inner := fmt.Errorf("%w: %w", archive.ErrCorrupt, errors.New(`stat "d12d": HDF5 error: `+
		`H5Oopen: unable to open object; H5O_open_name: unable to open object; H5C_load_entry: incorrect metadata checksum`))
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("plain; with; semicolons"), "plain; with; semicolons"},
		{&archive.Error{Op: "get", Archive: "test:x?mode=r", Function: "f", Err: fmt.Errorf("%w: %w; delete it", archive.ErrCorrupt, inner)},
			`get f in test:x: damaged: stat "d12d": HDF5 error: unable to open object: incorrect metadata checksum; delete it`},
		{errors.New("damaged: row 3: damaged: it ends"), "damaged: row 3: it ends"},
	} {
		if got := command.Explain(c.err); got != c.want {
			t.Errorf("%v:\n%s\nwant\n%s", c.err, got, c.want)
		}
	}
}

func TestLocked(t *testing.T) {
	err := command.OpenError("results.h5", &archive.Error{Op: "open", Archive: "hdf:results.h5", Err: archive.ErrLocked})
	if want := "results.h5 is locked: the program that writes it must finish first"; !errors.Is(err, archive.ErrLocked) || err.Error()[:len(want)] != want {
		t.Errorf("%v", err)
	}
}
