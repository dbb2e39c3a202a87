/* The values of expressions. */
#include <math.h>
#include <stdio.h>
#include <stdarg.h>

#include "programs/lines/awk_run.h"

awk_val awk_returned; /* what the function that just awk_returned gave */

/* --- messages ----------------------------------------------------------------------------------
 */

static void tell(bool is_fatal, const char *text)
{
    const awk_val *file = &awk_p.globals[V_FILENAME];
    const char *source = awk_p.source ? awk_p.source : "cmd. line";
    const char *kind = is_fatal ? "fatal" : "warning";
    unsigned long line = awk_m.line;
    if (awk_m.in_main && awk_has_str(file) && awk_m.nr > 0)
        prog_warn(0, "%s:%lu: (FILENAME=%.*s FNR=%.0f) %s: %s", source, line,
                  (int)(file->s->n ? file->s->n : 1), file->s->n ? file->s->p : "-", awk_m.fnr,
                  kind, text);
    else
        prog_warn(0, "%s:%lu: %s: %s", source, line, kind, text);
}

void awk_fatal(const char *format, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    awk_flush_all();
    tell(true, text);
    prog_exit(2);
}

void awk_warn(const char *format, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    (void)prog_flush(&prog_out);
    tell(false, text);
}

/* --- variables ---------------------------------------------------------------------------------
 */

/* The cell of a variable, its own or, as long as that may still become an array, the caller's. */
static awk_val *cell_of(const awk_node *n)
{
    if (n->kind != N_LOCAL)
        return &awk_p.globals[n->slot];
    awk_val *own = &awk_m.frame[n->slot], *v = own;
    while (v->type == AWK_CELL)
        v = v->cell;
    if (v == own || v->type == AWK_NONE || v->type == AWK_ARRAY)
        return v;
    *own = (awk_val){0}; /* that got a value meanwhile, which is none of the parameter's */
    return own;
}

/* The same to be assigned a value that is no array: a parameter has a cell of its own then. */
static awk_val *cell_to_set(const awk_node *n)
{
    awk_val *v = cell_of(n);
    if (n->kind != N_LOCAL || v->type != AWK_NONE)
        return v;
    v = &awk_m.frame[n->slot];
    *v = (awk_val){0};
    return v;
}

/* The subscripts of `n`, with SUBSEP between; `some` has room for numbers. */
awk_str *awk_key_of(awk_node *list)
{
    awk_val v = awk_eval(list);
    awk_str *s = awk_to_str(&v);
    awk_drop(&v);
    if (!list->next)
        return s;
    prog_buf b = {0};
    prog_buf_put(&b, s->p, s->n);
    awk_unref(s);
    for (awk_node *n = list->next; n; n = n->next) {
        v = awk_eval(n);
        s = awk_to_str(&v);
        prog_buf_put(&b, awk_m.subsep->p, awk_m.subsep->n);
        prog_buf_put(&b, s->p, s->n);
        awk_unref(s);
        awk_drop(&v);
    }
    s = awk_str_new(b.p, b.n);
    prog_buf_free(&b);
    return s;
}

static awk_array *array_in(awk_val *v)
{
    if (v->type == AWK_NONE)
        *v = (awk_val){.type = AWK_ARRAY, .array = awk_array_new()};
    if (v->type != AWK_ARRAY)
        awk_fatal("attempt to use a scalar value as array");
    return v->array;
}

/* The element of an array; its subscripts may call what deletes the array. */
static awk_val *element(awk_node *n)
{
    awk_array *a = awk_eval_array(n->a);
    bool may_go = n->a->kind == N_INDEX || n->a->kind == N_LOCAL, was = awk_array_is_orphan(a);
    if (may_go)
        awk_array_pin(a);
    awk_str *key = awk_key_of(n->b);
    if (may_go && !was && awk_array_is_orphan(a))
        awk_fatal("an array is deleted by its own subscript");
    if (may_go)
        (void)awk_array_unpin(a);
    awk_val *v = awk_array_get(a, key->p, key->n);
    awk_unref(key);
    return v;
}

