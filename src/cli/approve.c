#include "cli/approve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "cli/command.h"

enum { MAX_ALWAYS = 64, SHOWN_ARGUMENTS = 2000, SHOWN_WHY = 500 };

struct bx_approver {
    pthread_mutex_t lock;
    int fd;
    FILE *out;
    char *always[MAX_ALWAYS]; /* owned; tools that may be called for the rest of the process */
    size_t n_always;
    bx_gate_approver port;
    bx_asker asker;
};

/* ---- the question ---------------------------------------------------------------------------- */

static void show(const bx_approver *a, const bx_gate_call *call, const bx_gate_decision *d)
{
    (void)fputc('\n', a->out);
    bx_cli_show(a->out, call->origin.client, 100);
    (void)fputs(" wants to run: ", a->out);
    bx_cli_show(a->out, call->manifest->name, 100);
    (void)fputc(' ', a->out);
    bx_cli_show(a->out, call->arguments, SHOWN_ARGUMENTS);
    (void)fputs("\n  ", a->out);
    bx_cli_show(a->out, bx_buf_str(&d->why), SHOWN_WHY);
    (void)fputs("\n  y: yes  n: no  a: yes, and this tool from now on > ", a->out);
    (void)fflush(a->out);
}

/* One line; its first letter.  What was typed before the question is no answer to it. */
static bx_code read_letter(const bx_approver *a, const bx_ctl *ctl, char *ret, bx_error *err)
{
    static const bx_ctl never = {.deadline_ns = UINT64_MAX, .cancel_fd = -1};
    char line[256];
    *ret = '\0';
    (void)tcflush(a->fd, TCIFLUSH);
    for (;;) {
        struct pollfd p = {.fd = a->fd, .events = POLLIN};
        int ready = 0;
        bx_stop s = bx_ctl_wait(ctl ? ctl : &never, &p, 1, UINT64_MAX, &ready);
        if (s != BX_STOP_NONE)
            return bx_fail(err, s == BX_STOP_CANCELLED ? BX_ECANCELLED : BX_ETIMEOUT,
                           "nobody answered");
        ssize_t n = read(a->fd, line, sizeof line);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0) /* the terminal is gone: nobody said yes */
            return BX_OK;
        *ret = line[0];
        return BX_OK;
    }
}

static bool is_always(const bx_approver *a, bx_str tool)
{
    for (size_t i = 0; i < a->n_always; i++) {
        if (bx_str_eq(bx_str_of(a->always[i]), tool))
            return true;
    }
    return false;
}

static void remember(bx_approver *a, bx_str tool)
{
    if (a->n_always < MAX_ALWAYS && (a->always[a->n_always] = bx_strndup(tool.p, tool.n)))
        a->n_always++;
}

static bx_code ask_locked(bx_approver *a, const bx_gate_call *call, const bx_gate_decision *d,
                          bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    char letter = '\0';
    bx_str tool = call->manifest->name;
    *ret = BX_REPLY_ALLOW;
    if (is_always(a, tool)) {
        (void)bx_buf_add_z(why, "allowed at the terminal for this session");
        return BX_OK;
    }
    for (;;) {
        show(a, call, d);
        bx_code rc = read_letter(a, call->ctl, &letter, err);
        if (rc != BX_OK)
            return rc;
        if (letter == 'a' || letter == 'A')
            remember(a, tool);
        bool yes = letter == 'y' || letter == 'Y' || letter == 'a' || letter == 'A';
        if (yes || letter == 'n' || letter == 'N' || letter == '\0') {
            *ret = yes ? BX_REPLY_ALLOW : BX_REPLY_DENY;
            (void)bx_buf_add_z(why, yes ? "allowed at the terminal" : "denied at the terminal");
            return BX_OK;
        }
    }
}

static bx_code ask(void *ctx, const bx_gate_call *call, const bx_gate_decision *decision,
                   bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    bx_approver *a = ctx;
    (void)pthread_mutex_lock(&a->lock);
    bx_code rc = ask_locked(a, call, decision, ret, why, err);
    (void)pthread_mutex_unlock(&a->lock);
    return rc;
}

/* ---- with what the answer holds for -----------------------------------------------------------
 */

/* A terminal that this process may read: one in the background would be stopped. */
static bool can(void *ctx, const bx_gate_call *call)
{
    const bx_approver *a = ctx;
    (void)call;
    return tcgetpgrp(a->fd) == getpgrp();
}

