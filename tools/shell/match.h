/* shell/match.h - shell patterns: * ? [...] and, switchable, ?( *( +( @( !(  (XCU 2.14, Bash manual
 * 3.5.8.1).  Subjects are bytes; characters are UTF-8 code points, an invalid byte is a character
 * of its own.  Time is at most O(pattern * subject^2) also with nested extended patterns.  One
 * thread. */
#ifndef BX_SHELL_MATCH_H
#define BX_SHELL_MATCH_H

#include "base/defs.h"

enum {
    SH_MATCH_EXTGLOB = 1,
    SH_MATCH_NOCASE = 2,
    SH_MATCH_PATHNAME = 4, /* for globbing one component: a leading '.' of the subject must be
                              matched by a '.' unless SH_MATCH_DOT (a subject never has a slash) */
    SH_MATCH_DOT = 8,
};

typedef struct sh_pattern sh_pattern;

/* `text` is a pattern in which a backslash takes the meaning from the character behind it: the
 * expander writes quoted characters with a backslash before them.  Never fails: what is no valid
 * bracket expression or group stands for itself.  Free with sh_pattern_free. */
sh_pattern *sh_pattern_new(bx_str text, unsigned flags);
void sh_pattern_free(sh_pattern *p);

bool sh_pattern_match(const sh_pattern *p, bx_str s); /* all of `s` */
/* True when the pattern has nothing special: then *ret is the literal text (backslashes gone),
 * valid as long as the pattern. */
bool sh_pattern_literal(const sh_pattern *p, bx_str *ret);
/* Has `text` anything special, i.e. would globbing look at directories? */
bool sh_pattern_is_magic(bx_str text, unsigned flags);

/* The same compiled pattern again and again (case, [[, ${x#p} in loops): kept in a small cache and
 * valid until the next call. */
const sh_pattern *sh_pattern_cached(bx_str text, unsigned flags);

/* ${s#p} ${s##p}: the number of bytes of the shortest/longest prefix that matches, -1: none. */
ptrdiff_t sh_pattern_prefix(const sh_pattern *p, bx_str s, bool longest);
/* ${s%p} ${s%%p}: the offset where the shortest/longest matching suffix begins, -1: none. */
ptrdiff_t sh_pattern_suffix(const sh_pattern *p, bx_str s, bool longest);
/* ${s/p/r}: the leftmost longest match at or after `from`; false: none.  A match may be empty only
 * when nothing longer matches there. */
bool sh_pattern_find(const sh_pattern *p, bx_str s, size_t from, size_t *start, size_t *end);

/* The same for many matches in one subject (${s//p/r}): the whole walk is linear for patterns
 * without groups. */
typedef struct sh_finder {
    const sh_pattern *p;
    bx_str s;
    struct sh_match_run *run; /* NULL until needed */
} sh_finder;
void sh_finder_init(sh_finder *f, const sh_pattern *p, bx_str s); /* both borrowed */
bool sh_finder_next(sh_finder *f, size_t from, size_t *start, size_t *end);
void sh_finder_done(sh_finder *f);

#endif
