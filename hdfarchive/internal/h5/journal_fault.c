/* Reasons: what happened, and what the user does next. */
#include "journal_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* HDF5 hands no data through its own calls, so the newest reason of a callback waits here for the
 * caller, who holds the HDF5 lock. */
static journal_fault newest;

int journal_fail(journal_fault *fault, int code, int os, const char *format, ...)
{
    journal_fault f = {.code = code, .os = os};
    va_list       arguments;

    va_start(arguments, format);
    vsnprintf(f.text, sizeof f.text, format, arguments);
    va_end(arguments);
    if (fault) *fault = f;
    return -1;
}

int journal_fail_os(journal_fault *fault, const char *doing, const char *path)
{
    int         os = errno, code = JOURNAL_EIO;
    const char *advice = "";

    if (os == ENOSPC || os == EDQUOT || os == EFBIG) {
        code = JOURNAL_ENOSPACE;
        advice = "; what was committed is safe: make room, then open the file again";
    } else if (os == EACCES || os == EPERM || os == EROFS) {
        code = JOURNAL_EREADONLY;
        advice = "; open it read-only, or make the file and its folder writable";
    }
    return journal_fail(fault, code, os, "cannot %s %s: %s%s", doing, path, strerror(os), advice);
}

/* After a failed write nobody knows what the disk holds or what HDF5's caches still owe it. The only
 * safe way on is to read again what was committed, from a fresh open. */
int journal_poison(journal *j, const journal_fault *why)
{
    if (!j->poisoned) {
        j->poisoned = 1;
        j->fault = *why;
    }
    return -1;
}

int journal_fail_poisoned(const journal *j, journal_fault *fault)
{
    return journal_fail(fault, j->fault.code == JOURNAL_ENOSPACE ? JOURNAL_ENOSPACE : JOURNAL_EPOISONED,
                        j->fault.os,
                        "%s takes no more commits after an earlier failure (%s); close it and open it again",
                        j->path, j->fault.text);
}

void journal_report(const journal_fault *fault)
{
    newest = *fault;
    H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_VFL, H5E_WRITEERROR, "%s",
             fault->text);
}

int journal_take_fault(journal_fault *fault)
{
    int code = newest.code;

    if (fault) *fault = newest;
    memset(&newest, 0, sizeof newest);
    return code;
}
