#include "file/read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/read_ask.h"
#include "file/read_parts.h"

enum { PADDING = 8 }; /* zeros behind a file that is held whole */

/* ---- fields ----------------------------------------------------------------------------- */

void bx_read_field_int(bx_out *o, const char *name, int64_t n)
{
    bx_out_key(o, name);
    if (n < 0)
        bx_out_null(o);
    else
        bx_out_int(o, n);
}

void bx_read_field_str(bx_out *o, const char *name, const char *s)
{
    bx_out_key(o, name);
    bx_out_str(o, bx_str_of(s));
}

void bx_read_field_bool(bx_out *o, const char *name, bool b)
{
    bx_out_key(o, name);
    bx_out_bool(o, b);
}

/* A file that grows while it is read has an end nevertheless. */
static bool hash_of_the_rest(bx_reader *r)
{
    while (r->hashes && bx_source_skip(&r->source))
        r->hashes = (int64_t)r->hash.n <= r->ask.hash_max;
    return r->hashes && !r->source.error;
}

bx_out *bx_read_fields_begin(bx_reader *r)
{
    char hash[BX_HASH_TEXT];
    bool hashed = hash_of_the_rest(r);
    bx_out *o = bx_structured_begin(&r->result);
    bx_out_open(o, '{');
    bx_read_field_str(o, "path", r->ask.path);
    bx_read_field_int(o, "size_bytes", r->size);
    if (hashed) {
        bx_hash_end(&r->hash, hash);
        bx_read_field_str(o, "hash", hash);
    } else {
        bx_read_field_int(o, "hash", -1);
    }
    return o;
}

int bx_read_fields_end(bx_reader *r, bool is_error)
{
    bx_out_close(&r->result.out, '}');
    return bx_result_end(&r->result, is_error);
}

void bx_read_note(bx_reader *r, const char *before, int64_t n, const char *after)
{
    bx_text_puts(&r->result, "[");
    bx_text_puts(&r->result, before);
    if (after) {
        bx_text_int(&r->result, n);
        bx_text_puts(&r->result, after);
    }
    bx_text_puts(&r->result, "]\n");
}

int bx_read_fail_file(bx_reader *r, int error)
{
    return bx_result_fail_file(&r->result, "read", r->ask.path, error);
}

/* ---- the file --------------------------------------------------------------------------- */

static void hash_bytes(void *ctx, const uint8_t *p, size_t n) { bx_hash_add(ctx, p, n); }

/* What was read to look at the file counts, and so does all that is read from here on. */
static void open_source(bx_reader *r, int fd)
{
    bx_source *s = &r->source;
    bx_source_open(s, fd);
    r->hashes = r->size <= r->ask.hash_max;
    if (!r->hashes)
        return;
    bx_hash_begin(&r->hash);
    bx_hash_add(&r->hash, s->p, s->n);
    s->seen = hash_bytes;
    s->seen_ctx = &r->hash;
}

bx_code bx_read_whole(bx_reader *r, size_t max, bx_buf *ret)
{
    bx_source *s = &r->source;
    size_t size = (uint64_t)r->size < max ? (size_t)r->size : max;
    char *room;
    *ret = bx_buf_init(max + 2 * (size_t)PADDING);
    bx_code rc = bx_buf_reserve(ret, size + PADDING, &room);
    while (rc == BX_OK && bx_source_more(s)) {
        size_t n = s->n - s->at, left = max - ret->n;
        if (left == 0)
            return BX_ELIMIT;
        n = n < left ? n : left;
        rc = bx_buf_add(ret, s->p + s->at, n);
        s->at += n;
    }
    if (rc == BX_OK && s->error)
        return BX_EIO;
    if (rc != BX_OK || bx_buf_reserve(ret, PADDING, &room) != BX_OK)
        return BX_ENOMEM;
    memset(room, 0, PADDING);
    return BX_OK;
}

static bool is_utf16(const bx_source *s)
{
    return s->n >= 2 && (memcmp(s->p, "\xff\xfe", 2) == 0 || memcmp(s->p, "\xfe\xff", 2) == 0);
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);
    return n >= k && memcmp(s + n - k, end, k) == 0;
}

static int show_text(bx_reader *r, const char *note)
{
    if (r->ask.has_cells)
        return bx_result_fail(&r->result, "argument \"cells\": ", r->ask.path,
                              " is no notebook; lines are chosen with offset, limit or ranges",
                              NULL);
    return bx_read_text(r, note);
}

