/* Rules for bash.  A rule that denies or asks holds when one command of the line is its; one that
 * allows, only together with others that allow all the rest. */
#include "base/ascii.h"
#include "policy/policy_internal.h"

enum { MAX_STEPS = 16 << 20 }; /* of comparing, for one call */

typedef struct judge {
    found *f;
    const rule_index *x;
    bx_line line;
    size_t steps;
    bool sets; /* variables that come with the call may change what commands do */
    bool lax;  /* what is compared is one reading of several */
    const bx_policy_call *call;
} judge;

static bx_str text_of(const bx_json_val *v, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(v, bx_str_of(key)), &s);
    return s;
}

static bx_str first_word(bx_str words)
{
    const char *end = words.n ? memchr(words.p, ' ', words.n) : NULL;
    return (bx_str){words.p, end ? (size_t)(end - words.p) : words.n};
}

/* /bin/git is git for whoever denies git. */
static bx_str without_dir(bx_str words)
{
    bx_str w = first_word(words);
    const char *slash = w.n ? memrchr(w.p, '/', w.n) : NULL;
    return slash ? bx_str_from(words, (size_t)(slash + 1 - words.p)) : words;
}

static void doubt(found *f, uint32_t rule, const char *why)
{
    if (!f->doubt || (f->maybe == INDEX_END && rule != INDEX_END)) {
        f->doubt = why;
        f->maybe = rule;
    }
}

/* ---- one rule, one command ------------------------------------------------------------------- */

static void restrict_by(judge *j, uint32_t rule, bx_str words)
{
    const bx_rule *r = j->f->p->rules[rule];
    bx_wild w = bx_wild_may((bx_str){r->pattern, r->pattern_n}, words, &j->steps);
    if (w == BX_WILD_YES && !j->lax)
        bx_found_add(j->f, rule);
    else if (w == BX_WILD_YES)
        doubt(j->f, rule, "one of its options may take the next word or not");
    else if (w == BX_WILD_MAYBE)
        doubt(j->f, rule, "what the command would be is not known before it runs");
}

static bool allows(const judge *j, uint32_t rule, const bx_line_command *c)
{
    const bx_rule *r = j->f->p->rules[rule];
    bx_str p = {r->pattern, r->pattern_n};
    if (r->answer != BX_ANSWER_ALLOW || j->sets)
        return false;
    return (!c->sets && bx_wild_must(p, bx_line_words(&j->line, c))) ||
           (c->begin != c->words && bx_wild_must(p, bx_line_whole(&j->line, c)));
}

static bool restricts(const judge *j, uint32_t rule)
{
    return j->f->p->rules[rule]->answer != BX_ANSWER_ALLOW;
}

/* Those of the rules for a first word that are found by it, then those that also name a second. */
typedef struct candidates {
    bx_str words;
    index_at at;
    bool pairs;
} candidates;

/* What of the second word is not known, or a space, may be any. */
static uint32_t first_pair(const rule_index *x, candidates *c)
{
    size_t first = first_word(c->words).n;
    bx_str rest = bx_str_from(c->words, first + 1), second = first_word(rest);
    bool plain = second.n < rest.n;
    for (size_t i = 0; i < second.n && plain; i++)
        plain = second.p[i] != BX_WILD_ANY && second.p[i] != BX_WILD_SPACE;
    c->pairs = true;
    if (rest.n == 0)
        return INDEX_END;
    return plain ? bx_index_first(x, INDEX_PAIR, (bx_str){c->words.p, first + 1 + second.n}, &c->at)
                 : bx_index_first(x, INDEX_PAIRS, (bx_str){c->words.p, first}, &c->at);
}

static uint32_t first_candidate(const rule_index *x, bx_str words, candidates *ret)
{
    *ret = (candidates){.words = words};
    uint32_t r = bx_index_first(x, BX_RULE_COMMAND, first_word(words), &ret->at);
    return r == INDEX_END ? first_pair(x, ret) : r;
}

