/* tool/registry.h - the catalogue of tools: those that are part of the program, those of the home
 * directory ($BOXAGNTS_HOME/tools) and those of a project (WORKSPACE/.boxagnts/tools).  Any thread.
 *
 * A tool that is no part of the program is NAME.wasm with its manifest: NAME.tool.yaml beside it,
 * or the custom section `boxagnts.tool`, or, of a component with one typed function, what its
 * interface says.  Nothing of it is ever executed or compiled here: files are read and parsed.
 *
 * The directories are looked at when somebody asks, at most once in `poll_ms`; what changed becomes
 * a new entry, and whoever holds the old one keeps it.  What is refused, a file others can write
 * to, a name that is taken, changed content under a version that was seen before (tool/pins.h), is
 * a problem with words, and no tool. */
#ifndef BX_TOOL_REGISTRY_H
#define BX_TOOL_REGISTRY_H

#include "codec/sha256.h"
#include "tool/builtin.h"
#include "tool/invoke.h"
#include "tool/signature.h"

typedef enum bx_tool_source { BX_FROM_PROGRAM, BX_FROM_HOME, BX_FROM_PROJECT } bx_tool_source;
const char *bx_tool_source_name(bx_tool_source s); /* "built-in", "user", "project" */

typedef struct bx_registry_config { /* copied */
    const char *home;               /* $BOXAGNTS_HOME; NULL: no tools of the user */
    const char *workspace;          /* NULL: no tools of a project */
    bool workspace_is_trusted;      /* else its tools are not even looked at */
    bool accept_project;            /* what is there of it is accepted from now on (tool/pins.h) */
    bool only_signed; /* tools that are no part of the program need a signature of a key
                         of $BOXAGNTS_HOME/keys/trusted */
    bool read_only;   /* what is seen for the first time is not written to tools.lock */
    unsigned poll_ms; /* 0: 1000 */
} bx_registry_config;

enum {
    BX_REGISTRY_MAX_FILES = 512,      /* tools of one directory */
    BX_REGISTRY_MAX_WASM = 256 << 20, /* bytes of one module */
};

typedef struct bx_registry bx_registry;
typedef struct bx_tool_entry bx_tool_entry; /* one tool as it was at one moment; never changes */

/* Nothing is looked at yet. */
BX_NODISCARD bx_code bx_registry_open(const bx_registry_config *cfg, bx_registry **ret,
                                      bx_error *err);
void bx_registry_close(bx_registry *r); /* entries that are held live on; NULL is fine */
BX_DEFINE_AUTO(bx_registry, bx_registry_close)

/* The tool of that name.  BX_ENOENT: there is none.  BX_EDENIED: there is one, and it is refused,
 * in words.  bx_tool_entry_unref. */
BX_NODISCARD bx_code bx_registry_find(bx_registry *r, bx_str name, bx_tool_entry **ret,
                                      bx_error *err);

typedef struct bx_tool_problem {
    char *name, *path, *words; /* NAME of NAME.wasm, "" where it is about all of them */
    bx_tool_source source;
} bx_tool_problem;

/* What there is, in the order of the names, and what is refused; bx_tool_list_done. */
typedef struct bx_tool_list {
    bx_tool_entry *const *at;
    size_t n;
    const bx_tool_problem *problems;
    size_t n_problems;
    uint64_t generation;
    struct bx_catalogue *held;
} bx_tool_list;
BX_NODISCARD bx_code bx_registry_list(bx_registry *r, bx_tool_list *ret, bx_error *err);
void bx_tool_list_done(bx_tool_list *l);

/* Looks, if it is time, and counts the changes there have been; from 1. */
uint64_t bx_registry_generation(bx_registry *r);
void bx_registry_look_now(bx_registry *r); /* the next question looks, whatever the time */

/* ---- entries --------------------------------------------------------------------------------- */

bx_tool_entry *bx_tool_entry_ref(bx_tool_entry *e);
void bx_tool_entry_unref(bx_tool_entry *e); /* NULL is fine */
BX_DEFINE_AUTO(bx_tool_entry, bx_tool_entry_unref)

typedef struct bx_tool_facts { /* all borrowed from the entry */
    const bx_manifest *manifest;
    bx_tool_source source;
    const char *path;          /* of the module; NULL: part of the program */
    const bx_builtin *builtin; /* NULL: it is not */
    const uint8_t *digest;     /* SHA-256 of the module */
    const uint8_t *package;    /* of module and manifest together (bx_package_digest) */
    bool has_manifest_file;    /* NAME.tool.yaml; else it is in the module, or made from it */
    bx_signature_state signature;
    const char *signer; /* hexadecimal key number; NULL: unsigned */
    bool added;         /* by `tool add`; else it was seen in its directory */
} bx_tool_facts;
const bx_tool_facts *bx_tool_entry_facts(const bx_tool_entry *e);

/* The tool, to be called in `rt`: its module is opened at the first call of this, and is the one
 * that was judged (BX_EDENIED where the file holds another by now).  `ret` is borrowed from `e`,
 * which has to be let go before `rt` ends. */
BX_NODISCARD bx_code bx_tool_entry_open(bx_tool_entry *e, bx_runtime *rt, bx_tool *ret,
                                        bx_error *err);

#endif