awk_val *awk_element(awk_node *n)
{
    awk_val *v = element(n);
    awk_not_array(v);
    return v;
}

/* Is it a parameter whose caller's variable got a value that is no array meanwhile? */
static bool is_of_a_scalar(const awk_val *v)
{
    if (v->type != AWK_CELL)
        return false;
    while (v->type == AWK_CELL)
        v = v->cell;
    return v->type != AWK_NONE && v->type != AWK_ARRAY;
}

awk_array *awk_eval_array(awk_node *n)
{
    if (n->kind == N_GROUP)
        n = n->a;
    if (n->kind == N_INDEX) {
        return array_in(element(n));
    }
    if (n->kind != N_GLOBAL && n->kind != N_LOCAL && n->kind != N_SPECIAL)
        awk_fatal("attempt to use a scalar value as array");
    if (n->kind == N_LOCAL && is_of_a_scalar(&awk_m.frame[n->slot]))
        awk_fatal("attempt to use a scalar value as array");
    awk_val *v = cell_of(n);
    if (v->type != AWK_NONE && v->type != AWK_ARRAY && n->kind != N_LOCAL)
        awk_fatal("attempt to use scalar `%.*s' as an array", (int)awk_p.names[n->slot]->n,
                  awk_p.names[n->slot]->p);
    return array_in(v);
}

void awk_not_array(const awk_val *v)
{
    if (v->type == AWK_ARRAY)
        awk_fatal("attempt to use array in a scalar context");
}

static awk_val copy_of(const awk_val *v)
{
    awk_not_array(v);
    return awk_copy(v);
}

void awk_assign(awk_node *to, awk_val v)
{
    if (awk_m.unwind) {
        awk_drop(&v);
        return;
    }
    if (to->kind == N_FIELD) {
        double index = awk_eval_num(to->a);
        awk_set_field(index, v);
        return;
    }
    if (to->kind == N_SPECIAL)
        (void)awk_special(to->slot);
    awk_val *at = to->kind == N_INDEX ? element(to) : cell_to_set(to);
    awk_not_array(at);
    awk_drop(at);
    *at = v;
    if (to->kind == N_SPECIAL)
        awk_special_changed(to->slot);
}

/* --- operators ---------------------------------------------------------------------------------
 */

static double power(double x, double y)
{
    if (y == floor(y) && y >= 0 && y < 1024) {
        double result = 1;
        for (unsigned n = (unsigned)y; n > 0; n >>= 1, x *= x)
            if (n & 1)
                result *= x;
        return result;
    }
    return pow(x, y);
}

static double arithmetic(uint8_t op, double x, double y)
{
    switch (op) {
    case '+':
        return x + y;
    case '-':
        return x - y;
    case '*':
        return x * y;
    case '/':
        if (y == 0)
            awk_fatal("division by zero attempted");
        return x / y;
    case '%':
        if (y == 0)
            awk_fatal("division by zero attempted in `%%'");
        if (x >= 0 && x < 2147483648.0 && y > 0 && y < 2147483648.0 && x == (uint32_t)x &&
            y == (uint32_t)y)
            return (uint32_t)x % (uint32_t)y;
        return fmod(x, y);
    default:
        return power(x, y);
    }
}

bool awk_truth(awk_node *n)
{
    if (n->kind == N_REGEX)
        return awk_matches(awk_node_regex(n), awk_record());
    awk_val v = awk_eval(n);
    bool b = awk_to_bool(&v);
    awk_drop(&v);
    return b;
}

static bool is_numeric(awk_node *n)
{
    if (n->kind == N_GLOBAL || n->kind == N_LOCAL)
        return cell_of(n)->type == AWK_NUM;
    return n->kind == N_NUM || n->kind == N_ARITH || n->kind == N_NEG || n->kind == N_PRE ||
           n->kind == N_POST || (n->kind == N_SPECIAL && n->slot <= V_FNR);
}

