/* The host functions of preview1 called with whatever arguments the input holds, over one guest
 * memory, a host directory (/sandbox) and a tree in memory (/tmp).  After every call: the bytes
 * on both sides of the memory are as they were, the answer is an errno and the limits hold; after
 * every input: what lies beside the directory is untouched.
 *
 * Input: flags, n, n * 4 bytes of memory from INIT on, then calls.  A call is the function's
 * index and one selector byte per parameter: see argument(). */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wasi/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MEM = 65536, CANARY = 4096, INIT = 1024, AREAS = 8192, MAX_CALLS = 200 };

typedef struct input {
    const uint8_t *p;
    size_t n;
} input;

static uint8_t next(input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return *in->p++;
}

static uint64_t raw(input *in, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v |= (uint64_t)next(in) << (8 * i);
    return v;
}

/* Small numbers (descriptors, flags), places in the given bytes, areas to write to, numbers at
 * the edges, or the input's own. */
static uint64_t argument(input *in, bool wide)
{
    /* clang-format off */
    static const uint64_t edges[32] = {
        MEM - 1, MEM, MEM + 1, MEM - 4, MEM - 8, MEM - 24, MEM - 32, MEM - 48, MEM - 64, UINT32_MAX,
        UINT32_MAX - 7, 0x80000000, 0x7fffffff, 0x20000000, 0xfff, 0x1000, 0x0fffffff, 1024, 1025,
        4096, 4097, INT64_MAX, UINT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 1, 1000000000,
        1577836800000000000, 64, 128, 255, 256, 511,
    };
    /* clang-format on */
    uint8_t s = next(in);
    uint64_t v = s < 0x20   ? s
                 : s < 0x40 ? (uint64_t)INIT + (s - 0x20u) * 16
                 : s < 0x60 ? (uint64_t)AREAS + (s - 0x40u) * 512
                 : s < 0x80 ? edges[s - 0x60]
                            : raw(in, wide ? 8 : 4);
    return wide ? v : (uint32_t)v;
}

/* ---- the world of one input ----------------------------------------------------------- */

static char base[64]; /* <base>/in is mounted, <base>/secret is not */
static uint8_t *arena;

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "wasi_fuzz: %s\n", what);
    abort();
}

static int remove_all(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void tear_down(void)
{
    (void)nftw(base, remove_all, 16, FTW_DEPTH | FTW_PHYS);
    free(arena);
}

static void set_up(void)
{
    char path[128];
    (void)snprintf(base, sizeof base, "/tmp/bx-wasi-fuzz.XXXXXX");
    must(mkdtemp(base) != NULL, "no directory");
    (void)snprintf(path, sizeof path, "%s/in", base);
    must(mkdir(path, 0700) == 0, "no mount");
    (void)snprintf(path, sizeof path, "%s/secret", base);
    FILE *f = fopen(path, "w");
    must(f && fputs("secret", f) >= 0 && fclose(f) == 0, "no secret");
    arena = malloc(MEM + 2 * CANARY);
    must(arena != NULL && atexit(tear_down) == 0, "no memory");
}

static int remove_below(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type;
    return ftw->level > 0 ? remove(path) : 0;
}

static void clean(void)
{
    char path[128], text[16] = "";
    (void)snprintf(path, sizeof path, "%s/in", base);
    (void)nftw(path, remove_below, 16, FTW_DEPTH | FTW_PHYS);
    (void)snprintf(path, sizeof path, "%s/secret", base);
    FILE *f = fopen(path, "r");
    struct stat st;
    must(f && fgets(text, sizeof text, f) && strcmp(text, "secret") == 0 &&
             fstat(fileno(f), &st) == 0 && st.st_nlink == 1,
         "the guest reached what was not mounted");
    (void)fclose(f);
}

static bool canaries_live(void)
{
    for (size_t i = 0; i < CANARY; i++)
        if (arena[i] != 0xa5 || arena[CANARY + MEM + i] != 0xa5)
            return false;
    return true;
}

static bx_vfs *mounts(void)
{
    char text[128];
    bx_grant *g = NULL;
    bx_vfs *v = NULL;
    int n = snprintf(text, sizeof text, "%s/in::/sandbox", base);
    must(bx_grant_new(&g, NULL) == BX_OK &&
             bx_grant_map_dir(g, (bx_str){text, (size_t)n}, NULL) == BX_OK &&
             bx_grant_allow(g, BX_LIT("tmp:1MiB"), NULL) == BX_OK &&
             bx_grant_seal(g, NULL) == BX_OK && bx_vfs_new(g, NULL, &v, NULL) == BX_OK,
         "no mounts");
    bx_grant_free(g);
    return v;
}

static void run(bx_wasi *w, const bx_limits *limits, input *in)
{
    for (int i = 0; i < MAX_CALLS && in->n; i++) {
        const bx_host_def *d = &bx_wasi_preview1.defs[next(in) % bx_wasi_preview1.n];
        uint64_t args[10] = {0};
        for (size_t k = 0; d->sig[k] != ':'; k++)
            args[k] = argument(in, d->sig[k] == 'I');
        int32_t stop = d->fn(w, arena + CANARY, MEM, args);
        must(canaries_live(), "wrote outside the guest's memory");
        must(args[0] <= BX_E_NOTCAPABLE, "not an errno");
        must(stop >= BX_WASI_GO_ON && stop <= BX_WASI_OUTPUT, "not a reason to stop");
        must(bx_wasi_output(w, 1).n + bx_wasi_output(w, 2).n <= limits->output,
             "more output than the limit");
        if (stop != BX_WASI_GO_ON)
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!arena)
        set_up();
    input in = {data, n};
    uint8_t flags = next(&in);
    memset(arena, 0xa5, MEM + 2 * CANARY);
    memset(arena + CANARY, 0, MEM);
    size_t words = next(&in);
    for (size_t i = 0; i < words * 4; i++)
        arena[CANARY + INIT + i] = next(&in);

    bx_limits limits = bx_limits_default();
    limits.output = 4096;
    limits.open_files = 24;
    limits.fs_write = BX_MIB;
    limits.files_created = 64;
    bx_ctl ctl = bx_ctl_init(bx_now_ns() + 20000000);
    BX_AUTO(bx_vfs) bx_vfs *v = mounts();
    bx_vfs_session *s = NULL;
    BX_AUTO(bx_wasi) bx_wasi *w = NULL;
    must(bx_vfs_session_new(v, &limits, NULL, NULL, &s, NULL) == BX_OK &&
             bx_wasi_new(&w, NULL) == BX_OK,
         "no call");
    bx_wasi_config cfg = {
        .args = "prog\0arg",
        .n_args = 2,
        .args_bytes = 9,
        .env = "K=V",
        .n_env = 1,
        .env_bytes = 4,
        .in = {.kind = flags & 1 ? BX_STDIN_BYTES : BX_STDIN_EMPTY,
               .bytes = BX_LIT("some input\n")},
        .out = {.kind = BX_SINK_CAPTURE},
        .err = {.kind = BX_SINK_CAPTURE},
        .clock = flags & 2   ? BX_CLOCK_REAL
                 : flags & 4 ? BX_CLOCK_FROZEN
                             : BX_CLOCK_STEP,
        .random = flags & 8 ? BX_RANDOM_REAL : BX_RANDOM_SEEDED,
        .ctl = &ctl,
        .limits = &limits,
        .files = s,
        .mounts = v,
    };
    must(bx_wasi_reset(w, &cfg, NULL) == BX_OK, "no reset");
    run(w, &limits, &in);
    bx_vfs_session_free(s);
    clean();
    return 0;
}
