/* port/signal.h - decNumber raises SIGFPE for the conditions a caller asks to be told of; jq asks
 * for none. */
#ifndef BX_JQ_PORT_SIGNAL_H
#define BX_JQ_PORT_SIGNAL_H

#define SIGFPE 8

static inline int raise(int sig) { return sig; }

#endif
