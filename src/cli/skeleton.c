#include "cli/skeleton.h"

#define HIDDEN __attribute__((visibility("hidden")))

#define BX_SKELETON(language, label, path, name) \
    __asm__(".pushsection .rodata.bx_skeletons, \"a\", %progbits\n" \
            "bx_skeleton_" #label ":\n" \
            ".incbin \"" BX_SKELETON_DIR "/" path "\"\n" \
            "bx_skeleton_" #label "_end:\n" \
            ".byte 0\n" \
            ".popsection\n"); \
    extern const char bx_skeleton_##label[] HIDDEN, bx_skeleton_##label##_end[] HIDDEN;
#include "cli/skeletons.def"
#undef BX_SKELETON

#define BX_SKELETON(lang, label, path, file) \
    {.language = lang, .name = file, .text = bx_skeleton_##label, .end = bx_skeleton_##label##_end},
const bx_skeleton bx_skeletons[] = {
#include "cli/skeletons.def"
};
#undef BX_SKELETON

const size_t bx_skeletons_count = BX_COUNT(bx_skeletons);
