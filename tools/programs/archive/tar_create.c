#include "programs/archive/tar.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { DEPTH_MAX = 512, HOLE_MIN = 512 };

typedef struct linked { /* a file with several names: the first one is stored */
    dev_t dev;
    ino_t ino;
    char *name;
} linked;

typedef struct dated { /* -u: what the archive has */
    char *name;
    struct timespec mtime;
} dated;

typedef struct index_of { /* numbers of the elements of an array, by hash */
    size_t *slots, mask, used;
} index_of;

static linked *links;
static size_t n_links, cap_links;
static dated *old_ones;
static size_t n_old, cap_old;
static index_of links_by_file, old_by_name;
static tar_out out;
static struct stat archive;
static bool has_archive;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void copy(char to[33], const char *s)
{
    size_t n = strnlen(s, 32);
    memcpy(to, s, n);
    to[n] = '\0';
}

static tar_member member_of(const struct stat *st, char type)
{
    tar_member m = {.type = type,
                    .mode = (uint32_t)st->st_mode & 07777,
                    .uid = tar_opt.uid >= 0 ? (uint64_t)tar_opt.uid : st->st_uid,
                    .gid = tar_opt.gid >= 0 ? (uint64_t)tar_opt.gid : st->st_gid,
                    .mtime = tar_opt.has_mtime ? tar_opt.mtime : st->st_mtim};
    if ((m.mode & 0777) == 0 && S_ISDIR(st->st_mode)) /* a guest is told no permissions */
        m.mode = 0755;
    else if ((m.mode & 0777) == 0)
        m.mode = type == '2' ? 0777 : 0644;
    if (!tar_opt.numeric) {
        copy(m.uname, tar_opt.owner ? tar_opt.owner : m.uid == 0 ? "root" : "");
        copy(m.gname, tar_opt.group ? tar_opt.group : m.gid == 0 ? "root" : "");
    }
    return m;
}

/* -S: where the file has data, read once. */
static void find_data(int fd, tar_member *m)
{
    static uint8_t room[PROG_BLOCK];
    uint64_t at = 0;
    for (ssize_t n; (n = prog_read(fd, room, sizeof(room))) > 0;)
        for (ssize_t i = 0; i < n; i += HOLE_MIN) {
            ssize_t k = n - i < HOLE_MIN ? n - i : HOLE_MIN;
            bool zero = room[i] == 0 && memcmp(room + i, room + i + 1, (size_t)k - 1) == 0;
            tar_span *last = m->n_map ? &m->map[m->n_map - 1] : NULL;
            if (!zero && last && last->at + last->n == at) {
                last->n += (uint64_t)k;
            } else if (!zero) {
                m->map = prog_grow(m->map, &m->cap_map, m->n_map, sizeof(*m->map));
                m->map[m->n_map++] = (tar_span){at, (uint64_t)k};
            }
            at += (uint64_t)k;
        }
    (void)lseek(fd, 0, SEEK_SET);
}

static void put_data(int fd, const char *name, uint64_t size)
{
    static uint8_t room[PROG_BLOCK];
    uint64_t left = size;
    while (left > 0) {
        ssize_t n = prog_read(fd, room, left < sizeof(room) ? (size_t)left : sizeof(room));
        if (n < 0)
            tar_fail(errno, "read", name);
        if (n <= 0)
            break;
        tar_put(&out, room, (size_t)n);
        left -= (uint64_t)n;
    }
    if (left > 0) {
        prog_warn(0, "%s: File shrank by %llu bytes; padding with zeros", name,
                  (unsigned long long)left);
        tar_status = tar_status ? tar_status : 1;
        memset(room, 0, sizeof(room));
        for (; left > 0; left -= left < sizeof(room) ? left : sizeof(room))
            tar_put(&out, room, left < sizeof(room) ? (size_t)left : sizeof(room));
    }
    tar_pad(&out);
}

