#include "sandbox/outcome.h"

#include "base/limits.h"
#include "base/test.h"
#include "codec/json.h"

static void exit_codes_of_every_kind(void)
{
    static const int codes[] = {
        [BX_OUT_TRAP] = 132,      [BX_OUT_DEADLINE] = 124, [BX_OUT_FUEL] = 132,
        [BX_OUT_MEMORY] = 137,    [BX_OUT_STACK] = 132,    [BX_OUT_OUTPUT] = 132,
        [BX_OUT_CANCELLED] = 130, [BX_OUT_DENIED] = 126,   [BX_OUT_FAILED] = 125};
    bx_outcome o;
    bx_outcome_init(&o);
    CHECK(o.kind == BX_OUT_FAILED);
    for (int k = BX_OUT_TRAP; k <= BX_OUT_FAILED; k++) {
        o.kind = (bx_outcome_kind)k;
        CHECK(bx_outcome_exit_code(&o) == codes[k]);
    }
    static const struct {
        uint32_t own;
        int code;
    } own[] = {{0, 0}, {1, 1}, {255, 255}, {256, 1}, {257, 1}, {0x1ff, 255}, {UINT32_MAX, 255}};
    o.kind = BX_OUT_EXIT;
    for (size_t i = 0; i < BX_COUNT(own); i++) {
        o.exit_code = own[i].own;
        CHECK(bx_outcome_exit_code(&o) == own[i].code);
    }
    CHECK(strcmp(bx_outcome_kind_name(BX_OUT_EXIT), "exit") == 0);
    CHECK(strcmp(bx_outcome_kind_name((bx_outcome_kind)99), "?") == 0);
    bx_outcome_done(&o);
}

static bx_json *json_of(const bx_outcome *o)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    bx_json *j = NULL;
    if (bx_outcome_json(o, &text, NULL) != BX_OK ||
        bx_json_parse(bx_buf_str(&text), 16, &j, NULL) != BX_OK)
        return NULL;
    return j;
}

static bool has_text(const bx_json *j, const char *key, const char *want)
{
    bx_str s;
    return bx_json_str(bx_json_get(bx_json_root(j), bx_str_of(key)), &s) &&
           bx_str_eq(s, bx_str_of(want));
}

static void json_says_what_there_is(void)
{
    bx_outcome o;
    bx_outcome_init(&o);
    o.kind = BX_OUT_EXIT;
    o.exit_code = 300;
    o.out = bx_strndup("a\"b", 3);
    o.out_n = 3;
    o.err = bx_strndup("\xff\x00x", 3);
    o.err_n = 3;
    bx_fs_event ev = {
        .op = BX_FS_OPEN, .path = BX_LIT("/p"), .rights = BX_FS_READ, .result = BX_E_ACCES};
    bx_outcome_add_event(&o, &ev);
    BX_AUTO(bx_json) bx_json *j = json_of(&o);
    CHECK(j && has_text(j, "kind", "exit") && has_text(j, "stdout", "a\"b"));
    CHECK(has_text(j, "stderr_base64", "/wB4") && !bx_json_get(bx_json_root(j), BX_LIT("stderr")));
    uint64_t code = 0;
    CHECK(bx_json_uint64(bx_json_get(bx_json_root(j), BX_LIT("exit_code")), &code) && code == 300);
    bx_json_iter it = bx_json_iter_of(bx_json_get(bx_json_root(j), BX_LIT("files")));
    const bx_json_val *f = bx_json_next(&it, NULL);
    bx_str s;
    CHECK(f && bx_json_str(bx_json_get(f, BX_LIT("result")), &s) && bx_str_eq(s, BX_LIT("acces")));
    CHECK(bx_json_str(bx_json_get(f, BX_LIT("rights")), &s) && bx_str_eq(s, BX_LIT("r")));
    bx_outcome_done(&o);
}

static void lists_are_bounded_and_counted(void)
{
    bx_outcome o;
    bx_outcome_init(&o);
    bx_fs_event ev = {.op = BX_FS_OPEN, .path = BX_LIT("/p"), .result = BX_E_SUCCESS};
    bx_outcome_request r = {.status = 200};
    for (int i = 0; i < BX_MAX_EVENTS + 5; i++) {
        bx_outcome_add_event(&o, &ev);
        bx_outcome_add_request(&o, &r, BX_LIT("GET"), BX_LIT("u"), BX_LIT("a"), BX_LIT("r"),
                               BX_LIT(""));
    }
    CHECK(o.n_events == BX_MAX_EVENTS && o.events_omitted == 5);
    CHECK(o.n_requests == BX_MAX_EVENTS && o.requests_omitted == 5);
    bx_outcome_done(&o);
    CHECK(o.n_events == 0 && o.n_requests == 0 && !o.events && !o.requests);
}

/* The texts of a hostile guest's paths have a bound of their own; what was kept stays whole. */
static void long_texts_are_left_out(void)
{
    static char path[4096];
    bx_outcome o;
    bx_outcome_init(&o);
    memset(path, 'p', sizeof path);
    bx_fs_event ev = {.op = BX_FS_OPEN, .path = {path, sizeof path}};
    for (int i = 0; i < 5000; i++)
        bx_outcome_add_event(&o, &ev);
    CHECK(o.events_omitted > 0 && o.n_events + o.events_omitted == 5000 && o.texts.n <= 16 << 20);
    BX_AUTO(bx_json) bx_json *j = json_of(&o);
    CHECK(j && bx_json_size(bx_json_get(bx_json_root(j), BX_LIT("files"))) == o.n_events);
    bx_outcome_done(&o);
}

static void no_memory_is_counted_as_left_out(void)
{
    bx_outcome o;
    bx_outcome_init(&o);
    bx_fs_event ev = {.op = BX_FS_OPEN, .path = BX_LIT("/p")};
    bx_test_fail_alloc = 0;
    bx_outcome_add_event(&o, &ev);
    bx_test_fail_alloc = -1;
    CHECK(o.n_events == 0 && o.events_omitted == 1);
    bx_outcome_add_event(&o, &ev);
    CHECK(o.n_events == 1);
    bx_outcome_done(&o);
}

BXT_MAIN(RUN(exit_codes_of_every_kind); RUN(json_says_what_there_is);
         RUN(lists_are_bounded_and_counted); RUN(long_texts_are_left_out);
         RUN(no_memory_is_counted_as_left_out);)
