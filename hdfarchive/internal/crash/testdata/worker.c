/*
 * The program that the crash suite kills: it writes to one HDF5 file through the journal, following a
 * script that depends on the number of each step alone, so that the state after any step is known.
 * The tests compile it together with the journal.
 *
 *   worker write PATH SYNC GROUP CHECKPOINT STEPS   prints "ready", then the last step of each commit
 *   worker verify                                   reads "PATH GROUP" lines, prints "ok STEP" or why not
 *   worker plain PATH                               the same for one file with HDF5's own driver
 *   worker hold PATH                                opens it with HDF5's own driver until its input ends
 *   worker meddle PATH HOW                          changes it with HDF5's own driver
 */
#include "journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 20000, SMALL = 128, BULK = 131072 + 17, HUGE_ARRAY = 2 * 1024 * 1024 + 5, COLUMNS = 8 };

typedef struct {
    int size, seed; /* elements, 0: no such entry */
} entry;

static void name_of(int key, char name[32])
{
    snprintf(name, 32, "/e/%02x/k%06d", (unsigned)key * 2654435761u >> 29, key);
}

static void say(const char *format, ...)
{
    char    line[2000];
    va_list arguments;
    int     n;

    va_start(arguments, format);
    n = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (n > (int)sizeof line - 2) n = sizeof line - 2;
    line[n++] = '\n';
    if (write(1, line, (size_t)n) != n) _exit(4);
}

static void fill(double *data, int size, int seed)
{
    for (int i = 0; i < size; i++) data[i] = seed * 1000003.0 + i;
}

/* ---- the script ---- */

/* What step i does to the entries: *key changes to *e, in its old place where keep is set. */
static void step(const entry *state, int i, int *key, entry *e, int *keep)
{
    int size = SMALL;

    *key = i, *keep = 0;
    if (i % 500 == 499) size = HUGE_ARRAY;
    else if (i % 50 == 9) size = BULK;
    *e = (entry){size, i};
    if (i % 10 == 8 && i > 30 && state[i - 20].size) {
        *key = i - 20;
        *e = (entry){0, 0};
    } else if (i % 10 == 7 && i > 20 && state[i - 11].size) {
        *key = i - 11;
        *e = (entry){64 + i % 300, i};
    } else if (i % 50 == 6 && i > 50 && state[i - 47].size) { /* bulk, in place */
        *key = i - 47, *keep = 1;
        *e = (entry){state[*key].size, i};
    } else if (i % 10 == 5 && i > 20 && state[i - 14].size) {
        *key = i - 14, *keep = 1;
        *e = (entry){state[*key].size, i};
    }
}

static int put(hid_t f, int key, entry e)
{
    char    name[32];
    hsize_t n = (hsize_t)e.size;
    double *data = malloc((size_t)e.size * sizeof *data);
    hid_t   space = H5Screate_simple(1, &n, NULL), links = H5Pcreate(H5P_LINK_CREATE), d;
    int     failed;

    name_of(key, name);
    fill(data, e.size, e.seed);
    H5Pset_create_intermediate_group(links, 1);
    d = H5Dcreate2(f, name, H5T_NATIVE_DOUBLE, space, links, H5P_DEFAULT, H5P_DEFAULT);
    failed = d < 0 || H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0;
    if (d >= 0) H5Dclose(d);
    H5Pclose(links);
    H5Sclose(space);
    free(data);
    return failed;
}

static int overwrite(hid_t f, int key, entry e)
{
    char    name[32];
    double *data = malloc((size_t)e.size * sizeof *data);
    hid_t   d;
    int     failed;

    name_of(key, name);
    fill(data, e.size, e.seed);
    d = H5Dopen2(f, name, H5P_DEFAULT);
    failed = d < 0 || H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0;
    if (d >= 0) H5Dclose(d);
    free(data);
    return failed;
}

/* Row i of the packed table. */
static int append_row(hid_t f, int i)
{
    hsize_t dims[2] = {(hsize_t)i + 1, COLUMNS}, start[2] = {(hsize_t)i, 0}, count[2] = {1, COLUMNS};
    double  row[COLUMNS];
    hid_t   d = H5Dopen2(f, "/rows", H5P_DEFAULT), all, one;
    int     failed;

    fill(row, COLUMNS, i);
    if (d < 0 || H5Dset_extent(d, dims) < 0) return 1;
    all = H5Dget_space(d);
    one = H5Screate_simple(2, count, NULL);
    H5Sselect_hyperslab(all, H5S_SELECT_SET, start, NULL, count, NULL);
    failed = H5Dwrite(d, H5T_NATIVE_DOUBLE, one, all, H5P_DEFAULT, row) < 0;
    H5Sclose(all);
    H5Sclose(one);
    H5Dclose(d);
    return failed;
}

