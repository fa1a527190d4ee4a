/* Commit and rollback. */
#include "journal_internal.h"

#include <stdlib.h>
#include <string.h>

/* Pages past the end are what HDF5 gave back before it ever committed to them. */
static int past_end(const journal *j, const journal_page *p)
{
    return p->no * JOURNAL_PAGE >= j->eof;
}

/* Appends what changed since the last commit to the journal. */
int journal_commit_pages(journal *j, journal_fault *fault)
{
    int shrunk = 0;

    if (!j->dirty && !j->unsynced && j->eof == j->committed) return 0;
    for (size_t i = 0; i < j->dirty; i++) shrunk |= past_end(j, j->changed[i]);
    if (shrunk) journal_drop(j, past_end);
    /* Of bulk data that this very commit gave up again, the file need not keep what it has. */
    if (j->direct > j->eof) j->direct = j->eof;
    journal_sort(j->changed, j->dirty);
    /* A record may not reach the disk before the bulk data that it makes reachable. */
    if (j->unsynced && j->options.sync != JOURNAL_SYNC_OFF && journal_sync(j->fd))
        return journal_fail_os(fault, "sync", j->path);
    if (journal_append(j, j->changed, j->dirty, fault)) return -1;
    for (size_t i = 0; i < j->dirty; i++) j->changed[i]->dirty = 0;
    j->dirty = 0;
    if (j->options.sync != JOURNAL_SYNC_OFF) j->unsynced = 0;
    j->committed = j->eof;
    j->direct_committed = j->direct;
    /* It never moves back: an older commit, which a power cut could bring back in normal mode, may
     * stand on bytes that this one gave up. */
    if (journal_round_up(j->eof) > j->limit) j->limit = journal_round_up(j->eof);
    j->stats.commits++;
    journal_shed(j);
    return 0;
}

static herr_t keep_innermost(unsigned n, const H5E_error2_t *e, void *text)
{
    if (n == 0 && e->desc) strncpy(text, e->desc, 199);
    return 0;
}

/* Hands what HDF5's caches hold to the driver, silently: HDF5 prints errors unless told not to, and
 * the setting belongs to the thread. */
static int flush_caches(journal *j, journal_fault *fault)
{
    H5E_auto2_t print = NULL;
    void       *data = NULL;
    char        text[200] = "no reason given";
    herr_t      status;

    H5Eget_auto2(H5E_DEFAULT, &print, &data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    status = H5Fflush(j->file, H5F_SCOPE_GLOBAL);
    if (status < 0) H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, text);
    H5Eset_auto2(H5E_DEFAULT, print, data);
    if (j->poisoned) return journal_fail_poisoned(j, fault);
    if (status < 0) return journal_fail(fault, JOURNAL_EHDF5, 0, "cannot flush %s: %s", j->path, text);
    return 0;
}

int journal_write(journal *j, journal_fault *fault)
{
    journal_fault why = {0};

    if (!j || !j->armed) return journal_fail(fault, JOURNAL_EHDF5, 0, "the file is not open for writing");
    if (j->poisoned) return journal_fail_poisoned(j, fault);
    if (j->discarding)
        return journal_fail(fault, JOURNAL_EPOISONED, 0, "%s was rolled back; close it and open it again", j->path);
    if (!j->locked) return journal_fail(fault, JOURNAL_ELOCKED, 0, "it is not the turn of this process to write to %s", j->path);
    if (flush_caches(j, &why) == 0 && journal_commit_pages(j, &why) == 0) return 0;
    if (fault) *fault = why;
    return journal_poison(j, &why);
}

int journal_settle(const journal *j, journal_fault *fault)
{
    /* With sync off the file itself was never synced either. */
    if (j->options.sync == JOURNAL_SYNC_OFF && journal_sync(j->fd)) return journal_fail_os(fault, "sync", j->path);
    if (journal_sync(j->wal)) return journal_fail_os(fault, "sync the journal", j->walpath);
    return 0;
}

int journal_settle_bulk(const journal *j, journal_fault *fault)
{
    if (j->options.sync == JOURNAL_SYNC_OFF || !__atomic_load_n(&j->unsynced, __ATOMIC_RELAXED)) return 0;
    /* The system reports a failed sync once, so this one must not be taken lightly. */
    return journal_sync(j->fd) ? journal_fail_os(fault, "sync", j->path) : 0;
}

int journal_relieve(journal *j, journal_fault *fault)
{
    journal_fault why = {0};

    if (j->walsize < j->options.checkpoint_bytes || j->walsize < j->patience || j->poisoned) return 0;
    /* Other writers let go of the file within their slice of time. */
    if (!journal_apply(j, 0, journal_company(j->wal) ? 2 * JOURNAL_SLICE_MS : 0, &why) || why.code == JOURNAL_EBUSY) return 0;
    if (fault) *fault = why;
    return -1;
}

int journal_commit(journal *j, journal_fault *fault)
{
    journal_fault why = {0};

    if (journal_write(j, fault)) return -1;
    if (j->options.sync == JOURNAL_SYNC_FULL && journal_settle(j, &why)) {
        if (fault) *fault = why;
        return journal_poison(j, &why);
    }
    /* The commit stands even where the checkpoint fails; the next one says why it cannot. */
    journal_relieve(j, &why);
    return 0;
}

int journal_checkpoint(journal *j, int wait_ms, journal_fault *fault)
{
    if (journal_write(j, fault)) return -1;
    return journal_apply(j, 0, wait_ms, fault);
}

static int never_committed(const journal *j, const journal_page *p)
{
    (void)j;
    return p->image == 0 && !p->known;
}

/* Back to the last commit. */
void journal_discard(journal *j)
{
    journal_drop(j, never_committed);
    for (size_t i = 0; i < j->capacity; i++) {
        journal_page *p = j->slots[i];
        if (!p || !p->dirty) continue;
        free(p->bytes);
        p->bytes = NULL;
        p->dirty = 0;
        j->memory -= JOURNAL_PAGE;
    }
    j->dirty = 0;
    j->unsynced = 0;
    j->eof = j->committed;
    j->direct = j->direct_committed;
}

/* HDF5 still reads what it wrote until it has closed the file, so the pages go then, not now. */
void journal_rollback(journal *j)
{
    if (j) j->discarding = 1;
}

void journal_get_stats(const journal *j, journal_stats *stats)
{
    *stats = j->stats;
    stats->journal_bytes = j->walsize;
    stats->memory_bytes = j->memory;
    stats->pending_pages = j->dirty;
    stats->poisoned = j->poisoned;
    stats->overlay = !j->writer && j->walsize > 0;
}
