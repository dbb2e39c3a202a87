#include "programs/common/prog_text.h"
#include "programs/diff/patch.h"

static bx_str line_at(const patch_input *in, size_t i)
{
    if (i >= in->text.n_lines)
        return (bx_str){"", 0};
    bx_str s = diff_line(&in->text, i);
    s.n--;
    return s;
}

static bool begins(bx_str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p, with, n) == 0;
}

static bx_str behind(bx_str s, size_t n) { return (bx_str){s.p + n, s.n - n}; }

BX_NORETURN static void malformed(const patch_input *in, size_t i)
{
    bx_str s = line_at(in, i);
    prog_die(0, "**** malformed patch at line %zu: %.*s\n", i + 1, (int)(s.n < 200 ? s.n : 200),
             s.p);
}

static bool number(bx_str *s, size_t *ret)
{
    size_t n = 0, v = 0;
    for (; n < s->n && prog_is_digit((unsigned char)s->p[n]); n++) {
        if (v > SIZE_MAX / 32)
            return false;
        v = v * 10 + (size_t)(s->p[n] - '0');
    }
    *s = behind(*s, n);
    *ret = v;
    return n > 0;
}

static bool take(bx_str *s, const char *what)
{
    if (!begins(*s, what))
        return false;
    *s = behind(*s, strlen(what));
    return true;
}

/* "3" or "3,5": unified counts the lines, the others name the last one. */
static bool unified_range(bx_str *s, size_t *at, size_t *n)
{
    *n = 1;
    return number(s, at) && (!take(s, ",") || number(s, n));
}

static bool plain_range(bx_str *s, size_t *at, size_t *n)
{
    size_t to;
    if (!number(s, at))
        return false;
    *n = 1;
    if (take(s, ",")) {
        if (!number(s, &to) || to < *at)
            return false;
        *n = to - *at + 1;
    }
    return true;
}

static hunk *new_hunk(file_patch *p)
{
    p->hunk = prog_grow(p->hunk, &p->cap, p->n, sizeof(*p->hunk));
    p->hunk[p->n] = (hunk){0};
    return &p->hunk[p->n++];
}

static void add(hunk *h, char op, bx_str text)
{
    h->line = prog_grow(h->line, &h->cap, h->n, sizeof(*h->line));
    h->line[h->n++] = (hunk_line){.op = op, .text = text};
}

static bool no_newline(const patch_input *in, size_t i)
{
    return i < in->text.n_lines && line_at(in, i).p[0] == '\\';
}

/* ---- headers -----------------------------------------------------------------------------------
 */

/* A name and what is behind it: up to a tab, or to blanks where there is none; or in quotes. */
static patch_header header(bx_str s)
{
    patch_header h = {0};
    if (s.n > 0 && *s.p == '"') {
        char *name = prog_alloc(s.n);
        size_t n = 0, i = 1;
        for (; i < s.n && s.p[i] != '"'; i++) {
            if (s.p[i] != '\\' || i + 1 == s.n) {
                name[n++] = s.p[i];
                continue;
            }
            char c = s.p[++i];
            if (c >= '0' && c <= '7') {
                unsigned v = 0;
                for (size_t k = 0; k < 3 && i < s.n && s.p[i] >= '0' && s.p[i] <= '7'; k++, i++)
                    v = v * 8 + (unsigned)(s.p[i] - '0');
                i--;
                c = (char)v;
            } else {
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
            }
            name[n++] = c;
        }
        h.name = (bx_str){name, n};
        h.stamp = behind(s, i < s.n ? i + 1 : s.n);
        return h;
    }
    const char *tab = memchr(s.p, '\t', s.n);
    size_t n = tab ? (size_t)(tab - s.p) : s.n;
    for (size_t i = 0; !tab && i + 5 < s.n; i++) /* "name 2024-…" */
        if (s.p[i] == ' ' && prog_is_digit((unsigned char)s.p[i + 1]) && s.p[i + 5] == '-') {
            n = i;
            break;
        }
    h.stamp = behind(s, n);
    while (n > 0 && prog_is_space((unsigned char)s.p[n - 1]))
        n--;
    h.name = (bx_str){s.p, n};
    bx_str stamp = h.stamp;
    while (stamp.n > 0 && prog_is_space((unsigned char)*stamp.p))
        stamp = behind(stamp, 1);
    h.absent = (h.name.n == 9 && memcmp(h.name.p, "/dev/null", 9) == 0) ||
               begins(stamp, "1970-01-01 00:00:00") || begins(stamp, "Thu Jan  1 00:00:00");
    return h;
}

