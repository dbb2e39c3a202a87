/* text/expr.c - expr (POSIX; GNU).  A value is a text; it is a number when it looks like one. */
#include "programs/text/text.h"

#include <regex.h>

const char text_expr_help[] =
    "Usage: expr EXPRESSION\n"
    "Print the value of EXPRESSION; the exit status is 1 for 0 and nothing.\n"
    "\n"
    "  A | B, A & B           A or B, A if both are neither empty nor 0\n"
    "  A < B, <= = == != >= > comparison of numbers, or of texts\n"
    "  A + B, A - B, A * B, A / B, A % B\n"
    "  STRING : REGEXP        what \\( \\) matched at the beginning, or how many characters\n"
    "  match STRING REGEXP    the same\n"
    "  substr STRING POS LENGTH, index STRING CHARS, length STRING\n"
    "  + TOKEN                TOKEN as a text;  ( EXPRESSION )\n"
    "\n"
    "Examples:\n"
    "  $ expr 6 '*' 7\n"
    "  42\n"
    "  $ expr abc123 : 'abc\\([0-9]*\\)'\n"
    "  123\n";

enum { NEST_MAX = 500 };

typedef struct parser {
    char **p; /* what is left, ended by NULL */
    unsigned depth;
} parser;

static bool is_word(const parser *e, const char *word) { return *e->p && strcmp(*e->p, word) == 0; }

static bool take(parser *e, const char *word)
{
    if (!is_word(e, word))
        return false;
    e->p++;
    return true;
}

static char *need(parser *e)
{
    if (!*e->p)
        prog_die(0, "syntax error: missing argument after %s", prog_quote(e->p[-1]));
    return *e->p++;
}

static char *own(const char *text) { return prog_strndup(text, strlen(text)); }

static char *from_number(int64_t n)
{
    char text[24];
    text[0] = '-';
    size_t digits = prog_digits(n < 0 ? -(uint64_t)n : (uint64_t)n, text + 1);
    return prog_strndup(text + (n >= 0), digits + (n < 0));
}

static bool looks_like_number(const char *text)
{
    const char *p = text + (*text == '-');
    return *p && p[strspn(p, "0123456789")] == '\0';
}

static int64_t to_number(const char *text)
{
    if (!looks_like_number(text)) {
        prog_status = 2;
        prog_die(0, "non-integer argument");
    }
    int64_t n = 0;
    if (prog_int(text, "", &n) != PROG_NUM_OK) {
        prog_status = 3;
        prog_die(ERANGE, "%s", text);
    }
    return n;
}

static bool is_null(const char *text)
{
    if (!*text)
        return true;
    const char *p = text + (*text == '-');
    if (!*p)
        return false;
    return p[strspn(p, "0")] == '\0';
}

static size_t characters(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; count++) {
        uint32_t cp;
        i += prog_utf8(text + i, n - i, &cp);
    }
    return count;
}

static char *match(char *text, char *pattern)
{
    regex_t re;
    prog_buf b = {0};
    prog_buf_put(&b, "^", 1); /* a second one, at the beginning of it, means the same */
    prog_buf_put(&b, pattern + (*pattern == '^'), strlen(pattern) - (*pattern == '^'));
    if (regcomp(&re, prog_buf_z(&b), 0) != 0) {
        prog_status = 2;
        prog_die(0, "Invalid regular expression");
    }
    regmatch_t m[2] = {{-1, -1}, {-1, -1}};
    char *result;
    bool hit = regexec(&re, text, 2, m, 0) == 0;
    if (re.re_nsub > 0)
        result = hit && m[1].rm_so >= 0
                     ? prog_strndup(text + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so))
                     : own("");
    else
        result = from_number(hit ? (int64_t)characters(text, (size_t)m[0].rm_eo) : 0);
    regfree(&re);
    prog_buf_free(&b);
    free(text);
    free(pattern);
    return result;
}

