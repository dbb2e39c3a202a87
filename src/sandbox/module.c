#include "sandbox/module.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/sha256.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "sandbox/carried.h"
#include "sandbox/compile.h"
#include "sandbox/component.h"
#include "sandbox/internal.h"
#include "sandbox/process.h"
#include "wasi/wasi.h"

/* The table of host functions is handed to the engine as it is. */
enum { MAX_POOLED_CODE = 64 << 20 }; /* bytes */

struct bx_module {
    bx_runtime *rt;
    char *name;
    bx_buf wasm;        /* empty while nobody needed it: then `file` holds it */
    int file;           /* where it was read from, or will be; -1: from bytes */
    bx_carried carried; /* or it is part of the program */
    bx_file_id id;
    bool known; /* `id` is that of `file`, which held what `of_wasm` says */
    bool summed;
    uint8_t of_wasm[BX_SHA256_BYTES];
    bx_wasm_kind kind;
    bool wrapped;           /* the file is a component around it */
    _Atomic bool alone;     /* it has more code than goes with a pool */
    pthread_mutex_t lock;   /* held while code is prepared */
    _Atomic bool on_demand; /* nothing but name and `wanted` is there yet */
    bx_limits wanted;
    bool judged; /* with `expected`, until it is ready */
    uint8_t expected[BX_SHA256_BYTES];
    _Atomic(bx_emodule *) code[BX_MAX_ENGINES]; /* by engine index; set once */
};

bx_wasm_kind bx_wasm_sniff(const uint8_t *p, size_t n)
{
    static const uint8_t wasm[4] = {0, 'a', 's', 'm'};
    if (n >= 8 && memcmp(p, wasm, 4) == 0) {
        if (p[4] == 1 && p[5] == 0 && p[6] == 0 && p[7] == 0)
            return BX_WASM_CORE;
        /* version 0x0d, layer 1: component model, binary format of 2023 on */
        return p[4] == 0x0d && p[5] == 0 && p[6] == 1 && p[7] == 0 ? BX_WASM_COMPONENT
                                                                   : BX_WASM_VERSION;
    }
    size_t i = 0;
    while (i < n && (p[i] == ' ' || p[i] == '\n' || p[i] == '\t' || p[i] == '\r'))
        i++;
    bx_str rest = {(const char *)p + i, n - i};
    if (bx_str_starts(rest, BX_LIT("(module")) || bx_str_starts(rest, BX_LIT("(component")))
        return BX_WASM_TEXT;
    return BX_WASM_NONE;
}

static bx_code refuse_kind(bx_wasm_kind kind, size_t n, bx_error *err)
{
    switch (kind) {
    case BX_WASM_TEXT:
        return bx_fail(err, BX_EINVAL, "WebAssembly text: assemble it first (wat2wasm)");
    case BX_WASM_VERSION:
        return bx_fail(
            err, BX_EINVAL,
            "a WebAssembly file of a version that is neither module (1) nor component (0x0d)");
    default:
        return n == 0
                   ? bx_fail(err, BX_EINVAL, "an empty file, not a WebAssembly module")
                   : bx_fail(err, BX_EINVAL, "not a WebAssembly module (no \\0asm at the start)");
    }
}

/* ---- reading -------------------------------------------------------------------------- */

/* Somebody's lease on the file (fcntl(2), F_SETLEASE) is being broken.  A plain file can be waited
 * for: the kernel ends a lease that is not given back. */
static int open_leased(const char *path)
{
    BX_AUTOCLOSE int at = open(path, O_PATH | O_CLOEXEC);
    struct stat st;
    char proc[BX_PROC_FD_MAX];
    if (at < 0 || fstat(at, &st) != 0)
        return -1;
    errno = EAGAIN;
    if (!S_ISREG(st.st_mode))
        return -1;
    bx_proc_fd(at, proc);
    return open(proc, O_RDONLY | O_CLOEXEC);
}

