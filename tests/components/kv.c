/* kv NAME [COMMAND ARGUMENT...]...: wasi:keyvalue on the store NAME.  One line for each command:
 * what came back, or "error: ..." and its words. set K V, fill K BYTES, get K, size K, del K, has
 * K, list, from CURSOR, inc K N, count K TIMES race K NEW OTHER     a swap that somebody else gets
 * ahead of, then once more with the handle it gave hold K TIMES         handles for swaps that are
 * not given back many K TIMES         the same key again and again in one get-many batch K1 K2 both
 * set, read and removed at once */
#include "kv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef wasi_keyvalue_store_error_t error;
typedef wasi_keyvalue_store_borrow_bucket_t bucket;

static kv_string_t text(const char *s) { return (kv_string_t){(uint8_t *)(uintptr_t)s, strlen(s)}; }

static kv_list_u8_t bytes(const char *s)
{
    return (kv_list_u8_t){(uint8_t *)(uintptr_t)s, strlen(s)};
}

static void fail(const error *e)
{
    if (e->tag == WASI_KEYVALUE_STORE_ERROR_NO_SUCH_STORE)
        printf("error: no such store\n");
    else if (e->tag == WASI_KEYVALUE_STORE_ERROR_ACCESS_DENIED)
        printf("error: access denied\n");
    else
        printf("error: %.*s\n", (int)e->val.other.len, (const char *)e->val.other.ptr);
}

static long long number(const char *s)
{
    long long n = 0;
    bool minus = *s == '-';
    for (s += minus; *s >= '0' && *s <= '9'; s++)
        n = n * 10 + (*s - '0');
    return minus ? -n : n;
}

static void done(bool ok, const error *e)
{
    if (ok)
        printf("ok\n");
    else
        fail(e);
}

static void show(const kv_option_list_u8_t *v)
{
    if (v->is_some)
        printf("%.*s\n", (int)v->val.len, (const char *)v->val.ptr);
    else
        printf("(none)\n");
}

static void get(bucket b, const char *key, bool size_only)
{
    kv_string_t k = text(key);
    kv_option_list_u8_t v;
    error e;
    if (!wasi_keyvalue_store_method_bucket_get(b, &k, &v, &e))
        fail(&e);
    else if (size_only)
        printf("%zu bytes\n", v.is_some ? v.val.len : 0);
    else
        show(&v);
}

static void set(bucket b, const char *key, kv_list_u8_t value)
{
    kv_string_t k = text(key);
    error e;
    bool ok = wasi_keyvalue_store_method_bucket_set(b, &k, &value, &e);
    done(ok, &e);
}

static void fill(bucket b, const char *key, const char *n)
{
    kv_list_u8_t v = {.len = (size_t)number(n)};
    v.ptr = calloc(1, v.len + 1);
    if (v.ptr)
        set(b, key, v);
    free(v.ptr);
}

static void list(bucket b, const char *cursor)
{
    kv_string_t from = text(cursor ? cursor : "");
    wasi_keyvalue_store_key_response_t r;
    error e;
    if (!wasi_keyvalue_store_method_bucket_list_keys(b, cursor ? &from : NULL, &r, &e)) {
        fail(&e);
        return;
    }
    printf("%zu keys:", r.keys.len);
    for (size_t i = 0; i < r.keys.len && i < 10; i++)
        printf(" %.*s", (int)r.keys.ptr[i].len, (const char *)r.keys.ptr[i].ptr);
    if (r.cursor.is_some)
        printf(" | %.*s", (int)r.cursor.val.len, (const char *)r.cursor.val.ptr);
    printf("\n");
}

static void increment(bucket b, const char *key, const char *delta, long long times)
{
    kv_string_t k = text(key);
    int64_t n = 0;
    error e;
    for (long long i = 0; i < times; i++) {
        if (!wasi_keyvalue_atomics_increment(b, &k, number(delta), &n, (void *)&e)) {
            fail(&e);
            return;
        }
    }
    printf("%lld\n", (long long)n);
}

static void race(bucket b, const char *key, const char *mine, const char *other)
{
    kv_string_t k = text(key);
    kv_list_u8_t v = bytes(mine);
    kv_option_list_u8_t now;
    wasi_keyvalue_atomics_own_cas_t cas;
    wasi_keyvalue_atomics_cas_error_t why;
    error e;
    if (!wasi_keyvalue_atomics_static_cas_new(b, &k, &cas, (void *)&e)) {
        fail(&e);
        return;
    }
    set(b, key, bytes(other));
    if (wasi_keyvalue_atomics_swap(cas, &v, &why) ||
        why.tag != WASI_KEYVALUE_ATOMICS_CAS_ERROR_CAS_FAILED) {
        printf("error: it was not noticed\n");
        return;
    }
    cas = why.val.cas_failed;
    if (wasi_keyvalue_atomics_method_cas_current(wasi_keyvalue_atomics_borrow_cas(cas), &now,
                                                 (void *)&e))
        show(&now);
    printf("%s\n", wasi_keyvalue_atomics_swap(cas, &v, &why) ? "swapped" : "error: not swapped");
}

