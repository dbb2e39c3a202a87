/* files/copy.c - copying, moving, backing up. */
#include "copy.h"
#include "path.h"
#include "walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct seen { /* a file with several names, and what it was copied to */
    dev_t dev;
    ino_t ino;
    char *to;
} seen;

static seen *links;
static size_t n_links, links_cap; /* a table by hash, half full at most */

static seen *link_slot(const struct stat *st)
{
    if (n_links * 2 >= links_cap) {
        size_t old = links_cap;
        seen *before = links;
        links_cap = old ? old * 2 : 64;
        links = prog_zalloc(links_cap, sizeof *links);
        for (size_t i = 0; i < old; i++)
            if (before[i].to) {
                struct stat key = {.st_dev = before[i].dev, .st_ino = before[i].ino};
                *link_slot(&key) = before[i];
            }
        free(before);
    }
    size_t at = ((size_t)st->st_ino * 2654435761u ^ (size_t)st->st_dev) & (links_cap - 1);
    while (links[at].to && (links[at].ino != st->st_ino || links[at].dev != st->st_dev))
        at = (at + 1) & (links_cap - 1);
    return &links[at];
}

bool copy_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino != 0 && a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

bool copy_is_dir(const char *path, bool follow)
{
    struct stat st;
    return mode_stat(AT_FDCWD, path, follow, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- backups -------------------------------------------------------------------------------- */

copy_backup copy_backup_control(const char *control)
{
    static const struct {
        const char *name;
        copy_backup is;
    } names[] = {{"none", BACKUP_NONE},         {"off", BACKUP_NONE},
                 {"simple", BACKUP_SIMPLE},     {"never", BACKUP_SIMPLE},
                 {"existing", BACKUP_EXISTING}, {"nil", BACKUP_EXISTING},
                 {"numbered", BACKUP_NUMBERED}, {"t", BACKUP_NUMBERED}};
    if (!control)
        control = getenv("VERSION_CONTROL");
    if (!control || !*control)
        return BACKUP_EXISTING;
    for (size_t i = 0; i < BX_COUNT(names); i++)
        if (strcmp(names[i].name, control) == 0)
            return names[i].is;
    prog_usage("invalid argument %s for 'backup type'\nValid arguments are:\n"
               "  - 'none', 'off'\n  - 'simple', 'never'\n  - 'existing', 'nil'\n"
               "  - 'numbered', 't'",
               prog_quote(control));
}

/* The highest N of path.~N~, 0 without. */
static uint64_t highest(const char *path)
{
    char *dir = path_dir(path), *base = path_base(path);
    size_t n = strlen(base);
    uint64_t most = 0;
    DIR *d = opendir(dir);
    for (const struct dirent *e; d && (e = readdir(d)) != NULL;) {
        const char *s = e->d_name;
        if (strncmp(s, base, n) != 0 || s[n] != '.' || s[n + 1] != '~')
            continue;
        uint64_t v = 0;
        for (s += n + 2; *s >= '0' && *s <= '9' && v < UINT32_MAX; s++)
            v = v * 10 + (uint64_t)(*s - '0');
        if (s[0] == '~' && s[1] == '\0' && v > most)
            most = v;
    }
    if (d)
        (void)closedir(d);
    free(dir);
    free(base);
    return most;
}

bool copy_make_backup(const copy_options *c, const char *path, char **ret)
{
    *ret = NULL;
    if (c->backup == BACKUP_NONE)
        return true;
    const char *suffix = c->suffix ? c->suffix : getenv("SIMPLE_BACKUP_SUFFIX");
    if (!suffix || !*suffix)
        suffix = "~";
    prog_buf b = {0};
    prog_buf_put(&b, path, strlen(path));
    uint64_t number = c->backup == BACKUP_SIMPLE ? 0 : highest(path);
    if (c->backup == BACKUP_NUMBERED || number > 0) {
        char digits[20];
        prog_buf_put(&b, ".~", 2);
        prog_buf_put(&b, digits, prog_digits(number + 1, digits));
        prog_buf_putc(&b, '~');
    } else {
        prog_buf_put(&b, suffix, strlen(suffix));
    }
    *ret = prog_buf_z(&b);
    if (rename(path, *ret) == 0)
        return true;
    if (errno == ENOENT) {
        free(BX_TAKE(*ret));
        return true;
    }
    prog_warn(errno, "cannot backup %s", prog_quoteaf(path));
    return false;
}

/* ---- one file ------------------------------------------------------------------------------- */

int copy_contents(int from, int to, bool *ret_writing)
{
    static char *buffer;
    *ret_writing = false;
    if (!buffer)
        buffer = prog_alloc(PROG_READ_BLOCK);
    for (;;) {
        ssize_t n = prog_read(from, buffer, PROG_READ_BLOCK);
        if (n < 0)
            return errno;
        if (n == 0)
            return 0;
        int error = prog_write_all(to, buffer, (size_t)n);
        if (error) {
            *ret_writing = true;
            return error;
        }
    }
}

static bool told(const char *what, const char *path)
{
    prog_warn(errno, "%s %s", what, prog_quoteaf(path));
    return false;
}

static bool keep_attributes(const copy_options *c, const char *to, const struct stat *st, int fd)
{
    if (c->times) {
        struct timespec times[2] = {st->st_atim, st->st_mtim};
        int failed =
            fd >= 0 ? futimens(fd, times) : utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW);
        if (failed && !S_ISLNK(st->st_mode))
            return told("preserving times for", to);
    }
    if (c->mode && !S_ISLNK(st->st_mode) && mode_set(to, st->st_mode & 07777) != 0)
        return told("preserving permissions for", to);
    return true;
}

/* Open `to` for what is to be written; -1 after a message. */
static int open_to(const copy_options *c, const char *to, const struct stat *st, bool is_new)
{
    mode_t mode = c->no_mode ? 0666 : st->st_mode & 0777;
    int flags = O_WRONLY | (c->attributes_only ? 0 : O_TRUNC) | (is_new ? O_CREAT : 0);
    int fd = open(to, flags, mode);
    if (fd < 0 && !is_new && c->force && unlink(to) == 0) {
        if (c->verbose)
            prog_printf(&prog_out, "removed %s\n", prog_quoteaf(to));
        fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, mode);
    }
    if (fd < 0) {
        struct stat there;
        if (errno == ENOENT && lstat(to, &there) == 0 && S_ISLNK(there.st_mode))
            prog_warn(0, "not writing through dangling symlink %s", prog_quoteaf(to));
        else
            (void)told("cannot create regular file", to);
    }
    return fd;
}

