/* files/ls_show.c - ls: how files are printed. */
#include "ls.h"
#include "programs/common/prog_text.h"
#include "programs/date/date_format.h"

#include <stdio.h>
#include <string.h>

/* ---- names ---------------------------------------------------------------------------------- */

static void escape(prog_buf *b, const char *s, char quote)
{
    static const char from[] = "\a\b\f\n\r\t\v\\", to[] = "abfnrtv\\";
    for (size_t left = strlen(s); left > 0;) {
        uint32_t cp;
        size_t n = prog_utf8(s, left, &cp);
        const char *hit = strchr(from, *s);
        if (hit && *s) {
            prog_buf_putc(b, '\\');
            prog_buf_putc(b, to[hit - from]);
        } else if (*s == quote || (*s == ' ' && quote == ' ')) {
            prog_buf_putc(b, '\\');
            prog_buf_putc(b, *s);
        } else if (cp == PROG_BAD_CHAR || prog_width(cp) < 0) {
            for (size_t i = 0; i < n; i++) {
                char octal[5];
                (void)snprintf(octal, sizeof octal, "\\%03o", (unsigned)(uint8_t)s[i]);
                prog_buf_put(b, octal, 4);
            }
        } else {
            prog_buf_put(b, s, n);
        }
        s += n;
        left -= n;
    }
}

/* With ? for what cannot be shown. */
static char *hide_controls(const char *s)
{
    prog_buf b = {0};
    for (size_t left = strlen(s); left > 0;) {
        uint32_t cp;
        size_t n = prog_utf8(s, left, &cp);
        if (cp == PROG_BAD_CHAR || prog_width(cp) < 0)
            prog_buf_putc(&b, '?');
        else
            prog_buf_put(&b, s, n);
        s += n;
        left -= n;
    }
    return prog_buf_z(&b);
}

char *ls_quote(const ls_options *o, const char *name, bool *quoted)
{
    prog_buf b = {0};
    const char *q;
    *quoted = false;
    switch (o->quoting) {
    case LS_SHELL:
    case LS_SHELL_ALWAYS:
        q = o->quoting == LS_SHELL ? prog_quotef(name) : prog_quoteaf(name);
        *quoted = *q == '\'' || *q == '"' || *q == '$';
        return prog_strndup(q, strlen(q));
    case LS_C:
        prog_buf_putc(&b, '"');
        escape(&b, name, '"');
        prog_buf_putc(&b, '"');
        return prog_buf_z(&b);
    case LS_ESCAPE:
        escape(&b, name, ' ');
        return prog_buf_z(&b);
    default:
        return o->hide_controls ? hide_controls(name) : prog_strndup(name, strlen(name));
    }
}

static char mark_of(const ls_options *o, mode_t mode)
{
    if (o->mark == LS_NO_MARK)
        return 0;
    if (S_ISDIR(mode))
        return '/';
    if (o->mark == LS_SLASH)
        return 0;
    if (S_ISLNK(mode))
        return '@';
    if (S_ISFIFO(mode))
        return '|';
    if (S_ISSOCK(mode) && !S_ISFIFO(mode))
        return '=';
    return o->mark == LS_CLASSIFY && S_ISREG(mode) && (mode & 0111) ? '*' : 0;
}

/* ---- colours -------------------------------------------------------------------------------- */

typedef struct color_rule { /* of a type ("di") or an ending ("*.c") */
    char *key, *value;
} color_rule;

static color_rule *rules;
static size_t n_rules, rules_cap;

static void add_rule(const char *key, size_t kn, const char *value, size_t vn)
{
    rules = prog_grow(rules, &rules_cap, n_rules, sizeof *rules);
    rules[n_rules++] = (color_rule){prog_strndup(key, kn), prog_strndup(value, vn)};
}

