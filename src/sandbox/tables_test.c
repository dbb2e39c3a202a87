/* Host functions come in tables: each has its own module namespace and its own context in a call.
 */
#include "base/test.h"
#include "bx_engine.h"

/* Imports a.f and b.f; exports "go", which calls a.f once and b.f twice. */
static const uint8_t WASM[] = {
    0,  'a', 's', 'm', 1,   0,   0,   0,                             /* magic, version */
    1,  4,   1,   96,  0,   0,                                       /* types */
    2,  13,  2,   1,   'a', 1,   'f', 0,  0, 1,  'b', 1,  'f', 0, 0, /* imports */
    3,  2,   1,   0,                                                 /* functions */
    7,  6,   1,   2,   'g', 'o', 0,   2,                             /* exports */
    10, 10,  1,   8,   0,   16,  0,   16, 1, 16, 1,   11,            /* code */
};

static bx_engine *engine;
static bx_emodule *module;

static int32_t count(void *ctx, uint8_t *mem, size_t mem_len, uint64_t *args)
{
    (void)mem;
    (void)mem_len;
    (void)args;
    ++*(int *)ctx;
    return 0;
}

/* As `count`, and another function, so that a mixed-up table shows in how it counts. */
static int32_t count_hundreds(void *ctx, uint8_t *mem, size_t mem_len, uint64_t *args)
{
    (void)mem;
    (void)mem_len;
    (void)args;
    *(int *)ctx += 100;
    return 0;
}

static const bx_host_def ONE[] = {{"f", ":", count}};
static const bx_host_def HUNDRED[] = {{"other", ":", count}, {"f", ":", count_hundreds}};
static const bx_host_table A = {"a", ONE, BX_COUNT(ONE)};
static const bx_host_table B = {"b", HUNDRED, BX_COUNT(HUNDRED)};
static const bx_host_table C = {"c", ONE, BX_COUNT(ONE)};

static bool load(void)
{
    bx_eng_bytes code;
    bx_emodule_free(module);
    module = NULL;
    if (bx_engine_compile(engine, BX_CODE_CORE, WASM, sizeof WASM, &code, NULL) != BX_ENG_OK)
        return false;
    bx_eng_code rc = bx_engine_load(engine, BX_CODE_CORE, code.p, code.n, &module, NULL);
    bx_eng_bytes_free(code);
    return rc == BX_ENG_OK;
}

static void setup(void)
{
    bx_engine_config cfg = {
        .max_wasm_stack = 1 << 20, .memory_max = 1 << 20, .table_max = 100, .compile_threads = 1};
    CHECK(bx_engine_new(&cfg, &engine, NULL) == BX_ENG_OK);
}

/* Link against `n` tables and run "go" with contexts[i] for the i-th. */
static bool runs(const bx_host_table *tables, size_t n, void *const *contexts)
{
    bx_engine_limits lim = {1 << 20, 100, 0, NULL};
    bx_einstance *i = NULL;
    bx_eng_end end;
    bool ok = load() && bx_emodule_link(module, tables, n, 0, NULL) == BX_ENG_OK &&
              bx_einstance_new(module, contexts, n, NULL, &lim, &i, &end) == BX_END_RETURN &&
              bx_einstance_run(i, "go", &end) == BX_END_RETURN;
    bx_einstance_free(i);
    return ok;
}

static void each_table_has_its_context(void)
{
    int a = 0, b = 0;
    CHECK(runs((bx_host_table[]){A, B}, 2, (void *[]){&a, &b}));
    CHECK(a == 1 && b == 200);
    /* the order of tables is that of contexts, whatever the module's imports say */
    CHECK(runs((bx_host_table[]){B, A}, 2, (void *[]){&b, &a}));
    CHECK(a == 2 && b == 400);
}

static void a_table_nobody_imports_needs_no_context(void)
{
    int a = 0, b = 0;
    CHECK(runs((bx_host_table[]){A, C, B}, 3, (void *[]){&a, NULL, &b}));
    CHECK(a == 1 && b == 200);
}

static void contexts_are_those_of_the_call(void)
{
    int a = 0, b = 0, a2 = 0, b2 = 0;
    bx_engine_limits lim = {1 << 20, 100, 0, NULL};
    bx_einstance *one = NULL, *two = NULL;
    bx_eng_end end;
    CHECK(load() && bx_emodule_link(module, (bx_host_table[]){A, B}, 2, 0, NULL) == BX_ENG_OK);
    CHECK(bx_einstance_new(module, (void *[]){&a, &b}, 2, NULL, &lim, &one, &end) == BX_END_RETURN);
    CHECK(bx_einstance_new(module, (void *[]){&a2, &b2}, 2, NULL, &lim, &two, &end) ==
          BX_END_RETURN);
    CHECK(bx_einstance_run(two, "go", &end) == BX_END_RETURN);
    CHECK(a == 0 && b == 0 && a2 == 1 && b2 == 200);
    CHECK(bx_einstance_run(one, "go", &end) == BX_END_RETURN);
    CHECK(a == 1 && b == 200 && a2 == 1 && b2 == 200);
    bx_einstance_free(one);
    bx_einstance_free(two);
}

static bool refused(const bx_host_table *tables, size_t n, bx_eng_code code, const char *words)
{
    bx_eng_error err = {0};
    bool as_said = load() && bx_emodule_link(module, tables, n, 0, &err) == code &&
                   strstr(err.msg, words) != NULL;
    if (!as_said)
        printf("# %d: %s\n", err.code, err.msg);
    return as_said;
}

static void wrong_tables_are_refused(void)
{
    static const bx_host_def NAMELESS[] = {{NULL, ":", count}};
    CHECK(refused((bx_host_table[]){A}, 1, BX_ENG_IMPORT, "b::f"));
    CHECK(refused((bx_host_table[]){A, C}, 2, BX_ENG_IMPORT, "b::f"));
    CHECK(refused((bx_host_table[]){A, B, B}, 3, BX_ENG_INTERNAL, "the same name"));
    CHECK(refused((bx_host_table[]){A, {"b", NAMELESS, 1}}, 2, BX_ENG_INTERNAL, "without name"));
    CHECK(refused((bx_host_table[]){A, {NULL, ONE, 1}}, 2, BX_ENG_INTERNAL, "without a name"));
    CHECK(refused((bx_host_table[]){A, B, C, {"d", ONE, 1}, {"e", ONE, 1}}, BX_HOST_TABLES + 1,
                  BX_ENG_INTERNAL, "more tables"));
}

static void teardown(void)
{
    bx_emodule_free(module);
    bx_engine_free(engine);
    CHECK(true);
}

BXT_MAIN(RUN(setup); RUN(each_table_has_its_context); RUN(a_table_nobody_imports_needs_no_context);
         RUN(contexts_are_those_of_the_call); RUN(wrong_tables_are_refused); RUN(teardown);)
