#include "base/defs.h"

_Thread_local long bx_test_fail_alloc = -1;

static bool alloc_must_fail(void)
{
    if (bx_test_fail_alloc == 0)
        return true;
    if (bx_test_fail_alloc > 0)
        bx_test_fail_alloc--;
    return false;
}

void *bx_calloc(size_t n, size_t size) { return alloc_must_fail() ? NULL : calloc(n, size); }

void *bx_realloc(void *p, size_t size) { return alloc_must_fail() ? NULL : realloc(p, size); }

char *bx_strndup(const char *p, size_t n)
{
    char *copy = bx_calloc(1, n + 1);
    if (copy && n)
        memcpy(copy, p, n);
    return copy;
}
