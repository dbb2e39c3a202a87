#include "sandbox/outcome.h"

#include "base/test.h"
#include "codec/json.h"

static void exit_codes_of_every_kind(void)
{
    static const int codes[] = {[BX_OUT_TRAP] = 132,      [BX_OUT_DEADLINE] = 124,
                                [BX_OUT_FUEL] = 132,      [BX_OUT_MEMORY] = 137,
                                [BX_OUT_STACK] = 132,     [BX_OUT_OUTPUT] = 132,
                                [BX_OUT_CANCELLED] = 130, [BX_OUT_DENIED] = 126,
                                [BX_OUT_FAILED] = 125,    [BX_OUT_TABLES] = 137};
    bx_outcome o;
    bx_outcome_init(&o);
    CHECK(o.kind == BX_OUT_FAILED);
    for (int k = BX_OUT_TRAP; k <= BX_OUT_TABLES; k++) {
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

static bx_json *json_of(const bx_outcome *o, const bx_record *r)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    bx_json *j = NULL;
    if (bx_outcome_json(o, r, &text, NULL) != BX_OK ||
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
    o.hits.fs_write = 3;
    bx_record r;
    bx_record_init(&r);
    bx_fs_event ev = {
        .op = BX_FS_OPEN, .path = BX_LIT("/p"), .rights = BX_FS_READ, .result = BX_E_ACCES};
    bx_record_add_file(&r, &ev, 1);
    BX_AUTO(bx_json) bx_json *j = json_of(&o, &r);
    CHECK(j && has_text(j, "kind", "exit") && has_text(j, "stdout", "a\"b"));
    const bx_json_val *hit = bx_json_get(bx_json_root(j), BX_LIT("limits_hit"));
    uint64_t times = 0;
    CHECK(bx_json_size(hit) == 1 && bx_json_uint64(bx_json_get(hit, BX_LIT("fs_write")), &times) &&
          times == 3);
    CHECK(has_text(j, "stderr_base64", "/wB4") && !bx_json_get(bx_json_root(j), BX_LIT("stderr")));
    uint64_t code = 0;
    CHECK(bx_json_uint64(bx_json_get(bx_json_root(j), BX_LIT("exit_code")), &code) && code == 300);
    bx_json_iter it = bx_json_iter_of(bx_json_get(bx_json_root(j), BX_LIT("files")));
    const bx_json_val *f = bx_json_next(&it, NULL);
    bx_str s;
    CHECK(f && bx_json_str(bx_json_get(f, BX_LIT("result")), &s) && bx_str_eq(s, BX_LIT("acces")));
    CHECK(bx_json_str(bx_json_get(f, BX_LIT("rights")), &s) && bx_str_eq(s, BX_LIT("r")));
    BX_AUTO(bx_json) bx_json *bare = json_of(&o, NULL);
    CHECK(bare && bx_json_size(bx_json_get(bx_json_root(bare), BX_LIT("files"))) == 0);
    bx_record_done(&r);
    bx_outcome_done(&o);
}

BXT_MAIN(RUN(exit_codes_of_every_kind); RUN(json_says_what_there_is);)
