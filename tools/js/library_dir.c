/* The library from a directory of sources, $JS_LIB: for development and the compiler of the build.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "js/library.h"

static const char before[] = "(function (exports, require, module, internal) { 'use strict'; ";
static const char after[] = "\n})";

bool js_library_find(const char *name, js_file *ret)
{
    char path[4096];
    const char *dir = getenv("JS_LIB");
    (void)snprintf(path, sizeof path, "%s/%s.js", dir ? dir : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    enum { MOST = 4 << 20 };
    char *p = malloc(MOST);
    if (!p)
        abort();
    size_t n = sizeof before - 1;
    memcpy(p, before, n);
    n += fread(p + n, 1, MOST - n - sizeof after, f);
    (void)fclose(f);
    memcpy(p + n, after, sizeof after);
    *ret = (js_file){.p = p, .n = n + sizeof after - 1, .is_source = true, .owned = p};
    return true;
}

void js_library_done(js_file *f) { free(f->owned); }
