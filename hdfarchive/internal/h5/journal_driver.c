/* The virtual file driver: what HDF5 calls. */
#include "journal_internal.h"

#include <stdlib.h>
#include <string.h>

static void *copy_options(const void *options)
{
    void *copy = malloc(sizeof(journal_options));

    if (copy) memcpy(copy, options, sizeof(journal_options));
    return copy;
}

static void *get_options(H5FD_t *file)
{
    return copy_options(&((journal *)file)->options);
}

static herr_t free_options(void *options)
{
    free(options);
    return 0;
}

static H5FD_t *open_driver(const char *name, unsigned flags, hid_t fapl, haddr_t maxaddr)
{
    journal_fault fault;
    journal      *j;

    const journal_options *options = H5Pget_driver_info(fapl);

    (void)maxaddr;
    if (options && options->resume)
        j = journal_resume(options->resume, &fault);
    else
        j = journal_open(name, flags & H5F_ACC_RDWR ? JOURNAL_WRITE : JOURNAL_READ, flags, options, &fault);
    /* To make a file, HDF5 first tries to open it: that failure is none. */
    journal_take_fault(NULL);
    if (!j) journal_report(&fault);
    return j ? &j->pub : NULL;
}

static herr_t close_driver(H5FD_t *file)
{
    journal_fault fault = {0};
    journal      *j = (journal *)file;
    int           failed = 0;

    if (j->parking)
        journal_keep(j);
    else
        failed = journal_close(j, &fault);

    journal_take_fault(NULL);
    if (fault.code != JOURNAL_OK) journal_report(&fault);
    return failed;
}

/* HDF5 opens a file twice, to see whether it is open already. */
static int compare(const H5FD_t *a, const H5FD_t *b)
{
    const journal *x = (const journal *)a, *y = (const journal *)b;

    if (x->device != y->device) return x->device < y->device ? -1 : 1;
    return (x->inode > y->inode) - (x->inode < y->inode);
}

static herr_t query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const journal *)file)->eoa;
}

static herr_t set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t addr)
{
    (void)type;
    ((journal *)file)->eoa = addr;
    return 0;
}

static haddr_t get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const journal *)file)->eof;
}

static herr_t get_handle(H5FD_t *file, hid_t fapl, void **handle)
{
    (void)fapl;
    *handle = file;
    return 0;
}

/* A callback's failure, for journal_take_fault and HDF5's error stack. */
static herr_t fail(const journal_fault *fault)
{
    journal_report(fault);
    return -1;
}

static int bad_range(haddr_t addr, size_t size)
{
    return addr == HADDR_UNDEF || addr > INT64_MAX || size > INT64_MAX - addr;
}

static herr_t read_driver(H5FD_t *file, H5FD_mem_t type, hid_t dxpl, haddr_t addr, size_t size, void *buffer)
{
    journal      *j = (journal *)file;
    journal_fault fault;
    uint64_t      end = addr + size, first = addr / JOURNAL_PAGE;
    uint8_t      *out = buffer, page[JOURNAL_PAGE];
    int           single = end <= (first + 1) * JOURNAL_PAGE;

    (void)type, (void)dxpl;
    if (bad_range(addr, size)) return -1;
    if (size == 0) return 0;
    if (!(single && journal_find(j, first)) && journal_pread_large(j->fd, out, size, addr))
        return journal_fail_os(&fault, "read", j->path), fail(&fault);
    if (j->count == 0) return 0;
    for (uint64_t no = first; no * JOURNAL_PAGE < end; no++) {
        const journal_page *p = journal_find(j, no);
        uint64_t            from = no * JOURNAL_PAGE, a = from < addr ? addr : from;
        uint64_t            b = from + JOURNAL_PAGE > end ? end : from + JOURNAL_PAGE;
        const uint8_t      *bytes = page;
        if (!p) continue;
        if (p->bytes)
            bytes = p->bytes;
        else if (journal_load(j, p, page))
            return journal_fail_os(&fault, "read the journal", j->walpath), fail(&fault);
        memcpy(out + (a - addr), bytes + (a - from), b - a);
    }
    return 0;
}

/* Writes into memory. What a page holds already does not change it: HDF5 writes whole chunks of a
 * table to which a row came. */
static int write_pages(journal *j, uint64_t from, uint64_t to, const uint8_t *in)
{
    for (uint64_t n; from < to; from += n, in += n) {
        uint64_t            no = from / JOURNAL_PAGE, start = no * JOURNAL_PAGE;
        const journal_page *p = journal_find(j, no);
        uint8_t            *bytes;
        n = start + JOURNAL_PAGE - from;
        if (n > to - from) n = to - from;
        if (p && p->bytes && memcmp(p->bytes + (from - start), in, n) == 0) continue;
        if (!(bytes = journal_touch(j, no, n == JOURNAL_PAGE))) return -1;
        memcpy(bytes + (from - start), in, n);
    }
    return 0;
}

/* Writes whole pages past everything committed straight into the file, and over their copies in memory. */
static int write_direct(journal *j, uint64_t from, uint64_t to, const uint8_t *in)
{
    for (uint64_t at = from, n; at < to; at += n) {
        n = to - at < JOURNAL_HURRY ? to - at : JOURNAL_HURRY;
        if (journal_pwrite(j->fd, in + (at - from), n, at)) return -1;
        if (j->options.sync != JOURNAL_SYNC_OFF) journal_hurry(j->fd, at, n);
    }
    for (uint64_t at = from; j->dirty && at < to; at += JOURNAL_PAGE)
        if (journal_find(j, at / JOURNAL_PAGE) && write_pages(j, at, at + JOURNAL_PAGE, in + (at - from))) return -1;
    if (to > j->disk) j->disk = to;
    if (to > j->direct) j->direct = to;
    j->unsynced = 1;
    j->stats.direct_bytes += to - from;
    return 0;
}

