/* spin: compute without end and without a single call of the host. */
#include "probe.h"

static void turn(uint32_t rounds)
{
    for (volatile uint32_t i = 0; i != rounds;)
        i = i + 1;
}

static int attack(void)
{
    for (int i = 0; i < 1000; i++) /* many minutes */
        turn(UINT32_MAX);
    return escaped("was left to spin");
}

static int control(void)
{
    turn(1000000);
    return control_ok();
}
