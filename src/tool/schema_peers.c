#include "tool/schema_peers.h"

#include "codec/shown.h"

enum { MAX_DEPTH = 512, MAX_SHOWN = 80 };

static bool is_any(bx_str key, const char *const *of)
{
    for (; *of; of++) {
        if (bx_str_eq(key, bx_str_of(*of)))
            return true;
    }
    return false;
}

/* What is written the same, and means the same, in both languages.  Look-behind is not: Python's
 * has one width. */
static bool is_common_escape(bx_str rest) /* after "\\" */
{
    char c = rest.n ? rest.p[0] : '\0', then = rest.n > 1 ? rest.p[1] : '\0';
    bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == 'u') /* neither \u{1f600} nor one half of a pair */
        return then != '{' && then != 'd' && then != 'D';
    return !alnum || (c != '\0' && strchr("bBdDsSwWnrtfvx", c));
}

static bool is_common_group(bx_str rest) /* after "(" */
{
    return rest.n < 2 || rest.p[0] != '?' || strchr(":=!", rest.p[1]);
}

static bool is_common_pattern(bx_str p)
{
    bool in_set = false;
    for (size_t i = 0; i < p.n; i++) {
        bx_str rest = bx_str_from(p, i + 1);
        char next = rest.n ? rest.p[0] : '\0';
        if (p.p[i] == '\\') {
            if (!is_common_escape(rest))
                return false;
            i++;
        } else if (in_set) {
            in_set = p.p[i] != ']';
        } else if (p.p[i] == '[') {
            in_set = true;
            if (next == ']' || (next == '^' && rest.n > 1 && rest.p[1] == ']'))
                return false;
        } else if (p.p[i] == '(' && !is_common_group(rest)) {
            return false;
        }
    }
    return true;
}

static bx_code check_pattern(bx_str pattern, bx_error *err)
{
    if (is_common_pattern(pattern))
        return BX_OK;
    BX_AUTO_BUF shown = bx_buf_init(4 << 10);
    bx_shown_add(&shown, pattern, MAX_SHOWN);
    return bx_fail(err, BX_EUNSUPPORTED, "not all clients can read the pattern %.*s",
                   BX_FMT(bx_buf_str(&shown)));
}

static bx_code check(const bx_json_val *schema, size_t depth, bx_error *err);

static bx_code check_named(bx_str key, const bx_json_val *of, size_t depth, bx_error *err)
{
    bool patterns = bx_str_eq(key, BX_LIT("patternProperties"));
    bx_json_iter it = bx_json_iter_of(of);
    bx_code rc = BX_OK;
    bx_str name;
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, &name));) {
        rc = patterns ? check_pattern(name, err) : BX_OK;
        if (rc == BX_OK)
            rc = check(e, depth, err);
    }
    return rc;
}

static bx_code check_keyword(bx_str key, const bx_json_val *e, size_t depth, bx_error *err)
{
    static const char *const data[] = {"const", "enum", "default", "examples", NULL};
    static const char *const named[] = {"properties",  "patternProperties", "$defs",
                                        "definitions", "dependentSchemas",  "dependencies",
                                        NULL};
    static const char *const references[] = {"$ref", "$dynamicRef", NULL};
    bx_str text;
    if (bx_str_eq(key, BX_LIT("$id")))
        return bx_fail(err, BX_EUNSUPPORTED, "with $id, clients keep an old schema under it");
    if (bx_str_eq(key, BX_LIT("pattern")) && bx_json_str(e, &text))
        return check_pattern(text, err);
    if (is_any(key, references) && bx_json_str(e, &text) && (text.n == 0 || text.p[0] != '#'))
        return bx_fail(err, BX_EUNSUPPORTED, "not all clients know what %.*s refers to",
                       BX_FMT(key));
    if (is_any(key, data))
        return BX_OK;
    return is_any(key, named) ? check_named(key, e, depth, err) : check(e, depth, err);
}

static bx_code check(const bx_json_val *schema, size_t depth, bx_error *err)
{
    bx_json_type t = bx_json_type_of(schema);
    bx_json_iter it = bx_json_iter_of(schema);
    bx_code rc = BX_OK;
    bx_str key = BX_LIT("");
    if (t != BX_JSON_OBJECT && t != BX_JSON_ARRAY)
        return BX_OK;
    if (depth == MAX_DEPTH)
        return bx_fail(err, BX_EUNSUPPORTED, "it is deeper than all clients can follow");
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, &key));)
        rc = t == BX_JSON_ARRAY ? check(e, depth + 1, err) : check_keyword(key, e, depth + 1, err);
    return rc;
}

bx_code bx_schema_peers_check(const bx_json_val *schema, bx_error *err)
{
    return check(schema, 0, err);
}
