/* The options of tar. */
#include "programs/archive/box.h"
#include "programs/archive/tar.h"
#include "programs/common/prog_text.h"

static const char tar_help_text[] =
    "Usage: tar [OPTION]... [FILE]...\n"
    "Archives of files.\n"
    "\n"
    "  -c, --create              make an archive\n"
    "  -x, --extract, --get      take files out of one\n"
    "  -t, --list                list what is in one\n"
    "  -r, --append              put files behind what is there\n"
    "  -u, --update              the same, newer files only\n"
    "  -d, --diff, --compare     compare with the files there are\n"
    "  -f, --file=ARCHIVE        the archive; - is standard input or output\n"
    "  -C, --directory=DIR       change to DIR\n"
    "  -v, --verbose             tell the names; twice: with details\n"
    "  -z, --gzip   -j, --bzip2   -J, --xz   --lzma   --zstd\n"
    "                            compress; reading finds out by itself\n"
    "  -a, --auto-compress       as the name of the archive says\n"
    "      --format=FMT          gnu (default), ustar, pax (posix), v7\n"
    "  -T, --files-from=FILE     more names, one a line\n"
    "      --null                they end with NUL\n"
    "      --exclude=PATTERN     without names that match\n"
    "  -X, --exclude-from=FILE   the same for patterns in FILE\n"
    "      --no-recursion        not what is in directories\n"
    "      --wildcards           names of members are patterns\n"
    "      --strip-components=N  without the first N parts of names\n"
    "      --transform=S, --xform  s/RE/WITH/FLAGS on names\n"
    "      --one-top-level[=DIR] everything below DIR\n"
    "  -O, --to-stdout           files to standard output\n"
    "  -k, --keep-old-files      do not replace files: an error\n"
    "      --skip-old-files      the same without the error\n"
    "      --keep-newer-files    do not replace newer files\n"
    "      --overwrite           accepted; files are replaced\n"
    "  -p, --preserve-permissions  modes as they are stored\n"
    "  -m, --touch               do not restore times\n"
    "  -h, --dereference         what symbolic links point to\n"
    "  -S, --sparse              store no holes\n"
    "  -P, --absolute-names      do not strip '/' and '..'\n"
    "      --remove-files        remove files when they are stored\n"
    "      --owner=NAME[:UID] --group=NAME[:GID] --mtime=DATE  store these\n"
    "      --numeric-owner       numbers instead of names\n"
    "      --sort=ORDER          accepted; names are always in order\n"
    "      --totals              tell how much was written\n"
    "      --full-time           seconds in lists\n"
    "\n"
    "Members with absolute names or '..' are stripped of them, and no member is written\n"
    "through a symbolic link that leads out of the directory.\n"
    "Exit status: 0; 1 files differ or changed; 2 trouble.\n"
    "\n"
    "Examples:\n"
    "  $ mkdir d; echo hello > d/f; tar -czf a.tgz d; tar -tzf a.tgz\n"
    "  d/\n"
    "  d/f\n"
    "  $ mkdir out; tar -xf a.tgz -C out; cat out/d/f\n"
    "  hello\n"
    "  $ tar -xOf a.tgz d/f\n"
    "  hello\n";
const char *const tar_help = tar_help_text;

tar_options tar_opt;
int tar_status;

enum {
    LZMA = 256,
    ZSTD,
    FORMAT,
    NULL_NAMES,
    EXCLUDE,
    NO_RECURSION,
    RECURSION,
    WILDCARDS,
    NO_WILDCARDS,
    STRIP,
    TRANSFORM,
    ONE_TOP,
    SKIP_OLD,
    KEEP_NEWER,
    OVERWRITE,
    REMOVE,
    OWNER,
    GROUP,
    MTIME,
    NUMERIC,
    SORT,
    TOTALS,
    FULL_TIME,
    IGNORED,
    IGNORED_ARG,
    POSIX,
    NO_NULL,
};

