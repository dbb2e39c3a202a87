#include "search/glob.h"

#include <errno.h>
#include <sys/stat.h>

#include "lib/args.h"

enum {
    LIMIT_MAX = 100000,
    OFFSET_MAX = 10000000,
    NEWEST_MAX = 200000, /* offset and limit together where sorted by time */
    REST_ROOM = 16384,   /* bytes of output for what is no path */
};

static int fail(bx_glob_call *c, const char *what, const char *more)
{
    return bx_result_fail(&c->result, what, more, NULL);
}

/* ---- what is asked for ---------------------------------------------------------------------- */

/* Parts no path of a walk has: such a pattern would find nothing, and not say why. */
static bool has_dots(const char *p)
{
    for (; *p; p += strcspn(p, "/"), p += *p == '/') {
        size_t n = strcspn(p, "/");
        if (n == 0 || (n <= 2 && p[0] == '.' && p[n - 1] == '.'))
            return true;
    }
    return false;
}

static size_t without_slash(const char *p)
{
    size_t n = strlen(p);
    while (n > 1 && p[n - 1] == '/')
        n--;
    return n;
}

static bool is_special(char b) { return b && strchr("*?[{\\", b); }

/* A pattern that begins with '/' is bound to where it begins.  As an absolute one it becomes one
 * below `path`, or, where none is given, below the directories it begins with; where its first part
 * is no plain name it is bound to `path`.  False: it lies elsewhere. */
static bool split_absolute(bx_glob_call *c, bool has_path)
{
    const char *p = c->ask.pattern;
    size_t n = without_slash(c->ask.path), last = 0, i = 0;
    c->relative = p;
    if (strncmp(p, c->ask.path, n) == 0 && (p[n] == '/' || n == 1)) {
        c->relative = n == 1 ? p : p + n;
        return true;
    }
    for (; p[i] && !is_special(p[i]); i++)
        if (p[i] == '/')
            last = i;
    if (last == 0 && p[i])
        return true;
    n = last > 0 ? last : 1;
    if (has_path || n >= sizeof c->root)
        return false;
    memcpy(c->root, p, n);
    c->root[n] = '\0';
    c->relative = p + last;
    return true;
}

/* Root and relative pattern.  NULL, or what is wrong. */
static const char *place(bx_glob_call *c, bool has_path)
{
    const char *p = c->ask.pattern;
    memcpy(c->root, c->ask.path, strlen(c->ask.path) + 1);
    if (p[0] == '/' && !split_absolute(c, has_path))
        return "pattern: it is absolute and does not lie below path; leave path out, or make it "
               "relative to path";
    if (p[0] != '/') {
        c->relative = p;
        for (; p[0] == '.' && p[1] == '/' && p[2]; p += 2)
            c->relative = p + 1; /* bound, as with the slash alone */
    }
    p = c->relative + (c->relative[0] == '!');
    size_t n = without_slash(c->ask.path);
    if (p != c->relative && strncmp(p, c->ask.path, n) == 0 && p[n] == '/')
        return "pattern: what a ! excludes is said relative to path";
    if (has_dots(p + (p[0] == '/')))
        return "pattern: empty, \".\" and \"..\" parts match nothing; name the directory with path";
    return NULL;
}

static bool get_arguments(bx_glob_call *c, bx_args *a, bool *ret_has_path, bx_error *err)
{
    static const char *const types[] = {"file", "directory", "link", "any"};
    static const unsigned bits[] = {BX_WALK_FILES, BX_WALK_DIRS, BX_WALK_LINKS, BX_WALK_ALL};
    static const char *const sorts[] = {"name", "time"};
    *ret_has_path = bx_arg_given(a, "path");
    c->ask.pattern = bx_arg_str(a, "pattern", NULL);
    c->ask.path = *ret_has_path ? bx_arg_path(a, "path") : "/workspace";
    size_t type = bx_arg_choice(a, "type", types, BX_COUNT(types), 0);
    c->ask.types = bits[type];
    c->ask.is_any = type == 3;
    c->ask.hidden = bx_arg_bool(a, "hidden", false);
    c->ask.ignore = bx_arg_bool(a, "ignore", true);
    c->ask.by_time = bx_arg_choice(a, "sort", sorts, BX_COUNT(sorts), 0) == 1;
    c->ask.limit = bx_arg_int(a, "limit", 1000, 1, LIMIT_MAX);
    c->ask.offset = bx_arg_int(a, "offset", 0, 0, OFFSET_MAX);
    if (c->ask.by_time && c->ask.offset + c->ask.limit > NEWEST_MAX)
        bx_arg_wrong(a, "offset", "with sort=time, offset and limit together are at most 200000",
                     NULL);
    return bx_args_end(a, err) == BX_OK;
}

