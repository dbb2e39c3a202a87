/* shell/builtins.c - the table of builtins, in the order of their names. */
#include "shell/expand.h"
#include "shell/run.h"

#define S SH_BUILTIN_SPECIAL
#define D SH_BUILTIN_DECLARES

static const sh_builtin builtins[] = {
    {".", sh_bi_source, S, ". filename [arguments]"},
    {":", sh_bi_colon, S, ":"},
    {"[", sh_bi_test, 0, "[ arg... ]"},
    {"alias", sh_bi_alias, 0, "alias [-p] [name[=value] ... ]"},
    {"bg", sh_bi_bg, 0, "bg [job_spec ...]"},
    {"bind", sh_bi_bind, 0,
     "bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq]"},
    {"break", sh_bi_break_, S, "break [n]"},
    {"builtin", sh_bi_builtin, 0, "builtin [shell-builtin [arg ...]]"},
    {"call", sh_bi_call, 0, "call name [json]"},
    {"caller", sh_bi_caller, 0, "caller [expr]"},
    {"cd", sh_bi_cd, 0, "cd [-L|[-P [-e]] [-@]] [dir]"},
    {"command", sh_bi_command, 0, "command [-pVv] command [arg ...]"},
    {"compgen", sh_bi_compgen, 0,
     "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C "
     "command] [-X filterpat] [-P prefix] [-S suffix] [word]"},
    {"complete", sh_bi_complete, 0,
     "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F "
     "function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]"},
    {"compopt", sh_bi_compopt, 0, "compopt [-o|+o option] [-DEI] [name ...]"},
    {"continue", sh_bi_continue_, S, "continue [n]"},
    {"declare", sh_builtin_declare, D,
     "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]"},
    {"dirs", sh_bi_dirs, 0, "dirs [-clpv] [+N] [-N]"},
    {"disown", sh_bi_disown, 0, "disown [-h] [-ar] [jobspec ... | pid ...]"},
    {"echo", sh_builtin_echo, 0, "echo [-neE] [arg ...]"},
    {"enable", sh_bi_enable, 0, "enable [-a] [-dnps] [-f filename] [name ...]"},
    {"eval", sh_bi_eval, S, "eval [arg ...]"},
    {"exec", sh_bi_exec, S, "exec [-cl] [-a name] [command [argument ...]] [redirection ...]"},
    {"exit", sh_bi_exit_, S, "exit [n]"},
    {"export", sh_builtin_declare, S | D, "export [-fn] [name[=value] ...] or export -p"},
    {"false", sh_bi_false_, 0, "false"},
    {"fc", sh_bi_fc, 0, "fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]"},
    {"fg", sh_bi_fg, 0, "fg [job_spec]"},
    {"getopts", sh_builtin_getopts, 0, "getopts optstring name [arg ...]"},
    {"hash", sh_bi_hash, 0, "hash [-lr] [-p pathname] [-dt] [name ...]"},
    {"help", sh_bi_help, 0, "help [-dms] [pattern ...]"},
    {"history", sh_bi_history, 0,
     "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]"},
    {"jobs", sh_bi_jobs, 0, "jobs [-lnprs] [jobspec ...] or jobs -x command [args]"},
    {"kill", sh_bi_kill, 0,
     "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]"},
    {"let", sh_builtin_let, 0, "let arg [arg ...]"},
    {"local", sh_builtin_declare, D, "local [option] name[=value] ..."},
    {"logout", sh_bi_logout, 0, "logout [n]"},
    {"mapfile", sh_builtin_mapfile, 0,
     "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] "
     "[array]"},
    {"popd", sh_bi_popd, 0, "popd [-n] [+N | -N]"},
    {"printf", sh_builtin_printf, 0, "printf [-v var] format [arguments]"},
    {"pushd", sh_bi_pushd, 0, "pushd [-n] [+N | -N | dir]"},
    {"pwd", sh_bi_pwd, 0, "pwd [-LP]"},
    {"read", sh_builtin_read, 0,
     "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] "
     "[-u fd] [name ...]"},
    {"readarray", sh_builtin_mapfile, 0,
     "readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c "
     "quantum] [array]"},
    {"readonly", sh_builtin_declare, S | D, "readonly [-aAf] [name[=value] ...] or readonly -p"},
    {"return", sh_bi_return_, S, "return [n]"},
    {"set", sh_bi_set, S, "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]"},
    {"shift", sh_bi_shift, S, "shift [n]"},
    {"shopt", sh_bi_shopt, 0, "shopt [-pqsu] [-o] [optname ...]"},
    {"source", sh_bi_source, S, "source filename [arguments]"},
    {"suspend", sh_bi_suspend, 0, "suspend [-f]"},
    {"test", sh_bi_test, 0, "test [expr]"},
    {"times", sh_bi_times, S, "times"},
    {"trap", sh_bi_trap, S, "trap [-lp] [[arg] signal_spec ...]"},
    {"true", sh_bi_true_, 0, "true"},
    {"type", sh_bi_type, 0, "type [-afptP] name [name ...]"},
    {"typeset", sh_builtin_declare, D,
     "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]"},
    {"ulimit", sh_bi_ulimit, 0, "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]"},
    {"umask", sh_bi_umask, 0, "umask [-p] [-S] [mode]"},
    {"unalias", sh_bi_unalias, 0, "unalias [-a] name [name ...]"},
    {"unset", sh_builtin_unset, S, "unset [-f] [-v] [-n] [name ...]"},
    {"wait", sh_bi_wait, 0, "wait [-fn] [-p var] [id ...]"},
};

