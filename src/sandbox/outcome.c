#include "sandbox/outcome.h"

void bx_outcome_init(bx_outcome *o) { *o = (bx_outcome){.kind = BX_OUT_FAILED}; }

void bx_outcome_done(bx_outcome *o)
{
    free(o->out);
    free(o->err);
    free(o->result);
    free(o->error);
    bx_outcome_init(o);
}

const char *bx_outcome_kind_name(bx_outcome_kind k)
{
    static const char *const names[] = {
#define BX_OUTCOME(name, text, exit_code) text,
#include "sandbox/outcomes.def"
#undef BX_OUTCOME
    };
    return (size_t)k < BX_COUNT(names) ? names[k] : "?";
}

int bx_outcome_exit_code(const bx_outcome *o)
{
    static const int codes[] = {
#define BX_OUTCOME(name, text, exit_code) exit_code,
#include "sandbox/outcomes.def"
#undef BX_OUTCOME
    };
    if (o->kind == BX_OUT_EXIT) {
        int low = (int)(o->exit_code & 0xff);
        return low == 0 && o->exit_code != 0 ? 1 : low;
    }
    return (size_t)o->kind < BX_COUNT(codes) ? codes[o->kind] : 125;
}
