/* sandbox/process.h - the processes of one call: a guest that starts programs, and those in turn
 * (the import module `boxagnts`, docs/programs.md).
 *
 * All of them share the call's deadline, memory, output, files and counters.  A process that is
 * waited for runs on the thread of who waits, on top of its stack; one that has to run beside
 * others gets a thread of the call's own, kept for the next one.  So a pipeline whose parts pass on
 * little takes no thread at all.
 *
 * Locks, in this order: the gate's (pipes, processes, signals), the session's (files). */
#ifndef BX_SANDBOX_PROCESS_H
#define BX_SANDBOX_PROCESS_H

#include "sandbox/live.h"
#include "sandbox/program.h"

/* The host functions; the context of their table is the bx_process. */
extern const bx_host_table bx_process_table;

/* The first process of a call; nothing is allocated before it starts something. */
void bx_process_init(bx_process *p, bx_live *live);

/* Make what bx_process_signal_all needs.  NOMEM. */
BX_NODISCARD bx_errno bx_process_be_ready(bx_process *first);
/* As bx_call_signal; `first` has a tree, and it stays that long. */
void bx_process_signal_all(bx_process *first, unsigned sig);

/* It has ended: end all others, wait until they have, and tell `o`, which may be NULL, what they
 * used. Before anything of the call is freed. */
void bx_process_end_tree(bx_process *first, bx_outcome *o);

/* How the call as a whole has to be told where that is not how its first process ended: a limit
 * that another one reached, or a signal. */
void bx_process_judge(const bx_process *first, bx_outcome *o);

/* Whose host function is running on this thread; 1 where nothing was started. */
int32_t bx_process_current(void);
/* This thread does something for `p` from now on (NULL: for none); who it was before. */
const bx_process *bx_process_act_for(const bx_process *p);

#endif
