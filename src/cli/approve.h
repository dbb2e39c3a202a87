/* cli/approve.h - a person at the terminal who is asked whether a call may be made
 * (app/approvals.h). Several calls may ask at once: one question is shown at a time. */
#ifndef BX_CLI_APPROVE_H
#define BX_CLI_APPROVE_H

#include "app/approvals.h"

typedef struct bx_approver bx_approver;

/* At /dev/tty.  BX_ENOENT: there is none. */
BX_NODISCARD bx_code bx_approver_new(bx_approver **ret, bx_error *err);
void bx_approver_free(bx_approver *a);                   /* NULL is fine */
const bx_asker *bx_approver_asker(const bx_approver *a); /* borrowed */

#endif
