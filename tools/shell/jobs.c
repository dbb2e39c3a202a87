/* shell/jobs.c - what runs in the background: jobs, wait, kill, disown. */
#include <errno.h>

#include "shell/expand.h"
#include "shell/run.h"

enum { JOBS_MAX = 4096, WAIT_SLICE_NS = 20000000 };

struct sh_job {
    sh_job *next; /* in the order of their numbers */
    int number;   /* 0: not shown: a process substitution */
    size_t n, running;
    int32_t *pids;
    int *statuses;
    bool *ended;
    char *text;
    const char *words; /* "Killed", or NULL */
    bool told;         /* wait -n or jobs has reported its end */
};

typedef struct sh_jobs {
    sh_job *list;
    size_t n;
} sh_jobs;

static sh_jobs *table(shell *sh)
{
    if (!sh->jobs)
        sh->jobs = sh_alloc(sizeof *sh->jobs);
    return sh->jobs;
}

static void free_job(sh_job *j)
{
    free(j->pids);
    free(j->statuses);
    free(j->ended);
    free(j->text);
    free(j);
}

void sh_jobs_free(sh_jobs *t)
{
    while (t && t->list) {
        sh_job *j = t->list;
        t->list = j->next;
        free_job(j);
    }
    free(t);
}

static void remove_job(shell *sh, sh_job *j)
{
    for (sh_job **at = &table(sh)->list; *at; at = &(*at)->next)
        if (*at == j) {
            *at = j->next;
            free_job(j);
            table(sh)->n--;
            return;
        }
}

static int job_status(const sh_job *j) { return j->statuses[j->n - 1]; }

/* Old jobs that have ended make room. */
static void forget_some(shell *sh)
{
    sh_jobs *t = table(sh);
    for (sh_job *j = t->list; j && t->n >= JOBS_MAX;) {
        sh_job *next = j->next;
        if (j->running == 0)
            remove_job(sh, j);
        j = next;
    }
}

static sh_job *add(shell *sh, const int32_t *pids, size_t n, char *text, int status, int number)
{
    forget_some(sh);
    sh_jobs *t = table(sh);
    sh_job *j = sh_alloc(sizeof *j), **at = &t->list;
    *j = (sh_job){.number = number, .n = n, .text = text};
    j->pids = sh_alloc(n * sizeof *j->pids);
    j->statuses = sh_alloc(n * sizeof *j->statuses);
    j->ended = sh_alloc(n * sizeof *j->ended);
    j->running = status >= 0 ? 0 : n;
    for (size_t i = 0; i < n; i++) {
        j->pids[i] = pids[i];
        j->ended[i] = status >= 0 || pids[i] < 0;
        if (status < 0 && pids[i] < 0)
            j->running--, j->statuses[i] = 127;
    }
    if (status >= 0)
        j->statuses[n - 1] = status;
    while (*at)
        at = &(*at)->next;
    *at = j;
    t->n++;
    return j;
}

void sh_job_add(shell *sh, const int32_t *pids, size_t n, char *text, int status, bool background)
{
    int number = 1;
    for (sh_job *j = table(sh)->list; j; j = j->next)
        if (j->number >= number && (j->running || !j->told))
            number = j->number + 1;
    (void)add(sh, pids, n, text, status, number);
    if (background)
        sh->last_background = pids[n - 1];
    if (sh->interactive) {
        char *line = sh_format("[%d] %d\n", number, pids[n - 1]);
        sh_err_put(sh, line, strlen(line));
        free(line);
    }
}

void sh_job_note(shell *sh, int32_t pid) { (void)add(sh, &pid, 1, NULL, -1, 0); }

void sh_job_ended(shell *sh, const bx_ended *e)
{
    for (sh_job *j = table(sh)->list; j; j = j->next)
        for (size_t i = 0; i < j->n; i++)
            if (j->pids[i] == e->pid && !j->ended[i]) {
                j->ended[i] = true;
                j->statuses[i] = sh_ended_status(sh, e, false);
                j->running--;
                if (i + 1 == j->n)
                    j->words = sh_ended_words(e);
                return;
            }
}

