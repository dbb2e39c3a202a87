/* libyaml's events become JSON text, which the one JSON parser reads: keys that come twice, depth
 * and UTF-8 are judged in one place. */
#include "codec/yaml.h"

#include <math.h>
#include <yaml.h>

#define CORE_TAG "tag:yaml.org,2002:"

struct anchor {
    char *name;
    size_t begin, end; /* of its JSON text in the output; end 0: not whole yet */
};

struct level {
    bool mapping, at_key; /* at_key: the next scalar is a key */
    size_t anchor;        /* that names the container, or NO_ANCHOR */
};
enum { NO_ANCHOR = BX_YAML_MAX_ANCHORS };

typedef struct reader {
    yaml_parser_t parser;
    bx_buf text;
    bx_json_out out;
    struct anchor anchors[BX_YAML_MAX_ANCHORS];
    size_t n_anchors;
    struct level levels[BX_YAML_MAX_DEPTH];
    size_t depth;
    unsigned documents;
    bx_yaml_marks *marks; /* NULL: nobody asks where things stand */
    size_t marks_max;
} reader;

static bx_code fail_at(yaml_mark_t at, bx_code code, const char *what, bx_error *err)
{
    return bx_fail(err, code, "line %zu, column %zu: %s", at.line + 1, at.column + 1, what);
}

/* ---- places ---------------------------------------------------------------------------------- */

void bx_yaml_marks_done(bx_yaml_marks *m)
{
    free(m->at);
    *m = (bx_yaml_marks){.at = NULL};
}

static bx_code mark(reader *r, yaml_mark_t at, bx_error *err)
{
    bx_yaml_marks *m = r->marks;
    if (!m)
        return BX_OK;
    if (m->n == BX_YAML_MAX_MARKS)
        return fail_at(at, BX_ELIMIT, "too many values", err);
    if (m->n == r->marks_max) {
        size_t max = r->marks_max ? 2 * r->marks_max : 64;
        bx_yaml_mark *more = bx_realloc(m->at, max * sizeof *more);
        if (!more)
            return bx_fail(err, BX_ENOMEM, "YAML document");
        m->at = more;
        r->marks_max = max;
    }
    m->at[m->n++] = (bx_yaml_mark){.line = (uint32_t)at.line + 1,
                                   .column = (uint32_t)at.column + 1,
                                   .offset = (uint32_t)r->text.n};
    return BX_OK;
}

/* ---- scalars --------------------------------------------------------------------------------- */

static bool is_one_of(bx_str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bx_str_eq(s, bx_str_of(words[i])))
            return true;
    }
    return false;
}

static bool is_null(bx_str s)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    return is_one_of(s, words, BX_COUNT(words));
}

static bool is_bool(bx_str s, bool *ret)
{
    static const char *const yes[] = {"true", "True", "TRUE"}, *const no[] = {"false", "False",
                                                                              "FALSE"};
    *ret = is_one_of(s, yes, BX_COUNT(yes));
    return *ret || is_one_of(s, no, BX_COUNT(no));
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

typedef enum number { NO_NUMBER, IS_INTEGER, TOO_LARGE } number;

/* [-+]?[0-9]+, 0o[0-7]+, 0x[0-9a-fA-F]+ (YAML 1.2.2 section 10.3.2). */
static number integer_of(bx_str s, bool *negative, uint64_t *ret)
{
    unsigned base = 10;
    *negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        s = bx_str_from(s, 1);
    } else if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'o' || s.p[1] == 'x')) {
        base = s.p[1] == 'o' ? 8 : 16;
        s = bx_str_from(s, 2);
    }
    uint64_t v = 0;
    bool large = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned d = (unsigned)digit_of(s.p[i]);
        if (d >= base)
            return NO_NUMBER;
        large = large || v > (UINT64_MAX - d) / base;
        v = v * base + d;
    }
    *ret = v;
    if (s.n == 0)
        return NO_NUMBER;
    return large || (*negative && v > (uint64_t)INT64_MAX + 1) ? TOO_LARGE : IS_INTEGER;
}

