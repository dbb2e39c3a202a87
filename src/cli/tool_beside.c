#include "cli/tool_beside.h"

#include <fcntl.h>

#include "os/fd.h"
#include "policy/manifest.h"

enum { MAX_MANIFEST = 1 << 20 };

bx_code bx_tool_beside(const char *path, bx_grant *g, bool *ret_json, bx_error *err)
{
    size_t n = strlen(path), end = strlen(".wasm");
    *ret_json = false;
    if (n <= end || strcmp(path + n - end, ".wasm") != 0)
        return BX_OK;
    BX_AUTO_BUF name = bx_buf_init(n + 64), text = bx_buf_init(MAX_MANIFEST);
    (void)bx_buf_addf(&name, "%.*s.tool.yaml", (int)(n - end), path);
    bx_code rc = bx_buf_check(&name, err);
    if (rc == BX_OK)
        rc = bx_file_read_all(AT_FDCWD, name.p, MAX_MANIFEST, &text, err);
    if (rc == BX_ENOENT)
        return BX_OK;
    if (rc == BX_OK)
        rc = bx_wrap(bx_manifest_apply(bx_buf_str(&text), g, ret_json, err), err, "%s", name.p);
    return bx_wrap(rc, err, "the tool's manifest (--no-manifest runs it without)");
}
