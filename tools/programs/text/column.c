/* text/column.c - column (util-linux). */
#include "programs/text/text.h"

const char text_column_help[] =
    "Usage: column [OPTION]... [FILE]...\n"
    "Put lines into columns, or their fields into a table.\n"
    "\n"
    "  -c, --output-width=N, --columns=N   columns of the output (80)\n"
    "  -x, --fillrows                      fill rows before columns\n"
    "  -t, --table                         a table of the lines' fields\n"
    "  -s, --separator=CHARS               fields are separated by any of CHARS (blanks)\n"
    "  -o, --output-separator=S            between the table's columns (two spaces)\n"
    "  -N, --table-columns=NAMES           a first row of NAMES, with commas\n"
    "  -d, --table-noheadings              do not print these\n"
    "  -R, --table-right=COLUMNS           columns by number or name that are right-aligned\n"
    "  -H, --table-hide=COLUMNS            columns that are left out\n"
    "  -l, --table-columns-limit=N         at most N fields, the last takes the rest\n"
    "  -L, --keep-empty-lines              leave empty lines in\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a 1\\nlong 22\\n' | column -t\n"
    "  a     1\n"
    "  long  22\n"
    "  $ printf 'a:1\\nb:22\\n' | column -t -s: -o'|' -R2\n"
    "  a| 1\n"
    "  b|22\n";

typedef struct text_row {
    bx_str *p;
    size_t n, cap;
} text_row;

typedef struct columns {
    char end;
    uint64_t width;
    bool fill_rows, table, greedy, keep_empty, no_headings;
    const char *separators, *between, *names, *right, *hidden;
    uint64_t limit;
    bx_str *lines;
    size_t n, cap;
} columns;

static void read_lines(prog_reader *r, void *arg)
{
    columns *c = arg;
    bx_str line;
    while (prog_line(r, '\n', &line, NULL)) {
        bool empty = true;
        for (size_t i = 0; i < line.n && empty; i++)
            empty = prog_is_space(line.p[i]);
        if (empty && !c->keep_empty)
            continue;
        c->lines = prog_grow(c->lines, &c->cap, c->n, sizeof *c->lines);
        c->lines[c->n++] = (bx_str){prog_strndup(line.p, line.n), empty ? 0 : line.n};
    }
}

/* ---- without -t --------------------------------------------------------------------------------
 */

static void put_padded(bx_str s, size_t width, size_t stop)
{
    prog_write(&prog_out, s.p, s.n);
    while (width < stop) { /* with tabs, as terminals have them */
        prog_putc(&prog_out, '\t');
        width = width / 8 * 8 + 8;
    }
}

static void fill(const columns *c)
{
    size_t longest = 0;
    for (size_t i = 0; i < c->n; i++) {
        size_t width = prog_text_width(c->lines[i]);
        longest = width > longest ? width : longest;
    }
    size_t cell = (longest + 8) / 8 * 8;
    if (longest >= c->width) {
        for (size_t i = 0; i < c->n; i++) {
            prog_write(&prog_out, c->lines[i].p, c->lines[i].n);
            prog_putc(&prog_out, '\n');
        }
        return;
    }
    size_t across = (size_t)c->width / cell;
    if (across == 0)
        across = 1;
    size_t rows = (c->n + across - 1) / across;
    for (size_t row = 0; row < rows; row++) {
        for (size_t k = 0; k < across; k++) {
            size_t i = c->fill_rows ? row * across + k : k * rows + row;
            if (i >= c->n)
                break;
            size_t next = c->fill_rows ? i + 1 : i + rows;
            bool last = next >= c->n || k + 1 == across;
            put_padded(c->lines[i], prog_text_width(c->lines[i]), last ? 0 : cell);
        }
        prog_putc(&prog_out, '\n');
    }
}

/* ---- tables
 * -------------------------------------------------------------------------------------- */

static void add_cell(text_row *r, const char *p, size_t n)
{
    r->p = prog_grow(r->p, &r->cap, r->n, sizeof *r->p);
    r->p[r->n++] = (bx_str){p, n};
}

static bool is_separator(const columns *c, char byte)
{
    return byte && strchr(c->separators, byte);
}

static void split_row(const columns *c, bx_str line, text_row *r)
{
    size_t i = 0;
    if (c->greedy) { /* blanks: several part two fields */
        for (;;) {
            while (i < line.n && is_separator(c, line.p[i]))
                i++;
            if (i == line.n)
                return;
            size_t from = i;
            if (c->limit && r->n + 1 == c->limit)
                i = line.n;
            while (i < line.n && !is_separator(c, line.p[i]))
                i++;
            add_cell(r, line.p + from, i - from);
        }
    }
    for (;;) {
        size_t from = i;
        if (c->limit && r->n + 1 == c->limit)
            i = line.n;
        while (i < line.n && !is_separator(c, line.p[i]))
            i++;
        add_cell(r, line.p + from, i - from);
        if (i == line.n)
            return;
        i++;
    }
}

