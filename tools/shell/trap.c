/* shell/trap.c - traps and signals.  Signals that come are noted by the host and looked at between
 * commands. */
#include <errno.h>

#include "shell/expand.h"
#include "shell/run.h"

typedef struct sh_traps {
    char *text[SH_TRAPS];   /* NULL: default; "": ignored */
    size_t n;               /* how many are set */
    struct sh_traps *shown; /* in a subshell, until a trap is set: what `trap` prints */
    uint64_t pending;       /* signals that have come and not been handled */
    uint64_t caught;        /* as the host was told */
    uint8_t running[SH_TRAPS];
} sh_traps;

static const char *const names[65] = {
    [1] = "HUP",       [2] = "INT",       [3] = "QUIT",      [4] = "ILL",       [5] = "TRAP",
    [6] = "ABRT",      [7] = "BUS",       [8] = "FPE",       [9] = "KILL",      [10] = "USR1",
    [11] = "SEGV",     [12] = "USR2",     [13] = "PIPE",     [14] = "ALRM",     [15] = "TERM",
    [16] = "STKFLT",   [17] = "CHLD",     [18] = "CONT",     [19] = "STOP",     [20] = "TSTP",
    [21] = "TTIN",     [22] = "TTOU",     [23] = "URG",      [24] = "XCPU",     [25] = "XFSZ",
    [26] = "VTALRM",   [27] = "PROF",     [28] = "WINCH",    [29] = "IO",       [30] = "PWR",
    [31] = "SYS",      [34] = "RTMIN",    [35] = "RTMIN+1",  [36] = "RTMIN+2",  [37] = "RTMIN+3",
    [38] = "RTMIN+4",  [39] = "RTMIN+5",  [40] = "RTMIN+6",  [41] = "RTMIN+7",  [42] = "RTMIN+8",
    [43] = "RTMIN+9",  [44] = "RTMIN+10", [45] = "RTMIN+11", [46] = "RTMIN+12", [47] = "RTMIN+13",
    [48] = "RTMIN+14", [49] = "RTMIN+15", [50] = "RTMAX-14", [51] = "RTMAX-13", [52] = "RTMAX-12",
    [53] = "RTMAX-11", [54] = "RTMAX-10", [55] = "RTMAX-9",  [56] = "RTMAX-8",  [57] = "RTMAX-7",
    [58] = "RTMAX-6",  [59] = "RTMAX-5",  [60] = "RTMAX-4",  [61] = "RTMAX-3",  [62] = "RTMAX-2",
    [63] = "RTMAX-1",  [64] = "RTMAX",
};

const char *sh_signal_name(int sig) { return sig > 0 && sig <= 64 ? names[sig] : NULL; }

int sh_signal_number(const char *name)
{
    int64_t v;
    if (name[0] >= '0' && name[0] <= '9')
        return sh_number(name, &v) && v >= 0 && v <= 64 ? (int)v : -1;
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (int i = 1; i <= 64; i++)
        if (names[i] && strcasecmp(names[i], name) == 0)
            return i;
    return strcasecmp(name, "CLD") == 0 ? 17 : strcasecmp(name, "POLL") == 0 ? 29 : -1;
}

static int trap_number(const char *name)
{
    static const char *const own[] = {"DEBUG", "ERR", "RETURN"};
    for (int i = 0; i < 3; i++)
        if (strcasecmp(name, own[i]) == 0)
            return SH_TRAP_DEBUG + i;
    if (strcasecmp(name, "EXIT") == 0 || strcmp(name, "0") == 0 || strcasecmp(name, "SIGEXIT") == 0)
        return SH_TRAP_EXIT;
    int sig = sh_signal_number(name);
    return sig > 0 && (sig > 64 || !names[sig]) ? -1 : sig;
}

static const char *trap_name(int which, sh_buf *b)
{
    b->n = 0;
    if (which == SH_TRAP_EXIT)
        sh_buf_z(b, "EXIT");
    else if (which == SH_TRAP_DEBUG)
        sh_buf_z(b, "DEBUG");
    else if (which == SH_TRAP_ERR)
        sh_buf_z(b, "ERR");
    else if (which == SH_TRAP_RETURN)
        sh_buf_z(b, "RETURN");
    else
        sh_buf_z(b, "SIG"), sh_buf_z(b, names[which]);
    return sh_buf_str(b);
}