static bool disabled[BX_COUNT(builtins)];

/* By a hash of the name, made at the first question. */
enum { SLOTS = 256 };
static uint8_t slots[SLOTS]; /* index + 1 */

static unsigned hash_of(const char *s)
{
    unsigned h = 5381;
    for (; *s; s++)
        h = h * 33 ^ (unsigned char)*s;
    return h & (SLOTS - 1);
}

const sh_builtin *sh_builtin_any(const char *name)
{
    static bool made;
    if (!made) {
        made = true;
        for (size_t i = 0; i < BX_COUNT(builtins); i++) {
            unsigned at = hash_of(builtins[i].name);
            while (slots[at])
                at = (at + 1) & (SLOTS - 1);
            slots[at] = (uint8_t)(i + 1);
        }
    }
    for (unsigned at = hash_of(name); slots[at]; at = (at + 1) & (SLOTS - 1))
        if (strcmp(builtins[slots[at] - 1].name, name) == 0)
            return &builtins[slots[at] - 1];
    return NULL;
}

const sh_builtin *sh_builtin_find(shell *sh, const char *name)
{
    (void)sh;
    const sh_builtin *b = sh_builtin_any(name);
    return b && !disabled[b - builtins] ? b : NULL;
}

const sh_builtin *sh_builtin_nth(size_t i) { return i < BX_COUNT(builtins) ? &builtins[i] : NULL; }

bool sh_builtin_enabled(const sh_builtin *b) { return !disabled[b - builtins]; }

void sh_builtin_enable(const sh_builtin *b, bool on) { disabled[b - builtins] = !on; }

bool sh_number(const char *s, int64_t *ret)
{
    s += strspn(s, " \t\n");
    bool minus = *s == '-';
    s += *s == '-' || *s == '+';
    if (*s < '0' || *s > '9')
        return false;
    int64_t v = 0;
    for (; *s >= '0' && *s <= '9'; s++)
        if (__builtin_mul_overflow(v, (int64_t)10, &v) ||
            __builtin_sub_overflow(v, (int64_t)(*s - '0'), &v))
            return false;
    s += strspn(s, " \t\n");
    if (*s || (!minus && v == INT64_MIN))
        return false;
    *ret = minus ? v : -v;
    return true;
}

int sh_bi_help(shell *sh, int argc, char **argv)
{
    bool any = false, brief = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        brief |= argv[i][1] == 's' || argv[i][1] == 'd';
    if (i == argc) {
        sh_puts(sh, "GNU bash, version 5.2.15(1)-release (BoxAgnts)\n"
                    "These shell commands are built in:\n\n");
        for (size_t k = 0; k < BX_COUNT(builtins); k++)
            sh_printf(sh, " %s\n", builtins[k].usage);
        return 0;
    }
    for (; i < argc; i++)
        for (size_t k = 0; k < BX_COUNT(builtins); k++)
            if (strcmp(argv[i], builtins[k].name) == 0) {
                sh_printf(sh, "%s: %s\n", builtins[k].name, builtins[k].usage);
                if (!brief)
                    sh_puts(sh, "    See the Bash reference manual, version 5.2.\n");
                any = true;
            }
    if (!any) {
        sh_builtin_error(sh,
                         "no help topics match `%s'.  Try `help help' or `man -k %s' or `info %s'.",
                         argv[argc - 1], argv[argc - 1], argv[argc - 1]);
        return 1;
    }
    return 0;
}
