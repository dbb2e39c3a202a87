/* shell/complete.c - complete, compgen and compopt: specifications are kept and shown, candidates
 * generated.  What is typed at a terminal is completed by the host, which does not ask them. */
#include <stdlib.h>

#include "shell/expand.h"
#include "shell/match.h"
#include "shell/run.h"

/* In the order in which candidates come; the letter is that of the short option, or 0. */
#define ACTIONS(X) \
    X(ALIAS, "alias", 'a') \
    X(ARRAYVAR, "arrayvar", 0) \
    X(BINDING, "binding", 0) \
    X(BUILTIN, "builtin", 'b') \
    X(COMMAND, "command", 'c') \
    X(DISABLED, "disabled", 0) \
    X(ENABLED, "enabled", 0) \
    X(EXPORT, "export", 'e') \
    X(FUNCTION, "function", 0) \
    X(HELPTOPIC, "helptopic", 0) \
    X(HOSTNAME, "hostname", 0) \
    X(JOB, "job", 'j') \
    X(KEYWORD, "keyword", 'k') \
    X(RUNNING, "running", 0) \
    X(SETOPT, "setopt", 0) \
    X(SHOPT, "shopt", 0) \
    X(SIGNAL, "signal", 0) \
    X(STOPPED, "stopped", 0) \
    X(VARIABLE, "variable", 'v') \
    X(FILE, "file", 'f') \
    X(USER, "user", 'u') \
    X(GROUP, "group", 'g') \
    X(SERVICE, "service", 's') \
    X(DIRECTORY, "directory", 'd')

enum {
#define ACTION_ENUM(id, name, letter) ACT_##id,
    ACTIONS(ACTION_ENUM)
#undef ACTION_ENUM
        ACT_COUNT
};

static const struct action {
    const char *name;
    char letter;
} actions[] = {
#define ACTION_ROW(id, name, letter) {name, letter},
    ACTIONS(ACTION_ROW)
#undef ACTION_ROW
};

static const char *const options[] = {"bashdefault", "default", "dirnames", "filenames",
                                      "noquote",     "nosort",  "nospace",  "plusdirs"};
enum { OPT_BASHDEFAULT, OPT_DEFAULT, OPT_DIRNAMES, OPT_PLUSDIRS = 7 };

static const char string_letters[] = "GWPSXCF"; /* as complete -p has them */
enum { STR_G, STR_W, STR_P, STR_S, STR_X, STR_C, STR_F, STR_COUNT };

typedef struct spec {
    struct spec *next;
    char *name; /* "-D", "-E", "-I" for those without a command */
    uint32_t actions, options;
    char *strings[STR_COUNT];
} spec;

static int find_name(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0)
            return (int)i;
    return -1;
}

/* ---- what is specified ---- */

static void spec_clear(spec *s)
{
    for (int i = 0; i < STR_COUNT; i++)
        free(s->strings[i]);
    free(s->name);
}

void sh_specs_free(spec *s)
{
    while (s) {
        spec *next = s->next;
        spec_clear(s);
        free(s);
        s = next;
    }
}

static spec *spec_copy(const spec *from, const char *name)
{
    spec *s = sh_alloc(sizeof *s);
    *s = (spec){.name = sh_strdup(name), .actions = from->actions, .options = from->options};
    for (int i = 0; i < STR_COUNT; i++)
        s->strings[i] = from->strings[i] ? sh_strdup(from->strings[i]) : NULL;
    return s;
}

struct spec *sh_specs_share(shell *sh)
{
    spec *outer = sh->specs, **end = &sh->specs;
    for (const spec *s = outer; s; s = s->next) {
        *end = spec_copy(s, s->name);
        end = &(*end)->next;
    }
    *end = NULL;
    return outer;
}

void sh_specs_restore(shell *sh, struct spec *outer)
{
    sh_specs_free(sh->specs);
    sh->specs = outer;
}

/* Where `name` is in the ordered list, or would be. */
static spec **place_of(shell *sh, const char *name, bool *ret_found)
{
    spec **at = &sh->specs;
    while (*at && strcmp((*at)->name, name) < 0)
        at = &(*at)->next;
    *ret_found = *at && strcmp((*at)->name, name) == 0;
    return at;
}

