#include "lib/result.h"

#include <errno.h>
#include <stdarg.h>
#ifdef __wasi__
#include <wasi/api.h>
#endif

void bx_result_init(bx_result *r, int fd)
{
    r->stage = BX_RESULT_NEW;
    bx_out_init(&r->out, fd);
}

static void begin_block(bx_result *r, const char *type)
{
    if (r->stage == BX_RESULT_NEW) {
        bx_out_open(&r->out, '{');
        bx_out_key(&r->out, "content");
        bx_out_open(&r->out, '[');
        r->stage = BX_RESULT_CONTENT;
    }
    if (r->stage != BX_RESULT_CONTENT)
        abort();
    bx_out_open(&r->out, '{');
    bx_out_key(&r->out, "type");
    bx_out_str(&r->out, bx_str_of(type));
}

void bx_text_begin(bx_result *r)
{
    begin_block(r, "text");
    bx_out_key(&r->out, "text");
    bx_out_str_begin(&r->out);
}

void bx_text_put(bx_result *r, const void *p, size_t n) { bx_out_str_put(&r->out, p, n); }

void bx_text_puts(bx_result *r, const char *s) { bx_out_str_put(&r->out, s, strlen(s)); }

void bx_text_int(bx_result *r, int64_t n)
{
    char buf[24];
    bx_text_puts(r, bx_digits(n, buf));
}

void bx_text_end(bx_result *r)
{
    bx_out_str_end(&r->out);
    bx_out_close(&r->out, '}');
}

void bx_image_begin(bx_result *r, const char *mime_type)
{
    begin_block(r, "image");
    bx_out_key(&r->out, "mimeType");
    bx_out_str(&r->out, bx_str_of(mime_type));
    bx_out_key(&r->out, "data");
    bx_out_base64_begin(&r->out);
}

void bx_image_put(bx_result *r, const void *p, size_t n) { bx_out_base64_put(&r->out, p, n); }

void bx_image_end(bx_result *r)
{
    bx_out_base64_end(&r->out);
    bx_out_close(&r->out, '}');
}

static void end_content(bx_result *r)
{
    if (r->stage == BX_RESULT_NEW) {
        bx_out_open(&r->out, '{');
        bx_out_key(&r->out, "content");
        bx_out_open(&r->out, '[');
    }
    if (r->stage != BX_RESULT_PAST_CONTENT)
        bx_out_close(&r->out, ']');
    r->stage = BX_RESULT_PAST_CONTENT;
}

bx_out *bx_structured_begin(bx_result *r)
{
    end_content(r);
    bx_out_key(&r->out, "structuredContent");
    return &r->out;
}

int bx_result_end(bx_result *r, bool is_error)
{
    end_content(r);
    bx_out_key(&r->out, "isError");
    bx_out_bool(&r->out, is_error);
    bx_out_close(&r->out, '}');
    return bx_out_end(&r->out) == 0 ? 0 : BX_EXIT_NO_OUTPUT;
}

int bx_result_fail(bx_result *r, const char *part, ...)
{
    va_list ap;
    bx_text_begin(r);
    va_start(ap, part);
    for (; part; part = va_arg(ap, const char *))
        bx_text_puts(r, part);
    va_end(ap);
    bx_text_end(r);
    return bx_result_end(r, true);
}

#ifdef __wasi__
/* The name of preopened directory `fd`; false: there is none.  *ret_n is 0 where it is not to be
 * shown. */
static bool preopen_name(__wasi_fd_t fd, char path[4096], size_t *ret_n)
{
    __wasi_prestat_t stat;
    if (__wasi_fd_prestat_get(fd, &stat) != 0)
        return false;
    size_t n = stat.u.dir.pr_name_len;
    *ret_n = n <= 4096 && __wasi_fd_prestat_dir_name(fd, (uint8_t *)path, n) == 0 ? n : 0;
    return true;
}
#endif

/* The guest paths this call was granted, as the preopened directories tell. */
static void put_grants(bx_result *r)
{
    bool any = false;
#ifdef __wasi__
    char path[4096];
    size_t n;
    for (__wasi_fd_t fd = 3; preopen_name(fd, path, &n); fd++) {
        if (n == 0 || (n == 1 && (path[0] == '.' || any)))
            continue; /* the working directory; what lies above the grants, after which it comes */
        bx_text_puts(r, any ? ", " : "");
        bx_text_put(r, path, n);
        any = true;
    }
#endif
    if (!any)
        bx_text_puts(r, "no files at all");
}

/* Whether `path` is below none of the directories that were granted.  A runtime that has no
 * directory above them refuses it, one that has finds nothing: it is the same to whoever asked. */
static bool is_outside(const char *path)
{
    bool any = false;
#ifdef __wasi__
    char at[4096];
    size_t n;
    for (__wasi_fd_t fd = 3; preopen_name(fd, at, &n); fd++) {
        if (n == 0 || at[0] != '/' || (n == 1 && any))
            continue; /* as in put_grants */
        any = true;
        if (n == 1 || (strncmp(path, at, n) == 0 && (path[n] == '/' || path[n] == '\0')))
            return false;
    }
#else
    (void)path;
#endif
    return any;
}

static bool is_refusal(int error)
{
#ifdef ENOTCAPABLE /* WASI's "the grant does not reach" */
    if (error == ENOTCAPABLE)
        return true;
#endif
    return error == EPERM || error == EACCES;
}

int bx_result_fail_file(bx_result *r, const char *what, const char *path, int error)
{
    bool refused = is_refusal(error) || (error == ENOENT && is_outside(path));
    if (error != ENOENT && !refused)
        return bx_result_fail(r, "cannot ", what, " ", path, ": ", strerror(error), NULL);
    bx_text_begin(r);
    bx_text_puts(r, refused ? "not permitted to " : "no such file: ");
    if (refused) {
        bx_text_puts(r, what);
        bx_text_puts(r, " ");
    }
    bx_text_puts(r, path);
    bx_text_puts(r, "; this call is granted ");
    put_grants(r);
    bx_text_end(r);
    return bx_result_end(r, true);
}
