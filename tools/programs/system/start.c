/* system/start.c - programs that start others: env, timeout, nice, nohup, time, stdbuf; and sleep.
 */
#include "programs/common/prog_io.h"
#include "programs/common/prog_text.h"
#include "programs/files/run.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* ---- times as text -------------------------------------------------------------------------- */

static const uint64_t FOREVER = UINT64_MAX;

/* NUMBER[smhd] in nanoseconds, FOREVER for what is more than can be counted; false: none. */
static bool duration(const char *s, uint64_t *ret)
{
    char *end;
    if (prog_is_space(*s) || *s == '-' || !*s)
        return false;
    errno = 0;
    double v = strtod(s, &end);
    if (end == s || !(v >= 0))
        return false;
    double unit = 1;
    if (*end) {
        if (end[1])
            return false;
        switch (*end) {
        case 's':
            break;
        case 'm':
            unit = 60;
            break;
        case 'h':
            unit = 3600;
            break;
        case 'd':
            unit = 86400;
            break;
        default:
            return false;
        }
    }
    v = v * unit * 1e9;
    *ret = v >= 9e18 ? FOREVER : (uint64_t)v + ((double)(uint64_t)v < v);
    return true;
}

static void sleep_for(uint64_t ns)
{
    while (ns > 0) {
        uint64_t part = ns == FOREVER || ns > UINT64_C(1000000000) * 86400 * 365
                            ? UINT64_C(1000000000) * 86400 * 365
                            : ns;
        struct timespec t = {.tv_sec = (time_t)(part / 1000000000),
                             .tv_nsec = (long)(part % 1000000000)};
        while (nanosleep(&t, &t) != 0 && errno == EINTR)
            continue;
        if (ns != FOREVER)
            ns -= part;
    }
}

const char sleep_help[] =
    "Usage: sleep NUMBER[SUFFIX]...\n"
    "Wait. SUFFIX: s seconds (default), m minutes, h hours, d days. NUMBER may be a fraction or\n"
    "'infinity'; several are added.\n"
    "\n"
    "Examples:\n"
    "  $ sleep 0.01 && echo done\n"
    "  done\n";

int sleep_program(int argc, char **argv)
{
    prog_opts o = {.argc = argc, .argv = argv, .shorts = ""};
    while (prog_opt(&o) != -1)
        continue;
    if (o.next >= argc)
        prog_usage("missing operand");
    uint64_t sum = 0;
    bool ok = true;
    for (int i = o.next; i < argc; i++) {
        uint64_t v;
        if (!duration(argv[i], &v)) {
            prog_warn(0, "invalid time interval %s", prog_quote(argv[i]));
            ok = false;
        } else if (__builtin_add_overflow(sum, v, &sum)) {
            sum = FOREVER;
        }
    }
    if (!ok)
        prog_usage(NULL);
    sleep_for(sum);
    return 0;
}

/* ---- env, printenv -------------------------------------------------------------------------- */

const char env_help[] = "Usage: env [OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]\n"
                        "Run COMMAND with variables set; without COMMAND, print them.\n"
                        "\n"
                        "  -i, --ignore-environment  begin with none\n"
                        "  -0, --null                end lines with NUL\n"
                        "  -u, --unset=NAME          take the variable away\n"
                        "  -C, --chdir=DIR           run it in DIR\n"
                        "  -S, --split-string=S      take S as several arguments\n"
                        "  -v, --debug               say what is done\n"
                        "\n"
                        "Examples:\n"
                        "  $ env -i A=1 printenv A\n"
                        "  1\n"
                        "  $ env -S 'printf %s\\n' 'x y'\n"
                        "  x y\n";

static void print_all(char end)
{
    for (size_t i = 0; environ && environ[i]; i++) {
        prog_puts(&prog_out, environ[i]);
        prog_putc(&prog_out, end);
    }
}

typedef struct word_list {
    char **p;
    size_t n, cap;
} word_list;

