/* Types.  The grammar is the one TypeScript's own parser accepts; what it means is not our
 * concern. */
#include "js/strip_int.h"

static void type_with(js_strip *p, uint8_t set, uint8_t clear)
{
    uint8_t flags = p->flags;
    p->flags = (uint8_t)((flags | set) & ~clear);
    js_type(p);
    if (!p->failed)
        p->flags = flags;
}

static void any_type(js_strip *p) { type_with(p, 0, JF_NO_COND); }

/* ---- names ---- */

void js_type_args(js_strip *p)
{
    if (p->failed)
        return;
    uint32_t start = p->t.pos;
    js_rescan_less(p);
    js_expect(p, '<');
    while (!js_at(p, '>') && !js_at(p, JT_EOF)) {
        any_type(p);
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, '>');
    /* An expression that begins with the same `<` need not try the same again. */
    if (p->failed)
        js_set_bit(p, &p->not_args, start);
}

static void optional_type_args(js_strip *p)
{
    if (!p->t.nl && js_rescan_less(p))
        js_type_args(p);
}

static void dotted_names(js_strip *p)
{
    while (js_accept(p, '.')) {
        if (js_is_word(p->t.kind) || js_at(p, JT_PRIVATE))
            js_next(p);
        else
            js_fail(p, "Expected ident");
    }
}

static bool is_keyword_type(uint8_t kind)
{
    switch (kind) {
    case JT_any:
    case JT_bigint:
    case JT_boolean:
    case JT_never:
    case JT_number:
    case JT_object:
    case JT_string:
    case JT_symbol:
    case JT_undefined:
    case JT_unknown:
        return true;
    default:
        return false;
    }
}

/* `x as number < y` compares. */
void js_type_reference(js_strip *p)
{
    bool plain = is_keyword_type(p->t.kind);
    if (js_at(p, JT_this))
        js_next(p);
    else
        js_ident(p);
    if (plain && !js_at(p, '.'))
        return;
    dotted_names(p);
    optional_type_args(p);
}

static void import_type(js_strip *p)
{
    js_next(p);
    js_expect(p, '(');
    any_type(p);
    if (js_accept(p, ',') && !js_at(p, ')')) {
        uint32_t quiet = p->quiet;
        p->quiet++;
        js_assign(p, true);
        p->quiet = quiet;
        js_accept(p, ',');
    }
    js_expect(p, ')');
    dotted_names(p);
    optional_type_args(p);
}

static void typeof_type(js_strip *p)
{
    js_next(p);
    if (js_at(p, JT_import)) {
        import_type(p);
        return;
    }
    if (js_is_word(p->t.kind))
        js_next(p);
    else
        js_fail(p, "Expected ident");
    dotted_names(p);
    optional_type_args(p);
}

/* ---- { } and [ ] ---- */

bool js_at_index_signature(js_strip *p)
{
    js_tok a = js_peek(p);
    if (a.kind == JT_DOTS || a.kind == ']')
        return true;
    if (!js_is_ident(a.kind))
        return false;
    js_tok b = js_scan(p, a.end);
    if (b.kind == ':' || b.kind == ',')
        return true;
    if (b.kind != '?')
        return false;
    b = js_scan(p, b.end);
    return b.kind == ':' || b.kind == ',' || b.kind == ']';
}

void js_index_signature(js_strip *p)
{
    js_expect(p, '[');
    while (!js_at(p, ']') && !js_at(p, JT_EOF)) {
        js_ident(p);
        js_accept(p, '?');
        if (js_accept(p, ':'))
            any_type(p);
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, ']');
    if (js_accept(p, ':'))
        any_type(p);
}

static void signature(js_strip *p)
{
    if (js_at(p, '<'))
        js_blank_type_params(p);
    js_params(p, false);
    if (js_accept(p, ':'))
        js_return_type(p);
}

/* Is the current word a modifier of the member that follows? */
static bool member_modifier(js_strip *p)
{
    uint8_t k = p->t.kind;
    if (k != JT_readonly && k != JT_get && k != JT_set && k != JT_static && k != JT_public &&
        k != JT_private && k != JT_protected && k != JT_async && k != JT_declare &&
        k != JT_abstract && k != JT_override)
        return false;
    js_tok next = js_peek(p);
    bool any_line = k == JT_get || k == JT_set || k == JT_static;
    return (any_line || !next.nl) && js_at_prop_name(next.kind);
}

static void type_member(js_strip *p)
{
    while (member_modifier(p))
        js_next(p);
    if (js_at(p, JT_new)) {
        uint8_t next = js_peek(p).kind;
        if (next == '(' || next == '<')
            js_next(p);
    }
    if (js_at(p, '(') || js_at(p, '<')) {
        signature(p);
    } else if (js_at(p, '[') && js_at_index_signature(p)) {
        js_index_signature(p);
    } else {
        js_prop_name(p);
        js_accept(p, '?');
        if (js_at(p, '(') || js_at(p, '<'))
            signature(p);
        else if (js_accept(p, ':'))
            any_type(p);
    }
    if (!js_accept(p, ','))
        js_semicolon(p);
}

