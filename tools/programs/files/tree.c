/* files/tree.c - tree [OPTION]... [DIRECTORY]... */
#include "files.h"
#include "glob.h"
#include "path.h"
#include "programs/common/prog_io.h"
#include "programs/date/date_format.h"
#include "walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

const char tree_help[] =
    "Usage: tree [OPTION]... [DIRECTORY]...\n"
    "Show directories as trees.\n"
    "\n"
    "  -a  names with a dot too; -d  directories only; -l  follow links; -x  one file system\n"
    "  -f  whole paths; -L N  at most N levels; -i  no lines; -A, --charset=ascii|utf-8  their "
    "style\n"
    "  -P PATTERN  only files that match; -I PATTERN  not what matches (a|b: several)\n"
    "  --ignore-case  for both; --matchdirs  -P for directories too; --prune  no empty "
    "directories\n"
    "  --filelimit N  do not enter directories with more than N entries; --noreport\n"
    "  -s  sizes; -h  readable ones; -p  modes; -D  times; --timefmt FORMAT; -u, -g  owners\n"
    "  -F  mark types; -Q  names in quotes; -N  names as they are (default); -C, -n  (no effect)\n"
    "  -r  reverse; -t  by time; -U  as they are; --sort=name|size|mtime; --dirsfirst, "
    "--filesfirst\n"
    "  -J  JSON\n"
    "\n"
    "Examples:\n"
    "  $ mkdir -p d/e; touch d/e/f d/g; tree --charset=ascii d\n"
    "  d\n"
    "  |-- e\n"
    "  |   `-- f\n"
    "  `-- g\n"
    "  \n"
    "  2 directories, 2 files\n";

typedef struct node {
    char *path, *target;
    size_t name_at;
    struct stat st;
    bool is_dir, gone;
    const char *note; /* why it was not entered */
    struct node **kids;
    size_t n, cap;
} node;

typedef struct tree {
    bool all, dirs_only, follow, full, no_lines, ascii, fold, match_dirs, prune, no_report, size,
        human, mode, time, owner, group, mark, quote, reverse, dirs_first, files_first, json,
        one_fs;
    int64_t levels, limit;
    const char *only[64], *not[64];
    size_t n_only, n_not;
    const char *time_format;
    int sort; /* 'n' name, 't', 's', 0 none */
    uint64_t dirs, files;
    int status;
} tree;

static const tree *sorting;

static const char *name_of(const node *k) { return k->path + k->name_at; }

static int compare(const void *pa, const void *pb)
{
    const node *a = *(node *const *)pa, *b = *(node *const *)pb;
    const tree *t = sorting;
    int c = 0;
    if ((t->dirs_first || t->files_first) && a->is_dir != b->is_dir)
        return a->is_dir == t->dirs_first ? -1 : 1;
    if (t->sort == 't')
        c = a->st.st_mtim.tv_sec != b->st.st_mtim.tv_sec
                ? (a->st.st_mtim.tv_sec < b->st.st_mtim.tv_sec ? -1 : 1)
                : (a->st.st_mtim.tv_nsec > b->st.st_mtim.tv_nsec) -
                      (a->st.st_mtim.tv_nsec < b->st.st_mtim.tv_nsec);
    else if (t->sort == 's')
        c = (a->st.st_size < b->st.st_size) - (a->st.st_size > b->st.st_size);
    if (c == 0)
        c = strcmp(name_of(a), name_of(b));
    return t->reverse ? -c : c;
}

static bool matches(const tree *t, const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (glob_match(list[i], name, t->fold ? GLOB_FOLD : 0))
            return true;
    return false;
}

static node *node_new(const tree *t, const char *path, size_t name_at)
{
    node *k = prog_zalloc(1, sizeof *k);
    k->path = prog_strndup(path, strlen(path));
    k->name_at = name_at;
    if (mode_stat(AT_FDCWD, path, false, &k->st) != 0)
        return k;
    if (S_ISLNK(k->st.st_mode)) {
        struct stat st;
        k->target = path_link(path);
        if (t->follow && mode_stat(AT_FDCWD, path, true, &st) == 0)
            k->st = st;
    }
    if (t->mark || t->mode)
        mode_find_x(AT_FDCWD, path, &k->st);
    k->is_dir = S_ISDIR(k->st.st_mode);
    return k;
}

