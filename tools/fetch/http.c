#include "fetch/http.h"

#include "fetch/ascii.h"

bx_str wf_http_find(const wf_response *r, const char *name)
{
    for (size_t i = 0; i < wf_http_header_count(r); i++) {
        wf_header h = wf_http_header(r, i);
        if (bx_str_eq_nocase(h.name, bx_str_of(name)))
            return h.value;
    }
    return (bx_str){0};
}