/* A sparse file as pax has it (version 1.0): the map, then the data. */
static bool put_sparse(int fd, tar_member *m, const char *name)
{
    prog_buf map = {0};
    char text[64];
    uint64_t data = 0;
    int k = snprintf(text, sizeof(text), "%zu\n", m->n_map);
    prog_buf_put(&map, text, (size_t)k);
    for (size_t i = 0; i < m->n_map; i++) {
        k = snprintf(text, sizeof(text), "%llu\n%llu\n", (unsigned long long)m->map[i].at,
                     (unsigned long long)m->map[i].n);
        prog_buf_put(&map, text, (size_t)k);
        data += m->map[i].n;
    }
    while (map.n % TAR_BLOCK != 0)
        prog_buf_putc(&map, '\0');
    prog_buf pax = {0};
    struct {
        const char *key;
        char value[32];
    } keys[] = {{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.realsize", ""}};
    (void)snprintf(keys[2].value, sizeof(keys[2].value), "%llu", (unsigned long long)m->real_size);
    for (size_t i = 0; i <= 3; i++) {
        const char *key = i < 3 ? keys[i].key : "GNU.sparse.name";
        const char *value = i < 3 ? keys[i].value : m->name;
        size_t n = strlen(key) + strlen(value) + 3, digits = 1;
        for (size_t limit = 10; n + digits >= limit; limit *= 10)
            digits++;
        k = snprintf(text, sizeof(text), "%zu ", n + digits);
        prog_buf_put(&pax, text, (size_t)k);
        prog_buf_put(&pax, key, strlen(key));
        prog_buf_putc(&pax, '=');
        prog_buf_put(&pax, value, strlen(value));
        prog_buf_putc(&pax, '\n');
    }
    tar_member x = {.type = 'x', .name = prog_strndup("PaxHeaders/sparse", 17), .mode = 0644};
    x.size = pax.n;
    tar_format format = tar_opt.format;
    tar_opt.format = TAR_USTAR;
    bool ok = tar_put_header(&out, &x);
    tar_put(&out, pax.p, pax.n);
    tar_pad(&out);
    m->size = map.n + data;
    tar_opt.format = TAR_GNU;
    ok = ok && tar_put_header(&out, m);
    tar_opt.format = format;
    tar_put(&out, map.p, map.n);
    static uint8_t room[HOLE_MIN];
    for (size_t i = 0; i < m->n_map; i++) {
        if (lseek(fd, (off_t)m->map[i].at, SEEK_SET) < 0)
            tar_fail(errno, "seek", name);
        for (uint64_t left = m->map[i].n; left > 0;) {
            size_t n = left < sizeof(room) ? (size_t)left : sizeof(room);
            memset(room, 0, sizeof(room));
            (void)prog_read(fd, room, n);
            tar_put(&out, room, n);
            left -= n;
        }
    }
    tar_pad(&out);
    tar_member_free(&x);
    prog_buf_free(&map);
    prog_buf_free(&pax);
    return ok;
}

/* At least half of the table stays empty. */
static void index_add(index_of *t, uint64_t hash, size_t number, uint64_t (*hash_of)(size_t number))
{
    if (t->used * 2 >= t->mask) {
        index_of more = {.mask = t->mask ? t->mask * 2 + 1 : 255};
        more.slots = prog_zalloc(more.mask + 1, sizeof(*more.slots));
        for (size_t i = 0; t->slots && i <= t->mask; i++)
            if (t->slots[i])
                index_add(&more, hash_of(t->slots[i] - 1), t->slots[i] - 1, hash_of);
        free(t->slots);
        *t = more;
    }
    size_t at = (size_t)hash & t->mask;
    while (t->slots[at])
        at = (at + 1) & t->mask;
    t->slots[at] = number + 1;
    t->used++;
}

static uint64_t file_hash(dev_t dev, ino_t ino)
{
    uint64_t h = ((uint64_t)ino ^ (uint64_t)dev << 40) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}

static uint64_t link_hash(size_t i) { return file_hash(links[i].dev, links[i].ino); }

static uint64_t name_hash(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    return h ^ h >> 32;
}

static uint64_t old_hash(size_t i) { return name_hash(old_ones[i].name); }

/* The name it is stored under; NULL: it is the first of its names. */
static const char *stored_link(const struct stat *st, const char *name)
{
    if (st->st_nlink < 2 || st->st_ino == 0)
        return NULL;
    const index_of *t = &links_by_file;
    uint64_t hash = file_hash(st->st_dev, st->st_ino);
    for (size_t at = (size_t)hash & t->mask; t->slots && t->slots[at]; at = (at + 1) & t->mask) {
        const linked *l = &links[t->slots[at] - 1];
        if (l->dev == st->st_dev && l->ino == st->st_ino)
            return l->name;
    }
    links = prog_grow(links, &cap_links, n_links, sizeof(*links));
    links[n_links] = (linked){st->st_dev, st->st_ino, prog_strndup(name, strlen(name))};
    index_add(&links_by_file, hash, n_links++, link_hash);
    return NULL;
}

static void tell(const tar_member *m)
{
    if (!tar_opt.verbose)
        return;
    bool taken = strcmp(tar_opt.file, "-") == 0; /* standard output is the archive */
    prog_writer err = {.fd = 2};
    tar_show(taken ? &err : &prog_out, m, m->name, tar_opt.verbose > 1);
    if (taken) {
        (void)prog_flush(&err);
        free(err.p);
    }
}

static void put_file(const char *path, const struct stat *st, tar_member *m)
{
    const char *link = stored_link(st, m->name);
    if (link) {
        m->type = '1';
        m->link = prog_strndup(link, strlen(link));
        tell(m);
        (void)tar_put_header(&out, m);
        return;
    }
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        tar_fail(errno, "open", path);
        return;
    }
    m->size = m->real_size = (uint64_t)st->st_size;
    tell(m);
    if (tar_opt.sparse)
        find_data(fd, m);
    bool whole = m->n_map == 1 && m->map[0].at == 0 && m->map[0].n == m->size;
    bool holes = tar_opt.sparse && !whole && m->size > 0;
    if (holes)
        (void)put_sparse(fd, m, path);
    else if (tar_put_header(&out, m))
        put_data(fd, path, m->size);
    close(fd);
}

/* -u: the archive has it, and not older. */
static bool is_old(const char *name, const struct stat *st)
{
    const index_of *t = &old_by_name;
    bool old = false;
    for (size_t at = (size_t)name_hash(name) & t->mask; t->slots && t->slots[at];
         at = (at + 1) & t->mask) {
        const dated *d = &old_ones[t->slots[at] - 1];
        if (strcmp(d->name, name) == 0)
            old |= st->st_mtim.tv_sec <= d->mtime.tv_sec;
    }
    return old;
}

static void put(const char *path, int depth);

/* The file that is being written; by its name where the system numbers no files. */
static bool is_archive(const char *path, const struct stat *st)
{
    if (st->st_ino != 0)
        return st->st_dev == archive.st_dev && st->st_ino == archive.st_ino;
    const char *a = tar_opt.file + (strncmp(tar_opt.file, "./", 2) == 0 ? 2 : 0);
    const char *b = path + (strncmp(path, "./", 2) == 0 ? 2 : 0);
    return !tar_opt.dir && strcmp(a, b) == 0;
}

static void put_children(const char *path, int depth)
{
    DIR *dir = opendir(path);
    if (!dir) {
        tar_fail(errno, "open", path);
        return;
    }
    tar_names names = {0};
    size_t n = strlen(path);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            prog_buf b = {0};
            prog_buf_put(&b, path, n);
            if (n > 0 && path[n - 1] != '/')
                prog_buf_putc(&b, '/');
            prog_buf_put(&b, e->d_name, strlen(e->d_name));
            names.p = prog_grow(names.p, &names.cap, names.n, sizeof(*names.p));
            names.p[names.n++] = prog_buf_z(&b);
        }
    closedir(dir);
    if (names.n > 1)
        qsort(names.p, names.n, sizeof(*names.p), by_name);
    for (size_t i = 0; i < names.n; i++) {
        put(names.p[i], depth + 1);
        free(names.p[i]);
    }
    free(names.p);
}

