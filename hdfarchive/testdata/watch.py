"""Reads an archive over and over while others write to it, until its input ends.

Each time it gets a whole snapshot or is told that the file is locked."""
import select
import sys

import h5py
import numpy as np

path = sys.argv[1]
reads = locked = most = 0
sys.stdout.write("watching\n")
sys.stdout.flush()
while not select.select([sys.stdin], [], [], 0)[0]:
    try:
        f = h5py.File(path, "r")
    except OSError as e:
        assert "lock" in str(e), e
        locked += 1
        continue
    with f:
        n = 0
        if "f" in f:
            entries, index = f["f/entries"], f["f/index"][:]
            n = len(entries)
            assert len(index) == n, (len(index), n)
            for name in entries:
                u = entries[name][:]
                assert (u == u[0] + np.arange(len(u))).all(), name
            assert n >= most, (n, most)
        if "row" in f:
            def rows(name, x):
                if isinstance(x, h5py.Dataset):
                    x[()]
            f["row"].visititems(rows)
        most = max(n, most)
    reads += 1
print(f"read {reads} locked {locked} entries {most}")
