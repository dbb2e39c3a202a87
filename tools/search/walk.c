/* A directory is listed as a whole, and closed to change thereby; then its ignore files are read,
 * since its listing says which there are; then what is excluded goes, what is left is sorted, and
 * waits in `items` while the directories among it are visited. */
#include "search/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "search/dir.h"
#include "search/sources.h"
#include "search/walk_items.h"

typedef struct level {
    int fd;              /* -1: closed for the time being, because too many others are open */
    uint32_t path_n;     /* of the directory, the slash behind it included */
    size_t at;           /* the next of its items */
    size_t items, names; /* how much of `items` was in use before */
    bx_sources_mark sources;
} level;

struct bx_walk {
    bx_walk_options how;
    size_t rel_at; /* in `path`: where what is relative to root begins */
    level *levels;
    size_t depth, levels_cap;
    bx_walk_items items;
    bx_sources sources;
    bx_walk_notes notes;
    bool is_single; /* root is no directory, and is yielded once */
    bx_walk_type single_type;
    size_t path_n;
    char path[BX_WALK_PATH_MAX];
    bx_dir_reader reader;
};

void bx_walk_close(bx_walk *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->depth; i++)
        if (w->levels[i].fd >= 0)
            (void)close(w->levels[i].fd);
    free(w->levels);
    bx_items_done(&w->items);
    bx_sources_done(&w->sources);
    free(w);
}

const bx_walk_notes *bx_walk_told(const bx_walk *w) { return &w->notes; }

bx_str bx_walk_root(const bx_walk *w)
{
    return (bx_str){w->path, w->rel_at > 1 ? w->rel_at - 1 : 1};
}

static bx_str rel_of(const bx_walk *w)
{
    return (bx_str){w->path + w->rel_at, w->path_n - w->rel_at};
}

/* The path becomes that of `name` in the directory whose path has `dir_n` bytes.  False: too long.
 */
static bool set_name(bx_walk *w, size_t dir_n, const char *name, size_t n)
{
    if (dir_n + n >= sizeof w->path)
        return false;
    memcpy(w->path + dir_n, name, n);
    w->path_n = dir_n + n;
    w->path[w->path_n] = '\0';
    return true;
}

/* ---- what of a directory is kept ------------------------------------------------------------ */

typedef struct wish { /* what is to be done with an entry */
    bool yield, enter;
} wish;

/* What types, patterns and the caller want of the entry at the path. */
static wish wanted(bx_walk *w, bx_str name, bx_walk_type type)
{
    bx_str rel = rel_of(w);
    bool is_dir = type == BX_WALK_DIRS;
    bx_globs *g = w->how.globs;
    wish is = {.yield = w->how.types & type, .enter = is_dir};
    if (is.yield && g)
        is.yield = bx_globs_take(g, rel, is_dir);
    if (is.yield && w->how.want)
        is.yield = w->how.want(w->how.ctx, &(bx_walk_entry){{0}, rel, name, type});
    if (is.enter && g)
        is.enter = bx_globs_may_enter(g, rel);
    return is;
}

/* Do rules or its name exclude it?  Counts what they do. */
static bool is_excluded(bx_walk *w, bx_str name, bool is_dir)
{
    bx_str rel = rel_of(w), path = {w->path, w->path_n};
    bx_globs *g = w->how.globs;
    if (w->how.ignore && bx_str_eq(name, BX_LIT(".git")))
        return true;
    if (g && w->how.globs_override && bx_globs_judge(g, rel, is_dir) == BX_GLOB_INCLUDED)
        return false;
    bx_ignored said =
        w->how.ignore ? bx_sources_judge(&w->sources, path, is_dir) : BX_IGNORED_UNSAID;
    if (said == BX_IGNORED_YES) {
        *(is_dir ? &w->notes.ignored_dirs : &w->notes.ignored_files) += 1;
        return true;
    }
    if (name.p[0] != '.' || w->how.hidden || said == BX_IGNORED_NO ||
        (g && bx_globs_ask_for_hidden(g, rel, is_dir)))
        return false;
    *(is_dir ? &w->notes.hidden_dirs : &w->notes.hidden_files) += 1;
    return true;
}

