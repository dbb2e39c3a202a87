#include "tool/entry.h"

static const char *const sources[] = {"built-in", "user", "project"};

const char *bx_tool_source_name(bx_tool_source s) { return sources[s]; }

void bx_package_digest(const uint8_t module[BX_SHA256_BYTES], bx_str manifest,
                       uint8_t ret[BX_SHA256_BYTES])
{
    uint8_t sum[BX_SHA256_BYTES] = {0};
    if (manifest.p)
        bx_sha256(manifest.p, manifest.n, sum);
    const bx_str parts[] = {BX_LIT("boxagnts tool 1\n"),
                            {(const char *)module, BX_SHA256_BYTES},
                            {(const char *)sum, sizeof sum}};
    bx_sha256v(parts, BX_COUNT(parts), ret);
}

bx_code bx_tool_entry_new(bx_manifest *manifest, char *path, bx_tool_entry **ret, bx_error *err)
{
    bx_tool_entry *e = bx_calloc(1, sizeof *e);
    if (!e) {
        bx_manifest_free(manifest);
        free(path);
        return bx_fail(err, BX_ENOMEM, "tools");
    }
    atomic_init(&e->refs, 1);
    (void)pthread_mutex_init(&e->lock, NULL);
    e->manifest = manifest;
    e->path = path;
    e->facts = (bx_tool_facts){
        .manifest = manifest, .path = path, .digest = e->digest, .package = e->package};
    *ret = e;
    return BX_OK;
}

bx_code bx_tool_entry_of_builtin(const bx_builtin *b, bx_tool_entry **ret, bx_error *err)
{
    bx_manifest *m = NULL;
    bx_tool_entry *e = NULL;
    bx_code rc = bx_builtin_manifest(b, &m, err);
    if (rc == BX_OK)
        rc = bx_tool_entry_new(m, NULL, &e, err);
    if (rc != BX_OK)
        return rc;
    e->facts.source = BX_FROM_PROGRAM;
    e->facts.builtin = b;
    e->facts.added = true;
    memcpy(e->digest, b->of_wasm, sizeof e->digest);
    bx_package_digest(e->digest, bx_builtin_manifest_text(b), e->package);
    *ret = e;
    return BX_OK;
}

bx_tool_entry *bx_tool_entry_ref(bx_tool_entry *e)
{
    (void)atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
    return e;
}

void bx_tool_entry_unref(bx_tool_entry *e)
{
    if (!e || atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) != 1)
        return;
    bx_module_free(e->module);
    bx_manifest_free(e->manifest);
    (void)pthread_mutex_destroy(&e->lock);
    free(e->path);
    free(e->signer);
    free(e);
}

const bx_tool_facts *bx_tool_entry_facts(const bx_tool_entry *e) { return &e->facts; }

bx_str bx_tool_entry_name(const bx_tool_entry *e) { return e->manifest->name; }

static bx_code open_locked(bx_tool_entry *e, bx_runtime *rt, bx_error *err)
{
    if (e->module)
        return e->rt == rt ? BX_OK : bx_fail(err, BX_ESTATE, "the tool is open in another runtime");
    e->rt = rt;
    if (!e->facts.builtin)
        return bx_module_open_judged(rt, e->path, &e->manifest->limits, e->digest, &e->module, err);
    const bx_carried carried = bx_builtin_module(e->facts.builtin);
    return bx_module_carried(rt, &carried, &e->module, err);
}

bx_code bx_tool_entry_open(bx_tool_entry *e, bx_runtime *rt, bx_tool *ret, bx_error *err)
{
    (void)pthread_mutex_lock(&e->lock);
    bx_code rc = open_locked(e, rt, err);
    if (rc == BX_OK)
        *ret = (bx_tool){.manifest = e->manifest,
                         .module = e->module,
                         .digest = e->digest,
                         .is_vouched = e->facts.builtin || e->facts.signature == BX_SIGNED};
    (void)pthread_mutex_unlock(&e->lock);
    return rc;
}
