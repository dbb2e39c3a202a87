/* The C API as an embedder uses it, with what it must refuse. */
#include "boxagnts.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"

static boxagnts_engine *engine;
static boxagnts_module *ends;

static void setup(void)
{
    boxagnts_engine_options o = {.struct_size = sizeof o, .slots = 2, .compile_in_process = 1};
    boxagnts_error err;
    CHECK(boxagnts_engine_new(&o, &engine, &err) == BOXAGNTS_OK);
    CHECK(boxagnts_module_open(engine, BX_GUEST_DIR "/guests/sb_ends.wasm", &ends, &err) ==
          BOXAGNTS_OK);
}

static boxagnts_grant *sealed(const char *option, const char *value)
{
    boxagnts_grant *g = NULL;
    if (boxagnts_grant_new(&g, NULL) != BOXAGNTS_OK ||
        (option && boxagnts_grant_option(g, option, value, NULL) != BOXAGNTS_OK) ||
        boxagnts_grant_seal(g, engine, NULL) != BOXAGNTS_OK) {
        boxagnts_grant_free(g);
        return NULL;
    }
    return g;
}

static boxagnts_outcome *run(boxagnts_grant *g, const char *how, const char *input,
                             boxagnts_cancel *cancel)
{
    const char *args[] = {"guest", how};
    boxagnts_call c = {.struct_size = sizeof c,
                       .args = args,
                       .n_args = 2,
                       .input = input,
                       .input_size = input ? strlen(input) : 0,
                       .cancel = cancel};
    boxagnts_outcome *o = NULL;
    return g && boxagnts_call_run(ends, g, &c, &o, NULL) == BOXAGNTS_OK ? o : NULL;
}

static void input_goes_in_and_output_comes_out(void)
{
    boxagnts_grant *g = sealed(NULL, NULL);
    boxagnts_outcome *o = run(g, "echo", "some text", NULL);
    size_t n = 0;
    boxagnts_usage u;
    CHECK(o && boxagnts_outcome_get_kind(o) == BOXAGNTS_EXIT && boxagnts_outcome_exit_code(o) == 0);
    const void *p = boxagnts_outcome_stdout(o, &n);
    CHECK(n == 9 && memcmp(p, "some text", 9) == 0 && !boxagnts_outcome_error(o));
    boxagnts_outcome_usage(o, &u);
    CHECK(u.stdin_bytes == 9 && u.stdout_bytes == 9 && u.wall_ns > 0 && u.memory_peak_bytes > 0);
    const char *json = boxagnts_outcome_json(o);
    CHECK(json && strstr(json, "\"kind\":\"exit\"") && boxagnts_outcome_json(o) == json);
    boxagnts_outcome_free(o);
    boxagnts_grant_free(g);
}

static void limits_end_it(void)
{
    boxagnts_grant *g = sealed("wasm_timeout", "30ms");
    boxagnts_outcome *o = run(g, "spin", NULL, NULL);
    CHECK(o && boxagnts_outcome_limit_hit(o, "wall") == 1);
    CHECK(boxagnts_outcome_limit_hit(o, "fs_write") == 0 &&
          boxagnts_outcome_limit_hit(o, "?") == 0);
    CHECK(o && boxagnts_outcome_get_kind(o) == BOXAGNTS_DEADLINE &&
          strstr(boxagnts_outcome_error(o), "wall"));
    CHECK(strcmp(boxagnts_outcome_kind_name(BOXAGNTS_DEADLINE), "deadline") == 0);
    boxagnts_outcome_free(o);
    boxagnts_grant_free(g);
}

