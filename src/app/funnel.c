#include "app/funnel.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/policy_gate.h"
#include "base/limits.h"
#include "os/dirs.h"

struct bx_funnel {
    bx_policy *policy;       /* owned; NULL: nothing is decided */
    bx_approvals *approvals; /* owned */
    bool again;              /* db and recorder are another's; else owned */
    bx_db *db;               /* NULL: nothing is recorded */
    bx_recorder *recorder;
    bx_policy_now now; /* of `policy` */
    bool mode_changes;
    int64_t since_us;
    unsigned present; /* which files there were: the workspace's, the user's */
    bx_gate_policy gate_policy;
    bx_gate_approver by_hand;
    const bx_gate_approver *approver;
    char *kept[2 * BX_POLICY_MAX_FILES]; /* owned; the files that were named */
    size_t n_kept;
};

/* ---- decisions ------------------------------------------------------------------------------- */

static bool has_file(const char *dir)
{
    char path[BX_MAX_PATH + sizeof BX_POLICY_NAME + 1];
    int n = snprintf(path, sizeof path, "%s/" BX_POLICY_NAME, dir);
    return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

enum { OF_WORKSPACE = 1, OF_USER = 2 };

static unsigned files_there_are(const bx_funnel_config *cfg)
{
    char home[BX_MAX_PATH];
    unsigned ret = 0;
    if (cfg->workspace && has_file(cfg->workspace))
        ret |= OF_WORKSPACE;
    if (bx_home_dir(home, sizeof home, NULL) == BX_OK && has_file(home))
        ret |= OF_USER;
    return ret;
}

static bx_code keep(bx_funnel *f, char *path, bx_error *err)
{
    if (!path)
        return bx_fail(err, BX_ENOMEM, "a policy file's path");
    f->kept[f->n_kept++] = path;
    return BX_OK;
}

/* Whoever could write to a file that is named could take out what it denies: the file itself, and
 * the link that was named. */
static bx_code keep_named(bx_funnel *f, const char *name, bx_error *err)
{
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
    BX_AUTOFREE char *dir =
        slash ? bx_strndup(name, (size_t)(slash - name) + 1) : bx_strndup(".", 1);
    BX_AUTOFREE char *real_dir = dir ? realpath(dir, NULL) : NULL;
    if (f->n_kept + 2 > BX_COUNT(f->kept) || !real_dir)
        return bx_fail(err, BX_EIO, "policy file '%.400s'", name);
    size_t n = strlen(real_dir) + strlen(last) + 2;
    char *link = bx_calloc(n, 1);
    if (link)
        (void)snprintf(link, n, "%s/%s", strcmp(real_dir, "/") == 0 ? "" : real_dir, last);
    bx_code rc = keep(f, link, err);
    return rc == BX_OK ? keep(f, realpath(name, NULL), err) : rc;
}

static bx_code open_policy(bx_funnel *f, const bx_funnel_config *cfg, bx_buf *notes, bx_error *err)
{
    bx_policy_mode mode;
    f->present = files_there_are(cfg);
    if ((cfg->by_hand || cfg->only_files) && !cfg->mode && !cfg->n_policy && !f->present)
        return BX_OK;
    if (cfg->mode && !bx_policy_mode_parse(bx_str_of(cfg->mode), &mode))
        return bx_fail(err, BX_EINVAL,
                       "'%.40s' is no mode: default, accept-edits, plan and dont-ask are",
                       cfg->mode);
    const bx_policy_files files = {.workspace = cfg->workspace,
                                   .named = cfg->policy,
                                   .n_named = cfg->n_policy,
                                   .mode = cfg->mode ? &mode : NULL};
    bx_code rc = bx_policy_load(&files, &f->policy, notes, err);
    for (size_t i = 0; i < cfg->n_policy && rc == BX_OK; i++)
        rc = keep_named(f, cfg->policy[i], err);
    f->now.policy = f->policy;
    f->gate_policy = bx_policy_gate(&f->now);
    return rc;
}

static bx_code say_yes(void *ctx, const bx_gate_call *call, const bx_gate_decision *decision,
                       bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    (void)ctx;
    (void)call;
    (void)decision;
    (void)err;
    *ret = BX_REPLY_ALLOW;
    (void)bx_buf_add_z(why, "called by hand");
    return BX_OK;
}

/* ---- the record ------------------------------------------------------------------------------ */

static bx_code open_record(bx_funnel *f, const bx_funnel_config *cfg, bx_error *err)
{
    char home[BX_MAX_PATH];
    if (cfg->no_record && !cfg->queue)
        return BX_OK;
    bx_code rc = bx_home_dir(home, sizeof home, err);
    const bx_db_config db = {.dir = home,
                             .one_shot = cfg->one_shot,
                             .power_safe = f->policy && bx_policy_is_power_safe(f->policy)};
    if (rc != BX_OK)
        return rc;
    rc = bx_db_open(&db, &f->db, err);
    if (rc != BX_OK && access(home, W_OK) != 0)
        return bx_wrap(rc, err, "where its things are kept ($BOXAGNTS_HOME names another place)");
    if (rc != BX_OK || cfg->no_record)
        return rc;
    return bx_recorder_new(f->db, &f->recorder, err);
}

/* ---- questions ------------------------------------------------------------------------------- */

static bx_code open_approvals(bx_funnel *f, const bx_funnel_config *cfg, bx_error *err)
{
    const bx_approvals_config c = {.db = cfg->queue ? f->db : NULL,
                                   .policy = f->policy,
                                   .workspace = cfg->workspace,
                                   .lasting = cfg->n_policy == 0,
                                   .wait_ms = cfg->wait_ms,
                                   .asker = cfg->asker,
                                   .since_us = f->since_us};
    if (!f->policy || f->approver || (!cfg->queue && !cfg->asker))
        return BX_OK;
    bx_code rc = bx_approvals_new(&c, &f->approvals, err);
    if (rc == BX_OK)
        f->approver = bx_approvals_port(f->approvals);
    return rc;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bx_code new_funnel(const bx_funnel_config *cfg, bx_funnel **ret, bx_error *err)
{
    bx_funnel *f = bx_calloc(1, sizeof *f);
    if (!f)
        return bx_fail(err, BX_ENOMEM, "policy and record");
    atomic_init(&f->now.mode, BX_POLICY_OWN_MODE);
    f->mode_changes = cfg->mode_changes;
    f->by_hand = (bx_gate_approver){.ask = say_yes};
    f->approver = cfg->by_hand ? &f->by_hand : cfg->approver;
    f->since_us = bx_approvals_now();
    *ret = f;
    return BX_OK;
}

bx_code bx_funnel_open(const bx_funnel_config *cfg, bx_funnel **ret, bx_buf *notes, bx_error *err)
{
    BX_AUTO(bx_funnel) bx_funnel *f = NULL;
    bx_code rc = new_funnel(cfg, &f, err);
    if (rc == BX_OK)
        rc = open_policy(f, cfg, notes, err);
    if (rc == BX_OK)
        rc = open_record(f, cfg, err);
    if (rc == BX_OK)
        rc = open_approvals(f, cfg, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(f);
    return rc;
}

/* What was carved out of every grant when the run began is what has to be carved out now; and a
 * file that is not there for a moment, as some editors and git do it, takes no rule away. */
static bx_code check_kept(const bx_funnel *of, const bx_funnel *f, bx_error *err)
{
    bool same = of->n_kept == f->n_kept;
    for (size_t i = 0; i < f->n_kept && same; i++)
        same = strcmp(of->kept[i], f->kept[i]) == 0;
    if (!same)
        return bx_fail(err, BX_EDENIED,
                       "a policy file that was named is another file now: start anew");
    if (f->n_kept == 0 && (of->present & ~f->present))
        return bx_fail(err, BX_ENOENT, BX_POLICY_NAME " is gone");
    return BX_OK;
}

bx_code bx_funnel_again(const bx_funnel *of, const bx_funnel_config *cfg, bx_funnel **ret,
                        bx_buf *notes, bx_error *err)
{
    BX_AUTO(bx_funnel) bx_funnel *f = NULL;
    bx_code rc = new_funnel(cfg, &f, err);
    if (rc != BX_OK)
        return rc;
    f->again = true;
    f->db = of->db;
    f->recorder = of->recorder;
    f->since_us = of->since_us;
    rc = open_policy(f, cfg, notes, err);
    if (rc == BX_OK)
        rc = check_kept(of, f, err);
    if (rc == BX_OK)
        rc = open_approvals(f, cfg, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(f);
    return rc;
}

void bx_funnel_close(bx_funnel *f)
{
    if (!f)
        return;
    bx_approvals_free(f->approvals);
    if (!f->again) {
        bx_recorder_free(f->recorder);
        bx_db_close(f->db);
    }
    bx_policy_free(f->policy);
    for (size_t i = 0; i < f->n_kept; i++)
        free(f->kept[i]);
    free(f);
}

bx_code bx_funnel_finish(bx_funnel *f, bx_error *err)
{
    return f->recorder ? bx_recorder_finish(f->recorder, err) : BX_OK;
}

static bool wants_signature(void *ctx, bx_str program)
{
    return bx_policy_wants_signature(ctx, program);
}

bx_code bx_funnel_cut_off(bx_funnel *f, bx_error *err)
{
    return f->recorder ? bx_recorder_cut_off(f->recorder, err) : BX_OK;
}

void bx_funnel_fill(bx_funnel *f, bx_toolbox_config *box)
{
    box->gate = (bx_gate){.policy = f->policy ? &f->gate_policy : NULL,
                          .approver = f->approver,
                          .recorder = f->recorder ? bx_recorder_port(f->recorder) : NULL};
    box->offer = f->policy ? bx_policy_gate_offer : NULL;
    box->offer_ctx = f->policy;
    box->wants_signature = f->policy ? wants_signature : NULL;
    box->kept = f->kept;
    box->n_kept = f->n_kept;
}

bool bx_funnel_shows(const bx_funnel *f, const bx_manifest *m)
{
    static const bx_policy_mode any = BX_MODE_DEFAULT;
    bx_policy_call c = bx_policy_call_of(m, NULL);
    c.mode = f->mode_changes ? &any : NULL;
    return !f->policy || bx_policy_shows(f->policy, &c, NULL);
}

void bx_funnel_set_mode(bx_funnel *f, bx_policy_mode mode)
{
    atomic_store(&f->now.mode, (int)mode);
}

bool bx_funnel_mode(bx_funnel *f, bx_policy_mode *ret)
{
    int now = atomic_load(&f->now.mode);
    if (f->policy)
        *ret = now == BX_POLICY_OWN_MODE ? bx_policy_mode_of(f->policy) : (bx_policy_mode)now;
    return f->policy != NULL;
}

bx_db *bx_funnel_db(const bx_funnel *f) { return f->db; }

const bx_policy *bx_funnel_policy(const bx_funnel *f) { return f->policy; }
