#include "app/approvals.h"

#include <errno.h>
#include <stdlib.h>

#include "app/policy_files.h"
#include "app/policy_gate.h"
#include "app/secrets.h"
#include "os/clock.h"

static const int64_t us_per_s = 1000000;

enum {
    WAITS_S = 24 * 3600, /* a question that nobody answers */
    ONCE_S = 3600,
    RUN_S = 12 * 3600,
    POLL_MS = 200,
    ROUNDS = 2, /* a live answer that comes too late is asked for once more */
    MAX_RULES = 16 << 10,
};

struct bx_approvals {
    bx_approvals_config cfg;
    char *workspace; /* owned; as the kernel calls it; "": none */
    int64_t since_us;
    bx_gate_approver port;
};

int64_t bx_approvals_now(void) { return (int64_t)(bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000); }

int64_t bx_approvals_holds_us(bx_approval_scope s)
{
    return us_per_s * (s == BX_SCOPE_ONCE || s == BX_SCOPE_NONE ? ONCE_S : RUN_S);
}

bx_code bx_approvals_remember(bx_str rules, bx_error *err)
{
    bx_code rc = BX_OK;
    while (rules.n && rc == BX_OK) {
        const char *end = memchr(rules.p, '\n', rules.n);
        size_t n = end ? (size_t)(end - rules.p) : rules.n;
        unsigned line;
        if (n)
            rc = bx_policy_remember(BX_ANSWER_ALLOW, (bx_str){rules.p, n}, &line, err);
        rules = bx_str_from(rules, n + (end != NULL));
    }
    return rc;
}

/* ---- one question ---------------------------------------------------------------------------- */

typedef struct asking {
    const bx_approvals *a;
    const bx_gate_call *call;
    const bx_gate_decision *decision;
    bx_shown shown;
    bool known; /* the module is: what is answered can be kept */
    bool live;  /* a person is there */
    bx_buf arguments, rules, alike, why;
    bx_approval_ask ask;
    bx_approval_found found;
} asking;

static void asking_done(asking *q)
{
    bx_buf_done(&q->arguments);
    bx_buf_done(&q->rules);
    bx_buf_done(&q->alike);
    bx_buf_done(&q->why);
}

static bool fits(void *ctx, bx_str constraints) { return bx_approvals_fits(ctx, constraints); }

/* Rules that would allow the call, where it is only that none does: against a rule that asks, one
 * that allows is of no use.  And what is alike: what changes files of the workspace is, whichever
 * file it is, as in mode accept-edits; else what has the same rules. */
static bx_code find_rules(asking *q, bx_error *err)
{
    const bx_approvals *a = q->a;
    const bx_gate_call *call = q->call;
    bx_policy_decision d;
    bx_policy_call c = bx_policy_call_of(call->manifest, call->values);
    const bx_policy_look look = bx_policy_look_at(call->run);
    c.look = &look;
    if (!a->cfg.policy)
        return BX_OK;
    bx_code rc = bx_policy_decide(a->cfg.policy, &c, &d, err);
    if (rc != BX_OK || d.answer != BX_ANSWER_ASK || d.by != BX_BY_DEFAULT)
        return rc;
    rc = bx_policy_suggest(&c, &q->rules, err);
    if (c.permission == BX_PERMISSION_WRITE && !c.network)
        (void)bx_buf_addf(&q->alike, "%.*s\n", BX_FMT(call->manifest->name));
    else
        (void)bx_buf_add_str(&q->alike, bx_buf_str(&q->rules));
    if (!a->cfg.lasting)
        bx_buf_clear(&q->rules);
    return rc;
}

