/* What differs between systems, and system calls that finish what they begin. */
#define _GNU_SOURCE /* O_CLOEXEC, fdatasync, realpath on glibc */
#include "journal_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#include <time.h>
#include <unistd.h>

int journal_pread(int fd, void *bytes, size_t n, uint64_t offset)
{
    uint8_t *p = bytes;

    while (n > 0) {
        ssize_t r = pread(fd, p, n, (off_t)offset);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return -1;
        if (r == 0) {
            memset(p, 0, n);
            return 0;
        }
        p += r, n -= (size_t)r, offset += (uint64_t)r;
    }
    return 0;
}

int journal_pwrite(int fd, const void *bytes, size_t n, uint64_t offset)
{
    const uint8_t *p = bytes;

    while (n > 0) {
        ssize_t r = pwrite(fd, p, n, (off_t)offset);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return -1;
        if (r == 0) {
            errno = ENOSPC;
            return -1;
        }
        p += r, n -= (size_t)r, offset += (uint64_t)r;
    }
    return 0;
}

/* Only F_FULLFSYNC makes macOS empty the drive's own cache; file systems that lack it have fsync. */
int journal_sync(int fd)
{
#if defined(F_FULLFSYNC)
    if (fcntl(fd, F_FULLFSYNC) == 0) return 0;
    return fsync(fd);
#elif defined(__linux__) || (defined(_POSIX_SYNCHRONIZED_IO) && _POSIX_SYNCHRONIZED_IO > 0)
    return fdatasync(fd);
#else
    return fsync(fd);
#endif
}

/* Where it can, the system begins to write what a sync will ask for, while the rest is still handed
 * over. What goes wrong the sync says. */
void journal_hurry(int fd, uint64_t offset, uint64_t n)
{
#ifdef SYNC_FILE_RANGE_WRITE
    (void)sync_file_range(fd, (off_t)offset, (off_t)n, SYNC_FILE_RANGE_WRITE);
#else
    (void)fd, (void)offset, (void)n;
#endif
}

/* A file that was just created exists after a power cut only if its folder was synced. */
int journal_sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char       *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    int         fd, failed;

    if (!folder) return -1;
    fd = open(folder, O_RDONLY | O_CLOEXEC);
    free(folder);
    if (fd < 0) return -1;
    failed = fsync(fd);
    if (failed && (errno == EINVAL || errno == ENOTSUP)) failed = 0; /* some network file systems */
    close(fd);
    return failed;
}

enum { PAUSE_MS = 5, RETAKE_MS = 100 };

static void pause_a_while(void)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000 * 1000};

    nanosleep(&pause, NULL);
}

int journal_flock(int fd, int operation, int wait_ms)
{
    for (int waited = 0;; waited += PAUSE_MS) {
        if (flock(fd, operation | LOCK_NB) == 0) return 0;
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return -1;
        if (waited >= wait_ms) return 1;
        pause_a_while();
    }
}

/* Makes a shared lock exclusive. flock lets go of the old lock first, and does not give it back when
 * the new one cannot be had, so it is taken again before anyone else has had time to write. */
int journal_flock_alone(int fd, int wait_ms)
{
    for (int waited = 0;; waited += PAUSE_MS) {
        int held = journal_flock(fd, LOCK_EX, 0);
        if (held <= 0) return held;
        if (journal_flock(fd, LOCK_SH, RETAKE_MS)) return 2; /* a moment is what others try for who do the same */
        if (waited >= wait_ms) return 1;
        pause_a_while();
    }
}

/* A writer says that it waits for the turn, and writers and readers that they are there, by a lock on a byte of the journal, of
 * a kind that flock does not know of; it goes with its process. Where there is no such kind, nobody
 * is polite to others, who then wait longer. */
enum { WISH, PRESENCE };

#ifdef F_OFD_SETLK
/* NFS and SMB make a flock of locks on all bytes, which those on single ones would stand in the way of. */
static int network(int fd)
{
#ifdef __linux__
    enum { NFS = 0x6969, SMB = 0xFF534D42, SMB2 = 0xFE534D42 };
    struct statfs fs;

    return fstatfs(fd, &fs) || (uint32_t)fs.f_type == NFS || (uint32_t)fs.f_type == SMB || (uint32_t)fs.f_type == SMB2;
#else
    return (void)fd, 0;
#endif
}

static int byte_lock(int fd, int command, short type, int byte)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    if (network(fd) || fcntl(fd, command, &lock)) return -1;
    return lock.l_type;
}

int journal_want(int fd, int on) { return byte_lock(fd, F_OFD_SETLK, on ? F_RDLCK : F_UNLCK, WISH); }
int journal_wanted(int fd) { return byte_lock(fd, F_OFD_GETLK, F_WRLCK, WISH) == F_RDLCK; }
int journal_company(int fd) { return byte_lock(fd, F_OFD_GETLK, F_WRLCK, PRESENCE) != F_UNLCK; }

static int be_there(int fd)
{
    if (fd >= 0) byte_lock(fd, F_OFD_SETLK, F_RDLCK, PRESENCE);
    return fd;
}
#else
int journal_want(int fd, int on) { return (void)fd, (void)on, 0; }
int journal_wanted(int fd) { return (void)fd, 0; }
int journal_company(int fd) { return (void)fd, 1; }
static int be_there(int fd) { return fd; }
#endif

/* Opens a journal, new or not, that those may use who may use the file `like`. A link in its place
 * is not followed: in a shared folder anyone could have put it there. */
int journal_create(const char *path, int like)
{
    struct stat st;
    int         fd;

    while ((fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0) {
        if (errno != EEXIST) return -1;
        if ((fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) >= 0 || errno != ENOENT) return be_there(fd);
        /* Whoever closed it removed it between the two calls. */
    }
    if (fstat(like, &st) || fchmod(fd, st.st_mode & 0666)) {
        int os = errno;
        unlink(path);
        close(fd);
        errno = os;
        return -1;
    }
    return be_there(fd);
}

/* Opens a journal to look through it. */
int journal_view(const char *path)
{
    return be_there(open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

/* Whether path still names the file that was opened as fd. */
int journal_same_file(int fd, const char *path)
{
    struct stat a, b;

    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

char *journal_join(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix) + 1;
    char  *joined = malloc(n + m);

    if (joined) {
        memcpy(joined, path, n);
        memcpy(joined + n, suffix, m);
    }
    return joined;
}

/* A new salt for each life of the journal keeps records of an older one from being taken for its own. */
uint64_t journal_salt(void)
{
    uint64_t        salt = 0;
    struct timespec now;
    int             fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        if (read(fd, &salt, sizeof salt) != (ssize_t)sizeof salt) salt = 0;
        close(fd);
    }
    if (salt == 0) {
        clock_gettime(CLOCK_REALTIME, &now);
        salt = (uint64_t)now.tv_sec * 1000000007u ^ (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid();
    }
    return salt | 1;
}
