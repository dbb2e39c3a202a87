/* files/ls.c - ls [OPTION]... [FILE]..., dir, vdir. */
#include "files.h"
#include "glob.h"
#include "ls.h"
#include "path.h"
#include "programs/common/prog_text.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char ls_help[] =
    "Usage: ls [OPTION]... [FILE]...\n"
    "List files, and what is in directories.\n"
    "\n"
    "  -a, --all  names with a dot too; -A, --almost-all  but not . and ..\n"
    "  -B, --ignore-backups  not those that end in ~; -I, --ignore=PATTERN; --hide=PATTERN\n"
    "  -d, --directory  directories themselves; -R, --recursive  and all below them\n"
    "  -l  long; -g without owner; -o without group; -G, --no-group; -n numbers for names\n"
    "  -i, --inode; -s, --size in blocks; -h, --human-readable; --si; -k; --block-size=SIZE\n"
    "  -1 one in a line; -C in columns; -x across; -m with commas; -w, --width=COLUMNS; -T "
    "COLUMNS\n"
    "  --format=WORD  long, verbose, single-column, vertical, across, horizontal, commas\n"
    "  -t by time; -S by size; -X by extension; -v by version; -U, -f as they are; -r in reverse\n"
    "  --sort=WORD  none, size, time, version, extension, width, name; --group-directories-first\n"
    "  -c the time of status change; -u of access; --time=WORD  access, status, modification\n"
    "  --full-time; --time-style=full-iso, long-iso, iso, locale or +FORMAT\n"
    "  -F, --classify  mark types: * / @ |; -p only /; --file-type all but *; "
    "--indicator-style=WORD\n"
    "  -L follow links; -H those given; -b escapes; -q ? for controls; -N as they are; -Q in \"\"\n"
    "  --quoting-style=WORD  literal, shell, shell-always, shell-escape, c, escape\n"
    "  --color[=WHEN]  always, never, auto (LS_COLORS); --zero  end lines with NUL\n"
    "\n"
    "Examples:\n"
    "  $ mkdir d; touch a b d/c; ls\n"
    "  a\n"
    "  b\n"
    "  d\n"
    "  $ ls -F d .\n"
    "  .:\n"
    "  a\n"
    "  b\n"
    "  d/\n"
    "  \n"
    "  d:\n"
    "  c\n";

static int status;

/* ---- reading -------------------------------------------------------------------------------- */

static bool is_shown(const ls_options *o, const char *name)
{
    bool dots = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    if (*name == '.' && !o->all && (!o->almost || dots))
        return false;
    if (o->ignore_backups && name[strlen(name) - 1] == '~')
        return false;
    for (size_t i = 0; i < o->n_ignored; i++)
        if (glob_match(o->ignored[i], name, GLOB_PERIOD))
            return false;
    for (size_t i = 0; !o->all && !o->almost && i < o->n_hidden; i++)
        if (glob_match(o->hidden[i], name, GLOB_PERIOD))
            return false;
    return true;
}

static bool needs_stat(const ls_options *o)
{
    return o->format == LS_LONG || o->sort == LS_TIME || o->sort == LS_SIZE || o->inode ||
           o->blocks || o->mark != LS_NO_MARK || o->color || o->recursive || o->dirs_first;
}

static void look_at_link(const ls_options *o, ls_file *f, const char *path)
{
    struct stat st;
    f->broken = mode_stat(AT_FDCWD, path, true, &st) != 0;
    if (!f->broken) {
        mode_find_x(AT_FDCWD, path, &st);
        f->target_mode = st.st_mode;
        f->is_dir = S_ISDIR(st.st_mode);
    }
    if (o->format == LS_LONG)
        f->target = path_link(path);
}