__attribute__((noinline)) static int compare(awk_node *n)
{
    if (is_numeric(n->a) && is_numeric(n->b)) {
        double x = awk_eval_num(n->a), y = awk_eval_num(n->b);
        return x < y ? -1 : x > y;
    }
    awk_val a = awk_eval(n->a), b = awk_eval(n->b);
    if (a.type == AWK_NUM && b.type == AWK_NUM && a.num == b.num)
        return 0;
    int d = awk_compare(&a, &b);
    awk_drop(&a);
    awk_drop(&b);
    return d;
}

__attribute__((noinline)) static bool matches(awk_node *n)
{
    awk_val v = awk_eval(n->a);
    awk_str *s = awk_to_str(&v);
    bx_posix *x = awk_node_regex(n->b);
    bool b = awk_matches(x, (bx_str){s->p, s->n});
    awk_unref(s);
    awk_drop(&v);
    return b;
}

__attribute__((noinline)) static bool is_in(awk_node *n)
{
    awk_str *key = awk_key_of(n->b);
    awk_array *a = awk_eval_array(n->a);
    bool b = awk_array_find(a, key->p, key->n) != NULL;
    awk_unref(key);
    return b;
}

/* --- functions ---------------------------------------------------------------------------------
 */

/* An argument that is a bare name may be an array, or become one. */
static awk_val argument(awk_node *n)
{
    if (n->kind == N_GLOBAL || n->kind == N_LOCAL || (n->kind == N_SPECIAL && n->slot > V_FNR)) {
        awk_val *v = cell_of(n);
        if (v->type == AWK_ARRAY)
            return *v;
        if (v->type == AWK_NONE)
            return (awk_val){.type = AWK_CELL, .cell = v};
    }
    if (n->kind == N_INDEX) {
        awk_val *v = element(n);
        if (v->type == AWK_ARRAY)
            return *v;
    }
    return awk_eval(n);
}

/* An array that is handed over stays until the function returns. */
static awk_val pinned(awk_val v)
{
    if (v.type == AWK_ARRAY)
        awk_array_pin(v.array);
    return v;
}

/* Run function `f` with `frame`, of which [0..given) are arguments. */
static awk_val run_function(const awk_func *f, awk_val *frame, uint32_t given)
{
    if (awk_m.calls >= AWK_CALLS_MAX)
        awk_fatal("functions are called within each other more than %d deep", AWK_CALLS_MAX);
    awk_val *before = awk_m.frame;
    uint32_t line = awk_m.line;
    awk_m.calls++;
    awk_m.frame = frame;
    awk_returned = (awk_val){0};
    awk_flow how = awk_exec(f->body);
    awk_m.frame = before;
    awk_m.calls--;
    awk_m.line = line;
    if (how == FLOW_NEXT || how == FLOW_NEXTFILE || how == FLOW_EXIT)
        awk_m.unwind = (int)how;
    awk_val v = awk_returned;
    awk_returned = (awk_val){0};
    for (uint32_t i = 0; i < f->n_params; i++) {
        if (frame[i].type != AWK_ARRAY)
            awk_drop(&frame[i]);
        else if (i >= given || !awk_array_unpin(frame[i].array)) /* made here */
            awk_array_free(frame[i].array);
    }
    return v;
}

/* Locals of the calls that run, as long as there is room: not on the stack, which is small. */
enum { POOL = 4096 };
static awk_val pool[POOL];
static uint32_t pool_used;