static bool copy_regular(const copy_options *c, const char *from, const char *to,
                         const struct stat *st, bool is_new)
{
    int in = open(from, O_RDONLY);
    if (in < 0)
        return (prog_warn(errno, "cannot open %s for reading", prog_quoteaf(from)), false);
    int out = open_to(c, to, st, is_new);
    if (out < 0) {
        (void)close(in);
        return false;
    }
    bool writing = false, ok = true;
    int error = c->attributes_only ? 0 : copy_contents(in, out, &writing);
    (void)close(in);
    if (error) {
        prog_warn(error, writing ? "error writing %s" : "error reading %s",
                  prog_quoteaf(writing ? to : from));
        ok = false;
    } else {
        ok = keep_attributes(c, to, st, out);
    }
    if (close(out) != 0 && ok)
        ok = told("failed to close", to);
    return ok;
}

static bool copy_link(const copy_options *c, const char *from, const char *to,
                      const struct stat *st, bool is_new)
{
    char *text = path_link(from);
    if (!text)
        return told("cannot read symbolic link", from);
    if (!is_new)
        (void)unlink(to);
    bool ok = path_symlink(text, to) == 0;
    if (!ok)
        (void)told("cannot create symbolic link", to);
    free(text);
    return ok && keep_attributes(c, to, st, -1);
}

static bool make_link(const copy_options *c, const char *from, const char *to, bool is_new)
{
    if (!is_new && (c->force || c->remove_first))
        (void)unlink(to);
    if (c->soft_links) {
        if (from[0] != '/' && strchr(to, '/')) {
            char *dir = path_dir(to);
            bool here = strcmp(dir, ".") == 0;
            free(dir);
            if (!here) {
                prog_warn(0, "%s: can make relative symbolic links only in current directory",
                          prog_quotef(to));
                return false;
            }
        }
        if (path_symlink(from, to) == 0)
            return true;
        prog_warn(errno, "cannot create symbolic link %s to %s", prog_quoteaf(to),
                  prog_quoteaf(from));
        return false;
    }
    if (link(from, to) == 0)
        return true;
    prog_warn(errno, "cannot create hard link %s to %s", prog_quoteaf(to), prog_quoteaf(from));
    return false;
}

