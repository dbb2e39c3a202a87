/* Words for what was decided, and the rule that would have decided otherwise. */
#include "policy/policy_internal.h"

static const char *permission_name(bx_permission p)
{
    static const char *const names[] = {"none", "read", "write", "execute", "dangerous"};
    return names[p];
}

static bx_str text_in(const bx_policy_call *call, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(call->arguments, bx_str_of(key)), &s);
    return s;
}

/* ---- suggestions ----------------------------------------------------------------------------- */

/* Words of a command as a rule is to write them.  False: no rule can. */
static bool put_command(bx_str words, bx_buf *to)
{
    words.n -= words.n && words.p[words.n - 1] == ' ';
    if (words.n == 0 || words.n > BX_RULE_MAX_TEXT / 2)
        return false;
    for (size_t i = 0; i < words.n; i++) {
        char c = words.p[i];
        if (c == ' ' && (i == 0 || i + 1 == words.n || words.p[i + 1] == ' '))
            return false; /* an empty word */
        if (c == BX_WILD_ANY || ((unsigned char)c < ' ' && c != BX_WILD_SPACE))
            return false;
        if (c == BX_WILD_SPACE)
            (void)bx_buf_add_z(to, "\\ ");
        else
            (void)bx_buf_addf(to, "%s%c", strchr(";|&<>()`$\\'\"*", c) ? "\\" : "", c);
    }
    return true;
}

/* Beside others that are allowed some need none. */
static bool needs_rule(const bx_line_command *c)
{
    return c->words < c->end && !c->neutral && (!c->carrier || c->sets);
}

static bx_code suggest_commands(const bx_policy_call *call, bx_buf *ret, bx_error *err)
{
    bx_line l = bx_line_init();
    bx_code rc = bx_line_read(&l, text_in(call, "command"), err);
    size_t before = ret->n;
    bool ok = rc == BX_OK && !l.uncertain && l.n_redirects == 0;
    bool some = false;
    for (size_t i = 0; i < l.n_commands; i++)
        some = some || needs_rule(&l.commands[i]);
    for (size_t i = 0; ok && i < l.n_commands; i++) {
        const bx_line_command *c = &l.commands[i];
        ok = c->words < c->end || !c->sets; /* no rule is for an assignment alone */
        if (c->words == c->end || (some && !needs_rule(c)))
            continue;
        (void)bx_buf_add_z(ret, "bash(");
        ok = !c->opaque && put_command(c->sets ? bx_line_whole(&l, c) : bx_line_words(&l, c), ret);
        (void)bx_buf_add_z(ret, ")\n");
    }
    bx_line_done(&l);
    if (!ok)
        ret->n = before;
    return rc;
}

static bx_code suggest_paths(const bx_policy_call *call, bx_buf *ret, bx_error *err)
{
    const bx_str ws = BX_LIT(BX_POLICY_WORKSPACE);
    call_paths paths;
    size_t before = ret->n;
    bx_code rc = bx_call_paths_of(call, &paths, err);
    bool ok = rc == BX_OK && !paths.unknown;
    for (size_t i = 0; ok && i < paths.n; i++) {
        bx_str at = paths.at[i].path;
        for (size_t k = 0; k < at.n; k++)
            ok = ok && (unsigned char)at.p[k] >= ' ' && !strchr("*?[{}\\", at.p[k]);
        bool below = bx_path_is_below(at, ws);
        bx_str shown = below ? bx_str_from(at, ws.n) : at;
        (void)bx_buf_addf(ret, "%.*s(%s", BX_FMT(call->tool), below ? "." : "");
        (void)bx_buf_add_str(ret, below && shown.n == 0 ? BX_LIT("/") : shown);
        (void)bx_buf_add_z(ret, ")\n");
    }
    bx_call_paths_done(&paths);
    if (!ok)
        ret->n = before;
    return rc;
}

bx_code bx_policy_suggest(const bx_policy_call *call, bx_buf *ret, bx_error *err)
{
    bx_net_target t;
    if (bx_str_eq(call->tool, BX_LIT("bash")))
        return suggest_commands(call, ret, err);
    if (bx_tool_is_of_files(call->tool))
        return suggest_paths(call, ret, err);
    if (!bx_str_eq(call->tool, BX_LIT("web_fetch"))) {
        (void)bx_buf_addf(ret, "%.*s\n", BX_FMT(call->tool));
    } else if (bx_policy_url_host(text_in(call, "url"), &t) && text_in(call, "save_to").n == 0) {
        char ip[46] = "";
        if (t.is_ip)
            bx_ip_print(t.ip, ip);
        (void)bx_buf_addf(ret, "web_fetch(domain:%s%.*s)\n", ip, t.is_ip ? 0 : (int)t.name.n,
                          t.name.p);
    }
    return BX_OK;
}