void ls_colors_init(void)
{
    static const char standard[] =
        "rs=0:di=01;34:ln=01;36:pi=33:so=01;35:bd=01;33:cd=01;33:su=37;41:"
        "sg=30;43:tw=30;42:ow=34;42:st=37;44:ex=01;32:";
    const char *own = getenv("LS_COLORS");
    const char *sources[] = {standard, own ? own : ""};
    for (size_t k = 0; k < 2; k++)
        for (const char *s = sources[k]; *s;) {
            size_t n = strcspn(s, ":"), eq = strcspn(s, "=");
            if (eq < n)
                add_rule(s, eq, s + eq + 1, n - eq - 1);
            s += n + (s[n] == ':');
        }
}

static const char *rule(const char *key)
{
    for (size_t i = n_rules; i-- > 0;)
        if (strcmp(rules[i].key, key) == 0)
            return rules[i].value[0] ? rules[i].value : NULL;
    return NULL;
}

static const char *color_of(const ls_file *f, const char *name, mode_t mode, bool broken)
{
    if (S_ISLNK(mode)) {
        const char *orphan = rule("or");
        return broken && orphan ? orphan : rule("ln");
    }
    if (broken)
        return rule("mi") ? rule("mi") : rule("or");
    if (S_ISDIR(mode)) {
        if ((mode & 01002) == 01002 && rule("tw"))
            return rule("tw");
        if ((mode & 02) && rule("ow"))
            return rule("ow");
        return (mode & 01000) && rule("st") ? rule("st") : rule("di");
    }
    if (S_ISFIFO(mode))
        return rule("pi");
    if (S_ISCHR(mode))
        return rule("cd");
    if (S_ISBLK(mode))
        return rule("bd");
    if (!S_ISREG(mode))
        return rule("so");
    if ((mode & 04000) && rule("su"))
        return rule("su");
    if ((mode & 02000) && rule("sg"))
        return rule("sg");
    if ((mode & 0111) && rule("ex"))
        return rule("ex");
    (void)f;
    size_t n = strlen(name);
    for (size_t i = n_rules; i-- > 0;) {
        size_t k = strlen(rules[i].key);
        if (rules[i].key[0] == '*' && k - 1 <= n &&
            strcmp(name + n - (k - 1), rules[i].key + 1) == 0)
            return rules[i].value;
    }
    return rule("fi");
}

static bool color_begun;

static void put_colored(const ls_options *o, const ls_file *f, const char *shown, const char *name,
                        mode_t mode, bool broken)
{
    const char *color = o->color && f->has_stat ? color_of(f, name, mode, broken) : NULL;
    if (!color) {
        prog_puts(&prog_out, shown);
        return;
    }
    if (!color_begun)
        prog_puts(&prog_out, "\033[0m");
    color_begun = true;
    prog_printf(&prog_out, "\033[%sm%s\033[0m", color, shown);
}

/* ---- widths of columns ---------------------------------------------------------------------- */

typedef struct widths {
    size_t inode, blocks, links, user, group, size, major;
    bool align; /* some names are quoted: the others get a blank in front */
} widths;

static void size_text(const ls_options *o, uint64_t bytes, bool is_size, char out[24])
{
    if (o->human || o->si) {
        char t[24];
        prog_human(bytes, o->si ? 1000 : 1024, t);
        (void)snprintf(out, 24, "%s", t);
        return;
    }
    uint64_t block = is_size ? (o->block_for_size ? o->block : 1) : (o->block ? o->block : 1024);
    char suffix[2] = {(!is_size || o->block_for_size) ? o->block_suffix : '\0', '\0'};
    (void)snprintf(out, 24, "%llu%s", (unsigned long long)(bytes / block + (bytes % block != 0)),
                   suffix);
}

static void owner_text(const ls_options *o, const ls_file *f, bool user, char out[64])
{
    uint32_t id = user ? f->st.st_uid : f->st.st_gid;
    const char *name = o->numeric ? NULL : user ? mode_user(id) : mode_group(id);
    if (!f->has_stat)
        (void)snprintf(out, 64, "?");
    else if (name)
        (void)snprintf(out, 64, "%s", name);
    else
        (void)snprintf(out, 64, "%u", (unsigned)id);
}

