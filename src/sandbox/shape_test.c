/* Shapes that are refused before they are compiled: each at its bound and one beyond.  The inputs
 * are harmless: what they declare is not used. */
#include <stdio.h>

#include "base/buf.h"
#include "base/test.h"
#include "bx_engine.h"

enum { PAGE_OF_LOCALS = 32768, BLOCKS = 2048 };

static bx_engine *engine;

static void leb(bx_buf *b, uint64_t n)
{
    do {
        bool more = n >= 0x80;
        (void)bx_buf_add_c(b, (char)((n & 0x7f) | (more ? 0x80 : 0)));
        n >>= 7;
    } while (n > 0);
}

static void section(bx_buf *module, char id, const bx_buf *contents)
{
    (void)bx_buf_add_c(module, id);
    leb(module, contents->n);
    (void)bx_buf_add(module, contents->p, contents->n);
}

/* One type of that many i32 parameters, and so many functions of it. */
static void declare(bx_buf *m, unsigned params, unsigned functions)
{
    BX_AUTO_BUF s = bx_buf_init(1 << 24);
    (void)bx_buf_add(m, "\0asm\1\0\0\0", 8);
    (void)bx_buf_add(&s, "\1\x60", 2);
    leb(&s, params);
    for (unsigned i = 0; i < params; i++)
        (void)bx_buf_add_c(&s, 0x7f);
    (void)bx_buf_add_c(&s, 0);
    section(m, 1, &s);
    bx_buf_clear(&s);
    leb(&s, functions);
    for (unsigned i = 0; i < functions; i++)
        (void)bx_buf_add_c(&s, 0);
    section(m, 3, &s);
}

/* `functions` of them with so many locals, constants that wait on the stack, and empty blocks. */
static void shaped(bx_buf *m, unsigned functions, unsigned locals, unsigned operands,
                   unsigned blocks)
{
    BX_AUTO_BUF s = bx_buf_init(1 << 24);
    BX_AUTO_BUF body = bx_buf_init(1 << 22);
    declare(m, 0, functions);
    leb(&body, locals > 0);
    if (locals > 0) {
        leb(&body, locals);
        (void)bx_buf_add_c(&body, 0x7f);
    }
    for (unsigned i = 0; i < operands; i++)
        (void)bx_buf_add(&body, "\x41\1", 2); /* i32.const 1 */
    for (unsigned i = 0; i < blocks; i++)
        (void)bx_buf_add(&body, "\x02\x40\x0b", 3); /* block end */
    for (unsigned i = 0; i < operands; i++)
        (void)bx_buf_add_c(&body, 0x1a); /* drop */
    (void)bx_buf_add_c(&body, 0x0b);
    leb(&s, functions);
    for (unsigned i = 0; i < functions; i++) {
        leb(&s, body.n);
        (void)bx_buf_add(&s, body.p, body.n);
    }
    section(m, 10, &s);
}

static bx_eng_code compile(const bx_buf *m, bx_eng_error *err)
{
    bx_eng_bytes code = {0};
    BX_ASSERT(m->fail == BX_OK);
    bx_eng_code rc =
        bx_engine_compile(engine, BX_CODE_CORE, (const uint8_t *)m->p, m->n, &code, err);
    bx_eng_bytes_free(code);
    if (rc != BX_ENG_OK && rc != BX_ENG_LIMIT)
        printf("# %s\n", err->msg);
    return rc;
}

static bx_eng_code compile_shaped(unsigned functions, unsigned locals, unsigned operands,
                                  unsigned blocks, bx_eng_error *err)
{
    BX_AUTO_BUF m = bx_buf_init(1 << 25);
    shaped(&m, functions, locals, operands, blocks);
    return compile(&m, err);
}

