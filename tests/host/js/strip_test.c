/* Stripping types: the table of cases, bytes that are no text, and the limits. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/test.h"
#include "js/strip.h"

typedef struct test_case {
    const char *source, *wanted; /* wanted: the output, or the message */
    size_t line, column;         /* 0: it succeeds */
} test_case;

#define CASE(source, output)                 {source, output, 0, 0},
#define FAILS(source, line, column, message) {source, message, line, column},

static const test_case cases[] = {
#include "strip_cases.def"
};

/* The output, with a · of two bytes for what may also be one space. */
static bool same_text(const char *have, const char *wanted)
{
    for (; *wanted; have++, wanted++) {
        bool dot = wanted[0] == '\xc2' && wanted[1] == '\xb7';
        wanted += dot;
        if (*have != (dot ? ' ' : *wanted))
            return false;
    }
    return !*have;
}

static bool holds(const test_case *c)
{
    char *out = NULL;
    size_t n = strlen(c->source), out_n = 0;
    js_strip_error err = {.msg = ""};
    if (!js_strip_types(c->source, n, false, &out, &out_n, &err)) {
        if (strcmp(err.msg, c->wanted) == 0 && err.line == c->line && err.column == c->column)
            return true;
        printf("# %s\n#   %zu:%zu %s\n", c->source, err.line, err.column, err.msg);
        return false;
    }
    bool same = !c->line && out_n == n && strlen(out) == n && same_text(out, c->wanted);
    if (!same)
        printf("# %s\n#   %s\n", c->source, out);
    free(out);
    return same;
}

static void test_cases(void)
{
    int bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        bad += !holds(&cases[i]);
    CHECK(bad == 0);
}

/* The output of `source`, or NULL. */
static char *strip(const char *source, size_t n, bool module, js_strip_error *err)
{
    char *out = NULL;
    size_t out_n = 0;
    if (!js_strip_types(source, n, module, &out, &out_n, err))
        return NULL;
    if (out_n != n || out[n]) {
        free(out);
        return NULL;
    }
    return out;
}

static bool gives(const char *source, size_t n, const char *wanted)
{
    js_strip_error err;
    char *out = strip(source, n, false, &err);
    bool same = out && memcmp(out, wanted, n) == 0;
    free(out);
    return same;
}

static void test_bytes(void)
{
    CHECK(gives("", 0, ""));
    CHECK(gives("'a\0b' // \0\n/*\0*/x as 'a\0b'", 26, "'a\0b' // \0\n/*\0*/x         "));
    CHECK(gives("'\xff\xc3' as '\xff\xc3\xe2\x80'", 14, "'\xff\xc3'          "));
    CHECK(gives("\xff as \xf0\x9f", 7, "\xff      "));
    CHECK(gives("a as '\xf0\x9f\x98\x80\xe6\x97\xa5\xc3\xa9'", 16,
                "a      \xef\xbb\xbf\xe2\x80\x82\xc2\xa0 "));
    js_strip_error err;
    CHECK(!strip("a\0b", 3, false, &err) && err.code == JS_STRIP_SYNTAX && err.column == 2);
}

static void test_positions(void)
{
    js_strip_error err;
    const char *source = "a\r\nb\rc\n'\xf0\x9f\x98\x80\xc3\xa9'; enum X {}";
    CHECK(!strip(source, strlen(source), false, &err));
    CHECK(err.code == JS_STRIP_UNSUPPORTED && err.line == 4 && err.column == 8);
    CHECK(err.start == 17 && err.end == 26);
    /* a mistake comes before what is only not supported */
    CHECK(!strip("enum X {}\n)", 11, false, &err) && err.code == JS_STRIP_SYNTAX && err.line == 2);
}

static void test_modules(void)
{
    js_strip_error err;
    const char *comment = "<!-- a b\n1\n--> a b";
    CHECK(gives(comment, strlen(comment), comment));
    CHECK(!strip(comment, strlen(comment), true, &err) && err.line == 1);
}

