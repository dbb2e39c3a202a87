#include "policy/rule.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/limits.h"
#include "policy/cap.h"
#include "policy/wild.h"

const char *bx_answer_name(bx_answer a)
{
    static const char *const names[] = {"allow", "ask", "deny"};
    return names[a];
}

void bx_rule_done(bx_rule *r)
{
    free(r->text);
    free(r->tool);
    free(r->pattern);
    bx_glob_free(r->glob);
    *r = (bx_rule){.text = NULL};
}

/* ---- names of tools -------------------------------------------------------------------------- */

/* Names that rules of other agents use for the same thing. */
static bx_str own_name(bx_str name)
{
    static const struct {
        const char *other, *ours;
    } names[] = {
        {"Bash", "bash"},          {"Read", "read"},      {"Write", "write"},
        {"Edit", "edit"},          {"Glob", "glob"},      {"Grep", "grep"},
        {"WebFetch", "web_fetch"}, {"MultiEdit", "edit"}, {"NotebookEdit", "edit"},
        {"NotebookRead", "read"},
    };
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        if (bx_str_eq(name, bx_str_of(names[i].other)))
            return bx_str_of(names[i].ours);
    }
    return name;
}

static bool is_tool_pattern(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!bx_is_alnum(s.p[i]) && !memchr("_-.*?", s.p[i], 5))
            return false;
    }
    return s.n > 0 && s.n <= 128;
}

/* ---- commands -------------------------------------------------------------------------------- */

static bx_code put_escaped(bx_str s, size_t i, bx_buf *to, bx_error *err)
{
    if (i >= s.n)
        return bx_fail(err, BX_EINVAL, "a backslash at the end");
    char c = s.p[i];
    if ((unsigned char)c < ' ')
        return bx_fail(err, BX_EINVAL, "a control character");
    (void)bx_buf_add_c(to, c == ' ' ? BX_WILD_SPACE : c);
    return BX_OK;
}

static bx_code put_command_char(bx_str s, size_t *i, bx_buf *to, bx_error *err)
{
    char c = s.p[*i], last = to->n ? to->p[to->n - 1] : ' ';
    if (c == '\\')
        return put_escaped(s, ++*i, to, err);
    if (strchr(";|&<>()`$\n", c))
        return bx_fail(err, BX_EINVAL,
                       "'%c': a rule means one command, every command of a line is compared by "
                       "itself; a backslash before it means the character",
                       c == '\n' ? ' ' : c);
    if ((unsigned char)c < ' ')
        return bx_fail(err, BX_EINVAL, "a control character");
    bool star = c == '*', again = c == ' ' ? last == ' ' : star && last == BX_WILD_ANY;
    if (!again) /* a failure of the buffer stays */
        (void)bx_buf_add_c(to, star ? BX_WILD_ANY : c);
    return BX_OK;
}

/* What stands in quotes is one word, or part of one: commands are compared without theirs. */
static bx_code put_quoted(bx_str s, size_t *i, bx_buf *to, bx_error *err)
{
    char quote = s.p[(*i)++];
    bx_code rc = BX_OK;
    for (; *i < s.n && s.p[*i] != quote && rc == BX_OK; (*i)++) {
        char c = s.p[*i];
        if (c == '\\' && quote == '"')
            rc = put_escaped(s, ++*i, to, err);
        else if ((unsigned char)c < ' ')
            rc = bx_fail(err, BX_EINVAL, "a control character");
        else
            (void)bx_buf_add_c(to, c == ' ' ? BX_WILD_SPACE : c == '*' ? BX_WILD_ANY : c);
    }
    return rc == BX_OK && *i >= s.n ? bx_fail(err, BX_EINVAL, "a quote is not closed") : rc;
}

/* Words as in policy/wild.h, each with ' ' behind it unless the pattern ends in a star. */
static bx_code command_of(bx_str s, bx_rule *r, bx_error *err)
{
    BX_AUTO_BUF to = bx_buf_init(BX_RULE_MAX_TEXT + 8);
    bool prefix = s.n > 2 && s.p[s.n - 1] == '*' && s.p[s.n - 2] == ':' && s.p[s.n - 3] != '\\';
    if (prefix)
        s.n -= 2;
    bx_code rc = BX_OK;
    for (size_t i = 0; i < s.n && rc == BX_OK; i++)
        rc = s.p[i] == '"' || s.p[i] == '\'' ? put_quoted(s, &i, &to, err)
                                             : put_command_char(s, &i, &to, err);
    if (rc == BX_OK && prefix)
        (void)bx_buf_addf(&to, "%s%c", to.n && to.p[to.n - 1] == ' ' ? "" : " ", BX_WILD_ANY);
    if (rc == BX_OK && to.n && to.p[to.n - 1] != ' ' && to.p[to.n - 1] != BX_WILD_ANY)
        (void)bx_buf_add_c(&to, ' ');
    if (rc == BX_OK)
        rc = bx_buf_check(&to, err);
    if (rc != BX_OK)
        return rc;
    if (to.n == 0)
        return bx_fail(err, BX_EINVAL, "no command in the parentheses");
    if (to.n == 1 && to.p[0] == BX_WILD_ANY) { /* bash(*) is bash */
        r->kind = BX_RULE_TOOL;
        return BX_OK;
    }
    r->pattern = bx_strndup(to.p, to.n);
    r->pattern_n = to.n;
    return r->pattern ? BX_OK : bx_fail(err, BX_ENOMEM, "rule");
}

