/* Writers of several processes that take turns; journal.h says how. */
#define _GNU_SOURCE
#include "journal_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    /* Files change their time stamps in steps of some milliseconds. */
    STAMP_MS = 50
};

static int64_t milliseconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t journal_clock(void)
{
    return milliseconds(CLOCK_MONOTONIC);
}

/* Who has made the newest commit of a journal keeps other programs from the file. */
int journal_keeper(const journal *j)
{
    return j->number > 0 && j->mine == j->number;
}

/* What became of the journal since this handle last read it. */
typedef enum {
    SAME,
    MORE,     /* others have committed */
    ANOTHER,  /* others have checkpointed */
    ORPHANED  /* the file has been removed or replaced, and this handle with it */
} news;

static news look(const journal *j)
{
    struct stat own, named;

    if (j->wal < 0) {
        if (!journal_same_file(j->fd, j->path)) return ORPHANED;
        return stat(j->walpath, &named) == 0 && named.st_size > 0 ? ANOTHER : SAME;
    }
    if (fstat(j->wal, &own)) return ANOTHER;
    if (stat(j->walpath, &named) || own.st_dev != named.st_dev || own.st_ino != named.st_ino)
        return journal_same_file(j->fd, j->path) ? ANOTHER : ORPHANED;
    if ((uint64_t)own.st_size < j->walsize) return ANOTHER;
    if (!journal_same_file(j->fd, j->path)) return ORPHANED; /* what is committed would go where nobody looks */
    if ((uint64_t)own.st_size == j->walsize || !journal_follows(j, (uint64_t)own.st_size)) return SAME;
    return j->walsize ? MORE : ANOTHER;
}

static void take_stamps(const journal *j, int64_t stamps[5])
{
    struct stat st;

    memset(stamps, 0, 5 * sizeof *stamps);
    if (fstat(j->fd, &st)) return;
    stamps[0] = (int64_t)st.st_size;
#ifdef __APPLE__
    stamps[1] = st.st_mtimespec.tv_sec, stamps[2] = st.st_mtimespec.tv_nsec;
    stamps[3] = st.st_ctimespec.tv_sec, stamps[4] = st.st_ctimespec.tv_nsec;
#else
    stamps[1] = st.st_mtim.tv_sec, stamps[2] = st.st_mtim.tv_nsec;
    stamps[3] = st.st_ctim.tv_sec, stamps[4] = st.st_ctim.tv_nsec;
#endif
}

void journal_remember(journal *j)
{
    take_stamps(j, j->seen);
    if (j->seen[1] * 1000 + j->seen[2] / 1000000 + STAMP_MS > milliseconds(CLOCK_REALTIME)) memset(j->seen, 0, sizeof j->seen);
}

/* Gets the shared lock on the file: 0, 1 while others have it, -1. Where the file system has no locks, no
 * klepto writes, and a reader does without; what others write is seen by the file's times. */
int journal_hold(journal *j, int wait_ms)
{
    int held = journal_flock(j->fd, LOCK_SH, wait_ms);

    if (held < 0 && !j->writer && (errno == ENOSYS || errno == ENOLCK || errno == EOPNOTSUPP)) {
        j->lockless = 1;
        held = 0;
    }
    if (held == 0) {
        j->shared = 1;
        j->since = journal_clock();
    }
    return held;
}

static void let_go(journal *j)
{
    if (j->lockless) return;
    journal_remember(j);
    flock(j->fd, LOCK_UN);
    j->shared = 0;
}

/* Whether another program may have changed the file while this handle had no lock on it. While there is
 * a journal, a live writer keeps the file; only where that one died the first page has to tell. */
static int meddled(const journal *j)
{
    int64_t             stamps[5];
    int                 differs;
    size_t              from;
    const journal_page *first = journal_find(j, 0);

    if (j->number == 0) {
        take_stamps(j, stamps);
        return j->seen[0] == 0 || memcmp(stamps, j->seen, sizeof stamps) != 0;
    }
    if (!first || !first->known) return 0;
    return journal_strange(j, first, &differs, &from) != 0;
}

