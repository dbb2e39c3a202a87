/* Applying unified diffs: where hunks go, what is noted, what is refused and in which words. */
#include "lib/patch.h"

#include <time.h>

#include "base/test.h"

static bx_buf text;
static bx_patch_report report;

static bx_code apply(const char *file, const char *patch)
{
    bx_buf_done(&text);
    bx_buf_done(&report.notes);
    bx_buf_done(&report.why);
    text = bx_buf_init(1 << 20);
    report = (bx_patch_report){.notes = bx_buf_init(4096), .why = bx_buf_init(8192)};
    if (bx_buf_add_z(&text, file) != BX_OK)
        return text.fail;
    return bx_patch_apply(&text, bx_str_of(patch), "/workspace/src/x.c", &report);
}

static bool gives(const char *file, const char *patch, const char *want, const char *notes)
{
    bx_code rc = apply(file, patch);
    bool right = rc == BX_OK && bx_str_eq(bx_buf_str(&text), bx_str_of(want)) &&
                 bx_str_eq(bx_buf_str(&report.notes), bx_str_of(notes));
    if (!right)
        printf("# rc %d why %s\n# text %s\n# notes %s\n", rc, bx_buf_str(&report.why).p,
               bx_buf_str(&text).p, bx_buf_str(&report.notes).p);
    return right;
}

static bool refused(const char *file, const char *patch, const char *why)
{
    bx_code rc = apply(file, patch);
    bool right = rc == BX_EINVAL && bx_str_eq(bx_buf_str(&text), bx_str_of(file)) &&
                 strstr(bx_buf_str(&report.why).p, why);
    if (!right)
        printf("# rc %d why %s\n", rc, bx_buf_str(&report.why).p);
    return right;
}

#define ABC     "a\nb\nc\n"
#define B_TO_X  "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"
#define NUMBERS "1\n2\n3\n4\n5\n6\n7\n8\n9\n"

static void where_it_says(void)
{
    CHECK(gives(ABC, B_TO_X, "a\nx\nc\n", ""));
    CHECK(gives(ABC, "@@ -2 +2 @@ f()\n-b\n+x\n", "a\nx\nc\n", ""));
    CHECK(gives(ABC, "@@ -1,0 +2,2 @@\n+x\n+y\n", "a\nx\ny\nb\nc\n", ""));
    CHECK(gives(ABC, "@@ -0,0 +1 @@\n+x\n", "x\na\nb\nc\n", ""));
    CHECK(gives("a", "@@ -1,0 +2 @@\n+x\n", "a\nx\n", ""));
    CHECK(gives("", "@@ -0,0 +1 @@\n+x\n", "x\n", ""));
    CHECK(gives(ABC, "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n", "", ""));
    CHECK(gives(NUMBERS, "@@ -1,2 +1,2 @@\n-1\n+x\n 2\n@@ -8,2 +8,3 @@\n 8\n+y\n 9\n",
                "x\n2\n3\n4\n5\n6\n7\n8\ny\n9\n", ""));
    CHECK(report.hunks == 2);
    CHECK(gives("a\n\nc\n", "@@ -1,3 +1,3 @@\n-a\n+x\n\n c\n", "x\n\nc\n",
                "")); /* a blank that was lost */
}

static void headers_that_are_passed_over(void)
{
    CHECK(gives(ABC,
                "Some words.\n\ndiff --git a/src/x.c b/src/x.c\nindex 1234567..89abcde 100644\n"
                "--- a/src/x.c\t2026-11-01 10:00:00\n+++ b/src/x.c\n" B_TO_X "-- \n2.47.3\n\n",
                "a\nx\nc\n", ""));
    CHECK(gives(ABC, "--- x.c.orig\n+++ x.c\n" B_TO_X, "a\nx\nc\n", ""));
    CHECK(gives(ABC, "--- ./src/x.c\n+++ ./src/x.c\n" B_TO_X, "a\nx\nc\n", ""));
    CHECK(gives(ABC, "--- /workspace/src/x.c\n+++ /workspace/src/x.c\n" B_TO_X, "a\nx\nc\n", ""));
    CHECK(gives(ABC, "--- a/top/src/x.c\n+++ b/top/src/x.c\n" B_TO_X, "a\nx\nc\n", ""));
    CHECK(gives(ABC, "--- \"a/src/\\170.c\"\n+++ \"b/src/x.c\"\n" B_TO_X, "a\nx\nc\n", ""));
}

