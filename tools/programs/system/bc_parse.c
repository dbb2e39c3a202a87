/* system/bc_parse.c - bc's grammar, to the code that bc_run.c runs. */
#include "bc.h"

typedef struct loop {
    struct loop *outer;
    size_t *breaks, *continues; /* places of jumps to be mended */
    size_t n_breaks, breaks_cap, n_continues, continues_cap;
} loop;

typedef struct parser {
    bc *b;
    bc_code *code;
    bc_func *func; /* that is being defined, or NULL */
    loop *loops;
    unsigned depth;
    bool failed;
    bool array_ok; /* NAME[] may stand here, as a function's argument */
    bool was_array;
} parser;

enum { P_OR = 1, P_AND, P_NOT, P_REL, P_ASSIGN, P_ADD, P_MUL, P_POW, P_MINUS };

/* What an expression was, for whether a statement of it shows its value. */
typedef enum kind { PLAIN, ASSIGNED, CALLED } kind;

static kind expression(parser *p, int least);
static void statement(parser *p);

static void fail(parser *p, const char *what)
{
    if (p->failed)
        return;
    p->failed = true;
    (void)prog_flush(&prog_out);
    prog_writer err = {.fd = 2};
    prog_printf(&err, "%s %u: %s\n", p->b->lex.name, (unsigned)p->b->lex.line, what);
    (void)prog_flush(&err);
    free(err.p);
}

static bool enter(parser *p)
{
    if (++p->depth > BC_NEST_MAX)
        fail(p, "nested too deeply");
    return !p->failed;
}

static bool is(const parser *p, int token) { return !p->failed && p->b->lex.token == token; }
static bool is_word(const parser *p, int word) { return is(p, BC_T_WORD + word); }

static void next(parser *p)
{
    if (!p->failed)
        bc_next(p->b);
}

static bool take(parser *p, int token)
{
    if (!is(p, token))
        return false;
    next(p);
    return true;
}

static void want(parser *p, int token)
{
    if (!take(p, token))
        fail(p, "syntax error");
}

static void emit(parser *p, uint32_t word)
{
    bc_code *c = p->code;
    c->p = prog_grow(c->p, &c->cap, c->n, sizeof *c->p);
    c->p[c->n++] = word;
}

static void emit2(parser *p, bc_op op, size_t operand)
{
    emit(p, op);
    emit(p, (uint32_t)operand);
}

/* A jump to be mended; its place. */
static size_t jump(parser *p, bc_op op)
{
    emit2(p, op, 0);
    return p->code->n - 1;
}

static void mend(parser *p, size_t place) { p->code->p[place] = (uint32_t)p->code->n; }

static bx_str text_of(const parser *p)
{
    const prog_buf *t = &p->b->lex.text;
    return (bx_str){prog_strndup(t->p ? t->p : "", t->n), t->n};
}

static size_t add_text(parser *p)
{
    bc_code *c = p->code;
    c->texts = prog_grow(c->texts, &c->texts_cap, c->n_texts, sizeof *c->texts);
    c->texts[c->n_texts] = text_of(p);
    return c->n_texts++;
}

static void constant(parser *p)
{
    bc_code *c = p->code;
    c->consts = prog_grow(c->consts, &c->consts_cap, c->n_consts, sizeof *c->consts);
    c->consts[c->n_consts] = (bc_const){.text = text_of(p)};
    emit2(p, BC_CONST, c->n_consts++);
    next(p);
}

static uint32_t name_here(parser *p)
{
    const prog_buf *t = &p->b->lex.text;
    uint32_t name = bc_name_of(p->b, (bx_str){t->p, t->n});
    next(p);
    return name;
}

static void call(parser *p, uint32_t name)
{
    prog_buf kinds = {0};
    next(p);
    while (!p->failed && !is(p, ')')) {
        p->array_ok = is(p, BC_T_NAME);
        p->was_array = false;
        (void)expression(p, P_OR);
        prog_buf_putc(&kinds, p->was_array ? 'a' : 'v');
        if (p->was_array && !is(p, ',') && !is(p, ')'))
            fail(p, "syntax error");
        p->was_array = false;
        if (!take(p, ','))
            break;
        if (is(p, ')'))
            fail(p, "syntax error");
    }
    want(p, ')');
    emit2(p, BC_CALL, name);
    emit(p, (uint32_t)kinds.n);
    for (size_t i = 0; i < kinds.n; i++)
        emit(p, (uint32_t)kinds.p[i]);
    prog_buf_free(&kinds);
}

