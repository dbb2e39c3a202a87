/* policy/cap.h - one capability: a line of text that says one right (DESIGN: docs/capabilities.md).
 * Pure values; text <-> value is lossless up to normalisation. */
#ifndef BX_POLICY_CAP_H
#define BX_POLICY_CAP_H

#include "base/error.h"

typedef enum bx_cap_kind {
    BX_CAP_READ,    /* read:/guest/path      path */
    BX_CAP_WRITE,   /* write:/guest/path     path */
    BX_CAP_RW,      /* rw:/guest/path        path */
    BX_CAP_DENY,    /* deny:GLOB             path = the glob; absolute or beginning with a star-star
                       segment */
    BX_CAP_FETCH,   /* fetch:[METHODS ]ORIGIN[/path glob]  path = the rule text */
    BX_CAP_CONNECT, /* connect:tcp://host:port           path = the rule text */
    BX_CAP_ENV,     /* env:NAME | env:NAME=value         path = NAME, value = NULL or the value */
    BX_CAP_STORE,   /* store:NAME[:SIZE]                 path = NAME, size (default 64 MiB) */
    BX_CAP_TMP,     /* tmp[:SIZE]                        in-memory /tmp, size (default 64 MiB) */
    BX_CAP_TOOL,    /* tool:NAME                         path = NAME, which may have '*' and '?' */
    BX_CAP_CLOCK,   /* clock:real|frozen|step            number = bx_clock_mode */
    BX_CAP_RANDOM,  /* random:real|seed=N                number = bx_random_mode, size = N */
    BX_CAP_NOT_TOOL, /* deny:tool:NAME                   path = NAME, as above; beats tool: */
} bx_cap_kind;

typedef enum bx_clock_mode { BX_CLOCK_REAL, BX_CLOCK_FROZEN, BX_CLOCK_STEP } bx_clock_mode;
typedef enum bx_random_mode { BX_RANDOM_REAL, BX_RANDOM_SEEDED } bx_random_mode;

typedef struct bx_cap {
    bx_cap_kind kind;
    char *path;  /* owned, NUL-terminated; see above; NULL where not used */
    char *value; /* owned or NULL */
    uint64_t size;
    int number;
    struct bx_net_rule *rule; /* owned; FETCH, CONNECT: what `path` means (policy/net_rule.h) */
} bx_cap;

/* Parse one line.  BX_EINVAL quotes the offending part and says what is expected. */
BX_NODISCARD bx_code bx_cap_parse(bx_str text, bx_cap *ret, bx_error *err);
void bx_cap_done(bx_cap *c);

/* The canonical text; parsing it gives an equal value.  NUL-terminated into `out`;
 * BX_ELIMIT when it does not fit. */
BX_NODISCARD bx_code bx_cap_print(const bx_cap *c, char *out, size_t cap, bx_error *err);

/* A guest path: absolute, no NUL, no empty, "." or ".." part, at most BX_MAX_PATH bytes.
 * One trailing slash is dropped; "/" stays.  *ret borrows `text`. */
BX_NODISCARD bx_code bx_guest_path_check(bx_str text, bx_str *ret, bx_error *err);

/* "/a/b" is at or below "/a"; "/ab" is not; everything is below "/".  Both checked paths. */
bool bx_path_is_below(bx_str path, bx_str dir);

/* Is `name` one that the NAME of a tool: line means?  `*`: any characters, also none; `?`: one. */
bool bx_tool_name_matches(bx_str pattern, bx_str name);

#endif
