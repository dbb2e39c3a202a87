/* text/paste.c - paste, comm, rev (POSIX paste, comm; GNU; util-linux rev). */
#include "programs/text/text.h"

const char text_paste_help[] = "Usage: paste [OPTION]... [FILE]...\n"
                               "Put the lines of the FILEs side by side.\n"
                               "\n"
                               "  -d, --delimiters=LIST  in turn from LIST instead of TAB\n"
                               "  -s, --serial           all lines of a file in one\n"
                               "  -z, --zero-terminated  lines end in NUL\n"
                               "\n"
                               "Examples:\n"
                               "  $ seq 3 | paste -sd+\n"
                               "  1+2+3\n"
                               "  $ seq 4 | paste - -\n"
                               "  1\t2\n"
                               "  3\t4\n";

typedef struct delimiters {
    int *p; /* a byte each; -1: none */
    size_t n;
} delimiters;

static void read_delimiters(const char *text, delimiters *d)
{
    d->p = prog_realloc(NULL, strlen(text) + 1, sizeof *d->p);
    d->n = 0;
    if (!*text)
        d->p[d->n++] = -1;
    for (const char *s = text; *s; s++) {
        if (*s != '\\') {
            d->p[d->n++] = (unsigned char)*s;
            continue;
        }
        static const char names[] = "b\bf\fn\nr\rt\tv\v\\\\";
        if (!*++s)
            prog_die(0, "delimiter list ends with an unescaped backslash: %s", text);
        if (*s == '0') {
            d->p[d->n++] = -1;
            continue;
        }
        int c = (unsigned char)*s;
        for (const char *q = names; *q; q += 2)
            if (*q == *s) {
                c = (unsigned char)q[1];
                break;
            }
        d->p[d->n++] = c;
    }
}

static void put_delimiter(const delimiters *d, size_t i)
{
    if (d->p[i % d->n] >= 0)
        prog_putc(&prog_out, d->p[i % d->n]);
}

static int paste_serial(char **names, size_t n, const delimiters *d, char end)
{
    int status = 0;
    for (size_t i = 0; i < n; i++) {
        prog_reader r;
        if (!prog_open(&r, names[i])) {
            status = 1;
            continue;
        }
        bx_str line;
        for (size_t k = 0; !prog_out.error && prog_line(&r, end, &line, NULL); k++) {
            if (k > 0)
                put_delimiter(d, k - 1);
            prog_write(&prog_out, line.p, line.n);
        }
        prog_putc(&prog_out, end);
        status |= !prog_close(&r);
    }
    return status;
}

typedef struct column {
    prog_reader own, *r; /* "-" may be several columns of one reader */
    bool done;
} column;

/* One row: delimiters of columns that have ended are kept back until another has a line. */
static bool paste_row(column *all, size_t n, const delimiters *d, char end, size_t *alive)
{
    size_t owed = 0; /* columns before this one without a line, when none had one yet */
    bool some = false;
    for (size_t i = 0; i < n; i++) {
        bx_str line = {0};
        bool got = !all[i].done && prog_line(all[i].r, end, &line, NULL);
        if (!got && !all[i].done) {
            all[i].done = true;
            --*alive;
        }
        if (!some && !got) {
            owed++;
            continue;
        }
        if (!some) {
            for (size_t k = 0; k < owed; k++)
                put_delimiter(d, k);
            some = true;
        }
        prog_write(&prog_out, line.p, line.n);
        if (i + 1 < n)
            put_delimiter(d, i);
        else
            prog_putc(&prog_out, end);
    }
    return some;
}

static int paste_parallel(char **names, size_t n, const delimiters *d, char end)
{
    column *all = prog_zalloc(n, sizeof *all);
    prog_reader *in = NULL;
    int status = 0;
    for (size_t i = 0; i < n; i++) {
        if (in && strcmp(names[i], "-") == 0) {
            all[i].r = in;
            continue;
        }
        int error = prog_try_open(&all[i].own, names[i]);
        if (error)
            prog_die(error, "%s", prog_quotef(names[i]));
        all[i].r = &all[i].own;
        if (strcmp(names[i], "-") == 0)
            in = all[i].r;
    }
    size_t alive = n;
    while (alive > 0 && !prog_out.error)
        (void)paste_row(all, n, d, end, &alive);
    for (size_t i = 0; i < n; i++)
        if (all[i].r == &all[i].own)
            status |= !prog_close(&all[i].own);
    free(all);
    return status;
}

