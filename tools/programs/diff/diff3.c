/* diff3: three files, and merging two of them that come from the third. */
#include "programs/diff/box.h"
#include "programs/diff/lines.h"

#include <fcntl.h>
#include <unistd.h>

static const char diff3_help_text[] =
    "Usage: diff3 [OPTION]... MYFILE OLDFILE YOURFILE\n"
    "Compare three files line by line.\n"
    "\n"
    "  -A, --show-all            all changes, conflicts in brackets\n"
    "  -e, --ed                  an ed script of the changes from OLDFILE to YOURFILE\n"
    "  -E, --show-overlap        the same, conflicts in brackets\n"
    "  -3, --easy-only           the same, changes without conflicts only\n"
    "  -x, --overlap-only        the same, conflicts only\n"
    "  -X                        the same\n"
    "  -i                        'w' and 'q' at the end of ed scripts\n"
    "  -m, --merge               the merged file, as -A if nothing else is given\n"
    "  -a, --text                every file is text\n"
    "      --strip-trailing-cr   without carriage returns at line ends\n"
    "  -T, --initial-tab         a tab in front of lines\n"
    "  -L, --label=LABEL         instead of a file name (up to three times)\n"
    "\n"
    "Exit status: 0; 1 there are conflicts; 2 trouble.\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\nb\\n' > old; printf 'A\\nb\\n' > my; printf 'a\\nb\\nc\\n' > your\n"
    "  $ diff3 -m my old your\n"
    "  A\n"
    "  b\n"
    "  c\n"
    "  $ printf 'x\\nb\\n' > your; diff3 -m my old your\n"
    "  <<<<<<< my\n"
    "  A\n"
    "  ||||||| old\n"
    "  a\n"
    "  =======\n"
    "  x\n"
    "  >>>>>>> your\n"
    "  b\n";
const char *const diff3_help = diff3_help_text;

enum { MINE, OLDER, YOURS, ALL };

enum { HORIZON = 100 /* equal lines that the comparisons in pairs look at */ };

typedef struct range { /* lines [at..at + n) */
    size_t at, n;
} range;

typedef struct block {
    int odd;    /* the file that differs from the other two, or ALL */
    range r[3]; /* by file */
} block;

typedef struct merge {
    diff_text text[3];
    const char *label[3];
    size_t n_labels;
    block *p;
    size_t n, cap;
    bool brackets, older_too, overlaps_only, easy_only, write_quit, merged, script, tab, strip_cr;
} merge;

/* ---- the blocks --------------------------------------------------------------------------------
 */

static bool same_range(const merge *m, int f, range x, int g, range y)
{
    if (x.n != y.n)
        return false;
    for (size_t i = 0; i < x.n; i++) {
        bx_str a = diff_line(&m->text[f], x.at + i), b = diff_line(&m->text[g], y.at + i);
        if (a.n != b.n || memcmp(a.p, b.p, a.n) != 0 ||
            diff_unended(&m->text[f], x.at + i) != diff_unended(&m->text[g], y.at + i))
            return false;
    }
    return true;
}

/* The changes of one file against the common one; those from..to) are in the block. */
typedef struct thread {
    diff_script s; /* its `b` is the common file */
    int file;
    size_t from, to;
} thread;

/* The lines of the thread's file that stand for lines `c` of the common one. */
static range range_of(const thread *t, range c)
{
    const diff_change *p = t->s.p;
    if (t->from == t->to) { /* nothing changed: moved by what the changes before made of it */
        size_t at = c.at;
        if (t->from > 0)
            at = p[t->from - 1].a + p[t->from - 1].n_a + c.at - p[t->from - 1].b -
                 p[t->from - 1].n_b;
        return (range){at, c.n};
    }
    const diff_change *first = &p[t->from], *last = &p[t->to - 1];
    size_t at = first->a - (first->b - c.at);
    size_t end = last->a + last->n_a + (c.at + c.n - (last->b + last->n_b));
    return (range){at, end - at};
}

