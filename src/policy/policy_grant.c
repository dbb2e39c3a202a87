/* Rules as the absence of capabilities: what a policy leaves of a grant, and what it adds to what a
 * run may use. */
#include <stdio.h>

#include "base/limits.h"
#include "policy/derive.h"
#include "policy/policy_internal.h"

static bool is_file(bx_cap_kind k)
{
    return k == BX_CAP_READ || k == BX_CAP_WRITE || k == BX_CAP_RW;
}

static bx_cap_kind family(bx_cap_kind k) { return is_file(k) ? BX_CAP_RW : k; }

static bool has_kind(const bx_grant *g, bx_cap_kind k)
{
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n; i++) {
        if (family(caps.at[i].kind) == k)
            return true;
    }
    return false;
}

static bx_code add_cap(bx_grant *g, const bx_cap *c, bx_error *err)
{
    size_t room = BX_MAX_CAP_TEXT + (c->value ? strlen(c->value) : 0);
    BX_AUTOFREE char *text = bx_calloc(room, 1);
    if (!text)
        return bx_fail(err, BX_ENOMEM, "policy");
    bx_code rc = bx_cap_print(c, text, room, err);
    return rc == BX_OK ? bx_grant_allow(g, bx_str_of(text), err) : rc;
}

static bool has_line(const bx_grant *g, const bx_cap *c)
{
    char want[BX_MAX_CAP_TEXT + 64], have[sizeof want];
    bx_cap_list caps = bx_grant_caps(g);
    if (bx_cap_print(c, want, sizeof want, NULL) != BX_OK)
        return false;
    for (size_t i = 0; i < caps.n; i++) {
        if (caps.at[i].kind == c->kind &&
            bx_cap_print(&caps.at[i], have, sizeof have, NULL) == BX_OK && strcmp(want, have) == 0)
            return true;
    }
    return false;
}

/* A line that is not there yet, wherever it comes from. */
static bx_code add_once(bx_grant *g, bx_str text, bx_error *err)
{
    bx_cap c;
    bx_code rc = bx_cap_parse(text, &c, err);
    if (rc != BX_OK)
        return rc;
    bool there = has_line(g, &c);
    bx_cap_done(&c);
    return there ? BX_OK : bx_grant_allow(g, text, err);
}

/* ---- what a run may use ---------------------------------------------------------------------- */

static bx_code offer_lines(bx_grant *g, const lines *l, bx_net_adder *add, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < l->n && rc == BX_OK; i++) {
        bx_str text = bx_str_of(l->at[i].text);
        rc = add ? bx_grant_network(g, add, text, err) : bx_grant_inject(g, text, err);
    }
    return rc;
}

static bool is_mounted(const bx_grant *g, const char *text)
{
    const char *guest = strstr(text, "::/");
    bx_mount_list mounts = bx_grant_mounts(g);
    for (size_t i = 0; guest && i < mounts.n; i++) {
        size_t n = strlen(mounts.at[i].guest);
        if (strncmp(guest + 2, mounts.at[i].guest, n) == 0 && strchr(":/", guest[2 + n]))
            return true; /* one of the command line, which comes first */
    }
    return false;
}

static bx_code offer_file(const bx_policy_file *f, bx_str tool, bx_grant *g, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < f->mounts.n && rc == BX_OK; i++) {
        const line *m = &f->mounts.at[i];
        if (!is_mounted(g, m->text))
            rc = bx_wrap(bx_grant_map_dir(g, bx_str_of(m->text), err), err, "%s:%u", f->name,
                         m->line);
    }
    if (rc == BX_OK)
        rc = offer_lines(g, &f->allow_networks, bx_net_add_allow_network, err);
    if (rc == BX_OK)
        rc = offer_lines(g, &f->inject, NULL, err);
    for (size_t i = 0; i < f->n_sections && rc == BX_OK; i++) {
        const section *s = &f->sections[i];
        bx_limits limits = *bx_grant_limits(g);
        if (!bx_tool_name_matches(bx_str_of(s->tool), tool))
            continue;
        for (size_t k = 0; k < s->allow.n && rc == BX_OK; k++)
            rc = bx_wrap(add_once(g, bx_str_of(s->allow.at[k].text), err), err, "%s:%u", f->name,
                         s->allow.at[k].line);
#define BX_LIMIT(field, name, unit, def, max, text) \
    limits.field = s->set[row] ? s->limits.field : limits.field; \
    row++;
        size_t row = 0;
#include "policy/limits.def"
#undef BX_LIMIT
        if (rc == BX_OK)
            rc = bx_grant_set_limits(g, &limits, err);
    }
    return rc;
}

