"""Reads what TestPython wrote, as a user of h5py, numpy and pandas would."""
import json
import sys

import h5py
import numpy as np
import pandas as pd

path, folder = sys.argv[1:]
f = h5py.File(path, "r")

assert f.attrs["format"] == "klepto-hdf5", f.attrs["format"]
assert f.attrs["format_version"] == 1
g = f["gray/scott".replace("/", "%2F")]
assert g.attrs["name"] == "gray%2Fscott"
assert g.attrs["rounding"] == "deep(6)"
assert json.loads(g.attrs["arguments"]) == ["F", "k", "n", "mode", "on", "id"]
assert json.loads(g.attrs["units"]) == {"F": "1/s"}

# The index is a data frame.
df = pd.DataFrame(g["index"][:])
assert list(df.columns) == ["id", "F", "k", "n", "mode", "on", "arg_id", "version", "created", "seconds", "bytes", "shape"], df.columns
assert len(df) == 20
df = df.sort_values("created")
assert np.allclose(df.F, 0.01 * np.arange(20)), df.F
assert (df.n == np.arange(20)).all()
assert df["mode"].iloc[0] == b"fast", df["mode"]
assert bool(df.on.iloc[1]) is True
assert (df.arg_id == 7).all()
assert pd.to_datetime(df.created).iloc[0].isoformat() == "2023-11-14T22:13:20"
assert np.allclose(df.seconds, 1e-3 * np.arange(20), rtol=1e-15)
assert df.version.iloc[0] == b"v1"

e = g["entries"][df.id.iloc[3].decode()]
assert len(e.attrs) <= 8, list(e.attrs)
assert e.attrs["go_type"] == b"main.Result"
call = json.loads(e.attrs["call"])
assert call["function"] == "gray/scott" and call["args"]["n"] == 3, call
prov = json.loads(e.attrs["prov"])
assert prov["host"] == "host" and prov["created"] == "2023-11-14T22:13:23Z", prov
assert isinstance(e.attrs["key"], np.void) and e.attrs["key"].tobytes().startswith(b"gray/scott\0")
assert e.attrs["sum"].dtype == np.uint64

# The dataset is the array.
u = e["u"][:]
assert u.dtype == np.float64 and u.shape == (4, 3) and (u == 3 + np.arange(12).reshape(4, 3)).all()
assert e["u"].attrs["units"] == "mol/m3" and e["u"].attrs["long_name"] == "größe"
for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "complex64", "complex128", "bool"):
    x = e[kind][:]
    assert x.dtype == np.dtype(kind), (kind, x.dtype)
    assert (x == np.array([0, 1, 1]).astype(kind)).all(), (kind, x)
assert e["scalar"][()] == 1.5 and e["scalar"].shape == ()
assert e["empty"].shape == (0, 5)
assert e["name"].asstr()[()] == "größe"
assert list(e["names"].asstr()[:]) == ["a", "", "größe"]
assert e["raw"][()].tobytes() == b"a\0\xff"
assert e["time"].attrs["units"] == "nanoseconds since 1970-01-01T00:00:00Z"
assert e["time"][()].astype("datetime64[ns]") == np.datetime64("2023-11-14T22:13:20.000000005")
assert e["none"].shape is None
assert e["point"][()]["x"] == 1.5 and e["point"].dtype.names == ("x", "on", "z")
assert e["point"][()]["z"] == 1 + 2j
t = pd.DataFrame({name: e["table"][:][name] for name in ("t", "label")})
assert list(t.t) == [0, 1, 2] and list(t.label) == [5, 6, 7]
assert e["table"][:]["v"].shape == (3, 2)
assert e["ragged/0"][:].tolist() == [0] and e["ragged/1"][:].tolist() == [1, 2]
assert e["map/a%2Fb"][()] == 1 and e["map/c"][()] == 2

# Small results are rows of one table, which is a data frame as it is.
rows = pd.DataFrame(f["energy/packed/rows"][:])
assert list(rows.columns) == ["nu", "order", "mode", "energy", "converged", "z", "centre[0]", "centre[1]", "centre[2]",
                              "created", "seconds", "sum", "key", "form", "check"], rows.columns
assert "energy" in repr(rows)
rows = rows.sort_values("nu")
assert (rows.energy == 0.5 * rows.nu).all() and rows.converged.dtype == bool and rows.z.iloc[3] == 1 + 3j
assert rows["centre[2]"].iloc[4] == 6 and (rows["mode"] == b"fast").all() and (rows.order == 2).all()
forms = [json.loads(line) for line in f["energy/packed/forms"][:].tobytes().splitlines()]
assert len(forms) == 1 and [a["name"] for a in forms[0]["args"]] == ["nu", "order", "mode"], forms
f.close()

index = h5py.File(folder + "/f/index.h5", "r")["index"][:]
assert len(index) == 3
id = index["id"][0].decode()
d = h5py.File("%s/f/%s/%s.h5" % (folder, id[:2], id), "r")
assert d.attrs["format"] == "klepto-hdf5"
assert d["value"].shape == (5,) and "key" in d["value"].attrs
print("read", len(df), "entries with h5py", h5py.version.version, "and pandas", pd.__version__)
