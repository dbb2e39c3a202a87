/* unzip and zipinfo. */
#include "programs/archive/box.h"
#include "programs/archive/zip.h"
#include "programs/common/prog_text.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char unzip_help_text[] =
    "Usage: unzip [-cfjlnopqtuvZ1] FILE[.zip] [MEMBER]... [-x MEMBER...] [-d DIR]\n"
    "       zipinfo [-1] FILE[.zip] [MEMBER]...\n"
    "List, test and extract zip archives.  MEMBER may be a pattern.\n"
    "\n"
    "  -l        list\n"
    "  -v        list with method, size and checksum\n"
    "  -Z1, -1   list the names only\n"
    "  -t        test\n"
    "  -p        members to standard output\n"
    "  -c        the same with their names\n"
    "  -d DIR    extract into DIR\n"
    "  -x LIST   not these\n"
    "  -j        without directories\n"
    "  -n        never replace files\n"
    "  -o        replace files\n"
    "  -u, -f    replace older files; -f: no new ones\n"
    "  -q        say less; -qq: nothing\n"
    "\n"
    "Names that lead out of the directory are stripped.  Encrypted members are skipped.\n"
    "Exit status: 0; 1 warnings; 2, 3 damaged; 9 no such archive; 11 no such member;\n"
    "81 a method that is not there; 82 encrypted.\n"
    "\n"
    "Examples:\n"
    "  $ mkdir d; echo hello > d/f; zip -qr a.zip d; unzip -Z1 a.zip\n"
    "  d/\n"
    "  d/f\n"
    "  $ unzip -p a.zip d/f\n"
    "  hello\n"
    "  $ unzip -q a.zip -d out; cat out/d/f\n"
    "  hello\n";
const char *const unzip_help = unzip_help_text;

enum { LINK_MAX_BYTES = 4096 };

typedef struct deferred {
    char *name, *target;
} deferred;

static struct {
    char **wanted, **unwanted;
    size_t n_wanted, n_unwanted;
    bool *seen;
    const char *archive, *dir;
    char what; /* x l v t p c 1 f u */
    int quiet;
    bool junk, never, always, none;
    int status;
    deferred *links;
    size_t n_links, cap_links;
} u;

static void worse(int status)
{
    if (status > u.status || u.status == 0)
        u.status = status;
}

static bool is_wanted(const char *name)
{
    for (size_t i = 0; i < u.n_unwanted; i++)
        if (fnmatch(u.unwanted[i], name, 0) == 0)
            return false;
    bool any = u.n_wanted == 0;
    for (size_t i = 0; i < u.n_wanted; i++)
        if (fnmatch(u.wanted[i], name, 0) == 0)
            u.seen[i] = any = true;
    return any;
}

static uint32_t mode_of(const zip_entry *e)
{
    return e->made_by >> 8 == 3 ? e->attributes >> 16 : 0;
}

static bool is_directory(const zip_entry *e)
{
    return e->name_n > 0 && e->name[e->name_n - 1] == '/';
}

static unsigned percent(uint64_t size, uint64_t packed)
{
    if (size == 0 || packed >= size)
        return 0;
    double saved = 200.0 * (double)(size - packed) / (double)size;
    return ((unsigned)saved + 1) / 2;
}

/* ---- lists -------------------------------------------------------------------------------------
 */

static const char *method_of(const zip_entry *e, char room[8])
{
    if (e->method == ZIP_STORED)
        return "Stored";
    if (e->method == ZIP_DEFLATED)
        return (e->flags & 6) == 2   ? "Defl:X"
               : (e->flags & 6) == 4 ? "Defl:F"
               : (e->flags & 6) == 6 ? "Defl:S"
                                     : "Defl:N";
    if (e->method == 12)
        return "BZip2";
    (void)snprintf(room, 8, "Unk:%03u", e->method % 1000u);
    return room;
}

typedef struct sums {
    uint64_t size, packed, count, tested;
} sums;