static bc_op op_of(char c)
{
    switch (c) {
    case '+':
        return BC_ADD;
    case '-':
        return BC_SUB;
    case '*':
        return BC_MUL;
    case '/':
        return BC_DIV;
    case '%':
        return BC_MOD;
    default:
        return BC_POW;
    }
}

/* What may follow the name of a variable or element: an assignment, ++ or --.  Its index, if it has
 * one, is on the stack. */
static kind named(parser *p, uint32_t name, bool element)
{
    bc_op load = element ? BC_LOAD_A : BC_LOAD, store = element ? BC_STORE_A : BC_STORE;
    if (is(p, BC_T_ASSIGN)) {
        char op = p->b->lex.text.p[0];
        next(p);
        if (op != '=') {
            if (element)
                emit(p, BC_DUP);
            emit2(p, load, name);
        }
        (void)expression(p, P_ASSIGN);
        if (op != '=')
            emit(p, op_of(op));
        emit2(p, store, name);
        return ASSIGNED;
    }
    if (is(p, BC_T_INC) || is(p, BC_T_DEC)) {
        bc_op op = is(p, BC_T_INC) ? BC_ADD : BC_SUB, back = op == BC_ADD ? BC_SUB : BC_ADD;
        next(p);
        if (element)
            emit(p, BC_DUP);
        emit2(p, load, name);
        emit(p, BC_ONE);
        emit(p, op);
        emit2(p, store, name);
        emit(p, BC_ONE);
        emit(p, back);
        return PLAIN;
    }
    emit2(p, load, name);
    return PLAIN;
}

/* ++ and -- in front */
static void before(parser *p)
{
    bc_op op = is(p, BC_T_INC) ? BC_ADD : BC_SUB;
    next(p);
    uint32_t name;
    bool element = false;
    if (is(p, BC_T_NAME)) {
        name = name_here(p);
        if (take(p, '[')) {
            element = true;
            (void)expression(p, P_OR);
            want(p, ']');
            emit(p, BC_DUP);
        }
    } else {
        switch (p->b->lex.token - BC_T_WORD) {
        case BC_W_IBASE:
            name = BC_IBASE;
            break;
        case BC_W_OBASE:
            name = BC_OBASE;
            break;
        case BC_W_SCALE:
            name = BC_SCALE_VAR;
            break;
        case BC_W_LAST:
            name = BC_LAST;
            break;
        default:
            fail(p, "syntax error");
            return;
        }
        next(p);
    }
    emit2(p, element ? BC_LOAD_A : BC_LOAD, name);
    emit(p, BC_ONE);
    emit(p, op);
    emit2(p, element ? BC_STORE_A : BC_STORE, name);
}

static void function_of_one(parser *p, bc_op op)
{
    want(p, '(');
    (void)expression(p, P_OR);
    want(p, ')');
    emit(p, op);
}

static kind word(parser *p)
{
    int w = p->b->lex.token - BC_T_WORD;
    next(p);
    switch (w) {
    case BC_W_IBASE:
        return named(p, BC_IBASE, false);
    case BC_W_OBASE:
        return named(p, BC_OBASE, false);
    case BC_W_LAST:
        return named(p, BC_LAST, false);
    case BC_W_SCALE:
        if (!is(p, '('))
            return named(p, BC_SCALE_VAR, false);
        function_of_one(p, BC_SCALE);
        return PLAIN;
    case BC_W_LENGTH:
    case BC_W_SQRT:
        function_of_one(p, w == BC_W_SQRT ? BC_SQRT : BC_LENGTH);
        return PLAIN;
    case BC_W_READ:
    case BC_W_RANDOM:
        want(p, '(');
        want(p, ')');
        emit(p, w == BC_W_READ ? BC_READ : BC_RANDOM);
        return PLAIN;
    default:
        fail(p, "syntax error");
        return PLAIN;
    }
}

