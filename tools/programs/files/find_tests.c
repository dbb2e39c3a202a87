/* files/find_tests.c - find's tests and simple actions. */
#include "find.h"
#include "glob.h"
#include "programs/date/date_parse.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum { DAY = 86400 };

/* ---- names ---------------------------------------------------------------------------------- */

static bool t_name(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    size_t n = strlen(e->name);
    while (n > 1 && e->name[n - 1] == '/')
        n--;
    if (e->name[n] == '\0')
        return glob_match(t->text, e->name, (unsigned)t->letter);
    char *name = prog_strndup(e->name, n);
    bool hit = glob_match(t->text, name, (unsigned)t->letter);
    free(name);
    return hit;
}

static bool t_path(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    return glob_match(t->text, e->path, (unsigned)t->letter);
}

static bool t_regex(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    return regexec(t->regex, e->path, 0, NULL, 0) == 0;
}

static char *link_text(const char *path)
{
    for (size_t cap = 256;; cap *= 2) {
        char *p = prog_alloc(cap);
        ssize_t n = readlink(path, p, cap - 1);
        if (n >= 0 && (size_t)n < cap - 1) {
            p[n] = '\0';
            return p;
        }
        free(p);
        if (n < 0)
            return NULL;
    }
}

static bool t_lname(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    char *text = link_text(e->path);
    bool hit = text && glob_match(t->text, text, (unsigned)t->letter);
    free(text);
    return hit;
}

/* ---- what it is ----------------------------------------------------------------------------- */

static char letter_of(mode_t mode)
{
    return S_ISDIR(mode)    ? 'd'
           : S_ISREG(mode)  ? 'f'
           : S_ISLNK(mode)  ? 'l'
           : S_ISCHR(mode)  ? 'c'
           : S_ISBLK(mode)  ? 'b'
           : S_ISFIFO(mode) ? 'p'
                            : 's';
}

static bool t_type(find *f, find_node *t, walk_entry *e)
{
    char c = 0;
    if (!e->has_stat) {
        switch (e->d_type) {
        case DT_REG:
            c = 'f';
            break;
        case DT_DIR:
            c = 'd';
            break;
        case DT_LNK:
            c = f->flags & WALK_FOLLOW ? 0 : 'l';
            break;
        default:
            break;
        }
    }
    if (!c) {
        if (!walk_stat(f->walk, e)) {
            prog_warn(errno, "'%s'", e->path);
            f->status = 1;
            return false;
        }
        c = letter_of(e->st.st_mode);
    }
    return strchr(t->text, c) != NULL;
}

static bool t_xtype(find *f, find_node *t, walk_entry *e)
{
    struct stat st;
    bool follow = !(f->flags & WALK_FOLLOW) && !(e->depth == 0 && (f->flags & WALK_FOLLOW_ROOT));
    if (mode_stat(AT_FDCWD, e->path, follow, &st) != 0) {
        if (follow && errno != ENOENT && errno != ENOTDIR) {
            prog_warn(errno, "'%s'", e->path);
            f->status = 1;
            return false;
        }
        if (!follow || mode_stat(AT_FDCWD, e->path, false, &st) != 0)
            return false;
    }
    return strchr(t->text, letter_of(st.st_mode)) != NULL;
}

