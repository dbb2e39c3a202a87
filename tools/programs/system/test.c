/* system/test.c - test EXPRESSION and [ EXPRESSION ] as programs (POSIX test; GNU's operators). */
#include "programs/common/prog_io.h"
#include "programs/common/prog_text.h"
#include "programs/files/mode.h"
#include "system.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char test_help[] =
    "Usage: test EXPRESSION\n"
    "  or:  [ EXPRESSION ]\n"
    "Status 0 when EXPRESSION is true, 1 when it is false or empty, 2 when it is none.\n"
    "\n"
    "  ( E )  ! E  E1 -a E2  E1 -o E2\n"
    "  -n S  -z S  S  S1 = S2  S1 == S2  S1 != S2\n"
    "  N1 -eq N2  -ne  -lt  -le  -gt  -ge  (-l S: its length)\n"
    "  F1 -nt F2  -ot  -ef\n"
    "  -b -c -d -e -f -g -G -h -k -L -N -O -p -r -s -S -u -w -x FILE;  -t FD\n"
    "\n"
    "Examples:\n"
    "  $ test 3 -gt 2 && echo yes\n"
    "  yes\n"
    "  $ env [ -d . ] && echo yes\n"
    "  yes\n";

const char bracket_help[] = "Usage: [ EXPRESSION ]\n"
                            "As test EXPRESSION.\n"
                            "\n"
                            "Examples:\n"
                            "  $ env [ 1 -lt 2 ] && echo yes\n"
                            "  yes\n";

enum { NEST_MAX = 1000 };

typedef struct tester {
    char **argv;
    int at, n;
    int depth;
} tester;

static bool expression(tester *t);

BX_NORETURN static void fail(const char *format, const char *arg)
{
    if (arg)
        prog_warn(0, "%s%s", prog_quote(arg), format);
    else
        prog_warn(0, "%s", format);
    prog_exit(2);
}

static const char *take(tester *t)
{
    if (t->at >= t->n)
        fail("missing argument after ", NULL);
    return t->argv[t->at++];
}

static bool is(const tester *t, int ahead, const char *s)
{
    return t->at + ahead < t->n && strcmp(t->argv[t->at + ahead], s) == 0;
}

static bool is_binary(const char *s)
{
    static const char *const names[] = {"=",   "==",  "!=",  "-eq", "-ne", "-lt",
                                        "-le", "-gt", "-ge", "-nt", "-ot", "-ef"};
    for (size_t i = 0; i < BX_COUNT(names); i++)
        if (strcmp(names[i], s) == 0)
            return true;
    return false;
}

static bool is_unary(const char *s)
{
    return s[0] == '-' && s[1] && !s[2] && strchr("bcdefgGhkLNOprsStuwxzn", s[1]);
}

/* Digits without leading zeros, blanks around them taken off; the sign. */
static bx_str integer(const char *text, bool *neg)
{
    const char *s = text;
    while (prog_is_space(*s))
        s++;
    *neg = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    const char *from = s;
    while (prog_is_digit(*s))
        s++;
    bx_str digits = {from, (size_t)(s - from)};
    while (prog_is_space(*s))
        s++;
    if (digits.n == 0 || *s) {
        prog_warn(0, "invalid integer %s", prog_quote(text));
        prog_exit(2);
    }
    while (digits.n > 1 && digits.p[0] == '0')
        digits = bx_str_from(digits, 1);
    if (digits.n == 1 && digits.p[0] == '0')
        *neg = false;
    return digits;
}

static int compare_integers(const char *a, const char *b)
{
    bool an, bn;
    bx_str x = integer(a, &an), y = integer(b, &bn);
    if (an != bn)
        return an ? -1 : 1;
    int c = x.n != y.n ? (x.n < y.n ? -1 : 1) : memcmp(x.p, y.p, x.n);
    return an ? -c : c;
}

