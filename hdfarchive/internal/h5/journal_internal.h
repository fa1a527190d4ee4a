/* What the journal's own files share; see journal.h for what it is. */
#ifndef KLEPTO_JOURNAL_INTERNAL_H
#define KLEPTO_JOURNAL_INTERNAL_H

#include "journal.h"
#include <stddef.h>
#include <sys/types.h>

enum {
    JOURNAL_PAGE = 4096,
    JOURNAL_SECTOR = 512,
    JOURNAL_SECTORS = JOURNAL_PAGE / JOURNAL_SECTOR,
    JOURNAL_HEADER = 128,
    JOURNAL_RECORD = 64,
    JOURNAL_ENTRY = 48,
    JOURNAL_BULK = 64 * 1024,  /* shorter writes are gathered in memory: they are mostly metadata */
    JOURNAL_SIEVE = 16 * 1024, /* HDF5 reads so much for a small piece of an array: its 64 KiB take longer than the rest */
    JOURNAL_HURRY = 1 << 20,   /* the disk begins with bulk data after so much of them, not with the sync */
    JOURNAL_SHARE = 2 << 20,   /* what a thread reads at a time of a large read */
    JOURNAL_SHARED = 8 << 20,  /* from where on a read is large: it takes twenty times what a thread costs */
    JOURNAL_SLICE_MS = 100,    /* how long a writer keeps its shared lock on the file at a time */
    JOURNAL_STAGE = 256 * 1024 /* contiguous pages are handed to the system in pieces of this size */
};

/* One page that differs from the file. */
typedef struct {
    uint64_t no;                     /* offset in the file / JOURNAL_PAGE */
    uint64_t image;                  /* offset in the journal of its newest committed image, 0: none */
    uint8_t *bytes;                  /* NULL: read the image */
    uint32_t sector[JOURNAL_SECTORS]; /* checksums in the file at the last checkpoint, where known */
    uint8_t  known, dirty;           /* dirty: bytes are newer than the image */
} journal_page;

struct journal {
    H5FD_t   pub; /* HDF5 asks for this to be first */
    int      fd, wal;
    char    *path, *walpath; /* without symbolic links, so that all names of a file share one journal */
    hid_t    file;
    dev_t    device;
    ino_t    inode;
    uint8_t  writer, armed, created, discarding, poisoned;
    uint8_t  locked, shared; /* it has the journal's lock, a shared one on the file */
    uint8_t  parking, parked; /* the next close keeps the handle; it has done so */
    uint8_t  changed_under;   /* what it knows may be out of date in every part */
    uint8_t  marked;          /* the journal ends with the mark of a checkpoint */
    uint8_t  durable;         /* of the journal's header */
    uint8_t  lockless;        /* a reader where the file system has no locks */
    int      next_wal;        /* the journal that replaced wal, locked; -1 */
    int64_t  since;           /* when it got the shared lock, in ms */
    uint64_t mine;            /* number of its own last commit in this journal */
    int64_t  seen[5];         /* size and times of the file, when it gave the shared lock back, or was read without; 0: not known */
    journal *next;            /* among the parked */
    uint8_t  inherited; /* the journal was there before this handle */
    haddr_t  eoa;       /* HDF5's end of allocation */
    uint64_t eof;       /* end of the file as HDF5 sees it */
    uint64_t committed; /* eof at the last commit */
    uint64_t base;      /* eof at the last checkpoint: what readers of the file may look at */
    uint64_t limit;     /* no commit since the last checkpoint refers to bytes from here on */
    uint64_t disk;      /* bytes that the file has */
    uint64_t direct;    /* end of the bytes written straight to the file */
    uint64_t direct_committed; /* as of the last commit */
    uint8_t  unsynced;  /* bytes were written straight to the file since the last commit */
    uint64_t salt, number, walsize;
    journal_page **slots; /* open addressing by page number */
    size_t   capacity, count;
    journal_page **changed; /* since the last commit, in the order they were */
    size_t   room, dirty;   /* of changed */
    uint64_t memory;
    uint64_t compact;   /* size of the journal after it was last rewritten */
    uint64_t patience;  /* size at which a checkpoint that readers prevented is tried again */
    uint8_t *stage;
    journal_options options;
    journal_stats   stats;
    journal_fault   fault; /* why it is poisoned */
};

