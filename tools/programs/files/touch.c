/* files/touch.c - touch, truncate, mktemp, sync. */
#include "files.h"
#include "path.h"
#include "programs/common/prog_io.h"
#include "programs/date/date_parse.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char touch_help[] =
    "Usage: touch [OPTION]... FILE...\n"
    "Set the times of FILEs to now; make those that are not there.\n"
    "\n"
    "  -a                    only the time of access; -m: only that of change\n"
    "      --time=WORD       access, atime, use as -a; modify, mtime as -m\n"
    "  -c, --no-create       make no files\n"
    "  -d, --date=STRING     the time STRING describes (see date), not now\n"
    "  -h, --no-dereference  set the times of links themselves\n"
    "  -r, --reference=FILE  the times of FILE; with -d, STRING is relative to them\n"
    "  -t STAMP              the time [[CC]YY]MMDDhhmm[.ss]\n"
    "\n"
    "Examples:\n"
    "  $ touch -d '2024-02-29 12:00 UTC' f; date -u -r f +%F\n"
    "  2024-02-29\n"
    "  $ touch -c nope; ls\n"
    "  f\n";

/* [[CC]YY]MMDDhhmm[.ss] */
static bool stamp(const char *s, struct timespec *ret)
{
    size_t n = strspn(s, "0123456789");
    int v[6] = {0}, k = 0;
    tz_time t = {0};
    if ((n != 8 && n != 10 && n != 12) || (s[n] && (s[n] != '.' || strlen(s + n) != 3)))
        return false;
    for (size_t i = 0; i < n; i += 2)
        v[k++] = (s[i] - '0') * 10 + (s[i + 1] - '0');
    int64_t now = time(NULL);
    tz_time here;
    tz_local(tz_of_env(), now, &here);
    const int *p = v;
    t.year = here.year;
    if (n == 12) {
        t.year = p[0] * 100 + p[1];
        p += 2;
    } else if (n == 10) {
        t.year = p[0] + (p[0] < 69 ? 2000 : 1900);
        p += 1;
    }
    t.month = p[0] - 1;
    t.day = p[1];
    t.hour = p[2];
    t.minute = p[3];
    if (s[n]) {
        if (!(s[n + 1] >= '0' && s[n + 1] <= '9' && s[n + 2] >= '0' && s[n + 2] <= '9'))
            return false;
        t.second = (s[n + 1] - '0') * 10 + (s[n + 2] - '0');
    }
    int64_t at;
    tz_time again;
    if (!tz_unix(tz_of_env(), &t, &at))
        return false;
    tz_local(tz_of_env(), at, &again);
    if (t.second != 60 && (again.month != t.month || again.day != t.day || again.hour != t.hour ||
                           again.minute != t.minute || again.second != t.second))
        return false;
    *ret = (struct timespec){.tv_sec = (time_t)at};
    return true;
}

typedef struct toucher {
    bool no_create, no_follow;
    struct timespec times[2];
} toucher;

static bool touch_one(const toucher *t, const char *path)
{
    int flags = t->no_follow ? AT_SYMLINK_NOFOLLOW : 0;
    if (strcmp(path, "-") == 0) {
        if (futimens(1, t->times) == 0)
            return true;
        prog_warn(errno, "setting times of %s", prog_quoteaf(path));
        return false;
    }
    if (utimensat(AT_FDCWD, path, t->times, flags) == 0)
        return true;
    int error = errno;
    if (error == ENOENT && t->no_create)
        return true;
    if (error == ENOENT && !t->no_follow) {
        int fd = open(path, O_WRONLY | O_CREAT, 0666);
        if (fd < 0) {
            prog_warn(errno, "cannot touch %s", prog_quoteaf(path));
            return false;
        }
        bool ok = futimens(fd, t->times) == 0;
        error = errno;
        (void)close(fd);
        if (ok)
            return true;
    }
    prog_warn(error, error == ENOENT ? "cannot touch %s" : "setting times of %s",
              prog_quoteaf(path));
    return false;
}

static int time_word(const char *s)
{
    static const char *const words[] = {"access", "atime", "use", "modify", "mtime"};
    for (size_t i = 0; i < BX_COUNT(words); i++)
        if (strcmp(words[i], s) == 0)
            return i < 3 ? 'a' : 'm';
    prog_usage("invalid argument %s for '--time'\nValid arguments are:\n  - 'atime', 'access', "
               "'use'\n  - 'mtime', 'modify'",
               prog_quote(s));
}

typedef struct touch_times {
    const char *date, *stamp, *reference;
    int which; /* a, m, 'b': both */
} touch_times;

