#include "file/image.h"
#include "file/read_parts.h"

int bx_read_describe(bx_reader *r, const bx_file_format *type, const char *why, const char *more)
{
    const char *name = type ? type->name : "data of unknown type";
    bx_text_begin(&r->result);
    bx_text_puts(&r->result, "[binary file, not shown: ");
    bx_text_puts(&r->result, name);
    bx_text_puts(&r->result, ", ");
    bx_text_int(&r->result, r->size);
    bx_text_puts(&r->result, " bytes");
    if (why)
        bx_text_puts(&r->result, why);
    if (more)
        bx_text_puts(&r->result, more);
    bx_text_puts(&r->result, "]\n");
    bx_text_end(&r->result);
    bx_out *o = bx_read_fields_begin(r);
    bx_read_field_str(o, "encoding", "binary");
    bx_read_field_str(o, "type", name);
    if (more)
        bx_read_field_str(o, "damage", more);
    bx_read_field_bool(o, "truncated", true);
    return bx_read_fields_end(r, false);
}

static int put_image(bx_reader *r, const bx_file_format *type, bx_str image)
{
    bx_text_begin(&r->result);
    bx_text_puts(&r->result, type->name);
    bx_text_puts(&r->result, ", ");
    bx_text_int(&r->result, r->size);
    bx_text_puts(&r->result, " bytes");
    bx_text_end(&r->result);
    bx_image_begin(&r->result, type->image_mime);
    bx_image_put(&r->result, image.p, image.n);
    bx_image_end(&r->result);
    bx_out *o = bx_read_fields_begin(r);
    bx_read_field_str(o, "encoding", "binary");
    bx_read_field_str(o, "type", type->name);
    bx_read_field_str(o, "mime_type", type->image_mime);
    bx_read_field_bool(o, "truncated", false);
    return bx_read_fields_end(r, false);
}

static int too_large(bx_reader *r, const bx_file_format *type)
{
    char why[64] = "; larger than max_image_bytes=", buf[24];
    const char *digits = bx_digits(r->ask.max_image_bytes, buf);
    memcpy(why + strlen(why), digits, strlen(digits) + 1);
    return bx_read_describe(r, type, why, NULL);
}

/* It is held whole: it is shown only when all of it was found to be right. */
int bx_read_image(bx_reader *r, const bx_file_format *type)
{
    uint64_t size = (uint64_t)r->size, base64 = (size + 2) / 3 * 4;
    if (size > (uint64_t)r->ask.max_image_bytes)
        return too_large(r, type);
    if (bx_out_room(&r->result.out, base64 + r->rest) < base64 + r->rest)
        return bx_read_describe(r, type, "; larger than the output limit of this call has room for",
                                NULL);
    BX_AUTO_BUF image = bx_buf_init(0);
    bx_code rc = bx_read_whole(r, (size_t)size, &image);
    if (rc == BX_ENOMEM)
        return bx_result_fail(&r->result, "no memory for ", r->ask.path, NULL);
    if (rc == BX_EIO)
        return bx_read_fail_file(r, r->source.error);
    /* BX_ELIMIT: it grew meanwhile, and is what it was when it was opened. */
    const char *damage = bx_image_damage(type->image_mime, (const uint8_t *)image.p, image.n);
    return damage ? bx_read_describe(r, type, "; damaged: ", damage)
                  : put_image(r, type, bx_buf_str(&image));
}
