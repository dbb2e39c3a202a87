#include "cli/markdown.h"

#include "base/test.h"

#define ON  "\033[0m\033[1m"
#define CO  "\033[0m\033[36m"
#define OFF "\033[0m"

/* However the text is cut, it looks the same. */
static bool looks(const char *text, const char *want)
{
    size_t n = strlen(text);
    for (size_t step = 1; step <= n + 1; step++) {
        bx_markdown m = {.plain = false};
        BX_AUTO_BUF out = bx_buf_init(65536);
        for (size_t at = 0; at < n; at += step)
            bx_markdown_add(&m, (bx_str){text + at, n - at < step ? n - at : step}, &out);
        bx_markdown_end(&m, &out);
        if (!bx_str_eq(bx_buf_str(&out), bx_str_of(want))) {
            printf("# step %zu: %s\n", step, bx_buf_str(&out).p);
            return false;
        }
    }
    return true;
}

static void test_marks(void)
{
    CHECK(looks("plain *text* 2 * 3\n", "plain *text* 2 * 3\n"));
    CHECK(looks("a **b** c", "a " ON "b" OFF " c"));
    CHECK(looks("use `ls **` now", "use " CO "ls **" OFF " now"));
    CHECK(looks("# Head\nbody #1\n", "#" ON " Head\n" OFF "body #1\n"));
    CHECK(looks("```c\nint **x;\n```\nend", "```" CO "c\nint **x;\n```" OFF "\nend"));
    CHECK(looks("caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac"));
}

static void test_left_open(void)
{
    CHECK(looks("a **b", "a " ON "b" OFF));
    CHECK(looks("`", CO OFF));
    CHECK(looks("*", "*"));
}

/* What a model says must not act on the terminal. */
static void test_control_characters(void)
{
    bx_markdown m = {.plain = true};
    BX_AUTO_BUF out = bx_buf_init(65536);
    bx_markdown_add(&m,
                    BX_LIT("a\033]0;x\007b\r\b\x7f\xc2\x9b"
                           "2J\tc\n"),
                    &out);
    bx_markdown_end(&m, &out);
    CHECK(!memchr(out.p, '\033', out.n) && !memchr(out.p, '\007', out.n));
    CHECK(!memchr(out.p, '\r', out.n) && !memchr(out.p, '\b', out.n));
    CHECK(!strstr(out.p, "\xc2\x9b"));
    CHECK(strchr(out.p, '\t') && strchr(out.p, '\n'));
}

BXT_MAIN(RUN(test_marks); RUN(test_left_open); RUN(test_control_characters);)
