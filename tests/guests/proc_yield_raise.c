/* sched_yield, proc_raise (there are no signals). */
#include <sched.h>

#include "guest.h"

int main(void)
{
    for (int i = 0; i < 1000; i++)
        OK(__wasi_sched_yield());
    EQ(sched_yield(), 0);
    for (uint32_t sig = 0; sig < 40; sig++)
        EQ(raw_proc_raise(sig), E(NOSYS));
    return 0;
}