static size_t digits(uint64_t v)
{
    char d[20];
    return prog_digits(v, d);
}

static void widen(size_t *w, size_t n) { *w = n > *w ? n : *w; }

static widths measure(const ls_options *o, const ls_file *files, size_t n)
{
    widths w = {0};
    char text[64];
    for (size_t i = 0; i < n; i++) {
        const ls_file *f = &files[i];
        w.align |= f->quoted;
        widen(&w.inode, f->has_stat ? digits(f->st.st_ino) : 1);
        size_text(o, mode_blocks(&f->st) * 512, false, text);
        widen(&w.blocks, f->has_stat ? strlen(text) : 1);
        if (o->format != LS_LONG)
            continue;
        widen(&w.links, f->has_stat ? digits(f->st.st_nlink) : 1);
        owner_text(o, f, true, text);
        widen(&w.user, strlen(text));
        owner_text(o, f, false, text);
        widen(&w.group, strlen(text));
        size_text(o, (uint64_t)f->st.st_size, true, text);
        widen(&w.size, f->has_stat ? strlen(text) : 1);
    }
    if (o->quoting != LS_SHELL)
        w.align = false;
    return w;
}

/* ---- one file ------------------------------------------------------------------------------- */

static size_t put_front(const ls_options *o, const ls_file *f, const widths *w, bool fixed)
{
    char text[64] = "?";
    size_t sum = 0;
    if (o->inode) {
        if (f->has_stat)
            (void)snprintf(text, sizeof text, "%llu", (unsigned long long)f->st.st_ino);
        prog_printf(&prog_out, "%*s ", fixed ? (int)w->inode : 0, text);
        sum += (fixed ? w->inode : strlen(text)) + 1;
    }
    if (o->blocks) {
        if (f->has_stat)
            size_text(o, mode_blocks(&f->st) * 512, false, text);
        prog_printf(&prog_out, "%*s ", fixed ? (int)w->blocks : 0, text);
        sum += (fixed ? w->blocks : strlen(text)) + 1;
    }
    return sum;
}

static void put_name(const ls_options *o, const ls_file *f, const widths *w)
{
    if (w->align && !f->quoted)
        prog_putc(&prog_out, ' ');
    put_colored(o, f, f->shown, f->name, f->st.st_mode, f->broken);
}

static void put_mark(const ls_options *o, const ls_file *f)
{
    char mark = f->has_stat ? mark_of(o, f->st.st_mode) : 0;
    if (mark)
        prog_putc(&prog_out, mark);
}

static struct timespec time_of(const ls_options *o, const struct stat *st)
{
    return o->which_time == 'a' ? st->st_atim : o->which_time == 'c' ? st->st_ctim : st->st_mtim;
}

static void put_time(const ls_options *o, const ls_file *f)
{
    if (!f->has_stat) {
        prog_puts(&prog_out, "           ?");
        return;
    }
    struct timespec at = time_of(o, &f->st);
    int64_t age = (int64_t)o->now - at.tv_sec;
    bool recent = age < 31556952 / 2 && age >= 0;
    prog_buf b = {0};
    date_format(&b, bx_str_of(recent ? o->time_recent : o->time_old), tz_of_env(), at);
    prog_write(&prog_out, b.p, b.n);
    prog_buf_free(&b);
}

