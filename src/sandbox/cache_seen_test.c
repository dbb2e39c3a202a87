#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "codec/sha256.h"
#include "os/fd.h"
#include "sandbox/module.h"

/* (module (func (export "_start"))) */
static const uint8_t wasm[] = {0,   'a', 's', 'm', 1, 0, 0,  0,  1, 4, 1,   0x60,
                               0,   0,   3,   2,   1, 0, 7,  10, 1, 6, '_', 's',
                               't', 'a', 'r', 't', 0, 0, 10, 4,  1, 2, 0,   11};
static char dir[] = "/tmp/bx-seen-test.XXXXXX", keys[64], code_dir[64], module[64], memory[160];
static uint8_t sum[BX_SHA256_BYTES];

static bx_cache *open_cache(const char *key_dir)
{
    bx_cache *c = NULL;
    return bx_cache_open(code_dir, key_dir, BX_CACHE_MAX, &c, NULL) == BX_OK ? c : NULL;
}

static bool write_file(const char *path, const void *p, size_t n)
{
    BX_AUTOCLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return fd >= 0 && write(fd, p, n) == (ssize_t)n;
}

static bool id_of(const char *path, bx_file_id *ret)
{
    BX_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && bx_file_id_of(fd, ret);
}

static void path_of_entry(char out[160])
{
    bx_cache_key k = bx_cache_key_of(sum, 1, "print");
    (void)snprintf(out, 160, "%s/%s", code_dir, k.name);
}

/* Wait until the files of the test have not been changed for long enough. */
static bool settle(void)
{
    char entry[160];
    bx_file_id a, b;
    path_of_entry(entry);
    for (int i = 0; i < 200; i++) {
        if (!id_of(module, &a) || !id_of(entry, &b))
            return false;
        if (bx_file_id_is_settled(&a) && bx_file_id_is_settled(&b))
            return true;
        (void)usleep(50000);
    }
    return false;
}

static bool remember(bx_cache *c)
{
    bx_file_id id;
    bx_cache_key k = bx_cache_key_of(sum, 1, "print");
    bx_cache_seen seen = {.kind = 1};
    memcpy(seen.of_wasm, sum, sizeof sum);
    if (!id_of(module, &id) || bx_cache_load(c, &k, &seen.code, NULL) != BX_OK)
        return false;
    bx_cache_remember(c, &id, "print", &seen);
    (void)close(seen.code.fd);
    return seen.code.known;
}

static bool recalls(bx_cache *c)
{
    bx_file_id id;
    bx_cache_seen seen;
    char code[16] = "";
    if (!id_of(module, &id) || !bx_cache_recall(c, &id, "print", &seen))
        return false;
    bool right = seen.kind == 1 && memcmp(seen.of_wasm, sum, sizeof sum) == 0 && seen.code.n == 9 &&
                 read(seen.code.fd, code, 9) == 9 && strcmp(code, "code of a") == 0;
    (void)close(seen.code.fd);
    return right;
}

static bool store(bx_cache *c)
{
    bx_cache_key k = bx_cache_key_of(sum, 1, "print");
    return bx_cache_store(c, &k, (const uint8_t *)"code of a", 9, NULL) == BX_OK;
}

/* The one file that ends so. */
static bool find_memory(void)
{
    char cmd[160];
    (void)snprintf(cmd, sizeof cmd, "ls %s/*.seen", code_dir);
    FILE *f = popen(cmd, "re");
    bool ok = f && fgets(memory, sizeof memory, f);
    memory[strcspn(memory, "\n")] = '\0';
    return f && pclose(f) == 0 && ok;
}

static bool usable;

static void what_changes_now_is_not_remembered(void)
{
    bx_file_id id;
    BX_AUTO(bx_cache) bx_cache *c = open_cache(keys);
    CHECK(c && write_file(module, wasm, sizeof wasm) && store(c));
    if (!id_of(module, &id))
        SKIP("the file system of /tmp does not keep change times itself");
    CHECK(!remember(c) && !recalls(c));
    CHECK(settle() && remember(c) && recalls(c)); /* control, and what the other tests begin with */
    CHECK(find_memory());
    usable = true;
}

static void another_file_is_not_taken_for_it(void)
{
    if (!usable)
        SKIP("nothing is remembered");
    BX_AUTO(bx_cache) bx_cache *c = open_cache(keys);
    bx_file_id id, changed;
    bx_cache_seen seen;
    CHECK(c && id_of(module, &id));
    uint64_t *const fields[] = {&changed.dev, &changed.ino, &changed.size, &changed.mtime_ns,
                                &changed.ctime_ns};
    for (size_t i = 0; i < BX_COUNT(fields); i++) {
        changed = id;
        ++*fields[i];
        CHECK(!bx_cache_recall(c, &changed, "print", &seen));
    }
    CHECK(!bx_cache_recall(c, &id, "another engine", &seen));
    CHECK(recalls(c)); /* control */
}

static void a_forged_memory_is_not_believed(void)
{
    if (!usable)
        SKIP("nothing is remembered");
    BX_AUTO(bx_cache) bx_cache *c = open_cache(keys);
    char was[184], is[184];
    BX_AUTOCLOSE int fd = open(memory, O_RDWR | O_CLOEXEC);
    CHECK(c && fd >= 0 && read(fd, was, sizeof was) == (ssize_t)sizeof was);
    for (size_t i = 0; i < sizeof was; i++) {
        memcpy(is, was, sizeof was);
        is[i] ^= 1;
        CHECK(pwrite(fd, is, sizeof is, 0) == (ssize_t)sizeof is && !recalls(c));
    }
    CHECK(pwrite(fd, was, sizeof was, 0) == (ssize_t)sizeof was && recalls(c)); /* control */
    char other[80];
    (void)snprintf(other, sizeof other, "%s/other", dir);
    BX_AUTO(bx_cache) bx_cache *foreign = open_cache(other);
    CHECK(foreign && !recalls(foreign)); /* another user's key */
}