/* The items from `first` on: those that are not wanted go, directories that are both to be yielded
 * and entered become two. */
static void choose(bx_walk *w, size_t first, size_t dir_n)
{
    bx_walk_items *all = &w->items;
    size_t end = all->n, kept = first;
    uint64_t both = 0;
    for (size_t k = first; k < end; k++) {
        bx_walk_item e = all->i[k];
        bx_str name = {all->names + e.name_at, e.name_n};
        bool is_dir = e.type == BX_WALK_DIRS;
        w->notes.visited++;
        if (!set_name(w, dir_n, name.p, name.n)) {
            w->notes.too_deep++;
            continue;
        }
        wish is = wanted(w, name, (bx_walk_type)e.type);
        if ((!is.yield && !is.enter) || is_excluded(w, name, is_dir))
            continue;
        e.is_enter = !is.yield;
        e.key = is.yield && is.enter; /* a mark; sorting sets it */
        both += e.key;
        all->i[kept++] = e;
    }
    all->n = kept;
    for (size_t k = first; both > 0 && k < kept; k++) {
        bx_walk_item e = all->i[k];
        if (!e.key)
            continue;
        e.is_enter = true;
        if (bx_items_add(all, (bx_str){"", 0}, e.type))
            all->i[all->n - 1] = e;
        else
            w->notes.no_room++;
    }
}

/* ---- entering and leaving ------------------------------------------------------------------- */

static void note_unreadable(bx_walk *w, int error)
{
    if (error == EDQUOT)
        w->notes.entries_limit = true;
    if (w->notes.unreadable++ > 0)
        return;
    size_t n = w->path_n < sizeof w->notes.unreadable_path ? w->path_n
                                                           : sizeof w->notes.unreadable_path - 1;
    memcpy(w->notes.unreadable_path, w->path, n);
    w->notes.unreadable_error = error;
}

/* Everything the directory holds becomes items.  Returns which ignore files are among it. */
static unsigned list(bx_walk *w, int fd)
{
    unsigned has = 0;
    bx_str name;
    bx_walk_type type;
    bx_dir_begin(&w->reader, fd);
    while (bx_dir_next(&w->reader, &name, &type)) {
        if (name.p[0] == '.') {
            has |= bx_str_eq(name, BX_LIT(".ignore")) ? BX_HAS_IGNORE : 0u;
            has |= bx_str_eq(name, BX_LIT(".gitignore")) ? BX_HAS_GITIGNORE : 0u;
            has |= bx_str_eq(name, BX_LIT(".git")) ? BX_HAS_GIT : 0u;
        }
        if (name.n > UINT16_MAX || !bx_items_add(&w->items, name, (uint8_t)type))
            w->notes.no_room++;
    }
    if (w->reader.error != 0)
        note_unreadable(w, w->reader.error);
    return has;
}

static bool reserve_level(bx_walk *w)
{
    if (w->depth < w->levels_cap)
        return true;
    size_t cap = w->levels_cap ? w->levels_cap * 2 : 16;
    level *more = bx_realloc(w->levels, cap * sizeof *more);
    if (!more)
        return false;
    w->levels = more;
    w->levels_cap = cap;
    return true;
}