static void set_times(const touch_times *w, toucher *t)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    t->times[0] = t->times[1] = (struct timespec){.tv_nsec = UTIME_NOW};
    if (w->reference) {
        struct stat st;
        if ((t->no_follow ? lstat(w->reference, &st) : stat(w->reference, &st)) != 0)
            prog_die(errno, "failed to get attributes of %s", prog_quoteaf(w->reference));
        t->times[0] = st.st_atim;
        t->times[1] = st.st_mtim;
    }
    if (w->stamp) {
        if (!stamp(w->stamp, &t->times[0]))
            prog_die(0, "invalid date format %s", prog_quote(w->stamp));
        t->times[1] = t->times[0];
    }
    for (int i = 0; w->date && i < 2; i++)
        if (!date_parse(w->date, tz_of_env(), w->reference ? t->times[i] : now, &t->times[i]))
            prog_die(0, "invalid date format %s", prog_quote(w->date));
    if (w->which == 'm')
        t->times[0] = (struct timespec){.tv_nsec = UTIME_OMIT};
    if (w->which == 'a')
        t->times[1] = (struct timespec){.tv_nsec = UTIME_OMIT};
}

int touch_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"date", PROG_ARG, 'd'},
                                      {"no-create", PROG_NO_ARG, 'c'},
                                      {"no-dereference", PROG_NO_ARG, 'h'},
                                      {"reference", PROG_ARG, 'r'},
                                      {"time", PROG_ARG, 256},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "acd:fhmr:t:", .longs = longs};
    toucher t = {0};
    touch_times w = {.which = 0};
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 256)
            c = time_word(o.arg);
        if (c == 'a' || c == 'm')
            w.which = w.which && w.which != c ? 'b' : c;
        else if (c == 'c')
            t.no_create = true;
        else if (c == 'd')
            w.date = o.arg;
        else if (c == 'h')
            t.no_follow = true;
        else if (c == 'r')
            w.reference = o.arg;
        else if (c == 't')
            w.stamp = o.arg;
    }
    if (w.stamp && (w.date || w.reference))
        prog_usage("cannot specify times from more than one source");
    if (o.next >= argc)
        prog_usage("missing file operand");
    set_times(&w, &t);
    bool ok = true;
    for (int i = o.next; i < argc; i++)
        ok &= touch_one(&t, argv[i]);
    return ok ? 0 : 1;
}

/* ---- truncate ------------------------------------------------------------------------------- */

const char truncate_help[] =
    "Usage: truncate OPTION... FILE...\n"
    "Shorten or lengthen files to a size; make those that are not there.\n"
    "\n"
    "  -c, --no-create       make no files\n"
    "  -o, --io-blocks       count SIZE in blocks of the file\n"
    "  -r, --reference=FILE  the size of FILE\n"
    "  -s, --size=SIZE       a number with K, M, G... (1024) or KB, MB... (1000); in front of it:\n"
    "                        + longer by, - shorter by, < at most, > at least, / rounded down to,\n"
    "                        % rounded up to a multiple of it\n"
    "\n"
    "Examples:\n"
    "  $ truncate -s 1K f; stat -c %s f\n"
    "  1024\n"
    "  $ truncate -s -24 f; stat -c %s f\n"
    "  1000\n";

typedef struct truncater {
    bool no_create, blocks;
    char mode;               /* of -s, or 0 */
    int64_t size, reference; /* reference -1: none */
} truncater;

static bool new_size(const truncater *t, const struct stat *st, int64_t *ret)
{
    int64_t size = t->size, old = t->reference >= 0 ? t->reference : st->st_size;
    if (t->blocks &&
        __builtin_mul_overflow(size, (int64_t)(st->st_blksize ? st->st_blksize : 4096), &size))
        return false;
    switch (t->mode) {
    case 0:
        *ret = size;
        return true;
    case '+':
        return !__builtin_add_overflow(old, size, ret);
    case '-':
        *ret = old > size ? old - size : 0;
        return true;
    case '<':
        *ret = old < size ? old : size;
        return true;
    case '>':
        *ret = old > size ? old : size;
        return true;
    case '/':
        *ret = old - old % size;
        return true;
    default: {
        int64_t over = old % size;
        return over == 0 ? (*ret = old, true) : !__builtin_add_overflow(old, size - over, ret);
    }
    }
}

