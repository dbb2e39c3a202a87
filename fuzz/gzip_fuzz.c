/* Compressed streams of every kind, with members behind each other. */
#include "programs/archive/coder.h"

enum { OUT_MAX = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    prog_reader r = {.fd = -1, .eof = true, .end = n, .name = "input"};
    r.p = prog_alloc(n + 1);
    if (n > 0)
        memcpy(r.p, data, n);
    r.cap = n + 1;
    arc_in in = {.from = &r, .kind = arc_sniff(r.p, n)};
    uint8_t room[4096];
    size_t total = 0;
    for (size_t k; total < OUT_MAX && (k = arc_read(&in, room, sizeof(room))) > 0;)
        total += k;
    BX_ASSERT(*arc_why(&in) != '\0');
    arc_in_done(&in);
    free(r.p);
    return 0;
}
