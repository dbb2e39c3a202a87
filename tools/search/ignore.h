/* search/ignore.h - ignore files: the rules of one .gitignore, .ignore or .git/info/exclude.  One
 * owner; one thread at a time.
 *
 * gitignore(5) is the standard, git 2.39 the judge of what it leaves open:
 *   - one rule a line; empty lines and those that begin with `#` say nothing; `\#` and `\!` are
 *     literal; a byte order mark before the first line is skipped; a carriage return at the end of
 *     a line goes with it;
 *   - spaces at the end go, unless a backslash stands before them;
 *   - a leading `!` takes an earlier rule back; the last rule that matches decides;
 *   - a `/` at the end takes directories only; a `/` elsewhere binds the rule to the directory of
 *     its file, otherwise it matches a name at any depth below;
 *   - the rest is a pattern in BX_DIALECT_GIT.
 * That nothing below an excluded directory can come back is up to who walks: it is not entered.
 *
 * Cost: rules are found by hashes of a literal they need (a whole path, a name, the beginning or
 * the end of one), so a path costs its length and not the number of rules; those that have no
 * such literal are tried one by one. */
#ifndef BX_SEARCH_IGNORE_H
#define BX_SEARCH_IGNORE_H

#include "search/pattern.h"

enum {
    BX_IGNORE_FILE_MAX = 16 << 20, /* bytes of one file that are read; the rest says nothing */
    BX_IGNORE_RULES_MAX = 200000,  /* rules of one file */
};

typedef enum bx_ignored {
    BX_IGNORED_UNSAID, /* no rule says anything about it */
    BX_IGNORED_YES,
    BX_IGNORED_NO, /* the last rule that matches takes it back */
} bx_ignored;

typedef struct bx_rules bx_rules;

/* `text` is borrowed for the call.  Rules with a line of more than BX_PATTERN_MAX bytes and those
 * beyond BX_IGNORE_RULES_MAX are left out and counted.  Nothing in a file is an error: BX_ENOMEM.
 */
BX_NODISCARD bx_code bx_rules_parse(bx_str text, bx_rules **ret, bx_error *err);
void bx_rules_free(bx_rules *r); /* NULL is fine */
BX_DEFINE_AUTO(bx_rules, bx_rules_free)

size_t bx_rules_count(const bx_rules *r);   /* 0: the file says nothing at all */
size_t bx_rules_skipped(const bx_rules *r); /* left out */

/* `path` is relative to the directory the rules are for.  Only the path itself is judged: whether a
 * directory above it is excluded has to be known before. */
bx_ignored bx_rules_judge(bx_rules *r, bx_str path, bool is_dir);

#endif
