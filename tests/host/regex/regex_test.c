/* Regular expressions: what matches where, what is refused in which words, and that time is linear.
 * tests/e2e/grep_test.py compares with ripgrep. */
#include "regex/regex.h"

#include <time.h>

#include "base/test.h"
#include "regex/find.h"

/* All matches in `text` as "0-3 5-8", or the error. */
static const char *all(const char *pattern, const char *text, bx_regex_options o)
{
    static char out[1024];
    bx_error err;
    bx_regex *r;
    if (bx_regex_new(bx_str_of(pattern), &o, &r, &err) != BX_OK) {
        (void)snprintf(out, sizeof out, "%s", err.msg);
        return out;
    }
    out[0] = '\0';
    size_t n = strlen(text), at = 0, used = 0;
    bx_span s;
    while (used < 1000 && bx_regex_find(r, (const uint8_t *)text, n, at, &s) == BX_HIT) {
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%zu-%zu", used ? " " : "",
                                 s.from, s.to);
        at = s.to + (s.from == s.to);
    }
    bx_regex_free(r);
    return out;
}

typedef struct row {
    const char *pattern, *text, *matches;
} row;

static bool rows_hold(const row *rows, size_t n, bx_regex_options o)
{
    bool fine = true;
    for (size_t i = 0; i < n; i++) {
        const char *have = all(rows[i].pattern, rows[i].text, o);
        if (strcmp(have, rows[i].matches) != 0) {
            printf("# %s on %s: %s\n", rows[i].pattern, rows[i].text, have);
            fine = false;
        }
    }
    return fine;
}

static void what_matches(void)
{
    static const row rows[] = {
        {"abc", "xabcabc", "1-4 4-7"},
        {"a|ab", "ab", "0-1"},
        {"ab|a", "ab", "0-2"},
        {"a{2,3}", "aaaaa", "0-3 3-5"},
        {"a{2,3}?", "aaaaa", "0-2 2-4"},
        {"(?U)a+", "aa", "0-1 1-2"},
        {"x*", "ax", "0-0 1-2 2-2"},
        {"(a*)*b", "aab", "0-3"},
        {"[^a-c&&[^x]]", "abxd", "2-3 3-4"},
        {"[a-z--[aeiou]]+", "hello", "0-1 2-4"},
        {"[a-c~~b-d]+", "abcd", "0-1 3-4"},
        {"[]a]+", "]a", "0-2"},
        {"[^]]+", "]a", "1-2"},
        {"[a\\-z]+", "-b", "0-1"},
        {"[[:alpha:]_]+[[:^digit:]]", "ab_1!", "0-3"},
        {"(?x) a b # no more\n c", "abc", "0-3"},
        {"(?-u:\\xff)", "a\xff", "1-2"},
        {".", "\xff\xc3\xa9", "1-3"},
        {"\\x41\\x{42}\\u0043\\U00000044", "ABCD", "0-4"},
        {"\\u{e9}+", "\xc3\xa9\xc3\xa9", "0-4"},
        {"(?i)stra\xc3\x9f"
         "e",
         "STRA\xe1\xba\x9e"
         "E",
         "0-8"},
        {"(?i)k", "K\xe2\x84\xaa", "0-1 1-4"},
        {"(?i:a)b", "AbAB", "0-2"},
        {"\\d", "\xd9\xa3", "0-2"},
        {"(?-u)\\d", "\xd9\xa3", ""},
        {"\\p{Greek}+", "ab\xce\xb1\xce\xb2", "2-6"},
        {"\\p{Lu}\\P{Lu}", "aBc", "1-3"},
        {"\\pL+",
         "a\xc3\xa9"
         "1",
         "0-3"},
        {"^b$", "a\nb\nc", "2-3"},
        {"\\Aa|c\\z", "a\na\nc", "0-1 4-5"},
        {"\\bfoo\\b",
         "foo \xc3\xa9"
         "foo foo\xc3\xa9 (foo)",
         "0-3 17-20"},
        {"(?-u:\\b)foo",
         "\xc3\xa9"
         "foo",
         "2-5"},
        {"\\<a|b\\>", "ab ba", "0-1 1-2"},
        {"\\b{start}a", "ba a", "3-4"},
        {"\\B", "ab", "1-1"},
        {"\\/\\ \\#", "/ #", "0-3"},
        {"", "ab", "0-0 1-1 2-2"},
        {"(?s).+", "a\nb", "0-3"},
        {".+", "a\nb", "0-1 2-3"},
        {"a{0}b", "ab", "1-2"},
        {"(?:foo|bar|quux)+", "xfoobarq", "1-7"},
        {"Sherlock|Holmes|Watson", "Dr Watson, Holmes", "3-9 11-17"},
    };
    CHECK(rows_hold(rows, BX_COUNT(rows), (bx_regex_options){0}));
}