/* A rule with a secret in it is none to be written, and the words of the policy quote rules. */
static void hide_secrets(asking *q)
{
    BX_AUTO_BUF same = bx_buf_init(MAX_RULES);
    bx_str known[BX_MAX_SECRETS];
    const bx_redactor secrets = {known, bx_secrets_of(q->call->run, known)};
    BX_AUTO_BUF why = bx_buf_init(MAX_RULES);
    (void)bx_buf_add_str(&why, bx_buf_str(&q->decision->why));
    (void)bx_buf_add_z(&why, "; it may use: ");
    bx_approvals_grant(q->call, q->a->cfg.policy, q->decision, &why);
    bx_redact_text(&secrets, bx_buf_str(&why), &q->why);
    bx_redact_text(&secrets, bx_buf_str(&q->alike), &same);
    bx_redact_text(&secrets, bx_buf_str(&q->rules), &same);
    bool both = !same.fail && same.n == q->alike.n + q->rules.n &&
                bx_str_starts(bx_buf_str(&same), bx_buf_str(&q->alike)) &&
                bx_str_eq(bx_str_from(bx_buf_str(&same), q->alike.n), bx_buf_str(&q->rules));
    if (!both) {
        bx_buf_clear(&q->alike);
        bx_buf_clear(&q->rules);
    }
}

static bx_str not_null(bx_str s) { return s.p ? s : BX_LIT(""); }

static bx_code begin(asking *q, bx_error *err)
{
    const bx_approvals *a = q->a;
    const bx_gate_call *call = q->call;
    q->arguments = bx_buf_init(2 * BX_APPROVAL_MAX_TEXT);
    q->rules = bx_buf_init(MAX_RULES);
    q->alike = bx_buf_init(MAX_RULES);
    q->why = bx_buf_init(MAX_RULES);
    q->shown = bx_approvals_arguments(call, &q->arguments);
    bx_code rc = find_rules(q, err);
    if (rc != BX_OK)
        return rc;
    hide_secrets(q);
    if (q->shown != BX_SHOWN_ALL) /* who has not seen all of one says nothing of those to come */
        bx_buf_clear(&q->rules);
    q->live = a->cfg.asker && a->cfg.asker->can(a->cfg.asker->ctx, call);
    q->ask = (bx_approval_ask){.client = not_null(call->origin.client),
                               .run = not_null(call->origin.run),
                               .tool = call->manifest->name,
                               .arguments = bx_buf_str(&q->arguments),
                               .why = bx_buf_str(&q->why),
                               .workspace = bx_str_of(a->workspace),
                               .rules = bx_buf_str(&q->rules),
                               .alike = bx_buf_str(&q->alike),
                               .since_us = a->since_us,
                               .own = q->live,
                               .keep = true,
                               .fits = fits,
                               .ctx = (void *)(uintptr_t)call};
    q->known = a->cfg.db && bx_approvals_fingerprint(call, bx_str_of(a->workspace), q->ask.subject,
                                                     q->ask.exact);
    if (q->live && a->cfg.asker->resumed)
        q->ask.resume = a->cfg.asker->resumed(a->cfg.asker->ctx, call);
    return BX_OK;
}

/* What was answered already; else its number. */
static bx_code settle(asking *q, bx_error *err)
{
    q->found = (bx_approval_found){.state = BX_APPROVAL_PENDING};
    q->ask.now_us = bx_approvals_now();
    q->ask.expires_us = q->ask.now_us + WAITS_S * us_per_s;
    return q->known ? bx_approvals_settle(q->a->cfg.db, &q->ask, &q->found, err) : BX_OK;
}

static void tell_found(const asking *q, bx_gate_reply *ret, bx_buf *why)
{
    const bx_approval_found *f = &q->found;
    bool yes = f->state == BX_APPROVAL_ALLOWED;
    *ret = yes ? BX_REPLY_ALLOW : BX_REPLY_DENY;
    (void)bx_buf_addf(why, "%s by %s", yes ? "allowed" : "denied", f->by);
    if (yes)
        (void)bx_buf_addf(why, " (%s)", bx_approval_scope_name(f->scope));
    (void)bx_buf_addf(why, ", question %lld", (long long)f->id);
}

/* ---- a person who is there ------------------------------------------------------------------- */

static bx_approval_scope scope_of(bx_choice c)
{
    return c == BX_CHOICE_RUN      ? BX_SCOPE_RUN
           : c == BX_CHOICE_ALWAYS ? BX_SCOPE_ALWAYS
                                   : BX_SCOPE_ONCE;
}