__attribute__((noinline)) static awk_val call(awk_node *n)
{
    const awk_func *f = &awk_p.funcs[n->slot];
    if ((uint32_t)n->num > f->n_params && !n->op) {
        n->op = 1; /* told */
        prog_warn(0, "%s:%lu: warning: function `%.*s' called with more arguments than declared",
                  awk_p.source, (unsigned long)n->line, (int)f->name->n, f->name->p);
    }
    bool pooled = f->n_params <= POOL - pool_used;
    awk_val *frame = pooled ? pool + pool_used : prog_zalloc(f->n_params, sizeof *frame);
    uint32_t given = 0;
    if (pooled) {
        memset(frame, 0, f->n_params * sizeof *frame);
        pool_used += f->n_params;
    }
    for (awk_node *a = n->a; a; a = a->next) {
        awk_val v = argument(a);
        if (given < f->n_params) {
            frame[given++] = pinned(v);
        } else { /* evaluated, and told when the program was read */
            if (v.type != AWK_ARRAY && v.type != AWK_CELL)
                awk_drop(&v);
        }
    }
    awk_m.line = n->line;
    awk_val v = run_function(f, frame, given);
    if (pooled)
        pool_used -= f->n_params;
    else
        free(frame);
    return v;
}

static awk_val call_named(awk_node *n)
{
    awk_val v = awk_eval(n->b);
    awk_str *name = awk_to_str(&v);
    awk_node named = *n;
    awk_drop(&v);
    named.kind = N_BUILTIN;
    named.slot = awk_builtin_named(name->p, name->n);
    if (named.slot < 0) {
        named.kind = N_CALL;
        named.slot = 0;
        while (
            (size_t)named.slot < awk_p.n_funcs &&
            !bx_str_eq((bx_str){awk_p.funcs[named.slot].name->p, awk_p.funcs[named.slot].name->n},
                       (bx_str){name->p, name->n}))
            named.slot++;
        if ((size_t)named.slot == awk_p.n_funcs)
            awk_fatal("function called indirectly through `%.*s' does not exist", (int)name->n,
                      name->p);
    }
    awk_unref(name);
    awk_m.line = n->line;
    return named.kind == N_CALL ? call(&named) : awk_builtin(&named);
}

awk_val awk_call(int32_t func, const awk_val *args, size_t n)
{
    const awk_func *f = &awk_p.funcs[func];
    uint32_t given = f->n_params < n ? f->n_params : (uint32_t)n;
    awk_val *frame = prog_zalloc(f->n_params + 1, sizeof *frame);
    for (size_t i = 0; i < n; i++) {
        awk_val v = args[i];
        if (i < given)
            frame[i] = pinned(v);
        else
            awk_drop(&v);
    }
    awk_val v = run_function(f, frame, given);
    free(frame);
    return v;
}

/* --- getline -----------------------------------------------------------------------------------
 */

/* What was read goes to the variable, or is the record from now on. */
static void take_record(awk_node *n, bx_str s)
{
    if (n->a)
        awk_assign(n->a, awk_input(s.p, s.n));
    else
        awk_set_record(s.p, s.n);
}

__attribute__((noinline)) static double get_line(awk_node *n)
{
    bx_str s;
    if (n->kind == N_GETLINE) {
        if (!awk_next_record(&s))
            return 0;
        take_record(n, s);
        return 1;
    }
    awk_val v = awk_eval(n->b);
    awk_str *source = awk_to_str(&v);
    awk_drop(&v);
    bool is_command = n->kind == N_GETLINE_CMD;
    int got = awk_getline(n, (bx_str){source->p, source->n}, is_command, &s);
    awk_unref(source);
    if (got != 1)
        return got;
    take_record(n, s);
    return 1;
}

/* --- expressions -------------------------------------------------------------------------------
 */

/* The number of field `n`, whose index is evaluated once, and which one it is. */
static double field_num(awk_node *n, double *ret_index)
{
    *ret_index = awk_eval_num(n->a);
    awk_val v = awk_field(*ret_index);
    double d = awk_to_num(&v);
    awk_drop(&v);
    return d;
}

static double step(awk_node *n, bool gives_new)
{
    double by = n->op == '+' ? 1 : -1, old;
    if ((n->a->kind == N_GLOBAL || n->a->kind == N_LOCAL || n->a->kind == N_INDEX)) {
        awk_val *v = n->a->kind == N_INDEX ? element(n->a) : cell_to_set(n->a);
        awk_not_array(v);
        old = awk_to_num(v);
        awk_drop(v);
        *v = awk_number(old + by);
        return gives_new ? old + by : old;
    }
    if (n->a->kind == N_FIELD) {
        double index;
        old = field_num(n->a, &index);
        awk_set_field(index, awk_number(old + by));
    } else {
        old = awk_eval_num(n->a);
        awk_assign(n->a, awk_number(old + by));
    }
    return gives_new ? old + by : old;
}