static void git_line(file_patch *p, bx_str s)
{
    if (take(&s, "rename from "))
        p->renames = true, p->from = s;
    else if (take(&s, "rename to "))
        p->renames = true, p->to = s;
    else if (take(&s, "copy from "))
        p->copies = true, p->from = s;
    else if (take(&s, "copy to "))
        p->copies = true, p->to = s;
    else if (begins(s, "new file mode "))
        p->creates = true;
    else if (begins(s, "deleted file mode "))
        p->deletes = true;
    else if (begins(s, "GIT binary patch") || begins(s, "Binary files "))
        p->binary = true;
}

/* The names of "diff --git a/x b/x", where both are the same behind their first part. */
static void git_names(file_patch *p, bx_str s)
{
    p->git = true;
    for (size_t i = 1; i + 1 < s.n; i++) {
        bx_str a = {s.p, i}, b = behind(s, i + 1);
        const char *x = memchr(a.p, '/', a.n), *y = memchr(b.p, '/', b.n);
        if (s.p[i] != ' ' || !x || !y)
            continue;
        bx_str q = behind(a, (size_t)(x - a.p)), r = behind(b, (size_t)(y - b.p));
        if (q.n == r.n && memcmp(q.p, r.p, q.n) == 0) {
            p->side[0].name = a;
            p->side[1].name = b;
            return;
        }
    }
}

static bool is_plain_command(bx_str s)
{
    size_t at, n;
    if (!plain_range(&s, &at, &n) || s.n < 2 || !strchr("acd", *s.p))
        return false;
    s = behind(s, 1);
    return plain_range(&s, &at, &n) && s.n == 0;
}

static bool is_ed_command(bx_str s)
{
    size_t at, n;
    return plain_range(&s, &at, &n) && s.n == 1 && strchr("acd", *s.p);
}

/* What line i begins; the headers in front of it are taken. */
static patch_form body_at(const patch_input *in, size_t i, file_patch *p)
{
    bx_str s = line_at(in, i);
    bool any = in->only == PATCH_NONE;
    if ((any || in->only == PATCH_UNIFIED) && begins(s, "@@ -"))
        return PATCH_UNIFIED;
    if ((any || in->only == PATCH_CONTEXT) && begins(s, "***************") &&
        begins(line_at(in, i + 1), "*** "))
        return PATCH_CONTEXT;
    if ((any || in->only == PATCH_PLAIN) && is_plain_command(s) &&
        (begins(line_at(in, i + 1), "< ") || begins(line_at(in, i + 1), "> ")))
        return PATCH_PLAIN;
    if ((any || in->only == PATCH_ED) && is_ed_command(s) && p->side[0].name.n == 0)
        return PATCH_ED;
    return PATCH_NONE;
}

/* Look for the next body; false at the end. */
static bool find_body(patch_input *in, file_patch *p)
{
    p->begins = in->at;
    for (size_t i = in->at; i < in->text.n_lines; i++) {
        bx_str s = line_at(in, i), rest = s;
        if (take(&rest, "diff --git ")) {
            if (p->git && (p->renames || p->copies || p->creates || p->deletes || p->binary)) {
                in->at = p->body = i; /* the one before has no hunks */
                return true;
            }
            *p = (file_patch){.begins = p->begins};
            git_names(p, rest);
            continue;
        }
        p->form = body_at(in, i, p);
        if (p->form != PATCH_NONE) {
            in->at = p->body = i;
            return true;
        }
        if (p->git)
            git_line(p, s);
        if (begins(s, "--- ") && begins(line_at(in, i + 1), "+++ ")) {
            p->side[0] = header(behind(s, 4));
            p->side[1] = header(behind(line_at(in, i + 1), 4));
            i++;
        } else if (begins(s, "*** ") && begins(line_at(in, i + 1), "--- ")) {
            p->side[0] = header(behind(s, 4));
            p->side[1] = header(behind(line_at(in, i + 1), 4));
            i++;
        } else if (take(&rest, "Index: ")) {
            p->index = rest;
        }
    }
    in->at = p->body = in->text.n_lines;
    return p->git && (p->renames || p->copies || p->creates || p->deletes || p->binary);
}