static void hold(bucket b, const char *key, long long times)
{
    kv_string_t k = text(key);
    wasi_keyvalue_atomics_own_cas_t cas;
    error e;
    long long n = 0;
    while (n < times && wasi_keyvalue_atomics_static_cas_new(b, &k, &cas, (void *)&e))
        n++;
    printf("%lld held\n", n);
    if (n < times)
        fail(&e);
}

static void many(bucket b, const char *key, size_t times)
{
    kv_list_string_t keys = {calloc(times, sizeof *keys.ptr), times};
    kv_list_tuple2_string_option_list_u8_t r;
    error e;
    for (size_t i = 0; keys.ptr && i < times; i++)
        keys.ptr[i] = text(key);
    if (wasi_keyvalue_batch_get_many(b, &keys, &r, (void *)&e))
        printf("%zu values\n", r.len);
    else
        fail(&e);
    free(keys.ptr);
}

static void batch(bucket b, const char *one, const char *two)
{
    kv_tuple2_string_list_u8_t pairs[2] = {{text(one), bytes("first")},
                                           {text(two), bytes("second")}};
    kv_string_t names[3] = {text(two), text("absent"), text(one)};
    kv_list_tuple2_string_list_u8_t all = {pairs, 2};
    kv_list_string_t keys = {names, 3};
    kv_list_tuple2_string_option_list_u8_t r = {0};
    error e;
    bool ok = wasi_keyvalue_batch_set_many(b, &all, (void *)&e) &&
              wasi_keyvalue_batch_get_many(b, &keys, &r, (void *)&e);
    for (size_t i = 0; ok && i < r.len; i++)
        show(&r.ptr[i].f1);
    ok = ok && wasi_keyvalue_batch_delete_many(b, &keys, (void *)&e);
    done(ok, &e);
}

static int has(bucket b, const char *key)
{
    kv_string_t k = text(key);
    bool yes = false;
    error e;
    if (wasi_keyvalue_store_method_bucket_exists(b, &k, &yes, &e))
        return printf("%s\n", yes ? "yes" : "no");
    fail(&e);
    return 0;
}

/* One command; how many arguments it took, 0 when it is not known. */
static int run(bucket b, int n, char **a)
{
    error e;
    kv_string_t k = n > 1 ? text(a[1]) : text("");
    if (strcmp(a[0], "list") == 0)
        return list(b, NULL), 1;
    if (n < 2)
        return 0;
    if (strcmp(a[0], "get") == 0 || strcmp(a[0], "size") == 0)
        return get(b, a[1], a[0][0] == 's'), 2;
    if (strcmp(a[0], "has") == 0)
        return has(b, a[1]), 2;
    if (strcmp(a[0], "from") == 0)
        return list(b, a[1]), 2;
    if (strcmp(a[0], "del") == 0) {
        bool ok = wasi_keyvalue_store_method_bucket_delete(b, &k, &e);
        return done(ok, &e), 2;
    }
    if (n < 3)
        return 0;
    if (strcmp(a[0], "set") == 0)
        return set(b, a[1], bytes(a[2])), 3;
    if (strcmp(a[0], "fill") == 0)
        return fill(b, a[1], a[2]), 3;
    if (strcmp(a[0], "inc") == 0)
        return increment(b, a[1], a[2], 1), 3;
    if (strcmp(a[0], "count") == 0)
        return increment(b, a[1], "1", number(a[2])), 3;
    if (strcmp(a[0], "hold") == 0)
        return hold(b, a[1], number(a[2])), 3;
    if (strcmp(a[0], "many") == 0)
        return many(b, a[1], (size_t)number(a[2])), 3;
    if (strcmp(a[0], "batch") == 0)
        return batch(b, a[1], a[2]), 3;
    if (n > 3 && strcmp(a[0], "race") == 0)
        return race(b, a[1], a[2], a[3]), 4;
    return 0;
}

int main(int argc, char **argv)
{
    kv_string_t name = text(argc > 1 ? argv[1] : "");
    wasi_keyvalue_store_own_bucket_t own;
    error e;
    if (!wasi_keyvalue_store_open(&name, &own, &e)) {
        fail(&e);
        return 1;
    }
    for (int i = 2, n; i < argc; i += n) {
        n = run(wasi_keyvalue_store_borrow_bucket(own), argc - i, argv + i);
        if (n == 0)
            return 2;
    }
    return 0;
}

/* Our own start: naming __wasm_call_ctors keeps the linker from wrapping every export, cabi_realloc
 * among them, in constructors and destructors (docs/web_fetch.md). */
void __wasm_call_ctors(void);
int __main_void(void);
void _start(void);

__attribute__((export_name("_start"))) void _start(void)
{
    __wasm_call_ctors();
    int code = __main_void();
    fflush(stdout);
    if (code)
        exit(code);
}