static void say(const copy_options *c, const char *from, const char *to, const char *backup)
{
    if (!c->verbose)
        return;
    prog_printf(&prog_out, "%s -> %s", prog_quoteaf(from), prog_quoteaf(to));
    if (backup)
        prog_printf(&prog_out, " (backup: %s)", prog_quoteaf(backup));
    prog_putc(&prog_out, '\n');
}

static bool is_older_or_same(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec < b->st_mtim.tv_sec ||
           (a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec <= b->st_mtim.tv_nsec);
}

typedef enum verdict { GO, SKIP, BAD } verdict;

bool copy_is_same_name(const char *a, const char *b)
{
    char *base_a = path_base(a), *base_b = path_base(b), *dir_a = path_dir(a), *dir_b = path_dir(b),
         *real_a = path_real(dir_a, PATH_NONE, false), *real_b = path_real(dir_b, PATH_NONE, false);
    bool same = strcmp(base_a, base_b) == 0 && real_a && real_b && strcmp(real_a, real_b) == 0;
    free(base_a);
    free(base_b);
    free(dir_a);
    free(dir_b);
    free(real_a);
    free(real_b);
    return same;
}

/* What there is at `to` already: may it be written over?  *is_new becomes whether nothing is left
 * there. */
static verdict check_existing(const copy_options *c, const char *from, const char *to,
                              const struct stat *st, bool *is_new, char **backup)
{
    struct stat old;
    *is_new = false;
    *backup = NULL;
    if (mode_stat(AT_FDCWD, to, false, &old) != 0) {
        *is_new = true;
        if (errno == ENOENT)
            return GO;
        bool slash = errno == ENOTDIR && to[0] && to[strlen(to) - 1] == '/';
        (void)told(slash ? "cannot stat" : "failed to access", to);
        return BAD;
    }
    struct stat target = old;
    bool is_link = S_ISLNK(old.st_mode);
    if (is_link)
        (void)mode_stat(AT_FDCWD, to, true, &target);
    bool same = copy_same_file(st, &old) || (!c->move && copy_same_file(st, &target));
    if (same && S_ISDIR(st->st_mode)) {
        prog_warn(0, "%s and %s are the same file", prog_quoteaf(from), prog_quoteaf(to));
        return BAD;
    }
    bool keeps = c->move && c->backup != BACKUP_NONE && !S_ISDIR(old.st_mode);
    if (S_ISDIR(st->st_mode) && !keeps) {
        if (!S_ISDIR(target.st_mode) || (is_link && c->move)) {
            prog_warn(0, "cannot overwrite non-directory %s with directory %s", prog_quoteaf(to),
                      prog_quoteaf(from));
            return BAD;
        }
        return GO;
    }
    if (same && !c->hard_links) {
        if (!(c->backup != BACKUP_NONE && !copy_is_same_name(from, to)) &&
            !(c->remove_first && is_link)) {
            prog_warn(0, "%s and %s are the same file", prog_quoteaf(from), prog_quoteaf(to));
            return BAD;
        }
    }
    if (same && c->hard_links)
        return SKIP;
    if (S_ISDIR(old.st_mode) || (!c->move && S_ISDIR(target.st_mode))) {
        prog_warn(0, "cannot overwrite directory %s with non-directory", prog_quoteaf(to));
        return BAD;
    }
    if (c->no_clobber)
        return SKIP;
    if (c->update && is_older_or_same(st, &old))
        return SKIP;
    if (c->ask && !path_ask("overwrite %s? ", prog_quoteaf(to)))
        return SKIP;
    if (c->backup != BACKUP_NONE) {
        if (!copy_make_backup(c, to, backup))
            return BAD;
        *is_new = true;
    } else if (c->remove_first && !S_ISDIR(old.st_mode)) {
        if (unlink(to) != 0 && errno != ENOENT) {
            (void)told("cannot remove", to);
            return BAD;
        }
        if (c->verbose && !c->move)
            prog_printf(&prog_out, "removed %s\n", prog_quoteaf(to));
        *is_new = true;
    }
    return GO;
}

