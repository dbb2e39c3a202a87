/* Server-sent events: the standard's own examples, cut everywhere. */
#include "codec/sse.h"

#include "base/test.h"

typedef struct seen {
    bx_buf text;
    unsigned n, stop_after;
} seen;

static bool see(void *ctx, const bx_sse_event *ev)
{
    seen *s = ctx;
    (void)bx_buf_addf(&s->text, "[%.*s|%.*s|%.*s]", BX_FMT(ev->type), BX_FMT(ev->data),
                      BX_FMT(ev->id));
    return ++s->n != s->stop_after;
}

/* `text` in pieces of `each` bytes, after a first one of `first`. */
static bx_code read_in(bx_str text, size_t first, size_t each, seen *s)
{
    bx_sse sse = bx_sse_init(1000);
    bx_code rc = BX_OK;
    for (size_t i = 0, n = first; rc == BX_OK && i < text.n; i += n, n = each) {
        n = n ? n : 1;
        n = n < text.n - i ? n : text.n - i;
        rc = bx_sse_feed(&sse, (bx_str){text.p + i, n}, see, s, NULL);
    }
    if (rc == BX_OK)
        rc = bx_sse_end(&sse, see, s, NULL);
    bx_sse_done(&sse);
    return rc;
}

static bool reads_as(bx_str text, const char *want)
{
    for (size_t first = 1; first <= text.n; first++) {
        const size_t sizes[] = {1, 2, text.n};
        for (size_t k = 0; k < BX_COUNT(sizes); k++) {
            seen s = {.text = bx_buf_init(10000)};
            bx_code rc = read_in(text, first, sizes[k], &s);
            bool same = rc == BX_OK && bx_str_eq(bx_buf_str(&s.text), bx_str_of(want));
            if (!same)
                printf("# first %zu, then %zu: %s\n", first, sizes[k], s.text.p ? s.text.p : "");
            bx_buf_done(&s.text);
            if (!same)
                return false;
        }
    }
    return true;
}

static void reads_the_standards_examples(void)
{
    CHECK(reads_as(BX_LIT("data: YHOO\ndata: +2\ndata: 10\n\n"), "[|YHOO\n+2\n10|]"));
    CHECK(reads_as(BX_LIT(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
                          "data:  third event\n\n"),
                   "[|first event|1][|second event|][| third event|]"));
    CHECK(reads_as(BX_LIT("data\n\ndata\ndata\n\ndata:"), "[||][|\n|][||]"));
    CHECK(reads_as(BX_LIT("data:test\n\ndata: test\n\n"), "[|test|][|test|]"));
    CHECK(reads_as(BX_LIT("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n"),
                   "[add|73857293|][remove|2153|]"));
}

static void reads_any_line_end(void)
{
    CHECK(reads_as(BX_LIT("data: a\r\n\r\ndata: b\r\rdata: c\n\n"), "[|a|][|b|][|c|]"));
    CHECK(reads_as(BX_LIT("\xEF\xBB\xBF"
                          "data: \xE2\x82\xAC\xF0\x9F\x98\x80\r\n:ping\r\ndata: 2\r\n\r\n"),
                   "[|\xE2\x82\xAC\xF0\x9F\x98\x80\n2|]"));
    CHECK(reads_as(BX_LIT("\xEF\xBB"
                          "data: x\n\ndata: y\n\n"),
                   "[|y|]"));
    CHECK(reads_as(BX_LIT("event: lost\n\nretry: 10\nfoo: bar\ndata: x\nid: a\n\n"), "[|x|a]"));
    CHECK(reads_as(BX_LIT("data: no empty line"), "[|no empty line|]"));
    CHECK(reads_as(BX_LIT("id: a\0b\ndata: x\n\n"), "[|x|]"));
    CHECK(reads_as(BX_LIT("\n\n\r\n"), ""));
}

static void is_bounded(void)
{
    char long_line[1200] = "data: ";
    memset(long_line + 6, 'x', sizeof long_line - 6);
    seen s = {.text = bx_buf_init(10000)};
    CHECK(read_in((bx_str){long_line, 1000}, 1, 1, &s) == BX_OK && s.n == 1);
    CHECK(read_in((bx_str){long_line, 1001}, 1, 1, &s) == BX_ELIMIT);
    CHECK(read_in((bx_str){long_line, 1001}, 1000, 1, &s) == BX_ELIMIT);
    bx_buf_done(&s.text);
    BX_AUTO_BUF many = bx_buf_init(100000);
    for (int i = 0; i < 1000; i++)
        (void)bx_buf_add_z(&many, "data: x\n");
    seen t = {.text = bx_buf_init(10000)};
    CHECK(read_in(bx_buf_str(&many), 1, 100, &t) == BX_ELIMIT && t.n == 0);
    seen u = {.text = bx_buf_init(10000), .stop_after = 1};
    CHECK(read_in(BX_LIT("data: 1\n\ndata: 2\n\n"), 1, 100, &u) == BX_ECANCELLED && u.n == 1);
    bx_buf_done(&u.text);
}

static void survives_no_memory(void)
{
    seen s = {.text = bx_buf_init(10000)};
    (void)bx_buf_add_z(&s.text, "                                                            ");
    EACH_ALLOC_FAILS(rc, {
        bx_buf_clear(&s.text);
        rc = read_in(BX_LIT("event: a\nid: 1\ndata: b\n\n"), 3, 100, &s);
    });
    bx_buf_done(&s.text);
}

BXT_MAIN(RUN(reads_the_standards_examples); RUN(reads_any_line_end); RUN(is_bounded);
         RUN(survives_no_memory);)
