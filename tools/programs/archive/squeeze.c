/* gzip, bzip2, xz, zstd and the names they have for the way back: one file after the other. */
#include "programs/archive/box.h"
#include "programs/archive/coder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char gzip_help_text[] =
    "Usage: gzip [OPTION]... [FILE]...\n"
    "       gunzip [OPTION]... [FILE]...\n"
    "       zcat [OPTION]... [FILE]...\n"
    "Compress or uncompress FILEs in place.\n"
    "\n"
    "  -c, --stdout       write to standard output, keep the files\n"
    "  -d, --decompress   uncompress\n"
    "  -f, --force        overwrite; with -dc pass on what is not compressed\n"
    "  -k, --keep         keep the files\n"
    "  -l, --list         list sizes\n"
    "  -n, --no-name      leave name and time out of the header, or ignore them\n"
    "  -N, --name         keep name and time, or restore them\n"
    "  -q, --quiet        no warnings\n"
    "  -r, --recursive    files in directories too\n"
    "  -S, --suffix=SUF   use SUF instead of .gz\n"
    "  -t, --test         only test\n"
    "  -v, --verbose      tell what is done\n"
    "  -1 .. -9           faster .. better; --fast, --best\n"
    "\n"
    "Without FILE, or as -, standard input.\n"
    "\n"
    "Examples:\n"
    "  $ echo hello > f; gzip f; ls; gzip -dc f.gz\n"
    "  f.gz\n"
    "  hello\n"
    "  $ echo hello | gzip | zcat\n"
    "  hello\n";
const char *const gzip_help = gzip_help_text;

static const char bzip2_help_text[] =
    "Usage: bzip2 [OPTION]... [FILE]...\n"
    "       bunzip2 [OPTION]... [FILE]...\n"
    "       bzcat [OPTION]... [FILE]...\n"
    "Compress or uncompress FILEs in place.\n"
    "\n"
    "  -c, --stdout       write to standard output, keep the files\n"
    "  -d, --decompress   uncompress\n"
    "  -z, --compress     compress\n"
    "  -f, --force        overwrite\n"
    "  -k, --keep         keep the files\n"
    "  -q, --quiet        no warnings\n"
    "  -t, --test         only test\n"
    "  -v, --verbose      tell what is done\n"
    "  -1 .. -9           size of the blocks, 100k .. 900k\n"
    "\n"
    "Examples:\n"
    "  $ echo hello | bzip2 | bzcat\n"
    "  hello\n"
    "  $ echo hello > f; bzip2 -k f; bunzip2 -c f.bz2\n"
    "  hello\n";
const char *const bzip2_help = bzip2_help_text;

static const char xz_help_text[] =
    "Usage: xz [OPTION]... [FILE]...\n"
    "       unxz [OPTION]... [FILE]...\n"
    "       xzcat [OPTION]... [FILE]...\n"
    "Compress or uncompress FILEs in place.\n"
    "\n"
    "  -c, --stdout       write to standard output, keep the files\n"
    "  -d, --decompress   uncompress\n"
    "  -z, --compress     compress\n"
    "  -f, --force        overwrite\n"
    "  -F, --format=FMT   xz, lzma or auto\n"
    "  -k, --keep         keep the files\n"
    "  -q, --quiet        no warnings\n"
    "  -S, --suffix=SUF   use SUF instead of .xz\n"
    "  -t, --test         only test\n"
    "  -T, --threads=N    accepted; there is one\n"
    "  -v, --verbose      tell what is done\n"
    "  -0 .. -9           faster .. better and more memory (-6: 94 MiB)\n"
    "  -e, --extreme      try harder\n"
    "\n"
    "Examples:\n"
    "  $ echo hello | xz | xzcat\n"
    "  hello\n"
    "  $ echo hello > f; xz -k f; unxz -c f.xz\n"
    "  hello\n";
const char *const xz_help = xz_help_text;

