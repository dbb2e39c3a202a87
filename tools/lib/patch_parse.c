#include "lib/patch_parse.h"

#include "lib/patch.h"
#include "lib/say.h"

enum { NAME_MAX_BYTES = 4096 };

typedef struct reader {
    bx_str text;
    size_t at;
    size_t line;   /* number of the line that was read last */
    bool strip_cr; /* the patch itself has CRLF for LF */
    bx_patch *p;
    const char *path;
    bx_buf *why;
    size_t files; /* pairs of --- and +++ seen */
} reader;

static bx_code refuse(reader *r, const char *what)
{
    bx_say(r->why, "line ", NULL);
    bx_say_int(r->why, r->line);
    bx_say(r->why, " of the patch: ", what, NULL);
    return BX_EINVAL;
}

uint32_t bx_patch_hash(bx_str s)
{
    uint64_t h = s.n * UINT64_C(0x9e3779b97f4a7c15), w;
    size_t i = 0;
    for (; s.n - i >= 8; i += 8) {
        memcpy(&w, s.p + i, 8);
        h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    for (; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ h >> 32);
}

/* ---- lines ------------------------------------------------------------------------------ */

static bool peek(const reader *r, bx_str *ret)
{
    if (r->at >= r->text.n)
        return false;
    const char *p = r->text.p + r->at, *lf = memchr(p, '\n', r->text.n - r->at);
    *ret = (bx_str){p, lf ? (size_t)(lf - p) : r->text.n - r->at};
    return true;
}

static void pass(reader *r, bx_str line)
{
    r->at += line.n + 1;
    r->line++;
}

static bool starts(bx_str line, const char *with) { return bx_str_starts(line, bx_str_of(with)); }

static bx_str without_cr(bx_str line)
{
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* ---- names of files --------------------------------------------------------------------- */

static int octal_of(const char *p, size_t n)
{
    int v = 0;
    if (n < 3)
        return -1;
    for (size_t i = 0; i < 3; i++) {
        if (p[i] < '0' || p[i] > '7')
            return -1;
        v = v * 8 + (p[i] - '0');
    }
    return v & 255;
}

/* "…" with the escapes of C, as git and diff(1) write names that need it. */
static void unquote(bx_str s, bx_buf *ret)
{
    for (size_t i = 1; i < s.n && s.p[i] != '"'; i++) {
        if (s.p[i] != '\\' || i + 1 == s.n) {
            (void)bx_buf_add_c(ret, s.p[i]);
            continue;
        }
        static const char names[] = "abtnvfr";
        const char *named = memchr(names, s.p[++i], sizeof names - 1);
        int octal = octal_of(s.p + i, s.n - i);
        (void)bx_buf_add_c(ret, octal >= 0 ? (char)octal
                                : named    ? (char)('\a' + (named - names))
                                           : s.p[i]);
        i += octal >= 0 ? 2 : 0;
    }
}

/* The name in a header line; a time may follow it behind a tab. */
static void name_of(bx_str line, bx_buf *ret)
{
    line = without_cr(bx_str_from(line, 4));
    if (line.n > 0 && line.p[0] == '"') {
        unquote(line, ret);
        return;
    }
    const char *tab = line.n > 0 ? memchr(line.p, '\t', line.n) : NULL;
    line.n = tab ? (size_t)(tab - line.p) : line.n;
    while (line.n > 0 && line.p[line.n - 1] == ' ')
        line.n--;
    (void)bx_buf_add_str(ret, line);
}

/* Is `part` the whole of `name`, or its end from some '/' on? */
static bool is_end_of(bx_str part, bx_str name)
{
    if (part.n == 0 || part.n > name.n)
        return false;
    return memcmp(name.p + name.n - part.n, part.p, part.n) == 0 &&
           (part.n == name.n || name.p[name.n - part.n - 1] == '/');
}

/* Does a header mean the file at `path`?  One has to be the end of the other: a patch may be made
 * in a directory above or below. */
static bool means(bx_str name, const char *path)
{
    static const char base[] = "/workspace/";
    bx_str whole = bx_str_of(path);
    while (starts(name, "./"))
        name = bx_str_from(name, 2);
    if (is_end_of(name, whole))
        return true;
    bx_str bare = starts(name, "a/") || starts(name, "b/") ? bx_str_from(name, 2) : name;
    bx_str below =
        bx_str_starts(whole, bx_str_of(base)) ? bx_str_from(whole, sizeof base - 1) : whole;
    return is_end_of(bare, whole) || is_end_of(below, bare);
}

static bx_code judge_names(reader *r, bx_str old_line, bx_str new_line)
{
    BX_AUTO_BUF old = bx_buf_init(NAME_MAX_BYTES);
    BX_AUTO_BUF now = bx_buf_init(NAME_MAX_BYTES);
    name_of(old_line, &old);
    name_of(new_line, &now);
    if (old.fail == BX_ENOMEM || now.fail == BX_ENOMEM)
        return BX_ENOMEM;
    bx_str a = bx_buf_str(&old), b = bx_buf_str(&now);
    if (++r->files > 1) {
        bx_say(r->why, "the patch is for more than one file, the second being ", b.p,
               ". Give the part for this file only, and one call for each file", NULL);
        return BX_EINVAL;
    }
    if (bx_str_eq(a, BX_LIT("/dev/null")))
        return refuse(r, "it makes a new file; for that use the tool write");
    if (bx_str_eq(b, BX_LIT("/dev/null")))
        return refuse(r, "it removes the file, which edit cannot do");
    if (means(a, r->path) || means(b, r->path))
        return BX_OK;
    bx_say(r->why, "the patch is for ", b.p,
           ", not for this file. If it is meant for this one, leave the "
           "lines --- and +++ out",
           NULL);
    return BX_EINVAL;
}

/* ---- hunks ------------------------------------------------------------------------------ */

static bool take_number(bx_str *s, size_t *ret)
{
    size_t i = 0, v = 0;
    for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
        if (v > BX_PATCH_LINES_MAX * (size_t)16)
            return false;
        v = v * 10 + (size_t)(s->p[i] - '0');
    }
    *s = bx_str_from(*s, i);
    *ret = v;
    return i > 0;
}

static bool take_text(bx_str *s, const char *text)
{
    bool there = starts(*s, text);
    if (there)
        *s = bx_str_from(*s, strlen(text));
    return there;
}

/* "12,3", or "12" for one line. */
static bool take_range(bx_str *s, size_t *ret_first, size_t *ret_n)
{
    *ret_n = 1;
    return take_number(s, ret_first) && (!take_text(s, ",") || take_number(s, ret_n));
}

static bx_code add_line(bx_patch *p, const bx_patch_line *line)
{
    if (p->n_lines == BX_PATCH_LINES_MAX)
        return BX_ELIMIT;
    if (p->n_lines == p->cap_lines) {
        size_t cap = p->cap_lines ? p->cap_lines * 2 : 64;
        bx_patch_line *lines = bx_realloc(p->lines, cap * sizeof *lines);
        if (!lines)
            return BX_ENOMEM;
        p->lines = lines;
        p->cap_lines = cap;
    }
    p->lines[p->n_lines++] = *line;
    return BX_OK;
}

static bx_hunk *add_hunk(bx_patch *p)
{
    if (p->n_hunks == p->cap_hunks) {
        size_t cap = p->cap_hunks ? p->cap_hunks * 2 : 16;
        bx_hunk *hunks = bx_realloc(p->hunks, cap * sizeof *hunks);
        if (!hunks)
            return NULL;
        p->hunks = hunks;
        p->cap_hunks = cap;
    }
    bx_hunk *h = &p->hunks[p->n_hunks++];
    memset(h, 0, sizeof *h);
    return h;
}

/* The mark that the line before has no line feed, in whatever language. */
static void take_no_lf(reader *r)
{
    bx_str line;
    if (!peek(r, &line) || line.n == 0 || line.p[0] != '\\')
        return;
    r->p->lines[r->p->n_lines - 1].no_lf = true;
    pass(r, line);
}

/* The lines of a hunk, as many as its header says. */
static bx_code read_lines(reader *r, bx_hunk *h, size_t n_old, size_t n_new)
{
    bx_str line;
    while (n_old > 0 || n_new > 0) {
        if (!peek(r, &line))
            return refuse(
                r, "it ends in the middle of a hunk, which has fewer lines than its @@ line says");
        pass(r, line);
        if (r->strip_cr)
            line = without_cr(line);
        /* An empty line of context that lost its blank on the way, or one that begins with a tab.
         */
        bool bare = line.n == 0 || line.p[0] == '\t' || (line.n == 1 && line.p[0] == '\r');
        bx_patch_line one = {.op = bare ? ' ' : line.p[0],
                             .text = bare ? line : bx_str_from(line, 1)};
        bool in_old = one.op == ' ' || one.op == '-', in_new = one.op == ' ' || one.op == '+';
        if (!in_old && !in_new)
            return refuse(
                r, "a line of a hunk begins with ' ', '-' or '+', and there are as many as its @@ "
                   "line says");
        if ((in_old && n_old == 0) || (in_new && n_new == 0))
            return refuse(r, "the hunk has other numbers of lines than its @@ line says");
        one.hash = bx_patch_hash(without_cr(one.text));
        r->p->has_cr |= one.text.n > 0 && one.text.p[one.text.n - 1] == '\r';
        bx_code rc = add_line(r->p, &one);
        if (rc != BX_OK)
            return rc;
        h->n_old += in_old;
        n_old -= in_old;
        n_new -= in_new;
        take_no_lf(r);
    }
    return BX_OK;
}

static bx_code read_hunk(reader *r, bx_str line)
{
    bx_hunk *h = add_hunk(r->p);
    size_t first, n_old, first_new, n_new;
    pass(r, line);
    bx_str s = line;
    if (!h)
        return BX_ENOMEM;
    if (!take_text(&s, "@@ -") || !take_range(&s, &first, &n_old) || !take_text(&s, " +") ||
        !take_range(&s, &first_new, &n_new) || !take_text(&s, " @@"))
        return refuse(r, "expected @@ -LINE,COUNT +LINE,COUNT @@");
    if (first == 0 && n_old > 0)
        return refuse(r, "lines are counted from 1");
    r->strip_cr = s.n > 0 && s.p[s.n - 1] == '\r';
    h->line = r->line;
    h->first = first + (n_old == 0);
    h->at = r->p->n_lines;
    bx_code rc = read_lines(r, h, n_old, n_new);
    h = &r->p->hunks[r->p->n_hunks - 1];
    h->n = r->p->n_lines - h->at;
    const bx_patch_line *l = r->p->lines + h->at;
    while (h->head < h->n && l[h->head].op == ' ')
        h->head++;
    while (h->tail < h->n && l[h->n - 1 - h->tail].op == ' ')
        h->tail++;
    if (rc == BX_OK && h->head == h->n)
        return refuse(r, "the hunk changes nothing");
    return rc;
}

/* ---- the patch -------------------------------------------------------------------------- */

static bx_code read_other(reader *r, bx_str line)
{
    bx_str next;
    pass(r, line);
    if (starts(line, "--- ") && peek(r, &next) && starts(next, "+++ ")) {
        pass(r, next);
        return judge_names(r, line, next);
    }
    if (starts(line, "GIT binary patch") || starts(line, "Binary files "))
        return refuse(r, "it changes a binary file");
    if (starts(line, "@@@ "))
        return refuse(r,
                      "it is a combined diff of a merge, which says nothing about one file alone");
    if (starts(line, "rename from ") || starts(line, "copy from "))
        return refuse(r, "it gives the file another name, which edit cannot do");
    if (r->p->n_hunks > 0 && line.n > 0 && (line.p[0] == '+' || line.p[0] == '-') &&
        !starts(line, "-- ") && !starts(line, "--"))
        return refuse(r, "the hunk has more lines than its @@ line says");
    return BX_OK;
}

bx_code bx_patch_parse(bx_str text, const char *path, bx_patch *ret, bx_buf *why)
{
    reader r = {.text = text, .p = ret, .path = path, .why = why};
    bx_str line;
    *ret = (bx_patch){0};
    while (peek(&r, &line)) {
        bx_code rc = starts(line, "@@ ") ? read_hunk(&r, line) : read_other(&r, line);
        if (rc != BX_OK)
            return rc;
    }
    if (ret->n_hunks == 0) {
        bx_say(why,
               "the patch has no hunks: expected a unified diff, with lines @@ -LINE,COUNT "
               "+LINE,COUNT @@",
               NULL);
        return BX_EINVAL;
    }
    return BX_OK;
}

void bx_patch_done(bx_patch *p)
{
    free(p->lines);
    free(p->hunks);
    *p = (bx_patch){0};
}