static void add_word(word_list *l, char *word)
{
    l->p = prog_grow(l->p, &l->cap, l->n, sizeof(char *));
    l->p[l->n++] = word;
}

/* ${NAME} at s: what follows it. */
static const char *expand_variable(const char *s, prog_buf *b)
{
    const char *end = s[1] == '{' ? strchr(s, '}') : NULL;
    if (!end || end == s + 2)
        prog_die(0, "only ${VARNAME} expansion is supported, error at: %s", s);
    char *name = prog_strndup(s + 2, (size_t)(end - s - 2));
    for (const char *c = name; *c; c++)
        if (!prog_is_alpha(*c) && *c != '_' && !(prog_is_digit(*c) && c > name))
            prog_die(0, "only ${VARNAME} expansion is supported, error at: %s", s);
    const char *value = getenv(name);
    if (value)
        prog_buf_put(b, value, strlen(value));
    free(name);
    return end + 1;
}

/* What a backslash and `c` stand for outside single quotes; -1: nothing, -2: the end. */
static int split_escape(char c, bool quoted)
{
    static const char from[] = "fnrtv", to[] = "\f\n\r\t\v";
    const char *hit = strchr(from, c);
    if (c && hit)
        return to[hit - from];
    switch (c) {
    case '"':
    case '#':
    case '$':
    case '\'':
    case '\\':
        return c;
    case '_':
        return quoted ? ' ' : -1;
    case 'c':
        if (quoted)
            prog_die(0, "'\\c' must not appear in double-quoted -S string");
        return -2;
    case '\0':
        prog_die(0, "invalid backslash at end of string in -S");
    default:
        prog_die(0, "invalid sequence '\\%c' in -S", c);
    }
}

/* The words of a string as env -S reads it. */
static void split(const char *s, word_list *l)
{
    prog_buf b = {0};
    bool in = false;
    char quote = 0;
    for (; *s;) {
        char c = *s;
        if (quote == '\'') {
            if (c == '\'')
                quote = 0;
            else if (c == '\\' && (s[1] == '\'' || s[1] == '\\'))
                prog_buf_putc(&b, *++s);
            else
                prog_buf_putc(&b, c);
            s++;
        } else if (c == '\\') {
            int e = split_escape(s[1], quote != 0);
            if (e == -2)
                break;
            if (e == -1) {
                if (in)
                    add_word(l, prog_buf_z(&b));
                b = (prog_buf){0};
                in = false;
            } else {
                prog_buf_putc(&b, (char)e);
                in = true;
            }
            s += 2;
        } else if (c == '$') {
            s = expand_variable(s, &b);
            in = true;
        } else if (c == '"' || (c == '\'' && !quote)) {
            quote = quote ? 0 : c;
            in = true;
            s++;
        } else if (!quote && prog_is_space(c)) {
            if (in)
                add_word(l, prog_buf_z(&b));
            b = (prog_buf){0};
            in = false;
            s++;
        } else if (!quote && c == '#' && !in) {
            break;
        } else {
            prog_buf_putc(&b, c);
            in = true;
            s++;
        }
    }
    if (quote)
        prog_die(0, "no terminating quote in -S string");
    if (in)
        add_word(l, prog_buf_z(&b));
}