/* What is at `path`; false, told, when a file given on the command line is not there. */
static bool look(const ls_options *o, ls_file *f, const char *path, bool given)
{
    bool follow = o->follow == 'L' || (given && (o->follow == 'H' || o->follow == 'D'));
    int failed = mode_stat(AT_FDCWD, path, follow, &f->st);
    if (given && follow && o->follow == 'D' && !failed && !S_ISDIR(f->st.st_mode))
        failed = mode_stat(AT_FDCWD, path, false, &f->st);
    if (failed && follow && o->follow != 'L')
        failed = mode_stat(AT_FDCWD, path, false, &f->st);
    size_t n = strlen(path);
    if (failed && !given && n >= 3 && strcmp(path + n - 3, "/..") == 0) {
        char *itself = prog_strndup(path, n - 1); /* nothing is above: as at a root */
        failed = mode_stat(AT_FDCWD, itself, false, &f->st);
        free(itself);
    }
    if (failed) {
        prog_warn(errno, "cannot access %s", prog_quoteaf(path));
        status = given ? 2 : status ? status : 1;
        return !given;
    }
    f->has_stat = true;
    f->is_dir = S_ISDIR(f->st.st_mode);
    if (o->mark == LS_CLASSIFY || o->color || o->format == LS_LONG)
        mode_find_x(AT_FDCWD, path, &f->st);
    if (S_ISLNK(f->st.st_mode) && (o->format == LS_LONG || o->color || o->dirs_first))
        look_at_link(o, f, path);
    return true;
}

static ls_file named(const ls_options *o, const char *name)
{
    ls_file f = {.name = prog_strndup(name, strlen(name))};
    f.shown = ls_quote(o, name, &f.quoted);
    f.width = prog_text_width(bx_str_of(f.shown));
    return f;
}

typedef struct file_list {
    ls_file *p;
    size_t n, cap;
} file_list;

static void add(file_list *l, ls_file f)
{
    l->p = prog_grow(l->p, &l->cap, l->n, sizeof *l->p);
    l->p[l->n++] = f;
}

static void list_free(file_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free(l->p[i].name);
        free(l->p[i].shown);
        free(l->p[i].target);
    }
    free(l->p);
    *l = (file_list){0};
}

/* ---- order ---------------------------------------------------------------------------------- */

static const ls_options *sorting;

static int by_number(uint64_t a, uint64_t b) { return a < b ? 1 : a > b ? -1 : 0; }

static int compare(const void *pa, const void *pb)
{
    const ls_file *a = pa, *b = pb;
    const ls_options *o = sorting;
    int c = 0;
    if (o->dirs_first && a->is_dir != b->is_dir)
        return a->is_dir ? -1 : 1;
    switch (o->sort) {
    case LS_TIME: {
        const struct stat *x = &a->st, *y = &b->st;
        struct timespec s = o->which_time == 'a'   ? x->st_atim
                            : o->which_time == 'c' ? x->st_ctim
                                                   : x->st_mtim,
                        t = o->which_time == 'a'   ? y->st_atim
                            : o->which_time == 'c' ? y->st_ctim
                                                   : y->st_mtim;
        c = s.tv_sec != t.tv_sec ? (s.tv_sec < t.tv_sec ? 1 : -1)
                                 : by_number((uint64_t)s.tv_nsec, (uint64_t)t.tv_nsec);
        break;
    }
    case LS_SIZE:
        c = by_number((uint64_t)a->st.st_size, (uint64_t)b->st.st_size);
        break;
    case LS_EXTENSION: {
        const char *x = strrchr(a->name, '.'), *y = strrchr(b->name, '.');
        c = strcmp(x ? x : "", y ? y : "");
        break;
    }
    case LS_VERSION:
        c = ls_version_cmp(a->name, b->name);
        break;
    case LS_WIDTH:
        c = by_number(b->width, a->width);
        break;
    default:
        break;
    }
    if (c == 0)
        c = strcmp(a->name, b->name);
    return o->reverse ? -c : c;
}

static void sort(const ls_options *o, file_list *l)
{
    if (o->sort == LS_NONE || l->n < 2)
        return;
    sorting = o;
    qsort(l->p, l->n, sizeof *l->p, compare);
}

/* ---- directories ---------------------------------------------------------------------------- */

