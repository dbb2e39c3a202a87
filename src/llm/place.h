/* llm/place.h - a server of models as egress/ is to see it: one origin, one credential.  Made by
 * one thread, then used by any.  Not for other folders. */
#ifndef BX_LLM_PLACE_H
#define BX_LLM_PLACE_H

#include "llm/protocol.h"

typedef struct bx_place {
    const bx_llm_protocol *protocol;
    char *url;          /* base, without a slash at its end */
    bx_net_policy *net; /* its origin, nothing else */
    bx_egress_scope *scope;
    bool loopback; /* it is on this machine */
} bx_place;

typedef struct bx_place_cfg {
    const bx_llm_protocol *protocol;
    bx_str url;
    const char *key, *key_name; /* and the variable it is from; may be NULL */
    const char *url_name;       /* the variable that has the URL; may be NULL */
    bool named; /* the operator names this URL: its host may be in a private network */
} bx_place_cfg;

/* BX_EINVAL, BX_ENOMEM. */
BX_NODISCARD bx_code bx_place_open(bx_egress *eg, const bx_place_cfg *cfg, bx_place *ret,
                                   bx_error *err);
void bx_place_done(bx_place *p);

#endif
