/* text/uniq.c - uniq (POSIX uniq; GNU). */
#include "programs/text/text.h"

#include <fcntl.h>
#include <unistd.h>

const char text_uniq_help[] =
    "Usage: uniq [OPTION]... [INPUT [OUTPUT]]\n"
    "Print lines that follow each other and are equal only once.\n"
    "\n"
    "  -c, --count            print before each how often\n"
    "  -d, --repeated         only those that come more than once\n"
    "  -D, --all-repeated[=none|prepend|separate]  all of these\n"
    "  -f, --skip-fields=N    do not compare the first N fields\n"
    "      --group[=separate|prepend|append|both]  all lines, an empty line between groups\n"
    "  -i, --ignore-case      compare without case\n"
    "  -s, --skip-chars=N     do not compare the first N bytes\n"
    "  -u, --unique           only those that come once\n"
    "  -w, --check-chars=N    compare at most N bytes\n"
    "  -z, --zero-terminated  lines end in NUL\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\na\\nb\\n' | uniq -c\n"
    "        2 a\n"
    "        1 b\n"
    "  $ printf 'a\\na\\nb\\n' | uniq -d\n"
    "  a\n";

enum { ALL_NONE = 1, ALL_PREPEND, ALL_SEPARATE };
enum { GROUP_SEPARATE = 1, GROUP_PREPEND, GROUP_APPEND, GROUP_BOTH };

typedef struct uniq_options {
    uint64_t skip_fields, skip_chars, check_chars;
    bool count, no_case, whole, new_skip;
    bool single, first; /* which are printed: those that come once, the first of others */
    int all, group;
    char end;
} uniq_options;

static bx_str compared(const uniq_options *u, bx_str line)
{
    if (u->whole)
        return line;
    size_t at = 0;
    for (uint64_t i = 0; i < u->skip_fields && at < line.n; i++) {
        while (at < line.n && (prog_is_blank(line.p[at]) || line.p[at] == '\n'))
            at++;
        while (at < line.n && !(prog_is_blank(line.p[at]) || line.p[at] == '\n'))
            at++;
    }
    at = u->skip_chars < line.n - at ? at + (size_t)u->skip_chars : line.n;
    size_t n = line.n - at;
    return (bx_str){line.p + at, n < u->check_chars ? n : (size_t)u->check_chars};
}

static bool same(const uniq_options *u, bx_str a, bx_str b)
{
    if (a.n != b.n)
        return false;
    if (!u->no_case)
        return a.n == 0 || memcmp(a.p, b.p, a.n) == 0;
    for (size_t i = 0; i < a.n; i++)
        if (prog_upper((unsigned char)a.p[i]) != prog_upper((unsigned char)b.p[i]))
            return false;
    return true;
}

static void put(const uniq_options *u, bx_str line)
{
    prog_write(&prog_out, line.p, line.n);
    prog_putc(&prog_out, u->end);
}

static void put_counted(const uniq_options *u, bx_str line, uint64_t count)
{
    if (count > 1 ? !u->first : !u->single)
        return;
    if (u->count) {
        prog_put_uint(&prog_out, count, 7, ' ');
        prog_putc(&prog_out, ' ');
    }
    put(u, line);
}

static void keep(prog_buf *b, bx_str line)
{
    b->n = 0;
    prog_buf_put(b, line.p, line.n);
}

/* One line of each group, with its count. */
static void uniq_counted(prog_reader *r, const uniq_options *u)
{
    prog_buf kept = {0};
    bx_str line, before = {0}, before_key = {0};
    uint64_t count = 0;
    while (!prog_out.error && prog_line(r, u->end, &line, NULL)) {
        bx_str key = compared(u, line);
        if (count > 0 && same(u, key, before_key)) {
            count++;
            continue;
        }
        if (count > 0)
            put_counted(u, before, count);
        keep(&kept, line);
        before = (bx_str){kept.p, kept.n};
        before_key = (bx_str){kept.p + (key.p - line.p), key.n};
        count = 1;
    }
    if (count > 0)
        put_counted(u, before, count);
    prog_buf_free(&kept);
}

/* --group: all lines as they come, with empty ones between groups. */
static void uniq_groups(prog_reader *r, const uniq_options *u)
{
    prog_buf kept = {0};
    bx_str line, before_key = {0};
    bool some = false;
    while (!prog_out.error && prog_line(r, u->end, &line, NULL)) {
        bx_str key = compared(u, line);
        if (!some || !same(u, key, before_key)) {
            if (some || u->group == GROUP_PREPEND || u->group == GROUP_BOTH)
                prog_putc(&prog_out, u->end);
            keep(&kept, key);
            before_key = (bx_str){kept.p, kept.n};
        }
        some = true;
        put(u, line);
    }
    if (u->group >= GROUP_APPEND && some)
        prog_putc(&prog_out, u->end);
    prog_buf_free(&kept);
}