static const char zstd_help_text[] = "Usage: zstd [OPTION]... [FILE]...\n"
                                     "       unzstd [OPTION]... [FILE]...\n"
                                     "       zstdcat [OPTION]... [FILE]...\n"
                                     "Compress or uncompress FILEs; they are kept.\n"
                                     "\n"
                                     "  -c, --stdout       write to standard output\n"
                                     "  -d, --decompress   uncompress\n"
                                     "  -z, --compress     compress\n"
                                     "  -f, --force        overwrite\n"
                                     "  -k, --keep         keep the files (as usual)\n"
                                     "      --rm           remove them when done\n"
                                     "  -o FILE            write to FILE\n"
                                     "  -q, --quiet        say less\n"
                                     "  -T, --threads=N    accepted; there is one\n"
                                     "  -t, --test         only test\n"
                                     "  -v, --verbose      say more\n"
                                     "  -1 .. -19          faster .. better (3)\n"
                                     "\n"
                                     "Examples:\n"
                                     "  $ echo hello | zstd | zstdcat\n"
                                     "  hello\n"
                                     "  $ echo hello > f; zstd -q f; ls; unzstd -c f.zst\n"
                                     "  f\n"
                                     "  f.zst\n"
                                     "  hello\n";
const char *const zstd_help = zstd_help_text;

typedef struct family {
    arc_kind kind;
    const char *suffix;
    const char *const *others; /* suffix, what takes its place; ... NULL */
    int warning;               /* exit status after a warning */
    bool keeps;                /* files are kept without -k */
} family;

static const char *const gzip_suffixes[] = {".tgz", ".tar", ".taz", ".tar", ".gz", "",
                                            "-gz",  "",     ".z",   "",     "-z",  "",
                                            "_z",   "",     ".Z",   "",     NULL};
static const char *const bzip2_suffixes[] = {".bz2", "",     ".bz",  "",  ".tbz2",
                                             ".tar", ".tbz", ".tar", NULL};
static const char *const xz_suffixes[] = {".xz",  "",     ".lzma", "",  ".txz",
                                          ".tar", ".tlz", ".tar",  NULL};
static const char *const zstd_suffixes[] = {".zst", "", ".tzst", ".tar", NULL};

static struct {
    family f;
    bool decode, to_stdout, force, keep, list, quiet, recursive, test, remove, names, no_names;
    int verbose;
    const char *suffix, *output;
    arc_settings how;
    int status;
    bool listed; /* the heading of -l */
} g;

enum { NO_SUFFIX_LEN = 30 /* bytes of a suffix */ };

static void note(int status)
{
    if (g.status != 1)
        g.status = status;
}

static const char *base_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* ---- names -------------------------------------------------------------------------------------
 */

static bool ends_with(const char *name, const char *suffix)
{
    size_t n = strlen(name), k = strlen(suffix);
    return n > k && strcmp(name + n - k, suffix) == 0;
}

/* What the result is called; NULL, told: nothing can be made of it.  To be freed. */
static char *result_name(const char *name)
{
    size_t n = strlen(name);
    prog_buf b = {0};
    if (!g.decode) {
        bool has = ends_with(name, g.suffix);
        for (size_t i = 0; !has && g.f.kind != ARC_ZSTD && g.f.others[i]; i += 2)
            has = ends_with(name, g.f.others[i]);
        if (has && !g.force && g.f.kind != ARC_ZSTD) {
            if (!g.quiet)
                prog_warn(0,
                          g.f.kind == ARC_GZIP ? "%s already has %s suffix -- unchanged"
                          : g.f.kind == ARC_XZ ? "%s: File already has '%s' suffix, skipping"
                                               : "Input file %s already has %s suffix.",
                          name, g.suffix);
            note(g.f.warning);
            return NULL;
        }
        prog_buf_put(&b, name, n);
        prog_buf_put(&b, g.suffix, strlen(g.suffix));
        return prog_buf_z(&b);
    }
    const char *pair[2] = {g.suffix, ""};
    for (size_t i = 0;; i += 2) {
        if (ends_with(name, pair[0])) {
            prog_buf_put(&b, name, n - strlen(pair[0]));
            prog_buf_put(&b, pair[1], strlen(pair[1]));
            return prog_buf_z(&b);
        }
        if (!g.f.others[i])
            break;
        pair[0] = g.f.others[i];
        pair[1] = g.f.others[i + 1];
    }
    if (g.f.kind == ARC_BZIP2) { /* a name that says nothing */
        prog_buf_put(&b, name, n);
        prog_buf_put(&b, ".out", 4);
        if (!g.quiet)
            prog_warn(0, "Can't guess original name for %s -- using %s", name, prog_buf_z(&b));
        return prog_buf_z(&b);
    }
    if (!g.quiet)
        prog_warn(0,
                  g.f.kind == ARC_GZIP ? "%s: unknown suffix -- ignored"
                  : g.f.kind == ARC_XZ ? "%s: Filename has an unknown suffix, skipping"
                                       : "%s: unknown suffix -- ignored.",
                  name);
    note(g.f.kind == ARC_ZSTD ? 1 : g.f.warning);
    return NULL;
}

