/* zip: archives made and changed. */
#include "programs/archive/zip.h"
#include "programs/archive/box.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char zip_help_text[] =
    "Usage: zip [OPTION]... ARCHIVE[.zip] [FILE]...\n"
    "Put files into a zip archive; what is there under the same name is replaced.\n"
    "\n"
    "  -r, --recurse-paths   what is in directories too\n"
    "  -j, --junk-paths      names without directories\n"
    "  -D, --no-dir-entries  no entries for directories\n"
    "  -0 .. -9              store .. compress better (6)\n"
    "  -u, --update          only newer files, and new ones\n"
    "  -f, --freshen         only newer files\n"
    "  -d, --delete          delete members that match\n"
    "  -m, --move            remove the files when they are stored\n"
    "  -x LIST, --exclude    not what matches\n"
    "  -i LIST, --include    only what matches\n"
    "  -y, --symlinks        symbolic links as such\n"
    "  -@, --names-stdin     names from standard input, one a line\n"
    "  -X, --no-extra        no extra fields\n"
    "  -q, --quiet           say less\n"
    "\n"
    "ARCHIVE - is standard output; FILE - is standard input.\n"
    "Exit status: 0; 12 nothing to do; 15 cannot write; 18 a file cannot be read.\n"
    "\n"
    "Examples:\n"
    "  $ echo hello > f; zip a.zip f\n"
    "    adding: f (stored 0%)\n"
    "  $ zip -d a.zip f; echo $?\n"
    "  deleting: f\n"
    "  \tzip warning: zip file empty\n"
    "  0\n";
const char *const zip_help = zip_help_text;

enum { DEPTH_MAX = 512, FLAG_DESCRIPTOR = 8, FLAG_UTF8 = 1 << 11 };

typedef struct file {
    char *path, *name; /* on disk, in the archive */
    struct stat st;
    bool done;
} file;

typedef struct names {
    char **p;
    size_t n, cap;
} names;

static struct {
    const char *archive;
    bool recurse, junk, no_dirs, update, freshen, delete, move, links, from_stdin, no_extra;
    int quiet, level, status;
    names operands, exclude, include;
    file *files;
    size_t n, cap;
    prog_writer w;
    uint64_t at;        /* bytes written */
    prog_buf directory; /* the central one, as it grows */
    uint64_t count;
    bool streams; /* the output cannot be sought */
} z = {.level = 6};

static void add_name(names *to, const char *s)
{
    to->p = prog_grow(to->p, &to->cap, to->n, sizeof(*to->p));
    to->p[to->n++] = prog_strndup(s, strlen(s));
}

static void warn(const char *format, const char *what)
{
    if (z.streams)
        fprintf(stderr, "\tzip warning: %s%s\n", format, what);
    else
        prog_printf(&prog_out, "\tzip warning: %s%s\n", format, what);
}

BX_NORETURN static void fail(int status, const char *why, const char *what)
{
    if (z.streams)
        fprintf(stderr, "\nzip error: %s (%s)\n", why, what);
    else
        prog_printf(&prog_out, "\nzip error: %s (%s)\n", why, what);
    prog_exit(status);
}

static bool matches(const names *patterns, const char *name)
{
    for (size_t i = 0; i < patterns->n; i++)
        if (fnmatch(patterns->p[i], name, 0) == 0)
            return true;
    return false;
}

/* ---- which files -------------------------------------------------------------------------------
 */

static void collect(const char *path, int depth);

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void collect_children(const char *path, int depth)
{
    DIR *dir = opendir(path);
    if (!dir) {
        warn("could not open for reading: ", path);
        z.status = 18;
        return;
    }
    names list = {0};
    size_t n = strlen(path);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            prog_buf b = {0};
            if (strcmp(path, ".") != 0) {
                prog_buf_put(&b, path, n);
                if (path[n - 1] != '/')
                    prog_buf_putc(&b, '/');
            }
            prog_buf_put(&b, e->d_name, strlen(e->d_name));
            list.p = prog_grow(list.p, &list.cap, list.n, sizeof(*list.p));
            list.p[list.n++] = prog_buf_z(&b);
        }
    closedir(dir);
    if (list.n > 1)
        qsort(list.p, list.n, sizeof(*list.p), by_name);
    for (size_t i = 0; i < list.n; i++) {
        collect(list.p[i], depth + 1);
        free(list.p[i]);
    }
    free(list.p);
}

