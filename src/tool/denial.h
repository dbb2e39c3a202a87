/* tool/denial.h - what a call was refused, for the operator: which capability line would allow it.
 * Pure; any thread. */
#ifndef BX_TOOL_DENIAL_H
#define BX_TOOL_DENIAL_H

#include "sandbox/record.h"
#include "tool/manifest.h"

typedef struct bx_denial_of {
    const bx_manifest *manifest;
    bx_cap_list granted; /* what the call had */
    bool is_error;       /* its result is one */
} bx_denial_of;

/* A line for each file and request that `record` says was refused, with the capability line that
 * would permit it, without repeating one; at most eight.  What none could permit (it is not among
 * the tool's needs, or leads out of a directory that was granted) is told only where the result is
 * an error: a tool that looks and does without is no news. */
void bx_denials_tell(const bx_record *record, const bx_denial_of *of, bx_buf *out);

#endif