/* ---- one stream ------------------------------------------------------------------------------ */

static void tell_error(const char *name, const arc_in *in)
{
    const char *why = arc_why(in);
    if (in->error == ARC_NOT_IT)
        why = g.f.kind == ARC_GZIP   ? "not in gzip format"
              : g.f.kind == ARC_XZ   ? "File format not recognized"
              : g.f.kind == ARC_ZSTD ? "unsupported format"
                                     : "bad magic number (file not created by bzip2)";
    else if (g.f.kind == ARC_XZ)
        why = in->cut                      ? "Unexpected end of input"
              : in->error == ARC_TOO_LARGE ? "Memory usage limit reached"
              : in->error == ARC_UNKNOWN   ? "Unsupported options"
                                           : "Compressed data is corrupt";
    (void)prog_flush(&prog_out);
    if (g.f.kind == ARC_GZIP)
        fputc('\n', stderr);
    prog_warn(0, "%s: %s", name, why);
    g.status = g.f.kind == ARC_BZIP2 ? 2 : 1;
}

static bool copy_through(prog_reader *r, prog_writer *w)
{
    bx_str block;
    while (prog_block(r, &block))
        prog_write(w, block.p, block.n);
    return true;
}

/* `w` NULL: only tested.  Sizes to ret[0] compressed, ret[1] not. */
static bool decode(prog_reader *r, prog_writer *w, const char *name, uint64_t ret[2])
{
    while (r->end - r->at < 16 && prog_more(r))
        ;
    if (r->at == r->end && r->error == 0 && g.f.kind == ARC_BZIP2)
        return true;
    arc_kind is = arc_sniff(r->p + r->at, r->end - r->at);
    bool mine = is == g.f.kind || (g.f.kind == ARC_XZ && is == ARC_LZMA);
    if (!mine && g.force && g.to_stdout && !g.test && is == ARC_PLAIN)
        return copy_through(r, w);
    arc_in in = {.from = r, .kind = mine ? is : g.f.kind};
    uint8_t *block = prog_alloc(PROG_BLOCK);
    for (size_t n; (n = arc_read(&in, block, PROG_BLOCK)) > 0;) {
        ret[1] += n;
        if (w) {
            prog_write(w, block, n);
            if (w->error)
                break;
        }
    }
    free(block);
    bool ok = !in.error && !in.cut && r->error == 0;
    if (!ok && r->error == 0)
        tell_error(name, &in);
    if (ok && in.garbage) {
        if (g.f.kind == ARC_GZIP || g.f.kind == ARC_BZIP2) {
            if (!g.quiet)
                prog_warn(0,
                          g.f.kind == ARC_GZIP ? "%s: decompression OK, trailing garbage ignored"
                                               : "%s: trailing garbage after EOF ignored",
                          name);
            if (g.f.kind == ARC_GZIP)
                note(2);
        } else {
            in.error = ARC_NOT_IT;
            tell_error(name, &in);
            ok = false;
        }
    }
    ret[0] = in.bytes_in;
    arc_in_done(&in);
    return ok;
}

static void encode(prog_reader *r, prog_writer *w, const arc_settings *how, uint64_t ret[2])
{
    arc_out out;
    arc_out_begin(&out, w, g.f.kind, how);
    bx_str block;
    while (!w->error && prog_block(r, &block))
        arc_write(&out, block.p, block.n);
    arc_out_end(&out);
    ret[0] = out.bytes_out;
    ret[1] = out.bytes_in;
}

/* ---- messages ----------------------------------------------------------------------------------
 */

