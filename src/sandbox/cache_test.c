#include "sandbox/cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "codec/sha256.h"
#include "os/fd.h"

static char dir[64], keys[80], code_dir[80];
static int notices;
static char said[512];

static void count(void *ctx, const char *text)
{
    (void)ctx;
    (void)snprintf(said, sizeof said, "%s", text);
    notices++;
}

static bool open_cache(uint64_t max, bx_cache **ret)
{
    bx_error err = {.msg = ""};
    if (bx_cache_open(code_dir, keys, max, ret, &err) != BX_OK) {
        printf("# %s\n", err.msg);
        return false;
    }
    bx_cache_on_notice(*ret, count, NULL);
    notices = 0;
    return true;
}

static void setup(void)
{
    (void)snprintf(dir, sizeof dir, "/tmp/bx-cache-test.XXXXXX");
    CHECK(mkdtemp(dir));
    (void)snprintf(keys, sizeof keys, "%s/keys", dir);
    (void)snprintf(code_dir, sizeof code_dir, "%s/modules", dir);
}

static bx_cache_key key_of(const char *wasm)
{
    uint8_t sum[BX_SHA256_BYTES];
    bx_sha256(wasm, strlen(wasm), sum);
    return bx_cache_key_of(sum, 1, "print");
}

static bool put(bx_cache *c, const char *wasm, const char *code)
{
    bx_cache_key k = key_of(wasm);
    return bx_cache_store(c, &k, (const uint8_t *)code, strlen(code), NULL) == BX_OK;
}

static bx_code get(bx_cache *c, const char *wasm, const char *expect)
{
    bx_cache_key k = key_of(wasm);
    bx_cached found;
    char code[256];
    bx_code rc = bx_cache_load(c, &k, &found, NULL);
    if (rc != BX_OK)
        return rc;
    bool same = found.n == strlen(expect) && found.n <= sizeof code &&
                bx_fd_read_full(found.fd, code, found.n, NULL) == BX_OK &&
                memcmp(code, expect, found.n) == 0;
    (void)close(found.fd);
    return same ? BX_OK : BX_EINTERNAL;
}

static void path_of(const char *wasm, char out[256])
{
    bx_cache_key k = key_of(wasm);
    (void)snprintf(out, 256, "%s/%s", code_dir, k.name);
}

static void gives_back_what_was_stored(void)
{
    BX_AUTO(bx_cache) bx_cache *c = NULL;
    CHECK(open_cache(BX_CACHE_MAX, &c));
    CHECK(get(c, "a", "") == BX_ENOENT);
    CHECK(put(c, "a", "code of a") && put(c, "b", "code of b"));
    CHECK(get(c, "a", "code of a") == BX_OK && get(c, "b", "code of b") == BX_OK && notices == 0);
}

static void key_covers_all_that_matters(void)
{
    const uint8_t w[BX_SHA256_BYTES] = "w", v[BX_SHA256_BYTES] = "v";
    bx_cache_key a = bx_cache_key_of(w, 1, "p"), b = bx_cache_key_of(w, 2, "p"),
                 c = bx_cache_key_of(w, 1, "q"), d = bx_cache_key_of(v, 1, "p");
    CHECK(strcmp(a.name, b.name) && strcmp(a.name, c.name) && strcmp(a.name, d.name));
    CHECK(strlen(a.name) == 64);
}

static void a_flipped_bit_never_loads(void)
{
    BX_AUTO(bx_cache) bx_cache *c = NULL;
    char path[256];
    CHECK(open_cache(BX_CACHE_MAX, &c));
    path_of("a", path);
    for (long at = 0; at < 49; at++) { /* magic, code and every byte of the check */
        CHECK(put(c, "a", "code of a"));
        FILE *f = fopen(path, "r+e");
        CHECK(f && fseek(f, at, SEEK_SET) == 0);
        int byte = fgetc(f);
        CHECK(byte != EOF && fseek(f, at, SEEK_SET) == 0 && fputc(byte ^ 1, f) != EOF &&
              fclose(f) == 0);
        CHECK(get(c, "a", "") == BX_EGUEST && access(path, F_OK) != 0);
    }
    CHECK(notices == 49);
    CHECK(put(c, "a", "code of a") && get(c, "a", "code of a") == BX_OK); /* control */
}

static void a_swapped_entry_never_loads(void)
{
    BX_AUTO(bx_cache) bx_cache *c = NULL;
    char a[256], b[256];
    CHECK(open_cache(BX_CACHE_MAX, &c) && put(c, "a", "code of a") && put(c, "b", "code of b"));
    path_of("a", a);
    path_of("b", b);
    CHECK(rename(b, a) == 0);
    CHECK(get(c, "a", "") == BX_EGUEST && notices == 1);
}

static void truncated_and_strange_entries_never_load(void)
{
    BX_AUTO(bx_cache) bx_cache *c = NULL;
    char a[256], b[256];
    CHECK(open_cache(BX_CACHE_MAX, &c) && put(c, "a", "code of a") && put(c, "b", "code of b"));
    path_of("a", a);
    path_of("b", b);
    CHECK(truncate(a, 39) == 0 && get(c, "a", "") == BX_EGUEST);
    CHECK(symlink(b, a) == 0 && get(c, "a", "") == BX_EGUEST);
    CHECK(mkfifo(a, 0600) == 0 && get(c, "a", "") == BX_EGUEST);
    CHECK(get(c, "b", "code of b") == BX_OK);
}

