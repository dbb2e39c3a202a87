/* file/change.h - what `write` and `edit` have in common: the condition a change depends on, and
 * the result that shows it. */
#ifndef BX_FILE_CHANGE_H
#define BX_FILE_CHANGE_H

#include "lib/args.h"
#include "lib/diff.h"
#include "lib/result.h"
#include "lib/sha256.h"

enum {
    BX_CHANGE_FILE_MAX = 64 << 20, /* bytes of a file that is held in memory */
    BX_CHANGE_DIFF_MAX = 64 << 10, /* bytes of a diff, as a fact for programs */
    BX_CHANGE_SHOW_MAX = 8 << 10,  /* and of that what a model is shown */
};

/* The optional argument `if_hash`; "" when it is not there. */
const char *bx_change_arg_hash(bx_args *a);

/* The result where the file has another hash than the one asked for. */
int bx_change_fail_hash(bx_result *r, const char *path, const char *want, const char *have);

typedef struct bx_change_diff {
    bx_buf text;
    bx_diff_stat stat;
    const char *none; /* why there is no diff, in words; NULL: there is one, or nothing differs */
} bx_change_diff;

/* The diff; it is left away where one of the texts is binary.  The path is a guest's, absolute. */
void bx_change_diff_make(bx_change_diff *d, const bx_diff_ask *ask);
void bx_change_diff_done(bx_change_diff *d);

/* Into the text that is open: the beginning of the diff, and in square brackets what is left out.
 */
void bx_change_diff_show(bx_result *r, const bx_change_diff *d);

/* Into the object that is open: `diff`, and `diff_truncated`. */
void bx_change_diff_field(bx_out *o, const bx_change_diff *d);

void bx_field_str(bx_out *o, const char *name, const char *s);
void bx_field_int(bx_out *o, const char *name, uint64_t n);
void bx_field_bool(bx_out *o, const char *name, bool b);

/* Lines of a text: what follows the last line feed is one, too. */
uint64_t bx_count_lines(bx_str text);

/* Is it what these tools change by lines?  Not with a NUL in it, nor in UTF-16 or UTF-32. */
bool bx_is_text(bx_str text);

#endif
