/* Declarations: those of TypeScript alone, and imports and exports (ECMAScript 16.2). */
#include "js/strip_int.h"

js_start js_start_here(const js_strip *p)
{
    return (js_start){.pos = p->t.pos, .prev_pos = p->prev_pos, .prev_kind = p->prev_kind};
}

/* Blank a statement, from `at` to the last token read.  What follows must not go on with what
 * stood before. */
void js_erase(js_strip *p, js_start at)
{
    js_blank(p, at.pos, p->prev_end);
    switch (p->t.kind) {
    case '(':
    case '[':
    case '+':
    case '-':
    case '/':
    case '<': /* of an arrow function: its ( is what stays */
    case JT_TEMPLATE:
    case JT_TEMPLATE_HEAD:
        break;
    case JT_ASSIGN:
        if (p->src[p->t.pos] == '/')
            break;
        return;
    default:
        return;
    }
    if (at.pos == p->first)
        return;
    js_poke(p, at.prev_kind == ';' ? at.prev_pos : at.pos, ';');
}

static js_kept erased(js_strip *p, js_start at, js_kept kept)
{
    js_erase(p, at);
    return kept;
}

static void interface(js_strip *p)
{
    uint32_t quiet = p->quiet;
    p->quiet++;
    js_next(p);
    js_ident(p);
    if (js_at(p, '<'))
        js_blank_type_params(p);
    if (js_accept(p, JT_extends)) {
        do
            js_type_reference(p);
        while (js_accept(p, ','));
    }
    js_type_members(p);
    p->quiet = quiet;
}

static void type_alias(js_strip *p)
{
    uint32_t quiet = p->quiet;
    p->quiet++;
    js_next(p);
    js_ident(p);
    if (js_at(p, '<'))
        js_blank_type_params(p);
    js_expect(p, '=');
    js_type(p);
    js_semicolon(p);
    p->quiet = quiet;
}

static js_kept enumeration(js_strip *p)
{
    uint32_t start = p->t.pos;
    bool refused = p->unsupported;
    if (js_at(p, JT_const))
        js_next(p);
    js_next(p);
    js_ident(p);
    js_expect(p, '{');
    while (!js_at(p, '}') && !js_at(p, JT_EOF)) {
        js_prop_name(p);
        if (js_accept(p, '='))
            js_assign(p, true);
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, '}');
    p->unsupported = refused;
    js_unsupported(p, start, p->prev_end, "TypeScript enum is not supported in strip-only mode");
    return JK_ERASED;
}

/* `module X` is old for `namespace X`, even under declare. */
static void refuse_module(js_strip *p, uint32_t start, uint32_t end)
{
    uint8_t flags = p->flags;
    if (p->module_word)
        return;
    p->flags = (uint8_t)(flags & ~JF_AMBIENT);
    p->unsupported = false;
    js_unsupported(p, start, end, "`module` keyword is not supported. Use `namespace` instead.");
    p->module_word = p->unsupported;
    p->flags = flags;
}

/* Are all its statements types? */
static bool namespace_body(js_strip *p)
{
    bool types = true;
    js_expect(p, '{');
    while (!js_at(p, '}') && !js_at(p, JT_EOF))
        types &= js_statement(p) == JK_TYPES;
    js_expect(p, '}');
    return types;
}

/* At namespace, module or global.  A module with a name in quotes only describes. */
static js_kept namespace(js_strip *p, js_start at)
{
    uint32_t start = p->t.pos;
    bool module = js_at(p, JT_module), described = js_at(p, JT_global);
    js_next(p);
    uint32_t name_end = p->t.end;
    if (!described) {
        described = js_accept(p, JT_STRING);
        if (!described)
            js_ident(p);
        module &= !described;
        while (!described && js_accept(p, '.'))
            js_ident(p);
    }
    if (described && !js_at(p, '{')) {
        js_semicolon(p);
        return erased(p, at, JK_ERASED);
    }
    uint8_t flags = p->flags;
    if (described)
        p->flags |= JF_AMBIENT;
    bool refused = p->unsupported;
    bool types = namespace_body(p);
    p->flags = flags;
    if (module)
        refuse_module(p, start, name_end);
    if (types || described)
        return erased(p, at, types ? JK_TYPES : JK_ERASED);
    p->unsupported = refused || p->module_word; /* what is within is not told */
    js_unsupported(p, start, p->prev_end,
                   "TypeScript namespace declaration is not supported in strip-only mode");
    return JK_ERASED;
}

