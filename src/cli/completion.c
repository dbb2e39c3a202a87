/* boxagnts completion: a script for the user's shell, made from the command tables. */
#include <stdio.h>

#include "cli/commands.h"

static void print_words(const bx_command *c)
{
    for (size_t i = 0; i < c->n_flags; i++)
        (void)printf("--%s ", c->flags[i].name);
    (void)printf("--help");
}

/* The first word of a name ("tool list"); nothing when the command before it has the same. */
static bx_str first_word(size_t i)
{
    bx_str word = {bx_commands[i]->name, strcspn(bx_commands[i]->name, " ")};
    const char *before = i > 0 ? bx_commands[i - 1]->name : "";
    if (strncmp(before, word.p, word.n) == 0 && strchr(" ", before[word.n]))
        word.n = 0;
    return word;
}

static bool is_two_words(size_t i) { return strchr(bx_commands[i]->name, ' ') != NULL; }

static const char *second_word(size_t i) { return strchr(bx_commands[i]->name, ' ') + 1; }

/* Second words of all commands that begin with `group`. */
static void print_seconds(bx_str group)
{
    const char *between = "";
    for (size_t i = 0; i < bx_commands_count; i++) {
        if (is_two_words(i) && strncmp(bx_commands[i]->name, group.p, group.n + 1) == 0) {
            (void)printf("%s%s", between, second_word(i));
            between = " ";
        }
    }
}

static void print_names(void)
{
    for (size_t i = 0; i < bx_commands_count; i++) {
        bx_str word = first_word(i);
        if (word.n)
            (void)printf("%s%.*s", i ? " " : "", BX_FMT(word));
    }
}

/* What the first word of a command may be, with `between`. */
static void print_first_words(const bx_command *c, const char *between)
{
    for (size_t i = 0; c->first_word && c->first_word(i); i++)
        (void)printf("%s%s", i ? between : "", c->first_word(i));
}

static void print_bash_cases(bool two_words)
{
    for (size_t i = 0; i < bx_commands_count; i++) {
        if (is_two_words(i) != two_words)
            continue;
        (void)printf(is_two_words(i) ? "        '%s') names=2; words='" : "        '%s '*) words='",
                     bx_commands[i]->name);
        print_words(bx_commands[i]);
        (void)printf("' first='");
        print_first_words(bx_commands[i], " ");
        (void)printf("' ;;\n");
    }
}

