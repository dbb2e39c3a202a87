/* Pathname expansion: Bash manual 3.5.8, XCU 2.14.3. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "shell/expand_in.h"

enum { MAX_NAMES = 1000000, MAX_PATH = 4096, MAX_DEPTH = 256 };

typedef struct component {
    bx_str text;      /* with its escapes */
    bool magic, star; /* star: ** with globstar */
} component;

typedef struct globber {
    shell *sh;
    component *parts;
    size_t n;
    unsigned flags; /* of match.h */
    sh_buf path;    /* what was decided so far */
    sh_strs found;
    int depth;
    bool failed, ignores; /* ignores: there is a GLOBIGNORE */
} globber;

static void walk(globber *g, size_t i);

static void give_up(globber *g, const char *why)
{
    if (!g->failed)
        sh_error(g->sh, "pathname expansion: %s", why);
    g->failed = true;
}

static void found(globber *g)
{
    if (g->found.n >= MAX_NAMES)
        give_up(g, "too many names");
    else
        sh_strs_add(&g->found, sh_strndup(sh_buf_str(&g->path), g->path.n));
}

static void add_literal(sh_buf *b, bx_str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\\' && i + 1 < text.n)
            i++;
        sh_buf_c(b, text.p[i]);
    }
}

static bool is_directory(globber *g, bool follow)
{
    struct stat st;
    const char *path = sh_buf_str(&g->path);
    int r = follow ? stat(path, &st) : lstat(path, &st);
    return r == 0 && S_ISDIR(st.st_mode);
}

static bool exists(globber *g)
{
    struct stat st;
    return lstat(sh_buf_str(&g->path), &st) == 0;
}

typedef struct names {
    sh_strs names;
    uint8_t *types; /* d_type */
    size_t cap;
} names;

/* The entries of the directory that the path leads to, . and .. only with `dots`. */
static bool read_names(globber *g, bool dots, names *ret)
{
    *ret = (names){0};
    DIR *d = opendir(g->path.n ? sh_buf_str(&g->path) : ".");
    if (!d)
        return false;
    const struct dirent *e;
    while ((e = readdir(d))) {
        const char *s = e->d_name;
        if (!dots && s[0] == '.' && (!s[1] || (s[1] == '.' && !s[2])))
            continue;
        if (ret->names.n >= MAX_NAMES) {
            give_up(g, "too many names");
            break;
        }
        if (ret->names.n == ret->cap) {
            ret->cap = ret->cap ? ret->cap * 2 : 32;
            ret->types = sh_realloc(ret->types, ret->cap);
        }
        ret->types[ret->names.n] = e->d_type;
        sh_strs_add(&ret->names, sh_strdup(s));
    }
    closedir(d);
    return true;
}

static void names_done(names *l)
{
    sh_strs_done(&l->names);
    free(l->types);
}

/* Go on behind a component that is a directory, or take the path when it was the last. */
static void step(globber *g, size_t i, uint8_t type)
{
    if (i + 1 == g->n) {
        found(g);
        return;
    }
    if (type != DT_DIR && type != DT_LNK && type != DT_UNKNOWN)
        return;
    if (type != DT_DIR && !is_directory(g, true))
        return;
    sh_buf_c(&g->path, '/');
    walk(g, i + 1);
}

static void walk_magic(globber *g, size_t i)
{
    names l;
    bx_str text = g->parts[i].text;
    bool dots = text.n && text.p[0] == '.' && !g->sh->shopt[SH_SHOPT_GLOBSKIPDOTS] && !g->ignores;
    if (!read_names(g, dots, &l))
        return;
    size_t at = g->path.n;
    sh_pattern *p = sh_pattern_new(text, g->flags);
    for (size_t k = 0; k < l.names.n && !g->failed; k++) {
        const char *s = l.names.v[k];
        size_t n = strlen(s);
        if (!sh_pattern_match(p, (bx_str){s, n}))
            continue;
        sh_buf_add(&g->path, s, n);
        step(g, i, l.types[k]);
        g->path.n = at;
    }
    sh_pattern_free(p);
    names_done(&l);
}

/* ** in the directory of the path, which ends in a slash or is empty; `told`: the directory itself
 * is among what was found already. */
static void walk_star(globber *g, size_t i, bool told)
{
    bool last = i + 1 == g->n;
    size_t at = g->path.n;
    names l;
    if (!read_names(g, false, &l))
        return;
    if (!last)
        walk(g, i + 1);
    else if (at && !told)
        found(g);
    for (size_t k = 0; k < l.names.n && !g->failed; k++) {
        const char *s = l.names.v[k];
        if (s[0] == '.' && !(g->flags & SH_MATCH_DOT))
            continue;
        g->path.n = at;
        sh_buf_z(&g->path, s);
        bool dir = l.types[k] == DT_DIR || (l.types[k] == DT_UNKNOWN && is_directory(g, false));
        if (last)
            found(g);
        if (!dir)
            continue;
        sh_buf_c(&g->path, '/');
        if (++g->depth > MAX_DEPTH || g->path.n > MAX_PATH) {
            give_up(g, "too deep");
        } else {
            walk_star(g, i, true);
        }
        g->depth--;
    }
    g->path.n = at;
    names_done(&l);
}