static const prog_long longs[] = {
    {"create", PROG_NO_ARG, 'c'},
    {"extract", PROG_NO_ARG, 'x'},
    {"get", PROG_NO_ARG, 'x'},
    {"list", PROG_NO_ARG, 't'},
    {"append", PROG_NO_ARG, 'r'},
    {"update", PROG_NO_ARG, 'u'},
    {"diff", PROG_NO_ARG, 'd'},
    {"compare", PROG_NO_ARG, 'd'},
    {"file", PROG_ARG, 'f'},
    {"directory", PROG_ARG, 'C'},
    {"verbose", PROG_NO_ARG, 'v'},
    {"gzip", PROG_NO_ARG, 'z'},
    {"gunzip", PROG_NO_ARG, 'z'},
    {"bzip2", PROG_NO_ARG, 'j'},
    {"xz", PROG_NO_ARG, 'J'},
    {"lzma", PROG_NO_ARG, LZMA},
    {"zstd", PROG_NO_ARG, ZSTD},
    {"auto-compress", PROG_NO_ARG, 'a'},
    {"format", PROG_ARG, FORMAT},
    {"files-from", PROG_ARG, 'T'},
    {"null", PROG_NO_ARG, NULL_NAMES},
    {"no-null", PROG_NO_ARG, NO_NULL},
    {"exclude", PROG_ARG, EXCLUDE},
    {"exclude-from", PROG_ARG, 'X'},
    {"no-recursion", PROG_NO_ARG, NO_RECURSION},
    {"recursion", PROG_NO_ARG, RECURSION},
    {"wildcards", PROG_NO_ARG, WILDCARDS},
    {"no-wildcards", PROG_NO_ARG, NO_WILDCARDS},
    {"strip-components", PROG_ARG, STRIP},
    {"transform", PROG_ARG, TRANSFORM},
    {"xform", PROG_ARG, TRANSFORM},
    {"one-top-level", PROG_MAY_ARG, ONE_TOP},
    {"to-stdout", PROG_NO_ARG, 'O'},
    {"keep-old-files", PROG_NO_ARG, 'k'},
    {"skip-old-files", PROG_NO_ARG, SKIP_OLD},
    {"keep-newer-files", PROG_NO_ARG, KEEP_NEWER},
    {"overwrite", PROG_NO_ARG, OVERWRITE},
    {"unlink-first", PROG_NO_ARG, IGNORED},
    {"preserve-permissions", PROG_NO_ARG, 'p'},
    {"same-permissions", PROG_NO_ARG, 'p'},
    {"no-same-permissions", PROG_NO_ARG, IGNORED},
    {"same-owner", PROG_NO_ARG, IGNORED},
    {"no-same-owner", PROG_NO_ARG, IGNORED},
    {"touch", PROG_NO_ARG, 'm'},
    {"dereference", PROG_NO_ARG, 'h'},
    {"sparse", PROG_NO_ARG, 'S'},
    {"absolute-names", PROG_NO_ARG, 'P'},
    {"remove-files", PROG_NO_ARG, REMOVE},
    {"owner", PROG_ARG, OWNER},
    {"group", PROG_ARG, GROUP},
    {"mtime", PROG_ARG, MTIME},
    {"numeric-owner", PROG_NO_ARG, NUMERIC},
    {"sort", PROG_ARG, SORT},
    {"totals", PROG_NO_ARG, TOTALS},
    {"full-time", PROG_NO_ARG, FULL_TIME},
    {"ignore-zeros", PROG_NO_ARG, 'i'},
    {"blocking-factor", PROG_ARG, 'b'},
    {"posix", PROG_NO_ARG, POSIX},
    {"warning", PROG_ARG, IGNORED_ARG},
    {"checkpoint", PROG_MAY_ARG, IGNORED_ARG},
    {"one-file-system", PROG_NO_ARG, IGNORED},
    {"anchored", PROG_NO_ARG, IGNORED},
    {"no-anchored", PROG_NO_ARG, IGNORED},
    {"force-local", PROG_NO_ARG, IGNORED},
    {"delay-directory-restore", PROG_NO_ARG, IGNORED},
    {"no-xattrs", PROG_NO_ARG, IGNORED},
    {"no-acls", PROG_NO_ARG, IGNORED},
    {"no-selinux", PROG_NO_ARG, IGNORED},
    {"ignore-failed-read", PROG_NO_ARG, IGNORED},
    {"quoting-style", PROG_ARG, IGNORED_ARG},
    {0},
};

static const char shorts[] = "-cxtrudf:C:vzjJaT:X:OkpmhSPwiob:BslRUWg:G";
static tar_names operands, lists;

BX_NORETURN static void usage(const char *why)
{
    prog_warn(0, "%s\nTry 'tar --help' or 'tar --usage' for more information.", why);
    prog_exit(2);
}

static void command(char c)
{
    if (tar_opt.what && tar_opt.what != c)
        usage("You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option");
    tar_opt.what = c;
}

