/* A policy as YAML, with where each thing comes from. */
#include "codec/shown.h"
#include "policy/policy_internal.h"

/* As YAML takes it in quotes: of several lines, or what would act on a terminal. */
static void json_text(bx_buf *to, const char *text)
{
    bx_json_out o = bx_json_out_on(to);
    bx_json_out_string(&o, bx_str_of(text));
}

static bool is_plain(const char *text)
{
    char room[BX_SHOWN_ROOM];
    bx_str form;
    for (bx_str rest = bx_str_of(text); rest.n;) {
        size_t n = bx_shown_char(rest, room, &form);
        if (form.p != rest.p)
            return false;
        rest = bx_str_from(rest, n);
    }
    return true;
}

static void quoted(bx_buf *to, const char *text)
{
    if (!is_plain(text)) {
        json_text(to, text);
        return;
    }
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

static void hooks(const bx_policy *p, bx_buf *to)
{
    const bx_hook *h;
    for (size_t e = 0, any = 0; e < BX_HOOK_EVENTS; e++) {
        bool begun = false;
        for (size_t i = 0; (h = bx_policy_hook_at(p, i)); i++) {
            if (h->event != (bx_hook_event)e)
                continue;
            (void)bx_buf_addf(to, "%s", any++ ? "" : "hooks:\n");
            if (!begun)
                (void)bx_buf_addf(to, "  %s:\n", bx_hook_event_name(h->event));
            begun = true;
            (void)bx_buf_addf(to, "    - matcher: '%s'  # %s:%u\n", h->matcher ? h->matcher : "",
                              h->file, h->line);
            (void)bx_buf_addf(to, "      hooks:\n        - %s: ", h->command ? "command" : "tool");
            json_text(to, h->command ? h->command : h->tool);
            (void)bx_buf_addf(to, "\n          timeout: %llums\n",
                              (unsigned long long)(h->timeout_ns / 1000000));
            if (h->n_allow)
                (void)bx_buf_add_z(to, "          allow:\n");
            for (size_t k = 0; k < h->n_allow; k++)
                item(to, "            ", h->allow[k], h->file, h->line);
        }
    }
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
    hooks(p, to);
}
