"""Reads units and axis names of an archive as users of xarray, netCDF and h5py do.

Usage: scales.py ARCHIVE GROUP ENGINE, where ENGINE is h5py, h5netcdf or netcdf4."""
import sys

path, group, engine = sys.argv[1:]

if engine == "h5py":
    import h5py

    with h5py.File(path, "r") as f:
        g = f[group]
        u = g["u"]
        assert [d[0].name.rsplit("/", 1)[1] for d in u.dims] == ["t", "y", "x"]
        assert u.dims[1][0][:].tolist() == [0.5, 1.5, 2.5]
        assert [h5py.h5ds.is_scale(g[n].id) for n in ("y", "x", "u")] == [True, True, False]
        assert [g[r[0]].name.rsplit("/", 1)[1] for r in g["y"].attrs["REFERENCE_LIST"]] == ["u", "v"]
        assert len(g["u"].attrs) <= 8 and "DIMENSION_LIST" not in g["plain"].attrs
        # A result that is one array has labels.
        for e in f["lone/entries"].values():
            assert [d.label for d in e.dims] == ["y", "größe"], [d.label for d in e.dims]
else:
    import xarray as xr

    # "plain" has no axes: netCDF4 names its dimension by itself, h5netcdf wants to be told.
    options = {"phony_dims": "sort"} if engine == "h5netcdf" else {}
    ds = xr.open_dataset(path, group=group, engine=engine, **options)
    assert ds.u.dims == ("t", "y", "x"), ds.u.dims
    assert ds.v.dims == ("y", "x_7"), ds.v.dims
    assert sorted(ds.coords) == ["t", "y"], ds.coords
    assert sorted(ds.variables) == ["name", "plain", "t", "u", "v", "y"], list(ds.variables)
    assert ds.y.values.tolist() == [0.5, 1.5, 2.5] and ds.y.attrs["units"] == "m"
    assert ds.u.attrs["units"] == "mol/m3" and ds.u.attrs["long_name"] == "concentration"
    assert (ds.u.sel(y=1.5).values == ds.u.values[:, 1]).all() and ds.u.values.sum() == 276
    assert not [a for a in ds.u.attrs if a.isupper()], ds.u.attrs
print("read", group, "with", engine)
