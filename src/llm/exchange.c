/* One attempt over HTTP. */
#include "llm/internal.h"

bool bx_exchange(bx_attempt *at)
{
    return bx_trouble(at->trouble, BX_LLM_FAIL_NETWORK, "no protocol");
}
