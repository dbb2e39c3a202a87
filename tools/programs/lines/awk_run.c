/* The statements and rules of awk at work. */
#include "programs/lines/awk_run.h"

/* What takes room is not made part of what calls itself: functions of awk may be called deeply. */

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
    awk_not_array(v);
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

__attribute__((noinline)) static void print(awk_node *n)
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

__attribute__((noinline)) static void print_formatted(awk_node *n)
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

static awk_flow loop_body(awk_node *n)
{
    awk_flow f = n ? awk_exec(n) : FLOW_ON;
    return f == FLOW_CONTINUE ? FLOW_ON : f;
}

static awk_flow run_for(awk_node *n)
{
    if (n->a)
        (void)awk_exec(n->a);
    while (!awk_m.unwind && (!n->b || awk_truth(n->b))) {
        if (awk_m.unwind)
            break;
        awk_flow f = loop_body(n->d);
        if (f == FLOW_BREAK)
            break;
        if (f != FLOW_ON)
            return f;
        if (n->c)
            (void)awk_exec(n->c);
    }
    return FLOW_ON;
}

static awk_flow run_while(awk_node *n)
{
    while (awk_truth(n->a) && !awk_m.unwind) {
        awk_flow f = loop_body(n->b);
        if (f == FLOW_BREAK)
            break;
        if (f != FLOW_ON)
            return f;
    }
    return FLOW_ON;
}

static awk_flow run_do(awk_node *n)
{
    do {
        awk_flow f = loop_body(n->b);
        if (f == FLOW_BREAK)
            break;
        if (f != FLOW_ON)
            return f;
    } while (awk_truth(n->a) && !awk_m.unwind);
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

__attribute__((noinline)) static awk_flow run_for_in(awk_node *n)
{
    awk_item *items;
    size_t count = awk_array_items(awk_eval_array(n->b), &items);
    order_items(items, count);
    awk_flow f = FLOW_ON;
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

__attribute__((noinline)) static awk_flow run_switch(awk_node *n)
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
            awk_flow f = awk_exec(s);
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
    awk_str *key = awk_key_of(n->b);
    awk_array_delete(a, key->p, key->n);
    awk_unref(key);
}

__attribute__((noinline)) static awk_flow leave(awk_node *n)
{
    if (n->a) {
        awk_val v = awk_eval(n->a);
        if (n->kind == S_RETURN) {
            awk_drop(&awk_returned);
            awk_returned = v;
        } else {
            double d = awk_to_num(&v);
            awk_m.exit_status = d > -1e9 && d < 1e9 ? (int)d & 255 : 255;
            awk_drop(&v);
        }
    } else if (n->kind == S_RETURN) {
        awk_returned = (awk_val){0};
    }
    return n->kind == S_RETURN ? FLOW_RETURN : FLOW_EXIT;
}

static awk_flow run_block(awk_node *n)
{
    for (awk_node *s = n->a; s; s = s->next) {
        awk_flow f = awk_exec(s);
        if (f != FLOW_ON)
            return f;
    }
    return FLOW_ON;
}

__attribute__((noinline)) static void run_expression(awk_node *n)
{
    if (n->kind == N_ARITH || n->kind == N_UPDATE || n->kind == N_PRE || n->kind == N_POST) {
        (void)awk_eval_num(n);
        return;
    }
    awk_val v = awk_eval(n);
    awk_drop(&v);
}

static awk_flow exec_one(awk_node *n)
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
        bool yes = awk_truth(n->a);
        awk_node *then = yes ? n->b : n->c;
        return then && !awk_m.unwind ? awk_exec(then) : FLOW_ON;
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

awk_flow awk_exec(awk_node *n)
{
    awk_m.line = n->line;
    awk_flow f = exec_one(n);
    return awk_m.unwind ? (awk_flow)awk_m.unwind : f;
}

/* --- rules -------------------------------------------------------------------------------------
 */

static bool exiting;

static void print_record(void)
{
    awk_field_write(&prog_out, 0);
    prog_write(&prog_out, awk_m.ors->p, awk_m.ors->n);
}

static awk_flow run_rule(awk_rule *r)
{
    awk_flow f = FLOW_ON;
    awk_m.unwind = 0;
    if (r->body)
        f = awk_exec(r->body);
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
            awk_flow f = run_rule(&awk_p.rules[i]);
            if (f == FLOW_NEXTFILE)
                awk_next_file();
        }
}

static bool selects(awk_rule *r)
{
    if (!r->from)
        return true;
    if (!r->to)
        return awk_truth(r->from);
    if (!r->active && !awk_truth(r->from))
        return false;
    r->active = !awk_truth(r->to);
    return true;
}

static void run_record(void)
{
    for (size_t i = 0; i < awk_p.n_rules && !exiting; i++) {
        awk_rule *r = &awk_p.rules[i];
        if (r->when != RULE_MAIN || !selects(r))
            continue;
        awk_flow f = awk_m.unwind ? (awk_flow)awk_m.unwind : run_rule(r);
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