static herr_t write_driver(H5FD_t *file, H5FD_mem_t type, hid_t dxpl, haddr_t addr, size_t size, const void *buffer)
{
    journal       *j = (journal *)file;
    journal_fault  fault;
    const uint8_t *in = buffer;
    uint64_t       end = addr + size, from = end, to = end; /* from..to goes straight to the file */

    (void)type, (void)dxpl;
    if (bad_range(addr, size) || !j->writer) return -1;
    if (size >= JOURNAL_BULK && end > j->limit) {
        from = journal_round_up(addr > j->limit ? addr : j->limit);
        to = end / JOURNAL_PAGE * JOURNAL_PAGE;
        if (to <= from) from = to = end;
    }
    /* What HDF5 writes on its way to the close of a file that keeps nothing is only remembered, as
     * far as it fits, because HDF5 may read it again. */
    if (j->poisoned || j->discarding) {
        if (from == to && write_pages(j, addr, end, in) == 0 && end > j->eof) j->eof = end;
        return 0;
    }
    if (write_pages(j, addr, from, in) || (from < to && write_direct(j, from, to, in + (from - addr))) ||
        (to < end && write_pages(j, to, end, in + (to - addr)))) {
        journal_fail_os(&fault, "write", j->path);
        journal_poison(j, &fault);
        return fail(&fault);
    }
    if (end > j->eof) j->eof = end;
    return 0;
}

/* HDF5 flushes far more often than anyone commits. */
static herr_t flush(H5FD_t *file, hid_t dxpl, hbool_t closing)
{
    (void)file, (void)dxpl, (void)closing;
    return 0;
}

static herr_t truncate_driver(H5FD_t *file, hid_t dxpl, hbool_t closing)
{
    journal *j = (journal *)file;

    (void)dxpl, (void)closing;
    if (j->writer && j->eoa != HADDR_UNDEF) j->eof = j->eoa;
    return 0;
}

/* The locks are taken when the file is opened. */
static herr_t lock(H5FD_t *file, hbool_t exclusive)
{
    (void)file, (void)exclusive;
    return 0;
}

static herr_t unlock(H5FD_t *file)
{
    (void)file;
    return 0;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = H5_VFD_RESERVED + 77, /* 256..511 need no registration; the driver is never loaded by number */
#endif
    .name = "klepto-journal",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(journal_options),
    .fapl_get = get_options,
    .fapl_copy = copy_options,
    .fapl_free = free_options,
    .open = open_driver,
    .close = close_driver,
    .cmp = compare,
    .query = query,
    .get_eoa = get_eoa,
    .set_eoa = set_eoa,
    .get_eof = get_eof,
    .get_handle = get_handle,
    .read = read_driver,
    .write = write_driver,
    .flush = flush,
    .truncate = truncate_driver,
    .lock = lock,
    .unlock = unlock,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* HDF5 forgets its drivers in H5close, so the number is looked at before it is used again. */
static hid_t driver_id = -1;

int journal_install(hid_t fapl, const journal_options *options, journal_fault *fault)
{
    journal_options defaults = {0};

    if (driver_id < 0 || H5Iget_type(driver_id) != H5I_VFL) driver_id = H5FDregister(&driver);
    /* Bulk data that begin at a page go straight to the file, all but their last page. */
    if (driver_id < 0 || H5Pset_driver(fapl, driver_id, options ? options : &defaults) < 0 ||
        H5Pset_alignment(fapl, JOURNAL_BULK, JOURNAL_PAGE) < 0 || H5Pset_sieve_buf_size(fapl, JOURNAL_SIEVE) < 0)
        return journal_fail(fault, JOURNAL_EHDF5, 0, "HDF5 does not accept the journal driver");
    return 0;
}

/* The handle behind a file of this driver. */
static journal *handle(hid_t file)
{
    hid_t fapl = H5Fget_access_plist(file);
    void *j = NULL;
    int   ours = fapl >= 0 && driver_id >= 0 && H5Pget_driver(fapl) == driver_id;

    if (fapl >= 0) H5Pclose(fapl);
    return ours && H5Fget_vfd_handle(file, H5P_DEFAULT, &j) >= 0 ? j : NULL;
}

journal *journal_arm(hid_t file, journal_fault *fault)
{
    journal      *j = handle(file);
    journal_fault why = {0};

    if (!j) {
        journal_fail(fault, JOURNAL_EHDF5, 0, "the file was not opened with the journal driver");
        return NULL;
    }
    j->file = file;
    if (!j->writer) return j;
    j->armed = 1;
    if (j->walsize == 0 && !j->created && j->eoa != HADDR_UNDEF && j->eoa < j->eof) {
        /* Behind what HDF5 uses lies the rest of bulk data whose commit a crash prevented. */
        j->eof = j->committed = j->base = j->eoa;
        j->limit = journal_round_up(j->base);
        if (j->locked) journal_cut(j);
    }
    /* A new file is at once one that HDF5 programs open, even if the process dies in the next moment. */
    if (j->created && (journal_commit(j, &why) || (journal_apply(j, 0, 0, &why) && j->poisoned))) {
        if (fault) *fault = why;
        j->armed = 0;
        return NULL;
    }
    return j;
}
