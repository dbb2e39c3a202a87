#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
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

void bx_print_help(const bx_command *c)
{
    (void)printf("usage: boxagnts %s\n\n%s\n", c->usage, c->summary);
    if (c->n_flags)
        (void)printf("\nflags:\n");
    for (size_t i = 0; i < c->n_flags; i++) {
        const bx_flag *f = &c->flags[i];
        print_flag(f, c->limit_of ? c->limit_of(f->id) : NULL);
    }
    print_flag(&(bx_flag){.name = "help", .help = "show this text"}, NULL);
    if (c->details)
        (void)printf("\n%s", c->details);
}

static void print_overview(FILE *to)
{
    (void)fprintf(to, "usage: boxagnts COMMAND …\n\nRuns WebAssembly tools with exactly what they "
                      "were granted.\n\ncommands:\n");
    for (size_t i = 0; i < bx_commands_count; i++)
        (void)fprintf(to, "  %-14s %s\n", bx_commands[i]->name, bx_commands[i]->summary);
    (void)fprintf(to, "\n`boxagnts COMMAND --help` explains a command.\n");
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

/* Whether `name` begins commands of two words. */
static bool is_group(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < bx_commands_count; i++) {
        if (strncmp(bx_commands[i]->name, name, n) == 0 && bx_commands[i]->name[n] == ' ')
            return true;
    }
    return false;
}

/* No command goes by these words: say which ones there are. */
static void complain_unknown(int argc, char **argv)
{
    if (!is_group(argv[0])) {
        bx_cli_complain("no command '%s'; see boxagnts --help", argv[0]);
        return;
    }
    BX_AUTO_BUF list = bx_buf_init(4096);
    size_t n = strlen(argv[0]);
    for (size_t i = 0; i < bx_commands_count; i++) {
        const char *name = bx_commands[i]->name;
        if (strncmp(name, argv[0], n) == 0 && name[n] == ' ')
            (void)bx_buf_addf(&list, "%s%s", list.n ? ", " : "", name + n + 1);
    }
    bx_cli_complain("%s %s: there is %s", argv[0], argc > 1 ? argv[1] : "what?",
                    list.p ? list.p : "");
}

static const bx_flag *find_flag(const bx_command *c, bx_str name)
{
    for (size_t i = 0; i < c->n_flags; i++) {
        if (bx_str_eq(name, bx_str_of(c->flags[i].name)))
            return &c->flags[i];
    }
    return NULL;
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
        bx_cli_complain("%s: unknown flag '%s'; see boxagnts %s --help", c->name, argv[*i],
                        c->name);
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
        if (strcmp(argv[i], "--") == 0) {
            a->rest = (const char *const *)(argv + i + 1);
            a->n_rest = (size_t)(argc - i - 1);
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
            bx_cli_complain("%s: unknown flag '%s'; see boxagnts %s --help", c->name, argv[i],
                            c->name);
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

static int run_command(const bx_command *c, int argc, char **argv)
{
    if (wants_help(c, argc, argv)) {
        bx_print_help(c);
        return 0;
    }
    BX_AUTOFREE bx_flag_value *flags = bx_calloc((size_t)argc + 1, sizeof *flags);
    BX_AUTOFREE const char **words = bx_calloc((size_t)argc + 1, sizeof *words);
    if (!flags || !words) {
        bx_cli_complain("out of memory");
        return EXIT_OURS;
    }
    bx_args a = {.flags = flags, .words = words};
    return parse(c, argc, argv, &a) ? c->run(&a) : EXIT_OURS;
}

int bx_cli_main(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_OURS;
    }
    const char *name = argv[1];
    int words = 0;
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        const bx_command *of = argc > 2 ? find_command(argc - 2, argv + 2, &words) : NULL;
        if (of)
            bx_print_help(of);
        else if (argc > 2)
            complain_unknown(argc - 2, argv + 2);
        else
            print_overview(stdout);
        return argc > 2 && !of ? EXIT_OURS : 0;
    }
    static char version[] = "version";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        argv[1] = version;
    const bx_command *c = find_command(argc - 1, argv + 1, &words);
    if (!c) {
        complain_unknown(argc - 1, argv + 1);
        return EXIT_OURS;
    }
    return run_command(c, argc - 1 - words, argv + 1 + words);
}
