#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "codec/near.h"
#include "codec/shown.h"
#include "policy/limits.h"

void bx_cli_show(FILE *to, bx_str text, size_t max)
{
    for (size_t n = 0; text.n;) {
        char room[BX_SHOWN_ROOM];
        bx_str form;
        size_t used = bx_shown_char(text, room, &form);
        n += form.n;
        if (n > max) {
            (void)fputs("…", to);
            return;
        }
        (void)fwrite(form.p, 1, form.n, to);
        text = bx_str_from(text, used);
    }
}

void bx_cli_print_text(bx_str text, bool terminal)
{
    if (!terminal)
        (void)fwrite(text.p, 1, text.n, stdout);
    for (bx_str rest = text; terminal && rest.n;) {
        char room[BX_SHOWN_ROOM];
        bx_str form = {rest.p, 1};
        size_t used = rest.p[0] == '\n' || rest.p[0] == '\t' ? 1 : bx_shown_char(rest, room, &form);
        (void)fwrite(form.p, 1, form.n, stdout);
        rest = bx_str_from(rest, used);
    }
    if (text.p[text.n - 1] != '\n')
        (void)putchar('\n');
}

bx_str bx_cli_line(bx_str *rest)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    bx_str line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    *rest = bx_str_from(*rest, line.n + 1);
    return line;
}

void bx_cli_complain(const char *fmt, ...)
{
    char text[8192];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)fflush(stdout);
    (void)fputs("boxagnts: ", stderr);
    for (bx_str rest = bx_str_of(text);;) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        bx_cli_show(stderr, (bx_str){rest.p, n}, sizeof text);
        if (!end)
            break;
        (void)fputs("\n  ", stderr);
        rest = bx_str_from(rest, n + 1);
    }
    (void)fputc('\n', stderr);
}

const char *bx_flag_last(const bx_args *a, int id)
{
    for (size_t i = a->n_flags; i-- > 0;) {
        if (a->flags[i].id == id)
            return a->flags[i].value;
    }
    return NULL;
}

bool bx_has_flag(const bx_args *a, int id)
{
    for (size_t i = 0; i < a->n_flags; i++) {
        if (a->flags[i].id == id)
            return true;
    }
    return false;
}

static void print_flag(const bx_flag *f, const char *limit)
{
    char left[80], def[32];
    (void)snprintf(left, sizeof left, "--%s%s%s", f->name, f->arg ? " " : "", f->arg ? f->arg : "");
    if (strlen(left) > 34)
        (void)printf("  %s\n  %-34s %s", left, "", f->help);
    else
        (void)printf("  %-34s %s", left, f->help);
    if (limit && bx_limits_print_default(limit, def))
        (void)printf(" (default %s)", def);
    (void)printf("\n");
}

/* The second word of command `i`, if its first is `group`; else NULL. */
static const char *word_in(size_t i, const char *group)
{
    size_t n = strlen(group);
    const char *name = bx_commands[i]->name;
    return strncmp(name, group, n) == 0 && name[n] == ' ' ? name + n + 1 : NULL;
}

static bool is_group(const char *name)
{
    for (size_t i = 0; i < bx_commands_count; i++) {
        if (word_in(i, name))
            return true;
    }
    return false;
}

/* The commands whose first word is `group`, a line each. */
static void print_commands(FILE *to, const char *group)
{
    for (size_t i = 0; i < bx_commands_count; i++) {
        if (!group || word_in(i, group))
            (void)fprintf(to, "  %-15s %s\n", bx_commands[i]->name, bx_commands[i]->summary);
    }
}

void bx_print_help(const bx_command *c)
{
    (void)printf("usage: boxagnts %s\n\n%s\n", c->usage, c->summary);
    (void)printf("\nflags:\n");
    for (size_t i = 0; i < c->n_flags; i++) {
        const bx_flag *f = &c->flags[i];
        print_flag(f, c->limit_of ? c->limit_of(f->id) : NULL);
    }
    print_flag(&(bx_flag){.name = "help", .help = "show this text"}, NULL);
    if (c->details)
        (void)printf("\n%s%s", c->details, c->details[strlen(c->details) - 1] == '\n' ? "" : "\n");
    if (is_group(c->name)) {
        (void)printf("\nmore commands:\n");
        print_commands(stdout, c->name);
    }
}

static void print_overview(FILE *to)
{
    (void)fprintf(to, "usage: boxagnts COMMAND …\n\nRuns WebAssembly tools with exactly what they "
                      "were granted.\n\ncommands:\n");
    print_commands(to, NULL);
    (void)fputs("\n`boxagnts COMMAND --help` explains a command.  To begin with:\n"
                "    boxagnts tool call read '{\"path\":\"README.md\"}'   a tool in its sandbox\n"
                "    boxagnts mcp config CLIENT                       the tools, for the agent you "
                "have\n"
                "    boxagnts chat                                    an agent with these tools\n",
                to);
}

