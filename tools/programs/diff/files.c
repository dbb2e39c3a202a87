#include "programs/common/prog_text.h"
#include "programs/diff/diff.h"

#include <fcntl.h>
#include <unistd.h>

enum { SNIFF = 4096 /* bytes of a file among which a NUL says that it is no text */ };

/* ---- patterns ----------------------------------------------------------------------------------
 */

void diff_pattern_add(diff_pattern *pattern, const char *re)
{
    pattern->p = prog_grow(pattern->p, &pattern->cap, pattern->n, sizeof(*pattern->p));
    regex_t *r = &pattern->p[pattern->n++];
    int error = regcomp(r, re, REG_NOSUB | REG_NEWLINE);
    if (error != 0) {
        char why[128];
        regerror(error, r, why, sizeof(why));
        prog_die(0, "%s: %s", re, why);
    }
}

bool diff_pattern_matches(const diff_pattern *pattern, bx_str line)
{
    if (pattern->n == 0)
        return false;
    static prog_buf z;
    z.n = 0;
    prog_buf_put(&z, line.p, line.n);
    const char *text = prog_buf_z(&z);
    for (size_t i = 0; i < pattern->n; i++)
        if (regexec(&pattern->p[i], text, 0, NULL, 0) == 0)
            return true;
    return false;
}

/* ---- what is ignored ---------------------------------------------------------------------------
 */

static bool of_interest(const diff_file *f, size_t i)
{
    bx_str line = diff_line(&f->text, i), left = line;
    left.n--;
    line.n--;
    if (diff_opt.how.space >= DIFF_SPACE_TRAILING)
        while (left.n > 0 && prog_is_space((unsigned char)left.p[left.n - 1]))
            left.n--;
    if (diff_opt.blank_lines && left.n == 0)
        return false;
    return !diff_pattern_matches(&diff_opt.ignore, line);
}

void diff_mark_ignored(const diff_file f[2], diff_script *s)
{
    if (!diff_opt.blank_lines && diff_opt.ignore.n == 0)
        return;
    for (size_t k = 0; k < s->n; k++) {
        diff_change *c = &s->p[k];
        bool counts = false;
        for (size_t i = 0; i < c->n_a && !counts; i++)
            counts = of_interest(&f[0], c->a + i);
        for (size_t i = 0; i < c->n_b && !counts; i++)
            counts = of_interest(&f[1], c->b + i);
        c->ignored = !counts;
    }
}

/* ---- two files ---------------------------------------------------------------------------------
 */

static void strip_carriage_returns(prog_buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->p[i] != '\r' || i + 1 == b->n || b->p[i + 1] != '\n')
            b->p[n++] = b->p[i];
    b->n = n;
}

/* The whole file; false where it cannot be read, which is told. */
static bool load(diff_file *f, prog_buf *ret)
{
    *ret = (prog_buf){0};
    if (f->absent) {
        prog_buf_room(ret, 1);
        return true;
    }
    if (f->st.st_size > 0 && S_ISREG(f->st.st_mode) && (uint64_t)f->st.st_size < SIZE_MAX / 2)
        prog_buf_room(ret, (size_t)f->st.st_size + 2);
    for (;;) {
        prog_buf_room(ret, PROG_BLOCK < ret->cap - ret->n ? PROG_BLOCK : 2);
        ssize_t n = prog_read(f->fd, ret->p + ret->n, ret->cap - ret->n - 1);
        if (n < 0) {
            prog_warn_file(errno, f->name);
            return false;
        }
        if (n == 0)
            return true;
        ret->n += (size_t)n;
    }
}

static bool looks_binary(const prog_buf *b)
{
    return b->n > 0 && memchr(b->p, '\0', b->n < SNIFF ? b->n : SNIFF) != NULL;
}

static const char *told(const diff_file *f, int side)
{
    return diff_opt.label[side] ? diff_opt.label[side] : f->name;
}

/* A line of the recursion: what is compared. */
static void announce(const diff_file f[2], bool inside)
{
    if (!inside)
        return;
    prog_puts(&prog_out, diff_opt.command);
    for (int i = 0; i < 2; i++)
        prog_printf(&prog_out, " %s", prog_quotef(f[i].name));
    prog_putc(&prog_out, '\n');
}

