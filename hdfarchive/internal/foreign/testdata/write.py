"""Writes HDF5 files as other programs do, and what is in them as JSON."""
import json
import math
import os
import sys

import h5py
import numpy as np

out = sys.argv[1]
want = {}  # file -> path -> [type, shape, elements]


def plain(x):
    """An element as JSON: exact numbers as text."""
    if isinstance(x, (bytes, np.bytes_)):
        return x.decode("utf-8", "surrogateescape")
    if isinstance(x, str):
        return x
    if isinstance(x, (bool, np.bool_)):
        return bool(x)
    if isinstance(x, (complex, np.complexfloating)):
        return "%s,%s" % (plain(float(x.real)), plain(float(x.imag)))
    if isinstance(x, (float, np.floating)):
        f = float(x)
        return "nan" if math.isnan(f) else f.hex()
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    if isinstance(x, np.ndarray):
        return [plain(y) for y in x.ravel()]
    return str(x)


def note(file, path, kind, data):
    a = np.asarray(data)
    want.setdefault(os.path.basename(file.filename), {})[path] = [kind, list(a.shape), [plain(x) for x in a.ravel()]]


with h5py.File(os.path.join(out, "types.h5"), "w") as f:
    rng = np.random.default_rng(1)
    for order, name in (("<", ""), (">", " big-endian")):
        for kind in "iu":
            for size in (1, 2, 4, 8):
                info = np.iinfo("%s%d" % (kind, size))
                a = np.array([info.min, info.max, 0, 1, 7], dtype="%s%s%d" % (order, kind, size))
                t = ("int%d" if kind == "i" else "uint%d") % (8 * size) + (name if size > 1 else "")
                p = "/n/%s%s%d" % ("le" if order == "<" else "be", kind, size)
                f[p] = a
                note(f, p, t, a)
        for size in (2, 4, 8):
            a = np.array([0.0, -0.0, 1.5, np.inf, -np.inf, np.nan, np.finfo("f%d" % size).max, np.finfo("f%d" % size).tiny / 4, 1 / 3], dtype="%sf%d" % (order, size))
            p = "/n/%sf%d" % ("le" if order == "<" else "be", size)
            f[p] = a
            note(f, p, "float%d" % (8 * size) + name, a)
    f["/n/long"] = np.array([1.5, -2.25, 0, np.inf, -np.inf, 1e300], dtype=np.longdouble)
    note(f, "/n/long", "float80", np.array([1.5, -2.25, 0, np.inf, -np.inf, 1e300]))
    c = np.array([1 + 2j, -1j, 0], dtype="c16")
    f["complex"] = c
    note(f, "/complex", "complex128", c)
    f["complex8"] = c.astype("c8")
    note(f, "/complex8", "complex64", c)
    f["bool"] = np.array([True, False])
    note(f, "/bool", "bool", np.array([True, False]))
    f["scalar"] = 2.5
    note(f, "/scalar", "float64", 2.5)
    f["empty"] = np.zeros((0, 3))
    note(f, "/empty", "float64", np.zeros((0, 3)))
    f["null"] = h5py.Empty("f8")
    f["fixed"] = np.array([b"ab", b"", b"xyz"], dtype="S3")
    note(f, "/fixed", "string[3]", ["ab", "", "xyz"])
    f.create_dataset("text", data=["größe", "", "a b"], dtype=h5py.string_dtype())
    note(f, "/text", "string", ["größe", "", "a b"])
    f.create_dataset("ascii", data=["one", "two"], dtype=h5py.string_dtype("ascii"))
    note(f, "/ascii", "string", ["one", "two"])
    f.create_dataset("onetext", data="hello", dtype=h5py.string_dtype())
    note(f, "/onetext", "string", "hello")
    f["enum"] = np.array([1, 70000, 3], dtype=h5py.enum_dtype({"RED": 1, "BIG": 70000}, basetype=">i4"))
    note(f, "/enum", "enum int32 big-endian {RED=1, BIG=70000}", ["RED", "BIG", "3"])
    f["opaque"] = np.array([b"\x00\xff\x01"], dtype="V3")
    note(f, "/opaque", "opaque[3]", ["0x00ff01"])
    f["when"] = np.array(["2020-01-01"], dtype="M8[s]").astype(h5py.opaque_dtype("M8[s]"))
    a = np.zeros(4, dtype=[("x", ">f8"), ("n", "i2"), ("in", [("s", "S4"), ("v", "f4", (2, 2))]), ("c", "c16")])
    a["x"], a["n"] = np.arange(4) / 4, [1, -2, 3, -4]
    a["in"]["s"], a["in"]["v"] = b"hi", np.arange(16).reshape(4, 2, 2)
    f["compound"] = a
    for p, x in (("x", a["x"]), ("n", a["n"]), ("in.s", a["in"]["s"]), ("in.v", a["in"]["v"]), ("c", a["c"])):
        note(f, "/compound#" + p, "", x)
    t = np.dtype([("a", "i1"), ("s", h5py.string_dtype()), ("b", "f8"), ("l", h5py.vlen_dtype("i4")), ("e", "u2"), ("m", h5py.string_dtype(), (2,)), ("z", "i8")])
    a = np.zeros(3, dtype=t)
    a["a"], a["b"], a["e"], a["z"] = [1, 2, 3], [0.5, 1.5, 2.5], [7, 8, 9], [10, 20, 30]
    for i in range(3):
        a["s"][i], a["l"][i] = "t%d" % i, np.arange(i, dtype="i4")
        a["m"][i] = ["m%d" % i, "é"]
    for name, k in (("mixed", {}), ("mixedchunks", {"chunks": (2,), "compression": "gzip"})):
        f.create_dataset(name, data=a, **k)
        for p, x in (("a", a["a"]), ("b", a["b"]), ("e", a["e"]), ("z", a["z"]), ("s", ["t0", "t1", "t2"]), ("l", ["[]", "[0]", "[0 1]"]), ("m", [["m0", "é"], ["m1", "é"], ["m2", "é"]])):
            note(f, "/%s#%s" % (name, p), "", x)
    d = f.create_dataset("subarray", (2,), dtype=np.dtype(("i2", (3, 2))))
    d[...] = np.arange(12, dtype="i2").reshape(2, 3, 2)
    note(f, "/subarray", "array[3 2] of int16", np.arange(12).reshape(2, 3, 2))
    d = f.create_dataset("lists", (3,), dtype=h5py.vlen_dtype(np.dtype(">f4")))
    d[0], d[2] = np.arange(3.0), np.arange(5.0)
    d = f.create_dataset("refs", (2,), dtype=h5py.ref_dtype)
    d[0] = f["compound"].ref
    note(f, "/refs", "reference", ["/compound", "null"])
    f.create_dataset("regions", (1,), dtype=h5py.regionref_dtype)[0] = f["scalar"].regionref[()]
    for bits, t in ((8, h5py.h5t.STD_B8LE), (32, h5py.h5t.STD_B32BE), (64, h5py.h5t.STD_B64LE)):
        s = h5py.h5s.create_simple((3,))
        d = h5py.h5d.create(f.id, b"bits%d" % bits, t, s)
        d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([1, 2, 200], dtype=t.dtype), mtype=t)
        note(f, "/bits%d" % bits, "bitfield%d%s" % (bits, " big-endian" if bits == 32 else ""), [1, 2, 200])
    d = h5py.h5d.create(f.id, b"time", h5py.h5t.UNIX_D32LE, h5py.h5s.create_simple((2,)))
    odd = h5py.h5t.STD_I32LE.copy()
    odd.set_precision(12)
    odd.set_offset(4)
    d = h5py.h5d.create(f.id, b"odd", odd, h5py.h5s.create_simple((3,)))
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([-5, 7, 2047], dtype="i4"), mtype=h5py.h5t.NATIVE_INT32)
    note(f, "/odd", "int12", [-5, 7, 2047])
    f["named"] = np.dtype("f4")
    f["scalar"].attrs["units"] = "mol/m3"
    f["scalar"].attrs["big"] = np.arange(8)
    f.attrs["title"] = "all types"
    f.attrs["table"] = np.zeros(2, dtype=[("a", "i4"), ("b", "f4")])

