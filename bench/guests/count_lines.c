/* count_lines [FILE]: how many line feeds FILE holds (default /data/lines.txt), as `wc -l` says. */
#include <fcntl.h>
#include <unistd.h>

#include "lib/out.h"
#include "lib/scan.h"

static uint8_t block[256 << 10];
static bx_out out;

int main(int argc, char **argv)
{
    int fd = open(argc > 1 ? argv[1] : "/data/lines.txt", O_RDONLY);
    size_t lines = 0;
    ssize_t n;
    if (fd < 0)
        return 1;
    while ((n = read(fd, block, sizeof block)) > 0)
        lines += bx_count_byte(block, (size_t)n, '\n');
    if (n < 0)
        return 1;
    bx_out_init(&out, STDOUT_FILENO);
    bx_out_int(&out, (int64_t)lines);
    return bx_out_end(&out) == 0 ? 0 : 1;
}