static char *eval_or(parser *e, bool run);
static char *eval_unary(parser *e, bool run);

static char *substr(char *text, char *from_text, char *length_text)
{
    char *result = own("");
    if (looks_like_number(from_text) && looks_like_number(length_text)) {
        int64_t from = 0, length = 0;
        (void)prog_int(from_text, "", &from); /* a saturated one is as good */
        (void)prog_int(length_text, "", &length);
        size_t n = strlen(text), start = n, at = 0;
        if (from > 0 && length > 0) {
            uint32_t cp;
            for (int64_t k = 1; at < n && k < from; k++)
                at += prog_utf8(text + at, n - at, &cp);
            start = at;
            for (int64_t k = 0; at < n && k < length; k++)
                at += prog_utf8(text + at, n - at, &cp);
            free(result);
            result = prog_strndup(text + start, at - start);
        }
    }
    free(text);
    free(from_text);
    free(length_text);
    return result;
}

static char *index_of(char *text, char *set)
{
    size_t n = strlen(text), m = strlen(set);
    int64_t found = 0, k = 1;
    for (size_t i = 0; i < n && !found; k++) {
        uint32_t cp, other;
        size_t used = prog_utf8(text + i, n - i, &cp);
        for (size_t j = 0; j < m && !found;) {
            size_t set_used = prog_utf8(set + j, m - j, &other);
            if (used == set_used && memcmp(text + i, set + j, used) == 0)
                found = k;
            j += set_used;
        }
        i += used;
    }
    free(text);
    free(set);
    return from_number(found);
}

static char *eval_primary(parser *e, bool run)
{
    if (++e->depth > NEST_MAX)
        prog_die(0, "expression nested too deeply");
    char *result;
    if (!*e->p)
        (void)need(e);
    if (take(e, "(")) {
        result = eval_or(e, run);
        if (!*e->p)
            prog_die(0, "syntax error: expecting ')' after %s", prog_quote(e->p[-1]));
        if (!take(e, ")"))
            prog_die(0, "syntax error: expecting ')' instead of %s", prog_quote(*e->p));
    } else if (is_word(e, ")")) {
        prog_die(0, "syntax error: unexpected ')'");
    } else {
        result = own(need(e));
    }
    e->depth--;
    return result;
}

static char *eval_unary(parser *e, bool run)
{
    if (++e->depth > NEST_MAX)
        prog_die(0, "expression nested too deeply");
    char *result;
    if (take(e, "+")) {
        result = own(need(e));
    } else if (take(e, "length")) {
        char *text = eval_unary(e, run);
        result = from_number((int64_t)characters(text, strlen(text)));
        free(text);
    } else if (take(e, "match")) {
        char *text = eval_unary(e, run), *pattern = eval_unary(e, run);
        result = run ? match(text, pattern) : (free(text), pattern);
    } else if (take(e, "index")) {
        char *text = eval_unary(e, run), *set = eval_unary(e, run);
        result = index_of(text, set);
    } else if (take(e, "substr")) {
        char *text = eval_unary(e, run), *from = eval_unary(e, run);
        result = substr(text, from, eval_unary(e, run));
    } else {
        result = eval_primary(e, run);
    }
    e->depth--;
    return result;
}

static char *eval_match(parser *e, bool run)
{
    char *left = eval_unary(e, run);
    while (take(e, ":")) {
        char *right = eval_unary(e, run);
        if (run) {
            left = match(left, right);
        } else {
            free(right);
        }
    }
    return left;
}

static void overflow(void)
{
    prog_status = 3;
    prog_die(ERANGE, "+");
}

