/* shell/builtins_misc.c - times, ulimit, umask. */
#include <errno.h>
#include <time.h>
#ifndef __wasm__
#include <sys/resource.h>
#include <sys/stat.h>
#endif

#include "shell/expand.h"
#include "shell/run.h"

static void print_time(shell *sh, int64_t us, const char *end)
{
    sh_printf(sh, "%dm%d.%03ds%s", (int)(us / 60000000), (int)(us / 1000000 % 60),
              (int)(us / 1000 % 1000), end);
}

int sh_bi_times(shell *sh, int argc, char **argv)
{
    (void)argc, (void)argv;
    int64_t user = 0, system = 0, children = (int64_t)sh->children_cpu_us, children_system = 0;
#ifndef __wasm__
    struct rusage own, other;
    (void)getrusage(RUSAGE_SELF, &own);
    (void)getrusage(RUSAGE_CHILDREN, &other);
    user = own.ru_utime.tv_sec * 1000000 + own.ru_utime.tv_usec;
    system = own.ru_stime.tv_sec * 1000000 + own.ru_stime.tv_usec;
    children = other.ru_utime.tv_sec * 1000000 + other.ru_utime.tv_usec;
    children_system = other.ru_stime.tv_sec * 1000000 + other.ru_stime.tv_usec;
#endif
    print_time(sh, user, " ");
    print_time(sh, system, "\n");
    print_time(sh, children, " ");
    print_time(sh, children_system, "\n");
    return 0;
}

/* ---- ulimit: nothing here is limited by the system, but by the call's budgets ---- */

static const struct resource {
    char letter;
    const char *text, *unit;
    const char *value;
} resources[] = {
    {'R', "real-time non-blocking time", "microseconds, -R", "unlimited"},
    {'c', "core file size", "blocks, -c", "0"},
    {'d', "data seg size", "kbytes, -d", "unlimited"},
    {'e', "scheduling priority", "-e", "0"},
    {'f', "file size", "blocks, -f", "unlimited"},
    {'i', "pending signals", "-i", "unlimited"},
    {'l', "max locked memory", "kbytes, -l", "unlimited"},
    {'m', "max memory size", "kbytes, -m", "unlimited"},
    {'n', "open files", "-n", "1024"},
    {'p', "pipe size", "512 bytes, -p", "8"},
    {'q', "POSIX message queues", "bytes, -q", "unlimited"},
    {'r', "real-time priority", "-r", "0"},
    {'s', "stack size", "kbytes, -s", "8192"},
    {'t', "cpu time", "seconds, -t", "unlimited"},
    {'u', "max user processes", "-u", "unlimited"},
    {'v', "virtual memory", "kbytes, -v", "unlimited"},
    {'x', "file locks", "-x", "unlimited"},
};

static const struct resource *resource_of(char letter)
{
    for (size_t i = 0; i < BX_COUNT(resources); i++)
        if (resources[i].letter == letter)
            return &resources[i];
    return NULL;
}

static void print_limit(shell *sh, const struct resource *r)
{
    char *unit = sh_format("(%s)", r->unit);
    sh_printf(sh, "%-28s%16s %s\n", r->text, unit, r->value);
    free(unit);
}

int sh_bi_ulimit(shell *sh, int argc, char **argv)
{
    const struct resource *chosen[32];
    size_t n = 0;
    bool all = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        for (const char *c = argv[i] + 1; *c; c++) {
            if (*c == 'a') {
                all = true;
            } else if (*c != 'S' && *c != 'H') {
                const struct resource *r = resource_of(*c);
                if (!r) {
                    sh_builtin_error(sh, "-%c: invalid option", *c);
                    return sh_builtin_usage(sh);
                }
                if (n < BX_COUNT(chosen))
                    chosen[n++] = r;
            }
        }
    if (all) {
        for (size_t k = 0; k < BX_COUNT(resources); k++)
            print_limit(sh, &resources[k]);
        return 0;
    }
    if (n == 0)
        chosen[n++] = resource_of('f');
    if (i < argc) { /* what it is already may be asked for */
        int64_t v;
        if (strcmp(argv[i], "unlimited") == 0 || strcmp(argv[i], "hard") == 0 ||
            strcmp(argv[i], "soft") == 0)
            return 0;
        if (!sh_number(argv[i], &v)) {
            sh_builtin_error(sh, "%s: invalid number", argv[i]);
            return 1;
        }
        if (chosen[0]->letter == 'c' && v == 0)
            return 0;
        sh_builtin_error(sh, "%s: cannot modify limit: %s", chosen[0]->text, sh_strerror(EPERM));
        return 1;
    }
    for (size_t k = 0; k < n; k++)
        if (n > 1)
            print_limit(sh, chosen[k]);
        else
            sh_printf(sh, "%s\n", chosen[k]->value);
    return 0;
}