static void options(void)
{
    static const row lines[] = {{"a\\s+b", "a\nb a  b", "4-8"},
                                {"[^x]+", "a\nb", "0-1 2-3"},
                                {"\\Ab\\z", "a\nb\nc", "2-3"},
                                {"(?s)a.b", "a\nb", ""}};
    static const row crlf[] = {{"a$", "a\r\na\n", "0-2 3-4"}, {"^$", "\r\n", "0-1 2-2"}};
    static const row word[] = {{"foo",
                                "foo foobar \xc3\xa9"
                                "foo",
                                "0-3"},
                               {"a|ab", "ab", "0-2"}};
    static const row fixed[] = {{"a.b(", "a.b( axb(", "0-4"}, {"", "a", "0-0 1-1"}};
    static const row smart[] = {{"ab", "AB ab", "0-2 3-5"},
                                {"Ab", "AB Ab", "3-5"},
                                {"a\\S", "A1", "0-2"},
                                {"[A]b", "ab Ab", "3-5"}};
    CHECK(rows_hold(lines, BX_COUNT(lines), (bx_regex_options){.lines = true}));
    CHECK(rows_hold(crlf, BX_COUNT(crlf), (bx_regex_options){.lines = true, .crlf = true}));
    CHECK(rows_hold(word, BX_COUNT(word), (bx_regex_options){.word = true}));
    CHECK(rows_hold(fixed, BX_COUNT(fixed), (bx_regex_options){.fixed = true}));
    CHECK(rows_hold(smart, BX_COUNT(smart), (bx_regex_options){.fold = BX_CASE_SMART}));
}

static void what_is_refused(void)
{
    static const row rows[] = {
        {"a(b", "",
         "the group has no closing parenthesis; a literal one is \\( at character 2, where it goes "
         "on with (b"},
        {"a)", "",
         "this closing parenthesis closes nothing; a literal one is \\) at character 2, where it "
         "goes on with )"},
        {"*a", "",
         "nothing to repeat before *, + or ?; a literal one needs a backslash at character 1, "
         "where "
         "it goes on with *a"},
        {"x{", "",
         "{ begins a repetition such as {2}, {2,} or {0,5}; a literal one is \\{ at character 2, "
         "where it goes on with {"},
        {"[a", "", "the set has no closing bracket at character 1, where it goes on with [a"},
        {"[z-a]", "",
         "the range in the set runs backwards at character 2, where it goes on with z-a]"},
        {"(a)\\1", "",
         "back references are not supported (nor octal numbers: write \\x{…}) at character 4, "
         "where "
         "it goes on with \\1"},
        {"(?<!a)b", "",
         "look-around, as in (?=…) and (?<!…), is not supported at character 1, where it goes on "
         "with (?<!a)b"},
        {"a{3,2}", "",
         "the repetition's smallest number is above its largest at character 2, where it goes on "
         "with {3,2}"},
        {"a{0,500}{0,500}", "",
         "the pattern is too large once its repetitions are written out: shorten it, or lower "
         "their "
         "numbers"},
        {"(((a{50}){50}){50}){50}", "",
         "the pattern is too large once its repetitions are written out: shorten it, or lower "
         "their "
         "numbers"},
    };
    CHECK(rows_hold(rows, BX_COUNT(rows), (bx_regex_options){0}));
}

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The best of three runs over n bytes that almost match. */
static double cost(const char *pattern, char fill, size_t n)
{
    double best = 1e9;
    char *text = malloc(n);
    BX_ASSERT(text);
    memset(text, fill, n);
    for (int i = 0; i < 3; i++) {
        bx_regex *r;
        bx_span s;
        BX_ASSERT(bx_regex_new(bx_str_of(pattern), &(bx_regex_options){0}, &r, NULL) == BX_OK);
        double begin = seconds();
        (void)bx_regex_find(r, (const uint8_t *)text, n, 0, &s);
        double took = seconds() - begin;
        best = took < best ? took : best;
        bx_regex_free(r);
    }
    free(text);
    return best;
}

