/* system/date.c - date [OPTION]... [+FORMAT]. */
#include "programs/date/date_format.h"
#include "programs/date/date_parse.h"
#include "programs/common/prog_io.h"
#include "system.h"

#include <sys/stat.h>

const char date_help[] =
    "Usage: date [OPTION]... [+FORMAT]\n"
    "Show the time, or another, in the given FORMAT.\n"
    "\n"
    "  -d, --date=STRING        the time STRING describes, not now\n"
    "  -f, --file=DATEFILE      once for each line of DATEFILE\n"
    "  -I[FMT], --iso-8601[=FMT]  ISO 8601; FMT: date, hours, minutes, seconds, ns\n"
    "  -R, --rfc-email          as in mail: Mon, 14 Aug 2006 02:34:56 -0600\n"
    "      --rfc-3339=FMT       RFC 3339; FMT: date, seconds, ns\n"
    "  -r, --reference=FILE     the time FILE was last changed\n"
    "  -u, --utc, --universal   Coordinated Universal Time\n"
    "\n"
    "FORMAT: %% %a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %n %N %p %P %q %r %R "
    "%s\n"
    "%S %t %T %u %U %V %w %W %x %X %y %Y %z %:z %::z %:::z %Z, between % and the letter: - no\n"
    "padding, _ blanks, 0 zeros, + zeros and a sign, ^ upper case, # opposite case, then a width.\n"
    "STRING: ISO 8601, RFC 5322, @SECONDS, 'next monday', '2 days ago', 'tomorrow 10am UTC+2', "
    "...\n"
    "TZ: a POSIX rule, or the name of a common zone; its present rule holds for all years.\n"
    "The time cannot be set.\n"
    "\n"
    "Examples:\n"
    "  $ date -u -d @1700000000\n"
    "  Tue Nov 14 22:13:20 UTC 2023\n"
    "  $ date -u -d '2024-01-31 +1 day' +%F\n"
    "  2024-02-01\n"
    "  $ TZ=America/New_York date -d 2024-07-01T12:00Z '+%H:%M %Z'\n"
    "  08:00 EDT\n";

enum { OPT_RFC3339 = 256, OPT_RESOLUTION, OPT_DEBUG };

static const char *one_of(const char *arg, const char *const *names, size_t n, size_t *ret,
                          const char *option)
{
    size_t len = strlen(arg), found = n;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], arg) == 0) {
            *ret = i;
            return arg;
        }
        if (len > 0 && strncmp(names[i], arg, len) == 0)
            found = found == n ? i : n + 1;
    }
    if (found < n) {
        *ret = found;
        return arg;
    }
    prog_buf valid = {0};
    for (size_t i = 0; i < n; i++) {
        prog_buf_put(&valid, "\n  - '", 6);
        prog_buf_put(&valid, names[i], strlen(names[i]));
        prog_buf_putc(&valid, '\'');
    }
    prog_usage("%s argument %s for '--%s'\nValid arguments are:%s",
               found == n ? "invalid" : "ambiguous", prog_quote(arg), option, prog_buf_z(&valid));
}

static const char *iso_format(const char *arg)
{
    static const char *const names[] = {"hours", "minutes", "date", "seconds", "ns"};
    static const char *const formats[] = {"%Y-%m-%dT%H%:z", "%Y-%m-%dT%H:%M%:z", "%Y-%m-%d",
                                          "%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%dT%H:%M:%S,%N%:z"};
    size_t i = 2;
    if (arg)
        (void)one_of(arg, names, BX_COUNT(names), &i, "iso-8601");
    return formats[i];
}

static const char *rfc_format(const char *arg)
{
    static const char *const names[] = {"date", "seconds", "ns"};
    static const char *const formats[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M:%S%:z",
                                          "%Y-%m-%d %H:%M:%S.%N%:z"};
    size_t i = 0;
    (void)one_of(arg, names, BX_COUNT(names), &i, "rfc-3339");
    return formats[i];
}

typedef struct request {
    const char *format, *string, *file, *reference;
    bool set;
    tz zone;
    struct timespec now;
} request;

static void show(const request *r, struct timespec at)
{
    prog_buf b = {0};
    date_format(&b, bx_str_of(r->format), &r->zone, at);
    prog_buf_putc(&b, '\n');
    prog_write(&prog_out, b.p, b.n);
    prog_buf_free(&b);
}

