#include "sandbox/component.h"

bx_code bx_component_link(bx_emodule *code, bx_error *err)
{
    (void)code;
    return bx_fail(err, BX_EUNSUPPORTED, "a component: this build runs core modules only");
}
