/* policy/policy_internal.h - what the parts of policy.h share. */
#ifndef BX_POLICY_POLICY_INTERNAL_H
#define BX_POLICY_POLICY_INTERNAL_H

#include "codec/yaml.h"
#include "policy/command_line.h"
#include "policy/policy.h"

typedef struct line { /* one text of a file and where it stands */
    char *text;       /* owned */
    unsigned line, column;
} line;

typedef struct lines {
    line *at; /* owned */
    size_t n;
} lines;

typedef struct limit_line {
    size_t row;      /* of policy/limits.def */
    bx_limits value; /* only that row counts */
    unsigned line;
} limit_line;

typedef struct section { /* of `tools` */
    char *tool;          /* owned; a name, with '*' and '?' */
    lines allow, deny;   /* capability lines; the latter begin with "deny:" */
    bool has_allow;
    bx_limits limits; /* where set[i] */
    bool set[32];
    bool wants_signature;
    unsigned line;
} section;

struct bx_policy_file {
    char *name;
    bool trusted;
    bool has_mode;
    bx_policy_mode mode;
    unsigned mode_line;
    bool wants_signatures;
    bool power_safe;
    bx_rule *rules;
    size_t n_rules;
    section *sections;
    size_t n_sections;
    lines mounts; /* "HOST::GUEST[:ro]", HOST absolute */
    lines block_networks, allow_networks, block_urls, inject;
    bx_policy_example *examples; /* texts borrowed from `doc` */
    size_t n_examples;
    bx_hook *hooks;
    size_t n_hooks;
    bx_json *doc;
    bx_buf notes;
};

/* Rules by what they begin with: candidates of a key, each of which has to be compared. */
typedef struct index_slot {
    uint64_t hash;
    uint32_t rule, next;
} index_slot;

typedef struct rule_list {
    uint32_t *at; /* owned */
    size_t n;
} rule_list;

typedef struct rule_index {
    index_slot *slots; /* owned */
    uint32_t *buckets; /* owned */
    size_t n, mask;
    uint64_t name_lengths[3]; /* bit n: some rule's tool has n bytes in front of a wildcard */
    rule_list all[4];         /* of each kind */
    rule_list slow[4];        /* of each kind, those that no key finds */
    size_t n_restrictive[4];  /* of each kind, those that deny or ask */
} rule_index;

enum { INDEX_END = UINT32_MAX };

struct bx_policy {
    bx_policy_file *files[BX_POLICY_MAX_FILES];
    size_t n_files;
    bx_policy_mode mode;
    const char *mode_file;
    unsigned mode_line;
    const bx_rule **rules; /* of all files, in their order */
    size_t n_rules;
    rule_index index;
};

/* The mode a call is judged by. */
bx_policy_mode bx_policy_mode_for(const bx_policy *p, const bx_policy_call *call);

BX_NODISCARD bx_code bx_index_build(bx_policy *p, bx_error *err);
void bx_index_done(rule_index *x);
/* Kinds besides bx_rule_kind: rules for commands that begin with two plain words are not among
 * those of the first one, but found by both ("git push"), or all that begin with one ("git"). */
enum { INDEX_PAIR = BX_RULE_DOMAIN + 1, INDEX_PAIRS };
/* for (i = bx_index_first(x, kind, key, &at); i != INDEX_END; i = bx_index_next(x, &at)) */
typedef struct index_at {
    uint64_t hash;
    uint32_t slot;
} index_at;
uint32_t bx_index_first(const rule_index *x, unsigned kind, bx_str key, index_at *at);
uint32_t bx_index_next(const rule_index *x, index_at *at);

/* Of a call: the rules that were found to hold, as numbers; INDEX_END: none. */
typedef struct found {
    const bx_policy *p;
    uint32_t best[3];  /* of each answer, the first */
    uint32_t maybe;    /* a rule that denies or asks and may hold */
    const char *doubt; /* static; why it is not known */
} found;
static inline void bx_found_add(found *f, uint32_t rule)
{
    uint32_t *best = &f->best[f->p->rules[rule]->answer];
    *best = rule < *best ? rule : *best;
}

/* Rules for bash: what they say of the commands of `call`.  *ret_allowed: a rule that allows all of
 * them, or INDEX_END. */
BX_NODISCARD bx_code bx_decide_commands(found *f, const bx_policy_call *call, uint32_t *ret_allowed,
                                        bx_error *err);

/* One path a call takes. */
typedef struct call_path {
    bx_str path; /* normal; empty: not known */
    unsigned uses;
} call_path;
enum { MAX_CALL_PATHS = 64 };
typedef struct call_paths {
    call_path at[MAX_CALL_PATHS];
    size_t n;
    bool unknown; /* one of them is not known, or there are too many */
    bx_buf text;
} call_paths;
/* BX_ENOMEM.  bx_call_paths_done. */
BX_NODISCARD bx_code bx_call_paths_of(const bx_policy_call *call, call_paths *ret, bx_error *err);
void bx_call_paths_done(call_paths *c);
/* Is it one of read, write, edit, glob and grep, for which the path says all? */
bool bx_tool_is_of_files(bx_str tool);

/* Does the call's path lead where its text says, as far as somebody can look? */
static inline bool bx_path_is_plain(const bx_policy_call *call, bx_str path)
{
    return !call->look || call->look->is_plain(call->look->ctx, path);
}
#define BX_LINK_DOUBT "a link is on the way to the file, and rules name none"

/* The host that a call's URL names, as rules compare it.  False: none that can be judged. */
bool bx_policy_url_host(bx_str url, bx_net_target *ret);

/* The first of the files' sections for a tool from `*i` on; NULL past the last. */
const section *bx_policy_section(const bx_policy *p, bx_str tool, size_t *file, size_t *i);

#endif