/* argv with each -S STRING (and -vS, --split-string=) replaced by what it says. */
static char **split_args(int argc, char **argv, int *ret_argc)
{
    word_list l = {0};
    int i = 0;
    add_word(&l, argv[i++]);
    for (; i < argc; i++) {
        const char *s = argv[i];
        const char *text = NULL;
        if (s[0] == '-' && s[1] && s[1] != '-') {
            size_t k = 1 + strspn(s + 1, "iv0");
            if (s[k] == 'S') {
                if (k > 1)
                    add_word(&l, prog_strndup(s, k));
                text = s[k + 1] ? s + k + 1 : i + 1 < argc ? argv[++i] : NULL;
                if (!text)
                    prog_usage("option requires an argument -- 'S'");
            } else if (s[k] == 'u' || s[k] == 'C') {
                add_word(&l, argv[i]);
                if (!s[k + 1] && i + 1 < argc)
                    add_word(&l, argv[++i]);
                continue;
            }
        } else if (strncmp(s, "--split-string=", 15) == 0) {
            text = s + 15;
        } else if (strcmp(s, "--split-string") == 0 && i + 1 < argc) {
            text = argv[++i];
        } else if (s[0] != '-') {
            break;
        }
        if (text)
            split(text, &l);
        else
            add_word(&l, argv[i]);
    }
    for (; i < argc; i++)
        add_word(&l, argv[i]);
    *ret_argc = (int)l.n;
    add_word(&l, NULL);
    return l.p;
}

static void set_variable(const char *text)
{
    const char *eq = strchr(text, '=');
    char *name = prog_strndup(text, (size_t)(eq - text));
    if (eq == text) { /* setenv would refuse it */
        (void)putenv(prog_strndup(text, strlen(text)));
        free(name);
        return;
    }
    if (setenv(name, eq + 1, 1) != 0)
        prog_die(errno, "cannot set %s", prog_quote(name));
    free(name);
}

int env_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"ignore-environment", PROG_NO_ARG, 'i'},
                                      {"null", PROG_NO_ARG, '0'},
                                      {"unset", PROG_ARG, 'u'},
                                      {"chdir", PROG_ARG, 'C'},
                                      {"debug", PROG_NO_ARG, 'v'},
                                      {"block-signal", PROG_MAY_ARG, 256},
                                      {"default-signal", PROG_MAY_ARG, 256},
                                      {"ignore-signal", PROG_MAY_ARG, 256},
                                      {0}};
    prog_usage_status = prog_status = 125;
    int n;
    char **words = split_args(argc, argv, &n);
    prog_opts o = {.argc = n, .argv = words, .shorts = "+C:iu:v0", .longs = longs};
    const char *dir = NULL;
    word_list unset = {0};
    bool empty = false;
    char end = '\n';
    for (int c; (c = prog_opt(&o)) != -1;) {
        empty |= c == 'i';
        if (c == '0')
            end = '\0';
        if (c == 'C')
            dir = o.arg;
        if (c == 'u')
            add_word(&unset, o.arg);
    }
    int i = o.next;
    if (i < n && strcmp(words[i], "-") == 0) {
        empty = true;
        i++;
    }
    static char *none[] = {NULL};
    if (empty)
        environ = none;
    for (size_t k = 0; k < unset.n; k++)
        if (unsetenv(unset.p[k]) != 0)
            prog_die(errno, "cannot unset %s", prog_quote(unset.p[k]));
    for (; i < n && strchr(words[i], '='); i++)
        set_variable(words[i]);
    if (i < n && end == '\0')
        prog_usage("cannot specify --null (-0) with command");
    if (i >= n && dir)
        prog_usage("must specify command with --chdir (-C)");
    if (i >= n) {
        print_all(end);
        return 0;
    }
    if (dir && chdir(dir) != 0)
        prog_die(errno, "cannot change directory to %s", prog_quoteaf(dir));
    int status = run_instead(words + i, (size_t)(n - i), NULL);
    if (status == 127 && strchr(words[i], ' '))
        prog_warn(0, "use -[v]S to pass options in shebang lines");
    return status;
}

const char printenv_help[] = "Usage: printenv [OPTION]... [VARIABLE]...\n"
                             "Print the values of VARIABLEs; without any, all as NAME=VALUE.\n"
                             "\n"
                             "  -0, --null  end lines with NUL\n"
                             "\n"
                             "Examples:\n"
                             "  $ A=1 printenv A\n"
                             "  1\n";