/* ---- umask: kept for whoever asks; there are no permission bits below ---- */

static void add_class(sh_buf *b, char who, int bits)
{
    sh_buf_c(b, who);
    sh_buf_c(b, '=');
    if (bits & 4)
        sh_buf_c(b, 'r');
    if (bits & 2)
        sh_buf_c(b, 'w');
    if (bits & 1)
        sh_buf_c(b, 'x');
}

/* "u=rwx,g-w" applied to the permissions that `mask` leaves; -1: no such thing. */
static int symbolic_mask(const char *s, int mask, char *ret_bad)
{
    int allowed = ~mask & 0777;
    while (*s) {
        int who = 0, bits = 0;
        for (; *s && strchr("ugoa", *s); s++)
            who |= *s == 'u' ? 0700 : *s == 'g' ? 070 : *s == 'o' ? 07 : 0777;
        if (who == 0)
            who = 0777;
        char op = *s;
        if (op != '=' && op != '+' && op != '-') {
            *ret_bad = op;
            return -1;
        }
        for (s++; *s && *s != ','; s++) {
            if (!strchr("rwx", *s)) {
                *ret_bad = *s;
                return -1;
            }
            bits |= *s == 'r' ? 0444 : *s == 'w' ? 0222 : 0111;
        }
        bits &= who;
        allowed = op == '+'   ? allowed | bits
                  : op == '-' ? allowed & ~bits
                              : (allowed & ~who) | bits;
        if (*s == ',')
            s++;
    }
    return ~allowed & 0777;
}

static void set_mask(shell *sh, int mask)
{
    sh->umask = mask;
#ifndef __wasm__
    (void)umask((mode_t)mask);
#endif
}

int sh_bi_umask(shell *sh, int argc, char **argv)
{
    bool symbolic = false, reuse = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        for (const char *c = argv[i] + 1; *c; c++) {
            symbolic |= *c == 'S';
            reuse |= *c == 'p';
            if (!strchr("Sp-", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    if (i < argc) {
        const char *s = argv[i];
        int mask = 0;
        if (*s >= '0' && *s <= '9') {
            for (; *s >= '0' && *s <= '7' && mask <= 0777; s++)
                mask = mask * 8 + (*s - '0');
            if (*s || mask > 0777) {
                sh_builtin_error(sh, "%s: octal number out of range", argv[i]);
                return 1;
            }
        } else {
            char bad = 0;
            mask = symbolic_mask(s, sh->umask, &bad);
            if (mask < 0) {
                sh_builtin_error(sh, "`%c': invalid symbolic mode operator", bad);
                return 1;
            }
        }
        set_mask(sh, mask);
        if (!symbolic)
            return 0;
    }
    if (reuse)
        sh_puts(sh, symbolic ? "umask -S " : "umask ");
    if (symbolic) {
        sh_buf b = {0};
        int allowed = ~sh->umask & 0777;
        add_class(&b, 'u', allowed >> 6 & 7);
        sh_buf_c(&b, ',');
        add_class(&b, 'g', allowed >> 3 & 7);
        sh_buf_c(&b, ',');
        add_class(&b, 'o', allowed & 7);
        sh_put(sh, b.p, b.n);
        sh_puts(sh, "\n");
        sh_buf_done(&b);
    } else {
        sh_printf(sh, "%04o\n", (unsigned)sh->umask);
    }
    return 0;
}

/* ---- keys: there are none ---- */

int sh_bi_bind(shell *sh, int argc, char **argv)
{
    (void)argc, (void)argv;
    sh_builtin_error(sh, "warning: line editing not enabled");
    return 0;
}
