/* files/glob.h - shell patterns against names (POSIX "Pattern Matching Notation"): * ? [...] and
 * backslash; `*` matches slashes and leading periods too unless it is told otherwise. Pure. */
#ifndef BX_FILES_GLOB_H
#define BX_FILES_GLOB_H

#include "base/defs.h"

enum {
    GLOB_FOLD = 1,   /* ASCII letters of either case */
    GLOB_PERIOD = 2, /* a period at the beginning is matched by a period only */
    GLOB_PATH = 4,   /* slashes are matched by slashes only */
};

bool glob_match(const char *pattern, const char *text, unsigned flags);

#endif
