#include "policy/policy.h"

#include "policy/policy_internal.h"

static const char *const mode_names[] = {"default", "accept-edits", "plan", "dont-ask"};

const char *bx_policy_mode_name(bx_policy_mode m) { return mode_names[m]; }

bool bx_policy_mode_parse(bx_str text, bx_policy_mode *ret)
{
    for (size_t i = 0; i < BX_COUNT(mode_names); i++) {
        if (bx_str_eq(text, bx_str_of(mode_names[i]))) {
            *ret = (bx_policy_mode)i;
            return true;
        }
    }
    return false;
}

/* ---- files ----------------------------------------------------------------------------------- */

static void lines_done(lines *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->at[i].text);
    free(l->at);
}

void bx_policy_file_free(bx_policy_file *f)
{
    if (!f)
        return;
    lines *const all[] = {&f->mounts, &f->block_networks, &f->allow_networks, &f->block_urls,
                          &f->inject};
    for (size_t i = 0; i < BX_COUNT(all); i++)
        lines_done(all[i]);
    for (size_t i = 0; i < f->n_rules; i++)
        bx_rule_done(&f->rules[i]);
    for (size_t i = 0; i < f->n_sections; i++) {
        free(f->sections[i].tool);
        lines_done(&f->sections[i].allow);
        lines_done(&f->sections[i].deny);
    }
    for (size_t i = 0; i < f->n_hooks; i++)
        bx_hook_done(&f->hooks[i]);
    free(f->hooks);
    free(f->rules);
    free(f->sections);
    free(f->examples);
    free(f->name);
    bx_json_free(f->doc);
    bx_buf_done(&f->notes);
    free(f);
}

bx_str bx_policy_file_notes(const bx_policy_file *f) { return bx_buf_str(&f->notes); }

/* ---- the whole ------------------------------------------------------------------------------- */

void bx_policy_free(bx_policy *p)
{
    if (!p)
        return;
    bx_index_done(&p->index);
    for (size_t i = 0; i < p->n_files; i++)
        bx_policy_file_free(p->files[i]);
    free(p->rules);
    free(p);
}

/* What becomes part of every grant has to fit there; who writes the file is told, not who calls. */
static bx_code count_restriction(const bx_rule *r, size_t *carves, size_t *programs, size_t *blocks,
                                 bx_error *err)
{
    char name[64];
    if (r->answer == BX_ANSWER_ALLOW)
        return BX_OK;
    *carves += r->kind == BX_RULE_PATH && r->glob;
    *blocks += r->kind == BX_RULE_DOMAIN;
    *programs += bx_rule_program(r, name);
    const char *what = *carves > BX_POLICY_MAX_CARVES       ? "paths"
                       : *programs > BX_POLICY_MAX_PROGRAMS ? "programs"
                       : *blocks > BX_POLICY_MAX_BLOCKS     ? "hosts"
                                                            : NULL;
    if (!what)
        return BX_OK;
    return bx_fail(err, BX_ELIMIT,
                   "%s:%u:%u: too many %s that rules deny or ask about: each is taken out of "
                   "grants, which have room for %d paths, %d programs and %d hosts",
                   r->file, r->line, r->column, what, BX_POLICY_MAX_CARVES, BX_POLICY_MAX_PROGRAMS,
                   BX_POLICY_MAX_BLOCKS);
}

static bx_code join_rules(bx_policy *p, bx_error *err)
{
    size_t n = 0, carves = 0, programs = 0, blocks = 0;
    for (size_t i = 0; i < p->n_files; i++) {
        n += p->files[i]->n_rules;
        blocks += p->files[i]->block_urls.n;
        for (size_t k = 0; k < p->files[i]->n_sections; k++)
            carves += p->files[i]->sections[k].deny.n;
    }
    p->rules = bx_calloc(n + 1, sizeof(const bx_rule *));
    if (!p->rules)
        return bx_fail(err, BX_ENOMEM, "policy");
    for (size_t i = 0; i < p->n_files; i++) {
        for (size_t k = 0; k < p->files[i]->n_rules; k++) {
            const bx_rule *r = &p->files[i]->rules[k];
            p->rules[p->n_rules++] = r;
            bx_code rc = count_restriction(r, &carves, &programs, &blocks, err);
            if (rc != BX_OK)
                return rc;
        }
    }
    return BX_OK;
}

