/* The bytes of the journal: header and records, written and read. journal.h describes them. */
#define _GNU_SOURCE
#include "journal_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char header_magic[8] = "KLPTWAL1", record_magic[8] = "KLPTREC1";

enum {
    VERSION = 1,
    KNOWN = 1,
    DURABLE = 1,
    MARK = 1,
    /* 64 GiB of pages: a journal that claims more is not worth the memory of its table. */
    MOST_PAGES = 1 << 24
};

/* ---- writing ---- */

/* Bytes on their way into a journal, gathered so that each system call carries many pages. */
typedef struct {
    journal *j;
    int      fd;
    uint64_t offset;
    size_t   n;
} stream;

static int stream_flush(stream *s)
{
    int failed = journal_pwrite(s->fd, s->j->stage, s->n, s->offset);

    s->offset += s->n;
    s->n = 0;
    return failed;
}

static int stream_put(stream *s, const void *bytes, size_t n)
{
    if (s->n + n > JOURNAL_STAGE && stream_flush(s)) return -1;
    memcpy(s->j->stage + s->n, bytes, n);
    s->n += n;
    return 0;
}

/* The header. The first page joins the table, so that it is held against the file even where no
 * commit changes it. */
static int put_header(stream *s, uint64_t salt)
{
    journal      *j = s->j;
    uint8_t       b[JOURNAL_HEADER] = {0}, page[JOURNAL_PAGE] = {0};
    journal_page *first = journal_insert(j, 0);

    if (!first) return -1;
    if (!first->known) {
        if (j->base > 0 && journal_pread(j->fd, page, sizeof page, 0)) return -1;
        journal_sectors(first->sector, page);
        first->known = 1;
    }
    memcpy(b, header_magic, 8);
    journal_put32(b + 8, VERSION);
    journal_put32(b + 12, JOURNAL_PAGE);
    journal_put64(b + 16, salt);
    journal_put64(b + 24, j->base);
    for (int i = 0; i < JOURNAL_SECTORS; i++) journal_put32(b + 32 + 4 * i, first->sector[i]);
    if (j->options.sync != JOURNAL_SYNC_OFF) journal_put32(b + 64, DURABLE);
    journal_put32(b + 124, journal_crc(0, b, 124));
    return stream_put(s, b, sizeof b);
}

static void make_entry(const journal_page *p, uint8_t b[JOURNAL_ENTRY])
{
    memset(b, 0, JOURNAL_ENTRY);
    journal_put64(b, p->no);
    if (!p->known) return;
    journal_put32(b + 8, KNOWN);
    for (int s = 0; s < JOURNAL_SECTORS; s++) journal_put32(b + 16 + 4 * s, p->sector[s]);
}

/* The newest bytes of a page: its own, or its image, read into buffer. */
static const uint8_t *newest(const journal *j, const journal_page *p, uint8_t buffer[JOURNAL_PAGE])
{
    if (p->bytes) return p->bytes;
    return journal_load(j, p, buffer) ? NULL : buffer;
}

/* Writes one record. Its checksum stands in front of what it covers, so the pages are gone through
 * twice. */
static int put_record(stream *s, uint64_t salt, uint64_t number, uint64_t kind, journal_page *const *pages, size_t n)
{
    const journal *j = s->j;
    uint8_t        record[JOURNAL_RECORD] = {0}, entry[JOURNAL_ENTRY], buffer[JOURNAL_PAGE];
    const uint8_t *bytes;
    uint32_t       crc;

    memcpy(record, record_magic, 8);
    journal_put64(record + 8, salt);
    journal_put64(record + 16, number);
    journal_put64(record + 24, n);
    journal_put64(record + 32, j->eof);
    journal_put64(record + 40, j->direct);
    journal_put64(record + 48, kind);
    crc = journal_crc(0, record, JOURNAL_RECORD - 4);
    for (size_t i = 0; i < n; i++) {
        make_entry(pages[i], entry);
        crc = journal_crc(crc, entry, sizeof entry);
    }
    for (size_t i = 0; i < n; i++) {
        if (!(bytes = newest(j, pages[i], buffer))) return -1;
        crc = journal_crc(crc, bytes, JOURNAL_PAGE);
    }
    journal_put32(record + 60, crc);
    if (stream_put(s, record, sizeof record)) return -1;
    for (size_t i = 0; i < n; i++) {
        make_entry(pages[i], entry);
        if (stream_put(s, entry, sizeof entry)) return -1;
    }
    for (size_t i = 0; i < n; i++)
        if (!(bytes = newest(j, pages[i], buffer)) || stream_put(s, bytes, JOURNAL_PAGE)) return -1;
    return stream_flush(s);
}