static size_t digits(bx_str s, size_t i)
{
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_float(bx_str s)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), whole = digits(s, i), end = whole;
    if (whole < s.n && s.p[whole] == '.')
        end = digits(s, whole + 1);
    if (whole == i && end <= whole + 1)
        return false;
    if (end < s.n && (s.p[end] | 0x20) == 'e') {
        size_t e = end + 1;
        e += e < s.n && (s.p[e] == '-' || s.p[e] == '+');
        end = digits(s, e);
        if (end == e)
            return false;
    }
    return end == s.n;
}

static bool is_no_json_number(bx_str s)
{
    static const char *const words[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        s = bx_str_from(s, 1);
    return is_one_of(s, words, BX_COUNT(words));
}

static void put_integer(bx_json_out *o, bool negative, uint64_t v)
{
    if (!negative)
        bx_json_out_uint(o, v);
    else
        bx_json_out_int(o, v > (uint64_t)INT64_MAX ? INT64_MIN : -(int64_t)v);
}

static bx_code put_double(reader *r, bx_str s, yaml_mark_t at, bx_error *err)
{
    double v = strtod(s.p, NULL); /* libyaml ends each scalar with a NUL */
    if (!isfinite(v))
        return fail_at(at, BX_EINVAL, "a number no double can hold", err);
    bx_json_out_double(&r->out, v);
    return BX_OK;
}

static bx_code put_plain(reader *r, bx_str s, yaml_mark_t at, bx_error *err)
{
    bool flag;
    uint64_t v;
    number kind = integer_of(s, &flag, &v);
    if (kind == TOO_LARGE)
        return fail_at(at, BX_EINVAL, "an integer of more than 64 bits", err);
    if (kind == IS_INTEGER)
        put_integer(&r->out, flag, v);
    else if (is_no_json_number(s))
        return fail_at(at, BX_EINVAL, "infinities and NaN are no values here", err);
    else if (is_float(s))
        return put_double(r, s, at, err);
    else if (is_null(s))
        bx_json_out_null(&r->out);
    else if (is_bool(s, &flag))
        bx_json_out_bool(&r->out, flag);
    else
        bx_json_out_string(&r->out, s);
    return BX_OK;
}

/* ---- anchors --------------------------------------------------------------------------------- */

/* The next value is named so.  *ret: its place, NO_ANCHOR when it has no name. */
static bx_code begin_anchor(reader *r, const yaml_char_t *name, yaml_mark_t at, size_t *ret,
                            bx_error *err)
{
    *ret = NO_ANCHOR;
    if (!name)
        return BX_OK;
    if (r->marks)
        return fail_at(at, BX_EINVAL, "an anchor: write the value where it counts", err);
    if (r->n_anchors == BX_YAML_MAX_ANCHORS)
        return fail_at(at, BX_ELIMIT, "too many anchors", err);
    const char *z = (const char *)name;
    struct anchor *a = &r->anchors[r->n_anchors];
    a->name = bx_strndup(z, strlen(z));
    if (!a->name)
        return bx_fail(err, BX_ENOMEM, "YAML document");
    a->begin = r->text.n;
    a->end = 0;
    *ret = r->n_anchors++;
    return BX_OK;
}

static void end_anchor(reader *r, size_t i)
{
    if (i == NO_ANCHOR)
        return;
    struct anchor *a = &r->anchors[i];
    a->begin += a->begin < r->text.n &&
                r->text.p[a->begin] == ','; /* what parts it from the value before */
    a->end = r->text.n;
}

/* An anchor that comes again names something else from there on, so the last one counts. */
static bx_code put_alias(reader *r, const yaml_char_t *name, yaml_mark_t at, bx_error *err)
{
    for (size_t i = r->n_anchors; i-- > 0;) {
        const struct anchor *a = &r->anchors[i];
        if (strcmp(a->name, (const char *)name) != 0)
            continue;
        if (a->end == 0)
            return fail_at(at, BX_EINVAL, "an alias inside of what it stands for", err);
        BX_AUTOFREE char *copy = bx_strndup(r->text.p + a->begin, a->end - a->begin);
        if (!copy)
            return bx_fail(err, BX_ENOMEM, "YAML document");
        bx_json_out_raw(&r->out, (bx_str){copy, a->end - a->begin});
        return BX_OK;
    }
    return fail_at(at, BX_EINVAL, "an alias without its anchor", err);
}

/* ---- events ---------------------------------------------------------------------------------- */

static struct level *top(reader *r) { return r->depth ? &r->levels[r->depth - 1] : NULL; }

/* A value was written whole: in a mapping a key follows. */
static void value_done(reader *r)
{
    struct level *l = top(r);
    if (l && l->mapping)
        l->at_key = true;
}

static bool is_tag(const yaml_char_t *tag, const char *what)
{
    return tag && strcmp((const char *)tag, what) == 0;
}

static bx_code on_scalar(reader *r, const yaml_event_t *e, bx_error *err)
{
    bx_str s = {(const char *)e->data.scalar.value, e->data.scalar.length};
    const yaml_char_t *tag = e->data.scalar.tag;
    bool text = is_tag(tag, "!") || is_tag(tag, CORE_TAG "str");
    struct level *l = top(r);
    if (tag && !text)
        return fail_at(e->start_mark, BX_EINVAL, "a tag other than !!str", err);
    if (l && l->at_key) {
        if (e->data.scalar.anchor)
            return fail_at(e->start_mark, BX_EINVAL, "an anchor on a key", err);
        bx_code rc = mark(r, e->start_mark, err);
        bx_json_out_key(&r->out, s);
        l->at_key = false;
        return rc;
    }
    size_t anchor;
    bx_code rc = mark(r, e->start_mark, err);
    if (rc == BX_OK)
        rc = begin_anchor(r, e->data.scalar.anchor, e->start_mark, &anchor, err);
    if (rc == BX_OK && (text || e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE))
        bx_json_out_string(&r->out, s);
    else if (rc == BX_OK)
        rc = put_plain(r, s, e->start_mark, err);
    if (rc == BX_OK) {
        end_anchor(r, anchor);
        value_done(r);
    }
    return rc;
}

static bx_code on_begin(reader *r, const yaml_event_t *e, bool mapping, bx_error *err)
{
    const yaml_char_t *tag = mapping ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    const yaml_char_t *name =
        mapping ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    struct level *l = top(r);
    if (tag)
        return fail_at(e->start_mark, BX_EINVAL, "a tag other than !!str", err);
    if (l && l->at_key)
        return fail_at(e->start_mark, BX_EINVAL, "a key that is no text", err);
    if (r->depth == BX_YAML_MAX_DEPTH)
        return fail_at(e->start_mark, BX_ELIMIT, "nested too deeply", err);
    size_t anchor;
    bx_code rc = mark(r, e->start_mark, err);
    if (rc == BX_OK)
        rc = begin_anchor(r, name, e->start_mark, &anchor, err);
    if (rc != BX_OK)
        return rc;
    r->levels[r->depth++] = (struct level){.mapping = mapping, .at_key = mapping, .anchor = anchor};
    if (mapping)
        bx_json_out_begin_object(&r->out);
    else
        bx_json_out_begin_array(&r->out);
    return BX_OK;
}

static void on_end(reader *r)
{
    const struct level l = r->levels[--r->depth];
    if (l.mapping)
        bx_json_out_end_object(&r->out);
    else
        bx_json_out_end_array(&r->out);
    end_anchor(r, l.anchor);
    value_done(r);
}

static bx_code on_alias(reader *r, const yaml_event_t *e, bx_error *err)
{
    const struct level *l = top(r);
    if (r->marks)
        return fail_at(e->start_mark, BX_EINVAL, "an alias: write the value where it counts", err);
    if (l && l->at_key)
        return fail_at(e->start_mark, BX_EINVAL, "a key that is an alias", err);
    bx_code rc = put_alias(r, e->data.alias.anchor, e->start_mark, err);
    if (rc == BX_OK)
        value_done(r);
    return rc;
}

static bx_code on_event(reader *r, const yaml_event_t *e, bx_error *err)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return ++r->documents == 1 ? BX_OK
                                   : fail_at(e->start_mark, BX_EINVAL, "a second document", err);
    case YAML_SCALAR_EVENT:
        return on_scalar(r, e, err);
    case YAML_SEQUENCE_START_EVENT:
        return on_begin(r, e, false, err);
    case YAML_MAPPING_START_EVENT:
        return on_begin(r, e, true, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        on_end(r);
        return BX_OK;
    case YAML_ALIAS_EVENT:
        return on_alias(r, e, err);
    default:
        return BX_OK;
    }
}

