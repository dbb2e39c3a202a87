/* file/read_ask.h - the arguments of the `read` tool, checked. */
#ifndef BX_FILE_READ_ASK_H
#define BX_FILE_READ_ASK_H

#include "file/read.h"
#include "lib/args.h"

/* Fill r->ask, and r->rest with what of the output is kept for what is not text.  BX_EINVAL: the
 * message is for the model. */
BX_NODISCARD bx_code bx_read_ask(bx_reader *r, bx_args *a, bx_error *err);

#endif