static void catch_signals(uint64_t caught, uint64_t *ret_pending)
{
    if (bx_process_signals(caught, ret_pending) != 0 && ret_pending)
        *ret_pending = 0;
}

void sh_traps_init(shell *sh)
{
    sh->traps = sh_alloc(sizeof *sh->traps);
    sh->traps->caught = UINT64_C(1) << 13;
    catch_signals(sh->traps->caught, NULL);
}

void sh_traps_free(sh_traps *t)
{
    for (int i = 0; i < SH_TRAPS; i++)
        free(t->text[i]);
    free(t);
}

void sh_traps_subshell(shell *sh)
{
    sh_traps *outer = sh->traps, *t = sh_alloc(sizeof *t);
    for (int i = 0; i < SH_TRAPS && outer->n; i++) {
        bool keep = outer->text[i] &&
                    (!*outer->text[i] || (i == SH_TRAP_ERR && sh->opt[SH_OPT_ERRTRACE]) ||
                     ((i == SH_TRAP_DEBUG || i == SH_TRAP_RETURN) && sh->opt[SH_OPT_FUNCTRACE]));
        if (keep && i != SH_TRAP_EXIT)
            t->text[i] = sh_strdup(outer->text[i]), t->n++;
        t->running[i] = outer->running[i];
    }
    t->shown = outer->shown ? outer->shown : outer;
    sh->traps = t;
    sh->signals_wanted = sh->interactive;
}

const char *sh_trap_text(shell *sh, int which) { return sh->traps->text[which]; }

/* Tell the host what is caught. */
static void update(shell *sh)
{
    sh_traps *t = sh->traps;
    if (sh->sub) {
        sh->signals_wanted = t->pending != 0 || sh->interactive;
        return;
    }
    uint64_t caught = UINT64_C(1) << 13;
    if (t->text[SH_TRAP_EXIT])
        caught |= UINT64_C(1) << 1 | UINT64_C(1) << 2 | UINT64_C(1) << 15;
    if (sh->interactive)
        caught |= UINT64_C(1) << 2 | UINT64_C(1) << 15;
    for (int i = 1; i < 64; i++)
        if (t->text[i])
            caught |= UINT64_C(1) << i;
    if (caught != t->caught)
        catch_signals(caught, NULL);
    t->caught = caught;
    sh->signals_wanted = (caught & ~(UINT64_C(1) << 13)) != 0 || t->text[13] || t->pending;
}

static void set_trap(shell *sh, int which, const char *text)
{
    sh_traps *t = sh->traps;
    t->shown = NULL;
    if (t->text[which])
        t->n--;
    free(t->text[which]);
    t->text[which] = text ? sh_strdup(text) : NULL;
    if (text)
        t->n++;
    update(sh);
}

void sh_trap_forget(shell *sh, int which) { set_trap(sh, which, NULL); }

int sh_trap_run(shell *sh, int which)
{
    sh_traps *t = sh->traps;
    if (!t->text[which] || !*t->text[which] || t->running[which])
        return 0;
    char *text = sh_strdup(t->text[which]);
    int status = sh->status, line = sh->line;
    bool from_line = which >= SH_TRAP_DEBUG;
    int *pipes = NULL;
    size_t n_pipes = sh->n_pipe_status;
    if (n_pipes) {
        pipes = sh_alloc(n_pipes * sizeof *pipes);
        memcpy(pipes, sh->pipe_status, n_pipes * sizeof *pipes);
    }
    t->running[which] = 1;
    int in_trap = sh->in_trap;
    sh->in_trap = true;
    int ran = sh_run_text(sh, text, strlen(text), from_line ? line : 1);
    sh->in_trap = in_trap;
    if (sh->traps == t)
        t->running[which] = 0;
    if (sh->unwind == SH_GO) {
        sh->status = status;
        if (n_pipes) {
            free(sh->pipe_status);
            sh->pipe_status = pipes;
            pipes = NULL;
            sh->n_pipe_status = n_pipes;
        }
        sh->line = line;
    }
    free(pipes);
    free(text);
    return ran;
}

