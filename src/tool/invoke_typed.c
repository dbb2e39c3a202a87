#include "tool/invoke_kind.h"

/* The one member of an object that has only one, by its name; NULL: another value. */
static const bx_json_val *only(const bx_json_val *v, bx_str name)
{
    return bx_json_size(v) == 1 ? bx_json_get(v, name) : NULL;
}

/* A text as it is, anything else as JSON. */
static bx_code add_words(const bx_json_val *v, bx_buf *to, bx_error *err)
{
    bx_str s;
    if (bx_json_str(v, &s))
        return bx_buf_add_str(to, s);
    bx_json_out o = bx_json_out_on(to);
    bx_json_out_value(&o, v);
    return bx_json_out_end(&o, err);
}

static void print(bx_json_out *w, bx_str words, const bx_json_val *value, bool failed)
{
    bool object = bx_json_type_of(value) == BX_JSON_OBJECT;
    bx_json_out_begin_object(w);
    bx_json_out_key(w, BX_LIT("content"));
    bx_json_out_begin_array(w);
    bx_json_out_begin_object(w);
    bx_json_out_key(w, BX_LIT("type"));
    bx_json_out_string(w, BX_LIT("text"));
    bx_json_out_key(w, BX_LIT("text"));
    bx_json_out_string(w, words);
    bx_json_out_end_object(w);
    bx_json_out_end_array(w);
    bx_json_out_key(w, BX_LIT("structuredContent"));
    if (!object) {
        bx_json_out_begin_object(w);
        bx_json_out_key(w, BX_LIT("result"));
    }
    bx_json_out_value(w, value);
    if (!object)
        bx_json_out_end_object(w);
    bx_json_out_key(w, BX_LIT("isError"));
    bx_json_out_bool(w, failed);
    bx_json_out_end_object(w);
}

/* A `result<…>` is {"ok": …} or {"err": …} (docs/wit-json.md): the second is an error. */
bx_code bx_answer_typed(const bx_outcome *o, bx_buf *out, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_AUTO_BUF words = bx_buf_init(64 << 20);
    bx_code rc =
        bx_json_parse(bx_str_of(o->result ? o->result : "null"), BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "what the function returned");
    const bx_json_val *value = bx_json_root(doc);
    const bx_json_val *wrong = only(value, BX_LIT("err")), *right = only(value, BX_LIT("ok"));
    rc = add_words(wrong ? wrong : right ? right : value, &words, err);
    if (rc == BX_OK)
        rc = bx_buf_check(&words, err);
    if (rc != BX_OK)
        return rc;
    bx_json_out w = bx_json_out_on(out);
    print(&w, bx_buf_str(&words), value, wrong != NULL);
    return bx_json_out_end(&w, err);
}