static int compare_times(const char *a, const char *b, bool *ret_a, bool *ret_b)
{
    struct stat x, y;
    *ret_a = stat(a, &x) == 0;
    *ret_b = stat(b, &y) == 0;
    if (!*ret_a || !*ret_b)
        return 0;
    if (x.st_mtim.tv_sec != y.st_mtim.tv_sec)
        return x.st_mtim.tv_sec < y.st_mtim.tv_sec ? -1 : 1;
    return x.st_mtim.tv_nsec < y.st_mtim.tv_nsec ? -1 : x.st_mtim.tv_nsec > y.st_mtim.tv_nsec;
}

static bool binary(const char *a, const char *op, const char *b)
{
    if (op[0] != '-') {
        int c = strcmp(a, b);
        return (c == 0) == (op[0] == '=');
    }
    if (strcmp(op, "-nt") == 0 || strcmp(op, "-ot") == 0) {
        bool has_a, has_b;
        int c = compare_times(a, b, &has_a, &has_b);
        return op[1] == 'n' ? has_a && (!has_b || c > 0) : has_b && (!has_a || c < 0);
    }
    if (strcmp(op, "-ef") == 0) {
        struct stat x, y;
        return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    }
    int c = compare_integers(a, b);
    switch (op[1] * 256 + op[2]) {
    case 'e' * 256 + 'q':
        return c == 0;
    case 'n' * 256 + 'e':
        return c != 0;
    case 'l' * 256 + 't':
        return c < 0;
    case 'l' * 256 + 'e':
        return c <= 0;
    case 'g' * 256 + 't':
        return c > 0;
    default:
        return c >= 0;
    }
}

static bool can(const char *path, char how, const struct stat *st)
{
#ifdef __wasm__
    struct stat x = *st;
    mode_find_x(AT_FDCWD, path, &x);
    return how == 'x' ? (x.st_mode & 0111) != 0 : access(path, how == 'r' ? R_OK : W_OK) == 0;
#else
    (void)st;
    return access(path, how == 'r' ? R_OK : how == 'w' ? W_OK : X_OK) == 0;
#endif
}

static bool unary(char op, const char *arg)
{
    struct stat st;
    if (op == 'n' || op == 'z')
        return (*arg != '\0') == (op == 'n');
    if (op == 't') {
        uint64_t fd;
        if (prog_uint(arg, "", &fd) != PROG_NUM_OK) {
            prog_warn(0, "invalid integer %s", prog_quote(arg));
            prog_exit(2);
        }
        return fd < 1 << 20 && isatty((int)fd) == 1;
    }
    if (mode_stat(AT_FDCWD, arg, op != 'h' && op != 'L', &st) != 0)
        return false;
    switch (op) {
    case 'b':
        return S_ISBLK(st.st_mode);
    case 'c':
        return S_ISCHR(st.st_mode);
    case 'd':
        return S_ISDIR(st.st_mode);
    case 'f':
        return S_ISREG(st.st_mode);
    case 'g':
        return (st.st_mode & 02000) != 0;
    case 'G':
        return st.st_gid == mode_gid();
    case 'h':
    case 'L':
        return S_ISLNK(st.st_mode);
    case 'k':
        return (st.st_mode & 01000) != 0;
    case 'N':
        return st.st_mtim.tv_sec > st.st_atim.tv_sec ||
               (st.st_mtim.tv_sec == st.st_atim.tv_sec && st.st_mtim.tv_nsec > st.st_atim.tv_nsec);
    case 'O':
        return st.st_uid == mode_uid();
    case 'p':
        return S_ISFIFO(st.st_mode);
    case 's':
        return st.st_size > 0;
    case 'S':
        return S_ISSOCK(st.st_mode) && !S_ISFIFO(st.st_mode);
    case 'u':
        return (st.st_mode & 04000) != 0;
    case 'r':
    case 'w':
    case 'x':
        return can(arg, op, &st);
    default:
        return true;
    }
}

