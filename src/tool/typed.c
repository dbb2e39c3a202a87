#include "tool/typed.h"

#include "sandbox/module.h"

enum { MAX_DESCRIBED = 64 << 20, MAX_MANIFEST = 1 << 20, MAX_WORDS = 1000 };

static bool is_callable(const bx_json_val *f)
{
    bool callable = false;
    return bx_json_bool(bx_json_get(f, BX_LIT("callable")), &callable) && callable;
}

/* How many functions can be called, and the first. */
static size_t count_functions(const bx_json_val *list, const bx_json_val **ret)
{
    size_t n = 0;
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (is_callable(e) && !n++)
            *ret = e;
    }
    return n;
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

static void print_hints(bx_json_out *o)
{
    static const char *const hints[] = {"readOnlyHint", "destructiveHint", "idempotentHint",
                                        "openWorldHint"};
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
}

static void add_cut(bx_buf *to, bx_str s, size_t max)
{
    size_t n = s.n < max ? s.n : max;
    while (n && n < s.n && ((uint8_t)s.p[n] & 0xc0) == 0x80)
        n--; /* not within a character */
    (void)bx_buf_add(to, s.p, n);
}

static void print_one(const bx_json_val *f, bx_json_out *o)
{
    BX_AUTO_BUF words = bx_buf_init(2 * MAX_WORDS);
    (void)bx_buf_add_z(&words, "The function ");
    add_cut(&words, bx_json_text(f, "name"), 200);
    (void)bx_buf_add_z(&words, " of a component: ");
    add_cut(&words, bx_json_text(f, "signature"), MAX_WORDS - 300);
    add_text(o, "description", bx_buf_str(&words));
    add_text(o, "function", bx_json_text(f, "name"));
    bx_json_out_key(o, BX_LIT("input_schema"));
    bx_json_out_value(o, bx_json_get(f, BX_LIT("input_schema")));
}

/* {"function": one of the names, "arguments": an object}, and in words what each takes. */
static void print_several(const bx_json_val *list, bx_json_out *o)
{
    BX_AUTO_BUF words = bx_buf_init(2 * MAX_WORDS);
    BX_AUTO_BUF all = bx_buf_init(MAX_MANIFEST);
    bx_json_out names = bx_json_out_on(&all);
    (void)bx_buf_add_z(&words, "Functions of a component, by name, with their arguments:");
    bx_json_out_begin_array(&names);
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (!is_callable(e))
            continue;
        bx_str name = bx_json_text(e, "name"), signature = bx_json_text(e, "signature");
        bx_json_out_string(&names, name);
        if (words.n + name.n + signature.n + 8 > MAX_WORDS)
            continue; /* the names are in the schema */
        (void)bx_buf_add_c(&words, '\n');
        (void)bx_buf_add_str(&words, name);
        (void)bx_buf_add_z(&words, ": ");
        (void)bx_buf_add_str(&words, signature);
    }
    bx_json_out_end_array(&names);
    add_text(o, "description", bx_buf_str(&words));
    bx_json_out_key(o, BX_LIT("input_schema"));
    BX_AUTO_BUF schema = bx_buf_init(2 * MAX_MANIFEST);
    (void)bx_buf_add_z(&schema, "{\"type\":\"object\",\"properties\":{\"function\":{\"enum\":");
    (void)bx_buf_add_str(&schema, bx_buf_str(&all));
    (void)bx_buf_add_z(&schema,
                       "},\"arguments\":{\"type\":\"object\"}},\"required\":[\"function\"],"
                       "\"additionalProperties\":false}");
    bx_json_out_raw(o, bx_buf_str(&schema));
}

bx_code bx_typed_manifest(bx_str name, bx_str wasm, bx_manifest **ret, bx_error *err)
{
    BX_AUTO_BUF described = bx_buf_init(MAX_DESCRIBED), text = bx_buf_init(4 * MAX_MANIFEST);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    const bx_json_val *first = NULL;
    bx_code rc = bx_module_describe_bytes("it", wasm, &described, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&described), BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    const bx_json_val *list = bx_json_get(bx_json_root(doc), BX_LIT("functions"));
    size_t n = count_functions(list, &first);
    if (!n)
        return bx_fail(
            err, BX_EINVAL,
            "it has no manifest: NAME.tool.yaml beside it, or the section boxagnts.tool");
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_object(&o);
    add_name(&o, name);
    add_text(&o, "version", version_of(bx_json_text(first, "name")));
    add_text(&o, "permission", BX_LIT("none"));
    add_text(&o, "call", BX_LIT("typed"));
    if (n == 1)
        print_one(first, &o);
    else
        print_several(list, &o);
    print_hints(&o);
    bx_json_out_end_object(&o);
    rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        rc = bx_manifest_from_json(bx_buf_str(&text), ret, err);
    return bx_wrap(rc, err, "it has no manifest, and one cannot be made of its interface");
}