static void locals_times_branches(void)
{
    bx_eng_error err = {0};
    CHECK(compile_shaped(1, PAGE_OF_LOCALS, 0, BLOCKS, &err) == BX_ENG_OK);
    CHECK(compile_shaped(1, PAGE_OF_LOCALS, 0, BLOCKS + 1, &err) == BX_ENG_LIMIT);
    CHECK(strstr(err.msg, "function 0 has 32768 ") && strstr(err.msg, " 2049 branches"));
    CHECK(compile_shaped(1, PAGE_OF_LOCALS + 1, 0, BLOCKS, &err) == BX_ENG_LIMIT);
}

static void operands_times_branches(void)
{
    bx_eng_error err = {0};
    CHECK(compile_shaped(1, 0, PAGE_OF_LOCALS, BLOCKS, &err) == BX_ENG_OK);
    CHECK(compile_shaped(1, 0, PAGE_OF_LOCALS + 1, BLOCKS, &err) == BX_ENG_LIMIT);
    CHECK(strstr(err.msg, "32769 parameters, locals and operands"));
}

static void all_functions_together(void)
{
    bx_eng_error err = {0};
    CHECK(compile_shaped(2, PAGE_OF_LOCALS, 0, BLOCKS, &err) == BX_ENG_OK);
    CHECK(compile_shaped(3, PAGE_OF_LOCALS, 0, BLOCKS, &err) == BX_ENG_LIMIT);
    CHECK(strstr(err.msg, "too many locals and branches"));
}

static bx_eng_code check(const bx_buf *m, bx_eng_error *err)
{
    bx_efacts facts;
    BX_ASSERT(m->fail == BX_OK);
    return bx_engine_check((const uint8_t *)m->p, m->n, NULL, 0, 0, NULL, &facts, err);
}

static bx_eng_code check_signatures(unsigned params, unsigned functions, bx_eng_error *err)
{
    BX_AUTO_BUF m = bx_buf_init(1 << 20);
    BX_AUTO_BUF s = bx_buf_init(1 << 20);
    declare(&m, params, functions);
    leb(&s, functions);
    for (unsigned i = 0; i < functions; i++)
        (void)bx_buf_add(&s, "\2\0\x0b", 3);
    section(&m, 10, &s);
    return check(&m, err);
}

static void parameters_of_all_functions(void)
{
    bx_eng_error err = {0};
    CHECK(check_signatures(1000, 8000, &err) == BX_ENG_OK);
    CHECK(check_signatures(1000, 8001, &err) == BX_ENG_LIMIT);
    CHECK(strstr(err.msg, "8000000 parameters and results"));
}

static bx_eng_code check_elements(unsigned n, bx_eng_error *err)
{
    BX_AUTO_BUF m = bx_buf_init(1 << 23);
    BX_AUTO_BUF s = bx_buf_init(1 << 23);
    declare(&m, 0, 1);
    (void)bx_buf_add(&s, "\1\1\0", 3); /* one segment, passive, of functions */
    leb(&s, n);
    for (unsigned i = 0; i < n; i++)
        (void)bx_buf_add_c(&s, 0);
    section(&m, 9, &s);
    (void)bx_buf_add(&m, "\x0a\4\1\2\0\x0b", 6);
    return check(&m, err);
}

static void elements_count_as_declarations(void)
{
    enum { OTHERS = 7 }; /* header, type, function, segment, code, body, end */
    bx_eng_error err = {0};
    CHECK(check_elements(4000000 - OTHERS, &err) == BX_ENG_OK);
    CHECK(check_elements(4000000 - OTHERS + 1, &err) == BX_ENG_LIMIT);
    CHECK(strstr(err.msg, "more than 4000000 types"));
}

static void setup(void)
{
    const bx_engine_config config = {
        .max_wasm_stack = 1 << 20, .memory_max = UINT64_C(4) << 30, .table_max = 1000};
    bx_eng_error e;
    CHECK(bx_engine_new(&config, &engine, &e) == BX_ENG_OK);
}

static void teardown(void) { bx_engine_free(engine); }

BXT_MAIN(RUN(setup); RUN(locals_times_branches); RUN(operands_times_branches);
         RUN(all_functions_together); RUN(parameters_of_all_functions);
         RUN(elements_count_as_declarations); RUN(teardown);)