typedef struct pending { /* directories to be listed, the last first */
    char **paths;
    size_t n, cap;
} pending;

static void push(pending *p, char *path)
{
    p->paths = prog_grow(p->paths, &p->cap, p->n, sizeof(char *));
    p->paths[p->n++] = path;
}

static bool read_dir(const ls_options *o, const char *path, file_list *l)
{
    DIR *d = opendir(path);
    if (!d) {
        prog_warn(errno, "cannot open directory %s", prog_quoteaf(path));
        return false;
    }
    bool stats = needs_stat(o), dot = false, dotdot = false;
    const struct dirent *e;
    while ((e = readdir(d)) != NULL) {
        dot |= strcmp(e->d_name, ".") == 0;
        dotdot |= strcmp(e->d_name, "..") == 0;
        if (is_shown(o, e->d_name))
            add(l, named(o, e->d_name));
    }
    (void)closedir(d);
    if (o->all && !dot)
        add(l, named(o, "."));
    if (o->all && !dotdot)
        add(l, named(o, ".."));
    for (size_t i = 0; stats && i < l->n; i++) {
        char *full = path_join(path, l->p[i].name);
        (void)look(o, &l->p[i], full, false);
        free(full);
    }
    return true;
}

static void list_dir(const ls_options *o, const char *path, bool header, bool given, bool *first,
                     pending *more)
{
    file_list l = {0};
    if (!read_dir(o, path, &l)) {
        status = given ? 2 : status ? status : 1;
        return;
    }
    if (!*first)
        prog_putc(&prog_out, '\n');
    *first = false;
    if (header) {
        bool quoted;
        char *shown = ls_quote(o, path, &quoted);
        prog_printf(&prog_out, "%s:\n", shown);
        free(shown);
    }
    sort(o, &l);
    ls_show(o, l.p, l.n, true);
    for (size_t i = l.n; o->recursive && i-- > 0;) {
        const char *name = l.p[i].name;
        bool link = S_ISLNK(l.p[i].st.st_mode);
        if (l.p[i].is_dir && l.p[i].has_stat && !link && strcmp(name, ".") != 0 &&
            strcmp(name, "..") != 0)
            push(more, path_join(path, name));
    }
    list_free(&l);
    prog_check_out();
}

static void list_all(const ls_options *o, char **names, size_t n)
{
    file_list files = {0}, dirs = {0};
    for (size_t i = 0; i < n; i++) {
        ls_file f = named(o, names[i]);
        if (!look(o, &f, names[i], true))
            continue;
        bool link = S_ISLNK(f.st.st_mode);
        add(f.is_dir && !link && !o->dirs_themselves ? &dirs : &files, f);
    }
    sort(o, &files);
    sort(o, &dirs);
    bool first = files.n == 0;
    if (files.n)
        ls_show(o, files.p, files.n, false);
    pending more = {0};
    for (size_t i = dirs.n; i-- > 0;)
        push(&more, prog_strndup(dirs.p[i].name, strlen(dirs.p[i].name)));
    size_t given = dirs.n;
    bool header = n > 1 || o->recursive;
    while (more.n > 0) {
        bool is_given = more.n <= given;
        char *path = more.paths[--more.n];
        if (is_given)
            given = more.n;
        list_dir(o, path, header, is_given, &first, &more);
        free(path);
    }
    free(more.paths);
    list_free(&files);
    list_free(&dirs);
}

/* ---- options -------------------------------------------------------------------------------- */

enum {
    OPT_AUTHOR = 256,
    OPT_BLOCK,
    OPT_COLOR,
    OPT_FILE_TYPE,
    OPT_FORMAT,
    OPT_FULL_TIME,
    OPT_DIRS_FIRST,
    OPT_HIDE,
    OPT_INDICATOR,
    OPT_QUOTING,
    OPT_SI,
    OPT_SHOW,
    OPT_SORT,
    OPT_TIME,
    OPT_STYLE,
    OPT_ZERO,
    OPT_DEREF_DIR,
    OPT_HYPERLINK,
};