with h5py.File(os.path.join(out, "layout.h5"), "w", libver="latest") as f:
    a = np.arange(7 * 11 * 5, dtype="i4").reshape(7, 11, 5)
    for name, k in {
        "contiguous": {}, "chunked": {"chunks": (3, 4, 2)}, "gzip": {"chunks": (3, 4, 5), "compression": "gzip"},
        "all": {"chunks": (2, 11, 3), "compression": "gzip", "shuffle": True, "fletcher32": True},
        "fletcher": {"chunks": (7, 11, 5), "fletcher32": True}, "growing": {"maxshape": (None, 11, None), "chunks": (2, 4, 4)},
        "grow1": {"maxshape": (None, 11, 5), "chunks": (2, 4, 4)},
    }.items():
        f.create_dataset(name, data=a, **k)
        note(f, "/" + name, "int32", a)
    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    p.set_layout(h5py.h5d.COMPACT)
    d = h5py.h5d.create(f.id, b"compact", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((4,)), p)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype="i4"))
    note(f, "/compact", "int32", np.arange(4))
    d = f.create_dataset("holes", (10, 10), chunks=(4, 4), dtype="f8", fillvalue=-7.5)
    d[5, 5] = 1.0
    note(f, "/holes", "float64", d[()])
    f.create_dataset("unwritten", (5,), dtype="f4", fillvalue=3.0)
    note(f, "/unwritten", "float32", np.full(5, 3.0))
    f["one"] = np.arange(3.0)
    f["again"] = f["one"]
    note(f, "/again", "float64", np.arange(3.0))
    for x in ("lzf", "szip"):
        try:
            f.create_dataset("plugin_" + x, data=a, compression=x, chunks=(7, 11, 5))
        except ValueError:
            pass
    f.create_dataset("scaled", data=a, scaleoffset=0, chunks=(7, 11, 5))
    f["soft"] = h5py.SoftLink("/one")
    f["lost"] = h5py.SoftLink("/nowhere")
    f["outside"] = h5py.ExternalLink("/etc/passwd", "/x")
    f.create_group("loop")["up"] = f["/"]
    f.create_dataset("passwd", (200,), dtype="i1", external=[("/etc/passwd", 0, 200)])
    l = h5py.VirtualLayout(shape=(10,), dtype="f8")
    l[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(10,))
    f.create_virtual_dataset("virtual", l)
    g = f
    for i in range(300):
        g = g.create_group("d")
    f.create_dataset("huge", (2**50,), dtype="f8", chunks=(1024,))
    f.create_dataset("product", (2**31, 2**31, 2**31), dtype="f8", chunks=(1, 1, 1024))
    f.create_dataset("large", (3 * 10**8,), dtype="f8", chunks=(10**6,))
    f.create_dataset("bigchunk", (2**28,), dtype="f8", chunks=(2**27,))
    d = f.create_dataset("bomb", (2**20,), dtype="u1", chunks=(2**18,), compression="gzip")
    d[:] = 0
    a = f.create_group("attrs")
    for i in range(300):
        a.attrs["a%03d" % i] = i
    f.create_group("bigattr").attrs.create("x", np.zeros(3 * 10**5))

