/* What the engine says about files it cannot use: each kind of failure has its own code. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"
#include "bx_engine.h"

#define MAGIC 0, 'a', 's', 'm', 1, 0, 0, 0

static bx_engine_config settings(uint32_t slots, uint32_t fuel)
{
    return (bx_engine_config){.slots = slots,
                              .fuel = fuel,
                              .max_wasm_stack = 1 << 20,
                              .memory_max = 16 << 20,
                              .table_max = 100,
                              .compile_threads = 1};
}

static bx_engine *make(uint32_t slots, uint32_t fuel)
{
    bx_engine_config cfg = settings(slots, fuel);
    bx_engine *e = NULL;
    return bx_engine_new(&cfg, &e, NULL) == BX_ENG_OK ? e : NULL;
}

static bx_eng_code compile(bx_engine *e, const uint8_t *wasm, size_t n, bx_eng_bytes *ret)
{
    bx_eng_error err = {0};
    bx_eng_code rc = bx_engine_compile(e, BX_CODE_CORE, wasm, n, ret, &err);
    return rc == BX_ENG_OK || (err.code == rc && err.msg[0]) ? rc : BX_ENG_INTERNAL;
}

static bx_eng_code judge(bx_engine *e, const uint8_t *wasm, size_t n)
{
    bx_eng_bytes code = {0};
    bx_eng_code rc = compile(e, wasm, n, &code);
    bx_eng_bytes_free(code);
    return rc;
}

static void compiling(void)
{
    static const uint8_t empty[] = {MAGIC};
    static const uint8_t cut[] = {MAGIC, 1, 4, 1, 96};
    /* [] -> [i32] with an empty body */
    static const uint8_t untyped[] = {MAGIC, 1, 5, 1,  96, 0, 1, 127, 3,
                                      2,     1, 0, 10, 4,  1, 2, 0,   11};
    static const uint8_t small_pages[] = {MAGIC, 5, 4, 1, 8, 1, 0};
    static const uint8_t shared[] = {MAGIC, 5, 4, 1, 3, 1, 1};
    static const uint8_t no_wasm[] = "#!/bin/sh";
    bx_engine *e = make(0, 0);
    CHECK(e);
    CHECK(judge(e, empty, sizeof empty) == BX_ENG_OK);
    CHECK(judge(e, cut, sizeof cut) == BX_ENG_INVALID);
    CHECK(judge(e, untyped, sizeof untyped) == BX_ENG_INVALID);
    CHECK(judge(e, no_wasm, sizeof no_wasm) == BX_ENG_INVALID);
    CHECK(judge(e, NULL, 0) == BX_ENG_INVALID);
    CHECK(judge(e, small_pages, sizeof small_pages) == BX_ENG_UNSUPPORTED);
    bx_engine_free(e);
    /* Compiles, and would fail at its first instance: parsing finds it out. */
    bx_efacts facts;
    CHECK(bx_engine_check(shared, sizeof shared, NULL, 0, 0, NULL, &facts, NULL) ==
          BX_ENG_UNSUPPORTED);
    CHECK(bx_engine_check(empty, sizeof empty, NULL, 0, 0, NULL, &facts, NULL) == BX_ENG_OK);
    CHECK(facts.memory_bytes == 0 && facts.table_elements == 0 && !facts.has_entry);
}

static bx_eng_code load(bx_engine *e, const uint8_t *code, size_t n)
{
    bx_emodule *m = NULL;
    bx_eng_code rc = bx_engine_load(e, BX_CODE_CORE, code, n, &m, NULL);
    bx_emodule_free(m);
    return rc;
}

static void loading(void)
{
    static const uint8_t roomy[] = {MAGIC, 5, 4, 1, 0, 129, 2}; /* 257 pages: over memory_max */
    bx_engine *pooled = make(2, 0), *demand = make(0, 0), *fuel = make(0, 1);
    CHECK(pooled && demand && fuel);
    bx_eng_bytes code = {0};
    CHECK(compile(pooled, roomy, sizeof roomy, &code) == BX_ENG_OK);
    CHECK(load(demand, code.p, code.n) == BX_ENG_OK);
    if (bx_engine_is_pooled(pooled))
        CHECK(load(pooled, code.p, code.n) == BX_ENG_LIMIT);
    CHECK(load(fuel, code.p, code.n) == BX_ENG_STALE);
    CHECK(load(demand, code.p, 20) == BX_ENG_STALE);
    CHECK(load(demand, (const uint8_t *)"something else", 14) == BX_ENG_STALE);
    bx_eng_bytes_free(code);
    bx_engine_free(pooled);
    bx_engine_free(demand);
    bx_engine_free(fuel);
}

/* A file with these bytes and more after them, as an entry of the cache has. */
static int file_of(const uint8_t *p, size_t n)
{
    char path[] = "/tmp/bx-code.XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || unlink(path) != 0)
        return -1;
    return write(fd, p, n) == (ssize_t)n && write(fd, "and more", 8) == 8 ? fd : -1;
}

static bx_eng_code load_file(bx_engine *e, const uint8_t *code, size_t n, size_t say)
{
    bx_emodule *m = NULL;
    bx_eng_code rc = bx_engine_load_file(e, BX_CODE_CORE, file_of(code, n), say, &m, NULL);
    bx_emodule_free(m);
    return rc;
}

static int descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void loading_from_a_file(void)
{
    static const uint8_t roomy[] = {MAGIC, 5, 4, 1, 0, 129, 2};
    bx_engine *pooled = make(2, 0), *demand = make(0, 0), *fuel = make(0, 1);
    CHECK(pooled && demand && fuel);
    bx_eng_bytes code = {0};
    CHECK(compile(pooled, roomy, sizeof roomy, &code) == BX_ENG_OK);
    int before = descriptors();
    CHECK(load_file(demand, code.p, code.n, code.n) == BX_ENG_OK);
    if (bx_engine_is_pooled(pooled))
        CHECK(load_file(pooled, code.p, code.n, code.n) == BX_ENG_LIMIT);
    CHECK(load_file(fuel, code.p, code.n, code.n) == BX_ENG_STALE);
    CHECK(load_file(demand, code.p, code.n, 20) == BX_ENG_STALE);
    CHECK(load_file(demand, code.p, code.n, code.n + 8) ==
          BX_ENG_STALE); /* the tail is not where it should be */
    CHECK(load_file(demand, code.p, code.n, code.n + 9) == BX_ENG_INTERNAL); /* not so many bytes */
    CHECK(load_file(demand, (const uint8_t *)"something else", 14, 14) == BX_ENG_STALE);
    CHECK(descriptors() == before); /* taken, also on failure */
    bx_eng_bytes_free(code);
    bx_engine_free(pooled);
    bx_engine_free(demand);
    bx_engine_free(fuel);
}

BXT_MAIN(RUN(compiling); RUN(loading); RUN(loading_from_a_file);)
