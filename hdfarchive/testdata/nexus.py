"""Finds what a file has to plot as viewers of NeXus do: python3 nexus.py FILE PATH SIGNAL AXES.

PATH is where the plot must be, SIGNAL and AXES what it must be of. Where silx is there
it has to find the same."""
import sys

import h5py

path, where, signal, axes = sys.argv[1:]
axes = axes.split(",")


def text(x):
    return x.decode() if isinstance(x, bytes) else str(x)


with h5py.File(path, "r") as f:
    assert text(f.attrs["NX_class"]) == "NXroot"
    entry = f[text(f.attrs["default"])]
    assert text(entry.attrs["NX_class"]) == "NXentry" and entry.parent == f["/"]
    data = entry[text(entry.attrs["default"])]
    assert text(data.attrs["NX_class"]) == "NXdata"
    assert data == f[where], (data.name, where)
    assert text(data.attrs["signal"]) == signal, data.attrs["signal"]
    u = data[signal]
    if axes != [""]:
        assert [text(a) for a in data.attrs["axes"]] == axes and u.ndim == len(axes)
        for dim, a in enumerate(axes):
            if a != ".":
                assert data[a].shape == (u.shape[dim],) and data.attrs[a + "_indices"] == dim
    try:
        from silx.io import nxdata
    except ImportError:
        print("without silx")
        sys.exit()
    found = nxdata.get_default(f)
    assert found is not None and found.is_valid, found and found.issues
    assert found.signal == u and found.group == data
    if axes != [""]:
        assert [a.name.rsplit("/", 1)[1] if a is not None else "." for a in found.axes] == axes
    assert nxdata.NXdata(data).is_valid
    print("with silx", found.interpretation, found.axes_names)