/* 0 with the lock, else why not. */
static int share(journal *j, journal_fault *fault)
{
    int held;

    if (j->shared && !j->lockless) return 0;
    if (!j->shared) {
        if ((held = journal_hold(j, 0)) < 0) return journal_fail_os(fault, "lock", j->path);
        if (held > 0)
            return journal_fail(fault, JOURNAL_ELOCKED, 0,
                                "another program has %s open for writing; close it there, then try again", j->path);
    }
    if (meddled(j)) j->changed_under = 1;
    return 0;
}

/* While a journal is locked, its owner may be waiting for all others to let go of the file. */
static int checkpoint_possible(const journal *j)
{
    int wal = j->wal < 0 ? journal_view(j->walpath) : j->wal, held;

    if (wal < 0) return 0;
    if ((held = journal_flock(wal, LOCK_SH, 0)) == 0) flock(wal, LOCK_UN);
    if (j->wal < 0) close(wal);
    return held != 0;
}

/* A reader goes on with what is at its path; where nothing is, with what it has. */
static int replaced(const journal *j)
{
    return !j->writer && access(j->path, F_OK) == 0;
}

int journal_ready(const journal *j, int fresh)
{
    news n;

    if (j->locked) return 1;
    if (!j->shared) return 0;
    if (!fresh && !j->changed_under) return 1;
    n = look(j);
    if (n == ORPHANED) return !replaced(j);
    if (n != SAME || j->changed_under) return 0;
    if (j->lockless) return !meddled(j);
    return journal_keeper(j) || journal_clock() - j->since < JOURNAL_SLICE_MS;
}

static int outdated(const journal *j)
{
    news n = look(j);

    return n != ORPHANED && (j->changed_under || n != SAME);
}

int journal_share(journal *j, int urgent, int *stale, journal_fault *fault)
{
    *stale = 0;
    if (j->locked) return 0;
    if (look(j) == ORPHANED && replaced(j))
        return journal_fail(fault, JOURNAL_EIO, ENOENT, "%s was replaced while it was open; open it again", j->path);
    if (j->shared && journal_clock() - j->since >= JOURNAL_SLICE_MS && !journal_ready(j, 1)) let_go(j);
    if (!j->shared && !urgent && checkpoint_possible(j))
        return journal_fail(fault, JOURNAL_ELOCKED, 0, "another process is writing to %s; try again in a moment", j->path);
    if (share(j, fault)) return -1;
    *stale = outdated(j);
    return 0;
}

int journal_rest(journal *j)
{
    if (j->locked || !j->shared) return j->locked;
    if (journal_keeper(j) && look(j) == SAME) return 1;
    let_go(j);
    return 0;
}

/* Puts in order what others left who died, or whose commit failed: half a record, bulk data of no commit,
 * half a checkpoint. */
static int tidy(journal *j, journal_fault *fault)
{
    struct stat st;

    if (fstat(j->fd, &st)) return journal_fail_os(fault, "open", j->path);
    j->disk = (uint64_t)st.st_size;
    journal_cut(j);
    if (fstat(j->wal, &st)) return journal_fail_os(fault, "read the journal", j->walpath);
    if ((uint64_t)st.st_size > j->walsize &&
        (ftruncate(j->wal, (off_t)j->walsize) || (j->options.sync != JOURNAL_SYNC_OFF && journal_sync(j->wal))))
        return journal_fail_os(fault, "shorten the journal", j->walpath);
    if (j->marked && journal_apply(j, 0, 2 * JOURNAL_SLICE_MS, fault)) {
        if (fault->code == JOURNAL_EBUSY)
            journal_fail(fault, JOURNAL_ELOCKED, 0,
                         "%s has to be recovered, but other programs are reading it; close it there, then try again",
                         j->path);
        return -1;
    }
    return 0;
}

/* The journal that this handle reads stays open until HDF5 has closed the file. */
static int lock_turn(journal *j, journal_fault *fault)
{
    int gone = j->next_wal < 0 ? journal_lock(j, j->wal, fault) : 1;

    return gone > 0 ? journal_lock_new(j, &j->next_wal, fault) : gone;
}