static void join_mode(bx_policy *p, const bx_policy_mode *mode)
{
    for (size_t i = 0; i < p->n_files; i++) {
        const bx_policy_file *f = p->files[i];
        if (!f->has_mode || (!f->trusted && p->mode >= BX_MODE_PLAN))
            continue;
        p->mode = f->mode;
        p->mode_file = f->name;
        p->mode_line = f->mode_line;
    }
    if (mode) {
        p->mode = *mode;
        p->mode_file = NULL;
    }
}

bx_code bx_policy_merge(bx_policy_file **files, size_t n, const bx_policy_mode *mode,
                        bx_policy **ret, bx_error *err)
{
    BX_AUTO(bx_policy) bx_policy *p = bx_calloc(1, sizeof *p);
    if (!p || n > BX_POLICY_MAX_FILES) {
        for (size_t i = 0; i < n; i++)
            bx_policy_file_free(BX_TAKE(files[i]));
        return p ? bx_fail(err, BX_ELIMIT, "more than %d files", BX_POLICY_MAX_FILES)
                 : bx_fail(err, BX_ENOMEM, "policy");
    }
    for (size_t i = 0; i < n; i++) {
        p->files[i] = BX_TAKE(files[i]);
        p->n_files++;
    }
    join_mode(p, mode);
    bx_code rc = join_rules(p, err);
    if (rc == BX_OK)
        rc = bx_index_build(p, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(p);
    return rc;
}

bx_policy_mode bx_policy_mode_of(const bx_policy *p) { return p->mode; }

bx_policy_mode bx_policy_mode_for(const bx_policy *p, const bx_policy_call *call)
{
    return call->mode ? *call->mode : p->mode;
}

const section *bx_policy_section(const bx_policy *p, bx_str tool, size_t *file, size_t *i)
{
    for (; *file < p->n_files; (*file)++, *i = 0) {
        const bx_policy_file *f = p->files[*file];
        while (*i < f->n_sections) {
            const section *s = &f->sections[(*i)++];
            if (bx_tool_name_matches(bx_str_of(s->tool), tool))
                return s;
        }
    }
    return NULL;
}

bool bx_policy_is_power_safe(const bx_policy *p)
{
    bool safe = false;
    for (size_t k = 0; k < p->n_files; k++)
        safe = safe || p->files[k]->power_safe;
    return safe;
}

bool bx_policy_wants_signature(const bx_policy *p, bx_str tool)
{
    size_t file = 0, i = 0;
    bool wants = false;
    for (size_t k = 0; k < p->n_files; k++)
        wants = wants || p->files[k]->wants_signatures;
    for (const section *s; (s = bx_policy_section(p, tool, &file, &i));)
        wants = wants || s->wants_signature;
    return wants;
}

size_t bx_policy_rule_count(const bx_policy *p) { return p->n_rules; }
const bx_rule *bx_policy_rule_at(const bx_policy *p, size_t i) { return p->rules[i]; }

size_t bx_policy_example_count(const bx_policy *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_files; i++)
        n += p->files[i]->n_examples;
    return n;
}

bx_policy_example bx_policy_example_at(const bx_policy *p, size_t i)
{
    size_t file = 0;
    while (i >= p->files[file]->n_examples)
        i -= p->files[file++]->n_examples;
    return p->files[file]->examples[i];
}

const bx_hook *bx_policy_hook_at(const bx_policy *p, size_t i)
{
    size_t file = 0;
    while (file < p->n_files && i >= p->files[file]->n_hooks)
        i -= p->files[file++]->n_hooks;
    return file < p->n_files ? &p->files[file]->hooks[i] : NULL;
}
