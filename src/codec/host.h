/* codec/host.h - the one rule for names of hosts, in rules and in requests.  Pure; any thread.
 *
 * RFC 1123 section 2.1 (and RFC 952): labels of letters, digits and hyphens, 1 to 63 of them, that
 * neither begin nor end with a hyphen, separated by dots, 253 bytes in all; RFC 3986 allows more
 * in a reg-name and leaves it to the naming system.  '_' counts as a letter, since names in DNS
 * have it.  A name whose last label is a number, "0x" ones included, is none: some resolvers take
 * it for an IPv4 address (WHATWG URL, "ends in a number checker"). */
#ifndef BX_CODEC_HOST_H
#define BX_CODEC_HOST_H

#include "base/defs.h"

enum { BX_MAX_HOST = 253 };

/* `s` copied to `out` in lower case, without the one dot it may end in, NUL-terminated; false, and
 * `out` undefined, when it is no name. */
bool bx_host_name(bx_str s, char out[BX_MAX_HOST + 1], size_t *ret_n);

#endif
