/* readme_lines.c - let the `read` tool read one directory of the host, read-only, within limits,
 * and print the outcome as JSON; then ask for a file outside of it, which cannot work.
 *
 *   readme_lines READ.wasm DIR FILE
 */
#include <boxagnts.h>
#include <stdio.h>
#include <string.h>

static int run(boxagnts_module *module, boxagnts_grant *grant, const char *path,
               boxagnts_error *err)
{
    char input[512];
    snprintf(input, sizeof input, "{\"path\":\"%s\",\"limit\":3}", path);
    boxagnts_call call = {
        .struct_size = sizeof call, .input = input, .input_size = strlen(input), .record_files = 1};
    boxagnts_outcome *outcome = NULL;
    if (boxagnts_call_run(module, grant, &call, &outcome, err) != BOXAGNTS_OK)
        return 1;
    const char *json = boxagnts_outcome_json(outcome);
    printf("%s\n", json ? json : "out of memory");
    boxagnts_outcome_free(outcome);
    return 0;
}

static boxagnts_grant *read_only(const boxagnts_engine *engine, const char *dir,
                                 boxagnts_error *err)
{
    boxagnts_grant *grant = NULL;
    if (boxagnts_grant_new(&grant, err) == BOXAGNTS_OK &&
        boxagnts_grant_mount(grant, dir, "/workspace", err) == BOXAGNTS_OK &&
        boxagnts_grant_allow(grant, "read:/workspace", err) == BOXAGNTS_OK &&
        boxagnts_grant_option(grant, "wasm_timeout", "5s", err) == BOXAGNTS_OK &&
        boxagnts_grant_option(grant, "wasm_max_memory_size", "64MiB", err) == BOXAGNTS_OK &&
        boxagnts_grant_seal(grant, engine, err) == BOXAGNTS_OK)
        return grant;
    boxagnts_grant_free(grant);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: readme_lines READ.wasm DIR FILE\n");
        return 2;
    }
    boxagnts_error err;
    boxagnts_engine *engine = NULL;
    boxagnts_module *module = NULL;
    boxagnts_grant *grant = NULL;
    int status = 1;
    const boxagnts_engine_options options = {.struct_size = sizeof options,
                                             .compile_in_process = 1 /* READ.wasm is trusted */};
    char path[300];
    snprintf(path, sizeof path, "/workspace/%s", argv[3]);
    if (boxagnts_engine_new(&options, &engine, &err) == BOXAGNTS_OK &&
        boxagnts_module_open(engine, argv[1], &module, &err) == BOXAGNTS_OK &&
        (grant = read_only(engine, argv[2], &err)) != NULL)
        status = run(module, grant, path, &err) ||
                 run(module, grant, "/workspace/../../etc/passwd", &err);
    if (status != 0)
        fprintf(stderr, "readme_lines: %s\n", err.message);
    boxagnts_grant_free(grant);
    boxagnts_module_free(module);
    boxagnts_engine_free(engine);
    return status;
}