/* How many words of argv begin with the words of `name` ("tool list" is two); 0: not this one. */
static int words_matched(const char *name, int argc, char **argv)
{
    int n = 0;
    for (;;) {
        size_t len = strcspn(name, " ");
        if (n >= argc || strlen(argv[n]) != len || memcmp(argv[n], name, len) != 0)
            return 0;
        n++;
        if (name[len] == '\0')
            return n;
        name += len + 1;
    }
}

/* The one whose name has most words of what is there: "mcp config" before "mcp". */
static const bx_command *find_command(int argc, char **argv, int *words)
{
    const bx_command *found = NULL;
    *words = 0;
    for (size_t i = 0; i < bx_commands_count; i++) { /* "mcp config" before "mcp" */
        int n = words_matched(bx_commands[i]->name, argc, argv);
        if (n > *words) {
            found = bx_commands[i];
            *words = n;
        }
    }
    return found;
}

/* What "boxagnts tool --help" says, where there is "tool list" and no "tool". */
static void print_group(FILE *to, const char *group)
{
    (void)fprintf(to, "usage: boxagnts %s COMMAND …\n\ncommands:\n", group);
    print_commands(to, group);
    (void)fprintf(to, "\n`boxagnts %s COMMAND --help` explains a command.\n", group);
}

/* The first word of a command, or the second of one of `group`, that was likely meant; empty: none
 * is near. */
static bx_str nearest_word(const char *group, const char *wanted)
{
    bx_str best = BX_LIT("");
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < bx_commands_count; i++) {
        const char *name = bx_commands[i]->name, *word = group ? word_in(i, group) : name;
        bx_str one = {word, word ? group ? strlen(word) : strcspn(name, " ") : 0};
        size_t far = bx_near(bx_str_of(wanted), one);
        if (far < least) {
            least = far;
            best = one;
        }
    }
    return best;
}

/* No command goes by these words: say what was likely meant, or which there are. */
static void complain_unknown(int argc, char **argv)
{
    const char *group = is_group(argv[0]) ? argv[0] : NULL;
    if (group && argc < 2) {
        print_group(stderr, group);
        return;
    }
    bx_str near = nearest_word(group, argv[group ? 1 : 0]);
    BX_AUTO_BUF list = bx_buf_init(4096);
    for (size_t i = 0; group && i < bx_commands_count; i++) {
        const char *word = word_in(i, group);
        if (word)
            (void)bx_buf_addf(&list, "%s%s",
                              list.n   ? ", "
                              : near.n ? " There is "
                                       : "there is ",
                              word);
    }
    bx_cli_complain("no command '%s%s%.200s'%s%.*s%s%s", group ? group : "", group ? " " : "",
                    argv[group ? 1 : 0], near.n ? "; did you mean " : "", BX_FMT(near),
                    near.n ? "?" : "; ",
                    list.p   ? list.p
                    : near.n ? ""
                             : "see boxagnts --help");
}

static const bx_flag *find_flag(const bx_command *c, bx_str name)
{
    for (size_t i = 0; i < c->n_flags; i++) {
        if (bx_str_eq(name, bx_str_of(c->flags[i].name)))
            return &c->flags[i];
    }
    return NULL;
}

static void complain_flag(const bx_command *c, const char *given, bx_str name)
{
    const char *near = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < c->n_flags; i++) {
        size_t far = bx_near(name, bx_str_of(c->flags[i].name));
        if (far < least) {
            least = far;
            near = c->flags[i].name;
        }
    }
    if (near)
        bx_cli_complain("%s: unknown flag '%.200s'; did you mean --%s?", c->name, given, near);
    else
        bx_cli_complain(
            "%s: unknown flag '%.200s'; see boxagnts %s --help%s", c->name, given, c->name,
            c->passes_on || c->takes_rest ? "; behind -- stand those of the program" : "");
}

/* Whether a word is the value of the flag before it, which may have one: addresses and numbers are,
 * names of other things are not. */
static bool looks_optional(const char *word)
{
    return (word[0] >= '0' && word[0] <= '9') || strchr(word, ':');
}

/* One "--name", "--name value" or "--name=value"; *i moves past what was used. */
static bool parse_flag(const bx_command *c, int argc, char **argv, int *i, bx_args *a)
{
    const char *text = argv[*i] + 2, *eq = strchr(text, '=');
    bx_str name = {text, eq ? (size_t)(eq - text) : strlen(text)};
    const bx_flag *f = find_flag(c, name);
    if (!f) {
        complain_flag(c, argv[*i], name);
        return false;
    }
    if (!f->arg && eq) {
        bx_cli_complain("%s: --%s takes no value", c->name, f->name);
        return false;
    }
    const char *value = eq ? eq + 1 : NULL;
    if (f->arg && f->arg[0] == '[') {
        if (!value && *i + 1 < argc && looks_optional(argv[*i + 1]))
            value = argv[++*i];
    } else if (f->arg && !value) {
        if (*i + 1 >= argc) {
            bx_cli_complain("%s: --%s needs a value: --%s %s", c->name, f->name, f->name, f->arg);
            return false;
        }
        value = argv[++*i];
    }
    a->flags[a->n_flags++] = (bx_flag_value){f->id, value};
    return true;
}

