/* shell/compound.c - select: a menu on standard error. */
#include "shell/expand.h"
#include "shell/run.h"

enum { COLUMNS = 80, TAB = 8 };

static size_t digits_of(size_t n)
{
    size_t d = 1;
    while (n >= 10)
        n /= 10, d++;
    return d;
}

static size_t width_of(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

/* Blanks and tabs from column `from` to column `to`. */
static void indent(sh_buf *b, size_t from, size_t to)
{
    while (from < to)
        if (to / TAB > from / TAB) {
            sh_buf_c(b, '\t');
            from += TAB - from % TAB;
        } else {
            sh_buf_c(b, ' ');
            from++;
        }
}

static void print_item(sh_buf *b, const sh_strs *l, size_t i, size_t digits)
{
    for (size_t pad = digits_of(i + 1); pad < digits; pad++)
        sh_buf_c(b, ' ');
    sh_buf_int(b, (int64_t)i + 1);
    sh_buf_z(b, ") ");
    sh_buf_z(b, l->v[i]);
}

static void print_menu(shell *sh, const sh_strs *l)
{
    size_t widest = 0, digits = digits_of(l->n);
    for (size_t i = 0; i < l->n; i++) {
        size_t w = width_of(l->v[i]);
        widest = w > widest ? w : widest;
    }
    widest += digits + 2 + 2;
    int64_t columns = sh_get_int("COLUMNS", COLUMNS);
    if (columns <= 0)
        columns = COLUMNS;
    size_t across = (size_t)columns / widest;
    across = across ? across : 1;
    size_t rows = (l->n + across - 1) / across;
    across = (l->n + rows - 1) / rows;
    if (rows == 1)
        rows = across;
    sh_buf b = {0};
    for (size_t r = 0; r < rows; r++) {
        size_t at = 0;
        for (size_t i = r;;) {
            size_t d = at ? digits : digits_of(rows);
            print_item(&b, l, i, d);
            size_t used = d + 2 + width_of(l->v[i]);
            i += rows;
            if (i >= l->n)
                break;
            indent(&b, at + used, at + widest);
            at += widest;
        }
        sh_buf_c(&b, '\n');
    }
    sh_err_put(sh, b.p, b.n);
    sh_buf_done(&b);
}

/* One line of standard input; false: its end. */
static bool read_reply(shell *sh)
{
    char name[] = "read", reply[] = "REPLY", raw[] = "-r";
    char *argv[] = {name, raw, reply, NULL};
    const sh_builtin *b = sh_builtin_any("read");
    return b && sh_call_builtin(sh, b, 3, argv) == 0;
}

int sh_run_select(shell *sh, sh_cmd *c)
{
    sh_for *f = &c->for_;
    sh_strs words = {0};
    int status = 0;
    sh->line = c->line;
    if (f->positional) {
        for (size_t i = 0; i < sh->params.n; i++)
            sh_strs_add(&words, sh_strdup(sh->params.v[i]));
    } else if (!sh_expand_words(sh, f->words, f->n_words, &words)) {
        sh_strs_done(&words);
        return sh_discarded(sh);
    }
    sh_name *name = sh_name_of(f->name.p, f->name.n);
    bool menu = true;
    sh->loop_depth++;
    while (words.n > 0) {
        if (menu)
            print_menu(sh, &words);
        const char *ps3 = sh_get("PS3");
        char *prompt = sh_expand_prompt(sh, ps3 ? ps3 : "#? ", true);
        sh_err_put(sh, prompt ? prompt : "", prompt ? strlen(prompt) : 0);
        free(prompt);
        if (!read_reply(sh)) {
            sh_err_put(sh, "\n", 1);
            status = 1;
            break;
        }
        const char *reply = sh_get("REPLY");
        int64_t n;
        menu = !reply || !*reply;
        if (menu)
            continue;
        const char *value =
            sh_number(reply, &n) && n >= 1 && (uint64_t)n <= words.n ? words.v[n - 1] : "";
        if (sh_assign_name(name, value, strlen(value), 0) != 0) {
            status = 1;
            break;
        }
        status = sh_run(sh, f->body);
        if (!sh_loop_goes_on(sh)) {
            status = sh->status;
            break;
        }
        reply = sh_get("REPLY");
        menu = !reply || !*reply;
    }
    sh->loop_depth--;
    sh_strs_done(&words);
    return sh->status = status;
}
