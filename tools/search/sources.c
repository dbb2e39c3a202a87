#include "search/sources.h"

#include <errno.h>
#include <unistd.h>

#include "search/dir.h"

void bx_sources_init(bx_sources *s)
{
    *s = (bx_sources){.text = bx_buf_init((size_t)BX_IGNORE_FILE_MAX + 1)};
}

void bx_sources_done(bx_sources *s)
{
    bx_sources_leave(s, (bx_sources_mark){0, 0});
    free(s->s);
    bx_buf_done(&s->text);
}

bx_sources_mark bx_sources_at(const bx_sources *s) { return (bx_sources_mark){s->n, s->git_from}; }

void bx_sources_leave(bx_sources *s, bx_sources_mark to)
{
    while (s->n > to.n) {
        bx_rules *r = s->s[--s->n].rules;
        s->cut += bx_rules_skipped(r) > 0;
        bx_rules_free(r);
    }
    s->git_from = to.git_from;
}

/* The file's bytes into s->text, at most one more than counts.  False: not read to its end. */
static bool read_all(bx_sources *s, int fd)
{
    bx_buf_clear(&s->text);
    while (s->text.n < s->text.max) {
        char *p;
        size_t room = s->text.max - s->text.n < 65536 ? s->text.max - s->text.n : 65536;
        if (bx_buf_reserve(&s->text, room, &p) != BX_OK)
            return false;
        ssize_t n = read(fd, p, room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        s->text.n += (size_t)n;
    }
    return true;
}

static bx_code push(bx_sources *s, const bx_ignore_source *new, bx_error *err)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 16;
        bx_ignore_source *more = bx_realloc(s->s, cap * sizeof *more);
        if (!more)
            return bx_fail(err, BX_ENOMEM, "no memory for ignore files");
        s->s = more;
        s->cap = cap;
    }
    s->s[s->n++] = *new;
    return BX_OK;
}

/* git follows no link in place of its ignore files, so neither is one followed here. */
static bx_code add_file(bx_sources *s, int dir, const char *name, const bx_ignore_source *as,
                        bx_error *err)
{
    int fd = bx_dir_open_file(dir, name);
    if (fd < 0) {
        bool is_none = errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EISDIR;
        s->cut += !is_none;
        return BX_OK;
    }
    bool is_whole = read_all(s, fd);
    (void)close(fd);
    bx_ignore_source new = *as;
    bx_code e = bx_rules_parse(bx_buf_str(&s->text), &new.rules, err);
    if (e != BX_OK)
        return e;
    s->cut += !is_whole;
    if (bx_rules_count(new.rules) > 0 || bx_rules_skipped(new.rules) > 0)
        e = push(s, &new, err);
    else
        e = BX_ENOENT;
    if (e != BX_OK)
        bx_rules_free(new.rules);
    return e == BX_ENOENT ? BX_OK : e;
}

bx_code bx_sources_enter(bx_sources *s, int dir, size_t base, unsigned has, bx_error *err)
{
    bx_code e = BX_OK;
    size_t before = s->n;
    if (has & BX_HAS_GIT) {
        bx_ignore_source as = {.kind = BX_SOURCE_EXCLUDE, .base = base};
        s->git_from = before;
        int git = bx_dir_open(dir, ".git"); /* a file, in a work tree: its exclude is elsewhere */
        int info = git < 0 ? -1 : bx_dir_open(git, "info");
        if (info >= 0)
            e = add_file(s, info, "exclude", &as, err);
        if (info >= 0)
            (void)close(info);
        if (git >= 0)
            (void)close(git);
    }
    if (e == BX_OK && (has & BX_HAS_GITIGNORE))
        e = add_file(s, dir, ".gitignore", &(bx_ignore_source){.kind = BX_SOURCE_GIT, .base = base},
                     err);
    if (e == BX_OK && (has & BX_HAS_IGNORE))
        e = add_file(s, dir, ".ignore", &(bx_ignore_source){.kind = BX_SOURCE_IGNORE, .base = base},
                     err);
    return e;
}

bx_ignored bx_sources_judge(bx_sources *s, bx_str path, bool is_dir)
{
    bx_ignored said = BX_IGNORED_UNSAID;
    for (unsigned kind = 0; kind < BX_SOURCE_KINDS; kind++) {
        size_t from = kind == BX_SOURCE_IGNORE ? 0 : s->git_from;
        for (size_t i = s->n; i-- > from && said == BX_IGNORED_UNSAID;)
            if (s->s[i].kind == kind)
                said = bx_rules_judge(s->s[i].rules, bx_str_from(path, s->s[i].base), is_dir);
        if (said != BX_IGNORED_UNSAID)
            break;
    }
    return said;
}