/* Opened non-blocking so that a FIFO in the place of the file cannot hang us; only a plain
 * file is read. */
static bx_code open_wasm(const char *path, int *ret, size_t *ret_size, bx_error *err)
{
    BX_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0 && errno == EAGAIN)
        fd = open_leased(path);
    if (fd < 0 || fstat(fd, &st) != 0)
        return errno == ENOENT ? bx_fail(err, BX_ENOENT, "no such file")
                               : bx_fail_errno(err, errno, "cannot open");
    if (!S_ISREG(st.st_mode))
        return bx_fail(err, BX_EINVAL,
                       S_ISDIR(st.st_mode) ? "a directory, not a file" : "not a plain file");
    uint64_t size = (uint64_t)st.st_size;
    if (size > BX_MAX_MODULE_BYTES)
        return bx_fail(err, BX_ELIMIT, "%llu bytes; a module may have at most %d",
                       (unsigned long long)size, BX_MAX_MODULE_BYTES);
    *ret = bx_fd_take(&fd);
    *ret_size = (size_t)size;
    return BX_OK;
}

static bx_code read_bytes(int fd, size_t size, bx_buf *ret, bx_error *err)
{
    *ret = bx_buf_init(size);
    char *at;
    bx_code rc = bx_buf_reserve(ret, size, &at);
    if (rc != BX_OK)
        return bx_fail(err, rc, "out of memory for %zu bytes", size);
    rc = bx_fd_read_full(fd, (uint8_t *)at, size, err);
    if (rc != BX_OK)
        bx_buf_done(ret);
    else
        ret->n = size;
    return rc;
}

static bx_code read_wasm(const char *path, bx_buf *ret, bx_error *err)
{
    BX_AUTOCLOSE int fd = -1;
    size_t size = 0;
    bx_code rc = open_wasm(path, &fd, &size, err);
    return rc == BX_OK ? read_bytes(fd, size, ret, err) : rc;
}

static const uint8_t *sum_of(bx_module *m)
{
    if (!m->summed)
        bx_sha256(m->wasm.p, m->wasm.n, m->of_wasm);
    m->summed = true;
    return m->of_wasm;
}

/* A component that is only the wrapping of a command for preview1 is run as that command, on the
 * shorter path and without the limits of the adapter in it.  True: `wasm` is the command. */
static bool unwrap(bx_buf *wasm)
{
    bx_eng_bytes inner = {0};
    if (!bx_engine_unwrap((const uint8_t *)wasm->p, wasm->n, &inner))
        return false;
    memcpy(wasm->p, inner.p, inner.n); /* shorter by the wrapping */
    wasm->n = inner.n;
    bx_eng_bytes_free(inner);
    return true;
}

/* The module's bytes, where so far its file was recognised only. */
static bx_code need_bytes_locked(bx_module *m, bx_error *err)
{
    if (m->wasm.n || (m->file < 0 && !m->carried.name))
        return BX_OK;
    if (m->carried.name) {
        m->wasm = bx_buf_init(m->carried.wasm.n);
        (void)bx_buf_add_str(&m->wasm, m->carried.wasm);
        return bx_buf_check(&m->wasm, err);
    }
    uint8_t sum[BX_SHA256_BYTES];
    BX_AUTO_BUF wasm = bx_buf_init(0);
    if (lseek(m->file, 0, SEEK_SET) != 0)
        return bx_fail_errno(err, errno, "read it again");
    bx_code rc = read_bytes(m->file, (size_t)m->id.size, &wasm, err);
    if (rc != BX_OK)
        return rc;
    if (m->wrapped)
        (void)unwrap(&wasm); /* what is no longer one shows in the sum */
    bx_sha256(wasm.p, wasm.n, sum);
    if (memcmp(sum, m->of_wasm, sizeof sum) != 0)
        return bx_fail(err, BX_EINVAL, "the file was changed after it had been opened");
    m->wasm = wasm;
    wasm = bx_buf_init(0);
    return BX_OK;
}

