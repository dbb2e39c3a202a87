/* shell/builtins_name.c - what a name means: type, command, builtin, enable, hash, alias. */
#include <errno.h>

#include "shell/expand.h"
#include "shell/run.h"

/* ---- tables of names with texts: aliases and hashed programs ---- */

typedef struct entry {
    char *name, *text;
    unsigned hits;
} entry;

typedef struct sh_aliases {
    entry *list; /* sorted by name */
    size_t n, cap;
} sh_aliases;

typedef struct sh_hash {
    sh_aliases names;
    char *path; /* PATH when they were found */
} sh_hash;

static size_t place_of(const sh_aliases *t, const char *name, size_t n, bool *found)
{
    size_t low = 0, high = t ? t->n : 0;
    *found = false;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = strncmp(t->list[mid].name, name, n);
        if (c == 0 && t->list[mid].name[n])
            c = 1;
        if (c == 0) {
            *found = true;
            return mid;
        }
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static entry *find_entry(const sh_aliases *t, const char *name, size_t n)
{
    bool found;
    size_t at = place_of(t, name, n, &found);
    return found ? &t->list[at] : NULL;
}

static void put_entry(sh_aliases *t, const char *name, const char *text)
{
    bool found;
    size_t at = place_of(t, name, strlen(name), &found);
    if (found) {
        char *copy = sh_strdup(text);
        free(t->list[at].text);
        t->list[at].text = copy;
        t->list[at].hits = 0;
        return;
    }
    if (t->n == t->cap) {
        t->cap = t->cap * 2 + 8;
        t->list = sh_realloc(t->list, t->cap * sizeof *t->list);
    }
    memmove(t->list + at + 1, t->list + at, (t->n - at) * sizeof *t->list);
    t->list[at] = (entry){sh_strdup(name), sh_strdup(text), 0};
    t->n++;
}

static bool remove_entry(sh_aliases *t, const char *name)
{
    bool found;
    size_t at = place_of(t, name, strlen(name), &found);
    if (!found)
        return false;
    free(t->list[at].name);
    free(t->list[at].text);
    memmove(t->list + at, t->list + at + 1, (t->n - at - 1) * sizeof *t->list);
    t->n--;
    return true;
}

static void clear_entries(sh_aliases *t)
{
    for (size_t i = 0; t && i < t->n; i++) {
        free(t->list[i].name);
        free(t->list[i].text);
    }
    if (t)
        t->n = 0;
}

/* ---- aliases ---- */

const char *sh_alias_find(shell *sh, const char *name, size_t n)
{
    entry *e = find_entry(sh->aliases, name, n);
    return e ? e->text : NULL;
}

sh_aliases *sh_aliases_share(shell *sh)
{
    sh_aliases *outer = sh->aliases;
    if (outer && outer->n) {
        sh->aliases = sh_alloc(sizeof *sh->aliases);
        for (size_t i = 0; i < outer->n; i++)
            put_entry(sh->aliases, outer->list[i].name, outer->list[i].text);
    } else {
        sh->aliases = NULL;
    }
    return outer;
}

void sh_aliases_restore(shell *sh, sh_aliases *outer)
{
    if (sh->aliases) {
        clear_entries(sh->aliases);
        free(sh->aliases->list);
        free(sh->aliases);
    }
    sh->aliases = outer;
}

static void add_alias(sh_buf *b, const entry *e, bool word)
{
    if (word)
        sh_buf_z(b, "alias ");
    sh_buf_z(b, e->name);
    sh_buf_c(b, '=');
    sh_quote_single(b, e->text);
    sh_buf_c(b, '\n');
}

void sh_aliases_dump(shell *sh, sh_buf *out)
{
    for (size_t i = 0; sh->aliases && i < sh->aliases->n; i++)
        add_alias(out, &sh->aliases->list[i], true);
}

const char *sh_alias_name(shell *sh, size_t i)
{
    return sh->aliases && i < sh->aliases->n ? sh->aliases->list[i].name : NULL;
}

static void print_alias(shell *sh, const entry *e)
{
    sh_buf b = {0};
    add_alias(&b, e, true);
    sh_put(sh, b.p, b.n);
    sh_buf_done(&b);
}

int sh_bi_alias(shell *sh, int argc, char **argv)
{
    int i = 1, status = 0;
    bool all = argc == 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "-p") != 0) {
            sh_builtin_error(sh, "%c%c: invalid option", argv[i][0], argv[i][1]);
            return sh_builtin_usage(sh);
        }
        all = true;
    }
    if (all)
        for (size_t k = 0; sh->aliases && k < sh->aliases->n; k++)
            print_alias(sh, &sh->aliases->list[k]);
    for (; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals && equals != argv[i]) {
            char *name = sh_strndup(argv[i], (size_t)(equals - argv[i]));
            if (strpbrk(name, " \t\n/$`\"'\\&|;()<>")) {
                sh_builtin_error(sh, "`%s': invalid alias name", name);
                status = 1;
            } else {
                if (!sh->aliases)
                    sh->aliases = sh_alloc(sizeof *sh->aliases);
                put_entry(sh->aliases, name, equals + 1);
            }
            free(name);
            continue;
        }
        entry *e = find_entry(sh->aliases, argv[i], strlen(argv[i]));
        if (e) {
            print_alias(sh, e);
        } else {
            sh_builtin_error(sh, "%s: not found", argv[i]);
            status = 1;
        }
    }
    return status;
}

