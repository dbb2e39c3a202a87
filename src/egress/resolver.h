/* egress/resolver.h - name lookups on a few helper threads, so that nobody else blocks.
 * Threads start when needed and end after a while without work. */
#ifndef BX_EGRESS_RESOLVER_H
#define BX_EGRESS_RESOLVER_H

#include "egress/egress.h"

enum { BX_RESOLVER_THREADS = 8, BX_RESOLVER_PER_OWNER = 2 };

typedef struct bx_resolver bx_resolver;
typedef struct bx_lookup bx_lookup;

/* Called once, on a helper thread, unless cancelled before; must be quick and not call back. */
typedef void (*bx_lookup_fn)(void *ctx, bx_http_error e, const bx_ip *ips, size_t n);

BX_NODISCARD bx_code bx_resolver_new(bx_resolve_fn fn, void *fn_ctx, bx_resolver **ret,
                                     bx_error *err);
/* Waits for running calls of a hook; lookups by the system are left to end by themselves. */
void bx_resolver_free(bx_resolver *v);

/* One owner has at most BX_RESOLVER_PER_OWNER lookups running, so that slow names of one call
 * do not hold up the others. */
BX_NODISCARD bx_code bx_lookup_start(bx_resolver *v, const char *host, const void *owner,
                                     bx_lookup_fn done, void *ctx, bx_lookup **ret, bx_error *err);
/* No call of `done` after this.  Frees the lookup; also after it is done.  NULL is fine. */
void bx_lookup_cancel(bx_lookup *l);

#endif
