"""Measures Python's caches on the calls that package workload makes in Go.

Prints a JSON object a line:

    {"library", "version", "workload", "seconds", "rounds"}  a call took so long, the fastest of many rounds
    {"library", "version", "workload", "cannot"}             it can't do that, or does it wrong, and why
    {"library", "absent"}                                    it can't be imported, and why

Each library is used as its documentation does it, at its defaults. "rounds" says
whether it rounds floats, which only klepto does: the others have less to do.
Hits are checked not to compute, and results to be those of their own arguments.

Workloads:

    memory        hit in memory: 8 floats, 2 ints and a string give a float
    memory array  hit in memory: an array of 1e6 floats gives a float
    disk          hit that is read from disk: as memory, but nothing stays in memory
    disk array    hit that is read from disk: 8 floats, 2 ints and a string give 131072 floats
    store         a new result for disk, that takes no time to compute: a float
    store array   the same: 131072 floats

cmd/peers puts ours beside them.
"""

import functools
import importlib
import itertools
import json
import os
import sys
import tempfile
import time

ROUND, LIMIT = 0.002, 1.5  # seconds of a round, and of all rounds of a workload
CALLS, LARGE, RESULT = 256, 1_000_000, 131_072


def simulations():
    """The calls of workload.Simulations."""
    for i in range(CALLS):
        x = 1 / (i + 0.7)
        yield (x, 2 * x, -x, 3 + x, x * x, 1 - x, 1e3 * x, x / 7, i % 100, i, "simulation-x")


class Function:
    """A function to memoize, that counts how often it is computed."""

    def __init__(self, compute):
        self.computed = 0
        self.compute = compute

    def scalars(self):
        def simulate(a, b, c, d, e, f, g, h, n, m, s):
            self.computed += 1
            return self.compute(a, m)

        return simulate

    def array(self):
        def simulate(grid):
            self.computed += 1
            return float(grid[len(grid) // 2])

        return simulate


class Wrong(Exception):
    """A library gave a result that is not that of the arguments, or computed twice."""


def fastest(batch, size):
    """The seconds of a call in the fastest round; batch(n) makes n calls."""
    n, best, end = 1, float("inf"), time.perf_counter() + LIMIT
    for i in itertools.count():
        start = time.perf_counter()
        batch(n)
        taken = time.perf_counter() - start
        best = min(best, taken / n)
        n = max(1, min(4 * n, size, int(ROUND / best)))
        if i > 10 and time.perf_counter() > end:
            return best


def hits(function, call, calls, right):
    """Times calls whose results are there."""
    for c in calls:
        call(*c)
    for c in calls:
        if not right(call(*c), c):
            raise Wrong("a call got the result of another one")
    before = function.computed
    turn = itertools.cycle(calls)

    def batch(n):
        for c in itertools.islice(turn, n):
            call(*c)

    seconds = fastest(batch, 1 << 30)
    if function.computed != before:
        raise Wrong("a hit computed again")
    return seconds


def stores(call):
    """Times calls that are made for the first time."""
    new = (s[:9] + (i, s[10]) for i, s in enumerate(itertools.cycle(list(simulations()))))

    def batch(n):
        for c in itertools.islice(new, n):
            call(*c)

    return fastest(batch, 64)


def same(result, call):
    return result == call[0]


def small():
    return Function(lambda a, m: a), same


def large():
    import numpy

    grid = numpy.arange(RESULT, dtype=float)
    return Function(lambda a, m: grid + m), lambda result, call: result[0] == call[9] and len(result) == RESULT


def measure(workload, memoize):
    """Runs a workload on what memoize makes of a function."""
    kind, _, array = workload.partition(" ")
    if kind == "memory":
        if array:
            import numpy

            function = Function(None)
            grid = 100 / (numpy.arange(LARGE) + 0.7)
            other = grid.copy()
            other[LARGE // 2] += 1
            calls = [(grid,), (other,)]
            return hits(function, memoize(function.array()), calls, lambda result, call: result == call[0][LARGE // 2])
        function, right = small()
        return hits(function, memoize(function.scalars()), list(simulations()), right)
    function, right = large() if array else small()
    call = memoize(function.scalars())
    if kind == "store":
        return stores(call)
    return hits(function, call, list(simulations())[:16], right)


# Each library: how it memoizes in memory and on disk, in a new folder; None where it
# has no such thing.


def use_functools():
    return functools.lru_cache(maxsize=1024), None


def use_klepto():
    import klepto
    from klepto.archives import dir_archive
    from klepto.keymaps import hashmap

    # Its default keymap takes no arrays. The one that takes them hashes what they print.
    return (
        lambda f: klepto.lru_cache(maxsize=1024, tol=6, keymap=hashmap(algorithm="md5"))(f),
        lambda f, folder: klepto.no_cache(cache=dir_archive(folder), tol=6)(f),
    )


def use_cacheout():
    import cacheout

    return lambda f: cacheout.LRUCache(maxsize=1024).memoize()(f), None


def use_cachier():
    import cachier

    return (
        lambda f: cachier.cachier(backend="memory")(f),
        lambda f, folder: cachier.cachier(backend="pickle", cache_dir=folder, pickle_reload=True)(f),
    )


def use_joblib():
    import joblib

    return None, lambda f, folder: joblib.Memory(folder, verbose=0).cache(f)


def use_diskcache():
    import diskcache

    return None, lambda f, folder: diskcache.Cache(folder).memoize()(f)


LIBRARIES = {
    "functools": use_functools,
    "klepto": use_klepto,
    "cacheout": use_cacheout,
    "cachier": use_cachier,
    "joblib": use_joblib,
    "diskcache": use_diskcache,
}


def report(**line):
    print(json.dumps(line), flush=True)


def version(library):
    if library == "functools":
        return "Python " + sys.version.split()[0]
    return getattr(importlib.import_module(library), "__version__", "unknown")


def main():
    for library, use in LIBRARIES.items():
        try:
            memory, disk = use()
        except ImportError as e:
            report(library=library, absent=str(e))
            continue
        what = {"library": library, "version": version(library)}
        for workload in ["memory", "memory array", "disk", "disk array", "store", "store array"]:
            memoize = memory if workload.startswith("memory") else disk
            if memoize is None:
                continue
            with tempfile.TemporaryDirectory() as folder:
                if memoize is disk:
                    memoize = functools.partial(lambda f, at: disk(f, at), at=os.path.join(folder, "results"))
                try:
                    seconds = measure(workload, memoize)
                except Exception as e:  # what a library can't do is a result too
                    report(**what, workload=workload, cannot=f"{type(e).__name__}: {e}".splitlines()[0][:120])
                else:
                    report(**what, workload=workload, seconds=seconds, rounds=library == "klepto")


if __name__ == "__main__":
    main()