static char *arithmetic(char *left, char *right, char operator)
{
    int64_t a = to_number(left), b = to_number(right), n = 0;
    bool bad = false;
    switch (operator) {
    case '+':
        bad = __builtin_add_overflow(a, b, &n);
        break;
    case '-':
        bad = __builtin_sub_overflow(a, b, &n);
        break;
    case '*':
        bad = __builtin_mul_overflow(a, b, &n);
        break;
    default:
        if (b == 0) {
            prog_status = 2;
            prog_die(0, "division by zero");
        }
        if (b == -1)
            bad = operator == '/' && __builtin_sub_overflow(0, a, &n);
        else
            n = operator == '/' ? a / b : a % b;
        break;
    }
    if (bad)
        overflow();
    free(left);
    free(right);
    return from_number(n);
}

static char *eval_product(parser *e, bool run)
{
    char *left = eval_match(e, run);
    for (;;) {
        char operator = is_word(e, "*") ? '*' : is_word(e, "/") ? '/' : is_word(e, "%") ? '%' : 0;
        if (!operator)
            return left;
        e->p++;
        char *right = eval_match(e, run);
        if (run)
            left = arithmetic(left, right, operator);
        else
            free(right);
    }
}

static char *eval_sum(parser *e, bool run)
{
    char *left = eval_product(e, run);
    for (;;) {
        char operator = is_word(e, "+") ? '+' : is_word(e, "-") ? '-' : 0;
        if (!operator)
            return left;
        e->p++;
        char *right = eval_product(e, run);
        if (run)
            left = arithmetic(left, right, operator);
        else
            free(right);
    }
}

static int order(const char *a, const char *b)
{
    if (!looks_like_number(a) || !looks_like_number(b))
        return strcmp(a, b);
    bool minus_a = *a == '-', minus_b = *b == '-';
    a += minus_a;
    b += minus_b;
    a += strspn(a, "0");
    b += strspn(b, "0");
    if (!*a)
        minus_a = false;
    if (!*b)
        minus_b = false;
    if (minus_a != minus_b)
        return minus_a ? -1 : 1;
    size_t n = strlen(a), m = strlen(b);
    int c = n != m ? (n < m ? -1 : 1) : strcmp(a, b);
    return minus_a ? -c : c;
}

static char *eval_comparison(parser *e, bool run)
{
    static const char *const words[] = {"<", "<=", "=", "==", "!=", ">=", ">"};
    char *left = eval_sum(e, run);
    for (;;) {
        size_t k = 0;
        while (k < BX_COUNT(words) && !is_word(e, words[k]))
            k++;
        if (k == BX_COUNT(words))
            return left;
        e->p++;
        char *right = eval_sum(e, run);
        int c = order(left, right);
        const bool results[] = {c < 0, c <= 0, c == 0, c == 0, c != 0, c >= 0, c > 0};
        free(left);
        free(right);
        left = from_number(results[k]);
    }
}

static char *eval_and(parser *e, bool run)
{
    char *left = eval_comparison(e, run);
    while (take(e, "&")) {
        char *right = eval_comparison(e, run && !is_null(left));
        if (is_null(left) || is_null(right)) {
            free(left);
            left = own("0");
        }
        free(right);
    }
    return left;
}

static char *eval_or(parser *e, bool run)
{
    if (++e->depth > NEST_MAX)
        prog_die(0, "expression nested too deeply");
    char *left = eval_and(e, run);
    while (take(e, "|")) {
        char *right = eval_and(e, run && is_null(left));
        if (is_null(left)) {
            free(left);
            left = is_null(right) ? own("0") : own(right);
        }
        free(right);
    }
    e->depth--;
    return left;
}

int text_expr(int argc, char **argv)
{
    prog_only_help(argc, argv);
    prog_status = prog_usage_status = 2;
    int i = 1;
    if (i < argc && strcmp(argv[i], "--") == 0)
        i++;
    if (i >= argc)
        prog_usage("missing operand");
    parser e = {.p = argv + i};
    char *value = eval_or(&e, true);
    if (*e.p)
        prog_die(0, "syntax error: unexpected argument %s", prog_quote(*e.p));
    prog_puts(&prog_out, value);
    prog_putc(&prog_out, '\n');
    int status = is_null(value);
    free(value);
    return status;
}
