/* The program of awk at work. */
#include <math.h>
#include <stdio.h>
#include <stdarg.h>

#include "programs/lines/awk.h"

typedef enum flow {
    FLOW_ON,
    FLOW_BREAK,
    FLOW_CONTINUE,
    FLOW_RETURN,
    FLOW_NEXT,
    FLOW_NEXTFILE,
    FLOW_EXIT
} flow;

static awk_val returned; /* what the function that just returned gave */

static flow exec(awk_node *n);

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

/* The cell of a variable, its own or the caller's. */
static awk_val *cell_of(awk_node *n)
{
    awk_val *v = n->kind == N_LOCAL ? &awk_m.frame[n->slot] : &awk_p.globals[n->slot];
    while (v->type == AWK_CELL)
        v = v->cell;
    return v;
}

/* The subscripts of `n`, with SUBSEP between; `some` has room for numbers. */
static awk_str *key_of(awk_node *list)
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

awk_array *awk_eval_array(awk_node *n)
{
    if (n->kind == N_GROUP)
        n = n->a;
    if (n->kind == N_INDEX) {
        awk_array *a = awk_eval_array(n->a);
        awk_str *key = key_of(n->b);
        awk_val *v = awk_array_get(a, key->p, key->n);
        awk_unref(key);
        return array_in(v);
    }
    if (n->kind != N_GLOBAL && n->kind != N_LOCAL && n->kind != N_SPECIAL)
        awk_fatal("attempt to use a scalar value as array");
    awk_val *v = cell_of(n);
    if (v->type != AWK_NONE && v->type != AWK_ARRAY && n->kind != N_LOCAL)
        awk_fatal("attempt to use scalar `%.*s' as an array", (int)awk_p.names[n->slot]->n,
                  awk_p.names[n->slot]->p);
    return array_in(v);
}

static awk_val *element(awk_node *n)
{
    awk_array *a = awk_eval_array(n->a);
    awk_str *key = key_of(n->b);
    awk_val *v = awk_array_get(a, key->p, key->n);
    awk_unref(key);
    return v;
}

static void not_array(const awk_val *v)
{
    if (v->type == AWK_ARRAY)
        awk_fatal("attempt to use array in a scalar context");
}

