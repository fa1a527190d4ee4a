/* What the same work costs on libhdf5 alone, without a journal, a checksum or an index.
 *
 * It reads lines "WORK N" and answers each with the nanoseconds that N operations took, so
 * that command hdf5 can take turns with it. The files lie in the folder it is given.
 *
 *   cc -O2 -o hdf5c hdf5.c $(pkg-config --cflags --libs hdf5) -lm
 */
#include <fcntl.h>
#include <hdf5.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROW = 128, STORED = 5000, LARGE = 8 << 20, DEFLATED = 2 << 20 };
/* numbers in an entry, entries to read, numbers in 64 MiB and in 16 MiB */

static void must(int64_t ok, const char *what)
{
    if (ok >= 0) return;
    fprintf(stderr, "hdf5.c: %s failed\n", what);
    exit(1);
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static hid_t    fapl, scalar, row_space, compact, small; /* small: the group of entries to read */
static double   row[ROW], *large;
static char     id[40];
static uint64_t made, drawn = 12345;

/* An entry's texts, as long as those of a function with two arguments. */
static char key[40], call[100], prov[130];

static const char *name_of(uint64_t n)
{
    snprintf(id, sizeof id, "%016" PRIx64 "%016" PRIx64, n * 0x9e3779b97f4a7c15u, n * 0xc2b2ae3d27d4eb4fu);
    return id;
}

static hid_t create(const char *path)
{
    hid_t f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, fapl);
    must(f, "H5Fcreate");
    return f;
}

static void attribute(hid_t set, const char *name, hid_t type, const void *data)
{
    hid_t a = H5Acreate2(set, name, type, scalar, H5P_DEFAULT, H5P_DEFAULT);
    must(H5Awrite(a, type, data), "H5Awrite");
    H5Aclose(a);
}

static hid_t text_type(size_t n)
{
    hid_t t = H5Tcopy(H5T_C_S1);
    must(H5Tset_size(t, n), "H5Tset_size");
    H5Tset_cset(t, H5T_CSET_UTF8);
    return t;
}

/* An entry is a dataset with five attributes: without them nobody knows what it is. */
static void put_entry(hid_t group)
{
    static hid_t key_type, call_type, prov_type, go_type;
    if (!key_type) {
        key_type = H5Tcreate(H5T_OPAQUE, sizeof key);
        call_type = text_type(sizeof call), prov_type = text_type(sizeof prov), go_type = text_type(9);
    }
    uint64_t sum = made * 77;
    hid_t set = H5Dcreate2(group, name_of(made++), H5T_NATIVE_DOUBLE, row_space, H5P_DEFAULT, compact, H5P_DEFAULT);
    must(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, row), "H5Dwrite");
    attribute(set, "key", key_type, key);
    attribute(set, "call", call_type, call);
    attribute(set, "prov", prov_type, prov);
    attribute(set, "go_type", go_type, "[]float64");
    attribute(set, "sum", H5T_NATIVE_UINT64, &sum);
    H5Dclose(set);
}

/* put: new entries; nothing is flushed but by the close, which every 100,000th does. */
static void put(int n)
{
    static hid_t file = -1, group;
    while (n-- > 0) {
        if (file >= 0 && made % 100000 == 0) {
            H5Gclose(group), H5Fclose(file);
            file = -1;
        }
        if (file < 0) {
            file = create("put.h5");
            group = H5Gcreate2(file, "entries", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        }
        put_entry(group);
    }
}

static void prepare(void)
{
    hid_t file = create("get.h5"), group = H5Gcreate2(file, "entries", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    for (made = 0; made < STORED;) put_entry(group);
    H5Gclose(group);
    H5Fclose(file);
    small = H5Gopen2(H5Fopen("get.h5", H5F_ACC_RDONLY, fapl), "entries", H5P_DEFAULT);
    must(small, "H5Gopen");
}

static uint64_t draw(uint64_t n)
{
    drawn = drawn * 6364136223846793005u + 1442695040888963407u;
    return (drawn >> 33) % n;
}

static hid_t open_random(void)
{
    hid_t set = H5Dopen2(small, name_of(draw(STORED)), H5P_DEFAULT);
    must(set, "H5Dopen");
    return set;
}

/* getdata: the numbers of random entries. */
static void getdata(int n)
{
    while (n-- > 0) {
        hid_t set = open_random();
        must(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, row), "H5Dread");
        H5Dclose(set);
    }
}

/* get: random entries with all that belongs to them, as someone reads who knows neither shapes nor lengths. */
static void get(int n)
{
    static const char *names[] = {"key", "call", "prov", "go_type", "sum"};
    char               text[200];
    while (n-- > 0) {
        hid_t set = open_random(), space = H5Dget_space(set);
        if (H5Sget_simple_extent_npoints(space) != ROW) must(-1, "the extent");
        must(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, row), "H5Dread");
        H5Sclose(space);
        for (int i = 0; i < 5; i++) {
            hid_t a = H5Aopen(set, names[i], H5P_DEFAULT), type = H5Aget_type(a);
            if (H5Tget_size(type) > sizeof text) must(-1, "the length");
            must(H5Aread(a, type, text), "H5Aread");
            H5Tclose(type), H5Aclose(a);
        }
        H5Dclose(set);
    }
}

static int64_t aside; /* what took time, but belongs to no work */

