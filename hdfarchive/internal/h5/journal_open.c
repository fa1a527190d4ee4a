/* Opening and closing: locks, leftover journals, readers that look through one. */
#define _GNU_SOURCE
#include "journal_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_MS = 2000 };

void journal_release(journal *j)
{
    if (j->fd >= 0) close(j->fd);
    if (j->wal >= 0) close(j->wal);
    if (j->next_wal >= 0) close(j->next_wal);
    journal_drop(j, NULL);
    free(j->slots);
    free(j->changed);
    free(j->stage);
    free(j->path);
    free(j->walpath);
    free(j);
}

static int open_file(journal *j, const char *path, unsigned flags, journal_fault *fault)
{
    struct stat st;

    if (!j->writer) {
        j->fd = open(path, O_RDONLY | O_CLOEXEC);
    } else {
        if (flags & H5F_ACC_CREAT) {
            j->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            j->created = j->fd >= 0;
        }
        if (j->fd < 0 && !((flags & H5F_ACC_CREAT) && (errno != EEXIST || (flags & H5F_ACC_EXCL))))
            j->fd = open(path, O_RDWR | O_CLOEXEC);
    }
    if (j->fd < 0) return journal_fail_os(fault, j->writer ? "open for writing" : "open", path);
    if (fstat(j->fd, &st)) return journal_fail_os(fault, "open", path);
    if (!S_ISREG(st.st_mode)) return journal_fail(fault, JOURNAL_EIO, EINVAL, "%s is not a regular file", path);
    /* Where a file system cannot do better, a new file has a second name for a moment. */
    for (int i = 0; j->writer && st.st_nlink > 1 && i < 50; i++) {
        usleep(10000);
        if (fstat(j->fd, &st)) return journal_fail_os(fault, "open", path);
    }
    if (j->writer && st.st_nlink > 1)
        return journal_fail(fault, JOURNAL_EIO, EMLINK,
                            "%s has %lu names (hard links), and a journal belongs to one name of a file: remove the others, or "
                            "copy it and write to the copy; mode=r reads it as it is",
                            path, (unsigned long)st.st_nlink);
    j->device = st.st_dev;
    j->inode = st.st_ino;
    if (!(j->path = realpath(path, NULL)) || !(j->walpath = journal_join(j->path, "-wal")))
        return journal_fail_os(fault, "open", path);
    return 0;
}

/* Locks the journal that is open as wal: 0, 1 when its name has gone to another, -1. */
int journal_lock(journal *j, int wal, journal_fault *fault)
{
    char *rest;
    int   held = journal_flock(wal, LOCK_EX, 0);

    if (held < 0) return journal_fail_os(fault, "lock the journal", j->walpath);
    if (held > 0) {
        journal_want(wal, 1);
        return journal_fail(fault, JOURNAL_ELOCKED, 0,
                            "another process is writing to %s, or this one has it open twice; try again when that is "
                            "done, or open it read-only here",
                            j->path);
    }
    journal_want(wal, 0);
    if (!journal_same_file(wal, j->walpath)) {
        flock(wal, LOCK_UN);
        return 1;
    }
    /* What a crash left behind while it rewrote the journal; the journal itself is whole. */
    if ((rest = journal_join(j->walpath, "-new"))) unlink(rest);
    free(rest);
    j->locked = 1;
    return 0;
}

/* Opens and locks the journal, new or not, where *wal is not it already. A writer that closes removes
 * it, one that checkpoints replaces it: a lock on a file that has no name any more excludes nobody. */
int journal_lock_new(journal *j, int *wal, journal_fault *fault)
{
    struct stat st;
    int         gone = 1;

    for (;;) {
        if (*wal >= 0 && (gone = journal_lock(j, *wal, fault)) <= 0) return gone;
        if (*wal >= 0) close(*wal);
        j->inherited = lstat(j->walpath, &st) == 0;
        if ((*wal = journal_create(j->walpath, j->fd)) < 0) return journal_fail_os(fault, "open the journal", j->walpath);
    }
}

