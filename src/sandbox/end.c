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
    case BX_WASI_SIGPIPE:
        o->kind = BX_OUT_CANCELLED; /* by a signal; who started it is told which */
        say(o, "wrote where nobody reads any more");
        return;
    case BX_WASI_KILLED:
        o->kind = BX_OUT_CANCELLED;
        say(o, "ended by a signal of its own");
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

/* A guest that was refused memory or table elements and then trapped (abort, a null pointer) died
 * of the limit. */
static void end_by_trap(bx_outcome *o, const bx_eng_end *end, const bx_limits *l)
{
    char amount[32];
    o->trap = end->trap;
    if (end->memory_refused > 0) {
        o->kind = BX_OUT_MEMORY;
        bx_size_print(l->memory, amount);
        say(o, "out of memory at the limit memory=%s (raise it with --limit memory=…); then: %s",
            amount, end->msg);
    } else if (end->table_refused > 0) {
        o->kind = BX_OUT_TABLES;
        say(o,
            "out of table elements at the limit tables=%llu (raise it with --limit tables=…); "
            "then: %s",
            (unsigned long long)l->tables, end->msg);
    } else {
        o->kind = BX_OUT_TRAP;
        say(o, "%s", end->msg);
    }
}

static uint64_t at_least_one(uint64_t n) { return n > 0 ? n : 1; }

/* The limits of the engine and the one that ended the call; those of files and requests are counted
 * where they refuse. */
static void count_hits(bx_outcome *o)
{
    o->hits.memory = o->memory_refused;
    o->hits.tables = o->table_refused;
    switch (o->kind) {
    case BX_OUT_DEADLINE:
        o->hits.wall_ns = 1;
        return;
    case BX_OUT_FUEL:
        o->hits.fuel = 1;
        return;
    case BX_OUT_STACK:
        o->hits.stack = 1;
        return;
    case BX_OUT_OUTPUT:
        o->hits.output = 1;
        return;
    case BX_OUT_MEMORY:
        o->hits.memory = at_least_one(o->hits.memory);
        return;
    case BX_OUT_TABLES:
        o->hits.tables = at_least_one(o->hits.tables);
        return;
    default:
        return;
    }
}

static void end_of_engine(bx_outcome *o, const bx_eng_end *end, const bx_limits *l,
                          int32_t exit_code)
{
    char amount[32];
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
    case BX_END_TABLES:
        o->kind = BX_OUT_TABLES;
        say(o,
            "the module needs more than the limit tables=%llu to begin (raise it with --limit "
            "tables=…): %s",
            (unsigned long long)l->tables, end->msg);
        return;
    case BX_END_KEPT:
        o->kind = BX_OUT_MEMORY;
        bx_size_print(l->memory, amount);
        say(o,
            "over the limit memory=%s, which counts what the host keeps for the guest (raise it "
            "with --limit memory=…): %s",
            amount, end->msg);
        return;
    case BX_END_FAILED:
        o->kind = BX_OUT_FAILED;
        say(o, "%s", end->msg);
        return;
    }
}

void bx_outcome_from_end(bx_outcome *o, const bx_eng_end *end, const bx_limits *l,
                         int32_t exit_code)
{
    o->limits = *l;
    o->fuel_used = end->fuel_used;
    o->memory_peak = end->memory_peak;
    o->memory_refused = end->memory_refused;
    o->table_refused = end->table_refused;
    end_of_engine(o, end, l, exit_code);
    count_hits(o);
}

void bx_outcome_fail(bx_outcome *o, const char *why)
{
    o->kind = BX_OUT_FAILED;
    say(o, "%s", why);
}
