/* A schema and a value, one behind the other with a NUL between; the first byte says which draft
 * and how strict.  What is compiled judges, twice the same, and every problem is a line. */
#include "tool/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const bx_schema *s, const bx_json_val *v)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    size_t n = bx_schema_judge(s, v, &out), lines = 0;
    BX_ASSERT((bx_schema_judge(s, v, NULL) != 0) == (n != 0));
    for (size_t i = 0; i < out.n; i++) {
        lines += out.p[i] == '\n';
        BX_ASSERT(out.p[i] == '\n' || (unsigned char)out.p[i] >= ' ');
    }
    BX_ASSERT(out.fail != BX_OK ||
              lines == (n > BX_SCHEMA_MAX_PROBLEMS ? BX_SCHEMA_MAX_PROBLEMS + 1 : n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    bx_str text = {(const char *)data + 1, size - 1};
    const char *end = memchr(text.p, '\0', text.n);
    bx_str value = bx_str_from(text, end ? (size_t)(end - text.p) + 1 : text.n);
    text.n = end ? (size_t)(end - text.p) : text.n;
    const bx_schema_options o = {.draft = data[0] & 1 ? BX_SCHEMA_DRAFT_7 : BX_SCHEMA_2020_12,
                                 .strict = data[0] & 2};
    BX_AUTO(bx_json) bx_json *s = NULL, *v = NULL;
    BX_AUTO(bx_schema) bx_schema *c = NULL;
    BX_AUTO_BUF words = bx_buf_init(1 << 20);
    bx_error err = {.msg = ""};
    if (bx_json_parse(text, BX_JSON_MAX_DEPTH, &s, NULL) != BX_OK)
        return 0;
    if (bx_schema_compile(bx_json_root(s), &o, &c, &err) != BX_OK) {
        BX_ASSERT(bx_str_starts(bx_str_of(err.msg), BX_LIT("schema")));
        return 0;
    }
    bx_schema_words(c, bx_json_root(s), &words);
    if (bx_json_parse(value, BX_JSON_MAX_DEPTH, &v, NULL) == BX_OK)
        judge(c, bx_json_root(v));
    judge(c, bx_json_root(s)); /* a value of its own kind, too */
    return 0;
}