/* ---- the search ----------------------------------------------------------------------------- */

/* What matches into c->found, up to one more than is shown.  False: no room. */
static bool collect(bx_glob_call *c, bx_walk *w)
{
    bx_walk_entry e;
    int64_t skip = c->ask.by_time ? 0 : c->ask.offset;
    while (bx_walk_next(w, &e)) {
        int64_t mtime = 0;
        uint64_t size;
        if (skip > 0) {
            skip--;
            continue;
        }
        if (c->ask.by_time && !bx_walk_stat(w, &e, &mtime, &size))
            continue; /* it has gone */
        bool is_kept = bx_found_add(&c->found, e.path, e.type, mtime);
        if (!is_kept && c->ask.by_time)
            return false;
        if (!is_kept || (!c->ask.by_time && (int64_t)c->found.n > c->ask.limit)) {
            c->next = c->ask.offset + (int64_t)c->found.n; /* less one where that is one too many */
            break;
        }
    }
    return true;
}

/* Bytes of JSON in text and list. */
static uint64_t room_of(const bx_glob_call *c, const bx_found_path *f)
{
    return 2 * bx_out_size(f->p, f->n) + 8 + (c->ask.is_any ? 16 : 0);
}

/* The part of what was found that is shown, as far as the output has room. */
static void cut(bx_glob_call *c)
{
    bx_found *f = &c->found;
    bx_found_sort(f);
    size_t from = c->ask.by_time ? (size_t)c->ask.offset : 0;
    from = from < f->n ? from : f->n;
    if (from > 0)
        memmove(f->f, f->f + from, (f->n - from) * sizeof *f->f);
    f->n -= from;
    c->shown = f->n < (size_t)c->ask.limit ? f->n : (size_t)c->ask.limit;
    uint64_t all = REST_ROOM, used = REST_ROOM;
    for (size_t i = 0; i < c->shown; i++)
        all += room_of(c, &f->f[i]);
    uint64_t room = bx_out_room(&c->result.out, all);
    for (size_t i = 0; all > room && i < c->shown; i++) {
        used += room_of(c, &f->f[i]);
        if (used > room) {
            c->shown = i;
            c->is_output_full = true;
        }
    }
    bool more = c->shown < f->n || f->dropped > 0 || c->next >= 0;
    c->next = more ? c->ask.offset + (int64_t)c->shown : -1;
}

/* ---- the result ----------------------------------------------------------------------------- */

/* Within one line, so that no name can imitate another line: a line feed or another control
 * character of it is shown as its picture. */
static void put_path(bx_result *r, bx_str path)
{
    size_t from = 0;
    for (size_t i = 0; i < path.n; i++) {
        uint8_t b = (uint8_t)path.p[i];
        if (b >= 0x20 && b != 0x7f)
            continue;
        char picture[3] = {'\xe2', '\x90', (char)(b == 0x7f ? 0xa1 : 0x80 + b)};
        bx_text_put(r, path.p + from, i - from);
        bx_text_put(r, picture, sizeof picture);
        from = i + 1;
    }
    bx_text_put(r, path.p + from, path.n - from);
}

static void put_count(bx_result *r, const char *before, uint64_t n, const char *one,
                      const char *many)
{
    bx_text_puts(r, before);
    bx_text_int(r, (int64_t)n);
    bx_text_puts(r, " ");
    bx_text_puts(r, n == 1 ? one : many);
}

/* "[3 matching files and 1 directory are TEXT]" */
static void put_left_out(bx_result *r, uint64_t files, uint64_t dirs, const char *text)
{
    if (files + dirs == 0)
        return;
    bx_text_puts(r, "[");
    if (files > 0)
        put_count(r, "", files, "match", "matches");
    if (dirs > 0)
        put_count(r, files > 0 ? " and " : "", dirs, "directory", "directories");
    bx_text_puts(r, text);
}

