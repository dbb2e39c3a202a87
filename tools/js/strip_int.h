/* js/strip_int.h - the parser that js/strip.h runs: what its files share.
 *
 * Nothing is built: the walk over the source blanks as it goes.  After a failure the current token
 * is JT_EOF and stays it, so that every loop ends; whoever was only trying rewinds. */
#ifndef BX_JS_STRIP_INT_H
#define BX_JS_STRIP_INT_H

#include <stdint.h>

#include "js/strip.h"

/* Words, in alphabetical order.  C: contextual, also an identifier.  R: reserved. */
#define JS_STRIP_WORDS(C, R) \
    C(abstract) C(accessor) C(any) C(as) C(asserts) C(async) C(await) C(bigint) C(boolean)        \
    R(break) R(case) R(catch) R(class) R(const) R(continue) R(debugger) C(declare) R(default)     \
    R(delete) R(do) R(else) R(enum) R(export) R(extends) R(false) R(finally) R(for) C(from)       \
    R(function) C(get) C(global) R(if) C(implements) R(import) R(in) C(infer) R(instanceof)       \
    C(interface) C(is) C(keyof) C(let) C(module) C(namespace) C(never) R(new) R(null) C(number)   \
    C(object) C(of) C(out) C(override) C(private) C(protected) C(public) C(readonly) R(return)    \
    C(satisfies) C(set) C(static) C(string) R(super) R(switch) C(symbol) R(this) R(throw)         \
    R(true) R(try) C(type) R(typeof) C(undefined) C(unique) C(unknown) C(using) R(var) R(void)    \
    R(while) R(with) C(yield)

/* A one-character punctuator is its own kind. */
enum {
    JT_EOF = 0,
    JT_BAD = 1, /* not a token; js_strip.bad says why */
    JT_NUMBER,
    JT_STRING,
    JT_TEMPLATE, /* without substitution */
    JT_TEMPLATE_HEAD,
    JT_TEMPLATE_MIDDLE,
    JT_TEMPLATE_TAIL,
    JT_REGEX,
    JT_PRIVATE, /* #name */
    JT_ARROW = 128,
    JT_EQ, /* == != === !== */
    JT_LE,
    JT_GE,
    JT_SHL,
    JT_SHR, /* >> >>> */
    JT_AND,
    JT_OR,
    JT_COALESCE,
    JT_POW,
    JT_INCREMENT, /* ++ -- */
    JT_OPTIONAL,  /* ?. */
    JT_DOTS,
    JT_ASSIGN, /* all but = */
    JT_IDENT,
#define C(w) JT_##w,
#define R(w)
    JS_STRIP_WORDS(C, R)
#undef C
#undef R
#define C(w)
#define R(w) JT_##w,
        JS_STRIP_WORDS(C, R)
#undef C
#undef R
            JT_END,
    JT_RESERVED = JT_break
};
_Static_assert(JT_END <= 256, "kinds fit a byte");

typedef struct js_tok {
    uint32_t pos, end;
    uint8_t kind;
    bool nl; /* a line ends between it and the token before */
} js_tok;

enum {
    JF_AWAIT = 1,                      /* in an async function: await is an operator */
    JF_FUNC = 2,                       /* in a function */
    JF_YIELD = 4,                      /* in a generator */
    JF_NO_IN = 8,                      /* in the head of a for: `in` is no operator */
    JF_NO_COND = 16,                   /* in the extends part of a conditional type */
    JF_AMBIENT = 32,                   /* under declare */
    JF_DECORATOR = 64,                 /* after @: a [ begins the name of a member */
    JF_HEAD = JF_NO_IN | JF_DECORATOR, /* what ends in brackets of any kind */
};

typedef struct js_strip {
    const unsigned char *src;
    unsigned char *out;
    uint32_t n;
    js_tok t;                    /* the current token */
    uint32_t prev_pos, prev_end; /* the token before it */
    uint8_t prev_kind;
    uint8_t flags;
    bool module, failed, unsupported;
    uint8_t words[27];   /* where each first letter starts in the table of words */
    uint16_t depth;      /* of nesting */
    uint32_t quiet;      /* > 0: within what will be blanked as a whole; js_blank does nothing */
    uint32_t high;       /* end of what was blanked */
    uint32_t first;      /* the first token */
    uint32_t restricted; /* the token after return, throw or yield: no line may end before it */
    uint64_t budget;     /* bytes that may yet be read again */
    uint8_t *not_arrow, *not_args; /* bit per byte: what was tried there in vain */
    const char *bad;
    js_strip_error error, refusal; /* when failed, and when unsupported */
    bool module_word; /* the error is about the word `module`, which comes before the others */
} js_strip;

