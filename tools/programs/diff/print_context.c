#include "programs/common/prog_text.h"
#include "programs/diff/diff.h"

#include <time.h>

enum { FUNCTION_BYTES = 40 /* shown of the line that -p or -F found */ };

typedef struct hunk {
    const diff_change *from, *to; /* its changes */
    size_t a, a_end, b, b_end;    /* its lines, the context among them */
} hunk;

typedef struct found { /* what -p found so far */
    size_t searched, line;
    bool is;
} found;

size_t diff_hunk_end(const diff_script *s, size_t from, size_t context)
{
    for (size_t i = from;; i++) {
        if (i + 1 == s->n)
            return s->n;
        const diff_change *c = &s->p[i], *next = c + 1;
        size_t between = next->a - (c->a + c->n_a);
        if (between >= (next->ignored ? context : 2 * context + 1))
            return i + 1;
    }
}

static void put_header(const char *mark, const diff_file *f, const char *label)
{
    if (label) {
        prog_printf(&prog_out, "%s %s\n", mark, label);
        return;
    }
    time_t when = f->st.st_mtim.tv_sec;
    struct tm tm;
    char date[64] = "", zone[16] = "";
    if (localtime_r(&when, &tm)) {
        (void)strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
        (void)strftime(zone, sizeof(zone), "%z", &tm);
    }
    bool odd = strpbrk(f->name, " \t\n\"\\") != NULL;
    if (odd) {
        prog_printf(&prog_out, "%s \"", mark);
        for (const char *p = f->name; *p; p++) {
            if (*p == '"' || *p == '\\')
                prog_printf(&prog_out, "\\%c", *p);
            else if (*p == '\n')
                prog_puts(&prog_out, "\\n");
            else if (*p == '\t')
                prog_puts(&prog_out, "\\t");
            else
                prog_putc(&prog_out, *p);
        }
        prog_putc(&prog_out, '"');
    } else {
        prog_printf(&prog_out, "%s %s", mark, f->name);
    }
    prog_printf(&prog_out, "\t%s.%09ld %s\n", date, (long)f->st.st_mtim.tv_nsec, zone);
}

/* The nearest line above `line` that the pattern of -p or -F matches. */
static void put_function(const diff_file *f, size_t line, found *last)
{
    if (diff_opt.function.n == 0)
        return;
    size_t stop = last->searched;
    last->searched = line;
    for (size_t i = line; i > stop;) {
        bx_str s = diff_line(&f->text, --i);
        s.n--;
        if (diff_pattern_matches(&diff_opt.function, s)) {
            last->line = i;
            last->is = true;
            break;
        }
    }
    if (!last->is)
        return;
    bx_str s = diff_line(&f->text, last->line);
    s.n--;
    while (s.n > 0 && prog_is_space((unsigned char)*s.p))
        s.p++, s.n--;
    if (s.n > FUNCTION_BYTES)
        s.n = FUNCTION_BYTES;
    while (s.n > 0 && prog_is_space((unsigned char)s.p[s.n - 1]))
        s.n--;
    prog_putc(&prog_out, ' ');
    prog_write(&prog_out, s.p, s.n);
}

static void put_unified_range(size_t from, size_t to)
{
    if (to == from + 1)
        prog_printf(&prog_out, "%zu", to);
    else
        prog_printf(&prog_out, "%zu,%zu", to == from ? to : from + 1, to - from);
}

static void print_unified(const diff_file f[2], const hunk *h, found *last)
{
    prog_puts(&prog_out, "@@ -");
    put_unified_range(h->a, h->a_end);
    prog_puts(&prog_out, " +");
    put_unified_range(h->b, h->b_end);
    prog_puts(&prog_out, " @@");
    put_function(&f[0], h->a, last);
    prog_putc(&prog_out, '\n');
    size_t a = h->a;
    for (const diff_change *c = h->from; c < h->to; c++) {
        for (; a < c->a; a++)
            diff_print_line(" ", &f[0], a);
        for (; a < c->a + c->n_a; a++)
            diff_print_line("-", &f[0], a);
        for (size_t i = 0; i < c->n_b; i++)
            diff_print_line("+", &f[1], c->b + i);
    }
    for (; a < h->a_end; a++)
        diff_print_line(" ", &f[0], a);
}

static void put_context_range(const char *before, size_t from, size_t to, const char *after)
{
    prog_puts(&prog_out, before);
    if (to > from + 1)
        prog_printf(&prog_out, "%zu,%zu", from + 1, to);
    else
        prog_printf(&prog_out, "%zu", to);
    prog_puts(&prog_out, after);
}

/* One half of a context hunk: file `side`, lines from..to). */
static void put_half(const diff_file *f, int side, const hunk *h, size_t from, size_t to)
{
    bool any = false;
    for (const diff_change *c = h->from; c < h->to; c++)
        any |= (side == 0 ? c->n_a : c->n_b) > 0;
    if (!any)
        return;
    const diff_change *c = h->from;
    for (size_t i = from; i < to; i++) {
        while (c < h->to && (side == 0 ? c->a + c->n_a : c->b + c->n_b) <= i)
            c++;
        bool in = c < h->to && (side == 0 ? c->a : c->b) <= i;
        bool both = in && c->n_a > 0 && c->n_b > 0;
        diff_print_line(!in ? "  " : both ? "! " : side == 0 ? "- " : "+ ", f, i);
    }
}

static void print_context(const diff_file f[2], const hunk *h, found *last)
{
    prog_puts(&prog_out, "***************");
    put_function(&f[0], h->a, last);
    put_context_range("\n*** ", h->a, h->a_end, " ****\n");
    put_half(&f[0], 0, h, h->a, h->a_end);
    put_context_range("--- ", h->b, h->b_end, " ----\n");
    put_half(&f[1], 1, h, h->b, h->b_end);
}

void diff_print_context(const diff_file f[2], const diff_script *s)
{
    bool unified = diff_opt.style == DIFF_UNIFIED, begun = false;
    size_t context = diff_opt.context;
    found last = {0};
    for (size_t i = 0, end; i < s->n; i = end) {
        end = diff_hunk_end(s, i, context);
        const diff_change *first = &s->p[i], *final = &s->p[end - 1];
        bool ignored = true;
        for (size_t k = i; k < end; k++)
            ignored &= s->p[k].ignored;
        if (ignored)
            continue;
        hunk h = {.from = first, .to = final + 1};
        size_t front = first->a < context ? first->a : context;
        h.a = first->a - front;
        h.b = first->b - front;
        h.a_end = final->a + final->n_a;
        h.b_end = final->b + final->n_b;
        size_t back = f[0].text.n_lines - h.a_end;
        if (back > context)
            back = context;
        h.a_end += back;
        h.b_end += back;
        if (!begun) {
            put_header(unified ? "---" : "***", &f[0], diff_opt.label[0]);
            put_header(unified ? "+++" : "---", &f[1], diff_opt.label[1]);
            begun = true;
        }
        (unified ? print_unified : print_context)(f, &h, &last);
    }
}
