/* Unified diffs: exact texts, and over random texts that they lead from one to the other. */
#include "lib/diff.h"

#include <time.h>

#include "base/test.h"
#include "lib/patch.h"
#include "texts.h"

static bx_buf out;
static bx_diff_stat stat;

static const char *diff_of(const char *before, const char *after)
{
    bx_diff_ask ask = {
        .before = bx_str_of(before), .after = bx_str_of(after), .path = "f", .max_bytes = 10000};
    bx_buf_done(&out);
    out = bx_buf_init(1 << 20);
    return bx_diff_unified(&ask, &out, &stat) == BX_OK ? bx_buf_str(&out).p : "failed";
}

static bool is(const char *before, const char *after, const char *hunks)
{
    char want[2000];
    (void)snprintf(want, sizeof want, "%s%s", *hunks ? "--- a/f\n+++ b/f\n" : "", hunks);
    const char *have = diff_of(before, after);
    if (strcmp(have, want) != 0)
        printf("# want %s\n# have %s\n", want, have);
    return strcmp(have, want) == 0;
}

static void exact_texts(void)
{
    CHECK(is("", "", "") && is("a\n", "a\n", ""));
    CHECK(is("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"));
    CHECK(is("a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n"));
    CHECK(is("a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"));
    CHECK(is("a\nb\n", "a\n", "@@ -1,2 +1 @@\n a\n-b\n"));
    CHECK(is("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n", "@@ -3,3 +3,4 @@\n 3\n 4\n 5\n+6\n"));
    CHECK(is("a\n", "b\na\n", "@@ -1 +1,2 @@\n+b\n a\n"));
}

static void line_feeds_at_the_end(void)
{
    CHECK(is("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"));
    CHECK(is("a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n"));
    CHECK(is("a", "b",
             "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"));
    CHECK(is("x\na", "y\na", "@@ -1,2 +1,2 @@\n-x\n+y\n a\n\\ No newline at end of file\n"));
    CHECK(is("a", "a\nb",
             "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"
             "\\ No newline at end of file\n"));
    CHECK(is("\r\n", "\n", "@@ -1 +1 @@\n-\r\n+\n"));
}

static void hunks_join_and_part(void)
{
    const char *far = "1\n2\n3\n4\n5\n6\n7\n8\n9\n", *near = "1\n2\n3\n4\n5\n6\n7\n8\n";
    CHECK(is(far, "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
             "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n"));
    CHECK(stat.hunks == 2 && stat.shown == 2 && stat.added == 2 && stat.removed == 2);
    CHECK(is(near, "x\n2\n3\n4\n5\n6\n7\ny\n",
             "@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n"));
}

static void whole_hunks_or_none(void)
{
    bx_diff_ask ask = {.before = BX_LIT("1\n2\n3\n4\n5\n6\n7\n8\n9\n"),
                       .after = BX_LIT("x\n2\n3\n4\n5\n6\n7\n8\ny\n"),
                       .path = "f"};
    static const size_t fits[] = {0, 46, 47, 77, 78};
    static const size_t shown[] = {0, 0, 1, 1, 2};
    for (size_t i = 0; i < BX_COUNT(fits); i++) {
        ask.max_bytes = fits[i];
        bx_buf_clear(&out);
        CHECK(bx_diff_unified(&ask, &out, &stat) == BX_OK);
        CHECK(stat.hunks == 2 && stat.shown == shown[i] && out.n <= fits[i]);
        CHECK(stat.added == 2 && stat.removed == 2);
    }
}

static void names_and_lines_in_front(void)
{
    bx_diff_ask ask = {.after = BX_LIT("a\n"), .path = "f", .is_new = true, .max_bytes = 1000};
    bx_buf_clear(&out);
    CHECK(bx_diff_unified(&ask, &out, &stat) == BX_OK);
    CHECK(strcmp(out.p, "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n") == 0);
    ask = (bx_diff_ask){.before = BX_LIT("a\n"),
                        .after = BX_LIT("b\n"),
                        .first_line = 41,
                        .path = "d/a \"b\"\n\\\x7f",
                        .max_bytes = 1000};
    bx_buf_clear(&out);
    CHECK(bx_diff_unified(&ask, &out, &stat) == BX_OK);
    CHECK(
        strcmp(out.p,
               "--- \"a/d/a \\\"b\\\"\\012\\\\\\177\"\t\n+++ \"b/d/a \\\"b\\\"\\012\\\\\\177\"\t\n"
               "@@ -42 +42 @@\n-a\n+b\n") == 0);
}