static void an_entry_under_another_key_never_loads(void)
{
    BX_AUTO(bx_cache) bx_cache *c = NULL;
    BX_AUTO(bx_cache) bx_cache *other = NULL;
    char other_keys[96];
    (void)snprintf(other_keys, sizeof other_keys, "%s/other", dir);
    CHECK(open_cache(BX_CACHE_MAX, &c) && put(c, "a", "code of a"));
    CHECK(bx_cache_open(code_dir, other_keys, BX_CACHE_MAX, &other, NULL) == BX_OK);
    CHECK(get(other, "a", "") == BX_EGUEST);
}

static void refuses_a_directory_others_can_write_to(void)
{
    bx_cache *c = NULL;
    bx_error err;
    CHECK(chmod(code_dir, 0770) == 0);
    CHECK(bx_cache_open(code_dir, keys, 1, &c, &err) == BX_EUNSAFE && !c);
    CHECK(chmod(code_dir, 0700) == 0);
}

static void refuses_a_key_others_can_read(void)
{
    char key[128];
    bx_cache *c = NULL;
    (void)snprintf(key, sizeof key, "%s/cache.key", keys);
    CHECK(chmod(key, 0640) == 0);
    CHECK(bx_cache_open(code_dir, keys, 1, &c, NULL) == BX_EUNSAFE && !c);
    CHECK(chmod(key, 0600) == 0 && bx_cache_open(code_dir, keys, 1, &c, NULL) == BX_OK);
    bx_cache_free(c);
}

/* Too few descriptors say nothing about an entry: it is not removed for that. */
static void out_of_descriptors_an_entry_stays(void)
{
    BX_AUTO(bx_cache) bx_cache *c = NULL;
    char path[256];
    struct rlimit was, none;
    CHECK(open_cache(BX_CACHE_MAX, &c) && put(c, "a", "code of a"));
    path_of("a", path);
    CHECK(getrlimit(RLIMIT_NOFILE, &was) == 0);
    none = was;
    none.rlim_cur = 1;
    CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
    bx_code rc = get(c, "a", "");
    CHECK(setrlimit(RLIMIT_NOFILE, &was) == 0);
    CHECK(rc == BX_EIO && notices == 1 && strstr(said, "cannot be opened"));
    CHECK(access(path, F_OK) == 0 && get(c, "a", "code of a") == BX_OK);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
enum { SANITIZED = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) };
#else
enum { SANITIZED = 0 };
#endif

static void out_of_memory_an_entry_stays(void)
{
    if (SANITIZED)
        SKIP("sanitizers need address space of their own");
    BX_AUTO(bx_cache) bx_cache *c = NULL;
    char path[256];
    struct rlimit was, none;
    CHECK(open_cache(BX_CACHE_MAX, &c) && put(c, "a", "code of a"));
    path_of("a", path);
    CHECK(getrlimit(RLIMIT_AS, &was) == 0);
    none = was;
    none.rlim_cur = 1;
    CHECK(setrlimit(RLIMIT_AS, &none) == 0);
    bx_code rc = get(c, "a", "");
    CHECK(setrlimit(RLIMIT_AS, &was) == 0);
    CHECK(rc == BX_EIO && notices == 1 && strstr(said, "cannot be read"));
    CHECK(access(path, F_OK) == 0 && get(c, "a", "code of a") == BX_OK);
}

static void prunes_the_least_recently_used(void)
{
    BX_AUTO(bx_cache) bx_cache *c = NULL;
    char path[256];
    CHECK(open_cache(200, &c));
    char big[101];
    memset(big, 'x', 100);
    big[100] = '\0';
    CHECK(put(c, "old", big));
    path_of("old", path);
    struct timespec past[2] = {{1, 0}, {1, 0}};
    CHECK(utimensat(AT_FDCWD, path, past, 0) == 0);
    CHECK(put(c, "new", big));
    CHECK(get(c, "old", "") == BX_ENOENT && get(c, "new", big) == BX_OK);
    CHECK(notices > 0 && strstr(said, "thrown out") && strstr(said, "wasm_cache_max"));
}

static void teardown(void)
{
    char cmd[128];
    (void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    CHECK(system(cmd) == 0);
}

BXT_MAIN(RUN(setup); RUN(gives_back_what_was_stored); RUN(key_covers_all_that_matters);
         RUN(a_flipped_bit_never_loads); RUN(a_swapped_entry_never_loads);
         RUN(truncated_and_strange_entries_never_load); RUN(an_entry_under_another_key_never_loads);
         RUN(refuses_a_directory_others_can_write_to); RUN(refuses_a_key_others_can_read);
         RUN(out_of_descriptors_an_entry_stays); RUN(out_of_memory_an_entry_stays);
         RUN(prunes_the_least_recently_used); RUN(teardown);)