static void time_is_linear(void)
{
    static const char *const patterns[] = {"(a*)*b",   "(a|aa)+$b",  "(.*)(.*)(.*)x",
                                           "(a+a+)+b", "a{50,100}b", "\\b(a*)*\\bb"};
    for (size_t i = 0; i < BX_COUNT(patterns); i++) {
        double once = cost(patterns[i], 'a', 1 << 20), twice = cost(patterns[i], 'a', 2 << 20);
        if (twice > 2.5 * once + 0.005)
            printf("# %s: %f s, then %f s\n", patterns[i], once, twice);
        CHECK(twice <= 2.5 * once + 0.005);
    }
}

static void groups(void)
{
    bx_regex *r;
    bx_span g[4];
    bx_buf out = bx_buf_init(1000);
    const uint8_t *text = (const uint8_t *)"key=value;";
    bx_regex_options o = {.captures = true};
    CHECK(bx_regex_new(BX_LIT("(?P<k>\\w+)=(?<v>\\w+)(x)?"), &o, &r, NULL) == BX_OK);
    CHECK(bx_regex_groups(r) == 4 && bx_regex_group(r, BX_LIT("v")) == 2);
    CHECK(bx_regex_group(r, BX_LIT("w")) == SIZE_MAX);
    CHECK(bx_regex_captures(r, text, 10, 0, g, 4) == BX_HIT);
    CHECK(g[0].from == 0 && g[0].to == 9 && g[1].to == 3 && g[2].from == 4 && g[2].to == 9);
    CHECK(g[3].from == SIZE_MAX);
    bx_regex_expand(r, BX_LIT("${v}: $k$$ $1a ${1}a $3 $9 $ ${"), text, g, 4, &out);
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("value: key$  keya   $ ${")));
    bx_buf_done(&out);
    bx_regex_free(r);
}

static void lines(void)
{
    bx_regex *r;
    bx_span l;
    bx_regex_options o = {.lines = true};
    const uint8_t *text = (const uint8_t *)"one\ntwo\n\nthree";
    CHECK(bx_regex_new(BX_LIT("t\\w*$"), &o, &r, NULL) == BX_OK);
    CHECK(bx_regex_find_line(r, text, 14, 0, &l) == BX_HIT && l.from == 4 && l.to == 7);
    CHECK(bx_regex_find_line(r, text, 14, 8, &l) == BX_HIT && l.from == 9 && l.to == 14);
    bx_regex_free(r);
    CHECK(bx_regex_new(BX_LIT("^$"), &o, &r, NULL) == BX_OK);
    CHECK(bx_regex_find_line(r, text, 14, 0, &l) == BX_HIT && l.from == 8 && l.to == 8);
    CHECK(bx_regex_find_line(r, text, 4, 0, &l) == BX_HIT_NONE);
    bx_regex_free(r);
}

static void finders(void)
{
    const bx_str many[] = {BX_LIT("needle"), BX_LIT("nee"), BX_LIT("xyz"), BX_LIT("q9z")};
    uint8_t text[100];
    for (size_t n = 1; n <= 4; n++)
        for (size_t at = 0; at + 6 <= sizeof text; at++) {
            memset(text, 'n', sizeof text);
            memcpy(text + at, "needle", 6);
            bx_finder *f = bx_finder_new(many, n);
            CHECK(f);
            CHECK(bx_finder_next(f, text, sizeof text, 0) == at);
            CHECK(bx_finder_next(f, text, sizeof text, at + 1) == SIZE_MAX);
            CHECK(bx_finder_next(f, text, at + 2, 0) == SIZE_MAX);
            CHECK(bx_finder_length(f, text, sizeof text, at) == 6);
            bx_finder_free(f);
        }
    CHECK(bx_find_byte(text, 3, 100, 'l') == 98 && bx_find_byte(text, 0, 98, 'l') == SIZE_MAX);
    CHECK(bx_find_last_byte(text, 0, 100, 'd') == 97 &&
          bx_find_last_byte(text, 98, 100, 'd') == SIZE_MAX);
}

static void every_allocation_may_fail(void)
{
    bx_regex_options o = {.lines = true, .captures = true};
    EACH_ALLOC_FAILS(rc, {
        bx_regex *r;
        rc = bx_regex_new(BX_LIT("(?i)(\\w+|[^\\d])\\bfoo(?P<n>x)"), &o, &r, NULL);
        if (rc == BX_OK)
            bx_regex_free(r);
    });
}

BXT_MAIN(RUN(what_matches); RUN(options); RUN(what_is_refused); RUN(time_is_linear); RUN(groups);
         RUN(lines); RUN(finders); RUN(every_allocation_may_fail);)
