/* What the rules, the mode and the defaults say of one call. */
#include "policy/policy_internal.h"

#include "base/limits.h"

static const bx_rule *rule_at(const bx_policy *p, uint32_t i)
{
    return i == INDEX_END ? NULL : p->rules[i];
}

/* ---- rules for the tool's name --------------------------------------------------------------- */

static void find_by_name(found *f, bx_str tool)
{
    const rule_index *x = &f->p->index;
    const rule_list *slow = &x->slow[BX_RULE_TOOL];
    index_at at;
    for (size_t n = 0; n <= tool.n && n < 192; n++) {
        if (!(x->name_lengths[n / 64] >> (n % 64) & 1))
            continue;
        for (uint32_t r = bx_index_first(x, BX_RULE_TOOL, (bx_str){tool.p, n}, &at); r != INDEX_END;
             r = bx_index_next(x, &at)) {
            if (bx_tool_name_matches(bx_str_of(f->p->rules[r]->tool), tool))
                bx_found_add(f, r);
        }
    }
    for (size_t i = 0; i < slow->n; i++) {
        if (bx_tool_name_matches(bx_str_of(f->p->rules[slow->at[i]]->tool), tool))
            bx_found_add(f, slow->at[i]);
    }
}

/* ---- rules for paths ------------------------------------------------------------------------- */

/* Does the rule say anything of this tool's use of a path? */
static bool concerns(const bx_rule *r, bx_str tool, unsigned uses)
{
    if (!r->any_tool)
        return bx_str_eq(tool, bx_str_of(r->tool));
    if (r->answer != BX_ANSWER_ALLOW)
        return (r->uses & uses) != 0;
    if (!bx_tool_is_of_files(tool) && !bx_str_eq(tool, BX_LIT("web_fetch")))
        return false;
    return r->uses == BX_USE_READ ? uses == BX_USE_READ : (uses & BX_USE_CHANGE) != 0;
}

static void try_path(found *f, uint32_t number, bx_str tool, const call_path *c,
                     uint32_t *ret_allowed)
{
    const bx_rule *r = f->p->rules[number];
    if (!concerns(r, tool, c->uses) || !bx_rule_matches_path(r, c->path))
        return;
    if (r->answer != BX_ANSWER_ALLOW)
        bx_found_add(f, number);
    else if (number < *ret_allowed)
        *ret_allowed = number;
}

/* *ret_allowed: the first rule that allows the use of this path. */
static void find_by_path(found *f, bx_str tool, const call_path *c, uint32_t *ret_allowed)
{
    const rule_index *x = &f->p->index;
    const rule_list *slow = &x->slow[BX_RULE_PATH];
    index_at at;
    *ret_allowed = INDEX_END;
    for (size_t i = 0; i < slow->n; i++)
        try_path(f, slow->at[i], tool, c, ret_allowed);
    for (size_t n = c->path.n;; n--) {
        bool whole = n == c->path.n || c->path.p[n] == '/';
        bx_str key = {c->path.p, n ? n : 1};
        if (whole) {
            for (uint32_t r = bx_index_first(x, BX_RULE_PATH, key, &at); r != INDEX_END;
                 r = bx_index_next(x, &at))
                try_path(f, r, tool, c, ret_allowed);
        }
        if (n == 0)
            return;
    }
}

/* ---- rules for hosts ------------------------------------------------------------------------- */

static bool host_holds(const found *f, uint32_t number, const bx_net_target *t)
{
    return bx_net_host_matches(&f->p->rules[number]->host, t);
}

static void try_host(found *f, uint32_t number, const bx_net_target *t, uint32_t *ret_allowed)
{
    if (!host_holds(f, number, t))
        return;
    if (f->p->rules[number]->answer != BX_ANSWER_ALLOW)
        bx_found_add(f, number);
    else if (number < *ret_allowed)
        *ret_allowed = number;
}

