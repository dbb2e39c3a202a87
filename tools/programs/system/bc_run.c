/* system/bc_run.c - the machine that runs bc's code. */
#include "bc.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct value { /* a number, or an array as an argument */
    bc_num *num;
    bc_array *array;
} value;

typedef struct saved { /* what a local variable hides */
    uint32_t name;
    bool is_array;
    bc_num *num;
    bc_array *array;
} saved;

typedef struct frame {
    bc_code *code;
    size_t pc;
    const bc_func *func;
    uint32_t name;
    size_t saved;
} frame;

typedef struct machine {
    bc *b;
    bc_code *code;
    size_t pc;
    const bc_func *func;
    uint32_t name;
    value *stack;
    size_t n, cap;
    saved *saved;
    size_t n_saved, saved_cap;
    frame *frames;
    size_t n_frames, frames_cap;
    bool was_void;
} machine;

/* ---- output --------------------------------------------------------------------------------- */

static void put(void *to, char c)
{
    bc *b = to;
    if (c == '\n') {
        b->column = 0;
    } else if (++b->column + 1 == b->line_length) {
        prog_write(&prog_out, "\\\n", 2);
        b->column = 1;
    }
    prog_putc(&prog_out, c);
}

void bc_put_text(bc *b, bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n')
            b->column = 0;
        else
            b->column++;
        prog_putc(&prog_out, s.p[i]);
    }
}

static void put_escaped(bc *b, bx_str s)
{
    static const char from[] = "abfnqrt\\e", to[] = "\a\b\f\n\"\r\t\\\033";
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\\' || i + 1 == s.n) {
            put(b, s.p[i]);
            continue;
        }
        const char *hit = strchr(from, s.p[++i]);
        if (hit && *hit)
            put(b, to[hit - from]);
    }
}

/* Where the machine stands, counted as GNU bc counts: its code is of bytes. */
static size_t address(const machine *m)
{
    size_t sum = 0;
    const bc_code *c = m->code;
    for (size_t i = 0; i < m->pc;) {
        bc_op op = (bc_op)c->p[i++];
        if (op > BC_PRINT_TEXT) {
            sum += op == BC_RETURN ? 0 : op >= BC_LENGTH && op <= BC_SCALE ? 2 : 1;
            continue;
        }
        uint32_t operand = c->p[i++];
        bx_str text = op == BC_CONST ? c->consts[operand].text : (bx_str){0};
        bool unit = text.n == 1 && (text.p[0] == '0' || text.p[0] == '1');
        sum += op == BC_CONST                        ? (unit ? 1 : text.n + 2)
               : op == BC_JUMP || op == BC_JUMP_ZERO ? 3
                                                     : 2;
        if (op == BC_CALL && i < m->pc) {
            sum += c->p[i] + 1;
            i += c->p[i] + 1;
        }
    }
    return sum;
}

BX_PRINTF(3, 4)
static void runtime(machine *m, const char *what, const char *format, ...)
{
    (void)prog_flush(&prog_out);
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    prog_writer err = {.fd = 2};
    const char *name = m->func ? m->b->names[m->name].text.p : "(main)";
    prog_printf(&err, "Runtime %s (func=%s, adr=%zu): %s\n", what, name, address(m), text);
    (void)prog_flush(&err);
    free(err.p);
}

/* ---- values --------------------------------------------------------------------------------- */

static void push(machine *m, bc_num *num)
{
    m->stack = prog_grow(m->stack, &m->cap, m->n, sizeof *m->stack);
    m->stack[m->n++] = (value){.num = num};
}

static bc_array *array_new(void)
{
    bc_array *a = prog_zalloc(1, sizeof *a);
    a->refs = 1;
    return a;
}

void bc_array_unref(bc_array *a)
{
    if (!a || --a->refs > 0)
        return;
    for (size_t i = 0; i < a->n; i++)
        bc_unref(a->p[i]);
    free(a->p);
    free(a);
}

static bc_array *array_of(bc *b, uint32_t name)
{
    if (!b->names[name].array)
        b->names[name].array = array_new();
    return b->names[name].array;
}

static bc_array *array_copy(const bc_array *from)
{
    bc_array *a = array_new();
    a->n = from->n;
    a->p = prog_zalloc(from->n + 1, sizeof *a->p);
    for (size_t i = 0; i < a->n; i++)
        a->p[i] = from->p[i] ? bc_ref(from->p[i]) : NULL;
    return a;
}

static bc_num *pop(machine *m)
{
    BX_ASSERT(m->n > 0);
    value v = m->stack[--m->n];
    bc_array_unref(v.array);
    return v.num ? v.num : bc_of_int(0);
}

