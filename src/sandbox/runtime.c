#include "sandbox/runtime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum {
    KEEP_RESIDENT =
        2 << 20, /* zeroing this much by hand is cheaper than a madvise and its faults */
    WARM_SLOTS = 64,
    TABLE_MAX = 1000000, /* elements; the largest value of the limit `tables` */
};

struct engine_row {
    bool fuel, alone; /* alone: without a pool where others have one */
    uint64_t stack;
    bx_engine *engine;
};

/* Rows are only ever added; `n` is published after the row is whole, so readers need no lock
 * and the lock is held only to add. */
struct bx_runtime {
    uint32_t slots, compile_threads;
    bool unknown_imports_trap, compile_here;
    pthread_mutex_t lock;
    _Atomic size_t n;
    struct engine_row rows[BX_MAX_ENGINES];
    bx_ticker *ticker;
    _Atomic(bx_cache *) cache;
    pthread_mutex_t cache_lock; /* held while it is opened, which happens once */
    char *cache_dir, *key_dir;  /* of a cache that is to be opened; NULL: there is none, or it is */
    uint64_t cache_max;
    void (*notice)(void *ctx, const char *text);
    void *notice_ctx;
    bx_egress *egress; /* lent */
    char *compiler;
};

static void tick_all(void *ctx)
{
    bx_runtime *rt = ctx;
    size_t n = atomic_load_explicit(&rt->n, memory_order_acquire);
    for (size_t i = 0; i < n; i++)
        bx_engine_tick(rt->rows[i].engine);
}

void bx_runtime_tick(bx_runtime *rt) { tick_all(rt); }

bx_code bx_from_engine(bx_eng_code code, const bx_eng_error *e, bx_error *err)
{
    static const bx_code map[] = {
        [BX_ENG_OK] = BX_OK,
        [BX_ENG_INVALID] = BX_EINVAL,
        [BX_ENG_UNSUPPORTED] = BX_EUNSUPPORTED,
        [BX_ENG_IMPORT] = BX_EUNSUPPORTED,
        [BX_ENG_EXPORT] = BX_ENOENT,
        [BX_ENG_ARGUMENT] = BX_EINVAL,
        [BX_ENG_LIMIT] = BX_ELIMIT,
        [BX_ENG_STALE] = BX_EGUEST,
        [BX_ENG_NOMEM] = BX_ENOMEM,
        [BX_ENG_INTERNAL] = BX_EINTERNAL,
    };
    if (code == BX_ENG_OK)
        return BX_OK;
    return bx_fail(err, (size_t)code < BX_COUNT(map) ? map[code] : BX_EINTERNAL, "%s", e->msg);
}

static bx_code name_cache(bx_runtime *rt, const bx_runtime_config *cfg, bx_error *err)
{
    const char *keys = cfg->key_dir ? cfg->key_dir : cfg->cache_dir;
    rt->cache_dir = bx_strndup(cfg->cache_dir, strlen(cfg->cache_dir));
    rt->key_dir = bx_strndup(keys, strlen(keys));
    rt->cache_max = cfg->cache_max ? cfg->cache_max : BX_CACHE_MAX;
    rt->notice = cfg->notice;
    rt->notice_ctx = cfg->notice_ctx;
    return rt->cache_dir && rt->key_dir ? BX_OK : bx_fail(err, BX_ENOMEM, "runtime");
}

/* Tried once. */
static bx_code open_cache_locked(bx_runtime *rt, bx_error *err)
{
    BX_AUTOFREE char *dir = BX_TAKE(rt->cache_dir);
    bx_cache *cache = NULL;
    bx_code rc = bx_cache_open(dir, rt->key_dir, rt->cache_max, &cache, err);
    if (rc != BX_OK)
        return rc;
    bx_cache_on_notice(cache, rt->notice, rt->notice_ctx);
    atomic_store_explicit(&rt->cache, cache, memory_order_release);
    return BX_OK;
}

bx_cache *bx_runtime_cache(bx_runtime *rt)
{
    bx_cache *cache = atomic_load_explicit(&rt->cache, memory_order_acquire);
    if (cache)
        return cache;
    bx_error why;
    (void)pthread_mutex_lock(&rt->cache_lock);
    bx_code rc = rt->cache_dir ? open_cache_locked(rt, &why) : BX_OK;
    (void)pthread_mutex_unlock(&rt->cache_lock);
    if (rc != BX_OK && rt->notice) {
        char text[sizeof why.msg + 64];
        (void)snprintf(text, sizeof text, "no code cache, every start compiles: %s", why.msg);
        rt->notice(rt->notice_ctx, text);
    }
    return atomic_load_explicit(&rt->cache, memory_order_acquire);
}

