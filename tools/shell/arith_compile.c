/* Arithmetic expressions to code: precedence climbing, C's operators and `**`. */
#include "shell/arith_int.h"
#include "shell/parse.h"

enum { MAX_DEPTH = 1000, MAX_CODE = 1 << 20 };

/* Tokens: single characters are themselves. */
enum {
    K_END,
    K_NUMBER = 256,
    K_NAME,
    K_PARAM,
    K_INCREMENT,
    K_DECREMENT,
    K_AND_AND,
    K_OR_OR,
    K_ASSIGN_OP, /* op= : .op says which */
    K_BINARY,    /* .op, .level */
};

typedef struct compiler {
    bx_str text;
    size_t pos;   /* behind the token */
    size_t start; /* of the token; of the last one at the end */
    int tok, last;
    uint8_t op, level;
    int64_t number;
    sh_arith_var *var;
    sh_arena *arena;
    sh_param *const *params;
    uint32_t n_params, next_param;
    arith_code *code;
    size_t n, cap;
    uint32_t depth, max_depth;
    int nesting;
    bool failed;
    sh_arith_error *err;
} compiler;

void sh_arith_fail(sh_arith_error *err, bx_str text, const char *what, size_t at)
{
    size_t from = 0;
    while (from < text.n && strchr(" \t\n", text.p[from]))
        from++;
    const char *mid = " (error token is \"";
    size_t w = strlen(what), m = strlen(mid), head = text.n - from,
           tail = at < text.n ? text.n - at : 0;
    char *s = sh_alloc(head + 2 + w + m + tail + 3), *d = s;
    memcpy(d, text.p + from, head);
    d += head;
    memcpy(d, ": ", 2);
    memcpy(d + 2, what, w);
    memcpy(d + 2 + w, mid, m);
    d += 2 + w + m;
    if (tail)
        memcpy(d, text.p + at, tail);
    memcpy(d + tail, "\")", 2);
    free((void *)(uintptr_t)err->text.p);
    err->text = (bx_str){s, (size_t)(d - s) + tail + 2};
}

static void fail(compiler *c, const char *what)
{
    if (!c->failed && c->err)
        sh_arith_fail(c->err, c->text, what, c->start);
    c->failed = true;
    c->tok = K_END;
}

/* ---- tokens */

static int at(const compiler *c, size_t i)
{
    return i < c->text.n ? (unsigned char)c->text.p[i] : 0;
}
static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_alpha(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static int digit_value(int c, uint64_t base)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return base <= 36 ? c - 'A' + 10 : c - 'A' + 36;
    return c == '@' ? 62 : c == '_' ? 63 : -1;
}

/* A bad number: bash cuts the expression behind it. */
static void fail_number(compiler *c, const char *what)
{
    size_t i = c->start;
    while (is_digit(at(c, i)) || is_alpha(at(c, i)) || at(c, i) == '#' || at(c, i) == '@')
        i++;
    c->text.n = i;
    fail(c, what);
}

static void number(compiler *c)
{
    size_t i = c->pos;
    uint64_t base = 10, v = 0;
    bool given = false;
    if (at(c, i) == '0' && i + 1 < c->text.n) {
        if ((at(c, i + 1) | 32) == 'x') {
            base = 16;
            i += 2;
            given = true; /* "0x" alone is 0 */
        } else if (is_digit(at(c, i + 1))) {
            base = 8;
            i++;
        }
    }
    size_t digits = i;
    for (;; i++) {
        int ch = at(c, i);
        if (ch == '#' && !given && i > digits) {
            if (v < 2 || v > 64 || base == 8) {
                fail_number(c, base == 8 ? "invalid number" : "invalid arithmetic base");
                return;
            }
            base = v;
            v = 0;
            given = true;
            digits = i + 1;
            if (digit_value(at(c, i + 1), base) < 0) {
                fail_number(c, "invalid integer constant");
                return;
            }
            continue;
        }
        int d = digit_value(ch, base);
        if (ch == '#' && given && base != 16)
            fail_number(c, "invalid number");
        if (d < 0 || ch == 0)
            break;
        if ((uint64_t)d >= base) {
            fail_number(c, "value too great for base");
            return;
        }
        v = v * base + (uint64_t)d;
    }
    c->pos = i;
    c->number = (int64_t)v;
    c->tok = K_NUMBER;
}