/* ---- paths ----------------------------------------------------------------------------------- */

bool bx_policy_path(bx_str dir, bx_str path, bx_buf *ret)
{
    if ((path.n && path.p[0] == '~') || path.n > BX_MAX_PATH || memchr(path.p, '\0', path.n))
        return false;
    bx_buf_clear(ret);
    if (path.n == 0 || path.p[0] != '/')
        (void)bx_buf_add_str(ret, dir);
    for (size_t i = 0; i < path.n;) {
        const char *slash = memchr(path.p + i, '/', path.n - i);
        size_t n = slash ? (size_t)(slash - path.p) - i : path.n - i;
        bx_str part = {path.p + i, n};
        i += n + 1;
        if (n == 0 || bx_str_eq(part, BX_LIT(".")))
            continue;
        if (bx_str_eq(part, BX_LIT(".."))) {
            while (ret->n && ret->p[--ret->n] != '/')
                ;
            continue;
        }
        if (ret->n == 0 || ret->p[ret->n - 1] != '/')
            (void)bx_buf_add_c(ret, '/');
        (void)bx_buf_add_str(ret, part);
    }
    if (ret->n == 0)
        (void)bx_buf_add_c(ret, '/');
    return ret->fail == BX_OK && ret->n < BX_MAX_PATH;
}

static bx_code no_path(const bx_buf *to, bx_error *err)
{
    bx_code rc = to->fail == BX_ENOMEM ? bx_buf_check(to, err) : BX_OK;
    return rc == BX_OK ? bx_fail(err, BX_EINVAL, "the path is too long") : rc;
}

static bool is_root(bx_str path, const bx_rule_place *p)
{
    static const char *const own[] = {BX_POLICY_WORKSPACE, "/tmp", "/store"};
    for (size_t i = 0; i < BX_COUNT(own); i++) {
        if (bx_path_is_below(path, bx_str_of(own[i])))
            return true;
    }
    for (size_t i = 0; i < p->n_roots; i++) {
        if (bx_path_is_below(path, p->roots[i]))
            return true;
    }
    return false;
}

/* A path of the host is one of the workspace where that holds it. */
static bx_code host_path(bx_str dir, bx_str path, const bx_rule_place *p, bx_rule *r, bx_buf *to,
                         bx_error *err)
{
    BX_AUTO_BUF host = bx_buf_init(2 * BX_MAX_PATH);
    if (!bx_policy_path(dir, path, &host))
        return no_path(&host, err);
    bx_str at = bx_buf_str(&host), ws = p->workspace;
    r->nowhere = dir.n == 0 || ws.n == 0 || !bx_path_is_below(at, ws);
    if (r->nowhere)
        return BX_OK;
    (void)bx_buf_addf(to, "%s", BX_POLICY_WORKSPACE);
    (void)bx_buf_add_str(to, bx_str_eq(ws, BX_LIT("/")) ? at : bx_str_from(at, ws.n));
    return BX_OK;
}

static bx_code host_path(bx_str dir, bx_str path, const bx_rule_place *p, bx_rule *r, bx_buf *to,
                         bx_error *err);

/* With two slashes, as others write one of the host, it is that where the sandbox has none such. */
static bx_code absolute_path(bx_str s, const bx_rule_place *p, bx_rule *r, bx_buf *to,
                             bx_error *err)
{
    if (!bx_policy_path(BX_LIT("/"), s, to))
        return no_path(to, err);
    bx_str at = bx_buf_str(to);
    if (is_root(at, p) || bx_str_starts(at, BX_LIT("/**")))
        return BX_OK;
    if (bx_str_starts(s, BX_LIT("//"))) {
        bx_buf_clear(to);
        return host_path(BX_LIT("/"), s, p, r, to, err);
    }
    return bx_fail(err, BX_EINVAL,
                   "'%.*s': paths are those of the sandbox, " BX_POLICY_WORKSPACE
                   " and what mounts name; one of the workspace is written './…'",
                   BX_FMT(s));
}