bx_code bx_runtime_new(const bx_runtime_config *cfg, bx_runtime **ret, bx_error *err)
{
    BX_AUTO(bx_runtime) bx_runtime *rt = bx_calloc(1, sizeof *rt);
    if (!rt)
        return bx_fail(err, BX_ENOMEM, "runtime");
    rt->slots = cfg->slots;
    rt->compile_threads = cfg->compile_threads;
    rt->unknown_imports_trap = cfg->unknown_imports_trap;
    rt->compile_here = cfg->compile_here;
    rt->egress = cfg->egress;
    if (cfg->compiler && !(rt->compiler = bx_strndup(cfg->compiler, strlen(cfg->compiler))))
        return bx_fail(err, BX_ENOMEM, "runtime");
    (void)pthread_mutex_init(&rt->lock, NULL);
    (void)pthread_mutex_init(&rt->cache_lock, NULL);
    bx_code rc = cfg->cache_dir ? name_cache(rt, cfg, err) : BX_OK;
    if (rc == BX_OK && cfg->cache_dir && !cfg->cache_later)
        rc = open_cache_locked(rt, err);
    if (rc == BX_OK)
        rc = bx_ticker_new(tick_all, rt, &rt->ticker, err);
    if (rc != BX_OK)
        return rc;
    if (cfg->by_signal)
        bx_ticker_by_signal(rt->ticker);
    *ret = BX_TAKE(rt);
    return BX_OK;
}

void bx_runtime_free(bx_runtime *rt)
{
    if (!rt)
        return;
    bx_ticker_free(rt->ticker);
    for (size_t i = 0; i < rt->n; i++)
        bx_engine_free(rt->rows[i].engine);
    bx_cache_free(rt->cache);
    free(rt->cache_dir);
    free(rt->key_dir);
    (void)pthread_mutex_destroy(&rt->lock);
    (void)pthread_mutex_destroy(&rt->cache_lock);
    free(rt->compiler);
    free(rt);
}

/* Slots are address space alone until they are used, so those for larger stacks, which tools like
 * js ask for in their manifests, have as many; what is measured in fuel, or asks for more stack,
 * allocates on demand. */
static bx_engine_config config_of(const bx_runtime *rt, bool fuel, uint64_t stack, bool alone)
{
    enum { POOLED_STACK = 8 << 20 };
    bool is_pooled = !fuel && !alone && stack <= POOLED_STACK;
    return (bx_engine_config){
        .slots = is_pooled ? rt->slots : 0,
        .fuel = fuel,
        .max_wasm_stack = stack,
        .memory_max = UINT64_C(4) << 30,
        .table_max = TABLE_MAX,
        .keep_resident = KEEP_RESIDENT,
        .warm_slots = WARM_SLOTS,
        .compile_threads = rt->compile_threads,
        .pagemap_scan = 1,
    };
}

static bx_code make_engine(bx_runtime *rt, bool fuel, uint64_t stack, bool alone, bx_engine **ret,
                           bx_error *err)
{
    const bx_engine_config cfg = config_of(rt, fuel, stack, alone);
    bx_eng_error e = {0};
    bx_eng_code rc = bx_engine_new(&cfg, ret, &e);
    return rc == BX_ENG_OK ? BX_OK : bx_wrap(bx_from_engine(rc, &e, err), err, "make an engine");
}

static bool find(const bx_runtime *rt, size_t n, bool fuel, uint64_t stack, bool alone, size_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (rt->rows[i].fuel == fuel && rt->rows[i].stack == stack && rt->rows[i].alone == alone) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bx_code add_engine_locked(bx_runtime *rt, bool fuel, uint64_t stack, bool alone, size_t *ret,
                                 bx_error *err)
{
    size_t n = atomic_load(&rt->n);
    if (find(rt, n, fuel, stack, alone, ret))
        return BX_OK;
    if (n == BX_MAX_ENGINES)
        return bx_fail(err, BX_ELIMIT, "more than %d different stack limits in one process",
                       BX_MAX_ENGINES);
    bx_engine *e = NULL;
    bx_code rc = make_engine(rt, fuel, stack, alone, &e, err);
    if (rc != BX_OK)
        return rc;
    rt->rows[n] = (struct engine_row){fuel, alone, stack, e};
    atomic_store_explicit(&rt->n, n + 1, memory_order_release);
    *ret = n;
    return BX_OK;
}

bx_code bx_runtime_engine(bx_runtime *rt, const bx_limits *limits, bool alone, bx_engine **ret,
                          size_t *ret_index, bx_error *err)
{
    bool fuel = limits->fuel != 0;
    alone = alone && rt->slots > 0;
    size_t i = 0;
    bx_code rc = BX_OK;
    if (!find(rt, atomic_load_explicit(&rt->n, memory_order_acquire), fuel, limits->stack, alone,
              &i)) {
        (void)pthread_mutex_lock(&rt->lock);
        rc = add_engine_locked(rt, fuel, limits->stack, alone, &i, err);
        (void)pthread_mutex_unlock(&rt->lock);
    }
    if (rc != BX_OK)
        return rc;
    *ret = rt->rows[i].engine;
    *ret_index = i;
    return BX_OK;
}

bx_engine_config bx_runtime_engine_config(const bx_runtime *rt, const bx_limits *limits)
{
    return config_of(rt, limits->fuel != 0, limits->stack, false);
}

const char *bx_runtime_compiler(const bx_runtime *rt) { return rt->compiler; }

bool bx_runtime_compiles_here(const bx_runtime *rt) { return rt->compile_here; }

bx_ticker *bx_runtime_ticker(bx_runtime *rt) { return rt->ticker; }

bx_egress *bx_runtime_egress(bx_runtime *rt) { return rt->egress; }

bool bx_runtime_unknown_imports_trap(const bx_runtime *rt) { return rt->unknown_imports_trap; }

const char *bx_engine_version(void) { return bx_engine_wasmtime_version(); }