static int print_script(diff_file f[2], const diff_script *s, bool inside)
{
    bool counts = false;
    for (size_t i = 0; i < s->n; i++)
        counts |= !s->p[i].ignored;
    int status = counts ? DIFF_DIFFERS : DIFF_SAME;
    if (diff_opt.brief) {
        if (counts)
            prog_printf(&prog_out, "Files %s and %s differ\n", told(&f[0], 0), told(&f[1], 1));
        return status;
    }
    if (s->n > 0 || diff_opt.style == DIFF_SIDE || diff_opt.style == DIFF_FORMAT) {
        if (counts || !inside)
            announce(f, inside);
        switch (diff_opt.style) {
        case DIFF_UNIFIED:
        case DIFF_CONTEXT:
            diff_print_context(f, s);
            break;
        case DIFF_SIDE:
            diff_print_side(f, s);
            break;
        case DIFF_FORMAT:
            diff_print_format(f, s);
            break;
        default:
            diff_print_plain(f, s);
            break;
        }
    }
    if (diff_opt.how.completes)
        for (int i = 0; i < 2; i++)
            if (f[i].text.no_lf) {
                prog_warn(0, "%s: No newline at end of file\n", f[i].name);
                status = DIFF_TROUBLE;
            }
    return status;
}

static int compare_loaded(diff_file f[2], prog_buf b[2], bool inside)
{
    bool same = b[0].n == b[1].n && (b[0].n == 0 || memcmp(b[0].p, b[1].p, b[0].n) == 0);
    bool whole = diff_opt.style == DIFF_SIDE || diff_opt.style == DIFF_FORMAT;
    if (same && !(whole && !diff_opt.brief))
        return DIFF_SAME;
    if (!diff_opt.text && !same && (looks_binary(&b[0]) || looks_binary(&b[1]))) {
        prog_printf(&prog_out, "%s %s and %s differ\n", diff_opt.brief ? "Files" : "Binary files",
                    told(&f[0], 0), told(&f[1], 1));
        return DIFF_DIFFERS;
    }
    for (int i = 0; i < 2; i++) {
        if (diff_opt.strip_cr)
            strip_carriage_returns(&b[i]);
        prog_buf_room(&b[i], 1);
        diff_text_set(&f[i].text, b[i].p, b[i].n);
        b[i] = (prog_buf){0};
    }
    diff_script s;
    diff_compare(&f[0].text, &f[1].text, &diff_opt.how, &s);
    diff_mark_ignored(f, &s);
    int status = print_script(f, &s, inside);
    free(s.p);
    return status;
}

static int compare_files(diff_file f[2], bool inside)
{
    prog_buf b[2] = {{0}, {0}};
    bool ok = load(&f[0], &b[0]);
    if (ok && f[0].fd == f[1].fd && !f[1].absent && !f[0].absent) {
        prog_buf_put(&b[1], b[0].p, b[0].n); /* standard input, twice */
        prog_buf_room(&b[1], 1);
    } else if (ok) {
        ok = load(&f[1], &b[1]);
    }
    int status = ok ? compare_loaded(f, b, inside) : DIFF_TROUBLE;
    for (int i = 0; i < 2; i++) {
        prog_buf_free(&b[i]);
        diff_text_done(&f[i].text);
    }
    if (status == DIFF_SAME && diff_opt.identical)
        prog_printf(&prog_out, "Files %s and %s are identical\n", told(&f[0], 0), told(&f[1], 1));
    return status;
}

/* ---- names -------------------------------------------------------------------------------------
 */

char *diff_join(const char *dir, const char *name)
{
    size_t n = strlen(dir), k = strlen(name);
    char *path = prog_alloc(n + k + 2);
    while (n > 1 && dir[n - 1] == '/' && dir[n - 2] == '/')
        n--;
    memcpy(path, dir, n);
    if (n > 0 && path[n - 1] != '/')
        path[n++] = '/';
    memcpy(path + n, name, k + 1);
    return path;
}

/* What `name` is; 0 or an errno. */
static int look(diff_file *f, const char *name)
{
    *f = (diff_file){.name = name, .fd = -1};
    if (strcmp(name, "-") == 0) {
        f->fd = 0;
        return fstat(0, &f->st) != 0 ? errno : 0;
    }
    int failed = diff_opt.no_dereference ? lstat(name, &f->st) : stat(name, &f->st);
    return failed ? errno : 0;
}

