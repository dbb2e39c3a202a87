/* compile.c - a program of the build: the library's files as bytecode, in one block (library.c
 * reads it).
 *
 *   js-compile OUT NAME=FILE.js...
 *
 * The block: for each file NAME and NUL, bytes as a u32 (little-endian), the bytes; an empty name
 * ends it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib/zlib.h>

#include "js/engine.h"
#include "quickjs.h"

static const char before[] = "(function (exports, require, module, internal) { 'use strict'; ";
static const char after[] = "\n})";

static char *read_wrapped(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        return NULL;
    size_t size = (size_t)ftell(f), n = sizeof before - 1;
    char *p = malloc(n + size + sizeof after);
    rewind(f);
    if (!p || fread(p + n, 1, size, f) != size)
        return NULL;
    (void)fclose(f);
    memcpy(p, before, n);
    memcpy(p + n + size, after, sizeof after);
    *ret_n = n + size + sizeof after - 1;
    return p;
}

static int complain(JSContext *cx, const char *path)
{
    JSValue e = JS_GetException(cx), stack = JS_GetPropertyStr(cx, e, "stack");
    const char *text = JS_ToCString(cx, e), *where = JS_ToCString(cx, stack);
    (void)fprintf(stderr, "js-compile: %s: %s\n%s\n", path, text ? text : "?", where ? where : "");
    return 1;
}

static void put32(FILE *out, size_t n)
{
    for (int i = 0; i < 32; i += 8)
        (void)fputc((int)(n >> i & 255), out);
}

static voidpf z_alloc(voidpf opaque, uInt n, uInt size)
{
    (void)opaque;
    return calloc(n, size);
}

static void z_free(voidpf opaque, voidpf p)
{
    (void)opaque;
    free(p);
}

static int write_deflated(FILE *out, const char *name, bool is_source, const void *code, size_t n)
{
    z_stream z = {.zalloc = z_alloc, .zfree = z_free};
    size_t most = n + n / 100 + 64;
    uint8_t *to = malloc(most);
    if (!to || deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return 1;
    z.next_in = (Bytef *)(uintptr_t)code;
    z.avail_in = (uInt)n;
    z.next_out = to;
    z.avail_out = (uInt)most;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        return 1;
    (void)fwrite(name, 1, strlen(name) + 1, out);
    (void)fputc(is_source, out);
    put32(out, z.total_out);
    put32(out, n);
    bool ok = fwrite(to, 1, z.total_out, out) == z.total_out;
    (void)deflateEnd(&z);
    free(to);
    return ok ? 0 : 1;
}

static int add(JSContext *cx, FILE *out, const char *name, const char *path)
{
    size_t n, code_n;
    char *source = read_wrapped(path, &n);
    if (!source)
        return complain(cx, path);
    JSValue fn = JS_Eval(cx, source, n, name, JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
    if (JS_IsException(fn))
        return complain(cx, path);
    js_engine_strip_names(cx, fn);
    uint8_t *code = JS_WriteObject(cx, &code_n, fn,
                                   JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE |
                                       JS_WRITE_OBJ_STRIP_DEBUG);
    if (!code)
        return complain(cx, path);
    int rc = write_deflated(out, name, false, code, code_n);
    js_free(cx, code);
    JS_FreeValue(cx, fn);
    free(source);
    return rc;
}

/* Take out lines that are comments alone, and empty ones. */
static size_t squeeze(char *p, size_t n)
{
    size_t to = 0;
    for (size_t at = 0; at < n;) {
        size_t end = at, first;
        while (end < n && p[end] != '\n')
            end++;
        for (first = at; first < end && p[first] == ' ';)
            first++;
        bool is_kept = first < end && strncmp(p + first, "//", 2) != 0;
        size_t line = end + (end < n) - at;
        if (is_kept) {
            memmove(p + to, p + at, line);
            to += line;
        }
        at += line;
    }
    return to;
}

static int add_source(FILE *out, const char *name, const char *path)
{
    size_t n;
    char *source = read_wrapped(path, &n);
    if (!source)
        return 1;
    n = squeeze(source, n);
    source[n++] = '\0';
    int rc = write_deflated(out, name, true, source, n);
    free(source);
    return rc;
}

int main(int argc, char **argv)
{
    FILE *out = argc > 1 ? fopen(argv[1], "wb") : NULL;
    JSRuntime *rt = JS_NewRuntime();
    JSContext *cx = rt ? JS_NewContext(rt) : NULL;
    bool is_source = false;
    if (!out || !cx)
        return 1;
    for (int i = 2; i < argc; i++) {
        char *eq = strchr(argv[i], '=');
        if (strcmp(argv[i], "--") == 0) {
            is_source = true;
            continue;
        }
        if (!eq)
            return 1;
        *eq = '\0';
        if ((is_source ? add_source(out, argv[i], eq + 1) : add(cx, out, argv[i], eq + 1)) != 0)
            return complain(cx, eq + 1);
    }
    return fputc(0, out) == 0 && fclose(out) == 0 ? 0 : 1;
}
