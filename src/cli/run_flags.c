#include "cli/run_flags.h"

#include "cli/run_print.h"
#include "policy/limits.h"
#include "policy/options.h"

enum { MAX_AT_ONCE = 256 };

/* Those flags that are run options, and lines of others. */
static bx_code lists_of(const bx_args *a, bx_run_options *o, bx_error *err)
{
    bx_toolbox_option *options = bx_calloc(a->n_flags + 1, sizeof *options);
    const char **delegate = bx_calloc(a->n_flags + 1, sizeof *delegate);
    const char **policy = bx_calloc(a->n_flags + 1, sizeof *policy);
    o->options = options;
    o->delegate = delegate;
    o->policy = policy;
    if (!options || !delegate || !policy)
        return bx_fail(err, BX_ENOMEM, "flags");
    for (size_t i = 0; i < a->n_flags; i++) {
        const bx_flag_value *f = &a->flags[i];
        if (f->id < BX_OPTION_COUNT)
            options[o->n_options++] = (bx_toolbox_option){(bx_option)f->id, f->value};
        else if (f->id == FLAG_DELEGATE)
            delegate[o->n_delegate++] = f->value;
        else if (f->id == FLAG_POLICY)
            policy[o->n_policy++] = f->value;
    }
    return BX_OK;
}

static bx_code limits_of(const bx_args *a, bx_run_options *o, bx_error *err)
{
    static const struct {
        int flag;
        bx_spend_kind kind;
    } rows[] = {{FLAG_TURNS, BX_SPEND_TURNS},
                {FLAG_CALLS, BX_SPEND_CALLS},
                {FLAG_TOKENS, BX_SPEND_TOKENS},
                {FLAG_COST, BX_SPEND_COST}};
    bx_code rc = BX_OK;
    for (size_t i = 0; i < BX_COUNT(rows) && rc == BX_OK; i++) {
        const char *text = bx_flag_last(a, rows[i].flag);
        if (text) {
            o->whole |= BX_WHOLE(rows[i].kind);
            rc = bx_run_read_amount(text, rows[i].kind, &o->limits.of[rows[i].kind], err);
        }
    }
    const char *wall = bx_flag_last(a, FLAG_WALL), *at_once = bx_flag_last(a, FLAG_AT_ONCE);
    if (rc == BX_OK && wall)
        rc = bx_wrap(bx_time_parse(bx_str_of(wall), &o->wall_ns, err), err, "--wall");
    if (rc == BX_OK && wall && o->wall_ns == 0)
        rc = bx_fail(err, BX_EINVAL, "--wall 0 leaves no time");
    uint64_t n = 0;
    if (rc == BX_OK && at_once)
        rc = bx_wrap(bx_count_parse(bx_str_of(at_once), &n, err), err, "--max-executors");
    if (rc == BX_OK && at_once && (n == 0 || n > MAX_AT_ONCE))
        rc = bx_fail(err, BX_EINVAL, "--max-executors: 1 to %d", MAX_AT_ONCE);
    o->at_once = (unsigned)n;
    return rc;
}

bx_code bx_run_flags_read(const bx_args *a, bx_run_options *ret, bx_error *err)
{
    ret->workspace = bx_flag_last(a, FLAG_WORKSPACE);
    ret->model = bx_flag_last(a, FLAG_MODEL);
    ret->resume = bx_flag_last(a, FLAG_RESUME);
    ret->continue_last = bx_has_flag(a, FLAG_CONTINUE);
    ret->forget = bx_has_flag(a, FLAG_FORGET);
    ret->managed = bx_has_flag(a, FLAG_MANAGED);
    ret->mode = bx_flag_last(a, FLAG_MODE);
    bx_code rc = limits_of(a, ret, err);
    return rc == BX_OK ? lists_of(a, ret, err) : rc;
}

void bx_run_flags_done(bx_run_options *o)
{
    free((void *)(uintptr_t)o->options);
    free((void *)(uintptr_t)o->delegate);
    free((void *)(uintptr_t)o->policy);
}
