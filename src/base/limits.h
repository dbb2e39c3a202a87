/* base/limits.h - the maxima that several folders keep to.  Whatever an outsider sizes is bounded
 * by one of these, by one that stands at the head of the module it concerns (…_MAX_…), or by a
 * limit of its call (policy/limits.def). */
#ifndef BX_BASE_LIMITS_H
#define BX_BASE_LIMITS_H

enum {
    BX_MAX_CAPS = 256,               /* capabilities in one grant */
    BX_MAX_CAP_TEXT = 4096,          /* bytes of one capability line, but for env: */
    BX_MAX_VAR_TEXT = 128 << 10,     /* bytes of one env: line; what one argument of Linux holds */
    BX_MAX_MOUNTS = 64,              /* mounts in one grant */
    BX_MAX_DENIES = 192,             /* carve-outs in one grant */
    BX_MAX_ARGS = 65536,             /* arguments of one guest */
    BX_MAX_ARG_BYTES = 8 << 20,      /* arguments and variables together, bytes */
    BX_MAX_PATH = 4096,              /* bytes of one guest path */
    BX_MAX_LINK_DEPTH = 40,          /* symbolic links followed in one path */
    BX_MAX_IOVECS = 1024,            /* iovecs of one read or write (IOV_MAX) */
    BX_MAX_EVENTS = 10000,           /* file events kept in one outcome */
    BX_MAX_SUBSCRIPTIONS = 4096,     /* subscriptions of one poll_oneoff */
    BX_MAX_MODULE_BYTES = 512 << 20, /* size of a module file */
    BX_MAX_EGRESS_RULES = 256,       /* fetch: and connect: rules of one grant */
    BX_MAX_INJECTS = 32,             /* credentials of one grant */
    BX_MAX_CA_FILES = 16,            /* files of certificates of one grant */
    BX_MAX_REDIRECTS = 10,           /* hops of one fetch */
};

#endif
