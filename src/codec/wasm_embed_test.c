#include "codec/wasm_embed.h"

#include "base/test.h"

/* A module as bytes: `(import "w" "f" (func (type 0))) (import "b" "g" (func (type 0)))
 * (func (type 1)) (memory 1) (export …) (data (i32.const 16) "MARK" 8 bytes "zz")`. */
static const uint8_t plain[] = {
    0,    'a',  's',  'm',  1,    0,    0,    0,                  /**/
    1,    9,    2,    0x60, 1,    0x7f, 1,    0x7f, 0x60, 0,   0, /* types (i32)->i32, ()->() */
    2,    13,   2,    1,    'w',  1,    'f',  0,    0,    1,   'b', 1,   'g', 0, 0, /* imports */
    3,    2,    1,    1,                                                            /* functions */
    5,    3,    1,    0,    1,                                                      /* memory */
    12,   1,    1,                                                       /* count of data */
    10,   4,    1,    2,    0,    0x0b,                                  /* code */
    11,   20,   1,    0,    0x41, 16,   0x0b, 14,   'M',  'A', 'R', 'K', /* data */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'z',  'z',
};

enum { /* where things stand in it */
       IMPORTS_AT = 19,
       MEMORY_AT = 38,
       DATA_AT = 52,
       MAX_OUT = 1 << 20
};

static bx_str module_of(const uint8_t *p, size_t n) { return (bx_str){(const char *)p, n}; }

static const bx_wasm_embed simple = {
    .mark = {"MARK", 4}, .bytes = {"hello", 5}, .without = {"", 0}, .answer = 52};
static const bx_wasm_embed alone = {
    .mark = {"MARK", 4}, .bytes = {"hello", 5}, .without = {"b", 1}, .answer = 52};

static bool ends_with(const bx_buf *b, const void *p, size_t n)
{
    return b->n >= n && memcmp(b->p + b->n - n, p, n) == 0;
}

static void bytes_are_put_behind_the_memory(void)
{
    static const uint8_t tail[] = {
        11, 34, 2, 0,   0x41, 16, 0x0b, 14,   'M',  'A',  'R',  'K', 0,   0,   1,   0,   5,
        0,  0,  0, 'z', 'z',  0,  0x41, 0x80, 0x80, 0x04, 0x0b, 5,   'h', 'e', 'l', 'l', 'o'};
    static const uint8_t memory[] = {5, 3, 1, 0, 2, 12, 1, 2};
    BX_AUTO_BUF out = bx_buf_init(MAX_OUT);
    CHECK(bx_wasm_embed_in(module_of(plain, sizeof plain), &simple, &out, NULL) == BX_OK);
    CHECK(memcmp(out.p, plain, MEMORY_AT) == 0);
    CHECK(memcmp(out.p + MEMORY_AT, memory, sizeof memory) == 0);
    CHECK(ends_with(&out, tail + 2, sizeof tail - 2));
}

static void imports_become_functions_that_refuse(void)
{
    static const uint8_t middle[] = {2,  7, 1, 1, 'w', 1,    'f', 0,    0, /* one import */
                                     3,  3, 2, 0, 1,                       /* its type in front */
                                     5,  3, 1, 0, 2,   12,   1,   2,       /**/
                                     10, 9, 2, 4, 0,   0x41, 52,  0x0b, 2, 0, 0x0b};
    BX_AUTO_BUF out = bx_buf_init(MAX_OUT);
    CHECK(bx_wasm_embed_in(module_of(plain, sizeof plain), &alone, &out, NULL) == BX_OK);
    CHECK(memcmp(out.p, plain, IMPORTS_AT) == 0);
    CHECK(memcmp(out.p + IMPORTS_AT, middle, sizeof middle) == 0);
}

/* The message, when `m` is refused with `code`. */
static const char *refusal(const uint8_t *m, size_t n, const bx_wasm_embed *e, bx_code code)
{
    static bx_error err;
    BX_AUTO_BUF out = bx_buf_init(MAX_OUT);
    bx_code rc = bx_wasm_embed_in(module_of(m, n), e, &out, &err);
    return rc == code && out.n == 0 ? err.msg : "";
}

