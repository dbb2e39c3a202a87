/* The engine's doors refuse handles that are not what they should be: the process ends in words. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "bx_engine.h"

/* Imports h.f; exports "go", which calls it, and "trap". */
static const uint8_t WASM[] = {
    0,  'a', 's', 'm', 1,   0,   0,   0,                               /* magic, version */
    1,  4,   1,   96,  0,   0,                                         /* types */
    2,  7,   1,   1,   'h', 1,   'f', 0,  0,                           /* imports */
    3,  3,   2,   0,   0,                                              /* functions */
    7,  13,  2,   2,   'g', 'o', 0,   1,  4, 't', 'r', 'a', 'p', 0, 2, /* exports */
    10, 10,  2,   4,   0,   16,  0,   11, 3, 0,   0,   11,             /* code */
};
static const uint8_t COMPONENT[] = {0, 'a', 's', 'm', 13, 0, 1, 0};

static bx_engine *engine;
static bx_emodule *module;
static bx_einstance *instance;
static bx_eng_end end;
static void (*inside)(void); /* what the host function does */

static int32_t host(void *ctx, uint8_t *mem, size_t mem_len, uint64_t *args)
{
    (void)ctx;
    (void)mem;
    (void)mem_len;
    (void)args;
    if (inside)
        inside();
    return 0;
}

static const bx_host_def DEFS[] = {{"f", ":", host}};
static const bx_host_table TABLE = {"h", DEFS, BX_COUNT(DEFS)};

static bool load(bx_code_kind kind, const uint8_t *wasm, size_t n, bx_emodule **ret)
{
    bx_eng_bytes code;
    if (bx_engine_compile(engine, kind, wasm, n, &code, NULL) != BX_ENG_OK)
        return false;
    bx_eng_code rc = bx_engine_load(engine, kind, code.p, code.n, ret, NULL);
    bx_eng_bytes_free(code);
    return rc == BX_ENG_OK;
}

static bool link_module(void) { return bx_emodule_link(module, &TABLE, 1, 0, NULL) == BX_ENG_OK; }

static bool instantiate_with(size_t n)
{
    void *none[BX_HOST_TABLES] = {NULL};
    bx_engine_limits lim = {1 << 20, 100, 0, NULL};
    return bx_einstance_new(module, none, n, NULL, &lim, &instance, &end) == BX_END_RETURN;
}

static bool instantiate(void) { return instantiate_with(1); }

static void setup(void)
{
    bx_engine_config cfg = {
        .max_wasm_stack = 1 << 20, .memory_max = 1 << 20, .table_max = 100, .compile_threads = 1};
    CHECK(bx_engine_new(&cfg, &engine, NULL) == BX_ENG_OK);
    CHECK(load(BX_CODE_CORE, WASM, sizeof WASM, &module));
}

/* Whether `f` ends the process with an abort whose words have `words` in them; without words,
 * whether it just returns. */
static bool ends(void (*f)(void), const char *words)
{
    int fds[2];
    char text[512] = "";
    if (pipe(fds) != 0)
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(fds[1], 2);
        (void)signal(SIGABRT, SIG_DFL);
        f();
        _exit(0);
    }
    (void)close(fds[1]);
    size_t n = 0;
    for (ssize_t got; (got = read(fds[0], text + n, sizeof text - 1 - n)) > 0;)
        n += (size_t)got;
    (void)close(fds[0]);
    int status = -1;
    (void)waitpid(pid, &status, 0);
    if (!words)
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 && n == 0;
    bool ok = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(text, words);
    if (!ok)
        printf("# status %d, said: %s\n", status, text);
    return ok;
}

static void use_freed_engine(void)
{
    bx_engine_free(engine);
    bx_engine_tick(engine);
}

static void free_engine_twice(void)
{
    bx_engine_free(engine);
    bx_engine_free(engine);
}

static void use_module_as_engine(void) { bx_engine_tick((const bx_engine *)(const void *)module); }

static void use_no_engine(void) { bx_engine_tick(NULL); }

static void free_nothing(void)
{
    bx_engine_free(NULL);
    bx_emodule_free(NULL);
    bx_einstance_free(NULL);
}

static void engines(void)
{
    CHECK(ends(free_nothing, NULL));
    CHECK(ends(use_freed_engine, "bx_engine_tick: broken invariant: no live bx_engine"));
    CHECK(ends(free_engine_twice, "bx_engine_free: broken invariant: no live bx_engine"));
    CHECK(ends(use_module_as_engine, "no live bx_engine"));
    CHECK(ends(use_no_engine, "no bx_engine: a null pointer"));
}

static void link_and_run(void)
{
    bool ok = link_module() && instantiate() &&
              bx_einstance_run(instance, "go", &end) == BX_END_RETURN &&
              bx_einstance_run(instance, "go", &end) == BX_END_RETURN;
    bx_einstance_free(instance);
    _exit(!ok);
}

static void run_unlinked(void) { (void)instantiate(); }

static void link_twice(void) { (void)(link_module() && link_module()); }

static void run_as_component(void)
{
    bx_ecall call = {0};
    (void)link_module();
    (void)bx_ecomponent_run(module, &call, &end);
}

static void link_component_as_module(void)
{
    if (load(BX_CODE_COMPONENT, COMPONENT, sizeof COMPONENT, &module))
        (void)link_module();
}

static void without_contexts(void)
{
    if (link_module())
        (void)instantiate_with(0);
}

static void with_a_context_more(void)
{
    if (link_module())
        (void)instantiate_with(2);
}

static void modules(void)
{
    CHECK(ends(link_and_run, NULL));
    CHECK(ends(run_unlinked, "bx_einstance_new: broken invariant: this module was not linked"));
    CHECK(ends(link_twice, "this module is linked already"));
    CHECK(ends(run_as_component, "this is a core module, not a component"));
    CHECK(ends(link_component_as_module, "this is a component, not a core module"));
    CHECK(ends(without_contexts, "bx_einstance_new: broken invariant: 0 contexts for 1 tables"));
    CHECK(ends(with_a_context_more, "2 contexts for 1 tables"));
}

static void run_again(void) { (void)bx_einstance_run(instance, "go", &end); }

static void free_it(void) { bx_einstance_free(instance); }

static void run_inside(void (*f)(void))
{
    inside = f;
    if (link_module() && instantiate())
        run_again();
}

static void run_in_a_call(void) { run_inside(run_again); }

static void free_in_a_call(void) { run_inside(free_it); }

static void run_after_a_trap(void)
{
    if (link_module() && instantiate() && bx_einstance_run(instance, "trap", &end) == BX_END_TRAP)
        run_again();
}

static void free_after_a_trap(void)
{
    if (!link_module() || !instantiate() || bx_einstance_run(instance, "trap", &end) != BX_END_TRAP)
        _exit(1);
    free_it();
}

static void instances(void)
{
    CHECK(ends(free_after_a_trap, NULL));
    CHECK(ends(run_after_a_trap, "this bx_einstance has ended and can only be freed"));
    CHECK(ends(run_in_a_call, "bx_einstance_run: broken invariant: this bx_einstance is in a"));
    CHECK(ends(free_in_a_call, "bx_einstance_free: broken invariant: this bx_einstance is in a"));
}

static void teardown(void)
{
    bx_emodule_free(module);
    bx_engine_free(engine);
    CHECK(true);
}

BXT_MAIN(RUN(setup); RUN(engines); RUN(modules); RUN(instances); RUN(teardown);)
