#include "vfs/errno.h"

#include <errno.h>

/* Some host numbers share a value (EAGAIN and EWOULDBLOCK); the table names one of each. */
bx_errno bx_errno_from_host(int host_errno)
{
    static const struct {
        int host;
        bx_errno guest;
    } table[] = {
#define BX_ERRNO(name, value, host) {host, BX_E_##name},
#include "bx_errno.def"
#undef BX_ERRNO
    };
    if (host_errno == 0)
        return BX_E_SUCCESS;
    if (host_errno == EOPNOTSUPP)
        return BX_E_NOTSUP;
    for (size_t i = 0; i < BX_COUNT(table); i++) {
        if (table[i].host == host_errno)
            return table[i].guest;
    }
    return BX_E_IO;
}

/* By number; errno_test.c holds this list against bx_errno.def. */
static const char *const names[] = {
    "success",     "2big",           "acces",       "addrinuse",   "addrnotavail",
    "afnosupport", "again",          "already",     "badf",        "badmsg",
    "busy",        "canceled",       "child",       "connaborted", "connrefused",
    "connreset",   "deadlk",         "destaddrreq", "dom",         "dquot",
    "exist",       "fault",          "fbig",        "hostunreach", "idrm",
    "ilseq",       "inprogress",     "intr",        "inval",       "io",
    "isconn",      "isdir",          "loop",        "mfile",       "mlink",
    "msgsize",     "multihop",       "nametoolong", "netdown",     "netreset",
    "netunreach",  "nfile",          "nobufs",      "nodev",       "noent",
    "noexec",      "nolck",          "nolink",      "nomem",       "nomsg",
    "noprotoopt",  "nospc",          "nosys",       "notconn",     "notdir",
    "notempty",    "notrecoverable", "notsock",     "notsup",      "notty",
    "nxio",        "overflow",       "ownerdead",   "perm",        "pipe",
    "proto",       "protonosupport", "prototype",   "range",       "rofs",
    "spipe",       "srch",           "stale",       "timedout",    "txtbsy",
    "xdev",        "notcapable",
};

const char *bx_errno_name(bx_errno e) { return (size_t)e < BX_COUNT(names) ? names[e] : "unknown"; }
