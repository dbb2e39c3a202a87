/* Any text, any patch: applied or refused whole; and the diff of what came of it leads there again.
 */
#include "lib/diff.h"
#include "lib/patch.h"

enum { TEXT_MAX = 1 << 22 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void leads_there(bx_str before, bx_str after)
{
    bx_diff_ask ask = {.before = before, .after = after, .path = "f", .max_bytes = TEXT_MAX};
    bx_patch_report report = {.notes = bx_buf_init(4096), .why = bx_buf_init(4096)};
    BX_AUTO_BUF diff = bx_buf_init(2 * TEXT_MAX);
    BX_AUTO_BUF text = bx_buf_init(TEXT_MAX);
    bx_diff_stat stat;
    (void)bx_buf_add_str(&text, before);
    BX_ASSERT(bx_diff_unified(&ask, &diff, &stat) == BX_OK && stat.shown == stat.hunks);
    BX_ASSERT((diff.n == 0) == bx_str_eq(before, after));
    if (diff.n > 0)
        BX_ASSERT(bx_patch_apply(&text, bx_buf_str(&diff), "/workspace/f", &report) == BX_OK);
    BX_ASSERT(report.notes.n == 0 && bx_str_eq(bx_buf_str(&text), after));
    bx_buf_done(&report.notes);
    bx_buf_done(&report.why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = size ? memchr(data, 0, size) : NULL;
    if (!cut || size > 1 << 16)
        return 0;
    bx_str before = {(const char *)data, (size_t)(cut - data)};
    bx_str patch = {(const char *)cut + 1, size - before.n - 1};
    bx_patch_report report = {.notes = bx_buf_init(1 << 16), .why = bx_buf_init(1 << 16)};
    BX_AUTO_BUF text = bx_buf_init(TEXT_MAX);
    (void)bx_buf_add_str(&text, before);
    bx_code rc = bx_patch_apply(&text, patch, "/workspace/f", &report);
    BX_ASSERT(rc == BX_OK || rc == BX_EINVAL);
    if (rc == BX_OK) {
        leads_there(before, bx_buf_str(&text));
        leads_there(bx_buf_str(&text), before);
    } else {
        BX_ASSERT(report.why.n > 0 && bx_str_eq(bx_buf_str(&text), before));
    }
    bx_buf_done(&report.notes);
    bx_buf_done(&report.why);
    return 0;
}
