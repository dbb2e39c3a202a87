#include "sandbox/compile.h"

#include <stdio.h>

#include "base/test.h"
#include "sandbox/runtime.h"

/* (module (func (export "_start"))) */
/* The thread sanitizer does not see how the compiler's threads, which are Rust, keep out of each
 * other's way. */
#if defined(__SANITIZE_THREAD__)
enum { THREADS = 1 };
#elif defined(__has_feature)
enum { THREADS = __has_feature(thread_sanitizer) ? 1 : 2 };
#else
enum { THREADS = 2 };
#endif

static const char small[] = "\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\7\n\1\6_start\0\0\n\4\1\2\0\x0b";

static bx_engine *engine;
static const bx_engine_config config = {
    .max_wasm_stack = 1 << 20,
    .memory_max = UINT64_C(4) << 30,
    .table_max = 1000,
    .compile_threads = THREADS,
};
static bx_limits limits;

static bx_compile_job job_of(bx_str wasm)
{
    return (bx_compile_job){.program = BX_GUEST_DIR "/boxagnts",
                            .here = true,
                            .engine = engine,
                            .config = config,
                            .kind = BX_CODE_CORE,
                            .wasm = wasm,
                            .limits = &limits};
}

static bool loads(const bx_compiled *code)
{
    bx_emodule *m = NULL;
    bx_eng_error e;
    bool ok = bx_engine_load(engine, BX_CODE_CORE, code->p, code->n, &m, &e) == BX_ENG_OK;
    bx_emodule_free(m);
    return ok;
}

static void both_ways_give_code_that_loads(void)
{
    bx_error err;
    bx_compiled code;
    bx_compile_job job = job_of((bx_str){small, sizeof small - 1});
    CHECK(bx_compile(&job, &code, &err) == BX_OK && code.map != NULL && loads(&code));
    bx_compiled_done(&code);
    job.program = NULL;
    CHECK(bx_compile(&job, &code, &err) == BX_OK && code.map == NULL && loads(&code));
    bx_compiled_done(&code);
}

static void both_ways_say_the_same(void)
{
    bx_error beside, here;
    bx_compiled code;
    bx_compile_job job = job_of((bx_str){small, sizeof small - 3});
    CHECK(bx_compile(&job, &code, &beside) == BX_EINVAL);
    job.program = NULL;
    CHECK(bx_compile(&job, &code, &here) == BX_EINVAL);
    CHECK(here.msg[0] && strcmp(here.msg, beside.msg) == 0);
}

static void its_memory_is_limited(void)
{
    bx_error err;
    bx_compiled code;
    limits.compile_memory = 4096;
    bx_compile_job job = job_of((bx_str){small, sizeof small - 1});
    job.config.compile_threads = 1; /* so small a module fits into what a thread begins with */
    bx_code rc = bx_compile(&job, &code, &err);
    CHECK(rc == BX_ELIMIT && strstr(err.msg, "compile_memory=4KiB") != NULL);
    job.program = NULL; /* the control: here is no limit */
    CHECK(bx_compile(&job, &code, &err) == BX_OK);
    bx_compiled_done(&code);
    limits = bx_limits_default();
}

static void limits_grow_with_the_module(void)
{
    CHECK(bx_compile_memory(&limits, 0) == limits.compile_memory);
    CHECK(bx_compile_memory(&limits, 1000) == limits.compile_memory + 64000);
    CHECK(bx_compile_seconds(&limits, 0) == 20 && bx_compile_seconds(&limits, 3 << 20) == 50);
    limits.compile_time = 1;
    CHECK(bx_compile_seconds(&limits, 0) == 1);
    limits = bx_limits_default();
}

static void the_call_ends_it(void)
{
    bx_error err;
    bx_compiled code;
    bx_ctl over = bx_ctl_init(1), cancelled = bx_ctl_init(UINT64_MAX);
    bx_ctl_cancel(&cancelled);
    bx_compile_job job = job_of((bx_str){small, sizeof small - 1});
    job.ctl = &over;
    CHECK(bx_compile(&job, &code, &err) == BX_ETIMEOUT);
    job.ctl = &cancelled;
    CHECK(bx_compile(&job, &code, &err) == BX_ECANCELLED);
}

/* Hostile bytes are not compiled where nothing bounds it, unless somebody said so. */
static void without_a_program_it_has_to_be_asked_for(void)
{
    bx_error err;
    bx_compiled code;
    bx_compile_job job = job_of((bx_str){small, sizeof small - 1});
    job.program = NULL;
    job.here = false;
    CHECK(bx_compile(&job, &code, &err) == BX_EUNSUPPORTED);
    CHECK(strstr(err.msg, "`compiler`") && strstr(err.msg, "`compile_in_process`"));
    job.here = true; /* the control */
    CHECK(bx_compile(&job, &code, &err) == BX_OK);
    bx_compiled_done(&code);
}

static void a_program_that_is_none(void)
{
    bx_error err;
    bx_compiled code;
    bx_compile_job job = job_of((bx_str){small, sizeof small - 1});
    job.program = "/nonexistent/boxagnts";
    CHECK(bx_compile(&job, &code, &err) == BX_EUNSUPPORTED);
    CHECK(strstr(err.msg, "/nonexistent/boxagnts") != NULL);
    job.program = "/bin/true";
    CHECK(bx_compile(&job, &code, &err) == BX_EIO);
}

static void setup(void)
{
    bx_eng_error e;
    limits = bx_limits_default();
    CHECK(bx_engine_new(&config, &engine, &e) == BX_ENG_OK);
}

static void teardown(void) { bx_engine_free(engine); }

BXT_MAIN(RUN(setup); RUN(both_ways_give_code_that_loads); RUN(both_ways_say_the_same);
         RUN(its_memory_is_limited); RUN(limits_grow_with_the_module); RUN(the_call_ends_it);
         RUN(without_a_program_it_has_to_be_asked_for); RUN(a_program_that_is_none); RUN(teardown);)
