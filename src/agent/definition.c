#include "agent/definition.h"

#include <strings.h>

#include "codec/yaml.h"

enum { MAX_LINE = 16 << 10, MAX_KEYS = 32 };

/* ---- the head -------------------------------------------------------------------------------- */

/* One line with its end taken off; false: there is none. */
static bool next_line(bx_str *rest, bx_str *line)
{
    if (rest->n == 0)
        return false;
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    *line = (bx_str){rest->p, n && rest->p[n - 1] == '\r' ? n - 1 : n};
    *rest = bx_str_from(*rest, end ? n + 1 : n);
    return true;
}

static bx_str trimmed(bx_str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = bx_str_from(s, 1);
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
        s = (bx_str){s.p + 1, s.n - 2};
    return s;
}

static bool is_key(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
            return false;
    }
    return s.n > 0 && s.n < 64;
}

static bool was_before(bx_str lines, const char *key_at, bx_str key)
{
    bx_str line;
    while (next_line(&lines, &line) && line.p < key_at) {
        const char *colon = memchr(line.p, ':', line.n);
        if (colon && bx_str_eq((bx_str){line.p, (size_t)(colon - line.p)}, key))
            return true;
    }
    return false;
}

/* KEY: TEXT, line by line; whatever is no such line is left out. */
static bx_code lenient(bx_str head, bx_json **ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_YAML_MAX_JSON);
    bx_json_out o = bx_json_out_on(&text);
    bx_str rest = head, line;
    size_t keys = 0;
    bx_json_out_begin_object(&o);
    while (keys < MAX_KEYS && next_line(&rest, &line)) {
        const char *colon = line.n < MAX_LINE ? memchr(line.p, ':', line.n) : NULL;
        bx_str key = {line.p, colon ? (size_t)(colon - line.p) : 0};
        if (!colon || !is_key(key) || was_before(head, line.p, key))
            continue;
        keys++;
        bx_json_out_key(&o, key);
        bx_json_out_string(&o, trimmed(bx_str_from(line, key.n + 1)));
    }
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    return rc == BX_OK ? bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, ret, err) : rc;
}

bx_code bx_front_matter(bx_str text, bx_json **ret_head, bx_str *ret_body, bx_error *err)
{
    bx_str rest = text, line = BX_LIT("");
    if (bx_str_starts(rest, BX_LIT("\xef\xbb\xbf")))
        rest = bx_str_from(rest, 3);
    bx_str all = rest;
    if (!next_line(&rest, &line) || !bx_str_eq(trimmed(line), BX_LIT("---"))) {
        *ret_body = all;
        return bx_json_parse(BX_LIT("{}"), 2, ret_head, err);
    }
    bx_str head = {rest.p, 0};
    while (next_line(&rest, &line) && !bx_str_eq(trimmed(line), BX_LIT("---")))
        head.n = (size_t)(rest.p - head.p);
    bx_error why;
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (bx_yaml_parse(head, &doc, &why) == BX_OK &&
        bx_json_type_of(bx_json_root(doc)) == BX_JSON_OBJECT)
        *ret_head = BX_TAKE(doc);
    else {
        bx_code rc = lenient(head, ret_head, err);
        if (rc != BX_OK)
            return rc;
    }
    *ret_body = rest;
    return BX_OK;
}

/* ---- definitions ----------------------------------------------------------------------------- */

static bx_str text_of(const bx_json *head, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(bx_json_root(head), bx_str_of(key)), &s);
    return s;
}

static const bx_json_val *list_of(const bx_json *head, const char *key)
{
    const bx_json_val *v = bx_json_get(bx_json_root(head), bx_str_of(key));
    bx_json_type t = bx_json_type_of(v);
    return t == BX_JSON_ARRAY || t == BX_JSON_STRING ? v : NULL;
}

bx_code bx_definition_read(bx_str text, bx_str fallback, bx_agent_definition *ret, bx_error *err)
{
    bx_agent_definition d = {.text = NULL};
    if (text.n > BX_DEFINITION_MAX_BYTES)
        return bx_fail(err, BX_ELIMIT, "more than %d bytes", BX_DEFINITION_MAX_BYTES);
    /* The fallback is kept behind the text. */
    d.text = bx_calloc(text.n + fallback.n + 1, 1);
    if (!d.text)
        return bx_fail(err, BX_ENOMEM, "a definition");
    memcpy(d.text, text.p, text.n);
    memcpy(d.text + text.n, fallback.p, fallback.n);
    bx_code rc = bx_front_matter((bx_str){d.text, text.n}, &d.head, &d.body, err);
    if (rc == BX_OK) {
        d.name = text_of(d.head, "name");
        d.description = text_of(d.head, "description");
        d.model = text_of(d.head, "model");
        d.tools = list_of(d.head, "tools");
        d.not_tools = list_of(d.head, "disallowedTools");
        d.capabilities = list_of(d.head, "capabilities");
        (void)bx_json_uint64(bx_json_get(bx_json_root(d.head), BX_LIT("maxTurns")), &d.max_turns);
        if (d.name.n == 0)
            d.name = (bx_str){d.text + text.n, fallback.n};
        if (d.name.n == 0 || d.name.n > 64)
            rc = bx_fail(err, BX_EINVAL, "its name is empty or longer than 64 bytes");
        else if (bx_str_eq(d.model, BX_LIT("inherit")))
            d.model = BX_LIT("");
    }
    if (rc == BX_OK)
        *ret = d;
    else
        bx_definition_done(&d);
    return rc;
}

void bx_definition_done(bx_agent_definition *d)
{
    bx_json_free(d->head);
    free(d->text);
    *d = (bx_agent_definition){.text = NULL};
}

/* "Read", "Bash(git:*)": other programs' names of the same tools. */
static bool names(bx_str item, bx_str name)
{
    item = trimmed(item);
    const char *open = memchr(item.p, '(', item.n);
    size_t n = open ? (size_t)(open - item.p) : item.n;
    return n == name.n && strncasecmp(item.p, name.p, n) == 0;
}

static bool text_names(bx_str list, bx_str name)
{
    while (list.n) {
        const char *end = memchr(list.p, ',', list.n);
        size_t n = end ? (size_t)(end - list.p) : list.n;
        if (names((bx_str){list.p, n}, name))
            return true;
        list = bx_str_from(list, n + 1);
    }
    return false;
}

bool bx_definition_names(const bx_json_val *list, bx_str name)
{
    bx_str s;
    if (bx_json_str(list, &s))
        return text_names(s, name);
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
        if (bx_json_str(v, &s) && names(s, name))
            return true;
    }
    return false;
}