int journal_take(journal *j, int *stale, journal_fault *fault)
{
    *stale = 0;
    if (j->locked) return 0;
    if (look(j) == ORPHANED)
        return journal_fail(fault, JOURNAL_EIO, ENOENT,
                            "%s was removed or replaced while it was open; close it and open it again", j->path);
    if (lock_turn(j, fault)) return -1;
    if (share(j, fault) == 0) {
        *stale = j->next_wal >= 0 || outdated(j);
        if (*stale || tidy(j, fault) == 0) return 0;
    }
    journal_yield(j);
    return -1;
}

int journal_yield(journal *j)
{
    int wal = j->next_wal >= 0 ? j->next_wal : j->wal, wanted;

    if (!j->locked) return journal_want(wal, 0), 0;
    wanted = journal_wanted(wal);
    flock(wal, LOCK_UN);
    j->locked = 0;
    return wanted;
}

/* ---- the same handle for the next HDF5 file ---- */

/* HDF5 closes files when it likes, and then calls back; so what waits to be taken up again is on a list,
 * which the HDF5 lock guards. */
static journal *parked;

void journal_park(journal *j)
{
    j->parking = 1;
    j->discarding = 1;
}

void journal_keep(journal *j)
{
    journal_discard(j);
    j->parking = j->discarding = j->armed = 0;
    j->parked = 1;
    j->next = parked;
    parked = j;
}

static int unpark(journal *j)
{
    for (journal **p = &parked; *p; p = &(*p)->next) {
        if (*p != j) continue;
        *p = j->next;
        j->parked = 0;
        return 1;
    }
    return 0;
}

void journal_forget(journal *j)
{
    if (unpark(j)) journal_release(j);
}

/* Reads the journal from its beginning, onto the file as it is. */
static int reload(journal *j, journal_fault *fault)
{
    struct stat st;
    size_t      applied;
    int         verify = j->changed_under, durable = j->options.sync != JOURNAL_SYNC_OFF;

    if (j->next_wal >= 0) {
        close(j->wal);
        j->wal = j->next_wal;
        j->next_wal = -1;
    }
    if (!journal_same_file(j->wal, j->walpath)) {
        int wal = j->writer ? journal_create(j->walpath, j->fd) : journal_view(j->walpath);
        if (wal < 0 && (j->writer || errno != ENOENT)) return journal_fail_os(fault, "open the journal", j->walpath);
        if (j->wal >= 0) close(j->wal);
        j->wal = wal;
    }
    if (j->lockless) journal_remember(j);
    if (fstat(j->fd, &st)) return journal_fail_os(fault, "open", j->path);
    journal_drop(j, NULL);
    journal_measure(j, (uint64_t)st.st_size);
    j->walsize = j->number = j->mine = j->compact = j->patience = 0;
    j->marked = j->durable = j->changed_under = 0;
    j->salt = journal_salt();
    /* What others checkpointed may not be on the disk, where they do not care. */
    if (j->locked && durable && (journal_sync(j->fd) || journal_sync_folder(j->walpath)))
        return journal_fail_os(fault, "sync", j->path);
    if (journal_scan(j, fault)) return -1;
    return verify && j->number ? journal_verify(j, &applied, fault) : 0;
}

/* A journal is as durable as the most careful of those who write to it want. */
static int agree(journal *j, journal_fault *fault)
{
    if (j->number == 0) return 0;
    if (j->durable && j->options.sync == JOURNAL_SYNC_OFF) j->options.sync = JOURNAL_SYNC_NORMAL;
    if (j->durable || j->options.sync == JOURNAL_SYNC_OFF || !j->locked) return 0;
    if (journal_sync(j->fd)) return journal_fail_os(fault, "sync", j->path);
    return journal_rewrite(j, fault);
}

/* The parked handle again, on the newest commit; NULL, and nothing left of it, where that cannot be. */
journal *journal_resume(journal *j, journal_fault *fault)
{
    int failed;

    if (!unpark(j)) {
        journal_fail(fault, JOURNAL_ELOCKED, 0, "another package of this program still has the file open; close it there");
        return NULL;
    }
    memset(&j->pub, 0, sizeof j->pub);
    j->eoa = 0;
    if (j->next_wal >= 0 || j->changed_under || look(j) == ANOTHER)
        failed = reload(j, fault);
    else
        failed = journal_scan(j, fault);
    if (!failed) failed = agree(j, fault) || (j->locked && tidy(j, fault));
    if (!failed) return j;
    journal_release(j);
    return NULL;
}
