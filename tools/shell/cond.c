/* [[ … ]]: the tree of the parser, evaluated. */
#include "base/buf.h"
#include "shell/cond_int.h"
#include "shell/ere.h"
#include "shell/match.h"

enum { MAX_TRACE = 1 << 20 };

typedef struct text {
    char *p;
    size_t n;
} text;

static bx_str str(text t) { return (bx_str){t.p, t.n}; }

static void report(const sh_cond_env *env, bx_str message)
{
    bx_buf b = bx_buf_init(1 << 20);
    bx_buf_add_z(&b, "[[: ");
    bx_buf_add_str(&b, message);
    env->error(env->ctx, bx_buf_str(&b));
    bx_buf_done(&b);
}

/* For set -x: the operands as expanded. */
static void trace(const sh_cond_env *env, bool negated, const text *a, bx_str op, const text *b)
{
    if (!env->trace)
        return;
    bx_buf out = bx_buf_init(MAX_TRACE);
    if (negated)
        bx_buf_add_z(&out, "! ");
    if (a) {
        bx_buf_add_str(&out, a->n ? str(*a) : BX_LIT("''"));
        bx_buf_add_z(&out, " ");
    }
    bx_buf_add_str(&out, op);
    bx_buf_add_z(&out, " ");
    bx_buf_add_str(&out, b->n ? str(*b) : BX_LIT("''"));
    env->trace(env->ctx, bx_buf_str(&out));
    bx_buf_done(&out);
}

typedef struct groups {
    const sh_cond_env *env;
    size_t n;
} groups;

static void group(void *ctx, size_t i, bx_str s)
{
    const groups *g = ctx;
    g->env->rematch(g->env->ctx, i, g->n, s);
}

static int regex(const sh_cond_env *env, text a, text b)
{
    const sh_ere *e = sh_ere_cached(str(b), env->match_flags & SH_MATCH_NOCASE);
    if (!e)
        return 2;
    groups g = {.env = env, .n = sh_ere_groups(e) + 1};
    int m = sh_ere_match(e, str(a), group, &g);
    if (m <= 0)
        env->rematch(env->ctx, 0, 0, (bx_str){"", 0});
    return m > 0 ? 0 : m < 0 ? 2 : 1;
}

static bool number(const sh_cond_env *env, text t, int64_t *ret)
{
    sh_arith_error err = {{0}};
    if (sh_arith_eval(str(t), env->arith, ret, &err))
        return true;
    if (err.text.p)
        report(env, err.text);
    free((void *)(uintptr_t)err.text.p);
    return false;
}

static int numbers(const sh_cond_env *env, bx_str op, text a, text b)
{
    int64_t x, y;
    if (!number(env, a, &x) || !number(env, b, &y))
        return 1;
    return !sh_compare(op, x, y);
}

static int operands(const sh_cond_env *env, bx_str op, text a, text b)
{
    char c = op.p[0];
    if (op.n == 2 && c == '=' && op.p[1] == '~')
        return regex(env, a, b);
    if (c == '=' || c == '!') {
        unsigned flags = SH_MATCH_EXTGLOB | env->match_flags;
        return sh_pattern_match(sh_pattern_cached(str(b), flags), str(a)) != (c == '=');
    }
    if (c == '<')
        return !(sh_text_order(str(a), str(b)) < 0);
    if (c == '>')
        return !(sh_text_order(str(a), str(b)) > 0);
    if (sh_is_number_op(op))
        return numbers(env, op, a, b);
    return !sh_file_binary(op, str(a), str(b));
}

static int binary(const sh_cond *c, const sh_cond_env *env, bool negated)
{
    text a = {0}, b = {0};
    bool regex_op = c->op.n == 2 && c->op.p[1] == '~';
    bool pattern = regex_op || c->op.p[0] == '=' || c->op.p[0] == '!';
    int status = 1;
    if (env->expand(env->ctx, c->a, &a.p, &a.n)) {
        bool good = pattern ? env->expand_pattern(env->ctx, c->b, regex_op, &b.p, &b.n)
                            : env->expand(env->ctx, c->b, &b.p, &b.n);
        if (good) {
            trace(env, negated, &a, c->op, &b);
            status = operands(env, c->op, a, b);
        }
    }
    free(a.p);
    free(b.p);
    return status;
}

static int unary(const sh_cond *c, const sh_cond_env *env, bool negated)
{
    text a = {0};
    char op = c->kind == SH_COND_WORD ? 'n' : c->op.p[1];
    bool bad = false;
    if (!env->expand(env->ctx, c->a, &a.p, &a.n))
        return 1;
    trace(env, negated, NULL, c->kind == SH_COND_WORD ? BX_LIT("-n") : c->op, &a);
    int status = sh_unary(env, op, str(a), &bad);
    free(a.p);
    return bad ? 1 : status;
}

static int eval(const sh_cond *c, const sh_cond_env *env, bool negated)
{
    int status;
    switch (c->kind) {
    case SH_COND_AND:
        status = eval(c->left, env, false);
        return status == 0 ? eval(c->right, env, false) : status;
    case SH_COND_OR:
        status = eval(c->left, env, false);
        return status != 0 ? eval(c->right, env, false) : status;
    case SH_COND_NOT:
        status = eval(c->left, env, !negated);
        return status > 1 ? status : !status;
    case SH_COND_GROUP:
        return eval(c->left, env, false);
    case SH_COND_BINARY:
        return binary(c, env, negated);
    default:
        return unary(c, env, negated);
    }
}

int sh_cond_eval(sh_cond *c, const sh_cond_env *env) { return eval(c, env, false); }
