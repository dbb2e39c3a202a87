/* files/du.c - du [OPTION]... [FILE]... */
#include "files.h"
#include "glob.h"
#include "programs/common/prog_io.h"
#include "programs/date/date_format.h"
#include "walk.h"

#include <fcntl.h>
#include <string.h>

const char du_help[] =
    "Usage: du [OPTION]... [FILE]...\n"
    "Add up the space that files take, for each directory.\n"
    "\n"
    "  -0, --null               end lines with NUL\n"
    "  -a, --all                for files too, not only directories\n"
    "      --apparent-size      their sizes, not the space on disk\n"
    "  -B, --block-size=SIZE    count in units of SIZE\n"
    "  -b, --bytes              as --apparent-size --block-size=1\n"
    "  -c, --total              a total at the end\n"
    "  -d, --max-depth=N        only for directories at most N below the arguments\n"
    "  -D, -H                   follow links among the arguments; -L, --dereference: all;\n"
    "                           -P, --no-dereference: none (default)\n"
    "      --exclude=PATTERN    leave out what matches; -X, --exclude-from=FILE\n"
    "      --files0-from=F      arguments from F, each ended by NUL\n"
    "  -h, --human-readable     sizes like 1.5K; --si: in powers of 1000\n"
    "      --inodes             count files\n"
    "  -k, -m                   in units of 1024 or 1048576 bytes\n"
    "  -l, --count-links        count files with several names each time\n"
    "  -S, --separate-dirs      do not add subdirectories to directories\n"
    "  -s, --summarize          only for the arguments\n"
    "  -t, --threshold=SIZE     only from SIZE on, or up to it if negative\n"
    "      --time               the time of the last change too\n"
    "  -x, --one-file-system    stay on one file system\n"
    "\n"
    "Examples:\n"
    "  $ mkdir d; printf 12345 > d/f; du -ab d | sort -k2 | tail -n 1\n"
    "  5\td/f\n";

typedef struct sum {
    uint64_t size;
    int64_t newest;
} sum;

typedef struct level {
    sum own, below;
} level;

typedef struct du {
    bool null, all, apparent, total, human, si, inodes, count_links, separate, time;
    uint64_t block;
    char suffix; /* shown behind sizes, or 0 */
    int64_t max_depth, threshold;
    bool has_max, has_threshold, summarize;
    unsigned flags;
    const char **excluded;
    size_t n_excluded, excluded_cap;
    level *levels;
    size_t levels_cap;
    struct {
        uint64_t dev, ino;
    } *seen; /* by hash, half full at most */
    size_t n_seen, seen_cap;
    sum all_of_them;
    int status;
} du;

/* A file that was counted already; it is from now on. */
static bool is_seen(du *d, uint64_t dev, uint64_t ino)
{
    if (d->n_seen * 2 >= d->seen_cap) {
        size_t old = d->seen_cap, cap = old ? old * 2 : 256;
        __typeof__(d->seen) before = d->seen;
        d->seen = prog_zalloc(cap, sizeof *d->seen);
        d->seen_cap = cap;
        d->n_seen = 0;
        for (size_t i = 0; i < old; i++)
            if (before[i].ino)
                (void)is_seen(d, before[i].dev, before[i].ino);
        free(before);
    }
    size_t at = (size_t)(ino * 0x9e3779b97f4a7c15u >> 20 ^ dev) & (d->seen_cap - 1);
    for (; d->seen[at].ino; at = (at + 1) & (d->seen_cap - 1))
        if (d->seen[at].ino == ino && d->seen[at].dev == dev)
            return true;
    d->seen[at].dev = dev;
    d->seen[at].ino = ino;
    d->n_seen++;
    return false;
}

static void put(const du *d, const sum *s, const char *path)
{
    if (d->has_threshold && (d->threshold < 0 ? s->size > 0 - (uint64_t)d->threshold
                                              : s->size < (uint64_t)d->threshold))
        return;
    if (d->human || d->si) {
        char text[24];
        if (d->inodes && s->size < 1000)
            prog_put_uint(&prog_out, s->size, 0, ' ');
        else {
            prog_human(s->size, d->si ? 1000 : 1024, text);
            prog_puts(&prog_out, text);
        }
    } else {
        uint64_t block = d->inodes ? 1 : d->block;
        prog_put_uint(&prog_out, s->size / block + (s->size % block != 0), 0, ' ');
        if (d->suffix)
            prog_putc(&prog_out, d->suffix);
    }
    if (d->time) {
        prog_buf b = {0};
        date_format(&b, BX_LIT("\t%Y-%m-%d %H:%M"), tz_of_env(),
                    (struct timespec){.tv_sec = (time_t)s->newest});
        prog_write(&prog_out, b.p, b.n);
        prog_buf_free(&b);
    }
    prog_putc(&prog_out, '\t');
    prog_puts(&prog_out, path);
    prog_putc(&prog_out, d->null ? '\0' : '\n');
    prog_check_out();
}