static bool spec_remove(shell *sh, const char *name)
{
    bool found;
    spec **at = place_of(sh, name, &found), *s = *at;
    if (!found)
        return false;
    *at = s->next;
    spec_clear(s);
    free(s);
    return true;
}

static void add_spec(sh_buf *b, const spec *s)
{
    sh_buf_z(b, "complete ");
    for (size_t i = 0; i < BX_COUNT(options); i++)
        if (s->options >> i & 1) {
            sh_buf_z(b, "-o ");
            sh_buf_z(b, options[i]);
            sh_buf_c(b, ' ');
        }
    static const char letters[] = "abcdefgjksuv";
    for (const char *c = letters; *c; c++)
        for (int i = 0; i < ACT_COUNT; i++)
            if (actions[i].letter == *c && s->actions >> i & 1) {
                sh_buf_c(b, '-');
                sh_buf_c(b, *c);
                sh_buf_c(b, ' ');
            }
    for (int i = 0; i < ACT_COUNT; i++)
        if (!actions[i].letter && s->actions >> i & 1) {
            sh_buf_z(b, "-A ");
            sh_buf_z(b, actions[i].name);
            sh_buf_c(b, ' ');
        }
    for (int i = 0; i < STR_COUNT; i++) {
        if (!s->strings[i])
            continue;
        sh_buf_c(b, '-');
        sh_buf_c(b, string_letters[i]);
        sh_buf_c(b, ' ');
        if (i == STR_F && !sh_quote_needed(s->strings[i]))
            sh_buf_z(b, s->strings[i]);
        else
            sh_quote_single(b, s->strings[i]);
        sh_buf_c(b, ' ');
    }
    sh_quote_trace(b, s->name);
    sh_buf_c(b, '\n');
}

void sh_specs_dump(shell *sh, sh_buf *out)
{
    for (const spec *s = sh->specs; s; s = s->next)
        add_spec(out, s);
}

/* ---- options, of complete and compgen alike ---- */

typedef struct request {
    shell *sh;
    spec s;
    bool print, remove, any;
    const char *names[3]; /* of -D, -E, -I */
    int n_names;
} request;

/* An option with its argument; 0, or 2 after a message. */
static int valued(request *r, char c, const char *value)
{
    const char *at = strchr(string_letters, c);
    if (at) {
        free(r->s.strings[at - string_letters]);
        r->s.strings[at - string_letters] = sh_strdup(value);
        return 0;
    }
    if (c == 'o') {
        int i = find_name(options, BX_COUNT(options), value);
        if (i >= 0)
            r->s.options |= 1u << i;
        else
            sh_builtin_error(r->sh, "%s: invalid option name", value);
        return i >= 0 ? 0 : 2;
    }
    for (int i = 0; i < ACT_COUNT; i++)
        if (strcmp(actions[i].name, value) == 0) {
            r->s.actions |= 1u << i;
            return 0;
        }
    sh_builtin_error(r->sh, "%s: invalid action name", value);
    return 2;
}

static bool flag(request *r, char c, bool complete)
{
    for (int i = 0; i < ACT_COUNT; i++)
        if (actions[i].letter == c) {
            r->s.actions |= 1u << i;
            return true;
        }
    if (!complete || !strchr("prDEI", c))
        return false;
    if (c == 'p')
        r->print = true;
    else if (c == 'r')
        r->remove = true;
    else if (r->n_names < 3)
        r->names[r->n_names++] = c == 'D' ? "-D" : c == 'E' ? "-E" : "-I";
    return true;
}

/* The index of the first operand; 0 after a message (status 2). */
static int read_options(request *r, int argc, char **argv, bool complete)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        r->any = true;
        for (const char *c = argv[i] + 1; *c; c++) {
            if (strchr("oAGWFCXPS", *c)) {
                const char *value = c[1] ? c + 1 : i + 1 < argc ? argv[++i] : NULL;
                if (!value) {
                    sh_builtin_error(r->sh, "-%c: option requires an argument", *c);
                    (void)sh_builtin_usage(r->sh);
                    return 0;
                }
                if (valued(r, *c, value) != 0)
                    return 0;
                break;
            }
            if (!flag(r, *c, complete)) {
                sh_builtin_error(r->sh, "-%c: invalid option", *c);
                (void)sh_builtin_usage(r->sh);
                return 0;
            }
        }
    }
    return i;
}