void sh_trap_exit(shell *sh)
{
    const char *text = sh_trap_text(sh, SH_TRAP_EXIT);
    if (!text || !*text)
        return;
    int status = sh->status;
    sh->unwind = SH_GO;
    sh->broken_pipe = false;
    sh->condition = 0;
    char *copy = sh_strdup(text);
    set_trap(sh, SH_TRAP_EXIT, NULL);
    bool in_trap = sh->in_trap;
    sh->in_trap = sh->in_exit_trap = true;
    sh->exit_trap_status = status;
    sh->exit_trap_level = sh->subshell;
    const char *eval_name = sh->eval_name;
    sh->eval_name = "exit trap";
    (void)sh_run_text(sh, copy, strlen(copy), 1);
    sh->eval_name = eval_name;
    sh->in_trap = in_trap;
    sh->in_exit_trap = false;
    free(copy);
    if (sh->unwind != SH_EXIT)
        sh->status = status;
    sh->unwind = SH_EXIT;
}

void sh_signal_note(shell *sh, int sig)
{
    if (sh->traps->text[sig] && sig < 64) {
        sh->traps->pending |= UINT64_C(1) << sig;
        sh->signals_wanted = true;
    }
}

/* A signal sent to a subshell that is within this process. */
void sh_signal_subshell(shell *sh, int sig)
{
    const char *text = sig < 64 ? sh->traps->text[sig] : NULL;
    if (text && sig != 9) {
        sh->traps->pending |= UINT64_C(1) << sig;
        sh->signals_wanted = true;
    } else if (sig != 17 && sig != 18 && sig != 23 && sig != 28 && sig != 0) {
        sh->sub->killed = sig;
        sh_exit(sh, 128 + sig);
    }
}

/* A signal that is caught only because its default ends the shell after the EXIT trap. */
static void fatal(shell *sh, int sig)
{
    if (sh->interactive) {
        if (sig == 2) {
            sh->status = 130;
            sh->unwind = SH_DISCARD;
        }
        return;
    }
    sh_exit(sh, 128 + sig);
}

/* In a subshell of an interactive shell: a key that interrupts is for both. */
static void share_interrupt(shell *sh)
{
    const uint64_t bit = UINT64_C(1) << 2;
    const sh_subshell *s = sh->sub;
    uint64_t pending = 0;
    while (s->outer)
        s = s->outer;
    catch_signals(s->traps->caught, &pending);
    s->traps->pending |= pending & ~(UINT64_C(1) << 13) & ~(UINT64_C(1) << 17);
    if ((sh->traps->text[2] ? pending : s->traps->pending) & bit)
        sh->traps->pending |= bit;
}

void sh_signals_after_subshell(shell *sh)
{
    const uint64_t bit = UINT64_C(1) << 2;
    if (!sh->interactive || sh->traps->text[2] || !(sh_signals_pending(sh) & bit))
        return;
    sh->traps->pending &= ~bit;
    fatal(sh, 2);
}

uint64_t sh_signals_pending(shell *sh)
{
    if (sh->sub && sh->interactive)
        share_interrupt(sh);
    if (!sh->sub) {
        uint64_t pending = 0;
        catch_signals(sh->traps->caught, &pending);
        sh->traps->pending |= pending & ~(UINT64_C(1) << 13) & ~(UINT64_C(1) << 17);
        if (sh->traps->text[13])
            sh->traps->pending |= pending & (UINT64_C(1) << 13);
    }
    return sh->traps->pending;
}

void sh_poll_signals(shell *sh)
{
    uint64_t pending = sh_signals_pending(sh);
    for (int sig = 1; pending && sig < 64; sig++) {
        if (!(pending >> sig & 1))
            continue;
        if (sh->traps->running[sig])
            continue;
        sh->traps->pending &= ~(UINT64_C(1) << sig);
        const char *text = sh->traps->text[sig];
        if (!text)
            fatal(sh, sig);
        else if (*text && (sh->unwind == SH_GO))
            (void)sh_trap_run(sh, sig);
    }
    if (sh->sub)
        sh->signals_wanted = sh->traps->pending != 0 || sh->interactive;
    else if (sh->interactive)
        (void)sh_flush(sh); /* somebody looks on */
}

bool sh_trap_inherits(shell *sh, int which)
{
    (void)sh, (void)which;
    return true;
}

void sh_traps_enter(shell *sh, const sh_func *f, sh_trap_saved *s)
{
    memset(s, 0, sizeof *s);
    sh_traps *t = sh->traps;
    if (t->n == 0)
        return;
    bool trace = sh->opt[SH_OPT_FUNCTRACE] || (f && f->flags & SH_FUNCTION_TRACE);
    bool drop[3] = {!trace, !sh->opt[SH_OPT_ERRTRACE], !trace};
    for (int i = 0; i < 3; i++)
        if (drop[i] && t->text[SH_TRAP_DEBUG + i]) {
            s->text[i] = t->text[SH_TRAP_DEBUG + i];
            t->text[SH_TRAP_DEBUG + i] = NULL;
            t->n--;
        }
}