/* A notebook that is none, or too large, is a text like any other. */
static int show_notebook_as_text(bx_reader *r, int fd, const char *why)
{
    if (lseek(fd, 0, SEEK_SET) != 0)
        return bx_read_fail_file(r, errno);
    open_source(r, fd);
    return r->source.error ? bx_read_fail_file(r, r->source.error) : show_text(r, why);
}

static int show_notebook(bx_reader *r, int fd)
{
    int rc = 0;
    const char *why = "shown as text: too large to be shown as a notebook";
    if (r->ask.has_lines)
        return bx_read_text(
            r, "a notebook's JSON; without offset, limit and ranges its cells are shown");
    BX_AUTO_BUF whole = bx_buf_init(0);
    switch (bx_read_whole(r, BX_READ_NOTEBOOK_MAX, &whole)) {
    case BX_OK:
        if (bx_read_notebook(r, &whole, &rc, &why))
            return rc;
        break;
    case BX_EIO:
        return bx_read_fail_file(r, r->source.error);
    default:
        break;
    }
    bx_buf_done(&whole);
    return show_notebook_as_text(r, fd, why);
}

static int show_pdf(bx_reader *r, const bx_file_format *type)
{
    if (r->ask.has_lines)
        return bx_result_fail(&r->result, r->ask.path,
                              " is a PDF document: choose its pages with pages, not lines with "
                              "offset, limit or ranges",
                              NULL);
    BX_AUTO_BUF whole = bx_buf_init(0);
    switch (bx_read_whole(r, BX_READ_PDF_MAX, &whole)) {
    case BX_OK:
        return bx_read_pdf(r, (const uint8_t *)whole.p, whole.n);
    case BX_EIO:
        return bx_read_fail_file(r, r->source.error);
    case BX_ELIMIT:
        return bx_read_describe(r, type, "; larger than the 32 MiB that are read of a document",
                                NULL);
    default:
        return bx_result_fail(&r->result, "no memory for ", r->ask.path, NULL);
    }
}

static int show_file(bx_reader *r, int fd)
{
    const bx_source *s = &r->source;
    const bx_file_format *type = bx_file_format_of(s->p, s->n);
    bool is_pdf = type && strcmp(type->name, "PDF document") == 0;
    if (r->ask.has_pages && !is_pdf)
        return bx_result_fail(&r->result, "argument \"pages\": ", r->ask.path,
                              " is no PDF document", NULL);
    if (r->ask.has_cells && type)
        return bx_result_fail(&r->result, "argument \"cells\": ", r->ask.path, " is no notebook",
                              NULL);
    if (is_pdf)
        return show_pdf(r, type);
    if (type && type->image_mime)
        return bx_read_image(r, type);
    if (type || !(is_utf16(s) || bx_looks_like_text(s->p, s->n)))
        return bx_read_describe(r, type, NULL, NULL);
    return ends_with(r->ask.path, ".ipynb") ? show_notebook(r, fd) : show_text(r, NULL);
}

static int show(bx_reader *r, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return bx_read_fail_file(r, errno);
    if (S_ISDIR(st.st_mode))
        return bx_read_directory(r, fd);
    r->size = st.st_size;
    open_source(r, fd);
    return r->source.error ? bx_read_fail_file(r, r->source.error) : show_file(r, fd);
}

/* A sandbox opens nothing but files and directories, and calls the rest not permitted. */
static int fail_open(bx_reader *r, int error)
{
    struct stat st;
    if (stat(r->ask.path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
        return bx_read_fail_file(r, error);
    const char *kind = S_ISSOCK(st.st_mode)                         ? " is a socket"
                       : S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? " is a device"
                                                                    : " is a FIFO or the like";
    return bx_result_fail(&r->result, r->ask.path, kind, ", not a regular file; it cannot be read",
                          NULL);
}

static int run(bx_reader *r, bx_args *a)
{
    bx_error err;
    if (bx_read_ask(r, a, &err) != BX_OK)
        return bx_result_fail(&r->result, err.msg, NULL);
    if (bx_out_room(&r->result.out, r->rest) < r->rest)
        return bx_result_fail(&r->result, "the output limit of this call has no room for an answer",
                              NULL);
    int fd = open(r->ask.path, O_RDONLY);
    if (fd < 0)
        return fail_open(r, errno);
    int rc = show(r, fd);
    (void)close(fd);
    return rc;
}

int bx_read_run(bx_reader *r, int in, int out)
{
    bx_args a;
    bx_error err;
    bx_result_init(&r->result, out);
    if (bx_args_read(&a, in, BX_ARGS_INPUT_MAX, &err) != BX_OK)
        return bx_result_fail(&r->result, err.msg, NULL);
    int rc = run(r, &a);
    bx_args_done(&a);
    return rc;
}