static kind name_first(parser *p, bool array_ok)
{
    uint32_t name = name_here(p);
    if (is(p, '(')) {
        call(p, name);
        return CALLED;
    }
    if (!take(p, '['))
        return named(p, name, false);
    if (array_ok && take(p, ']')) {
        emit2(p, BC_PUSH_ARRAY, name);
        p->was_array = true;
        return PLAIN;
    }
    (void)expression(p, P_OR);
    want(p, ']');
    return named(p, name, true);
}

static kind primary(parser *p)
{
    bool array_ok = p->array_ok;
    p->array_ok = false;
    if (is(p, BC_T_NUMBER)) {
        constant(p);
        return PLAIN;
    }
    if (is(p, BC_T_NAME))
        return name_first(p, array_ok);
    if (take(p, '-')) {
        (void)expression(p, P_MINUS);
        emit(p, BC_NEGATE);
        return PLAIN;
    }
    if (take(p, '!')) {
        (void)expression(p, P_NOT);
        emit(p, BC_NOT);
        return PLAIN;
    }
    if (is(p, BC_T_INC) || is(p, BC_T_DEC)) {
        before(p);
        return PLAIN;
    }
    if (take(p, '(')) {
        (void)expression(p, P_OR);
        want(p, ')');
        return PLAIN;
    }
    if (!p->failed && p->b->lex.token > BC_T_WORD - 1)
        return word(p);
    fail(p, "syntax error");
    return PLAIN;
}

static int level_of(int token, bc_op *op)
{
    switch (token) {
    case BC_T_OR:
        *op = BC_BOOL;
        return P_OR;
    case BC_T_AND:
        *op = BC_BOOL;
        return P_AND;
    case BC_T_EQ:
        *op = BC_EQ;
        return P_REL;
    case BC_T_NE:
        *op = BC_NE;
        return P_REL;
    case BC_T_LE:
        *op = BC_LE;
        return P_REL;
    case BC_T_GE:
        *op = BC_GE;
        return P_REL;
    case '<':
        *op = BC_LT;
        return P_REL;
    case '>':
        *op = BC_GT;
        return P_REL;
    case '+':
    case '-':
        *op = op_of((char)token);
        return P_ADD;
    case '*':
    case '/':
    case '%':
        *op = op_of((char)token);
        return P_MUL;
    case '^':
        *op = BC_POW;
        return P_POW;
    default:
        return 0;
    }
}

/* a && b, a || b: the second only where it decides. */
static void short_cut(parser *p, bool both, int level)
{
    emit(p, BC_BOOL);
    emit(p, BC_DUP);
    if (!both)
        emit(p, BC_NOT);
    size_t past = jump(p, BC_JUMP_ZERO);
    emit(p, BC_POP);
    (void)expression(p, level + 1);
    emit(p, BC_BOOL);
    mend(p, past);
}

static kind expression(parser *p, int least)
{
    if (!enter(p)) {
        p->depth--;
        return PLAIN;
    }
    kind k = primary(p);
    for (;;) {
        bc_op op = BC_ADD;
        int token = p->failed ? 0 : p->b->lex.token, level = level_of(token, &op);
        if (level == 0 || level < least)
            break;
        if (p->was_array) {
            fail(p, "syntax error");
            break;
        }
        next(p);
        k = PLAIN;
        if (level <= P_AND) {
            short_cut(p, level == P_AND, level);
            continue;
        }
        (void)expression(p, level == P_POW ? level : level + 1);
        emit(p, op);
    }
    p->depth--;
    return k;
}

static void newlines(parser *p)
{
    while (is(p, '\n'))
        next(p);
}

static void add_place(size_t **list, size_t *n, size_t *cap, size_t place)
{
    *list = prog_grow(*list, cap, *n, sizeof **list);
    (*list)[(*n)++] = place;
}

static void leave_loop(parser *p, size_t again)
{
    loop *l = p->loops;
    for (size_t i = 0; i < l->n_breaks; i++)
        mend(p, l->breaks[i]);
    for (size_t i = 0; i < l->n_continues; i++)
        p->code->p[l->continues[i]] = (uint32_t)again;
    free(l->breaks);
    free(l->continues);
    p->loops = l->outer;
}