static awk_val copy_of(const awk_val *v)
{
    not_array(v);
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
    awk_val *at = to->kind == N_INDEX ? element(to) : cell_of(to);
    not_array(at);
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

static bool truth(awk_node *n)
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

static int compare(awk_node *n)
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

static bool matches(awk_node *n)
{
    awk_val v = awk_eval(n->a);
    awk_str *s = awk_to_str(&v);
    bx_posix *x = awk_node_regex(n->b);
    bool b = awk_matches(x, (bx_str){s->p, s->n});
    awk_unref(s);
    awk_drop(&v);
    return b;
}

static bool is_in(awk_node *n)
{
    awk_str *key = key_of(n->b);
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

/* Run function `f` with `frame`, of which [0..given) are arguments. */
static awk_val run_function(const awk_func *f, awk_val *frame, uint32_t given)
{
    if (awk_m.calls >= AWK_CALLS_MAX)
        awk_fatal("functions are called within each other more than %d deep", AWK_CALLS_MAX);
    awk_val *before = awk_m.frame;
    uint32_t line = awk_m.line;
    awk_m.calls++;
    awk_m.frame = frame;
    returned = (awk_val){0};
    flow how = exec(f->body);
    awk_m.frame = before;
    awk_m.calls--;
    awk_m.line = line;
    if (how == FLOW_NEXT || how == FLOW_NEXTFILE || how == FLOW_EXIT)
        awk_m.unwind = (int)how;
    awk_val v = returned;
    returned = (awk_val){0};
    for (uint32_t i = 0; i < f->n_params; i++) {
        if (frame[i].type == AWK_ARRAY && i >= given)
            awk_array_free(frame[i].array);
        else
            awk_drop(&frame[i]);
    }
    return v;
}

enum { FRAME_ON_STACK = 8 };

static awk_val call(awk_node *n)
{
    const awk_func *f = &awk_p.funcs[n->slot];
    awk_val some[FRAME_ON_STACK] = {0}, *frame = some;
    if ((uint32_t)n->num > f->n_params)
        awk_fatal("function `%.*s' called with more arguments than declared", (int)f->name->n,
                  f->name->p);
    if (f->n_params > FRAME_ON_STACK)
        frame = prog_zalloc(f->n_params, sizeof *frame);
    uint32_t given = 0;
    for (awk_node *a = n->a; a; a = a->next)
        frame[given++] = argument(a);
    awk_m.line = n->line;
    awk_val v = run_function(f, frame, given);
    if (frame != some)
        free(frame);
    return v;
}

awk_val awk_call(int32_t func, const awk_val *args, size_t n)
{
    const awk_func *f = &awk_p.funcs[func];
    uint32_t given = f->n_params < n ? f->n_params : (uint32_t)n;
    awk_val *frame = prog_zalloc(f->n_params + 1, sizeof *frame);
    for (size_t i = 0; i < n; i++) {
        awk_val v = args[i];
        if (i < given)
            frame[i] = v;
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

static double get_line(awk_node *n)
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

static double step(awk_node *n, bool gives_new)
{
    double by = n->op == '+' ? 1 : -1, old;
    if ((n->a->kind == N_GLOBAL || n->a->kind == N_LOCAL || n->a->kind == N_INDEX)) {
        awk_val *v = n->a->kind == N_INDEX ? element(n->a) : cell_of(n->a);
        not_array(v);
        old = awk_to_num(v);
        awk_drop(v);
        *v = awk_number(old + by);
        return gives_new ? old + by : old;
    }
    old = awk_eval_num(n->a);
    awk_assign(n->a, awk_number(old + by));
    return gives_new ? old + by : old;
}

static double update(awk_node *n)
{
    double y = awk_eval_num(n->b);
    awk_m.line = n->line;
    if (n->a->kind == N_GLOBAL || n->a->kind == N_LOCAL || n->a->kind == N_INDEX) {
        awk_val *v = n->a->kind == N_INDEX ? element(n->a) : cell_of(n->a);
        not_array(v);
        double d = arithmetic(n->op, awk_to_num(v), y);
        awk_drop(v);
        *v = awk_number(d);
        return d;
    }
    double d = arithmetic(n->op, awk_eval_num(n->a), y);
    awk_assign(n->a, awk_number(d));
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
        not_array(v);
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
        not_array(v);
        return awk_to_num(v);
    }
    default:
        break;
    }
    awk_val v = awk_eval(n);
    double d = awk_to_num(&v);
    not_array(&v);
    awk_drop(&v);
    return d;
}

static awk_val join(awk_node *n)
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
static bool append_to(awk_node *n)
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
    awk_val *v = cell_of(n->a);
    not_array(v);
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

static awk_val assign(awk_node *n)
{
    if (n->b->kind == N_CONCAT && append_to(n))
        return copy_of(cell_of(n->a));
    awk_val v = awk_eval(n->b);
    not_array(&v);
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

static awk_val variable(awk_node *n)
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
        return awk_eval(truth(n->a) ? n->b : n->c);
    case N_AND:
        return awk_number(truth(n->a) && truth(n->b));
    case N_OR:
        return awk_number(truth(n->a) || truth(n->b));
    case N_NOT:
        return awk_number(!truth(n->a));
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

/* --- statements --------------------------------------------------------------------------------
 */

static prog_writer *destination(awk_node *n)
{
    if (!n->op)
        return &prog_out;
    awk_val v = awk_eval(n->b);
    awk_str *s = awk_to_str(&v);
    prog_writer *w = awk_output((bx_str){s->p, s->n}, (char)n->op);
    awk_unref(s);
    awk_drop(&v);
    return w;
}

static void print_value(prog_writer *w, awk_val *v)
{
    not_array(v);
    if (v->type == AWK_NUM) {
        awk_str *s = awk_num_to_str(v->num, awk_m.ofmt);
        prog_write(w, s->p, s->n);
        awk_unref(s);
    } else if (awk_has_str(v)) {
        prog_write(w, v->s->p, v->s->n);
    }
}

static bool is_plain_field(const awk_node *n)
{
    return n->kind == N_FIELD && n->a->kind == N_NUM && n->a->num >= 0 && n->a->num < 1e6;
}

static bool all_plain_fields(const awk_node *n)
{
    for (; n; n = n->next)
        if (!is_plain_field(n) && n->kind != N_STR)
            return false;
    return true;
}

static void end_print(prog_writer *w)
{
    if (w != &prog_out && w->fd == 2)
        (void)prog_flush(w);
}

static void print(awk_node *n)
{
    if (!n->a || all_plain_fields(n->a)) {
        prog_writer *w = destination(n);
        if (!n->a)
            awk_field_write(w, 0);
        for (awk_node *a = n->a; a; a = a->next) {
            if (a != n->a)
                prog_write(w, awk_m.ofs->p, awk_m.ofs->n);
            if (a->kind == N_STR)
                prog_write(w, a->s->p, a->s->n);
            else
                awk_field_write(w, (size_t)a->a->num);
        }
        prog_write(w, awk_m.ors->p, awk_m.ors->n);
        end_print(w);
        return;
    }
    awk_val some[8], *v = some;
    size_t count = 0;
    for (awk_node *a = n->a; a; a = a->next)
        count++;
    if (count > BX_COUNT(some))
        v = prog_zalloc(count, sizeof *v);
    count = 0;
    for (awk_node *a = n->a; a; a = a->next)
        v[count++] = awk_eval(a);
    if (!awk_m.unwind) {
        prog_writer *w = destination(n);
        for (size_t i = 0; i < count; i++) {
            if (i > 0)
                prog_write(w, awk_m.ofs->p, awk_m.ofs->n);
            print_value(w, &v[i]);
        }
        prog_write(w, awk_m.ors->p, awk_m.ors->n);
        end_print(w);
    }
    for (size_t i = 0; i < count; i++)
        awk_drop(&v[i]);
    if (v != some)
        free(v);
}

static void print_formatted(awk_node *n)
{
    static prog_buf out;
    size_t count = 0;
    for (awk_node *a = n->a; a; a = a->next)
        count++;
    awk_val some[12], *v = some;
    if (count > BX_COUNT(some))
        v = prog_zalloc(count, sizeof *v);
    count = 0;
    for (awk_node *a = n->a; a; a = a->next)
        v[count++] = awk_eval(a);
    out.n = 0;
    if (!awk_m.unwind) {
        awk_format(&out, v, count);
        prog_writer *w = destination(n);
        prog_write(w, out.p, out.n);
        end_print(w);
    }
    for (size_t i = 0; i < count; i++)
        awk_drop(&v[i]);
    if (v != some)
        free(v);
}

static flow loop_body(awk_node *n)
{
    flow f = n ? exec(n) : FLOW_ON;
    return f == FLOW_CONTINUE ? FLOW_ON : f;
}

static flow run_for(awk_node *n)
{
    if (n->a)
        (void)exec(n->a);
    while (!awk_m.unwind && (!n->b || truth(n->b))) {
        if (awk_m.unwind)
            break;
        flow f = loop_body(n->d);
        if (f == FLOW_BREAK)
            break;
        if (f != FLOW_ON)
            return f;
        if (n->c)
            (void)exec(n->c);
    }
    return FLOW_ON;
}

static flow run_while(awk_node *n)
{
    while (truth(n->a) && !awk_m.unwind) {
        flow f = loop_body(n->b);
        if (f == FLOW_BREAK)
            break;
        if (f != FLOW_ON)
            return f;
    }
    return FLOW_ON;
}

static flow run_do(awk_node *n)
{
    do {
        flow f = loop_body(n->b);
        if (f == FLOW_BREAK)
            break;
        if (f != FLOW_ON)
            return f;
    } while (truth(n->a) && !awk_m.unwind);
    return FLOW_ON;
}

static void order_items(awk_item *items, size_t n)
{
    const awk_val *info = &awk_p.globals[V_PROCINFO];
    const awk_val *how =
        info->type == AWK_ARRAY ? awk_array_find(info->array, "sorted_in", 9) : NULL;
    if (!how)
        return;
    awk_str *s = awk_to_str(how);
    if (s->n > 0 && !awk_sort_items(items, n, (bx_str){s->p, s->n}))
        awk_fatal("PROCINFO[\"sorted_in\"]: there is no order `%.*s'", (int)s->n, s->p);
    awk_unref(s);
}

static flow run_for_in(awk_node *n)
{
    awk_item *items;
    size_t count = awk_array_items(awk_eval_array(n->b), &items);
    order_items(items, count);
    flow f = FLOW_ON;
    for (size_t i = 0; i < count && f == FLOW_ON; i++) {
        awk_val key = awk_input(items[i].key->p, items[i].key->n);
        key.type = AWK_STR;
        awk_assign(n->a, key);
        f = loop_body(n->c);
    }
    awk_items_free(items, count);
    return f == FLOW_BREAK ? FLOW_ON : f;
}

static bool case_matches(awk_node *c, awk_val *v)
{
    if (c->a->kind == N_REGEX) {
        awk_str *s = awk_to_str(v);
        bool b = awk_matches(awk_node_regex(c->a), (bx_str){s->p, s->n});
        awk_unref(s);
        return b;
    }
    awk_val w = awk_eval(c->a), copy = awk_copy(v);
    awk_settle(&copy);
    bool is_number = w.type == AWK_NUM;
    bool same = is_number == (copy.type != AWK_STR) && awk_compare(&copy, &w) == 0;
    awk_drop(&w);
    awk_drop(&copy);
    return same;
}

static flow run_switch(awk_node *n)
{
    awk_val v = awk_eval(n->a);
    awk_node *c = n->b, *otherwise = NULL;
    for (; c; c = c->next) {
        if (!c->a)
            otherwise = c;
        else if (case_matches(c, &v))
            break;
    }
    awk_drop(&v);
    for (c = c ? c : otherwise; c; c = c->next)
        for (awk_node *s = c->b; s; s = s->next) {
            flow f = exec(s);
            if (f == FLOW_BREAK)
                return FLOW_ON;
            if (f != FLOW_ON)
                return f;
        }
    return FLOW_ON;
}

static void delete(awk_node *n)
{
    if (n->kind != N_INDEX) {
        awk_array_clear(awk_eval_array(n));
        return;
    }
    awk_array *a = awk_eval_array(n->a);
    awk_str *key = key_of(n->b);
    awk_array_delete(a, key->p, key->n);
    awk_unref(key);
}

static flow leave(awk_node *n)
{
    if (n->a) {
        awk_val v = awk_eval(n->a);
        if (n->kind == S_RETURN) {
            awk_drop(&returned);
            returned = v;
        } else {
            double d = awk_to_num(&v);
            awk_m.exit_status = d > -1e9 && d < 1e9 ? (int)d & 255 : 255;
            awk_drop(&v);
        }
    } else if (n->kind == S_RETURN) {
        returned = (awk_val){0};
    }
    return n->kind == S_RETURN ? FLOW_RETURN : FLOW_EXIT;
}

static flow run_block(awk_node *n)
{
    for (awk_node *s = n->a; s; s = s->next) {
        flow f = exec(s);
        if (f != FLOW_ON)
            return f;
    }
    return FLOW_ON;
}

static void run_expression(awk_node *n)
{
    if (n->kind == N_ARITH || n->kind == N_UPDATE || n->kind == N_PRE || n->kind == N_POST) {
        (void)awk_eval_num(n);
        return;
    }
    awk_val v = awk_eval(n);
    awk_drop(&v);
}

static flow exec_one(awk_node *n)
{
    switch (n->kind) {
    case S_EXPR:
        run_expression(n->a);
        return FLOW_ON;
    case S_PRINT:
        print(n);
        return FLOW_ON;
    case S_PRINTF:
        print_formatted(n);
        return FLOW_ON;
    case S_IF: {
        bool yes = truth(n->a);
        awk_node *then = yes ? n->b : n->c;
        return then && !awk_m.unwind ? exec(then) : FLOW_ON;
    }
    case S_WHILE:
        return run_while(n);
    case S_DO:
        return run_do(n);
    case S_FOR:
        return run_for(n);
    case S_FORIN:
        return run_for_in(n);
    case S_BLOCK:
        return run_block(n);
    case S_NEXT:
        return FLOW_NEXT;
    case S_NEXTFILE:
        return FLOW_NEXTFILE;
    case S_EXIT:
    case S_RETURN:
        return leave(n);
    case S_BREAK:
        return FLOW_BREAK;
    case S_CONTINUE:
        return FLOW_CONTINUE;
    case S_DELETE:
        delete(n->a);
        return FLOW_ON;
    default:
        return run_switch(n);
    }
}

static flow exec(awk_node *n)
{
    awk_m.line = n->line;
    flow f = exec_one(n);
    return awk_m.unwind ? (flow)awk_m.unwind : f;
}

/* --- rules -------------------------------------------------------------------------------------
 */

static bool exiting;

static void print_record(void)
{
    awk_field_write(&prog_out, 0);
    prog_write(&prog_out, awk_m.ors->p, awk_m.ors->n);
}

static flow run_rule(awk_rule *r)
{
    flow f = FLOW_ON;
    awk_m.unwind = 0;
    if (r->body)
        f = exec(r->body);
    else
        print_record();
    awk_m.unwind = 0;
    if (f == FLOW_EXIT)
        exiting = true;
    return f;
}

static void run_all(int when)
{
    for (size_t i = 0; i < awk_p.n_rules && !exiting; i++)
        if (awk_p.rules[i].when == (__typeof__(awk_p.rules[i].when))when)
            (void)run_rule(&awk_p.rules[i]);
}

void awk_run_file_rules(bool begins);

void awk_run_file_rules(bool begins)
{
    int when = begins ? RULE_BEGINFILE : RULE_ENDFILE;
    for (size_t i = 0; i < awk_p.n_rules && !exiting; i++)
        if (awk_p.rules[i].when == (__typeof__(awk_p.rules[i].when))when) {
            flow f = run_rule(&awk_p.rules[i]);
            if (f == FLOW_NEXTFILE)
                awk_next_file();
        }
}

static bool selects(awk_rule *r)
{
    if (!r->from)
        return true;
    if (!r->to)
        return truth(r->from);
    if (!r->active && !truth(r->from))
        return false;
    r->active = !truth(r->to);
    return true;
}

static void run_record(void)
{
    for (size_t i = 0; i < awk_p.n_rules && !exiting; i++) {
        awk_rule *r = &awk_p.rules[i];
        if (r->when != RULE_MAIN || !selects(r))
            continue;
        flow f = awk_m.unwind ? (flow)awk_m.unwind : run_rule(r);
        awk_m.unwind = 0;
        if (f == FLOW_EXIT)
            exiting = true;
        if (f == FLOW_NEXTFILE) {
            awk_run_file_rules(false);
            awk_next_file();
        }
        if (f == FLOW_NEXT || f == FLOW_NEXTFILE)
            return;
    }
}

static bool has_rule(int when)
{
    for (size_t i = 0; i < awk_p.n_rules; i++)
        if (awk_p.rules[i].when == (__typeof__(awk_p.rules[i].when))when)
            return true;
    return false;
}

int awk_run(void)
{
    bx_str s;
    exiting = false;
    run_all(RULE_BEGIN);
    awk_m.in_main = true;
    bool reads = has_rule(RULE_MAIN) || has_rule(RULE_END) || has_rule(RULE_BEGINFILE) ||
                 has_rule(RULE_ENDFILE);
    while (reads && !exiting && awk_next_record(&s)) {
        awk_set_record(s.p, s.n);
        run_record();
    }
    exiting = false;
    run_all(RULE_END);
    return awk_m.exit_status;
}
