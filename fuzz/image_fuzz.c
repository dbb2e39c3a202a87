/* Pictures that are looked at before they are shown: whatever comes in, an answer. */
#include "base/defs.h"
#include "file/image.h"
#include "lib/filetype.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bx_file_format *type = bx_file_format_of(data, size);
    if (type && type->image_mime) {
        const char *damage = bx_image_damage(type->image_mime, data, size);
        BX_ASSERT(!damage || *damage);
    }
    return 0;
}