static bool show_text(const request *r, const char *text)
{
    struct timespec at;
    if (!date_parse(text, &r->zone, r->now, &at)) {
        prog_warn(0, "invalid date %s", prog_quote(text));
        return false;
    }
    show(r, at);
    return true;
}

static int show_file(const request *r)
{
    prog_reader in;
    bx_str line;
    bool ok = true;
    if (!prog_open(&in, r->file))
        return 1;
    while (prog_line(&in, '\n', &line, NULL)) {
        char *text = prog_strndup(line.p, line.n);
        ok &= show_text(r, text);
        free(text);
    }
    return prog_close(&in) && ok ? 0 : 1;
}

static void set_format(request *r, const char *format)
{
    if (r->format)
        prog_die(0, "multiple output formats specified");
    r->format = format;
}

static void options(request *r, prog_opts *o)
{
    for (int c; (c = prog_opt(o)) != -1;) {
        switch (c) {
        case 'd':
            r->string = o->arg;
            break;
        case 'f':
            r->file = o->arg;
            break;
        case 'r':
            r->reference = o->arg;
            break;
        case 's':
            r->set = true;
            r->string = o->arg;
            break;
        case 'u':
            tz_fixed(0, "UTC", &r->zone);
            break;
        case 'I':
            set_format(r, iso_format(o->arg));
            break;
        case 'R':
            set_format(r, "%a, %d %b %Y %H:%M:%S %z");
            break;
        case OPT_RFC3339:
            set_format(r, rfc_format(o->arg));
            break;
        case OPT_RESOLUTION:
            prog_puts(&prog_out, "0.000000001\n");
            prog_exit(0);
        default:
            break;
        }
    }
}

static void operands(request *r, const prog_opts *o)
{
    if (o->next < o->argc && o->argv[o->next][0] == '+') {
        set_format(r, o->argv[o->next] + 1);
    } else if (o->next < o->argc) {
        if (r->string || r->file || r->reference) {
            prog_usage("the argument %s lacks a leading '+';\nwhen using an option to specify "
                       "date(s), any non-option\nargument must be a format string beginning with "
                       "'+'",
                       prog_quote(o->argv[o->next]));
        }
        prog_die(0, "invalid date %s", prog_quote(o->argv[o->next]));
    }
    if (o->next + 1 < o->argc)
        prog_usage("extra operand %s", prog_quote(o->argv[o->next + 1]));
    if ((r->string != NULL) + (r->file != NULL) + (r->reference != NULL) > 1)
        prog_usage("the options to specify dates for printing are mutually exclusive");
}

int date_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"date", PROG_ARG, 'd'},
                                      {"debug", PROG_NO_ARG, OPT_DEBUG},
                                      {"file", PROG_ARG, 'f'},
                                      {"iso-8601", PROG_MAY_ARG, 'I'},
                                      {"reference", PROG_ARG, 'r'},
                                      {"resolution", PROG_NO_ARG, OPT_RESOLUTION},
                                      {"rfc-email", PROG_NO_ARG, 'R'},
                                      {"rfc-822", PROG_NO_ARG, 'R'},
                                      {"rfc-2822", PROG_NO_ARG, 'R'},
                                      {"rfc-3339", PROG_ARG, OPT_RFC3339},
                                      {"set", PROG_ARG, 's'},
                                      {"uct", PROG_NO_ARG, 'u'},
                                      {"utc", PROG_NO_ARG, 'u'},
                                      {"universal", PROG_NO_ARG, 'u'},
                                      {0}};
    request r = {.zone = *tz_of_env()};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "d:f:I::r:Rs:u", .longs = longs};
    options(&r, &o);
    operands(&r, &o);
    if (!r.format)
        r.format = "%a %b %e %H:%M:%S %Z %Y";
    (void)clock_gettime(CLOCK_REALTIME, &r.now);
    if (r.set) {
        prog_warn(EPERM, "cannot set date");
        (void)show_text(&r, r.string);
        return 1;
    }
    if (r.file)
        return show_file(&r);
    if (r.reference) {
        struct stat st;
        if (stat(r.reference, &st) != 0)
            prog_die(errno, "%s", prog_quotef(r.reference));
        show(&r, st.st_mtim);
        return 0;
    }
    if (r.string)
        return show_text(&r, r.string) ? 0 : 1;
    show(&r, r.now);
    return 0;
}