/* *ret_late: the question was answered elsewhere meanwhile, and that answer counts. */
static bx_code keep_answer(asking *q, bx_choice c, bx_str by, bool *ret_late, bx_error *err)
{
    bx_approval_scope scope = scope_of(c);
    int64_t now = bx_approvals_now();
    const bx_approval_answer answer = {
        .allow = c != BX_CHOICE_NO,
        .use = true,
        .scope = scope,
        .constraints = BX_LIT(""),
        .by = by,
        .now_us = now,
        /* a no to this call is none to the next */
        .expires_us = c == BX_CHOICE_NO ? now : now + bx_approvals_holds_us(scope)};
    bx_error why = {.msg = ""};
    if (!q->known)
        return BX_OK;
    bx_code rc = bx_approvals_answer(q->a->cfg.db, q->found.id, &answer, &why);
    if (rc == BX_EINVAL) { /* a no is a no, wherever else somebody said yes */
        *ret_late = c != BX_CHOICE_NO;
        return BX_OK;
    }
    if (rc != BX_OK)
        return bx_fail(err, rc, "%s", why.msg);
    return c == BX_CHOICE_ALWAYS ? bx_approvals_remember(bx_buf_str(&q->rules), err) : BX_OK;
}

static bool is_answer(const asking *q, bx_choice c)
{
    return c == BX_CHOICE_NO || c == BX_CHOICE_ONCE ||
           (c == BX_CHOICE_RUN && q->known && q->ask.run.n) ||
           (c == BX_CHOICE_ALWAYS && q->known && q->rules.n);
}

/* *ret_over: `ret` is the answer.  False: nobody answered, or too late. */
static bx_code ask_person(asking *q, bool *ret_over, bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    const bx_asker *asker = q->a->cfg.asker;
    const bx_question question = {.call = q->call,
                                  .id = q->found.id,
                                  .arguments = bx_buf_str(&q->arguments),
                                  .is_command = bx_str_eq(q->call->manifest->name, BX_LIT("bash")),
                                  .why = q->ask.why,
                                  .rules = q->known ? bx_buf_str(&q->rules) : BX_LIT(""),
                                  .may_run = q->known && q->ask.run.n,
                                  .alike = bx_buf_str(&q->alike)};
    BX_AUTO_BUF by = bx_buf_init(1024);
    bx_choice c = BX_CHOICE_NOBODY;
    bool late = false;
    bx_code rc = asker->ask(asker->ctx, &question, &c, &by, err);
    if (rc != BX_OK) {
        bx_approvals_withdraw(q->a->cfg.db, q->found.id);
        return rc;
    }
    *ret_over = c == BX_CHOICE_LATER;
    *ret = BX_REPLY_LATER;
    if (!is_answer(q, c))
        return BX_OK;
    rc = keep_answer(q, c, bx_buf_str(&by), &late, err);
    if (rc != BX_OK || late)
        return rc;
    *ret_over = true;
    *ret = c == BX_CHOICE_NO ? BX_REPLY_DENY : BX_REPLY_ALLOW;
    (void)bx_buf_addf(why, "%s by %.*s", c == BX_CHOICE_NO ? "denied" : "allowed",
                      BX_FMT(bx_buf_str(&by)));
    if (c != BX_CHOICE_NO)
        (void)bx_buf_addf(why, " (%s)", bx_approval_scope_name(scope_of(c)));
    return BX_OK;
}

/* ---- the queue ------------------------------------------------------------------------------- */

static bool is_pending(void *ctx, const bx_approval *a)
{
    *(bool *)ctx = a->state == BX_APPROVAL_PENDING;
    return false;
}