static void if_statement(parser *p)
{
    want(p, '(');
    (void)expression(p, P_OR);
    want(p, ')');
    size_t past = jump(p, BC_JUMP_ZERO);
    newlines(p);
    statement(p);
    if (is_word(p, BC_W_ELSE)) {
        next(p);
        newlines(p);
        size_t end = jump(p, BC_JUMP);
        mend(p, past);
        statement(p);
        past = end;
    }
    mend(p, past);
}

static void while_statement(parser *p)
{
    size_t again = p->code->n;
    loop l = {.outer = p->loops};
    want(p, '(');
    (void)expression(p, P_OR);
    want(p, ')');
    size_t past = jump(p, BC_JUMP_ZERO);
    p->loops = &l;
    newlines(p);
    statement(p);
    emit2(p, BC_JUMP, again);
    mend(p, past);
    leave_loop(p, again);
}

static void for_statement(parser *p)
{
    loop l = {.outer = p->loops};
    want(p, '(');
    if (!is(p, ';')) {
        (void)expression(p, P_OR);
        emit(p, BC_POP);
    }
    want(p, ';');
    size_t test = p->code->n;
    if (is(p, ';'))
        emit(p, BC_ONE);
    else
        (void)expression(p, P_OR);
    want(p, ';');
    size_t past = jump(p, BC_JUMP_ZERO), body = jump(p, BC_JUMP), step = p->code->n;
    if (!is(p, ')')) {
        (void)expression(p, P_OR);
        emit(p, BC_POP);
    }
    want(p, ')');
    emit2(p, BC_JUMP, test);
    mend(p, body);
    p->loops = &l;
    newlines(p);
    statement(p);
    emit2(p, BC_JUMP, step);
    mend(p, past);
    leave_loop(p, step);
}

static void print_statement(parser *p)
{
    do {
        if (is(p, BC_T_STRING)) {
            emit2(p, BC_PRINT_TEXT, add_text(p));
            next(p);
        } else {
            (void)expression(p, P_OR);
            emit(p, BC_PRINT);
        }
    } while (take(p, ','));
}

static void block(parser *p)
{
    for (;;) {
        while (is(p, '\n') || is(p, ';'))
            next(p);
        if (p->failed || take(p, '}'))
            return;
        statement(p);
        if (!is(p, '\n') && !is(p, ';') && !is(p, '}'))
            fail(p, "syntax error");
    }
}

static void limits(parser *p)
{
    next(p);
    prog_printf(&prog_out,
                "BC_BASE_MAX     = 2147483647\nBC_DIM_MAX      = %d\nBC_SCALE_MAX    = %d\n"
                "BC_STRING_MAX   = 2147483647\n",
                BC_INDEX_MAX, BC_SCALE_MAX);
}

static void word_statement(parser *p, int w)
{
    next(p);
    switch (w) {
    case BC_W_IF:
        if_statement(p);
        break;
    case BC_W_WHILE:
        while_statement(p);
        break;
    case BC_W_FOR:
        for_statement(p);
        break;
    case BC_W_PRINT:
        print_statement(p);
        break;
    case BC_W_BREAK:
        if (p->loops)
            add_place(&p->loops->breaks, &p->loops->n_breaks, &p->loops->breaks_cap,
                      jump(p, BC_JUMP));
        else
            fail(p, "Break outside a for/while");
        break;
    case BC_W_CONTINUE:
        if (p->loops)
            add_place(&p->loops->continues, &p->loops->n_continues, &p->loops->continues_cap,
                      jump(p, BC_JUMP));
        else
            fail(p, "Continue outside a for");
        break;
    case BC_W_RETURN:
        if (is(p, '\n') || is(p, ';') || is(p, '}'))
            emit(p, BC_ZERO);
        else
            (void)expression(p, P_OR);
        if (!p->func)
            fail(p, "Return outside of a function.");
        emit(p, BC_RETURN);
        break;
    case BC_W_HALT:
        emit(p, BC_HALT);
        break;
    default: /* warranty */
        break;
    }
}

