#include "programs/diff/diff.h"

/* The columns of a line with its tabs made blanks (-t). */
static void put_expanded(bx_str line)
{
    size_t column = 0;
    for (size_t i = 0; i < line.n; i++) {
        int c = (unsigned char)line.p[i];
        if (c == '\t') {
            size_t n = diff_opt.how.tab - column % diff_opt.how.tab;
            prog_fill(&prog_out, ' ', n);
            column += n;
            continue;
        }
        column = c == '\r' ? 0 : c == '\b' ? column - (column > 0) : column + 1;
        prog_putc(&prog_out, c);
    }
}

void diff_print_line(const char *prefix, const diff_file *f, size_t i)
{
    bx_str line = diff_line(&f->text, i);
    bool unended = diff_unended(&f->text, i);
    bool marks = diff_opt.style != DIFF_ED && diff_opt.style != DIFF_FORWARD_ED;
    line.n -= unended && marks;
    size_t n = strlen(prefix);
    bool marked = n > 0, blank = marked && prefix[n - 1] == ' ';
    if (blank && (diff_opt.initial_tab || (diff_opt.suppress_empty && line.p[0] == '\n')))
        n--;
    prog_write(&prog_out, prefix, n);
    if (marked && diff_opt.initial_tab)
        prog_putc(&prog_out, '\t');
    if (diff_opt.expand_tabs)
        put_expanded(line);
    else
        prog_write(&prog_out, line.p, line.n);
    if (unended && marks && marked)
        prog_puts(&prog_out, "\n\\ No newline at end of file\n");
}

/* Lines [at..at + n) counted from 1; of none the one in front. */
static void put_range(char between, size_t at, size_t n)
{
    if (n > 1)
        prog_printf(&prog_out, "%zu%c%zu", at + 1, between, at + n);
    else
        prog_printf(&prog_out, "%zu", at + n);
}

static char letter(const diff_change *c) { return c->n_a == 0 ? 'a' : c->n_b == 0 ? 'd' : 'c'; }

static void print_normal(const diff_file f[2], const diff_change *c)
{
    put_range(',', c->a, c->n_a);
    prog_putc(&prog_out, letter(c));
    put_range(',', c->b, c->n_b);
    prog_putc(&prog_out, '\n');
    for (size_t i = 0; i < c->n_a; i++)
        diff_print_line("< ", &f[0], c->a + i);
    if (c->n_a > 0 && c->n_b > 0)
        prog_puts(&prog_out, "---\n");
    for (size_t i = 0; i < c->n_b; i++)
        diff_print_line("> ", &f[1], c->b + i);
}

static void print_ed(const diff_file f[2], const diff_change *c)
{
    put_range(',', c->a, c->n_a);
    prog_putc(&prog_out, letter(c));
    prog_putc(&prog_out, '\n');
    if (c->n_b == 0)
        return;
    bool inserting = true;
    for (size_t i = 0; i < c->n_b; i++) {
        if (!inserting)
            prog_puts(&prog_out, "a\n");
        bx_str line = diff_line(&f[1].text, c->b + i);
        inserting = line.n != 2 || line.p[0] != '.'; /* a lone dot would end the text */
        if (inserting)
            diff_print_line("", &f[1], c->b + i);
        else
            prog_puts(&prog_out, "..\n.\ns/.//\n");
    }
    if (inserting)
        prog_puts(&prog_out, ".\n");
}

static void print_forward_ed(const diff_file f[2], const diff_change *c)
{
    prog_putc(&prog_out, letter(c));
    put_range(' ', c->a, c->n_a);
    prog_putc(&prog_out, '\n');
    for (size_t i = 0; i < c->n_b; i++)
        diff_print_line("", &f[1], c->b + i);
    if (c->n_b > 0)
        prog_puts(&prog_out, ".\n");
}

static void print_rcs(const diff_file f[2], const diff_change *c)
{
    if (c->n_a > 0)
        prog_printf(&prog_out, "d%zu %zu\n", c->a + 1, c->n_a);
    if (c->n_b > 0)
        prog_printf(&prog_out, "a%zu %zu\n", c->a + c->n_a, c->n_b);
    for (size_t i = 0; i < c->n_b; i++)
        diff_print_line("", &f[1], c->b + i);
}

void diff_print_plain(const diff_file f[2], const diff_script *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const diff_change *c = &s->p[diff_opt.style == DIFF_ED ? s->n - 1 - i : i];
        if (c->ignored)
            continue;
        switch (diff_opt.style) {
        case DIFF_ED:
            print_ed(f, c);
            break;
        case DIFF_FORWARD_ED:
            print_forward_ed(f, c);
            break;
        case DIFF_RCS:
            print_rcs(f, c);
            break;
        default:
            print_normal(f, c);
            break;
        }
    }
}