static const char *kind_of(const struct stat *st)
{
    if (S_ISREG(st->st_mode))
        return st->st_size == 0 ? "regular empty file" : "regular file";
    if (S_ISDIR(st->st_mode))
        return "directory";
    if (S_ISLNK(st->st_mode))
        return "symbolic link";
    if (S_ISCHR(st->st_mode))
        return "character special file";
    return "weird file";
}

static int compare_links(const diff_file f[2])
{
    char to[2][4096];
    ssize_t n[2];
    for (int i = 0; i < 2; i++)
        if ((n[i] = readlink(f[i].name, to[i], sizeof(to[i]))) < 0) {
            prog_warn_file(errno, f[i].name);
            return DIFF_TROUBLE;
        }
    if (n[0] == n[1] && memcmp(to[0], to[1], (size_t)n[0]) == 0)
        return DIFF_SAME;
    prog_printf(&prog_out, "Symbolic links %s and %s differ\n", f[0].name, f[1].name);
    return DIFF_DIFFERS;
}

static int compare_looked_at(diff_file f[2], bool inside)
{
    bool dir[2], gone = f[0].absent || f[1].absent;
    for (int i = 0; i < 2; i++)
        dir[i] = S_ISDIR(f[i].st.st_mode);
    if (dir[0] && dir[1]) {
        if (inside && !diff_opt.recursive) {
            prog_printf(&prog_out, "Common subdirectories: %s and %s\n", f[0].name, f[1].name);
            return DIFF_SAME;
        }
        return diff_directories(&f[0], &f[1]);
    }
    bool links = S_ISLNK(f[0].st.st_mode) && S_ISLNK(f[1].st.st_mode);
    if (links && !gone)
        return compare_links(f);
    if (dir[0] || dir[1] || S_ISLNK(f[0].st.st_mode) || S_ISLNK(f[1].st.st_mode)) {
        prog_printf(&prog_out, "File %s is a %s while file %s is a %s\n", told(&f[0], 0),
                    kind_of(&f[0].st), told(&f[1], 1), kind_of(&f[1].st));
        return DIFF_DIFFERS;
    }
    for (int i = 0; i < 2; i++)
        if (!f[i].absent && f[i].fd < 0 && (f[i].fd = open(f[i].name, O_RDONLY)) < 0) {
            prog_warn_file(errno, f[i].name);
            if (i == 1 && f[0].fd > 0)
                close(f[0].fd);
            return DIFF_TROUBLE;
        }
    int status = compare_files(f, inside);
    for (int i = 0; i < 2; i++)
        if (f[i].fd > 0)
            close(f[i].fd);
    return status;
}

/* To be freed. */
static char *last_part(const char *name)
{
    size_t n = strlen(name);
    while (n > 1 && name[n - 1] == '/')
        n--;
    size_t from = n;
    while (from > 0 && name[from - 1] != '/')
        from--;
    return prog_strndup(name + from, n - from);
}

int diff_names_compare(const char *a, const char *b, bool inside)
{
    if (!inside && !diff_opt.identical && strcmp(a, "-") == 0 && strcmp(b, "-") == 0)
        return DIFF_SAME; /* without reading it */
    diff_file f[2];
    int error[2] = {look(&f[0], a), look(&f[1], b)};
    char *joined = NULL;
    /* a file and a directory: the file of that name in the directory */
    for (int i = 0; i < 2 && !inside; i++)
        if (!error[0] && !error[1] && S_ISDIR(f[i].st.st_mode) && !S_ISDIR(f[1 - i].st.st_mode) &&
            strcmp(f[1 - i].name, "-") != 0) {
            char *part = last_part(f[1 - i].name);
            joined = diff_join(f[i].name, part);
            free(part);
            error[i] = look(&f[i], joined);
            break;
        }
    int status = DIFF_SAME;
    for (int i = 0; i < 2; i++) {
        bool may = diff_opt.new_file || (diff_opt.new_first && i == 0);
        if (error[i] == ENOENT && may && error[1 - i] == 0) {
            f[i].absent = true;
            f[i].st = (struct stat){.st_mode = f[1 - i].st.st_mode};
        } else if (error[i] != 0) {
            prog_warn_file(error[i], f[i].name);
            status = DIFF_TROUBLE;
        }
    }
    if (status == DIFF_SAME)
        status = compare_looked_at(f, inside);
    free(joined);
    return status;
}