static bx_code syntax_error(const reader *r, bx_error *err)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return bx_fail(err, BX_ENOMEM, "YAML document");
    const char *what = p->problem ? p->problem : "no YAML";
    if (p->error == YAML_READER_ERROR) /* has an offset only */
        return bx_fail(err, BX_EINVAL, "byte %zu: %s", p->problem_offset + 1, what);
    return fail_at(p->problem_mark, BX_EINVAL, what, err);
}

static bx_code read_events(reader *r, bx_error *err)
{
    yaml_event_t e;
    bx_code rc = BX_OK;
    for (bool more = true; more && rc == BX_OK;) {
        if (!yaml_parser_parse(&r->parser, &e))
            return syntax_error(r, err);
        more = e.type != YAML_STREAM_END_EVENT;
        rc = on_event(r, &e, err);
        if (rc == BX_OK && r->text.fail != BX_OK)
            rc = fail_at(e.start_mark, r->text.fail, "too long with its aliases", err);
        yaml_event_delete(&e);
    }
    return rc;
}

/* Of a message that begins with "line 1, column C" of the JSON text: what was read from there. */
static const bx_yaml_mark *mark_of(const reader *r, const char *message)
{
    static const char head[] = "line 1, column ";
    if (!r->marks || r->marks->n == 0 || strncmp(message, head, sizeof head - 1) != 0)
        return NULL;
    size_t column = 0, at = 0;
    for (const char *c = message + sizeof head - 1; *c >= '0' && *c <= '9' && column < 1 << 24; c++)
        column = column * 10 + (size_t)(*c - '0');
    for (size_t seen = 0; at < r->text.n; at++) { /* columns count characters */
        seen += ((uint8_t)r->text.p[at] & 0xC0) != 0x80;
        if (seen == column)
            break;
    }
    const bx_yaml_mark *m = &r->marks->at[0];
    for (size_t i = 0; i < r->marks->n && r->marks->at[i].offset <= at; i++)
        m = &r->marks->at[i];
    return m;
}

