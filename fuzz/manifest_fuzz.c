/* Manifests: whatever is accepted leaves a grant with limits in range and nothing else; whatever is
 * refused says so. */
#include "policy/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_error err = {.msg = ""};
    bool is_json;
    BX_ASSERT(bx_grant_new(&g, NULL) == BX_OK);
    if (bx_manifest_apply((bx_str){(const char *)data, size}, g, &is_json, &err) != BX_OK)
        BX_ASSERT(err.msg[0]);
    bx_limit_row row;
    for (size_t i = 0; bx_limits_row(i, &row); i++)
        BX_ASSERT(bx_limits_get(bx_grant_limits(g), i) <= row.max);
    BX_ASSERT(bx_grant_caps(g).n == 0 && bx_grant_mounts(g).n == 0);
    return 0;
}