static bool is_wanted(const tree *t, const node *k)
{
    const char *name = name_of(k);
    if (matches(t, t->not, t->n_not, name))
        return false;
    if (t->dirs_only && !k->is_dir)
        return false;
    return !t->n_only || (k->is_dir && !t->match_dirs) || matches(t, t->only, t->n_only, name) ||
           (k->is_dir && t->match_dirs);
}

static void node_free(node *k)
{
    free(k->path);
    free(k->target);
    free(k->kids);
    free(k);
}

/* The entries of a directory, in their order. */
static void fill(tree *t, node *dir)
{
    walk_names names;
    int error = walk_read(dir->path, &names);
    if (error) {
        dir->note = "error opening dir";
        t->status = 2;
        return;
    }
    for (size_t i = 0; i < names.n; i++) {
        const char *name = names.text.p + names.at[i];
        if (*name == '.' && !t->all)
            continue;
        char *path = path_join(dir->path, name);
        node *k = node_new(t, path, strlen(path) - strlen(name));
        free(path);
        if (!is_wanted(t, k)) {
            node_free(k);
            continue;
        }
        dir->kids = prog_grow(dir->kids, &dir->cap, dir->n, sizeof(node *));
        dir->kids[dir->n++] = k;
    }
    walk_names_free(&names);
    if (t->limit && (int64_t)dir->n > t->limit) {
        for (size_t i = 0; i < dir->n; i++)
            node_free(dir->kids[i]);
        dir->n = 0;
        dir->note = "entries exceeds filelimit, not opening dir";
    }
    sorting = t;
    if (t->sort && dir->n > 1)
        qsort(dir->kids, dir->n, sizeof(node *), compare);
}

typedef struct place { /* a directory on the way, and the next of its entries */
    node *dir;
    size_t next;
} place;

typedef struct places {
    place *p;
    size_t n, cap;
} places;

static void push(places *s, node *dir)
{
    s->p = prog_grow(s->p, &s->cap, s->n, sizeof *s->p);
    s->p[s->n++] = (place){dir, 0};
}

static bool is_on_the_way(const places *s, const node *k)
{
    for (size_t i = 0; i < s->n; i++)
        if (k->st.st_ino != 0 && s->p[i].dir->st.st_ino == k->st.st_ino &&
            s->p[i].dir->st.st_dev == k->st.st_dev)
            return true;
    return s->n > 2000 || (k->st.st_ino == 0 && k->target && s->n > WALK_LINKS_MAX);
}

/* Read all that is below `root`. */
static void read_all(tree *t, node *root)
{
    places s = {0};
    fill(t, root);
    push(&s, root);
    while (s.n > 0) {
        place *top = &s.p[s.n - 1];
        if (top->next == top->dir->n) {
            s.n--;
            continue;
        }
        node *k = top->dir->kids[top->next++];
        if (!k->is_dir || (t->levels && (int64_t)s.n >= t->levels))
            continue;
        if (t->one_fs && k->st.st_dev != root->st.st_dev)
            continue;
        if (k->target && is_on_the_way(&s, k)) {
            k->note = "recursive, not followed";
            continue;
        }
        fill(t, k);
        push(&s, k);
    }
    free(s.p);
}

/* Take away directories without files. */
static void prune(node *root)
{
    places s = {0};
    push(&s, root);
    while (s.n > 0) {
        place *top = &s.p[s.n - 1];
        if (top->next < top->dir->n) {
            node *k = top->dir->kids[top->next++];
            if (k->is_dir)
                push(&s, k);
            continue;
        }
        node *dir = top->dir;
        size_t left = 0;
        for (size_t i = 0; i < dir->n; i++) {
            if (dir->kids[i]->gone)
                node_free(dir->kids[i]);
            else
                dir->kids[left++] = dir->kids[i];
        }
        dir->n = left;
        dir->gone = left == 0;
        s.n--;
    }
    free(s.p);
    root->gone = false;
}

/* ---- printing ------------------------------------------------------------------------------- */