/* gzip's ratio: what was saved, in percent. */
static void ratio(char text[48], uint64_t packed, uint64_t plain)
{
    double saved = plain == 0 ? 0 : 100.0 * ((double)plain - (double)packed) / (double)plain;
    long tenths = (long)(saved * 10 + (saved < 0 ? -0.5 : 0.5));
    (void)snprintf(text, 48, "%s%ld.%ld%%", tenths < 0 ? "-" : "", labs(tenths) / 10,
                   labs(tenths) % 10);
}

/* The compressed bytes without header and trailer, which gzip leaves out of its ratio. */
static uint64_t net(const char *name, uint64_t packed)
{
    size_t n = 18;
    if (g.f.kind != ARC_GZIP)
        return packed;
    if (g.decode || g.test || g.list)
        n += *arc_last_header.name ? strlen(arc_last_header.name) + 1 : 0;
    else if (!g.no_names)
        n += strlen(base_of(name)) + 1;
    return packed > n ? packed - n : 0;
}

static void tell_done(const char *name, const char *result, const uint64_t n[2])
{
    char percent[48];
    ratio(percent, net(name, n[0]), n[1]);
    if (g.f.kind == ARC_GZIP) {
        if (g.test)
            fprintf(stderr, "%s:\t OK\n", name);
        else if (!result)
            fprintf(stderr, "%s:\t%6s\n", name, percent);
        else
            fprintf(stderr, "%s:\t%6s -- %s %s\n", name, percent,
                    g.keep ? "created" : "replaced with", result);
    } else if (g.f.kind == ARC_BZIP2) {
        fprintf(stderr, "  %s: %s\n", name, g.test ? "ok" : "done");
    } else {
        fprintf(stderr, "%s : %s\n", name, percent);
    }
}

static void list(const char *name, const char *shown, const uint64_t n[2])
{
    char percent[48];
    if (!g.listed && !g.quiet)
        prog_puts(&prog_out, "         compressed        uncompressed  ratio uncompressed_name\n");
    g.listed = true;
    ratio(percent, net(name, n[0]), n[1]);
    prog_put_uint(&prog_out, n[0], 19, ' ');
    prog_putc(&prog_out, ' ');
    prog_put_uint(&prog_out, n[1], 19, ' ');
    prog_printf(&prog_out, " %6s %s\n", percent, shown);
}

/* ---- one file --------------------------------------------------------------------------------
 */

static void do_stdin(void)
{
    prog_reader r = {.fd = 0, .name = "stdin"};
    uint64_t n[2] = {0, 0};
    arc_settings how = g.how;
    how.size = UINT64_MAX;
    if (g.decode || g.test || g.list) {
        bool ok = decode(&r, g.test || g.list ? NULL : &prog_out,
                         g.f.kind == ARC_XZ ? "(stdin)" : "stdin", n);
        if (ok && g.list)
            list("stdin", "stdout", n);
    } else {
        if (isatty(1) && !g.force)
            prog_die(0, "compressed data not written to a terminal. Use -f to force compression.");
        encode(&r, &prog_out, &how, n);
    }
    if (r.error) {
        prog_warn(r.error, "stdin");
        g.status = 1;
    }
    free(r.p);
}

static void take_over(int fd, const struct stat *st)
{
    struct timespec times[2] = {st->st_atim, st->st_mtim};
    if (g.decode && g.names && arc_last_header.time != 0)
        times[1] = (struct timespec){.tv_sec = (time_t)arc_last_header.time};
    (void)futimens(fd, times);
}

/* -N: the name in the header, in the directory of the file. */
static char *stored_name(const char *name, prog_reader *r)
{
    while (r->end - r->at < 1100 && prog_more(r))
        ;
    size_t n = r->end - r->at;
    const uint8_t *p = r->p + r->at;
    if (n < 11 || p[0] != 0x1f || p[1] != 0x8b || !(p[3] & 8) || p[3] & 4)
        return NULL;
    const uint8_t *end = memchr(p + 10, 0, n - 10);
    if (!end)
        return NULL;
    const char *inner = base_of((const char *)p + 10);
    if (!*inner || strcmp(inner, "..") == 0 || strcmp(inner, ".") == 0)
        return NULL;
    prog_buf b = {0};
    prog_buf_put(&b, name, (size_t)(base_of(name) - name));
    prog_buf_put(&b, inner, strlen(inner));
    return prog_buf_z(&b);
}