static js_kept function(js_strip *p, js_start at)
{
    bool is_async = js_accept(p, JT_async);
    uint32_t quiet = p->quiet;
    if (js_function(p, is_async))
        return JK_KEPT;
    js_semicolon(p);
    p->quiet = quiet;
    return erased(p, at, JK_ERASED);
}

static bool at_word_pair(js_strip *p, bool string_too)
{
    js_tok next = js_peek(p);
    return !next.nl && (js_is_ident(next.kind) || (string_too && next.kind == JT_STRING));
}

/* declare: is what follows a declaration? */
static bool at_declare(js_strip *p)
{
    js_tok next = js_peek(p);
    if (next.nl)
        return false;
    switch (next.kind) {
    case JT_var:
    case JT_let:
    case JT_const:
    case JT_function:
    case JT_class:
    case JT_enum:
    case JT_abstract:
    case JT_interface:
    case JT_type:
    case JT_namespace:
    case JT_module:
    case JT_global:
    case JT_async:
    case JT_using:
        return true;
    default:
        return false;
    }
}

static bool at_plain_var(const js_strip *p)
{
    return js_at(p, JT_var) || js_at(p, JT_let) || js_at(p, JT_const) || js_at(p, JT_using);
}

static js_kept declare(js_strip *p, js_start at)
{
    uint32_t quiet = p->quiet;
    uint8_t flags = p->flags;
    js_next(p);
    p->quiet++;
    p->flags |= JF_AMBIENT;
    if (js_at(p, JT_global)) {
        namespace(p, at);
    } else if (js_declaration(p, at) == JK_OTHER) {
        if (!at_plain_var(p))
            js_unexpected(p);
        js_next(p);
        js_var(p);
        js_semicolon(p);
    }
    p->flags = flags;
    p->quiet = quiet;
    return erased(p, at, JK_ERASED);
}

static js_kept abstract_class(js_strip *p)
{
    js_blank(p, p->t.pos, p->t.end);
    js_next(p);
    js_class(p);
    return JK_KEPT;
}

js_kept js_declaration(js_strip *p, js_start at)
{
    switch (p->t.kind) {
    case '@':
        js_decorators(p);
        if (js_at(p, JT_export))
            return js_export(p);
        if (js_at(p, JT_abstract))
            return abstract_class(p);
        if (js_at(p, JT_enum))
            return enumeration(p);
        js_class(p);
        return JK_KEPT;
    case JT_function:
        return function(p, at);
    case JT_async: {
        js_tok next = js_peek(p);
        return next.kind == JT_function && !next.nl ? function(p, at) : JK_OTHER;
    }
    case JT_class:
        js_class(p);
        return JK_KEPT;
    case JT_enum:
        return enumeration(p);
    case JT_const:
        return js_peek(p).kind == JT_enum ? enumeration(p) : JK_OTHER;
    case JT_abstract: {
        js_tok next = js_peek(p);
        return next.kind == JT_class && !next.nl ? abstract_class(p) : JK_OTHER;
    }
    case JT_interface:
        if (!at_word_pair(p, false))
            return JK_OTHER;
        interface(p);
        return erased(p, at, JK_TYPES);
    case JT_type:
        if (!at_word_pair(p, false))
            return JK_OTHER;
        type_alias(p);
        return erased(p, at, JK_TYPES);
    case JT_namespace:
    case JT_module:
        return at_word_pair(p, true) ? namespace(p, at) : JK_OTHER;
    case JT_global:
        return (p->flags & JF_AMBIENT) && js_peek(p).kind == '{' ? namespace(p, at) : JK_OTHER;
    case JT_declare:
        return at_declare(p) ? declare(p, at) : JK_OTHER;
    default:
        return JK_OTHER;
    }
}