/* The directory at w->path, open as `fd`, which it takes. */
static void enter(bx_walk *w, int fd)
{
    bx_error err;
    if (w->depth > BX_WALK_DEPTH_MAX || w->path_n + 1 >= sizeof w->path || !reserve_level(w)) {
        w->notes.too_deep++;
        (void)close(fd);
        return;
    }
    if (w->path[w->path_n - 1] != '/')
        w->path[w->path_n++] = '/';
    if (w->depth >= BX_WALK_OPEN_MAX) {
        level *far = &w->levels[w->depth - BX_WALK_OPEN_MAX];
        (void)close(far->fd);
        far->fd = -1;
    }
    level *l = &w->levels[w->depth++];
    *l = (level){.fd = fd,
                 .path_n = (uint32_t)w->path_n,
                 .at = w->items.n,
                 .items = w->items.n,
                 .names = w->items.names_n,
                 .sources = bx_sources_at(&w->sources)};
    size_t dir_n = w->path_n;
    unsigned has = list(w, fd);
    if (w->how.ignore && has != 0 && bx_sources_enter(&w->sources, fd, dir_n, has, &err) != BX_OK)
        w->notes.no_memory = true;
    choose(w, l->items, dir_n);
    if (!w->how.unsorted && !bx_items_sort(&w->items, l->items))
        w->notes.no_memory = true;
}

static void leave(bx_walk *w)
{
    level *l = &w->levels[--w->depth];
    if (l->fd >= 0)
        (void)close(l->fd);
    w->items.n = l->items;
    w->items.names_n = l->names;
    bx_sources_leave(&w->sources, l->sources);
}

/* The directory of the innermost level, opened again if need be.  Where that fails what it has left
 * is not visited. */
static bool reopen(bx_walk *w, level *l)
{
    if (l->fd >= 0)
        return true;
    w->path_n = l->path_n;
    w->path[w->path_n] = '\0';
    l->fd = open(w->path, O_RDONLY | O_DIRECTORY);
    if (l->fd >= 0)
        return true;
    note_unreadable(w, errno);
    l->at = w->items.n;
    return false;
}

bool bx_walk_next(bx_walk *w, bx_walk_entry *ret)
{
    if (w->is_single) {
        w->is_single = false;
        *ret = (bx_walk_entry){{w->path, w->path_n}, rel_of(w), rel_of(w), w->single_type};
        return true;
    }
    while (w->depth > 0) {
        level *l = &w->levels[w->depth - 1];
        if (l->at == w->items.n) {
            leave(w);
            continue;
        }
        if (!reopen(w, l))
            continue;
        const bx_walk_item *e = &w->items.i[l->at++];
        const char *name = w->items.names + e->name_at;
        (void)set_name(w, l->path_n, name, e->name_n); /* it was short enough before */
        if (!e->is_enter) {
            bx_str as = {w->path + l->path_n, e->name_n};
            *ret = (bx_walk_entry){{w->path, w->path_n}, rel_of(w), as, (bx_walk_type)e->type};
            return true;
        }
        if (w->notes.entries_limit)
            continue;
        int fd = bx_dir_open(l->fd, name);
        if (fd >= 0)
            enter(w, fd);
        else if (errno != ENOENT) /* it has gone */
            note_unreadable(w, errno);
    }
    bx_walk_notes *n = &w->notes;
    n->rules_cut = w->sources.cut;
    n->is_loss = n->unreadable + n->too_deep + n->no_room + n->rules_cut > 0 || n->no_memory;
    return false;
}

/* Where the entry just yielded is: a directory and a name in it. */
static int place(const bx_walk *w, const bx_walk_entry *e, const char **ret_name)
{
    *ret_name = w->depth > 0 ? e->name.p : e->path.p;
    return w->depth > 0 ? w->levels[w->depth - 1].fd : AT_FDCWD;
}

int bx_walk_open_file(bx_walk *w, const bx_walk_entry *e)
{
    const char *name;
    int dir = place(w, e, &name);
    return w->depth > 0 ? bx_dir_open_file(dir, name) : open(name, O_RDONLY | O_NONBLOCK);
}

bool bx_walk_stat(bx_walk *w, const bx_walk_entry *e, int64_t *ret_mtime_ns, uint64_t *ret_size)
{
    const char *name;
    struct stat st;
    int dir = place(w, e, &name);
    if (w->depth > 0 ? fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 : stat(name, &st) != 0)
        return false;
    *ret_mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    *ret_size = (uint64_t)st.st_size;
    return true;
}

/* ---- the beginning -------------------------------------------------------------------------- */

