#include "fetch/json_pretty.h"

#include <yyjson/yyjson.h>

static void free_doc(yyjson_doc **doc) { yyjson_doc_free(*doc); }

bx_code wf_json_pretty(bx_str text, bx_buf *out, bx_error *err)
{
    if (text.n > WF_MAX_PRETTY)
        return bx_fail(err, BX_EINVAL, "more than %d bytes of json", WF_MAX_PRETTY);
    yyjson_read_err why;
    __attribute__((cleanup(free_doc))) yyjson_doc *doc =
        yyjson_read_opts((char *)(uintptr_t)text.p, text.n, YYJSON_READ_NUMBER_AS_RAW, NULL, &why);
    if (!doc && why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return bx_fail(err, BX_ENOMEM, "out of memory for the json");
    if (!doc)
        return bx_fail(err, BX_EINVAL, "byte %zu: %s", why.pos, why.msg);
    size_t n;
    BX_AUTOFREE char *pretty = yyjson_write_opts(
        doc, YYJSON_WRITE_PRETTY_TWO_SPACES | YYJSON_WRITE_NEWLINE_AT_END, NULL, &n, NULL);
    if (!pretty)
        return bx_fail(err, BX_ENOMEM, "out of memory for the json");
    (void)bx_buf_add(out, pretty, n);
    return bx_buf_check(out, err);
}
