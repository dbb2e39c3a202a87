/* Each host function, called rightly once, then with each of its pointers and lengths pointing
 * out of memory: at the last byte, past the end, around 2^32.  It must answer FAULT, or refuse on
 * other grounds before it looks, and leave memory and files as they were. */
#include "wasi/test_env.h"

enum { BUF = 1024, IOVS = 2048, OUT = 4096, PATH = 5000, PATH2 = 5100, SUBS = 6000, EVENTS = 7000 };

/* A pointer among the arguments, and how many bytes the function needs there. */
typedef struct pointer {
    int arg;
    uint32_t need;
} pointer;

typedef struct shape {
    const char *name;
    uint64_t args[9];
    pointer ptrs[3];
    int len_arg; /* a length that goes with ptrs[0], or -1 */
    uint64_t ok; /* what the right call answers */
} shape;

#define R_ALL (BX_R_FILE | BX_R_DIR)
static const shape shapes[] = {
    {"args_get", {BUF, BUF + 64}, {{0, 8}, {1, 5}}, -1, 0},
    {"args_sizes_get", {BUF, BUF + 4}, {{0, 4}, {1, 4}}, -1, 0},
    {"environ_get", {BUF, BUF + 64}, {{0, 4}, {1, 4}}, -1, 0},
    {"environ_sizes_get", {BUF, BUF + 4}, {{0, 4}, {1, 4}}, -1, 0},
    {"clock_res_get", {0, BUF}, {{1, 8}}, -1, 0},
    {"clock_time_get", {1, 0, BUF}, {{2, 8}}, -1, 0},
    {"fd_advise", {5, 0, 10, 0}, {{0, 0}}, -1, 0},
    {"fd_allocate", {5, 0, 1}, {{0, 0}}, -1, 0},
    {"fd_close", {6}, {{0, 0}}, -1, 0},
    {"fd_datasync", {5}, {{0, 0}}, -1, 0},
    {"fd_fdstat_get", {5, BUF}, {{1, 24}}, -1, 0},
    {"fd_fdstat_set_flags", {5, 0}, {{0, 0}}, -1, 0},
    {"fd_fdstat_set_rights", {5, R_ALL & BX_R_FILE, 0}, {{0, 0}}, -1, 0},
    {"fd_filestat_get", {5, BUF}, {{1, 64}}, -1, 0},
    {"fd_filestat_set_size", {5, 10}, {{0, 0}}, -1, 0},
    {"fd_filestat_set_times", {5, 1, 1, 5}, {{0, 0}}, -1, 0},
    {"fd_pread", {5, IOVS, 1, 0, OUT}, {{1, 8}, {4, 4}}, -1, 0},
    {"fd_prestat_get", {3, BUF}, {{1, 8}}, -1, 0},
    {"fd_prestat_dir_name", {3, BUF, 8}, {{1, 8}}, 2, 0},
    {"fd_pwrite", {5, IOVS, 1, 0, OUT}, {{1, 8}, {4, 4}}, -1, 0},
    {"fd_read", {5, IOVS, 1, OUT}, {{1, 8}, {3, 4}}, -1, 0},
    {"fd_readdir", {3, BUF, 256, 0, OUT}, {{1, 256}, {4, 4}}, 2, 0},
    {"fd_renumber", {5, 6}, {{0, 0}}, -1, 0},
    {"fd_seek", {5, 0, 0, OUT}, {{3, 8}}, -1, 0},
    {"fd_sync", {5}, {{0, 0}}, -1, 0},
    {"fd_tell", {5, OUT}, {{1, 8}}, -1, 0},
    {"fd_write", {5, IOVS, 1, OUT}, {{1, 8}, {3, 4}}, -1, 0},
    {"path_create_directory", {3, PATH2, 3}, {{1, 3}}, 2, 0},
    {"path_filestat_get", {3, 0, PATH, 4, BUF}, {{2, 4}, {4, 64}}, 3, 0},
    {"path_filestat_set_times", {3, 0, PATH, 4, 1, 1, 5}, {{2, 4}}, 3, 0},
    {"path_link", {3, 0, PATH, 4, 3, PATH2, 3}, {{2, 4}, {5, 3}}, 3, 0},
    {"path_open", {3, 0, PATH2, 3, BX_O_CREAT, R_ALL, R_ALL, 0, OUT}, {{2, 3}, {8, 4}}, 3, 0},
    {"path_readlink", {3, PATH2 + 10, 3, BUF, 16, OUT}, {{1, 3}, {3, 16}, {5, 4}}, 2, 0},
    {"path_remove_directory", {3, PATH2 + 20, 3}, {{1, 3}}, 2, 0},
    {"path_rename", {3, PATH, 4, 3, PATH2, 3}, {{1, 4}, {4, 3}}, 2, 0},
    {"path_symlink", {PATH, 4, 3, PATH2, 3}, {{0, 4}, {3, 3}}, 1, 0},
    {"path_unlink_file", {3, PATH, 4}, {{1, 4}}, 2, 0},
    {"poll_oneoff", {SUBS, EVENTS, 1, OUT}, {{0, 48}, {1, 32}, {3, 4}}, -1, 0},
    {"proc_exit", {3}, {{0, 0}}, -1, 0},
    {"proc_raise", {6}, {{0, 0}}, -1, BX_E_NOSYS},
    {"sched_yield", {0}, {{0, 0}}, -1, 0},
    {"random_get", {BUF, 64}, {{0, 64}}, 1, 0},
    {"sock_accept", {5, 0, OUT}, {{0, 0}}, -1, BX_E_NOTSOCK},
    {"sock_recv", {5, IOVS, 1, 0, OUT, OUT + 4}, {{0, 0}}, -1, BX_E_NOTSOCK},
    {"sock_send", {5, IOVS, 1, 0, OUT}, {{0, 0}}, -1, BX_E_NOTSOCK},
    {"sock_shutdown", {5, 1}, {{0, 0}}, -1, BX_E_NOTSOCK},
};