static sum size_of(const du *d, const struct stat *st)
{
    sum s = {.newest = st->st_mtim.tv_sec};
    bool sized = S_ISREG(st->st_mode) || S_ISLNK(st->st_mode) || S_ISDIR(st->st_mode);
    s.size = d->inodes     ? 1
             : d->apparent ? (sized ? (uint64_t)st->st_size : 0)
                           : mode_blocks(st) * 512;
    if (d->apparent && S_ISDIR(st->st_mode) && !d->inodes)
        s.size = (uint64_t)st->st_size;
    return s;
}

static void add(sum *to, const sum *s)
{
    to->size += s->size;
    if (s->newest > to->newest)
        to->newest = s->newest;
}

static bool is_excluded(const du *d, const walk_entry *e)
{
    for (size_t i = 0; i < d->n_excluded; i++) {
        if (glob_match(d->excluded[i], e->path, 0) || glob_match(d->excluded[i], e->name, 0))
            return true;
        for (const char *s = e->path; (s = strchr(s, '/')) != NULL;)
            if (glob_match(d->excluded[i], ++s, 0))
                return true;
    }
    return false;
}

static level *level_at(du *d, size_t depth)
{
    while (d->levels_cap <= depth + 1)
        d->levels = prog_grow(d->levels, &d->levels_cap, d->levels_cap, sizeof *d->levels);
    return &d->levels[depth];
}

static bool is_shown(const du *d, unsigned depth, bool dir)
{
    if (d->has_max && (int64_t)depth > d->max_depth)
        return false;
    return dir || d->all || depth == 0;
}

static void visit(du *d, walk *w, walk_entry *e)
{
    if (e->kind == WALK_UNREADABLE || e->kind == WALK_MISSING) {
        prog_warn(e->error,
                  e->kind == WALK_MISSING ? "cannot access %s" : "cannot read directory %s",
                  prog_quoteaf(e->path));
        d->status = 1;
        return;
    }
    if (e->kind == WALK_DIR_END) {
        level *l = level_at(d, e->depth);
        sum whole = l->own;
        if (!d->separate)
            add(&whole, &l->below);
        if (is_shown(d, e->depth, true))
            put(d, &whole, e->path);
        sum for_above = l->own;
        add(&for_above, &l->below);
        if (e->depth > 0)
            add(&level_at(d, e->depth - 1)->below, &for_above);
        else
            add(&d->all_of_them, &for_above);
        return;
    }
    if (is_excluded(d, e)) {
        if (e->kind == WALK_DIR)
            walk_skip(w);
        return;
    }
    if (!walk_stat(w, e)) {
        prog_warn(errno, "cannot access %s", prog_quoteaf(e->path));
        d->status = 1;
        return;
    }
    bool dir = e->kind == WALK_DIR;
    if (e->st.st_ino != 0 && !d->count_links &&
        (dir || e->st.st_nlink > 1 || (d->flags & WALK_FOLLOW)) &&
        is_seen(d, e->st.st_dev, e->st.st_ino)) {
        if (dir)
            walk_skip(w);
        return;
    }
    sum s = size_of(d, &e->st);
    if (dir) {
        *level_at(d, e->depth) = (level){.own = s};
        return;
    }
    if (e->depth > 0)
        add(&level_at(d, e->depth - 1)->own, &s);
    else
        add(&d->all_of_them, &s);
    if (is_shown(d, e->depth, false))
        put(d, &s, e->path);
}

static void measure(du *d, const char *path)
{
    walk *w = walk_new(path, d->flags);
    walk_entry e;
    while (walk_next(w, &e))
        visit(d, w, &e);
    walk_free(w);
}

static void exclude(du *d, const char *pattern)
{
    d->excluded = prog_grow(d->excluded, &d->excluded_cap, d->n_excluded, sizeof(char *));
    d->excluded[d->n_excluded++] = pattern;
}

static void exclude_from(du *d, const char *file)
{
    prog_reader in;
    bx_str line;
    if (!prog_open(&in, file))
        prog_exit(1);
    while (prog_line(&in, '\n', &line, NULL))
        if (line.n)
            exclude(d, prog_strndup(line.p, line.n));
    (void)prog_close(&in);
}

static uint64_t size_arg(const char *arg, const char *option)
{
    uint64_t v;
    char with_one[32] = "1";
    size_t n = strnlen(arg, 20);
    memcpy(with_one + 1, arg, n);
    bool bare = *arg && (*arg < '0' || *arg > '9');
    if (prog_uint(bare ? with_one : arg, "KMGTPEZY0", &v) != PROG_NUM_OK)
        prog_die(0, "invalid %s argument %s", option, prog_quote(arg));
    return v;
}