static void add_block(merge *m, thread t[2], int common)
{
    size_t low = SIZE_MAX, high = 0;
    for (int i = 0; i < 2; i++)
        for (size_t k = t[i].from; k < t[i].to; k++) {
            const diff_change *c = &t[i].s.p[k];
            low = c->b < low ? c->b : low;
            high = c->b + c->n_b > high ? c->b + c->n_b : high;
        }
    block b = {.odd = ALL};
    b.r[common] = (range){low, high - low};
    for (int i = 0; i < 2; i++)
        b.r[t[i].file] = range_of(&t[i], b.r[common]);
    if (t[0].from == t[0].to)
        b.odd = t[1].file;
    else if (t[1].from == t[1].to)
        b.odd = t[0].file;
    else if (same_range(m, t[0].file, b.r[t[0].file], t[1].file, b.r[t[1].file]))
        b.odd = common;
    m->p = prog_grow(m->p, &m->cap, m->n, sizeof(*m->p));
    m->p[m->n++] = b;
}

/* Changes that touch each other in the common file make one block. */
static void find_blocks(merge *m, int common)
{
    thread t[2] = {{.file = MINE}, {.file = 3 - common}};
    const diff_how how = {.horizon = HORIZON, .tab = 8};
    for (int i = 0; i < 2; i++)
        diff_compare(&m->text[t[i].file], &m->text[common], &how, &t[i].s);
    for (;;) {
        const diff_change *next[2];
        for (int i = 0; i < 2; i++) {
            t[i].from = t[i].to;
            next[i] = t[i].to < t[i].s.n ? &t[i].s.p[t[i].to] : NULL;
        }
        if (!next[0] && !next[1])
            break;
        int high = !next[0] || (next[1] && next[0]->b > next[1]->b); /* who reaches furthest */
        size_t mark = next[high]->b + next[high]->n_b;
        t[high].to++;
        for (;;) {
            thread *other = &t[1 - high];
            if (other->to == other->s.n || other->s.p[other->to].b > mark)
                break;
            const diff_change *c = &other->s.p[other->to++];
            if (c->b + c->n_b > mark) {
                mark = c->b + c->n_b;
                high = 1 - high;
            }
        }
        add_block(m, t, common);
    }
    free(t[0].s.p);
    free(t[1].s.p);
}

/* ---- the output --------------------------------------------------------------------------------
 */

static void put_line(const merge *m, int f, size_t i)
{
    bx_str line = diff_line(&m->text[f], i);
    prog_write(&prog_out, line.p, line.n - diff_unended(&m->text[f], i));
}

static void put_lines(const merge *m, int f, range r)
{
    for (size_t i = 0; i < r.n; i++)
        put_line(m, f, r.at + i);
}

static void print_blocks(const merge *m)
{
    for (size_t k = 0; k < m->n; k++) {
        const block *b = &m->p[k];
        prog_puts(&prog_out, "====");
        if (b->odd != ALL)
            prog_putc(&prog_out, '1' + b->odd);
        prog_putc(&prog_out, '\n');
        int silent = b->odd == ALL ? ALL : b->odd == MINE ? OLDER : MINE;
        static const int order[2][3] = {{MINE, OLDER, YOURS}, {MINE, YOURS, OLDER}};
        for (int i = 0; i < 3; i++) {
            int f = order[b->odd == OLDER][i];
            range r = b->r[f];
            if (r.n == 0)
                prog_printf(&prog_out, "%d:%zua\n", f + 1, r.at);
            else if (r.n == 1)
                prog_printf(&prog_out, "%d:%zuc\n", f + 1, r.at + 1);
            else
                prog_printf(&prog_out, "%d:%zu,%zuc\n", f + 1, r.at + 1, r.at + r.n);
            if (f == silent)
                continue;
            for (size_t l = r.at; l < r.at + r.n; l++) {
                prog_puts(&prog_out, m->tab ? "\t" : "  ");
                put_line(m, f, l);
                if (diff_unended(&m->text[f], l))
                    prog_puts(&prog_out, "\n\\ No newline at end of file\n");
            }
        }
    }
}