/* One module's memory under another's name: its HMAC is over the name too. */
static void a_memory_is_of_one_file_only(void)
{
    if (!usable)
        SKIP("nothing is remembered");
    BX_AUTO(bx_cache) bx_cache *c = open_cache(keys);
    char mine[160], cmd[400];
    (void)snprintf(mine, sizeof mine, "%s", memory);
    CHECK(c && unlink(module) == 0 &&
          write_file(module, "another module of the same size, no code", 36));
    CHECK(settle() && !recalls(c) && remember(c)); /* the name its memory has */
    (void)snprintf(cmd, sizeof cmd, "for f in %s/*.seen; do cp %s $f.new && mv $f.new $f; done",
                   code_dir, mine);
    CHECK(system(cmd) == 0 && !recalls(c));
    (void)snprintf(cmd, sizeof cmd, "rm %s/*.seen", code_dir);
    CHECK(system(cmd) == 0 && remember(c) && recalls(c) && find_memory()); /* control */
}

/* Each way to put other code in the place of what was checked. */
static void changed_code_is_checked_again(void)
{
    if (!usable)
        SKIP("nothing is remembered");
    BX_AUTO(bx_cache) bx_cache *c = open_cache(keys);
    char entry[160], copy[200];
    struct stat st;
    path_of_entry(entry);
    CHECK(c && recalls(c) && stat(entry, &st) == 0);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    BX_AUTOCLOSE int fd = open(entry, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0 && pwrite(fd, "CODE", 4, 0) == 4 && futimens(fd, times) == 0);
    CHECK(!recalls(c));
    bx_cache_key k = bx_cache_key_of(sum, 1, "print");
    bx_cached found;
    CHECK(bx_cache_load(c, &k, &found, NULL) == BX_EGUEST && access(entry, F_OK) != 0);
    CHECK(!recalls(c));                                       /* no entry at all */
    CHECK(store(c) && settle() && remember(c) && recalls(c)); /* control */
    (void)snprintf(copy, sizeof copy, "%s.copy", entry);
    CHECK(link(entry, copy) == 0 && !recalls(c)); /* a second name changes the change time */
    CHECK(unlink(copy) == 0 && settle() && remember(c) && recalls(c));
}

/* Through a module: not read again; and what is read later must be what was meant. */
static void a_remembered_module_is_not_read(void)
{
    if (!usable)
        SKIP("nothing is remembered");
    bx_runtime_config cfg = {.cache_dir = code_dir, .key_dir = keys, .compile_here = true};
    BX_AUTO(bx_runtime) bx_runtime *rt = NULL;
    bx_limits l = bx_limits_default(), counted = l;
    counted.fuel = 1000000;
    const bx_module_use plain = {.limits = &l}, other = {.limits = &counted};
    bx_error err = {.msg = ""};
    const bx_emodule *code = NULL;
    CHECK(write_file(module, wasm, sizeof wasm) && settle());
    CHECK(bx_runtime_new(&cfg, &rt, NULL) == BX_OK);
    bx_module *m = NULL;
    for (int i = 0; i < 3; i++) { /* compiles, remembers, recalls */
        CHECK(bx_module_open(rt, module, &l, &m, &err) == BX_OK);
        CHECK(bx_module_kind(m) == BX_WASM_CORE && bx_module_code(m, &plain, &code, NULL) == BX_OK);
        if (i == 2) /* control: the file is still what it was */
            CHECK(bx_module_code(m, &other, &code, NULL) == BX_OK);
        bx_module_free(m);
        (void)usleep(i == 0 ? 2500000 : 0);
    }
    counted.stack = 65536; /* an engine that has no code yet */
    CHECK(bx_module_open(rt, module, &l, &m, &err) == BX_OK);
    CHECK(write_file(module, "changed in place, with the same size", sizeof wasm));
    CHECK(bx_module_code(m, &other, &code, &err) == BX_EINVAL && strstr(err.msg, "was changed"));
    CHECK(bx_module_code(m, &plain, &code, &err) == BX_OK); /* what was loaded stays */
    bx_module_free(m);
    CHECK(bx_module_open(rt, module, &l, &m, &err) == BX_EINVAL); /* no module any more */
}

static void clean(void)
{
    char cmd[64];
    (void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    CHECK(system(cmd) == 0);
}

static bool prepare(void)
{
    if (!mkdtemp(dir))
        return false;
    (void)snprintf(keys, sizeof keys, "%s/keys", dir);
    (void)snprintf(code_dir, sizeof code_dir, "%s/modules", dir);
    (void)snprintf(module, sizeof module, "%s/a.wasm", dir);
    bx_sha256(wasm, sizeof wasm, sum);
    return true;
}

BXT_MAIN(if (!prepare()) return 99; RUN(what_changes_now_is_not_remembered);
         RUN(another_file_is_not_taken_for_it); RUN(a_forged_memory_is_not_believed);
         RUN(a_memory_is_of_one_file_only); RUN(changed_code_is_checked_again);
         RUN(a_remembered_module_is_not_read); RUN(clean);)
