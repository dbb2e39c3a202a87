/* Classes (ECMAScript 15.7) and what TypeScript adds to their members. */
#include <string.h>

#include "js/strip_int.h"

void js_decorators(js_strip *p)
{
    uint8_t flags = p->flags;
    p->flags |= JF_DECORATOR;
    while (js_at(p, '@')) {
        js_next(p);
        js_lhs(p, false);
    }
    p->flags = flags;
}

typedef struct member {
    uint32_t first, start; /* with its decorators, and without */
    bool decorated, is_static;
    bool erased;   /* declare or abstract, and then */
    bool abstract; /* abstract */
    bool modified; /* had words that were blanked */
} member;

/* What the class body remembers from one member to the next. */
typedef struct body {
    bool open; /* the last that stayed is a field with a value and without a semicolon */
} body;

static bool at_modifier(js_strip *p)
{
    switch (p->t.kind) {
    case JT_public:
    case JT_private:
    case JT_protected:
    case JT_readonly:
    case JT_override:
    case JT_declare:
    case JT_abstract:
    case JT_accessor:
    case JT_static:
        break;
    default:
        return false;
    }
    js_tok next = js_peek(p);
    return (!next.nl || js_at(p, JT_static)) && (js_at_prop_name(next.kind) || next.kind == '*');
}

static void modifiers(js_strip *p, member *m)
{
    while (at_modifier(p)) {
        if (js_at(p, JT_static)) {
            m->is_static = true;
        } else if (js_at(p, JT_declare) || js_at(p, JT_abstract)) {
            m->erased = true;
            m->abstract |= js_at(p, JT_abstract);
        } else if (!js_at(p, JT_accessor)) {
            m->modified = true;
            js_blank(p, p->t.pos, p->t.end);
        }
        js_next(p);
    }
}

/* Would `next` go on with the expression of a field before it? */
static bool continues(uint8_t next)
{
    return next == '[' || next == '*' || next == JT_in || next == JT_instanceof;
}

static void erase_member(js_strip *p, const member *m, body *b)
{
    js_blank(p, m->first, p->prev_end);
    if (b->open && continues(p->t.kind)) {
        js_poke(p, m->first, ';');
        b->open = false;
    }
}

static bool is_constructor(const js_strip *p, const member *m)
{
    static const char name[] = "'constructor'";
    uint32_t n = p->t.end - p->t.pos;
    const unsigned char *s = p->src + p->t.pos;
    if (m->is_static)
        return false;
    if (n == 11)
        return memcmp(s, name + 1, n) == 0;
    return n == 13 && js_at(p, JT_STRING) && memcmp(s + 1, name + 1, 11) == 0;
}

/* From the name's end to the semicolon.  word: the name may be read as a modifier of what
 * follows. */
static void field(js_strip *p, member *m, body *b, bool word)
{
    uint32_t mark = p->t.pos;
    bool marked = js_at(p, '?') || (js_at(p, '!') && !p->t.nl);
    if (marked) {
        js_blank(p, mark, p->t.end);
        js_next(p);
    }
    bool typed = js_at(p, ':');
    if (typed) {
        mark = p->t.pos;
        js_blank_annotation(p, false);
    }
    bool valued = js_at(p, '=');
    if (valued && m->abstract)
        js_fail(p, "Abstract property cannot have an initializer.");
    js_accept(p, '=');
    if (valued) {
        uint8_t flags = p->flags;
        p->flags = (uint8_t)((flags & JF_AMBIENT) | JF_FUNC);
        js_assign(p, true);
        p->flags = flags;
    } else if (word && !m->erased && (typed || (marked && !js_at(p, ';')))) {
        js_poke(p, mark, ';');
    }
    js_semicolon(p);
    if (!m->erased)
        b->open = valued && p->prev_kind != ';';
}

static void method(js_strip *p, member *m, body *b, uint8_t flags, bool constructor)
{
    if (m->erased && !m->abstract)
        js_fail(p, "`declare` modifier cannot appear on class elements of this kind");
    if (js_signature(p, flags, constructor)) {
        if (m->abstract)
            js_fail(p, "Abstract method cannot have an implementation.");
        b->open = false;
        return;
    }
    m->erased = true;
    js_semicolon(p);
}