static int create(const char *result)
{
    int fd = open(result, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0 && errno == EEXIST && g.force) {
        (void)unlink(result);
        fd = open(result, O_WRONLY | O_CREAT | O_EXCL, 0666);
    }
    if (fd >= 0)
        return fd;
    if (errno != EEXIST)
        prog_warn_file(errno, result);
    else if (g.f.kind == ARC_BZIP2)
        prog_warn(0, "Output file %s already exists.", result);
    else if (g.f.kind == ARC_XZ)
        prog_warn(0, "%s: File exists", result);
    else if (g.f.kind == ARC_ZSTD)
        prog_warn(0, "%s already exists; not overwritten", result);
    else
        prog_warn(0, "%s already exists;\tnot overwritten", result);
    if (g.f.kind == ARC_GZIP)
        note(2);
    else
        g.status = 1;
    return -1;
}

/* From an open file to a file beside it. */
static void to_file(const char *name, prog_reader *r, const struct stat *st, char *result)
{
    int fd = create(result);
    if (fd < 0)
        return;
    prog_writer w = {.fd = fd, .name = result};
    uint64_t n[2] = {0, 0};
    arc_settings how = g.how;
    how.size = (uint64_t)st->st_size;
    if (!g.no_names && g.f.kind == ARC_GZIP) {
        how.name = base_of(name);
        how.time = st->st_mtim.tv_sec > 0 && st->st_mtim.tv_sec <= UINT32_MAX
                       ? (uint32_t)st->st_mtim.tv_sec
                       : 0;
    }
    bool ok = true;
    if (g.decode)
        ok = decode(r, &w, name, n);
    else
        encode(r, &w, &how, n);
    if (g.decode)
        n[0] = (uint64_t)st->st_size;
    int error = prog_flush(&w);
    take_over(fd, st);
    int closed = prog_writer_close(&w);
    error = error ? error : closed;
    if (error)
        prog_warn_file(error, result);
    if (r->error)
        prog_warn_file(r->error, name);
    if (!ok || error || r->error) {
        (void)unlink(result);
        g.status = g.status ? g.status : 1;
        return;
    }
    bool stays = g.f.keeps ? !g.remove : g.keep;
    if (!stays && unlink(name) != 0)
        prog_warn_file(errno, name);
    if (g.verbose)
        tell_done(name, result, n);
}

static void do_open_file(const char *name, int fd, const struct stat *st)
{
    prog_reader r = {.fd = fd, .name = name};
    uint64_t n[2] = {0, 0};
    if (g.test || g.list || g.to_stdout) {
        arc_settings how = g.how;
        how.size = (uint64_t)st->st_size;
        if (!g.no_names && g.f.kind == ARC_GZIP)
            how.name = base_of(name), how.time = (uint32_t)st->st_mtim.tv_sec;
        bool ok = true;
        if (g.decode || g.test || g.list)
            ok = decode(&r, g.test || g.list ? NULL : &prog_out, name, n);
        else
            encode(&r, &prog_out, &how, n);
        if (r.error)
            prog_warn_file(r.error, name), g.status = 1;
        if (g.decode || g.test || g.list)
            n[0] = (uint64_t)st->st_size;
        if (ok && g.list) {
            char *shown = g.names ? stored_name(name, &r) : NULL;
            g.decode = true;
            bool quiet = g.quiet;
            g.quiet = true;
            shown = shown ? shown : result_name(name);
            g.quiet = quiet;
            list(name, shown ? shown : name, n);
            free(shown);
        } else if (ok && g.verbose) {
            tell_done(name, NULL, n);
        }
    } else {
        char *result = g.decode && g.names ? stored_name(name, &r) : NULL;
        if (g.output)
            result = prog_strndup(g.output, strlen(g.output));
        if (!result)
            result = result_name(name);
        if (result)
            to_file(name, &r, st, result);
        free(result);
    }
    free(r.p);
}

static void do_file(const char *name, int depth);