/* ---- hunks -------------------------------------------------------------------------------------
 */

static bool read_unified(patch_input *in, file_patch *p)
{
    bx_str s = line_at(in, in->at);
    if (!take(&s, "@@ -"))
        return false;
    hunk *h = new_hunk(p);
    if (!unified_range(&s, &h->old_at, &h->old_n) || !take(&s, " +") ||
        !unified_range(&s, &h->new_at, &h->new_n) || !take(&s, " @@"))
        malformed(in, in->at);
    h->function = s;
    in->at++;
    size_t old = h->old_n, new = h->new_n;
    while (old > 0 || new > 0 || no_newline(in, in->at)) {
        if (in->at >= in->text.n_lines) {
            if (old > 3 || new != old)
                prog_die(0, "**** unexpected end of file in patch");
            for (; old > 0; old--) { /* empty lines at the end that were lost */
                add(h, ' ', (bx_str){"", 0});
            }
            break;
        }
        s = line_at(in, in->at);
        char op = s.n == 0 || *s.p == '\t' ? ' ' : *s.p; /* an empty line that lost its blank */
        if (op == '\\') {
            if (h->n > 0)
                h->line[h->n - 1].no_lf = true;
            in->at++;
            continue;
        }
        if (!strchr(" +-", op) || (op != '+' && old == 0) || (op != '-' && new == 0))
            malformed(in, in->at);
        old -= op != '+';
        new -= op != '-';
        add(h, op, s.n > 0 && *s.p == op ? behind(s, 1) : s);
        in->at++;
    }
    return true;
}

/* One half of a context hunk: lines with marks of `marks`. */
static void read_half(patch_input *in, hunk *half, const char *marks, size_t n)
{
    for (size_t left = n; left > 0; left--) {
        bx_str s = line_at(in, in->at);
        if (in->at >= in->text.n_lines || (s.n > 0 && !strchr(marks, *s.p)) || begins(s, "--- ") ||
            begins(s, "***"))
            return; /* left out, or short */
        add(half, s.n == 0 ? ' ' : *s.p, s.n < 2 ? (bx_str){"", 0} : behind(s, 2));
        in->at++;
        if (no_newline(in, in->at)) {
            half->line[half->n - 1].no_lf = true;
            in->at++;
        }
    }
}

static bool context_range(bx_str *s, size_t *at, size_t *n)
{
    if (!plain_range(s, at, n))
        return false;
    if (*at == 0)
        *n = 0;
    return true;
}

static bool read_context(patch_input *in, file_patch *p)
{
    if (!begins(line_at(in, in->at), "***************"))
        return false;
    bx_str s = line_at(in, in->at + 1);
    hunk old = {0}, new = {0}, *h = new_hunk(p);
    h->function = behind(line_at(in, in->at), 15);
    if (!take(&s, "*** ") || !context_range(&s, &h->old_at, &h->old_n))
        malformed(in, in->at + 1);
    in->at += 2;
    read_half(in, &old, " -!", h->old_n);
    s = line_at(in, in->at);
    if (!take(&s, "--- ") || !context_range(&s, &h->new_at, &h->new_n))
        malformed(in, in->at);
    in->at++;
    read_half(in, &new, " +!", h->new_n);
    size_t i = 0, k = 0;
    bool only_old = new.n == 0, only_new = old.n == 0;
    while (i < old.n || k < new.n) {
        if (i < old.n && (old.line[i].op != ' ' || only_old)) {
            add(h, old.line[i].op == ' ' ? ' ' : '-', old.line[i].text);
            h->line[h->n - 1].no_lf = old.line[i++].no_lf;
        } else if (k < new.n && (new.line[k].op != ' ' || only_new)) {
            add(h, new.line[k].op == ' ' ? ' ' : '+', new.line[k].text);
            h->line[h->n - 1].no_lf = new.line[k++].no_lf;
        } else if (i < old.n && k < new.n) {
            add(h, ' ', old.line[i].text);
            h->line[h->n - 1].no_lf = old.line[i].no_lf;
            i++, k++;
        } else {
            malformed(in, in->at);
        }
    }
    h->old_n = h->new_n = 0;
    for (i = 0; i < h->n; i++) {
        h->old_n += h->line[i].op != '+';
        h->new_n += h->line[i].op != '-';
    }
    /* a range of no lines names the line in front, one of one line may be either */
    free(old.line);
    free(new.line);
    return true;
}