static bx_code check_path_text(bx_str s, bx_error *err)
{
    if (s.n == 0)
        return bx_fail(err, BX_EINVAL, "no path in the parentheses");
    if (s.p[0] == '!')
        return bx_fail(err, BX_EINVAL, "a rule has no exceptions: '!' is no part of it");
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < ' ' || strchr("{}\\", s.p[i]))
            return bx_fail(err, BX_EINVAL,
                           "'%c' in a path: there are *, ?, [a-z] and **; braces are two rules",
                           (unsigned char)s.p[i] < ' ' ? '?' : s.p[i]);
    }
    return BX_OK;
}

/* As in .gitignore: without a slash, but at the end, it is a name at any depth. */
static bx_code glob_text(bx_str s, const bx_rule_place *p, bx_rule *r, bx_buf *to, bx_error *err)
{
    bx_str body = {s.p, s.n - (s.n > 1 && s.p[s.n - 1] == '/')};
    if (bx_str_eq(s, BX_LIT("~")) || bx_str_starts(s, BX_LIT("~/")))
        return host_path(p->home, bx_str_from(s, 2), p, r, to, err);
    if (s.p[0] == '/')
        return absolute_path(s, p, r, to, err);
    if (!memchr(body.p, '/', body.n) && !bx_str_eq(body, BX_LIT(".")) &&
        !bx_str_eq(body, BX_LIT("..")) && !bx_str_eq(body, BX_LIT("**"))) {
        (void)bx_buf_addf(to, "**/");
        (void)bx_buf_add_str(to, body);
        return BX_OK;
    }
    if (bx_str_starts(s, BX_LIT("**/"))) {
        (void)bx_buf_add_str(to, s);
        return BX_OK;
    }
    if (!bx_policy_path(BX_LIT(BX_POLICY_WORKSPACE), s, to))
        return no_path(to, err);
    if (!bx_path_is_below(bx_buf_str(to), BX_LIT(BX_POLICY_WORKSPACE)))
        return bx_fail(err, BX_EINVAL, "'%.*s' leads out of the workspace", BX_FMT(s));
    return BX_OK;
}

static bool has_wildcard(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("*?[", s.p[i]))
            return true;
    }
    return false;
}

static void set_uses(bx_rule *r)
{
    bx_str tool = bx_str_of(r->tool);
    bool reads = bx_str_eq(tool, BX_LIT("read"));
    r->any_tool = reads || bx_str_eq(tool, BX_LIT("edit")) || bx_str_eq(tool, BX_LIT("write"));
    r->uses = BX_USE_READ | BX_USE_CHANGE;
    if (reads && r->answer != BX_ANSWER_DENY)
        r->uses = BX_USE_READ;
    else if (r->any_tool && !reads)
        r->uses = BX_USE_CHANGE;
}

static bx_code path_of(bx_str s, const bx_rule_place *p, bx_rule *r, bx_error *err)
{
    BX_AUTO_BUF to = bx_buf_init(2 * BX_MAX_PATH);
    bx_code rc = check_path_text(s, err);
    if (rc == BX_OK)
        rc = glob_text(s, p, r, &to, err);
    set_uses(r);
    if (rc != BX_OK || r->nowhere)
        return rc;
    rc = bx_buf_check(&to, err);
    if (rc == BX_OK)
        rc = bx_glob_compile(bx_buf_str(&to), &r->glob, err);
    if (rc != BX_OK)
        return rc;
    bx_str text = bx_glob_text(r->glob);
    const char *slash = memrchr(text.p, '/', text.n);
    bx_str last = slash ? bx_str_from(text, (size_t)(slash + 1 - text.p)) : text;
    /* A star at the end allows the files of a directory, not those of directories in it. */
    r->whole = r->answer == BX_ANSWER_ALLOW && has_wildcard(last) && !bx_str_eq(last, BX_LIT("**"));
    r->pattern = bx_strndup(text.p, text.n);
    r->pattern_n = text.n;
    return r->pattern ? BX_OK : bx_fail(err, BX_ENOMEM, "rule");
}

bool bx_rule_matches_path(const bx_rule *r, bx_str path)
{
    if (!r->glob)
        return false;
    return r->whole ? bx_glob_match(r->glob, path) : bx_glob_match_at_or_below(r->glob, path);
}

/* ---- hosts ----------------------------------------------------------------------------------- */

