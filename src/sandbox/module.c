#include "sandbox/module.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/fd.h"
#include "sandbox/component.h"
#include "wasi/wasi.h"

/* The table of host functions is handed to the engine as it is. */
struct bx_module {
    bx_runtime *rt;
    char *name;
    bx_buf wasm;
    bx_wasm_kind kind;
    pthread_mutex_t lock;                       /* held while code is prepared */
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

/* Opened non-blocking so that a FIFO in the place of the file cannot hang us; only a plain
 * file is read. */
static bx_code read_wasm(const char *path, bx_buf *ret, bx_error *err)
{
    BX_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
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
    *ret = bx_buf_init((size_t)size);
    char *at;
    bx_code rc = bx_buf_reserve(ret, (size_t)size, &at);
    if (rc != BX_OK)
        return bx_fail(err, rc, "out of memory for %llu bytes", (unsigned long long)size);
    rc = bx_fd_read_full(fd, (uint8_t *)at, (size_t)size, err);
    if (rc != BX_OK)
        bx_buf_done(ret);
    else
        ret->n = (size_t)size;
    return rc;
}

/* ---- compiling ------------------------------------------------------------------------ */

static bx_code load_code(bx_engine *e, bx_code_kind kind, const void *code, size_t n,
                         bx_emodule **ret, bx_error *err)
{
    bx_eng_error ee = {0};
    return bx_from_engine(bx_engine_load(e, kind, code, n, ret, &ee), &ee, err);
}

static bx_code compile_fresh(const bx_module *m, bx_engine *e, const bx_cache_key *key,
                             bx_emodule **ret, bx_error *err)
{
    bx_code_kind kind = m->kind == BX_WASM_CORE ? BX_CODE_CORE : BX_CODE_COMPONENT;
    bx_eng_error ee = {0};
    bx_eng_bytes code = {0};
    bx_eng_code ec = bx_engine_compile(e, kind, (const uint8_t *)m->wasm.p, m->wasm.n, &code, &ee);
    if (ec != BX_ENG_OK)
        return bx_from_engine(ec, &ee, err);
    bx_code rc = load_code(e, kind, code.p, code.n, ret, err);
    bx_cache *cache = bx_runtime_cache(m->rt);
    if (rc == BX_OK && cache) {
        bx_error why;
        if (bx_cache_store(cache, key, code.p, code.n, &why) != BX_OK)
            bx_cache_notice(cache, "compiled code was not cached: %s", why.msg);
    }
    bx_eng_bytes_free(code);
    return rc;
}

static bx_code compile(const bx_module *m, bx_engine *e, bx_emodule **ret, bx_error *err)
{
    bx_code_kind kind = m->kind == BX_WASM_CORE ? BX_CODE_CORE : BX_CODE_COMPONENT;
    bx_cache *cache = bx_runtime_cache(m->rt);
    bx_cache_key key = {{0}};
    if (cache) {
        key = bx_cache_key_of((const uint8_t *)m->wasm.p, m->wasm.n, (int)kind,
                              bx_engine_fingerprint(e));
        BX_AUTO_BUF code = bx_buf_init(0);
        /* Whatever is wrong with an entry, the answer is the same: compile. */
        if (bx_cache_load(cache, &key, &code, NULL) == BX_OK &&
            load_code(e, kind, code.p, code.n, ret, NULL) == BX_OK)
            return BX_OK;
    }
    return compile_fresh(m, e, &key, ret, err);
}

static bx_code link_core(bx_emodule *code, bx_error *err)
{
    bx_eng_error ee = {0};
    return bx_from_engine(bx_emodule_link(code, bx_wasi_preview1, bx_wasi_preview1_count, &ee),
                          &ee, err);
}

static bx_code prepare_locked(bx_module *m, bx_engine *e, size_t i, bx_error *err)
{
    if (atomic_load(&m->code[i]))
        return BX_OK;
    bx_emodule *code = NULL;
    bx_code rc = compile(m, e, &code, err);
    if (rc == BX_OK)
        rc = m->kind == BX_WASM_CORE ? link_core(code, err) : bx_component_link(code, err);
    if (rc != BX_OK) {
        bx_emodule_free(code);
        return rc;
    }
    atomic_store_explicit(&m->code[i], code, memory_order_release);
    return BX_OK;
}

bx_code bx_module_code(bx_module *m, const bx_limits *limits, const bx_emodule **ret, bx_error *err)
{
    bx_engine *e = NULL;
    size_t i = 0;
    bx_code rc = bx_runtime_engine(m->rt, limits, &e, &i, err);
    if (rc == BX_OK && !atomic_load_explicit(&m->code[i], memory_order_acquire)) {
        (void)pthread_mutex_lock(&m->lock);
        rc = prepare_locked(m, e, i, err);
        (void)pthread_mutex_unlock(&m->lock);
    }
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", m->name);
    *ret = atomic_load_explicit(&m->code[i], memory_order_acquire);
    return BX_OK;
}

/* ---- life ----------------------------------------------------------------------------- */

static bx_code new_module(bx_runtime *rt, const char *name, bx_buf *wasm, bx_module **ret,
                          bx_error *err)
{
    bx_wasm_kind kind = bx_wasm_sniff((const uint8_t *)wasm->p, wasm->n);
    if (kind != BX_WASM_CORE && kind != BX_WASM_COMPONENT)
        return refuse_kind(kind, wasm->n, err);
    BX_AUTO(bx_module) bx_module *m = bx_calloc(1, sizeof *m);
    if (!m)
        return bx_fail(err, BX_ENOMEM, "module");
    m->rt = rt;
    m->kind = kind;
    (void)pthread_mutex_init(&m->lock, NULL);
    m->name = bx_strndup(name, strlen(name));
    if (!m->name)
        return bx_fail(err, BX_ENOMEM, "module");
    m->wasm = *wasm;
    *wasm = bx_buf_init(0);
    *ret = BX_TAKE(m);
    return BX_OK;
}

static bx_code open_buf(bx_runtime *rt, const char *name, bx_buf *wasm, const bx_limits *limits,
                        bx_module **ret, bx_error *err)
{
    BX_AUTO(bx_module) bx_module *m = NULL;
    bx_code rc = new_module(rt, name, wasm, &m, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", name);
    const bx_emodule *code = NULL;
    rc = bx_module_code(m, limits, &code, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(m);
    return rc;
}

bx_code bx_module_open(bx_runtime *rt, const char *path, const bx_limits *limits, bx_module **ret,
                       bx_error *err)
{
    BX_AUTO_BUF wasm = bx_buf_init(0);
    bx_code rc = read_wasm(path, &wasm, err);
    return rc == BX_OK ? open_buf(rt, path, &wasm, limits, ret, err) : bx_wrap(rc, err, "%s", path);
}

bx_code bx_module_from_bytes(bx_runtime *rt, const char *name, const uint8_t *p, size_t n,
                             const bx_limits *limits, bx_module **ret, bx_error *err)
{
    BX_AUTO_BUF wasm = bx_buf_init(BX_MAX_MODULE_BYTES);
    if (bx_buf_add(&wasm, p, n) != BX_OK)
        return bx_wrap(bx_buf_check(&wasm, err), err, "%s", name);
    return open_buf(rt, name, &wasm, limits, ret, err);
}

void bx_module_free(bx_module *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < BX_MAX_ENGINES; i++)
        bx_emodule_free(atomic_load(&m->code[i]));
    (void)pthread_mutex_destroy(&m->lock);
    bx_buf_done(&m->wasm);
    free(m->name);
    free(m);
}

bx_wasm_kind bx_module_kind(const bx_module *m) { return m->kind; }

bx_runtime *bx_module_runtime(const bx_module *m) { return m->rt; }

const char *bx_module_name(const bx_module *m) { return m->name; }

bx_code bx_module_describe(bx_runtime *rt, const char *path, bx_buf *out, bx_error *err)
{
    BX_AUTO_BUF wasm = bx_buf_init(0);
    BX_AUTO(bx_module) bx_module *m = NULL;
    bx_limits limits = bx_limits_default();
    bx_engine *e = NULL;
    size_t i = 0;
    bx_emodule *code = NULL;
    bx_code rc = read_wasm(path, &wasm, err);
    if (rc == BX_OK)
        rc = new_module(rt, path, &wasm, &m, err);
    if (rc == BX_OK)
        rc = bx_runtime_engine(rt, &limits, &e, &i, err);
    if (rc == BX_OK)
        rc = compile(m, e, &code, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "%s", path);
    bx_eng_error ee = {0};
    bx_eng_bytes text = {0};
    rc = bx_from_engine(bx_emodule_describe(code, &text, &ee), &ee, err);
    if (rc == BX_OK)
        rc = bx_buf_add(out, text.p, text.n);
    bx_eng_bytes_free(text);
    bx_emodule_free(code);
    return rc;
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
    rc = bx_from_engine(bx_engine_componentize((const uint8_t *)wasm.p, wasm.n, &bytes, &ee), &ee,
                        err);
    if (rc == BX_OK) {
        (void)bx_buf_add(out, bytes.p, bytes.n);
        rc = bx_buf_check(out, err);
    }
    bx_eng_bytes_free(bytes);
    return bx_wrap(rc, err, "%s", path);
}
