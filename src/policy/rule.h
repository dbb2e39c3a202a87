/* policy/rule.h - one rule of a policy: its grammar and what it means.  Pure values; a parsed rule
 * never changes, any thread may read it.
 *
 *   TOOL                    a name, with '*' and '?': bash, mcp__*, *
 *   bash(WORDS)             a command, with '*' for any text; `git *` is also `git`; `git:*` is
 *                           the same
 *   read(PATH) and so on    a path of the workspace, as in .gitignore
 *   web_fetch(domain:HOST)  a host, or *.HOST for those below it */
#ifndef BX_POLICY_RULE_H
#define BX_POLICY_RULE_H

#include "base/buf.h"
#include "codec/glob.h"
#include "policy/net_rule.h"

#define BX_POLICY_WORKSPACE "/workspace"

typedef enum bx_answer { BX_ANSWER_ALLOW, BX_ANSWER_ASK, BX_ANSWER_DENY } bx_answer;

typedef enum bx_rule_kind {
    BX_RULE_TOOL,    /* all calls of it */
    BX_RULE_COMMAND, /* pattern: as in policy/wild.h */
    BX_RULE_PATH,    /* pattern: a glob of guest paths */
    BX_RULE_DOMAIN,
} bx_rule_kind;

enum {
    BX_RULE_MAX_TEXT = 1024,
    BX_USE_READ = 1, /* of a path */
    BX_USE_CHANGE = 2,
};

typedef struct bx_rule {
    bx_answer answer;
    bx_rule_kind kind;
    char *text;    /* owned, as it was written */
    char *tool;    /* owned; its name, a pattern of names where kind is BX_RULE_TOOL */
    bool any_tool; /* PATH: of all tools that take paths, `tool` says only which uses are meant */
    unsigned uses; /* PATH */
    char *pattern; /* owned; NULL where kind is BX_RULE_TOOL */
    size_t pattern_n;
    bx_glob *glob;    /* owned; PATH */
    bool whole;       /* PATH: what lies below a match is not meant */
    bool nowhere;     /* PATH: of the host, and no guest path leads there */
    bx_net_host host; /* DOMAIN */
    const char *file; /* borrowed from whoever keeps the rule */
    unsigned line, column;
} bx_rule;

typedef struct bx_rule_place { /* where paths of the host are seen; empty: nowhere */
    bx_str home, workspace;
    const bx_str *roots; /* guest paths of more mounts */
    size_t n_roots;
} bx_rule_place;

/* BX_EINVAL says what is wrong. `ret->answer` is set by the caller before. */
BX_NODISCARD bx_code bx_rule_parse(bx_str text, const bx_rule_place *place, bx_rule *ret,
                                   bx_error *err);
void bx_rule_done(bx_rule *r);

/* Does the rule's path mean `path`, a normal guest path, or the directory that holds it? */
bool bx_rule_matches_path(const bx_rule *r, bx_str path);

/* `path` as tools take it, from `dir` on, without "." and ".."; onto `ret`.  False: not known (it
 * begins with '~', has a NUL, is too long). */
bool bx_policy_path(bx_str dir, bx_str path, bx_buf *ret);

/* The programs, as NAME of deny:tool:NAME, that the rule means whatever they are called with:
 * `bash(git *)`, `bash(git*)`, a name of a tool.  False: none. */
bool bx_rule_program(const bx_rule *r, char out[64]);

const char *bx_answer_name(bx_answer a); /* "allow" */

#endif
