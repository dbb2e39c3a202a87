/* policy/grant.h - what one call gets: capabilities, mounts, limits.  Pure data, no I/O.
 * Built by one thread; after bx_grant_seal it never changes and any thread may read it. */
#ifndef BX_POLICY_GRANT_H
#define BX_POLICY_GRANT_H

#include "policy/cap.h"
#include "policy/credential.h"
#include "policy/limits.h"
#include "policy/net.h"

typedef struct bx_mount {
    char *host;  /* owned by the grant; a path of the host as the operator gave it */
    char *guest; /* owned by the grant; checked guest path */
} bx_mount;

typedef struct bx_grant bx_grant;

/* A new grant permits nothing and has the default limits.  Caller owns it. */
BX_NODISCARD bx_code bx_grant_new(bx_grant **ret, bx_error *err);
void bx_grant_free(bx_grant *g);
BX_DEFINE_AUTO(bx_grant, bx_grant_free)

/* ---- building: each of these is BX_ESTATE once the grant is sealed, and changes nothing when it
 * fails ---- */

/* Add one capability line.  BX_EINVAL; BX_ELIMIT (BX_MAX_CAPS, BX_MAX_DENIES).  The rule of a
 * fetch: or connect: line also counts in bx_grant_net. */
BX_NODISCARD bx_code bx_grant_allow(bx_grant *g, bx_str text, bx_error *err);

/* Say where a guest path lives; grants nothing by itself.  The same guest path twice is
 * BX_EINVAL. */
BX_NODISCARD bx_code bx_grant_mount(bx_grant *g, bx_str host, bx_str guest, bx_error *err);

/* `--map-dir HOST::GUEST[:ro]`: a mount plus rw:GUEST or read:GUEST.  GUEST is absolute.
 * A single ':' separator is refused with a message that shows the right form. */
BX_NODISCARD bx_code bx_grant_map_dir(bx_grant *g, bx_str text, bx_error *err);

/* `--mount HOST::GUEST` */
BX_NODISCARD bx_code bx_grant_mount_text(bx_grant *g, bx_str text, bx_error *err);

/* `--inject 'ORIGIN HEADER=env:NAME'` (policy/credential.h); never a right by itself.  BX_EINVAL;
 * BX_ELIMIT (BX_MAX_INJECTS). */
BX_NODISCARD bx_code bx_grant_inject(bx_grant *g, bx_str text, bx_error *err);

/* The guest's working directory: a guest path at or below a file capability, tmp or store, or above
 * one; never a right by itself, and looked for when the mounts are opened.  The last one counts. */
BX_NODISCARD bx_code bx_grant_set_cwd(bx_grant *g, bx_str path, bx_error *err);

/* `--ca FILE`: a PEM file of certificate authorities to trust besides the system's; never a right
 * by itself.  Looked at when the grant is sealed.  BX_EINVAL; BX_ELIMIT (BX_MAX_CA_FILES). */
BX_NODISCARD bx_code bx_grant_ca(bx_grant *g, bx_str path, bx_error *err);

/* `--limit NAME=VALUE`, and the same with name and value apart: bx_limits_set, .._set_named. */
BX_NODISCARD bx_code bx_grant_limit(bx_grant *g, bx_str text, bx_error *err);
BX_NODISCARD bx_code bx_grant_limit_named(bx_grant *g, bx_str name, bx_str value, bx_error *err);

/* All limits at once. */
BX_NODISCARD bx_code bx_grant_set_limits(bx_grant *g, const bx_limits *limits, bx_error *err);

/* The blocks and holes of another grant's network, none of its rules. */
BX_NODISCARD bx_code bx_grant_copy_guards(bx_grant *g, const bx_grant *from, bx_error *err);

/* Network settings that are no capability: `add` is one of bx_net_add_outbound_host,
 * .._block_url, .._block_network, .._allow_network. */
typedef bx_code bx_net_adder(bx_net_policy *p, bx_str text, bx_error *err);
BX_NODISCARD bx_code bx_grant_network(bx_grant *g, bx_net_adder *add, bx_str text, bx_error *err);

/* No further change.  Checks the whole: every file capability lies at or below a mount,
 * at most one store:, clock:, random: and tmp line, no variable with two values.  BX_EINVAL, and
 * the grant stays open.  A sealed grant is BX_OK. */
BX_NODISCARD bx_code bx_grant_seal(bx_grant *g, bx_error *err);

/* ---- reading: all borrowed from the grant, valid until it changes or is freed ---- */

typedef struct bx_cap_list {
    const bx_cap *at;
    size_t n;
} bx_cap_list;
typedef struct bx_mount_list {
    const bx_mount *at;
    size_t n;
} bx_mount_list;
typedef struct bx_credential_list {
    const bx_credential *at;
    size_t n;
} bx_credential_list;

typedef struct bx_path_list {
    char *const *at;
    size_t n;
} bx_path_list;

bx_cap_list bx_grant_caps(const bx_grant *g); /* each in the order they came */
bx_mount_list bx_grant_mounts(const bx_grant *g);
bx_credential_list bx_grant_credentials(const bx_grant *g);
bx_path_list bx_grant_cas(const bx_grant *g);
const bx_limits *bx_grant_limits(const bx_grant *g);
/* fetch:, connect:, --allowed-outbound-host, --block-*, --allow-network */
const bx_net_policy *bx_grant_net(const bx_grant *g);
/* An empty /workspace in memory, beside /tmp and within its size; for a grant with tmp. */
BX_NODISCARD bx_code bx_grant_set_scratch(bx_grant *g, bx_error *err);
bool bx_grant_has_scratch(const bx_grant *g);
const char *bx_grant_cwd(const bx_grant *g); /* NULL: none was named */
bool bx_grant_is_sealed(const bx_grant *g);

/* The clock and random modes and the seed that hold. */
bx_clock_mode bx_grant_clock(const bx_grant *g);
bx_random_mode bx_grant_random(const bx_grant *g, uint64_t *seed);
const bx_cap *bx_grant_find(const bx_grant *g, bx_cap_kind kind); /* first of its kind or NULL */

#endif