bx_code bx_policy_offer(const bx_policy *p, bx_str tool, bx_grant *g, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < p->n_files && rc == BX_OK; i++) {
        if (p->files[i]->trusted)
            rc = offer_file(p->files[i], tool, g, err);
    }
    /* Its rules name the hosts; each call gets those it was allowed. */
    if (rc == BX_OK && bx_str_eq(tool, BX_LIT("web_fetch")) && !has_kind(g, BX_CAP_FETCH)) {
        rc = bx_grant_allow(g, BX_LIT("fetch:http://*:*"), err);
        if (rc == BX_OK)
            rc = bx_grant_allow(g, BX_LIT("fetch:https://*:*"), err);
    }
    return rc;
}

/* ---- one set of lines that the rest is narrowed to ------------------------------------------- */

/* Those of `run` of all families that `names` has nothing of, and those of `names`. */
static bx_code narrow_to(const bx_grant *run, const bx_grant *names, bx_grant **ret, bx_buf *notes,
                         bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *set = NULL;
    bx_code rc = bx_grant_new(&set, err);
    bx_cap_list caps = bx_grant_caps(run), named = bx_grant_caps(names);
    for (size_t i = 0; i < caps.n && rc == BX_OK; i++) {
        if (!has_kind(names, family(caps.at[i].kind)))
            rc = add_cap(set, &caps.at[i], err);
    }
    for (size_t i = 0; i < named.n && rc == BX_OK; i++)
        rc = add_cap(set, &named.at[i], err);
    return rc == BX_OK ? bx_grant_derive(run, bx_grant_caps(set), ret, notes, err) : rc;
}

/* What `tools` of the files says the tool may use. */
static bx_code of_sections(const bx_policy *p, bx_str tool, bx_grant *names, bx_error *err)
{
    bx_code rc = BX_OK;
    size_t file = 0, i = 0;
    for (const section *s; rc == BX_OK && (s = bx_policy_section(p, tool, &file, &i));) {
        for (size_t k = 0; s->has_allow && k < s->allow.n && rc == BX_OK; k++)
            rc = add_once(names, bx_str_of(s->allow.at[k].text), err);
    }
    return rc;
}

static bx_code add_host(bx_grant *g, const char *host, bool v6, bx_error *err)
{
    static const char *const schemes[] = {"http", "https"};
    bx_code rc = BX_OK;
    for (size_t i = 0; i < BX_COUNT(schemes) && rc == BX_OK; i++) {
        BX_AUTO_BUF text = bx_buf_init(1024);
        (void)bx_buf_addf(&text, "fetch:%s://%s%s%s:*", schemes[i], v6 ? "[" : "", host,
                          v6 ? "]" : "");
        rc = add_once(g, bx_buf_str(&text), err);
    }
    return rc;
}

/* The host as network rules write it; onto 300 bytes.  *ret_v6: it goes into brackets. */
static void host_text(const bx_net_host *h, char out[300], bool *ret_v6)
{
    *ret_v6 = h->kind == BX_HOST_NET && h->net.net.family == 6;
    if (h->kind == BX_HOST_NET) {
        char ip[46];
        bx_ip_print(h->net.net, ip);
        (void)snprintf(out, 300, "%s", ip);
    } else if (h->kind == BX_HOST_ANY) {
        (void)snprintf(out, 300, "*");
    } else {
        (void)snprintf(out, 300, "%s%s", h->kind == BX_HOST_SUFFIX ? "*" : "", h->name);
    }
}

enum { MAX_HOSTS = 64 }; /* of rules that allow, in one grant */