/* What is known of a file that ends after so many bytes, all of them at a checkpoint. */
void journal_measure(journal *j, uint64_t size)
{
    j->disk = j->eof = j->committed = j->base = size;
    j->limit = journal_round_up(size);
    j->direct = j->direct_committed = 0;
}

static int share_file(journal *j, journal_fault *fault)
{
    int         held = journal_hold(j, j->writer ? 0 : j->options.lock_ms);
    struct stat st;

    if (held < 0) return journal_fail_os(fault, "lock", j->path);
    if (held > 0)
        return journal_fail(fault, JOURNAL_ELOCKED, 0,
                            "another program has %s open for writing; close it there, then try again", j->path);
    if (fstat(j->fd, &st)) return journal_fail_os(fault, "open", j->path);
    if (j->writer && !journal_same_file(j->fd, j->path)) /* what is written to it now would be lost */
        return journal_fail(fault, JOURNAL_ELOCKED, 0, "%s was replaced just now; open it again", j->path);
    journal_measure(j, (uint64_t)st.st_size);
    if (j->lockless) journal_remember(j);
    return 0;
}

/* An empty file in place of an old one and its journal. The journal goes first: it must not be
 * replayed onto the new file. */
static int empty_file(journal *j, journal_fault *fault)
{
    int held = journal_flock(j->fd, LOCK_EX, j->options.lock_ms);

    if (held > 0)
        return journal_fail(fault, JOURNAL_EBUSY, 0, "other programs are reading %s; close it there, then try again",
                            j->path);
    if (held < 0) return journal_fail_os(fault, "lock", j->path);
    if (journal_reset(j, fault)) return -1;
    if (ftruncate(j->fd, 0)) return journal_fail_os(fault, "empty", j->path);
    j->created = 1;
    return share_file(j, fault);
}

/* Gives back what bulk data took whose commit never came: on a full disk that may be all there is. No
 * commit since the last checkpoint refers to it, nor the file. */
void journal_cut(journal *j)
{
    if (j->disk > j->limit && ftruncate(j->fd, (off_t)j->limit) == 0) j->disk = j->limit;
}

/* Takes over what an earlier writer left. While readers hold the file, its journal stays and is
 * continued; its unfinished rest has to go, lest it look like part of what will be appended. Only a
 * checkpoint that was begun must first be finished: with new commits, what it has written already
 * would be neither what the file was nor what the journal wants. */
static int replay(journal *j, journal_fault *fault)
{
    size_t applied;

    if (journal_scan(j, fault)) return -1;
    if (j->number == 0 && j->disk == 0 && j->inherited) {
        j->created = 1; /* and never armed: it is taken away */
        return journal_fail(fault, JOURNAL_EIO, ENOENT,
                            "making %s was interrupted before anything was committed; it was removed, make it again", j->path);
    }
    if (j->number == 0) return j->stats.dropped_bytes ? journal_reset(j, fault) : 0;
    if (journal_verify(j, &applied, fault)) return -1; /* before anything is touched */
    journal_cut(j);
    if (journal_apply(j, 0, 0, fault) == 0) return 0;
    if (fault->code != JOURNAL_EBUSY) return -1;
    if (journal_verify(j, &applied, fault)) return -1;
    if (applied)
        return journal_fail(fault, JOURNAL_EBUSY, 0,
                            "%s has to be recovered, but other programs are reading it; close it there, then try again",
                            j->path);
    if (ftruncate(j->wal, (off_t)j->walsize) || (j->options.sync != JOURNAL_SYNC_OFF && journal_sync(j->wal)))
        return journal_fail_os(fault, "shorten the journal", j->walpath);
    return 0;
}

/* Looks at the file through its journal. The shared lock on the file keeps the journal from being
 * emptied; what a live writer appends to it is looked at when journal_ready finds it. */
static int look_through(journal *j, journal_fault *fault)
{
    size_t applied;

    if ((j->wal = journal_view(j->walpath)) < 0)
        return errno == ENOENT ? 0 : journal_fail_os(fault, "read the journal", j->walpath);
    if (journal_scan(j, fault)) return -1;
    return j->number ? journal_verify(j, &applied, fault) : 0;
}

