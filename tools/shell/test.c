/* test and [: POSIX's rules by the number of arguments, then -a, -o and parentheses. */
#include "base/buf.h"
#include "shell/cond_int.h"

enum { MAX_NESTING = 300 };

typedef struct tester {
    const bx_str *v;
    size_t n, at;
    bx_str name;
    const sh_cond_env *env;
    int depth;
    bool failed;
} tester;

static bool is(bx_str s, const char *z) { return s.n == strlen(z) && memcmp(s.p, z, s.n) == 0; }

/* "[: BEFORE ARG AFTER". */
static bool fail(tester *t, const char *before, bx_str arg, const char *after)
{
    if (t->failed)
        return false;
    bx_buf b = bx_buf_init(1 << 20);
    bx_buf_add_str(&b, t->name);
    bx_buf_add_z(&b, ": ");
    bx_buf_add_z(&b, before);
    bx_buf_add_str(&b, arg);
    bx_buf_add_z(&b, after);
    t->env->error(t->env->ctx, bx_buf_str(&b));
    bx_buf_done(&b);
    t->failed = true;
    return false;
}

static const bx_str nothing = {"", 0};

static bool unary(tester *t, bx_str op, bx_str arg)
{
    bool bad = false;
    int status = sh_unary(t->env, op.p[1], arg, &bad);
    if (bad)
        return false;
    return status == 0;
}

static bool binary(tester *t, bx_str a, bx_str op, bx_str b)
{
    int64_t x, y;
    if (sh_is_number_op(op)) {
        if (!sh_decimal(a, &x))
            return fail(t, "", a, ": integer expression expected");
        if (!sh_decimal(b, &y))
            return fail(t, "", b, ": integer expression expected");
        return sh_compare(op, x, y);
    }
    switch (op.p[0]) {
    case '=':
        return bx_str_eq(a, b);
    case '!':
        return !bx_str_eq(a, b);
    case '<':
        return sh_text_order(a, b) < 0;
    case '>':
        return sh_text_order(a, b) > 0;
    default:
        return sh_file_binary(op, a, b);
    }
}

static bool two(tester *t, const bx_str *v)
{
    if (is(v[0], "!"))
        return v[1].n == 0;
    if (sh_is_unary(v[0]))
        return unary(t, v[0], v[1]);
    return fail(t, "", v[0], ": unary operator expected");
}

static bool three(tester *t, const bx_str *v)
{
    if (sh_is_binary(v[1]))
        return binary(t, v[0], v[1], v[2]);
    if (is(v[1], "-a"))
        return v[0].n && v[2].n;
    if (is(v[1], "-o"))
        return v[0].n || v[2].n;
    if (is(v[0], "!"))
        return !two(t, v + 1);
    if (is(v[0], "(") && is(v[2], ")"))
        return v[1].n != 0;
    return fail(t, "", v[1], ": binary operator expected");
}

static bool or_expr(tester *t);

static bool term(tester *t)
{
    if (t->failed || t->at >= t->n)
        return fail(t, "argument expected", nothing, "");
    if (++t->depth > MAX_NESTING)
        return fail(t, "too many arguments", nothing, "");
    const bx_str *v = t->v + t->at;
    size_t left = t->n - t->at;
    bool value;
    if (is(v[0], "!")) {
        t->at++;
        value = !term(t);
    } else if (is(v[0], "(")) {
        t->at++;
        value = or_expr(t);
        if (t->at >= t->n)
            value = fail(t, "`)' expected", nothing, "");
        else if (!is(t->v[t->at], ")"))
            value = fail(t, "`)' expected, found ", t->v[t->at], "");
        t->at++;
    } else if (left >= 3 && sh_is_binary(v[1])) {
        value = binary(t, v[0], v[1], v[2]);
        t->at += 3;
    } else if (left >= 2 && sh_is_unary(v[0])) {
        value = unary(t, v[0], v[1]);
        t->at += 2;
    } else {
        value = v[0].n != 0;
        t->at++;
    }
    t->depth--;
    return value;
}

static bool and_expr(tester *t)
{
    bool value = term(t);
    while (!t->failed && t->at < t->n && is(t->v[t->at], "-a")) {
        t->at++;
        bool right = term(t);
        value = value && right;
    }
    return value;
}

static bool or_expr(tester *t)
{
    bool value = and_expr(t);
    while (!t->failed && t->at < t->n && is(t->v[t->at], "-o")) {
        t->at++;
        bool right = and_expr(t);
        value = value || right;
    }
    return value;
}

static bool general(tester *t)
{
    bool value = or_expr(t);
    if (t->failed || t->at == t->n)
        return value;
    bx_str extra = t->v[t->at];
    if (extra.n && extra.p[0] == '-')
        return fail(t, "syntax error: `", extra, "' unexpected");
    return fail(t, "too many arguments", nothing, "");
}

static bool evaluate(tester *t)
{
    const bx_str *v = t->v;
    switch (t->n) {
    case 0:
        return false;
    case 1:
        return v[0].n != 0;
    case 2:
        return two(t, v);
    case 3:
        return three(t, v);
    case 4:
        if (is(v[0], "!"))
            return !three(t, v + 1);
        if (is(v[0], "(") && is(v[3], ")"))
            return two(t, v + 1);
        break;
    default:
        break;
    }
    return general(t);
}

int sh_test(const bx_str *argv, size_t argc, const sh_cond_env *env)
{
    tester t = {.v = argv + 1, .n = argc - 1, .name = argv[0], .env = env};
    if (is(argv[0], "[")) {
        if (!t.n || !is(t.v[t.n - 1], "]")) {
            (void)fail(&t, "missing `]'", nothing, "");
            return 2;
        }
        t.n--;
    }
    bool value = evaluate(&t);
    return t.failed ? 2 : !value;
}