/* The path without empty parts, "." and ".."; those lead up as if there were no links. */
static bx_code set_root(bx_walk *w, const char *root, bx_error *err)
{
    w->path_n = 0;
    for (const char *p = root; *p;) {
        size_t n = strcspn(p, "/");
        if (n == 2 && p[0] == '.' && p[1] == '.') {
            while (w->path_n > 0 && w->path[--w->path_n] != '/')
                ;
        } else if (n > 0 && !(n == 1 && p[0] == '.')) {
            if (w->path_n + 1 + n >= sizeof w->path)
                return bx_fail(err, BX_EINVAL, "the path is too long");
            w->path[w->path_n++] = '/';
            memcpy(w->path + w->path_n, p, n);
            w->path_n += n;
        }
        p += n;
        p += *p == '/';
    }
    if (w->path_n == 0)
        w->path[w->path_n++] = '/';
    w->path[w->path_n] = '\0';
    return BX_OK;
}

static bool lies_in(bx_str path, bx_str dir)
{
    return bx_str_starts(path, dir) &&
           (path.n == dir.n || path.p[dir.n] == '/' || (dir.n > 0 && dir.p[dir.n - 1] == '/'));
}

/* The ignore files of the directories from `top` to the one above root. */
static bx_code enter_above(bx_walk *w, bx_error *err)
{
    bx_str path = {w->path, w->path_n};
    bx_str top = bx_str_of(w->how.top ? w->how.top : "/workspace");
    if (!w->how.ignore || !lies_in(path, top))
        return BX_OK;
    for (size_t n = top.n > 1 ? top.n : 0; n < path.n; n += 1 + strcspn(path.p + n + 1, "/")) {
        char dir[BX_WALK_PATH_MAX];
        memcpy(dir, path.p, n);
        dir[n] = '\0';
        int fd = open(n > 0 ? dir : "/", O_RDONLY | O_DIRECTORY);
        if (fd < 0) /* above what was granted, it may be */
            continue;
        struct stat st;
        unsigned has = BX_HAS_IGNORE | BX_HAS_GITIGNORE;
        has |= fstatat(fd, ".git", &st, AT_SYMLINK_NOFOLLOW) == 0 ? BX_HAS_GIT : 0u;
        bx_code e = bx_sources_enter(&w->sources, fd, n + 1, has, err);
        (void)close(fd);
        if (e != BX_OK)
            return e;
    }
    return BX_OK;
}

static bx_code start(bx_walk *w, bx_error *err)
{
    bx_code e = set_root(w, w->how.root, err);
    if (e != BX_OK)
        return e;
    struct stat st;
    int fd = open(w->path, O_RDONLY | O_DIRECTORY);
    int error = errno;
    if (fd < 0 && error == ENOTDIR && stat(w->path, &st) == 0) {
        w->is_single = true;
        w->single_type = S_ISREG(st.st_mode) ? BX_WALK_FILES : BX_WALK_OTHERS;
        w->rel_at = w->path_n;
        while (w->path[w->rel_at - 1] != '/')
            w->rel_at--;
        return BX_OK;
    }
    if (fd < 0)
        return bx_fail_errno(err, error, "cannot open %s", w->path);
    w->rel_at = w->path_n + (w->path_n > 1);
    e = enter_above(w, err);
    if (e != BX_OK)
        (void)close(fd);
    else
        enter(w, fd);
    return e;
}

bx_code bx_walk_open(const bx_walk_options *how, bx_walk **ret, bx_error *err)
{
    BX_AUTO(bx_walk) bx_walk *w = bx_calloc(1, sizeof *w);
    if (!w)
        return bx_fail(err, BX_ENOMEM, "no memory to walk a tree");
    w->how = *how;
    w->items.max = BX_WALK_MEMORY_MAX;
    bx_sources_init(&w->sources);
    bx_code e = start(w, err);
    if (e == BX_OK)
        *ret = BX_TAKE(w);
    return e;
}
