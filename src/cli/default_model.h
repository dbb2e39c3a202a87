/* cli/default_model.h - the model of a run where nobody has named one: of the first provider whose
 * key is in the environment, else of a server on this machine.  One thread. */
#ifndef BX_CLI_DEFAULT_MODEL_H
#define BX_CLI_DEFAULT_MODEL_H

#include "egress/egress.h"

/* "PROVIDER/MODEL", as its own list has it, onto `ret`.  Waits for the list, some seconds at most.
 * BX_ENOENT: there is neither a key nor a server that answers; other errors are the provider's. */
BX_NODISCARD bx_code bx_cli_default_model(bx_egress *eg, bx_buf *ret, bx_error *err);

#endif
