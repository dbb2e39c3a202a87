/* port/pthread.h - what jq takes from POSIX threads, for a program of one thread.  Found instead of
 * the system's by the sources of jq only. */
#ifndef BX_JQ_PORT_PTHREAD_H
#define BX_JQ_PORT_PTHREAD_H

enum { BX_JQ_KEYS_MAX = 8 };

typedef unsigned pthread_key_t;
typedef int pthread_once_t;
#define PTHREAD_ONCE_INIT 0

/* The destructors are not needed: jq frees what its keys hold at exit. */
int pthread_key_create(pthread_key_t *key, void (*destructor)(void *));
int pthread_once(pthread_once_t *once, void (*routine)(void));
int pthread_setspecific(pthread_key_t key, const void *value);

extern void *bx_jq_keys[BX_JQ_KEYS_MAX];

static inline void *pthread_getspecific(pthread_key_t key) { return bx_jq_keys[key]; }

#endif
