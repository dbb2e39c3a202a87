/* The library as it was compiled when the guest was built (compile.c). */
#include "js/library.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "js/codec.h"

/* Not constant: what is part of the snapshot is blanked out here, since it is never read again. */
static uint8_t block[] = {
#embed "js_library.bin"
};

static size_t size_at(const uint8_t *p)
{
    return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

typedef struct entry {
    const char *name;
    bool is_source;
    size_t stored, unpacked;
    uint8_t *p;
} entry;

/* The entry at *at, which moves behind it.  False: there is none any more. */
static bool next(uint8_t **at, entry *ret)
{
    uint8_t *p = *at;
    if (!*p)
        return false;
    ret->name = (const char *)p;
    p += strlen(ret->name) + 1;
    *ret = (entry){ret->name, *p == 1, size_at(p + 1), size_at(p + 5), p + 9};
    *at = ret->p + ret->stored;
    return true;
}

static bool find(const char *name, entry *ret)
{
    uint8_t *at = block;
    while (next(&at, ret)) {
        if (strcmp(ret->name, name) == 0)
            return true;
    }
    return false;
}

bool js_library_find(const char *name, js_file *ret)
{
    entry e;
    uint8_t *to = find(name, &e) ? malloc(e.unpacked) : NULL;
    if (!to || !js_inflate(e.p, e.stored, to, e.unpacked)) {
        free(to);
        return false;
    }
    *ret = (js_file){.p = (const char *)to,
                     .n = e.is_source ? e.unpacked - 1 : e.unpacked, /* its NUL */
                     .is_source = e.is_source,
                     .owned = to};
    return true;
}

void js_library_forget(const char *name)
{
    entry e;
    if (find(name, &e))
        memset(e.p, 0, e.stored);
}

void js_library_done(js_file *f) { free(f->owned); }