/* Look for what has ended meanwhile, without waiting. */
static void look(shell *sh)
{
    for (sh_job *j = table(sh)->list; j; j = j->next)
        for (size_t i = 0; i < j->n && j->running; i++) {
            bx_ended e;
            if (!j->ended[i] && bx_process_wait(j->pids[i], 0, &e) == 0)
                sh_job_ended(sh, &e);
        }
}

/* Wait for process `i` of a job. False: a trapped signal came first (its number in *ret_sig). */
static bool wait_one(shell *sh, sh_job *j, size_t i, int *ret_sig)
{
    (void)sh_flush(sh);
    while (!j->ended[i]) {
        bx_ended e;
        uint64_t slice = sh->signals_wanted ? WAIT_SLICE_NS : sh_deadline_left(sh);
        if (sh->deadline_ns && sh_deadline_past(sh)) {
            *ret_sig = 0;
            return false;
        }
        int error = bx_process_wait(j->pids[i], slice, &e);
        if (error == 0) {
            sh_job_ended(sh, &e);
        } else if (error == ETIMEDOUT || error == EINTR) {
            uint64_t pending = sh->signals_wanted ? sh_signals_pending(sh) : 0;
            if (pending) {
                *ret_sig = __builtin_ctzll(pending);
                return false;
            }
        } else {
            j->ended[i] = true;
            j->statuses[i] = 127;
            j->running--;
        }
    }
    if (sh->signals_wanted && sh_signals_pending(sh)) {
        *ret_sig = __builtin_ctzll(sh_signals_pending(sh));
        return false;
    }
    return true;
}

/* Tell of a job that a signal has ended. */
static void tell_killed(shell *sh, const sh_job *j)
{
    if (j->words && j->number && strcmp(j->words, "Terminated") != 0)
        sh_error(sh, "%5d %-23s %s", j->pids[0], j->words, j->text ? j->text : "");
}

void sh_job_finish(shell *sh, int32_t pid)
{
    for (sh_job *j = table(sh)->list; j; j = j->next)
        for (size_t i = 0; i < j->n; i++)
            if (j->pids[i] == pid) {
                int sig;
                (void)wait_one(sh, j, i, &sig);
                return;
            }
}

void sh_jobs_end(shell *sh)
{
    for (sh_job *j = table(sh)->list; j; j = j->next)
        for (size_t i = 0; i < j->n; i++) {
            bx_ended e;
            if (j->ended[i])
                continue;
            if (bx_process_wait(j->pids[i], sh_deadline_left(sh), &e) == ETIMEDOUT &&
                sh_deadline_past(sh))
                (void)!bx_process_kill(j->pids[i], 9);
        }
}

/* ---- naming a job ---- */

static sh_job *nth_last(shell *sh, size_t back)
{
    sh_job *found = NULL;
    for (size_t skip = back;; skip--) {
        sh_job *best = NULL;
        for (sh_job *j = table(sh)->list; j; j = j->next)
            if (j->number && !j->told && (!found || j->number < found->number) &&
                (!best || j->number > best->number))
                best = j;
        found = best;
        if (skip == 0 || !found)
            return found;
    }
}

static sh_job *find_spec(shell *sh, const char *spec, bool *ambiguous)
{
    *ambiguous = false;
    const char *s = spec + 1;
    int64_t number;
    if (!*s || strcmp(s, "%") == 0 || strcmp(s, "+") == 0)
        return nth_last(sh, 0);
    if (strcmp(s, "-") == 0) {
        sh_job *j = nth_last(sh, 1);
        return j ? j : nth_last(sh, 0);
    }
    if (sh_number(s, &number)) {
        for (sh_job *j = table(sh)->list; j; j = j->next)
            if (j->number && j->number == number)
                return j;
        return NULL;
    }
    sh_job *found = NULL;
    for (sh_job *j = table(sh)->list; j; j = j->next) {
        if (!j->number || !j->text || j->told)
            continue;
        bool yes = *s == '?' ? strstr(j->text, s + 1) != NULL : strncmp(j->text, s, strlen(s)) == 0;
        if (yes && found) {
            *ambiguous = true;
            return NULL;
        }
        if (yes)
            found = j;
    }
    return found;
}