static void find_by_host(found *f, const bx_net_target *t, uint32_t *ret_allowed)
{
    const rule_index *x = &f->p->index;
    const rule_list *slow = &x->slow[BX_RULE_DOMAIN];
    index_at at;
    *ret_allowed = INDEX_END;
    for (size_t i = 0; i < slow->n; i++)
        try_host(f, slow->at[i], t, ret_allowed);
    for (size_t i = 0; !t->is_ip && i < t->name.n; i++) {
        if (i > 0 && t->name.p[i] != '.')
            continue;
        for (uint32_t r = bx_index_first(x, BX_RULE_DOMAIN, bx_str_from(t->name, i), &at);
             r != INDEX_END; r = bx_index_next(x, &at))
            try_host(f, r, t, ret_allowed);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool in_workspace(const bx_policy *p, bx_str path)
{
    if (bx_path_is_below(path, BX_LIT(BX_POLICY_WORKSPACE)))
        return true;
    for (size_t f = 0; f < p->n_files; f++) {
        const lines *m = &p->files[f]->mounts;
        for (size_t i = 0; i < m->n; i++) {
            const char *colons = strstr(m->at[i].text, "::");
            bx_str guest = bx_str_of(colons ? colons + 2 : "");
            const char *ro = guest.n ? memchr(guest.p, ':', guest.n) : NULL;
            guest.n = ro ? (size_t)(ro - guest.p) : guest.n;
            if (guest.n && bx_path_is_below(path, guest))
                return true;
        }
    }
    return false;
}

static bool all_in_workspace(const bx_policy *p, const call_paths *paths)
{
    for (size_t i = 0; i < paths->n; i++) {
        if (!in_workspace(p, paths->at[i].path))
            return false;
    }
    return !paths->unknown;
}

/* The rules that allow by what the tool names, not by its name: all of what it names has to be. */
static void settle_allowed(found *f, const bx_policy_call *call, const call_paths *paths,
                           const uint32_t *allowed)
{
    uint32_t first = INDEX_END;
    if (!bx_tool_is_of_files(call->tool) || paths->unknown || paths->n == 0)
        return;
    for (size_t i = 0; i < paths->n; i++) {
        if (allowed[i] == INDEX_END)
            return;
        first = allowed[i] < first ? allowed[i] : first;
        if (!bx_path_is_plain(call, paths->at[i].path))
            f->doubt = BX_LINK_DOUBT;
    }
    bx_found_add(f, first);
}

/* web_fetch: its host, and the file it saves to. */
static void decide_url(found *f, const bx_policy_call *call, const call_paths *paths,
                       const uint32_t *allowed)
{
    const bx_policy_mode mode = bx_policy_mode_for(f->p, call);
    bx_str url = BX_LIT("");
    bx_net_target t;
    uint32_t by;
    (void)bx_json_str(bx_json_get(call->arguments, BX_LIT("url")), &url);
    if (!bx_policy_url_host(url, &t)) {
        f->doubt = "its URL names no host that can be judged";
        return;
    }
    find_by_host(f, &t, &by);
    if (by == INDEX_END || paths->unknown)
        return;
    for (size_t i = 0; i < paths->n; i++) {
        bool edits = mode == BX_MODE_ACCEPT_EDITS && in_workspace(f->p, paths->at[i].path);
        if (allowed[i] == INDEX_END && !edits)
            return;
        if (!edits && !bx_path_is_plain(call, paths->at[i].path))
            f->doubt = BX_LINK_DOUBT;
    }
    bx_found_add(f, by);
}

static bx_code find_rules(found *f, const bx_policy_call *call, const call_paths *paths,
                          bx_error *err)
{
    uint32_t allowed[MAX_CALL_PATHS], commands = INDEX_END;
    bx_code rc = BX_OK;
    find_by_name(f, call->tool);
    for (size_t i = 0; i < paths->n; i++)
        find_by_path(f, call->tool, &paths->at[i], &allowed[i]);
    if (paths->unknown && f->p->index.n_restrictive[BX_RULE_PATH])
        f->doubt = "which file it means is not known";
    if (bx_str_eq(call->tool, BX_LIT("bash"))) {
        if (f->p->index.all[BX_RULE_COMMAND].n)
            rc = bx_decide_commands(f, call, &commands, err);
        if (rc == BX_OK && commands != INDEX_END)
            bx_found_add(f, commands);
    } else if (bx_str_eq(call->tool, BX_LIT("web_fetch"))) {
        decide_url(f, call, paths, allowed);
    } else {
        settle_allowed(f, call, paths, allowed);
    }
    return rc;
}

/* ---- mode and defaults ----------------------------------------------------------------------- */

static bx_policy_decision by_default(const bx_policy *p, const bx_policy_call *call,
                                     const call_paths *paths)
{
    bx_policy_decision d = {.answer = BX_ANSWER_ASK, .by = BX_BY_DEFAULT};
    if (call->network)
        return d;
    bool inside = all_in_workspace(p, paths);
    if (call->permission <= BX_PERMISSION_READ && inside)
        d.answer = BX_ANSWER_ALLOW;
    if (bx_policy_mode_for(p, call) == BX_MODE_ACCEPT_EDITS &&
        call->permission == BX_PERMISSION_WRITE && inside && paths->n)
        d = (bx_policy_decision){.answer = BX_ANSWER_ALLOW, .by = BX_BY_MODE};
    return d;
}

static bx_policy_decision judge(const found *f, const bx_policy_call *call, const call_paths *paths)
{
    const bx_policy *p = f->p;
    static const bx_answer order[] = {BX_ANSWER_DENY, BX_ANSWER_ASK, BX_ANSWER_ALLOW};
    for (size_t i = 0; i < BX_COUNT(order); i++) {
        if (order[i] == BX_ANSWER_ALLOW && f->doubt)
            return (bx_policy_decision){.answer = BX_ANSWER_ASK,
                                        .by = BX_BY_DOUBT,
                                        .rule = rule_at(p, f->maybe),
                                        .doubt = f->doubt};
        if (f->best[order[i]] != INDEX_END)
            return (bx_policy_decision){
                .answer = order[i], .by = BX_BY_RULE, .rule = rule_at(p, f->best[order[i]])};
    }
    return by_default(p, call, paths);
}

static found nothing_found(const bx_policy *p)
{
    return (found){.p = p, .best = {INDEX_END, INDEX_END, INDEX_END}, .maybe = INDEX_END};
}

static bool plan_refuses(const bx_policy *p, const bx_policy_call *call, bx_policy_decision *ret)
{
    if (bx_policy_mode_for(p, call) != BX_MODE_PLAN || call->permission <= BX_PERMISSION_READ)
        return false;
    *ret = (bx_policy_decision){.answer = BX_ANSWER_DENY, .by = BX_BY_MODE};
    return true;
}

bx_code bx_policy_decide(const bx_policy *p, const bx_policy_call *call, bx_policy_decision *ret,
                         bx_error *err)
{
    found f = nothing_found(p);
    call_paths paths;
    if (plan_refuses(p, call, ret))
        return BX_OK;
    bx_code rc = bx_call_paths_of(call, &paths, err);
    if (rc == BX_OK)
        rc = find_rules(&f, call, &paths, err);
    if (rc == BX_OK) {
        *ret = judge(&f, call, &paths);
        if (ret->answer == BX_ANSWER_ASK && bx_policy_mode_for(p, call) == BX_MODE_DONT_ASK) {
            ret->answer = BX_ANSWER_DENY;
            ret->not_asked = true;
        }
    }
    bx_call_paths_done(&paths);
    return rc;
}

bool bx_policy_shows(const bx_policy *p, const bx_policy_call *call, bx_policy_decision *ret_why)
{
    found f = nothing_found(p);
    bx_policy_decision d;
    if (plan_refuses(p, call, &d)) {
        if (ret_why)
            *ret_why = d;
        return false;
    }
    find_by_name(&f, call->tool);
    if (f.best[BX_ANSWER_DENY] == INDEX_END)
        return true;
    if (ret_why)
        *ret_why = (bx_policy_decision){
            .answer = BX_ANSWER_DENY, .by = BX_BY_RULE, .rule = rule_at(p, f.best[BX_ANSWER_DENY])};
    return false;
}