int printenv_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"null", PROG_NO_ARG, '0'}, {0}};
    prog_usage_status = 2;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+0", .longs = longs};
    char end = '\n';
    for (int c; (c = prog_opt(&o)) != -1;)
        end = '\0';
    if (o.next >= argc) {
        print_all(end);
        return 0;
    }
    int status = 0;
    for (int i = o.next; i < argc; i++) {
        const char *value = strchr(argv[i], '=') ? NULL : getenv(argv[i]);
        if (value) {
            prog_puts(&prog_out, value);
            prog_putc(&prog_out, end);
        } else {
            status = 1;
        }
    }
    return status;
}

/* ---- timeout -------------------------------------------------------------------------------- */

const char timeout_help[] =
    "Usage: timeout [OPTION]... DURATION COMMAND [ARG]...\n"
    "Run COMMAND and end it when it takes longer than DURATION (a number with s, m, h or d).\n"
    "\n"
    "  -f, --foreground       (no effect)\n"
    "  -k, --kill-after=TIME  send KILL if it still runs TIME after the first signal\n"
    "  -p, --preserve-status  end with COMMAND's status even then\n"
    "  -s, --signal=SIGNAL    send SIGNAL, not TERM\n"
    "  -v, --verbose          say which signal is sent\n"
    "\n"
    "Status: 124 it took too long, 125 timeout failed, 126 COMMAND cannot be run, 127 it is not\n"
    "there, 137 it was killed, else COMMAND's.\n"
    "\n"
    "Examples:\n"
    "  $ timeout 5 echo hi\n"
    "  hi\n"
    "  $ timeout 0.05 sleep 5; echo $?\n"
    "  124\n";

static const struct {
    const char *name;
    int number;
} signals[] = {{"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"ILL", 4},   {"TRAP", 5},  {"ABRT", 6},
               {"BUS", 7},   {"FPE", 8},   {"KILL", 9},  {"USR1", 10}, {"SEGV", 11}, {"USR2", 12},
               {"PIPE", 13}, {"ALRM", 14}, {"TERM", 15}, {"CHLD", 17}, {"CONT", 18}, {"STOP", 19},
               {"TSTP", 20}, {"TTIN", 21}, {"TTOU", 22}, {"EXIT", 0}};

static int signal_of(const char *s)
{
    uint64_t v;
    if (prog_uint(s, "", &v) == PROG_NUM_OK && v <= 64)
        return (int)v;
    if (strncmp(s, "SIG", 3) == 0)
        s += 3;
    for (size_t i = 0; i < BX_COUNT(signals); i++) {
        const char *a = signals[i].name, *b = s;
        while (*a && prog_upper(*b) == *a)
            a++, b++;
        if (!*a && !*b)
            return signals[i].number;
    }
    return -1;
}

static const char *signal_name(int number, char text[12])
{
    for (size_t i = 0; i < BX_COUNT(signals); i++)
        if (signals[i].number == number)
            return signals[i].name;
    (void)snprintf(text, 12, "%d", number);
    return text;
}

typedef struct timer {
    uint64_t limit, kill_after; /* kill_after 0: never */
    int signal;
    bool preserve, verbose;
} timer;

static void send(const timer *t, int32_t pid, int sig, const char *command)
{
    char text[12];
    if (t->verbose)
        prog_warn(0, "sending signal %s to command %s", signal_name(sig, text),
                  prog_quote(command));
    int gone = bx_process_kill(pid, sig); /* ESRCH: it has just ended */
    (void)gone;
}

static int wait_for(int32_t pid, uint64_t ns, bx_ended *ended)
{
    int error;
    do
        error = bx_process_wait(pid, ns, ended);
    while (error == EINTR);
    return error;
}

static int run_timed(const timer *t, char **argv, size_t n)
{
    int32_t pid;
    int error = run_start((const char *const *)argv, n, NULL, RUN_BACKGROUND, &pid);
    if (error) {
        prog_warn(error, "failed to run command %s", prog_quote(argv[0]));
        return error == ENOENT ? 127 : 126;
    }
    bx_ended ended = {0};
    uint64_t limit = t->limit == 0 || t->limit == FOREVER ? BX_WAIT_FOREVER : t->limit;
    bool late = false;
    error = wait_for(pid, limit, &ended);
    if (error == ETIMEDOUT) {
        late = true;
        send(t, pid, t->signal, argv[0]);
        error = wait_for(pid, t->kill_after ? t->kill_after : BX_WAIT_FOREVER, &ended);
        if (error == ETIMEDOUT) {
            send(t, pid, 9, argv[0]);
            (void)wait_for(pid, BX_WAIT_FOREVER, &ended);
        }
    }
    bool killed = ended.kind == BX_ENDED_SIGNAL && ended.signal == 9;
    if (late && !t->preserve && !killed)
        return 124;
    return ended.code;
}

int timeout_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"foreground", PROG_NO_ARG, 'f'},      {"kill-after", PROG_ARG, 'k'},
        {"preserve-status", PROG_NO_ARG, 'p'}, {"signal", PROG_ARG, 's'},
        {"verbose", PROG_NO_ARG, 'v'},         {0}};
    prog_usage_status = prog_status = 125;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+fk:ps:v", .longs = longs};
    timer t = {.signal = 15};
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'k' && !duration(o.arg, &t.kill_after))
            prog_usage("invalid time interval %s", prog_quote(o.arg));
        if (c == 's' && (t.signal = signal_of(o.arg)) < 0)
            prog_usage("%s: invalid signal", prog_quote(o.arg));
        t.preserve |= c == 'p';
        t.verbose |= c == 'v';
    }
    if (argc - o.next < 2)
        prog_usage(NULL);
    if (!duration(argv[o.next], &t.limit))
        prog_usage("invalid time interval %s", prog_quote(argv[o.next]));
    return run_timed(&t, argv + o.next + 1, (size_t)(argc - o.next - 1));
}

