"""Makes hostile copies of an archive: each has its first entry replaced."""
import os
import shutil
import sys

import h5py
import numpy as np

path, out = sys.argv[1:]


def copy(name):
    to = os.path.join(out, name + ".h5")
    shutil.copy(path, to)
    f = h5py.File(to, "r+", libver=("v108", "latest"))
    g = f["f/entries"]
    id = sorted(g)[0]
    attrs = [(k, a) for k, a in ((k, h5py.h5a.open(g[id].id, k.encode())) for k in g[id].attrs)]
    keep = {}
    for k, a in attrs:
        buf = np.empty((), dtype=a.dtype)
        a.read(buf)
        keep[k] = (a.get_type(), buf)
    del g[id]
    return f, g, id, keep


def give(obj, keep):
    for k, (t, buf) in keep.items():
        s = h5py.h5s.create(h5py.h5s.SCALAR)
        h5py.h5a.create(obj.id, k.encode(), t, s).write(buf, mtype=t)


def case(f):
    file, g, id, keep = copy(f.__name__)
    obj = f(g, id)
    if obj is not None:
        give(obj, keep)
    file.close()
    return f


def dataset(g, id, dtype, dims, **k):
    return g.create_dataset(id, shape=dims, dtype=dtype, **k)


@case
def huge(g, id):
    return dataset(g, id, "f8", (2**50,), chunks=(1024,))


@case
def huge_product(g, id):
    return dataset(g, id, "f8", (2**31, 2**31, 2**31), chunks=(1, 1, 1024))


@case
def bomb(g, id):
    d = dataset(g, id, "u1", (2**25,), chunks=(2**23,), compression="gzip")
    d[:] = 0
    return d


@case
def unwritten(g, id):
    return dataset(g, id, "f8", (10**8,))


@case
def filled(g, id):
    return dataset(g, id, "f8", (10**9,), chunks=(10**6,), fillvalue=7.0)


@case
def external_data(g, id):
    return g.create_dataset(id, shape=(200,), dtype="i1", external=[("/etc/passwd", 0, 200)])


@case
def virtual(g, id):
    layout = h5py.VirtualLayout(shape=(10,), dtype="f8")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(10,))
    return g.create_virtual_dataset(id, layout)


@case
def soft_link(g, id):
    g[id] = h5py.SoftLink("/f")


@case
def soft_loop(g, id):
    g[id] = h5py.SoftLink("/f/entries/" + id)


@case
def external_link(g, id):
    g[id] = h5py.ExternalLink("/etc/passwd", "/x")


@case
def named_type(g, id):
    g[id] = np.dtype("f8")
    return g[id]


def tree(o, text):
    o.attrs.create("tree", np.bytes_(text))


@case
def loop(g, id):
    o = g.create_group(id)
    tree(o, '{"kind":"list","n":2}')
    o["0"] = o
    o["1"] = o
    return o


@case
def loop_to_root(g, id):
    o = g.create_group(id)
    tree(o, '{"kind":"map"}')
    o["up"] = g.file["/"]
    return o


@case
def many_names(g, id):
    o = g.create_group(id)
    tree(o, '{"kind":"list","n":5000}')
    o["0000"] = np.zeros(100000)
    for i in range(1, 5000):
        o["%04d" % i] = o["0000"]
    return o


@case
def deep(g, id):
    o = top = g.create_group(id)
    for _ in range(500):
        tree(o, '{"kind":"list","n":1}')
        o = o.create_group("0")
    o.attrs["tree"] = np.bytes_('{"kind":"list"}')
    return top


@case
def long_list(g, id):
    o = g.create_group(id)
    tree(o, '{"kind":"list","n":1000000000000}')
    return o


@case
def huge_attribute(g, id):
    d = g.create_dataset(id, data=1.0)
    d.attrs.create("x", np.zeros(3 * 10**6))
    return d


@case
def many_attributes(g, id):
    d = g.create_dataset(id, data=1.0)
    for i in range(3000):
        d.attrs["a%d" % i] = i
    return d


@case
def reference(g, id):
    d = g.create_dataset(id, (3,), dtype=h5py.ref_dtype)
    return d


@case
def ragged(g, id):
    d = g.create_dataset(id, (3,), dtype=h5py.vlen_dtype(np.dtype("f8")))
    d[0] = np.arange(5.0)
    return d


@case
def odd_types(g, id):
    return g.create_dataset(id, (4,), dtype=[("a", "f2"), ("b", "S7"), ("c", h5py.vlen_dtype(np.dtype("i4")))])


@case
def wide_enum(g, id):
    return g.create_dataset(id, data=np.zeros(4, dtype="i4"), dtype=h5py.enum_dtype({"a": 1, "b": 70000}, basetype="i4"))


@case
def odd_bool(g, id):
    return g.create_dataset(id, data=np.full(20, 77, dtype="i1"), dtype=h5py.enum_dtype({"FALSE": 0, "TRUE": 1}, basetype="i1"))


@case
def not_a_tree(g, id):
    d = g.create_dataset(id, data=np.zeros(4, dtype=[("a", "f8")]))
    tree(d, '{"kind":"table","members":[{},{},{}]}')
    return d


@case
def nested_array_type(g, id):
    d = g.create_dataset(id, (2,), dtype=np.dtype([("a", "f8", (3, 2))]))
    tree(d, '{"kind":"table"}')
    return d


print(len(os.listdir(out)))
