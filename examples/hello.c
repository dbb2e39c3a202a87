/* hello.c - run a .wasm file from C with nothing granted, and print what it said.
 *
 *   hello FILE.wasm [ARGS…]
 */
#include <boxagnts.h>
#include <stdio.h>

static int fail(const boxagnts_error *err)
{
    fprintf(stderr, "hello: %s\n", err->message);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: hello FILE.wasm [ARGS…]\n");
        return 2;
    }
    boxagnts_error err;
    boxagnts_engine *engine = NULL;
    boxagnts_module *module = NULL;
    boxagnts_grant *grant = NULL;
    boxagnts_outcome *outcome = NULL;
    int status = 0;

    /* Whoever runs what strangers wrote names the program boxagnts as `compiler` instead: it ends
     * compiling that takes too long or too much memory. */
    const boxagnts_engine_options options = {.struct_size = sizeof options,
                                             .compile_in_process = 1};
    boxagnts_call call = {.struct_size = sizeof call,
                          .args = (const char *const *)(argv + 1),
                          .n_args = (size_t)(argc - 1)};
    if (boxagnts_engine_new(&options, &engine, &err) != BOXAGNTS_OK ||
        boxagnts_module_open(engine, argv[1], &module, &err) != BOXAGNTS_OK ||
        boxagnts_grant_new(&grant, &err) != BOXAGNTS_OK ||
        boxagnts_grant_seal(grant, engine, &err) != BOXAGNTS_OK ||
        boxagnts_call_run(module, grant, &call, &outcome, &err) != BOXAGNTS_OK) {
        status = fail(&err);
    } else {
        size_t size = 0;
        const void *text = boxagnts_outcome_stdout(outcome, &size);
        if (size != 0)
            fwrite(text, 1, size, stdout);
        printf("[%s, exit code %u]\n",
               boxagnts_outcome_kind_name(boxagnts_outcome_get_kind(outcome)),
               boxagnts_outcome_exit_code(outcome));
    }
    boxagnts_outcome_free(outcome);
    boxagnts_grant_free(grant);
    boxagnts_module_free(module);
    boxagnts_engine_free(engine);
    return status;
}
