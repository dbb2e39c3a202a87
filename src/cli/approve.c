#include "cli/approve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "cli/command.h"

enum { SHOWN_ARGUMENTS = 2000, SHOWN_WHY = 2000 };
#define ALL SIZE_MAX /* what is written out is longer than what it stands for */

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

static bool is_shown(const bx_question *q, bool all)
{
    return all || q->is_command || q->arguments.n <= SHOWN_ARGUMENTS;
}

/* The command a line a line, as it would run; what else there is behind it. */
static void show_arguments(const bx_approver *a, const bx_question *q, bool all)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_str rest = BX_LIT(""), key;
    if (!q->is_command || bx_json_parse(q->arguments, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK ||
        !bx_json_str(bx_json_get(bx_json_root(doc), BX_LIT("command")), &rest)) {
        bx_cli_show(a->out, q->arguments, is_shown(q, all) ? ALL : SHOWN_ARGUMENTS);
        return;
    }
    while (rest.n) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        (void)fputs("\n    | ", a->out);
        bx_cli_show(a->out, (bx_str){rest.p, n}, ALL);
        rest = bx_str_from(rest, n + (end != NULL));
    }
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        BX_AUTO_BUF text = bx_buf_init(BX_APPROVAL_MAX_TEXT * 2);
        bx_json_out o = bx_json_out_on(&text);
        if (bx_str_eq(key, BX_LIT("command")))
            continue;
        bx_json_out_value(&o, v);
        (void)fputs("\n    ", a->out);
        bx_cli_show(a->out, key, 100);
        (void)fputs(": ", a->out);
        bx_cli_show(a->out, bx_buf_str(&text), ALL);
    }
}

static void show_question(const bx_approver *a, const bx_question *q, bool all)
{
    (void)fputc('\n', a->out);
    bx_cli_show(a->out, q->call->origin.client, 100);
    (void)fputs(" wants to run: ", a->out);
    bx_cli_show(a->out, q->call->manifest->name, 100);
    (void)fputc(' ', a->out);
    show_arguments(a, q, all);
    (void)fputs("\n  ", a->out);
    bx_cli_show(a->out, q->why, SHOWN_WHY);
    (void)fputs("\n  y: yes, once  n: no", a->out);
    if (q->may_run)
        (void)fputs("  r: yes, for this run", a->out);
    if (q->may_run && q->alike.n) {
        (void)fputs(": ", a->out);
        show_rules(a, q->alike);
    }
    if (!is_shown(q, all))
        (void)fputs("  v: show all of it", a->out);
    if (q->rules.n && is_shown(q, all)) {
        (void)fputs("  a: always, by the rule ", a->out);
        show_rules(a, q->rules);
    }
    (void)fputs(" > ", a->out);
    (void)fflush(a->out);
}

/* False: that letter is no answer to this question. */
static bool choice_of(const bx_question *q, bool all, char letter, bx_choice *ret)
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
        return q->rules.n > 0 && is_shown(q, all);
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
    bool all = false;
    bx_code rc;
    (void)pthread_mutex_lock(&a->lock);
    do {
        (void)tcflush(a->fd, TCIFLUSH); /* typed before the question: no answer to it */
        show_question(a, q, all);
        rc = read_letter(a, q->call->ctl, &letter, err);
        all = all || letter == 'v';
    } while (rc == BX_OK && !choice_of(q, all, letter, ret));
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
