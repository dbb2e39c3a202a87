/* A policy as YAML, with where each thing comes from. */
#include "policy/policy_internal.h"

static void quoted(bx_buf *to, const char *text)
{
    (void)bx_buf_add_c(to, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            (void)bx_buf_add_c(to, '\'');
        (void)bx_buf_add_c(to, *text);
    }
    (void)bx_buf_add_c(to, '\'');
}

static void item(bx_buf *to, const char *indent, const char *text, const char *file, unsigned at)
{
    (void)bx_buf_addf(to, "%s- ", indent);
    quoted(to, text);
    (void)bx_buf_addf(to, "  # %s:%u\n", file, at);
}

static void list(const bx_policy *p, const char *head, const char *indent, size_t of, bx_buf *to)
{
    bool any = false;
    for (size_t i = 0; i < p->n_files; i++) {
        const lines *l = (const lines *)(const void *)((const char *)p->files[i] + of);
        for (size_t k = 0; k < l->n; k++) {
            if (!any)
                (void)bx_buf_add_z(to, head);
            any = true;
            item(to, indent, l->at[k].text, p->files[i]->name, l->at[k].line);
        }
    }
}

static void rules(const bx_policy *p, bx_answer answer, bool *any, bx_buf *to)
{
    bool begun = false;
    for (size_t i = 0; i < p->n_rules; i++) {
        const bx_rule *r = p->rules[i];
        if (r->answer != answer)
            continue;
        if (!begun)
            (void)bx_buf_addf(to, "%s  %s:\n", *any ? "" : "rules:\n", bx_answer_name(answer));
        begun = *any = true;
        item(to, "    ", r->text, r->file, r->line);
    }
}

static void tool(const bx_policy_file *f, const section *s, bx_buf *to)
{
    bx_limit_row row;
    (void)bx_buf_add_z(to, "  ");
    quoted(to, s->tool);
    (void)bx_buf_addf(to, ":  # %s:%u\n", f->name, s->line);
    if (s->has_allow)
        (void)bx_buf_addf(to, "    allow:%s\n", s->allow.n ? "" : " []");
    for (size_t i = 0; s->has_allow && i < s->allow.n; i++)
        item(to, "      ", s->allow.at[i].text, f->name, s->allow.at[i].line);
    if (s->deny.n)
        (void)bx_buf_add_z(to, "    deny:\n");
    for (size_t i = 0; i < s->deny.n; i++)
        item(to, "      ", s->deny.at[i].text, f->name, s->deny.at[i].line);
    bool any = false;
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        char value[32];
        if (!s->set[i])
            continue;
        bx_limits_print(&s->limits, i, value);
        (void)bx_buf_addf(to, "%s      %s: %s\n", any ? "" : "    limits:\n", row.name, value);
        any = true;
    }
    if (s->wants_signature)
        (void)bx_buf_add_z(to, "    require_signature: true\n");
}

void bx_policy_print(const bx_policy *p, bx_buf *to)
{
    bool any = false, signatures = false, safe = false;
    (void)bx_buf_addf(to, "mode: %s", bx_policy_mode_name(p->mode));
    if (p->mode_file)
        (void)bx_buf_addf(to, "  # %s:%u", p->mode_file, p->mode_line);
    (void)bx_buf_add_c(to, '\n');
    for (size_t i = 0; i < p->n_files; i++) {
        (void)bx_buf_addf(to, "# %s%s\n", p->files[i]->name,
                          p->files[i]->trusted ? "" : ": not trusted, so it only narrows");
        signatures = signatures || p->files[i]->wants_signatures;
        safe = safe || p->files[i]->power_safe;
    }
    if (signatures)
        (void)bx_buf_add_z(to, "require_signatures: true\n");
    if (safe)
        (void)bx_buf_add_z(to, "power_safe: true\n");
    list(p, "mounts:\n", "  ", offsetof(bx_policy_file, mounts), to);
    size_t n = to->n;
    list(p, "network:\n  block_networks:\n", "    ", offsetof(bx_policy_file, block_networks), to);
    bool net = to->n > n;
    n = to->n;
    list(p, net ? "  allow_networks:\n" : "network:\n  allow_networks:\n", "    ",
         offsetof(bx_policy_file, allow_networks), to);
    net = net || to->n > n;
    list(p, net ? "  block_urls:\n" : "network:\n  block_urls:\n", "    ",
         offsetof(bx_policy_file, block_urls), to);
    list(p, "inject:\n", "  ", offsetof(bx_policy_file, inject), to);
    for (size_t i = 0; i < p->n_files; i++) {
        for (size_t k = 0; k < p->files[i]->n_sections; k++) {
            (void)bx_buf_add_z(to, any ? "" : "tools:\n");
            any = true;
            tool(p->files[i], &p->files[i]->sections[k], to);
        }
    }
    any = false;
    rules(p, BX_ANSWER_DENY, &any, to);
    rules(p, BX_ANSWER_ASK, &any, to);
    rules(p, BX_ANSWER_ALLOW, &any, to);
}
