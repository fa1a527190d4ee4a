/* Large reads, shared by two threads: what the system has in memory it copies at less than what memory
 * gives, and fresh memory of the caller's costs a fault a page on top. */
#include "journal_internal.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

typedef struct {
    int      fd;
    uint8_t *bytes;
    uint64_t n, offset;
    uint64_t next;   /* of n; where nobody reads yet */
    int      failed; /* errno */
} share;

static void *read_share(void *shared)
{
    share *s = shared;

    while (!__atomic_load_n(&s->failed, __ATOMIC_RELAXED)) {
        uint64_t at = __atomic_fetch_add(&s->next, JOURNAL_SHARE, __ATOMIC_RELAXED);
        if (at >= s->n) break;
        uint64_t n = s->n - at < JOURNAL_SHARE ? s->n - at : JOURNAL_SHARE;
        if (journal_pread(s->fd, s->bytes + at, n, s->offset + at)) __atomic_store_n(&s->failed, errno, __ATOMIC_RELAXED);
    }
    return NULL;
}

int journal_pread_large(int fd, void *bytes, size_t n, uint64_t offset)
{
    share     s = {.fd = fd, .bytes = bytes, .n = n, .offset = offset};
    sigset_t  all, old;
    pthread_t helper;
    int       helped = 0;

    if (n < JOURNAL_SHARED) return journal_pread(fd, bytes, n, offset);
    /* Signals are for the threads of the program. */
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &old) == 0) {
        helped = pthread_create(&helper, NULL, read_share, &s) == 0;
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    }
    read_share(&s); /* all of it, where there is no helper, or no processor for it */
    if (helped) pthread_join(helper, NULL);
    errno = s.failed;
    return s.failed ? -1 : 0;
}
