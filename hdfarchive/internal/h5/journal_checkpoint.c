/* From the journal into the file, under its exclusive lock. */
#define _GNU_SOURCE
#include "journal_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int foreign(const journal *j, journal_fault *fault, const char *how)
{
    return journal_fail(fault, JOURNAL_EFOREIGN, 0,
                        "%s was changed by another program since klepto last wrote it (%s), so the commits in its journal "
                        "%s do not fit it any more and were not replayed. To keep the file as it is and lose those "
                        "commits, remove %s; to keep the commits, put back a copy of the file from before that "
                        "change, with this journal beside it",
                        j->path, how, j->walpath, j->walpath);
}

/* Whether a page of the file is neither what the writer knew nor what the journal wants, and from which
 * byte of it on; *differs when it is not what the writer knew. Bytes past the end of the file do not
 * count: an image may be older than that end, and a checkpoint writes none of them. */
int journal_strange(const journal *j, const journal_page *p, int *differs, size_t *from)
{
    uint8_t  now[JOURNAL_PAGE], want[JOURNAL_PAGE];
    uint32_t sector[JOURNAL_SECTORS];
    uint64_t left = j->committed - p->no * JOURNAL_PAGE; /* in the page */

    if (journal_pread(j->fd, now, sizeof now, p->no * JOURNAL_PAGE)) return -1;
    journal_sectors(sector, now);
    *differs = memcmp(sector, p->sector, sizeof sector) != 0;
    if (!*differs) return 0;
    if (journal_load(j, p, want)) return -1;
    for (size_t s = 0, at = 0; s < JOURNAL_SECTORS && at < left; s++, at += JOURNAL_SECTOR) {
        size_t n = left - at < JOURNAL_SECTOR ? (size_t)(left - at) : JOURNAL_SECTOR;
        *from = at;
        if (sector[s] != p->sector[s] && memcmp(now + at, want + at, n) != 0) return 1;
    }
    return 0;
}

/* Whether every sector about to be overwritten is as the writer knew it or as the journal wants it;
 * see journal.h. Counts the pages that differ already. The table must hold no uncommitted page. */
int journal_verify(const journal *j, size_t *applied, journal_fault *fault)
{
    struct stat st;
    size_t      from;
    uint64_t    direct = j->direct < j->committed ? j->direct : j->committed;

    *applied = 0;
    if (fstat(j->fd, &st)) return journal_fail_os(fault, "read", j->path);
    if ((uint64_t)st.st_size < direct) return foreign(j, fault, "it is shorter");
    for (size_t i = 0; i < j->capacity; i++) {
        const journal_page *p = j->slots[i];
        char                how[64];
        int                 differs, strange;
        if (!p || !p->known || p->no * JOURNAL_PAGE >= j->committed) continue;
        if ((strange = journal_strange(j, p, &differs, &from)) < 0)
            return journal_fail_os(fault, "read the journal of", j->path);
        *applied += (size_t)differs;
        if (strange) {
            snprintf(how, sizeof how, "at byte %llu", (unsigned long long)(p->no * JOURNAL_PAGE + from));
            return foreign(j, fault, how);
        }
    }
    return 0;
}

/* Writes the pages from number `from` up to `to` into the file, runs of neighbours in one call. */
static int write_pages(journal *j, journal_page *const *pages, size_t n, uint64_t from, uint64_t to)
{
    size_t   staged = 0;
    uint64_t start = 0;

    if (!j->stage && !(j->stage = malloc(JOURNAL_STAGE))) return -1;
    for (size_t i = 0; i < n; i++) {
        uint64_t at = pages[i]->no * JOURNAL_PAGE;
        if (pages[i]->no < from || pages[i]->no >= to || !pages[i]->image || at >= j->committed) continue;
        if (staged && (at != start + staged || staged == JOURNAL_STAGE)) {
            if (journal_pwrite(j->fd, j->stage, staged, start)) return -1;
            staged = 0;
        }
        if (!staged) start = at;
        if (journal_load(j, pages[i], j->stage + staged)) return -1;
        /* The file ends where HDF5 wants it to end, not at a page. */
        staged += j->committed - at < JOURNAL_PAGE ? (size_t)(j->committed - at) : JOURNAL_PAGE;
        j->stats.applied_pages++;
        if (start + staged > j->disk) j->disk = start + staged;
    }
    return staged ? journal_pwrite(j->fd, j->stage, staged, start) : 0;
}

