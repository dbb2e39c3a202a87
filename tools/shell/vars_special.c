/* The variables that the shell itself makes: Bash manual 5.2. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/history.h"
#include "shell/vars_in.h"

static int64_t clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A value made by the shell: no log, no attributes. */
static void made(sh_var *v, const char *s, size_t n)
{
    if (n + 1 > v->cap) {
        v->s = sh_realloc(v->s, n + 24);
        v->cap = n + 24;
    }
    memcpy(v->s, s, n);
    v->s[n] = 0;
    v->n = n;
    v->attrs |= SH_A_SET;
}

static void made_int(sh_var *v, int64_t value)
{
    char room[24];
    const char *s = sh_int_text(value, room);
    made(v, s, strlen(s));
}

static void get_line(sh_var *v) { made_int(v, sh_shell->line); }

/* The minimal standard generator of Park and Miller, by Schrage's method; the halves of its state
 * are combined as bash 5.1 and later do. */
static uint32_t random_next(uint32_t x)
{
    if (x == 0)
        x = 123459876;
    int64_t t = 16807 * (int64_t)(x % 127773) - 2836 * (int64_t)(x / 127773);
    return (uint32_t)(t < 0 ? t + 0x7fffffff : t);
}

static void get_random(sh_var *v)
{
    uint32_t r;
    if (!sh_state.seeded) {
        sh_state.seeded = true;
        sh_state.random = (uint32_t)clock_us() ^ (uint32_t)sh_shell->own_pid * 2654435761u;
    }
    do {
        sh_state.random = random_next(sh_state.random);
        r = (sh_state.random >> 16 ^ (sh_state.random & 65535)) & 32767;
    } while (r == sh_state.last_random);
    sh_state.last_random = r;
    made_int(v, r);
}

static bool set_random(sh_var *v, const char *value)
{
    int64_t seed = 0;
    (void)v;
    if (sh_arith_string(sh_shell, NULL, value, &seed)) {
        sh_state.random = (uint32_t)seed;
        sh_state.last_random = 0;
        sh_state.seeded = true;
    }
    return true;
}

static void get_srandom(sh_var *v)
{
    uint32_t r = 0;
    if (getentropy(&r, sizeof r) != 0)
        r = (uint32_t)clock_us() * 2654435761u;
    made_int(v, r);
}

static void get_seconds(sh_var *v)
{
    int64_t now = clock_us() / 1000000, base = sh_state.seconds_base_us / 1000000;
    made_int(v, now - base + sh_state.seconds_offset);
}

static bool set_seconds(sh_var *v, const char *value)
{
    int64_t x = 0;
    (void)v;
    if (sh_arith_string(sh_shell, NULL, value, &x)) {
        sh_state.seconds_base_us = clock_us();
        sh_state.seconds_offset = x;
    }
    return true;
}

static void get_epoch(sh_var *v) { made_int(v, clock_us() / 1000000); }

static void get_epoch_real(sh_var *v)
{
    char text[40];
    int64_t us = clock_us();
    int n =
        snprintf(text, sizeof text, "%lld.%06d", (long long)(us / 1000000), (int)(us % 1000000));
    made(v, text, (size_t)n);
}

static void get_bashpid(sh_var *v) { made_int(v, sh_shell->own_pid); }
static void get_histcmd(sh_var *v) { made_int(v, sh_history_number(sh_shell) - 1); }
static void get_subshell(sh_var *v) { made_int(v, sh_shell->subshell); }

static void get_command(sh_var *v)
{
    const char *s = sh_current_command(sh_shell);
    s = s ? s : "";
    made(v, s, strlen(s));
}

static void get_shellopts(sh_var *v)
{
    const char *s = sh_shellopts(sh_shell);
    made(v, s, strlen(s));
}

static void get_bashopts(sh_var *v)
{
    const char *s = sh_bashopts(sh_shell);
    made(v, s, strlen(s));
}

static sh_buf underscore_;

void sh_set_underscore(const char *last_argument)
{
    underscore_.n = 0;
    sh_buf_z(&underscore_, last_argument);
}

char *sh_underscore_copy(void)
{
    return sh_strndup(underscore_.p ? underscore_.p : "", underscore_.n);
}

static void get_underscore(sh_var *v) { made(v, sh_buf_str(&underscore_), underscore_.n); }

static void get_argv0(sh_var *v)
{
    const char *s = sh_shell->arg0 ? sh_shell->arg0 : "bash";
    made(v, s, strlen(s));
}

static bool set_argv0(sh_var *v, const char *value)
{
    (void)v;
    char *name = sh_strdup(value);
    free(sh_shell->arg0);
    sh_shell->arg0 = name;
    return true;
}

static bool ignore(sh_var *v, const char *value)
{
    (void)v;
    (void)value;
    return true;
}

static void get_array(sh_var *v)
{
    sh_indexed_empty_(v);
    v->attrs &= ~(uint32_t)SH_A_SET;
    size_t n = 1;
    for (size_t i = 0; i < n; i++) {
        const char *s = sh_special_array(sh_shell, v->name->text, i, &n);
        if (s)
            sh_indexed_store_(v, (int64_t)i, s, strlen(s), false);
    }
}