static int with_name(request *r, const char *name, bool nothing)
{
    shell *sh = r->sh;
    bool found;
    spec **at = place_of(sh, name, &found);
    if ((r->print || (r->remove && nothing)) && !found) {
        sh_builtin_error(sh, "%s: no completion specification", name);
        return 1;
    }
    if (r->print) {
        sh_buf b = {0};
        add_spec(&b, *at);
        sh_put(sh, b.p, b.n);
        sh_buf_done(&b);
    } else if (r->remove) {
        (void)spec_remove(sh, name);
    } else {
        spec *s = spec_copy(&r->s, name);
        (void)spec_remove(sh, name);
        at = place_of(sh, name, &found);
        s->next = *at;
        *at = s;
    }
    return 0;
}

int sh_bi_complete(shell *sh, int argc, char **argv)
{
    request r = {.sh = sh};
    int i = read_options(&r, argc, argv, true), status = 0;
    if (i == 0) {
        spec_clear(&r.s);
        return 2;
    }
    if (i >= argc && r.n_names == 0) {
        if (r.print || !r.any) {
            sh_buf b = {0};
            sh_specs_dump(sh, &b);
            sh_put(sh, b.p, b.n);
            sh_buf_done(&b);
        } else if (r.remove) {
            sh_specs_restore(sh, NULL);
        } else {
            status = sh_builtin_usage(sh);
        }
    }
    for (int k = 0; k < r.n_names; k++)
        status |= with_name(&r, r.names[k], true);
    for (; i < argc && r.n_names == 0; i++)
        status |= with_name(&r, argv[i], true);
    spec_clear(&r.s);
    return status;
}

int sh_bi_compopt(shell *sh, int argc, char **argv)
{
    uint32_t on = 0, off = 0;
    int i = 1;
    for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1] == 'o'; i++) {
        const char *value = argv[i][2] ? argv[i] + 2 : i + 1 < argc ? argv[i + 1] : "";
        int which = find_name(options, BX_COUNT(options), value);
        if (which < 0) {
            sh_builtin_error(sh, "%s: invalid option name", value);
            return 2;
        }
        *(argv[i][0] == '-' ? &on : &off) |= 1u << which;
        i += !argv[i][2];
    }
    if (i >= argc) {
        sh_builtin_error(sh, "not currently executing completion function");
        return 1;
    }
    int status = 0;
    for (; i < argc; i++) {
        bool found;
        spec *s = *place_of(sh, argv[i], &found);
        if (found) {
            s->options = (s->options | on) & ~off;
        } else {
            sh_builtin_error(sh, "%s: no completion specification", argv[i]);
            status = 1;
        }
    }
    return status;
}

/* ---- candidates ---- */

typedef struct compgen {
    shell *sh;
    const char *word;
    size_t word_n;
    sh_strs found;
} compgen;

static void offer(compgen *g, const char *name)
{
    if (strncmp(name, g->word, g->word_n) == 0)
        sh_strs_add(&g->found, sh_strdup(name));
}

static void offer_files(compgen *g, bool only_directories)
{
    sh_buf b = {0};
    for (const char *c = g->word; *c; c++) {
        if (strchr("*?[]\\", *c))
            sh_buf_c(&b, '\\');
        sh_buf_c(&b, *c);
    }
    sh_buf_z(&b, only_directories ? "*/" : "*");
    sh_strs names = {0};
    bool dots = g->sh->shopt[SH_SHOPT_DOTGLOB];
    g->sh->shopt[SH_SHOPT_DOTGLOB] = true;
    (void)sh_glob(g->sh, sh_buf_str(&b), &names);
    g->sh->shopt[SH_SHOPT_DOTGLOB] = dots;
    for (size_t i = 0; i < names.n; i++) {
        size_t n = strlen(names.v[i]);
        if (only_directories && n > 1 && names.v[i][n - 1] == '/')
            names.v[i][n - 1] = '\0';
        offer(g, names.v[i]);
    }
    sh_strs_done(&names);
    sh_buf_done(&b);
}

