/* clock_res_get, clock_time_get and what libc makes of them. */
#include <time.h>

#include "guest.h"

int main(void)
{
    __wasi_timestamp_t a = 0, b = 0, res = 0;
    for (uint32_t id = 0; id < 4; id++) {
        OK(raw_clock_res_get(id, at(&res)));
        YES(res >= 1 && res <= 100000000);
        OK(raw_clock_time_get(id, 0, at(&a)));
        OK(raw_clock_time_get(id, UINT64_MAX, at(&b)));
        YES(a > 0);
        YES(b >= a);
        YES(b - a < UINT64_C(60000000000));
    }
    OK(raw_clock_time_get(0, 1, at(&a)));
    YES(a > UINT64_C(1600000000) * 1000000000);

    struct timespec ts;
    EQ(clock_gettime(CLOCK_REALTIME, &ts), 0);
    YES(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
    EQ(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
    YES(time(NULL) > 1600000000);

    EQ(raw_clock_time_get(4, 0, at(&a)), E(INVAL));
    EQ(raw_clock_time_get(UINT32_MAX, 0, at(&a)), E(INVAL));
    EQ(raw_clock_res_get(4, at(&a)), E(INVAL));
    EQ(raw_clock_time_get(0, 0, memory_end() - 7), E(FAULT));
    EQ(raw_clock_res_get(0, memory_end()), E(FAULT));
    EQ(raw_clock_time_get(1, 0, memory_end() - 8), 0);
    return 0;
}