static void list_entry(const zip_entry *e, sums *s)
{
    char date[80], size[24], room[8];
    struct tm tm = zip_time(e);
    (void)snprintf(date, sizeof(date), "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                   tm.tm_mday, tm.tm_hour, tm.tm_min);
    (void)snprintf(size, sizeof(size), "%llu", (unsigned long long)e->size);
    s->size += e->size;
    s->packed += e->packed;
    s->count++;
    if (u.what == 'l')
        prog_printf(&prog_out, "%9s  %s   %s\n", size, date, e->name);
    else
        prog_printf(&prog_out, "%8s  %-6s %8llu %3u%% %s %08x  %s\n", size, method_of(e, room),
                    (unsigned long long)e->packed, percent(e->size, e->packed), date, e->crc,
                    e->name);
}

static void list_heading(void)
{
    if (u.quiet)
        return;
    prog_puts(&prog_out, u.what == 'l'
                             ? "  Length      Date    Time    Name\n"
                               "---------  ---------- -----   ----\n"
                             : " Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n"
                               "--------  ------  ------- ---- ---------- ----- --------  ----\n");
}

static void list_end(const sums *s)
{
    if (u.quiet)
        return;
    unsigned long long size = s->size, packed = s->packed, count = s->count;
    if (u.what == 'l')
        prog_printf(
            &prog_out,
            "---------                     -------\n%9llu                     %llu file%s\n", size,
            count, count == 1 ? "" : "s");
    else
        prog_printf(&prog_out,
                    "--------          -------  ---                            -------\n"
                    "%8llu         %8llu %3u%%                            %llu file%s\n",
                    size, packed, percent(s->size, s->packed), count, count == 1 ? "" : "s");
}

/* ---- extraction --------------------------------------------------------------------------------
 */

static bool put_out(void *arg, const uint8_t *p, size_t n)
{
    (void)arg;
    prog_write(&prog_out, p, n);
    return !prog_out.error;
}

static bool put_none(void *arg, const uint8_t *p, size_t n)
{
    (void)arg, (void)p, (void)n;
    return true;
}

static bool put_file(void *arg, const uint8_t *p, size_t n)
{
    return (errno = prog_write_all(*(int *)arg, p, n)) == 0;
}

static bool put_buf(void *arg, const uint8_t *p, size_t n)
{
    prog_buf *b = arg;
    if (b->n + n > LINK_MAX_BYTES)
        return false;
    prog_buf_put(b, p, n);
    return true;
}

static void tell(zip_result result, const zip_entry *e, uint32_t crc)
{
    switch (result) {
    case ZIP_OK:
    case ZIP_STOPPED:
        return;
    case ZIP_BAD_CRC:
        prog_printf(&prog_out, " bad CRC %08x  (should be %08x)\n", crc, e->crc);
        worse(2);
        return;
    case ZIP_ENCRYPTED:
        (void)prog_flush(&prog_out);
        fprintf(stderr, "   skipping: %-22s  it is encrypted, and passwords are not supported\n",
                e->name);
        worse(82);
        return;
    case ZIP_UNKNOWN:
        (void)prog_flush(&prog_out);
        fprintf(stderr, "   skipping: %-22s  unsupported compression method %u\n", e->name,
                e->method);
        worse(81);
        return;
    default:
        (void)prog_flush(&prog_out);
        fprintf(stderr, "  error:  invalid %s data in %s\n",
                result == ZIP_BAD_HEADER ? "header" : "compressed", e->name);
        worse(result == ZIP_BAD_HEADER ? 3 : 2);
        return;
    }
}

/* Without what leads out of the directory; to be freed. */
static char *safe_name(const zip_entry *e)
{
    prog_buf b = {0};
    const char *p = e->name;
    bool up = false;
    if (u.dir) {
        prog_buf_put(&b, u.dir, strlen(u.dir));
        if (b.n > 0 && b.p[b.n - 1] != '/')
            prog_buf_putc(&b, '/');
    }
    if (*p == '/') {
        (void)prog_flush(&prog_out);
        fprintf(stderr, "warning:  stripped absolute path spec from %s\n", e->name);
        worse(1);
        p += strspn(p, "/");
    }
    if (u.junk && !is_directory(e)) {
        const char *slash = strrchr(p, '/');
        p = slash ? slash + 1 : p;
    }
    for (const char *part = p; *part;) {
        size_t n = strcspn(part, "/"), with = n + strspn(part + n, "/");
        if (n == 2 && part[0] == '.' && part[1] == '.')
            up = true;
        else if (n > 0) {
            prog_buf_put(&b, part, n);
            if (part[n])
                prog_buf_putc(&b, '/');
        }
        part += with;
    }
    if (up) {
        (void)prog_flush(&prog_out);
        fprintf(stderr, "warning:  skipped \"../\" path component(s) in %s\n", e->name);
        worse(1);
    }
    return prog_buf_z(&b);
}

static bool make_parents(char *name)
{
    for (char *p = name + (*name == '/'); (p = strchr(p, '/')) != NULL; *p++ = '/') {
        struct stat st;
        *p = '\0';
        bool ok = mkdir(name, 0777) == 0 || (lstat(name, &st) == 0 && S_ISDIR(st.st_mode)) ||
                  (u.dir && strlen(name) <= strlen(u.dir) && stat(name, &st) == 0);
        if (!ok) {
            fprintf(stderr,
                    "checkdir error:  cannot create %s\n                 unable to process.\n",
                    name);
            *p = '/';
            worse(2);
            return false;
        }
    }
    return true;
}

/* Whether a file that is there may be replaced. */
static bool may_replace(const char *name, const zip_entry *e)
{
    struct stat st;
    if (lstat(name, &st) != 0)
        return u.what != 'f';
    if (S_ISDIR(st.st_mode) || u.never || u.none)
        return false;
    struct tm tm = zip_time(e);
    if ((u.what == 'f' || u.what == 'u') && st.st_mtim.tv_sec >= mktime(&tm))
        return false;
    if (!u.always) {
        (void)prog_flush(&prog_out);
        fprintf(stderr, "replace %s? [y]es, [n]o, [A]ll, [N]one, [r]ename: ", name);
        char answer[64];
        if (!fgets(answer, sizeof(answer), stdin)) {
            fprintf(stderr, " NULL\n(EOF or read error, treating as \"[N]one\" ...)\n");
            u.none = true;
            return false;
        }
        u.always = answer[0] == 'A';
        u.none = answer[0] == 'N';
        if (answer[0] != 'y' && answer[0] != 'Y' && !u.always)
            return false;
    }
    return unlink(name) == 0;
}

static void extract_link(const zip_in *z, const zip_entry *e, char *name)
{
    prog_buf b = {0};
    uint32_t crc;
    zip_result result = zip_data(z, e, put_buf, &b, &crc);
    if (result == ZIP_OK) {
        /* made last, so that nothing is written through it */
        u.links = prog_grow(u.links, &u.cap_links, u.n_links, sizeof(*u.links));
        u.links[u.n_links++] = (deferred){prog_strndup(name, strlen(name)), prog_buf_z(&b)};
        if (u.quiet == 0)
            prog_printf(&prog_out, "    linking: %-22s  -> %s \n", name, b.p);
        return;
    }
    tell(result, e, crc);
    prog_buf_free(&b);
}

static void extract_file(const zip_in *z, const zip_entry *e, const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0) {
        fprintf(stderr, "error:  cannot create %s\n        %s\n", name, prog_strerror(errno));
        worse(50);
        return;
    }
    if (u.quiet == 0)
        prog_printf(&prog_out, " %s: %-22s  ",
                    e->method == ZIP_STORED ? "extracting" : " inflating", name);
    uint32_t crc;
    zip_result result = zip_data(z, e, put_file, &fd, &crc);
    if (result == ZIP_STOPPED) {
        fprintf(stderr, "\n%s:  write error (%s).\n", name, prog_strerror(errno));
        worse(50);
    }
    tell(result, e, crc);
    if (u.quiet == 0 && result != ZIP_BAD_CRC)
        prog_putc(&prog_out, '\n');
#ifndef __wasi__
    if (mode_of(e) & 0777)
        (void)fchmod(fd, mode_of(e) & 0777);
#endif
    struct tm tm = zip_time(e);
    tm.tm_isdst = -1;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
                                {.tv_sec = e->mtime != INT64_MIN ? (time_t)e->mtime : mktime(&tm)}};
    (void)futimens(fd, times);
    (void)close(fd);
}

