/* A line of shell: what is found lies within what was read, and nothing of a line that is
 * understood hides what comes behind it or in front of it. */
#include "policy/command_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char tail[] = "\nseen it", head[] = "seen it\n";

static bool is_seen(const bx_line *l, const bx_line_command *c)
{
    return bx_str_eq(bx_line_words(l, c), BX_LIT("seen it "));
}

static void read_line(bx_line *l, bx_str text)
{
    *l = bx_line_init();
    BX_ASSERT(bx_line_read(l, text, NULL) == BX_OK);
    for (size_t i = 0; i < l->n_commands; i++) {
        const bx_line_command *c = &l->commands[i];
        BX_ASSERT(c->begin <= c->words && c->words <= c->end && c->end <= l->text.n);
        BX_ASSERT(c->within >= -1 && c->within < (int32_t)i);
    }
    for (size_t i = 0; i < l->n_redirects; i++) {
        const bx_line_redirect *r = &l->redirects[i];
        BX_ASSERT(r->begin <= r->end && r->end <= l->text.n);
        BX_ASSERT(l->uncertain || (r->of >= -1 && r->of < (int32_t)l->n_commands));
    }
}

static void seen_through(void *ctx, bx_str words, bool sure)
{
    (void)sure;
    BX_ASSERT(words.n > 0 && words.n < *(size_t *)ctx);
}

static void check_beside(bx_str text, size_t n, bool behind)
{
    BX_AUTO_BUF both = bx_buf_init((size_t)BX_LINE_MAX_BYTES + 64);
    bx_line l;
    if (!behind)
        (void)bx_buf_add_z(&both, head);
    (void)bx_buf_add_str(&both, text);
    if (behind)
        (void)bx_buf_add_z(&both, tail);
    BX_ASSERT(both.fail == BX_OK);
    read_line(&l, bx_buf_str(&both));
    if (!l.uncertain) {
        BX_ASSERT(l.n_commands == n + 1);
        BX_ASSERT(is_seen(&l, &l.commands[behind ? n : 0]));
    }
    bx_line_done(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str text = {(const char *)data, size};
    bx_line l;
    read_line(&l, text);
    for (size_t i = 0; i < l.n_commands; i++) {
        bx_str words = bx_line_words(&l, &l.commands[i]);
        bx_command_see_through(words, seen_through, &words.n);
    }
    if (!l.uncertain && size < BX_LINE_MAX_BYTES) {
        check_beside(text, l.n_commands, true);
        check_beside(text, l.n_commands, false);
    }
    bx_line_done(&l);
    return 0;
}
