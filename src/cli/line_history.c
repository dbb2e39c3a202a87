#include "cli/line_history.h"

#include <fcntl.h>

#include "os/fd.h"

enum { MAX_FILE = 16 << 20 };

bx_str bx_last_lines(bx_str text, size_t max_lines, size_t max_bytes)
{
    size_t at = text.n, lines = 0;
    while (at > 0 && text.p[at - 1] != '\n') /* a line that was not written to its end */
        at--;
    size_t end = at;
    while (at > 0 && lines < max_lines) {
        size_t from = at - 1;
        while (from > 0 && text.p[from - 1] != '\n')
            from--;
        if (end - from > max_bytes)
            break;
        at = from;
        lines++;
    }
    return (bx_str){text.p + at, end - at};
}

bool bx_next_line(bx_str *rest, bx_str *ret)
{
    const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
    if (!end)
        return false;
    *ret = (bx_str){rest->p, (size_t)(end - rest->p)};
    *rest = bx_str_from(*rest, ret->n + 1);
    return true;
}

static bx_code read_last(const char *path, bx_buf *ret, bx_error *err)
{
    bx_error why;
    BX_AUTO_BUF all = bx_buf_init(MAX_FILE);
    bx_code rc = bx_file_read_all(AT_FDCWD, path, MAX_FILE, &all, &why);
    if (rc == BX_ENOENT)
        return BX_OK;
    if (rc != BX_OK)
        return bx_fail(err, rc, "%s", why.msg);
    (void)bx_buf_add_str(ret, bx_last_lines(bx_buf_str(&all), BX_HISTORY_LINES, BX_HISTORY_BYTES));
    return bx_buf_check(ret, err);
}

bx_code bx_line_history_load(bx_line_history *h, const char *path, bx_error *err)
{
    h->old = bx_buf_init(BX_HISTORY_BYTES + 1);
    h->added = bx_buf_init(BX_HISTORY_BYTES + 1);
    return read_last(path, &h->old, err);
}

static bx_str last_line(const bx_line_history *h)
{
    bx_str last = bx_last_lines(bx_buf_str(h->added.n ? &h->added : &h->old), 1, BX_HISTORY_BYTES);
    last.n -= last.n > 0;
    return last;
}

bool bx_line_history_add(bx_line_history *h, bx_str line)
{
    if (line.n == 0 || line.p[0] == ' ' || line.p[0] == '\t' || memchr(line.p, '\n', line.n) ||
        memchr(line.p, '\0', line.n) || bx_str_eq(line, last_line(h)))
        return false;
    if (line.n + 1 > h->added.max - h->added.n)
        return false;
    (void)bx_buf_add_str(&h->added, line);
    return bx_buf_add_c(&h->added, '\n') == BX_OK;
}

bx_code bx_line_history_save(const bx_line_history *h, const char *path, bx_error *err)
{
    if (h->added.n == 0)
        return BX_OK;
    BX_AUTO_BUF all = bx_buf_init(2 * BX_HISTORY_BYTES + 2);
    bx_code rc = read_last(path, &all, err);
    if (rc == BX_OK) {
        (void)bx_buf_add_str(&all, bx_buf_str(&h->added));
        rc = bx_buf_check(&all, err);
    }
    if (rc != BX_OK)
        return rc;
    bx_str kept = bx_last_lines(bx_buf_str(&all), BX_HISTORY_LINES, BX_HISTORY_BYTES);
    return bx_file_write_atomic(AT_FDCWD, path, 0600, &kept, 1, err);
}

void bx_line_history_done(bx_line_history *h)
{
    bx_buf_done(&h->old);
    bx_buf_done(&h->added);
}
