/* js/main.c - the guest `js`: a tool (one JSON object on standard input, one result on standard
 * output) or a program like node, whichever BOXAGNTS_TOOL says.  The module that is shipped is a
 * snapshot taken after js_prepare. */
#include "js/main.h"

#include <stdlib.h>

#include "js/js.h"

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

int main(int argc, char **argv)
{
    js_argc = argc;
    js_argv = argv;
    if (!is_prepared)
        js_prepare();
    js_runtime_wake();
    return js_runtime_call(getenv("BOXAGNTS_TOOL") ? "tool" : "program");
}