static void what_is_no_such_module_is_refused(void)
{
    uint8_t m[sizeof plain];
    bx_wasm_embed e = simple;
    CHECK(strstr(refusal(plain, 7, &simple, BX_EINVAL), "no WebAssembly"));
    CHECK(strstr(refusal(plain, 8, &simple, BX_EINVAL), "no memory"));
    for (size_t n = 9; n < sizeof plain; n++)
        CHECK(refusal(plain, n, &alone, BX_EINVAL)[0]);
    e.mark = BX_LIT("NONE");
    CHECK(strstr(refusal(plain, sizeof plain, &e, BX_EINVAL), "no mark"));
    e.mark = BX_LIT("\xff");
    CHECK(strstr(refusal(plain, sizeof plain, &e, BX_EINVAL), "more than once"));
    e.mark = BX_LIT("MARK\xff"); /* seven bytes and two behind it: room */
    BX_AUTO_BUF out = bx_buf_init(MAX_OUT);
    CHECK(bx_wasm_embed_in(module_of(plain, sizeof plain), &e, &out, NULL) == BX_OK);
    e.mark = BX_LIT("MARK\xff\xff\xff"); /* seven bytes are none */
    CHECK(strstr(refusal(plain, sizeof plain, &e, BX_EINVAL), "no mark"));
    e = simple;
    e.without = BX_LIT("w"); /* stands before another */
    CHECK(strstr(refusal(plain, sizeof plain, &e, BX_EUNSUPPORTED), "before others"));
    memcpy(m, plain, sizeof m);
    m[MEMORY_AT + 3] = 4; /* 64 bits */
    CHECK(strstr(refusal(m, sizeof m, &simple, BX_EUNSUPPORTED), "64 bits"));
    memcpy(m, plain, sizeof m);
    m[IMPORTS_AT - 6] = 0x7c; /* the first type takes f64: fine; and gives it: not */
    m[IMPORTS_AT - 4] = 0x7c;
    CHECK(strstr(refusal(m, sizeof m, &alone, BX_EUNSUPPORTED), "32 bits"));
}

static void memory_has_an_end(void)
{
    static const uint8_t full[] = {0,   'a', 's', 'm', 1, 0, 0,    0,  5,    4,  1,   1,
                                   1,   1,   11,  18,  1, 0, 0x41, 16, 0x0b, 12, 'M', 'A',
                                   'R', 'K', 0,   0,   0, 0, 0,    0,  0,    0};
    static const uint8_t most[] = {0,    'a',  's',  'm', 1,  0, 0, 0,    5,  5,    1,  0,
                                   0xff, 0xff, 0x03, 11,  18, 1, 0, 0x41, 16, 0x0b, 12, 'M',
                                   'A',  'R',  'K',  0,   0,  0, 0, 0,    0,  0,    0};
    bx_wasm_embed e = simple;
    CHECK(strstr(refusal(full, sizeof full, &simple, BX_ELIMIT), "no room"));
    CHECK(strstr(refusal(most, sizeof most, &simple, BX_ELIMIT), "no room"));
    e.bytes = BX_LIT("");
    BX_AUTO_BUF out = bx_buf_init(MAX_OUT);
    CHECK(bx_wasm_embed_in(module_of(full, sizeof full), &e, &out, NULL) == BX_OK);
    e.bytes.n = BX_WASM_EMBED_MAX + 1;
    CHECK(refusal(plain, sizeof plain, &e, BX_ELIMIT)[0]);
}

static void memory_that_runs_out_is_an_error(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO_BUF out = bx_buf_init(MAX_OUT);
        rc = bx_wasm_embed_in(module_of(plain, sizeof plain), &alone, &out, NULL);
    });
}

BXT_MAIN(RUN(bytes_are_put_behind_the_memory); RUN(imports_become_functions_that_refuse);
         RUN(what_is_no_such_module_is_refused); RUN(memory_has_an_end);
         RUN(memory_that_runs_out_is_an_error);)
