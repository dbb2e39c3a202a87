/* os/signals.h - the signals of a process that runs calls.  For the main thread of a program, not
 * for a library. */
#ifndef BX_OS_SIGNALS_H
#define BX_OS_SIGNALS_H

#include "os/ctl.h"

/* SIGINT and SIGTERM cancel `ctl` once each, the second one of a kind ends the process; SIGPIPE
 * and SIGXFSZ are ignored from now on, since a guest's broken pipe or a file beyond RLIMIT_FSIZE
 * is its errno, not our end.  `ctl` must outlive bx_signals_restore. */
void bx_signals_cancel(bx_ctl *ctl);
/* SIGINT and SIGTERM end the process again. */
void bx_signals_restore(void);

#endif