void sh_traps_leave(shell *sh, sh_trap_saved *s)
{
    sh_traps *t = sh->traps;
    for (int i = 0; i < 3; i++) {
        if (!s->text[i])
            continue;
        if (t->text[SH_TRAP_DEBUG + i]) {
            free(s->text[i]);
        } else {
            t->text[SH_TRAP_DEBUG + i] = s->text[i];
            t->n++;
        }
    }
}

void sh_traps_dump(shell *sh, sh_buf *out, bool reset)
{
    sh_buf name = {0};
    for (int i = 1; i < SH_TRAPS; i++) {
        const char *text = sh->traps->text[i];
        bool inherited = i == SH_TRAP_ERR                            ? sh->opt[SH_OPT_ERRTRACE]
                         : i == SH_TRAP_DEBUG || i == SH_TRAP_RETURN ? sh->opt[SH_OPT_FUNCTRACE]
                                                                     : !reset;
        if (!text || (*text && !inherited))
            continue;
        sh_buf_z(out, "trap -- ");
        sh_quote_single(out, text);
        sh_buf_c(out, ' ');
        sh_buf_z(out, trap_name(i, &name));
        sh_buf_c(out, '\n');
    }
    sh_buf_done(&name);
}

static void print_trap(shell *sh, const sh_traps *t, int which)
{
    if (!t->text[which])
        return;
    sh_buf name = {0}, b = {0};
    sh_buf_z(&b, "trap -- ");
    sh_quote_single(&b, t->text[which]);
    sh_buf_c(&b, ' ');
    sh_buf_z(&b, trap_name(which, &name));
    sh_buf_c(&b, '\n');
    sh_put(sh, b.p, b.n);
    sh_buf_done(&b);
    sh_buf_done(&name);
}

void sh_print_signals(shell *sh)
{
    int column = 0;
    for (int i = 1; i <= 64; i++) {
        if (!names[i])
            continue;
        char room[24];
        const char *digits = sh_int_text(i, room);
        if (i < 10)
            sh_puts(sh, " ");
        sh_puts(sh, digits);
        sh_puts(sh, ") SIG");
        sh_puts(sh, names[i]);
        sh_puts(sh, ++column % 5 == 0 ? "\n" : "\t");
    }
    if (column % 5)
        sh_puts(sh, "\n");
}

static int print_traps(shell *sh, int argc, char **argv)
{
    const sh_traps *t = sh->traps->shown ? sh->traps->shown : sh->traps;
    if (argc == 0) {
        for (int i = 0; i < SH_TRAPS; i++)
            print_trap(sh, t, i);
        return 0;
    }
    int status = 0;
    for (int i = 0; i < argc; i++) {
        int which = trap_number(argv[i]);
        if (which < 0) {
            sh_builtin_error(sh, "%s: invalid signal specification", argv[i]);
            status = 1;
        } else {
            print_trap(sh, t, which);
        }
    }
    return status;
}

static bool all_digits(const char *s)
{
    if (!*s)
        return false;
    while (*s >= '0' && *s <= '9')
        s++;
    return *s == '\0';
}

int sh_bi_trap(shell *sh, int argc, char **argv)
{
    int i = 1;
    bool print = false;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            if (*c == 'l') {
                sh_print_signals(sh);
                return 0;
            }
            if (*c != 'p') {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
            print = true;
        }
    }
    if (print || i == argc)
        return print_traps(sh, argc - i, argv + i);
    const char *text = argv[i];
    bool reset = strcmp(text, "-") == 0;
    if (!reset && (i + 1 == argc || all_digits(text))) {
        if (i + 1 == argc && trap_number(text) < 0 && !all_digits(text))
            return sh_builtin_usage(sh);
        reset = true;
    } else {
        i++;
    }
    int status = 0;
    for (; i < argc; i++) {
        int which = trap_number(argv[i]);
        if (which < 0) {
            sh_builtin_error(sh, "%s: invalid signal specification", argv[i]);
            status = 1;
        } else if (which != 9 && which != 19) {
            set_trap(sh, which, reset ? NULL : text);
        }
    }
    return status;
}
