/* URIs of resources: what is taken for one is a file below the workspace, without a way around, and
 * its path becomes a URI that means the same. */
#include "codec/utf8.h"
#include "mcp/workspace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str uri = {(const char *)data, size};
    BX_AUTO_BUF path = bx_buf_init(4096), back = bx_buf_init(1 << 16), again = bx_buf_init(4096);
    if (bx_mcp_path_of_uri(uri, &path, NULL) != BX_OK)
        return 0;
    bx_str p = bx_buf_str(&path);
    BX_ASSERT(bx_str_starts(p, BX_LIT("/workspace/")) && bx_utf8_valid(p));
    BX_ASSERT(!memchr(p.p, '\0', p.n) && !memmem(p.p, p.n, "//", 2));
    BX_ASSERT(!memmem(p.p, p.n, "/../", 4) && !memmem(p.p, p.n, "/./", 3) && p.p[p.n - 1] != '/');
    bx_mcp_uri_of_path(p, &back);
    BX_ASSERT(bx_mcp_path_of_uri(bx_buf_str(&back), &again, NULL) == BX_OK);
    BX_ASSERT(bx_str_eq(bx_buf_str(&again), p));
    return 0;
}
