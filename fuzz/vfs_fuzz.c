/* Random operations on a host directory and on the in-memory tree, which is the model: every
 * answer, every content and every listing must agree.  Beside the granted directory lies a
 * canary that nothing may change, read or list. */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "vfs/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOTS = 6, PATH_PARTS = 4, IO_MAX = 6000 };

typedef struct input {
    const uint8_t *p;
    size_t n;
} input;

typedef struct side { /* the same session of operations, on the host [0] and in memory [1] */
    bx_vfs_session *s;
    bx_file *root, *slot[SLOTS];
} side;

static char base[64];
static bx_grant *grant;
static bx_vfs *vfs;
static bx_limits limits;

static uint8_t byte(input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return *in->p++;
}

#define MUST(c) \
    do { \
        if (!(c)) { \
            (void)fprintf(stderr, "vfs_fuzz:%d: %s\n", __LINE__, #c); \
            abort(); \
        } \
    } while (0)

/* ---- the place ------------------------------------------------------------------------------- */
static int remove_one(const char *p, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)flag;
    if (f->level > 0)
        (void)remove(p);
    return 0;
}

static void in_base(const char *rel, char out[128])
{
    (void)snprintf(out, 128, "%s/%s", base, rel);
}

static void put_canary(void)
{
    char path[128];
    in_base("out/canary", path);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    MUST(fd >= 0 && write(fd, "canary", 6) == 6);
    (void)close(fd);
}

static void check_canary(void)
{
    char path[128], buf[16];
    in_base("out/canary", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    MUST(fd >= 0 && read(fd, buf, sizeof buf) == 6 && memcmp(buf, "canary", 6) == 0);
    struct stat st;
    MUST(fstat(fd, &st) == 0 && st.st_nlink == 1);
    (void)close(fd);
    in_base("out", path);
    MUST(stat(path, &st) == 0 && st.st_nlink == 2);
}

static void clean_up(void)
{
    (void)nftw(base, remove_one, 16, FTW_PHYS | FTW_DEPTH);
    (void)rmdir(base);
}

static void set_up(void)
{
    char path[128];
    bx_error err;
    (void)snprintf(base, sizeof base, "/tmp/bx_fuzz_XXXXXX");
    MUST(mkdtemp(base));
    (void)atexit(clean_up);
    in_base("out", path);
    MUST(mkdir(path, 0700) == 0);
    in_base("w", path);
    MUST(mkdir(path, 0700) == 0);
    put_canary();
    limits = bx_limits_default();
    limits.fs_write = 100000;
    limits.files_created = 60;
    limits.open_files = 2 * SLOTS;
    MUST(bx_grant_new(&grant, &err) == BX_OK);
    MUST(bx_grant_mount(grant, bx_str_of(path), BX_LIT("/w"), &err) == BX_OK);
    MUST(bx_grant_allow(grant, BX_LIT("rw:/w"), &err) == BX_OK);
    MUST(bx_grant_allow(grant, BX_LIT("tmp:16MiB"), &err) == BX_OK);
    MUST(bx_grant_allow(grant, BX_LIT("deny:**/no"), &err) == BX_OK);
    MUST(bx_grant_seal(grant, &err) == BX_OK);
}

/* Once with carve-outs and once without: paths resolve by different ways. */
static bx_vfs *open_vfs(bool deny)
{
    static bx_vfs *made[2];
    bx_error err;
    if (made[deny])
        return made[deny];
    bx_grant *g = NULL;
    char path[128];
    in_base("w", path);
    if (!deny) {
        MUST(bx_grant_new(&g, &err) == BX_OK);
        MUST(bx_grant_mount(g, bx_str_of(path), BX_LIT("/w"), &err) == BX_OK);
        MUST(bx_grant_allow(g, BX_LIT("rw:/w"), &err) == BX_OK);
        MUST(bx_grant_allow(g, BX_LIT("tmp:16MiB"), &err) == BX_OK);
        MUST(bx_grant_seal(g, &err) == BX_OK);
    }
    MUST(bx_vfs_new(deny ? grant : g, NULL, &made[deny], &err) == BX_OK);
    bx_grant_free(g);
    return made[deny];
}

/* ---- operations
 * ---------------------------------------------------------------------------------- */
static void path_of(input *in, char out[256])
{
    static const char *const parts[] = {"a", "b",    "c",  "d",   "..",     ".", "no",
                                        "",  "link", "..", "out", "canary", "w"};
    size_t n = 1 + byte(in) % PATH_PARTS;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t at = strlen(out);
        (void)snprintf(out + at, 256 - at, "%s%s", i ? "/" : "", parts[byte(in) % BX_COUNT(parts)]);
    }
    if (byte(in) % 8 == 0)
        (void)snprintf(out + strlen(out), 256 - strlen(out), "/");
}

