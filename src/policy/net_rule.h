/* policy/net_rule.h - the text of network rules as values: which schemes, hosts, ports,
 * methods and paths one rule means.  Inside of policy/ only; used by net.c. */
#ifndef BX_POLICY_NET_RULE_H
#define BX_POLICY_NET_RULE_H

#include "codec/glob.h"
#include "codec/host.h"
#include "policy/net.h"

enum { BX_NET_HTTP = 1, BX_NET_HTTPS = 2, BX_NET_TCP = 4, BX_NET_UDP = 8 }; /* schemes of a rule */

enum { BX_PORT_END = 65536 };

typedef struct bx_net_host {
    enum { BX_HOST_ANY, BX_HOST_NAME, BX_HOST_SUFFIX, BX_HOST_NET } kind;
    char name[BX_MAX_HOST + 1]; /* NAME: "a.b"; SUFFIX: ".a.b"; lower case, no trailing dot */
    bx_cidr net;                /* NET: an address or a network */
} bx_net_host;

typedef struct bx_net_rule {
    char *text; /* owned: "fetch:..." and so on, as the operator wrote it */
    unsigned schemes;
    bx_net_host host;
    uint32_t port_from, port_end; /* port_end excluded; both 0: the scheme's default */
    char *methods;                /* owned: "GET,HEAD"; NULL = all */
    bx_glob *path;                /* owned: NULL = all */
    bx_glob *plain; /* owned: `path` with its escapes decoded; NULL when it has none */
    bx_glob *tidy;  /* owned: that without path parameters and empty parts; NULL when it has none */
    char *prefix;   /* owned, of a block: normalised, begins with '/'; NULL elsewhere */
    char *plain_prefix; /* owned: `prefix` with its escapes decoded; NULL when it has none */
} bx_net_rule;

void bx_net_rule_done(bx_net_rule *r);

#define BX_NET_BLOCK "block_url: " /* what the text of a block begins with */

/* The bodies of bx_net_add_*.  *ret is owned by the caller, bx_net_rule_done. */
BX_NODISCARD bx_code bx_net_rule_fetch(bx_str text, bx_net_rule *ret, bx_error *err);
BX_NODISCARD bx_code bx_net_rule_outbound(bx_str text, bx_net_rule *ret, bx_error *err);
BX_NODISCARD bx_code bx_net_rule_connect(bx_str text, bx_net_rule *ret, bx_error *err);
BX_NODISCARD bx_code bx_net_rule_block(bx_str text, bx_net_rule *ret, bx_error *err);

/* The host of a request: an address, or a name in lower case without its trailing dot.  False for
 * anything else: one whose last label is a number (other parsers read "127.1" and "0x7f000001" as
 * addresses), an empty or long label, a character that no host name has. */
typedef struct bx_net_target {
    bool is_ip;
    bx_ip ip;
    bx_str name; /* borrows `store` */
    char store[BX_MAX_HOST + 1];
} bx_net_target;
bool bx_net_target_of(bx_str host, bx_net_target *ret);

/* A name, "*.name" or "*"; addresses are the caller's to try first.  BX_EINVAL. */
BX_NODISCARD bx_code bx_net_host_parse(bx_str text, bx_net_host *ret, bx_error *err);

bool bx_net_host_matches(const bx_net_host *h, const bx_net_target *t);

/* The port a scheme means when none is written; 0 for tcp and udp. */
uint16_t bx_net_default_port(unsigned scheme);

/* Is `port` one of the rule's for `scheme`? */
bool bx_net_port_matches(const bx_net_rule *r, unsigned scheme, uint16_t port);

/* Does the rule's path, written with or without escapes, match?  A path is judged in every
 * reading a server may make of it (codec/url_path.h), so a rule for "/a%20b" must hold for "/a b"
 * too, and, in readings other than the path `as_sent`, one for "/a;b" for "/a". */
bool bx_net_path_matches(const bx_net_rule *r, bx_str path, bool as_sent);

/* Does a block's path match: is it a prefix of `path`?  Byte by byte but for the case of ASCII
 * letters;
 * "/admin/" is one of "/admin". */
bool bx_net_prefix_matches(const bx_net_rule *r, bx_str path);

/* May a request of the rule have this method?  Compared exactly. */
bool bx_net_has_method(const bx_net_rule *r, bx_str method);

/* "https" of BX_NET_HTTPS and so on, "*" of all. */
const char *bx_net_scheme_text(unsigned schemes);

/* A method is a token (RFC 9110 section 5.6.2). */
bool bx_net_is_method(bx_str s);

#endif
