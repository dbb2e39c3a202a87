#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bx_tool.h"
#include "yyjson/yyjson.h"

static struct {
    yyjson_val *root;
    const char *asked[BX_TOOL_ARGS_MAX];
    size_t n_asked;
    const char *mistaken; /* name of the first wrong argument */
    char mistake[256];    /* what is wrong with it; empty = nothing */
} args;

/* All of standard input with the padding an in-place parse needs; NULL: an error was printed. */
static char *read_input(size_t max_bytes, size_t *ret_n)
{
    size_t cap = 16384, n = 0;
    char *buf = malloc(cap + YYJSON_PADDING_SIZE);
    while (buf) {
        ssize_t k = read(STDIN_FILENO, buf + n, cap - n);
        if (k < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (k < 0) {
            bx_tool_fail("standard input cannot be read: ", strerror(errno), NULL);
            return NULL;
        }
        if (k == 0) {
            *ret_n = n;
            return buf;
        }
        n += (size_t)k;
        if (n > max_bytes) {
            bx_tool_fail("the arguments are too large for this tool", NULL);
            return NULL;
        }
        if (n == cap) {
            cap *= 2;
            buf = realloc(buf, cap + YYJSON_PADDING_SIZE);
        }
    }
    bx_tool_fail("not enough memory for the arguments", NULL);
    return NULL;
}

static bool is_blank(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!memchr(" \t\r\n", p[i], 4))
            return false;
    return true;
}

/* JSON's own words; the parser's name its ways to store a number. */
static const char *type_name(yyjson_val *v)
{
    return yyjson_is_num(v)    ? "a number"
           : yyjson_is_str(v)  ? "a string"
           : yyjson_is_bool(v) ? "true or false"
           : yyjson_is_null(v) ? "null"
           : yyjson_is_arr(v)  ? "an array"
                               : "an object";
}

bool bx_tool_begin(size_t max_bytes)
{
    size_t n = 0;
    char *input = read_input(max_bytes, &n);
    if (!input)
        return false;
    if (is_blank(input, n)) {
        bx_tool_fail("no arguments: expected one JSON object on standard input", NULL);
        return false;
    }
    memset(input + n, 0, YYJSON_PADDING_SIZE);
    yyjson_read_err err;
    yyjson_doc *doc = yyjson_read_opts(input, n, YYJSON_READ_INSITU, NULL, &err);
    if (!doc) {
        bx_tool_fail("the arguments are not valid JSON: ", err.msg, NULL);
        return false;
    }
    args.root = yyjson_doc_get_root(doc);
    if (!yyjson_is_obj(args.root)) {
        bx_tool_fail("the arguments are ", type_name(args.root), "; expected one JSON object",
                     NULL);
        return false;
    }
    return true;
}

static void add(const char *text) { (void)strlcat(args.mistake, text, sizeof args.mistake); }

static bool begin_mistake(const char *name)
{
    if (args.mistake[0])
        return false;
    args.mistaken = name;
    return true;
}

static void wrong_type(const char *name, const char *expected, yyjson_val *got)
{
    if (!begin_mistake(name))
        return;
    add("expected ");
    add(expected);
    add(", got ");
    add(type_name(got));
}

static void out_of_range(const char *name, int64_t min, int64_t max)
{
    char buf[24];
    if (!begin_mistake(name))
        return;
    add("expected an integer of at least ");
    add(bx_digits(min, buf));
    if (max < INT64_MAX) {
        add(" and at most ");
        add(bx_digits(max, buf));
    }
}

static yyjson_val *ask(const char *name)
{
    if (args.n_asked == BX_TOOL_ARGS_MAX)
        abort();
    args.asked[args.n_asked++] = name;
    return yyjson_obj_get(args.root, name);
}

/* JSON Schema's integer: any number without a fractional part, so 3.0 too. */
static bool to_int(yyjson_val *v, int64_t *ret)
{
    if (yyjson_is_uint(v) && yyjson_get_uint(v) <= INT64_MAX) {
        *ret = (int64_t)yyjson_get_uint(v);
        return true;
    }
    if (yyjson_is_sint(v)) {
        *ret = yyjson_get_sint(v);
        return true;
    }
    double d = yyjson_get_real(v);
    if (!yyjson_is_real(v) || !(d > -9e15 && d < 9e15) || (double)(int64_t)d != d)
        return false;
    *ret = (int64_t)d;
    return true;
}

int64_t bx_arg_int(const char *name, int64_t fallback, int64_t min, int64_t max)
{
    yyjson_val *v = ask(name);
    int64_t n = 0;
    if (!v)
        return fallback;
    if (!yyjson_is_num(v)) {
        wrong_type(name, "an integer", v);
        return fallback;
    }
    if (!to_int(v, &n) || n < min || n > max) {
        out_of_range(name, min, max);
        return fallback;
    }
    return n;
}

bool bx_arg_bool(const char *name, bool fallback)
{
    yyjson_val *v = ask(name);
    if (v && !yyjson_is_bool(v))
        wrong_type(name, "true or false", v);
    return v && yyjson_is_bool(v) ? yyjson_get_bool(v) : fallback;
}

const char *bx_arg_str(const char *name, const char *fallback)
{
    yyjson_val *v = ask(name);
    if (!v) {
        if (!fallback && begin_mistake(name))
            add("missing");
        return fallback ? fallback : "";
    }
    if (!yyjson_is_str(v)) {
        wrong_type(name, "a string", v);
        return fallback ? fallback : "";
    }
    if (strlen(yyjson_get_str(v)) != yyjson_get_len(v)) {
        if (begin_mistake(name))
            add("holds the character U+0000");
        return fallback ? fallback : "";
    }
    return yyjson_get_str(v);
}

const char *bx_arg_path(const char *name)
{
    static const char base[] = "/workspace/";
    const char *path = bx_arg_str(name, NULL);
    size_t n = strlen(path);
    if (n == 0 || n + sizeof base > BX_TOOL_PATH_MAX) {
        if (begin_mistake(name))
            add(n == 0 ? "empty; expected the path of a file" : "longer than a path can be");
        return base;
    }
    if (path[0] == '/')
        return path;
    char *whole = malloc(sizeof base + n);
    if (!whole)
        abort();
    memcpy(whole, base, sizeof base - 1);
    memcpy(whole + sizeof base - 1, path, n + 1);
    return whole;
}

static bool is_asked(const char *key)
{
    for (size_t i = 0; i < args.n_asked; i++)
        if (strcmp(args.asked[i], key) == 0)
            return true;
    return false;
}

static void fail_unknown(const char *key)
{
    bx_text_begin();
    bx_text_puts("unknown argument \"");
    bx_text_puts(key);
    bx_text_puts("\"; this tool takes ");
    for (size_t i = 0; i < args.n_asked; i++) {
        bx_text_puts(i == 0 ? "" : ", ");
        bx_text_puts(args.asked[i]);
    }
    bx_text_end();
    (void)bx_result_end(true);
}

bool bx_args_end(void)
{
    size_t i, n;
    yyjson_val *key, *val;
    yyjson_obj_foreach(args.root, i, n, key, val)
    {
        const char *name = yyjson_get_str(key);
        if (!is_asked(name)) {
            fail_unknown(name);
            return false;
        }
        if (yyjson_obj_get(args.root, name) != val) {
            (void)bx_tool_fail("argument \"", name, "\" is given twice", NULL);
            return false;
        }
    }
    if (!args.mistake[0])
        return true;
    (void)bx_tool_fail("argument \"", args.mistaken, "\": ", args.mistake, NULL);
    return false;
}