# Small, so that damage meets what describes the data: old and new formats.
for name, k in (("small.h5", {}), ("new.h5", {"libver": "latest"})):
    with h5py.File(os.path.join(out, name), "w", **k) as f:
        g = f.create_group("g")
        g.attrs["x"] = "text"
        g.create_dataset("text", data=["one", "two", "three"], dtype=h5py.string_dtype())
        d = g.create_dataset("lists", (2,), dtype=h5py.vlen_dtype(np.dtype("f8")))
        d[0] = np.arange(3.0)
        c = np.zeros(3, dtype=[("a", "f8"), ("s", h5py.string_dtype()), ("e", h5py.enum_dtype({"A": 1}, "i4"))])
        c["s"] = "text"
        g.create_dataset("c", data=c)
        f.create_dataset("z", data=np.arange(60.0).reshape(6, 10), chunks=(2, 5), compression="gzip", shuffle=True, fletcher32=True)
        f.create_dataset("grow", data=np.arange(6), maxshape=(None,), chunks=(4,))
        f["ref"] = g.ref

# A chunk that inflates to far more than it may hold.
with h5py.File(os.path.join(out, "bomb.h5"), "w") as f:
    import zlib
    d = f.create_dataset("x", (1024,), dtype="u1", chunks=(1024,), compression="gzip")
    d[:] = 0
    d.id.write_direct_chunk((0,), zlib.compress(bytes(1 << 20)))

with h5py.File(os.path.join(out, "userblock.h5"), "w", userblock_size=512) as f:  # as MATLAB's v7.3
    f.create_dataset("text", data=["one", "two"], dtype=h5py.string_dtype())
    note(f, "/text", "string", ["one", "two"])
    f["x"] = np.arange(5.0)
    note(f, "/x", "float64", np.arange(5.0))
    d = f.create_dataset("char", data=np.frombuffer("hello".encode("utf-16le"), dtype="u2").reshape(5, 1))
    d.attrs["MATLAB_class"] = np.bytes_("char")
    note(f, "/char", "uint16", d[()])
with open(os.path.join(out, "userblock.h5"), "r+b") as f:
    f.write(b"MATLAB 7.3 MAT-file")

try:
    import netCDF4
    n = netCDF4.Dataset(os.path.join(out, "netcdf.nc"), "w")
    n.createDimension("time", None)
    n.createDimension("x", 4)
    n.createVariable("x", "f4", ("x",))[:] = np.arange(4)
    v = n.createVariable("u", "f8", ("time", "x"), zlib=True)
    v.units = "m/s"
    v[:] = np.arange(12).reshape(3, 4)
    n.createVariable("name", str, ("x",))[:] = np.array(["a", "b", "c", "d"], dtype=object)
    n.close()
    want["netcdf.nc"] = {"/u": ["float64", [3, 4], [plain(float(x)) for x in range(12)]], "/name": ["string", [4], ["a", "b", "c", "d"]]}
except ImportError:
    pass
try:
    import pandas
    import tables
    s = pandas.HDFStore(os.path.join(out, "pandas.h5"))
    s.put("df", pandas.DataFrame({"a": np.arange(5), "b": np.arange(5) / 2, "c": list("vwxyz")}), format="table")
    s.put("fixed", pandas.DataFrame({"a": np.arange(5)}))
    s.close()
    want["pandas.h5"] = {"/df/table#index": ["", [5], [str(i) for i in range(5)]]}
except ImportError:
    pass
json.dump(want, open(os.path.join(out, "want.json"), "w"))