typedef struct word {
    const char *name;
    int value;
} word;

static int word_of(const word *words, size_t n, const char *arg, const char *option)
{
    size_t found = n, len = strlen(arg);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i].name, arg) == 0)
            return words[i].value;
        if (len && strncmp(words[i].name, arg, len) == 0)
            found = found == n || words[found].value == words[i].value ? i : n + 1;
    }
    if (found < n)
        return words[found].value;
    prog_buf b = {0};
    for (size_t i = 0; i < n; i++) {
        bool same = i > 0 && words[i - 1].value == words[i].value;
        prog_buf_put(&b, same ? ", '" : "\n  - '", same ? 3 : 6);
        prog_buf_put(&b, words[i].name, strlen(words[i].name));
        prog_buf_putc(&b, '\'');
    }
    prog_usage("%s argument %s for '%s'\nValid arguments are:%s",
               found > n ? "ambiguous" : "invalid", prog_quote(arg), option, prog_buf_z(&b));
}

#define WORD(list, arg, option) word_of(list, BX_COUNT(list), arg, option)

static void time_style(ls_options *o, const char *style)
{
    static const word styles[] = {{"full-iso", 0}, {"long-iso", 1}, {"iso", 2}, {"locale", 3}};
    if (strncmp(style, "posix-", 6) == 0)
        return;
    if (*style == '+') {
        const char *newline = strchr(style, '\n');
        o->time_old = newline ? prog_strndup(style + 1, (size_t)(newline - style - 1)) : style + 1;
        o->time_recent = newline ? newline + 1 : style + 1;
        return;
    }
    size_t known = 0;
    while (known < 4 && strncmp(styles[known].name, style, strlen(style)) != 0)
        known++;
    if (known == 4)
        prog_usage("invalid argument %s for 'time style'\nValid arguments are:\n"
                   "  - [posix-]full-iso\n  - [posix-]long-iso\n  - [posix-]iso\n"
                   "  - [posix-]locale\n  - +FORMAT (e.g., +%%H:%%M) for a 'date'-style format",
                   prog_quote(style));
    switch (WORD(styles, style, "time style")) {
    case 0:
        o->time_recent = o->time_old = "%Y-%m-%d %H:%M:%S.%N %z";
        break;
    case 1:
        o->time_recent = o->time_old = "%Y-%m-%d %H:%M";
        break;
    case 2:
        o->time_recent = "%m-%d %H:%M";
        o->time_old = "%Y-%m-%d ";
        break;
    default:
        o->time_recent = "%b %e %H:%M";
        o->time_old = "%b %e  %Y";
    }
}

static void block_size(ls_options *o, const char *arg)
{
    o->human = strcmp(arg, "human-readable") == 0;
    o->si = strcmp(arg, "si") == 0;
    if (o->human || o->si)
        return;
    uint64_t v;
    const char *digits = arg + (*arg == '\'');
    if (*digits && !prog_is_digit(*digits)) {
        char with_one[32] = "1";
        size_t n = strnlen(digits, 20);
        memcpy(with_one + 1, digits, n);
        if (prog_uint(with_one, "KMGTPEZY0", &v) != PROG_NUM_OK || v == 0)
            prog_die(0, "invalid --block-size argument %s", prog_quote(arg));
        o->block_suffix = digits[0];
    } else if (prog_uint(digits, "KMGTPEZY0", &v) != PROG_NUM_OK || v == 0) {
        prog_die(0, "invalid --block-size argument %s", prog_quote(arg));
    }
    o->block = v;
    o->block_for_size = true;
}