static const sh_dynamic LINE = {get_line, NULL}, RANDOM = {get_random, set_random},
                        SRANDOM = {get_srandom, ignore}, SECONDS = {get_seconds, set_seconds},
                        EPOCH = {get_epoch, ignore}, EPOCH_REAL = {get_epoch_real, ignore},
                        PID = {get_bashpid, ignore}, SUBSHELL = {get_subshell, ignore},
                        COMMAND = {get_command, ignore}, SHELLOPTS = {get_shellopts, NULL},
                        BASHOPTS = {get_bashopts, NULL}, UNDERSCORE = {get_underscore, ignore},
                        ARGV0 = {get_argv0, set_argv0}, HISTCMD = {get_histcmd, ignore},
                        ARRAY = {get_array, ignore};

static const struct {
    const char *name;
    const sh_dynamic *dynamic;
    uint32_t attrs;
} DYNAMIC[] = {
    {"LINENO", &LINE, SH_A_SET},
    {"RANDOM", &RANDOM, SH_A_SET | SH_A_INTEGER},
    {"SRANDOM", &SRANDOM, SH_A_SET | SH_A_INTEGER},
    {"SECONDS", &SECONDS, SH_A_SET | SH_A_INTEGER},
    {"EPOCHSECONDS", &EPOCH, SH_A_SET},
    {"EPOCHREALTIME", &EPOCH_REAL, SH_A_SET},
    {"BASHPID", &PID, SH_A_SET | SH_A_INTEGER},
    {"BASH_SUBSHELL", &SUBSHELL, SH_A_SET},
    {"BASH_COMMAND", &COMMAND, SH_A_SET},
    {"HISTCMD", &HISTCMD, SH_A_SET | SH_A_INTEGER},
    {"SHELLOPTS", &SHELLOPTS, SH_A_SET | SH_A_READONLY},
    {"BASHOPTS", &BASHOPTS, SH_A_SET | SH_A_READONLY},
    {"_", &UNDERSCORE, SH_A_SET},
    {"BASH_ARGV0", &ARGV0, SH_A_SET},
    {"PIPESTATUS", &ARRAY, SH_A_ARRAY},
    {"FUNCNAME", &ARRAY, SH_A_ARRAY | SH_A_IGNORE},
    {"BASH_SOURCE", &ARRAY, SH_A_ARRAY | SH_A_IGNORE},
    {"BASH_LINENO", &ARRAY, SH_A_ARRAY | SH_A_IGNORE},
    {"DIRSTACK", &ARRAY, SH_A_ARRAY | SH_A_IGNORE},
};

static const struct {
    const char *name, *value;
    uint32_t attrs;
} FIXED[] = {
    {"BASH", "/bin/bash", 0},
    {"BASH_VERSION", "5.2.15(1)-release", 0},
    {"UID", "1000", SH_A_READONLY | SH_A_INTEGER},
    {"EUID", "1000", SH_A_READONLY | SH_A_INTEGER},
    {"IFS", " \t\n", 0},
    {"OPTIND", "1", 0},
    {"OPTERR", "1", 0},
    {"PS4", "+ ", 0},
};

static const struct {
    const char *name, *value;
} DEFAULTS[] = {
    {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
    {"TERM", "dumb"},
    {"SHELL", "/bin/bash"},
    {"HOSTTYPE", "x86_64"},
    {"MACHTYPE", "x86_64-pc-linux-gnu"},
    {"OSTYPE", "linux-gnu"},
    {"HOSTNAME", "boxagnts"},
};

static sh_var *make(const char *name) { return sh_var_make(sh_name_of(name, strlen(name))); }

static void set_fixed(const char *name, const char *value, uint32_t attrs)
{
    sh_var *v = make(name);
    sh_var_put(v, value, strlen(value), false);
    v->attrs |= attrs;
}

void sh_vars_special_(shell *sh)
{
    for (size_t i = 0; i < BX_COUNT(FIXED); i++)
        set_fixed(FIXED[i].name, FIXED[i].value, FIXED[i].attrs);
    for (size_t i = 0; i < BX_COUNT(DEFAULTS); i++) {
        const sh_var *v = make(DEFAULTS[i].name);
        if (!(v->attrs & SH_A_SET))
            set_fixed(DEFAULTS[i].name, DEFAULTS[i].value, 0);
    }
    for (size_t i = 0; i < BX_COUNT(DYNAMIC); i++) {
        sh_var *v = make(DYNAMIC[i].name);
        sh_value_free_(v);
        v->attrs = DYNAMIC[i].attrs;
        v->dynamic = DYNAMIC[i].dynamic;
    }
    char room[24];
    set_fixed("PPID", sh_int_text(sh->parent, room), SH_A_READONLY | SH_A_INTEGER);
    set_fixed("SHLVL", sh_int_text(sh_get_int("SHLVL", 0) + 1, room), SH_A_EXPORT);
    static const char *const version[] = {"5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"};
    sh_var *v = make("BASH_VERSINFO");
    sh_value_free_(v);
    v->attrs = SH_A_ARRAY | SH_A_READONLY;
    for (size_t i = 0; i < BX_COUNT(version); i++)
        sh_indexed_store_(v, (int64_t)i, version[i], strlen(version[i]), false);
    v = make("GROUPS");
    sh_value_free_(v);
    v->attrs = SH_A_ARRAY | SH_A_IGNORE;
    sh_indexed_store_(v, 0, "1000", 4, false);
    sh_state.seconds_base_us = clock_us();
}