/* A new file, with the disk at rest, none of which is in the time: bench.writes in cmd/hdf5/arrays.go says
 * why. */
static hid_t create_anew(const char *path)
{
    int64_t start = now();
    unlink(path);
    sync();
    usleep(20000);
    hid_t f = create(path);
    aside += now() - start;
    return f;
}

/* A plain file without chunks has its data at one place; a filtered one is made chunk by chunk. */
static void write_large(const char *path, int deflate)
{
    hsize_t n = deflate ? DEFLATED : LARGE, chunk = 1 << 17;
    hid_t   file = create_anew(path), space = H5Screate_simple(1, &n, NULL), plist = H5Pcreate(H5P_DATASET_CREATE);
    if (deflate) H5Pset_chunk(plist, 1, &chunk), H5Pset_shuffle(plist), H5Pset_deflate(plist, (unsigned)deflate);
    H5Pset_fill_time(plist, H5D_FILL_TIME_NEVER);
    hid_t set = H5Dcreate2(file, "u", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    must(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, large), "H5Dwrite");
    H5Dclose(set), H5Pclose(plist), H5Sclose(space);
    must(H5Fclose(file), "H5Fclose");
}

static void write64(int n)
{
    while (n-- > 0) write_large("write.h5", 0);
}

/* sync64: and waits until the file is on the disk. */
static void sync64(int n)
{
    while (n-- > 0) {
        write_large("write.h5", 0);
        int fd = open("write.h5", O_RDWR);
        must(fsync(fd), "fsync");
        close(fd);
    }
}

static void gzip(int n)
{
    while (n-- > 0) write_large("gzip.h5", 1);
}

static void read_large(hid_t *file, const char *path, int deflate, double *to)
{
    if (!*file) write_large(path, deflate), must(*file = H5Fopen(path, H5F_ACC_RDONLY, fapl), "H5Fopen");
    hid_t set = H5Dopen2(*file, "u", H5P_DEFAULT);
    must(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, to), "H5Dread");
    H5Dclose(set);
}

/* read64, gunzip: into memory that is new each time, as a result is. */
static void read_new(hid_t *file, const char *path, int deflate, int n)
{
    while (n-- > 0) {
        double *to = malloc(LARGE * sizeof *to);
        read_large(file, path, deflate, to);
        free(to);
    }
}

static void read64(int n)
{
    static hid_t file;
    read_new(&file, "read.h5", 0, n);
}

static void gunzip(int n)
{
    static hid_t file;
    read_new(&file, "gunzip.h5", 1, n);
}

/* into64: into memory that is there. */
static void into64(int n)
{
    static hid_t   file;
    static double *to;
    if (!to) to = malloc(LARGE * sizeof *to);
    while (n-- > 0) read_large(&file, "into.h5", 0, to);
}

/* slice: 1 KiB at a random place of 1 GiB, of which the file has only the bounds. */
static void slice(int n)
{
    static hid_t file = -1;
    hsize_t      all = 1 << 27, count = ROW, at;
    if (file < 0) {
        file = create("slice.h5");
        hid_t space = H5Screate_simple(1, &all, NULL), plist = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_fill_time(plist, H5D_FILL_TIME_NEVER), H5Pset_alloc_time(plist, H5D_ALLOC_TIME_EARLY);
        hid_t set = H5Dcreate2(file, "u", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
        must(set, "H5Dcreate");
        H5Dclose(set), H5Pclose(plist), H5Sclose(space);
    }
    while (n-- > 0) {
        at = draw(all - ROW);
        hid_t set = H5Dopen2(file, "u", H5P_DEFAULT), space = H5Dget_space(set), memory = H5Screate_simple(1, &count, NULL);
        H5Sselect_hyperslab(space, H5S_SELECT_SET, &at, NULL, &count, NULL);
        must(H5Dread(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, row), "H5Dread");
        H5Sclose(memory), H5Sclose(space), H5Dclose(set);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*work)(int);
    } works[] = {{"put", put}, {"get", get}, {"getdata", getdata}, {"write64", write64}, {"sync64", sync64},
                 {"read64", read64}, {"into64", into64}, {"gzip", gzip}, {"gunzip", gunzip}, {"slice", slice}};
    char word[20];
    int  n;
    if (argc != 2 || chdir(argv[1])) must(-1, "usage: hdf5c FOLDER; chdir");
    fapl = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(fapl, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
    hsize_t dim = ROW;
    scalar = H5Screate(H5S_SCALAR), row_space = H5Screate_simple(1, &dim, NULL);
    compact = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_layout(compact, H5D_COMPACT), H5Pset_obj_track_times(compact, 0);
    memset(key, 'k', sizeof key), memset(call, 'c', sizeof call), memset(prov, 'p', sizeof prov);
    large = malloc(LARGE * sizeof *large);
    for (int i = 0; i < LARGE; i++) large[i] = sin(i * 1e-3); /* as command hdf5's */
    prepare();
    made = 0;
    while (scanf("%19s %d", word, &n) == 2) {
        for (size_t i = 0; i < sizeof works / sizeof *works; i++)
            if (strcmp(word, works[i].name) == 0) {
                int64_t start = now();
                aside = 0;
                works[i].work(n);
                printf("%" PRId64 "\n", now() - start - aside);
                fflush(stdout);
            }
    }
    return 0;
}