static bx_file *dir_of(side *s, uint8_t i)
{
    bx_file *f = i % 4 ? NULL : s->slot[i / 4 % SLOTS];
    return f ? f : s->root;
}

static void same(bx_errno host, bx_errno model, const char *op, const char *a, const char *b)
{
    if (host == model)
        return;
    (void)fprintf(stderr, "vfs_fuzz: %s '%s' '%s': host %s, model %s\n", op, a, b,
                  bx_errno_name(host), bx_errno_name(model));
    abort();
}

static void do_open(input *in, side s[2])
{
    char path[256];
    path_of(in, path);
    uint8_t fl = byte(in), d = byte(in), to = byte(in) % SLOTS;
    bx_open_how how = {.read = fl & 1,
                       .write = fl & 2,
                       .create = fl & 4,
                       .exclusive = fl & 8 && fl & 4,
                       .truncate = (fl & 0x30) == 0x10,
                       .directory = (fl & 0x60) == 0x60,
                       .follow = fl & 0x80,
                       .append = (fl & 0x0f) == 0x0e};
    bx_errno e[2];
    bx_file *f[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++)
        e[i] = bx_vfs_open(dir_of(&s[i], d), bx_str_of(path), &how, &f[i]);
    same(e[0], e[1], "open", path, "");
    for (int i = 0; i < 2 && e[0] == BX_E_SUCCESS; i++) {
        bx_file_close(s[i].slot[to]);
        s[i].slot[to] = f[i];
    }
    if (e[0] == BX_E_SUCCESS)
        MUST(bx_file_type(f[0]) == bx_file_type(f[1]) &&
             bx_file_rights(f[0]) == bx_file_rights(f[1]));
}

static bx_errno one_path(bx_file *d, uint8_t op, const char *a, const char *b)
{
    static const bx_set_time now = {.kind = BX_TIME_NOW};
    switch (op) {
    case 0:
        return bx_vfs_mkdir_at(d, bx_str_of(a));
    case 1:
        return bx_vfs_rmdir_at(d, bx_str_of(a));
    case 2:
        return bx_vfs_unlink_at(d, bx_str_of(a));
    case 3:
        return bx_vfs_symlink_at(bx_str_of(b), d, bx_str_of(a));
    case 4:
        return bx_vfs_set_times_at(d, bx_str_of(a), false, now, now);
    default:
        return bx_vfs_set_times_at(d, bx_str_of(a), true, now, now);
    }
}

static void do_path(input *in, side s[2])
{
    static const char *const names[] = {"mkdir", "rmdir", "unlink", "symlink", "times", "timesf"};
    char a[256], b[256];
    path_of(in, a);
    path_of(in, b);
    uint8_t op = byte(in) % BX_COUNT(names), d = byte(in);
    bx_errno host = one_path(dir_of(&s[0], d), op, a, b);
    same(host, one_path(dir_of(&s[1], d), op, a, b), names[op], a, b);
}

static void do_two(input *in, side s[2])
{
    char a[256], b[256];
    path_of(in, a);
    path_of(in, b);
    uint8_t op = byte(in) % 3, d = byte(in), t = byte(in);
    bx_errno e[2];
    for (int i = 0; i < 2; i++) {
        bx_file *from = dir_of(&s[i], d), *to = dir_of(&s[i], t);
        e[i] = op == 0 ? bx_vfs_rename_at(from, bx_str_of(a), to, bx_str_of(b))
                       : bx_vfs_link_at(from, bx_str_of(a), op == 1, to, bx_str_of(b));
    }
    same(e[0], e[1], op ? "link" : "rename", a, b);
}

static void do_stat(input *in, side s[2])
{
    char a[256], link[2][64];
    path_of(in, a);
    uint8_t d = byte(in);
    bool follow = byte(in) & 1;
    bx_stat st[2];
    bx_errno e[2];
    size_t n[2] = {0, 0};
    for (int i = 0; i < 2; i++)
        e[i] = bx_vfs_stat_at(dir_of(&s[i], d), bx_str_of(a), follow, &st[i]);
    same(e[0], e[1], "stat", a, "");
    if (e[0] == BX_E_SUCCESS) {
        MUST(st[0].type == st[1].type);
        MUST(st[0].type == BX_FT_DIR || (st[0].size == st[1].size && st[0].nlink == st[1].nlink));
    }
    for (int i = 0; i < 2; i++)
        e[i] = bx_vfs_readlink_at(dir_of(&s[i], d), bx_str_of(a), link[i], sizeof link[i], &n[i]);
    same(e[0], e[1], "readlink", a, "");
    MUST(n[0] == n[1] && memcmp(link[0], link[1], n[0]) == 0);
}

/* ---- files
 * ------------------------------------------------------------------------------------------- */