/* -D: each line goes out when the next one is known; with -u, the last of each group does not. */
static void uniq_all(prog_reader *r, const uniq_options *u)
{
    prog_buf kept = {0};
    bx_str line;
    bool some = false, first_group = true;
    size_t key_at = 0, key_n = 0;
    uint64_t matches = 0;
    while (!prog_out.error && prog_line(r, u->end, &line, NULL)) {
        bx_str key = compared(u, line), before = {kept.p, kept.n};
        bool match = some && same(u, key, (bx_str){kept.p + key_at, key_n});
        matches += match;
        if (!match && matches > 0)
            first_group = false;
        if (match && matches == 1 &&
            (u->all == ALL_PREPEND || (u->all == ALL_SEPARATE && !first_group)))
            prog_putc(&prog_out, u->end);
        if (match || (matches > 0 && u->first))
            put(u, before);
        if (!match)
            matches = 0;
        keep(&kept, line);
        key_at = (size_t)(key.p - line.p);
        key_n = key.n;
        some = true;
    }
    if (matches > 0 && u->first)
        put(u, (bx_str){kept.p, kept.n});
    prog_buf_free(&kept);
}

static uint64_t number(const char *text, const char *what)
{
    uint64_t n = 0;
    prog_num state = prog_uint(text, "", &n);
    if (state == PROG_NUM_OVERFLOW)
        return UINT64_MAX;
    if (state)
        prog_die(0, "%s: %s", text, what);
    return n;
}

static int method(const char *text, const char *const *words, const char *option)
{
    int found = 0;
    for (int i = 0; words[i]; i++)
        if (*text && strncmp(words[i], text, strlen(text)) == 0)
            found = i + 1;
    if (found)
        return found;
    prog_warn(0, "invalid argument %s for '%s'", prog_quote(text), option);
    prog_writer err = {.fd = 2};
    prog_puts(&err, "Valid arguments are:\n");
    for (int i = 0; words[i]; i++)
        prog_printf(&err, "  - '%s'\n", words[i]);
    (void)prog_flush(&err);
    prog_usage(NULL);
}

enum { GROUP_OPTION = 256 };

static void take_option(uniq_options *u, int c, const char *arg, bool *repeated, bool *unique)
{
    static const char *const all[] = {"none", "prepend", "separate", NULL};
    static const char *const group[] = {"separate", "prepend", "append", "both", NULL};
    switch (c) {
    case 'c':
        u->count = true;
        break;
    case 'd':
        *repeated = true;
        break;
    case 'D':
        *repeated = true;
        u->all = arg ? method(arg, all, "--all-repeated") : ALL_NONE;
        break;
    case GROUP_OPTION:
        u->group = arg ? method(arg, group, "--group") : GROUP_SEPARATE;
        break;
    case 'f':
        u->skip_fields = number(arg, "invalid number of fields to skip");
        u->new_skip = true;
        break;
    case 'i':
        u->no_case = true;
        break;
    case 's':
        u->skip_chars = number(arg, "invalid number of bytes to skip");
        break;
    case 'u':
        *unique = true;
        break;
    case 'w':
        u->check_chars = number(arg, "invalid number of bytes to compare");
        break;
    case 'z':
        u->end = '\0';
        break;
    default:
        if (prog_is_digit(c)) {
            if (u->new_skip)
                u->skip_fields = 0;
            u->new_skip = false;
            if (u->skip_fields > UINT64_MAX / 16)
                u->skip_fields = UINT64_MAX / 16;
            u->skip_fields = u->skip_fields * 10 + (uint64_t)(c - '0');
        }
        break;
    }
}

int text_uniq(int argc, char **argv)
{
    static const prog_long longs[] = {{"count", PROG_NO_ARG, 'c'},
                                      {"repeated", PROG_NO_ARG, 'd'},
                                      {"all-repeated", PROG_MAY_ARG, 'D'},
                                      {"skip-fields", PROG_ARG, 'f'},
                                      {"group", PROG_MAY_ARG, GROUP_OPTION},
                                      {"ignore-case", PROG_NO_ARG, 'i'},
                                      {"skip-chars", PROG_ARG, 's'},
                                      {"unique", PROG_NO_ARG, 'u'},
                                      {"check-chars", PROG_ARG, 'w'},
                                      {"zero-terminated", PROG_NO_ARG, 'z'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "0123456789cdDf:is:uw:z", .longs = longs};
    uniq_options u = {.check_chars = UINT64_MAX, .end = '\n'};
    bool repeated = false, unique = false;
    for (int c; (c = prog_opt(&o)) != -1;)
        take_option(&u, c, o.arg, &repeated, &unique);
    if (argc - o.next > 2)
        prog_usage("extra operand %s", prog_quote(argv[o.next + 2]));
    if (u.group && (u.count || repeated || unique))
        prog_usage("--group is mutually exclusive with -c/-d/-D/-u");
    if (u.count && u.all)
        prog_usage("printing all duplicated lines and repeat counts is meaningless");
    u.single = !repeated;
    u.first = !unique;
    u.whole = !u.skip_fields && !u.skip_chars && u.check_chars == UINT64_MAX;
    prog_reader r;
    if (!prog_open(&r, o.next < argc ? argv[o.next] : "-"))
        return 1;
    const char *output = o.next + 1 < argc ? argv[o.next + 1] : "-";
    if (strcmp(output, "-") != 0) {
        prog_out.fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (prog_out.fd < 0) {
            int error = errno;
            prog_out.fd = 1;
            prog_warn_file(error, output);
            return 1;
        }
    }
    if (u.group)
        uniq_groups(&r, &u);
    else if (u.all)
        uniq_all(&r, &u);
    else
        uniq_counted(&r, &u);
    if (r.error) {
        prog_warn(r.error, "error reading %s", prog_quoteaf(r.name));
        r.error = 0;
        (void)prog_close(&r);
        return 1;
    }
    (void)prog_close(&r);
    return 0;
}
