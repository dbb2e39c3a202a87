#include "lib/args.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>
#include <yyjson/yyjson.h>

#include "lib/out.h"

enum { CHUNK = 16000 }; /* of input read at once: what a buffer of 16 KiB has room for */

/* Errors are put together from parts: printf would be the largest thing in a small tool. */
static void say(bx_error *e, const char *part)
{
    size_t at = strlen(e->msg), n = strlen(part), room = sizeof e->msg - 1 - at;
    memcpy(e->msg + at, part, n < room ? n : room);
    e->msg[at + (n < room ? n : room)] = '\0';
    if (n > room)
        memcpy(e->msg + sizeof e->msg - 4, "...", 4);
}

static void say_all(bx_error *e, const char *part, va_list ap)
{
    for (; part; part = va_arg(ap, const char *))
        say(e, part);
}

static bx_code fail(bx_error *err, bx_code code, const char *part, ...) __attribute__((sentinel));
static bx_code fail(bx_error *err, bx_code code, const char *part, ...)
{
    va_list ap;
    if (!err)
        return code;
    err->code = code;
    err->sys = 0;
    err->msg[0] = '\0';
    va_start(ap, part);
    say_all(err, part, ap);
    va_end(ap);
    return code;
}

/* ---- the object ------------------------------------------------------------------------- */

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

static bool is_blank(bx_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(" \t\r\n", s.p[i], 4))
            return false;
    return true;
}