static void put_long(const ls_options *o, const ls_file *f, const widths *w)
{
    char letters[12] = "??????????", text[64];
    if (f->has_stat)
        mode_letters(f->st.st_mode, letters);
    (void)put_front(o, f, w, true);
    if (f->has_stat)
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)f->st.st_nlink);
    else
        (void)snprintf(text, sizeof text, "?");
    prog_printf(&prog_out, "%s %*s ", letters, (int)w->links, text);
    if (!o->no_owner) {
        owner_text(o, f, true, text);
        prog_printf(&prog_out, "%-*s ", (int)w->user, text);
    }
    if (!o->no_group) {
        owner_text(o, f, false, text);
        prog_printf(&prog_out, "%-*s ", (int)w->group, text);
    }
    if (f->has_stat)
        size_text(o, (uint64_t)f->st.st_size, true, text);
    else
        (void)snprintf(text, sizeof text, "?");
    prog_printf(&prog_out, "%*s ", (int)w->size, text);
    put_time(o, f);
    prog_putc(&prog_out, ' ');
    put_name(o, f, w);
    if (f->target) {
        bool quoted;
        char *shown = ls_quote(o, f->target, &quoted);
        prog_puts(&prog_out, " -> ");
        put_colored(o, f, shown, f->target, f->target_mode, f->broken);
        free(shown);
        char mark = f->target_mode ? mark_of(o, f->target_mode) : 0;
        if (mark)
            prog_putc(&prog_out, mark);
    } else {
        put_mark(o, f);
    }
}

/* ---- columns -------------------------------------------------------------------------------- */

static size_t width_of(const ls_options *o, const ls_file *f, const widths *w)
{
    char text[24];
    size_t sum = f->width + (w->align && !f->quoted);
    bool fixed = o->format != LS_COMMAS;
    if (o->inode)
        sum += (fixed ? w->inode : digits(f->st.st_ino)) + 1;
    if (o->blocks) {
        size_text(o, mode_blocks(&f->st) * 512, false, text);
        sum += (fixed ? w->blocks : strlen(text)) + 1;
    }
    return sum + (f->has_stat && mark_of(o, f->st.st_mode) != 0);
}

static void indent(const ls_options *o, size_t from, size_t to)
{
    while (from < to) {
        if (o->tab != 0 && to / o->tab > (from + 1) / o->tab) {
            prog_putc(&prog_out, '\t');
            from += o->tab - from % o->tab;
        } else {
            prog_putc(&prog_out, ' ');
            from++;
        }
    }
}

static void put_cell(const ls_options *o, const ls_file *f, const widths *w)
{
    (void)put_front(o, f, w, o->format != LS_COMMAS);
    put_name(o, f, w);
    put_mark(o, f);
}

/* The most columns that fit; their widths to cols[]. */
static size_t fit(const ls_options *o, const size_t *width, size_t n, size_t *cols)
{
    size_t most = o->line_width ? o->line_width / 3 : n;
    most = most < 1 ? 1 : most > n ? n : most;
    for (size_t k = most; k > 1; k--) {
        size_t rows = (n + k - 1) / k, sum = 0;
        memset(cols, 0, k * sizeof *cols);
        for (size_t i = 0; i < n; i++) {
            size_t c = o->format == LS_DOWN ? i / rows : i % k;
            size_t need = width[i] + (c == k - 1 ? 0 : 2);
            if (need > cols[c])
                cols[c] = need;
        }
        for (size_t c = 0; c < k; c++)
            sum += cols[c];
        if (!o->line_width || sum < o->line_width)
            return k;
    }
    cols[0] = 0;
    return 1;
}

static void put_columns(const ls_options *o, const ls_file *files, size_t n, const widths *w)
{
    size_t *width = prog_alloc(2 * (n + 1) * sizeof *width), *cols = width + n + 1;
    for (size_t i = 0; i < n; i++)
        width[i] = width_of(o, &files[i], w);
    if (!o->line_width) {
        for (size_t i = 0; i < n; i++) {
            prog_puts(&prog_out, i ? "  " : "");
            put_cell(o, &files[i], w);
        }
        prog_putc(&prog_out, '\n');
        free(width);
        return;
    }
    size_t k = fit(o, width, n, cols), rows = (n + k - 1) / k;
    for (size_t r = 0; r < rows; r++) {
        size_t at = 0, pos = 0;
        for (size_t c = 0; c < k; c++) {
            size_t i = o->format == LS_DOWN ? c * rows + r : r * k + c;
            if (i >= n)
                break;
            if (c > 0)
                indent(o, pos, at);
            put_cell(o, &files[i], w);
            pos = at + width[i];
            at += cols[c];
        }
        prog_putc(&prog_out, '\n');
    }
    free(width);
}