static void set_images(journal_page *const *pages, size_t n, uint64_t end)
{
    for (size_t i = 0; i < n; i++) pages[i]->image = end - (n - i) * JOURNAL_PAGE;
}

/* Appends one record. On failure the journal ends where it ended before. */
static int append(journal *j, uint64_t kind, journal_page *const *pages, size_t n, journal_fault *fault)
{
    stream s = {.j = j, .fd = j->wal, .offset = j->walsize};

    if ((!j->stage && !(j->stage = malloc(JOURNAL_STAGE))) || (j->walsize == 0 && put_header(&s, j->salt)) ||
        put_record(&s, j->salt, j->number + 1, kind, pages, n)) {
        journal_fail_os(fault, "write the journal", j->walpath);
        /* Half a record is no commit and may stay, but on a full disk its room is needed. */
        return ftruncate(j->wal, (off_t)j->walsize), -1;
    }
    set_images(pages, n, s.offset);
    j->stats.written_bytes += s.offset - j->walsize;
    if (j->walsize == 0) j->durable = j->options.sync != JOURNAL_SYNC_OFF;
    j->walsize = s.offset;
    j->mine = ++j->number;
    j->marked = kind == MARK;
    return 0;
}

/* Appends one commit. */
int journal_append(journal *j, journal_page *const *pages, size_t n, journal_fault *fault)
{
    return append(j, 0, pages, n, fault);
}

/* Says that from here on the file may hold some of the journal's pages already. */
int journal_mark(journal *j, journal_fault *fault)
{
    return append(j, MARK, NULL, 0, fault);
}

static int past_committed(const journal *j, const journal_page *p)
{
    return p->no * JOURNAL_PAGE >= j->committed;
}

/* Puts a new journal in the place of the old one: with the newest image of each committed page as its
 * one record, or empty. Readers that look through the old one keep it. The table must hold no
 * uncommitted page. On failure the old journal is in force. */
static int replace(journal *j, int empty, journal_fault *fault)
{
    char          *path = journal_join(j->walpath, "-new");
    journal_page **pages = NULL;
    uint64_t       salt = journal_salt();
    size_t         n = 0, kept = 0;
    stream         s = {.j = j, .fd = -1};
    int            durable = j->options.sync != JOURNAL_SYNC_OFF, failed = 1;

    /* Who begins with the new journal does not know of pages that older commits had beyond the end, and
     * writes bulk data there: here, too, they must be forgotten. */
    journal_drop(j, past_committed);
    if (path && (pages = journal_sorted(j, &n)) && (j->stage || (j->stage = malloc(JOURNAL_STAGE))) &&
        (s.fd = journal_create(path, j->fd)) >= 0) {
        for (size_t i = 0; i < n && !empty; i++)
            if (pages[i]->image && pages[i]->no * JOURNAL_PAGE < j->committed) pages[kept++] = pages[i];
        failed = flock(s.fd, LOCK_EX | LOCK_NB) || ftruncate(s.fd, 0) ||
                 (!empty && (put_header(&s, salt) || put_record(&s, salt, 1, 0, pages, kept))) ||
                 (durable && journal_sync(s.fd)) || rename(path, j->walpath);
    }
    if (failed) {
        journal_fail_os(fault, "replace the journal", j->walpath);
        if (s.fd >= 0) {
            unlink(path);
            close(s.fd);
        }
    } else {
        close(j->wal);
        j->wal = s.fd;
        set_images(pages, kept, s.offset);
        j->walsize = s.offset;
        j->stats.written_bytes += s.offset;
        j->salt = salt;
        j->mine = j->number = !empty;
        j->marked = 0;
        j->durable = durable;
        /* Until the folder is synced a power cut may bring the old journal back: it says the same, but
         * nothing may be added to the new one before. */
        if (durable && (failed = journal_sync_folder(j->walpath)) != 0) {
            journal_fail_os(fault, "sync the folder of", j->walpath);
            journal_poison(j, fault);
        }
    }
    free(pages);
    free(path);
    return failed ? -1 : 0;
}

/* Leaves out of the journal what newer commits have written again. After a failure the next attempt
 * waits until the journal has doubled. */
int journal_rewrite(journal *j, journal_fault *fault)
{
    int failed;

    j->compact = j->walsize;
    if ((failed = replace(j, 0, fault)) == 0) {
        j->compact = j->walsize;
        j->stats.rewrites++;
    }
    return failed;
}

/* Begins a new journal once the file holds all of the old one and is synced, or none when the file
 * is about to be closed. */
