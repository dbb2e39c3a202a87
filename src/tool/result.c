#include "tool/result.h"

/* RFC 4648 section 4: whole groups of four, padding at the end only. */
static bool is_base64(bx_str s)
{
    static const uint8_t letters[256] = {
        ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['0' ... '9'] = 1, ['+'] = 1, ['/'] = 1,
    };
    size_t end = s.n;
    while (end > 0 && s.n - end < 2 && s.p[end - 1] == '=')
        end--;
    uint8_t all = 1;
    for (size_t i = 0; i < end; i++)
        all &= letters[(uint8_t)s.p[i]];
    return s.n % 4 == 0 && all;
}

static bool has_text(const bx_json_val *block, const char *key)
{
    bx_str s;
    return bx_json_str(bx_json_get(block, bx_str_of(key)), &s);
}

static bool has_data(const bx_json_val *block, const char *key)
{
    bx_str s;
    return bx_json_str(bx_json_get(block, bx_str_of(key)), &s) && is_base64(s);
}

/* NULL, or what is wrong with it. */
static const char *judge_resource(const bx_json_val *r)
{
    if (!has_text(r, "uri"))
        return "a resource without uri";
    return has_text(r, "text") || has_data(r, "blob") ? NULL
                                                      : "a resource without text and blob (base64)";
}

static const char *judge_block(const bx_json_val *block)
{
    bx_str type;
    if (bx_json_type_of(block) != BX_JSON_OBJECT ||
        !bx_json_str(bx_json_get(block, BX_LIT("type")), &type))
        return "a block that is no object with a type";
    if (bx_str_eq(type, BX_LIT("text")))
        return has_text(block, "text") ? NULL : "a text block without text";
    if (bx_str_eq(type, BX_LIT("image")) || bx_str_eq(type, BX_LIT("audio")))
        return has_text(block, "mimeType") && has_data(block, "data")
                   ? NULL
                   : "an image or audio block without mimeType and base64 data";
    if (bx_str_eq(type, BX_LIT("resource_link")))
        return has_text(block, "uri") && has_text(block, "name")
                   ? NULL
                   : "a resource_link without uri and name";
    if (bx_str_eq(type, BX_LIT("resource")))
        return judge_resource(bx_json_get(block, BX_LIT("resource")));
    return "a block of unknown type; there is text, image, audio, resource_link, resource";
}

static bx_code judge_content(const bx_json_val *content, bx_error *err)
{
    if (bx_json_type_of(content) != BX_JSON_ARRAY)
        return bx_fail(err, BX_EINVAL, "no list `content`");
    bx_json_iter it = bx_json_iter_of(content);
    const bx_json_val *block;
    for (size_t i = 0; (block = bx_json_next(&it, NULL)); i++) {
        const char *what = judge_block(block);
        if (what)
            return bx_fail(err, BX_EINVAL, "content/%zu is %s", i, what);
    }
    return BX_OK;
}

static bx_code judge_keys(const bx_json_val *r, bx_error *err)
{
    static const char *const known[] = {"content", "structuredContent", "isError", "_meta"};
    bx_json_iter it = bx_json_iter_of(r);
    bx_str key;
    while (bx_json_next(&it, &key)) {
        bool found = false;
        for (size_t i = 0; i < BX_COUNT(known) && !found; i++)
            found = bx_str_eq(key, bx_str_of(known[i]));
        if (!found)
            return bx_fail(err, BX_EINVAL,
                           "a member '%.*s'; there is content, structuredContent, isError, _meta",
                           BX_FMT(key));
    }
    return BX_OK;
}

static bx_code judge(const bx_json_val *r, bx_error *err)
{
    bool flag;
    if (bx_json_type_of(r) != BX_JSON_OBJECT)
        return bx_fail(err, BX_EINVAL, "no JSON object");
    bx_code rc = judge_content(bx_json_get(r, BX_LIT("content")), err);
    if (rc == BX_OK)
        rc = judge_keys(r, err);
    if (rc == BX_OK && !bx_json_bool(bx_json_get(r, BX_LIT("isError")), &flag))
        rc = bx_fail(err, BX_EINVAL, "no `isError` that is true or false");
    const bx_json_val *facts = bx_json_get(r, BX_LIT("structuredContent"));
    if (rc == BX_OK && facts && bx_json_type_of(facts) != BX_JSON_OBJECT)
        rc = bx_fail(err, BX_EINVAL, "`structuredContent` is no object");
    return rc;
}

bx_code bx_tool_result_parse(bx_str text, bx_json **ret, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *j = NULL;
    if (text.n == 0)
        return bx_fail(err, BX_EINVAL, "empty");
    bx_code rc = bx_wrap(bx_json_parse(text, BX_JSON_MAX_DEPTH, &j, err), err, "no JSON text");
    if (rc == BX_OK)
        rc = judge(bx_json_root(j), err);
    if (rc == BX_OK)
        *ret = BX_TAKE(j);
    return rc;
}

bool bx_tool_result_is_error(const bx_json *result)
{
    bool is_error = true;
    (void)bx_json_bool(bx_json_get(bx_json_root(result), BX_LIT("isError")), &is_error);
    return is_error;
}

bx_code bx_tool_result_of_error(bx_str text, bx_buf *out, bx_error *err)
{
    bx_json_out j = bx_json_out_on(out);
    bx_json_out_begin_object(&j);
    bx_json_out_key(&j, BX_LIT("content"));
    bx_json_out_begin_array(&j);
    bx_json_out_begin_object(&j);
    bx_json_out_key(&j, BX_LIT("type"));
    bx_json_out_string(&j, BX_LIT("text"));
    bx_json_out_key(&j, BX_LIT("text"));
    bx_json_out_string(&j, text);
    bx_json_out_end_object(&j);
    bx_json_out_end_array(&j);
    bx_json_out_key(&j, BX_LIT("isError"));
    bx_json_out_bool(&j, true);
    bx_json_out_end_object(&j);
    return bx_json_out_end(&j, err);
}