/* As run_instead, in nohup's words. */
static int run_or_say(char **argv, size_t n)
{
    bx_ended ended;
    int error = run_wait((const char *const *)argv, n, NULL, &ended);
    if (!error)
        return ended.code;
    prog_warn(error, "failed to run command %s", prog_quoteaf(argv[0]));
    return error == ENOENT ? 127 : 126;
}

/* ---- nice, nohup, stdbuf -------------------------------------------------------------------- */

const char nice_help[] =
    "Usage: nice [OPTION] [COMMAND [ARG]...]\n"
    "Run COMMAND; without it, print the niceness, which is 0. There is only one priority.\n"
    "\n"
    "  -n, --adjustment=N  (no effect)\n"
    "\n"
    "Examples:\n"
    "  $ nice -n 5 echo hi\n"
    "  hi\n";

int nice_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"adjustment", PROG_ARG, 'n'}, {0}};
    prog_usage_status = prog_status = 125;
    char **words = prog_alloc((size_t)(argc + 1) * sizeof *words);
    int n = 0;
    for (int i = 0; i < argc; i++) { /* -5 and --5 are -n 5 */
        const char *s = argv[i];
        bool number =
            n == i && i > 0 && s[0] == '-' && prog_is_digit(s[1 + (s[1] == '-' || s[1] == '+')]);
        words[n++] = number ? prog_strndup("-n0", 3) : argv[i];
    }
    words[n] = NULL;
    prog_opts o = {.argc = n, .argv = words, .shorts = "+n:", .longs = longs};
    bool given = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        int64_t v;
        given = true;
        if (prog_int(o.arg, "", &v) == PROG_NUM_INVALID ||
            prog_int(o.arg, "", &v) == PROG_NUM_SUFFIX)
            prog_die(0, "invalid adjustment %s", prog_quote(o.arg));
    }
    if (o.next >= n) {
        if (given)
            prog_usage("a command must be given with an adjustment");
        prog_puts(&prog_out, "0\n");
        return 0;
    }
    return run_instead(words + o.next, (size_t)(n - o.next), NULL);
}

