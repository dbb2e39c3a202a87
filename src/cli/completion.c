/* boxagnts completion: a script for the user's shell, made from the command tables. */
#include <stdio.h>

#include "cli/commands.h"

static void print_words(const bx_command *c)
{
    for (size_t i = 0; i < c->n_flags; i++)
        (void)printf("--%s ", c->flags[i].name);
    (void)printf("--help");
}

static void print_names(void)
{
    for (size_t i = 0; i < bx_commands_count; i++)
        (void)printf("%s%s", i ? " " : "", bx_commands[i]->name);
}

static void print_bash(void)
{
    (void)printf("# boxagnts completion for bash: eval \"$(boxagnts completion bash)\"\n"
                 "_boxagnts() {\n"
                 "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
                 "    if [ \"$COMP_CWORD\" -eq 1 ]; then words='");
    print_names();
    (void)printf(" --help --version'\n    else case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < bx_commands_count; i++) {
        (void)printf("        %s) words='", bx_commands[i]->name);
        print_words(bx_commands[i]);
        (void)printf("' ;;\n");
    }
    (void)printf("    esac; fi\n"
                 "    if [[ $cur == -* || $COMP_CWORD -eq 1 ]]; then\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
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

static void print_zsh(void)
{
    (void)printf("#compdef boxagnts\n_boxagnts() {\n    if (( CURRENT == 2 )); then\n        local "
                 "-a names=(\n");
    for (size_t i = 0; i < bx_commands_count; i++) {
        (void)printf("            '%s:", bx_commands[i]->name);
        print_quoted(bx_commands[i]->summary, true);
        (void)printf("'\n");
    }
    (void)printf("        )\n        _describe command names\n        return\n    fi\n    local "
                 "name=$words[2]\n    shift words\n"
                 "    (( CURRENT-- ))\n    case $name in\n");
    for (size_t i = 0; i < bx_commands_count; i++) {
        const bx_command *c = bx_commands[i];
        (void)printf("    %s) _arguments", c->name);
        for (size_t k = 0; k < c->n_flags; k++) {
            (void)printf(" \\\n        '*--%s[", c->flags[k].name);
            print_quoted(c->flags[k].help, true);
            (void)printf("]%s'", c->flags[k].arg ? ":value:_files" : "");
        }
        (void)printf(" \\\n        '--help[show help]' '*:file:_files' ;;\n");
    }
    (void)printf("    esac\n}\ncompdef _boxagnts boxagnts\n");
}

static void print_fish(void)
{
    for (size_t i = 0; i < bx_commands_count; i++) {
        const bx_command *c = bx_commands[i];
        (void)printf("complete -c boxagnts -n __fish_use_subcommand -f -a %s -d '", c->name);
        print_quoted(c->summary, false);
        (void)printf("'\n");
        for (size_t k = 0; k < c->n_flags; k++) {
            (void)printf("complete -c boxagnts -n '__fish_seen_subcommand_from %s' -l %s%s -d '",
                         c->name, c->flags[k].name, c->flags[k].arg ? " -r" : "");
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