static void set_special(machine *m, uint32_t name, const bc_num *v)
{
    bc *b = m->b;
    int64_t n = bc_to_int(v);
    switch (name) {
    case BC_IBASE:
        if (n < 2)
            runtime(m, "warning", "ibase too small, set to 2");
        else if (n > 36)
            runtime(m, "warning", "ibase too large, set to 36");
        b->ibase = (unsigned)(n < 2 ? 2 : n > 36 ? 36 : n);
        break;
    case BC_OBASE:
        if (n < 2)
            runtime(m, "warning", "obase too small, set to 2");
        else if (n > INT32_MAX)
            runtime(m, "warning", "obase too large, set to %d", INT32_MAX);
        b->obase = (uint32_t)(n < 2 ? 2 : n > INT32_MAX ? INT32_MAX : n);
        break;
    default:
        if (v->neg)
            runtime(m, "warning", "negative scale, set to 0");
        else if (n > BC_SCALE_MAX)
            runtime(m, "warning", "scale too large, set to %d", BC_SCALE_MAX);
        b->scale = (size_t)(v->neg ? 0 : n > BC_SCALE_MAX ? BC_SCALE_MAX : n);
    }
}

static bc_num *get_variable(machine *m, uint32_t name)
{
    bc *b = m->b;
    switch (name) {
    case BC_IBASE:
        return bc_of_int(b->ibase);
    case BC_OBASE:
        return bc_of_int(b->obase);
    case BC_SCALE_VAR:
        return bc_of_int((int64_t)b->scale);
    default:
        return b->names[name].value ? bc_ref(b->names[name].value) : bc_of_int(0);
    }
}

static void set_variable(machine *m, uint32_t name, bc_num *v)
{
    if (name < BC_LAST) {
        set_special(m, name, v);
        return;
    }
    bc_unref(m->b->names[name].value);
    m->b->names[name].value = bc_ref(v);
}

/* An index from the stack; false after an error. */
static bool get_index(machine *m, uint32_t name, size_t *ret)
{
    BX_AUTO(bc_num) bc_num *at = pop(m);
    int64_t i = bc_to_int(at);
    if (i < 0 || i > BC_INDEX_MAX) {
        runtime(m, "error", "Array %s subscript out of bounds.", m->b->names[name].text.p);
        return false;
    }
    *ret = (size_t)i;
    return true;
}

static bool load_element(machine *m, uint32_t name)
{
    size_t i;
    if (!get_index(m, name, &i))
        return false;
    const bc_array *a = m->b->names[name].array;
    push(m, a && i < a->n && a->p[i] ? bc_ref(a->p[i]) : bc_of_int(0));
    return true;
}

static bool store_element(machine *m, uint32_t name)
{
    bc_num *v = pop(m);
    size_t i;
    if (!get_index(m, name, &i)) {
        bc_unref(v);
        return false;
    }
    bc_array *a = array_of(m->b, name);
    if (i >= a->n) {
        size_t n = i < a->n * 2 ? a->n * 2 : i + 8;
        a->p = prog_realloc(a->p, n, sizeof(bc_num *));
        memset(a->p + a->n, 0, (n - a->n) * sizeof(bc_num *));
        a->n = n;
    }
    bc_unref(a->p[i]);
    a->p[i] = bc_ref(v);
    push(m, v);
    return true;
}

/* ---- functions ------------------------------------------------------------------------------ */

static void hide(machine *m, const bc_local *l)
{
    bc_name *name = &m->b->names[l->name];
    m->saved = prog_grow(m->saved, &m->saved_cap, m->n_saved, sizeof *m->saved);
    m->saved[m->n_saved++] =
        (saved){l->name, l->array, l->array ? NULL : name->value, l->array ? name->array : NULL};
    if (l->array)
        name->array = NULL;
    else
        name->value = NULL;
}

static void restore(machine *m, size_t to)
{
    while (m->n_saved > to) {
        saved *s = &m->saved[--m->n_saved];
        bc_name *name = &m->b->names[s->name];
        if (s->is_array) {
            bc_array_unref(name->array);
            name->array = s->array;
        } else {
            bc_unref(name->value);
            name->value = s->num;
        }
    }
}

