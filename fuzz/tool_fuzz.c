/* A manifest, arguments and a result, one behind the other with a NUL between: each is read or
 * refused in words. */
#include "codec/yaml.h"
#include "tool/manifest.h"
#include "tool/page.h"
#include "tool/result.h"
#include "tool/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bx_str part_of(bx_str *rest)
{
    const char *end = rest->n ? memchr(rest->p, '\0', rest->n) : NULL;
    bx_str part = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    *rest = bx_str_from(*rest, part.n + 1);
    return part;
}

static void judge(const bx_manifest *m, bx_str arguments)
{
    BX_AUTO(bx_json) bx_json *j = NULL;
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    if (!m->input_schema || bx_json_parse(arguments, BX_JSON_MAX_DEPTH, &j, NULL) != BX_OK)
        return;
    size_t n = bx_schema_judge(m->arguments, bx_json_root(j), &out);
    size_t lines = 0;
    for (size_t i = 0; i < out.n; i++)
        lines += out.p[i] == '\n';
    BX_ASSERT(out.fail != BX_OK ||
              lines == (n > BX_SCHEMA_MAX_PROBLEMS ? BX_SCHEMA_MAX_PROBLEMS + 1 : n));
}

static void read_manifest(bx_str text, bx_str arguments)
{
    bx_json *doc = NULL;
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    BX_AUTO_BUF page = bx_buf_init(8 << 20);
    bx_error err = {.msg = ""};
    if (bx_yaml_parse(text, &doc, NULL) != BX_OK)
        return;
    if (bx_manifest_of(doc, &m, &err) != BX_OK) {
        BX_ASSERT(err.msg[0]);
        return;
    }
    bx_tool_page(m, &page);
    bx_tool_text(m, &page);
    judge(m, arguments);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str rest = {(const char *)data, size}, manifest = part_of(&rest), arguments = part_of(&rest);
    BX_AUTO(bx_json) bx_json *result = NULL;
    bx_error err = {.msg = ""};
    read_manifest(manifest, arguments);
    if (bx_tool_result_parse(rest, &result, &err) == BX_OK)
        (void)bx_tool_result_is_error(result);
    else
        BX_ASSERT(err.msg[0]);
    return 0;
}