static bool truncate_one(const truncater *t, const char *path)
{
    int fd = open(path, O_WRONLY | (t->no_create ? 0 : O_CREAT), 0666);
    if (fd < 0) {
        if (t->no_create && errno == ENOENT)
            return true;
        prog_warn(errno, "cannot open %s for writing", prog_quoteaf(path));
        return false;
    }
    struct stat st;
    int64_t size;
    bool ok = fstat(fd, &st) == 0;
    if (!ok) {
        prog_warn(errno, "cannot fstat %s", prog_quoteaf(path));
    } else if (!new_size(t, &st, &size)) {
        prog_warn(0, "overflow extending size of file %s", prog_quoteaf(path));
        ok = false;
    } else if (ftruncate(fd, size) != 0) {
        prog_warn(errno, "failed to truncate %s at %lld bytes", prog_quoteaf(path),
                  (long long)size);
        ok = false;
    }
    (void)close(fd);
    return ok;
}

static void parse_size(truncater *t, const char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    t->mode = *s && strchr("<>/%", *s) ? *s++ : 0;
    while (*s == ' ' || *s == '\t')
        s++;
    if (*s == '+' || *s == '-') {
        if (t->mode)
            prog_usage("multiple relative modifiers specified");
        t->mode = *s;
    }
    uint64_t v;
    const char *digits = s + (*s == '+' || *s == '-');
    prog_num got = prog_uint(digits, "EgGkKmMPQRtTYZ0", &v);
    if (got == PROG_NUM_OVERFLOW || (got == PROG_NUM_OK && v > INT64_MAX))
        prog_die(EOVERFLOW, "Invalid number: %s", prog_quote(s));
    if (got != PROG_NUM_OK || *digits == '+' || *digits == '-')
        prog_die(0, "Invalid number: %s", prog_quote(s));
    t->size = (int64_t)v;
    if ((t->mode == '/' || t->mode == '%') && v == 0)
        prog_die(0, "division by zero");
}

int truncate_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"io-blocks", PROG_NO_ARG, 'o'},
                                      {"no-create", PROG_NO_ARG, 'c'},
                                      {"reference", PROG_ARG, 'r'},
                                      {"size", PROG_ARG, 's'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "cor:s:", .longs = longs};
    truncater t = {.reference = -1};
    const char *reference = NULL;
    bool sized = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'c')
            t.no_create = true;
        else if (c == 'o')
            t.blocks = true;
        else if (c == 'r')
            reference = o.arg;
        else {
            parse_size(&t, o.arg);
            sized = true;
        }
    }
    if (!reference && !sized)
        prog_usage("you must specify either %s or %s", prog_quote("--size"),
                   prog_quote("--reference"));
    if (reference && sized && t.mode == 0)
        prog_usage("you must specify a relative %s with %s", prog_quote("--size"),
                   prog_quote("--reference"));
    if (t.blocks && !sized)
        prog_usage("%s was specified but %s was not", prog_quote("--io-blocks"),
                   prog_quote("--size"));
    if (o.next >= argc)
        prog_usage("missing file operand");
    if (reference) {
        struct stat st;
        if (stat(reference, &st) != 0)
            prog_die(errno, "cannot stat %s", prog_quoteaf(reference));
        t.reference = st.st_size;
        if (!sized) {
            t.size = st.st_size;
            t.mode = 0;
        }
    }
    bool ok = true;
    for (int i = o.next; i < argc; i++)
        ok &= truncate_one(&t, argv[i]);
    return ok ? 0 : 1;
}

/* ---- mktemp --------------------------------------------------------------------------------- */

const char mktemp_help[] =
    "Usage: mktemp [OPTION]... [TEMPLATE]\n"
    "Make a file or directory with a name of its own and print the name.\n"
    "TEMPLATE has at least three X in a row, which are replaced; without it: tmp.XXXXXXXXXX in\n"
    "TMPDIR or /tmp.\n"
    "\n"
    "  -d, --directory      a directory, not a file\n"
    "  -p, --tmpdir[=DIR]   in DIR, or TMPDIR, or /tmp\n"
    "  -q, --quiet          no error messages\n"
    "      --suffix=SUFFIX  added to TEMPLATE\n"
    "  -t                   TEMPLATE is a name in TMPDIR or -p's directory\n"
    "  -u, --dry-run        make nothing, only print a name\n"
    "\n"
    "Examples:\n"
    "  $ f=$(mktemp x.XXXXXX); test -f \"$f\" && echo made\n"
    "  made\n";

typedef struct mktemp_options {
    bool directory, quiet, dry, in_tmp, deprecated;
    const char *dir, *suffix;
} mktemp_options;

static bool make_temp(const mktemp_options *m, char *path, size_t at, size_t xs)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (int tries = 0; tries < 10000; tries++) {
        for (size_t i = 0; i < xs; i++) {
            uint8_t byte;
            do
                if (getentropy(&byte, 1) != 0)
                    return false;
            while (byte >= 248);
            path[at + i] = letters[byte % 62];
        }
        struct stat st;
        if (m->dry) {
            if (lstat(path, &st) != 0)
                return true;
            continue;
        }
        if (m->directory) {
            if (mkdir(path, 0700) == 0)
                return true;
        } else {
            int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
            if (fd >= 0) {
                (void)close(fd);
                return true;
            }
        }
        if (errno != EEXIST)
            return false;
    }
    errno = EEXIST;
    return false;
}

