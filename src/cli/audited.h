/* cli/audited.h - calls that a person makes with the rights named on the line (exec, sh, js), in
 * the record where --audit asks for it.  One thread; one call. */
#ifndef BX_CLI_AUDITED_H
#define BX_CLI_AUDITED_H

#include "app/recorder.h"
#include "sandbox/call.h"

#define BX_AUDIT_FLAG(id) \
    {"audit", NULL, "record the call (boxagnts audit list); if that fails, it does not run", id}

typedef struct bx_cli_audited { /* zero: not recorded */
    bx_db *db;
    bx_recorder *recorder;
    int64_t id;
} bx_cli_audited;

/* Before the call: `args` as they are handed to the guest; `digest` of its module, or NULL. */
BX_NODISCARD bx_code bx_cli_audited_begin(bx_cli_audited *a, const char *name,
                                          const char *const *args, size_t n_args,
                                          const uint8_t *digest, const bx_grant *g, bx_error *err);
/* After it; closes all.  Of a call that did not begin, `out` says why. */
BX_NODISCARD bx_code bx_cli_audited_end(bx_cli_audited *a, const bx_outcome *out,
                                        const bx_record *touched, bx_error *err);

#endif