static void offer_variables(compgen *g, uint32_t attrs)
{
    size_t n;
    sh_var **list = sh_vars_sorted(&n);
    for (size_t i = 0; i < n; i++)
        if ((list[i]->attrs & SH_A_SET) && (attrs == 0 || (list[i]->attrs & attrs)))
            offer(g, list[i]->name->text);
    free((void *)list);
}

static void offer_programs(compgen *g)
{
    const char *path = sh_get("PATH");
    for (const char *p = path ? path : ""; *p;) {
        size_t n = strcspn(p, ":");
        sh_buf b = {0};
        sh_buf_add(&b, p, n);
        sh_buf_c(&b, '/');
        sh_buf_z(&b, g->word);
        sh_buf_c(&b, '*');
        sh_strs names = {0};
        (void)sh_glob(g->sh, sh_buf_str(&b), &names);
        for (size_t i = 0; i < names.n; i++)
            if (sh_is_executable(names.v[i]))
                offer(g, names.v[i] + n + 1);
        sh_strs_done(&names);
        sh_buf_done(&b);
        p += n + (p[n] == ':');
    }
}

static void offer_keywords(compgen *g)
{
    static const char *const keywords[] = {"if",   "then", "else",     "elif",  "fi",    "case",
                                           "esac", "for",  "select",   "while", "until", "do",
                                           "done", "in",   "function", "time",  "{",     "}",
                                           "!",    "[[",   "]]",       "coproc"};
    for (size_t i = 0; i < BX_COUNT(keywords); i++)
        offer(g, keywords[i]);
}

static void offer_functions(compgen *g)
{
    const char *name;
    for (size_t i = 0; (name = sh_function_name(g->sh, i)) != NULL; i++)
        offer(g, name);
}

static void offer_builtins(compgen *g, bool enabled, bool disabled)
{
    for (size_t i = 0; sh_builtin_nth(i); i++)
        if (sh_builtin_enabled(sh_builtin_nth(i)) ? enabled : disabled)
            offer(g, sh_builtin_nth(i)->name);
}

static void offer_signals(compgen *g)
{
    for (int i = 1; i <= 64; i++) {
        char *name = sh_signal_name(i) ? sh_format("SIG%s", sh_signal_name(i)) : NULL;
        if (name)
            offer(g, name);
        free(name);
    }
}

static void offer_aliases(compgen *g)
{
    const char *name;
    for (size_t i = 0; (name = sh_alias_name(g->sh, i)) != NULL; i++)
        offer(g, name);
}

static void offer_options(compgen *g, bool set_o)
{
    for (int i = 0; i < (set_o ? (int)SH_OPT_COUNT : (int)SH_SHOPT_COUNT); i++)
        offer(g, sh_option_name(i, set_o));
}

static void offer_action(compgen *g, int action)
{
    switch (action) {
    case ACT_ALIAS:
        offer_aliases(g);
        break;
    case ACT_ARRAYVAR:
        offer_variables(g, SH_A_ARRAY | SH_A_ASSOC);
        break;
    case ACT_COMMAND:
        offer_aliases(g);
        offer_keywords(g);
        offer_functions(g);
        offer_builtins(g, true, false);
        offer_programs(g);
        break;
    case ACT_BUILTIN:
    case ACT_HELPTOPIC:
        offer_builtins(g, true, true);
        break;
    case ACT_DISABLED:
    case ACT_ENABLED:
        offer_builtins(g, action == ACT_ENABLED, action == ACT_DISABLED);
        break;
    case ACT_EXPORT:
        offer_variables(g, SH_A_EXPORT);
        break;
    case ACT_FUNCTION:
        offer_functions(g);
        break;
    case ACT_KEYWORD:
        offer_keywords(g);
        break;
    case ACT_SETOPT:
    case ACT_SHOPT:
        offer_options(g, action == ACT_SETOPT);
        break;
    case ACT_SIGNAL:
        offer_signals(g);
        break;
    case ACT_VARIABLE:
        offer_variables(g, 0);
        break;
    case ACT_FILE:
    case ACT_DIRECTORY:
        offer_files(g, action == ACT_DIRECTORY);
        break;
    default: /* users, groups, hosts, jobs: there are none */
        break;
    }
}

