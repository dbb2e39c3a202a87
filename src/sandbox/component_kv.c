/* wasi:keyvalue for components: the engine's hooks onto the store of the call (src/vfs/kv.h). */
#include "sandbox/component_hooks.h"
#include "vfs/kv.h"

enum { OK = 0, ABSENT = 1, DENIED = 2, OTHER = 3 }; /* answers of the hooks */

static bx_vfs_session *files_of(void *ctx) { return ((bx_component *)ctx)->files; }

static const char *words(bx_errno e)
{
    switch (e) {
    case BX_E_NAMETOOLONG:
        return "the key is longer than 1024 bytes";
    case BX_E_INVAL:
        return "the key has a NUL byte";
    case BX_E_ILSEQ:
        return "the key is not UTF-8";
    case BX_E_2BIG:
        return "the value is larger than the memory of the call";
    case BX_E_DQUOT:
        return "over a limit: the size of the store (a new value needs room beside the old one), "
               "or fs_write, "
               "files_created or dir_entries of the call";
    case BX_E_NOSPC:
        return "the disk of the host is full";
    case BX_E_BUSY:
        return "another call holds the store: try again";
    case BX_E_DOM:
        return "the value is not a whole number in decimal";
    case BX_E_RANGE:
        return "the sum does not fit in 64 bits";
    case BX_E_BADMSG:
        return "the file of this key in /store/.kv is damaged or was changed: set or delete the "
               "key";
    case BX_E_NOMEM:
        return "out of memory";
    default:
        return bx_errno_name(e);
    }
}

static int answer(bx_errno e, bx_eemit emit, void *sink)
{
    if (e == BX_E_SUCCESS)
        return OK;
    if (e == BX_E_NOENT)
        return ABSENT;
    if (e == BX_E_ACCES || e == BX_E_PERM)
        return DENIED;
    const char *text = words(e);
    emit(sink, text, strlen(text));
    return OTHER;
}

/* Nothing is absent for what writes: then the store itself has gone. */
static int answer_write(bx_errno e, bx_eemit emit, void *sink)
{
    if (e != BX_E_NOENT)
        return answer(e, emit, sink);
    static const char text[] = "the directory of the store was removed";
    emit(sink, text, sizeof text - 1);
    return OTHER;
}

/* There is one store, and a guest need not know what its user called it. */
static int open_store(void *ctx, bx_str name, bx_eemit emit, void *sink)
{
    (void)emit;
    (void)sink;
    const bx_cap *cap = bx_grant_find(bx_sealed_grant(((bx_component *)ctx)->sealed), BX_CAP_STORE);
    bool known = cap && (name.n == 0 || bx_str_eq(name, BX_LIT("default")) ||
                         bx_str_eq(name, bx_str_of(cap->path)));
    return known ? OK : ABSENT;
}

static int get(void *ctx, bx_str key, bx_eemit emit, void *sink)
{
    /* What does not fit in the guest's memory need not be read. */
    BX_AUTO_BUF value = bx_buf_init((size_t)((bx_component *)ctx)->limits->memory);
    bx_errno e = bx_kv_get(files_of(ctx), key, &value);
    if (e == BX_E_SUCCESS) {
        bx_str v = bx_buf_str(&value);
        emit(sink, v.p, v.n);
    }
    return answer(e, emit, sink);
}

static int set(void *ctx, bx_str key, const void *p, size_t n, bx_eemit emit, void *sink)
{
    return answer_write(bx_kv_set(files_of(ctx), key, (bx_str){p, n}), emit, sink);
}

static int remove_key(void *ctx, bx_str key, bx_eemit emit, void *sink)
{
    return answer(bx_kv_remove(files_of(ctx), key), emit, sink);
}

static int exists(void *ctx, bx_str key, bx_eemit emit, void *sink)
{
    return answer(bx_kv_exists(files_of(ctx), key), emit, sink);
}

typedef struct out {
    bx_eemit emit;
    void *sink;
} out;

static void give(void *ctx, bx_str key)
{
    const out *o = ctx;
    o->emit(o->sink, key.p, key.n);
}

static int list(void *ctx, const char *cursor, int *more, bx_eemit emit, void *sink)
{
    out o = {emit, sink};
    bx_str after = bx_str_of(cursor);
    bool further = false;
    bx_errno e = bx_kv_list(files_of(ctx), cursor ? &after : NULL, give, &o, &further);
    *more = further;
    return answer(e, emit, sink);
}

static int increment(void *ctx, bx_str key, int64_t delta, int64_t *ret, bx_eemit emit, void *sink)
{
    return answer_write(bx_kv_increment(files_of(ctx), key, delta, ret), emit, sink);
}

static int swap(void *ctx, bx_str key, const void *old, size_t n_old, const void *p, size_t n,
                bx_eemit emit, void *sink)
{
    bx_str was = {old, n_old};
    bool done = false;
    bx_errno e = bx_kv_swap(files_of(ctx), key, old ? &was : NULL, (bx_str){p, n}, &done);
    return e == BX_E_SUCCESS && !done ? ABSENT : answer_write(e, emit, sink);
}

const bx_ekv_hooks bx_component_kv = {
    .open = open_store,
    .get = get,
    .set = set,
    .remove = remove_key,
    .exists = exists,
    .list = list,
    .increment = increment,
    .swap = swap,
};