static void walk(globber *g, size_t i)
{
    size_t at = g->path.n;
    if (g->failed)
        return;
    if (g->path.n > MAX_PATH) {
        give_up(g, "name too long");
        return;
    }
    /* literal components are taken in one go */
    for (; i < g->n && !g->parts[i].magic; i++) {
        add_literal(&g->path, g->parts[i].text);
        if (i + 1 < g->n)
            sh_buf_c(&g->path, '/');
    }
    if (i == g->n) {
        if (g->path.n && exists(g))
            found(g);
    } else if (g->parts[i].star) {
        walk_star(g, i, false);
    } else {
        walk_magic(g, i);
    }
    g->path.n = at;
}

static void split(globber *g, const char *pattern)
{
    size_t cap = 1;
    for (const char *s = pattern; *s; s++)
        cap += *s == '/';
    g->parts = sh_alloc(cap * sizeof *g->parts);
    const char *s = pattern;
    for (;;) {
        const char *end = s;
        while (*end && *end != '/')
            end += *end == '\\' && end[1] && end[1] != '/' ? 2 : 1;
        component c = {.text = {s, (size_t)(end - s)}};
        c.star = g->sh->shopt[SH_SHOPT_GLOBSTAR] && c.text.n == 2 && memcmp(s, "**", 2) == 0;
        c.magic = c.star || sh_pattern_is_magic(c.text, g->flags);
        if (!(c.star && g->n && g->parts[g->n - 1].star))
            g->parts[g->n++] = c;
        if (!*end)
            return;
        s = end + 1;
    }
}

/* ---- GLOBIGNORE ---- */

/* Behind the part of the list that begins at s: a colon within brackets is not one. */
static const char *part_end(const char *s)
{
    for (; *s && *s != ':'; s++) {
        if (*s == '\\' && s[1]) {
            s++;
        } else if (*s == '[') {
            const char *t = s + 1;
            t += *t == '!' || *t == '^';
            t += *t == ']';
            while (*t && *t != ']') {
                const char *close = t[0] == '[' && t[1] == ':' ? strstr(t + 2, ":]") : NULL;
                t = close ? close + 2 : t + 1;
            }
            if (*t)
                s = t;
        }
    }
    return s;
}

/* A path against a pattern, component by component. */
static bool path_matches(shell *sh, bx_str pattern, bx_str path)
{
    for (;;) {
        const char *a = memchr(pattern.p, '/', pattern.n), *b = memchr(path.p, '/', path.n);
        size_t n = a ? (size_t)(a - pattern.p) : pattern.n;
        size_t m = b ? (size_t)(b - path.p) : path.n;
        if (!a != !b ||
            !sh_pattern_match(sh_pattern_of(pattern.p, n, sh_match_flags(sh)), (bx_str){path.p, m}))
            return false;
        if (!a)
            return true;
        pattern = bx_str_from(pattern, n + 1);
        path = bx_str_from(path, m + 1);
    }
}

static bool ignored(shell *sh, const char *list, const char *name)
{
    const char *s = list;
    while (*s) {
        const char *end = part_end(s);
        if (end > s && path_matches(sh, (bx_str){s, (size_t)(end - s)}, bx_str_of(name)))
            return true;
        s = *end ? end + 1 : end;
    }
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

long sh_glob(shell *sh, const char *pattern, sh_strs *ret)
{
    const char *ignore = sh_get("GLOBIGNORE");
    if (ignore && !*ignore)
        ignore = NULL;
    globber g = {.sh = sh, .ignores = ignore, .flags = sh_match_flags(sh) | SH_MATCH_PATHNAME};
    if (sh->shopt[SH_SHOPT_DOTGLOB] || ignore)
        g.flags |= SH_MATCH_DOT;
    if (sh->shopt[SH_SHOPT_NOCASEGLOB])
        g.flags |= SH_MATCH_NOCASE;
    split(&g, pattern);
    if (g.n > MAX_DEPTH)
        give_up(&g, "too deep");
    walk(&g, 0);
    long n = 0;
    if (g.failed) {
        n = -1;
    } else {
        if (g.found.n > 1)
            qsort(g.found.v, g.found.n, sizeof(char *), by_text);
        for (size_t i = 0; i < g.found.n; i++) {
            if (ignore && ignored(sh, ignore, g.found.v[i]))
                continue;
            sh_strs_add(ret, BX_TAKE(g.found.v[i]));
            n++;
        }
    }
    sh_strs_done(&g.found);
    sh_buf_done(&g.path);
    free(g.parts);
    return n;
}
