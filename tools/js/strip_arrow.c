/* Arrow functions (ECMAScript 15.3), and TypeScript's way of telling them from expressions in
 * parentheses. */
#include "js/strip_int.h"

/* TypeScript's rule: -1 not an arrow function, 1 surely one, 0 to be tried. */
static int at_arrow(js_strip *p)
{
    js_tok t = p->t;
    if (t.kind == JT_async) {
        t = js_peek(p);
        if (t.nl)
            return -1;
    }
    bool generic = t.kind == '<';
    if (!generic && t.kind != '(')
        return -1;
    t = js_scan(p, t.end);
    if (generic)
        return js_is_ident(t.kind) || t.kind == JT_const ? 0 : -1;
    if (t.kind == JT_DOTS)
        return 1;
    if (t.kind == '[' || t.kind == '{')
        return 0;
    if (t.kind == ')') {
        uint8_t k = js_scan(p, t.end).kind;
        return k == JT_ARROW || k == ':' || k == '{' ? 1 : -1;
    }
    if (!js_is_ident(t.kind) && t.kind != JT_this)
        return -1;
    t = js_scan(p, t.end);
    if (t.kind == ':')
        return 1;
    if (t.kind == '?') {
        uint8_t k = js_scan(p, t.end).kind;
        return k == ':' || k == ',' || k == '=' || k == ')' ? 1 : -1;
    }
    return t.kind == ',' || t.kind == '=' || t.kind == ')' ? 0 : -1;
}

void js_arrow_body(js_strip *p, bool is_async, bool return_type_allowed)
{
    uint8_t flags = p->flags;
    p->flags = (uint8_t)((flags & ~(JF_AWAIT | JF_YIELD)) | JF_FUNC | (is_async ? JF_AWAIT : 0));
    if (p->t.nl)
        js_fail(p, "Unexpected line break between arrow head and arrow");
    js_expect(p, JT_ARROW);
    if (js_at(p, '{'))
        js_function_body(p, p->flags);
    else
        js_assign(p, return_type_allowed);
    p->flags = flags;
}

/* A line may not end between ) and =>, so the ) moves to the end of the type. */
static void move_paren(js_strip *p, uint32_t paren, uint32_t type_end)
{
    if (!js_has_newline(p, paren, p->t.pos))
        return;
    js_poke(p, paren, ' ');
    uint32_t i = type_end - 1;
    while (i > paren + 1 && (p->src[i] & 0xc0) == 0x80)
        js_poke(p, i--, ' ');
    js_poke(p, i, ')');
}

static bool arrow_function(js_strip *p, bool sure, bool return_type_allowed)
{
    js_mark m = js_mark_here(p);
    bool is_async = js_accept(p, JT_async), colon = false;
    uint32_t less = p->t.pos;
    bool generic = js_at(p, '<');
    if (generic)
        js_blank_type_params(p);
    /* Nor may one end after async, return, throw and yield: the ( moves to the <. */
    uint32_t paren = p->t.pos;
    if (generic && js_at(p, '(') && (is_async || less == p->restricted) &&
        js_has_newline(p, less, paren)) {
        js_poke(p, less, '(');
        js_poke(p, paren, ' ');
    }
    uint8_t flags = p->flags;
    p->flags = (uint8_t)((flags & ~JF_HEAD) | (is_async ? JF_AWAIT : 0));
    js_params(p, false);
    p->flags = flags;
    paren = p->prev_pos;
    if (js_at(p, ':')) {
        colon = true;
        js_blank_annotation(p, true);
        if (!p->failed)
            move_paren(p, paren, p->prev_end);
    }
    if (sure || (js_at(p, JT_ARROW) && !p->t.nl)) {
        bool checked = colon && !return_type_allowed && !sure;
        js_arrow_body(p, is_async, return_type_allowed || sure);
        if (!checked || js_at(p, ':') || (p->failed && p->error.code == JS_STRIP_LIMIT))
            return true;
    } else if (p->failed && p->error.code == JS_STRIP_LIMIT) {
        return true;
    }
    js_set_bit(p, &p->not_arrow, m.t.pos);
    js_rewind(p, &m);
    return false;
}

bool js_try_arrow(js_strip *p, bool return_type_allowed)
{
    if (!js_at(p, '(') && !js_at(p, '<') && !js_at(p, JT_async))
        return false;
    if (js_at(p, JT_async)) {
        js_tok name = js_peek(p);
        if (!name.nl && js_is_ident(name.kind) && js_scan(p, name.end).kind == JT_ARROW) {
            js_next(p);
            js_next(p);
            js_arrow_body(p, true, return_type_allowed);
            return true;
        }
    }
    if (js_bit(p->not_arrow, p->t.pos))
        return false;
    int sure = at_arrow(p);
    return sure >= 0 && arrow_function(p, sure > 0, return_type_allowed);
}
