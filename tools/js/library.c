/* The library as it was compiled when the guest was built (compile.c). */
#include "js/library.h"

#include <stdint.h>
#include <string.h>

static const uint8_t block[] = {
#embed "js_library.bin"
};

static size_t size_at(const uint8_t *p)
{
    return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

bool js_library_find(const char *name, js_file *ret)
{
    const uint8_t *p = block;
    while (*p) {
        const char *found = (const char *)p;
        p += strlen(found) + 1;
        size_t n = size_at(p);
        p += 4;
        if (strcmp(found, name) == 0) {
            *ret = (js_file){.p = (const char *)p, .n = n};
            return true;
        }
        p += n;
    }
    return false;
}

void js_library_done(js_file *f) { (void)f; }
