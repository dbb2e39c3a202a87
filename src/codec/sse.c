#include "codec/sse.h"

enum { MARK_LENGTH = 3 };

static const char MARK[] = "\xEF\xBB\xBF";

bx_sse bx_sse_init(size_t max)
{
    return (bx_sse){
        .line = bx_buf_init(max),
        .data = bx_buf_init(max),
        .type = bx_buf_init(BX_SSE_MAX_NAME),
        .id = bx_buf_init(BX_SSE_MAX_NAME),
    };
}

void bx_sse_done(bx_sse *s)
{
    bx_buf_done(&s->line);
    bx_buf_done(&s->data);
    bx_buf_done(&s->type);
    bx_buf_done(&s->id);
}

static bx_code dispatch(bx_sse *s, bx_sse_fn on, void *ctx, bx_error *err)
{
    bx_str data = bx_buf_str(&s->data);
    bool more = true;
    if (s->has_data) {
        const bx_sse_event ev = {
            .type = bx_buf_str(&s->type),
            .data = {data.p, data.n - 1}, /* less the last LF */
            .id = bx_buf_str(&s->id),
        };
        more = on(ctx, &ev);
    }
    bx_buf_clear(&s->data);
    bx_buf_clear(&s->type);
    s->has_data = false;
    return more ? BX_OK : bx_fail(err, BX_ECANCELLED, "stopped by the reader");
}

static bx_code replace(bx_buf *b, bx_str value, bx_error *err)
{
    bx_buf_clear(b);
    (void)bx_buf_add_str(b, value);
    return bx_buf_check(b, err);
}

static bx_code take_field(bx_sse *s, bx_str name, bx_str value, bx_error *err)
{
    if (bx_str_eq(name, BX_LIT("data"))) {
        (void)bx_buf_add_str(&s->data, value);
        (void)bx_buf_add_c(&s->data, '\n');
        s->has_data = true;
        return bx_buf_check(&s->data, err);
    }
    if (bx_str_eq(name, BX_LIT("event")))
        return replace(&s->type, value, err);
    if (bx_str_eq(name, BX_LIT("id")) && !memchr(value.n ? value.p : "", '\0', value.n))
        return replace(&s->id, value, err);
    return BX_OK;
}

static bx_code take_line(bx_sse *s, bx_str line, bx_sse_fn on, void *ctx, bx_error *err)
{
    if (line.n == 0)
        return dispatch(s, on, ctx, err);
    const char *colon = memchr(line.p, ':', line.n);
    bx_str name = {line.p, colon ? (size_t)(colon - line.p) : line.n};
    bx_str value = bx_str_from(line, name.n + (colon ? 1 : 0));
    if (name.n == 0) /* a comment */
        return BX_OK;
    if (value.n && value.p[0] == ' ')
        value = bx_str_from(value, 1);
    return take_field(s, name, value, err);
}

/* The bytes without the mark at the stream's start, which may come in pieces. */
static bx_str skip_mark(bx_sse *s, bx_str bytes)
{
    while (s->mark < MARK_LENGTH && bytes.n) {
        if (bytes.p[0] != MARK[s->mark]) { /* it was none: its bytes are text */
            (void)bx_buf_add(&s->line, MARK, s->mark);
            s->mark = MARK_LENGTH;
            break;
        }
        s->mark++;
        bytes = bx_str_from(bytes, 1);
    }
    return bytes;
}

static size_t line_length(bx_str bytes)
{
    const char *lf = memchr(bytes.p, '\n', bytes.n);
    size_t n = lf ? (size_t)(lf - bytes.p) : bytes.n;
    const char *cr = n ? memchr(bytes.p, '\r', n) : NULL;
    return cr ? (size_t)(cr - bytes.p) : n;
}

bx_code bx_sse_feed(bx_sse *s, bx_str bytes, bx_sse_fn on, void *ctx, bx_error *err)
{
    bytes = skip_mark(s, bytes);
    bx_code rc = BX_OK;
    while (rc == BX_OK && bytes.n) {
        if (s->after_cr && bytes.p[0] == '\n') {
            s->after_cr = false;
            bytes = bx_str_from(bytes, 1);
            continue;
        }
        size_t n = line_length(bytes);
        bx_str line = {bytes.p, n};
        s->after_cr = n < bytes.n && bytes.p[n] == '\r';
        if (n == bytes.n || s->line.n) { /* a part of one */
            (void)bx_buf_add_str(&s->line, line);
            rc = bx_buf_check(&s->line, err);
            line = bx_buf_str(&s->line);
        }
        if (rc == BX_OK && n < bytes.n) {
            rc = take_line(s, line, on, ctx, err);
            bx_buf_clear(&s->line);
        }
        bytes = bx_str_from(bytes, n + 1);
    }
    return rc;
}

bx_code bx_sse_end(bx_sse *s, bx_sse_fn on, void *ctx, bx_error *err)
{
    bx_code rc = BX_OK;
    if (s->line.n)
        rc = take_line(s, bx_buf_str(&s->line), on, ctx, err);
    bx_buf_clear(&s->line);
    return rc == BX_OK ? dispatch(s, on, ctx, err) : rc;
}