/* ---- import and export ---- */

static bool at_export_name(const js_strip *p)
{
    return js_is_word(p->t.kind) || js_at(p, JT_STRING);
}

static void export_name(js_strip *p)
{
    if (at_export_name(p))
        js_next(p);
    else
        js_fail(p, "Expected ident");
}

/* From the word `type` on: { type }, { type as x } and { type as as x } import that name;
 * { type x }, { type as } and { type as as } are types. */
static bool type_specifier(js_strip *p)
{
    js_next(p);
    if (!js_accept(p, JT_as)) {
        if (!at_export_name(p))
            return false;
        js_next(p);
        if (js_accept(p, JT_as))
            export_name(p);
        return true;
    }
    if (!js_accept(p, JT_as)) {
        if (!at_export_name(p))
            return true; /* type as */
        js_next(p);
        return false; /* type as x */
    }
    if (!at_export_name(p))
        return false; /* type as as */
    js_next(p);
    return true; /* type as as x */
}

static void specifiers(js_strip *p)
{
    js_expect(p, '{');
    while (!js_at(p, '}') && !js_at(p, JT_EOF)) {
        uint32_t start = p->t.pos;
        bool type = false;
        if (js_at(p, JT_type)) {
            type = type_specifier(p);
        } else {
            export_name(p);
            if (js_accept(p, JT_as))
                export_name(p);
        }
        bool more = js_accept(p, ',');
        if (type)
            js_blank(p, start, p->prev_end);
        if (!more)
            break;
    }
    js_expect(p, '}');
}

static void attributes(js_strip *p)
{
    if (!js_accept(p, JT_with)) {
        if (p->t.nl || !js_is_ident(p->t.kind) || js_peek(p).kind != '{')
            return;
        js_next(p); /* assert */
    }
    js_expect(p, '{');
    while (!js_at(p, '}') && !js_at(p, JT_EOF)) {
        js_prop_name(p);
        js_expect(p, ':');
        js_assign(p, true);
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, '}');
}

static void from_clause(js_strip *p)
{
    if (js_at(p, JT_STRING))
        js_next(p);
    else
        js_unexpected(p);
    attributes(p);
    js_semicolon(p);
}

/* After import NAME or import type NAME, at the = */
static js_kept import_equals(js_strip *p, js_start at, bool type)
{
    js_next(p);
    js_ident(p);
    if (js_accept(p, '(')) {
        js_expect(p, JT_STRING);
        js_expect(p, ')');
    }
    while (js_accept(p, '.'))
        js_ident(p);
    js_semicolon(p);
    if (type)
        return erased(p, at, JK_ERASED);
    js_unsupported(p, at.pos, p->prev_end,
                   "TypeScript import equals declaration is not supported in strip-only mode");
    return JK_ERASED;
}

/* `type` as TypeScript reads it: a name if `from`, a comma or = follow. */
static bool at_import_type(js_strip *p)
{
    if (!js_at(p, JT_type))
        return false;
    js_tok a = js_peek(p);
    if (a.kind == '*' || a.kind == '{')
        return true;
    if (!js_is_ident(a.kind))
        return false;
    if (a.kind != JT_from)
        return true;
    uint8_t b = js_scan(p, a.end).kind;
    return b == JT_from || b == '=';
}