/* The short forms: what every compiler calls its output, and every agent its prompt. */
static bool expand_short(const bx_command *c, char **arg)
{
    static char output[] = "--output", prompt[] = "--prompt";
    char *whole = strcmp(*arg, "-o") == 0 ? output : strcmp(*arg, "-p") == 0 ? prompt : NULL;
    if (!whole || !find_flag(c, bx_str_of(whole + 2)))
        return false;
    *arg = whole;
    return true;
}

static bool parse(const bx_command *c, int argc, char **argv, bx_args *a)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0 && (c->takes_rest || c->passes_on)) {
            a->rest = (const char *const *)(argv + i + 1);
            a->n_rest = (size_t)(argc - i - 1);
            return true;
        }
        if (strcmp(argv[i], "--") == 0) {
            while (++i < argc)
                a->words[a->n_words++] = argv[i];
            return true;
        }
        if (c->passes_on && !(argv[i][0] == '-' && argv[i][1] == '-')) {
            a->rest = (const char *const *)(argv + i);
            a->n_rest = (size_t)(argc - i);
            return true;
        }
        if (argv[i][0] == '-' && argv[i][1] == '-') {
            if (!parse_flag(c, argc, argv, &i, a))
                return false;
        } else if (expand_short(c, &argv[i])) {
            if (!parse_flag(c, argc, argv, &i, a))
                return false;
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            complain_flag(c, argv[i], BX_LIT(""));
            return false;
        } else {
            a->words[a->n_words++] = argv[i];
        }
    }
    return true;
}

static bool wants_help(const bx_command *c, int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (c->passes_on && strncmp(argv[i], "--", 2) != 0)
            break;
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

/* What was printed has to get where it was to go: the kernel tells of a full disk when it is
 * written, which may be now. */
static int finish(const char *name, int code)
{
    bool late = fflush(stdout) != 0;
    if (code != 0 || (!late && !ferror(stdout)))
        return code;
    bx_cli_complain("%s: write to standard output: %s", name,
                    late ? strerror(errno) : "not all of it was written");
    return EXIT_OURS;
}

static int run_command(const bx_command *c, int argc, char **argv)
{
    if (wants_help(c, argc, argv)) {
        bx_print_help(c);
        return finish("help", 0);
    }
    BX_AUTOFREE bx_flag_value *flags = bx_calloc((size_t)argc + 1, sizeof *flags);
    BX_AUTOFREE const char **words = bx_calloc((size_t)argc + 1, sizeof *words);
    if (!flags || !words) {
        bx_cli_complain("out of memory");
        return EXIT_OURS;
    }
    bx_args a = {.flags = flags, .words = words};
    if (!parse(c, argc, argv, &a))
        return EXIT_OURS;
    if (c->no_words && a.n_words && is_group(c->name)) { /* "mcp confg" */
        complain_unknown(2, (char *[]){(char *)(uintptr_t)c->name, (char *)(uintptr_t)a.words[0]});
        return EXIT_OURS;
    }
    if (c->no_words && a.n_words) {
        bx_cli_complain("%s: takes no arguments, and not '%.200s'; see boxagnts %s --help", c->name,
                        a.words[0], c->name);
        return EXIT_OURS;
    }
    return finish(c->name, c->run(&a));
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* "help", "help tool", "help tool list". */
static int run_help(int argc, char **argv)
{
    int words = 0;
    const bx_command *of = argc > 0 ? find_command(argc, argv, &words) : NULL;
    if (of)
        bx_print_help(of);
    else if (argc == 1 && is_group(argv[0]))
        print_group(stdout, argv[0]);
    else if (argc > 0)
        complain_unknown(argc, argv);
    else
        print_overview(stdout);
    return finish("help", argc > 0 && !of && !(argc == 1 && is_group(argv[0])) ? EXIT_OURS : 0);
}

int bx_cli_main(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_OURS;
    }
    const char *name = argv[1];
    int words = 0;
    if (asks_for_help(name) || strcmp(name, "help") == 0)
        return run_help(argc - 2, argv + 2);
    static char version[] = "version";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        argv[1] = version;
    const bx_command *c = find_command(argc - 1, argv + 1, &words);
    if (c)
        return run_command(c, argc - 1 - words, argv + 1 + words);
    if (argc == 3 && asks_for_help(argv[2]))
        return run_help(1, argv + 1);
    complain_unknown(argc - 1, argv + 1);
    return EXIT_OURS;
}
