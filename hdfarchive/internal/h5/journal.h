/*
 * A crash-safe virtual file driver for HDF5: a redo journal beside one ordinary file.
 *
 * Plain HDF5 keeps a web of metadata that is torn whenever the process dies inside a write. This
 * driver never changes a page that committed data stands on before the new image of that page is
 * safe in a journal, `<file>-wal`. At rest, after a clean close, there is no journal: the archive
 * is one HDF5 file that any HDF5 program reads.
 *
 *   write       Pages stay in memory. Whole pages past the committed end (bulk data) go straight
 *               to the file: nothing committed refers to them, so they are written once.
 *   commit      H5Fflush, then one checksummed record with every changed page is appended to the
 *               journal and synced as asked. The commit counts from here.
 *   checkpoint  Under an exclusive lock the newest images go from the journal to the file, the file
 *               is synced, a new journal begins. Happens at `checkpoint_bytes`, on request, at close.
 *   open        The longest valid prefix of a leftover journal is checkpointed. Where that cannot
 *               be done (read-only folder, live writer, other readers), a reader looks at the file
 *               through the journal and changes nothing.
 *
 * What a commit outlives
 *   sync       death of the process   power cut
 *   normal     nothing is lost        the newest commits may be lost, never consistency
 *   full       nothing is lost        nothing is lost
 *   off        nothing is lost        anything may happen
 *
 * Locks (flock, as HDF5 itself uses)
 *   journal    exclusive: the writer whose turn it is. A writer has the turn from open to close,
 *              unless it gives it away between its commits; see journal_take.
 *   file       shared: readers and writers while they read or write, for a tenth of a second at a
 *              time, and the writer that has made the newest commit, so that an HDF5 program with
 *              file locking can read the file (it sees the last checkpoint) but not write it.
 *   file       exclusive: the writer whose turn it is, while it copies pages into the file, not while
 *              it waits for the disk. Other programs that read put checkpoints off, and the journal
 *              grows; whenever more than half of it is out of date it is replaced by one with the
 *              newest image of each page.
 *
 * On disk: all numbers little-endian, no padding, checksums are CRC-32C.
 *
 *   header, 128 bytes
 *     0  "KLPTWAL1"              8  u32 version = 1        12  u32 page size = 4096
 *    16  u64 salt (random)      24  u64 end of the file at the last checkpoint
 *    32  8 x u32 checksums of the 512-byte sectors of the file's first page at the last checkpoint
 *    64  u32 1 = begun with sync normal or full, which all who join it keep to
 *    68  zeros                 124  u32 checksum of bytes 0..123
 *   record, one per commit, numbered 1, 2, ...
 *     0  "KLPTREC1"              8  u64 salt               16  u64 number
 *    24  u64 pages              32  u64 end of the file    40  u64 end of what was written straight to it
 *    48  u64 0, or 1 = no commit, but the mark of a checkpoint that begins
 *    56  u32 zero                            60  u32 checksum of bytes 0..59, entries, images
 *    64  entries, 48 bytes a page, in ascending order of pages
 *          0  u64 page           8  u32 flags: 1 = sectors known    12  u32 zero
 *         16  8 x u32 checksums of the page's sectors in the file at the last checkpoint
 *        then the images, 4096 bytes a page
 *
 * Why the sectors: a journal must only be replayed onto the file it was made for. Time stamps and
 * inode numbers change by copying and by our own bulk writes; what matters is whether the pages
 * about to be overwritten are what the writer had read. Each 512-byte sector of such a page, and of
 * the first page (the superblock, which every program that grows a file rewrites), must be as it
 * was at the checkpoint or, after a crash inside a checkpoint, as the journal wants it: a disk may
 * tear a page, not a sector. Anything else was written by someone else, and the replay is refused.
 * Bytes past the end of the file do not count: an image may be older than that end.
 *
 * A journal belongs to one name of a file, so a file with hard links has no writers.
 */
#ifndef KLEPTO_JOURNAL_H
#define KLEPTO_JOURNAL_H

#include <hdf5.h>
#include <stdint.h>

typedef struct journal journal;

enum { JOURNAL_SYNC_NORMAL = 0, JOURNAL_SYNC_FULL = 1, JOURNAL_SYNC_OFF = 2 };

/* A zero field means the default. */
typedef struct journal_options {
    int32_t  sync;             /* JOURNAL_SYNC_NORMAL */
    int32_t  lock_ms;          /* how long opening and closing wait for a lock on the file; 2000 */
    uint64_t checkpoint_bytes; /* size of the journal at which a commit checkpoints; 64 MiB */
    uint64_t cache_bytes;      /* memory for committed pages, the rest is read from the journal; 64 MiB */
    journal *resume;           /* a parked handle that the open takes up again; NULL */
} journal_options;

/* Why a call failed. */
enum {
    JOURNAL_OK = 0,
    JOURNAL_EIO,      /* the system said no; os holds its errno */
    JOURNAL_ELOCKED,  /* another writer, or a program that opened the file for writing, has it */
    JOURNAL_EBUSY,    /* readers hold the file: nothing is lost, try again */
    JOURNAL_EFOREIGN, /* the file was changed by another program; the journal was not replayed */
    JOURNAL_EDAMAGED, /* the journal is not one of ours, or of a newer version */
    JOURNAL_ENOSPACE, /* no room on the disk */
    JOURNAL_EREADONLY, /* the file or its folder cannot be written */
    JOURNAL_EPOISONED, /* an earlier commit failed: close and open again */
    JOURNAL_EHDF5      /* HDF5 failed */
};

typedef struct {
    int32_t code, os;
    char    text[1000]; /* what happened and what to do next */
} journal_fault;