/* ---- journal_fault.c: reasons ---- */
int  journal_fail(journal_fault *fault, int code, int os, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int  journal_fail_os(journal_fault *fault, const char *doing, const char *path);
int  journal_fail_poisoned(const journal *j, journal_fault *fault);
void journal_report(const journal_fault *fault);

/* ---- journal_system.c: files, locks, syncs ---- */
int   journal_pread(int fd, void *bytes, size_t n, uint64_t offset); /* zeros past the end */
int   journal_pwrite(int fd, const void *bytes, size_t n, uint64_t offset);
int   journal_sync(int fd);
void  journal_hurry(int fd, uint64_t offset, uint64_t n); /* a sync of this part is near */
int   journal_sync_folder(const char *path);
int   journal_want(int fd, int on);  /* says by the descriptor of a journal that its lock is waited for */
int   journal_wanted(int fd);        /* whether another has said so */
int   journal_company(int fd);       /* whether anybody else who lets go of the file has the journal open */
int   journal_flock(int fd, int operation, int wait_ms); /* 0, 1: held by others, -1 */
int   journal_flock_alone(int fd, int wait_ms);          /* 0, 1: still shared, 2: lost to a writer, -1 */
int   journal_create(const char *path, int like); /* a descriptor */
int   journal_view(const char *path);             /* a descriptor for reading */
int   journal_same_file(int fd, const char *path);
char *journal_join(const char *path, const char *suffix);
uint64_t journal_salt(void);

/* ---- journal_share.c ---- */
int journal_pread_large(int fd, void *bytes, size_t n, uint64_t offset); /* journal_pread by two threads */

/* ---- journal_checksum.c ---- */
uint32_t journal_crc(uint32_t crc, const void *bytes, size_t n);
void     journal_sectors(uint32_t sector[JOURNAL_SECTORS], const uint8_t *page);

static inline void journal_put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}
static inline void journal_put64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++) p[i] = (uint8_t)(v >> 8 * i);
}
static inline uint32_t journal_get32(const uint8_t *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) v |= (uint32_t)p[i] << 8 * i;
    return v;
}
static inline uint64_t journal_get64(const uint8_t *p)
{
    return journal_get32(p) | (uint64_t)journal_get32(p + 4) << 32;
}
static inline uint64_t journal_round_up(uint64_t n)
{
    return (n + JOURNAL_PAGE - 1) / JOURNAL_PAGE * JOURNAL_PAGE;
}

/* ---- journal_page.c: the table of pages that differ from the file ---- */
journal_page  *journal_find(const journal *j, uint64_t no);
journal_page  *journal_insert(journal *j, uint64_t no);
uint8_t       *journal_touch(journal *j, uint64_t no, int whole);
int            journal_load(const journal *j, const journal_page *p, uint8_t bytes[JOURNAL_PAGE]);
journal_page **journal_sorted(const journal *j, size_t *n);
void           journal_sort(journal_page **pages, size_t n);
void           journal_drop(journal *j, int (*unwanted)(const journal *, const journal_page *));
void           journal_shed(journal *j);

/* ---- journal_record.c: the journal's bytes ---- */
int journal_append(journal *j, journal_page *const *pages, size_t n, journal_fault *fault);
int journal_mark(journal *j, journal_fault *fault);
int journal_follows(const journal *j, uint64_t size);
int journal_scan(journal *j, journal_fault *fault);
int journal_reset(journal *j, journal_fault *fault);
int journal_rewrite(journal *j, journal_fault *fault);
int journal_retire(journal *j, int closing, journal_fault *fault);

/* ---- journal_commit.c ---- */
int journal_commit_pages(journal *j, journal_fault *fault);
void journal_discard(journal *j);

/* ---- journal_checkpoint.c ---- */
int journal_apply(journal *j, int closing, int wait_ms, journal_fault *fault);
int journal_strange(const journal *j, const journal_page *p, int *differs, size_t *from);
int journal_verify(const journal *j, size_t *applied, journal_fault *fault);

/* ---- journal_open.c ---- */
enum { JOURNAL_READ, JOURNAL_WRITE };
journal *journal_open(const char *path, int mode, unsigned flags, const journal_options *options,
                      journal_fault *fault);
int journal_close(journal *j, journal_fault *fault);
void journal_cut(journal *j);
int journal_lock(journal *j, int wal, journal_fault *fault);
int journal_lock_new(journal *j, int *wal, journal_fault *fault);
void journal_release(journal *j);
void journal_measure(journal *j, uint64_t size);

/* ---- journal_turn.c: several writers ---- */
journal *journal_resume(journal *j, journal_fault *fault);
void     journal_keep(journal *j);
int      journal_keeper(const journal *j);
int      journal_hold(journal *j, int wait_ms);
void     journal_remember(journal *j);
int64_t  journal_clock(void);

#endif