static void put_directory(const char *path, tar_member *m, int depth)
{
    size_t n = strlen(m->name);
    if (n == 0 || m->name[n - 1] != '/') {
        m->name = prog_realloc(m->name, n + 2, 1);
        memcpy(m->name + n, "/", 2);
    }
    tell(m);
    if (!tar_put_header(&out, m) || tar_opt.no_recursion)
        return;
    if (depth >= DEPTH_MAX) {
        prog_warn(0, "%s: too many directories within each other", path);
        tar_status = 2;
        return;
    }
    put_children(path, depth);
}

static void put(const char *path, int depth)
{
    struct stat st;
    if (tar_is_excluded(path))
        return;
    if ((tar_opt.deref ? stat(path, &st) : lstat(path, &st)) != 0) {
        tar_fail(errno, "stat", path);
        return;
    }
    if (has_archive && is_archive(path, &st)) {
        prog_warn(0, "%s: file is the archive; not dumped", path);
        return;
    }
    char *moved = tar_transform(prog_strndup(path, strlen(path)), 'r');
    char *name = tar_safe_name(moved, "member names");
    free(moved);
    if (tar_opt.what == 'u' && !S_ISDIR(st.st_mode) && is_old(name, &st)) {
        free(name);
        return;
    }
    char type = S_ISDIR(st.st_mode) ? '5' : S_ISLNK(st.st_mode) ? '2' : '0';
    tar_member m = member_of(&st, type);
    m.name = name;
    if (type == '5') {
        put_directory(path, &m, depth);
    } else if (type == '2') {
        char to[4096];
        ssize_t n = readlink(path, to, sizeof(to));
        if (n < 0) {
            tar_fail(errno, "readlink", path);
        } else {
            m.link = tar_transform(prog_strndup(to, (size_t)n), 's');
            tell(&m);
            (void)tar_put_header(&out, &m);
        }
    } else if (S_ISREG(st.st_mode)) {
        put_file(path, &st, &m);
    } else {
        prog_warn(0, "%s: not a file; not dumped", path);
    }
    tar_member_free(&m);
    if (tar_opt.remove && (S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path)) != 0)
        tar_fail(errno, S_ISDIR(st.st_mode) ? "rmdir" : "unlink", path);
}