static uint32_t next_candidate(const rule_index *x, candidates *c)
{
    uint32_t r = bx_index_next(x, &c->at);
    return r == INDEX_END && !c->pairs ? first_pair(x, c) : r;
}

/* Each rule that could hold for a command whose words begin so. */
static void restrict_by_key(judge *j, bx_str words)
{
    const rule_list *slow = &j->x->slow[BX_RULE_COMMAND], *all = &j->x->all[BX_RULE_COMMAND];
    bx_str w = first_word(words);
    candidates of;
    if (w.n && memchr(w.p, BX_WILD_ANY, w.n)) {
        for (size_t i = 0; i < all->n; i++) {
            if (restricts(j, all->at[i]))
                restrict_by(j, all->at[i], words);
        }
        return;
    }
    for (size_t i = 0; i < slow->n; i++) {
        if (restricts(j, slow->at[i]))
            restrict_by(j, slow->at[i], words);
    }
    for (uint32_t r = first_candidate(j->x, words, &of); r != INDEX_END;
         r = next_candidate(j->x, &of)) {
        if (restricts(j, r))
            restrict_by(j, r, words);
    }
}

static void restrict_seen(void *ctx, bx_str words, bool sure)
{
    judge *j = ctx;
    j->lax = !sure;
    restrict_by_key(j, words);
    j->lax = false;
}

/* The first rule that allows the command; INDEX_END: none. */
static uint32_t allowed_by(const judge *j, const bx_line_command *c)
{
    const rule_list *slow = &j->x->slow[BX_RULE_COMMAND];
    const bx_str texts[] = {bx_line_words(&j->line, c), bx_line_whole(&j->line, c)};
    uint32_t best = INDEX_END;
    candidates of;
    for (size_t i = 0; i < slow->n; i++) {
        if (allows(j, slow->at[i], c) && slow->at[i] < best)
            best = slow->at[i];
    }
    for (size_t k = 0; k < (c->begin == c->words ? 1U : 2U); k++) {
        for (uint32_t r = first_candidate(j->x, texts[k], &of); r != INDEX_END;
             r = next_candidate(j->x, &of)) {
            if (r < best && allows(j, r, c))
                best = r;
        }
    }
    return best;
}

/* ---- the line -------------------------------------------------------------------------------- */

static bool is_exact(const bx_rule *r) { return !memchr(r->pattern, BX_WILD_ANY, r->pattern_n); }

/* `by[i]`: what allows command i.  One that starts others for them to be judged needs nothing for
 * itself; one whose exact words a rule has, nothing for what it starts. */
static bool is_covered(const judge *j, const uint32_t *by, size_t i)
{
    const bx_line_command *c = &j->line.commands[i];
    if (by[i] != INDEX_END)
        return true;
    if (c->neutral || (c->carrier && !c->sets))
        return true;
    if (c->words == c->end && !c->sets && !j->sets)
        return true;
    for (int32_t up = c->within; up >= 0; up = j->line.commands[up].within) {
        if (by[up] != INDEX_END && is_exact(j->f->p->rules[by[up]]))
            return true;
    }
    return false;
}

static bool writes_nothing(bx_str target)
{
    static const char *const sinks[] = {"/dev/null", "/dev/stdout", "/dev/stderr"};
    for (size_t i = 0; i < BX_COUNT(sinks); i++) {
        if (bx_str_eq(target, bx_str_of(sinks[i])))
            return true;
    }
    return false;
}

/* An option of a command whose exact words a rule has. */
static bool is_spelled_out(const judge *j, const uint32_t *by, const bx_line_redirect *r)
{
    return r->option && r->of >= 0 && by[r->of] != INDEX_END && is_exact(j->f->p->rules[by[r->of]]);
}

