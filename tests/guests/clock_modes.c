/* clock:frozen and clock:step: time is the same in every run, and sleeping costs none. */
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define EPOCH UINT64_C(1577836800000000000)

static uint64_t now(uint32_t id)
{
    uint64_t t = 0;
    OK(raw_clock_time_get(id, 0, at(&t)));
    return t;
}

int main(int argc, char **argv)
{
    YES(argc == 2);
    struct timespec hour = {3600, 0};
    if (strcmp(argv[1], "frozen") == 0) {
        uint64_t mono = now(1);
        EQ(now(0), EPOCH);
        EQ(nanosleep(&hour, NULL), 0);
        EQ(sleep(86400), 0);
        EQ(now(0), EPOCH);
        EQ(now(1), mono);
        EQ(now(2), now(3));
        return 0;
    }
    uint64_t t = now(1);
    EQ(now(1), t + 1000000);
    EQ(now(0), EPOCH + t + 2000000);
    EQ(nanosleep(&hour, NULL), 0);
    EQ(now(1), t + 3000000 + UINT64_C(3600000000000));
    return 0;
}