static void put_nothing(bx_glob_call *c)
{
    bx_result *r = &c->result;
    const bx_walk_notes *n = &c->notes;
    size_t length = strlen(c->ask.pattern);
    bx_text_puts(r, c->ask.offset > 0 ? "[no more matches for " : "[nothing matches ");
    put_path(r, bx_str_of(c->ask.pattern));
    bx_text_puts(r, " below ");
    put_path(r, bx_str_of(c->root));
    bx_text_puts(r, "]\n");
    put_left_out(r, n->ignored_files, n->ignored_dirs,
                 " left out by ignore rules: ignore=false looks there too]\n");
    put_left_out(r, n->hidden_files, n->hidden_dirs,
                 " left out as hidden: hidden=true looks there too]\n");
    if (length > 1 && c->ask.pattern[length - 1] == '/' && !(c->ask.types & BX_WALK_DIRS))
        bx_text_puts(r, "[a pattern that ends with \"/\" matches directories only: "
                        "type=directory, or \"**\" behind it for what is in them]\n");
    struct stat st;
    char path[2 * BX_WALK_PATH_MAX];
    size_t root_n = strlen(c->root);
    if (strpbrk(c->relative, "*?[{\\") || strlen(c->relative) >= BX_WALK_PATH_MAX - 1)
        return;
    memcpy(path, c->root, root_n);
    path[root_n] = '/';
    memcpy(path + root_n + 1, c->relative, strlen(c->relative) + 1);
    if (!(c->ask.types & BX_WALK_DIRS) && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        bx_text_puts(r, "[it is a directory: \"/**\" behind it matches what is in it]\n");
}

static void put_losses(bx_glob_call *c)
{
    bx_result *r = &c->result;
    const bx_walk_notes *n = &c->notes;
    if (n->entries_limit)
        bx_text_puts(r, "[the limit of directory entries of this call was reached: not everything "
                        "was looked at; name a smaller path]\n");
    else if (n->unreadable > 0) {
        put_count(r, "[", n->unreadable, "directory", "directories");
        bx_text_puts(r, " could not be read, the first ");
        put_path(r, bx_str_of(n->unreadable_path));
        bx_text_puts(r, ": ");
        bx_text_puts(r, strerror(n->unreadable_error));
        bx_text_puts(r, "]\n");
    }
    if (n->too_deep > 0) {
        put_count(r, "[", n->too_deep, "entry", "entries");
        bx_text_puts(r, " left out: the path is too long, or too deep]\n");
    }
    if (n->no_room > 0) {
        put_count(r, "[", n->no_room, "entry", "entries");
        bx_text_puts(r, " left out: a directory holds too many; name a smaller path]\n");
    }
    if (n->rules_cut > 0) {
        put_count(r, "[", n->rules_cut, "ignore file", "ignore files");
        bx_text_puts(r, " could not be read, or not all of it]\n");
    }
    if (n->no_memory)
        bx_text_puts(r, "[not enough memory to apply all ignore rules, or to sort]\n");
}

static void put_text(bx_glob_call *c)
{
    bx_result *r = &c->result;
    bx_text_begin(r);
    for (size_t i = 0; i < c->shown; i++) {
        put_path(r, (bx_str){c->found.f[i].p, c->found.f[i].n});
        bx_text_put(r, "\n", 1);
    }
    if (c->next >= 0) {
        bx_text_puts(r, c->is_output_full ? "[the output has no room for more: go on with offset="
                                          : "[more match: go on with offset=");
        bx_text_int(r, c->next);
        bx_text_puts(r, "]\n");
    } else if (c->shown == 0) {
        put_nothing(c);
    }
    put_losses(c);
    bx_text_end(r);
}

static void put_member(bx_out *o, const char *name, uint64_t n)
{
    bx_out_key(o, name);
    bx_out_int(o, (int64_t)n);
}

static const char *type_name(uint32_t type)
{
    return type == BX_WALK_FILES   ? "file"
           : type == BX_WALK_DIRS  ? "directory"
           : type == BX_WALK_LINKS ? "link"
                                   : "other";
}

static int put_result(bx_glob_call *c)
{
    put_text(c);
    bx_out *o = bx_structured_begin(&c->result);
    bx_out_open(o, '{');
    bx_out_key(o, "path");
    bx_out_str(o, bx_str_of(c->root));
    bx_out_key(o, "files");
    bx_out_open(o, '[');
    for (size_t i = 0; i < c->shown; i++)
        bx_out_str(o, (bx_str){c->found.f[i].p, c->found.f[i].n});
    bx_out_close(o, ']');
    if (c->ask.is_any) {
        bx_out_key(o, "types");
        bx_out_open(o, '[');
        for (size_t i = 0; i < c->shown; i++)
            bx_out_str(o, bx_str_of(type_name(c->found.f[i].type)));
        bx_out_close(o, ']');
    }
    bx_out_key(o, "truncated");
    bx_out_bool(o, c->next >= 0);
    bx_out_key(o, "next_offset");
    if (c->next >= 0)
        bx_out_int(o, c->next);
    else
        bx_out_null(o);
    put_member(o, "ignored", c->notes.ignored_files);
    put_member(o, "hidden", c->notes.hidden_files);
    put_member(o, "unreadable", c->notes.unreadable);
    bx_out_key(o, "complete");
    bx_out_bool(o, !c->notes.is_loss);
    bx_out_close(o, '}');
    return bx_result_end(&c->result, false);
}

/* ---- one call ------------------------------------------------------------------------------- */

static int search(bx_glob_call *c, bx_globs *globs)
{
    bx_error err;
    BX_AUTO(bx_walk) bx_walk *w = NULL;
    bx_walk_options how = {.root = c->root,
                           .types = c->ask.types,
                           .hidden = c->ask.hidden,
                           .ignore = c->ask.ignore,
                           .unsorted = c->ask.by_time,
                           .globs = globs};
    bx_code e = bx_walk_open(&how, &w, &err);
    if (e == BX_EIO)
        return bx_result_fail_file(&c->result, "search", c->root, err.sys);
    if (e != BX_OK)
        return fail(c, err.msg, NULL);
    struct stat st;
    if (stat(c->root, &st) == 0 && !S_ISDIR(st.st_mode))
        return fail(c, c->root, " is no directory; path has to be one");
    bx_str root = bx_walk_root(w);
    memcpy(c->root, root.p, root.n);
    c->root[root.n] = '\0';
    size_t newest = (size_t)(c->ask.offset + c->ask.limit) + 1;
    bx_found_init(&c->found, c->ask.by_time ? newest : 0);
    if (!collect(c, w))
        return fail(c,
                    "too many matches to sort by time: give a narrower pattern or path, or "
                    "sort=name",
                    NULL);
    c->notes = *bx_walk_told(w);
    cut(c);
    return put_result(c);
}

static int run(bx_glob_call *c, bx_args *a)
{
    bx_error err;
    bool has_path;
    if (!get_arguments(c, a, &has_path, &err))
        return fail(c, err.msg, NULL);
    if (c->ask.pattern[0] == '\0')
        return fail(c, "pattern: empty; **/* matches everything", NULL);
    if (strlen(c->ask.pattern) > BX_PATTERN_MAX)
        return fail(c, "pattern: longer than 4096 bytes", NULL);
    const char *wrong = place(c, has_path);
    if (wrong)
        return fail(c, wrong, NULL);
    BX_AUTO(bx_globs) bx_globs *globs = NULL;
    if (bx_globs_new(&globs, &err) != BX_OK)
        return fail(c, err.msg, NULL);
    if (bx_globs_add(globs, bx_str_of(c->relative), &err) != BX_OK)
        return fail(c, "pattern: ", err.msg);
    return search(c, globs);
}

int bx_glob_run(bx_glob_call *c, int in, int out)
{
    bx_args a;
    bx_error err;
    memset(c, 0, sizeof *c);
    c->next = -1;
    bx_result_init(&c->result, out);
    if (bx_args_read(&a, in, BX_ARGS_INPUT_MAX, &err) != BX_OK)
        return fail(c, err.msg, NULL);
    int rc = run(c, &a);
    bx_found_done(&c->found);
    bx_args_done(&a);
    return rc;
}