static int set_step(hid_t f, int i)
{
    hid_t a = H5Aopen(f, "step", H5P_DEFAULT);
    int   failed = a < 0 || H5Awrite(a, H5T_NATIVE_INT, &i) < 0;

    if (a >= 0) H5Aclose(a);
    return failed;
}

static int make(hid_t f)
{
    hsize_t dims[2] = {0, COLUMNS}, most[2] = {H5S_UNLIMITED, COLUMNS}, chunk[2] = {64, COLUMNS};
    hid_t   scalar = H5Screate(H5S_SCALAR), space = H5Screate_simple(2, dims, most), p = H5Pcreate(H5P_DATASET_CREATE);
    int     none = -1;
    hid_t   a = H5Acreate2(f, "step", H5T_NATIVE_INT, scalar, H5P_DEFAULT, H5P_DEFAULT), d, g;

    H5Pset_chunk(p, 2, chunk);
    d = H5Dcreate2(f, "/rows", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, p, H5P_DEFAULT);
    g = H5Gcreate2(f, "/e", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (a < 0 || d < 0 || g < 0 || H5Awrite(a, H5T_NATIVE_INT, &none) < 0) return 1;
    H5Aclose(a);
    H5Dclose(d);
    H5Gclose(g);
    H5Pclose(p);
    H5Sclose(space);
    H5Sclose(scalar);
    return 0;
}

static hid_t open_file(const char *path, int create, unsigned flags, const journal_options *o)
{
    hid_t fapl = H5Pcreate(H5P_FILE_ACCESS), f;

    H5Pset_libver_bounds(fapl, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
    H5Pset_alignment(fapl, 65536, 4096);
    if (o) journal_install(fapl, o, NULL);
    f = create ? H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, fapl) : H5Fopen(path, flags, fapl);
    H5Pclose(fapl);
    return f;
}

static int get_step(hid_t f)
{
    hid_t a = H5Aopen(f, "step", H5P_DEFAULT);
    int   i = -2;

    if (a < 0) return -2;
    if (H5Aread(a, H5T_NATIVE_INT, &i) < 0) i = -2;
    H5Aclose(a);
    return i;
}

static entry *replay(int last)
{
    entry *state = calloc(MOST + 1, sizeof *state), e;
    int    key, keep;

    for (int i = 0; i <= last; i++) {
        step(state, i, &key, &e, &keep);
        state[key] = e;
    }
    return state;
}

static int failure(const char *what)
{
    journal_fault fault = {0};

    journal_take_fault(&fault);
    say("%s: %d %s", what, fault.code, fault.text);
    return 1;
}

static int run(const char *path, int sync, int group, long checkpoint, int steps)
{
    journal_options o = {.sync = sync, .checkpoint_bytes = (uint64_t)checkpoint, .lock_ms = 200};
    journal_fault   fault = {0};
    int             fresh = access(path, F_OK) != 0, first, key, keep;
    hid_t           f = open_file(path, fresh, H5F_ACC_RDWR, &o);
    journal        *j;
    entry          *state, e;

    if (f < 0) return failure("open");
    if (!(j = journal_arm(f, &fault))) return say("arm: %d %s", fault.code, fault.text), 1;
    if (fresh && (make(f) || journal_commit(j, &fault))) return say("make: %d %s", fault.code, fault.text), 1;
    first = get_step(f) + 1;
    state = replay(first - 1);
    say("ready");
    for (int i = first; i < steps; i++) {
        char name[32];
        step(state, i, &key, &e, &keep);
        name_of(key, name);
        if (!keep && state[key].size && H5Ldelete(f, name, H5P_DEFAULT) < 0) return failure("delete");
        if (e.size && (keep ? overwrite(f, key, e) : put(f, key, e))) return failure("put");
        if (append_row(f, i) || set_step(f, i)) return failure("row");
        state[key] = e;
        if ((i + 1) % group == 0) {
            if (journal_commit(j, &fault)) return say("commit: %d %s", fault.code, fault.text), H5Fclose(f), 1;
            say("%d", i);
        }
    }
    if (H5Fclose(f) < 0) return failure("close");
    free(state);
    say("closed");
    return 0;
}

/* ---- verification ---- */

static herr_t count_one(hid_t g, const char *name, const H5O_info_t *info, void *n)
{
    (void)g, (void)name;
    if (info->type == H5O_TYPE_DATASET) ++*(int *)n;
    return 0;
}

static int check_array(hid_t d, int size, int columns, int seed)
{
    hid_t   space = H5Dget_space(d);
    int     n = (int)H5Sget_simple_extent_npoints(space), bad = n != size * columns;
    double *data = malloc((size_t)(bad ? 1 : n) * sizeof *data), want;

    H5Sclose(space);
    if (!bad && n) {
        memset(data, 1, (size_t)n * sizeof *data);
        bad = H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0;
    }
    for (int i = 0; !bad && i < n; i++) {
        want = (columns > 1 ? i / columns : seed) * 1000003.0 + i % (columns > 1 ? columns : n);
        bad = data[i] != want;
    }
    free(data);
    return bad;
}

/* Holds a file against the state after its own step; group: that step ended a commit. */
static int check(hid_t f, int group)
{
    int    last = get_step(f), want = 1, have = 0, bad = 0;
    entry *state;
    char   name[32];
    hid_t  d;

    if (last == -2 && H5Aexists(f, "step") == 0) return say("ok -2"), 0; /* committed before it was filled */
    if (last < -1 || last >= MOST) return say("bad: step %d", last), 1;
    if (group > 0 && (last + 1) % group) return say("bad: step %d is inside a commit", last), 1;
    state = replay(last);
    for (int key = 0; !bad && key <= last; key++) {
        if (!state[key].size) continue;
        want++;
        name_of(key, name);
        d = H5Dopen2(f, name, H5P_DEFAULT);
        if (d < 0) say("bad: %s is missing at step %d", name, last), bad = 1;
        else if (check_array(d, state[key].size, 1, state[key].seed)) say("bad: %s is wrong at step %d", name, last), bad = 1;
        if (d >= 0) H5Dclose(d);
    }
    if (!bad) {
        d = H5Dopen2(f, "/rows", H5P_DEFAULT);
        if (d < 0 || check_array(d, last + 1, COLUMNS, 0)) say("bad: rows at step %d", last), bad = 1;
        if (d >= 0) H5Dclose(d);
    }
    if (!bad && (H5Ovisit1(f, H5_INDEX_NAME, H5_ITER_NATIVE, count_one, &have) < 0 || have != want))
        say("bad: %d datasets for %d at step %d", have, want, last), bad = 1;
    free(state);
    if (!bad) say("ok %d", last);
    return bad;
}

static void verify(const char *path, int group, const journal_options *o)
{
    hid_t f = open_file(path, 0, H5F_ACC_RDONLY, o);

    if (f < 0) {
        failure("bad: open");
        return;
    }
    check(f, group);
    H5Fclose(f);
}

/* What another program might do to a file whose writer has died. */
static int meddle(const char *path, const char *how)
{
    hid_t f = open_file(path, 0, H5F_ACC_RDWR, NULL), scalar = H5Screate(H5S_SCALAR), a = -1;
    int   i = 12345, failed = f < 0;

    if (!failed && !strcmp(how, "grow")) {
        failed = put(f, MOST - 1, (entry){BULK, 1});
    } else if (!failed && !strcmp(how, "attribute")) {
        a = H5Acreate2(f, "theirs", H5T_NATIVE_INT, scalar, H5P_DEFAULT, H5P_DEFAULT);
        failed = a < 0 || H5Awrite(a, H5T_NATIVE_INT, &i) < 0;
        if (a >= 0) H5Aclose(a);
    } else if (!failed && !strcmp(how, "value")) {
        failed = set_step(f, i);
    }
    H5Sclose(scalar);
    if (f >= 0) failed |= H5Fclose(f) < 0;
    say(failed ? "failed" : "done");
    return failed;
}

static int hold(const char *path)
{
    hid_t f = open_file(path, 0, H5F_ACC_RDONLY, NULL);

    if (f < 0) return say("failed"), 1;
    say("holding");
    while (getchar() != EOF) {}
    return check(f, 0) || H5Fclose(f) < 0;
}

int main(int argc, char **argv)
{
    journal_options o = {.lock_ms = 200};
    char            path[1000];
    int             group;

    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (argc == 7 && !strcmp(argv[1], "write"))
        return run(argv[2], atoi(argv[3]), atoi(argv[4]), atol(argv[5]), atoi(argv[6]));
    if (argc == 3 && !strcmp(argv[1], "plain")) return verify(argv[2], 0, NULL), 0;
    if (argc == 3 && !strcmp(argv[1], "hold")) return hold(argv[2]);
    if (argc == 4 && !strcmp(argv[1], "meddle")) return meddle(argv[2], argv[3]);
    if (argc == 2 && !strcmp(argv[1], "verify")) {
        while (scanf("%999s %d", path, &group) == 2) verify(path, group, &o);
        return 0;
    }
    return 2;
}
