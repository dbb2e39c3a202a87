/* text/join.c - join (POSIX join; GNU). */
#include "programs/text/text.h"

const char text_join_help[] =
    "Usage: join [OPTION]... FILE1 FILE2\n"
    "Print, for each pair of lines with the same join field, the fields of both.\n"
    "\n"
    "  -a N                   print also the lines of file N without partner\n"
    "  -e STRING              instead of fields that are not there\n"
    "  -i, --ignore-case      compare without case\n"
    "  -j FIELD               as -1 FIELD -2 FIELD\n"
    "  -o LIST                what is printed: 0 or N.FIELD, with commas, or auto\n"
    "  -t C                   fields are separated by C\n"
    "  -v N                   only the lines of file N without partner\n"
    "  -1 FIELD, -2 FIELD     join by this field of the file (1)\n"
    "      --check-order, --nocheck-order  whether the files must be sorted\n"
    "      --header           the first lines are headers\n"
    "  -z, --zero-terminated  lines end in NUL\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a 1\\nb 2\\n' > x; printf 'a X\\nc Y\\n' > y; join x y\n"
    "  a 1 X\n"
    "  $ join -a1 -e - -o 0,1.2,2.2 x y\n"
    "  a 1 X\n"
    "  b 2 -\n";

typedef struct row {
    char *text;
    size_t n;
    bx_str *fields;
    size_t n_fields, cap_fields;
} row;

typedef struct rows {
    row *p;
    size_t n, cap;
} rows;

typedef struct field_ref {
    unsigned file; /* 0: the join field */
    uint64_t field;
} field_ref;

typedef struct joining {
    prog_reader r[2];
    const char *name[2];
    uint64_t line_number[2];
    rows group[2];    /* lines with the same join field; the last one may be one more */
    prog_buf last[2]; /* join field of the line before */
    bool has_last[2], unsorted[2];
    uint64_t field[2]; /* 0-based; UINT64_MAX: not said */
    field_ref *list;
    size_t n_list, cap_list;
    bool automatic, header, no_case, print_pairs, show[2];
    uint64_t auto_count[2];
    const char *empty;
    int tab;   /* -1: blanks; -2: none, the line is one field */
    int check; /* as in comm */
    bool unpaired;
    char end;
} joining;

static void split(const joining *j, row *r)
{
    r->n_fields = 0;
    const char *p = r->text, *end = p + r->n;
    if (j->tab != -1) {
        if (r->n == 0)
            return;
        for (;;) {
            const char *stop = end;
            if (j->tab >= 0)
                stop = (const char *)prog_find((const uint8_t *)p, (const uint8_t *)end,
                                               (uint8_t)j->tab);
            r->fields = prog_grow(r->fields, &r->cap_fields, r->n_fields, sizeof *r->fields);
            r->fields[r->n_fields++] = (bx_str){p, (size_t)(stop - p)};
            if (stop == end)
                return;
            p = stop + 1;
        }
    }
    for (bool first = true;;) {
        while (p < end && (prog_is_blank(*p) || *p == '\n'))
            p++;
        if (p == end && first)
            return;
        const char *from = p; /* blanks at the end: an empty field more */
        while (p < end && !(prog_is_blank(*p) || *p == '\n'))
            p++;
        r->fields = prog_grow(r->fields, &r->cap_fields, r->n_fields, sizeof *r->fields);
        r->fields[r->n_fields++] = (bx_str){from, (size_t)(p - from)};
        if (p == end)
            return;
        p++;
        first = false;
    }
}

static bx_str field_of(const row *r, uint64_t i)
{
    return i < r->n_fields ? r->fields[i] : (bx_str){"", 0};
}

