/* How the engine ended a guest -> how the call ended, in words that say what to do about it. */
#include <stdarg.h>
#include <stdio.h>

#include "sandbox/internal.h"

static void BX_PRINTF(2, 3)
say(bx_outcome *o, const char *fmt, ...)
{
    char text[3000];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    free(o->error);
    o->error = bx_strndup(text, strlen(text));
}

static void end_by_host(bx_outcome *o, int32_t code, const bx_limits *l, int32_t exit_code)
{
    char amount[32];
    switch (code) {
    case BX_WASI_EXIT:
        o->kind = BX_OUT_EXIT;
        o->exit_code = (uint32_t)exit_code;
        return;
    case BX_WASI_DEADLINE:
        o->kind = BX_OUT_DEADLINE;
        bx_time_print(l->wall_ns, amount);
        say(o, "over the limit wall=%s while waiting in the host; raise it with --limit wall=…",
            amount);
        return;
    case BX_WASI_CANCELLED:
        o->kind = BX_OUT_CANCELLED;
        say(o, "cancelled");
        return;
    case BX_WASI_OUTPUT:
        o->kind = BX_OUT_OUTPUT;
        bx_size_print(l->output, amount);
        say(o, "over the limit output=%s; raise it with --limit output=…", amount);
        return;
    default:
        o->kind = BX_OUT_FAILED;
        say(o, "a host function ended the guest with the unknown code %d", (int)code);
    }
}

/* A guest that was refused memory and then trapped (abort, a null pointer) died of the limit. */
static void end_by_trap(bx_outcome *o, const bx_eng_end *end, const bx_limits *l)
{
    o->trap = end->trap;
    if (end->memory_refused == 0) {
        o->kind = BX_OUT_TRAP;
        say(o, "%s", end->msg);
        return;
    }
    char amount[32];
    bx_size_print(l->memory, amount);
    o->kind = BX_OUT_MEMORY;
    say(o, "out of memory at the limit memory=%s (raise it with --limit memory=…); then: %s",
        amount, end->msg);
}

void bx_outcome_from_end(bx_outcome *o, const bx_eng_end *end, const bx_limits *l,
                         int32_t exit_code)
{
    char amount[32];
    o->fuel_used = end->fuel_used;
    o->memory_peak = end->memory_peak;
    o->memory_refused = end->memory_refused;
    o->table_refused = end->table_refused;
    switch (end->kind) {
    case BX_END_RETURN:
        o->kind = BX_OUT_EXIT;
        o->exit_code = (uint32_t)exit_code;
        return;
    case BX_END_HOST:
        end_by_host(o, end->host_code, l, exit_code);
        return;
    case BX_END_TRAP:
        end_by_trap(o, end, l);
        return;
    case BX_END_DEADLINE:
        o->kind = BX_OUT_DEADLINE;
        bx_time_print(l->wall_ns, amount);
        say(o, "over the limit wall=%s; raise it with --limit wall=…\n%s", amount, end->msg);
        return;
    case BX_END_CANCELLED:
        o->kind = BX_OUT_CANCELLED;
        say(o, "cancelled");
        return;
    case BX_END_FUEL:
        o->kind = BX_OUT_FUEL;
        say(o, "over the limit fuel=%llu; raise it with --limit fuel=…\n%s",
            (unsigned long long)l->fuel, end->msg);
        return;
    case BX_END_STACK:
        o->kind = BX_OUT_STACK;
        bx_size_print(l->stack, amount);
        say(o, "over the limit stack=%s; raise it with --limit stack=…\n%s", amount, end->msg);
        return;
    case BX_END_MEMORY:
        o->kind = BX_OUT_MEMORY;
        bx_size_print(l->memory, amount);
        say(o,
            "the module needs more than the limit memory=%s to begin (raise it with --limit "
            "memory=…): %s",
            amount, end->msg);
        return;
    case BX_END_FAILED:
        o->kind = BX_OUT_FAILED;
        say(o, "%s", end->msg);
        return;
    }
}

void bx_outcome_fail(bx_outcome *o, const char *why)
{
    o->kind = BX_OUT_FAILED;
    say(o, "%s", why);
}
