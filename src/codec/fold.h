/* codec/fold.h - one form for all spellings of a name that a file system may take for the same.
 *
 * Compatibility decomposition (Unicode NFKD) without combining marks and characters that show
 * nothing, then case folded: what ext4 (NFD, full folding), exFAT and NTFS (a table of upper case
 * letters), HFS+, Samba and others each do part of.  So names that one of them holds for equal have
 * equal forms; names that all of them tell apart may have equal forms, too.  Pure; any thread. */
#ifndef BX_CODEC_FOLD_H
#define BX_CODEC_FOLD_H

#include "base/defs.h"

/* The form of `s` into `out`, NUL-terminated; bytes that are not UTF-8 stay themselves, and so do
 * '/' and the characters of patterns.  The form of a form is itself.  false: more than `cap` - 1
 * bytes. */
bool bx_fold(bx_str s, char *out, size_t cap, size_t *ret_n);

#endif