static void offsets(void)
{
    CHECK(gives("n\n" ABC "d\n", B_TO_X, "n\na\nx\nc\nd\n",
                "[hunk 1 of 1 went to line 2, 1 line behind where it says]\n"));
    CHECK(gives(NUMBERS, "@@ -7,3 +7,3 @@\n 4\n-5\n+x\n 6\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
                "[hunk 1 of 1 went to line 4, 3 lines before where it says]\n"));
    /* Where the second hunk is looked for first depends on the one before it. */
    CHECK(gives("n\n1\nb\n2\nb\n3\nb\n4\n", "@@ -1 +1 @@\n-1\n+x\n@@ -4 +4 @@\n-b\n+y\n",
                "n\nx\nb\n2\ny\n3\nb\n4\n",
                "[hunk 1 of 2 went to line 2, 1 line behind where it says]\n"
                "[hunk 2 of 2 went to line 5, 1 line behind where it says]\n"));
    /* The nearest place counts, of two that are as near the later one. */
    CHECK(gives("b\n-\n-\n-\nb\n", "@@ -3 +3 @@\n-b\n+x\n", "b\n-\n-\n-\nx\n",
                "[hunk 1 of 1 went to line 5, 2 lines behind where it says]\n"));
}

static void fuzz(void)
{
    CHECK(gives(NUMBERS, "@@ -3,5 +3,5 @@\n x\n 4\n-5\n+y\n 6\n 7\n", "1\n2\n3\n4\ny\n6\n7\n8\n9\n",
                "[hunk 1 of 1 went to line 3, with fuzz 1: lines of its context do not match]\n"));
    CHECK(gives(NUMBERS, "@@ -3,5 +3,5 @@\n x\n x\n-5\n+y\n x\n x\n", "1\n2\n3\n4\ny\n6\n7\n8\n9\n",
                "[hunk 1 of 1 went to line 3, with fuzz 2: lines of its context do not match]\n"));
    CHECK(refused(NUMBERS, "@@ -2,7 +2,7 @@\n x\n x\n x\n-5\n+y\n x\n x\n x\n",
                  "hunk 1 of 1 (line 1 of the patch)"));
    /* Less context at one end: the hunk is at that end of the file, unless fuzz says otherwise. */
    CHECK(gives(NUMBERS, "@@ -1,3 +1,3 @@\n-1\n+x\n 2\n 3\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\n", ""));
    CHECK(gives(
        NUMBERS, "@@ -4,2 +4,2 @@\n 4\n-5\n+x\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
        "[hunk 1 of 1 went to line 4, with fuzz 1: what follows it is no end of the file]\n"));
}

static void line_feeds_and_crlf(void)
{
    CHECK(
        gives("a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+x\n", "a\nx\n", ""));
    CHECK(
        gives("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n+x\n\\ No newline at end of file\n", "a\nx", ""));
    CHECK(gives("a\nb", "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ Kein Zeilenumbruch\n", "x\nb", ""));
    CHECK(refused("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+x\n",
                  "fits nowhere"));
    CHECK(gives("a\r\nb\r\nc\r\n", B_TO_X, "a\r\nx\r\nc\r\n", ""));
    CHECK(gives("a\r\nb\r\nc\r\n", "@@ -1,3 +1,3 @@\n a\r\n-b\r\n+x\r\n c\r\n", "a\r\nx\r\nc\r\n",
                ""));
    CHECK(gives(ABC, "--- a/x.c\r\n+++ b/x.c\r\n@@ -1,3 +1,3 @@\r\n a\r\n-b\r\n+x\r\n c\r\n",
                "a\nx\nc\n", ""));
    CHECK(gives("a\r\nb\nc\r\n", "@@ -1,3 +1,5 @@\n a\n+x\n b\n+y\n c\n", "a\r\nx\r\nb\ny\nc\r\n",
                ""));
    CHECK(refused(ABC, "@@ -1,3 +1,3 @@\n a\r\n-b\r\n+x\r\n c\r\n", "fits nowhere"));
}

