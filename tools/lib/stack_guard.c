/* lib/stack_guard.c - what the compiler's own library wants in Debian's build of it for
 * WebAssembly: its division of 128-bit numbers was compiled with a stack protector, of which
 * wasi-libc has nothing. */
#ifdef __wasm__
#include <stdint.h>

extern uintptr_t __stack_chk_guard;
void __stack_chk_fail(void);

uintptr_t __stack_chk_guard = 0x62786775;

void __stack_chk_fail(void) { __builtin_trap(); }
#endif
