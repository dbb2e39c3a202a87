/* app/funnel.h - what stands before every call of a run, put together once: the policy of its
 * files, whoever is asked, and the record in the database.  Made by one thread; its ports may be
 * called on any. */
#ifndef BX_APP_FUNNEL_H
#define BX_APP_FUNNEL_H

#include "app/approvals.h"
#include "app/policy_files.h"
#include "app/recorder.h"
#include "app/toolbox.h"

typedef struct bx_funnel bx_funnel;

typedef struct bx_funnel_config {
    const char *workspace;     /* its policy is the project's; borrowed */
    const char *const *policy; /* n_policy files instead of the user's and the project's */
    size_t n_policy;
    const char *mode;  /* of the policy, as bx_policy_mode_name; NULL: what its files say */
    bool mode_changes; /* it may change while it runs: tools of each mode are shown */
    /* The operator makes each call himself and names what it may use: where there are no files and
     * no mode, nothing is decided; what the policy would ask about is allowed; what it denies stays
     * denied. */
    bool by_hand;
    bool only_files; /* where there are no files and no mode, nothing is decided: whoever starts
                        the process has, by its flags */
    bool no_record;  /* nothing is recorded */
    bool one_shot;   /* as in bx_db_config */
    const bx_gate_approver *approver; /* whoever is asked; borrowed; NULL: what follows */
    const bx_asker *asker;            /* a person who is there (app/approvals.h); or NULL */
    bool queue;       /* what nobody answers waits for `boxagnts approvals`, also of later runs */
    uint64_t wait_ms; /* and a call waits so long for that */
} bx_funnel_config;

/* `notes` gets a line for each thing that was left out of a file that is not trusted. */
BX_NODISCARD bx_code bx_funnel_open(const bx_funnel_config *cfg, bx_funnel **ret, bx_buf *notes,
                                    bx_error *err);
/* The same run under its policy files as they are now: what is read anew is the policy; the record
 * and the answers that were given are those of `of`, which outlives it.  BX_EDENIED: a file that
 * was named is another one by now, which guests might have.  BX_ENOENT: one that was there is gone.
 */
BX_NODISCARD bx_code bx_funnel_again(const bx_funnel *of, const bx_funnel_config *cfg,
                                     bx_funnel **ret, bx_buf *notes, bx_error *err);
/* No call may run.  NULL is fine. */
void bx_funnel_close(bx_funnel *f);
BX_DEFINE_AUTO(bx_funnel, bx_funnel_close)
/* Instead of that, by a process that ends next: write what is queued. */
BX_NODISCARD bx_code bx_funnel_finish(bx_funnel *f, bx_error *err);

/* Instead, where calls run that do not end: their record gets an end, and what is queued is
 * written. */
BX_NODISCARD bx_code bx_funnel_cut_off(bx_funnel *f, bx_error *err);

/* Gate and offer of a toolbox; borrowed from `f`. */
void bx_funnel_fill(bx_funnel *f, bx_toolbox_config *box);
/* The operator's mode from now on: a call whose decision begins later is judged by it.  Nothing
 * where there is no policy.  Any thread. */
void bx_funnel_set_mode(bx_funnel *f, bx_policy_mode mode);
/* Calls are judged by this one; false where there is no policy. */
bool bx_funnel_mode(bx_funnel *f, bx_policy_mode *ret);
/* Tools that would be denied whatever they are asked are not shown. */
bool bx_funnel_shows(const bx_funnel *f, const bx_manifest *m);
bx_db *bx_funnel_db(const bx_funnel *f);               /* borrowed; NULL: nothing is recorded */
const bx_policy *bx_funnel_policy(const bx_funnel *f); /* borrowed; NULL: nothing is decided */

#endif
