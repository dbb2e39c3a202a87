/* policy/grant.h - what one call gets: capabilities, mounts, limits.  Pure data, no I/O.
 * Built by one thread; after bx_grant_seal it never changes and any thread may read it. */
#ifndef BX_POLICY_GRANT_H
#define BX_POLICY_GRANT_H

#include "policy/cap.h"
#include "policy/limits.h"
#include "policy/net.h"

typedef struct bx_mount {
    char *host;  /* owned; a path of the host as the operator gave it */
    char *guest; /* owned; checked guest path */
} bx_mount;

/* A credential the guest never sees: set on the wire for requests to one origin. */
typedef struct bx_inject_rule_text {
    char *origin; /* owned; "https://api.github.com[:port]" */
    char *header; /* owned; a field name */
    char *env;    /* owned; the host's variable that holds the value */
} bx_inject_rule_text;

typedef struct bx_grant {
    bx_cap *caps;
    size_t n_caps;
    bx_mount *mounts;
    size_t n_mounts;
    bx_limits limits;
    bx_inject_rule_text *injects;
    size_t n_injects;
    bx_net_policy *net; /* owned; fetch:, connect:, --allowed-outbound-host, --block-*, … */
    bool sealed;
} bx_grant;

/* A new grant permits nothing and has the default limits.  Caller owns it. */
BX_NODISCARD bx_code bx_grant_new(bx_grant **ret, bx_error *err);
void bx_grant_free(bx_grant *g);
BX_DEFINE_AUTO(bx_grant, bx_grant_free)

/* Add one capability line.  BX_EINVAL; BX_ELIMIT (BX_MAX_CAPS); BX_EDENIED once sealed.
 * fetch: and connect: lines also go into g->net. */
BX_NODISCARD bx_code bx_grant_allow(bx_grant *g, bx_str text, bx_error *err);

/* Say where a guest path lives; grants nothing by itself.  The same guest path twice is
 * BX_EINVAL. */
BX_NODISCARD bx_code bx_grant_mount(bx_grant *g, bx_str host, bx_str guest, bx_error *err);

/* `--map-dir HOST::GUEST[:ro]`: a mount plus rw:GUEST or read:GUEST.  GUEST is absolute.
 * A single ':' separator is refused with a message that shows the right form. */
BX_NODISCARD bx_code bx_grant_map_dir(bx_grant *g, bx_str text, bx_error *err);

/* `--mount HOST::GUEST` */
BX_NODISCARD bx_code bx_grant_mount_text(bx_grant *g, bx_str text, bx_error *err);

/* `--inject 'ORIGIN HEADER=env:NAME'`: the value of the host's variable NAME becomes the field
 * HEADER of every request to ORIGIN; never a right by itself.  BX_EINVAL; BX_ELIMIT
 * (BX_MAX_INJECTS). */
BX_NODISCARD bx_code bx_grant_inject(bx_grant *g, bx_str text, bx_error *err);

/* No further change.  Checks the whole: every file capability lies at or below a mount,
 * at most one store:, clock:, random: and tmp line, no capability that contradicts another. */
BX_NODISCARD bx_code bx_grant_seal(bx_grant *g, bx_error *err);

/* The clock and random modes and the seed that hold. */
bx_clock_mode bx_grant_clock(const bx_grant *g);
bx_random_mode bx_grant_random(const bx_grant *g, uint64_t *seed);
const bx_cap *bx_grant_find(const bx_grant *g, bx_cap_kind kind); /* first of its kind or NULL */

#endif