/* The diff of two texts, applied by our own patch, which has nothing to note; both ways. */
static bool leads_there(bx_str before, bx_str after)
{
    bx_diff_ask ask = {.before = before, .after = after, .path = "f", .max_bytes = 1 << 20};
    BX_AUTO_BUF diff = bx_buf_init(1 << 22);
    BX_AUTO_BUF text = bx_buf_init(1 << 22);
    bx_patch_report report = {.notes = bx_buf_init(1 << 12), .why = bx_buf_init(1 << 12)};
    bx_diff_stat of;
    bool same = bx_str_eq(before, after);
    if (bx_diff_unified(&ask, &diff, &of) != BX_OK || same != (diff.n == 0))
        return false;
    (void)bx_buf_add_str(&text, before);
    bx_code rc = same ? BX_OK : bx_patch_apply(&text, bx_buf_str(&diff), "/workspace/f", &report);
    bool right = rc == BX_OK && report.notes.n == 0 && bx_str_eq(bx_buf_str(&text), after) &&
                 of.shown == of.hunks;
    if (!right)
        printf("# rc %d, notes %s, why %s\n# diff %.3000s\n", rc, bx_buf_str(&report.notes).p,
               bx_buf_str(&report.why).p, bx_buf_str(&diff).p);
    bx_buf_done(&report.notes);
    bx_buf_done(&report.why);
    return right;
}

static void random_texts(void)
{
    for (uint32_t round = 0; round < 20000; round++) {
        texts t = texts_of(round);
        bool right = leads_there(t.a, t.b) && leads_there(t.b, t.a);
        texts_done(&t);
        CHECK(right);
    }
}

static char *many(size_t n, char with, size_t step)
{
    char *p = malloc(n * 12 + 1), *at = p;
    BX_ASSERT(p);
    for (size_t i = 0; i < n; i++)
        at += snprintf(at, 12, "%c%d\n", with, (int)(i * step % 100003));
    return p;
}

/* Nothing in common, everything in another order, and the same line over and over. */
static void large_texts_are_bounded(void)
{
    clock_t begun = clock();
    char *a = many(60000, 'a', 1), *b = many(60000, 'b', 1), *c = many(60000, 'a', 7919);
    char *d = many(200000, '}', 0), *e = many(199999, '}', 0);
    BX_AUTO_BUF diff = bx_buf_init(1 << 24);
    const char *const pairs[][2] = {{a, b}, {a, c}, {d, e}, {d, a}};
    for (size_t i = 0; i < BX_COUNT(pairs); i++) {
        bx_diff_ask ask = {.before = bx_str_of(pairs[i][0]),
                           .after = bx_str_of(pairs[i][1]),
                           .path = "f",
                           .max_bytes = 1 << 23};
        bx_buf_clear(&diff);
        CHECK(bx_diff_unified(&ask, &diff, &stat) == BX_OK && diff.n > 0);
    }
    CHECK(clock() - begun < 20 * CLOCKS_PER_SEC);
    free(a);
    free(b);
    free(c);
    free(d);
    free(e);
}

static bx_code with_little_memory(void)
{
    bx_diff_ask ask = {.before = BX_LIT("a\nb\nc\n"),
                       .after = BX_LIT("a\nx\nc\ny\n"),
                       .path = "f",
                       .max_bytes = 1000};
    BX_AUTO_BUF to = bx_buf_init(1000);
    return bx_diff_unified(&ask, &to, &stat);
}

static void every_allocation_may_fail(void)
{
    EACH_ALLOC_FAILS(rc, { rc = with_little_memory(); });
}

BXT_MAIN(out = bx_buf_init(1 << 20); RUN(exact_texts); RUN(line_feeds_at_the_end);
         RUN(hunks_join_and_part); RUN(whole_hunks_or_none); RUN(names_and_lines_in_front);
         RUN(random_texts); RUN(large_texts_are_bounded); RUN(every_allocation_may_fail);
         bx_buf_done(&out);)