static void long_word(ls_options *o, int c, const char *arg, bool *sorted)
{
    static const word formats[] = {{"verbose", LS_LONG},     {"long", LS_LONG},
                                   {"commas", LS_COMMAS},    {"horizontal", LS_ACROSS},
                                   {"across", LS_ACROSS},    {"vertical", LS_DOWN},
                                   {"single-column", LS_ONE}};
    static const word sorts[] = {{"none", LS_NONE},       {"time", LS_TIME},
                                 {"size", LS_SIZE},       {"extension", LS_EXTENSION},
                                 {"version", LS_VERSION}, {"width", LS_WIDTH},
                                 {"name", LS_NAME}};
    static const word times[] = {{"atime", 'a'},        {"access", 'a'}, {"use", 'a'},
                                 {"ctime", 'c'},        {"status", 'c'}, {"mtime", 'm'},
                                 {"modification", 'm'}, {"birth", 'm'},  {"creation", 'm'}};
    static const word marks[] = {{"none", LS_NO_MARK},
                                 {"slash", LS_SLASH},
                                 {"file-type", LS_FILE_TYPE},
                                 {"classify", LS_CLASSIFY}};
    static const word quotings[] = {{"literal", LS_LITERAL},
                                    {"shell", LS_SHELL},
                                    {"shell-always", LS_SHELL_ALWAYS},
                                    {"shell-escape", LS_SHELL},
                                    {"shell-escape-always", LS_SHELL_ALWAYS},
                                    {"c", LS_C},
                                    {"c-maybe", LS_C},
                                    {"escape", LS_ESCAPE},
                                    {"locale", LS_C},
                                    {"clocale", LS_C}};
    static const word whens[] = {{"always", 1}, {"yes", 1},  {"force", 1}, {"never", 0}, {"no", 0},
                                 {"none", 0},   {"auto", 2}, {"tty", 2},   {"if-tty", 2}};
    int w;
    switch (c) {
    case OPT_FORMAT:
        o->format = (ls_format)WORD(formats, arg, "--format");
        break;
    case OPT_SORT:
        o->sort = (ls_sort)WORD(sorts, arg, "--sort");
        *sorted = true;
        break;
    case OPT_TIME:
        o->which_time = (char)WORD(times, arg, "--time");
        break;
    case OPT_INDICATOR:
        o->mark = (ls_indicator)WORD(marks, arg, "--indicator-style");
        break;
    case OPT_QUOTING:
        o->quoting = (ls_quoting)WORD(quotings, arg, "--quoting-style");
        break;
    default: /* --color, --classify */
        w = arg ? WORD(whens, arg, c == OPT_COLOR ? "--color" : "--classify") : 1;
        w = w == 2 ? isatty(1) : w;
        if (c == OPT_COLOR)
            o->color = w != 0;
        else if (w)
            o->mark = LS_CLASSIFY;
    }
}

static void with_argument(ls_options *o, int c, const char *arg)
{
    switch (c) {
    case 'I':
        o->ignored = prog_grow(o->ignored, &o->ignored_cap, o->n_ignored, sizeof(char *));
        o->ignored[o->n_ignored++] = arg;
        break;
    case 'T':
        o->tab = (size_t)prog_uint_or_die(arg, "", 0, SIZE_MAX, "invalid tab size");
        break;
    case 'w':
        o->line_width = (size_t)prog_uint_or_die(arg, "", 0, SIZE_MAX, "invalid line width");
        break;
    default:
        break;
    }
}