static int in_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void do_directory(const char *name, int depth)
{
    DIR *dir = opendir(name);
    if (!dir) {
        prog_warn_file(errno, name);
        g.status = 1;
        return;
    }
    char **names = NULL;
    size_t n = 0, cap = 0;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        prog_buf b = {0};
        prog_buf_put(&b, name, strlen(name));
        prog_buf_putc(&b, '/');
        prog_buf_put(&b, e->d_name, strlen(e->d_name));
        names = prog_grow(names, &cap, n, sizeof(*names));
        names[n++] = prog_buf_z(&b);
    }
    closedir(dir);
    if (n > 1)
        qsort(names, n, sizeof(*names), in_order);
    for (size_t i = 0; i < n; i++) {
        do_file(names[i], depth + 1);
        free(names[i]);
    }
    free(names);
}

/* gunzip f: f.gz, where there is no f. */
static char *with_suffix(const char *name)
{
    prog_buf b = {0};
    prog_buf_put(&b, name, strlen(name));
    prog_buf_put(&b, g.suffix, strlen(g.suffix));
    return prog_buf_z(&b);
}

static void do_file(const char *name, int depth)
{
    if (strcmp(name, "-") == 0) {
        do_stdin();
        return;
    }
    struct stat st;
    int missing = stat(name, &st) != 0 ? errno : 0;
    char *other = NULL;
    if (missing == ENOENT && (g.decode || g.test || g.list) && g.f.kind == ARC_GZIP) {
        other = with_suffix(name);
        if (stat(other, &st) == 0)
            missing = 0;
        name = other;
    }
    if (missing) {
        if (g.f.kind == ARC_BZIP2)
            prog_warn(missing, "Can't open input file %s", name);
        else
            prog_warn_file(missing, name);
        g.status = 1;
        free(other);
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        if (g.recursive && depth < 256) {
            do_directory(name, depth);
        } else {
            if (!g.quiet)
                prog_warn(0,
                          g.f.kind == ARC_GZIP   ? "%s is a directory -- ignored"
                          : g.f.kind == ARC_XZ   ? "%s: Is a directory, skipping"
                          : g.f.kind == ARC_ZSTD ? "%s is a directory -- ignored "
                                                 : "Input file %s is a directory.",
                          name);
            note(g.f.warning);
        }
        free(other);
        return;
    }
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        prog_warn_file(errno, name);
        g.status = 1;
    } else {
        do_open_file(name, fd, &st);
        close(fd);
    }
    free(other);
}

/* ---- options -----------------------------------------------------------------------------------
 */

enum { REMOVE = 256, IGNORED, IGNORED_ARG, FAST, BEST };

static const prog_long longs[] = {
    {"stdout", PROG_NO_ARG, 'c'},
    {"to-stdout", PROG_NO_ARG, 'c'},
    {"decompress", PROG_NO_ARG, 'd'},
    {"uncompress", PROG_NO_ARG, 'd'},
    {"compress", PROG_NO_ARG, 'z'},
    {"force", PROG_NO_ARG, 'f'},
    {"keep", PROG_NO_ARG, 'k'},
    {"list", PROG_NO_ARG, 'l'},
    {"no-name", PROG_NO_ARG, 'n'},
    {"name", PROG_NO_ARG, 'N'},
    {"quiet", PROG_NO_ARG, 'q'},
    {"silent", PROG_NO_ARG, 'q'},
    {"recursive", PROG_NO_ARG, 'r'},
    {"suffix", PROG_ARG, 'S'},
    {"test", PROG_NO_ARG, 't'},
    {"verbose", PROG_NO_ARG, 'v'},
    {"extreme", PROG_NO_ARG, 'e'},
    {"format", PROG_ARG, 'F'},
    {"threads", PROG_ARG, IGNORED},
    {"memlimit", PROG_ARG, IGNORED},
    {"check", PROG_MAY_ARG, IGNORED},
    {"no-check", PROG_NO_ARG, IGNORED},
    {"no-sparse", PROG_NO_ARG, IGNORED},
    {"rsyncable", PROG_NO_ARG, IGNORED},
    {"synchronous", PROG_NO_ARG, IGNORED},
    {"no-progress", PROG_NO_ARG, IGNORED},
    {"single-stream", PROG_NO_ARG, IGNORED},
    {"small", PROG_NO_ARG, IGNORED},
    {"rm", PROG_NO_ARG, REMOVE},
    {"fast", PROG_MAY_ARG, FAST},
    {"best", PROG_NO_ARG, BEST},
    {0},
};