/* Behind what begins at `p`: a quoted or substituted piece, or one character. */
static const char *skip_piece(const char *p)
{
    if (*p == '\\')
        return p[1] ? p + 2 : p + 1;
    char end = *p == '\'' || *p == '"' || *p == '`' ? *p : 0;
    int depth = 0;
    char open = 0;
    if (*p == '$' && (p[1] == '(' || p[1] == '{')) {
        open = p[1];
        end = open == '(' ? ')' : '}';
        depth = 1;
        p++;
    }
    if (!end)
        return p + 1;
    for (p++; *p; p++) {
        if (*p == '\\' && end != '\'' && p[1]) {
            p++;
        } else if (depth && *p == open) {
            depth++;
        } else if (*p == end && --depth <= 0) {
            return p + 1;
        }
    }
    return p;
}

/* The words of -W: split at IFS outside of quotes; what only a command's syntax knows is quoted. */
static void words_of(sh_buf *b, const char *list, const char *ifs)
{
    sh_buf_z(b, ":");
    for (const char *p = list; *p;) {
        p += strspn(p, ifs);
        if (*p)
            sh_buf_c(b, ' ');
        while (*p && !strchr(ifs, *p)) {
            const char *next = skip_piece(p);
            if (next == p + 1 && strchr(" \t\n;&|<>()#!", *p)) {
                if (*p == '\n')
                    sh_buf_z(b, "'\n'");
                else {
                    sh_buf_c(b, '\\');
                    sh_buf_c(b, *p);
                }
            } else {
                sh_buf_add(b, p, (size_t)(next - p));
                if ((*p == '\'' || *p == '"') && !*next && (next == p + 1 || next[-1] != *p))
                    sh_buf_c(b, *p);
            }
            p = next;
        }
    }
}

static bool offer_words(compgen *g, const char *list)
{
    const char *ifs = sh_get("IFS");
    sh_buf b = {0};
    words_of(&b, list, ifs ? ifs : " \t\n");
    sh_parser *parser =
        sh_parser_new(sh_plain_source(g->sh), (bx_str){sh_buf_str(&b), b.n}, g->sh->line);
    sh_unit *unit = NULL;
    sh_parse_error e;
    bool good = sh_parser_next(parser, &unit, &e) == SH_PARSED && unit->cmd &&
                unit->cmd->kind == SH_CMD_SIMPLE;
    if (!good)
        sh_builtin_error(g->sh, "%s: bad substitution", list);
    sh_strs words = {0};
    bool noglob = g->sh->opt[SH_OPT_NOGLOB];
    g->sh->opt[SH_OPT_NOGLOB] = true;
    if (good)
        good = sh_expand_words(g->sh, unit->cmd->simple.words + 1, unit->cmd->simple.n_words - 1,
                               &words);
    g->sh->opt[SH_OPT_NOGLOB] = noglob;
    for (size_t i = 0; good && i < words.n; i++)
        offer(g, words.v[i]);
    sh_strs_done(&words);
    sh_unit_unref(unit);
    sh_parser_free(parser);
    sh_buf_done(&b);
    return good;
}

static void warn(compgen *g, char c)
{
    sh_builtin_error(g->sh, "warning: -%c option may not work as you expect", c);
}

static void offer_function(compgen *g, const char *name)
{
    static const char *const vars[][2] = {
        {"COMP_CWORD", "-1"}, {"COMP_LINE", ""}, {"COMP_POINT", "0"}};
    warn(g, 'F');
    sh_func *f = sh_func_find(g->sh, name);
    if (!f) {
        sh_error(g->sh, "completion: function `%s' not found", name);
        return;
    }
    for (size_t i = 0; i < BX_COUNT(vars); i++)
        (void)sh_set(vars[i][0], vars[i][1]);
    char *argv[] = {f->name, (char *)(uintptr_t)"compgen", (char *)(uintptr_t)g->word,
                    (char *)(uintptr_t)"", NULL};
    (void)sh_func_call(g->sh, f, 4, argv);
    for (size_t i = 0; i < BX_COUNT(vars); i++)
        (void)sh_unset(vars[i][0]);
    sh_var *v = g->sh->unwind == SH_GO ? sh_var_find("COMPREPLY") : NULL;
    sh_walk w = {0};
    while (v && sh_walk_next(v, &w))
        sh_strs_add(&g->found, sh_strdup(w.value));
}

