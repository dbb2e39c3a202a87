#include "file/write.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base64.h"
#include "lib/scan.h"

enum {
    INPUT_MAX = 96 << 20, /* bytes of arguments: 64 MiB of content, escaped */
    BEFORE_MAX = 4 << 20, /* bytes of the old and the new content a diff is made of */
    CHUNK = 64 << 10,
};

static int fail(bx_writer *w, int error)
{
    return bx_target_fail(&w->result, "write", w->ask.path, error);
}

/* ---- the arguments ---------------------------------------------------------------------- */

/* In place: the arguments are this call's own. */
static void decode(bx_args *a, bx_str *content)
{
    size_t n = 0, flaw = bx_base64_decode_here((char *)(uintptr_t)content->p, content->n, &n);
    char at[24], of[24];
    if (flaw == SIZE_MAX)
        content->n = n;
    else
        bx_arg_wrong(a, "content", "no base64 (RFC 4648 section 4, padded) at character ",
                     bx_digits((int64_t)flaw + 1, at), " of ", bx_digits((int64_t)content->n, of),
                     NULL);
}

static void take_arguments(bx_writer *w, bx_args *a)
{
    static const char *const encodings[] = {"text", "base64"};
    w->ask.path = bx_arg_path(a, "path");
    if (!bx_arg_given(a, "content"))
        bx_arg_wrong(a, "content", "missing", NULL);
    w->ask.content = bx_arg_text(a, "content");
    if (bx_arg_choice(a, "encoding", encodings, BX_COUNT(encodings), 0) == 1)
        decode(a, &w->ask.content);
    w->ask.append = bx_arg_bool(a, "append", false);
    w->ask.create_only = bx_arg_bool(a, "create_only", false);
    w->ask.if_hash = bx_change_arg_hash(a);
    if (w->ask.create_only && w->ask.append)
        bx_arg_wrong(a, "create_only", "cannot go with append, which adds to a file that is there",
                     NULL);
    if (w->ask.create_only && *w->ask.if_hash)
        bx_arg_wrong(a, "create_only", "cannot go with if_hash, which wants a file that is there",
                     NULL);
    size_t n = strlen(w->ask.path);
    if (w->ask.path[n - 1] == '/')
        bx_arg_wrong(a, "path", "'", w->ask.path,
                     "' names a directory; expected the path of a file", NULL);
}

/* ---- what is there ---------------------------------------------------------------------- */