static double update(awk_node *n)
{
    double y = awk_eval_num(n->b);
    awk_m.line = n->line;
    if (n->a->kind == N_GLOBAL || n->a->kind == N_LOCAL || n->a->kind == N_INDEX) {
        awk_val *v = n->a->kind == N_INDEX ? element(n->a) : cell_to_set(n->a);
        awk_not_array(v);
        double d = arithmetic(n->op, awk_to_num(v), y);
        awk_drop(v);
        *v = awk_number(d);
        return d;
    }
    double index = 0, d;
    if (n->a->kind == N_FIELD) {
        d = field_num(n->a, &index);
        d = arithmetic(n->op, d, y);
        awk_set_field(index, awk_number(d));
    } else {
        d = arithmetic(n->op, awk_eval_num(n->a), y);
        awk_assign(n->a, awk_number(d));
    }
    return d;
}

double awk_eval_num(awk_node *n)
{
    switch (n->kind) {
    case N_NUM:
        return n->num;
    case N_GROUP:
        return awk_eval_num(n->a);
    case N_FIELD: {
        double i = awk_eval_num(n->a);
        if (i >= 0 && i < 1000000)
            return awk_field_num((size_t)i);
        break;
    }
    case N_GLOBAL:
    case N_LOCAL: {
        const awk_val *v = cell_of(n);
        awk_not_array(v);
        return awk_to_num(v);
    }
    case N_SPECIAL:
        if (n->slot == V_NR)
            return awk_m.nr;
        if (n->slot == V_FNR)
            return awk_m.fnr;
        if (n->slot == V_NF)
            return (double)awk_nf();
        break;
    case N_ARITH: {
        double x = awk_eval_num(n->a), y = awk_eval_num(n->b);
        awk_m.line = n->line;
        return arithmetic(n->op, x, y);
    }
    case N_NEG:
        return -awk_eval_num(n->a);
    case N_PLUS:
        return awk_eval_num(n->a);
    case N_PRE:
    case N_POST:
        return step(n, n->kind == N_PRE);
    case N_UPDATE:
        return update(n);
    case N_INDEX: {
        const awk_val *v = element(n);
        awk_not_array(v);
        return awk_to_num(v);
    }
    default:
        break;
    }
    awk_val v = awk_eval(n);
    double d = awk_to_num(&v);
    awk_not_array(&v);
    awk_drop(&v);
    return d;
}

__attribute__((noinline)) static awk_val join(awk_node *n)
{
    awk_val a = awk_eval(n->a);
    awk_str *x = awk_to_str(&a);
    awk_drop(&a);
    awk_val b = awk_eval(n->b);
    awk_str *y = awk_to_str(&b);
    awk_drop(&b);
    awk_str *s;
    if (x->refs == 1 && x->cap >= x->n + y->n) {
        s = x;
        if (y->n > 0)
            memcpy(s->p + s->n, y->p, y->n);
        s->n += y->n;
    } else {
        size_t n_all = x->n + y->n;
        bool grows = x->refs == 1;
        s = awk_str_sized(grows ? n_all + n_all / 2 + 16 : n_all);
        s->n = n_all;
        if (x->n > 0)
            memcpy(s->p, x->p, x->n);
        if (y->n > 0)
            memcpy(s->p + x->n, y->p, y->n);
        awk_unref(x);
    }
    awk_unref(y);
    return awk_string(s);
}