/* ---- words ----------------------------------------------------------------------------------- */

static void add_advice(const bx_policy_call *call, bx_buf *ret)
{
    BX_AUTO_BUF rules = bx_buf_init(16 << 10);
    bx_error err;
    if (bx_policy_suggest(call, &rules, &err) != BX_OK || rules.n == 0)
        (void)bx_buf_addf(&rules, "%.*s\n", BX_FMT(call->tool));
    (void)bx_buf_add_z(ret, "; below rules: allow: in boxagnts.yaml, this would allow it: ");
    for (size_t i = 0; i < rules.n; i++) {
        if (rules.p[i] == '\n' && i + 1 == rules.n)
            break;
        (void)bx_buf_add_z(ret, i == 0 || rules.p[i - 1] == '\n' ? "- " : "");
        if (rules.p[i] == '\n')
            (void)bx_buf_add_z(ret, ", ");
        else
            (void)bx_buf_add_c(ret, rules.p[i]);
    }
}

static void add_mode(const bx_policy *p, const bx_policy_call *call, bx_buf *ret)
{
    (void)bx_buf_addf(ret, "mode %s", bx_policy_mode_name(bx_policy_mode_for(p, call)));
    if (p->mode_file && !call->mode)
        (void)bx_buf_addf(ret, " (%s:%u)", p->mode_file, p->mode_line);
}

static void add_rule(const bx_rule *r, bx_buf *ret)
{
    char digits[16];
    size_t at = sizeof digits;
    unsigned n = r->line;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    (void)bx_buf_add_z(ret, r->file);
    (void)bx_buf_add_c(ret, ':');
    (void)bx_buf_add(ret, digits + at, sizeof digits - at);
    (void)bx_buf_add_z(ret, ": ");
    (void)bx_buf_add_z(ret, bx_answer_name(r->answer));
    (void)bx_buf_add_c(ret, ' ');
    (void)bx_buf_add_z(ret, r->text);
}

static void add_default(const bx_policy *p, const bx_policy_call *call, const bx_policy_decision *d,
                        bx_buf *ret)
{
    if (d->answer == BX_ANSWER_ALLOW) {
        (void)bx_buf_addf(ret, "no rule: a tool of permission %s may read the workspace",
                          permission_name(call->permission));
        return;
    }
    if (d->not_asked) {
        add_mode(p, call, ret);
        (void)bx_buf_add_z(ret, ": no rule allows this, and nobody is asked");
    } else {
        (void)bx_buf_addf(ret, "no rule allows this: %.*s (permission %s%s) is asked about",
                          BX_FMT(call->tool), permission_name(call->permission),
                          call->network ? ", network" : "");
    }
    add_advice(call, ret);
}

void bx_policy_why(const bx_policy *p, const bx_policy_call *call, const bx_policy_decision *d,
                   bx_buf *ret)
{
    switch (d->by) {
    case BX_BY_RULE:
        add_rule(d->rule, ret);
        if (d->not_asked) {
            (void)bx_buf_add_z(ret, "; ");
            add_mode(p, call, ret);
            (void)bx_buf_add_z(ret, " asks nobody");
        }
        return;
    case BX_BY_DOUBT:
        if (d->rule) {
            add_rule(d->rule, ret);
            (void)bx_buf_add_z(ret, " may hold: ");
        } else {
            (void)bx_buf_add_z(ret, "it is not certain what this does: ");
        }
        (void)bx_buf_add_z(ret, d->doubt);
        return;
    case BX_BY_MODE:
        add_mode(p, call, ret);
        (void)bx_buf_addf(ret,
                          d->answer == BX_ANSWER_DENY
                              ? ": only tools that read are there, %.*s is none of them"
                              : ": %.*s may change files of the workspace",
                          BX_FMT(call->tool));
        return;
    case BX_BY_DEFAULT:
        add_default(p, call, d, ret);
        return;
    }
}
