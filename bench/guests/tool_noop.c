/* The smallest `json` tool: a result, whatever it is asked. */
#include "raw.h"

void _start(void)
{
    static char result[] =
        "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}],\"isError\":false}\n";
    size_t n = 0;
    if (raw_fd_write(1, &(raw_iovec){result, sizeof result - 1}, 1, &n) != 0)
        raw_proc_exit(1);
}