/* Writes the newest images into the file, whose exclusive lock is held. The system's memory takes
 * them, so this is short. */
static int apply_locked(journal *j, journal_fault *fault)
{
    uint64_t       old = journal_round_up(j->base) / JOURNAL_PAGE;
    size_t         n;
    journal_page **pages = journal_sorted(j, &n);
    int            failed;

    if (!pages) return journal_fail_os(fault, "write", j->path);
    /* New pages first: a full disk then shows before a page of the old file is touched. */
    failed = write_pages(j, pages, n, old, UINT64_MAX) || write_pages(j, pages, n, 0, old);
    free(pages);
    if (!failed && j->disk != j->committed) {
        /* Were the cut to reach the disk before the pages, sectors at the end would be neither old nor new. */
        failed = (j->options.sync != JOURNAL_SYNC_OFF && j->disk > j->committed && journal_sync(j->fd)) ||
                 ftruncate(j->fd, (off_t)j->committed);
        if (!failed) j->disk = j->committed;
    }
    return failed ? journal_fail_os(fault, "write", j->path) : 0;
}

/* What goes before: nothing is applied onto a file that someone else has changed, nor before its
 * journal is durable, because a power cut would leave half of it. */
static int prepare(journal *j, journal_fault *fault)
{
    size_t applied;

    if (journal_verify(j, &applied, fault)) return -1;
    if (j->options.sync != JOURNAL_SYNC_OFF && journal_sync(j->wal))
        return journal_fail_os(fault, "sync the journal", j->walpath);
    return 0;
}

/* What comes after: the journal goes when the file is durable. */
static int finish(journal *j, int closing, journal_fault *fault)
{
    if (j->options.sync != JOURNAL_SYNC_OFF && journal_sync(j->fd)) return journal_fail_os(fault, "sync", j->path);
    if (journal_retire(j, closing, fault)) return -1;
    journal_drop(j, NULL);
    j->base = j->committed;
    j->limit = journal_round_up(j->base);
    j->direct = j->direct_committed = 0;
    j->stats.checkpoints++;
    return 0;
}

/* Readers hold the file: the journal stays and grows, but not with what is out of date. */
static int defer(journal *j, journal_fault *fault)
{
    j->stats.deferred++;
    if (j->walsize >= 2 * j->options.checkpoint_bytes && j->walsize >= 2 * j->compact &&
        j->walsize >= 2 * j->count * JOURNAL_PAGE && journal_rewrite(j, fault) && j->poisoned)
        return -1; /* where it only failed, the journal stays as it is: longer, not wrong */
    j->patience = j->walsize + j->options.checkpoint_bytes / 4; /* each try costs a sync */
    return journal_fail(fault, JOURNAL_EBUSY, 0,
                        "other programs are reading %s; its newest commits stay in %s until they close it", j->path,
                        j->walpath);
}

/* Brings the file up to the last commit and begins a new journal. The table must hold no uncommitted
 * page. JOURNAL_EBUSY when readers hold the file; any other failure poisons. */
int journal_apply(journal *j, int closing, int wait_ms, journal_fault *fault)
{
    journal_fault why = {0};
    int           held, failed;

    if (j->walsize == 0 && j->disk == j->committed) return 0;
    failed = prepare(j, &why);
    if (!failed) {
        held = journal_flock_alone(j->fd, wait_ms);
        if (held == 1) return j->walsize ? defer(j, fault ? fault : &why) : 0; /* a tail to cut off can wait */
        if (held < 0)
            failed = journal_fail_os(&why, "lock", j->path);
        else if (held == 0)
            failed = (j->walsize && journal_mark(j, &why)) || apply_locked(j, &why);
        j->shared = held == 0 || held == 1;
        if (held == 2 || (held == 0 && journal_flock(j->fd, LOCK_SH, 0)))
            failed = journal_fail(&why, JOURNAL_ELOCKED, 0,
                                  "another program opened %s for writing while klepto had it open; close it there, then "
                                  "open it again",
                                  j->path);
    }
    if (!failed) failed = finish(j, closing, &why);
    if (!failed) return 0;
    if (fault) *fault = why;
    return journal_poison(j, &why);
}