static void letter(ls_options *o, int c, const char *arg, bool *sorted)
{
    static const char formats[] = "1lCxm";
    static const ls_format format_of[] = {LS_ONE, LS_LONG, LS_DOWN, LS_ACROSS, LS_COMMAS};
    static const char sorts[] = "tSXvU";
    static const ls_sort sort_of[] = {LS_TIME, LS_SIZE, LS_EXTENSION, LS_VERSION, LS_NONE};
    const char *hit;
    if (c < 256 && (hit = strchr(formats, c)) != NULL) {
        if (!(c == '1' && o->format == LS_LONG))
            o->format = format_of[hit - formats];
    } else if (c < 256 && (hit = strchr(sorts, c)) != NULL) {
        o->sort = sort_of[hit - sorts];
        *sorted = true;
    } else {
        switch (c) {
        case 'a':
            o->all = true;
            break;
        case 'A':
            o->almost = true;
            o->all = false;
            break;
        case 'b':
            o->quoting = LS_ESCAPE;
            break;
        case 'B':
            o->ignore_backups = true;
            break;
        case 'c':
        case 'u':
            o->which_time = c == 'c' ? 'c' : 'a';
            break;
        case 'd':
            o->dirs_themselves = true;
            break;
        case 'f':
            o->all = true;
            o->sort = LS_NONE;
            *sorted = true;
            if (o->format == LS_LONG)
                o->format = isatty(1) ? LS_DOWN : LS_ONE;
            o->blocks = o->color = false;
            break;
        case 'g':
            o->format = LS_LONG;
            o->no_owner = true;
            break;
        case 'G':
            o->no_group = true;
            break;
        case 'h':
            o->human = true;
            break;
        case 'H':
        case 'L':
            o->follow = c;
            break;
        case 'i':
            o->inode = true;
            break;
        case 'k':
            o->block = o->block ? o->block : 1024;
            break;
        case 'n':
            o->numeric = true;
            o->format = LS_LONG;
            break;
        case 'N':
            o->quoting = LS_LITERAL;
            break;
        case 'o':
            o->format = LS_LONG;
            o->no_group = true;
            break;
        case 'p':
            o->mark = LS_SLASH;
            break;
        case 'q':
            o->hide_controls = true;
            break;
        case 'Q':
            o->quoting = LS_C;
            break;
        case 'r':
            o->reverse = true;
            break;
        case 'R':
            o->recursive = true;
            break;
        case 's':
            o->blocks = true;
            break;
        default:
            with_argument(o, c, arg);
        }
    }
}

static void option(ls_options *o, int c, const char *arg, bool *sorted)
{
    switch (c) {
    case OPT_FORMAT:
    case OPT_SORT:
    case OPT_TIME:
    case OPT_INDICATOR:
    case OPT_QUOTING:
    case OPT_COLOR:
    case 'F':
        long_word(o, c, arg, sorted);
        break;
    case OPT_BLOCK:
        block_size(o, arg);
        break;
    case OPT_FILE_TYPE:
        o->mark = LS_FILE_TYPE;
        break;
    case OPT_FULL_TIME:
        o->format = LS_LONG;
        time_style(o, "full-iso");
        break;
    case OPT_DIRS_FIRST:
        o->dirs_first = true;
        break;
    case OPT_HIDE:
        o->hidden = prog_grow(o->hidden, &o->hidden_cap, o->n_hidden, sizeof(char *));
        o->hidden[o->n_hidden++] = arg;
        break;
    case OPT_SI:
        o->si = true;
        break;
    case OPT_SHOW:
        o->hide_controls = false;
        break;
    case OPT_STYLE:
        time_style(o, arg);
        break;
    case OPT_ZERO:
        o->zero = true;
        o->quoting = LS_LITERAL;
        o->color = false;
        if (o->format != LS_LONG)
            o->format = LS_ONE;
        break;
    case OPT_DEREF_DIR:
        o->follow = 'D';
        break;
    default:
        letter(o, c, arg, sorted);
    }
}