static void put_commas(const ls_options *o, const ls_file *files, size_t n, const widths *w)
{
    size_t pos = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = o->line_width ? width_of(o, &files[i], w) : 0;
        if (i) {
            bool same = !o->line_width || pos + len + 2 < o->line_width;
            prog_puts(&prog_out, same ? ", " : ",\n");
            pos = same ? pos + 2 : 0;
        }
        put_cell(o, &files[i], w);
        pos += len;
    }
    prog_putc(&prog_out, '\n');
}

void ls_show(const ls_options *o, ls_file *files, size_t n, bool total)
{
    widths w = measure(o, files, n);
    if (total && (o->format == LS_LONG || o->blocks)) {
        uint64_t sum = 0;
        char text[24];
        for (size_t i = 0; i < n; i++)
            sum += files[i].has_stat ? mode_blocks(&files[i].st) : 0;
        size_text(o, sum * 512, false, text);
        prog_printf(&prog_out, "total %s\n", text);
    }
    if (n == 0)
        return;
    if (o->format == LS_DOWN || o->format == LS_ACROSS) {
        put_columns(o, files, n, &w);
        return;
    }
    if (o->format == LS_COMMAS) {
        put_commas(o, files, n, &w);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (o->format == LS_LONG)
            put_long(o, &files[i], &w);
        else
            put_cell(o, &files[i], &w);
        prog_putc(&prog_out, o->zero ? '\0' : '\n');
    }
}

/* ---- version order -------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

/* The length of `s` without its last suffix: (\.[A-Za-z~][A-Za-z0-9~]*)*$ */
static size_t without_suffix(const char *s, size_t n)
{
    size_t keep = n, i = n;
    for (;;) {
        size_t k = i;
        while (k > 0 && (is_letter(s[k - 1]) || is_digit(s[k - 1]) || s[k - 1] == '~'))
            k--;
        if (k == i || k < 2 || s[k - 1] != '.' || is_digit(s[k]))
            return keep;
        keep = i = k - 1;
    }
}

static int order(char c, bool end)
{
    return end            ? -1
           : is_digit(c)  ? 0
           : is_letter(c) ? (unsigned char)c
           : c == '~'     ? -2
                          : (unsigned char)c + 256;
}

static int compare_version(const char *a, size_t an, const char *b, size_t bn)
{
    size_t i = 0, j = 0;
    while (i < an || j < bn) {
        while ((i < an && !is_digit(a[i])) || (j < bn && !is_digit(b[j]))) {
            int x = order(i < an ? a[i] : 0, i >= an), y = order(j < bn ? b[j] : 0, j >= bn);
            if (x != y)
                return x - y;
            i++, j++;
        }
        while (i < an && a[i] == '0')
            i++;
        while (j < bn && b[j] == '0')
            j++;
        int first = 0;
        while (i < an && j < bn && is_digit(a[i]) && is_digit(b[j])) {
            if (!first)
                first = a[i] - b[j];
            i++, j++;
        }
        if (i < an && is_digit(a[i]))
            return 1;
        if (j < bn && is_digit(b[j]))
            return -1;
        if (first)
            return first;
    }
    return 0;
}

int ls_version_cmp(const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return 0;
    bool a_dot = *a == '.', b_dot = *b == '.';
    if (!*a || !*b || a_dot != b_dot)
        return !*a ? -1 : !*b ? 1 : a_dot ? -1 : 1;
    const char *dots[] = {".", ".."};
    for (size_t i = 0; i < 2; i++)
        if (strcmp(a, dots[i]) == 0 || strcmp(b, dots[i]) == 0)
            return strcmp(a, dots[i]) == 0 ? -1 : 1;
    size_t an = strlen(a), bn = strlen(b), ak = without_suffix(a, an), bk = without_suffix(b, bn);
    int c = compare_version(a, ak, b, bk);
    if (c == 0)
        c = compare_version(a, an, b, bn);
    return c ? c : strcmp(a, b);
}