static bool copy_one(const copy_options *c, const char *from, const char *to, const struct stat *st)
{
    bool is_new, ok;
    char *backup;
    verdict v = check_existing(c, from, to, st, &is_new, &backup);
    if (v != GO)
        return v == SKIP;
    say(c, from, to, backup);
    free(backup);
    if (c->hard_links || c->soft_links)
        return make_link(c, from, to, is_new);
    seen *known = NULL;
    if (c->same_links && st->st_nlink > 1 && st->st_ino != 0) {
        known = link_slot(st);
        if (known->to) {
            if (!is_new)
                (void)unlink(to);
            if (link(known->to, to) == 0)
                return true;
            known = NULL;
        }
    }
    if (S_ISLNK(st->st_mode))
        ok = copy_link(c, from, to, st, is_new);
    else if (S_ISREG(st->st_mode) || !c->recursive)
        ok = copy_regular(c, from, to, st, is_new);
    else
        ok = copy_regular(c, from, to, st, is_new);
    if (ok && known) {
        *known = (seen){st->st_dev, st->st_ino, prog_strndup(to, strlen(to))};
        n_links++;
    }
    return ok;
}

/* ---- trees ---------------------------------------------------------------------------------- */

static bool make_dir(const copy_options *c, const char *from, const char *to, const struct stat *st)
{
    bool is_new;
    char *backup;
    if (check_existing(c, from, to, st, &is_new, &backup) == BAD)
        return false;
    if (!is_new)
        return true;
    if (mkdir(to, st->st_mode & 0777) != 0)
        return told("cannot create directory", to);
    say(c, from, to, NULL);
    return true;
}

static bool is_into_itself(const char *from, const char *to)
{
    char *a = path_real(from, PATH_ALL, false), *b = path_real(to, PATH_NONE, false);
    size_t n = a ? strlen(a) : 0;
    bool inside = a && b && strncmp(a, b, n) == 0 && (b[n] == '/' || b[n] == '\0');
    free(a);
    free(b);
    return inside;
}

static bool tree_visit(const copy_options *c, walk *w, walk_entry *e, const char *to)
{
    if (e->kind == WALK_UNREADABLE || e->kind == WALK_MISSING) {
        errno = e->error;
        if (e->kind == WALK_MISSING)
            return told("cannot stat", e->path);
        return told("cannot access", e->path);
    }
    if (e->kind == WALK_LOOP) {
        prog_warn(0, "cannot copy cyclic symbolic link %s", prog_quoteaf(e->path));
        return false;
    }
    if (!walk_stat(w, e))
        return told("cannot stat", e->path);
    if (e->kind == WALK_DIR_END)
        return keep_attributes(c, to, &e->st, -1);
    if (e->kind == WALK_DIR) {
        bool ok = make_dir(c, e->path, to, &e->st);
        if (!ok)
            walk_skip(w);
        return ok;
    }
    return copy_one(c, e->path, to, &e->st);
}

static void refuse_itself(walk *w, const char *from, const char *to)
{
    prog_warn(0, "cannot copy a directory, %s, into itself, %s", prog_quoteaf(from),
              prog_quoteaf(to));
    walk_skip(w);
}

static bool copy_whole(const copy_options *c, const char *from, const char *to)
{
    unsigned flags = (c->follow ? WALK_FOLLOW : 0) | (c->follow_args ? WALK_FOLLOW_ROOT : 0) |
                     (c->one_device ? WALK_ONE_DEVICE : 0);
    walk *w = walk_new(from, flags);
    walk_entry e;
    bool ok = true;
    size_t n = strlen(from);
    struct stat made = {0}; /* the directory the whole is copied to: not to be copied itself */
    while (walk_next(w, &e)) {
        char *dest = e.depth == 0 ? prog_strndup(to, strlen(to)) : path_join(to, e.path + n);
        bool itself = e.kind == WALK_DIR &&
                      (e.depth > 0 ? copy_same_file(&e.st, &made)
                                   : e.st.st_ino == 0 && !c->move && is_into_itself(from, to));
        if (itself) {
            refuse_itself(w, from, to);
            ok = false;
        } else {
            ok &= tree_visit(c, w, &e, dest);
        }
        if (e.depth == 0 && e.kind == WALK_DIR)
            (void)mode_stat(AT_FDCWD, to, true, &made);
        free(dest);
    }
    walk_free(w);
    return ok;
}