static sh_job *find_pid(shell *sh, int64_t pid, size_t *ret_i)
{
    sh_job *found = NULL;
    for (sh_job *j = table(sh)->list; j; j = j->next)
        for (size_t i = 0; i < j->n; i++)
            if (j->pids[i] == pid)
                found = j, *ret_i = i;
    return found;
}

/* A job by %spec or process number; NULL after a message. */
static sh_job *find(shell *sh, const char *what, size_t *ret_i, bool quiet_pid)
{
    int64_t pid;
    if (what[0] == '%') {
        bool ambiguous;
        sh_job *j = find_spec(sh, what, &ambiguous);
        if (!j)
            sh_builtin_error(sh, ambiguous ? "%s: ambiguous job spec" : "%s: no such job", what);
        else
            *ret_i = j->n - 1;
        return j;
    }
    if (!sh_number(what, &pid)) {
        sh_builtin_error(sh, "`%s': not a pid or valid job spec", what);
        return NULL;
    }
    sh_job *j = find_pid(sh, pid, ret_i);
    if (!j && !quiet_pid)
        sh_builtin_error(sh, "pid %s is not a child of this shell", what);
    return j;
}

/* ---- wait ---- */

static int wait_all(shell *sh)
{
    int sig;
    for (sh_job *j = table(sh)->list; j;) {
        for (size_t i = 0; i < j->n; i++)
            if (!wait_one(sh, j, i, &sig))
                return 128 + sig;
        sh_job *next = j->next;
        if (!j->told)
            tell_killed(sh, j);
        remove_job(sh, j);
        j = next;
    }
    return 0;
}

static bool chosen(const sh_job *j, sh_job *const *among, size_t n)
{
    if (n == 0)
        return j->number != 0;
    for (size_t i = 0; i < n; i++)
        if (among[i] == j)
            return true;
    return false;
}

static int wait_next(shell *sh, sh_job *const *among, size_t n, int32_t *ret_pid)
{
    (void)sh_flush(sh);
    for (;;) {
        bool any = false;
        look(sh);
        for (sh_job *j = table(sh)->list; j; j = j->next) {
            if (!chosen(j, among, n) || j->told)
                continue;
            if (j->running == 0) {
                int status = job_status(j);
                *ret_pid = j->pids[j->n - 1];
                j->told = true;
                return status;
            }
            any = true;
        }
        if (!any)
            return 127;
        bx_ended e;
        int error =
            bx_process_wait(BX_WAIT_ANY, sh->signals_wanted ? WAIT_SLICE_NS : BX_WAIT_FOREVER, &e);
        if (error == 0)
            sh_job_ended(sh, &e);
        else if (error == ECHILD)
            return 127;
        uint64_t pending = sh->signals_wanted ? sh_signals_pending(sh) : 0;
        if (pending)
            return 128 + __builtin_ctzll(pending);
    }
}

typedef struct wait_options {
    bool next;
    const char *variable;
} wait_options;

static int wait_named(shell *sh, const wait_options *o, int argc, char **argv)
{
    int status = 0;
    int32_t pid = 0;
    sh_job **among = sh_alloc(((size_t)argc + 1) * sizeof *among);
    size_t n = 0;
    for (int i = 0; i < argc; i++) {
        size_t at = 0;
        sh_job *j = find(sh, argv[i], &at, o->next);
        if (!j) {
            status = argv[i][0] == '%' || (argv[i][0] >= '0' && argv[i][0] <= '9') ? 127 : 1;
            if (o->next)
                continue;
        } else if (o->next) {
            among[n++] = j;
        } else {
            int sig;
            if (!wait_one(sh, j, at, &sig)) {
                status = 128 + sig;
                break;
            }
            status = j->statuses[at];
            pid = j->pids[at];
            if (j->running == 0 && !j->told) {
                tell_killed(sh, j);
                j->told = true;
            }
        }
    }
    if (o->next)
        status = argc > 0 && n == 0 ? 127 : wait_next(sh, among, n, &pid);
    free(among);
    if (o->variable && pid) {
        char room[24];
        (void)sh_assign_text("wait", o->variable, sh_int_text(pid, room));
    }
    return status;
}