/* ---- compiling ------------------------------------------------------------------------ */

/* The engine that code is loaded into, and its number. */
typedef struct place {
    bx_engine *e;
    size_t i;
} place;

static bx_code place_of(const bx_module *m, const bx_limits *limits, place *ret, bx_error *err)
{
    return bx_runtime_engine(m->rt, limits, atomic_load(&m->alone), &ret->e, &ret->i, err);
}

/* Once the size of its code is known: what an instance of very much of it needs beside its memory
 * is more than a slot of the pool has room for. */
static bx_code suit(bx_module *m, const bx_limits *limits, size_t code_n, place *at, bx_error *err)
{
    if (code_n <= MAX_POOLED_CODE || atomic_load(&m->alone))
        return BX_OK;
    atomic_store(&m->alone, true);
    return place_of(m, limits, at, err);
}

static bx_code load_code(bx_engine *e, bx_code_kind kind, const void *code, size_t n,
                         bx_emodule **ret, bx_error *err)
{
    bx_eng_error ee = {0};
    return bx_from_engine(bx_engine_load(e, kind, code, n, ret, &ee), &ee, err);
}

static bx_code_kind code_kind(bx_wasm_kind kind)
{
    return kind == BX_WASM_CORE ? BX_CODE_CORE : BX_CODE_COMPONENT;
}

static bx_code compile_fresh(bx_module *m, place *at, const bx_module_use *use,
                             const bx_cache_key *key, bx_emodule **ret, bx_error *err)
{
    const bx_compile_job job = {
        .program = bx_runtime_compiler(m->rt),
        .here = bx_runtime_compiles_here(m->rt),
        .engine = at->e,
        .config = bx_runtime_engine_config(m->rt, use->limits),
        .kind = code_kind(m->kind),
        .wasm = bx_buf_str(&m->wasm),
        .limits = use->limits,
        .ctl = use->ctl,
    };
    bx_compiled code;
    bx_code rc = bx_early_check(m, job.wasm, use, err);
    if (rc == BX_OK)
        rc = bx_compile(&job, &code, err);
    if (rc != BX_OK)
        return rc;
    rc = suit(m, use->limits, code.n, at, err);
    if (rc == BX_OK)
        rc = load_code(at->e, job.kind, code.p, code.n, ret, err);
    bx_cache *cache = bx_runtime_cache(m->rt);
    if (rc == BX_OK && cache) {
        bx_error why;
        if (bx_cache_store(cache, key, code.p, code.n, &why) != BX_OK)
            bx_cache_notice(cache, "compiled code was not cached: %s", why.msg);
    }
    bx_compiled_done(&code);
    return rc;
}

static bool load_cached(bx_engine *e, bx_code_kind kind, bx_cached *code, bx_emodule **ret)
{
    bx_eng_error ee = {0};
    bx_eng_code rc = bx_engine_load_file(e, kind, code->fd, code->n, ret, &ee);
    code->fd = -1;
    return rc == BX_ENG_OK;
}

/* Whatever is wrong with an entry, the answer is the same: compile. */
static bool find_cached(bx_module *m, place *at, const bx_limits *limits, const bx_cache_key *key,
                        bx_emodule **ret)
{
    bx_cache *cache = bx_runtime_cache(m->rt);
    bx_cache_seen seen = {
        .kind = (int)code_kind(m->kind), .wrapped = m->wrapped, .code = {.fd = -1}};
    if (bx_cache_load(cache, key, &seen.code, NULL) != BX_OK)
        return false;
    if (suit(m, limits, seen.code.n, at, NULL) != BX_OK) {
        (void)close(seen.code.fd);
        return false;
    }
    if (!load_cached(at->e, code_kind(m->kind), &seen.code, ret))
        return false;
    memcpy(seen.of_wasm, m->of_wasm, sizeof seen.of_wasm);
    if (m->known)
        bx_cache_remember(cache, &m->id, bx_engine_fingerprint(at->e), &seen);
    return true;
}