/* The text is ours, so a place in it tells nobody anything, but for what was read from there. */
static bx_code parse_json(const reader *r, bx_json **ret, bx_error *err)
{
    bx_error why;
    bx_code rc = bx_json_parse(bx_buf_str(&r->text), BX_JSON_MAX_DEPTH, ret, &why);
    if (rc == BX_OK)
        return rc;
    const bx_yaml_mark *m = mark_of(r, why.msg);
    const char *what = strstr(why.msg, ": ");
    what = what ? what + 2 : why.msg;
    return m ? bx_fail(err, rc, "line %u, column %u: %s", m->line, m->column, what)
             : bx_fail(err, rc, "%s", what);
}

static bx_code parse(bx_str text, bx_json **ret, bx_yaml_marks *marks, bx_error *err)
{
    if (text.n > BX_YAML_MAX_BYTES)
        return bx_fail(err, BX_ELIMIT, "%zu bytes; a YAML text may have %d", text.n,
                       BX_YAML_MAX_BYTES);
    BX_AUTOFREE reader *r = bx_calloc(1, sizeof *r);
    if (!r || !yaml_parser_initialize(&r->parser))
        return bx_fail(err, BX_ENOMEM, "YAML document");
    r->marks = marks;
    r->text = bx_buf_init(BX_YAML_MAX_JSON);
    r->out = bx_json_out_on(&r->text);
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text.p, text.n);
    bx_code rc = read_events(r, err);
    if (rc == BX_OK && r->documents == 0 && marks)
        bx_json_out_null(&r->out);
    else if (rc == BX_OK && r->documents == 0)
        rc = bx_fail(err, BX_EINVAL, "an empty document");
    if (rc == BX_OK)
        rc = parse_json(r, ret, err);
    yaml_parser_delete(&r->parser);
    for (size_t i = 0; i < r->n_anchors; i++)
        free(r->anchors[i].name);
    bx_buf_done(&r->text);
    return rc;
}

bx_code bx_yaml_parse(bx_str text, bx_json **ret, bx_error *err)
{
    return parse(text, ret, NULL, err);
}

bx_code bx_yaml_parse_marked(bx_str text, bx_json **ret, bx_yaml_marks *marks, bx_error *err)
{
    bx_yaml_marks m = {.at = NULL};
    bx_code rc = parse(text, ret, &m, err);
    if (rc == BX_OK)
        *marks = m;
    else
        bx_yaml_marks_done(&m);
    return rc;
}