static void option(int c, const char *arg)
{
    switch (c) {
    case 'c':
        g.to_stdout = true;
        break;
    case 'd':
        g.decode = true;
        break;
    case 'z':
        g.decode = false;
        break;
    case 'f':
        g.force = true;
        break;
    case 'k':
        g.keep = true;
        break;
    case 'l':
        g.list = true;
        break;
    case 'n':
        g.no_names = true, g.names = false;
        break;
    case 'N':
        g.names = true, g.no_names = false;
        break;
    case 'q':
        g.quiet = true;
        break;
    case 'r':
        g.recursive = true;
        break;
    case 'S':
        if (strlen(arg) == 0 || strlen(arg) > NO_SUFFIX_LEN)
            prog_die(0, "invalid suffix '%s'", arg);
        g.suffix = arg;
        break;
    case 't':
        g.test = true;
        break;
    case 'v':
        g.verbose++;
        break;
    case 'e':
        g.how.extreme = true;
        break;
    case 'o':
        g.output = arg;
        break;
    case 'F':
        if (strcmp(arg, "lzma") == 0 || strcmp(arg, "alone") == 0)
            g.f.kind = ARC_LZMA, g.suffix = ".lzma";
        else if (strcmp(arg, "xz") != 0 && strcmp(arg, "auto") != 0)
            prog_die(0, "%s: Unknown file format type", arg);
        break;
    case REMOVE:
        g.remove = true;
        break;
    case FAST:
        g.how.level = 1;
        break;
    case BEST:
        g.how.level = g.f.kind == ARC_ZSTD ? 19 : 9;
        break;
    default:
        break;
    }
}

static int run(int argc, char **argv, const family *f, const char *shorts)
{
    g.f = *f;
    g.suffix = f->suffix;
    g.how = (arc_settings){.level = -1, .size = UINT64_MAX};
    const char *name = prog_self->name;
    g.to_stdout = ends_with(name, "cat");
    g.decode = strstr(name, "un") != NULL || g.to_stdout;
    if (strcmp(name, "lzma") == 0)
        option('F', "lzma");
    prog_opts o = {.argc = argc, .argv = argv, .shorts = shorts, .longs = longs};
    bool digit = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c >= '0' && c <= '9') {
            g.how.level = (digit && f->kind == ARC_ZSTD ? g.how.level * 10 : 0) + c - '0';
            digit = true;
        } else {
            option(c, o.arg);
            digit = false;
        }
    }
    if (g.how.level > 22)
        g.how.level = 22;
    if (g.f.kind == ARC_LZMA && g.decode)
        g.f.kind = ARC_XZ;
    if (g.output && strcmp(g.output, "-") == 0)
        g.to_stdout = true;
    if (o.next == argc)
        do_stdin();
    for (int i = o.next; i < argc; i++) {
        do_file(argv[i], 0);
        prog_check_out();
    }
    return g.status;
}

int gzip_run(int argc, char **argv)
{
    static const family f = {ARC_GZIP, ".gz", gzip_suffixes, 2, false};
    prog_name = "gzip"; /* whatever it is called as */
    return run(argc, argv, &f, "0123456789acdfhklnNqrS:tv");
}

int bzip2_run(int argc, char **argv)
{
    static const family f = {ARC_BZIP2, ".bz2", bzip2_suffixes, 1, false};
    return run(argc, argv, &f, "123456789cdfkqstvz");
}

int xz_run(int argc, char **argv)
{
    static const family f = {ARC_XZ, ".xz", xz_suffixes, 2, false};
    return run(argc, argv, &f, "0123456789cC:deF:fkM:qS:tT:vz");
}

int zstd_run(int argc, char **argv)
{
    static const family f = {ARC_ZSTD, ".zst", zstd_suffixes, 1, true};
    return run(argc, argv, &f, "0123456789cdfko:qrtT:vz");
}