static uint8_t method_flags(js_strip *p)
{
    uint8_t flags = JF_FUNC;
    js_tok next = js_peek(p);
    if (js_at(p, JT_async)) {
        if (!next.nl && (next.kind == '*' || js_at_prop_name(next.kind))) {
            flags |= JF_AWAIT;
            js_next(p);
        }
    } else if ((js_at(p, JT_get) || js_at(p, JT_set)) && js_at_prop_name(next.kind)) {
        js_next(p);
    }
    if (js_accept(p, '*'))
        flags |= JF_YIELD;
    return flags;
}

static bool is_method(js_strip *p)
{
    if (js_at(p, '?')) {
        uint8_t next = js_peek(p).kind;
        return next == '(' || next == '<';
    }
    return js_at(p, '(') || js_at(p, '<');
}

static void named_member(js_strip *p, member *m, body *b)
{
    uint8_t flags = method_flags(p);
    uint8_t name = p->t.kind;
    bool constructor = is_constructor(p, m);
    bool hazard = (flags & JF_YIELD) || name == '[' || name == JT_in || name == JT_instanceof;
    bool word = name == JT_get || name == JT_set || name == JT_static;
    js_prop_name(p);
    if (is_method(p)) {
        if (js_at(p, '?')) {
            js_blank(p, p->t.pos, p->t.end);
            js_next(p);
        }
        uint32_t quiet = p->quiet;
        p->quiet += m->erased;
        method(p, m, b, flags, constructor);
        p->quiet = quiet;
    } else {
        field(p, m, b, word);
    }
    if (m->erased)
        erase_member(p, m, b);
    else if (m->modified && hazard && !m->is_static && !m->decorated)
        js_poke(p, m->start, ';');
}

static void class_member(js_strip *p, body *b)
{
    member m = {.first = p->t.pos, .decorated = js_at(p, '@')};
    if (m.decorated)
        js_decorators(p);
    m.start = p->t.pos;
    if (js_at(p, JT_static) && js_peek(p).kind == '{') {
        js_next(p);
        js_function_body(p, p->flags & JF_AMBIENT);
        b->open = false;
        return;
    }
    modifiers(p, &m);
    if (js_at(p, '[') && js_at_index_signature(p)) {
        uint32_t quiet = p->quiet;
        p->quiet++;
        js_index_signature(p);
        js_semicolon(p);
        p->quiet = quiet;
        erase_member(p, &m, b);
        return;
    }
    named_member(p, &m, b);
}

static void heritage(js_strip *p)
{
    if (js_accept(p, JT_extends)) {
        js_lhs(p, false);
        if (js_rescan_less(p)) {
            uint32_t start = p->t.pos;
            p->quiet++;
            js_type_args(p);
            p->quiet--;
            js_blank(p, start, p->prev_end);
        }
    }
    if (!js_at(p, JT_implements))
        return;
    uint32_t start = p->t.pos;
    p->quiet++;
    js_next(p);
    do
        js_type_reference(p);
    while (js_accept(p, ','));
    p->quiet--;
    js_blank(p, start, p->prev_end);
}

static void class_body(js_strip *p)
{
    body b = {false};
    js_expect(p, '{');
    while (!js_at(p, '}') && !js_at(p, JT_EOF)) {
        if (js_accept(p, ';'))
            b.open = false;
        else
            class_member(p, &b);
    }
    js_expect(p, '}');
}

void js_class(js_strip *p)
{
    uint8_t flags = p->flags;
    if (!js_enter(p))
        return;
    p->flags = (uint8_t)(flags & ~JF_HEAD);
    js_expect(p, JT_class);
    if (js_is_ident(p->t.kind) && !(js_at(p, JT_implements) && js_is_word(js_peek(p).kind)))
        js_next(p);
    if (js_at(p, '<'))
        js_blank_type_params(p);
    heritage(p);
    class_body(p);
    p->flags = flags;
    js_leave(p);
}
