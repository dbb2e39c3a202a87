#include "programs/archive/tar.h"
#include "programs/common/prog_text.h"

#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>

enum { GROUPS = 10 };

typedef struct transform { /* s/RE/WITH/FLAGS */
    regex_t re;
    char *with;
    bool all, no_symlinks, no_hard, no_files;
    unsigned nth;
    struct transform *next;
} transform;

static transform *transforms, **transforms_end = &transforms;

void tar_add(tar_names *names, const char *name)
{
    names->p = prog_grow(names->p, &names->cap, names->n, sizeof(*names->p));
    names->p[names->n++] = prog_strndup(name, strlen(name));
}

bool tar_is_excluded(const char *name)
{
    for (size_t i = 0; i < tar_opt.exclude.n; i++)
        for (const char *p = name; p; p = strchr(p, '/')) {
            p += *p == '/';
            if (fnmatch(tar_opt.exclude.p[i], p, 0) == 0)
                return true;
            size_t n = strlen(tar_opt.exclude.p[i]); /* what is below a directory goes with it */
            if (!strpbrk(tar_opt.exclude.p[i], "*?[\\") &&
                strncmp(p, tar_opt.exclude.p[i], n) == 0 && (p[n] == '/' || p[n] == '\0'))
                return true;
        }
    return false;
}

/* ---- --transform ----------------------------------------------------------------------------- */

/* The text up to an unescaped `stop`, taken off *s; NULL: there is none. */
static char *part(const char **s, char stop)
{
    prog_buf b = {0};
    for (const char *p = *s; *p; p++) {
        if (*p == stop) {
            *s = p + 1;
            return prog_buf_z(&b);
        }
        if (*p == '\\' && p[1] == stop)
            p++;
        else if (*p == '\\' && p[1])
            prog_buf_putc(&b, *p++);
        prog_buf_putc(&b, *p);
    }
    prog_buf_free(&b);
    return NULL;
}

void tar_transform_add(const char *s)
{
    const char *given = s;
    while (*s) {
        if (*s != 's' || !s[1])
            prog_die(0, "Invalid transform expression: %s", given);
        char stop = s[1];
        s += 2;
        transform *t = prog_zalloc(1, sizeof(*t));
        char *re = part(&s, stop);
        t->with = re ? part(&s, stop) : NULL;
        if (!t->with)
            prog_die(0, "Invalid transform expression: %s", given);
        int flags = 0;
        for (; *s && *s != ';'; s++)
            switch (*s) {
            case 'g':
                t->all = true;
                break;
            case 'i':
                flags |= REG_ICASE;
                break;
            case 'x':
                flags |= REG_EXTENDED;
                break;
            case 'S':
                t->no_symlinks = true;
                break;
            case 's':
                t->no_symlinks = false;
                break;
            case 'H':
                t->no_hard = true;
                break;
            case 'h':
                t->no_hard = false;
                break;
            case 'R':
                t->no_files = true;
                break;
            case 'r':
                t->no_files = false;
                break;
            default:
                if (!prog_is_digit((unsigned char)*s))
                    prog_die(0, "Invalid transform expression: unknown flag %c", *s);
                t->nth = t->nth > 1000 ? t->nth : t->nth * 10 + (unsigned)(*s - '0');
                break;
            }
        s += *s == ';';
        if (regcomp(&t->re, re, flags) != 0)
            prog_die(0, "Invalid transform expression: %s", re);
        free(re);
        *transforms_end = t;
        transforms_end = &t->next;
    }
}

static void substitute(prog_buf *out, const char *with, const char *s, const regmatch_t *m)
{
    int fold = 0;
    for (const char *p = with; *p; p++) {
        int group = *p == '&' ? 0 : -1;
        if (*p == '\\' && p[1]) {
            p++;
            if (prog_is_digit((unsigned char)*p))
                group = *p - '0';
            else if (strchr("ULE", *p)) {
                fold = *p == 'E' ? 0 : *p;
                continue;
            }
        }
        size_t from = out->n;
        if (group < 0)
            prog_buf_putc(out, *p);
        else if (m[group].rm_so >= 0)
            prog_buf_put(out, s + m[group].rm_so, (size_t)(m[group].rm_eo - m[group].rm_so));
        for (; fold && from < out->n; from++) {
            int c = (unsigned char)out->p[from];
            out->p[from] = (char)(fold == 'U' ? prog_upper(c) : prog_lower(c));
        }
    }
}

static char *apply(const transform *t, char *name)
{
    prog_buf b = {0};
    regmatch_t m[GROUPS];
    const char *s = name;
    for (unsigned count = 1; regexec(&t->re, s, GROUPS, m, s == name ? 0 : REG_NOTBOL) == 0;
         count++) {
        prog_buf_put(&b, s, (size_t)m[0].rm_so);
        bool now = count == (t->nth ? t->nth : 1) || (t->all && count >= t->nth);
        if (now)
            substitute(&b, t->with, s, m);
        else
            prog_buf_put(&b, s + m[0].rm_so, (size_t)(m[0].rm_eo - m[0].rm_so));
        s += m[0].rm_eo;
        if (m[0].rm_eo == m[0].rm_so) {
            if (!*s)
                break;
            prog_buf_putc(&b, *s++);
        }
        if (now && !t->all)
            break;
    }
    prog_buf_put(&b, s, strlen(s));
    free(name);
    return prog_buf_z(&b);
}

char *tar_transform(char *name, char kind)
{
    for (const transform *t = transforms; t; t = t->next)
        if (!(kind == 's' ? t->no_symlinks : kind == 'h' ? t->no_hard : t->no_files))
            name = apply(t, name);
    return name;
}

