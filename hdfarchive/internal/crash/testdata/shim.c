/*
 * Loaded with LD_PRELOAD in front of libc, this makes the disk of a program unreliable. It looks at
 * changes of files named *.h5, *.h5-wal* and .klepto-tmp.* only.
 *
 *   CRASH_AT=n       the process dies inside its n-th change: half of a write is done, nothing else
 *   ROOM=bytes       the disk is full after so many bytes, in the middle of a write
 *   FAIL_SYNC_AT=n   the n-th sync says EIO
 *   NO_SYNC=1        syncs take no time: only the power cuts care, and they simulate them
 *   TRACE=path       every change, sync and line of output is logged there, in the order they happen
 *   COUNT=path       the number of changes is left there when the process ends
 *
 * A trace is a row of records: u8 what, u8 zero[7], u64 file, u64 offset, u64 length, then the bytes.
 *   'c' path: a new file    'e' path: one that was there    'w' bytes written    't' cut or stretched to offset    's' synced
 *   'u' path: removed       'r' path: gets this name        'd' the folder was synced       'o' output
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static long     changes, syncs, crash_at = -1, fail_sync_at = -1, room = -1;
static int      trace = -1, begun, no_sync;
static uint64_t files[4096]; /* number of the file behind a descriptor, 0: not watched */
static uint64_t folders[4096], next_file = 1;
static struct {
    dev_t    device;
    ino_t    inode;
    uint64_t file;
} known[4096];
static int knowns;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_open)(const char *, int, ...), (*real_close)(int), (*real_ftruncate)(int, off_t);
static int (*real_fdatasync)(int), (*real_fsync)(int), (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);

__attribute__((constructor)) static void begin(void)
{
    const char *value;

    if (begun) return;
    begun = 1;
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_write = dlsym(RTLD_NEXT, "write");
    real_open = dlsym(RTLD_NEXT, "open");
    real_close = dlsym(RTLD_NEXT, "close");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_rename = dlsym(RTLD_NEXT, "rename");
    if ((value = getenv("CRASH_AT"))) crash_at = atol(value);
    if ((value = getenv("FAIL_SYNC_AT"))) fail_sync_at = atol(value);
    if ((value = getenv("ROOM"))) room = atol(value);
    no_sync = getenv("NO_SYNC") != NULL;
    if ((value = getenv("TRACE"))) trace = real_open(value, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("COUNT");
    char        line[32];
    int         fd;

    if (!path || (fd = real_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) < 0) return;
    if (real_write(fd, line, (size_t)snprintf(line, sizeof line, "%ld", changes)) < 0) _exit(9);
    real_close(fd);
}

static void put(char what, uint64_t file, uint64_t offset, const void *bytes, uint64_t n)
{
    uint8_t      head[32] = {(uint8_t)what};
    struct iovec parts[2] = {{head, sizeof head}, {(void *)(uintptr_t)bytes, bytes ? n : 0}};

    if (trace < 0) return;
    memcpy(head + 8, &file, 8);
    memcpy(head + 16, &offset, 8);
    memcpy(head + 24, &n, 8);
    if (writev(trace, parts, 2) < 0) _exit(9);
}

static int watched_path(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (strstr(path, "/.klepto-tmp.")) return 1;
    return dot && (!strcmp(dot, ".h5") || !strncmp(dot, ".h5-wal", 7));
}

static uint64_t watched(int fd) { return fd >= 0 && fd < 4096 ? files[fd] : 0; }

/* Counts a change; true when the process is to die in it. */
static int dies(void) { return ++changes == crash_at; }

static int open_watched(const char *path, int flags, mode_t mode)
{
    struct stat st;
    int         watch, fresh, fd;

    begin();
    watch = watched_path(path);
    fresh = watch && (flags & O_CREAT) && lstat(path, &st) != 0;
    if (fresh && dies()) _exit(137);
    fd = real_open(path, flags, mode);
    if (fd < 0 || fd >= 4096) return fd;
    files[fd] = 0;
    folders[fd] = flags == (O_RDONLY | O_CLOEXEC) && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
    if (!watch || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &st)) return fd;
    for (int i = knowns - 1; !fresh && i >= 0 && !files[fd]; i--)
        if (known[i].device == st.st_dev && known[i].inode == st.st_ino) files[fd] = known[i].file;
    if (!files[fd]) {
        if (knowns == 4096) _exit(9);
        known[knowns].device = st.st_dev;
        known[knowns].inode = st.st_ino;
        known[knowns++].file = next_file;
        files[fd] = next_file++;
        put(fresh ? 'c' : 'e', files[fd], 0, path, strlen(path));
    }
    return fd;
}