static void statement(parser *p)
{
    if (!enter(p)) {
        p->depth--;
        return;
    }
    int w = p->b->lex.token - BC_T_WORD;
    if (take(p, '{')) {
        block(p);
    } else if (is(p, BC_T_STRING)) {
        emit2(p, BC_TEXT, add_text(p));
        next(p);
    } else if (is_word(p, BC_W_QUIT)) {
        p->b->ended = p->failed = true;
    } else if (is_word(p, BC_W_LIMITS)) {
        limits(p);
    } else if (w >= 0 && w < BC_W_IBASE && w != BC_W_LENGTH && w != BC_W_SQRT && w != BC_W_SCALE &&
               w != BC_W_READ && w != BC_W_RANDOM && w != BC_W_DEFINE && w != BC_W_AUTO &&
               w != BC_W_ELSE && w != BC_W_VOID) {
        word_statement(p, w);
    } else if (!is(p, ';') && !is(p, '\n')) {
        bool paren = is(p, '(');
        kind k = expression(p, P_OR);
        emit(p, k == ASSIGNED && !paren ? BC_POP : k == CALLED ? BC_SHOW_CALL : BC_SHOW);
    }
    p->depth--;
}

static void locals(parser *p, bc_func *f, int end)
{
    while (!p->failed && !is(p, end)) {
        bc_local local = {.by_ref = take(p, '*')};
        if (!is(p, BC_T_NAME)) {
            fail(p, "syntax error");
            return;
        }
        local.name = name_here(p);
        if (take(p, '[')) {
            local.array = true;
            want(p, ']');
        }
        for (size_t i = 0; i < f->n_locals; i++)
            if (f->locals[i].name == local.name && f->locals[i].array == local.array)
                fail(p, end == ')' ? "duplicate parameter names" : "duplicate auto variable names");
        f->locals = prog_grow(f->locals, &f->cap, f->n_locals, sizeof *f->locals);
        f->locals[f->n_locals++] = local;
        if (!take(p, ','))
            break;
    }
}

static void func_free(bc_func *f)
{
    if (!f)
        return;
    bc_code_free(&f->code);
    free(f->locals);
    free(f);
}

static void define(parser *p)
{
    bc_func *f = prog_zalloc(1, sizeof *f);
    bc_code *outer = p->code;
    next(p);
    if (is_word(p, BC_W_VOID)) {
        f->is_void = true;
        next(p);
    }
    uint32_t name = 0;
    if (is(p, BC_T_NAME))
        name = name_here(p);
    else
        fail(p, "syntax error");
    want(p, '(');
    locals(p, f, ')');
    want(p, ')');
    f->n_params = f->n_locals;
    newlines(p);
    want(p, '{');
    newlines(p);
    if (is_word(p, BC_W_AUTO)) {
        next(p);
        locals(p, f, '\n');
        if (!is(p, ';') && !is(p, '\n'))
            fail(p, "syntax error");
    }
    p->code = &f->code;
    p->func = f;
    block(p);
    emit(p, BC_ZERO);
    emit(p, BC_RETURN);
    p->code = outer;
    p->func = NULL;
    if (p->failed) {
        func_free(f);
        return;
    }
    func_free(p->b->names[name].func);
    p->b->names[name].func = f;
}

static void line(parser *p)
{
    while (!p->failed) {
        if (is_word(p, BC_W_DEFINE))
            define(p);
        else
            statement(p);
        if (!take(p, ';'))
            break;
    }
    if (!p->failed && !is(p, '\n') && !is(p, BC_T_END))
        fail(p, "syntax error");
}

void bc_run_input(bc *b)
{
    b->lex.line = 1;
    bc_next(b);
    while (!b->ended && b->lex.token != BC_T_END) {
        bc_code code = {0};
        parser p = {.b = b, .code = &code};
        line(&p);
        while (p.loops) /* of a line that failed within a loop */
            leave_loop(&p, 0);
        if (!p.failed)
            emit(&p, BC_HALT), code.p[code.n - 1] = BC_RETURN;
        bool quit = b->ended;
        if (!p.failed || quit) {
            if (quit)
                code.n = 0;
            bc_run(b, &code);
        }
        bc_code_free(&code);
        if (b->ended)
            break;
        if (p.failed)
            bc_skip_line(b);
        if (b->lex.token == '\n')
            bc_next(b);
    }
}

void bc_done(bc *b)
{
    for (size_t i = 0; i < b->n_names; i++) {
        bc_name *n = &b->names[i];
        free((char *)(uintptr_t)n->text.p);
        bc_unref(n->value);
        bc_array_unref(n->array);
        func_free(n->func);
    }
    free(b->names);
    free(b->table);
    prog_buf_free(&b->lex.text);
}