static bool term(tester *t)
{
    if (++t->depth > NEST_MAX)
        fail("nested too deeply", NULL);
    bool not = false, result;
    while (is(t, 0, "!") && t->at + 1 < t->n) {
        not = !not;
        t->at++;
    }
    int left = t->n - t->at;
    if (left <= 0) {
        prog_warn(0, "missing argument after %s", prog_quote(t->argv[t->n - 1]));
        prog_exit(2);
    }
    if (left >= 3 && is_binary(t->argv[t->at + 1])) {
        result = binary(t->argv[t->at], t->argv[t->at + 1], t->argv[t->at + 2]);
        t->at += 3;
    } else if (is(t, 0, "(") && left > 1) {
        t->at++;
        result = expression(t);
        if (!is(t, 0, ")")) {
            if (t->at < t->n) {
                prog_warn(0, "')' expected, found %s", t->argv[t->at]);
                prog_exit(2);
            }
            fail("')' expected", NULL);
        }
        t->at++;
    } else if (is_unary(t->argv[t->at]) && left >= 2) {
        char op = t->argv[t->at][1];
        result = unary(op, t->argv[t->at + 1]);
        t->at += 2;
    } else {
        const char *s = take(t);
        if (left >= 2 && s[0] == '-' && s[1] && !s[2] && !is_unary(s)) {
            prog_warn(0, "%s: unary operator expected", prog_quote(s));
            prog_exit(2);
        }
        result = *s != '\0';
    }
    t->depth--;
    return result != not;
}

static bool conjunction(tester *t)
{
    bool result = term(t);
    while (is(t, 0, "-a")) {
        t->at++;
        result &= term(t);
    }
    return result;
}

static bool expression(tester *t)
{
    bool result = conjunction(t);
    while (is(t, 0, "-o")) {
        t->at++;
        result |= conjunction(t);
    }
    return result;
}

/* The forms that POSIX fixes for up to four arguments, before operators have a say. */
static bool by_count(tester *t)
{
    char **v = t->argv;
    switch (t->n) {
    case 0:
        return false;
    case 1:
        return *v[0] != '\0';
    case 2:
        if (strcmp(v[0], "!") == 0)
            return *v[1] == '\0';
        if (is_unary(v[0]))
            return unary(v[0][1], v[1]);
        prog_warn(0, "missing argument after %s", prog_quote(v[1]));
        prog_exit(2);
    case 3:
        if (is_binary(v[1]))
            return binary(v[0], v[1], v[2]);
        if (strcmp(v[0], "!") == 0) {
            tester rest = {.argv = v + 1, .n = 2};
            return !by_count(&rest);
        }
        if (strcmp(v[0], "(") == 0 && strcmp(v[2], ")") == 0)
            return *v[1] != '\0';
        if (strcmp(v[1], "-a") != 0 && strcmp(v[1], "-o") != 0)
            fail(": binary operator expected", v[1]);
        break;
    case 4:
        if (strcmp(v[0], "!") == 0) {
            tester rest = {.argv = v + 1, .n = 3};
            return !by_count(&rest);
        }
        if (strcmp(v[0], "(") == 0 && strcmp(v[3], ")") == 0) {
            tester rest = {.argv = v + 1, .n = 2};
            return by_count(&rest);
        }
        break;
    default:
        break;
    }
    bool result = expression(t);
    if (t->at < t->n) {
        prog_warn(0, "extra argument %s", prog_quote(t->argv[t->at]));
        prog_exit(2);
    }
    return result;
}

int test_program(int argc, char **argv)
{
    prog_only_help(argc, argv);
    tester t = {.argv = argv + 1, .n = argc - 1};
    return by_count(&t) ? 0 : 1;
}

int bracket_program(int argc, char **argv)
{
    prog_only_help(argc, argv);
    if (argc < 2 || strcmp(argv[argc - 1], "]") != 0) {
        prog_warn(0, "missing ']'");
        return 2;
    }
    tester t = {.argv = argv + 1, .n = argc - 2};
    return by_count(&t) ? 0 : 1;
}