int sh_bi_unalias(shell *sh, int argc, char **argv)
{
    int i = 1, status = 0;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "-a") != 0) {
            sh_builtin_error(sh, "%c%c: invalid option", argv[i][0], argv[i][1]);
            return sh_builtin_usage(sh);
        }
        clear_entries(sh->aliases);
        return 0;
    }
    if (i == argc)
        return sh_builtin_usage(sh);
    for (; i < argc; i++)
        if (!sh->aliases || !remove_entry(sh->aliases, argv[i])) {
            sh_builtin_error(sh, "%s: not found", argv[i]);
            status = 1;
        }
    return status;
}

/* ---- hash ---- */

static sh_hash *hash_table(shell *sh)
{
    const char *path = sh_get("PATH");
    path = path ? path : "";
    if (!sh->hash)
        sh->hash = sh_alloc(sizeof *sh->hash);
    sh_hash *h = sh->hash;
    if (!h->path || strcmp(h->path, path) != 0) {
        clear_entries(&h->names);
        free(h->path);
        h->path = sh_strdup(path);
    }
    return h;
}

const char *sh_hash_find(shell *sh, const char *name)
{
    entry *e = find_entry(&hash_table(sh)->names, name, strlen(name));
    if (!e)
        return NULL;
    e->hits++;
    return e->text;
}

void sh_hash_add(shell *sh, const char *name, const char *path)
{
    if (!sh->opt[SH_OPT_HASHALL])
        return;
    put_entry(&hash_table(sh)->names, name, path);
    (void)sh_hash_find(sh, name);
}

void sh_path_changed(shell *sh)
{
    if (sh->hash)
        clear_entries(&sh->hash->names);
}

typedef struct hash_how {
    bool list, remove, tell, forget;
    const char *path;
} hash_how;

static int hash_one(shell *sh, const hash_how *h, const char *name, bool several)
{
    sh_aliases *t = &hash_table(sh)->names;
    if (strchr(name, '/'))
        return 0;
    if (h->path) {
        put_entry(t, name, h->path);
        return 0;
    }
    entry *e = find_entry(t, name, strlen(name));
    if (h->tell || h->remove) {
        if (!e) {
            sh_builtin_error(sh, "%s: not found", name);
            return 1;
        }
        if (h->remove)
            (void)remove_entry(t, name);
        else if (h->list)
            sh_printf(sh, "builtin hash -p %s %s\n", e->text, e->name);
        else if (several)
            sh_printf(sh, "%s\t%s\n", e->name, e->text);
        else
            sh_printf(sh, "%s\n", e->text);
        return 0;
    }
    if (sh_func_find(sh, name) || sh_builtin_find(sh, name))
        return 0;
    const char *path = sh_get("PATH");
    char *found = path ? sh_search_path(path, name, true) : NULL;
    if (!found) {
        sh_builtin_error(sh, "%s: not found", name);
        return 1;
    }
    put_entry(t, name, found);
    free(found);
    return 0;
}