static void print_bash(void)
{
    (void)printf("# boxagnts completion for bash: eval \"$(boxagnts completion bash)\"\n"
                 "_boxagnts() {\n"
                 "    local cur=${COMP_WORDS[COMP_CWORD]} words= first=\n"
                 "    local names=1\n"
                 "    if [ \"$COMP_CWORD\" -eq 1 ]; then words='");
    print_names();
    (void)printf(" --help --version'\n    else case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
    print_bash_cases(true); /* "mcp config" before what fits "mcp" */
    print_bash_cases(false);
    for (size_t i = 0; i < bx_commands_count; i++) {
        bx_str word = first_word(i);
        if (!is_two_words(i) || !word.n)
            continue;
        (void)printf("        '%.*s '*) names=2; words='", BX_FMT(word));
        print_seconds(word);
        (void)printf("' ;;\n");
    }
    (void)printf("    esac; fi\n"
                 "    if [[ $cur == -* || $COMP_CWORD -le $names ]]; then\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                 "    elif [[ -n $first && $COMP_CWORD -eq $((names + 1)) ]]; then\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"$first\" -- \"$cur\")\n"
                 "    else\n"
                 "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
                 "    fi\n"
                 "}\n"
                 "complete -o filenames -F _boxagnts boxagnts\n");
}

/* In single quotes for zsh and fish: a quote is closed, escaped and opened again; zsh also gives
 * meaning to brackets and colons. */
static void print_quoted(const char *s, bool zsh)
{
    for (; *s; s++) {
        if (*s == '\'')
            (void)printf("'\\''");
        else if (zsh && strchr("[]:\\", *s))
            (void)printf("\\%c", *s);
        else
            (void)putchar(*s);
    }
}

/* Names with what they are for, as zsh's _describe takes them: first words where `group` is empty,
 * else the second words of the commands that begin with it. */
static void print_zsh_names(bx_str group)
{
    for (size_t i = 0; i < bx_commands_count; i++) {
        const bx_command *c = bx_commands[i];
        bx_str word = group.n ? bx_str_of(is_two_words(i) ? second_word(i) : "") : first_word(i);
        if (!word.n || (group.n && strncmp(c->name, group.p, group.n + 1) != 0))
            continue;
        (void)printf(" '%.*s:", BX_FMT(word));
        print_quoted(is_two_words(i) && !group.n ? "…" : c->summary, true);
        (void)printf("'");
    }
}

static void print_zsh_flags(const bx_command *c)
{
    (void)printf("    '%s'*) _arguments", c->name);
    for (size_t k = 0; k < c->n_flags; k++) {
        (void)printf(" \\\n        '*--%s[", c->flags[k].name);
        print_quoted(c->flags[k].help, true);
        const char *arg = c->flags[k].arg;
        (void)printf("]%s'", !arg ? "" : arg[0] == '[' ? "::value:" : ":value:_files");
    }
    (void)printf(" \\\n        '--help[show help]'");
    if (c->first_word) {
        (void)printf(" '%d:name:(",
                     strchr(c->name, ' ') ? 2 : 1); /* behind the second word of the name */
        print_first_words(c, " ");
        (void)printf(")'");
    }
    (void)printf(" '*:file:_files' ;;\n");
}

static void print_zsh(void)
{
    static const char describe[] = "        _describe command names\n        return\n    fi\n";
    (void)printf("#compdef boxagnts\n_boxagnts() {\n    local -a names\n"
                 "    if (( CURRENT == 2 )); then\n        names=(");
    print_zsh_names(BX_LIT(""));
    (void)printf(" )\n%s", describe);
    for (size_t i = 0; i < bx_commands_count; i++) {
        bx_str word = first_word(i);
        if (!is_two_words(i) || !word.n)
            continue;
        (void)printf("    if (( CURRENT == 3 )) && [[ $words[2] == %.*s ]]; then\n        names=(",
                     BX_FMT(word));
        print_zsh_names(word);
        (void)printf(" )\n%s", describe);
    }
    (void)printf("    local name=\"$words[2] $words[3]\"\n    shift words\n"
                 "    (( CURRENT-- ))\n    case $name in\n");
    for (size_t i = 0; i < 2 * bx_commands_count; i++) { /* as for bash: two words first */
        size_t k = i % bx_commands_count;
        if (is_two_words(k) == (i < bx_commands_count))
            print_zsh_flags(bx_commands[k]);
    }
    (void)printf("    esac\n}\ncompdef _boxagnts boxagnts\n");
}

/* What fish asks to know that command `i` is being typed. */
static void print_fish_condition(size_t i)
{
    bx_str word = {bx_commands[i]->name, strcspn(bx_commands[i]->name, " ")};
    (void)printf("'__fish_seen_subcommand_from %.*s", BX_FMT(word));
    if (is_two_words(i))
        (void)printf("; and __fish_seen_subcommand_from %s", second_word(i));
    (void)printf("'");
}

static void print_fish(void)
{
    for (size_t i = 0; i < bx_commands_count; i++) {
        const bx_command *c = bx_commands[i];
        bx_str word = first_word(i);
        if (word.n) {
            (void)printf("complete -c boxagnts -n __fish_use_subcommand -f -a %.*s -d '",
                         BX_FMT(word));
            print_quoted(is_two_words(i) ? "…" : c->summary, false);
            (void)printf("'\n");
        }
        if (is_two_words(i)) {
            size_t n = strcspn(c->name, " ");
            (void)printf("complete -c boxagnts -n '__fish_seen_subcommand_from %.*s' -f -a %s -d '",
                         (int)n, c->name, second_word(i));
            print_quoted(c->summary, false);
            (void)printf("'\n");
        }
        if (c->first_word) {
            (void)printf("complete -c boxagnts -n ");
            print_fish_condition(i);
            (void)printf(" -a '");
            print_first_words(c, " ");
            (void)printf("'\n");
        }
        for (size_t k = 0; k < c->n_flags; k++) {
            (void)printf("complete -c boxagnts -n ");
            print_fish_condition(i);
            (void)printf(" -l %s%s -d '", c->flags[k].name,
                         c->flags[k].arg && c->flags[k].arg[0] != '[' ? " -r" : "");
            print_quoted(c->flags[k].help, false);
            (void)printf("'\n");
        }
    }
}

static int run_completion(const bx_args *a)
{
    const char *shell = a->n_words == 1 ? a->words[0] : "";
    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        print_zsh();
    else if (strcmp(shell, "fish") == 0)
        print_fish();
    else {
        bx_cli_complain("completion: for which shell? bash, zsh or fish");
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_completion = {
    .name = "completion",
    .usage = "completion bash|zsh|fish",
    .summary = "print a completion script for a shell",
    .details =
        "bash: eval \"$(boxagnts completion bash)\"    zsh: source <(boxagnts completion zsh)\n"
        "fish: boxagnts completion fish | source\n",
    .run = run_completion,
};
