/* Any text and any edits of it: each is made or refused whole, what it was can be told from what it
 * is, and the diff of the stretch that was touched is the diff of the whole. */
#include "file/edit_text.h"
#include "lib/diff.h"

enum { TEXT_MAX = 1 << 20, WHY_MAX = 32 << 10 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Up to the next NUL. */
static bx_str take(bx_str *rest)
{
    const char *nul = rest->n ? memchr(rest->p, 0, rest->n) : NULL;
    bx_str ret = {rest->p, nul ? (size_t)(nul - rest->p) : rest->n};
    *rest = bx_str_from(*rest, ret.n + 1);
    return ret;
}

static void one_edit(bx_edited *t, bx_str *rest)
{
    BX_AUTO_BUF why = bx_buf_init(WHY_MAX);
    BX_AUTO_BUF was = bx_buf_init(TEXT_MAX);
    bx_edit_done done;
    bx_code rc;
    bx_str head = take(rest), old = take(rest), now = take(rest);
    unsigned form = head.n ? (uint8_t)head.p[0] : 0;
    (void)bx_buf_add_str(&was, bx_buf_str(&t->text));
    bx_edit e = {.old = old, .now = now, .all = form & 1, .expected = form & 2 ? form >> 4 : 0};
    if (form & 4)
        rc = bx_edit_insert(t, form >> 4, now, &why);
    else
        rc = bx_edit_apply(t, &e, &done, &why);
    BX_ASSERT(rc == BX_OK || rc == BX_EINVAL || rc == BX_ELIMIT);
    BX_ASSERT((rc == BX_EINVAL) == (why.n > 0));
    BX_ASSERT(rc == BX_OK || bx_str_eq(bx_buf_str(&t->text), bx_buf_str(&was)));
}

static void diff(const bx_diff_ask *ask, bx_buf *ret)
{
    bx_diff_stat stat;
    BX_ASSERT(bx_diff_unified(ask, ret, &stat) == BX_OK);
}

static void same_diff(const bx_edited *t, bx_str before)
{
    BX_AUTO_BUF of_all = bx_buf_init(4 * TEXT_MAX);
    BX_AUTO_BUF of_window = bx_buf_init(4 * TEXT_MAX);
    BX_AUTO_BUF was = bx_buf_init(0);
    bx_diff_ask all = {
        .before = before, .after = bx_buf_str(&t->text), .path = "f", .max_bytes = 2 * TEXT_MAX};
    bx_diff_ask window = all;
    BX_ASSERT(bx_edited_window(t, &was, &window.after, &window.first_line) == BX_OK);
    window.before = bx_buf_str(&was);
    diff(&all, &of_all);
    diff(&window, &of_window);
    BX_ASSERT((of_all.n > 0) == (of_window.n > 0));
    bx_str text = bx_buf_str(&t->text);
    size_t head = (size_t)(window.after.p - text.p), tail = text.n - head - window.after.n;
    BX_ASSERT(head + was.n + tail == before.n && memcmp(before.p, text.p, head) == 0);
    BX_ASSERT(memcmp(before.p + head, bx_buf_str(&was).p, was.n) == 0);
    BX_ASSERT(memcmp(before.p + head + was.n, text.p + head + window.after.n, tail) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str rest = {(const char *)data, size};
    if (size == 0 || size > 1 << 14)
        return 0;
    bx_str before = take(&rest);
    bx_edited t = {.text = bx_buf_init(TEXT_MAX), .was = bx_buf_init(0)};
    (void)bx_buf_add_str(&t.text, before);
    for (int i = 0; i < 8 && rest.n > 0; i++)
        one_edit(&t, &rest);
    if (t.is_touched)
        same_diff(&t, before);
    bx_edited_done(&t);
    return 0;
}