typedef struct js_mark {
    js_tok t;
    uint32_t prev_pos, prev_end;
    uint16_t depth;
    uint8_t prev_kind, flags;
    uint32_t quiet;
    bool unsupported;
} js_mark;

/* strip_lex.c */
js_tok js_scan(js_strip *p, uint32_t pos);
js_tok js_peek(js_strip *p); /* the token after the current one */
void js_next(js_strip *p);
void js_rescan_regex(js_strip *p);
void js_rescan_template(js_strip *p); /* at the } that ends a substitution */
void js_rescan_greater(js_strip *p);  /* > becomes >> >>> >= or an assignment, if it is one */
bool js_rescan_less(js_strip *p);     /* at < or <<: the latter is split.  False: at neither */
bool js_has_newline(const js_strip *p, uint32_t from, uint32_t to);

/* strip.c */
void js_fail(js_strip *p, const char *msg);
void js_fail_limit(js_strip *p, const char *msg);
void js_unexpected(js_strip *p);
void js_unsupported(js_strip *p, uint32_t start, uint32_t end, const char *msg);
bool js_enter(js_strip *p); /* false: too deep, and failed */
void js_leave(js_strip *p);
js_mark js_mark_here(const js_strip *p);
void js_rewind(js_strip *p, const js_mark *m); /* also undoes a failure */
void js_blank(js_strip *p, uint32_t from, uint32_t to);
void js_poke(js_strip *p, uint32_t pos, char c);
bool js_bit(const uint8_t *bits, uint32_t pos);
void js_set_bit(js_strip *p, uint8_t **bits, uint32_t pos);

static inline bool js_at(const js_strip *p, uint8_t kind) { return p->t.kind == kind; }

static inline bool js_is_ident(uint8_t kind) { return kind >= JT_IDENT && kind < JT_RESERVED; }

static inline bool js_is_word(uint8_t kind) { return kind >= JT_IDENT; }

bool js_accept(js_strip *p, uint8_t kind);
void js_expect(js_strip *p, uint8_t kind);
void js_semicolon(js_strip *p);
void js_ident(js_strip *p);
bool js_starts_expr(uint8_t kind);
bool js_is_template(uint8_t kind);

/* strip_type.c: what they read is not blanked unless the name says so. */
void js_type(js_strip *p);
void js_return_type(js_strip *p);
void js_blank_annotation(js_strip *p, bool is_return); /* at : */
void js_blank_type_params(js_strip *p);                /* at < */
void js_type_args(js_strip *p);                        /* at < */
void js_type_reference(js_strip *p);
void js_type_members(js_strip *p); /* at { */
bool js_at_index_signature(js_strip *p);
void js_index_signature(js_strip *p);

/* strip_expr.c */
void js_expr(js_strip *p);
void js_assign(js_strip *p, bool return_type_allowed);
void js_lhs(js_strip *p, bool no_call);
void js_prop_name(js_strip *p);
bool js_at_prop_name(uint8_t kind);
int js_binary_precedence(const js_strip *p, uint8_t kind);

/* strip_arrow.c.  return_type_allowed: see js_assign. */
bool js_try_arrow(js_strip *p, bool return_type_allowed);
void js_arrow_body(js_strip *p, bool is_async, bool return_type_allowed); /* at => */

/* strip_func.c */
void js_params(js_strip *p, bool constructor);
void js_binding(js_strip *p);
bool js_signature(js_strip *p, uint8_t flags, bool constructor); /* from < or (; has it a body? */
void js_function_body(js_strip *p, uint8_t flags);
bool js_function(js_strip *p, bool is_async); /* at `function`; has it a body? */

/* strip_class.c */
void js_class(js_strip *p); /* at `class` */
void js_decorators(js_strip *p);

/* strip_stmt.c */
void js_statements(js_strip *p); /* up to } or the end */
void js_block(js_strip *p);

/* strip_decl.c */
typedef struct js_start {
    uint32_t pos, prev_pos;
    uint8_t prev_kind;
} js_start;

typedef enum js_kept {
    JK_KEPT,
    JK_ERASED,
    JK_TYPES, /* erased, and a namespace of nothing else has no run-time meaning */
    JK_OTHER, /* nothing was read: not such a statement */
} js_kept;

js_start js_start_here(const js_strip *p);
js_kept js_declaration(js_strip *p, js_start at); /* blanks from `at` */
js_kept js_statement(js_strip *p);
void js_var(js_strip *p); /* at the first binding, up to the semicolon */
js_kept js_import(js_strip *p);
js_kept js_export(js_strip *p);
void js_erase(js_strip *p, js_start at);

#endif