/* s = s ...: the string grows where it stands. */
__attribute__((noinline)) static bool append_to(awk_node *n)
{
    awk_node *left = n->b;
    while (left->kind == N_CONCAT && left->a->kind == N_CONCAT)
        left = left->a;
    if (left->kind != N_CONCAT || left != n->b || left->a->kind != n->a->kind ||
        left->a->slot != n->a->slot || (n->a->kind != N_GLOBAL && n->a->kind != N_LOCAL))
        return false;
    awk_val more = awk_eval(n->b->b);
    awk_str *y = awk_to_str(&more);
    awk_drop(&more);
    awk_val *v = cell_to_set(n->a);
    awk_not_array(v);
    if (awk_m.unwind) {
        awk_unref(y);
        return true;
    }
    awk_str *x = awk_to_str(v);
    awk_drop(v);
    if (x->refs > 1 || x->cap < x->n + y->n) {
        awk_str *s = awk_str_sized(x->n + y->n + (x->n + y->n) / 2 + 16);
        s->n = x->n;
        if (x->n > 0)
            memcpy(s->p, x->p, x->n);
        awk_unref(x);
        x = s;
    }
    if (y->n > 0)
        memcpy(x->p + x->n, y->p, y->n);
    x->n += y->n;
    awk_unref(y);
    *v = awk_string(x);
    return true;
}

__attribute__((noinline)) static awk_val assign(awk_node *n)
{
    if (n->b->kind == N_CONCAT && append_to(n))
        return copy_of(cell_of(n->a));
    awk_val v = awk_eval(n->b);
    awk_not_array(&v);
    if (v.type == AWK_NONE && n->a->kind != N_FIELD)
        v = (awk_val){0};
    awk_m.line = n->line;
    if (n->a->kind == N_FIELD || n->a->kind == N_SPECIAL) {
        awk_assign(n->a, awk_copy(&v));
        return v;
    }
    awk_assign(n->a, awk_copy(&v));
    return v;
}

__attribute__((noinline)) static awk_val variable(awk_node *n)
{
    switch (n->kind) {
    case N_SPECIAL:
        return copy_of(awk_special(n->slot));
    case N_FIELD:
        return awk_field(awk_eval_num(n->a));
    case N_INDEX:
        return copy_of(element(n));
    default:
        return copy_of(cell_of(n));
    }
}

awk_val awk_eval(awk_node *n)
{
    switch (n->kind) {
    case N_NUM:
        return awk_number(n->num);
    case N_STR:
        return awk_string(awk_ref(n->s));
    case N_REGEX:
        return awk_number(awk_matches(awk_node_regex(n), awk_record()));
    case N_GLOBAL:
    case N_LOCAL:
    case N_SPECIAL:
    case N_FIELD:
    case N_INDEX:
        return variable(n);
    case N_GROUP:
        return awk_eval(n->a);
    case N_ASSIGN:
        return assign(n);
    case N_COND:
        return awk_eval(awk_truth(n->a) ? n->b : n->c);
    case N_AND:
        return awk_number(awk_truth(n->a) && awk_truth(n->b));
    case N_OR:
        return awk_number(awk_truth(n->a) || awk_truth(n->b));
    case N_NOT:
        return awk_number(!awk_truth(n->a));
    case N_CONCAT:
        return join(n);
    case N_LT:
        return awk_number(compare(n) < 0);
    case N_LE:
        return awk_number(compare(n) <= 0);
    case N_EQ:
        return awk_number(compare(n) == 0);
    case N_NE:
        return awk_number(compare(n) != 0);
    case N_GT:
        return awk_number(compare(n) > 0);
    case N_GE:
        return awk_number(compare(n) >= 0);
    case N_MATCH:
        return awk_number(matches(n));
    case N_NOMATCH:
        return awk_number(!matches(n));
    case N_IN:
        return awk_number(is_in(n));
    case N_CALL:
        return call(n);
    case N_CALL_NAMED:
        return call_named(n);
    case N_BUILTIN:
        awk_m.line = n->line;
        return awk_builtin(n);
    case N_GETLINE:
    case N_GETLINE_FILE:
    case N_GETLINE_CMD:
        awk_m.line = n->line;
        return awk_number(get_line(n));
    default:
        return awk_number(awk_eval_num(n));
    }
}