int text_paste(int argc, char **argv)
{
    static const prog_long longs[] = {{"delimiters", PROG_ARG, 'd'},
                                      {"serial", PROG_NO_ARG, 's'},
                                      {"zero-terminated", PROG_NO_ARG, 'z'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "d:sz", .longs = longs};
    const char *list = "\t";
    bool serial = false;
    char end = '\n';
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'd')
            list = o.arg;
        serial |= c == 's';
        if (c == 'z')
            end = '\0';
    }
    delimiters d;
    read_delimiters(list, &d);
    static char dash[] = "-", *only[] = {dash};
    char **names = o.next < argc ? argv + o.next : only;
    size_t n = o.next < argc ? (size_t)(argc - o.next) : 1;
    int status = serial ? paste_serial(names, n, &d, end) : paste_parallel(names, n, &d, end);
    free(d.p);
    return status;
}

/* ---- comm ------------------------------------------------------------------------------------ */

const char text_comm_help[] =
    "Usage: comm [OPTION]... FILE1 FILE2\n"
    "Compare two sorted files: lines only in FILE1, only in FILE2, in both.\n"
    "\n"
    "  -1, -2, -3               not the first, second, third column\n"
    "      --check-order        end where a file is not sorted\n"
    "      --nocheck-order      do not look whether they are\n"
    "      --output-delimiter=S between columns (TAB)\n"
    "      --total              print how many at the end\n"
    "  -z, --zero-terminated    lines end in NUL\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\nb\\n' > x; printf 'b\\nc\\n' > y; comm x y\n"
    "  a\n"
    "  \t\tb\n"
    "  \tc\n"
    "  $ comm -12 x y\n"
    "  b\n";

typedef struct comparison {
    prog_reader r[2];
    bx_str line[2];
    bool has[2], unsorted[2];
    prog_buf last[2]; /* the line before, for the check */
    bool seen[2];
    bool show[3];
    int check; /* 0 only if something differs, 1 always, -1 never */
    bool differs;
    const char *delimiter;
    size_t n_delimiter;
    char end;
    uint64_t total[3];
} comparison;