/* May all files be written that the line writes?  A rule for a command says nothing of them. */
static bool redirects_allowed(const judge *j, const uint32_t *by, bx_str cwd)
{
    const bx_policy *p = j->f->p;
    BX_AUTO_BUF path = bx_buf_init(16 << 10);
    for (size_t i = 0; i < j->line.n_redirects; i++) {
        const bx_line_redirect *r = &j->line.redirects[i];
        bx_str t = {j->line.text.p + r->begin, r->end - r->begin};
        if (!r->writes || writes_nothing(t) || is_spelled_out(j, by, r) ||
            (r->open && !j->line.makes))
            continue;
        bool known = t.n && !memchr(t.p, BX_WILD_ANY, t.n) && !memchr(t.p, BX_WILD_SPACE, t.n) &&
                     (t.p[0] == '/' || !(j->line.moves || (r->option && j->line.option_moves))) &&
                     bx_policy_path(cwd, t, &path);
        if (!known)
            return false;
        bx_str at = bx_buf_str(&path);
        bool ok = bx_path_is_below(at, BX_LIT("/tmp")) ||
                  (bx_policy_mode_for(p, j->call) == BX_MODE_ACCEPT_EDITS &&
                   bx_path_is_below(at, BX_LIT(BX_POLICY_WORKSPACE)));
        for (size_t k = 0; !ok && k < p->index.all[BX_RULE_PATH].n; k++) {
            const bx_rule *rule = p->rules[p->index.all[BX_RULE_PATH].at[k]];
            ok = rule->answer == BX_ANSWER_ALLOW && rule->any_tool &&
                 (rule->uses & BX_USE_CHANGE) && bx_rule_matches_path(rule, at) &&
                 bx_path_is_plain(j->call, at);
        }
        if (!ok)
            return false;
    }
    return true;
}

static bx_code allow_line(judge *j, bx_str cwd, uint32_t *ret, bx_error *err)
{
    size_t n = j->line.n_commands;
    *ret = INDEX_END;
    /* Arithmetic, [[ -v ]], ${x@P} and others evaluate what is quoted: no rule has allowed that. */
    if (n == 0 || j->line.uncertain || j->line.latent)
        return BX_OK;
    BX_AUTOFREE uint32_t *by = bx_calloc(n, sizeof *by);
    if (!by)
        return bx_fail(err, BX_ENOMEM, "policy");
    uint32_t first = INDEX_END;
    for (size_t i = 0; i < n; i++) {
        by[i] = allowed_by(j, &j->line.commands[i]);
        first = by[i] < first ? by[i] : first;
    }
    bool restrictive = j->x->n_restrictive[BX_RULE_COMMAND] > 0;
    for (size_t i = 0; i < n; i++) {
        if (j->line.commands[i].opaque && by[i] == INDEX_END && restrictive)
            doubt(j->f, INDEX_END, "it runs a script whose commands the line does not show");
        if (!is_covered(j, by, i))
            first = INDEX_END;
        if (first == INDEX_END && !restrictive)
            return BX_OK;
    }
    if (first != INDEX_END && redirects_allowed(j, by, cwd))
        *ret = first;
    return BX_OK;
}

/* What of a file's rules its redirections touch. */
static void restrict_redirects(judge *j, bx_str cwd)
{
    const rule_list *all = &j->x->all[BX_RULE_PATH];
    BX_AUTO_BUF path = bx_buf_init(16 << 10);
    for (size_t i = 0; i < j->line.n_redirects && j->x->n_restrictive[BX_RULE_PATH]; i++) {
        const bx_line_redirect *r = &j->line.redirects[i];
        bx_str t = {j->line.text.p + r->begin, r->end - r->begin};
        unsigned use = r->writes ? BX_USE_CHANGE : BX_USE_READ;
        if (t.n == 0 || memchr(t.p, BX_WILD_ANY, t.n) || !bx_policy_path(cwd, t, &path))
            continue; /* the carve-out of the grant holds all the same */
        for (size_t k = 0; k < all->n; k++) {
            const bx_rule *rule = j->f->p->rules[all->at[k]];
            if (rule->answer != BX_ANSWER_ALLOW && rule->any_tool && (rule->uses & use) &&
                bx_rule_matches_path(rule, bx_buf_str(&path)))
                bx_found_add(j->f, all->at[k]);
        }
    }
}

