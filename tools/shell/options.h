/* shell/options.h - what `set` and `shopt` switch.  One shell per process; subshells in the process
 * save and restore the whole struct (it is a plain value). */
#ifndef BX_SHELL_OPTIONS_H
#define BX_SHELL_OPTIONS_H

#include <stdbool.h>

/* SET(field, name of set -o, letter or 0, at the start); SHOPT(field, name of shopt, at the start) */
#define SH_SET_OPTIONS(SET) \
    SET(allexport, "allexport", 'a', false) \
    SET(braceexpand, "braceexpand", 'B', true) \
    SET(emacs, "emacs", 0, false) \
    SET(errexit, "errexit", 'e', false) \
    SET(errtrace, "errtrace", 'E', false) \
    SET(functrace, "functrace", 'T', false) \
    SET(hashall, "hashall", 'h', true) \
    SET(histexpand, "histexpand", 'H', false) \
    SET(history, "history", 0, false) \
    SET(ignoreeof, "ignoreeof", 0, false) \
    SET(interactive_comments, "interactive-comments", 0, true) \
    SET(keyword, "keyword", 'k', false) \
    SET(monitor, "monitor", 'm', false) \
    SET(noclobber, "noclobber", 'C', false) \
    SET(noexec, "noexec", 'n', false) \
    SET(noglob, "noglob", 'f', false) \
    SET(nolog, "nolog", 0, false) \
    SET(notify, "notify", 'b', false) \
    SET(nounset, "nounset", 'u', false) \
    SET(onecmd, "onecmd", 't', false) \
    SET(physical, "physical", 'P', false) \
    SET(pipefail, "pipefail", 0, false) \
    SET(posix, "posix", 0, false) \
    SET(privileged, "privileged", 'p', false) \
    SET(verbose, "verbose", 'v', false) \
    SET(vi, "vi", 0, false) \
    SET(xtrace, "xtrace", 'x', false)

#define SH_SHOPT_OPTIONS(SHOPT) \
    SHOPT(autocd, "autocd", false) \
    SHOPT(assoc_expand_once, "assoc_expand_once", false) \
    SHOPT(cdable_vars, "cdable_vars", false) \
    SHOPT(cdspell, "cdspell", false) \
    SHOPT(checkhash, "checkhash", false) \
    SHOPT(checkjobs, "checkjobs", false) \
    SHOPT(checkwinsize, "checkwinsize", true) \
    SHOPT(cmdhist, "cmdhist", true) \
    SHOPT(compat31, "compat31", false) \
    SHOPT(compat32, "compat32", false) \
    SHOPT(compat40, "compat40", false) \
    SHOPT(compat41, "compat41", false) \
    SHOPT(compat42, "compat42", false) \
    SHOPT(compat43, "compat43", false) \
    SHOPT(compat44, "compat44", false) \
    SHOPT(complete_fullquote, "complete_fullquote", true) \
    SHOPT(direxpand, "direxpand", false) \
    SHOPT(dirspell, "dirspell", false) \
    SHOPT(dotglob, "dotglob", false) \
    SHOPT(execfail, "execfail", false) \
    SHOPT(expand_aliases, "expand_aliases", false) \
    SHOPT(extdebug, "extdebug", false) \
    SHOPT(extglob, "extglob", false) \
    SHOPT(extquote, "extquote", true) \
    SHOPT(failglob, "failglob", false) \
    SHOPT(force_fignore, "force_fignore", true) \
    SHOPT(globasciiranges, "globasciiranges", true) \
    SHOPT(globskipdots, "globskipdots", true) \
    SHOPT(globstar, "globstar", false) \
    SHOPT(gnu_errfmt, "gnu_errfmt", false) \
    SHOPT(histappend, "histappend", false) \
    SHOPT(histreedit, "histreedit", false) \
    SHOPT(histverify, "histverify", false) \
    SHOPT(hostcomplete, "hostcomplete", true) \
    SHOPT(huponexit, "huponexit", false) \
    SHOPT(inherit_errexit, "inherit_errexit", false) \
    SHOPT(interactive_comments_, "interactive_comments", true) \
    SHOPT(lastpipe, "lastpipe", false) \
    SHOPT(lithist, "lithist", false) \
    SHOPT(localvar_inherit, "localvar_inherit", false) \
    SHOPT(localvar_unset, "localvar_unset", false) \
    SHOPT(login_shell, "login_shell", false) \
    SHOPT(mailwarn, "mailwarn", false) \
    SHOPT(no_empty_cmd_completion, "no_empty_cmd_completion", false) \
    SHOPT(nocaseglob, "nocaseglob", false) \
    SHOPT(nocasematch, "nocasematch", false) \
    SHOPT(noexpand_translation, "noexpand_translation", false) \
    SHOPT(nullglob, "nullglob", false) \
    SHOPT(patsub_replacement, "patsub_replacement", true) \
    SHOPT(progcomp, "progcomp", true) \
    SHOPT(progcomp_alias, "progcomp_alias", false) \
    SHOPT(promptvars, "promptvars", true) \
    SHOPT(restricted_shell, "restricted_shell", false) \
    SHOPT(shift_verbose, "shift_verbose", false) \
    SHOPT(sourcepath, "sourcepath", true) \
    SHOPT(varredir_close, "varredir_close", false) \
    SHOPT(xpg_echo, "xpg_echo", false)

#define SH_SET_FIELD_(field, name, letter, start) bool field;
#define SH_SHOPT_FIELD_(field, name, start)       bool field;
typedef struct sh_options {
    SH_SET_OPTIONS(SH_SET_FIELD_)
    SH_SHOPT_OPTIONS(SH_SHOPT_FIELD_)
    bool interactive; /* -i */
    bool from_string; /* -c */
    bool from_stdin;  /* -s */
} sh_options;
#undef SH_SET_FIELD_
#undef SH_SHOPT_FIELD_

extern sh_options sh_opt; /* in vars.c, with the values at the start */

#endif