static const char *temp_dir(const mktemp_options *m)
{
    const char *env = getenv("TMPDIR");
    if (m->deprecated)
        return env && *env ? env : m->dir && *m->dir ? m->dir : "/tmp";
    return m->dir && *m->dir ? m->dir : env && *env ? env : "/tmp";
}

/* TEMPLATE with its suffix: *ret_at and *ret_xs tell where the X are. */
static char *full_template(const mktemp_options *m, const char *template, size_t *ret_at,
                           size_t *ret_xs)
{
    const char *last = strrchr(template, 'X');
    size_t end = last ? (size_t)(last - template) + 1 : 0, from = end;
    if (m->suffix && (!last || last[1]))
        prog_die(0, "with --suffix, template %s must end in X", prog_quote(template));
    while (from > 0 && template[from - 1] == 'X')
        from--;
    if (end - from < 3)
        prog_die(0, "too few X's in template %s", prog_quote(template));
    const char *suffix = m->suffix ? m->suffix : template + end;
    if (strchr(suffix, '/'))
        prog_die(0, "invalid suffix %s, contains directory separator", prog_quote(suffix));
    if (m->in_tmp && m->deprecated && strchr(template, '/'))
        prog_die(0, "invalid template, %s, contains directory separator", prog_quote(template));
    if (m->in_tmp && !m->deprecated && template[0] == '/')
        prog_die(0, "invalid template, %s; with --tmpdir, it may not be absolute",
                 prog_quote(template));
    prog_buf b = {0};
    if (m->in_tmp) {
        char *whole = path_join(temp_dir(m), "");
        prog_buf_put(&b, whole, strlen(whole));
        free(whole);
    }
    *ret_at = b.n + from;
    *ret_xs = end - from;
    prog_buf_put(&b, template, end);
    prog_buf_put(&b, suffix, strlen(suffix));
    return prog_buf_z(&b);
}

int mktemp_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"directory", PROG_NO_ARG, 'd'}, {"dry-run", PROG_NO_ARG, 'u'}, {"quiet", PROG_NO_ARG, 'q'},
        {"suffix", PROG_ARG, 256},       {"tmpdir", PROG_MAY_ARG, 257}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "dp:qtuV", .longs = longs};
    mktemp_options m = {0};
    for (int c; (c = prog_opt(&o)) != -1;) {
        m.directory |= c == 'd';
        m.dry |= c == 'u';
        m.quiet |= c == 'q';
        m.deprecated |= c == 't';
        if (c == 256)
            m.suffix = o.arg;
        if (c == 257 || c == 'p') {
            m.dir = o.arg;
            m.in_tmp = true;
        }
    }
    m.in_tmp |= m.deprecated;
    if (argc - o.next > 1)
        prog_usage("too many templates");
    const char *template = o.next < argc ? argv[o.next] : "tmp.XXXXXXXXXX";
    if (o.next >= argc)
        m.in_tmp = true;
    size_t at, xs;
    char *path = full_template(&m, template, &at, &xs);
    if (!make_temp(&m, path, at, xs)) {
        int error = errno;
        memset(path + at, 'X', xs);
        if (!m.quiet)
            prog_warn(error, "failed to create %s via template %s",
                      m.directory ? "directory" : "file", prog_quote(path));
        return 1;
    }
    prog_puts(&prog_out, path);
    prog_putc(&prog_out, '\n');
    return 0;
}

/* ---- sync ----------------------------------------------------------------------------------- */

const char sync_help[] =
    "Usage: sync [OPTION] [FILE]...\n"
    "Have what was written to FILEs stored; without FILE there is nothing to wait for.\n"
    "\n"
    "  -d, --data         the contents only\n"
    "  -f, --file-system  (as without)\n"
    "\n"
    "Examples:\n"
    "  $ echo x > f; sync f\n";

int sync_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"data", PROG_NO_ARG, 'd'}, {"file-system", PROG_NO_ARG, 'f'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "df", .longs = longs};
    while (prog_opt(&o) != -1)
        continue;
    int status = 0;
    for (int i = o.next; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0) {
            prog_warn(errno, "error opening %s", prog_quoteaf(argv[i]));
            status = 1;
            continue;
        }
        (void)fsync(fd); /* what cannot be synced has no buffers */
        (void)close(fd);
    }
    return status;
}