static bool call_fits(machine *m, uint32_t name, const uint32_t *kinds, size_t n)
{
    const bc_func *f = m->b->names[name].func;
    if (!f) {
        runtime(m, "error", "Function %s not defined.", m->b->names[name].text.p);
        return false;
    }
    if (f->n_params != n) {
        runtime(m, "error", "Parameter number mismatch");
        return false;
    }
    for (size_t i = 0; i < n; i++)
        if (f->locals[i].array != (kinds[i] == 'a')) {
            runtime(m, "error", "Parameter type mismatch, parameter %s.",
                    m->b->names[f->locals[i].name].text.p);
            return false;
        }
    if (m->n_frames >= BC_CALLS_MAX) {
        runtime(m, "error", "too many functions call each other");
        return false;
    }
    return true;
}

static bool call(machine *m, uint32_t name)
{
    const uint32_t *kinds = m->code->p + m->pc + 1;
    size_t n = kinds[-1];
    if (m->b->names[name].func)
        m->pc += n + 1;
    if (!call_fits(m, name, kinds, n))
        return false;
    bc_func *f = m->b->names[name].func;
    m->frames = prog_grow(m->frames, &m->frames_cap, m->n_frames, sizeof *m->frames);
    m->frames[m->n_frames++] = (frame){m->code, m->pc, m->func, m->name, m->n_saved};
    for (size_t i = 0; i < f->n_locals; i++) {
        hide(m, &f->locals[i]);
        if (i >= n)
            continue;
        value *v = &m->stack[m->n - n + i];
        bc_name *local = &m->b->names[f->locals[i].name];
        if (!f->locals[i].array) {
            local->value = v->num;
        } else if (f->locals[i].by_ref) {
            local->array = v->array;
        } else {
            local->array = array_copy(v->array);
            bc_array_unref(v->array);
        }
    }
    m->n -= n;
    m->code = &f->code;
    m->pc = 0;
    m->func = f;
    m->name = name;
    return true;
}

/* False: the code as a whole is at its end. */
static bool leave(machine *m)
{
    if (m->n_frames == 0)
        return false;
    m->was_void = m->func && m->func->is_void;
    frame *f = &m->frames[--m->n_frames];
    restore(m, f->saved);
    m->code = f->code;
    m->pc = f->pc;
    m->func = f->func;
    m->name = f->name;
    return true;
}

/* ---- operators ------------------------------------------------------------------------------ */

static bc_num *power(machine *m, const bc_num *a, const bc_num *b)
{
    if (b->scale > 0) {
        BX_AUTO(bc_num) bc_num *whole = bc_trunc(b, 0);
        if (bc_cmp(whole, b) != 0)
            runtime(m, "warning", "non-zero scale in exponent");
    }
    int64_t e = bc_to_int(b);
    if (e > INT32_MAX || e < -INT32_MAX) {
        if (!bc_is_zero(a) && !(bc_digits(a) == 1 && a->limb[0] == 1 && a->scale == 0)) {
            runtime(m, "error", "exponent too large in raise");
            return NULL;
        }
    }
    if (e < 0 && bc_is_zero(a)) {
        runtime(m, "error", "divide by zero");
        return NULL;
    }
    return bc_pow(a, e, m->b->scale);
}

static bc_num *arithmetic(machine *m, bc_op op, bc_num *a, bc_num *b)
{
    size_t scale = m->b->scale;
    switch (op) {
    case BC_ADD:
        return bc_add(a, b);
    case BC_SUB:
        return bc_sub(a, b);
    case BC_MUL:
        return bc_mul(a, b, scale);
    case BC_DIV:
    case BC_MOD:
        if (bc_is_zero(b)) {
            runtime(m, "error", op == BC_DIV ? "Divide by zero" : "Modulo by zero");
            return NULL;
        }
        return op == BC_DIV ? bc_div(a, b, scale) : bc_mod(a, b, scale);
    case BC_POW:
        return power(m, a, b);
    default: {
        int c = bc_cmp(a, b);
        bool yes = op == BC_EQ   ? c == 0
                   : op == BC_NE ? c != 0
                   : op == BC_LT ? c < 0
                   : op == BC_LE ? c <= 0
                   : op == BC_GT ? c > 0
                                 : c >= 0;
        return bc_of_int(yes);
    }
    }
}

static bool binary(machine *m, bc_op op)
{
    BX_AUTO(bc_num) bc_num *b = pop(m), *a = pop(m);
    bc_num *r = arithmetic(m, op, a, b);
    if (r)
        push(m, r);
    return r != NULL;
}

