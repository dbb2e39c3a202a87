/* app/policy_files.h - the files boxagnts.yaml: where they are, whether they are trusted, and put
 * together.  One thread at a time. */
#ifndef BX_APP_POLICY_FILES_H
#define BX_APP_POLICY_FILES_H

#include "policy/policy.h"

#define BX_POLICY_NAME "boxagnts.yaml"

typedef struct bx_policy_files { /* borrowed */
    const char *workspace;       /* a directory; its file is the project's.  NULL: there is none */
    const char *const *named;    /* files the operator names: instead of the user's and the
                                    project's, and trusted */
    size_t n_named;
    const bx_policy_mode *mode; /* what the operator says of this run; or NULL */
} bx_policy_files;

/* The policy of those files; of none of them where they are not there (one that is named has to
 * be).  What is left out of a file that is not trusted goes onto `notes`, a line each.  Errors as
 * of bx_policy_parse; BX_EUNSAFE for a user's file that others can write to. */
BX_NODISCARD bx_code bx_policy_load(const bx_policy_files *files, bx_policy **ret, bx_buf *notes,
                                    bx_error *err);

/* $BOXAGNTS_HOME/boxagnts.yaml, whether it is there or not. */
BX_NODISCARD bx_code bx_policy_user_path(bx_buf *ret, bx_error *err);

/* ---- trust ----------------------------------------------------------------------------------- */

/* A workspace is trusted as its directory is called by the kernel, and as long as its file is what
 * it was (none at all is a content as well). */
BX_NODISCARD bx_code bx_policy_is_trusted(const char *workspace, bool *ret, bx_error *err);
/* The workspaces that were trusted, whatever their files hold by now: the paths, each with a NUL
 * behind it. */
BX_NODISCARD bx_code bx_policy_trusted(bx_buf *ret, bx_error *err);
/* Remember it, or forget it, in $BOXAGNTS_HOME/trust; and what its files say that steer an agent
 * (app/believed.h), whose paths go onto `told` (or NULL), a line each. */
BX_NODISCARD bx_code bx_policy_trust(const char *workspace, bool trusted, bx_buf *told,
                                     bx_error *err);

/* ---- the user's file ------------------------------------------------------------------------- */

/* Add a rule to it; it is made where there is none, and either old or new, never half.  *ret_line:
 * where the rule stands. */
BX_NODISCARD bx_code bx_policy_remember(bx_answer answer, bx_str rule, unsigned *ret_line,
                                        bx_error *err);

#endif