static bx_errno one_io(bx_file *f, uint8_t op, uint8_t *buf, size_t n, uint64_t off, size_t *done)
{
    struct iovec iov[2] = {{buf, n / 3}, {buf + n / 3, n - n / 3}};
    uint64_t at;
    switch (op) {
    case 0:
        return bx_file_writev(f, iov, 2, done);
    case 1:
        return bx_file_pwritev(f, iov, 2, off, done);
    case 2:
        return bx_file_readv(f, iov, 2, done);
    case 3:
        return bx_file_preadv(f, iov, 2, off, done);
    case 4:
        return bx_file_set_size(f, off);
    case 5:
        bx_file_set_flags(f, n & 1, false);
        return BX_E_SUCCESS;
    default: {
        bx_errno e = bx_file_seek(f, (int64_t)off - IO_MAX, (int)(n % 3), &at);
        *done = e == BX_E_SUCCESS ? (size_t)at : 0;
        return e;
    }
    }
}

static void do_io(input *in, side s[2])
{
    static uint8_t buf[2][IO_MAX];
    uint8_t i = byte(in) % SLOTS, op = byte(in) % 7, fill = byte(in);
    size_t n = ((size_t)byte(in) * 31) % IO_MAX, done[2] = {0, 0};
    uint64_t off = (uint64_t)byte(in) * 97 % (2 * IO_MAX);
    bx_errno e[2];
    if (!s[0].slot[i])
        return;
    for (int k = 0; k < 2; k++) {
        memset(buf[k], op < 2 ? fill : 0, n);
        e[k] = one_io(s[k].slot[i], op, buf[k], n, off, &done[k]);
    }
    static const char *const names[] = {"writev",   "pwritev",   "readv", "preadv",
                                        "set_size", "set_flags", "seek"};
    same(e[0], e[1], names[op], "", "");
    if (done[0] != done[1] || memcmp(buf[0], buf[1], n) != 0) {
        (void)fprintf(stderr, "vfs_fuzz: io %d: host %zu, model %zu\n", op, done[0], done[1]);
        abort();
    }
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static bx_errno list(bx_file *d, char names[][64], size_t cap, size_t *ret_n)
{
    bool more = true;
    *ret_n = 0;
    for (uint64_t at = 0; *ret_n < cap;) {
        bx_dirent e;
        bx_errno r = bx_file_readdir(d, at, &e, &more);
        if (r != BX_E_SUCCESS || !more)
            return r;
        at = e.next;
        (void)snprintf(names[(*ret_n)++], 64, "%d:%.*s", e.type, (int)e.name.n, e.name.p);
    }
    return BX_E_SUCCESS;
}

static void do_list(input *in, side s[2])
{
    static char names[2][100][64];
    uint8_t d = byte(in);
    bx_errno e[2];
    size_t n[2];
    for (int i = 0; i < 2; i++) {
        e[i] = list(dir_of(&s[i], d), names[i], 100, &n[i]);
        qsort(names[i], n[i], sizeof names[i][0], by_name);
    }
    same(e[0], e[1], "readdir", "", "");
    MUST(n[0] == n[1]);
    for (size_t i = 0; i < n[0]; i++)
        MUST(strcmp(names[0][i], names[1][i]) == 0);
}

static void run(input *in, side s[2])
{
    while (in->n > 0) {
        switch (byte(in) % 8) {
        case 0:
        case 1:
            do_open(in, s);
            break;
        case 2:
        case 3:
            do_path(in, s);
            break;
        case 4:
            do_two(in, s);
            break;
        case 5:
            do_stat(in, s);
            break;
        case 6:
            do_io(in, s);
            break;
        default:
            do_list(in, s);
        }
    }
}

static void compare_counters(const side s[2])
{
    const bx_fs_counters *a = bx_vfs_counters(s[0].s), *b = bx_vfs_counters(s[1].s);
    MUST(a->bytes_read == b->bytes_read && a->bytes_written == b->bytes_written);
    MUST(a->files_created == b->files_created && a->dir_entries == b->dir_entries);
    MUST(a->open_files == b->open_files && a->open_files_peak == b->open_files_peak);
    MUST(a->bytes_written <= limits.fs_write && a->files_created <= limits.files_created);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[128];
    if (base[0] == '\0')
        set_up();
    input in = {data, size < 4096 ? size : 4096};
    vfs = open_vfs(byte(&in) & 1);
    side s[2];
    memset(s, 0, sizeof s);
    for (size_t i = 0; i < 2; i++) {
        MUST(bx_vfs_session_new(vfs, &limits, NULL, NULL, &s[i].s, NULL) == BX_OK);
        MUST(bx_vfs_preopen(s[i].s, i, &s[i].root) == BX_E_SUCCESS);
    }
    run(&in, s);
    compare_counters(s);
    for (size_t i = 0; i < 2; i++)
        bx_vfs_session_free(s[i].s);
    check_canary();
    in_base("w", path);
    (void)nftw(path, remove_one, 16, FTW_PHYS | FTW_DEPTH);
    return 0;
}