/* The subscript's text as a word: quotes removed, ARITH_PARAM_BYTE replaced by its parameter. */
static sh_arith_text *subscript(compiler *c, size_t from, size_t to)
{
    bx_str s0 = {c->text.p + from, to - from};
    if (memchr(s0.p, '$', s0.n) || memchr(s0.p, '`', s0.n))
        return sh_parse_subscript(s0, c->arena); /* expanded once more, as bash does */
    sh_arith_text *t = sh_arena_alloc(c->arena, sizeof *t);
    sh_word *w = sh_arena_alloc(c->arena, sizeof *w);
    uint32_t n = 1;
    for (size_t i = from; i < to; i++)
        n += at(c, i) == ARITH_PARAM_BYTE ? 2 : 0;
    w->parts = sh_arena_alloc(c->arena, n * sizeof *w->parts);
    w->raw = sh_arena_str(c->arena, c->text.p + from, to - from);
    char *s = sh_arena_alloc(c->arena, to - from + n + 1);
    size_t used = 0, begun = 0;
    char quote = 0;
    w->flags = SH_WORD_LITERAL;
    for (size_t i = from; i <= to; i++) {
        char ch = i < to ? c->text.p[i] : '\0';
        if (i == to || ch == ARITH_PARAM_BYTE) {
            if (used > begun || (i == to && !w->n_parts))
                w->parts[w->n_parts++] = (sh_part){
                    .kind = SH_PART_TEXT, .flags = SH_QUOTED, .text = {s + begun, used - begun}};
            s[used++] = '\0';
            begun = used;
            if (i < to && c->next_param < c->n_params) {
                w->parts[w->n_parts++] = (sh_part){
                    .kind = SH_PART_PARAM, .flags = SH_QUOTED, .param = c->params[c->next_param++]};
                w->flags = SH_WORD_EXPANDS;
            }
        } else if (!quote && (ch == '\'' || ch == '"')) {
            quote = ch;
        } else if (ch == quote && quote) {
            quote = 0;
        } else if (ch == '\\' && quote != '\'' && i + 1 < to) {
            s[used++] = c->text.p[++i];
        } else {
            s[used++] = ch;
        }
    }
    t->word = w;
    t->arena = c->arena;
    return t;
}

static void name(compiler *c)
{
    size_t i = c->pos, from = i;
    while (is_alpha(at(c, i)) || is_digit(at(c, i)))
        i++;
    c->var = sh_arena_alloc(c->arena, sizeof *c->var);
    c->var->name = sh_arena_str(c->arena, c->text.p + from, i - from);
    c->tok = K_NAME;
    c->pos = i;
    if (at(c, i) == ARITH_PARAM_BYTE) {
        fail(c, "syntax error in expression");
        return;
    }
    if (at(c, i) != '[')
        return;
    int nest = 0;
    char quote = 0;
    for (; i < c->text.n; i++) {
        int ch = at(c, i);
        if (quote)
            quote = ch == quote ? 0 : quote;
        else if (ch == '\'' || ch == '"')
            quote = (char)ch;
        else if (ch == '\\')
            i++;
        else if (ch == '[')
            nest++;
        else if (ch == ']' && --nest == 0)
            break;
    }
    if (i >= c->text.n || i == c->pos + 1) {
        fail(c, "bad array subscript");
        return;
    }
    c->var->index = subscript(c, c->pos + 1, i);
    c->pos = i + 1;
}

static const struct {
    char text[3];
    uint8_t op, level;
} binaries[] = {
    {"**", A_POWER, 11}, {"<<", A_SHL, 8}, {">>", A_SHR, 8}, {"<=", A_LE, 7},  {">=", A_GE, 7},
    {"==", A_EQ, 6},     {"!=", A_NE, 6},  {"*", A_MUL, 10}, {"/", A_DIV, 10}, {"%", A_MOD, 10},
    {"+", A_ADD, 9},     {"-", A_SUB, 9},  {"<", A_LT, 7},   {">", A_GT, 7},   {"&", A_AND, 5},
    {"^", A_XOR, 4},     {"|", A_OR, 3},
};

static bool assignable(uint8_t op)
{
    return op == A_MUL || op == A_DIV || op == A_MOD || op == A_ADD || op == A_SUB || op == A_SHL ||
           op == A_SHR || op == A_AND || op == A_XOR || op == A_OR;
}