/* The code that came with the program: as trusted as the program, so nothing is asked but whether
 * it fits this engine and this processor, and that the engine does. */
static bool load_carried(const bx_module *m, bx_engine *e, bx_emodule **ret)
{
    bx_eng_error ee = {0};
    bx_str code = m->carried.code;
    return code.n && bx_engine_load_carried(e, code_kind(m->kind), (const uint8_t *)code.p, code.n,
                                            ret, &ee) == BX_ENG_OK;
}

static bx_code compile(bx_module *m, place *at, const bx_module_use *use, bx_emodule **ret,
                       bx_error *err)
{
    bx_cache_key key = {{0}};
    if (load_carried(m, at->e, ret))
        return BX_OK;
    bx_code rc = need_bytes_locked(m, err);
    if (rc == BX_OK && bx_runtime_cache(m->rt)) {
        key = bx_cache_key_of(sum_of(m), (int)code_kind(m->kind), bx_engine_fingerprint(at->e));
        if (find_cached(m, at, use->limits, &key, ret))
            return BX_OK;
    }
    return rc == BX_OK ? compile_fresh(m, at, use, &key, ret, err) : rc;
}

void bx_core_tables(bx_host_table tables[BX_CORE_TABLES])
{
    tables[0] = bx_wasi_preview1;
    tables[1] = bx_process_table;
}

static bx_code link_core(bx_emodule *code, bool traps, bx_error *err)
{
    bx_host_table tables[BX_CORE_TABLES];
    bx_core_tables(tables);
    bx_eng_error ee = {0};
    return bx_from_engine(bx_emodule_link(code, tables, BX_CORE_TABLES, traps, &ee), &ee, err);
}

/* Takes `code`. */
static bx_code publish(bx_module *m, size_t i, bx_emodule *code, bx_error *err)
{
    bool traps = bx_runtime_unknown_imports_trap(m->rt);
    bx_code rc =
        m->kind == BX_WASM_CORE ? link_core(code, traps, err) : bx_component_link(code, traps, err);
    if (rc != BX_OK) {
        bx_emodule_free(code);
        return rc;
    }
    atomic_store_explicit(&m->code[i], code, memory_order_release);
    return BX_OK;
}

static bx_code prepare_locked(bx_module *m, place *at, const bx_module_use *use, bx_error *err)
{
    bx_code rc = place_of(m, use->limits, at, err); /* another call may have found it large */
    if (rc != BX_OK || atomic_load(&m->code[at->i]))
        return rc;
    bx_emodule *code = NULL;
    rc = compile(m, at, use, &code, err);
    return rc == BX_OK ? publish(m, at->i, code, err) : rc;
}

/* Another call may be compiling: its time is not ours to spend. */
static bx_code lock_code(bx_module *m, const bx_ctl *ctl, bx_error *err)
{
    while (pthread_mutex_trylock(&m->lock) != 0) {
        bx_stop stop = ctl ? bx_ctl_check(ctl) : BX_STOP_NONE;
        if (stop == BX_STOP_DEADLINE)
            return bx_fail(err, BX_ETIMEOUT, "the deadline passed while another call compiled it");
        if (stop == BX_STOP_CANCELLED)
            return bx_fail(err, BX_ECANCELLED, "cancelled while another call compiled it");
        uint64_t until = bx_now_ns() + BX_CTL_SLICE_MS * UINT64_C(1000000);
        const struct timespec ts = {(time_t)(until / BX_SEC), (long)(until % BX_SEC)};
        if (pthread_mutex_clocklock(&m->lock, CLOCK_MONOTONIC, &ts) == 0)
            break;
    }
    return BX_OK;
}

static void end_of(bx_code rc, const bx_module_use *use)
{
    if (use->end && rc == BX_ETIMEOUT)
        *use->end = BX_END_DEADLINE;
    else if (use->end && rc == BX_ECANCELLED)
        *use->end = BX_END_CANCELLED;
}

