/* tool/denial.h - what a call was refused, for the operator: which capability line would allow it.
 * Pure; any thread. */
#ifndef BX_TOOL_DENIAL_H
#define BX_TOOL_DENIAL_H

#include "sandbox/record.h"
#include "tool/manifest.h"

/* A line for each file and request that `record` says was refused to a call that was `granted` so
 * much, without repeating one; at most eight.  What the manifest's needs do not hold, no line could
 * allow, and it says that. */
void bx_denials_tell(const bx_record *record, const bx_manifest *m, bx_cap_list granted,
                     bx_buf *out);

#endif