static const shape *find(const char *name)
{
    for (size_t i = 0; i < BX_COUNT(shapes); i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    return NULL;
}

/* fd 3 = /sandbox with the file "file", the link "lnk" and the directory "old"; fd 5 and 6 = open
 * files of 10 bytes. */
static bool prepare(env *e)
{
    static const char args[] = "p\0-v", vars[] = "A=1";
    char path[PATH_MAX];
    if (!env_init(e, "::/sandbox"))
        return false;
    e->cfg.args = args;
    e->cfg.n_args = 2;
    e->cfg.args_bytes = sizeof args;
    e->cfg.env = vars;
    e->cfg.n_env = 1;
    e->cfg.env_bytes = sizeof vars;
    (void)snprintf(path, sizeof path, "%s/old", e->dir);
    bool ok = env_reset(e) && env_host_write(e, "file", "0123456789") &&
              env_host_write(e, "five", "0123456789") && env_host_write(e, "six", "0123456789") &&
              mkdir(path, 0700) == 0;
    (void)snprintf(path, sizeof path, "%s/lnk", e->dir);
    ok = ok && symlink("file", path) == 0 && env_open(e, "file", 0, 0) == 4 &&
         env_open(e, "five", 0, R_ALL) == 5 && env_open(e, "six", 0, R_ALL) == 6;
    memset(e->mem, 0x5a, ENV_MEM);
    (void)env_text(e, PATH, "file");
    (void)env_text(e, PATH2, "new");
    (void)env_text(e, PATH2 + 10, "lnk");
    (void)env_text(e, PATH2 + 20, "old");
    env_iovec(e, IOVS, BUF, 4);
    memset(e->mem + SUBS, 0, 48);
    return ok;
}

static uint64_t call(env *e, const shape *s, int arg, uint64_t value)
{
    uint64_t a[10];
    memcpy(a, s->args, sizeof s->args);
    if (arg >= 0)
        a[arg] = value;
    return env_call(e, s->name, a);
}

static uint64_t files_made(const env *e)
{
    const bx_fs_counters *n = bx_vfs_counters(e->files);
    return n->files_created + n->bytes_written + n->bytes_read;
}

static bool refused_untouched(env *e, const shape *s, int arg, uint64_t value, uint64_t expect)
{
    static uint8_t before[ENV_MEM];
    memcpy(before, e->mem, ENV_MEM);
    uint64_t made = files_made(e), r = call(e, s, arg, value);
    bool ok = r == expect && e->stop == BX_WASI_GO_ON && memcmp(before, e->mem, ENV_MEM) == 0 &&
              files_made(e) == made;
    if (!ok)
        printf("# %s: argument %d = %#llx gave %llu\n", s->name, arg, (unsigned long long)value,
               (unsigned long long)r);
    return ok;
}

static void hostile(const char *name, const char *sig)
{
    const shape *s = find(name);
    CHECK(s);
    ENV e = {0};
    CHECK(prepare(&e));
    for (size_t i = 0; i < BX_COUNT(s->ptrs) && s->ptrs[i].need; i++) {
        int arg = s->ptrs[i].arg;
        uint32_t last_good = ENV_MEM - s->ptrs[i].need;
        const uint64_t bad[] = {last_good + 1, ENV_MEM - 1,    ENV_MEM,
                                UINT32_MAX,    UINT32_MAX - 7, 0x80000000};
        for (size_t k = 0; k < BX_COUNT(bad); k++)
            if (bad[k] > last_good)
                CHECK(refused_untouched(&e, s, arg, bad[k], BX_E_FAULT));
    }
    if (s->len_arg >= 0) {
        CHECK(refused_untouched(&e, s, s->len_arg, UINT32_MAX, BX_E_FAULT));
        CHECK(refused_untouched(&e, s, s->len_arg, ENV_MEM, BX_E_FAULT));
    }
    bool takes_fd = strncmp(name, "fd_", 3) == 0 || strncmp(name, "sock_", 5) == 0 ||
                    (strncmp(name, "path_", 5) == 0 && strcmp(name, "path_symlink") != 0);
    const uint64_t bad_fds[] = {7, 16, 1000, UINT32_MAX, 0x80000000};
    for (size_t k = 0; k < BX_COUNT(bad_fds) && takes_fd; k++)
        CHECK(refused_untouched(&e, s, 0, bad_fds[k], BX_E_BADF));
    /* The control: nothing above was refused because the call itself was wrong. */
    uint64_t r = call(&e, s, -1, 0);
    if (r != s->ok)
        printf("# %s(%s) gave %llu\n", name, sig, (unsigned long long)r);
    CHECK(r == s->ok);
    CHECK(e.stop == (strcmp(name, "proc_exit") == 0 ? BX_WASI_EXIT : BX_WASI_GO_ON));
}

/* The same without any memory at all. */
static void without_memory(void)
{
    ENV e = {0};
    CHECK(prepare(&e));
    for (size_t i = 0; i < bx_wasi_preview1.n; i++) {
        const shape *s = find(bx_wasi_preview1.defs[i].name);
        uint64_t a[10];
        memcpy(a, s->args, sizeof s->args);
        (void)bx_wasi_preview1.defs[i].fn(e.w, NULL, 0, a);
        if (s->ptrs[0].need)
            CHECK(a[0] == BX_E_FAULT);
    }
}

#define BX_P1(name, sig) \
    static void hostile_##name(void) { hostile(#name, sig); }
#include "wasi/preview1.def"
#undef BX_P1

static void every_function_has_a_shape(void)
{
    CHECK(BX_COUNT(shapes) == 46);
    CHECK(bx_wasi_preview1.n == 46);
    CHECK(strcmp(bx_wasi_preview1.module, "wasi_snapshot_preview1") == 0);
    for (size_t i = 0; i < bx_wasi_preview1.n; i++)
        CHECK(find(bx_wasi_preview1.defs[i].name));
}

int bxt_failed;
const char *bxt_skipped;

int main(void)
{
    int bxt_n = 0, bxt_bad = 0;
    RUN(every_function_has_a_shape);
#define BX_P1(name, sig) RUN(hostile_##name);
#include "wasi/preview1.def"
#undef BX_P1
    RUN(without_memory);
    printf("1..%d\n", bxt_n);
    return bxt_bad != 0;
}
