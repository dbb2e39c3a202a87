/* POSIX regular expressions: the longest match and its groups, what is refused in which words, a
 * limit for back-references. */
#include "regex/posix.h"

#include "base/test.h"

/* The first match in `text` and its groups as "0-3 0-1", "none", "gave up", or the error. */
static const char *first(const char *pattern, const char *text, bx_posix_options o)
{
    static char out[1100];
    bx_error err;
    bx_posix *x;
    o.captures = true;
    if (bx_posix_new(bx_str_of(pattern), &o, &x, &err) != BX_OK) {
        (void)snprintf(out, sizeof out, "%s", err.msg);
        return out;
    }
    bx_span g[10];
    size_t used = 0, groups = bx_posix_groups(x);
    bx_hit hit = bx_posix_find(x, (const uint8_t *)text, strlen(text), 0, g, 10);
    (void)snprintf(out, sizeof out, "%s", hit == BX_HIT_NONE ? "none" : "gave up");
    for (size_t i = 0; hit == BX_HIT && i < groups && i < 10; i++) {
        const char *gap = i ? " " : "";
        if (g[i].from == SIZE_MAX)
            used += (size_t)snprintf(out + used, sizeof out - used, "%s-", gap);
        else
            used += (size_t)snprintf(out + used, sizeof out - used, "%s%zu-%zu", gap, g[i].from,
                                     g[i].to);
    }
    bx_posix_free(x);
    return out;
}

#define BASIC    ((bx_posix_options){0})
#define EXTENDED ((bx_posix_options){.extended = true})
#define GREP     ((bx_posix_options){.extended = true, .lenient = true})
#define PERL     ((bx_posix_options){.perl = true})

static void longest(void)
{
    CHECK(strcmp(first("(a|ab)(c|bcd)(d*)", "abcd", EXTENDED), "0-4 0-1 1-4 4-4") == 0);
    CHECK(strcmp(first("a|ab|abc", "xabcd", EXTENDED), "1-4") == 0);
    CHECK(strcmp(first("\\(a*\\)b\\{2\\}", "aabbb", BASIC), "0-4 0-2") == 0);
    CHECK(strcmp(first("*a\\|^b", "b*a", BASIC), "0-1") == 0);
    CHECK(strcmp(first("x", "abc", BASIC), "none") == 0);
}

static void refused(void)
{
    CHECK(strcmp(first("(", "", EXTENDED), "Unmatched ( or \\(") == 0);
    CHECK(strcmp(first("a{2,1}", "", EXTENDED), "Invalid content of \\{\\}") == 0);
    CHECK(strcmp(first("[b-a]", "", BASIC), "Invalid range end") == 0);
    CHECK(strcmp(first("[[:foo:]]", "", BASIC), "Invalid character class name") == 0);
    CHECK(strcmp(first("\\1", "", BASIC), "Invalid back reference") == 0);
    CHECK(strcmp(first("*a", "", EXTENDED), "Invalid preceding regular expression") == 0);
}

static void intervals(void)
{
    CHECK(strcmp(first("{2}k", "k", GREP), "0-1") == 0);
    CHECK(strcmp(first("{k", "k{k", GREP), "1-3") == 0);
    CHECK(strcmp(first("k{}", "", GREP), "Invalid content of \\{\\}") == 0);
    CHECK(strcmp(first("k{z}", "", EXTENDED), "Invalid content of \\{\\}") == 0);
    CHECK(strcmp(first("k{4,z", "", EXTENDED), "Unmatched \\{") == 0);
    CHECK(strcmp(first("(k|*)", "", GREP), "Unmatched ( or \\(") == 0);
    CHECK(strcmp(first("[k-m-]", "-", BASIC), "0-1") == 0);
    CHECK(strcmp(first("[k-m-p]", "", BASIC), "Invalid range end") == 0);
}

static void again(void)
{
    CHECK(strcmp(first("(.)(.)\\2\\1", "xabbay", EXTENDED), "1-5 1-2 2-3") == 0);
    CHECK(strcmp(first("^(.*)\\n?\\1$", "abab", EXTENDED), "0-4 0-2") == 0);
    CHECK(strcmp(first("(a*)(a*)(a*)(a*)(a*)(a*)(a*)\\1b",
                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", EXTENDED),
                 "gave up") == 0);
    CHECK(strcmp(first("(?<=a)b(?!c)", "abcab", PERL), "4-5") == 0);
    CHECK(strcmp(first("foo\\K(\\w)\\1", "fooxx", PERL), "3-5 3-4") == 0);
}

BXT_MAIN(RUN(longest); RUN(refused); RUN(intervals); RUN(again);)