static void put_all(const tar_names *operands)
{
    if (tar_opt.dir && chdir(tar_opt.dir) != 0) {
        prog_warn(errno, "%s: Cannot open", tar_opt.dir);
        prog_die(0, "Error is not recoverable: exiting now");
    }
    for (size_t i = 0; i < operands->n; i++) {
        char *path = operands->p[i];
        if (strncmp(path, "-C\n", 3) == 0) { /* put there by the options */
            if (chdir(path + 3) != 0) {
                prog_warn(errno, "%s: Cannot open", path + 3);
                prog_die(0, "Error is not recoverable: exiting now");
            }
            continue;
        }
        put(path, 0);
    }
}

static arc_kind kind_of_suffix(const char *name)
{
    static const struct {
        const char *suffix;
        arc_kind kind;
    } table[] = {{".gz", ARC_GZIP},   {".tgz", ARC_GZIP},  {".taz", ARC_GZIP},
                 {".bz2", ARC_BZIP2}, {".tbz", ARC_BZIP2}, {".tbz2", ARC_BZIP2},
                 {".tz2", ARC_BZIP2}, {".xz", ARC_XZ},     {".txz", ARC_XZ},
                 {".lzma", ARC_LZMA}, {".tlz", ARC_LZMA},  {".zst", ARC_ZSTD},
                 {".tzst", ARC_ZSTD}};
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        size_t k = strlen(table[i].suffix);
        if (n > k && strcmp(name + n - k, table[i].suffix) == 0)
            return table[i].kind;
    }
    return ARC_PLAIN;
}

BX_NORETURN static void cannot_open(void)
{
    prog_warn(errno, "%s: Cannot open", tar_opt.file);
    prog_die(0, "Error is not recoverable: exiting now");
}

static void begin(int fd, arc_kind kind)
{
    const arc_settings how = {.level = (int)tar_opt.level, .size = UINT64_MAX};
    out.w = (prog_writer){.fd = fd, .name = tar_opt.file};
    arc_out_begin(&out.out, &out.w, kind, &how);
    has_archive = fstat(fd, &archive) == 0 && S_ISREG(archive.st_mode);
}

static void end(void)
{
    tar_finish(&out);
    uint64_t bytes = out.bytes;
    int error = prog_writer_close(&out.w);
    if (error)
        prog_die(error, "%s: Cannot write", tar_opt.file);
    if (tar_opt.totals)
        prog_warn(0, "Total bytes written: %llu", (unsigned long long)bytes);
}

void tar_create(tar_names *operands)
{
    bool to_stdout = strcmp(tar_opt.file, "-") == 0;
    int fd = to_stdout ? 1 : open(tar_opt.file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        cannot_open();
    arc_kind kind =
        tar_opt.by_suffix && !tar_opt.kind_given ? kind_of_suffix(tar_opt.file) : tar_opt.kind;
    begin(fd, kind);
    put_all(operands);
    end();
}

void tar_append(tar_names *operands)
{
    struct stat st;
    if (stat(tar_opt.file, &st) != 0 && errno == ENOENT) {
        tar_create(operands);
        return;
    }
    tar_in in;
    tar_member m;
    tar_open(&in, tar_opt.file);
    if (in.in.kind != ARC_PLAIN)
        prog_die(0, "Cannot update compressed archives");
    while (tar_next(&in, &m)) {
        if (tar_opt.what == 'u') {
            old_ones = prog_grow(old_ones, &cap_old, n_old, sizeof(*old_ones));
            old_ones[n_old] = (dated){m.name, m.mtime};
            index_add(&old_by_name, name_hash(m.name), n_old++, old_hash);
            m.name = NULL;
        }
        tar_member_free(&m);
    }
    (void)prog_close(&in.r);
    if (in.dead)
        prog_exit(2);
    int fd = open(tar_opt.file, O_RDWR);
    if (fd < 0 || lseek(fd, (off_t)in.end, SEEK_SET) < 0)
        cannot_open();
    begin(fd, ARC_PLAIN);
    out.bytes = in.end;
    put_all(operands);
    end();
}
