/* Functions, their parameters, and binding patterns (ECMAScript 14.3.3, 15). */
#include "js/strip_int.h"

static void object_pattern(js_strip *p)
{
    while (!js_at(p, '}') && !js_at(p, JT_EOF)) {
        if (js_accept(p, JT_DOTS)) {
            js_binding(p);
        } else {
            js_prop_name(p);
            if (js_accept(p, ':'))
                js_binding(p);
            if (js_accept(p, '='))
                js_assign(p, true);
        }
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, '}');
}

static void array_pattern(js_strip *p)
{
    while (!js_at(p, ']') && !js_at(p, JT_EOF)) {
        if (js_accept(p, ','))
            continue;
        js_accept(p, JT_DOTS);
        js_binding(p);
        if (js_accept(p, '='))
            js_assign(p, true);
        if (!js_at(p, ',') && !js_at(p, ']'))
            break;
    }
    js_expect(p, ']');
}

void js_binding(js_strip *p)
{
    if (!js_enter(p))
        return;
    uint8_t flags = p->flags;
    p->flags = (uint8_t)(flags & ~JF_HEAD);
    if (js_accept(p, '{'))
        object_pattern(p);
    else if (js_accept(p, '['))
        array_pattern(p);
    else
        js_ident(p);
    p->flags = flags;
    js_leave(p);
}

static bool at_param_modifier(js_strip *p)
{
    uint8_t k = p->t.kind;
    if (k != JT_public && k != JT_private && k != JT_protected && k != JT_readonly &&
        k != JT_override)
        return false;
    uint8_t next = js_peek(p).kind;
    return js_is_ident(next) || next == '{' || next == '[';
}

/* this: T and the comma after it */
static void this_param(js_strip *p)
{
    uint32_t start = p->t.pos, quiet = p->quiet;
    p->quiet++;
    js_next(p);
    if (js_accept(p, ':'))
        js_type(p);
    js_accept(p, ',');
    p->quiet = quiet;
    js_blank(p, start, p->prev_end);
}

static void param(js_strip *p, bool constructor)
{
    if (js_at(p, '@'))
        js_decorators(p);
    bool modified = false;
    while (at_param_modifier(p)) {
        modified = true;
        js_next(p);
    }
    uint32_t start = p->t.pos;
    js_accept(p, JT_DOTS);
    js_binding(p);
    if (js_at(p, '?')) {
        js_blank(p, p->t.pos, p->t.end);
        js_next(p);
    }
    if (js_at(p, ':'))
        js_blank_annotation(p, false);
    if (js_accept(p, '='))
        js_assign(p, true);
    if (modified && !constructor)
        js_fail(p, "A parameter property is only allowed in a constructor implementation");
    if (modified && !p->quiet)
        js_unsupported(p, start, p->prev_end,
                       "TypeScript parameter property is not supported in strip-only mode");
}

void js_params(js_strip *p, bool constructor)
{
    uint8_t flags = p->flags;
    p->flags = (uint8_t)(flags & ~JF_HEAD);
    js_expect(p, '(');
    if (js_at(p, JT_this))
        this_param(p);
    while (!js_at(p, ')') && !js_at(p, JT_EOF)) {
        param(p, constructor);
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, ')');
    p->flags = flags;
}

void js_function_body(js_strip *p, uint8_t flags)
{
    uint8_t outer = p->flags;
    if (!js_enter(p))
        return;
    p->flags = (uint8_t)((flags & (JF_AWAIT | JF_YIELD | JF_AMBIENT)) | JF_FUNC);
    js_block(p);
    p->flags = outer;
    js_leave(p);
}

bool js_signature(js_strip *p, uint8_t flags, bool constructor)
{
    uint8_t outer = p->flags;
    if (js_at(p, '<'))
        js_blank_type_params(p);
    p->flags = (uint8_t)(flags | (outer & JF_AMBIENT));
    js_params(p, constructor);
    p->flags = outer;
    if (js_at(p, ':'))
        js_blank_annotation(p, true);
    if (!js_at(p, '{'))
        return false;
    if (outer & JF_AMBIENT)
        js_fail(p, "An implementation cannot be declared in ambient contexts");
    js_function_body(p, (uint8_t)(flags | (outer & JF_AMBIENT)));
    return true;
}

bool js_function(js_strip *p, bool is_async)
{
    js_next(p);
    uint8_t flags = (uint8_t)(JF_FUNC | (is_async ? JF_AWAIT : 0));
    if (js_accept(p, '*'))
        flags |= JF_YIELD;
    if (js_is_ident(p->t.kind))
        js_next(p);
    return js_signature(p, flags, false);
}