static bool unary(machine *m, bc_op op)
{
    BX_AUTO(bc_num) bc_num *a = pop(m);
    switch (op) {
    case BC_NEGATE:
        push(m, bc_neg(a));
        return true;
    case BC_NOT:
    case BC_BOOL:
        push(m, bc_of_int(bc_is_zero(a) == (op == BC_NOT)));
        return true;
    case BC_LENGTH: {
        size_t digits = bc_digits(a);
        push(m, bc_of_int((int64_t)(digits > a->scale ? digits : a->scale)));
        return true;
    }
    case BC_SCALE:
        push(m, bc_of_int((int64_t)a->scale));
        return true;
    default:
        if (a->neg) {
            runtime(m, "error", "Square root of a negative number");
            return false;
        }
        push(m, bc_sqrt(a, m->b->scale));
        return true;
    }
}

static void show(machine *m, bc_op op)
{
    bc_num *v = pop(m);
    if (op == BC_SHOW_CALL && m->was_void) {
        bc_unref(v);
        return;
    }
    bc_print(v, m->b->obase, put, m->b);
    if (op != BC_PRINT)
        put(m->b, '\n');
    set_variable(m, BC_LAST, v);
    bc_unref(v);
}

static void constant(machine *m, bc_const *c)
{
    if (!c->value || c->base != m->b->ibase) {
        bc_unref(c->value);
        c->value = bc_of_text(c->text, m->b->ibase);
        c->base = m->b->ibase;
    }
    push(m, bc_ref(c->value));
}

static bool with_operand(machine *m, bc_op op)
{
    uint32_t operand = m->code->p[m->pc++];
    switch (op) {
    case BC_CONST:
        constant(m, &m->code->consts[operand]);
        return true;
    case BC_LOAD:
        push(m, get_variable(m, operand));
        return true;
    case BC_STORE: {
        BX_AUTO(bc_num) bc_num *v = pop(m);
        set_variable(m, operand, v);
        push(m, operand < BC_LAST ? get_variable(m, operand) : bc_ref(v));
        return true;
    }
    case BC_LOAD_A:
        return load_element(m, operand);
    case BC_STORE_A:
        return store_element(m, operand);
    case BC_JUMP:
        m->pc = operand;
        return true;
    case BC_JUMP_ZERO: {
        BX_AUTO(bc_num) bc_num *v = pop(m);
        if (bc_is_zero(v))
            m->pc = operand;
        return true;
    }
    case BC_CALL:
        return call(m, operand);
    case BC_PUSH_ARRAY:
        push(m, NULL);
        m->stack[m->n - 1].array = array_of(m->b, operand);
        m->stack[m->n - 1].array->refs++;
        return true;
    case BC_TEXT:
        bc_put_text(m->b, m->code->texts[operand]);
        return true;
    default:
        put_escaped(m->b, m->code->texts[operand]);
        return true;
    }
}

/* One step; false at the end or after an error. */
static bool step(machine *m)
{
    bc_op op = (bc_op)m->code->p[m->pc++];
    switch (op) {
    case BC_DUP: {
        bc_num *v = pop(m);
        push(m, bc_ref(v));
        push(m, v);
        return true;
    }
    case BC_POP:
        bc_unref(pop(m));
        return true;
    case BC_ONE:
    case BC_ZERO:
        push(m, bc_of_int(op == BC_ONE));
        return true;
    case BC_SHOW:
    case BC_PRINT:
    case BC_SHOW_CALL:
        show(m, op);
        return true;
    case BC_NEGATE:
    case BC_NOT:
    case BC_BOOL:
    case BC_LENGTH:
    case BC_SCALE:
    case BC_SQRT:
        return unary(m, op);
    case BC_READ:
        push(m, bc_read_number(m->b));
        return true;
    case BC_RANDOM:
        push(m, bc_of_int(random()));
        return true;
    case BC_RETURN:
        return leave(m);
    case BC_HALT:
        m->b->ended = true;
        return false;
    default:
        return op <= BC_PRINT_TEXT ? with_operand(m, op) : binary(m, op);
    }
}

void bc_run(bc *b, bc_code *code)
{
    machine m = {.b = b, .code = code};
    while (code->n > 0 && !b->ended && step(&m))
        if (b->budget && --b->budget == 0)
            b->ended = true;
    restore(&m, 0);
    while (m.n > 0)
        bc_unref(pop(&m));
    free(m.stack);
    free(m.saved);
    free(m.frames);
    prog_check_out();
}

void bc_code_free(bc_code *c)
{
    for (size_t i = 0; i < c->n_consts; i++) {
        free((char *)(uintptr_t)c->consts[i].text.p);
        bc_unref(c->consts[i].value);
    }
    for (size_t i = 0; i < c->n_texts; i++)
        free((char *)(uintptr_t)c->texts[i].p);
    free(c->consts);
    free(c->texts);
    free(c->p);
}
