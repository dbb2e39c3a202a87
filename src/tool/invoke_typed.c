#include "tool/invoke_kind.h"

/* ---- arguments ------------------------------------------------------------------------------- */

bool bx_typed_asks(const bx_manifest *m)
{
    return bx_json_get(bx_json_get(m->input_schema, BX_LIT("properties")), BX_LIT("function"));
}

bx_code bx_hand_typed(const bx_manifest *m, bx_str text, const bx_json_val *values, bx_handed *ret,
                      bx_error *err)
{
    bx_str function = BX_LIT("");
    *ret = (bx_handed){
        .n_args = 1, .input = {"", 0}, .block = bx_buf_init(text.n + 16), .invoke_args = text};
    ret->invoke = m->function.p;
    if (m->function.n)
        return BX_OK;
    if (!bx_json_str(bx_json_get(values, BX_LIT("function")), &function) ||
        (function.n && memchr(function.p, '\0', function.n)))
        return bx_fail(err, BX_EINVAL, "function: expected a name");
    ret->invoke = function.p;
    const bx_json_val *inner = bx_json_get(values, BX_LIT("arguments"));
    bx_json_out o = bx_json_out_on(&ret->block);
    if (inner)
        bx_json_out_value(&o, inner);
    else
        bx_json_out_raw(&o, BX_LIT("{}"));
    bx_code rc = bx_json_out_end(&o, err);
    ret->invoke_args = bx_buf_str(&ret->block);
    return rc;
}

/* ---- the answer ------------------------------------------------------------------------------ */

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