int journal_retire(journal *j, int closing, journal_fault *fault)
{
    if (closing) {
        if (journal_same_file(j->wal, j->walpath) && unlink(j->walpath))
            return journal_fail_os(fault, "remove the journal", j->walpath);
        if (j->options.sync != JOURNAL_SYNC_OFF && journal_sync_folder(j->walpath))
            return journal_fail_os(fault, "sync the folder of", j->walpath);
    } else if (replace(j, 1, fault)) {
        return -1;
    }
    j->walsize = j->number = j->mine = j->compact = j->patience = 0;
    j->marked = 0;
    return 0;
}

/* Empties the journal in its place, where nobody looks through it. The emptiness has to be on the disk
 * before anything is appended: else a power cut could leave old records behind a new header. */
int journal_reset(journal *j, journal_fault *fault)
{
    if (ftruncate(j->wal, 0) || (j->options.sync != JOURNAL_SYNC_OFF && journal_sync(j->wal)))
        return journal_fail_os(fault, "empty the journal", j->walpath);
    j->walsize = j->number = j->mine = j->compact = j->patience = 0;
    j->marked = 0;
    j->salt = journal_salt();
    return 0;
}

/* ---- reading ---- */

typedef struct {
    uint64_t offset, number, pages, eof, direct, kind, end;
} record;

/* Reads and checks the header. Returns 1 when there is none: the first commit was never finished. */
static int read_header(journal *j, uint64_t size, uint32_t sector[JOURNAL_SECTORS], journal_fault *fault)
{
    uint8_t b[JOURNAL_HEADER];
    static const uint8_t zeros[8];

    if (journal_pread(j->wal, b, sizeof b, 0)) return journal_fail_os(fault, "read the journal", j->walpath);
    if (memcmp(b, header_magic, 8) != 0) {
        /* Blocks that a power cut kept from the disk read as zeros. */
        if (memcmp(b, zeros, 8) == 0) return 1;
        return journal_fail(fault, JOURNAL_EDAMAGED, 0,
                            "%s is not a journal of klepto; move it away, then open %s again", j->walpath, j->path);
    }
    if (size < JOURNAL_HEADER || journal_get32(b + 124) != journal_crc(0, b, 124)) return 1;
    if (journal_get32(b + 8) != VERSION || journal_get32(b + 12) != JOURNAL_PAGE)
        return journal_fail(fault, JOURNAL_EDAMAGED, 0,
                            "%s was written by a newer klepto (journal version %u, page size %u); open %s with that one",
                            j->walpath, journal_get32(b + 8), journal_get32(b + 12), j->path);
    j->durable = journal_get32(b + 64) == DURABLE;
    j->salt = journal_get64(b + 16);
    j->base = journal_get64(b + 24);
    j->limit = journal_round_up(j->base < INT64_MAX / 2 ? j->base : 0);
    for (int s = 0; s < JOURNAL_SECTORS; s++) sector[s] = journal_get32(b + 32 + 4 * s);
    return 0;
}

/* Whether a whole record stands at r->offset: 1 yes, 0 no, -1 on a read error. Nothing is allocated
 * by what the record claims, and what it claims is held against the bytes that are there. */
static int read_record(const journal *j, uint64_t size, record *r, uint8_t *buffer)
{
    uint8_t  b[JOURNAL_RECORD];
    uint64_t left, body;
    uint32_t crc;

    if (size - r->offset < JOURNAL_RECORD) return 0;
    if (journal_pread(j->wal, b, sizeof b, r->offset)) return -1;
    r->pages = journal_get64(b + 24);
    r->eof = journal_get64(b + 32);
    r->direct = journal_get64(b + 40);
    r->kind = journal_get64(b + 48);
    left = size - r->offset - JOURNAL_RECORD;
    if (memcmp(b, record_magic, 8) != 0 || journal_get64(b + 8) != j->salt ||
        journal_get64(b + 16) != r->number || r->pages > left / (JOURNAL_ENTRY + JOURNAL_PAGE) ||
        r->eof > INT64_MAX / 2 || r->direct > INT64_MAX / 2)
        return 0;
    body = r->pages * (JOURNAL_ENTRY + JOURNAL_PAGE);
    crc = journal_crc(0, b, JOURNAL_RECORD - 4);
    for (uint64_t at = 0; at < body;) {
        size_t n = body - at < JOURNAL_STAGE ? (size_t)(body - at) : JOURNAL_STAGE;
        if (journal_pread(j->wal, buffer, n, r->offset + JOURNAL_RECORD + at)) return -1;
        crc = journal_crc(crc, buffer, n);
        at += n;
    }
    r->end = r->offset + JOURNAL_RECORD + body;
    return crc == journal_get32(b + 60);
}