static int list(int argc, char **argv, ls_options *o)
{
    static const prog_long longs[] = {
        {"all", PROG_NO_ARG, 'a'},
        {"almost-all", PROG_NO_ARG, 'A'},
        {"author", PROG_NO_ARG, OPT_AUTHOR},
        {"block-size", PROG_ARG, OPT_BLOCK},
        {"classify", PROG_MAY_ARG, 'F'},
        {"color", PROG_MAY_ARG, OPT_COLOR},
        {"dereference", PROG_NO_ARG, 'L'},
        {"dereference-command-line", PROG_NO_ARG, 'H'},
        {"dereference-command-line-symlink-to-dir", PROG_NO_ARG, OPT_DEREF_DIR},
        {"directory", PROG_NO_ARG, 'd'},
        {"escape", PROG_NO_ARG, 'b'},
        {"file-type", PROG_NO_ARG, OPT_FILE_TYPE},
        {"format", PROG_ARG, OPT_FORMAT},
        {"full-time", PROG_NO_ARG, OPT_FULL_TIME},
        {"group-directories-first", PROG_NO_ARG, OPT_DIRS_FIRST},
        {"hide", PROG_ARG, OPT_HIDE},
        {"hide-control-chars", PROG_NO_ARG, 'q'},
        {"human-readable", PROG_NO_ARG, 'h'},
        {"hyperlink", PROG_MAY_ARG, OPT_HYPERLINK},
        {"ignore", PROG_ARG, 'I'},
        {"ignore-backups", PROG_NO_ARG, 'B'},
        {"indicator-style", PROG_ARG, OPT_INDICATOR},
        {"inode", PROG_NO_ARG, 'i'},
        {"kibibytes", PROG_NO_ARG, 'k'},
        {"literal", PROG_NO_ARG, 'N'},
        {"no-group", PROG_NO_ARG, 'G'},
        {"numeric-uid-gid", PROG_NO_ARG, 'n'},
        {"quote-name", PROG_NO_ARG, 'Q'},
        {"quoting-style", PROG_ARG, OPT_QUOTING},
        {"recursive", PROG_NO_ARG, 'R'},
        {"reverse", PROG_NO_ARG, 'r'},
        {"show-control-chars", PROG_NO_ARG, OPT_SHOW},
        {"si", PROG_NO_ARG, OPT_SI},
        {"size", PROG_NO_ARG, 's'},
        {"sort", PROG_ARG, OPT_SORT},
        {"tabsize", PROG_ARG, 'T'},
        {"time", PROG_ARG, OPT_TIME},
        {"time-style", PROG_ARG, OPT_STYLE},
        {"width", PROG_ARG, 'w'},
        {"zero", PROG_NO_ARG, OPT_ZERO},
        {0}};
    prog_opts opts = {.argc = argc,
                      .argv = argv,
                      .shorts = "abcdfghiklmnopqrstuvw:xABCDFGHI:LNQRST:UXZ1",
                      .longs = longs};
    bool sorted = false;
    prog_usage_status = 2;
    const char *columns = getenv("COLUMNS");
    uint64_t v;
    o->line_width = columns && prog_uint(columns, "", &v) == PROG_NUM_OK ? (size_t)v : 80;
    o->tab = 8;
    o->which_time = 'm';
    o->now = time(NULL);
    time_style(o, "locale");
    for (int c; (c = prog_opt(&opts)) != -1;)
        option(o, c, opts.arg, &sorted);
    if (!sorted && o->which_time != 'm' && o->format != LS_LONG)
        o->sort = LS_TIME;
    if (!o->follow)
        o->follow =
            o->dirs_themselves || o->mark == LS_CLASSIFY || o->format == LS_LONG ? 'P' : 'D';
    if (o->color) {
        ls_colors_init();
        o->tab = 0;
    }
    if (o->dirs_themselves)
        o->recursive = false;
    static char here[] = ".";
    char *dot[] = {here};
    bool none = opts.next >= argc;
    list_all(o, none ? dot : argv + opts.next, none ? 1 : (size_t)(argc - opts.next));
    return status;
}

int ls_program(int argc, char **argv)
{
    bool tty = isatty(1) == 1;
    static ls_options o;
    o.format = tty ? LS_DOWN : LS_ONE;
    o.quoting = tty ? LS_SHELL : LS_LITERAL;
    o.hide_controls = tty;
    return list(argc, argv, &o);
}

const char dir_help[] = "Usage: dir [OPTION]... [FILE]...\n"
                        "As ls -C -b.\n"
                        "\n"
                        "Examples:\n"
                        "  $ touch a b; dir\n"
                        "  a  b\n";

int dir_program(int argc, char **argv)
{
    static ls_options o = {.format = LS_DOWN, .quoting = LS_ESCAPE};
    return list(argc, argv, &o);
}