int sh_bi_hash(shell *sh, int argc, char **argv)
{
    hash_how h = {0};
    int i = 1, status = 0;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            h.list |= *c == 'l';
            h.remove |= *c == 'd';
            h.tell |= *c == 't';
            h.forget |= *c == 'r';
            if (*c == 'p') {
                h.path = c[1] ? c + 1 : i + 1 < argc ? argv[++i] : NULL;
                if (!h.path) {
                    sh_builtin_error(sh, "-p: option requires an argument");
                    return sh_builtin_usage(sh);
                }
                break;
            }
            if (!strchr("ldtr", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    }
    sh_aliases *t = &hash_table(sh)->names;
    if (h.forget)
        clear_entries(t);
    if (i == argc && !h.forget) {
        if (t->n == 0 && !h.list)
            sh_puts(sh, "hash: hash table empty\n");
        else if (!h.list)
            sh_puts(sh, "hits\tcommand\n");
        for (size_t k = 0; k < t->n; k++)
            if (h.list)
                sh_printf(sh, "builtin hash -p %s %s\n", t->list[k].text, t->list[k].name);
            else
                sh_printf(sh, "%4u\t%s\n", t->list[k].hits, t->list[k].text);
    }
    bool several = argc - i > 1;
    for (; i < argc; i++)
        status |= hash_one(sh, &h, argv[i], several);
    return status;
}

/* ---- type and command -v ---- */

typedef struct type_how {
    bool all, no_functions, path_only, path_always, word; /* -a -f -p -P -t */
    bool short_v, long_v;                                 /* command -v, -V */
    bool std_path;
} type_how;

static void say(shell *sh, const type_how *h, const char *name, const char *word, const char *text)
{
    if (h->word)
        sh_printf(sh, "%s\n", word);
    else if (h->short_v)
        sh_printf(sh, "%s\n", name);
    else
        sh_printf(sh, "%s is %s\n", name, text);
}

static int say_files(shell *sh, const type_how *h, const char *name)
{
    int found = 0;
    const char *path = h->std_path ? "/bin:/usr/bin" : sh_get("PATH");
    if (strchr(name, '/')) {
        if (!sh_is_executable(name))
            return 0;
        if (h->word)
            sh_puts(sh, "file\n");
        else if (h->path_only || h->path_always || h->short_v)
            sh_printf(sh, "%s\n", name);
        else
            sh_printf(sh, "%s is %s\n", name, name);
        return 1;
    }
    entry *hashed =
        h->all || h->std_path ? NULL : find_entry(&hash_table(sh)->names, name, strlen(name));
    if (hashed) {
        if (h->word)
            sh_puts(sh, "file\n");
        else if (h->path_only || h->path_always || h->short_v)
            sh_printf(sh, "%s\n", hashed->text);
        else
            sh_printf(sh, "%s is hashed (%s)\n", name, hashed->text);
        return 1;
    }
    for (const char *p = path ? path : ""; *p;) {
        size_t n = strcspn(p, ":");
        char *dir = sh_strndup(n ? p : ".", n ? n : 1);
        char *full = sh_search_path(dir, name, true);
        free(dir);
        p += n + (p[n] == ':');
        if (!full || !sh_is_executable(full)) {
            free(full);
            continue;
        }
        found++;
        if (h->word)
            sh_puts(sh, "file\n");
        else if (h->path_only || h->path_always || h->short_v)
            sh_printf(sh, "%s\n", full);
        else
            sh_printf(sh, "%s is %s\n", name, full);
        free(full);
        if (!h->all)
            break;
    }
    return found;
}

static int describe(shell *sh, const type_how *h, const char *name)
{
    int found = 0;
    bool names = !h->path_only && !h->path_always;
    const char *alias =
        sh->shopt[SH_SHOPT_EXPAND_ALIASES] || h->all ? sh_alias_find(sh, name, strlen(name)) : NULL;
    if (names && alias && sh->shopt[SH_SHOPT_EXPAND_ALIASES]) {
        if (h->short_v) {
            print_alias(sh, find_entry(sh->aliases, name, strlen(name)));
        } else {
            char *text = sh_format("aliased to `%s'", alias);
            say(sh, h, name, "alias", text);
            free(text);
        }
        found++;
    }
    if (names && (!found || h->all) && sh_is_reserved(bx_str_of(name))) {
        say(sh, h, name, "keyword", "a shell keyword");
        found++;
    }
    if (names && (!found || h->all) && !h->no_functions && sh_func_find(sh, name)) {
        say(sh, h, name, "function", "a function");
        if (!h->word && !h->short_v) {
            sh_buf b = {0};
            (void)sh_function_text(sh, name, &b);
            sh_buf_c(&b, '\n');
            sh_put(sh, b.p, b.n);
            sh_buf_done(&b);
        }
        found++;
    }
    const sh_builtin *b = sh_builtin_find(sh, name);
    if (names && (!found || h->all) && b) {
        bool special = sh->opt[SH_OPT_POSIX] && (b->flags & SH_BUILTIN_SPECIAL);
        say(sh, h, name, "builtin", special ? "a special shell builtin" : "a shell builtin");
        found++;
    }
    if (h->path_only && !h->path_always && !h->all &&
        (alias || sh_is_reserved(bx_str_of(name)) || sh_func_find(sh, name) || b))
        return 1;
    if (!found || h->all)
        found += say_files(sh, h, name);
    if (!found && h->path_only && (alias || sh_func_find(sh, name) || b))
        return 1;
    return found;
}

int sh_bi_type(shell *sh, int argc, char **argv)
{
    type_how h = {0};
    int i = 1, status = 0;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            h.all |= *c == 'a';
            h.no_functions |= *c == 'f';
            h.path_only |= *c == 'p';
            h.path_always |= *c == 'P';
            h.word |= *c == 't';
            if (!strchr("afpPt", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    }
    for (; i < argc; i++)
        if (!describe(sh, &h, argv[i])) {
            if (!h.word && !h.path_only && !h.path_always)
                sh_builtin_error(sh, "%s: not found", argv[i]);
            status = 1;
        }
    return status;
}

int sh_bi_command(shell *sh, int argc, char **argv)
{
    type_how h = {0};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            h.short_v |= *c == 'v';
            h.long_v |= *c == 'V';
            h.std_path |= *c == 'p';
            if (!strchr("pvV", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    }
    if (i == argc)
        return 0;
    if (h.short_v || h.long_v) {
        int status = 1;
        for (; i < argc; i++) {
            if (describe(sh, &h, argv[i]))
                status = 0;
            else if (h.long_v)
                sh_builtin_error(sh, "%s: not found", argv[i]);
        }
        return status;
    }
    const char *builtin = sh->builtin;
    const sh_compound *const *compound = sh->compound;
    sh->builtin = NULL;
    if (compound)
        sh->compound = compound + i;
    int status = sh_run_words(sh, argc - i, argv + i,
                              SH_RUN_NO_FUNCTIONS | (h.std_path ? (unsigned)SH_RUN_STD_PATH : 0u));
    sh->builtin = builtin;
    sh->compound = compound;
    return status;
}

int sh_bi_builtin(shell *sh, int argc, char **argv)
{
    int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (i >= argc)
        return 0;
    if (i == 1 && argv[1][0] == '-' && argv[1][1]) {
        sh_builtin_error(sh, "%c%c: invalid option", argv[1][0], argv[1][1]);
        return sh_builtin_usage(sh);
    }
    const sh_builtin *b = sh_builtin_any(argv[i]);
    if (!b) {
        sh_builtin_error(sh, "%s: not a shell builtin", argv[i]);
        return 1;
    }
    const sh_compound *const *compound = sh->compound;
    if (compound)
        sh->compound = compound + i;
    int status = sh_call_builtin(sh, b, argc - i, argv + i);
    sh->compound = compound;
    return status;
}

int sh_bi_enable(shell *sh, int argc, char **argv)
{
    bool off = false, all = false, special = false;
    int i = 1, status = 0;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            off |= *c == 'n';
            all |= *c == 'a';
            special |= *c == 's';
            if (*c == 'f' || *c == 'd') {
                sh_builtin_error(sh, "dynamic loading not available");
                return 1;
            }
            if (!strchr("naps", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    }
    if (i == argc)
        for (size_t k = 0; sh_builtin_nth(k); k++) {
            const sh_builtin *b = sh_builtin_nth(k);
            bool on = sh_builtin_enabled(b);
            if ((special && !(b->flags & SH_BUILTIN_SPECIAL)) || (!all && on == off))
                continue;
            sh_printf(sh, on ? "enable %s\n" : "enable -n %s\n", b->name);
        }
    for (; i < argc; i++) {
        const sh_builtin *b = sh_builtin_any(argv[i]);
        if (b) {
            sh_builtin_enable(b, !off);
        } else {
            sh_builtin_error(sh, "%s: not a shell builtin", argv[i]);
            status = 1;
        }
    }
    return status;
}
