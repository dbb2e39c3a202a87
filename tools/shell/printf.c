/* echo and printf: XCU echo, printf; Bash manual 4.2. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "shell/expand_in.h"
#include "shell/float.h"

enum { MAX_WIDTH = 1 << 24 };

/* The escapes of `echo -e` and, with `percent_b`, of %b.  False: \c ended the output. */
static bool echo_decode(sh_buf *out, const char *s, bool percent_b)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '\\' || i + 1 >= n) {
            sh_buf_c(out, s[i]);
            continue;
        }
        i++;
        uint32_t v;
        size_t k;
        if (s[i] == 'c')
            return false;
        if (s[i] == '0') {
            i += sh_digits(s + i + 1, n - i - 1, 3, 8, &v);
            sh_buf_c(out, (char)v);
        } else if (percent_b && (k = sh_digits(s + i, n - i, 3, 8, &v))) {
            sh_buf_c(out, (char)v);
            i += k - 1;
        } else if ((k = sh_escape_common(out, s + i, n - i))) {
            i += k - 1;
        } else {
            sh_buf_c(out, '\\');
            sh_buf_c(out, s[i]);
        }
    }
    return true;
}

int sh_builtin_echo(shell *sh, int argc, char **argv)
{
    bool line = true, escapes = sh->shopt[SH_SHOPT_XPG_ECHO];
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        const char *s = argv[i] + 1;
        if (s[strspn(s, "neE")])
            break;
        for (; *s; s++) {
            if (*s == 'n')
                line = false;
            else
                escapes = *s == 'e';
        }
    }
    sh_buf b = sh_scratch();
    for (int first = i; i < argc; i++) {
        if (i > first)
            sh_buf_c(&b, ' ');
        if (!escapes) {
            sh_buf_z(&b, argv[i]);
        } else if (!echo_decode(&b, argv[i], false)) {
            line = false;
            break;
        }
    }
    if (line)
        sh_buf_c(&b, '\n');
    sh_put(sh, b.p ? b.p : "", b.n);
    sh_scratch_back(&b);
    return 0;
}

/* ---- printf ---- */

typedef struct printer {
    shell *sh;
    sh_buf out;
    char **arg; /* the next argument; NULL at the end of them */
    int status;
    bool stop; /* \c, or a mistake that ends all */
} printer;

typedef struct spec {
    bool left, plus, space, zero, alternate;
    int width, precision; /* precision -1: none */
    const char *at;       /* what is being read of the format */
} spec;

static const char *next_arg(printer *p) { return *p->arg ? *p->arg++ : NULL; }

static void pad(sh_buf *b, char c, size_t n)
{
    while (n--)
        sh_buf_c(b, c);
}

static void put_field(printer *p, const spec *f, const char *s, size_t n)
{
    size_t fill = (size_t)f->width > n ? (size_t)f->width - n : 0;
    if (!f->left)
        pad(&p->out, ' ', fill);
    sh_buf_add(&p->out, s, n);
    if (f->left)
        pad(&p->out, ' ', fill);
}

static size_t cut(const spec *f, size_t n)
{
    return f->precision >= 0 && (size_t)f->precision < n ? (size_t)f->precision : n;
}

static void invalid(printer *p, const char *s)
{
    bool digits = s[0] == '0' && s[1] >= '0' && s[1] <= '9';
    bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
    sh_builtin_error(p->sh, "%s: invalid %snumber", s, digits ? "octal " : hex ? "hex " : "");
    p->status = 1;
}

static bool char_constant(const char *s, uint32_t *ret)
{
    size_t len;
    if (s[0] != '\'' && s[0] != '"')
        return false;
    *ret = s[1] ? sh_char_code(s + 1, strlen(s + 1), &len) : 0;
    if (*ret >= 0xdc80 && *ret < 0xdd00)
        *ret -= 0xdc00;
    return true;
}

static uint64_t int_arg(printer *p, bool is_signed)
{
    const char *s = next_arg(p);
    uint32_t code;
    char *end;
    if (!s)
        return 0;
    if (char_constant(s, &code))
        return code;
    errno = 0;
    uint64_t v = is_signed ? (uint64_t)strtoimax(s, &end, 0) : strtoumax(s, &end, 0);
    if (errno == ERANGE)
        sh_builtin_error(p->sh, "warning: %s: %s", s, sh_strerror(ERANGE));
    else if (*end || end == s) {
        if (*s)
            invalid(p, s);
    }
    return v;
}

static size_t digits_of(uint64_t v, unsigned base, bool upper, char room[64])
{
    const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t n = 0;
    do
        room[63 - n++] = set[v % base];
    while (v /= base);
    return n;
}

