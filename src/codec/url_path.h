/* codec/url_path.h - the path of a URL: its normal form, and the other ways servers read it.
 * Pure; any thread. */
#ifndef BX_CODEC_URL_PATH_H
#define BX_CODEC_URL_PATH_H

#include "base/buf.h"

bool bx_is_unreserved(unsigned c); /* RFC 3986 section 2.3 */

/* The value of the escape ("%41") at s.p[i], or -1 when there is no well-formed one. */
int bx_escape_at(bx_str s, size_t i);

/* RFC 3986 section 5.2.4, in place: dot segments go.  `p` is empty or begins with '/'; so does the
 * result, whose length is returned. */
size_t bx_path_remove_dots(char *p, size_t n);

/* Is a segment of `path` "." or ".."? */
bool bx_path_has_dots(bx_str path);

/* Is there surely but one reading of `path`?  As most paths are. */
bool bx_path_is_plain(bx_str path);

enum { BX_MAX_READINGS = 96 };

/* The readings of one path. */
typedef struct bx_readings {
    bx_buf bytes; /* one after the other */
    struct {
        size_t at, n;
    } at[BX_MAX_READINGS];
    size_t n; /* at[0] is the path as it was given */
} bx_readings;

static inline bx_str bx_reading(const bx_readings *r, size_t i)
{
    return (bx_str){r->bytes.p + r->at[i].at, r->at[i].n};
}

/* What comes of a path that begins with '/' when these steps, each of which some server takes, are
 * taken as often and in whatever order it may be:
 *
 *   escapes are decoded, all or all but those of separators ("%2F", "%5C"); "%u002F" is one
 *   a backslash becomes a slash
 *   overlong UTF-8 (RFC 3629 section 10) and look-alikes of separators become ASCII
 *   path parameters (";x=y" up to the next slash) go
 *   empty segments go
 *   dot segments are removed
 *   what follows a NUL, '?' or '#' goes
 *   dots and blanks at the end of a segment go
 *
 * BX_ELIMIT: more than BX_MAX_READINGS; BX_ENOMEM.  *ret is valid, and the caller's, also then:
 * bx_readings_done. */
BX_NODISCARD bx_code bx_path_readings(bx_str path, bx_readings *ret, bx_error *err);
void bx_readings_done(bx_readings *r);

#endif