static void all_or_none(void)
{
    CHECK(refused(NUMBERS, "@@ -1,2 +1,2 @@\n-1\n+x\n 2\n@@ -8,2 +8,2 @@\n-q\n+y\n 9\n",
                  "hunk 2 of 2 (line 5 of the patch) fits nowhere. At line 8 it expects\n   "
                  "q\nwhere the file "
                  "has\n   8\nNo hunk was applied"));
    CHECK(refused("a\nx\nc\n", B_TO_X, "it may have been applied before"));
    CHECK(refused("a\n\tb\nc\n", B_TO_X, "where the file has\n   →b\n"));
    CHECK(refused("a\nb\n", "@@ -1,3 +1,3 @@\n a\n b\n-c\n+x\n", "where the file has no line"));
    CHECK(refused("a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n+x\n", "without a line feed at its end"));
}

static void what_is_no_patch_of_this_file(void)
{
    static const char *const cases[][2] = {
        {"", "the patch has no hunks"},
        {"just words\n", "the patch has no hunks"},
        {"--- a/y.c\n+++ b/y.c\n" B_TO_X, "the patch is for b/y.c, not for this file"},
        {"--- a/xx.c\n+++ b/xx.c\n" B_TO_X, "not for this file"},
        {"--- a/x.c\n+++ b/x.c\n" B_TO_X "--- a/y.c\n+++ b/y.c\n" B_TO_X, "more than one file"},
        {"--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+x\n", "the tool write"},
        {"--- a/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", "removes the file"},
        {"@@ -1,3 +1,3 @@\n a\n-b\n+x\n", "line 4 of the patch: it ends in the middle of a hunk"},
        {"@@ -1,2 +1,2 @@\n a\n-b\n+x\n c\n-d\n", "more lines than its @@ line says"},
        {"@@ -1,2 +1,3 @@\n a\n-b\n-c\n+x\n", "other numbers of lines"},
        {"@@ -1 +1 @@\n?b\n+x\n", "line 2 of the patch: a line of a hunk begins with"},
        {"@@ -1,3 @@\n a\n", "expected @@ -LINE,COUNT +LINE,COUNT @@"},
        {"@@ -99999999999999999999 +1 @@\n-a\n+b\n", "expected @@"},
        {"@@ -0,1 +1 @@\n-a\n+b\n", "counted from 1"},
        {"@@ -1,2 +1,2 @@\n a\n b\n", "changes nothing"},
        {"@@@ -1,3 -1,3 +1,3 @@@\n  a\n", "combined diff"},
        {"diff --git a/x.c b/x.c\nGIT binary patch\n", "binary file"},
        {"diff --git a/x.c b/y.c\nrename from x.c\nrename to y.c\n", "another name"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++)
        CHECK(refused(ABC, cases[i][0], cases[i][1]));
}

static void hostile_texts_are_bounded(void)
{
    clock_t begun = clock();
    enum { LINES = 200000, OLD = 20000 };
    char *file = malloc(2 * LINES + 1), *patch = malloc(3 * OLD + 100);
    BX_ASSERT(file && patch);
    for (size_t i = 0; i < LINES; i++)
        memcpy(file + 2 * i, "a\n", 3);
    size_t n = (size_t)snprintf(patch, 100, "@@ -1,%d +1,%d @@\n", OLD + 1, OLD);
    for (size_t i = 0; i < OLD; i++, n += 3)
        memcpy(patch + n, " a\n", 4);
    memcpy(patch + n, "-b\n", 4);
    CHECK(refused(file, patch, "hunk 1 of 1"));
    CHECK(clock() - begun < 20 * CLOCKS_PER_SEC);
    free(file);
    free(patch);
}

static void every_allocation_may_fail(void)
{
    EACH_ALLOC_FAILS(rc, { rc = apply(ABC, "--- a/x.c\n+++ b/x.c\n" B_TO_X); });
}

BXT_MAIN(RUN(where_it_says); RUN(headers_that_are_passed_over); RUN(offsets); RUN(fuzz);
         RUN(line_feeds_and_crlf); RUN(all_or_none); RUN(what_is_no_patch_of_this_file);
         RUN(hostile_texts_are_bounded); RUN(every_allocation_may_fail); bx_buf_done(&text);
         bx_buf_done(&report.notes); bx_buf_done(&report.why);)
