#include "codec/url_path.h"

#include "base/test.h"

static bool has(const char *path, size_t n, const char *reading)
{
    bx_readings r;
    bool found = false;
    if (bx_path_readings((bx_str){path, n}, &r, NULL) != BX_OK)
        r.n = 0;
    for (size_t i = 0; i < r.n; i++)
        found |= bx_str_eq(bx_reading(&r, i), bx_str_of(reading));
    if (!found)
        for (size_t i = 0; i < r.n; i++)
            printf("# %.*s\n", BX_FMT(bx_reading(&r, i)));
    bx_readings_done(&r);
    return found;
}

static bool reads(const char *path, const char *reading)
{
    return has(path, strlen(path), reading);
}

static size_t count(const char *path)
{
    bx_readings r;
    size_t n = bx_path_readings(bx_str_of(path), &r, NULL) == BX_OK ? r.n : 0;
    bx_readings_done(&r);
    return n;
}

static void plain_paths_have_one_reading(void)
{
    CHECK(count("/") == 1 && count("/a/b.c/d_e") == 1 && count("/%zz%") == 1);
    CHECK(count("/caf\xc3\xa9") == 1);
    static const char *const PLAIN[] = {"/", "/a", "/a/b.c/.d/...e/", "/a,b:c@d/(1)!$&'*+=~_-"};
    for (size_t i = 0; i < BX_COUNT(PLAIN); i++)
        CHECK(bx_path_is_plain(bx_str_of(PLAIN[i])) && count(PLAIN[i]) == 1);
    static const char *const NOT[] = {"/%41", "/a;b", "/a//b", "//",  "/a/.", "/../a",     "/a./b",
                                      "/a.",  "/a b", "/a\\b", "/a?", "/a#b", "/\xc3\xa9", "/a[b"};
    for (size_t i = 0; i < BX_COUNT(NOT); i++)
        CHECK(!bx_path_is_plain(bx_str_of(NOT[i])));
    CHECK(!bx_path_is_plain((bx_str){"/a\0", 3}));
    CHECK(count("/a%20b") == 2 && reads("/a%20b", "/a b"));
}

static void each_step_alone(void)
{
    CHECK(reads("/a%2Fb", "/a/b") && reads("/a%5Cb", "/a\\b") && reads("/a%5Cb", "/a/b"));
    CHECK(reads("/%u002e%U002e/x", "/../x") && reads("/%u00e9", "/\xc3\xa9"));
    CHECK(reads("/%u20ac", "/\xe2\x82\xac"));
    CHECK(reads("/a;x=y/b;z", "/a/b") && reads("/;x/b", "//b") && reads("/;x", "/"));
    CHECK(reads("/a//b///", "/a/b/"));
    CHECK(reads("/a/./b/../c/..", "/a/"));
    CHECK(reads("/a%00b", "/a") && reads("/a%3fb/c", "/a") && reads("/a%23", "/a"));
    CHECK(reads("/a./b. ./../c%20/", "/a/b/../c/") && reads("/..%20/x", "/../x"));
    CHECK(has("/a\0b", 4, "/a"));
}

static void one_step_after_the_other(void)
{
    CHECK(reads("/v1/..;/a", "/a") && reads("/v1/..;x=y/a", "/a"));
    CHECK(reads("/v1/..%3b/a", "/a") && reads("/v1/..%253Bx/a", "/a"));
    CHECK(reads("/v1/%252e%252e%252fa", "/a") && reads("/v1%2f..%2fa", "/a"));
    CHECK(reads("/x//../a", "/x/a") && reads("/x//../a", "/a")); /* both orders */
    /* an escaped slash that is no separator, and dots that are dots */
    CHECK(reads("/v1/x%252Fy/%252e%252e/%252e%252e/a", "/a"));
    CHECK(reads("/v1/x%252Fy/%252e%252e/%252e%252e/a", "/v1/a"));
}

