#include "base/test.h"
#include "vfs/backend.h"
#include "vfs/pathtext.h"

static bx_errno take(const char *p, size_t n)
{
    char out[BX_PATH_BUF];
    return bx_path_take((bx_str){p, n}, out);
}

static void what_is_a_path(void)
{
    char out[BX_PATH_BUF];
    CHECK(bx_path_take(BX_LIT("a/b"), out) == BX_E_SUCCESS && strcmp(out, "a/b") == 0);
    CHECK(take("", 0) == BX_E_NOENT);
    CHECK(take("/a", 2) == BX_E_PERM);
    CHECK(take("a\0b", 3) == BX_E_INVAL);
    CHECK(take("a\xff", 2) == BX_E_ILSEQ);
    CHECK(take("\xc0\xaf", 2) == BX_E_ILSEQ); /* an overlong '/' */
    CHECK(take("\xc3\xa9", 2) == BX_E_SUCCESS);
}

static void longest_path(void)
{
    char p[BX_MAX_PATH + 1];
    memset(p, 'a', sizeof p);
    CHECK(take(p, BX_MAX_PATH) == BX_E_SUCCESS);
    CHECK(take(p, BX_MAX_PATH + 1) == BX_E_NAMETOOLONG);
}

static void joining(void)
{
    static const struct {
        const char *base, *rel, *want;
    } rows[] = {
        {"/w", "a", "/w/a"},
        {"/w", "", "/w"},
        {"/", "a//b/", "/a/b"},
        {"/w", "./a/./b", "/w/a/b"},
        {"/w", "../x", "/x"},
        {"/w", "../../x", "/x"},
        {"/w", "a/../..", "/"},
        {"/", "..", "/"},
        {"", "/etc", "/etc"},
        {"/w", "...", "/w/..."},
        {"/w", "a/..b/.c", "/w/a/..b/.c"},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        char out[64];
        size_t n = bx_path_join(bx_str_of(rows[i].base), bx_str_of(rows[i].rel), out, sizeof out);
        CHECK(strcmp(out, rows[i].want) == 0 && n == strlen(out));
    }
}

static void joining_is_bounded(void)
{
    char out[8];
    size_t n = bx_path_join(BX_LIT("/abc"), BX_LIT("de/f"), out, sizeof out);
    CHECK(n == 7 && strcmp(out, "/abc/de") == 0);
}

static void splitting(void)
{
    bx_split s = bx_path_split("a/b/c");
    CHECK(s.parent_n == 4 && s.name_at == 4 && s.name_n == 1 && s.last == BX_LAST_NAME && !s.slash);
    s = bx_path_split("name");
    CHECK(s.parent_n == 0 && s.name_n == 4 && s.last == BX_LAST_NAME);
    s = bx_path_split("a/dir//");
    CHECK(s.parent_n == 2 && s.name_at == 2 && s.name_n == 3 && s.slash);
    CHECK(bx_path_split("a/..").last == BX_LAST_DOTDOT);
    CHECK(bx_path_split(".").last == BX_LAST_DOT);
    CHECK(bx_path_split("../").last == BX_LAST_DOTDOT && bx_path_split("../").slash);
    CHECK(bx_path_split("a/..b").last == BX_LAST_NAME);
}

static void cutting_iovecs(void)
{
    char b[10];
    struct iovec in[3] = {{b, 4}, {b + 4, 0}, {b + 4, 6}}, out[3];
    CHECK(bx_iov_cut(in, 3, 10, out) == 3 && out[2].iov_len == 6);
    CHECK(bx_iov_cut(in, 3, 9, out) == 3 && out[2].iov_len == 5);
    CHECK(bx_iov_cut(in, 3, 4, out) == 1 && out[0].iov_len == 4);
    CHECK(bx_iov_cut(in, 3, 3, out) == 1 && out[0].iov_len == 3);
    CHECK(bx_iov_cut(in, 3, 0, out) == 0);
}

BXT_MAIN(RUN(what_is_a_path); RUN(longest_path); RUN(joining); RUN(joining_is_bounded);
         RUN(splitting); RUN(cutting_iovecs);)