static void put_facts(const tree *t, const node *k)
{
    char text[64];
    size_t n = 0;
    prog_buf b = {0};
    if (t->mode) {
        mode_letters(k->st.st_mode, text);
        prog_buf_put(&b, text, 10);
    }
    if (t->owner || t->group) {
        for (int i = 0; i < 2; i++) {
            if (!(i ? t->group : t->owner))
                continue;
            const char *name = i ? mode_group(k->st.st_gid) : mode_user(k->st.st_uid);
            n = (size_t)snprintf(text, sizeof text, "%s%-8.32s", b.n ? " " : "", name ? name : "?");
            prog_buf_put(&b, text, n);
        }
    }
    if (t->human) {
        char human[24];
        prog_human((uint64_t)k->st.st_size, 1024, human);
        n = (size_t)snprintf(text, sizeof text, "%s%4s", b.n ? " " : "", human);
        prog_buf_put(&b, text, n);
    } else if (t->size) {
        n = (size_t)snprintf(text, sizeof text, "%s%11lld", b.n ? " " : "",
                             (long long)k->st.st_size);
        prog_buf_put(&b, text, n);
    }
    if (t->time) {
        if (b.n)
            prog_buf_putc(&b, ' ');
        int64_t age = (int64_t)time(NULL) - k->st.st_mtim.tv_sec;
        const char *format = t->time_format                   ? t->time_format
                             : age >= 0 && age < 31556952 / 2 ? "%b %e %H:%M"
                                                              : "%b %e  %Y";
        date_format(&b, bx_str_of(format), tz_of_env(), k->st.st_mtim);
    }
    if (b.n) {
        prog_putc(&prog_out, '[');
        prog_write(&prog_out, b.p, b.n);
        prog_puts(&prog_out, "]  ");
    }
    prog_buf_free(&b);
}

static void put_node(const tree *t, const node *k, bool root)
{
    put_facts(t, k);
    const char *shown = root || t->full ? k->path : name_of(k);
    if (t->quote)
        prog_printf(&prog_out, "\"%s\"", shown);
    else
        prog_puts(&prog_out, shown);
    if (k->target && !root)
        prog_printf(&prog_out, " -> %s", k->target);
    if (t->mark) {
        char mark = k->is_dir ? '/' : S_ISREG(k->st.st_mode) && (k->st.st_mode & 0111) ? '*' : 0;
        if (mark && !(root && k->path[strlen(k->path) - 1] == '/'))
            prog_putc(&prog_out, mark);
    }
    if (k->note)
        prog_printf(&prog_out, "  [%s]", k->note);
    prog_putc(&prog_out, '\n');
}

static void count(tree *t, const node *k)
{
    if (k->is_dir)
        t->dirs++;
    else
        t->files++;
}

static void put_tree(tree *t, node *root)
{
    static const char *const styles[2][4] = {
        {"\u2502\u00a0\u00a0 ", "    ", "\u251c\u2500\u2500 ", "\u2514\u2500\u2500 "},
        {"|   ", "    ", "|-- ", "`-- "}};
    const char *const *style = styles[t->ascii];
    places s = {0};
    put_node(t, root, true);
    count(t, root);
    push(&s, root);
    while (s.n > 0) {
        place *top = &s.p[s.n - 1];
        if (top->next == top->dir->n) {
            s.n--;
            continue;
        }
        node *k = top->dir->kids[top->next++];
        bool last = top->next == top->dir->n;
        for (size_t i = 0; !t->no_lines && i + 1 < s.n; i++)
            prog_puts(&prog_out, style[s.p[i].next == s.p[i].dir->n]);
        if (!t->no_lines)
            prog_puts(&prog_out, style[2 + last]);
        put_node(t, k, false);
        count(t, k);
        prog_check_out();
        if (k->n)
            push(&s, k);
    }
    free(s.p);
}

static void put_json_text(const char *s)
{
    prog_putc(&prog_out, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            prog_printf(&prog_out, "\\%c", *s);
        else if ((unsigned char)*s < 32)
            prog_printf(&prog_out, "\\u%04x", (unsigned)(unsigned char)*s);
        else
            prog_putc(&prog_out, *s);
    }
    prog_putc(&prog_out, '"');
}