static int order(bx_str a, bx_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static void comm_next(comparison *c, int i)
{
    if (c->check >= 0 && c->has[i]) {
        c->last[i].n = 0;
        prog_buf_put(&c->last[i], c->line[i].p, c->line[i].n);
        c->seen[i] = true;
    }
    c->has[i] = prog_line(&c->r[i], c->end, &c->line[i], NULL);
    if (c->has[i] && c->seen[i] && c->check >= 0 && !c->unsorted[i] &&
        (c->check > 0 || c->differs) &&
        order((bx_str){c->last[i].p, c->last[i].n}, c->line[i]) > 0) {
        c->unsorted[i] = true;
        prog_warn(0, "file %d is not in sorted order", i + 1);
        if (c->check > 0)
            prog_exit(1);
    }
}

static void comm_put(comparison *c, int which, bx_str line)
{
    c->total[which]++;
    if (!c->show[which])
        return;
    for (int i = 0; i < which; i++)
        if (c->show[i])
            prog_write(&prog_out, c->delimiter, c->n_delimiter);
    prog_write(&prog_out, line.p, line.n);
    prog_putc(&prog_out, c->end);
}

static int comm_run(comparison *c, char **names)
{
    for (int i = 0; i < 2; i++) {
        int error = prog_try_open(&c->r[i], names[i]);
        if (error)
            prog_die(error, "%s", prog_quotef(names[i]));
        comm_next(c, i);
        if (c->r[i].error)
            prog_die(c->r[i].error, "%s", prog_quotef(names[i]));
    }
    while ((c->has[0] || c->has[1]) && !prog_out.error) {
        int d = !c->has[0] ? 1 : !c->has[1] ? -1 : order(c->line[0], c->line[1]);
        comm_put(c, d < 0 ? 0 : d > 0 ? 1 : 2, d > 0 ? c->line[1] : c->line[0]);
        c->differs |= d != 0;
        if (d <= 0)
            comm_next(c, 0);
        if (d >= 0)
            comm_next(c, 1);
    }
    for (size_t i = 0; c->total[0] != UINT64_MAX && i < 2; i++)
        if (c->r[i].error)
            prog_die(c->r[i].error, "%s", prog_quotef(names[i]));
    return c->unsorted[0] || c->unsorted[1];
}

int text_comm(int argc, char **argv)
{
    enum { CHECK = 256, NO_CHECK, DELIMITER, TOTAL };
    static const prog_long longs[] = {
        {"check-order", PROG_NO_ARG, CHECK},       {"nocheck-order", PROG_NO_ARG, NO_CHECK},
        {"output-delimiter", PROG_ARG, DELIMITER}, {"total", PROG_NO_ARG, TOTAL},
        {"zero-terminated", PROG_NO_ARG, 'z'},     {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "123z", .longs = longs};
    comparison c = {.show = {true, true, true}, .delimiter = "\t", .n_delimiter = 1, .end = '\n'};
    bool total = false;
    const char *given = NULL;
    for (int opt; (opt = prog_opt(&o)) != -1;) {
        if (opt >= '1' && opt <= '3')
            c.show[opt - '1'] = false;
        if (opt == 'z')
            c.end = '\0';
        if (opt == CHECK || opt == NO_CHECK)
            c.check = opt == CHECK ? 1 : -1;
        if (opt == DELIMITER) {
            if (given && strcmp(given, o.arg) != 0)
                prog_die(0, "multiple output delimiters specified");
            given = o.arg;
            c.delimiter = o.arg;
            c.n_delimiter = *o.arg ? strlen(o.arg) : 1;
        }
        total |= opt == TOTAL;
    }
    int n = argc - o.next;
    if (n < 2 && n > 0)
        prog_usage("missing operand after %s", prog_quote(argv[argc - 1]));
    if (n == 0)
        prog_usage("missing operand");
    if (n > 2)
        prog_usage("extra operand %s", prog_quote(argv[o.next + 2]));
    int status = comm_run(&c, argv + o.next);
    if (total) {
        for (int i = 0; i < 3; i++) {
            prog_put_uint(&prog_out, c.total[i], 0, ' ');
            prog_puts(&prog_out, c.delimiter);
        }
        prog_puts(&prog_out, "total");
        prog_putc(&prog_out, c.end);
    }
    if (status)
        prog_die(0, "input is not in sorted order");
    return 0;
}

/* ---- rev ------------------------------------------------------------------------------------- */

const char text_rev_help[] = "Usage: rev [OPTION]... [FILE]...\n"
                             "Print each line with its characters in reverse order.\n"
                             "\n"
                             "  -0, --zero  lines end in NUL\n"
                             "\n"
                             "Examples:\n"
                             "  $ echo hello | rev\n"
                             "  olleh\n";

static void rev_file(prog_reader *r, void *arg)
{
    const char end = *(const char *)arg;
    bx_str line;
    bool ended;
    while (!prog_out.error && prog_line(r, end, &line, &ended)) {
        size_t to = line.n;
        while (to > 0) {
            size_t from = to - 1; /* back to the beginning of a character, at most three bytes */
            uint32_t cp;
            for (size_t back = 1; back <= 4 && back <= to; back++) {
                from = to - back;
                if (((unsigned char)line.p[from] & 0xc0) != 0x80)
                    break;
            }
            if (prog_utf8(line.p + from, to - from, &cp) != to - from)
                from = to - 1;
            prog_write(&prog_out, line.p + from, to - from);
            to = from;
        }
        if (ended)
            prog_putc(&prog_out, end);
    }
}

int text_rev(int argc, char **argv)
{
    static const prog_long longs[] = {{"zero", PROG_NO_ARG, '0'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "0", .longs = longs};
    char end = '\n';
    while (prog_opt(&o) != -1)
        end = '\0';
    return prog_each_file(argv + o.next, (size_t)(argc - o.next), rev_file, &end);
}