const char nohup_help[] = "Usage: nohup COMMAND [ARG]...\n"
                          "Run COMMAND so that it goes on when the terminal is closed; what it "
                          "would write to a terminal\n"
                          "goes to nohup.out.\n"
                          "\n"
                          "Examples:\n"
                          "  $ nohup echo hi\n"
                          "  hi\n";

int nohup_program(int argc, char **argv)
{
    prog_usage_status = prog_status = 125;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+"};
    while (prog_opt(&o) != -1)
        continue;
    if (o.next >= argc)
        prog_usage("missing operand");
    if (isatty(1)) {
        int fd = open("nohup.out", O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (fd < 0)
            prog_die(errno, "failed to open %s", prog_quoteaf("nohup.out"));
        prog_warn(0, "appending output to %s", prog_quoteaf("nohup.out"));
        bool errors = isatty(2) == 1;
        int error = bx_process_dup_to(fd, 1);
        if (!error && errors)
            error = bx_process_dup_to(fd, 2);
        if (error)
            prog_die(error, "failed to redirect standard output");
    }
    return run_or_say(argv + o.next, (size_t)(argc - o.next));
}

const char stdbuf_help[] =
    "Usage: stdbuf OPTION... COMMAND [ARG]...\n"
    "Run COMMAND. How it buffers is its own business: the options have no effect.\n"
    "\n"
    "  -i, --input=MODE, -o, --output=MODE, -e, --error=MODE  L, 0 or a size\n"
    "\n"
    "Examples:\n"
    "  $ stdbuf -oL echo hi\n"
    "  hi\n";

int stdbuf_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"input", PROG_ARG, 'i'}, {"output", PROG_ARG, 'o'}, {"error", PROG_ARG, 'e'}, {0}};
    prog_usage_status = prog_status = 125;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+i:o:e:", .longs = longs};
    bool any = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        uint64_t v;
        any = true;
        if (strcmp(o.arg, "L") != 0 && prog_uint(o.arg, "KMGTPEZY0", &v) != PROG_NUM_OK)
            prog_die(0, "invalid mode %s", prog_quote(o.arg));
        if (c == 'i' && strcmp(o.arg, "L") == 0)
            prog_usage("line buffering stdin is meaningless");
    }
    if (o.next >= argc)
        prog_usage("missing operand");
    if (!any)
        prog_usage("you must specify a buffering mode option");
    return run_or_say(argv + o.next, (size_t)(argc - o.next));
}

/* ---- time ----------------------------------------------------------------------------------- */

const char time_help[] =
    "Usage: time [OPTION]... COMMAND [ARG]...\n"
    "Run COMMAND and print to standard error how long it took.\n"
    "\n"
    "  -a, --append         with -o: add to FILE\n"
    "  -f, --format=FORMAT  %e real, %U user, %S system, %E [h:]m:s, %P percent, %M KiB, %C\n"
    "                       command, %x status; \\n \\t\n"
    "  -o, --output=FILE    to FILE\n"
    "  -p, --portability    as POSIX says: real, user, sys\n"
    "\n"
    "Examples:\n"
    "  $ env time -f %x true\n"
    "  0\n";

static void put_hundredths(prog_writer *w, uint64_t us)
{
    prog_printf(w, "%llu.%02llu", (unsigned long long)(us / 1000000),
                (unsigned long long)(us / 10000 % 100));
}

static void put_clock(prog_writer *w, uint64_t us)
{
    uint64_t s = us / 1000000;
    if (s >= 3600)
        prog_printf(w, "%llu:%02llu:%02llu", (unsigned long long)(s / 3600),
                    (unsigned long long)(s / 60 % 60), (unsigned long long)(s % 60));
    else
        prog_printf(w, "%llu:%02llu.%02llu", (unsigned long long)(s / 60),
                    (unsigned long long)(s % 60), (unsigned long long)(us / 10000 % 100));
}