/* Puts the pages of a whole record into the table: 0, 1 when it contradicts itself, -1. */
static int take_record(journal *j, const record *r)
{
    uint64_t at = r->offset + JOURNAL_RECORD, image = at + r->pages * JOURNAL_ENTRY, last = 0;
    uint8_t  b[JOURNAL_ENTRY];

    for (uint64_t i = 0; i < r->pages; i++, at += JOURNAL_ENTRY, image += JOURNAL_PAGE) {
        journal_page *p;
        uint64_t      no;
        if (journal_pread(j->wal, b, sizeof b, at)) return -1;
        no = journal_get64(b);
        if (no >= journal_round_up(r->eof) / JOURNAL_PAGE || (i > 0 && no <= last) || journal_get32(b + 8) > KNOWN) return 1;
        last = no;
        if (j->count >= MOST_PAGES) return 1;
        if (!(p = journal_insert(j, no))) return -1;
        if (!p->known && journal_get32(b + 8) == KNOWN) {
            p->known = 1;
            for (int s = 0; s < JOURNAL_SECTORS; s++) p->sector[s] = journal_get32(b + 16 + 4 * s);
        }
        p->image = image;
        if (!p->bytes) continue;
        free(p->bytes); /* of an older commit */
        p->bytes = NULL;
        j->memory -= JOURNAL_PAGE;
    }
    return 0;
}

/* Whether behind what the table knows of the journal, which has so many bytes, stands another record. */
int journal_follows(const journal *j, uint64_t size)
{
    uint8_t  b[JOURNAL_RECORD];
    uint64_t at = j->walsize ? j->walsize : JOURNAL_HEADER;

    if (size < at + JOURNAL_RECORD || journal_pread(j->wal, b, sizeof b, at) || memcmp(b, record_magic, 8) != 0) return 0;
    if (j->walsize && (journal_get64(b + 8) != j->salt || journal_get64(b + 16) != j->number + 1)) return 0;
    return journal_get64(b + 24) <= (size - at - JOURNAL_RECORD) / (JOURNAL_ENTRY + JOURNAL_PAGE);
}

/* Reads the longest valid prefix of the journal into the table, from where it was last read on. Where
 * there is no record, the table stays empty and everything else as it was. No page may be dirty. */
int journal_scan(journal *j, journal_fault *fault)
{
    struct stat    st;
    record         r = {.offset = j->walsize ? j->walsize : JOURNAL_HEADER, .number = j->number + 1};
    uint32_t       first[JOURNAL_SECTORS];
    journal_page  *p;
    uint64_t       base = j->base, limit = j->limit, size, marks = 0;
    uint8_t       *buffer;
    int            none = 0, known = j->walsize > 0, valid = 0, taken = 0;

    if (j->wal < 0) return 0; /* a reader that found none */
    if (fstat(j->wal, &st)) return journal_fail_os(fault, "read the journal", j->walpath);
    size = (uint64_t)st.st_size;
    if (size == 0) return 0;
    if (!known && (none = read_header(j, size, first, fault)) < 0) return -1;
    if (!(buffer = malloc(JOURNAL_STAGE))) return journal_fail_os(fault, "read the journal", j->walpath);
    while (!none && (valid = read_record(j, size, &r, buffer)) == 1 && (taken = take_record(j, &r)) == 0) {
        j->committed = j->eof = r.eof;
        j->direct = j->direct_committed = r.direct;
        if (journal_round_up(r.eof) > j->limit) j->limit = journal_round_up(r.eof);
        r.offset = r.end;
        j->marked = r.kind == MARK;
        marks += j->marked;
        j->number = r.number++;
    }
    free(buffer);
    if (valid < 0 || taken < 0) return journal_fail_os(fault, "read the journal", j->walpath);
    if (taken > 0)
        return journal_fail(fault, JOURNAL_EDAMAGED, 0,
                            "%s contradicts itself in commit %llu; restore it and %s together from a copy",
                            j->walpath, (unsigned long long)r.number, j->path);
    if (!j->armed) j->stats.replayed = j->number - marks;
    if (j->number == 0) {
        j->stats.dropped_bytes = size;
        j->base = base;
        j->limit = limit;
        return 0;
    }
    j->stats.dropped_bytes = size - r.offset;
    j->walsize = r.offset;
    if (known) return 0;
    /* The first page is held against the file even where no commit changed it. */
    if (!(p = journal_insert(j, 0))) return journal_fail_os(fault, "read the journal", j->walpath);
    p->known = 1;
    memcpy(p->sector, first, sizeof first);
    return 0;
}