static int compare(const joining *j, bx_str a, bx_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = 0;
    if (j->no_case) {
        for (size_t i = 0; i < n && !c; i++)
            c = prog_upper((unsigned char)a.p[i]) - prog_upper((unsigned char)b.p[i]);
    } else if (n) {
        c = memcmp(a.p, b.p, n);
    }
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static void check_order(joining *j, int i, bx_str key, bx_str line)
{
    if (j->check < 0 || !j->has_last[i] || j->unsorted[i] || (j->check == 0 && !j->unpaired))
        return;
    if (compare(j, (bx_str){j->last[i].p, j->last[i].n}, key) > 0) {
        j->unsorted[i] = true;
        char *text = prog_strndup(line.p, line.n);
        prog_warn(0, "%s:%llu: is not sorted: %s", j->name[i],
                  (unsigned long long)j->line_number[i], text);
        free(text);
        if (j->check > 0)
            prog_exit(1);
    }
}

/* Read one more line behind group i; false at the end. */
static bool read_row(joining *j, int i)
{
    bx_str line;
    rows *g = &j->group[i];
    if (!prog_line(&j->r[i], j->end, &line, NULL)) {
        if (j->r[i].error)
            prog_die(j->r[i].error, "%s", prog_quotef(j->name[i]));
        return false;
    }
    j->line_number[i]++;
    if (g->n == g->cap) {
        size_t before = g->cap;
        g->p = prog_grow(g->p, &g->cap, g->n, sizeof *g->p);
        memset(g->p + before, 0, (g->cap - before) * sizeof *g->p);
    }
    row *r = &g->p[g->n++];
    r->text = prog_realloc(r->text, line.n + 1, 1);
    if (line.n)
        memcpy(r->text, line.p, line.n);
    r->n = line.n;
    split(j, r);
    bx_str key = field_of(r, j->field[i]);
    check_order(j, i, key, line);
    j->last[i].n = 0;
    prog_buf_put(&j->last[i], key.p, key.n);
    j->has_last[i] = true;
    return true;
}

static void put_field(const joining *j, const row *r, uint64_t i)
{
    bx_str s = r ? field_of(r, i) : (bx_str){"", 0};
    if (s.n)
        prog_write(&prog_out, s.p, s.n);
    else if (j->empty)
        prog_puts(&prog_out, j->empty);
}

static void put_others(const joining *j, const row *r, uint64_t key, uint64_t count)
{
    char separator = j->tab >= 0 ? (char)j->tab : j->tab == -2 ? '\n' : ' ';
    uint64_t n = r ? r->n_fields : 0;
    if (j->automatic)
        n = count;
    for (uint64_t i = 0; i < n; i++)
        if (i != key) {
            prog_putc(&prog_out, separator);
            put_field(j, r, i);
        }
}

static void put_pair(const joining *j, const row *a, const row *b)
{
    char separator = j->tab >= 0 ? (char)j->tab : j->tab == -2 ? '\n' : ' ';
    if (j->n_list) {
        for (size_t i = 0; i < j->n_list; i++) {
            field_ref f = j->list[i];
            if (i > 0)
                prog_putc(&prog_out, separator);
            if (f.file == 0)
                put_field(j, a ? a : b, a ? j->field[0] : j->field[1]);
            else
                put_field(j, f.file == 1 ? a : b, f.field);
        }
    } else {
        put_field(j, a ? a : b, a ? j->field[0] : j->field[1]);
        put_others(j, a, j->field[0], j->auto_count[0]);
        put_others(j, b, j->field[1], j->auto_count[1]);
    }
    prog_putc(&prog_out, j->end);
}

/* The line behind the group becomes the group. */
static void keep_last(rows *g)
{
    row swap = g->p[0];
    g->p[0] = g->p[g->n - 1];
    g->p[g->n - 1] = swap;
    g->n = 1;
}

/* Read on while the key stays; true: one line of the next group is read behind it. */
static bool read_group(joining *j, int i)
{
    while (read_row(j, i)) {
        rows *g = &j->group[i];
        if (compare(j, field_of(&g->p[0], j->field[i]), field_of(&g->p[g->n - 1], j->field[i])))
            return true;
    }
    return false;
}

static void drop_group(joining *j, int i, bool more)
{
    if (more)
        keep_last(&j->group[i]);
    else
        j->group[i].n = 0;
}

static void unpaired(joining *j, int i)
{
    if (j->show[i])
        put_pair(j, i == 0 ? &j->group[0].p[0] : NULL, i == 1 ? &j->group[1].p[0] : NULL);
    j->group[i].n = 0;
    (void)read_row(j, i);
}

static void join_files(joining *j)
{
    rows *a = &j->group[0], *b = &j->group[1];
    (void)read_row(j, 0);
    (void)read_row(j, 1);
    if (j->automatic) {
        j->auto_count[0] = a->n ? a->p[0].n_fields : 0;
        j->auto_count[1] = b->n ? b->p[0].n_fields : 0;
    }
    if (j->header && (a->n || b->n)) {
        put_pair(j, a->n ? &a->p[0] : NULL, b->n ? &b->p[0] : NULL);
        j->has_last[0] = j->has_last[1] = false;
        a->n = b->n = 0;
        (void)read_row(j, 0);
        (void)read_row(j, 1);
    }
    while (a->n && b->n && !prog_out.error) {
        int c = compare(j, field_of(&a->p[0], j->field[0]), field_of(&b->p[0], j->field[1]));
        if (c) {
            unpaired(j, c > 0);
            j->unpaired = true;
            continue;
        }
        bool more_a = read_group(j, 0), more_b = read_group(j, 1);
        size_t n = a->n - more_a, m = b->n - more_b;
        for (size_t i = 0; j->print_pairs && i < n; i++)
            for (size_t k = 0; k < m; k++)
                put_pair(j, &a->p[i], &b->p[k]);
        drop_group(j, 0, more_a);
        drop_group(j, 1, more_b);
    }
    for (int i = 0; i < 2; i++) /* what is left has no partner, but may be out of order */
        while (j->group[i].n && !prog_out.error &&
               (j->show[i] || (j->check >= 0 && !j->unsorted[i])))
            unpaired(j, i);
}

/* ---- options --------------------------------------------------------------------------------- */

static uint64_t field_number(const char *text)
{
    uint64_t n = 0;
    prog_num state = prog_uint(text, "", &n);
    if (state == PROG_NUM_OVERFLOW)
        return UINT64_MAX - 1;
    if (state || n == 0)
        prog_die(0, "invalid field number: %s", prog_quote(text));
    return n - 1;
}

static void set_field(uint64_t *field, uint64_t n)
{
    if (*field != UINT64_MAX && *field != n)
        prog_die(0, "incompatible join fields %llu, %llu", (unsigned long long)*field + 1,
                 (unsigned long long)n + 1);
    *field = n;
}

static void add_ref(joining *j, const char *text)
{
    field_ref f = {0};
    if (strcmp(text, "0") != 0) {
        if (text[0] == '0')
            prog_die(0, "invalid field specifier: %s", prog_quote(text));
        if ((text[0] != '1' && text[0] != '2'))
            prog_die(0, "invalid file number in field spec: %s", prog_quote(text));
        if (text[1] != '.')
            prog_die(0, "invalid field specifier: %s", prog_quote(text));
        f.file = (unsigned)(text[0] - '0');
        f.field = field_number(text + 2);
    }
    j->list = prog_grow(j->list, &j->cap_list, j->n_list, sizeof *j->list);
    j->list[j->n_list++] = f;
}

static void add_list(joining *j, const char *text)
{
    char *copy = prog_strndup(text, strlen(text));
    for (char *p = copy;;) {
        size_t n = strcspn(p, ", \t");
        bool last = !p[n];
        p[n] = '\0';
        add_ref(j, p);
        if (last)
            break;
        p += n + 1;
    }
    free(copy);
}

static void set_tab(joining *j, const char *arg)
{
    int tab = (unsigned char)*arg;
    if (!*arg)
        tab = -2;
    else if (arg[1]) {
        if (strcmp(arg, "\\0") != 0)
            prog_die(0, "multi-character tab %s", prog_quote(arg));
        tab = 0;
    }
    if (j->tab != -1 && j->tab != tab)
        prog_die(0, "incompatible tabs");
    j->tab = tab;
}

static int file_number(const char *arg)
{
    if ((arg[0] != '1' && arg[0] != '2') || arg[1])
        prog_die(0, "invalid field number: %s", prog_quote(arg));
    return arg[0] - '1';
}

enum { CHECK = 256, NO_CHECK, HEADER };

static void take_option(joining *j, int c, const char *arg)
{
    switch (c) {
    case 'v':
        j->print_pairs = false;
        j->show[file_number(arg)] = true;
        break;
    case 'a':
        j->show[file_number(arg)] = true;
        break;
    case 'e':
        if (j->empty && strcmp(j->empty, arg) != 0)
            prog_die(0, "conflicting empty-field replacement strings");
        j->empty = arg;
        break;
    case 'i':
        j->no_case = true;
        break;
    case '1':
    case '2':
        set_field(&j->field[c - '1'], field_number(arg));
        break;
    case 'j':
        set_field(&j->field[0], field_number(arg));
        set_field(&j->field[1], field_number(arg));
        break;
    case 'o':
        if (strcmp(arg, "auto") == 0)
            j->automatic = true;
        else
            add_list(j, arg);
        break;
    case 't':
        set_tab(j, arg);
        break;
    case 'z':
        j->end = '\0';
        break;
    case CHECK:
        j->check = 1;
        break;
    case NO_CHECK:
        j->check = -1;
        break;
    default:
        j->header = true;
        break;
    }
}

int text_join(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"ignore-case", PROG_NO_ARG, 'i'},        {"check-order", PROG_NO_ARG, CHECK},
        {"nocheck-order", PROG_NO_ARG, NO_CHECK}, {"header", PROG_NO_ARG, HEADER},
        {"zero-terminated", PROG_NO_ARG, 'z'},    {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "-a:e:i1:2:j:o:t:v:z", .longs = longs};
    joining j = {.field = {UINT64_MAX, UINT64_MAX}, .print_pairs = true, .tab = -1, .end = '\n'};
    const char *names[2] = {0};
    size_t n = 0;
    bool after_list = false; /* -o's list may go on in further words */
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c != 1) {
            take_option(&j, c, o.arg);
            after_list = c == 'o' && strcmp(o.arg, "auto") != 0;
            continue;
        }
        if (after_list && argc - o.next >= 2 - (int)n) {
            const char *w = o.arg;
            if (strcmp(w, "0") == 0 || ((w[0] == '1' || w[0] == '2') && w[1] == '.')) {
                add_list(&j, w);
                continue;
            }
        }
        after_list = false;
        if (n == 2)
            prog_usage("extra operand %s", prog_quote(o.arg));
        names[n++] = o.arg;
    }
    for (int i = o.next; i < argc; i++) {
        if (n == 2)
            prog_usage("extra operand %s", prog_quote(argv[i]));
        names[n++] = argv[i];
    }
    if (n < 2) {
        if (n == 0)
            prog_usage("missing operand");
        prog_usage("missing operand after %s", prog_quote(argv[argc - 1]));
    }
    for (int i = 0; i < 2; i++) {
        if (j.field[i] == UINT64_MAX)
            j.field[i] = 0;
        j.name[i] = names[i];
    }
    if (strcmp(names[0], "-") == 0 && strcmp(names[1], "-") == 0)
        prog_die(0, "both files cannot be standard input");
    for (int i = 0; i < 2; i++) {
        int error = prog_try_open(&j.r[i], names[i]);
        if (error)
            prog_die(error, "%s", prog_quotef(names[i]));
    }
    join_files(&j);
    if (j.unsorted[0] || j.unsorted[1])
        prog_die(0, "input is not in sorted order");
    return 0;
}
