#include "fetch/cabi.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Room for the preview1 adapter's own state (64 KiB), one chunk of a body and the headers of a
 * response.  Zero-initialised, so pages nobody touches cost nothing. */
enum { POOL = 384 << 10 };

static _Alignas(16) unsigned char pool[POOL];
static size_t used;

/* Called by the host for every list or string it returns, and by the adapter.  The strong
 * definition replaces the bindings' weak one. */
void *cabi_realloc(void *p, size_t old_size, size_t align, size_t new_size);

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *p, size_t old_size,
                                                                size_t align, size_t new_size)
{
    unsigned char *ret;
    if (new_size == 0)
        return (void *)align; /* never read through; the canonical ABI wants it aligned */
    size_t at = (used + align - 1) & ~(align - 1);
    if (at <= POOL && new_size <= POOL - at) {
        ret = pool + at;
        used = at + new_size;
    } else {
        ret = aligned_alloc(align < 16 ? 16 : align, (new_size + 15) & ~(size_t)15);
        if (!ret)
            abort();
    }
    if (p && old_size)
        memcpy(ret, p, old_size < new_size ? old_size : new_size);
    return ret;
}

size_t wf_cabi_mark(void) { return used; }

void wf_cabi_release(size_t mark) { used = mark; }