static void option(du *d, int c, const char *arg)
{
    switch (c) {
    case '0':
        d->null = true;
        break;
    case 'a':
        d->all = true;
        break;
    case 256:
        d->apparent = true;
        break;
    case 'B':
        d->block = size_arg(arg, "-B");
        d->suffix = *arg >= '0' && *arg <= '9' ? '\0' : *arg;
        if (d->block == 0)
            prog_die(0, "invalid --block-size argument %s", prog_quote(arg));
        d->human = d->si = false;
        break;
    case 'b':
        d->apparent = true;
        d->block = 1;
        d->human = d->si = false;
        break;
    case 'c':
        d->total = true;
        break;
    case 'd': {
        uint64_t v;
        if (prog_uint(arg, "", &v) != PROG_NUM_OK)
            prog_usage("invalid maximum depth %s", prog_quote(arg));
        d->max_depth = v > INT32_MAX ? INT32_MAX : (int64_t)v;
        d->has_max = true;
        break;
    }
    case 'D':
    case 'H':
        d->flags |= WALK_FOLLOW_ROOT;
        break;
    case 'L':
        d->flags |= WALK_FOLLOW | WALK_FOLLOW_ROOT;
        break;
    case 'P':
        d->flags &= ~(unsigned)(WALK_FOLLOW | WALK_FOLLOW_ROOT);
        break;
    case 'h':
        d->human = true;
        d->si = false;
        break;
    case 257:
        d->si = true;
        d->human = false;
        break;
    case 258:
        d->inodes = true;
        break;
    case 'k':
    case 'm':
        d->block = c == 'k' ? 1024 : 1 << 20;
        d->human = d->si = false;
        break;
    case 'l':
        d->count_links = true;
        break;
    case 'S':
        d->separate = true;
        break;
    case 's':
        d->summarize = true;
        break;
    case 't':
        d->has_threshold = true;
        d->threshold = *arg == '-' ? -(int64_t)size_arg(arg + 1, "--threshold")
                                   : (int64_t)size_arg(arg, "--threshold");
        break;
    case 259:
    case 261:
        d->time |= c == 259;
        break;
    case 'x':
        d->flags |= WALK_ONE_DEVICE;
        break;
    case 'X':
        exclude_from(d, arg);
        break;
    default:
        exclude(d, arg);
    }
}

static void from_list(du *d, const char *file)
{
    prog_reader in;
    bx_str name;
    if (!prog_open(&in, file))
        prog_exit(1);
    while (prog_line(&in, '\0', &name, NULL)) {
        char *path = prog_strndup(name.p, name.n);
        if (name.n) {
            measure(d, path);
        } else {
            prog_warn(0, "%s: invalid zero-length file name", prog_quotef(file));
            d->status = 1;
        }
        free(path);
    }
    if (!prog_close(&in))
        d->status = 1;
}

int du_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"all", PROG_NO_ARG, 'a'},
                                      {"apparent-size", PROG_NO_ARG, 256},
                                      {"block-size", PROG_ARG, 'B'},
                                      {"bytes", PROG_NO_ARG, 'b'},
                                      {"count-links", PROG_NO_ARG, 'l'},
                                      {"dereference", PROG_NO_ARG, 'L'},
                                      {"dereference-args", PROG_NO_ARG, 'D'},
                                      {"exclude", PROG_ARG, 260},
                                      {"exclude-from", PROG_ARG, 'X'},
                                      {"files0-from", PROG_ARG, 262},
                                      {"human-readable", PROG_NO_ARG, 'h'},
                                      {"inodes", PROG_NO_ARG, 258},
                                      {"max-depth", PROG_ARG, 'd'},
                                      {"no-dereference", PROG_NO_ARG, 'P'},
                                      {"null", PROG_NO_ARG, '0'},
                                      {"one-file-system", PROG_NO_ARG, 'x'},
                                      {"separate-dirs", PROG_NO_ARG, 'S'},
                                      {"si", PROG_NO_ARG, 257},
                                      {"summarize", PROG_NO_ARG, 's'},
                                      {"threshold", PROG_ARG, 't'},
                                      {"time", PROG_MAY_ARG, 259},
                                      {"time-style", PROG_ARG, 261},
                                      {"total", PROG_NO_ARG, 'c'},
                                      {0}};
    static du d = {.block = 1024};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "0abd:chHklmst:xB:DLPSX:", .longs = longs};
    const char *list = NULL;
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 262)
            list = o.arg;
        else
            option(&d, c, o.arg);
    }
    if (d.all && d.summarize)
        prog_usage("cannot both summarize and show all entries");
    if (d.summarize && d.has_max && d.max_depth == 0)
        prog_warn(0, "warning: summarizing is the same as using --max-depth=0");
    else if (d.summarize && d.has_max)
        prog_usage("warning: summarizing conflicts with --max-depth=%lld", (long long)d.max_depth);
    if (d.summarize) {
        d.has_max = true;
        d.max_depth = 0;
    }
    if (list && o.next < argc)
        prog_usage("extra operand %s\nfile operands cannot be combined with --files0-from",
                   prog_quote(argv[o.next]));
    if (list)
        from_list(&d, list);
    else if (o.next >= argc)
        measure(&d, ".");
    for (int i = o.next; i < argc; i++)
        measure(&d, argv[i]);
    if (d.total)
        put(&d, &d.all_of_them, "total");
    return d.status;
}