static void extract(const zip_in *z, const zip_entry *e)
{
    char *name = safe_name(e);
    struct stat st;
    if (is_directory(e)) {
        bool was = stat(name, &st) == 0;
        if (!u.junk && make_parents(name) && !was && u.quiet == 0)
            prog_printf(&prog_out, "   creating: %s\n", name);
    } else if (*name && make_parents(name) && may_replace(name, e)) {
        if (S_ISLNK(mode_of(e)))
            extract_link(z, e, name);
        else
            extract_file(z, e, name);
    }
    free(name);
}

static void make_links(void)
{
    if (u.n_links > 0 && u.quiet == 0)
        prog_puts(&prog_out, "finishing deferred symbolic links:\n");
    for (size_t i = 0; i < u.n_links; i++) {
        if (u.quiet == 0)
            prog_printf(&prog_out, "  %-22s -> %s\n", u.links[i].name, u.links[i].target);
        if (symlink(u.links[i].target, u.links[i].name) != 0) {
            fprintf(stderr, "%s: symlink error: %s\n", u.links[i].name, prog_strerror(errno));
            worse(1);
        }
    }
}

static void do_entry(const zip_in *z, const zip_entry *e, sums *s)
{
    uint32_t crc = 0;
    switch (u.what) {
    case '1':
        prog_printf(&prog_out, "%s\n", e->name);
        break;
    case 'l':
    case 'v':
        list_entry(e, s);
        break;
    case 't': {
        if (u.quiet == 0)
            prog_printf(&prog_out, "    testing: %-22s  ", e->name);
        zip_result result = zip_data(z, e, put_none, NULL, &crc);
        tell(result, e, crc);
        if (result == ZIP_OK && u.quiet == 0)
            prog_puts(&prog_out, " OK\n");
        s->count += result != ZIP_OK;
        s->tested++;
        break;
    }
    case 'c':
    case 'p':
        if (is_directory(e))
            break;
        if (u.what == 'c' && u.quiet == 0)
            prog_printf(&prog_out, " %s: %-22s  \n",
                        e->method == ZIP_STORED ? "extracting" : " inflating", e->name);
        tell(zip_data(z, e, put_out, NULL, &crc), e, crc);
        if (u.what == 'c' && u.quiet == 0)
            prog_putc(&prog_out, '\n');
        break;
    default:
        extract(z, e);
        break;
    }
}