bool copy_tree(const copy_options *c, const char *from, const char *to)
{
    struct stat st;
    bool follow = c->follow || c->follow_args || (!c->recursive && !c->keep_links);
    if (mode_stat(AT_FDCWD, from, follow, &st) != 0)
        return told("cannot stat", from);
    if (!S_ISDIR(st.st_mode))
        return copy_one(c, from, to, &st);
    if (!c->recursive) {
        prog_warn(0, "-r not specified; omitting directory %s", prog_quoteaf(from));
        return false;
    }
    return copy_whole(c, from, to);
}

/* ---- moving --------------------------------------------------------------------------------- */

static bool remove_tree(const char *path)
{
    walk *w = walk_new(path, 0);
    walk_entry e;
    bool ok = true;
    while (walk_next(w, &e)) {
        if (e.kind == WALK_DIR)
            continue;
        bool gone = unlinkat(AT_FDCWD, e.path, e.kind == WALK_DIR_END ? AT_REMOVEDIR : 0) == 0;
        if (!gone)
            ok = told("cannot remove", e.path);
    }
    walk_free(w);
    return ok;
}

static bool crosses(int error)
{
#ifdef ENOTCAPABLE
    if (error == ENOTCAPABLE)
        return true;
#endif
    return error == EXDEV;
}

bool copy_move(const copy_options *c, const char *from, const char *to)
{
    struct stat st;
    bool is_new;
    char *backup;
    if (mode_stat(AT_FDCWD, from, false, &st) != 0)
        return told("cannot stat", from);
    verdict v = check_existing(c, from, to, &st, &is_new, &backup);
    if (v != GO)
        return v == SKIP;
    if (rename(from, to) == 0) {
        if (c->verbose) {
            prog_puts(&prog_out, "renamed ");
            say(c, from, to, backup);
        }
        free(backup);
        return true;
    }
    int error = errno;
    if (error == EINVAL && is_into_itself(from, to)) {
        prog_warn(0, "cannot move %s to a subdirectory of itself, %s", prog_quoteaf(from),
                  prog_quoteaf(to));
        free(backup);
        return false;
    }
    if (!crosses(error)) {
        prog_warn(error, "cannot move %s to %s", prog_quoteaf(from), prog_quoteaf(to));
        free(backup);
        return false;
    }
    free(backup);
    copy_options all = *c;
    all.recursive = all.times = all.mode = all.same_links = true;
    all.ask = all.no_clobber = all.update = false;
    all.backup = BACKUP_NONE;
    all.remove_first = true;
    return copy_tree(&all, from, to) && remove_tree(from);
}

/* ---- operands ------------------------------------------------------------------------------- */

void copy_target(char **argv, int n, const char *target, bool no_dir, bool follow, int *ret_n,
                 const char **ret, bool *ret_dir)
{
    if (n == 0)
        prog_usage("missing file operand");
    if (target) {
        struct stat st;
        if (no_dir)
            prog_die(0, "cannot combine --target-directory (-t) and --no-target-directory (-T)");
        if (stat(target, &st) != 0)
            prog_die(errno, "target directory %s", prog_quoteaf(target));
        if (!S_ISDIR(st.st_mode))
            prog_die(ENOTDIR, "target directory %s", prog_quoteaf(target));
        *ret = target;
        *ret_n = n;
        *ret_dir = true;
        return;
    }
    if (n == 1)
        prog_usage("missing destination file operand after %s", prog_quoteaf(argv[0]));
    if (no_dir && n > 2)
        prog_usage("extra operand %s", prog_quoteaf(argv[2]));
    *ret = argv[n - 1];
    *ret_n = n - 1;
    *ret_dir = !no_dir && copy_is_dir(argv[n - 1], follow);
    if (n > 2 && !*ret_dir) {
        struct stat st;
        int error = stat(argv[n - 1], &st) != 0 ? errno : ENOTDIR;
        prog_die(error, "target %s", prog_quoteaf(argv[n - 1]));
    }
}