static void a_typed_call(void)
{
    boxagnts_grant *g = sealed("inject", "https://example.com X-Key=env:PATH");
    boxagnts_module *values = NULL;
    CHECK(g && boxagnts_module_open(engine, BX_GUEST_DIR "/components/values.wasm", &values,
                                    NULL) == BOXAGNTS_OK);
    static const char args[] = "[\"you\"]and not this";
    boxagnts_call c = {
        .struct_size = sizeof c, .invoke = "greet", .invoke_args = args, .invoke_args_size = 7};
    boxagnts_outcome *o = NULL;
    CHECK(boxagnts_call_run(values, g, &c, &o, NULL) == BOXAGNTS_OK &&
          boxagnts_outcome_get_kind(o) == BOXAGNTS_EXIT &&
          strcmp(boxagnts_outcome_result(o), "\"hello, you\"") == 0);
    boxagnts_outcome_free(o);
    o = NULL;
    boxagnts_error err;
    c.invoke_args_size = sizeof args - 1;
    CHECK(boxagnts_call_run(values, g, &c, &o, &err) == BOXAGNTS_EINVAL && !o &&
          strstr(err.message, "JSON"));
    boxagnts_module_free(values);
    boxagnts_grant_free(g);
}

static void cancelled_by_its_owner(void)
{
    boxagnts_grant *g = sealed(NULL, NULL);
    boxagnts_cancel *c = NULL;
    CHECK(boxagnts_cancel_new(&c, NULL) == BOXAGNTS_OK);
    boxagnts_cancel_now(c);
    boxagnts_outcome *o = run(g, "spin", NULL, c);
    CHECK(o && boxagnts_outcome_get_kind(o) == BOXAGNTS_CANCELLED);
    boxagnts_outcome_free(o);
    boxagnts_cancel_free(c);
    boxagnts_grant_free(g);
}

static void a_sealed_grant_never_changes(void)
{
    boxagnts_grant *g = sealed(NULL, NULL);
    boxagnts_error err;
    CHECK(g && boxagnts_grant_option(g, "wasm_timeout", "1h", &err) == BOXAGNTS_ESTATE);
    CHECK(boxagnts_grant_allow(g, "rw:/", &err) == BOXAGNTS_ESTATE);
    CHECK(boxagnts_grant_mount(g, "/", "/", &err) == BOXAGNTS_ESTATE);
    CHECK(boxagnts_grant_seal(g, engine, &err) == BOXAGNTS_ESTATE && err.message[0]);
    boxagnts_grant_free(g);
}

/* Nothing but a program that can be bounded compiles where the embedder says so. */
static void nothing_compiles_by_itself(void)
{
    boxagnts_error err = {.message = ""};
    boxagnts_module *m = NULL;
    boxagnts_engine *e = NULL;
    boxagnts_engine_options o = {.struct_size = sizeof o, .compile_in_process = -1};
    const char *wasm = BX_GUEST_DIR "/guests/sb_ends.wasm";
    CHECK(boxagnts_engine_new(&o, &e, &err) == BOXAGNTS_OK);
    CHECK(boxagnts_module_open(e, wasm, &m, &err) == BOXAGNTS_EUNSUPPORTED && !m);
    CHECK(strstr(err.message, "`compile_in_process`"));
    boxagnts_engine_free(e);
    CHECK(boxagnts_engine_new(NULL, &e, &err) == BOXAGNTS_OK); /* who says nothing */
    CHECK(boxagnts_module_open(e, wasm, &m, &err) == BOXAGNTS_OK);
    boxagnts_module_free(m);
    boxagnts_engine_free(e);
    o.compiler = BX_GUEST_DIR "/boxagnts"; /* the control */
    CHECK(boxagnts_engine_new(&o, &e, &err) == BOXAGNTS_OK);
    CHECK(boxagnts_module_open(e, wasm, &m, &err) == BOXAGNTS_OK);
    boxagnts_module_free(m);
    boxagnts_engine_free(e);
}