static void put_int(printer *p, const spec *f, char c)
{
    bool is_signed = c == 'd' || c == 'i';
    uint64_t v = int_arg(p, is_signed);
    bool negative = is_signed && (int64_t)v < 0;
    char room[64];
    unsigned base = c == 'o' ? 8 : c == 'x' || c == 'X' ? 16 : 10;
    size_t n = digits_of(negative ? 0 - v : v, base, c == 'X', room);
    if (f->precision == 0 && v == 0)
        n = 0;
    const char *sign = negative ? "-" : !is_signed ? "" : f->plus ? "+" : f->space ? " " : "";
    if (f->alternate && v && base == 16)
        sign = c == 'x' ? "0x" : "0X";
    size_t zeros = f->precision > (int)n ? (size_t)f->precision - n : 0;
    if (f->alternate && base == 8 && !zeros && (n == 0 || room[64 - n] != '0'))
        zeros = 1;
    size_t all = strlen(sign) + zeros + n;
    size_t fill = (size_t)f->width > all ? (size_t)f->width - all : 0;
    if (f->zero && !f->left && f->precision < 0) {
        zeros += fill;
        fill = 0;
    }
    if (!f->left)
        pad(&p->out, ' ', fill);
    sh_buf_z(&p->out, sign);
    pad(&p->out, '0', zeros);
    sh_buf_add(&p->out, room + 64 - n, n);
    if (f->left)
        pad(&p->out, ' ', fill);
}

static void put_float(printer *p, const spec *f, char c)
{
    const char *s = next_arg(p);
    uint32_t code;
    char room[24];
    sh_float v;
    if (s && char_constant(s, &code))
        s = sh_int_text(code, room);
    if (!s)
        s = "0";
    size_t used = sh_float_parse(s, &v);
    if (s[used] || (!used && *s))
        invalid(p, s);
    sh_buf b = {0};
    sh_float_format(&b, &v, c, f->precision, f->alternate);
    bool number = v.kind == SH_FLOAT_NUMBER;
    const char *sign = v.negative ? "-" : f->plus ? "+" : f->space ? " " : "";
    size_t all = strlen(sign) + b.n;
    size_t fill = (size_t)f->width > all ? (size_t)f->width - all : 0;
    bool zero = f->zero && !f->left && number;
    if (!f->left && !zero)
        pad(&p->out, ' ', fill);
    sh_buf_z(&p->out, sign);
    size_t skip = zero && (c == 'a' || c == 'A') ? 2 : 0;
    sh_buf_add(&p->out, sh_buf_str(&b), skip);
    if (zero)
        pad(&p->out, '0', fill);
    sh_buf_add(&p->out, b.p + skip, b.n - skip);
    if (f->left)
        pad(&p->out, ' ', fill);
    sh_buf_done(&b);
}

static void put_quoted(printer *p, const spec *f, char c)
{
    const char *s = next_arg(p);
    s = s ? s : "";
    sh_buf b = {0};
    if (c == 'Q') {
        char *short_ = sh_strndup(s, cut(f, strlen(s)));
        sh_quote_backslash(&b, short_);
        free(short_);
        put_field(p, f, sh_buf_str(&b), b.n);
    } else {
        sh_quote_backslash(&b, s);
        put_field(p, f, sh_buf_str(&b), cut(f, b.n));
    }
    sh_buf_done(&b);
}

static void put_escaped(printer *p, const spec *f)
{
    const char *s = next_arg(p);
    sh_buf b = {0};
    if (!echo_decode(&b, s ? s : "", true))
        p->stop = true;
    put_field(p, f, sh_buf_str(&b), cut(f, b.n));
    sh_buf_done(&b);
}

static void put_time(printer *p, const spec *f, const char *format, size_t n)
{
    time_t t;
    const char *s = next_arg(p);
    if (!s || strcmp(s, "-1") == 0) {
        t = time(NULL);
    } else if (strcmp(s, "-2") == 0) {
        t = (time_t)(sh_state.seconds_base_us / 1000000);
    } else {
        p->arg--;
        t = (time_t)int_arg(p, true);
    }
    char *z = n ? sh_strndup(format, n) : sh_strdup("%X");
    sh_buf b = {0};
    sh_time_text(&b, z, t);
    free(z);
    put_field(p, f, sh_buf_str(&b), b.n < 128 ? cut(f, b.n) : 0); /* bash gives no more */
    sh_buf_done(&b);
}

/* The number at f->at or, for *, of the arguments. */
static int number(printer *p, spec *f)
{
    int64_t v = 0;
    if (*f->at == '*') {
        f->at++;
        v = (int64_t)int_arg(p, true);
    } else {
        for (; *f->at >= '0' && *f->at <= '9'; f->at++)
            v = v < MAX_WIDTH ? v * 10 + (*f->at - '0') : v;
    }
    return v > MAX_WIDTH ? MAX_WIDTH : v < -MAX_WIDTH ? -MAX_WIDTH : (int)v;
}