static bx_code domain_of(bx_str s, bx_rule *r, bx_error *err)
{
    if (!bx_str_starts(s, BX_LIT("domain:")))
        return bx_fail(err, BX_EINVAL, "in the parentheses of web_fetch stands domain:HOST");
    s = bx_str_from(s, 7);
    bx_str bare = s;
    if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
        bare = (bx_str){s.p + 1, s.n - 2};
    bx_code rc = BX_OK;
    if (bx_ip_parse(bare, &r->host.net.net)) {
        r->host.kind = BX_HOST_NET;
        r->host.net.bits = r->host.net.net.family == 4 ? 32 : 128;
    } else {
        rc = bx_net_host_parse(s, &r->host, err);
    }
    if (rc != BX_OK)
        return rc;
    r->pattern = bx_strndup(s.p, s.n);
    r->pattern_n = s.n;
    return r->pattern ? BX_OK : bx_fail(err, BX_ENOMEM, "rule");
}

/* ---- programs -------------------------------------------------------------------------------- */

bool bx_rule_program(const bx_rule *r, char out[64])
{
    bx_str p = {r->pattern, r->pattern_n};
    if (r->kind == BX_RULE_TOOL)
        return snprintf(out, 64, "%s", r->tool) < 64;
    if (r->kind != BX_RULE_COMMAND || p.n < 2 || p.p[p.n - 1] != BX_WILD_ANY)
        return false;
    p.n--;
    bool star = p.p[p.n - 1] != ' ';
    p.n -= !star;
    for (size_t i = 0; i < p.n; i++) {
        if (strchr(" /\1\2", p.p[i]))
            return false;
    }
    return snprintf(out, 64, "%.*s%s", (int)(p.n < 64 ? p.n : 64), p.p, star ? "*" : "") < 64;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool takes_paths(bx_str tool)
{
    static const char *const tools[] = {"read", "write", "edit", "glob", "grep"};
    for (size_t i = 0; i < BX_COUNT(tools); i++) {
        if (bx_str_eq(tool, bx_str_of(tools[i])))
            return true;
    }
    return false;
}

static bx_code specifier(bx_str s, const bx_rule_place *place, bx_rule *r, bx_error *err)
{
    bx_str tool = bx_str_of(r->tool);
    if (bx_str_eq(tool, BX_LIT("bash"))) {
        r->kind = BX_RULE_COMMAND;
        return command_of(s, r, err);
    }
    if (takes_paths(tool)) {
        r->kind = BX_RULE_PATH;
        return path_of(s, place, r, err);
    }
    if (bx_str_eq(tool, BX_LIT("web_fetch"))) {
        r->kind = BX_RULE_DOMAIN;
        return domain_of(s, r, err);
    }
    return bx_fail(err, BX_EINVAL,
                   "%.*s takes nothing in parentheses: bash, read, write, edit, glob, grep and "
                   "web_fetch do",
                   BX_FMT(tool));
}

static bx_code parse(bx_str text, const bx_rule_place *place, bx_rule *r, bx_error *err)
{
    while (text.n && text.p[text.n - 1] == ' ')
        text.n--;
    while (text.n && text.p[0] == ' ')
        text = bx_str_from(text, 1);
    if (text.n > BX_RULE_MAX_TEXT)
        return bx_fail(err, BX_ELIMIT, "a rule has at most %d bytes", BX_RULE_MAX_TEXT);
    const char *open = text.n ? memchr(text.p, '(', text.n) : NULL;
    bx_str name = {text.p, open ? (size_t)(open - text.p) : text.n};
    if (!is_tool_pattern(name))
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is no rule: write TOOL or TOOL(…), as in bash(git *), "
                       "read(./secrets/**), web_fetch(domain:*.example.com), mcp__*",
                       BX_FMT(text));
    name = own_name(name);
    char server[160]; /* mcp__SERVER means all of its tools */
    if (!open && bx_str_starts(name, BX_LIT("mcp__")) && name.n > 5 &&
        !memmem(name.p + 5, name.n - 5, "__", 2) && !memchr(name.p, '*', name.n))
        name = (bx_str){server, (size_t)snprintf(server, sizeof server, "%.*s__*", BX_FMT(name))};
    r->text = bx_strndup(text.p, text.n);
    r->tool = bx_strndup(name.p, name.n);
    if (!r->text || !r->tool)
        return bx_fail(err, BX_ENOMEM, "rule");
    if (!open)
        return BX_OK;
    if (text.p[text.n - 1] != ')')
        return bx_fail(err, BX_EINVAL, "'%.*s': the parenthesis is not closed", BX_FMT(text));
    bx_str spec = {open + 1, (size_t)(text.p + text.n - open) - 2};
    return bx_wrap(specifier(spec, place, r, err), err, "'%.*s'", BX_FMT(text));
}

bx_code bx_rule_parse(bx_str text, const bx_rule_place *place, bx_rule *ret, bx_error *err)
{
    bx_rule r = {
        .answer = ret->answer, .file = ret->file, .line = ret->line, .column = ret->column};
    bx_code rc = parse(text, place, &r, err);
    if (rc == BX_OK)
        *ret = r;
    else
        bx_rule_done(&r);
    return rc;
}