int sh_bi_wait(shell *sh, int argc, char **argv)
{
    wait_options o = {0};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            if (*c == 'n') {
                o.next = true;
            } else if (*c == 'p') {
                o.variable = c[1] ? c + 1 : i + 1 < argc ? argv[++i] : NULL;
                if (!o.variable) {
                    sh_builtin_error(sh, "-p: option requires an argument");
                    return sh_builtin_usage(sh);
                }
                break;
            } else if (*c != 'f') {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    }
    if (o.variable) {
        if (!sh_is_assignable(o.variable)) {
            sh_builtin_error(sh, "`%s': not a valid identifier", o.variable);
            return 1;
        }
        (void)sh_unset(o.variable);
    }
    if (i == argc && !o.next)
        return wait_all(sh);
    return wait_named(sh, &o, argc - i, argv + i);
}

/* ---- jobs ---- */

static void print_job(shell *sh, const sh_job *j, bool pids, bool only_pids)
{
    if (only_pids) {
        sh_printf(sh, "%d\n", j->pids[0]);
        return;
    }
    const sh_job *current = nth_last(sh, 0), *previous = nth_last(sh, 1);
    char mark = j == current ? '+' : j == previous ? '-' : ' ';
    sh_buf state = {0};
    int status = job_status(j);
    if (j->running) {
        sh_buf_z(&state, "Running");
    } else if (j->words) {
        sh_buf_z(&state, j->words);
    } else if (status) {
        sh_buf_z(&state, "Exit ");
        sh_buf_int(&state, status);
    } else {
        sh_buf_z(&state, "Done");
    }
    sh_printf(sh, "[%d]%c ", j->number, mark);
    if (pids)
        sh_printf(sh, "%d ", j->pids[0]);
    else
        sh_puts(sh, " ");
    sh_printf(sh, "%-24s%s%s\n", sh_buf_str(&state), j->text ? j->text : "",
              j->running ? " &" : "");
    sh_buf_done(&state);
}

typedef struct jobs_how {
    bool pids, only_pids, running, stopped;
} jobs_how;

static int list_jobs(shell *sh, const jobs_how *h, int argc, char **argv)
{
    int status = 0;
    look(sh);
    for (int i = 0; i < argc; i++) {
        bool ambiguous;
        size_t at;
        int64_t pid;
        sh_job *j = argv[i][0] == '%'          ? find_spec(sh, argv[i], &ambiguous)
                    : sh_number(argv[i], &pid) ? find_pid(sh, pid, &at)
                                               : NULL;
        if (j && j->number) {
            print_job(sh, j, h->pids, h->only_pids);
        } else {
            sh_builtin_error(sh, "%s: no such job", argv[i]);
            status = 1;
        }
    }
    if (argc)
        return status;
    for (sh_job *j = table(sh)->list; j; j = j->next)
        if (j->number && !j->told && !h->stopped && (!h->running || j->running))
            print_job(sh, j, h->pids, h->only_pids);
    for (sh_job *j = table(sh)->list; j; j = j->next)
        if (j->number && j->running == 0)
            j->told = true;
    return 0;
}