static void compress_with(arc_kind kind)
{
    tar_opt.kind = kind;
    tar_opt.kind_given = true;
}

static void set_format(const char *name)
{
    static const struct {
        const char *name;
        tar_format format;
    } table[] = {{"gnu", TAR_GNU}, {"oldgnu", TAR_GNU}, {"ustar", TAR_USTAR},
                 {"pax", TAR_PAX}, {"posix", TAR_PAX},  {"v7", TAR_V7}};
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (strcmp(name, table[i].name) == 0) {
            tar_opt.format = table[i].format;
            return;
        }
    prog_die(0, "Invalid archive format %s", prog_quote(name));
}

/* NAME, NAME:ID or ID. */
static void owner(char *arg, const char **name, long *id)
{
    char *colon = strchr(arg, ':');
    uint64_t n;
    if (colon)
        *colon = '\0';
    const char *number = colon ? colon + 1 : arg[0] == '+' ? arg + 1 : arg;
    *name = arg;
    if (prog_uint(number, "", &n) == PROG_NUM_OK && n <= INT32_MAX) {
        *id = (long)n;
        if (!colon)
            *name = n == 0 ? "root" : "";
    } else if (colon) {
        prog_die(0, "Invalid owner or group ID");
    } else if (strcmp(arg, "root") == 0) {
        *id = 0;
    }
}

/* @SECONDS, or YYYY-MM-DD[ T]HH:MM[:SS][Z], in UTC. */
static void mtime(const char *s)
{
    struct tm tm = {0};
    uint64_t n;
    tar_opt.has_mtime = true;
    if (*s == '@' && prog_uint(s + 1, "", &n) == PROG_NUM_OK) {
        tar_opt.mtime = (struct timespec){.tv_sec = (time_t)n};
        return;
    }
    const char *p = strptime(s, "%Y-%m-%d", &tm);
    if (p && (*p == ' ' || *p == 'T')) {
        const char *q = strptime(p + 1, "%H:%M:%S", &tm);
        p = q ? q : strptime(p + 1, "%H:%M", &tm);
    }
    if (p && (*p == 'Z' || strcmp(p, " UTC") == 0 || strcmp(p, " +0000") == 0))
        p = "";
    if (!p || *p) {
        struct stat st;
        if (stat(s, &st) != 0)
            prog_die(0, "Date sample file not found, or invalid date: %s", s);
        tar_opt.mtime = st.st_mtim;
        return;
    }
    tar_opt.mtime = (struct timespec){.tv_sec = timegm(&tm)};
}

static void read_names(const char *file, tar_names *to, bool patterns)
{
    prog_reader r;
    bx_str line;
    if (strcmp(file, "-") == 0)
        r = (prog_reader){.fd = 0, .name = "-"};
    else if (!prog_open(&r, file))
        prog_die(0, "Error is not recoverable: exiting now");
    while (prog_line(&r, tar_opt.null && !patterns ? '\0' : '\n', &line, NULL))
        if (line.n > 0) {
            char *s = prog_strndup(line.p, line.n);
            tar_add(to, s);
            free(s);
        }
    if (!prog_close(&r))
        prog_die(0, "Error is not recoverable: exiting now");
}

static void directory(char *arg)
{
    if (operands.n == 0 && lists.n == 0 && !tar_opt.dir) {
        tar_opt.dir = arg;
        return;
    }
    prog_buf b = {0};
    prog_buf_put(&b, "-C\n", 3);
    prog_buf_put(&b, arg, strlen(arg));
    tar_add(&operands, prog_buf_z(&b));
    prog_buf_free(&b);
}

/* What is done with which archive; false: another option. */
static bool main_option(int c, char *arg)
{
    tar_options *t = &tar_opt;
    switch (c) {
    case 1:
        tar_add(&operands, arg);
        break;
    case 'c':
    case 'x':
    case 't':
    case 'r':
    case 'u':
    case 'd':
        command((char)c);
        break;
    case 'f':
        t->file = arg;
        break;
    case 'C':
        directory(arg);
        break;
    case 'v':
        t->verbose++;
        break;
    case 'z':
        compress_with(ARC_GZIP);
        break;
    case 'j':
        compress_with(ARC_BZIP2);
        break;
    case 'J':
        compress_with(ARC_XZ);
        break;
    case LZMA:
        compress_with(ARC_LZMA);
        break;
    case ZSTD:
        compress_with(ARC_ZSTD);
        break;
    case 'a':
        t->by_suffix = true;
        break;
    case FORMAT:
        set_format(arg);
        break;
    case POSIX:
        t->format = TAR_PAX;
        break;
    default:
        return false;
    }
    return true;
}