static void misuse_is_refused_in_words(void)
{
    boxagnts_error err;
    boxagnts_grant *g = NULL;
    boxagnts_module *m = NULL;
    boxagnts_outcome *o = NULL;
    boxagnts_engine *e = NULL;
    boxagnts_engine_options small = {.struct_size = 4};
    boxagnts_call tiny = {.struct_size = 4};
    CHECK(boxagnts_engine_new(&small, &e, &err) == BOXAGNTS_EINVAL && !e &&
          strstr(err.message, "struct_size"));
    CHECK(boxagnts_module_open(engine, "/nonexistent", &m, &err) == BOXAGNTS_ENOENT && !m);
    CHECK(boxagnts_module_from_bytes(engine, "x", 1, &m, &err) == BOXAGNTS_EINVAL && !m);
    CHECK(boxagnts_grant_new(&g, &err) == BOXAGNTS_OK);
    CHECK(boxagnts_call_run(ends, g, NULL, &o, &err) == BOXAGNTS_EINVAL && !o &&
          strstr(err.message, "seal"));
    CHECK(boxagnts_grant_option(g, "fly", "1", &err) == BOXAGNTS_ENOENT &&
          strstr(err.message, "fly"));
    CHECK(boxagnts_grant_option(g, "wasm_cache_dir", "/c", &err) == BOXAGNTS_EINVAL);
    CHECK(boxagnts_grant_allow(g, "read:/x", NULL) == BOXAGNTS_OK);
    CHECK(boxagnts_grant_seal(g, engine, &err) == BOXAGNTS_EINVAL && strstr(err.message, "/x"));
    CHECK(boxagnts_grant_seal(g, engine, &err) !=
          BOXAGNTS_OK); /* after a failure it can only be freed */
    boxagnts_grant_free(g);
    g = sealed(NULL, NULL);
    CHECK(g && boxagnts_call_run(ends, g, &tiny, &o, &err) == BOXAGNTS_EINVAL && !o);
    boxagnts_grant_free(g);
}

static void stores_need_a_place(void)
{
    boxagnts_grant *g = NULL;
    boxagnts_error err;
    CHECK(boxagnts_grant_new(&g, NULL) == BOXAGNTS_OK &&
          boxagnts_grant_allow(g, "store:a", NULL) == BOXAGNTS_OK);
    CHECK(boxagnts_grant_seal(g, engine, &err) != BOXAGNTS_OK && err.message[0]);
    boxagnts_grant_free(g);
}

static void *call_until_it_ends(void *arg)
{
    boxagnts_outcome *o = run(arg, "spin", NULL, NULL);
    bool as_limited = o && boxagnts_outcome_get_kind(o) == BOXAGNTS_DEADLINE;
    boxagnts_outcome_free(o);
    return as_limited ? arg : NULL;
}

/* In a call or out of it, a module keeps its engine. */
static void the_engine_may_be_freed_first(void)
{
    boxagnts_grant *spin = sealed("wasm_timeout", "1"), *plain = sealed(NULL, NULL);
    pthread_t t;
    void *limited = NULL;
    CHECK(spin && pthread_create(&t, NULL, call_until_it_ends, spin) == 0);
    boxagnts_engine_free(engine);
    (void)pthread_join(t, &limited);
    CHECK(limited);
    boxagnts_outcome *o = run(plain, "echo", "x", NULL);
    CHECK(o && boxagnts_outcome_get_kind(o) == BOXAGNTS_EXIT);
    boxagnts_outcome_free(o);
    boxagnts_grant_free(plain);
    boxagnts_grant_free(spin);
    boxagnts_module_free(ends);
}

static void frees_accept_null(void)
{
    boxagnts_outcome_free(NULL);
    boxagnts_cancel_free(NULL);
    boxagnts_grant_free(NULL);
    boxagnts_module_free(NULL);
    boxagnts_engine_free(NULL);
    CHECK(strcmp(boxagnts_version(), "") != 0);
}

BXT_MAIN(RUN(setup); RUN(input_goes_in_and_output_comes_out); RUN(limits_end_it); RUN(a_typed_call);
         RUN(cancelled_by_its_owner); RUN(a_sealed_grant_never_changes);
         RUN(nothing_compiles_by_itself); RUN(misuse_is_refused_in_words); RUN(stores_need_a_place);
         RUN(the_engine_may_be_freed_first); RUN(frees_accept_null);)
