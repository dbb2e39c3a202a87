/* builtins.c - the tools and programs that are part of the program.  builtins.def and boxes.def,
 * made by the build, list them; BX_BUILTIN_DIR has what src/pack.c made of each,
 * BX_BUILTIN_WASM_DIR and BX_BOX_WASM_DIR their modules.
 *
 * All of it lies in read-only pages of the program.  Code begins at a page, because it is run where
 * it lies. */
#include "tool/builtin.h"

#if defined __x86_64__
#define PAGE "4096"
#else
#define PAGE "65536"
#endif

#define FILE_AT(label, align, path) \
    __asm__(".pushsection .bx_builtins, \"a\", %progbits\n" \
            ".balign " align "\n" \
            "bx_builtin_" label ":\n" \
            ".incbin \"" path "\"\n" \
            "bx_builtin_" label "_end:\n" \
            ".byte 0\n" \
            ".popsection\n")

#define HIDDEN __attribute__((visibility("hidden")))

#define BX_FILES(name, wasm_dir) \
    FILE_AT(#name "_code", PAGE, BX_BUILTIN_DIR "/" #name ".code"); \
    FILE_AT(#name "_wasm", "16", wasm_dir "/" #name ".wasm"); \
    FILE_AT(#name "_json", "16", BX_BUILTIN_DIR "/" #name ".json"); \
    FILE_AT(#name "_sum", "16", BX_BUILTIN_DIR "/" #name ".sum"); \
    extern const char bx_builtin_##name##_code[] HIDDEN, bx_builtin_##name##_code_end[] HIDDEN; \
    extern const char bx_builtin_##name##_wasm[] HIDDEN, bx_builtin_##name##_wasm_end[] HIDDEN; \
    extern const char bx_builtin_##name##_json[] HIDDEN, bx_builtin_##name##_json_end[] HIDDEN; \
    extern const uint8_t bx_builtin_##name##_sum[] HIDDEN;
#define BX_BUILTIN(name) BX_FILES(name, BX_BUILTIN_WASM_DIR)
#include "builtins.def"
#undef BX_BUILTIN
#define BX_BUILTIN(name) BX_FILES(name, BX_BOX_WASM_DIR)
#include "boxes.def"
#undef BX_BUILTIN

#define BX_BUILTIN(n) \
    {.name = #n, \
     .wasm = bx_builtin_##n##_wasm, \
     .wasm_end = bx_builtin_##n##_wasm_end, \
     .code = bx_builtin_##n##_code, \
     .code_end = bx_builtin_##n##_code_end, \
     .manifest = bx_builtin_##n##_json, \
     .manifest_end = bx_builtin_##n##_json_end, \
     .of_wasm = bx_builtin_##n##_sum},
const bx_builtin bx_builtins[] = {
#include "builtins.def"
};
const bx_builtin bx_boxes[] = {
#include "boxes.def"
    {.name = NULL}, /* a build without any has an array all the same */
};
#undef BX_BUILTIN

const size_t bx_builtins_count = BX_COUNT(bx_builtins);
const size_t bx_boxes_count = BX_COUNT(bx_boxes) - 1;