/* Whether the block is of interest, and whether it is a conflict to be shown in brackets. */
static bool wanted(const merge *m, const block *b, bool *ret_conflict)
{
    switch (b->odd) {
    case OLDER:
        *ret_conflict = true;
        return m->older_too;
    case YOURS:
        *ret_conflict = false;
        return !m->overlaps_only;
    case ALL:
        *ret_conflict = m->brackets;
        return !m->easy_only;
    default:
        return false;
    }
}

static bool print_merged(const merge *m)
{
    size_t at = 0;
    bool conflicts = false, conflict;
    for (size_t k = 0; k < m->n; k++) {
        const block *b = &m->p[k];
        if (!wanted(m, b, &conflict))
            continue;
        put_lines(m, MINE, (range){at, b->r[MINE].at - at});
        conflicts |= conflict;
        if (conflict && b->odd == ALL) {
            prog_printf(&prog_out, "<<<<<<< %s\n", m->label[MINE]);
            put_lines(m, MINE, b->r[MINE]);
        }
        if (conflict && m->older_too) {
            prog_printf(&prog_out, "%s %s\n", b->odd == ALL ? "|||||||" : "<<<<<<<",
                        m->label[OLDER]);
            put_lines(m, OLDER, b->r[OLDER]);
        }
        if (conflict)
            prog_puts(&prog_out, "=======\n");
        put_lines(m, YOURS, b->r[YOURS]);
        if (conflict)
            prog_printf(&prog_out, ">>>>>>> %s\n", m->label[YOURS]);
        at = b->r[MINE].at + b->r[MINE].n;
    }
    put_lines(m, MINE, (range){at, m->text[MINE].n_lines - at});
    return conflicts;
}

/* Text for ed: a dot in front of lines that begin with one; whether there were any. */
static bool put_dotted(const merge *m, int f, range r)
{
    bool dots = false;
    for (size_t i = r.at; i < r.at + r.n; i++) {
        if (diff_line(&m->text[f], i).p[0] == '.') {
            prog_putc(&prog_out, '.');
            dots = true;
        }
        put_line(m, f, i);
        if (diff_unended(&m->text[f], i)) {
            prog_putc(&prog_out, '\n');
            prog_warn(0, "No newline at end of file");
        }
    }
    return dots;
}

/* End the text, and take the dots away again from lines start.. */
static void end_dotted(bool dots, size_t start, size_t n)
{
    prog_puts(&prog_out, ".\n");
    if (dots && n == 1)
        prog_printf(&prog_out, "%zus/^\\.//\n", start);
    else if (dots)
        prog_printf(&prog_out, "%zu,%zus/^\\.//\n", start, start + n - 1);
}

static void script_conflict(const merge *m, const block *b)
{
    range mine = b->r[MINE], older = b->r[OLDER], yours = b->r[YOURS];
    bool dots = false;
    prog_printf(&prog_out, "%zua\n", mine.at + mine.n);
    if (b->odd == ALL) {
        if (m->older_too) {
            prog_printf(&prog_out, "||||||| %s\n", m->label[OLDER]);
            dots = put_dotted(m, OLDER, older);
        }
        prog_puts(&prog_out, "=======\n");
        dots |= put_dotted(m, YOURS, yours);
    }
    prog_printf(&prog_out, ">>>>>>> %s\n", m->label[YOURS]);
    end_dotted(dots, mine.at + mine.n + 2, older.n + yours.n + 1);
    prog_printf(&prog_out, "%zua\n<<<<<<< %s\n", mine.at, m->label[b->odd == ALL ? MINE : OLDER]);
    dots = false;
    if (b->odd == OLDER) {
        dots = put_dotted(m, OLDER, older);
        prog_puts(&prog_out, "=======\n");
    }
    end_dotted(dots, mine.at + 2, older.n);
}