static void operator_token(compiler *c)
{
    int ch = at(c, c->pos), next = at(c, c->pos + 1);
    c->tok = ch;
    if ((ch == '+' || ch == '-') && next == ch) {
        /* ++x and x++, but 1 + +2 and 1 - -2 */
        size_t i = c->pos + 2;
        while (at(c, i) && strchr(" \t\n", at(c, i)))
            i++;
        if (c->last == K_NAME || is_alpha(at(c, i))) {
            c->tok = ch == '+' ? K_INCREMENT : K_DECREMENT;
            c->pos += 2;
            return;
        }
    }
    if ((ch == '&' || ch == '|') && next == ch) {
        c->tok = ch == '&' ? K_AND_AND : K_OR_OR;
        c->pos += 2;
        return;
    }
    for (size_t i = 0; i < BX_COUNT(binaries); i++) {
        size_t n = binaries[i].text[1] ? 2 : 1;
        if (ch != binaries[i].text[0] || (n == 2 && next != binaries[i].text[1]))
            continue;
        c->op = binaries[i].op;
        c->level = binaries[i].level;
        c->pos += n;
        c->tok = K_BINARY;
        if (at(c, c->pos) == '=' && at(c, c->pos + 1) != '=' && assignable(c->op)) {
            c->tok = K_ASSIGN_OP;
            c->pos++;
        }
        return;
    }
    if (!strchr("()!~?:=,", ch)) {
        bool operand = c->last == K_NUMBER || c->last == K_NAME || c->last == K_PARAM;
        fail(c, operand ? "syntax error: invalid arithmetic operator"
                        : "syntax error: operand expected");
    }
    c->pos++;
}

static void next(compiler *c)
{
    c->last = c->tok;
    if (c->failed)
        return;
    while (at(c, c->pos) && strchr(" \t\n\r", at(c, c->pos)))
        c->pos++;
    int ch = at(c, c->pos);
    if (ch == 0) {
        c->tok = K_END;
        return;
    }
    c->start = c->pos;
    if (is_digit(ch)) {
        number(c);
    } else if (is_alpha(ch)) {
        name(c);
    } else if (ch == ARITH_PARAM_BYTE && c->next_param < c->n_params) {
        c->tok = K_PARAM;
        c->number = c->next_param++;
        c->pos++;
        int after = at(c, c->pos), before = c->pos > 1 ? at(c, c->pos - 2) : 0;
        if (is_digit(after) || is_alpha(after) || after == ARITH_PARAM_BYTE || after == '#' ||
            after == '[' || is_digit(before) || before == '#')
            fail(c, "syntax error in expression");
    } else {
        operator_token(c);
    }
}

/* ---- code */

static size_t emit(compiler *c, arith_op op, uint32_t aux)
{
    if (c->n == c->cap) {
        c->cap = c->cap * 2 + 16;
        c->code = sh_realloc(c->code, c->cap * sizeof *c->code);
    }
    if (c->n >= MAX_CODE)
        fail(c, "expression too long");
    c->code[c->n] = (arith_code){.op = (uint8_t)op, .aux = aux};
    if (op <= A_LOAD || op == A_PRE || op == A_POST)
        c->depth++;
    if (op >= A_MUL || op == A_POP || op == A_FALSE || op == A_TRUE)
        c->depth--;
    if (c->depth > c->max_depth)
        c->max_depth = c->depth;
    return c->n < MAX_CODE ? c->n++ : 0;
}

static void emit_var(compiler *c, arith_op op, sh_arith_var *var, uint32_t aux)
{
    size_t i = emit(c, op, aux);
    c->code[i].var = var;
}

static void emit_value(compiler *c, arith_op op, int64_t v)
{
    size_t i = emit(c, op, 0);
    c->code[i].value = v;
}

static void here(compiler *c, size_t jump) { c->code[jump].aux = (uint32_t)c->n; }

static void comma(compiler *c);
static void assignment(compiler *c);
static void binary(compiler *c, int level);

static bool enter(compiler *c)
{
    if (++c->nesting > MAX_DEPTH)
        fail(c, "expression recursion level exceeded");
    return !c->failed;
}

static void variable(compiler *c)
{
    sh_arith_var *var = c->var;
    next(c);
    if (c->tok == K_INCREMENT || c->tok == K_DECREMENT) {
        emit_var(c, A_POST, var, c->tok == K_DECREMENT);
        next(c);
        c->last = K_END; /* what is before is no variable any more */
        return;
    }
    emit_var(c, A_LOAD, var, 0);
}

static void primary(compiler *c)
{
    switch (c->tok) {
    case K_NUMBER:
        emit_value(c, A_PUSH, c->number);
        next(c);
        return;
    case K_PARAM:
        emit_value(c, A_PARAM, c->number);
        next(c);
        return;
    case K_NAME:
        variable(c);
        return;
    case '(':
        next(c);
        comma(c);
        if (!c->failed && c->tok != ')') {
            fail(c, "missing `)'");
            return;
        }
        next(c);
        return;
    case K_INCREMENT:
    case K_DECREMENT: {
        bool down = c->tok == K_DECREMENT;
        next(c);
        if (c->failed)
            return;
        if (c->tok != K_NAME) {
            fail(c, "identifier expected after pre-increment or pre-decrement");
            return;
        }
        emit_var(c, A_PRE, c->var, down);
        next(c);
        return;
    }
    default:
        fail(c, "syntax error: operand expected");
        return;
    }
}