int sh_bi_jobs(shell *sh, int argc, char **argv)
{
    jobs_how how = {0};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        for (const char *c = argv[i] + 1; *c; c++) {
            how.pids |= *c == 'l';
            how.only_pids |= *c == 'p';
            how.running |= *c == 'r';
            how.stopped |= *c == 's';
            if (!strchr("lprsn-", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    sh_jobs *own = sh->jobs;
    if (!own || !own->list) /* a subshell may still see its parent's */
        for (sh_subshell *s = sh->sub; s && (!sh->jobs || !sh->jobs->list); s = s->outer)
            sh->jobs = s->jobs;
    bool borrowed = sh->jobs != own;
    int status = sh->jobs ? list_jobs(sh, &how, argc - i, argv + i) : 0;
    if (!sh->jobs && i < argc) {
        sh_builtin_error(sh, "%s: no such job", argv[i]);
        status = 1;
    }
    if (borrowed)
        sh->jobs = own;
    return status;
}

void sh_jobs_notify(shell *sh)
{
    if (!sh->jobs)
        return;
    look(sh);
    for (sh_job *j = sh->jobs->list; j; j = j->next)
        if (j->number && j->running == 0 && !j->told) {
            print_job(sh, j, false, false);
            j->told = true;
            j->number = 0; /* the next one may have it */
        }
    (void)sh_flush(sh);
}

/* ---- kill, disown, fg, bg ---- */

static int send_signal(shell *sh, int64_t pid, int sig, const char *what)
{
    (void)sh_flush(sh);
    if (sh->sub && pid == sh->own_pid) {
        sh_signal_subshell(sh, sig);
        return 0;
    }
    int error = pid > INT32_MAX || pid < INT32_MIN ? ESRCH : bx_process_kill((int32_t)pid, sig);
    if (error) {
        sh_builtin_error(sh, "(%s) - %s", what, sh_strerror(error));
        return 1;
    }
    return 0;
}

static int kill_list(shell *sh, int argc, char **argv)
{
    int status = 0;
    if (argc == 0)
        sh_print_signals(sh);
    for (int i = 0; i < argc; i++) {
        int64_t number;
        int sig;
        if (sh_number(argv[i], &number)) {
            const char *name = sh_signal_name((int)(number > 128 ? number - 128 : number));
            if (number == 0)
                name = "EXIT";
            if (name) {
                sh_printf(sh, "%s\n", name);
                continue;
            }
        } else if (strcasecmp(argv[i], "EXIT") == 0) {
            sh_puts(sh, "0\n");
            continue;
        } else if ((sig = sh_signal_number(argv[i])) > 0) {
            sh_printf(sh, "%d\n", sig);
            continue;
        }
        sh_builtin_error(sh, "%s: invalid signal specification", argv[i]);
        status = 1;
    }
    return status;
}

static int kill_one(shell *sh, const char *what, int sig)
{
    int64_t pid;
    if (what[0] == '%') {
        bool ambiguous;
        sh_job *j = find_spec(sh, what, &ambiguous);
        if (!j) {
            sh_builtin_error(sh, "%s: no such job", what);
            return 1;
        }
        int status = 0;
        for (size_t i = 0; i < j->n; i++)
            if (!j->ended[i] && bx_process_kill(j->pids[i], sig) != 0)
                status = 1;
        return status;
    }
    if (!sh_number(what, &pid)) {
        sh_builtin_error(sh, "%s: arguments must be process or job IDs", what);
        return 1;
    }
    size_t at;
    sh_job *j = find_pid(sh, pid, &at);
    if (j && j->ended[at]) {
        sh_builtin_error(sh, "(%s) - %s", what, sh_strerror(ESRCH));
        return 1;
    }
    return send_signal(sh, pid, sig, what);
}

int sh_bi_kill(shell *sh, int argc, char **argv)
{
    int sig = 15, i = 1;
    if (argc > 1 && argv[1][0] == '-' && argv[1][1]) {
        const char *o = argv[1] + 1;
        if (strcmp(o, "l") == 0 || strcmp(o, "L") == 0)
            return kill_list(sh, argc - 2, argv + 2);
        if (strcmp(o, "-") == 0) {
            i = 2;
        } else {
            const char *name = o;
            i = 2;
            if ((strcmp(o, "s") == 0 || strcmp(o, "n") == 0)) {
                if (argc < 3) {
                    sh_builtin_error(sh, "-%s: option requires an argument", o);
                    return 1;
                }
                name = argv[2];
                i = 3;
            }
            sig = strcasecmp(name, "EXIT") == 0 ? 0 : sh_signal_number(name);
            if (sig < 0) {
                sh_builtin_error(sh, "%s: invalid signal specification", name);
                return 1;
            }
            if (i < argc && strcmp(argv[i], "--") == 0)
                i++;
        }
    }
    if (i >= argc)
        return sh_builtin_usage(sh);
    int status = 1, failed = 0;
    for (; i < argc; i++)
        if (kill_one(sh, argv[i], sig) == 0)
            status = 0;
        else
            failed = 1;
    (void)failed;
    sh->signals_wanted = sh->signals_wanted || sh->traps != NULL;
    return status;
}

int sh_bi_disown(shell *sh, int argc, char **argv)
{
    int i = 1, status = 0;
    bool all = false, running = false, keep = false;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        for (const char *c = argv[i] + 1; *c; c++) {
            all |= *c == 'a';
            running |= *c == 'r';
            keep |= *c == 'h';
            if (!strchr("arh-", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    if (i == argc && (all || running)) {
        for (sh_job *j = table(sh)->list; j; j = j->next)
            if (j->number && !keep)
                j->number = 0;
        return 0;
    }
    if (i == argc) {
        sh_job *j = nth_last(sh, 0);
        if (!j) {
            sh_builtin_error(sh, "current: no such job");
            return 1;
        }
        j->number = keep ? j->number : 0;
    }
    for (; i < argc; i++) {
        bool ambiguous;
        size_t at;
        int64_t pid;
        sh_job *j = argv[i][0] == '%'          ? find_spec(sh, argv[i], &ambiguous)
                    : sh_number(argv[i], &pid) ? find_pid(sh, pid, &at)
                                               : NULL;
        if (!j) {
            sh_builtin_error(sh, "%s: no such job", argv[i]);
            status = 1;
        } else if (!keep) {
            j->number = 0;
        }
    }
    return status;
}

int sh_bi_fg(shell *sh, int argc, char **argv)
{
    if (!sh->opt[SH_OPT_MONITOR]) {
        sh_builtin_error(sh, "no job control");
        return 1;
    }
    bool ambiguous;
    sh_job *j =
        argc > 1 ? find_spec(sh, argv[1][0] == '%' ? argv[1] : "%", &ambiguous) : nth_last(sh, 0);
    if (!j) {
        sh_builtin_error(sh, "%s: no such job", argc > 1 ? argv[1] : "current");
        return 1;
    }
    sh_printf(sh, "%s\n", j->text ? j->text : "");
    int sig;
    for (size_t i = 0; i < j->n; i++)
        if (!wait_one(sh, j, i, &sig))
            return 128 + sig;
    int status = job_status(j);
    remove_job(sh, j);
    return status;
}

int sh_bi_bg(shell *sh, int argc, char **argv)
{
    (void)argc, (void)argv;
    if (!sh->opt[SH_OPT_MONITOR]) {
        sh_builtin_error(sh, "no job control");
        return 1;
    }
    return 0;
}

int sh_bi_suspend(shell *sh, int argc, char **argv)
{
    (void)argc, (void)argv;
    sh_builtin_error(sh, "cannot suspend: no job control");
    return 1;
}

static size_t count(const sh_jobs *t)
{
    size_t n = 0;
    for (const sh_job *j = t ? t->list : NULL; j; j = j->next)
        n += j->number > 0 && j->running > 0;
    return n;
}

size_t sh_jobs_count(shell *sh)
{
    size_t n = count(sh->jobs);
    for (const sh_subshell *s = sh->sub; s; s = s->outer)
        n += count(s->jobs);
    return n;
}