/* The handle of a file, with the locks and the journal that its mode asks for. flags are HDF5's. */
journal *journal_open(const char *path, int mode, unsigned flags, const journal_options *options,
                      journal_fault *fault)
{
    journal *j = calloc(1, sizeof *j);
    int      failed;

    if (!j) {
        journal_fail_os(fault, "open", path);
        return NULL;
    }
    if (options) j->options = *options;
    if (!j->options.lock_ms) j->options.lock_ms = LOCK_MS;
    if (!j->options.checkpoint_bytes) j->options.checkpoint_bytes = 64 << 20;
    if (!j->options.cache_bytes) j->options.cache_bytes = 64 << 20;
    j->fd = j->wal = j->next_wal = -1;
    j->writer = mode == JOURNAL_WRITE;
    j->salt = journal_salt();
    failed = open_file(j, path, flags, fault);
    if (!failed && j->writer) {
        failed = journal_lock_new(j, &j->wal, fault) || share_file(j, fault);
        /* The journal must have its name before the first commit is in it. */
        if (!failed && j->options.sync != JOURNAL_SYNC_OFF && journal_sync_folder(j->walpath))
            failed = journal_fail_os(fault, "sync the folder of", j->walpath);
        if (!failed) failed = (flags & H5F_ACC_TRUNC) || j->created ? empty_file(j, fault) : replay(j, fault);
    } else if (!failed) {
        struct stat st;
        int         held = 1;
        failed = share_file(j, fault);
        if (!failed && !j->lockless && stat(j->walpath, &st) == 0) held = journal_flock_alone(j->fd, 0);
        /* Better a recovered file than a look through its journal, where nobody else has the file. A
         * journal that does not fit is found again below, with the same reason. */
        if (held == 0) {
            flock(j->fd, LOCK_UN);
            journal_recover(j->path, NULL, NULL);
        }
        if (held != 1) failed = share_file(j, fault);
        if (!failed) failed = look_through(j, fault);
    }
    if (j->writer) j->mine = j->number; /* whoever had the others may be dead */
    if (!failed) return j;
    if (j->created && j->path) unlink(j->path);
    if (j->writer && j->locked) {
        struct stat st;
        if (fstat(j->wal, &st) == 0 && st.st_size == 0 && journal_same_file(j->wal, j->walpath)) unlink(j->walpath);
    }
    journal_release(j);
    return NULL;
}

/* Commits and checkpoints an armed file; what was never armed, rolled back or poisoned keeps only
 * what was committed. Returns -1 when something was lost that HDF5 had handed over. JOURNAL_EBUSY
 * with 0: all is committed, but the journal stays. */
int journal_close(journal *j, journal_fault *fault)
{
    int failed = 0;

    fault->code = JOURNAL_OK;
    if (j->writer && j->locked) {
        if (!j->armed || j->discarding || j->poisoned) {
            journal_discard(j);
        } else {
            if (j->eoa != HADDR_UNDEF) j->eof = j->eoa;
            if (journal_commit_pages(j, fault)) failed = journal_poison(j, fault);
        }
        if (j->armed && !j->poisoned && journal_apply(j, 1, journal_keeper(j) ? j->options.lock_ms : 0, fault))
            failed = fault->code == JOURNAL_EBUSY ? 0 : -1;
        if (j->walsize == 0 && journal_same_file(j->wal, j->walpath)) unlink(j->walpath);
        if (j->created && !j->armed) unlink(j->path);
    }
    journal_release(j);
    return failed;
}

int journal_recover(const char *path, journal_stats *stats, journal_fault *fault)
{
    journal_fault why = {0};
    journal      *j = journal_open(path, JOURNAL_WRITE, 0, NULL, &why);
    int           failed = !j;

    if (j) {
        if (stats) journal_get_stats(j, stats);
        if (j->walsize)
            failed = journal_fail(&why, JOURNAL_EBUSY, 0,
                                  "other programs are reading %s, so its journal %s cannot be emptied; close it there, "
                                  "then try again",
                                  j->path, j->walpath);
        journal_close(j, failed ? &(journal_fault){0} : &why);
    }
    if (fault) *fault = why;
    return failed ? -1 : 0;
}
