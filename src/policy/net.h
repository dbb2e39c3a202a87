/* policy/net.h - which requests and addresses a call may reach.  Pure decisions: the
 * caller parses URLs and resolves names (egress/), this module judges them.
 * A policy is built by one thread, then only read. */
#ifndef BX_POLICY_NET_H
#define BX_POLICY_NET_H

#include "base/error.h"

typedef struct bx_ip {
    uint8_t family; /* 4 or 6 */
    uint8_t b[16];  /* network order; the first 4 for family 4 */
} bx_ip;

typedef struct bx_cidr {
    bx_ip net;
    uint8_t bits;
} bx_cidr;

/* Strict text forms only: dotted quad without leading zeros; RFC 4291 section 2.2 for v6, no zone.
 */
bool bx_ip_parse(bx_str text, bx_ip *ret);
void bx_ip_print(bx_ip ip, char out[46]);
BX_NODISCARD bx_code bx_cidr_parse(bx_str text, bx_cidr *ret,
                                   bx_error *err); /* also a bare address */
bool bx_cidr_contains(const bx_cidr *c, bx_ip ip);

/* The special-purpose range an address is in ("loopback", "private", "link-local", "metadata",
 * "shared (CGNAT)", "multicast", "unspecified", …; IANA special-purpose registries, RFC 6890),
 * or NULL for a public one.  IPv6 forms that embed an IPv4 address (mapped ::ffff:0:0/96,
 * compatible ::/96, NAT64 64:ff9b::/96 and 64:ff9b:1::/48, 6to4 2002::/16, Teredo 2001::/32)
 * are special as such: the answer names the form. */
const char *bx_ip_special(bx_ip ip);

typedef struct bx_net_policy bx_net_policy;

BX_NODISCARD bx_code bx_net_policy_new(bx_net_policy **ret, bx_error *err); /* denies everything */
void bx_net_policy_free(bx_net_policy *p);
BX_DEFINE_AUTO(bx_net_policy, bx_net_policy_free)

struct bx_net_rule;
/* A rule that was parsed before (that of a fetch: or connect: capability).  Borrowed: it outlives
 * the policy. */
BX_NODISCARD bx_code bx_net_add_rule(bx_net_policy *p, const struct bx_net_rule *r, bx_error *err);
/* `fetch:` body: [METHOD[,METHOD…] ]scheme://host[:ports][/path-glob]; no methods = all;
 * no path = all paths. */
BX_NODISCARD bx_code bx_net_add_fetch(bx_net_policy *p, bx_str text, bx_error *err);
/* `--allowed-outbound-host` entry: scheme://host[:port]; `*` host, `*.suffix`, port `a..b` (b
 * excluded, ascending), `*` port, IP and CIDR hosts; any path but "/" and userinfo are errors.
 * Scheme `*` is allowed, and `self`/templates are not.  http/https entries act as fetch rules,
 * tcp/udp and `*` also as connect rules. */
BX_NODISCARD bx_code bx_net_add_outbound_host(bx_net_policy *p, bx_str text, bx_error *err);
/* `connect:` body: tcp://host:port or udp://host:port, same host and port grammar. */
BX_NODISCARD bx_code bx_net_add_connect(bx_net_policy *p, bx_str text, bx_error *err);
/* [scheme://]host[:port][/path]: what begins with this path after normalisation, in any reading of
 * it.  Hosts as in fetch:.  Without a scheme both are meant, without a port too: every port. */
BX_NODISCARD bx_code bx_net_add_block_url(bx_net_policy *p, bx_str text, bx_error *err);
/* CIDR, address, or "private" (every special range; on by default). */
BX_NODISCARD bx_code bx_net_add_block_network(bx_net_policy *p, bx_str text, bx_error *err);
/* CIDR or address: a hole in the default `private` block; an explicit block closes it again.  A
 * hole for an IPv4 network opens none of the IPv6 forms that embed it; a hole for such a form
 * opens only what is not blocked behind it; IPv4-mapped addresses are never opened. */
BX_NODISCARD bx_code bx_net_add_allow_network(bx_net_policy *p, bx_str text, bx_error *err);

/* Add the blocked URLs and networks of `from`, and the holes in them; none of its rules. */
BX_NODISCARD bx_code bx_net_copy_guards(bx_net_policy *p, const bx_net_policy *from, bx_error *err);

/* A URL after parsing by the client's own parser and normalisation. */
typedef struct bx_url_parts {
    bx_str scheme; /* lower case */
    bx_str host;   /* lower case, no brackets, no trailing dot; an IP literal in canonical form */
    uint16_t port; /* explicit or the scheme's default */
    bx_str path;   /* begins with '/', dot segments removed, unreserved percent-escapes decoded */
    bx_str query;  /* without '?'; empty when none */
} bx_url_parts;

typedef struct bx_verdict {
    bool allow;
    char rule[256];   /* the rule that decided, as the operator wrote it behind its kind ("fetch:",
                         "block_networks: "); cut to fit; "" = no rule matched */
    char reason[256]; /* why not, in words; "" when allowed */
} bx_verdict;

/* May this request be sent, as far as its text tells?  The path is judged in every way a server
 * could read it (codec/url_path.h): no reading may be blocked, and each must be allowed.  Address
 * checks come later.  Never fails: unsure means no. */
void bx_net_check_request(const bx_net_policy *p, bx_str method, const bx_url_parts *url,
                          bx_verdict *ret);
/* May this address be connected to?  For every resolved address, before connect and on the
 * socket. */
void bx_net_check_addr(const bx_net_policy *p, bx_ip ip, uint16_t port, bx_verdict *ret);
/* May a raw socket go there?  `host` is a name or an IP literal; proto "tcp" or "udp". */
void bx_net_check_connect(const bx_net_policy *p, bx_str proto, bx_str host, uint16_t port,
                          bx_verdict *ret);
/* May this name be looked up at all?  True only for a host that a rule for
 * raw sockets can match on some port. */
bool bx_net_may_resolve_connect(const bx_net_policy *p, bx_str host); /* connect: rules only */
/* May a socket of this kind ("tcp" or "udp") be made at all?  True when a rule for raw sockets
 * names it. */
bool bx_net_may_socket(const bx_net_policy *p, bx_str proto);
bool bx_net_is_empty(const bx_net_policy *p); /* no rule allows anything */

#endif