/* `open` so many times, then `middle`, then `close` as often. */
static bool nests(const char *before, const char *open, const char *middle, const char *close,
                  size_t times, js_strip_code *ret)
{
    BX_AUTO_BUF b = bx_buf_init(1 << 24);
    js_strip_error err = {.code = JS_STRIP_SYNTAX};
    bx_buf_add_z(&b, before);
    for (size_t i = 0; i < times; i++)
        bx_buf_add_z(&b, open);
    bx_buf_add_z(&b, middle);
    for (size_t i = 0; i < times; i++)
        bx_buf_add_z(&b, close);
    bool ok = bx_buf_check(&b, NULL) == BX_OK;
    char *out = ok ? strip(b.p, b.n, false, &err) : NULL;
    ok = out != NULL;
    *ret = err.code;
    free(out);
    return ok;
}

static void test_depth(void)
{
    static const char *const nest[][4] = {
        {"", "(", "1", ")"},
        {"", "[", "", "]"},
        {"x=", "{a:", "1", "}"},
        {"", "{", "", "}"},
        {"", "function f(){", "", "}"},
        {"x=", "(a)=>", "1", ""},
        {"x=", "class{a=", "1", "}"},
        {"", "`${", "1", "}`"},
        {"let x:", "(", "a", ")"},
        {"let x:", "A<", "b", ">"},
        {"let x:", "{a:", "b", "}"},
        {"type X=", "({a:", "b", "})"},
        {"let ", "[", "a", "]=1"},
        {"", "if(a)", ";", ""},
        {"", "new ", "a", ""},
        {"", "namespace A {", "", "}"},
        {"x=", "a?", "1", ":2"},
        {"type X=", "`${", "1", "}`"},
        {"", "@(", "a", ")"},
        {"", "a:", "1", ""},
    };
    js_strip_code code;
    for (size_t i = 0; i < sizeof nest / sizeof nest[0]; i++) {
        const char *const *n = nest[i];
        CHECK(!nests(n[0], n[1], n[2], n[3], 1001, &code) && code == JS_STRIP_LIMIT);
        CHECK(!nests(n[0], n[1], n[2], n[3], 100000, &code) && code == JS_STRIP_LIMIT);
        if (n[1][0] != '@')
            CHECK(nests(n[0], n[1], n[2], n[3], 300, &code));
    }
    CHECK(nests("", "(", "1", ")", 998, &code));
    /* what does not nest has no limit */
    CHECK(nests("1", "+1", "", "", 100000, &code));
    CHECK(nests("a", "=a", "", "", 100000, &code));
    CHECK(nests("a", "<a", "", "", 100000, &code));
    CHECK(nests("", "!", "a", "", 100000, &code));
    CHECK(nests("", "if(a);else ", ";", "", 100000, &code));
    CHECK(nests("type X=", "a extends b?c:", "d", "", 100000, &code));
}

static void test_limits(void)
{
    js_strip_error err;
    CHECK(!strip("", (size_t)JS_STRIP_MAX_BYTES + 1, false, &err) && err.code == JS_STRIP_LIMIT);
    /* Read once each when tried as an arrow function, then as what it is. */
    js_strip_code code;
    CHECK(nests("", "(a,b,c)+", "1", "", 200000, &code));
    CHECK(nests("", "([a=([a=([a=(1)])])])+", "1", "", 100000, &code));
    CHECK(nests("x=", "a?(b):c=>", "1", "", 100, &code));
    CHECK(nests("f(", "a<b,", "a", "", 100000, &code) == false && code == JS_STRIP_SYNTAX);
    CHECK(nests("", "a<b,", "a", "", 100000, &code));
}

BXT_MAIN(RUN(test_cases); RUN(test_bytes); RUN(test_positions); RUN(test_modules); RUN(test_depth);
         RUN(test_limits);)
