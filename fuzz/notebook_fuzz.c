/* Notebooks that lie: whatever comes in, a result or none.  The first two bytes pick cells and how
 * much is shown. */
#include <fcntl.h>
#include <unistd.h>

#include "base/defs.h"
#include "file/read_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bx_reader r;
    static int sink = -1;
    int rc = 0;
    if (sink < 0)
        sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (size < 2)
        return 0;
    r.ask.path = "/workspace/n.ipynb";
    r.ask.max_bytes = data[0] & 1 ? 256 << 10 : 1 << 10;
    r.ask.max_image_bytes = data[0] & 2 ? 5 << 20 : 0;
    if (!bx_picks_parse((const char[4][5]){"1-", "2", "2-3", "1,3-"}[data[1] & 3], &r.ask.picks))
        return 0;
    bx_result_init(&r.result, sink);
    bx_source_open(&r.source, -1);
    BX_AUTO_BUF copy = bx_buf_init(size + 16);
    (void)bx_buf_add(&copy, data + 2, size - 2);
    (void)bx_buf_add(&copy, "\0\0\0\0\0\0\0", 8);
    copy.n -= 8;
    const char *why = NULL;
    BX_ASSERT(bx_read_notebook(&r, &copy, &rc, &why) || (why && *why));
    return 0;
}