static void read_flags(spec *f)
{
    for (;; f->at++) {
        if (*f->at == '-')
            f->left = true;
        else if (*f->at == '+')
            f->plus = true;
        else if (*f->at == ' ')
            f->space = true;
        else if (*f->at == '0')
            f->zero = true;
        else if (*f->at == '#')
            f->alternate = true;
        else if (*f->at != '\'')
            return;
    }
}

static void read_spec(printer *p, const char *s, spec *f)
{
    *f = (spec){.precision = -1, .at = s};
    read_flags(f);
    f->width = number(p, f);
    if (f->width < 0) {
        f->left = true;
        f->width = -f->width;
    }
    if (*f->at == '.') {
        f->at++;
        f->precision = number(p, f);
        if (f->precision < 0)
            f->precision = -1;
    }
    f->at += strspn(f->at, "hlLjzt");
}

/* One conversion; s is behind the '%'.  Returns what comes after it. */
static const char *convert(printer *p, const char *s)
{
    spec f;
    const char *from = s, *arg, *end;
    if (*s == '%') {
        sh_buf_c(&p->out, '%');
        return s + 1;
    }
    read_spec(p, s, &f);
    s = f.at;
    char c = *s;
    switch (c) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        put_int(p, &f, c);
        return s + 1;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        put_float(p, &f, c);
        return s + 1;
    case 's':
        arg = next_arg(p);
        arg = arg ? arg : "";
        put_field(p, &f, arg, cut(&f, strlen(arg)));
        return s + 1;
    case 'c':
        arg = next_arg(p);
        put_field(p, &f, arg ? arg : "", 1);
        return s + 1;
    case 'b':
        put_escaped(p, &f);
        return s + 1;
    case 'q':
    case 'Q':
        put_quoted(p, &f, c);
        return s + 1;
    case 'n':
        arg = next_arg(p);
        if (arg) {
            char room[24];
            p->status |= sh_assign_text("printf", arg, sh_int_text((int64_t)p->out.n, room));
        }
        return s + 1;
    case '(':
        end = strstr(s, ")T");
        if (end) {
            put_time(p, &f, s + 1, (size_t)(end - s) - 1);
            return end + 2;
        }
        break;
    default:
        break;
    }
    if (!c)
        sh_builtin_error(p->sh, "`%%%s': missing format character", from);
    else
        sh_builtin_error(p->sh, "`%c': invalid format character", c);
    p->status = 1;
    p->stop = true;
    return s;
}

static const char *format_escape(printer *p, const char *s)
{
    uint32_t v;
    size_t n = strlen(s), k = sh_escape_common(&p->out, s, n);
    if (!k && (k = sh_digits(s, n, 3, 8, &v))) {
        sh_buf_c(&p->out, (char)v);
    } else if (!k) {
        if (*s == 'x' || *s == 'u' || *s == 'U')
            sh_builtin_error(p->sh, "missing %s digit for \\%c", *s == 'x' ? "hex" : "unicode", *s);
        if (!*s || !strchr("'\"?", *s))
            sh_buf_c(&p->out, '\\');
        if (*s)
            sh_buf_c(&p->out, *s);
        k = *s ? 1 : 0;
    }
    return s + k;
}

static void run_format(printer *p, const char *format)
{
    for (;;) {
        char **before = p->arg;
        for (const char *s = format; *s && !p->stop;) {
            size_t k = strcspn(s, "%\\");
            sh_buf_add(&p->out, s, k);
            s += k;
            if (*s == '%')
                s = convert(p, s + 1);
            else if (*s)
                s = format_escape(p, s + 1);
        }
        if (p->stop || !*p->arg || p->arg == before)
            return;
    }
}

int sh_builtin_printf(shell *sh, int argc, char **argv)
{
    int i = 1;
    const char *target = NULL;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (argv[i][1] != 'v') {
            sh_builtin_error(sh, "-%c: invalid option", argv[i][1]);
            return sh_builtin_usage(sh);
        }
        target = argv[i][2] ? argv[i] + 2 : i + 1 < argc ? argv[++i] : NULL;
        if (!target) {
            sh_builtin_error(sh, "-v: option requires an argument");
            return sh_builtin_usage(sh);
        }
    }
    if (i >= argc)
        return sh_builtin_usage(sh);
    if (target && !sh_is_assignable(target)) {
        sh_builtin_error(sh, "`%s': not a valid identifier", target);
        return 2;
    }
    printer p = {.sh = sh, .arg = argv + i + 1, .out = sh_scratch()};
    run_format(&p, argv[i]);
    if (target) {
        if (sh_assign_text("printf", target, sh_buf_str(&p.out)))
            p.status = 1;
    } else {
        sh_put(sh, p.out.p ? p.out.p : "", p.out.n);
    }
    sh_scratch_back(&p.out);
    return p.status;
}