void js_type_members(js_strip *p)
{
    js_expect(p, '{');
    while (!js_at(p, '}') && !js_at(p, JT_EOF))
        type_member(p);
    js_expect(p, '}');
}

static bool at_mapped_type(js_strip *p)
{
    js_tok t = js_peek(p);
    if (t.kind == '+' || t.kind == '-')
        return js_scan(p, t.end).kind == JT_readonly;
    if (t.kind == JT_readonly)
        t = js_scan(p, t.end);
    if (t.kind != '[')
        return false;
    t = js_scan(p, t.end);
    return js_is_ident(t.kind) && js_scan(p, t.end).kind == JT_in;
}

static void mapped_modifier(js_strip *p, uint8_t kind)
{
    if (js_accept(p, '+') || js_accept(p, '-'))
        js_expect(p, kind);
    else
        js_accept(p, kind);
}

static void mapped_type(js_strip *p)
{
    js_expect(p, '{');
    mapped_modifier(p, JT_readonly);
    js_expect(p, '[');
    js_ident(p);
    js_expect(p, JT_in);
    any_type(p);
    if (js_accept(p, JT_as))
        any_type(p);
    js_expect(p, ']');
    mapped_modifier(p, '?');
    if (js_accept(p, ':'))
        any_type(p);
    if (!js_accept(p, ','))
        js_semicolon(p);
    js_expect(p, '}');
}

static bool at_tuple_label(js_strip *p)
{
    if (!js_is_word(p->t.kind))
        return false;
    js_tok t = js_peek(p);
    return t.kind == ':' || (t.kind == '?' && js_scan(p, t.end).kind == ':');
}

static void tuple_type(js_strip *p)
{
    js_expect(p, '[');
    while (!js_at(p, ']') && !js_at(p, JT_EOF)) {
        js_accept(p, JT_DOTS);
        if (at_tuple_label(p)) {
            js_next(p);
            js_accept(p, '?');
            js_expect(p, ':');
            js_accept(p, JT_DOTS);
        }
        any_type(p);
        js_accept(p, '?');
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, ']');
}

static void template_type(js_strip *p)
{
    bool more = js_at(p, JT_TEMPLATE_HEAD);
    js_next(p);
    while (more && !p->failed) {
        any_type(p);
        js_rescan_template(p);
        more = js_at(p, JT_TEMPLATE_MIDDLE);
        js_next(p);
    }
}

/* ---- from the inside out ---- */

static void primary_type(js_strip *p)
{
    switch (p->t.kind) {
    case '{':
        if (at_mapped_type(p))
            mapped_type(p);
        else
            js_type_members(p);
        return;
    case '[':
        tuple_type(p);
        return;
    case '(':
        js_next(p);
        any_type(p);
        js_expect(p, ')');
        return;
    case '-':
        js_next(p);
        js_expect(p, JT_NUMBER);
        return;
    case JT_TEMPLATE:
    case JT_TEMPLATE_HEAD:
        template_type(p);
        return;
    case JT_NUMBER:
    case JT_STRING:
    case JT_void:
    case JT_null:
    case JT_true:
    case JT_false:
    case JT_const: /* as const */
        js_next(p);
        return;
    case JT_typeof:
        typeof_type(p);
        return;
    case JT_import:
        import_type(p);
        return;
    case JT_this:
        js_next(p);
        return;
    default:
        if (js_is_ident(p->t.kind))
            js_type_reference(p);
        else
            js_fail(p, js_at(p, JT_EOF) ? "Unexpected eof" : "Type expected");
    }
}

static bool starts_type(uint8_t kind)
{
    if (js_is_ident(kind))
        return true;
    switch (kind) {
    case '{':
    case '[':
    case '(':
    case '<':
    case '|':
    case '&':
    case '-':
    case JT_TEMPLATE:
    case JT_TEMPLATE_HEAD:
    case JT_NUMBER:
    case JT_STRING:
    case JT_void:
    case JT_null:
    case JT_true:
    case JT_false:
    case JT_typeof:
    case JT_import:
    case JT_this:
    case JT_new:
        return true;
    default:
        return false;
    }
}

static void postfix_type(js_strip *p)
{
    primary_type(p);
    while (!p->t.nl && js_accept(p, '[')) {
        if (starts_type(p->t.kind))
            any_type(p);
        js_expect(p, ']');
    }
}