/* The text is in a->input, with the padding an in-place parse needs behind it. */
static bx_code parse(bx_args *a, bx_error *err)
{
    yyjson_read_err why;
    if (is_blank(bx_buf_str(&a->input)))
        return fail(err, BX_EINVAL, "no arguments: expected one JSON object on standard input",
                    NULL);
    a->doc = yyjson_read_opts(a->input.p, a->input.n, YYJSON_READ_INSITU, NULL, &why);
    if (!a->doc && why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return fail(err, BX_ENOMEM, "not enough memory for the arguments", NULL);
    if (!a->doc)
        return fail(err, BX_EINVAL, "the arguments are not valid JSON: ", why.msg, NULL);
    a->root = yyjson_doc_get_root(a->doc);
    if (!yyjson_is_obj(a->root))
        return fail(err, BX_EINVAL, "the arguments are ", type_name(a->root),
                    "; expected one JSON object", NULL);
    return BX_OK;
}

static bx_code read_all(bx_buf *in, int fd, size_t max_bytes, bx_error *err)
{
    for (;;) {
        char *to;
        if (bx_buf_reserve(in, CHUNK, &to) != BX_OK)
            return fail(err, BX_ENOMEM, "not enough memory for the arguments", NULL);
        ssize_t n = read(fd, to, CHUNK - YYJSON_PADDING_SIZE);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return fail(err, BX_EIO, "standard input cannot be read: ", strerror(errno), NULL);
        if (n == 0) {
            memset(to, 0, YYJSON_PADDING_SIZE);
            return BX_OK;
        }
        in->n += (size_t)n;
        if (in->n > max_bytes)
            return fail(err, BX_ELIMIT, "the arguments are too large for this tool", NULL);
    }
}

static void init(bx_args *a, size_t max_bytes)
{
    memset(a, 0, offsetof(bx_args, mistake));
    a->mistake.code = BX_OK;
    a->mistake.msg[0] = '\0';
    a->input = bx_buf_init(max_bytes);
}

bx_code bx_args_read(bx_args *a, int fd, size_t max_bytes, bx_error *err)
{
    init(a, max_bytes + 2 * (size_t)CHUNK);
    bx_code rc = read_all(&a->input, fd, max_bytes, err);
    if (rc == BX_OK)
        rc = parse(a, err);
    if (rc != BX_OK)
        bx_args_done(a);
    return rc;
}

bx_code bx_args_parse(bx_args *a, bx_str json, bx_error *err)
{
    static const char padding[YYJSON_PADDING_SIZE];
    init(a, json.n + sizeof padding);
    (void)bx_buf_add_str(&a->input, json);
    bx_code rc = bx_buf_add(&a->input, padding, sizeof padding) != BX_OK
                     ? fail(err, BX_ENOMEM, "not enough memory for the arguments", NULL)
                     : BX_OK;
    if (rc == BX_OK) {
        a->input.n = json.n;
        rc = parse(a, err);
    }
    if (rc != BX_OK)
        bx_args_done(a);
    return rc;
}

void bx_args_done(bx_args *a)
{
    yyjson_doc_free(a->doc);
    bx_buf_done(&a->input);
    for (size_t i = 0; i < a->n_paths; i++)
        free(a->paths[i]);
    a->doc = NULL;
    a->n_paths = 0;
}

/* ---- one argument ----------------------------------------------------------------------- */

/* The first mistake is the one that is told: where its text goes, or NULL. */
static bx_error *begin_mistake(bx_args *a, const char *name)
{
    if (a->mistake.code != BX_OK)
        return NULL;
    (void)fail(&a->mistake, BX_EINVAL, "argument \"", name, "\": ", NULL);
    return &a->mistake;
}

void bx_arg_wrong(bx_args *a, const char *name, const char *part, ...)
{
    bx_error *e = begin_mistake(a, name);
    va_list ap;
    va_start(ap, part);
    if (e)
        say_all(e, part, ap);
    va_end(ap);
}

static void wrong_type(bx_args *a, const char *name, const char *expected, yyjson_val *got)
{
    bx_arg_wrong(a, name, "expected ", expected, ", got ", type_name(got), NULL);
}

static void out_of_range(bx_args *a, const char *name, int64_t min, int64_t max)
{
    char low[24], high[24];
    if (max < INT64_MAX)
        bx_arg_wrong(a, name, "expected an integer of at least ", bx_digits(min, low),
                     " and at most ", bx_digits(max, high), NULL);
    else
        bx_arg_wrong(a, name, "expected an integer of at least ", bx_digits(min, low), NULL);
}

static yyjson_val *find(const bx_args *a, const char *name)
{
    return yyjson_obj_get(a->root, name);
}

static yyjson_val *ask(bx_args *a, const char *name)
{
    if (a->n_asked == BX_ARGS_MAX)
        abort();
    a->asked[a->n_asked++] = name;
    return find(a, name);
}

bool bx_arg_given(const bx_args *a, const char *name) { return find(a, name) != NULL; }

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

int64_t bx_arg_int(bx_args *a, const char *name, int64_t fallback, int64_t min, int64_t max)
{
    yyjson_val *v = ask(a, name);
    int64_t n = 0;
    if (!v)
        return fallback;
    if (!yyjson_is_num(v)) {
        wrong_type(a, name, "an integer", v);
        return fallback;
    }
    if (!to_int(v, &n) || n < min || n > max) {
        out_of_range(a, name, min, max);
        return fallback;
    }
    return n;
}

bool bx_arg_bool(bx_args *a, const char *name, bool fallback)
{
    yyjson_val *v = ask(a, name);
    if (v && !yyjson_is_bool(v))
        wrong_type(a, name, "true or false", v);
    return v && yyjson_is_bool(v) ? yyjson_get_bool(v) : fallback;
}

static bx_str str_of(yyjson_val *v) { return (bx_str){yyjson_get_str(v), yyjson_get_len(v)}; }

bx_str bx_arg_text(bx_args *a, const char *name)
{
    yyjson_val *v = ask(a, name);
    if (v && !yyjson_is_str(v))
        wrong_type(a, name, "a string", v);
    return v && yyjson_is_str(v) ? str_of(v) : BX_LIT("");
}

const char *bx_arg_str(bx_args *a, const char *name, const char *fallback)
{
    bool there = bx_arg_given(a, name);
    bx_str s = bx_arg_text(a, name);
    if (!there) {
        if (!fallback)
            bx_arg_wrong(a, name, "missing", NULL);
        return fallback ? fallback : "";
    }
    if (strlen(s.p) == s.n)
        return s.p;
    bx_arg_wrong(a, name, "holds the character U+0000", NULL);
    return fallback ? fallback : "";
}

const char *bx_arg_path(bx_args *a, const char *name)
{
    static const char base[] = "/workspace/";
    const char *path = bx_arg_str(a, name, NULL);
    size_t n = strlen(path);
    if (n == 0 || n + sizeof base > BX_ARGS_PATH_MAX) {
        bx_arg_wrong(a, name,
                     n == 0 ? "empty; expected the path of a file" : "longer than a path can be",
                     NULL);
        return base;
    }
    if (path[0] == '/')
        return path;
    if (a->n_paths == BX_ARGS_PATHS)
        abort();
    char *whole = bx_calloc(1, sizeof base + n);
    if (!whole) {
        (void)fail(&a->mistake, BX_ENOMEM, "not enough memory for the arguments", NULL);
        return base;
    }
    memcpy(whole, base, sizeof base - 1);
    memcpy(whole + sizeof base - 1, path, n);
    a->paths[a->n_paths++] = whole;
    return whole;
}

size_t bx_arg_choice(bx_args *a, const char *name, const char *const *names, size_t n,
                     size_t fallback)
{
    bool there = bx_arg_given(a, name);
    bx_str s = bx_arg_text(a, name);
    for (size_t i = 0; i < n; i++)
        if (bx_str_eq(s, bx_str_of(names[i])))
            return i;
    bx_error *e = there ? begin_mistake(a, name) : NULL;
    if (!e)
        return fallback;
    say(e, "expected ");
    for (size_t i = 0; i < n; i++) {
        say(e, i == 0 ? "" : i + 1 < n ? ", " : " or ");
        say(e, names[i]);
    }
    say(e, ", got '");
    say(e, s.p);
    say(e, "'");
    return fallback;
}

size_t bx_arg_pairs(bx_args *a, const char *name, bx_arg_pair *ret, size_t max)
{
    yyjson_val *v = ask(a, name), *key, *val;
    size_t i, n;
    char limit[24];
    if (!v)
        return 0;
    if (!yyjson_is_obj(v)) {
        wrong_type(a, name, "an object of strings", v);
        return 0;
    }
    if (yyjson_obj_size(v) > max) {
        bx_arg_wrong(a, name, "more than ", bx_digits((int64_t)max, limit), NULL);
        return 0;
    }
    yyjson_obj_foreach(v, i, n, key, val)
    {
        if (!yyjson_is_str(val)) {
            bx_arg_wrong(a, name, "'", yyjson_get_str(key), "': expected a string, got ",
                         type_name(val), NULL);
            return 0;
        }
        ret[i] = (bx_arg_pair){str_of(key), str_of(val)};
    }
    return yyjson_obj_size(v);
}

/* ---- the end ---------------------------------------------------------------------------- */

static bool is_asked(const bx_args *a, bx_str key)
{
    for (size_t i = 0; i < a->n_asked; i++)
        if (bx_str_eq(bx_str_of(a->asked[i]), key))
            return true;
    return false;
}

static bx_code unknown(const bx_args *a, const char *key, bx_error *err)
{
    bx_code rc = fail(err, BX_EINVAL, "unknown argument \"", key, "\"; this tool takes ", NULL);
    for (size_t i = 0; err && i < a->n_asked; i++) {
        say(err, i == 0 ? "" : ", ");
        say(err, a->asked[i]);
    }
    return rc;
}

bx_code bx_args_end(bx_args *a, bx_error *err)
{
    size_t i, n;
    yyjson_val *key, *val;
    yyjson_obj_foreach(a->root, i, n, key, val)
    {
        const char *name = yyjson_get_str(key);
        if (!is_asked(a, str_of(key)))
            return unknown(a, name, err);
        if (find(a, name) != val)
            return fail(err, BX_EINVAL, "argument \"", name, "\" is given twice", NULL);
    }
    if (a->mistake.code != BX_OK && err)
        *err = a->mistake;
    return a->mistake.code;
}