static void unary(compiler *c)
{
    if (!enter(c)) {
        c->nesting--;
        return;
    }
    int tok = c->tok;
    bool sign = tok == K_BINARY && (c->op == A_ADD || c->op == A_SUB);
    if (tok == '!' || tok == '~' || sign) {
        uint8_t op = c->op;
        next(c);
        unary(c);
        if (!sign)
            emit(c, tok == '!' ? A_NOT : A_INVERT, 0);
        else if (op == A_SUB)
            emit(c, A_NEGATE, 0);
    } else {
        primary(c);
    }
    c->nesting--;
}

static void binary(compiler *c, int level)
{
    if (!enter(c)) {
        c->nesting--;
        return;
    }
    unary(c);
    while (!c->failed && c->tok == K_BINARY && c->level >= level) {
        uint8_t op = c->op, of = c->level;
        next(c);
        uint32_t operand = (uint32_t)c->start;
        binary(c, op == A_POWER ? of : of + 1);
        if (op == A_POWER)
            operand = (uint32_t)c->start;
        emit(c, (arith_op)op, operand);
    }
    c->nesting--;
}

/* a && b, a || b: levels 2 and 1. */
static void logical(compiler *c, bool or)
{
    if (or)
        logical(c, false);
    else
        binary(c, 3);
    while (!c->failed && c->tok == (or ? K_OR_OR : K_AND_AND)) {
        size_t skip = emit(c, or ? A_TRUE : A_FALSE, 0);
        next(c);
        if (or)
            logical(c, false);
        else
            binary(c, 3);
        emit(c, A_BOOL, 0);
        size_t end = emit(c, A_JUMP, 0);
        here(c, skip);
        c->depth--;
        emit_value(c, A_PUSH, or);
        here(c, end);
    }
}

static void conditional(compiler *c)
{
    if (!enter(c)) {
        c->nesting--;
        return;
    }
    logical(c, true);
    if (!c->failed && c->tok == '?') {
        size_t otherwise = emit(c, A_FALSE, 0);
        next(c);
        if (c->tok == K_END || c->tok == ':')
            fail(c, "expression expected");
        comma(c);
        if (!c->failed && c->tok != ':')
            fail(c, "`:' expected for conditional expression");
        size_t end = emit(c, A_JUMP, 0);
        here(c, otherwise);
        c->depth--;
        next(c);
        if (c->tok == K_END)
            fail(c, "expression expected");
        conditional(c);
        here(c, end);
    }
    c->nesting--;
}

static void assignment(compiler *c)
{
    if (!enter(c)) {
        c->nesting--;
        return;
    }
    size_t from = c->n;
    int first = c->tok;
    conditional(c);
    if (!c->failed && (c->tok == '=' || c->tok == K_ASSIGN_OP)) {
        bool compound = c->tok == K_ASSIGN_OP;
        uint8_t op = c->op;
        if (c->n != from + 1 || c->code[from].op != A_LOAD || first != K_NAME ||
            c->last != K_NAME) {
            fail(c, "attempted assignment to non-variable");
        } else {
            sh_arith_var *var = c->code[from].var;
            if (!compound) {
                c->n--;
                c->depth--;
            }
            next(c);
            if (c->tok == K_END)
                fail(c, "syntax error: operand expected");
            assignment(c);
            if (compound)
                emit(c, (arith_op)op, (uint32_t)c->start);
            emit_var(c, A_STORE, var, 0);
        }
    }
    c->nesting--;
}

static void comma(compiler *c)
{
    assignment(c);
    while (!c->failed && c->tok == ',') {
        emit(c, A_POP, 0);
        next(c);
        assignment(c);
    }
}

sh_arith *sh_arith_compile(bx_str text, sh_param *const *params, uint32_t n_params, sh_arena *arena,
                           sh_arith_error *err)
{
    compiler c = {.text = text, .arena = arena, .params = params, .n_params = n_params, .err = err};
    next(&c);
    if (!c.failed && c.tok == K_END)
        emit_value(&c, A_PUSH, 0);
    else
        comma(&c);
    if (!c.failed && c.tok != K_END)
        fail(&c, "syntax error in expression");
    sh_arith *a = NULL;
    if (!c.failed) {
        a = sh_arena_alloc(arena, sizeof *a);
        a->text = sh_arena_str(arena, text.p, text.n);
        a->code = sh_arena_alloc(arena, c.n * sizeof *c.code);
        memcpy(a->code, c.code, c.n * sizeof *c.code);
        a->n = (uint32_t)c.n;
        a->depth = c.max_depth;
        a->n_params = n_params;
        for (uint32_t i = 0; i < n_params; i++)
            a->params[i] = params[i];
    }
    free(c.code);
    return a;
}