static bool t_empty(find *f, find_node *t, walk_entry *e)
{
    (void)f, (void)t;
    if (S_ISREG(e->st.st_mode))
        return e->st.st_size == 0;
    if (!S_ISDIR(e->st.st_mode))
        return false;
    DIR *d = opendir(e->path);
    if (!d) {
        prog_warn(errno, "'%s'", e->path);
        f->status = 1;
        return false;
    }
    const struct dirent *entry;
    bool empty = true;
    while (empty && (entry = readdir(d)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    (void)closedir(d);
    return empty;
}

static bool t_access(find *f, find_node *t, walk_entry *e)
{
    (void)f;
#ifdef __wasm__
    if (t->letter == X_OK) {
        if (!walk_stat(f->walk, e))
            return false;
        mode_find_x(AT_FDCWD, e->path, &e->st);
        return (e->st.st_mode & 0111) != 0;
    }
#endif
    return access(e->path, t->letter) == 0;
}

static bool t_perm(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    mode_find_x(AT_FDCWD, e->path, &e->st);
    mode_t want = (mode_t)(S_ISDIR(e->st.st_mode) ? t->unit : t->number),
           has = e->st.st_mode & 07777;
    return t->which == '-'   ? (has & want) == want
           : t->which == '/' ? want == 0 || (has & want) != 0
                             : has == want;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool compare(const find_node *t, int64_t v)
{
    return t->compare == '+' ? v > t->number : t->compare == '-' ? v < t->number : v == t->number;
}

static bool t_number(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    switch (t->letter) {
    case 'i':
        return compare(t, (int64_t)e->st.st_ino);
    case 'l':
        return compare(t, (int64_t)e->st.st_nlink);
    case 'u':
        return compare(t, (int64_t)e->st.st_uid);
    case 'g':
        return compare(t, (int64_t)e->st.st_gid);
    default:
        return compare(t, e->st.st_size / t->unit + (e->st.st_size % t->unit != 0));
    }
}

static bool t_owner(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    switch (t->letter) {
    case 'u':
        return mode_user(e->st.st_uid) == NULL;
    case 'g':
        return mode_group(e->st.st_gid) == NULL;
    default:
        return e->st.st_dev == t->dev && e->st.st_ino == t->ino;
    }
}

static struct timespec time_of(const struct stat *st, char which)
{
    return which == 'a' ? st->st_atim : which == 'c' ? st->st_ctim : st->st_mtim;
}

/* An age against N units: +N: more than N whole ones, -N: less than N; N: days count down, between
 * N and N + 1, minutes up, between N - 1 and N. */
static bool in_window(const find_node *t, int64_t s, int64_t ns)
{
    s -= t->number * t->unit;
    if (ns < 0) {
        ns += 1000000000;
        s--;
    }
    bool after = s > 0 || (s == 0 && ns > 0);
    if (t->compare == '-')
        return s < 0;
    if (t->compare == '+')
        return t->unit == DAY ? s >= DAY : after;
    return t->unit == DAY ? s >= 0 && s < DAY : (s >= -60 && !after && (s > -60 || ns > 0));
}

/* -mtime and its kin. */
static bool t_age(find *f, find_node *t, walk_entry *e)
{
    struct timespec at = time_of(&e->st, t->which);
    return in_window(t, f->from.tv_sec - at.tv_sec, f->from.tv_nsec - at.tv_nsec);
}

static bool t_newer(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    struct timespec at = time_of(&e->st, t->which);
    return at.tv_sec > t->time.tv_sec ||
           (at.tv_sec == t->time.tv_sec && at.tv_nsec > t->time.tv_nsec);
}

static bool t_used(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    int64_t s = e->st.st_atim.tv_sec - e->st.st_ctim.tv_sec,
            ns = e->st.st_atim.tv_nsec - e->st.st_ctim.tv_nsec;
    return (s > 0 || (s == 0 && ns >= 0)) && in_window(t, s, ns);
}

/* ---- actions -------------------------------------------------------------------------------- */

bool find_print(find *f, find_node *t, walk_entry *e)
{
    (void)f;
    prog_writer *out = t->out ? t->out : &prog_out;
    prog_write(out, e->path, e->path_n);
    prog_putc(out, t->letter ? '\0' : '\n');
    prog_check_out();
    return true;
}

static bool a_prune(find *f, find_node *t, walk_entry *e)
{
    (void)t;
    if (!f->depth_first && e->kind == WALK_DIR)
        walk_skip(f->walk);
    return true;
}

static bool a_quit(find *f, find_node *t, walk_entry *e)
{
    (void)t, (void)e;
    f->stop = true;
    return true;
}

static bool a_delete(find *f, find_node *t, walk_entry *e)
{
    (void)t;
    if (strcmp(e->path, ".") == 0)
        return true;
    bool is_dir = e->d_type == DT_DIR || (e->has_stat && S_ISDIR(e->st.st_mode));
    if (e->d_type == DT_UNKNOWN && walk_stat(f->walk, e))
        is_dir = S_ISDIR(e->st.st_mode);
    if (unlinkat(AT_FDCWD, e->path, is_dir ? AT_REMOVEDIR : 0) == 0)
        return true;
    prog_warn(errno, "cannot delete '%s'", e->path);
    f->status = 1;
    return false;
}

static bool t_true(find *f, find_node *t, walk_entry *e)
{
    (void)f, (void)e;
    return t->letter == 0;
}

/* ---- arguments ------------------------------------------------------------------------------ */

static const char *argument(const find_node *t, char **argv, size_t n)
{
    if (n == 0)
        prog_die(0, "missing argument to `%s'", t->name);
    return argv[0];
}

/* [+-]NUMBER: false when it is none. */
static bool count(find_node *t, const char *s, const char **rest)
{
    t->compare = *s == '+' || *s == '-' ? *s++ : '=';
    if (*s < '0' || *s > '9')
        return false;
    int64_t v = 0;
    for (; *s >= '0' && *s <= '9'; s++)
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *s - '0', &v))
            return false;
    t->number = v;
    *rest = s;
    return true;
}

static void counted(find_node *t, const char *s)
{
    const char *rest;
    if (!count(t, s, &rest) || *rest)
        prog_die(0, "invalid argument `%s' to `%s'", s, t->name);
    t->needs_stat = true;
}

static void parse_size(find_node *t, const char *s)
{
    static const char letters[] = "bcwkMG";
    static const int64_t units[] = {512, 1, 2, 1024, 1 << 20, 1 << 30};
    const char *rest = "";
    if (!*s)
        prog_die(0, "invalid null argument to -size");
    bool ok = count(t, s, &rest);
    const char *hit = ok && *rest ? strchr(letters, *rest) : letters;
    if (ok && (!hit || rest[0] == '\0' || rest[1] == '\0') && hit) {
        t->unit = units[hit - letters];
    } else {
        char last = s[strlen(s) - 1];
        if (last >= '0' && last <= '9')
            prog_die(0, "Invalid argument `%s' to -size", s);
        if (hit && ok)
            prog_die(0, "Invalid argument `%s' to -size", s);
        if (strchr(letters, last))
            prog_die(0, "Invalid argument `%s' to -size", s);
        prog_die(0, "invalid -size type `%c'", last);
    }
    t->needs_stat = true;
    t->letter = 's';
    t->test = t_number;
}

static void parse_type(find_node *t, const char *s)
{
    prog_buf b = {0};
    if (!*s)
        prog_die(0, "Arguments to %s should contain at least one letter", t->name);
    for (;;) {
        if (!strchr("bcdpflsD", *s) || !*s)
            prog_die(0, "Unknown argument to %s: %c", t->name, *s);
        prog_buf_putc(&b, *s++);
        if (!*s)
            break;
        if (*s != ',')
            prog_die(0, "Must separate multiple arguments to %s using: ','", t->name);
        if (!*++s)
            prog_die(0,
                     "Last file type in list argument to %s is missing, i.e., list is ending "
                     "on: ','",
                     t->name);
    }
    t->text = prog_buf_z(&b);
}

static void parse_perm(find_node *t, const char *s)
{
    mode_t file, dir;
    t->which = *s == '-' || *s == '/' ? *s++ : '=';
    if (!mode_change(s, 0, false, 0, &file) || !mode_change(s, 0, true, 0, &dir))
        prog_die(0, "invalid mode %s", prog_quote(s - (t->which != '=')));
    t->number = file;
    t->unit = dir;
    t->needs_stat = true;
    t->test = t_perm;
}

static void parse_regex(find *f, find_node *t, const char *s, bool fold)
{
    prog_buf b = {0};
    (void)find_regex_translate(s, f->regextype, &b);
    t->regex = prog_zalloc(1, sizeof *t->regex);
    int error =
        regcomp(t->regex, prog_buf_z(&b), REG_EXTENDED | REG_NOSUB | (fold ? REG_ICASE : 0));
    if (error) {
        char text[200];
        (void)regerror(error, t->regex, text, sizeof text);
        prog_die(0, "failed to compile regular expression '%s': %s", s, text);
    }
    prog_buf_free(&b);
    t->test = t_regex;
}

static void stat_argument(const find *f, const char *path, struct stat *st)
{
    bool follow = (f->flags & (WALK_FOLLOW | WALK_FOLLOW_ROOT)) != 0;
    if (mode_stat(AT_FDCWD, path, follow, st) != 0 && mode_stat(AT_FDCWD, path, false, st) != 0)
        prog_die(errno, "'%s'", path);
}

static void parse_newer(find *f, find_node *t, const char *arg, char x, char y)
{
    t->which = x;
    t->needs_stat = true;
    t->test = t_newer;
    if (y == 't') {
        if (!date_parse(arg, tz_of_env(), f->now, &t->time))
            prog_die(0, "I cannot figure out how to interpret '%s' as a date or time", arg);
        return;
    }
    struct stat st;
    stat_argument(f, arg, &st);
    t->time = time_of(&st, y);
}

static void parse_owner(find_node *t, const char *s, bool user)
{
    uint32_t id;
    if (!*s)
        prog_die(0, "The argument to %s should not be empty", t->name);
    t->needs_stat = true;
    t->test = t_number;
    t->letter = user ? 'u' : 'g';
    t->compare = '=';
    if (user ? mode_user_id(s, &id) : mode_group_id(s, &id)) {
        t->number = id;
        return;
    }
    const char *rest;
    if (!(*s >= '0' && *s <= '9') || !count(t, s, &rest) || *rest)
        prog_die(0,
                 user ? "'%s' is not the name of a known user"
                      : "'%s' is not the name of an existing group",
                 s);
}

static int64_t level(const find_node *t, const char *s)
{
    uint64_t v;
    if (!(*s >= '0' && *s <= '9') || prog_uint(s, "", &v) != PROG_NUM_OK || v > INT32_MAX)
        prog_die(0, "Expected a positive decimal integer argument to %s, but got %s", t->name,
                 prog_quote(s));
    return (int64_t)v;
}

static void parse_age(find_node *t, const char *s, char which, int64_t unit)
{
    counted(t, s);
    t->which = which;
    t->unit = unit;
    t->test = t_age;
}

/* ---- the table ------------------------------------------------------------------------------ */

typedef enum id {
    AMIN,
    ANEWER,
    ATIME,
    CMIN,
    CNEWER,
    CTIME,
    D_OPTION,
    DAYSTART,
    DELETE,
    DEPTH,
    EMPTY,
    EXEC,
    EXECUTABLE,
    FALSE_ID,
    FILES0,
    FLS,
    FOLLOW,
    FPRINT,
    FPRINT0,
    FPRINTF,
    FSTYPE,
    GID,
    GROUP,
    IGNORE,
    ILNAME,
    INAME,
    INUM,
    IPATH,
    IREGEX,
    LINKS,
    LNAME,
    LS,
    MAXDEPTH,
    MINDEPTH,
    MMIN,
    MTIME,
    NAME,
    NEWER,
    NOGROUP,
    NOUSER,
    NOWARN,
    PATH,
    PERM,
    PRINT,
    PRINT0,
    PRINTF,
    PRUNE,
    QUIT,
    READABLE,
    REGEX,
    REGEXTYPE,
    SAMEFILE,
    SIZE,
    TRUE_ID,
    TYPE,
    UID,
    USED,
    USER,
    WARN,
    WRITABLE,
    XDEV,
    XTYPE,
} id;

static const struct {
    const char *name;
    id id;
    int args;
} primaries[] = {
    {"-amin", AMIN, 1},
    {"-anewer", ANEWER, 1},
    {"-atime", ATIME, 1},
    {"-cmin", CMIN, 1},
    {"-cnewer", CNEWER, 1},
    {"-ctime", CTIME, 1},
    {"-d", DEPTH, 0},
    {"-daystart", DAYSTART, 0},
    {"-delete", DELETE, 0},
    {"-depth", DEPTH, 0},
    {"-empty", EMPTY, 0},
    {"-exec", EXEC, -1},
    {"-execdir", EXEC, -1},
    {"-executable", EXECUTABLE, 0},
    {"-false", FALSE_ID, 0},
    {"-files0-from", FILES0, 1},
    {"-fls", FLS, 1},
    {"-follow", FOLLOW, 0},
    {"-fprint", FPRINT, 1},
    {"-fprint0", FPRINT0, 1},
    {"-fprintf", FPRINTF, 2},
    {"-fstype", FSTYPE, 1},
    {"-gid", GID, 1},
    {"-group", GROUP, 1},
    {"-ilname", ILNAME, 1},
    {"-ignore_readdir_race", IGNORE, 0},
    {"-noignore_readdir_race", IGNORE, 0},
    {"-noleaf", IGNORE, 0},
    {"-iname", INAME, 1},
    {"-inum", INUM, 1},
    {"-ipath", IPATH, 1},
    {"-iwholename", IPATH, 1},
    {"-iregex", IREGEX, 1},
    {"-links", LINKS, 1},
    {"-lname", LNAME, 1},
    {"-ls", LS, 0},
    {"-maxdepth", MAXDEPTH, 1},
    {"-mindepth", MINDEPTH, 1},
    {"-mmin", MMIN, 1},
    {"-mount", XDEV, 0},
    {"-mtime", MTIME, 1},
    {"-name", NAME, 1},
    {"-newer", NEWER, 1},
    {"-nogroup", NOGROUP, 0},
    {"-nouser", NOUSER, 0},
    {"-nowarn", NOWARN, 0},
    {"-ok", EXEC, -1},
    {"-okdir", EXEC, -1},
    {"-path", PATH, 1},
    {"-wholename", PATH, 1},
    {"-perm", PERM, 1},
    {"-print", PRINT, 0},
    {"-print0", PRINT0, 0},
    {"-printf", PRINTF, 1},
    {"-prune", PRUNE, 0},
    {"-quit", QUIT, 0},
    {"-readable", READABLE, 0},
    {"-regex", REGEX, 1},
    {"-regextype", REGEXTYPE, 1},
    {"-samefile", SAMEFILE, 1},
    {"-size", SIZE, 1},
    {"-true", TRUE_ID, 0},
    {"-type", TYPE, 1},
    {"-uid", UID, 1},
    {"-used", USED, 1},
    {"-user", USER, 1},
    {"-warn", WARN, 0},
    {"-writable", WRITABLE, 0},
    {"-xdev", XDEV, 0},
    {"-xtype", XTYPE, 1},
};

static void option(find *f, find_node *t, id what, const char *arg)
{
    t->test = t_true;
    switch (what) {
    case DAYSTART: {
        tz_time local;
        tz_local(tz_of_env(), f->now.tv_sec, &local);
        local.hour = local.minute = 0;
        local.second = DAY; /* the end of today: -mtime 0 is today */
        int64_t s = f->now.tv_sec;
        (void)tz_unix(tz_of_env(), &local, &s);
        f->from = (struct timespec){.tv_sec = (time_t)s};
        f->daystart = true;
        break;
    }
    case DEPTH:
        f->depth_first = f->depth_given = true;
        break;
    case FILES0:
        f->files_from = arg;
        break;
    case FOLLOW:
        f->flags |= WALK_FOLLOW | WALK_FOLLOW_ROOT;
        break;
    case MAXDEPTH:
        f->max_depth = level(t, arg);
        break;
    case MINDEPTH:
        f->min_depth = level(t, arg);
        break;
    case REGEXTYPE: {
        prog_buf b = {0};
        if (!find_regex_translate("", arg, &b))
            prog_die(0, "Unknown regular expression type %s; valid types are %s.", prog_quote(arg),
                     find_regex_types);
        f->regextype = arg;
        break;
    }
    case NOWARN:
    case WARN:
        f->warn = what == WARN;
        break;
    case XDEV:
        f->flags |= WALK_ONE_DEVICE;
        break;
    default:
        break;
    }
}

static void name_test(find *f, find_node *t, id what, const char *arg)
{
    t->text = arg;
    t->letter = what == INAME || what == IPATH || what == ILNAME ? GLOB_FOLD : 0;
    t->test = what == NAME || what == INAME   ? t_name
              : what == PATH || what == IPATH ? t_path
                                              : t_lname;
    (void)f;
    if (what != NAME && what != INAME)
        return;
    size_t n = strlen(arg);
    if (f->warn && n > 1 && strchr(arg, '/'))
        prog_warn(0,
                  "warning: '%s' matches against basenames only, but the given pattern contains "
                  "a directory separator ('/'), thus the expression will evaluate to false all "
                  "the time.  Did you mean '%s'?",
                  t->name, what == NAME ? "-wholename" : "-iwholename");
}

static void number_test(find_node *t, id what, const char *arg)
{
    counted(t, arg);
    t->test = t_number;
    t->letter = what == INUM ? 'i' : what == LINKS ? 'l' : what == UID ? 'u' : 'g';
}

static void output(find *f, find_node *t, id what, char **argv)
{
    t->is_action = true;
    if (what == FLS || what == FPRINT || what == FPRINT0 || what == FPRINTF)
        t->out = find_file(f, argv[0]);
    switch (what) {
    case LS:
    case FLS:
        t->test = find_ls;
        t->needs_stat = true;
        break;
    case PRINTF:
    case FPRINTF:
        t->text = argv[what == FPRINTF];
        t->test = find_printf;
        find_check_format(f, t->text);
        break;
    default:
        t->letter = what == PRINT0 || what == FPRINT0;
        t->test = find_print;
    }
}

static void simple(find *f, find_node *t, id what)
{
    switch (what) {
    case DELETE:
        f->depth_first = f->delete_used = true;
        t->is_action = true;
        t->test = a_delete;
        break;
    case EMPTY:
        t->needs_stat = true;
        t->test = t_empty;
        break;
    case FALSE_ID:
        t->letter = 1;
        t->test = t_true;
        break;
    case NOGROUP:
    case NOUSER:
        t->needs_stat = true;
        t->letter = what == NOUSER ? 'u' : 'g';
        t->test = t_owner;
        break;
    case PRUNE:
        f->prune_used = true;
        t->test = a_prune;
        break;
    case QUIT:
        t->test = a_quit;
        break;
    case READABLE:
    case WRITABLE:
    case EXECUTABLE:
        t->letter = what == READABLE ? R_OK : what == WRITABLE ? W_OK : X_OK;
        t->test = t_access;
        break;
    default:
        t->test = t_true;
    }
}

static void with_argument(find *f, find_node *t, id what, const char *arg)
{
    struct stat st;
    switch (what) {
    case AMIN:
    case CMIN:
    case MMIN:
        parse_age(t, arg, what == AMIN ? 'a' : what == CMIN ? 'c' : 'm', 60);
        break;
    case ATIME:
    case CTIME:
    case MTIME:
        parse_age(t, arg, what == ATIME ? 'a' : what == CTIME ? 'c' : 'm', DAY);
        break;
    case ANEWER:
    case CNEWER:
    case NEWER:
        parse_newer(f, t, arg, what == ANEWER ? 'a' : what == CNEWER ? 'c' : 'm', 'm');
        break;
    case GROUP:
    case USER:
        parse_owner(t, arg, what == USER);
        break;
    case INUM:
    case LINKS:
    case UID:
    case GID:
        number_test(t, what, arg);
        break;
    case REGEX:
    case IREGEX:
        parse_regex(f, t, arg, what == IREGEX);
        break;
    case PERM:
        parse_perm(t, arg);
        break;
    case SAMEFILE:
        stat_argument(f, arg, &st);
        t->dev = st.st_dev;
        t->ino = st.st_ino;
        t->needs_stat = true;
        t->test = t_owner;
        break;
    case SIZE:
        parse_size(t, arg);
        break;
    case TYPE:
    case XTYPE:
        parse_type(t, arg);
        t->test = what == TYPE ? t_type : t_xtype;
        break;
    case USED:
        counted(t, arg);
        t->unit = DAY;
        t->test = t_used;
        break;
    case FSTYPE:
        t->letter = 1;
        t->test = t_true;
        break;
    default:
        name_test(f, t, what, arg);
    }
}

static bool is_option(id what)
{
    return what == DAYSTART || what == DEPTH || what == FILES0 || what == FOLLOW ||
           what == MAXDEPTH || what == MINDEPTH || what == REGEXTYPE || what == NOWARN ||
           what == WARN || what == XDEV || what == IGNORE;
}

/* -newerXY */
static bool newer_xy(find *f, find_node *t, char **argv, size_t n)
{
    const char *s = t->name;
    if (strncmp(s, "-newer", 6) != 0 || strlen(s) != 8)
        return false;
    if (!strchr("aBcm", s[6]) || !strchr("aBcmt", s[7]))
        prog_die(0, "invalid predicate `%s'", s);
    parse_newer(f, t, argument(t, argv, n), s[6], s[7]);
    return true;
}

size_t find_primary(find *f, find_node *t, char **argv, size_t n)
{
    size_t i = 0;
    while (i < BX_COUNT(primaries) && strcmp(primaries[i].name, t->name) != 0)
        i++;
    if (i == BX_COUNT(primaries)) {
        if (newer_xy(f, t, argv, n))
            return 1;
        if (t->name[0] != '-')
            prog_die(0, "paths must precede expression: `%s'", t->name);
        prog_die(0, "unknown predicate `%s'", t->name);
    }
    id what = primaries[i].id;
    if (what == EXEC)
        return find_exec_parse(f, t, argv, n);
    size_t args = (size_t)primaries[i].args;
    if (n < args)
        prog_die(0, "missing argument to `%s'", t->name);
    if (is_option(what))
        option(f, t, what, args ? argv[0] : NULL);
    else if (what == PRINT || what == PRINT0 || what == PRINTF || what == LS || what == FLS ||
             what == FPRINT || what == FPRINT0 || what == FPRINTF)
        output(f, t, what, argv);
    else if (args == 0)
        simple(f, t, what);
    else
        with_argument(f, t, what, argv[0]);
    return args;
}