/* ---- names that lead out -----------------------------------------------------------------------
 */

/* Bytes in front that have to go: up to the last "..", and slashes. */
static size_t unsafe_prefix(const char *name)
{
    size_t n = 0;
    for (const char *p = name; *p;) {
        size_t k = strcspn(p, "/");
        if (k == 2 && p[0] == '.' && p[1] == '.')
            n = (size_t)(p - name) + k;
        p += k;
        p += strspn(p, "/");
    }
    return n + strspn(name + n, "/");
}

static void told_once(const char *prefix, size_t n, const char *what)
{
    static tar_names told;
    prog_buf b = {0};
    prog_buf_put(&b, prefix, n);
    const char *p = prog_buf_z(&b);
    char *key = prog_zalloc(n + strlen(what) + 2, 1);
    (void)snprintf(key, n + strlen(what) + 2, "%s %s", p, what);
    for (size_t i = 0; i < told.n; i++)
        if (strcmp(told.p[i], key) == 0) {
            free(key);
            prog_buf_free(&b);
            return;
        }
    if (told.n < 1000) {
        tar_add(&told, key);
        (void)prog_flush(&prog_out);
        prog_warn(0, "Removing leading `%s' from %s", p, what);
    }
    free(key);
    prog_buf_free(&b);
}

char *tar_safe_name(const char *name, const char *what)
{
    size_t n = tar_opt.absolute ? 0 : unsafe_prefix(name);
    if (n > 0)
        told_once(name, n, what);
    name += n;
    if (!*name && n > 0)
        name = ".";
    return prog_strndup(name, strlen(name));
}

char *tar_name(const char *name, const char *what)
{
    char *s = tar_transform(prog_strndup(name, strlen(name)), *what == 'h' ? 'h' : 'r');
    char *p = s;
    for (size_t i = 0; i < tar_opt.strip && p; i++) {
        p += strspn(p, "/");
        p = strchr(p, '/');
        if (p)
            p += strspn(p, "/");
    }
    if (!p || !*p) {
        free(s);
        return NULL;
    }
    char *safe = tar_safe_name(p, what);
    free(s);
    return safe;
}

/* ---- lists -------------------------------------------------------------------------------------
 */

void tar_put_name(prog_writer *w, const char *name)
{
    static const char codes[] = "\aa\bb\ff\nn\rr\tt\vv\\\\";
    for (size_t n = strlen(name); n > 0;) {
        uint32_t cp;
        size_t k = prog_utf8(name, n, &cp);
        const char *code = cp < 128 && cp > 0 ? strchr(codes, (int)cp) : NULL;
        if (code && (code - codes) % 2 == 0)
            prog_putc(w, '\\'), prog_putc(w, code[1]);
        else if (cp == PROG_BAD_CHAR || prog_width(cp) < 0)
            for (size_t i = 0; i < k; i++)
                prog_printf(w, "\\%03o", (unsigned char)name[i]);
        else
            prog_write(w, name, k);
        name += k;
        n -= k;
    }
}

static void put_mode(prog_writer *w, const tar_member *m)
{
    static const char types[] = "0-1h2l3c4b5d6p7C";
    const char *t = strchr(types, m->type);
    char text[11] = "?rwxrwxrwx";
    text[0] = t ? t[1] : '-';
    for (int i = 0; i < 9; i++)
        if (!(m->mode & (0400u >> i)))
            text[i + 1] = '-';
    static const struct {
        uint32_t bit;
        int at;
        char with, without;
    } special[] = {{04000, 3, 's', 'S'}, {02000, 6, 's', 'S'}, {01000, 9, 't', 'T'}};
    for (size_t i = 0; i < 3; i++)
        if (m->mode & special[i].bit)
            text[special[i].at] = text[special[i].at] == 'x' ? special[i].with : special[i].without;
    prog_puts(w, text);
}

void tar_show(prog_writer *w, const tar_member *m, const char *name, bool long_form)
{
    static size_t width = 19;
    if (long_form) {
        char user[40], group[40], size[24], date[64] = "";
        (void)snprintf(user, sizeof(user), "%llu", (unsigned long long)m->uid);
        (void)snprintf(group, sizeof(group), "%llu", (unsigned long long)m->gid);
        const char *u = *m->uname && !tar_opt.numeric ? m->uname : user;
        const char *g = *m->gname && !tar_opt.numeric ? m->gname : group;
        (void)snprintf(size, sizeof(size), "%llu",
                       (unsigned long long)(m->sparse ? m->real_size : m->size));
        size_t n = strlen(u) + strlen(g) + strlen(size) + 2;
        width = n > width ? n : width;
        struct tm tm;
        time_t t = m->mtime.tv_sec;
        if (localtime_r(&t, &tm))
            (void)strftime(date, sizeof(date),
                           tar_opt.full_time ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M", &tm);
        put_mode(w, m);
        prog_printf(w, " %s/%s ", u, g);
        prog_fill(w, ' ', width - n);
        prog_printf(w, "%s %s ", size, date);
    }
    tar_put_name(w, name);
    if (long_form && (m->type == '2' || m->type == '1')) {
        prog_puts(w, m->type == '2' ? " -> " : " link to ");
        tar_put_name(w, m->link);
    }
    prog_putc(w, '\n');
}

void tar_fail(int error, const char *verb, const char *name)
{
    (void)prog_flush(&prog_out);
    prog_warn(error, "%s: Cannot %s", name, verb);
    tar_status = 2;
}