/* As it is called in the archive: relative, without "..", with a slash for directories. */
static char *stored_name(const char *path, bool dir)
{
    const char *p = path + strspn(path, "/");
    while (p[0] == '.' && (p[1] == '/' || p[1] == '\0'))
        p += 1 + strspn(p + 1, "/");
    while (strncmp(p, "../", 3) == 0)
        p += 3;
    const char *slash = strrchr(p, '/');
    if (z.junk && slash)
        p = slash + 1;
    prog_buf b = {0};
    prog_buf_put(&b, p, strlen(p));
    if (dir && b.n > 0 && b.p[b.n - 1] != '/')
        prog_buf_putc(&b, '/');
    return prog_buf_z(&b);
}

static void collect(const char *path, int depth)
{
    struct stat st;
    if ((z.links ? lstat(path, &st) : stat(path, &st)) != 0) {
        warn("name not matched: ", path);
        return;
    }
    bool dir = S_ISDIR(st.st_mode);
    char *name = stored_name(path, dir);
    bool itself = false;
    if (!z.streams && !dir) {
        const char *a = z.archive + (strncmp(z.archive, "./", 2) == 0 ? 2 : 0);
        const char *b = path + (strncmp(path, "./", 2) == 0 ? 2 : 0);
        itself = strcmp(a, b) == 0;
    }
    bool skip =
        itself || matches(&z.exclude, name) || (z.include.n > 0 && !matches(&z.include, name));
    if (*name && !skip && !(dir && (z.junk || z.no_dirs))) {
        z.files = prog_grow(z.files, &z.cap, z.n, sizeof(*z.files));
        z.files[z.n++] = (file){.path = prog_strndup(path, strlen(path)), .name = name, .st = st};
    } else {
        free(name);
    }
    if (dir && z.recurse && depth < DEPTH_MAX)
        collect_children(path, depth);
}

static int by_file(const void *a, const void *b)
{
    const file *x = *(file *const *)a, *y = *(file *const *)b;
    return strcmp(x->name, y->name);
}

static file **sorted; /* z.files by name */

