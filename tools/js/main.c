/* js/main.c - the guest `js`: a tool (one JSON object on standard input, one result on standard
 * output) or a program like node, whichever BOXAGNTS_TOOL says; or, where it carries a script, what
 * that is.  The module that is shipped is a snapshot taken after js_prepare. */
#include "js/main.h"

#include <stdlib.h>

#include "js/js.h"
#include "js/script.h"
#include "lib/process.h"

int js_argc;
char **js_argv;

static int is_prepared;

/* Called once by the build, with no host: everything that is the same for every process. */
#ifdef __wasm__
__attribute__((export_name("wizer-initialize")))
#endif
void js_prepare(void);
void js_prepare(void)
{
    js_runtime_init();
    is_prepared = 1;
}

#ifdef __wasm__
/* A linker that finds this name in the source leaves it to the source to call it; otherwise it
 * would run libc's constructors, which ask for variables and directories, before js_prepare as
 * well. */
void __wasm_call_ctors(void);
#else
#define __wasm_call_ctors() (void)0
#endif

int main(int argc, char **argv)
{
    __wasm_call_ctors();
    js_argc = argc;
    js_argv = argv;
    bx_process_enter_cwd();
    if (!is_prepared)
        js_prepare();
    js_runtime_wake();
    const char *script;
    size_t n;
    if (js_script(&script, &n))
        exit(js_runtime_call("own"));
    exit(js_runtime_call(getenv("BOXAGNTS_TOOL") ? "tool" : "program"));
}
