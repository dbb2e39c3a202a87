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

bool js_library_find(const char *name, js_file *ret)
{
    enum { HEAD = 8 };
    uint8_t *p = block;
    while (*p) {
        const char *found = (const char *)p;
        p += strlen(found) + 1;
        size_t stored = size_at(p), n = size_at(p + 4);
        if (strcmp(found, name) == 0) {
            uint8_t *to = malloc(n);
            if (!to || !js_inflate(p + HEAD, stored, to, n)) {
                free(to);
                return false;
            }
            *ret = (js_file){.p = (const char *)to, .n = n, .owned = to};
            return true;
        }
        p += HEAD + stored;
    }
    return false;
}

void js_library_forget(const char *name)
{
    enum { HEAD = 8 };
    for (uint8_t *p = block; *p;) {
        const char *found = (const char *)p;
        p += strlen(found) + 1;
        size_t stored = size_at(p);
        if (strcmp(found, name) == 0)
            memset(p + HEAD, 0, stored);
        p += HEAD + stored;
    }
}

void js_library_done(js_file *f) { free(f->owned); }
