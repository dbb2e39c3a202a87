#include "programs/common/prog.h"
#include "programs/curl/web.h"

int main(int argc, char **argv)
{
    const prog_entry table[] = {{"curl", curl_run, curl_help}, {"wget", wget_run, wget_help}};
    return prog_main(argc, argv, "curl", table, sizeof(table) / sizeof(*table));
}

#ifdef __wasi__
#include <stdlib.h>

#include "curl.h" /* bindings */

/* proc_exit of the preview1 adapter passes on no more than success or failure.  (--wrap=_Exit) */
_Noreturn void __wrap__Exit(int status);
_Noreturn void __wrap__Exit(int status)
{
    wasi_cli_exit_exit_with_code((uint8_t)status);
    __builtin_unreachable();
}

/* Our own start: naming __wasm_call_ctors keeps the linker from wrapping every export of this
 * module, cabi_realloc among them, in constructors and destructors (docs/web_fetch.md). */
void __wasm_call_ctors(void);
int __main_void(void);
void _start(void);

__attribute__((export_name("_start"))) void _start(void)
{
    __wasm_call_ctors();
    int rc = __main_void();
    if (rc != 0)
        _Exit(rc);
}
#endif