static void put_time(prog_writer *w, const char *format, const bx_ended *e, char **argv, size_t n)
{
    for (const char *s = format; *s; s++) {
        if (*s == '\\' && s[1]) {
            s++;
            prog_putc(w, *s == 'n' ? '\n' : *s == 't' ? '\t' : *s);
            continue;
        }
        if (*s != '%' || !s[1]) {
            prog_putc(w, *s);
            continue;
        }
        switch (*++s) {
        case 'e':
            put_hundredths(w, e->wall_us);
            break;
        case 'U':
            put_hundredths(w, e->cpu_us);
            break;
        case 'S':
            put_hundredths(w, 0);
            break;
        case 'E':
            put_clock(w, e->wall_us);
            break;
        case 'P':
            prog_printf(w, "%llu%%",
                        (unsigned long long)(e->wall_us ? e->cpu_us * 100 / e->wall_us : 0));
            break;
        case 'M':
            prog_printf(w, "%llu", (unsigned long long)(e->memory_bytes / 1024));
            break;
        case 'C':
            for (size_t i = 0; i < n; i++)
                prog_printf(w, "%s%s", i ? " " : "", argv[i]);
            break;
        case 'x':
            prog_printf(w, "%d", (int)e->code);
            break;
        case '%':
            prog_putc(w, '%');
            break;
        default:
            if (strchr("cDFIkKOpRrstwWXZ", *s))
                prog_putc(w, '0');
            else
                prog_printf(w, "?%c", *s);
        }
    }
    prog_putc(w, '\n');
}

int time_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"append", PROG_NO_ARG, 'a'},
                                      {"format", PROG_ARG, 'f'},
                                      {"output", PROG_ARG, 'o'},
                                      {"portability", PROG_NO_ARG, 'p'},
                                      {"quiet", PROG_NO_ARG, 'q'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_usage_status = prog_status = 125;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+af:o:pqv", .longs = longs};
    const char *file = NULL;
    const char *format = "%Uuser %Ssystem %Eelapsed %PCPU (0avgtext+0avgdata %Mmaxresident)k\n"
                         "0inputs+0outputs (0major+0minor)pagefaults 0swaps";
    bool append = false, own = getenv("TIME") != NULL;
    if (own)
        format = getenv("TIME");
    for (int c; (c = prog_opt(&o)) != -1;) {
        append |= c == 'a';
        if (c == 'f')
            format = o.arg;
        if (c == 'p')
            format = "real %e\nuser %U\nsys %S";
        if (c == 'o')
            file = o.arg;
    }
    if (o.next >= argc)
        prog_usage("missing program to run");
    prog_writer w = {.fd = 2};
    if (file && (w.fd = open(file, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0666)) < 0)
        prog_die(errno, "%s", file);
    size_t n = (size_t)(argc - o.next);
    bx_ended ended = {0};
    struct timespec began, now;
    (void)clock_gettime(CLOCK_MONOTONIC, &began);
    int error = run_wait((const char *const *)argv + o.next, n, NULL, &ended);
    if (error) {
        prog_warn(error, "cannot run %s", argv[o.next]);
        return error == ENOENT ? 127 : 126;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (ended.wall_us == 0)
        ended.wall_us = (uint64_t)(now.tv_sec - began.tv_sec) * 1000000 +
                        (uint64_t)(now.tv_nsec / 1000) - (uint64_t)(began.tv_nsec / 1000);
    if (ended.kind == BX_ENDED_SIGNAL)
        prog_printf(&w, "Command terminated by signal %u\n", (unsigned)ended.signal);
    else if (ended.kind == BX_ENDED_EXIT && ended.code && !strstr(format, "real %e"))
        prog_printf(&w, "Command exited with non-zero status %d\n", (int)ended.code);
    put_time(&w, format, &ended, argv + o.next, n);
    (void)prog_flush(&w);
    return ended.code;
}