/* Names a shell takes for a function; it reads them as part of a text. */
static bool is_plain_name(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!bx_is_alnum(s.p[i]) && !((unsigned char)s.p[i] >> 7) && !strchr("_-.:+@/,%", s.p[i]))
            return false;
    }
    return s.n > 0 && memchr(s.p, '\0', s.n) == NULL;
}

static bool is_variable_name(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!bx_is_alnum(s.p[i]) && s.p[i] != '_')
            return false;
    }
    return s.n > 0 && !bx_is_digit(s.p[0]);
}

/* Variables and functions that the call brings along. */
static bx_code read_surroundings(judge *j, const bx_json_val *arguments, bx_error *err)
{
    bx_code rc = BX_OK;
    bx_str key, value;
    const bx_json_val *v;
    bx_json_iter it = bx_json_iter_of(bx_json_get(arguments, BX_LIT("functions")));
    while (rc == BX_OK && (v = bx_json_next(&it, &key))) {
        if (!is_plain_name(key))
            j->line.uncertain = "a function has a name that is none";
        if (bx_json_str(v, &value))
            rc = bx_line_read(&j->line, value, err);
    }
    it = bx_json_iter_of(bx_json_get(arguments, BX_LIT("env")));
    while ((v = bx_json_next(&it, &key))) {
        j->line.makes = true;
        j->sets = j->sets || !bx_line_variable_is_harmless(key) || !is_variable_name(key);
        if (bx_line_variable_starts(key) || !is_variable_name(key))
            j->line.uncertain = "a variable of the call may start something";
        if (bx_json_str(v, &value) &&
            (memchr(value.p, '`', value.n) || memmem(value.p, value.n, "$(", 2)))
            j->line.latent = true;
    }
    return rc;
}

static bx_code judge_line(judge *j, const bx_json_val *arguments, uint32_t *ret, bx_error *err)
{
    BX_AUTO_BUF cwd = bx_buf_init(16 << 10);
    const char *uncertain = NULL;
    if (!bx_policy_path(BX_LIT(BX_POLICY_WORKSPACE), text_of(arguments, "cwd"), &cwd)) {
        uncertain = "its directory is not known";
        bx_buf_clear(&cwd);
    }
    bx_code rc = bx_line_read(&j->line, text_of(arguments, "command"), err);
    if (rc == BX_OK)
        rc = read_surroundings(j, arguments, err);
    if (rc != BX_OK)
        return rc;
    uncertain = j->line.uncertain ? j->line.uncertain : uncertain;
    if (j->x->n_restrictive[BX_RULE_COMMAND] == 0) {
        j->f->doubt = NULL;
    } else if (uncertain) {
        doubt(j->f, INDEX_END, uncertain);
    } else if (j->line.latent) {
        doubt(j->f, INDEX_END, "quoted text in it would be a command if it were evaluated");
    }
    for (size_t i = 0; i < j->line.n_commands; i++) {
        bx_str words = bx_line_words(&j->line, &j->line.commands[i]);
        bx_str name = without_dir(words);
        restrict_by_key(j, words);
        if (name.n != words.n)
            restrict_by_key(j, name);
        bx_command_see_through(name, restrict_seen, j);
    }
    restrict_redirects(j, bx_buf_str(&cwd));
    if (uncertain)
        j->line.uncertain = uncertain;
    return allow_line(j, bx_buf_str(&cwd), ret, err);
}

bx_code bx_decide_commands(found *f, const bx_policy_call *call, uint32_t *ret_allowed,
                           bx_error *err)
{
    judge j = {.f = f, .x = &f->p->index, .line = bx_line_init(), .steps = MAX_STEPS, .call = call};
    bx_code rc = judge_line(&j, call->arguments, ret_allowed, err);
    bx_line_done(&j.line);
    return rc;
}