static void put_json_node(const tree *t, const node *k, size_t depth, bool root)
{
    prog_fill(&prog_out, ' ', 2 * (depth + 1));
    prog_printf(&prog_out, "{\"type\":\"%s\",\"name\":",
                k->target && !root ? "link"
                : k->is_dir        ? "directory"
                                   : "file");
    put_json_text(root || t->full ? k->path : name_of(k));
    if (k->target && !root) {
        prog_puts(&prog_out, ",\"target\":");
        put_json_text(k->target);
    }
    if (t->mode) {
        char letters[12];
        mode_letters(k->st.st_mode, letters);
        prog_printf(&prog_out, ",\"mode\":\"%04o\",\"prot\":\"%s\"",
                    (unsigned)(k->st.st_mode & 07777), letters);
    }
    if (t->size || t->human)
        prog_printf(&prog_out, ",\"size\":%lld", (long long)k->st.st_size);
    if (k->note) {
        prog_puts(&prog_out, ",\"error\":");
        put_json_text(k->note);
    }
}

static void put_json(tree *t, node *root)
{
    places s = {0};
    put_json_node(t, root, 0, true);
    prog_puts(&prog_out, ",\"contents\":[");
    count(t, root);
    push(&s, root);
    while (s.n > 0) {
        place *top = &s.p[s.n - 1];
        if (top->next == top->dir->n) {
            if (top->dir->n) {
                prog_putc(&prog_out, '\n');
                prog_fill(&prog_out, ' ', 2 * s.n);
            }
            prog_puts(&prog_out, "]}");
            s.n--;
            continue;
        }
        prog_puts(&prog_out, top->next ? ",\n" : "\n");
        node *k = top->dir->kids[top->next++];
        put_json_node(t, k, s.n, false);
        count(t, k);
        if (k->is_dir) {
            prog_puts(&prog_out, ",\"contents\":[");
            push(&s, k);
        } else {
            prog_putc(&prog_out, '}');
        }
    }
    free(s.p);
}

static void put_report(const tree *t)
{
    if (t->json) {
        prog_printf(&prog_out, "\n,\n  {\"type\":\"report\",\"directories\":%llu",
                    (unsigned long long)t->dirs);
        if (!t->dirs_only)
            prog_printf(&prog_out, ",\"files\":%llu", (unsigned long long)t->files);
        prog_puts(&prog_out, "}\n");
        return;
    }
    prog_printf(&prog_out, "\n%llu director%s", (unsigned long long)t->dirs,
                t->dirs == 1 ? "y" : "ies");
    if (!t->dirs_only)
        prog_printf(&prog_out, ", %llu file%s", (unsigned long long)t->files,
                    t->files == 1 ? "" : "s");
    prog_putc(&prog_out, '\n');
}

/* ---- options -------------------------------------------------------------------------------- */

enum {
    O_CHARSET = 256,
    O_CASE,
    O_MATCHDIRS,
    O_PRUNE,
    O_LIMIT,
    O_NOREPORT,
    O_TIMEFMT,
    O_SORT,
    O_DIRSFIRST,
    O_FILESFIRST,
    O_IGNORED
};

/* a|b|c: each by itself. */
static void add_patterns(const char **list, size_t *n, const char *text)
{
    while (*n < 64) {
        size_t k = strcspn(text, "|");
        char *pattern = prog_strndup(text, k);
        if (k > 1 && pattern[k - 1] == '/')
            pattern[k - 1] = '\0';
        list[(*n)++] = pattern;
        if (!text[k])
            return;
        text += k + 1;
    }
    prog_die(0, "too many patterns");
}