static void forms_of_separators(void)
{
    static const char *const FORMS[] = {
        "/v1/%c0%ae%c0%ae/a",
        "/v1/..%c0%afa",
        "/v1/%e0%80%ae%e0%80%ae/a",
        "/v1/%f0%80%80%ae./a",
        "/v1/..%c1%9ca",
        "/v1/..%c1%1ca",
        "/v1/%f8%80%80%80%ae./a",
        "/v1/%fc%80%80%80%80%ae./a",
        "/v1/%ef%bc%8e%ef%bc%8e/a",
        "/v1/..%ef%bc%8fa",
        "/v1/..%ef%bc%bca",
        "/v1/%e2%80%a4%e2%80%a4/a",
        "/v1/..%e2%88%95a",
        "/v1/..%e2%81%84a",
        "/v1/%u002e%u002e%u2215a",
        "/v1/..%ef%bc%9bx/a",
        "/v1/%ef%bc%852e./a",
        "/v1/%25c0%25ae./a",
    };
    for (size_t i = 0; i < BX_COUNT(FORMS); i++) {
        bool ok = reads(FORMS[i], "/a");
        if (!ok)
            printf("# %s\n", FORMS[i]);
        CHECK(ok);
    }
    CHECK(!reads("/v1/%c3%ae%c3%ae/a", "/a")); /* proper UTF-8 of other characters */
    CHECK(count("/%c0") == 2 && count("/%e0%80") == 2);
}

static void every_step_of_every_reading_is_a_reading(void)
{
    bx_readings r;
    CHECK(bx_path_readings(BX_LIT("/a;b/%2e%2e//c%2f.;d/e%3f"), &r, NULL) == BX_OK);
    CHECK(r.n > 8);
    for (size_t i = 0; i < r.n; i++) {
        bx_readings again;
        bx_str one = bx_reading(&r, i);
        CHECK(one.n > 0 && one.p[0] == '/');
        CHECK(bx_path_readings(one, &again, NULL) == BX_OK && again.n <= r.n);
        for (size_t k = 0; k < again.n; k++) {
            bool known = false;
            for (size_t j = 0; j < r.n; j++)
                known |= bx_str_eq(bx_reading(&r, j), bx_reading(&again, k));
            CHECK(known);
        }
        bx_readings_done(&again);
    }
    bx_readings_done(&r);
}

static void too_many_readings(void)
{
    char path[3 + 2 * BX_MAX_READINGS + 3] = "/%";
    for (size_t i = 0; i < BX_MAX_READINGS; i++)
        memcpy(path + 2 + 2 * i, "25", 2);
    strncpy(path + 2 + 2 * BX_MAX_READINGS, "2e", 3);
    bx_readings r;
    bx_error err;
    CHECK(bx_path_readings(bx_str_of(path), &r, &err) == BX_ELIMIT && strstr(err.msg, "96"));
    bx_readings_done(&r);
    char deep[] = "/%2525252525252e";
    CHECK(count(deep) > 5 && count(deep) < 10);
}

static void dots_are_removed(void)
{
    static const struct {
        const char *from, *to;
    } ROWS[] = {{"/a/b/../c", "/a/c"}, {"/..", "/"},     {"/../a", "/a"}, {"/a/.", "/a/"},
                {"/a/..", "/"},        {"/...", "/..."}, {"//..", "/"},   {"/a//../b", "/a/b"}};
    for (size_t i = 0; i < BX_COUNT(ROWS); i++) {
        char p[32];
        size_t n = strlen(ROWS[i].from);
        memcpy(p, ROWS[i].from, n);
        CHECK(bx_str_eq((bx_str){p, bx_path_remove_dots(p, n)}, bx_str_of(ROWS[i].to)));
    }
    CHECK(bx_path_has_dots(BX_LIT("/a/..")) && bx_path_has_dots(BX_LIT("/./a")));
    CHECK(!bx_path_has_dots(BX_LIT("/a/...")) && !bx_path_has_dots(BX_LIT("/")));
}

static void escapes(void)
{
    CHECK(bx_escape_at(BX_LIT("a%4f"), 1) == 'O' && bx_escape_at(BX_LIT("%4"), 0) == -1);
    CHECK(bx_escape_at(BX_LIT("%4g"), 0) == -1 && bx_escape_at(BX_LIT("abc"), 0) == -1);
    CHECK(bx_is_unreserved('~') && bx_is_unreserved('z') && !bx_is_unreserved('/'));
    CHECK(!bx_is_unreserved(0) && !bx_is_unreserved(0xe9));
}

static void survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        bx_readings r;
        rc = bx_path_readings(BX_LIT("/v1/..;x/%2e%2e%2fa//b%3f"), &r, NULL);
        bx_readings_done(&r);
    });
}

BXT_MAIN(RUN(plain_paths_have_one_reading); RUN(each_step_alone); RUN(one_step_after_the_other);
         RUN(forms_of_separators); RUN(every_step_of_every_reading_is_a_reading);
         RUN(too_many_readings); RUN(dots_are_removed); RUN(escapes);
         RUN(survives_failed_allocations);)