bx_code bx_module_code(bx_module *m, const bx_module_use *use, const bx_emodule **ret,
                       bx_error *err)
{
    place at = {.e = NULL};
    bx_code rc = place_of(m, use->limits, &at, err);
    if (rc == BX_OK && !atomic_load_explicit(&m->code[at.i], memory_order_acquire)) {
        rc = lock_code(m, use->ctl, err);
        if (rc == BX_OK) {
            rc = prepare_locked(m, &at, use, err);
            (void)pthread_mutex_unlock(&m->lock);
        }
    }
    end_of(rc, use);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", m->name);
    *ret = atomic_load_explicit(&m->code[at.i], memory_order_acquire);
    return BX_OK;
}

/* ---- life ----------------------------------------------------------------------------- */

static bx_code new_module(bx_runtime *rt, const char *name, bx_wasm_kind kind, bx_module **ret,
                          bx_error *err)
{
    BX_AUTO(bx_module) bx_module *m = bx_calloc(1, sizeof *m);
    if (!m)
        return bx_fail(err, BX_ENOMEM, "module");
    m->rt = rt;
    m->kind = kind;
    m->file = -1;
    m->wasm = bx_buf_init(0);
    (void)pthread_mutex_init(&m->lock, NULL);
    m->name = bx_strndup(name, strlen(name));
    if (!m->name)
        return bx_fail(err, BX_ENOMEM, "module");
    *ret = BX_TAKE(m);
    return BX_OK;
}

/* A module of these bytes, which are taken. */
static bx_code module_of(bx_runtime *rt, const char *name, bx_buf *wasm, bx_module **ret,
                         bx_error *err)
{
    bx_wasm_kind kind = bx_wasm_sniff((const uint8_t *)wasm->p, wasm->n);
    if (kind != BX_WASM_CORE && kind != BX_WASM_COMPONENT)
        return refuse_kind(kind, wasm->n, err);
    bool wrapped = kind == BX_WASM_COMPONENT && unwrap(wasm);
    bx_code rc = new_module(rt, name, wrapped ? BX_WASM_CORE : kind, ret, err);
    if (rc == BX_OK) {
        (*ret)->wrapped = wrapped;
        (*ret)->wasm = *wasm;
        *wasm = bx_buf_init(0);
    }
    return rc;
}

/* From what the cache remembers of the file, without reading it; the first engine's code is loaded.
 * True: *fd is taken. */
static bool open_remembered(bx_runtime *rt, const char *path, int *fd, const bx_file_id *id,
                            const bx_limits *limits, bx_module **ret)
{
    bx_cache *cache = bx_runtime_cache(rt);
    bx_engine *e = NULL;
    size_t i = 0;
    bx_cache_seen seen;
    bx_emodule *code = NULL;
    if (!cache || bx_runtime_engine(rt, limits, false, &e, &i, NULL) != BX_OK ||
        !bx_cache_recall(cache, id, bx_engine_fingerprint(e), &seen))
        return false;
    bool alone = seen.code.n > MAX_POOLED_CODE;
    if (alone && bx_runtime_engine(rt, limits, true, &e, &i, NULL) != BX_OK) {
        (void)close(seen.code.fd);
        return false;
    }
    if (!load_cached(e, (bx_code_kind)seen.kind, &seen.code, &code))
        return false;
    BX_AUTO(bx_module) bx_module *m = NULL;
    bx_wasm_kind kind = seen.kind == BX_CODE_CORE ? BX_WASM_CORE : BX_WASM_COMPONENT;
    if (new_module(rt, path, kind, &m, NULL) != BX_OK) {
        bx_emodule_free(code);
        return false;
    }
    m->id = *id;
    m->known = m->summed = true;
    m->wrapped = seen.wrapped;
    atomic_store(&m->alone, alone);
    memcpy(m->of_wasm, seen.of_wasm, sizeof m->of_wasm);
    if (publish(m, i, code, NULL) != BX_OK)
        return false;
    m->file = bx_fd_take(fd);
    *ret = BX_TAKE(m);
    return true;
}

