/* Heads of skills and of named executors: whatever a workspace holds. */
#include "agent/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_agent_definition d;
    bx_error err;
    if (bx_definition_read((bx_str){(const char *)data, size}, BX_LIT("name"), &d, &err) != BX_OK)
        return 0;
    (void)bx_definition_names(d.tools, BX_LIT("read"));
    bx_definition_done(&d);
    return 0;
}
