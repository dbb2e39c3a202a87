/* JSON text: what is accepted is written as valid text that reads as the same document. */
#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_doc(const bx_json *j, bx_buf *b)
{
    bx_json_out o = bx_json_out_on(b);
    bx_json_out_value(&o, bx_json_root(j));
    BX_ASSERT(bx_json_out_end(&o, NULL) == BX_OK);
}

/* Any bytes at all, written as a string. */
static void check_string(bx_str s)
{
    BX_AUTO_BUF b = bx_buf_init(1 << 20);
    BX_AUTO(bx_json) bx_json *j = NULL;
    bx_json_out o = bx_json_out_on(&b);
    bx_str back;
    bx_json_out_string(&o, s);
    BX_ASSERT(bx_json_out_end(&o, NULL) == BX_OK && bx_utf8_valid(bx_buf_str(&b)));
    BX_ASSERT(bx_json_parse(bx_buf_str(&b), 0, &j, NULL) == BX_OK &&
              bx_json_str(bx_json_root(j), &back));
    BX_ASSERT(bx_str_eq(back, s) == bx_utf8_valid(s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str s = {(const char *)data, size > 65536 ? 65536 : size};
    BX_AUTO(bx_json) bx_json *j = NULL;
    BX_AUTO(bx_json) bx_json *k = NULL;
    bx_error err = {.msg = ""};
    check_string(s);
    if (bx_json_parse(s, BX_JSON_MAX_DEPTH, &j, &err) != BX_OK) {
        BX_ASSERT(strstr(err.msg, "line ") == err.msg);
        return 0;
    }
    BX_AUTO_BUF a = bx_buf_init(1 << 20);
    BX_AUTO_BUF b = bx_buf_init(1 << 20);
    write_doc(j, &a);
    BX_ASSERT(bx_utf8_valid(bx_buf_str(&a)));
    BX_ASSERT(bx_json_parse(bx_buf_str(&a), BX_JSON_MAX_DEPTH, &k, NULL) == BX_OK);
    write_doc(k, &b);
    BX_ASSERT(bx_str_eq(bx_buf_str(&a), bx_buf_str(&b)));
    return 0;
}
