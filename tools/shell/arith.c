/* Running arithmetic code. */
#include "shell/arith_int.h"

enum { MAX_RECURSION = 256, SMALL_STACK = 24 };
enum { STATE_NEW, STATE_CODE, STATE_TEXT }; /* of sh_arith_text */

typedef struct machine {
    const sh_arith *a;
    const sh_arith_env *env;
    sh_arith_error *err;
    int64_t *stack;
    const int64_t *params;
} machine;

static int recursion; /* variables whose values are expressions, subscripts in subscripts */

/* A plain decimal number that cannot be octal: most values. */
static bool plain_number(bx_str s, int64_t *ret)
{
    size_t i = 0;
    bool negative = s.n > 1 && s.p[0] == '-';
    i += negative;
    if (s.n - i < 1 || s.n - i > 18 || (s.p[i] == '0' && s.n - i > 1))
        return false;
    int64_t v = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *ret = negative ? -v : v;
    return true;
}

bool sh_could_run(bx_str text)
{
    return memchr(text.p, '`', text.n) || memmem(text.p, text.n, "$(", 2);
}

static bool load(machine *m, sh_arith_var *var, int64_t *ret)
{
    bx_str text;
    switch (m->env->get(m->env->ctx, var, ret, &text)) {
    case SH_ARITH_UNSET:
        *ret = 0;
        return true;
    case SH_ARITH_NUMBER:
        return true;
    case SH_ARITH_TEXT:
        break;
    default:
        return false;
    }
    if (plain_number(text, ret))
        return true;
    char *copy = sh_strndup(text.p, text.n);
    bool good = sh_arith_eval((bx_str){copy, text.n}, m->env, ret, m->err);
    free(copy);
    return good;
}

static bool power(int64_t base, int64_t exponent, int64_t *ret)
{
    uint64_t b = (uint64_t)base, v = 1;
    for (uint64_t e = (uint64_t)exponent; e; e >>= 1) {
        if (e & 1)
            v *= b;
        b *= b;
    }
    *ret = (int64_t)v;
    return exponent >= 0;
}

static bool divide(bool modulo, int64_t x, int64_t y, int64_t *ret)
{
    if (y == 0)
        return false;
    if (y == -1)
        *ret = modulo ? 0 : (int64_t)(0 - (uint64_t)x);
    else
        *ret = modulo ? x % y : x / y;
    return true;
}

/* x = x OP y; false: an error. */
static bool binary(machine *m, const arith_code *i, int64_t *px, int64_t y)
{
    int64_t x = *px;
    uint64_t ux = (uint64_t)x, uy = (uint64_t)y;
    switch (i->op) {
    case A_MUL:
        x = (int64_t)(ux * uy);
        break;
    case A_DIV:
    case A_MOD:
        if (!divide(i->op == A_MOD, x, y, &x)) {
            sh_arith_fail(m->err, m->a->text, "division by 0", i->aux);
            return false;
        }
        break;
    case A_POWER:
        if (!power(x, y, &x)) {
            sh_arith_fail(m->err, m->a->text, "exponent less than 0", i->aux);
            return false;
        }
        break;
    case A_ADD:
        x = (int64_t)(ux + uy);
        break;
    case A_SUB:
        x = (int64_t)(ux - uy);
        break;
    case A_SHL:
        x = (int64_t)(ux << (uy & 63));
        break;
    case A_SHR:
        x = x >> (uy & 63);
        break;
    case A_LT:
        x = x < y;
        break;
    case A_LE:
        x = x <= y;
        break;
    case A_GT:
        x = x > y;
        break;
    case A_GE:
        x = x >= y;
        break;
    case A_EQ:
        x = x == y;
        break;
    case A_NE:
        x = x != y;
        break;
    case A_AND:
        x = (int64_t)(ux & uy);
        break;
    case A_XOR:
        x = (int64_t)(ux ^ uy);
        break;
    default:
        x = (int64_t)(ux | uy);
        break;
    }
    *px = x;
    return true;
}

static bool increment(machine *m, const arith_code *i, int64_t *top)
{
    int64_t old, fresh;
    if (!load(m, i->var, &old))
        return false;
    fresh = (int64_t)((uint64_t)old + (i->aux ? UINT64_MAX : 1));
    *top = i->op == A_PRE ? fresh : old;
    return m->env->set(m->env->ctx, i->var, fresh);
}

static bool run(machine *m, int64_t *ret)
{
    const arith_code *code = m->a->code, *end = code + m->a->n;
    int64_t *top = m->stack - 1; /* the value pushed last */
    for (const arith_code *i = code; i < end;) {
        const arith_code *now = i++;
        switch (now->op) {
        case A_PUSH:
            *++top = now->value;
            break;
        case A_PARAM:
            *++top = m->params[now->value];
            break;
        case A_LOAD:
            if (!load(m, now->var, ++top))
                return false;
            break;
        case A_STORE:
            if (!m->env->set(m->env->ctx, now->var, *top))
                return false;
            break;
        case A_PRE:
        case A_POST:
            if (!increment(m, now, ++top))
                return false;
            break;
        case A_POP:
            top--;
            break;
        case A_JUMP:
            i = code + now->aux;
            break;
        case A_FALSE:
            if (*top-- == 0)
                i = code + now->aux;
            break;
        case A_TRUE:
            if (*top-- != 0)
                i = code + now->aux;
            break;
        case A_BOOL:
            *top = *top != 0;
            break;
        case A_NOT:
            *top = !*top;
            break;
        case A_INVERT:
            *top = ~*top;
            break;
        case A_NEGATE:
            *top = (int64_t)(0 - (uint64_t)*top);
            break;
        default:
            top--;
            if (!binary(m, now, top, top[1]))
                return false;
            break;
        }
    }
    *ret = *top;
    return true;
}

