/* YAML text: what is accepted is a JSON document within the bounds, and that document, which is
 * YAML too, reads as itself. */
#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_doc(const bx_json *j, bx_buf *b)
{
    bx_json_out o = bx_json_out_on(b);
    bx_json_out_value(&o, bx_json_root(j));
    BX_ASSERT(bx_json_out_end(&o, NULL) == BX_OK);
}

/* JSON is YAML, but for what YAML allows in no text, written or escaped there: the same value, or
 * an error. */
static void read_again(const bx_buf *json)
{
    BX_AUTO(bx_json) bx_json *j = NULL;
    BX_AUTO_BUF again = bx_buf_init(8 << 20);
    if (json->n > BX_YAML_MAX_BYTES || bx_yaml_parse(bx_buf_str(json), &j, NULL) != BX_OK)
        return;
    write_doc(j, &again);
    BX_ASSERT(bx_str_eq(bx_buf_str(json), bx_buf_str(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BX_AUTO(bx_json) bx_json *j = NULL;
    bx_error err = {.msg = ""};
    if (bx_yaml_parse((bx_str){(const char *)data, size}, &j, &err) != BX_OK) {
        BX_ASSERT(!j && err.msg[0]);
        return 0;
    }
    BX_AUTO_BUF text = bx_buf_init(8 << 20);
    write_doc(j, &text);
    BX_ASSERT(bx_utf8_valid(bx_buf_str(&text)));
    read_again(&text);
    return 0;
}
