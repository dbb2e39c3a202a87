#include "cli/approve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "cli/command.h"

enum { SHOWN_ARGUMENTS = 2000, SHOWN_WHY = 500 };

struct bx_approver {
    pthread_mutex_t lock;
    int fd;
    FILE *out;
    bx_asker asker;
};

/* ---- the question ---------------------------------------------------------------------------- */

/* One line; its first letter. */
static bx_code read_letter(const bx_approver *a, const bx_ctl *ctl, char *ret, bx_error *err)
{
    static const bx_ctl never = {.deadline_ns = UINT64_MAX, .cancel_fd = -1};
    char line[256];
    *ret = '\0';
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
        bx_str line = bx_cli_line(&rules);
        (void)fputs(between, a->out);
        bx_cli_show(a->out, line, SHOWN_WHY);
        between = ", ";
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
    if (q->may_run && q->alike.n) {
        (void)fputs(": ", a->out);
        show_rules(a, q->alike);
    }
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
        (void)tcflush(a->fd, TCIFLUSH); /* typed before the question: no answer to it */
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
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

const bx_asker *bx_approver_asker(const bx_approver *a) { return &a->asker; }