static bool run_code(const sh_arith *a, const sh_arith_env *env, const int64_t *params,
                     int64_t *ret, sh_arith_error *err)
{
    if (recursion >= MAX_RECURSION) {
        sh_arith_fail(err, a->text, "expression recursion level exceeded", 0);
        return false;
    }
    int64_t small[SMALL_STACK + 1];
    machine m = {.a = a, .env = env, .err = err, .stack = small + 1, .params = params};
    int64_t *large = NULL;
    if (a->depth > SMALL_STACK - 1) {
        large = sh_alloc((a->depth + 2) * sizeof *large);
        m.stack = large + 1;
    }
    recursion++;
    bool good = run(&m, ret);
    recursion--;
    free(large);
    return good;
}

bool sh_arith_eval(bx_str expression, const sh_arith_env *env, int64_t *ret, sh_arith_error *err)
{
    if (plain_number(expression, ret))
        return true;
    if (sh_could_run(expression)) { /* its words were expanded: this came out of a value */
        sh_arith_fail(err, expression, "a command in a value is not run", 0);
        return false;
    }
    sh_arena arena = {NULL};
    sh_arith *a = sh_arith_compile(expression, NULL, 0, &arena, err);
    bool good = a && run_code(a, env, NULL, ret, err);
    sh_arena_done(&arena);
    return good;
}

/* Text and plain parameters only: code with places for the parameters. */
static void compile(sh_arith_text *t)
{
    const sh_word *w = t->word;
    sh_param *params[ARITH_MAX_PARAMS];
    uint32_t n_params = 0;
    size_t n = 0;
    t->state = STATE_TEXT;
    for (uint32_t i = 0; i < w->n_parts; i++) {
        const sh_part *part = &w->parts[i];
        if (part->kind == SH_PART_TEXT) {
            n += part->text.n;
            continue;
        }
        if (part->kind != SH_PART_PARAM || n_params == ARITH_MAX_PARAMS || part->param->indirect ||
            part->param->subscript == SH_SUB_INDEX ||
            (part->param->op != SH_OP_NONE && part->param->op != SH_OP_LENGTH))
            return;
        params[n_params++] = part->param;
        n++;
    }
    char *text = sh_alloc(n + 1);
    size_t to = 0;
    for (uint32_t i = 0; i < w->n_parts; i++) {
        const sh_part *part = &w->parts[i];
        if (part->kind == SH_PART_PARAM) {
            text[to++] = ARITH_PARAM_BYTE;
            continue;
        }
        if (memchr(part->text.p, ARITH_PARAM_BYTE, part->text.n)) {
            free(text);
            return;
        }
        memcpy(text + to, part->text.p, part->text.n);
        to += part->text.n;
    }
    t->code = sh_arith_compile((bx_str){text, n}, params, n_params, t->arena, NULL);
    free(text);
    if (t->code)
        t->state = STATE_CODE;
}

/* The values of the code's parameters; false: one is not a plain number. */
static bool fetch(const sh_arith *a, const sh_arith_env *env, int64_t *values)
{
    for (uint32_t i = 0; i < a->n_params; i++) {
        bx_str text = {0};
        int kind =
            env->param ? env->param(env->ctx, a->params[i], &values[i], &text) : SH_ARITH_UNSET;
        if (kind == SH_ARITH_TEXT ? !plain_number(text, &values[i]) : kind != SH_ARITH_NUMBER)
            return false;
        if (values[i] < 0) /* "x-$y" is "x--1" then */
            return false;
    }
    return true;
}

/* In a message the parameters' values stand for their places: once in the expression, and those
 * of its end again in the token. */
static void show_values(sh_arith_error *err, const int64_t *values, uint32_t n)
{
    uint32_t places = 0, seen = 0;
    bx_str m = err->text;
    for (size_t i = 0; i < m.n; i++)
        places += m.p[i] == ARITH_PARAM_BYTE;
    char *s = sh_alloc(m.n + 20 * (size_t)places + 1);
    size_t to = 0;
    for (size_t i = 0; i < m.n; i++) {
        if (m.p[i] != ARITH_PARAM_BYTE) {
            s[to++] = m.p[i];
            continue;
        }
        uint32_t k = seen < n ? seen : n - (places - seen);
        seen++;
        char digits[20];
        size_t d = sizeof digits;
        for (int64_t v = k < n ? values[k] : 0; d == sizeof digits || v; v /= 10)
            digits[--d] = (char)('0' + v % 10);
        memcpy(s + to, digits + d, sizeof digits - d);
        to += sizeof digits - d;
    }
    free((void *)(uintptr_t)m.p);
    err->text = (bx_str){s, to};
}

bool sh_arith_eval_text(sh_arith_text *t, const sh_arith_env *env, int64_t *ret,
                        sh_arith_error *err)
{
    if (t->state == STATE_NEW)
        compile(t);
    int64_t params[ARITH_MAX_PARAMS];
    if (t->state == STATE_CODE && fetch(t->code, env, params)) {
        if (!t->code->n_params)
            return run_code(t->code, env, params, ret, err);
        bool good = run_code(t->code, env, params, ret, err);
        if (!good && err->text.p)
            show_values(err, params, t->code->n_params);
        return good;
    }
    if (t->word->flags & SH_WORD_LITERAL)
        return sh_arith_eval(t->word->n_parts ? t->word->parts[0].text : (bx_str){"", 0}, env, ret,
                             err);
    bx_str text;
    if (!env->expand(env->ctx, t->word, &text))
        return false;
    bool good = sh_arith_eval(text, env, ret, err);
    if (env->release)
        env->release(env->ctx, text);
    return good;
}