static void show_rules(const bx_approver *a, bx_str rules)
{
    const char *between = "";
    while (rules.n) {
        const char *end = memchr(rules.p, '\n', rules.n);
        size_t n = end ? (size_t)(end - rules.p) : rules.n;
        (void)fputs(between, a->out);
        bx_cli_show(a->out, (bx_str){rules.p, n}, SHOWN_WHY);
        between = ", ";
        rules = bx_str_from(rules, n + (end != NULL));
    }
}

static void show_question(const bx_approver *a, const bx_question *q)
{
    (void)fputc('\n', a->out);
    bx_cli_show(a->out, q->call->origin.client, 100);
    (void)fputs(" wants to run: ", a->out);
    bx_cli_show(a->out, q->call->manifest->name, 100);
    (void)fputc(' ', a->out);
    bx_cli_show(a->out, q->arguments, SHOWN_ARGUMENTS);
    (void)fputs("\n  ", a->out);
    bx_cli_show(a->out, q->why, SHOWN_WHY);
    (void)fputs("\n  y: yes, once  n: no", a->out);
    if (q->may_run)
        (void)fputs("  r: yes, for this run", a->out);
    if (q->rules.n) {
        (void)fputs("  a: always, by the rule ", a->out);
        show_rules(a, q->rules);
    }
    (void)fputs(" > ", a->out);
    (void)fflush(a->out);
}

/* False: that letter is no answer to this question. */
static bool choice_of(const bx_question *q, char letter, bx_choice *ret)
{
    switch (letter | 0x20) {
    case 'y':
        *ret = BX_CHOICE_ONCE;
        return true;
    case 'r':
        *ret = BX_CHOICE_RUN;
        return q->may_run;
    case 'a':
        *ret = BX_CHOICE_ALWAYS;
        return q->rules.n > 0;
    case 'n':
    case 0x20: /* the terminal is gone */
        *ret = BX_CHOICE_NO;
        return letter != ' ';
    default:
        return false;
    }
}

static bx_code ask_person(void *ctx, const bx_question *q, bx_choice *ret, bx_buf *by,
                          bx_error *err)
{
    bx_approver *a = ctx;
    char letter = '\0';
    bx_code rc;
    (void)pthread_mutex_lock(&a->lock);
    do {
        show_question(a, q);
        rc = read_letter(a, q->call->ctl, &letter, err);
    } while (rc == BX_OK && !choice_of(q, letter, ret));
    (void)pthread_mutex_unlock(&a->lock);
    (void)bx_buf_addf(by, "terminal (uid %u)", (unsigned)getuid());
    return rc;
}

/* ---- making ---------------------------------------------------------------------------------- */

bx_code bx_approver_new(bx_approver **ret, bx_error *err)
{
    bx_approver *a = bx_calloc(1, sizeof *a);
    if (!a)
        return bx_fail(err, BX_ENOMEM, "questions at the terminal");
    (void)pthread_mutex_init(&a->lock, NULL);
    a->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    int copy = a->fd >= 0 ? fcntl(a->fd, F_DUPFD_CLOEXEC, 3) : -1;
    a->out = copy >= 0 ? fdopen(copy, "w") : NULL;
    if (!a->out) {
        bx_approver_free(a);
        return bx_fail(err, BX_ENOENT, "there is no terminal to ask at");
    }
    a->port = (bx_gate_approver){.ask = ask, .ctx = a};
    a->asker = (bx_asker){.can = can, .ask = ask_person, .ctx = a};
    *ret = a;
    return BX_OK;
}

void bx_approver_free(bx_approver *a)
{
    if (!a)
        return;
    if (a->out)
        (void)fclose(a->out);
    if (a->fd >= 0)
        (void)close(a->fd);
    for (size_t i = 0; i < a->n_always; i++)
        free(a->always[i]);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

const bx_gate_approver *bx_approver_port(const bx_approver *a) { return &a->port; }
const bx_asker *bx_approver_asker(const bx_approver *a) { return &a->asker; }
void bx_approver_hold(bx_approver *a) { (void)pthread_mutex_lock(&a->lock); }
void bx_approver_release(bx_approver *a) { (void)pthread_mutex_unlock(&a->lock); }