/* infer X extends Y ? …: the question is whether the constraint is X's or a conditional begins. */
static void infer_constraint(js_strip *p)
{
    if (!js_at(p, JT_extends))
        return;
    js_mark m = js_mark_here(p);
    js_next(p);
    type_with(p, JF_NO_COND, 0);
    if (!p->failed && ((p->flags & JF_NO_COND) || !js_at(p, '?')))
        return;
    if (p->failed && p->error.code == JS_STRIP_LIMIT)
        return;
    js_rewind(p, &m);
}

static void operator_type(js_strip *p)
{
    while (js_at(p, JT_keyof) || js_at(p, JT_unique) || js_at(p, JT_readonly))
        js_next(p);
    if (js_accept(p, JT_infer)) {
        js_ident(p);
        infer_constraint(p);
        return;
    }
    postfix_type(p);
}

/* After the ( : the first parameter of a function type, where no parenthesized type goes on so? */
static bool function_type_follows(js_strip *p)
{
    js_tok t = js_peek(p);
    if (t.kind == ')' || t.kind == JT_DOTS)
        return true;
    if (js_is_ident(t.kind) || t.kind == JT_this) {
        t = js_scan(p, t.end);
    } else if (t.kind == '[' || t.kind == '{') {
        js_mark m = js_mark_here(p);
        p->quiet++;
        js_next(p);
        js_binding(p);
        bool pattern = !p->failed;
        t = p->t;
        js_rewind(p, &m);
        if (!pattern)
            return false;
    } else {
        return false;
    }
    if (t.kind == ')')
        return js_scan(p, t.end).kind == JT_ARROW;
    return t.kind == ':' || t.kind == ',' || t.kind == '?' || t.kind == '=';
}

static bool at_function_type(js_strip *p)
{
    if (js_at(p, '<') || js_at(p, JT_new))
        return true;
    if (js_at(p, JT_abstract))
        return js_peek(p).kind == JT_new;
    return js_at(p, '(') && function_type_follows(p);
}

static void function_type(js_strip *p)
{
    uint32_t quiet = p->quiet;
    uint8_t flags = p->flags;
    p->quiet++;
    js_accept(p, JT_abstract);
    js_accept(p, JT_new);
    p->flags = (uint8_t)(flags & ~JF_NO_COND);
    if (js_at(p, '<'))
        js_blank_type_params(p);
    js_params(p, false);
    js_expect(p, JT_ARROW);
    js_return_type(p);
    p->flags = flags;
    p->quiet = quiet;
}

static void union_type(js_strip *p)
{
    do {
        while (js_accept(p, '|') || js_accept(p, '&'))
            ;
        if (at_function_type(p))
            function_type(p);
        else
            operator_type(p);
    } while (js_at(p, '|') || js_at(p, '&'));
}

void js_type(js_strip *p)
{
    if (!js_enter(p))
        return;
    for (;;) {
        union_type(p);
        if ((p->flags & JF_NO_COND) || p->t.nl || !js_accept(p, JT_extends))
            break;
        type_with(p, JF_NO_COND, 0);
        js_expect(p, '?');
        any_type(p);
        js_expect(p, ':');
    }
    js_leave(p);
}

void js_return_type(js_strip *p)
{
    js_tok next = js_peek(p);
    if (js_at(p, JT_asserts) && !next.nl && next.kind != JT_is &&
        (js_is_ident(next.kind) || next.kind == JT_this)) {
        js_next(p);
        next = js_peek(p);
        if (next.kind != JT_is || next.nl) {
            js_next(p);
            return;
        }
    }
    if ((js_is_ident(p->t.kind) || js_at(p, JT_this)) && next.kind == JT_is && !next.nl) {
        js_next(p);
        js_next(p);
    }
    js_type(p);
}

void js_blank_annotation(js_strip *p, bool is_return)
{
    uint32_t start = p->t.pos, quiet = p->quiet;
    uint8_t flags = p->flags;
    p->quiet++;
    p->flags = (uint8_t)(flags & ~JF_NO_COND);
    js_expect(p, ':');
    if (is_return)
        js_return_type(p);
    else
        js_type(p);
    p->flags = flags;
    p->quiet = quiet;
    js_blank(p, start, p->prev_end);
}

/* in, out, const */
static void variance(js_strip *p)
{
    for (;;) {
        if (js_at(p, JT_out)) {
            if (!js_is_ident(js_peek(p).kind))
                return;
        } else if (!js_at(p, JT_in) && !js_at(p, JT_const)) {
            return;
        }
        js_next(p);
    }
}

void js_blank_type_params(js_strip *p)
{
    uint32_t start = p->t.pos, quiet = p->quiet;
    p->quiet++;
    js_expect(p, '<');
    while (!js_at(p, '>') && !js_at(p, JT_EOF)) {
        variance(p);
        js_ident(p);
        if (js_accept(p, JT_extends))
            any_type(p);
        if (js_accept(p, '='))
            any_type(p);
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, '>');
    p->quiet = quiet;
    js_blank(p, start, p->prev_end);
}
