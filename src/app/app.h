/* app/app.h - the composition root: home directory, code cache, the way out and the runtime, put
 * together once and taken apart in reverse.  Made by one thread; what it hands out may be used by
 * any. */
#ifndef BX_APP_APP_H
#define BX_APP_APP_H

#include "policy/grant.h"
#include "sandbox/runtime.h"
#include "tool/invoke.h"

typedef struct bx_app bx_app;

typedef struct bx_app_config {
    bool use_home; /* true: what is not named below lives in $BOXAGNTS_HOME (os/dirs.h); false:
                      nothing is kept on disk unless it is named */
    const char *cache_dir; /* compiled code.  A directory that is named must be usable; the one in
                              the home directory is done without, with a notice, when it is not */
    uint64_t cache_max;    /* bytes of compiled code kept; 0 = BX_CACHE_MAX */
    const char *store_dir; /* what `store:` keeps */
    uint32_t slots;        /* instances alive at once in the pool; 0 = allocate on demand */
    uint32_t compile_threads;  /* as in bx_runtime_config */
    bool unknown_imports_trap; /* as in bx_runtime_config */
    const char *compiler;      /* as in bx_runtime_config */
    bool compile_here;         /* as in bx_runtime_config */
    bool by_signal;            /* as there: for a process that is ours and runs one call */
    bx_egress_cfg egress;      /* the network: zero for the system's resolver and trust store */
    void (*notice)(void *ctx, const char *text); /* a line for the operator; may be NULL */
    void *notice_ctx;
} bx_app_config;

/* `cfg` is copied, its texts too.  BX_ENOMEM, or whatever a named directory is refused for. */
BX_NODISCARD bx_code bx_app_new(const bx_app_config *cfg, bx_app **ret, bx_error *err);
/* No call may run and no module of its runtime be left.  NULL is fine. */
void bx_app_free(bx_app *app);
BX_DEFINE_AUTO(bx_app, bx_app_free)
/* Instead of bx_app_free, by a process that ends next: the threads of the network are ended, for
 * they use libraries that are taken down at the exit; engines, code and memory are left to the
 * kernel, which is quicker at giving them back.  Nothing of `app` may be used any more.  NULL is
 * fine. */
void bx_app_leave(bx_app *app);

/* No guest gets the file `path`, as the kernel spells it, in any mount.  Before any call. */
BX_NODISCARD bx_code bx_app_keep(bx_app *app, const char *path, bx_error *err);

/* Before `g` is sealed: carve out of its mounts what no guest may have, the directories of compiled
 * code and of the key that vouches for it, and what of the home directory decides or records.
 * Whoever can write there could have code of its own run outside the sandbox, or change what is
 * allowed and what was recorded.  BX_EDENIED for a mount that is one of them, or lies in one;
 * BX_ENOMEM. */
BX_NODISCARD bx_code bx_app_protect(const bx_app *app, bx_grant *g, bx_error *err);

/* Before any tool is asked for: the project whose tools count as well, where it is trusted
 * (app/policy_files.h).  The first one named stays. */
BX_NODISCARD bx_code bx_app_use_project(bx_app *app, const char *workspace, bx_error *err);
/* The tools that are no part of the program; borrowed. */
struct bx_shelf;
struct bx_shelf *bx_app_shelf(bx_app *app);
bx_tool_ground bx_app_ground(bx_app *app); /* for bx_tool_invoke; borrows from `app` */
/* A program more, "NAME=FILE.wasm"; before any call. */
BX_NODISCARD bx_code bx_app_add_program(bx_app *app, bx_str text, bx_error *err);
/* All there are: those that are part of this program, then $BOXAGNTS_HOME/programs, then those
 * added. Put together when first asked for; borrowed. */
BX_NODISCARD bx_code bx_app_programs(bx_app *app, const bx_program_set **ret, bx_error *err);
bx_runtime *bx_app_runtime(const bx_app *app);   /* borrowed; never NULL */
const char *bx_app_store_dir(const bx_app *app); /* borrowed; NULL when there is none */

#endif
