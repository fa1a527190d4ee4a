/* The table of pages that differ from the file: changed since the last commit, or committed to the
 * journal and not yet checkpointed. */
#include "journal_internal.h"

#include <stdlib.h>
#include <string.h>

/* The multiplier is 2^64 / golden ratio: runs of neighbouring pages spread over the whole table. */
static size_t home(const journal *j, uint64_t no)
{
    return (size_t)(no * 0x9e3779b97f4a7c15u >> 20) & (j->capacity - 1);
}

static journal_page **slot(const journal *j, uint64_t no)
{
    size_t i = home(j, no);

    while (j->slots[i] && j->slots[i]->no != no) i = (i + 1) & (j->capacity - 1);
    return &j->slots[i];
}

journal_page *journal_find(const journal *j, uint64_t no)
{
    return j->count ? *slot(j, no) : NULL;
}

static int grow(journal *j)
{
    journal_page **old = j->slots;
    size_t         n = j->capacity;

    j->capacity = n ? 2 * n : 1024;
    j->slots = calloc(j->capacity, sizeof *j->slots);
    if (!j->slots) {
        j->slots = old, j->capacity = n;
        return -1;
    }
    for (size_t i = 0; i < n; i++)
        if (old[i]) *slot(j, old[i]->no) = old[i];
    free(old);
    return 0;
}

/* The page, new and empty where the table lacks it; NULL when out of memory. */
journal_page *journal_insert(journal *j, uint64_t no)
{
    journal_page **s;

    if (2 * (j->count + 1) > j->capacity && grow(j)) return NULL;
    s = slot(j, no);
    if (!*s) {
        if (!(*s = calloc(1, sizeof **s))) return NULL;
        (*s)->no = no;
        j->count++;
    }
    return *s;
}

/* The content of a page as HDF5 sees it. */
int journal_load(const journal *j, const journal_page *p, uint8_t bytes[JOURNAL_PAGE])
{
    if (p->bytes) {
        memcpy(bytes, p->bytes, JOURNAL_PAGE);
        return 0;
    }
    return p->image ? journal_pread(j->wal, bytes, JOURNAL_PAGE, p->image)
                    : journal_pread(j->fd, bytes, JOURNAL_PAGE, p->no * JOURNAL_PAGE);
}

/* The bytes of a page that is about to change; whole says that all of it will be overwritten. A
 * page of the old file is read even then, to know later whether someone else changed it. */
uint8_t *journal_touch(journal *j, uint64_t no, int whole)
{
    journal_page *p = journal_insert(j, no);
    int           old = no * JOURNAL_PAGE < j->base, blank;

    if (!p) return NULL;
    if (!p->bytes) {
        uint8_t *bytes = malloc(JOURNAL_PAGE);
        if (!bytes) return NULL;
        blank = !p->image && !old && (whole || no * JOURNAL_PAGE >= j->disk);
        if (blank) {
            memset(bytes, 0, JOURNAL_PAGE);
        } else if (journal_load(j, p, bytes)) {
            free(bytes);
            return NULL;
        }
        if (old && !p->known) {
            journal_sectors(p->sector, bytes); /* not committed before, so these came from the file */
            p->known = 1;
        }
        p->bytes = bytes;
        j->memory += JOURNAL_PAGE;
    }
    if (!p->dirty) {
        if (j->dirty == j->room) {
            size_t         room = j->room ? 2 * j->room : 256;
            journal_page **changed = realloc(j->changed, room * sizeof *changed);
            if (!changed) return NULL;
            j->changed = changed;
            j->room = room;
        }
        j->changed[j->dirty++] = p;
        p->dirty = 1;
    }
    return p->bytes;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = (*(journal_page *const *)a)->no, y = (*(journal_page *const *)b)->no;

    return (x > y) - (x < y);
}

void journal_sort(journal_page **pages, size_t n)
{
    qsort(pages, n, sizeof *pages, ascending);
}

/* All pages by number; NULL when out of memory. */
journal_page **journal_sorted(const journal *j, size_t *n)
{
    journal_page **pages = malloc((j->count + 1) * sizeof *pages);

    *n = 0;
    if (!pages) return NULL;
    for (size_t i = 0; i < j->capacity; i++)
        if (j->slots[i]) pages[(*n)++] = j->slots[i];
    journal_sort(pages, *n);
    return pages;
}

/* Forgets the pages that unwanted names, or all. */
void journal_drop(journal *j, int (*unwanted)(const journal *, const journal_page *))
{
    size_t start = 0, kept = 0;

    if (j->count == 0) return;
    for (size_t i = 0; i < j->dirty; i++)
        if (unwanted && !unwanted(j, j->changed[i])) j->changed[kept++] = j->changed[i];
    j->dirty = kept;
    while (j->slots[start]) start++; /* the table is at most half full */
    for (size_t i = 0; i < j->capacity; i++) {
        journal_page *p = j->slots[i];
        if (!p || (unwanted && !unwanted(j, p))) continue;
        if (p->bytes) j->memory -= JOURNAL_PAGE;
        j->count--;
        j->slots[i] = NULL;
        free(p->bytes);
        free(p);
    }
    /* What stays may sit behind a new gap. Putting each in again, from a gap that was there before,
     * moves it only towards its home. */
    for (size_t k = 1; j->count && k <= j->capacity; k++) {
        size_t        i = (start + k) & (j->capacity - 1);
        journal_page *p = j->slots[i];
        j->slots[i] = NULL;
        if (p) *slot(j, p->no) = p;
    }
}

/* Lets go of the memory of committed pages once there is more of it than asked for. */
void journal_shed(journal *j)
{
    if (j->memory <= j->options.cache_bytes) return;
    for (size_t i = 0; i < j->capacity; i++) {
        journal_page *p = j->slots[i];
        if (p && p->bytes && !p->dirty && p->image) {
            free(p->bytes);
            p->bytes = NULL;
            j->memory -= JOURNAL_PAGE;
        }
    }
}
