/* llm/providers.h - who serves models: the table of llm/providers.def, where each is reached, and
 * what it offers.  Any thread; reads the environment, so nobody may change it meanwhile. */
#ifndef BX_LLM_PROVIDERS_H
#define BX_LLM_PROVIDERS_H

#include "llm/llm.h"

typedef struct bx_provider {
    const char *name, *protocol, *url, *url_variable, *keys[2];
    bool local;                                /* needs no key, and is looked for on this machine */
    const char *host_variable, *port_variable; /* of the server itself; NULL: it has none */
    unsigned port;                             /* its default; 0: it has none */
} bx_provider;

extern const bx_provider bx_providers[];
extern const size_t bx_providers_count;

/* The variable that holds a key for it; NULL: none is set. */
const char *bx_provider_key(const bx_provider *p);
/* Its base URL, onto `ret`: the variable's; else what the server's own variables say, as
 * OLLAMA_HOST ("HOST", "HOST:PORT" or a URL; an address to listen at everywhere means this
 * machine); else the table's.  *named: the environment says it. */
BX_NODISCARD bx_code bx_provider_url(const bx_provider *p, bx_buf *ret, bool *named, bx_error *err);

/* The models it lists, as JSON: ["NAME", …].  Asked for at its own list; waits until `ctl`'s
 * deadline.  BX_EIO and the rest as bx_llm_take_turn: it does not answer, or not so. */
BX_NODISCARD bx_code bx_provider_models(bx_egress *eg, const bx_provider *p, const bx_ctl *ctl,
                                        bx_buf *ret, bx_error *err);

#endif
