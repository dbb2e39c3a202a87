/* cli/run_print.h - what `run` prints, and the amounts its flags name.  Events may come on any
 * thread. */
#ifndef BX_CLI_RUN_PRINT_H
#define BX_CLI_RUN_PRINT_H

#include <pthread.h>

#include "agent/agent.h"

typedef enum bx_run_format { BX_RUN_TEXT, BX_RUN_JSON, BX_RUN_STREAM } bx_run_format;

typedef struct bx_run_printer {
    bx_run_format format;
    bool kept; /* the session, so that it can be taken up */
    pthread_mutex_t lock;
} bx_run_printer;

/* `format` NULL: text.  BX_EINVAL. */
BX_NODISCARD bx_code bx_run_printer_new(bx_run_printer *p, const char *format, bx_error *err);
bx_agent_watch bx_run_printer_watch(bx_run_printer *p);
/* *ret_exit: of the process. */
BX_NODISCARD bx_code bx_run_print_end(bx_run_printer *p, const char *id, const bx_agent_end *end,
                                      int *ret_exit, bx_error *err);

/* The end as members of an object that is open. */
void bx_run_put_end(bx_json_out *o, const char *id, const bx_agent_end *end);

/* "100000", or "1.50" (dollars).  BX_EINVAL. */
BX_NODISCARD bx_code bx_run_read_amount(const char *text, bx_spend_kind k, int64_t *ret,
                                        bx_error *err);

#endif