#define OPEN(name)                                      \
    int name(const char *path, int flags, ...)          \
    {                                                   \
        va_list arguments;                              \
        mode_t  mode;                                   \
        va_start(arguments, flags);                     \
        mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments);                              \
        return open_watched(path, flags, mode);         \
    }
OPEN(open)
OPEN(open64)

int close(int fd)
{
    begin();
    if (fd >= 0 && fd < 4096) files[fd] = folders[fd] = 0;
    return real_close(fd);
}

static ssize_t pwrite_watched(int fd, const void *bytes, size_t n, off_t offset)
{
    uint64_t file = watched(fd);

    begin();
    if (!file) return real_pwrite(fd, bytes, n, offset);
    if (dies()) {
        /* The system copies page by page; not even a disk tears a sector. */
        size_t half = ((size_t)offset + n / 2) / 512 * 512;
        if (half > (size_t)offset && real_pwrite(fd, bytes, half - (size_t)offset, offset) < 0) _exit(9);
        _exit(137);
    }
    if (room >= 0 && (long)n > room) {
        size_t part = ((size_t)offset + (size_t)room) / 512 * 512;
        room = 0;
        if (part <= (size_t)offset) return errno = ENOSPC, -1;
        n = part - (size_t)offset;
    } else if (room >= 0) {
        room -= (long)n;
    }
    put('w', file, (uint64_t)offset, bytes, n);
    return real_pwrite(fd, bytes, n, offset);
}
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset) { return pwrite_watched(fd, bytes, n, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t offset) { return pwrite_watched(fd, bytes, n, offset); }

ssize_t write(int fd, const void *bytes, size_t n)
{
    begin();
    if (fd == 1) put('o', 0, 0, bytes, n);
    return real_write(fd, bytes, n);
}

static int truncate_watched(int fd, off_t size)
{
    uint64_t file = watched(fd);

    begin();
    if (file && dies()) _exit(137);
    if (file) put('t', file, (uint64_t)size, NULL, 0);
    return real_ftruncate(fd, size);
}
int ftruncate(int fd, off_t size) { return truncate_watched(fd, size); }
int ftruncate64(int fd, off_t size) { return truncate_watched(fd, size); }

static int sync_watched(int fd, int (*sync)(int))
{
    uint64_t file = watched(fd);

    if (file && dies()) _exit(137);
    if (file && ++syncs == fail_sync_at) return errno = EIO, -1;
    if (file) put('s', file, 0, NULL, 0);
    if (fd >= 0 && fd < 4096 && folders[fd]) put('d', 0, 0, NULL, 0);
    return no_sync ? 0 : sync(fd);
}
int fdatasync(int fd) { return begin(), sync_watched(fd, real_fdatasync); }
int fsync(int fd) { return begin(), sync_watched(fd, real_fsync); }

int unlink(const char *path)
{
    begin();
    if (watched_path(path) && access(path, F_OK) == 0) {
        if (dies()) _exit(137);
        put('u', 0, 0, path, strlen(path));
    }
    return real_unlink(path);
}

int rename(const char *from, const char *to)
{
    struct stat st;

    begin();
    if (watched_path(to) && stat(from, &st) == 0) {
        if (dies()) _exit(137);
        put('u', 0, 0, from, strlen(from));
        for (int i = knowns - 1; i >= 0; i--)
            if (known[i].device == st.st_dev && known[i].inode == st.st_ino) {
                put('r', known[i].file, 0, to, strlen(to));
                break;
            }
    }
    return real_rename(from, to);
}
