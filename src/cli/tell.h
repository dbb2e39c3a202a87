/* cli/tell.h - how a call ended, for people, on standard error. */
#ifndef BX_CLI_TELL_H
#define BX_CLI_TELL_H

#include "sandbox/outcome.h"

/* Nothing for a call that ended by itself, but for limits that refused something. */
void bx_cli_tell_end(const bx_outcome *out);

/* The outcome as one line of JSON on standard output; returns the exit code. */
int bx_cli_print_outcome(const bx_outcome *out, const bx_record *record);

#endif