static int do_archive(zip_in *z)
{
    bool silent = u.what == 'p' || u.what == '1' || u.quiet > (u.what == 'l' || u.what == 'v');
    if (!silent)
        prog_printf(&prog_out, "Archive:  %s\n", u.archive);
    if (u.what == 'l' || u.what == 'v')
        list_heading();
    zip_entry e;
    sums s = {0};
    int more;
    while ((more = zip_next(z, &e)) == 1) {
        if (is_wanted(e.name))
            do_entry(z, &e, &s);
        zip_entry_free(&e);
        prog_check_out();
    }
    if (more < 0) {
        fprintf(stderr, "error:  expected central file header signature not found (file #%llu).\n",
                (unsigned long long)z->seen + 1);
        worse(3);
    }
    make_links();
    if (u.what == 'l' || u.what == 'v')
        list_end(&s);
    if (u.what == 't' && u.quiet < 2) {
        if (s.count == 0 && u.n_wanted + u.n_unwanted > 0)
            prog_printf(&prog_out, "No errors detected in %s for the %llu file%s tested.\n",
                        u.archive, (unsigned long long)s.tested, s.tested == 1 ? "" : "s");
        else if (s.count == 0)
            prog_printf(&prog_out, "No errors detected in compressed data of %s.\n", u.archive);
        else
            prog_printf(&prog_out, "At least one error was detected in %s.\n", u.archive);
    }
    for (size_t i = 0; i < u.n_wanted; i++)
        if (!u.seen[i]) {
            (void)prog_flush(&prog_out);
            fprintf(stderr, "caution: filename not matched:  %s\n", u.wanted[i]);
            worse(11);
        }
    return u.status;
}

static void letters(const char *p, int argc, char **argv, int *at)
{
    for (; *p; p++)
        switch (*p) {
        case 'd':
            if (p[1])
                u.dir = p + 1;
            else if (*at + 1 < argc)
                u.dir = argv[++*at];
            return;
        case 'l':
        case 'v':
        case 't':
        case 'p':
        case 'c':
        case '1':
        case 'f':
        case 'u':
            u.what = *p;
            break;
        case 'j':
            u.junk = true;
            break;
        case 'n':
            u.never = true;
            break;
        case 'o':
            u.always = true;
            break;
        case 'q':
            u.quiet++;
            break;
        case 'x':
            for (; *at + 1 < argc && argv[*at + 1][0] != '-';)
                u.unwanted[u.n_unwanted++] = argv[++*at];
            return;
        case 'Z':
            u.what = '1';
            break;
        case 'a':
        case 'b':
        case 'C':
        case 'K':
        case 'L':
        case 'U':
        case 'X':
        case '2':
            break;
        default:
            prog_usage("unknown option -%c", *p);
        }
}

int unzip_run(int argc, char **argv)
{
    prog_only_help(argc, argv);
    prog_status = prog_usage_status = 10;
    u.what = strcmp(prog_self->name, "zipinfo") == 0 ? '1' : 'x';
    u.wanted = prog_zalloc((size_t)argc, sizeof(*u.wanted));
    u.unwanted = prog_zalloc((size_t)argc, sizeof(*u.unwanted));
    u.seen = prog_zalloc((size_t)argc, 1);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1])
            letters(argv[i] + 1, argc, argv, &i);
        else if (!u.archive)
            u.archive = argv[i];
        else
            u.wanted[u.n_wanted++] = argv[i];
    }
    if (!u.archive)
        prog_usage("which archive?");
    int fd = open(u.archive, O_RDONLY);
    if (fd < 0) {
        prog_buf b = {0};
        prog_buf_put(&b, u.archive, strlen(u.archive));
        prog_buf_put(&b, ".zip", 4);
        fd = open(prog_buf_z(&b), O_RDONLY);
        if (fd < 0) {
            fprintf(stderr, "unzip:  cannot find or open %s, %s.zip or %s.ZIP.\n", u.archive,
                    u.archive, u.archive);
            return 9;
        }
        u.archive = b.p;
    }
    zip_in z;
    if (!zip_begin(&z, fd)) {
        fprintf(stderr,
                "  End-of-central-directory signature not found.  Either this file is not\n"
                "  a zipfile, or it constitutes one disk of a multi-part archive.\n"
                "unzip:  cannot find zipfile directory in %s.\n",
                u.archive);
        return 9;
    }
    return do_archive(&z);
}