static void option(int c, char *arg)
{
    tar_options *t = &tar_opt;
    if (main_option(c, arg))
        return;
    switch (c) {
    case 'T':
        tar_add(&lists, arg);
        break;
    case NULL_NAMES:
        t->null = true;
        break;
    case NO_NULL:
        t->null = false;
        break;
    case EXCLUDE:
        tar_add(&t->exclude, arg);
        break;
    case 'X':
        read_names(arg, &t->exclude, true);
        break;
    case NO_RECURSION:
        t->no_recursion = true;
        break;
    case RECURSION:
        t->no_recursion = false;
        break;
    case WILDCARDS:
        t->wildcards = true;
        break;
    case NO_WILDCARDS:
        t->wildcards = false;
        break;
    case STRIP:
        t->strip = (size_t)prog_uint_or_die(arg, "", 0, 1000, "Invalid number of elements");
        break;
    case TRANSFORM:
        tar_transform_add(arg);
        break;
    case ONE_TOP:
        t->one_top = true, t->one_top_dir = arg;
        break;
    case 'O':
        t->to_stdout = true;
        break;
    case 'k':
        t->keep = true;
        break;
    case SKIP_OLD:
        t->skip_old = true;
        break;
    case KEEP_NEWER:
        t->keep_newer = true;
        break;
    case 'p':
        t->keep_mode = true;
        break;
    case 'm':
        t->no_mtime = true;
        break;
    case 'h':
        t->deref = true;
        break;
    case 'S':
        t->sparse = true;
        break;
    case 'P':
        t->absolute = true;
        break;
    case REMOVE:
        t->remove = true;
        break;
    case OWNER:
        owner(arg, &t->owner, &t->uid);
        break;
    case GROUP:
        owner(arg, &t->group, &t->gid);
        break;
    case MTIME:
        mtime(arg);
        break;
    case NUMERIC:
        t->numeric = true;
        break;
    case TOTALS:
        t->totals = true;
        break;
    case FULL_TIME:
        t->full_time = true;
        break;
    case 'i':
        t->ignore_zeros = true;
        break;
    default:
        break;
    }
}

/* `tar xzf A D`: letters in the first word, their arguments behind it. */
static char **modern(int *argc, char **argv)
{
    if (*argc < 2 || argv[1][0] == '-' || argv[1][0] == '\0')
        return argv;
    size_t n = strlen(argv[1]);
    char **out = prog_zalloc((size_t)*argc + 2 * n + 2, sizeof(*out));
    int k = 0, next = 2;
    out[k++] = argv[0];
    for (const char *p = argv[1]; *p; p++) {
        const char *at = strchr(shorts + 1, *p);
        char *word = prog_zalloc(3, 1);
        word[0] = '-';
        word[1] = *p;
        out[k++] = word;
        if (at && at[1] == ':') {
            if (next >= *argc)
                prog_usage("Old option '%c' requires an argument.", *p);
            out[k++] = argv[next++];
        }
    }
    while (next < *argc)
        out[k++] = argv[next++];
    *argc = k;
    return out;
}

int tar_run(int argc, char **argv)
{
    prog_status = prog_usage_status = 2;
    tar_opt.uid = tar_opt.gid = -1;
    tar_opt.level = -1;
    argv = modern(&argc, argv);
    prog_opts o = {.argc = argc, .argv = argv, .shorts = shorts, .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;)
        option(c, o.arg);
    for (int i = o.next; i < argc; i++)
        tar_add(&operands, argv[i]);
    for (size_t i = 0; i < lists.n; i++)
        read_names(lists.p[i], &operands, false);
    if (!tar_opt.what)
        usage("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options");
    if (!tar_opt.file)
        tar_opt.file = "-";
    switch (tar_opt.what) {
    case 'c':
        if (operands.n == 0 && lists.n == 0)
            usage("Cowardly refusing to create an empty archive");
        tar_create(&operands);
        break;
    case 'r':
    case 'u':
        tar_append(&operands);
        break;
    default:
        tar_extract(&operands);
        break;
    }
    if (tar_status == 2) {
        (void)prog_flush(&prog_out);
        prog_warn(0, "Exiting with failure status due to previous errors");
    }
    return tar_status;
}