static bool print_script(const merge *m)
{
    bool conflicts = false, conflict;
    for (size_t k = m->n; k-- > 0;) {
        const block *b = &m->p[k];
        if (!wanted(m, b, &conflict))
            continue;
        conflicts |= conflict;
        if (conflict) {
            script_conflict(m, b);
            continue;
        }
        range mine = b->r[MINE], yours = b->r[YOURS];
        char what = yours.n == 0 ? 'd' : mine.n == 0 ? 'a' : 'c';
        if (mine.n > 1)
            prog_printf(&prog_out, "%zu,%zu%c\n", mine.at + 1, mine.at + mine.n, what);
        else
            prog_printf(&prog_out, "%zu%c\n", mine.at + mine.n, what);
        if (yours.n > 0)
            end_dotted(put_dotted(m, YOURS, yours), mine.at + 1, yours.n);
    }
    if (m->write_quit)
        prog_puts(&prog_out, "w\nq\n");
    return conflicts;
}

/* ---- the program -------------------------------------------------------------------------------
 */

static void load(const merge *m, diff_text *t, const char *name)
{
    prog_reader r;
    prog_buf b = {0};
    if (!prog_open(&r, name))
        prog_exit(2);
    prog_read_rest(&r, &b);
    if (!prog_close(&r))
        prog_exit(2);
    size_t n = 0;
    for (size_t i = 0; m->strip_cr && i < b.n; i++)
        if (b.p[i] != '\r' || i + 1 == b.n || b.p[i + 1] != '\n')
            b.p[n++] = b.p[i];
    if (m->strip_cr)
        b.n = n;
    prog_buf_room(&b, 1);
    diff_text_set(t, b.p, b.n);
}

static const prog_long longs[] = {
    {"show-all", PROG_NO_ARG, 'A'},
    {"ed", PROG_NO_ARG, 'e'},
    {"show-overlap", PROG_NO_ARG, 'E'},
    {"easy-only", PROG_NO_ARG, '3'},
    {"overlap-only", PROG_NO_ARG, 'x'},
    {"merge", PROG_NO_ARG, 'm'},
    {"text", PROG_NO_ARG, 'a'},
    {"strip-trailing-cr", PROG_NO_ARG, 256},
    {"initial-tab", PROG_NO_ARG, 'T'},
    {"label", PROG_ARG, 'L'},
    {0},
};

int diff3_run(int argc, char **argv)
{
    prog_status = prog_usage_status = 2;
    merge m = {0};
    int kinds = 0;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "aeimx3AEL:TX", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;) {
        kinds += c != 'a' && c != 'i' && c != 'm' && c != 'L' && c != 'T' && c != 256;
        switch (c) {
        case 'A':
            m.older_too = m.brackets = true;
            break;
        case 'E':
            m.brackets = true;
            break;
        case 'X':
        case 'x':
            m.overlaps_only = true;
            break;
        case '3':
            m.easy_only = true;
            break;
        case 'i':
            m.write_quit = true;
            break;
        case 'm':
            m.merged = true;
            break;
        case 'T':
            m.tab = true;
            break;
        case 256:
            m.strip_cr = true;
            break;
        case 'L':
            if (m.n_labels == 3)
                diff_usage("too many file label options");
            m.label[m.n_labels++] = o.arg;
            break;
        default:
            break;
        }
    }
    m.script = kinds > 0 && !m.merged;
    if (m.merged && kinds == 0)
        m.older_too = m.brackets = true;
    if (kinds > 1 || (m.write_quit && m.merged) || (m.n_labels > 0 && !m.brackets))
        diff_usage("incompatible options");
    if (argc - o.next < 3)
        diff_usage("missing operand after '%s'", argv[argc - 1]);
    if (argc - o.next > 3)
        diff_usage("extra operand '%s'", argv[o.next + 3]);
    char **name = argv + o.next;
    int common = m.script || m.merged ? OLDER : YOURS;
    for (int i = 0; i < 3; i++)
        load(&m, &m.text[i], name[i]);
    for (size_t i = m.n_labels; i < 3; i++)
        m.label[i] = name[i];
    find_blocks(&m, common);
    if (m.merged)
        return print_merged(&m);
    if (m.script)
        return print_script(&m);
    print_blocks(&m);
    return 0;
}
