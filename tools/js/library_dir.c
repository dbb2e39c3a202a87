/* The library from a directory of sources, $JS_LIB: for development and the compiler of the build.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "js/library.h"

static const char before[] = "(function (exports, require, module, internal) { 'use strict'; ";
static const char after[] = "\n})";

static FILE *open_in(const char *dir, size_t n, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%.*s/%s.js", (int)n, dir, name);
    return fopen(path, "rb");
}

static FILE *open_file(const char *name)
{
    const char *dir = getenv("JS_LIB");
    FILE *f = NULL;
    while (dir && !f) {
        size_t n = strcspn(dir, ":");
        f = open_in(dir, n, name);
        dir = dir[n] ? dir + n + 1 : NULL;
    }
    return f;
}

bool js_library_find(const char *name, js_file *ret)
{
    enum { MOST = 4 << 20 };
    FILE *f = open_file(name);
    char *p = f ? malloc(MOST) : NULL;
    if (!p)
        return false;
    size_t n = sizeof before - 1;
    memcpy(p, before, n);
    n += fread(p + n, 1, MOST - n - sizeof after, f);
    (void)fclose(f);
    memcpy(p + n, after, sizeof after);
    *ret = (js_file){.p = p, .n = n + sizeof after - 1, .is_source = true, .owned = p};
    return true;
}

void js_library_done(js_file *f) { free(f->owned); }

void js_library_forget(const char *name) { (void)name; }