static void read_plain_lines(patch_input *in, hunk *h, char op, const char *mark, size_t n)
{
    for (; n > 0; n--) {
        bx_str s = line_at(in, in->at);
        if (in->at >= in->text.n_lines || !begins(s, mark))
            malformed(in, in->at);
        add(h, op, behind(s, 2));
        in->at++;
        if (no_newline(in, in->at)) {
            h->line[h->n - 1].no_lf = true;
            in->at++;
        }
    }
}

static bool read_plain(patch_input *in, file_patch *p)
{
    bx_str s = line_at(in, in->at);
    if (!is_plain_command(s))
        return false;
    hunk *h = new_hunk(p);
    (void)plain_range(&s, &h->old_at, &h->old_n);
    char what = *s.p;
    s = behind(s, 1);
    (void)plain_range(&s, &h->new_at, &h->new_n);
    in->at++;
    if (what == 'a')
        h->old_n = 0;
    if (what == 'd')
        h->new_n = 0;
    read_plain_lines(in, h, '-', "< ", h->old_n);
    if (what == 'c' && !begins(line_at(in, in->at), "---"))
        malformed(in, in->at);
    in->at += what == 'c';
    read_plain_lines(in, h, '+', "> ", h->new_n);
    return true;
}

bool patch_next(patch_input *in, file_patch *ret)
{
    *ret = (file_patch){0};
    if (!find_body(in, ret))
        return false;
    static bool (*const read[])(patch_input *, file_patch *) = {
        [PATCH_UNIFIED] = read_unified, [PATCH_CONTEXT] = read_context, [PATCH_PLAIN] = read_plain};
    if (ret->form == PATCH_ED)
        prog_die(0, "**** ed scripts are not supported: make the patch with diff -u");
    if (ret->form != PATCH_NONE)
        while (in->at < in->text.n_lines && read[ret->form](in, ret))
            ;
    if (ret->n > 0) {
        ret->side[0].absent |= ret->creates;
        ret->side[1].absent |= ret->deletes;
    }
    return true;
}

void patch_done(file_patch *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->hunk[i].line);
    free(p->hunk);
    *p = (file_patch){0};
}

void patch_reverse(file_patch *p)
{
    patch_header side = p->side[0];
    p->side[0] = p->side[1];
    p->side[1] = side;
    bx_str from = p->from;
    p->from = p->to;
    p->to = from;
    bool creates = p->creates;
    p->creates = p->deletes;
    p->deletes = creates;
    for (size_t i = 0; i < p->n; i++) {
        hunk *h = &p->hunk[i];
        size_t at = h->old_at, n = h->old_n;
        h->old_at = h->new_at;
        h->old_n = h->new_n;
        h->new_at = at;
        h->new_n = n;
        /* what is removed comes first in each group */
        for (size_t k = 0; k < h->n;) {
            size_t end = k, minus = 0;
            for (; end < h->n && h->line[end].op != ' '; end++)
                minus += h->line[end].op == '-';
            hunk_line *group = prog_alloc((end - k + 1) * sizeof(*group));
            size_t a = 0, b = end - k - minus;
            for (size_t l = k; l < end; l++) {
                hunk_line x = h->line[l];
                bool was_new = x.op == '+';
                x.op = was_new ? '-' : '+';
                group[was_new ? a++ : b++] = x;
            }
            memcpy(h->line + k, group, (end - k) * sizeof(*group));
            free(group);
            k = end + 1;
        }
    }
}