static void option(tree *t, int c, const char *arg)
{
    static const struct {
        char letter;
        size_t at;
    } switches[] = {{'a', offsetof(tree, all)},      {'d', offsetof(tree, dirs_only)},
                    {'l', offsetof(tree, follow)},   {'f', offsetof(tree, full)},
                    {'i', offsetof(tree, no_lines)}, {'s', offsetof(tree, size)},
                    {'h', offsetof(tree, human)},    {'p', offsetof(tree, mode)},
                    {'D', offsetof(tree, time)},     {'u', offsetof(tree, owner)},
                    {'g', offsetof(tree, group)},    {'F', offsetof(tree, mark)},
                    {'Q', offsetof(tree, quote)},    {'r', offsetof(tree, reverse)},
                    {'J', offsetof(tree, json)},     {'x', offsetof(tree, one_fs)}};
    for (size_t i = 0; i < BX_COUNT(switches); i++)
        if (switches[i].letter == c) {
            *(bool *)((char *)t + switches[i].at) = true;
            return;
        }
    switch (c) {
    case 'L':
        t->levels = (int64_t)prog_uint_or_die(arg, "", 1, INT32_MAX,
                                              "Invalid level, must be greater than 0");
        break;
    case 'P':
        add_patterns(t->only, &t->n_only, arg);
        break;
    case 'I':
        add_patterns(t->not, &t->n_not, arg);
        break;
    case 't':
        t->sort = 't';
        break;
    case 'U':
        t->sort = 0;
        break;
    case O_SORT:
        t->sort = strcmp(arg, "name") == 0 ? 'n' : strcmp(arg, "size") == 0 ? 's' : 't';
        break;
    case 'A':
        t->ascii = false;
        break;
    case O_CHARSET:
        t->ascii = (arg[0] | 32) != 'u';
        break;
    case O_CASE:
        t->fold = true;
        break;
    case O_MATCHDIRS:
        t->match_dirs = true;
        break;
    case O_PRUNE:
        t->prune = true;
        break;
    case O_LIMIT:
        t->limit = (int64_t)prog_uint_or_die(arg, "", 1, INT32_MAX, "invalid --filelimit");
        break;
    case O_NOREPORT:
        t->no_report = true;
        break;
    case O_TIMEFMT:
        t->time = true;
        t->time_format = arg;
        break;
    case O_DIRSFIRST:
        t->dirs_first = true;
        break;
    case O_FILESFIRST:
        t->files_first = true;
        break;
    default:
        break;
    }
}

static void show(tree *t, const char *path, bool first)
{
    node *root = node_new(t, path, 0);
    struct stat st;
    if (!root->is_dir && mode_stat(AT_FDCWD, path, true, &st) == 0 && S_ISDIR(st.st_mode)) {
        root->is_dir = true;
        root->st = st;
    }
    if (root->is_dir) {
        read_all(t, root);
    } else {
        root->note = "error opening dir";
        t->status = 2;
    }
    if (t->prune)
        prune(root);
    if (!t->json) {
        put_tree(t, root);
        if (!root->is_dir)
            t->files--;
        return;
    }
    if (!first)
        prog_puts(&prog_out, ",\n");
    put_json(t, root);
}

int tree_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"charset", PROG_ARG, O_CHARSET},        {"ignore-case", PROG_NO_ARG, O_CASE},
        {"matchdirs", PROG_NO_ARG, O_MATCHDIRS}, {"prune", PROG_NO_ARG, O_PRUNE},
        {"filelimit", PROG_ARG, O_LIMIT},        {"noreport", PROG_NO_ARG, O_NOREPORT},
        {"timefmt", PROG_ARG, O_TIMEFMT},        {"sort", PROG_ARG, O_SORT},
        {"dirsfirst", PROG_NO_ARG, O_DIRSFIRST}, {"filesfirst", PROG_NO_ARG, O_FILESFIRST},
        {"gitignore", PROG_NO_ARG, O_IGNORED},   {0}};
    static tree t = {.sort = 'n'};
    prog_opts o = {
        .argc = argc, .argv = argv, .shorts = "adlfiL:P:I:AshpDugFQNCnrtUJx", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;)
        option(&t, c, o.arg);
    if (t.json)
        prog_puts(&prog_out, "[\n");
    if (o.next >= argc)
        show(&t, ".", true);
    for (int i = o.next; i < argc; i++)
        show(&t, argv[i], i == o.next);
    if (!t.no_report)
        put_report(&t);
    if (t.json)
        prog_puts(&prog_out, t.no_report ? "\n]\n" : "]\n");
    return t.status;
}