/* No sandbox is held, no lock, and no transaction. */
static bx_code wait_for_answer(asking *q, bx_error *err)
{
    static const bx_ctl never = {.deadline_ns = UINT64_MAX, .cancel_fd = -1};
    const bx_ctl *ctl = q->call->ctl ? q->call->ctl : &never;
    const uint64_t ms = 1000000, until = bx_now_ns() + q->a->cfg.wait_ms * ms;
    bool pending = true;
    while (pending && bx_now_ns() < until) {
        uint64_t next = bx_now_ns() + POLL_MS * ms;
        int ready;
        bx_stop s = bx_ctl_wait(ctl, NULL, 0, next < until ? next : until, &ready);
        if (s != BX_STOP_NONE)
            return bx_fail(err, s == BX_STOP_CANCELLED ? BX_ECANCELLED : BX_ETIMEOUT,
                           "nobody answered question %lld", (long long)q->found.id);
        bx_code rc = bx_approvals_get(q->a->cfg.db, q->found.id, bx_approvals_now(), is_pending,
                                      &pending, err);
        if (rc != BX_OK)
            return rc;
    }
    return pending ? BX_OK : settle(q, err);
}

static bx_code ask_queue(asking *q, bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    if (!q->known) {
        *ret = BX_REPLY_DENY;
        (void)bx_buf_add_z(why, q->a->cfg.db ? "nobody is there to be asked, and an answer could "
                                               "not be kept, for the module is not known"
                                             : "nobody is there to be asked");
        return BX_OK;
    }
    if (q->a->cfg.wait_ms) {
        bx_code rc = wait_for_answer(q, err);
        if (rc != BX_OK)
            return rc;
        if (q->found.state != BX_APPROVAL_PENDING) {
            tell_found(q, ret, why);
            return BX_OK;
        }
    }
    *ret = BX_REPLY_LATER;
    (void)bx_buf_addf(why, "question %lld: boxagnts approvals allow %lld", (long long)q->found.id,
                      (long long)q->found.id);
    return BX_OK;
}

/* ---- the port -------------------------------------------------------------------------------- */

static bx_code answer(asking *q, bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    bx_code rc = BX_OK;
    for (int round = 0; round < ROUNDS && rc == BX_OK; round++) {
        bool over = false;
        rc = settle(q, err);
        if (rc == BX_OK && q->found.state != BX_APPROVAL_PENDING) {
            tell_found(q, ret, why);
            return BX_OK;
        }
        if (rc == BX_OK && !q->live)
            return ask_queue(q, ret, why, err);
        if (rc == BX_OK)
            rc = ask_person(q, &over, ret, why, err);
        if (over)
            return rc;
        q->live = q->ask.own = false; /* or what was said came too late */
        q->ask.resume = q->found.id;
    }
    return rc;
}

static bx_code ask(void *ctx, const bx_gate_call *call, const bx_gate_decision *decision,
                   bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    asking q = {.a = ctx, .call = call, .decision = decision};
    *ret = BX_REPLY_DENY;
    bx_code rc = begin(&q, err);
    if (rc == BX_OK && q.shown == BX_SHOWN_NOTHING &&
        bx_str_eq(call->manifest->name, BX_LIT("bash")))
        (void)bx_buf_add_z(why, "a command this long cannot be shown to whoever is asked");
    else if (rc == BX_OK)
        rc = answer(&q, ret, why, err);
    asking_done(&q);
    return rc;
}

/* ---- making ---------------------------------------------------------------------------------- */

bx_code bx_approvals_new(const bx_approvals_config *cfg, bx_approvals **ret, bx_error *err)
{
    bx_approvals *a = bx_calloc(1, sizeof *a);
    if (!a)
        return bx_fail(err, BX_ENOMEM, "approvals");
    a->cfg = *cfg;
    a->since_us = cfg->since_us ? cfg->since_us : bx_approvals_now();
    a->workspace = cfg->workspace ? realpath(cfg->workspace, NULL) : bx_strndup("", 0);
    if (!a->workspace) {
        bx_approvals_free(a);
        return bx_fail_errno(err, errno, "workspace '%s'", cfg->workspace ? cfg->workspace : "");
    }
    a->port = (bx_gate_approver){.ask = ask, .ctx = a};
    *ret = a;
    return BX_OK;
}

void bx_approvals_free(bx_approvals *a)
{
    if (!a)
        return;
    free(a->workspace);
    free(a);
}

const bx_gate_approver *bx_approvals_port(const bx_approvals *a) { return &a->port; }