/* web_fetch: the hosts that rules allow where one of them did, else the one of the URL. */
static bx_code of_hosts(const bx_policy *p, const bx_policy_call *call, const bx_policy_decision *d,
                        bx_grant *names, bx_error *err)
{
    char text[300];
    bool v6;
    bx_code rc = BX_OK;
    bx_net_target t;
    bx_str url = BX_LIT("");
    bool by_rule = d->answer == BX_ANSWER_ALLOW && d->by == BX_BY_RULE;
    if (by_rule && d->rule->kind == BX_RULE_TOOL)
        return BX_OK;
    (void)bx_json_str(bx_json_get(call->arguments, BX_LIT("url")), &url);
    if (bx_policy_url_host(url, &t)) {
        bx_net_host h = {.kind = t.is_ip ? BX_HOST_NET : BX_HOST_NAME, .net = {.net = t.ip}};
        (void)snprintf(h.name, sizeof h.name, "%.*s", (int)t.name.n, t.name.p);
        host_text(&h, text, &v6);
        rc = add_host(names, text, v6, err);
    }
    const rule_list *all = &p->index.all[BX_RULE_DOMAIN];
    for (size_t i = 0, n = 0; by_rule && i < all->n && n < MAX_HOSTS && rc == BX_OK; i++) {
        const bx_rule *r = p->rules[all->at[i]];
        if (r->answer != BX_ANSWER_ALLOW)
            continue;
        n++;
        host_text(&r->host, text, &v6);
        rc = add_host(names, text, v6, err);
    }
    return rc;
}

/* A rule that allows some paths gives the directory they lie in: a link in it leads nowhere else.
 */
static bx_code of_path(const bx_policy_call *call, const bx_policy_decision *d, bx_grant *names,
                       bx_error *err)
{
    const bx_policy_look *look = call->look;
    bx_str p = {d->rule->pattern, d->rule->pattern_n};
    size_t n = 0;
    while (n < p.n && !strchr("*?[", p.p[n]))
        n++;
    while (n > 0 && p.p[n - 1] != '/')
        n--;
    n -= n > 1;
    while (look && n > 1 &&
           !look->is_dir(look->ctx, (bx_str){p.p, n})) { /* it is still to be made */
        while (n > 1 && p.p[n - 1] != '/')
            n--;
        n -= n > 1;
    }
    if (p.p[0] != '/' || n <= sizeof BX_POLICY_WORKSPACE - 1)
        return BX_OK;
    BX_AUTO_BUF text = bx_buf_init(BX_MAX_CAP_TEXT);
    (void)bx_buf_addf(&text, "rw:");
    (void)bx_buf_add(&text, p.p, n);
    return add_once(names, bx_buf_str(&text), err);
}

/* ---- carve-outs ------------------------------------------------------------------------------ */

/* Does `r` take anything from this call?  What it asks about, unless that was what was asked. */
static bool takes(const bx_rule *r, const bx_policy_decision *d)
{
    return r->answer == BX_ANSWER_DENY ||
           (r->answer == BX_ANSWER_ASK && !(d && d->answer == BX_ANSWER_ASK && d->rule == r));
}

static bool carves_path(const bx_rule *r, const bx_policy_call *call)
{
    if (!r->glob)
        return false;
    if (!r->any_tool)
        return bx_str_eq(call->tool, bx_str_of(r->tool));
    /* A carve-out takes reading as well; whoever only reads needs none against changes. */
    return (r->uses & BX_USE_READ) || call->permission > BX_PERMISSION_READ;
}

static bx_code carve_program(const bx_rule *r, const bx_policy_call *call, bx_grant *g,
                             bx_error *err)
{
    char name[64], text[96];
    bx_cap c;
    if (!bx_rule_program(r, name) ||
        (r->kind == BX_RULE_TOOL && bx_tool_name_matches(bx_str_of(name), call->tool)))
        return BX_OK;
    (void)snprintf(text, sizeof text, "deny:tool:%s", name);
    bx_error why;
    if (bx_cap_parse(bx_str_of(text), &c, &why) != BX_OK)
        return BX_OK; /* no program can have that name */
    bx_cap_done(&c);
    return add_once(g, bx_str_of(text), err);
}

static bx_code carve(const bx_rule *r, const bx_policy_call *call, bx_grant *g, bx_error *err)
{
    bx_code rc = BX_OK;
    if (r->kind == BX_RULE_PATH && carves_path(r, call)) {
        BX_AUTO_BUF text = bx_buf_init(BX_MAX_CAP_TEXT);
        (void)bx_buf_addf(&text, "deny:");
        (void)bx_buf_add(&text, r->pattern, r->pattern_n);
        rc = add_once(g, bx_buf_str(&text), err);
    } else if (r->kind == BX_RULE_DOMAIN) {
        char host[300], text[304];
        bool v6;
        host_text(&r->host, host, &v6);
        (void)snprintf(text, sizeof text, v6 ? "[%s]" : "%s", host);
        rc = bx_grant_network(g, bx_net_add_block_url, bx_str_of(text), err);
    } else if (r->kind == BX_RULE_COMMAND || r->answer == BX_ANSWER_DENY) {
        rc = carve_program(r, call, g, err);
    }
    return bx_wrap(rc, err, "%s:%u", r->file, r->line);
}