static js_kept import_clause(js_strip *p, js_start at)
{
    bool type = at_import_type(p);
    uint32_t quiet = p->quiet;
    p->quiet += type;
    if (type)
        js_next(p);
    if (js_is_ident(p->t.kind)) {
        js_next(p);
        if (js_at(p, '=')) {
            p->quiet = quiet;
            return import_equals(p, at, type);
        }
        if (js_is_ident(p->t.kind) && !js_at(p, JT_from))
            js_next(p); /* import defer x, import source x */
        else if (js_at(p, JT_from) && js_peek(p).kind == JT_from)
            js_next(p);
        js_accept(p, ',');
    }
    if (js_accept(p, '*')) {
        js_expect(p, JT_as);
        js_ident(p);
    } else if (js_at(p, '{')) {
        specifiers(p);
    }
    js_expect(p, JT_from);
    from_clause(p);
    p->quiet = quiet;
    return type ? erased(p, at, JK_ERASED) : JK_KEPT;
}

js_kept js_import(js_strip *p)
{
    js_start at = js_start_here(p);
    uint8_t next = js_peek(p).kind;
    if (next == '(' || next == '.')
        return JK_OTHER;
    js_next(p);
    if (!js_at(p, JT_STRING))
        return import_clause(p, at);
    from_clause(p);
    return JK_KEPT;
}

static js_kept export_default(js_strip *p, js_start at)
{
    js_tok next = js_peek(p);
    switch (p->t.kind) {
    case JT_interface:
        if (next.nl)
            break;
        interface(p);
        return erased(p, at, JK_ERASED);
    case JT_function:
    case JT_class:
    case JT_enum:
    case '@':
        return js_declaration(p, at);
    case JT_async:
        if (next.kind == JT_function && !next.nl)
            return js_declaration(p, at);
        break;
    case JT_abstract:
        if (next.kind == JT_class && !next.nl)
            return js_declaration(p, at);
        break;
    default:
        break;
    }
    js_assign(p, true);
    js_semicolon(p);
    return JK_KEPT;
}

/* export * …, export { … } */
static js_kept export_list(js_strip *p, js_start at, bool type)
{
    uint32_t quiet = p->quiet;
    p->quiet += type;
    if (js_accept(p, '*')) {
        if (js_accept(p, JT_as))
            export_name(p);
        js_expect(p, JT_from);
        from_clause(p);
    } else {
        specifiers(p);
        if (js_accept(p, JT_from))
            from_clause(p);
        else
            js_semicolon(p);
    }
    p->quiet = quiet;
    return type ? erased(p, at, JK_ERASED) : JK_KEPT;
}

static js_kept export_assignment(js_strip *p, js_start at)
{
    js_next(p);
    js_expr(p);
    js_semicolon(p);
    js_unsupported(p, at.pos, p->prev_end,
                   "TypeScript export assignment is not supported in strip-only mode");
    return JK_ERASED;
}

js_kept js_export(js_strip *p)
{
    js_start at = js_start_here(p);
    js_next(p);
    if (js_accept(p, JT_default))
        return export_default(p, at);
    if (js_at(p, '*') || js_at(p, '{'))
        return export_list(p, at, false);
    if (js_at(p, '='))
        return export_assignment(p, at);
    if (js_at(p, JT_import)) {
        js_next(p);
        bool type = at_import_type(p);
        if (type)
            js_next(p);
        js_ident(p);
        return import_equals(p, at, type);
    }
    if (js_accept(p, JT_as)) { /* export as namespace X */
        js_expect(p, JT_namespace);
        js_ident(p);
        js_semicolon(p);
        return erased(p, at, JK_ERASED);
    }
    if (js_at(p, JT_type)) {
        uint8_t next = js_peek(p).kind;
        if (next == '{' || next == '*') {
            js_next(p);
            return export_list(p, at, true);
        }
    }
    js_kept kept = js_declaration(p, at);
    if (kept != JK_OTHER)
        return kept;
    if (!at_plain_var(p))
        js_unexpected(p);
    js_next(p);
    js_var(p);
    js_semicolon(p);
    return JK_KEPT;
}
