/* cli/keystrokes.h - what the signals of a terminal do to a shell that runs there.
 *
 * SIGINT is a keystroke: it goes to the processes of the call (bx_call_signal), and the call goes
 * on.  SIGTERM, SIGHUP and SIGQUIT cancel the call; a second one ends this process, with the
 * terminal as it was.  A thread waits for them; every other one has them blocked, so
 * bx_keystrokes_block comes before any thread begins. */
#ifndef BX_CLI_KEYSTROKES_H
#define BX_CLI_KEYSTROKES_H

#include "cli/editor.h"
#include "sandbox/call.h"

void bx_keystrokes_block(void);

typedef struct bx_keystrokes bx_keystrokes;
/* All are borrowed until bx_keystrokes_free.  BX_ENOMEM, BX_EIO. */
BX_NODISCARD bx_code bx_keystrokes_new(bx_editor *e, bx_call_handle *h, bx_ctl *ctl,
                                       bx_keystrokes **ret, bx_error *err);
/* The call is over, and the process is about to end: the signals stay blocked.  NULL is fine. */
void bx_keystrokes_free(bx_keystrokes *k);

#endif
