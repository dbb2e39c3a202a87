/* cli/skeleton.h - the files a new tool begins with (src/cli/skeleton, skeletons.def). */
#ifndef BX_CLI_SKELETON_H
#define BX_CLI_SKELETON_H

#include "base/defs.h"

typedef struct bx_skeleton {
    const char *language, *name; /* the file's name below the tool's directory */
    const char *text, *end;
} bx_skeleton;

extern const bx_skeleton bx_skeletons[];
extern const size_t bx_skeletons_count;

#endif