/* Is column k in a list of numbers and names? */
static bool is_listed(const char *list, size_t k, const text_row *header)
{
    while (list && *list) {
        size_t n = strcspn(list, ",");
        char digits[20];
        size_t n_digits = prog_digits(k + 1, digits);
        if (n == n_digits && memcmp(list, digits, n) == 0)
            return true;
        if (header && k < header->n && header->p[k].n == n && memcmp(header->p[k].p, list, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

static void put_row(const columns *c, const text_row *r, const size_t *widths, const bool *right,
                    const bool *hidden, size_t n)
{
    bool some = false;
    size_t last = n;
    while (last > 0 && hidden[last - 1])
        last--;
    for (size_t k = 0; k < last; k++) {
        if (hidden[k])
            continue;
        bx_str cell = k < r->n ? r->p[k] : (bx_str){"", 0};
        size_t pad = widths[k] - prog_text_width(cell);
        if (some)
            prog_puts(&prog_out, c->between);
        some = true;
        if (right[k])
            prog_fill(&prog_out, ' ', pad);
        prog_write(&prog_out, cell.p, cell.n);
        if (!right[k] && k + 1 < last)
            prog_fill(&prog_out, ' ', pad);
    }
    prog_putc(&prog_out, '\n');
}

static void table(const columns *c)
{
    text_row *rows = prog_zalloc(c->n + 1, sizeof *rows), *header = NULL;
    size_t n_rows = 0, n = 0;
    if (c->names) {
        header = &rows[n_rows++];
        for (const char *p = c->names;;) {
            size_t length = strcspn(p, ",");
            add_cell(header, p, length);
            if (!p[length])
                break;
            p += length + 1;
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        text_row *r = &rows[n_rows++]; /* of an empty line that is kept: without cells */
        if (c->lines[i].n)
            split_row(c, c->lines[i], r);
    }
    for (size_t i = 0; i < n_rows; i++)
        n = rows[i].n > n ? rows[i].n : n;
    size_t *widths = prog_zalloc(n + 1, sizeof *widths);
    bool *right = prog_zalloc(n + 1, sizeof *right), *hidden = prog_zalloc(n + 1, sizeof *hidden);
    for (size_t k = 0; k < n; k++) {
        right[k] = is_listed(c->right, k, header);
        hidden[k] = is_listed(c->hidden, k, header);
    }
    for (size_t i = 0; i < n_rows; i++)
        for (size_t k = 0; k < rows[i].n; k++) {
            size_t width = prog_text_width(rows[i].p[k]);
            if (&rows[i] != header || !c->no_headings)
                widths[k] = width > widths[k] ? width : widths[k];
        }
    for (size_t i = 0; i < n_rows && !prog_out.error; i++) {
        if (&rows[i] == header && c->no_headings)
            continue;
        put_row(c, &rows[i], widths, right, hidden, n);
    }
    for (size_t i = 0; i < n_rows; i++)
        free(rows[i].p);
    free(widths);
    free(right);
    free(hidden);
    free(rows);
}

int text_column(int argc, char **argv)
{
    static const prog_long longs[] = {{"columns", PROG_ARG, 'c'},
                                      {"output-width", PROG_ARG, 'c'},
                                      {"fillrows", PROG_NO_ARG, 'x'},
                                      {"table", PROG_NO_ARG, 't'},
                                      {"separator", PROG_ARG, 's'},
                                      {"output-separator", PROG_ARG, 'o'},
                                      {"table-columns", PROG_ARG, 'N'},
                                      {"table-noheadings", PROG_NO_ARG, 'd'},
                                      {"table-right", PROG_ARG, 'R'},
                                      {"table-hide", PROG_ARG, 'H'},
                                      {"table-columns-limit", PROG_ARG, 'l'},
                                      {"keep-empty-lines", PROG_NO_ARG, 'L'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "c:xts:o:N:dR:H:l:L", .longs = longs};
    const char *environment = getenv("COLUMNS");
    columns c = {.width = 80, .greedy = true, .separators = " \t", .between = "  "};
    if (environment && prog_uint(environment, "", &c.width) != PROG_NUM_OK)
        c.width = 80;
    for (int opt; (opt = prog_opt(&o)) != -1;)
        switch (opt) {
        case 'c':
            if (strcmp(o.arg, "unlimited") == 0)
                c.width = SIZE_MAX;
            else
                c.width = prog_uint_or_die(o.arg, "", 0, SIZE_MAX, "invalid columns argument");
            break;
        case 'x':
            c.fill_rows = true;
            break;
        case 't':
            c.table = true;
            break;
        case 's':
            c.separators = o.arg;
            c.greedy = false;
            break;
        case 'o':
            c.between = o.arg;
            break;
        case 'N':
            c.names = o.arg;
            break;
        case 'd':
            c.no_headings = true;
            break;
        case 'R':
            c.right = o.arg;
            break;
        case 'H':
            c.hidden = o.arg;
            break;
        case 'l':
            c.limit = prog_uint_or_die(o.arg, "", 1, SIZE_MAX, "invalid columns limit argument");
            break;
        default:
            c.keep_empty = true;
            break;
        }
    int status = prog_each_file(argv + o.next, (size_t)(argc - o.next), read_lines, &c);
    if (c.table)
        table(&c);
    else if (c.n)
        fill(&c);
    for (size_t i = 0; i < c.n; i++)
        free((void *)(uintptr_t)c.lines[i].p);
    free(c.lines);
    return status;
}