static bx_code carve_all(const bx_policy *p, const bx_policy_call *call,
                         const bx_policy_decision *d, bx_grant *g, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < p->n_rules && rc == BX_OK; i++) {
        if (takes(p->rules[i], d))
            rc = carve(p->rules[i], call, g, err);
    }
    size_t file = 0, i = 0;
    for (const section *s; rc == BX_OK && (s = bx_policy_section(p, call->tool, &file, &i));) {
        for (size_t k = 0; k < s->deny.n && rc == BX_OK; k++)
            rc = add_once(g, bx_str_of(s->deny.at[k].text), err);
    }
    return rc;
}

/* Who could change the project's file could take out what it denies; its tools are run. */
static bx_code keep_file(const bx_policy_call *call, bx_grant *g, bx_error *err)
{
    if (call->permission <= BX_PERMISSION_READ)
        return BX_OK;
    bx_code rc = add_once(g, BX_LIT("deny:" BX_POLICY_WORKSPACE "/boxagnts.yaml"), err);
    return rc == BX_OK ? add_once(g, BX_LIT("deny:" BX_POLICY_WORKSPACE "/.boxagnts"), err) : rc;
}

static bx_code guard(const bx_policy *p, bx_str tool, bx_grant *g, bx_error *err)
{
    bx_code rc = BX_OK;
    bx_limits limits = *bx_grant_limits(g);
    for (size_t i = 0; i < p->n_files && rc == BX_OK; i++) {
        rc = offer_lines(g, &p->files[i]->block_networks, bx_net_add_block_network, err);
        if (rc == BX_OK)
            rc = offer_lines(g, &p->files[i]->block_urls, bx_net_add_block_url, err);
    }
    size_t file = 0, i = 0;
    for (const section *s; (s = bx_policy_section(p, tool, &file, &i));) {
        bx_limits theirs = limits;
        size_t row = 0;
#define BX_LIMIT(field, name, unit, def, max, text) \
    theirs.field = s->set[row] ? s->limits.field : theirs.field; \
    row++;
#include "policy/limits.def"
#undef BX_LIMIT
        limits = bx_limits_min(&limits, &theirs);
    }
    return rc == BX_OK ? bx_grant_set_limits(g, &limits, err) : rc;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool is_allowed_path(const bx_policy_call *call, const bx_policy_decision *d)
{
    return d && d->answer == BX_ANSWER_ALLOW && d->by == BX_BY_RULE &&
           d->rule->kind == BX_RULE_PATH && call->permission > BX_PERMISSION_READ;
}

bool bx_policy_grant_is_of_call(const bx_policy *p, const bx_policy_call *call,
                                const bx_policy_decision *d)
{
    bool asked = d->answer == BX_ANSWER_ASK && d->rule && d->rule->answer == BX_ANSWER_ASK;
    (void)p;
    return asked || bx_str_eq(call->tool, BX_LIT("web_fetch")) || is_allowed_path(call, d);
}

bx_code bx_policy_grant(const bx_policy *p, const bx_policy_call *call, const bx_policy_decision *d,
                        const bx_grant *run, bx_grant **ret, bx_buf *notes, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *names = NULL;
    BX_AUTO(bx_grant) bx_grant *of_call = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_grant_new(&names, err);
    if (rc == BX_OK)
        rc = bx_grant_new(&of_call, err);
    if (rc == BX_OK)
        rc = of_sections(p, call->tool, names, err);
    if (rc == BX_OK)
        rc = narrow_to(run, names, &g, notes, err);
    if (rc == BX_OK && d && bx_str_eq(call->tool, BX_LIT("web_fetch")))
        rc = of_hosts(p, call, d, of_call, err);
    if (rc == BX_OK && is_allowed_path(call, d))
        rc = of_path(call, d, of_call, err);
    if (rc == BX_OK && bx_grant_caps(of_call).n) {
        BX_AUTO(bx_grant) bx_grant *wider = BX_TAKE(g);
        rc = narrow_to(wider, of_call, &g, notes, err);
    }
    if (rc == BX_OK)
        rc = carve_all(p, call, d, g, err);
    if (rc == BX_OK)
        rc = keep_file(call, g, err);
    if (rc == BX_OK)
        rc = guard(p, call->tool, g, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}
