/* tar: headers of every format, long names, pax records, maps of sparse files, compressed or not.
 */
#include "programs/archive/tar.h"

enum { DATA_MAX = 1 << 20, MEMBERS_MAX = 4096 };

tar_options tar_opt;
int tar_status;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tar_in in = {0};
    in.r = (prog_reader){.fd = -1, .eof = true, .end = n, .name = "input"};
    in.r.p = prog_alloc(n + 1);
    if (n > 0)
        memcpy(in.r.p, data, n);
    in.r.cap = n + 1;
    in.in = (arc_in){.from = &in.r, .kind = arc_sniff(in.r.p, n)};
    tar_opt.file = "input";
    uint64_t total = 0;
    tar_member m;
    for (int i = 0; i < MEMBERS_MAX && total < DATA_MAX && tar_next(&in, &m); i++) {
        uint8_t room[4096];
        for (size_t k; total < DATA_MAX && (k = tar_data(&in, room, sizeof(room))) > 0;)
            total += k;
        prog_writer w = {.fd = -1};
        char *name = tar_name(m.name, "member names");
        if (name && !tar_opt.absolute)
            BX_ASSERT(*name != '/');
        tar_show(&w, &m, m.name, true);
        w.n = 0;
        free(w.p);
        free(name);
        tar_member_free(&m);
        if (total >= DATA_MAX)
            break;
    }
    arc_in_done(&in.in);
    free(in.r.p);
    return 0;
}
