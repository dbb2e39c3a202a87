/* proc_exit: the code arrives, nothing after it runs. */
#include <unistd.h>

#include "guest.h"

int main(int argc, char **argv)
{
    YES(argc == 2);
    puts("before");
    (void)fflush(stdout);
    __wasi_proc_exit((__wasi_exitcode_t)atoi(argv[1]));
    puts("after");
}