static void offer_command(compgen *g, const char *command)
{
    warn(g, 'C');
    sh_buf b = {0};
    sh_buf_z(&b, "$(");
    sh_buf_z(&b, command);
    sh_buf_z(&b, " compgen ");
    sh_quote_single(&b, g->word);
    sh_buf_z(&b, " '')");
    sh_unit *unit = NULL;
    sh_parse_error e;
    sh_word *w = sh_parse_dquoted((bx_str){sh_buf_str(&b), b.n}, sh_plain_source(g->sh),
                                  g->sh->line, &unit, &e);
    char *text = w ? sh_expand_string(g->sh, w, NULL) : NULL;
    for (char *p = text; p && *p;) {
        size_t n = strcspn(p, "\n");
        sh_strs_add(&g->found, sh_strndup(p, n));
        p += n + (p[n] == '\n');
    }
    free(text);
    sh_unit_unref(unit);
    sh_buf_done(&b);
}

/* -X: what matches is left out, with `!` what does not; & is the word. */
static void filter(compgen *g, const char *pattern)
{
    bool keep = *pattern == '!';
    sh_buf b = {0};
    for (const char *c = pattern + keep; *c; c++) {
        if (*c == '&')
            sh_buf_z(&b, g->word);
        else if (*c == '\\' && c[1] == '&')
            sh_buf_c(&b, *++c);
        else
            sh_buf_c(&b, *c);
    }
    const sh_pattern *p = sh_pattern_cached((bx_str){sh_buf_str(&b), b.n},
                                            g->sh->shopt[SH_SHOPT_EXTGLOB] ? SH_MATCH_EXTGLOB : 0);
    size_t n = 0;
    for (size_t i = 0; i < g->found.n; i++) {
        char *one = g->found.v[i];
        if (sh_pattern_match(p, bx_str_of(one)) == keep)
            g->found.v[n++] = one;
        else
            free(one);
    }
    g->found.n = n;
    sh_buf_done(&b);
}

static void decorate(compgen *g, const char *prefix, const char *suffix)
{
    for (size_t i = 0; i < g->found.n; i++) {
        char *one = sh_format("%s%s%s", prefix ? prefix : "", g->found.v[i], suffix ? suffix : "");
        free(g->found.v[i]);
        g->found.v[i] = one;
    }
}

static bool generate(compgen *g, const spec *s)
{
    bool good = true;
    for (int i = 0; i < ACT_COUNT; i++)
        if (s->actions >> i & 1)
            offer_action(g, i);
    if (s->strings[STR_G])
        (void)sh_glob(g->sh, s->strings[STR_G], &g->found);
    if (s->strings[STR_W])
        good = offer_words(g, s->strings[STR_W]);
    if (s->strings[STR_F])
        offer_function(g, s->strings[STR_F]);
    if (s->strings[STR_C])
        offer_command(g, s->strings[STR_C]);
    if (s->strings[STR_X])
        filter(g, s->strings[STR_X]);
    if (s->strings[STR_P] || s->strings[STR_S])
        decorate(g, s->strings[STR_P], s->strings[STR_S]);
    if ((s->options >> OPT_DIRNAMES & 1 && g->found.n == 0) || s->options >> OPT_PLUSDIRS & 1)
        offer_files(g, true);
    if (s->options & (1u << OPT_DEFAULT | 1u << OPT_BASHDEFAULT) && g->found.n == 0)
        offer_files(g, false);
    return good;
}

int sh_bi_compgen(shell *sh, int argc, char **argv)
{
    request r = {.sh = sh};
    int i = read_options(&r, argc, argv, false), status = 2;
    if (i > 0) {
        compgen g = {.sh = sh, .word = i < argc ? argv[i] : ""};
        g.word_n = strlen(g.word);
        bool good = generate(&g, &r.s);
        for (size_t k = 0; k < g.found.n; k++)
            sh_printf(sh, "%s\n", g.found.v[k]);
        status = (good && g.found.n > 0) || !r.any ? 0 : 1;
        sh_strs_done(&g.found);
    }
    spec_clear(&r.s);
    return status;
}