/* `id`: of the file the bytes were read from; NULL: they are from elsewhere.  `limits` NULL:
 * nothing is prepared yet. */
static bx_code open_buf(bx_runtime *rt, const char *name, bx_buf *wasm, const bx_file_id *id,
                        const bx_limits *limits, bx_module **ret, bx_error *err)
{
    BX_AUTO(bx_module) bx_module *m = NULL;
    bx_code rc = module_of(rt, name, wasm, &m, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", name);
    m->known = id != NULL;
    if (id)
        m->id = *id;
    const bx_module_use use = {.limits = limits};
    const bx_emodule *code = NULL;
    if (limits)
        rc = bx_module_code(m, &use, &code, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(m);
    return rc;
}

/* `judged`: the sum of what it has to hold; NULL: anything. */
typedef struct way {
    const bx_limits *limits;
    bool lazy;
    const uint8_t *judged;
} way;

/* Of bytes that were read this moment. */
static bx_code check_judged(const way *w, bx_str wasm, bx_error *err)
{
    uint8_t sum[BX_SHA256_BYTES];
    if (!w->judged)
        return BX_OK;
    bx_sha256(wasm.p, wasm.n, sum);
    return memcmp(sum, w->judged, sizeof sum) == 0
               ? BX_OK
               : bx_fail(err, BX_EDENIED, "the file holds something else than when it was judged");
}

/* Whether what the cache remembers may be used as it is: the sum it has of a wrapped command is
 * that of the command inside. */
static bool may_recall(const way *w, const bx_module *m)
{
    return !w->judged || (!m->wrapped && memcmp(m->of_wasm, w->judged, sizeof m->of_wasm) == 0);
}

static bx_code open_file(bx_runtime *rt, const char *path, const way *w, bx_module **ret,
                         bx_error *err)
{
    BX_AUTOCLOSE int fd = -1;
    BX_AUTO_BUF wasm = bx_buf_init(0);
    size_t size = 0;
    bx_file_id id, after;
    bx_code rc = open_wasm(path, &fd, &size, err);
    bool known = rc == BX_OK && bx_file_id_of(fd, &id) && bx_file_id_is_settled(&id);
    BX_AUTO(bx_module) bx_module *m = NULL;
    if (known && open_remembered(rt, path, &fd, &id, w->limits, &m)) {
        if (may_recall(w, m)) {
            *ret = BX_TAKE(m);
            return BX_OK;
        }
        fd = bx_fd_take(&m->file);
    }
    if (rc == BX_OK)
        rc = read_bytes(fd, size, &wasm, err);
    if (rc == BX_OK)
        rc = check_judged(w, bx_buf_str(&wasm), err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", path);
    known = known && bx_file_id_of(fd, &after) && bx_file_id_equal(&id, &after);
    return open_buf(rt, path, &wasm, known ? &id : NULL, w->lazy ? NULL : w->limits, ret, err);
}

bx_code bx_module_open(bx_runtime *rt, const char *path, const bx_limits *limits, bx_module **ret,
                       bx_error *err)
{
    return open_file(rt, path, &(way){.limits = limits}, ret, err);
}

bx_code bx_module_open_lazy(bx_runtime *rt, const char *path, const bx_limits *limits,
                            bx_module **ret, bx_error *err)
{
    return open_file(rt, path, &(way){.limits = limits, .lazy = true}, ret, err);
}

bx_code bx_module_open_judged(bx_runtime *rt, const char *path, const bx_limits *limits,
                              const uint8_t sum[32], bx_module **ret, bx_error *err)
{
    return open_file(rt, path, &(way){.limits = limits, .lazy = true, .judged = sum}, ret, err);
}

void bx_module_expect(bx_module *m, const uint8_t sum[32])
{
    memcpy(m->expected, sum, sizeof m->expected);
    m->judged = true;
}

static bx_code check_head(const char *path, bx_error *err)
{
    BX_AUTOCLOSE int fd = -1;
    uint8_t head[8];
    size_t size = 0;
    bx_code rc = open_wasm(path, &fd, &size, err);
    if (rc != BX_OK)
        return rc;
    ssize_t n = read(fd, head, sizeof head);
    bx_wasm_kind kind = n < 0 ? BX_WASM_NONE : bx_wasm_sniff(head, (size_t)n);
    return kind == BX_WASM_CORE || kind == BX_WASM_COMPONENT ? BX_OK : refuse_kind(kind, size, err);
}

bx_code bx_module_on_demand(bx_runtime *rt, const char *path, const bx_limits *limits,
                            bx_module **ret, bx_error *err)
{
    bx_code rc = check_head(path, err);
    if (rc == BX_OK)
        rc = new_module(rt, path, BX_WASM_NONE, ret, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", path);
    (*ret)->wanted = *limits;
    atomic_store(&(*ret)->on_demand, true);
    return BX_OK;
}

/* `from` gives all it has but its name. */
static void become(bx_module *m, bx_module *from)
{
    m->wasm = from->wasm;
    from->wasm = bx_buf_init(0);
    m->file = bx_fd_take(&from->file);
    m->id = from->id;
    m->known = from->known;
    m->summed = from->summed;
    memcpy(m->of_wasm, from->of_wasm, sizeof m->of_wasm);
    m->kind = from->kind;
    m->wrapped = from->wrapped;
    atomic_store(&m->alone, atomic_load(&from->alone));
    for (size_t i = 0; i < BX_MAX_ENGINES; i++)
        atomic_store(&m->code[i], atomic_exchange(&from->code[i], NULL));
}

bx_code bx_module_ready(bx_module *m, bx_error *err)
{
    if (!atomic_load_explicit(&m->on_demand, memory_order_acquire))
        return BX_OK;
    BX_AUTO(bx_module) bx_module *from = NULL;
    bx_code rc = BX_OK;
    (void)pthread_mutex_lock(&m->lock);
    if (atomic_load(&m->on_demand)) {
        const way w = {
            .limits = &m->wanted, .lazy = true, .judged = m->judged ? m->expected : NULL};
        rc = open_file(m->rt, m->name, &w, &from, err);
        if (rc == BX_OK) {
            become(m, from);
            atomic_store_explicit(&m->on_demand, false, memory_order_release);
        }
    }
    (void)pthread_mutex_unlock(&m->lock);
    return rc;
}

bx_code bx_module_from_bytes(bx_runtime *rt, const char *name, const uint8_t *p, size_t n,
                             const bx_limits *limits, bx_module **ret, bx_error *err)
{
    BX_AUTO_BUF wasm = bx_buf_init(BX_MAX_MODULE_BYTES);
    if (bx_buf_add(&wasm, p, n) != BX_OK)
        return bx_wrap(bx_buf_check(&wasm, err), err, "%s", name);
    return open_buf(rt, name, &wasm, NULL, limits, ret, err);
}

bx_code bx_module_carried(bx_runtime *rt, const bx_carried *c, bx_module **ret, bx_error *err)
{
    BX_AUTO(bx_module) bx_module *m = NULL;
    bx_wasm_kind kind = bx_wasm_sniff((const uint8_t *)c->wasm.p, c->wasm.n);
    if (kind != BX_WASM_CORE && kind != BX_WASM_COMPONENT)
        return bx_wrap(refuse_kind(kind, c->wasm.n, err), err, "%s", c->name);
    bx_code rc = new_module(rt, c->name, kind, &m, err);
    if (rc != BX_OK)
        return rc;
    m->carried = *c;
    m->summed = true;
    memcpy(m->of_wasm, c->of_wasm, sizeof m->of_wasm);
    *ret = BX_TAKE(m);
    return BX_OK;
}

void bx_module_free(bx_module *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < BX_MAX_ENGINES; i++)
        bx_emodule_free(atomic_load(&m->code[i]));
    (void)pthread_mutex_destroy(&m->lock);
    if (m->file >= 0)
        (void)close(m->file);
    bx_buf_done(&m->wasm);
    free(m->name);
    free(m);
}

bx_wasm_kind bx_module_kind(const bx_module *m) { return m->kind; }

bool bx_module_is_wrapped(const bx_module *m) { return m->wrapped; }

bx_runtime *bx_module_runtime(const bx_module *m) { return m->rt; }

const char *bx_module_name(const bx_module *m) { return m->name; }

bx_code bx_module_describe(const char *path, bx_buf *out, bx_error *err)
{
    BX_AUTO_BUF wasm = bx_buf_init(0);
    bx_code rc = bx_wrap(read_wasm(path, &wasm, err), err, "%s", path);
    return rc == BX_OK ? bx_module_describe_bytes(path, bx_buf_str(&wasm), out, err) : rc;
}

bx_code bx_module_describe_bytes(const char *name, bx_str wasm, bx_buf *out, bx_error *err)
{
    bx_wasm_kind kind = bx_wasm_sniff((const uint8_t *)wasm.p, wasm.n);
    if (kind != BX_WASM_CORE && kind != BX_WASM_COMPONENT)
        return bx_wrap(refuse_kind(kind, wasm.n, err), err, "%s", name);
    bx_eng_error ee = {0};
    bx_eng_bytes text = {0};
    bx_code rc =
        bx_from_engine(bx_engine_describe((const uint8_t *)wasm.p, wasm.n, &text, &ee), &ee, err);
    if (rc == BX_OK) {
        (void)bx_buf_add(out, text.p, text.n);
        rc = bx_buf_check(out, err);
    }
    bx_eng_bytes_free(text);
    return bx_wrap(rc, err, "%s", name);
}

static bx_code take(bx_eng_code rc, const bx_eng_error *e, bx_eng_bytes bytes, bx_buf *out,
                    bx_error *err)
{
    bx_code code = bx_from_engine(rc, e, err);
    if (code == BX_OK) {
        (void)bx_buf_add(out, bytes.p, bytes.n);
        code = bx_buf_check(out, err);
    }
    bx_eng_bytes_free(bytes);
    return code;
}

bx_code bx_module_snapshot(const char *path, bx_buf *out, bx_error *err)
{
    BX_AUTO_BUF wasm = bx_buf_init(0);
    bx_code rc = read_wasm(path, &wasm, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", path);
    bx_eng_error ee = {0};
    bx_eng_bytes bytes = {0};
    bx_eng_code made = bx_engine_snapshot((const uint8_t *)wasm.p, wasm.n, &bytes, &ee);
    return bx_wrap(take(made, &ee, bytes, out, err), err, "%s", path);
}

bx_code bx_module_componentize(const char *path, bx_buf *out, bx_error *err)
{
    BX_AUTO_BUF wasm = bx_buf_init(0);
    bx_code rc = read_wasm(path, &wasm, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", path);
    bx_wasm_kind kind = bx_wasm_sniff((const uint8_t *)wasm.p, wasm.n);
    if (kind == BX_WASM_COMPONENT)
        return bx_fail(err, BX_EINVAL, "%s: a component already", path);
    if (kind != BX_WASM_CORE)
        return bx_wrap(refuse_kind(kind, wasm.n, err), err, "%s", path);
    bx_eng_error ee = {0};
    bx_eng_bytes bytes = {0};
    bx_eng_code made = bx_engine_componentize((const uint8_t *)wasm.p, wasm.n, &bytes, &ee);
    return bx_wrap(take(made, &ee, bytes, out, err), err, "%s", path);
}
