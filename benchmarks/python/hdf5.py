"""What the same work costs with h5py: answers lines "WORK N" with nanoseconds, as c/hdf5.c does."""
import os
import random
import sys
import time

import h5py
import numpy as np

ROW, STORED, LARGE, DEFLATED = 128, 5000, 8 << 20, 2 << 20
os.chdir(sys.argv[1])
row = np.arange(ROW) * 0.1
large = np.sin(np.arange(LARGE) * 1e-3)
texts = {"key": np.void(b"k" * 40), "call": np.bytes_(b"c" * 100), "prov": np.bytes_(b"p" * 130), "go_type": np.bytes_(b"[]float64")}


def new(path):
    return h5py.File(path, "w", libver=("v108", "latest"))


def name(n):
    return "%032x" % (n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)


def put_entry(group, n):
    d = group.create_dataset(name(n), data=row)
    for k, v in texts.items():
        d.attrs[k] = v
    d.attrs["sum"] = np.uint64(n)


class Works:
    def __init__(self):
        self.made, self.group = 0, None
        with new("pyget.h5") as f:
            g = f.create_group("entries")
            for n in range(STORED):
                put_entry(g, n)
        self.small = h5py.File("pyget.h5", "r")["entries"]
        self.files = {}
        self.aside = 0  # what took time, but belongs to no work

    def put(self, n):
        for _ in range(n):
            if self.group is None:
                self.group = new("pyput.h5").create_group("entries")
            put_entry(self.group, self.made)
            self.made += 1

    def get(self, n):
        for _ in range(n):
            d = self.small[name(random.randrange(STORED))]
            d[:], [d.attrs[k] for k in ("key", "call", "prov", "go_type", "sum")]

    def getdata(self, n):
        for _ in range(n):
            self.small[name(random.randrange(STORED))][:]

    def write64(self, n, path="pywrite.h5", data=large, **how):
        for _ in range(n):
            began = time.perf_counter_ns()  # as create_anew in c/hdf5.c
            if os.path.exists(path):
                os.remove(path)
            os.sync()
            time.sleep(0.02)
            f = new(path)
            self.aside += time.perf_counter_ns() - began
            with f:
                f.create_dataset("u", data=data, **how)

    def sync64(self, n):
        for _ in range(n):
            self.write64(1)
            with open("pywrite.h5", "rb+") as f:
                os.fsync(f.fileno())

    def opened(self, path, *what, **how):
        if path not in self.files:
            self.write64(1, path, *what, **how)
            self.files[path] = h5py.File(path, "r")
        return self.files[path]["u"]

    def read64(self, n):
        for _ in range(n):
            self.opened("pyread.h5")[:]

    def into64(self, n):
        to = np.empty(LARGE)
        for _ in range(n):
            self.opened("pyread.h5").read_direct(to)

    def gzip(self, n, path="pygzip.h5"):
        self.write64(n, path, large[:DEFLATED], chunks=(1 << 17,), shuffle=True, compression=1)

    def gunzip(self, n):
        for _ in range(n):
            self.opened("pygunzip.h5", large[:DEFLATED], chunks=(1 << 17,), shuffle=True, compression=1)[:]

    def slice(self, n):
        if "slice" not in self.files:
            self.files["slice"] = new("pyslice.h5")
            p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            p.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
            p.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            h5py.h5d.create(self.files["slice"].id, b"u", h5py.h5t.NATIVE_DOUBLE, h5py.h5s.create_simple((1 << 27,)), p)
        for _ in range(n):
            at = random.randrange((1 << 27) - ROW)
            self.files["slice"]["u"][at:at + ROW]


works = Works()
for line in sys.stdin:
    word, n = line.split()
    works.aside, start = 0, time.perf_counter_ns()
    getattr(works, word)(int(n))
    print(time.perf_counter_ns() - start - works.aside, flush=True)