static int hash_file(int fd, bx_hash *h, uint64_t *ret_lines, uint64_t *ret_bytes)
{
    BX_AUTOFREE uint8_t *chunk = bx_realloc(NULL, CHUNK);
    uint8_t last = '\n';
    if (!chunk)
        return ENOMEM;
    *ret_lines = *ret_bytes = 0;
    for (;;) {
        ssize_t n = pread(fd, chunk, CHUNK, (off_t)*ret_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            break;
        bx_hash_add(h, chunk, (size_t)n);
        *ret_lines += bx_count_byte(chunk, (size_t)n, '\n');
        *ret_bytes += (uint64_t)n;
        last = chunk[n - 1];
    }
    *ret_lines += last != '\n';
    return 0;
}

static int hash_target(const bx_writer *w, char ret[BX_HASH_TEXT])
{
    bx_hash h;
    uint64_t lines, bytes;
    bx_hash_begin(&h);
    int error = w->target.is_readable ? hash_file(w->target.fd, &h, &lines, &bytes) : EACCES;
    bx_hash_end(&h, ret);
    return error;
}

/* Whether it is as if_hash says; else the result is printed. */
static bool check_hash(bx_writer *w, int *ret_rc)
{
    char have[BX_HASH_TEXT];
    int error = 0;
    if (w->has_before)
        bx_hash_of(bx_buf_str(&w->before).p, w->before.n, have);
    else
        error = hash_target(w, have);
    if (!error && strcmp(have, w->ask.if_hash) == 0)
        return true;
    *ret_rc =
        error ? fail(w, error) : bx_change_fail_hash(&w->result, w->ask.path, w->ask.if_hash, have);
    return false;
}

/* Whether the file, or that there is none, is what was asked for; else the result is printed. */
static bool check_target(bx_writer *w, int *ret_rc)
{
    bool exists = w->target.fd >= 0;
    if (exists && w->ask.create_only) {
        *ret_rc = bx_result_fail(
            &w->result, w->ask.path,
            " is already there, and create_only was asked for; nothing was changed", NULL);
        return false;
    }
    if (!exists && *w->ask.if_hash) {
        *ret_rc =
            bx_result_fail(&w->result, "no such file: ", w->ask.path,
                           "; if_hash wants it to be there. Leave if_hash out to create it", NULL);
        return false;
    }
    if (exists && w->target.is_readable && w->target.size <= BEFORE_MAX) {
        w->before = bx_buf_init((w->ask.append ? 2 * (size_t)BEFORE_MAX : BEFORE_MAX) + 1);
        int error = bx_target_load(&w->target, &w->before);
        w->has_before = error == 0;
        if (error && error != EFBIG) {
            *ret_rc = fail(w, error);
            return false;
        }
    }
    return !*w->ask.if_hash || check_hash(w, ret_rc);
}

/* ---- writing ---------------------------------------------------------------------------- */

/* Begin beside `path`; its directories are made where they are missing. */
static int begin(bx_writer *w, bx_replace *r)
{
    int error = bx_replace_begin(r, w->target.path);
    if (error != ENOENT)
        return error;
    error = bx_parents_make(w->target.path, &w->parents_made);
    return error ? error : bx_replace_begin(r, w->target.path);
}

/* Where a hash was given: is it still that file, with that hash? */
static int check_again(const bx_writer *w)
{
    char now[BX_HASH_TEXT];
    if (!*w->ask.if_hash)
        return 0;
    int error = bx_target_check(&w->target);
    if (!error)
        error = hash_target(w, now);
    return error ? error : strcmp(now, w->ask.if_hash) == 0 ? 0 : EAGAIN;
}

static int replace(bx_writer *w)
{
    bx_replace r;
    int error = begin(w, &r);
    if (!error)
        error = bx_replace_write(&r, w->ask.content.p, w->ask.content.n);
    if (!error)
        error = check_again(w);
    if (!error)
        error = w->target.fd < 0 && w->ask.create_only ? bx_replace_end_new(&r, w->target.path)
                                                       : bx_replace_end(&r, w->target.path);
    bx_replace_drop(&r);
    if (error)
        bx_parents_drop(w->target.path, w->parents_made);
    return error;
}

/* Onto the end of the file that is open; what cannot be written whole is taken back. */
static int append(bx_writer *w)
{
    int fd = w->target.fd;
    const char *p = w->ask.content.p;
    size_t left = w->ask.content.n;
    off_t was = lseek(fd, 0, SEEK_END);
    if (was < 0)
        return errno;
    w->has_before =
        w->has_before && (uint64_t)was == w->before.n; /* else another has added to it */
    while (left > 0) {
        ssize_t n = write(fd, p, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int error = n < 0 ? errno : EIO;
            return ftruncate(fd, was) == 0 ? error : EIO;
        }
        p += n;
        left -= (size_t)n;
    }
    return 0;
}

/* Lines, bytes and hash of what is there now, and the text of it where it is at hand. */
static int describe(bx_writer *w, bool appended, bx_str *ret_after)
{
    bx_hash h;
    bx_hash_begin(&h);
    *ret_after = w->ask.content;
    if (appended && w->has_before && bx_buf_add_str(&w->before, w->ask.content) == BX_OK) {
        *ret_after = bx_buf_str(&w->before);
    } else if (appended) {
        w->has_before = false;
        int error =
            w->target.is_readable ? hash_file(w->target.fd, &h, &w->lines, &w->bytes) : EACCES;
        if (!error)
            bx_hash_end(&h, w->hash);
        return error;
    }
    bx_hash_add(&h, ret_after->p, ret_after->n);
    bx_hash_end(&h, w->hash);
    w->lines = bx_count_lines(*ret_after);
    w->bytes = ret_after->n;
    return 0;
}

/* ---- the call --------------------------------------------------------------------------- */

static void put_done(bx_writer *w, const bx_change_diff *d)
{
    bx_result *r = &w->result;
    bool exists = w->target.fd >= 0;
    bx_text_begin(r);
    bx_text_puts(r, !exists ? "created " : w->ask.append ? "appended to " : "replaced ");
    bx_text_puts(r, w->ask.path);
    if (w->target.is_link) {
        bx_text_puts(r, ", a link to ");
        bx_text_puts(r, w->target.path);
    }
    bx_text_puts(r, ": ");
    bx_text_int(r, (int64_t)w->lines);
    bx_text_puts(r, w->lines == 1 ? " line, " : " lines, ");
    bx_text_int(r, (int64_t)w->bytes);
    bx_text_puts(r, w->bytes == 1 ? " byte\n" : " bytes\n");
    if (exists)
        bx_change_diff_show(r, d);
    bx_text_end(r);
}

static int put_result(bx_writer *w, const bx_change_diff *d)
{
    put_done(w, d);
    bx_out *o = bx_structured_begin(&w->result);
    bx_out_open(o, '{');
    bx_field_str(o, "path", w->ask.path);
    bx_field_bool(o, "created", w->target.fd < 0);
    bx_field_int(o, "lines", w->lines);
    bx_field_int(o, "bytes", w->bytes);
    bx_out_key(o, "hash");
    if (w->hash[0])
        bx_out_str(o, bx_str_of(w->hash));
    else
        bx_out_null(o);
    bx_change_diff_field(o, d);
    bx_out_close(o, '}');
    return bx_result_end(&w->result, false);
}

static int show(bx_writer *w, bool appended)
{
    bx_change_diff d = {.none = "the file is too large, or not readable"};
    bx_str after, before = {w->before.p, w->before.n};
    int error = describe(w, appended, &after);
    if (error)
        w->hash[0] = '\0';                     /* it is written, but cannot be read */
    before.p = w->before.p ? w->before.p : ""; /* what was added may have moved it */
    const bx_diff_ask ask = {
        .before = before, .after = after, .path = w->target.path, .is_new = w->target.fd < 0};
    if ((w->has_before || ask.is_new) && after.n <= 2 * (size_t)BEFORE_MAX)
        bx_change_diff_make(&d, &ask);
    int rc = put_result(w, &d);
    bx_change_diff_done(&d);
    return rc;
}

static int run(bx_writer *w, bx_args *a)
{
    bx_error err;
    int rc = 0;
    take_arguments(w, a);
    if (bx_args_end(a, &err) != BX_OK)
        return bx_result_fail(&w->result, err.msg, NULL);
    int error = bx_target_open(w->ask.path, &w->target);
    if (error)
        return fail(w, error);
    if (!check_target(w, &rc))
        return rc;
    bool appends = w->ask.append && w->target.fd >= 0;
    error = appends ? append(w) : replace(w);
    return error ? fail(w, error) : show(w, appends);
}

int bx_write_run(bx_writer *w, int in, int out)
{
    bx_args a;
    bx_error err;
    memset(w, 0, offsetof(bx_writer, result));
    w->target = (bx_target){.fd = -1};
    w->before = bx_buf_init(0);
    w->has_before = false;
    w->parents_made = 0;
    bx_result_init(&w->result, out);
    if (bx_args_read(&a, in, INPUT_MAX, &err) != BX_OK)
        return bx_result_fail(&w->result, err.msg, NULL);
    int rc = run(w, &a);
    bx_target_done(&w->target);
    bx_buf_done(&w->before);
    bx_args_done(&a);
    return rc;
}
