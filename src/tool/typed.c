#include "tool/typed.h"

#include "sandbox/module.h"

enum { MAX_DESCRIBED = 64 << 20, MAX_MANIFEST = 1 << 20, MAX_WORDS = 1000 };

static bx_str text_of(const bx_json_val *v, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(v, bx_str_of(key)), &s);
    return s;
}

/* The one function that can be called. */
static bx_code find_function(const bx_json_val *desc, const bx_json_val **ret, bx_error *err)
{
    size_t n = 0;
    bx_json_iter it = bx_json_iter_of(bx_json_get(desc, BX_LIT("functions")));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bool callable = false;
        (void)bx_json_bool(bx_json_get(e, BX_LIT("callable")), &callable);
        if (callable && !n++)
            *ret = e;
    }
    if (n == 1)
        return BX_OK;
    return n ? bx_fail(err, BX_EINVAL,
                       "it has no manifest, and %zu functions: write one with call: typed and "
                       "function: NAME",
                       n)
             : bx_fail(
                   err, BX_EINVAL,
                   "it has no manifest: NAME.tool.yaml beside it, or the section boxagnts.tool");
}

static void add_text(bx_json_out *o, const char *key, bx_str value)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, value);
}

/* "1.2.3" of "demo:math/api@1.2.3#add"; 0.0.0 where it has none of that form. */
static bx_str version_of(bx_str function)
{
    const char *at = memchr(function.p, '@', function.n);
    bx_str rest = at ? bx_str_from(function, (size_t)(at + 1 - function.p)) : BX_LIT("");
    size_t n = 0, dots = 0;
    while (n < rest.n && (rest.p[n] == '.' || (rest.p[n] >= '0' && rest.p[n] <= '9')))
        dots += rest.p[n++] == '.';
    bool whole = n < rest.n && rest.p[n] == '#' && n <= 40;
    return whole && dots == 2 ? (bx_str){rest.p, n} : BX_LIT("0.0.0");
}

/* A file's name as a tool's: "word-count" is word_count. */
static void add_name(bx_json_out *o, bx_str stem)
{
    BX_AUTO_BUF name = bx_buf_init(256);
    for (size_t i = 0; i < stem.n && i < 200; i++)
        (void)bx_buf_add_c(&name, stem.p[i] == '-' || stem.p[i] == '.' ? '_' : stem.p[i]);
    add_text(o, "name", bx_buf_str(&name));
}

static void print_manifest(bx_str name, const bx_json_val *f, bx_json_out *o)
{
    static const char *const hints[] = {"readOnlyHint", "destructiveHint", "idempotentHint",
                                        "openWorldHint"};
    BX_AUTO_BUF words = bx_buf_init(2 * MAX_WORDS);
    bx_str signature = text_of(f, "signature"), function = text_of(f, "name");
    (void)bx_buf_add_z(&words, "The function ");
    (void)bx_buf_add(&words, function.p, function.n < 200 ? function.n : 200);
    (void)bx_buf_add_z(&words, " of a component: ");
    (void)bx_buf_add(&words, signature.p,
                     signature.n < MAX_WORDS - 300 ? signature.n : MAX_WORDS - 300);
    bx_json_out_begin_object(o);
    add_name(o, name);
    add_text(o, "version", version_of(function));
    add_text(o, "description", bx_buf_str(&words));
    add_text(o, "permission", BX_LIT("none"));
    add_text(o, "call", BX_LIT("typed"));
    add_text(o, "function", function);
    bx_json_out_key(o, BX_LIT("input_schema"));
    bx_json_out_value(o, bx_json_get(f, BX_LIT("input_schema")));
    bx_json_out_key(o, BX_LIT("needs"));
    bx_json_out_begin_array(o);
    bx_json_out_end_array(o);
    bx_json_out_key(o, BX_LIT("annotations"));
    bx_json_out_begin_object(o);
    for (size_t i = 0; i < BX_COUNT(hints); i++) {
        bx_json_out_key(o, bx_str_of(hints[i]));
        bx_json_out_bool(o, i == 0);
    }
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

bx_code bx_typed_manifest(bx_str name, bx_str wasm, bx_manifest **ret, bx_error *err)
{
    BX_AUTO_BUF described = bx_buf_init(MAX_DESCRIBED), text = bx_buf_init(MAX_MANIFEST);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    const bx_json_val *f = NULL;
    bx_code rc = bx_module_describe_bytes("it", wasm, &described, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&described), BX_JSON_MAX_DEPTH, &doc, err);
    if (rc == BX_OK)
        rc = find_function(bx_json_root(doc), &f, err);
    if (rc != BX_OK)
        return rc;
    bx_json_out o = bx_json_out_on(&text);
    print_manifest(name, f, &o);
    rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        rc = bx_manifest_from_json(bx_buf_str(&text), ret, err);
    return bx_wrap(rc, err, "it has no manifest, and one cannot be made of its interface");
}