typedef struct {
    uint64_t commits, checkpoints;
    uint64_t deferred;       /* checkpoints put off because readers held the file */
    uint64_t rewrites;       /* times an outgrown journal was rewritten */
    uint64_t journal_bytes;  /* its size now */
    uint64_t written_bytes;  /* into the journal, in all */
    uint64_t direct_bytes;   /* straight into the file, in all */
    uint64_t applied_pages;  /* from the journal into the file, in all */
    uint64_t memory_bytes;   /* pages held in memory now */
    uint64_t pending_pages;  /* changed since the last commit */
    uint64_t replayed;       /* commits found in a leftover journal when the file was opened */
    uint64_t dropped_bytes;  /* unfinished or damaged rest of that journal */
    int32_t  poisoned;
    int32_t  overlay;        /* a reader that looks through a journal */
} journal_stats;

/* None of these may run at the same time as another of them, or as HDF5 itself on the same file:
 * the caller holds its HDF5 lock. They return 0, or -1 (NULL) with the reason in *fault. */

/* Makes H5Fopen and H5Fcreate with this access list use the driver; options may be NULL. */
int journal_install(hid_t fapl, const journal_options *options, journal_fault *fault);

/* Starts the life of a file opened or created with the driver. Of one that is opened for writing
 * nothing is kept until this call, so that a failed open leaves the file as it was. A new file is
 * committed and checkpointed here. The handle lives until H5Fclose, which commits, checkpoints and
 * removes the journal. */
journal *journal_arm(hid_t file, journal_fault *fault);

/* Commits as the options say: journal_write, with full sync journal_settle, then a checkpoint where
 * one is due. Callers that want their lock back while the disk works call the parts themselves. */
int journal_commit(journal *j, journal_fault *fault);

/* Hands HDF5's caches to the journal: what was written outlives the process. */
int journal_write(journal *j, journal_fault *fault);

/* Makes what journal_write wrote outlive a power cut. It may run beside HDF5 calls on the same file
 * and needs no lock. After a failure the caller calls journal_poison, under the lock. */
int journal_settle(const journal *j, journal_fault *fault);

/* Syncs bulk data early, under the same terms, so that journal_write has less to wait for. */
int journal_settle_bulk(const journal *j, journal_fault *fault);

/* Takes no more commits, for the reason given: the caller closes the file and opens it again. */
int journal_poison(journal *j, const journal_fault *why);

/* Checkpoints if the journal has grown to its size. Readers that are in the way are no failure. */
int journal_relieve(journal *j, journal_fault *fault);

/* Commits, then empties the journal into the file. Waits up to wait_ms for readers to let go;
 * JOURNAL_EBUSY says that they did not, and that the commit stands all the same. */
int journal_checkpoint(journal *j, int wait_ms, journal_fault *fault);

/* Drops everything since the last commit. HDF5's own caches still hold it, so the caller closes all
 * objects and the file at once and opens it again; the close keeps what was committed, only. */
void journal_rollback(journal *j);

/* ---- Several processes ----
 *
 * Writers in several processes take turns: journal_take before a commit, journal_yield after it. All
 * see what the others committed, once they have opened the file again: HDF5 keeps what it has read.
 * For that they park the handle, H5Fclose, and H5Fopen with options.resume, which reads only what is
 * new in the journal.
 *
 * Between commits a writer reads under its shared lock on the file. It keeps that for a tenth of a
 * second at a time, so that another's checkpoint has to wait no longer; but the one that made the
 * newest commit keeps it, so that no other program writes to a file that a journal belongs to. Of
 * who dies nothing remains but what it has committed, and perhaps the mark of a checkpoint, which
 * whoever takes the next turn ends first.
 *
 * Readers do as writers do between their commits, and need no permission to write. They look through
 * the journal, where there is one, and open the file again when journal_share says that it is stale. */

/* Makes it the turn of this handle: JOURNAL_ELOCKED while it is another's. With *stale set, others
 * have committed meanwhile: park and open again before anything else. */
int journal_take(journal *j, int *stale, journal_fault *fault);

/* Gives the turn away. Returns 1 when others wait for it, who should be given the time to take it. */
int journal_yield(journal *j);

/* Whether HDF5 may be asked now: the shared lock is there and, with fresh set, nobody has committed
 * since. Otherwise call journal_share. */
int journal_ready(const journal *j, int fresh);

/* Gets the shared lock on the file, for a while. JOURNAL_ELOCKED: try again in a moment, and after
 * some moments with urgent set. JOURNAL_EIO with ENOENT: what a reader reads is not at its path any
 * more, but another file. *stale as above. */
int journal_share(journal *j, int urgent, int *stale, journal_fault *fault);

/* Gives the shared lock back where this writer has no reason to keep it; 1 when it keeps it. */
int journal_rest(journal *j);

/* The next H5Fclose of the file keeps nothing since the last commit, and the handle for the next
 * H5Fopen. journal_forget ends one that was not taken up. */
void journal_park(journal *j);
void journal_forget(journal *j);

void journal_get_stats(const journal *j, journal_stats *stats);

/* Replays a leftover journal, which every open for writing does too. stats may be NULL. */
int journal_recover(const char *path, journal_stats *stats, journal_fault *fault);

/* The reason of the newest failure inside a driver callback, for H5Fopen, H5Dwrite and H5Fclose,
 * which can only say that the driver failed. Returns its code and forgets it. After a successful
 * H5Fclose, JOURNAL_EBUSY says that readers held the file and that the journal stays beside it. */
int journal_take_fault(journal_fault *fault);

#endif
