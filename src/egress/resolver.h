/* egress/resolver.h - name lookups on a few helper threads, so that nobody else blocks.
 * Threads start when needed and end after a while without work.
 *
 * Ownership: a resolver belongs to who made it, a lookup to who started it.  They may be given up
 * in any order: a lookup keeps its resolver's memory, and what the helpers still use they keep
 * themselves.  Any thread may call anything here. */
#ifndef BX_EGRESS_RESOLVER_H
#define BX_EGRESS_RESOLVER_H

#include "egress/egress.h"

enum { BX_RESOLVER_THREADS = 8, BX_RESOLVER_PER_OWNER = 2 };

typedef struct bx_resolver bx_resolver;
typedef struct bx_lookup bx_lookup;

/* Called once, on a helper thread or the one that stops the resolver, unless cancelled before; must
 * be quick and not call back. */
typedef void (*bx_lookup_fn)(void *ctx, bx_http_error e, const bx_ip *ips, size_t n);

BX_NODISCARD bx_code bx_resolver_new(bx_resolve_fn fn, void *fn_ctx, bx_resolver **ret,
                                     bx_error *err);
/* No lookup begins any more; those not yet answered, queued or running, are answered with
 * BX_HTTP_DNS_ERROR.  Then waits until no call of a hook runs; lookups by the system, which nothing
 * can interrupt, are left to end by themselves.  Stopping again is fine. */
void bx_resolver_stop(bx_resolver *v);
/* Stops it, and gives it up.  NULL is fine. */
void bx_resolver_free(bx_resolver *v);

/* One owner has at most BX_RESOLVER_PER_OWNER lookups running, so that slow names of one call
 * do not hold up the others.  BX_ECANCELLED: stopped; BX_EINVAL: too long a name; BX_ENOMEM. */
BX_NODISCARD bx_code bx_lookup_start(bx_resolver *v, const char *host, const void *owner,
                                     bx_lookup_fn done, void *ctx, bx_lookup **ret, bx_error *err);
/* No call of `done` after this.  Frees the lookup; also after it is done.  NULL is fine. */
void bx_lookup_cancel(bx_lookup *l);

#endif
