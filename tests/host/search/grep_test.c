/* The grep tool on the host, call after call in one process, where sanitizers see it; what it finds
 * is tested through the sandbox (tests/e2e/grep_test.py). */
#include "search/grep.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "search/types.h"

static bx_grep_call call;
static char top[] = "/tmp/boxagnts-grep-XXXXXX";
static char answer[1 << 20];

static void put(const char *name, const char *text, size_t n)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", top, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    BX_ASSERT(fd >= 0 && write(fd, text, n) == (ssize_t)n);
    (void)close(fd);
}

/* One call with `members` beside the path; the answer. */
static const char *grep(const char *members)
{
    char json[2000];
    int n = snprintf(json, sizeof json, "{\"path\":\"%s\",%s}", top, members);
    int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
    BX_ASSERT(write(in, json, (size_t)n) == n && lseek(in, 0, SEEK_SET) == 0);
    int rc = bx_grep_run(&call, in, out);
    ssize_t got = pread(out, answer, sizeof answer - 1, 0);
    answer[got > 0 ? got : 0] = '\0';
    (void)close(in);
    (void)close(out);
    return rc == 0 ? answer : "no result";
}

static bool says(const char *members, const char *words)
{
    const char *have = grep(members);
    bool is_there = strstr(have, words) != NULL;
    if (!is_there)
        printf("# %s: %.300s\n", members, have);
    return is_there;
}

static void calls_in_a_row(void)
{
    put("a.c", "int a;\nint b;\n", 14);
    put("b.c", "one\r\ntwo\r\n", 10);
    put("bin", "x\0int c", 7);
    put("le", "\xff\xfei\0n\0t\0\n\0\x00\xd8", 12);
    for (int i = 0; i < 3; i++) {
        CHECK(says("\"pattern\":\"int \\\\w\"", "1:int a;\\n2:int b;\\n"));
        CHECK(says("\"pattern\":\"one$\"", "1:one\\n"));
        CHECK(says("\"pattern\":\"int$\"", "\"line\":\"int\""));
        CHECK(says("\"pattern\":\"(\"", "\"isError\":true"));
        CHECK(says("\"pattern\":\"a;\\\\nint\",\"multiline\":true", "\"last_line\":2"));
        CHECK(says("\"pattern\":\"(\\\\w+) b\",\"replace\":\"$1$1\"", "2:intint;"));
        CHECK(says("\"pattern\":\"b\",\"context\":1,\"type\":\"c\"", "1-int a;\\n2:int b;"));
        CHECK(says("\"pattern\":\"\",\"mode\":\"count\"", "a.c:2\\n"));
    }
}

/* Lines at the edges of the pieces that are read, of every encoding. */
static void edges_of_pieces(void)
{
    size_t n = BX_GREP_BUF + 100;
    char *text = malloc(n);
    BX_ASSERT(text);
    for (size_t at = BX_GREP_BUF - 12; at < BX_GREP_BUF + 4; at++) {
        memset(text, '.', n);
        for (size_t i = 63; i < n; i += 64)
            text[i] = '\n';
        memcpy(text + at, "\nneedle\n", 8);
        put("edge", text, n);
        CHECK(says("\"pattern\":\"^needle$\",\"context\":2", "needle\\n"));
        CHECK(says("\"pattern\":\"^needle$\",\"mode\":\"count\"", "edge:1\\n"));
        CHECK(says("\"pattern\":\"\\\\nneedle\",\"multiline\":true,\"mode\":\"files\"", "edge\\n"));
    }
    memset(text, 'x', n);
    put("edge", text, n);
    CHECK(says("\"pattern\":\"x$\",\"mode\":\"count\"", "edge:1\\n"));
    put("edge", "", 0);
    CHECK(says("\"pattern\":\"^\",\"glob\":\"edge\"", "no matches"));
    free(text);
}

static void types(void)
{
    bx_types t = {0};
    CHECK(bx_types_add(&t, BX_LIT("make")) && bx_types_add(&t, BX_LIT("docker")));
    CHECK(!bx_types_add(&t, BX_LIT("mak")) && !bx_types_add(&t, BX_LIT("")));
    CHECK(bx_types_match(&t, BX_LIT("Makefile")) && bx_types_match(&t, BX_LIT("x.mk")));
    CHECK(bx_types_match(&t, BX_LIT("my.Dockerfile.old")) && !bx_types_match(&t, BX_LIT("mk")));
    CHECK(!bx_types_match(&t, BX_LIT("Makefile2")) && !bx_types_match(&t, BX_LIT("")));
    for (size_t i = 1; bx_types_name(i); i++)
        CHECK(strcmp(bx_types_name(i - 1), bx_types_name(i)) < 0);
}

static void no_allocation_is_missed(void)
{
    for (long k = 0; k < 200; k++) {
        bx_test_fail_alloc = k;
        (void)grep("\"pattern\":\"(?i)int\\\\b\",\"replace\":\"$0\",\"context\":1");
        bool is_done = bx_test_fail_alloc > 0;
        bx_test_fail_alloc = -1;
        if (is_done)
            return;
    }
}

int bxt_failed;
const char *bxt_skipped;

int main(void)
{
    int bxt_n = 0, bxt_bad = 0;
    BX_ASSERT(mkdtemp(top));
    RUN(calls_in_a_row);
    RUN(edges_of_pieces);
    RUN(types);
    RUN(no_allocation_is_missed);
    static const char *const names[] = {"a.c", "b.c", "bin", "le", "edge"};
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        char path[200];
        (void)snprintf(path, sizeof path, "%s/%s", top, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(top);
    printf("1..%d\n", bxt_n);
    return bxt_bad != 0;
}