static file *find(const char *name)
{
    file key = {.name = (char *)(uintptr_t)name}, *k = &key;
    file **hit = z.n ? bsearch(&k, sorted, z.n, sizeof(*sorted), by_file) : NULL;
    return hit ? *hit : NULL;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static void put(const void *p, size_t n)
{
    prog_write(&z.w, p, n);
    z.at += n;
    if (z.w.error)
        fail(14, "Output file write failure", prog_strerror(z.w.error));
}

static void put16(prog_buf *b, unsigned v)
{
    prog_buf_putc(b, (char)v);
    prog_buf_putc(b, (char)(v >> 8));
}

static void put32(prog_buf *b, uint32_t v)
{
    put16(b, v & 0xffff);
    put16(b, v >> 16);
}

static void put64(prog_buf *b, uint64_t v)
{
    put32(b, (uint32_t)v);
    put32(b, (uint32_t)(v >> 32));
}

static uint32_t cut(uint64_t v) { return v >= 0xffffffff ? 0xffffffff : (uint32_t)v; }

static void set_dos_time(zip_entry *e, time_t t)
{
    struct tm tm = {.tm_year = 80, .tm_mday = 1};
    (void)localtime_r(&t, &tm);
    if (tm.tm_year < 80)
        tm = (struct tm){.tm_year = 80, .tm_mday = 1};
    e->dos_date = (uint16_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
    e->dos_time = (uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
    e->mtime = t;
}

static void put_local(const zip_entry *e, bool large)
{
    prog_buf b = {0};
    unsigned extra = (z.no_extra ? 0u : 9u) + (large ? 20u : 0u);
    put32(&b, 0x04034b50);
    put16(&b, large ? 45 : e->method ? 20 : 10);
    put16(&b, e->flags);
    put16(&b, e->method);
    put16(&b, e->dos_time);
    put16(&b, e->dos_date);
    put32(&b, e->crc);
    put32(&b, large ? 0xffffffff : (uint32_t)e->packed);
    put32(&b, large ? 0xffffffff : (uint32_t)e->size);
    put16(&b, (unsigned)e->name_n);
    put16(&b, extra);
    prog_buf_put(&b, e->name, e->name_n);
    if (large) {
        put16(&b, 1);
        put16(&b, 16);
        put64(&b, e->size);
        put64(&b, e->packed);
    }
    if (!z.no_extra) {
        put16(&b, 0x5455);
        put16(&b, 5);
        prog_buf_putc(&b, 1);
        put32(&b, (uint32_t)e->mtime);
    }
    put(b.p, b.n);
    prog_buf_free(&b);
}

static void put_central(const zip_entry *e)
{
    prog_buf *b = &z.directory;
    unsigned large = 0;
    const uint64_t fields[] = {e->size, e->packed, e->at};
    for (int i = 0; i < 3; i++)
        large += fields[i] >= 0xffffffff ? 8 : 0;
    bool timed = !z.no_extra && e->mtime != INT64_MIN;
    put32(b, 0x02014b50);
    put16(b, e->made_by);
    put16(b, large ? 45 : e->method ? 20 : 10);
    put16(b, e->flags);
    put16(b, e->method);
    put16(b, e->dos_time);
    put16(b, e->dos_date);
    put32(b, e->crc);
    put32(b, cut(e->packed));
    put32(b, cut(e->size));
    put16(b, (unsigned)e->name_n);
    put16(b, (large ? large + 4 : 0u) + (timed ? 9u : 0u));
    put16(b, 0);
    put16(b, 0);
    put16(b, 0);
    put32(b, e->attributes);
    put32(b, cut(e->at));
    prog_buf_put(b, e->name, e->name_n);
    if (large) {
        put16(b, 1);
        put16(b, large);
        for (int i = 0; i < 3; i++)
            if (fields[i] >= 0xffffffff)
                put64(b, fields[i]);
    }
    if (timed) {
        put16(b, 0x5455);
        put16(b, 5);
        prog_buf_putc(b, 1);
        put32(b, (uint32_t)e->mtime);
    }
    z.count++;
}

static void put_end(void)
{
    uint64_t at = z.at, n = z.directory.n;
    put(z.directory.p, z.directory.n);
    prog_buf b = {0};
    if (z.count >= 0xffff || at >= 0xffffffff || n >= 0xffffffff) {
        uint64_t end = z.at;
        put32(&b, 0x06064b50);
        put64(&b, 44);
        put16(&b, 3 << 8 | 45);
        put16(&b, 45);
        put32(&b, 0);
        put32(&b, 0);
        put64(&b, z.count);
        put64(&b, z.count);
        put64(&b, n);
        put64(&b, at);
        put32(&b, 0x07064b50);
        put32(&b, 0);
        put64(&b, end);
        put32(&b, 1);
    }
    unsigned count = z.count >= 0xffff ? 0xffff : (unsigned)z.count;
    put32(&b, 0x06054b50);
    put16(&b, 0);
    put16(&b, 0);
    put16(&b, count);
    put16(&b, count);
    put32(&b, cut(n));
    put32(&b, cut(at));
    put16(&b, 0);
    put(b.p, b.n);
    prog_buf_free(&b);
}

/* ---- one file ---------------------------------------------------------------------------------
 */

static void deflate_all(prog_reader *r, zip_entry *e)
{
    const arc_settings how = {.level = z.level, .size = UINT64_MAX};
    arc_out out;
    bx_str block;
    arc_out_begin(&out, &z.w, e->method == ZIP_STORED ? ARC_PLAIN : ARC_DEFLATE, &how);
    while (prog_block(r, &block)) {
        e->crc = zip_crc(e->crc, block.p, block.n);
        arc_write(&out, block.p, block.n);
        if (z.w.error)
            break;
    }
    arc_out_end(&out);
    e->size = out.bytes_in;
    e->packed = out.bytes_out;
    z.at += out.bytes_out;
}

static void seek(uint64_t at)
{
    int error = prog_flush(&z.w);
    if (error || lseek(z.w.fd, (off_t)at, SEEK_SET) < 0)
        fail(14, "Output file write failure", prog_strerror(error ? error : errno));
    z.at = at;
}

/* The data behind a local header that is written again when the sizes are known. */
static void put_data(const char *path, zip_entry *e, bool large)
{
    int fd = strcmp(path, "-") == 0 ? 0 : open(path, O_RDONLY);
    prog_reader r = {.fd = fd, .name = path};
    put_local(e, large);
    uint64_t data = z.at;
    if (fd >= 0)
        deflate_all(&r, e);
    if (e->method != ZIP_STORED && e->packed >= e->size && !z.streams && fd > 0 &&
        lseek(fd, 0, SEEK_SET) == 0) { /* better as it is */
        seek(data);
        if (ftruncate(z.w.fd, (off_t)data) != 0)
            fail(14, "Output file write failure", prog_strerror(errno));
        r.at = r.end = 0;
        r.eof = false;
        e->method = ZIP_STORED;
        e->crc = 0;
        deflate_all(&r, e);
    }
    if (r.error || fd < 0) {
        warn("could not open for reading: ", path);
        z.status = 18;
    }
    uint64_t end = z.at;
    if (z.streams) {
        prog_buf b = {0};
        put32(&b, 0x08074b50);
        put32(&b, e->crc);
        if (large)
            put64(&b, e->packed), put64(&b, e->size);
        else
            put32(&b, (uint32_t)e->packed), put32(&b, (uint32_t)e->size);
        put(b.p, b.n);
        prog_buf_free(&b);
    } else {
        seek(e->at);
        put_local(e, large);
        seek(end);
    }
    free(r.p);
    if (fd > 0)
        close(fd);
}

static void tell(const char *verb, const zip_entry *e)
{
    if (z.quiet)
        return;
    unsigned percent = 0;
    if (e->method != ZIP_STORED && e->size > e->packed)
        percent = ((unsigned)(200.0 * (double)(e->size - e->packed) / (double)e->size) + 1) / 2;
    prog_printf(&prog_out, "%s: %s (%s %u%%)\n", verb, e->name,
                e->method == ZIP_STORED ? "stored" : "deflated", percent);
}

static void put_file(file *f, const char *verb)
{
    zip_entry e = {.name = f->name, .name_n = strlen(f->name), .made_by = 3 << 8 | 30, .at = z.at};
    mode_t mode = f->st.st_mode;
    bool dir = S_ISDIR(mode), link = S_ISLNK(mode);
    if ((mode & 0777) == 0)
        mode |= dir ? 0755 : link ? 0777 : 0644;
    e.attributes = (uint32_t)mode << 16 | (dir ? 0x10 : 0);
    for (size_t i = 0; i < e.name_n; i++)
        if ((unsigned char)e.name[i] > 127)
            e.flags |= FLAG_UTF8;
    set_dos_time(&e, f->st.st_mtim.tv_sec);
    if (e.name_n > ZIP_NAME_MAX)
        fail(14, "name is too long", f->path);
    if (dir) {
        put_local(&e, false);
    } else if (link) {
        char to[4096];
        ssize_t n = readlink(f->path, to, sizeof(to));
        e.size = e.packed = n < 0 ? 0 : (uint64_t)n;
        e.crc = zip_crc(0, to, (size_t)e.size);
        put_local(&e, false);
        put(to, (size_t)e.size);
    } else {
        if (z.streams)
            e.flags |= FLAG_DESCRIPTOR;
        e.method = z.level > 0 && f->st.st_size != 0 ? ZIP_DEFLATED : ZIP_STORED;
        bool large = f->st.st_size > 0xf0000000;
        put_data(f->path, &e, large);
    }
    put_central(&e);
    tell(verb, &e);
    f->done = true;
}

/* ---- what is there already --------------------------------------------------------------------
 */

static void copy_entry(const zip_in *old, zip_entry *e)
{
    static uint8_t room[PROG_BLOCK];
    uint64_t at = zip_data_at(old, e);
    if (at == UINT64_MAX)
        fail(3, "Zip file structure invalid", z.archive);
    e->at = z.at;
    e->flags &= (uint16_t)~FLAG_DESCRIPTOR;
    if (e->mtime == INT64_MIN) {
        struct tm tm = zip_time(e);
        tm.tm_isdst = -1;
        e->mtime = mktime(&tm);
    }
    put_local(e, e->size >= 0xffffffff || e->packed >= 0xffffffff);
    for (uint64_t left = e->packed; left > 0;) {
        size_t n =
            zip_read_at(old->fd, at, room, left < sizeof(room) ? (size_t)left : sizeof(room));
        if (n == 0)
            fail(3, "Zip file structure invalid", z.archive);
        put(room, n);
        at += n;
        left -= n;
    }
    put_central(e);
}

static bool is_newer(const file *f, const zip_entry *e)
{
    struct tm tm = zip_time(e);
    tm.tm_isdst = -1;
    time_t old = e->mtime != INT64_MIN ? (time_t)e->mtime : mktime(&tm) + 1;
    return f->st.st_mtim.tv_sec > old;
}

/* How many entries of the old archive were replaced or deleted. */
static uint64_t take_over(zip_in *old)
{
    zip_entry e;
    uint64_t changed = 0;
    int more;
    while ((more = zip_next(old, &e)) == 1) {
        file *f = z.delete ? NULL : find(e.name);
        if (z.delete && matches(&z.operands, e.name)) {
            if (!z.quiet)
                prog_printf(&prog_out, "deleting: %s\n", e.name);
            changed++;
        } else if (f && (!(z.update || z.freshen) || is_newer(f, &e))) {
            put_file(f, z.freshen ? "freshening" : "updating");
            changed++;
        } else {
            if (f)
                f->done = true;
            copy_entry(old, &e);
        }
        zip_entry_free(&e);
    }
    if (more < 0)
        fail(3, "Zip file structure invalid", z.archive);
    return changed;
}

static uint64_t put_new(void)
{
    uint64_t n = 0;
    for (size_t i = 0; i < z.n && !z.freshen; i++)
        if (!z.files[i].done) {
            put_file(&z.files[i], "  adding");
            n++;
        }
    return n;
}

static void remove_files(void)
{
    for (size_t i = z.n; i-- > 0;)
        if (z.files[i].done)
            (void)(S_ISDIR(z.files[i].st.st_mode) ? rmdir(z.files[i].path)
                                                  : unlink(z.files[i].path));
}

static int make_archive(void)
{
    int old_fd = open(z.archive, O_RDONLY);
    zip_in old = {0};
    bool has_old = old_fd >= 0 && zip_begin(&old, old_fd);
    struct stat st;
    if (old_fd >= 0 && !has_old && fstat(old_fd, &st) == 0 && st.st_size > 0)
        fail(3, "Zip file structure invalid", z.archive);
    if ((z.delete || z.freshen) && !has_old)
        fail(13, "Nothing to do!", z.archive);
    char part[4200];
    (void)snprintf(part, sizeof(part), "%.4000s.zi%d", z.archive, (int)(time(NULL) % 100000));
    int fd = open(part, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        fail(15, "Could not create output file", z.archive);
    z.w = (prog_writer){.fd = fd, .name = part};
    uint64_t changed = has_old ? take_over(&old) : 0;
    changed += z.delete ? 0 : put_new();
    put_end();
    int error = prog_writer_close(&z.w);
    if (error || (changed == 0 && !has_old)) {
        (void)unlink(part);
        if (error)
            fail(14, "Output file write failure", prog_strerror(error));
    }
    if (changed == 0) {
        (void)unlink(part);
        if (z.update || z.freshen)
            return z.status ? z.status : 12;
        fail(12, "Nothing to do!", z.archive);
    }
    if (z.count == 0) {
        warn("zip file empty", "");
        (void)unlink(part);
        (void)unlink(z.archive);
    } else if (rename(part, z.archive) != 0) {
        fail(15, "Could not create output file", z.archive);
    }
    return z.status;
}

/* ---- options -----------------------------------------------------------------------------------
 */

static const prog_long longs[] = {
    {"recurse-paths", PROG_NO_ARG, 'r'},  {"junk-paths", PROG_NO_ARG, 'j'},
    {"no-dir-entries", PROG_NO_ARG, 'D'}, {"update", PROG_NO_ARG, 'u'},
    {"freshen", PROG_NO_ARG, 'f'},        {"delete", PROG_NO_ARG, 'd'},
    {"move", PROG_NO_ARG, 'm'},           {"exclude", PROG_NO_ARG, 'x'},
    {"include", PROG_NO_ARG, 'i'},        {"symlinks", PROG_NO_ARG, 'y'},
    {"names-stdin", PROG_NO_ARG, '@'},    {"no-extra", PROG_NO_ARG, 'X'},
    {"quiet", PROG_NO_ARG, 'q'},          {0},
};

/* -x and -i take all words up to the next option, or "@". */
static names *list_of(int c) { return c == 'x' ? &z.exclude : &z.include; }

static names *option(int c)
{
    switch (c) {
    case 'r':
        z.recurse = true;
        break;
    case 'j':
        z.junk = true;
        break;
    case 'D':
        z.no_dirs = true;
        break;
    case 'u':
        z.update = true;
        break;
    case 'f':
        z.freshen = true;
        break;
    case 'd':
        z.delete = true;
        break;
    case 'm':
        z.move = true;
        break;
    case 'y':
        z.links = true;
        break;
    case '@':
        z.from_stdin = true;
        break;
    case 'X':
        z.no_extra = true;
        break;
    case 'q':
        z.quiet++;
        break;
    case 'x':
    case 'i':
        return list_of(c);
    default:
        if (c >= '0' && c <= '9')
            z.level = c - '0';
        break;
    }
    return NULL;
}

static void word(const char *s, names **list)
{
    if (*list && strcmp(s, "@") == 0)
        *list = NULL;
    else if (*list)
        add_name(*list, s);
    else if (!z.archive)
        z.archive = s;
    else
        add_name(&z.operands, s);
}

static void parse(int argc, char **argv)
{
    names *list = NULL;
    for (int i = 1; i < argc; i++) {
        const char *s = argv[i];
        if (s[0] != '-' || !s[1]) {
            word(s, &list);
            continue;
        }
        list = NULL;
        if (s[1] == '-') {
            const prog_long *l = longs;
            while (l->name && strcmp(l->name, s + 2) != 0)
                l++;
            if (!l->name)
                fail(16, "Invalid command arguments", s);
            list = option(l->value);
            continue;
        }
        for (const char *p = s + 1; *p; p++) {
            if (!strchr("rjDufdmy@Xqxi0123456789vT9ogelk", *p))
                fail(16, "Invalid command arguments", s);
            list = option(*p);
            if (list && p[1]) { /* -x'*.o' */
                add_name(list, p + 1);
                break;
            }
        }
    }
}

int zip_run(int argc, char **argv)
{
    prog_only_help(argc, argv);
    prog_status = prog_usage_status = 16;
    parse(argc, argv);
    if (!z.archive)
        prog_usage("which archive?");
    z.streams = strcmp(z.archive, "-") == 0;
    const char *slash = strrchr(z.archive, '/');
    if (!z.streams && !strchr(slash ? slash : z.archive, '.')) {
        prog_buf b = {0};
        prog_buf_put(&b, z.archive, strlen(z.archive));
        prog_buf_put(&b, ".zip", 4);
        z.archive = prog_buf_z(&b);
    }
    if (z.from_stdin) {
        prog_reader r = {.fd = 0, .name = "-"};
        bx_str line;
        while (prog_line(&r, '\n', &line, NULL))
            if (line.n > 0) {
                char *s = prog_strndup(line.p, line.n);
                add_name(&z.operands, s);
                free(s);
            }
    }
    for (size_t i = 0; i < z.operands.n && !z.delete; i++) {
        if (strcmp(z.operands.p[i], "-") == 0) {
            z.files = prog_grow(z.files, &z.cap, z.n, sizeof(*z.files));
            z.files[z.n++] = (file){.path = prog_strndup("-", 1),
                                    .name = prog_strndup("-", 1),
                                    .st = {.st_mode = S_IFREG | 0644,
                                           .st_size = -1,
                                           .st_mtim = {.tv_sec = time(NULL)}}};
        } else {
            collect(z.operands.p[i], 0);
        }
    }
    if (z.n == 0 && !z.delete && !z.freshen)
        fail(12, "Nothing to do!", z.archive);
    sorted = prog_zalloc(z.n + 1, sizeof(*sorted));
    for (size_t i = 0; i < z.n; i++)
        sorted[i] = &z.files[i];
    if (z.n > 1)
        qsort(sorted, z.n, sizeof(*sorted), by_file);
    int status = 0;
    if (z.streams) {
        z.w = (prog_writer){.fd = 1, .name = "-"};
        z.quiet = 1;
        (void)put_new();
        put_end();
        (void)prog_flush(&z.w);
        status = z.status;
    } else {
        status = make_archive();
    }
    if (z.move)
        remove_files();
    return status;
}
