/* sort's order: whatever the lines and keys, what sort_lines makes is in the order that
 * sort_compare says, and has as many bytes as before. */
#include "programs/text/sort.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rules_of(const uint8_t *data, sort_rules *r, sort_key keys[2])
{
    static const char kinds[] = "nghMVRdfi";
    *r = (sort_rules){.tab = data[0] & 1 ? ':' : -1, .end = '\n', .seed = 1};
    r->global.reverse = data[0] & 2;
    r->stable = data[0] & 4;
    for (unsigned i = 0; i < (data[0] >> 3 & 3u) && i < 2; i++) {
        keys[i] = (sort_key){.from_field = data[1] >> (4 * i) & 3, .to_field = UINT64_MAX};
        if (data[2] & 1u << i)
            keys[i].to_field = keys[i].from_field + (data[2] >> 2 & 1);
        keys[i].skip_from = data[2] & 8;
        keys[i].reverse = data[2] & 16u << i;
        unsigned kind = data[3] >> (4 * i) & 15;
        if (kind < sizeof kinds - 1)
            (void)sort_key_letter(&keys[i], kinds[kind], true, true);
        r->n_keys = i + 1;
    }
    r->keys = keys;
    sort_rules_finish(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || size > 4096)
        return 0;
    sort_rules r;
    sort_key keys[2];
    rules_of(data, &r, keys);
    size_t n = size - 4, count = 0, before = 0, after = 0;
    char *text = prog_zalloc(n + 81, 1);
    memcpy(text, data + 4, n);
    text[n] = '\n';
    sort_item *lines = prog_zalloc(2 * (n + 2), sizeof *lines);
    for (size_t from = 0, i = 0; i <= n; i++)
        if (text[i] == '\n') {
            lines[count++] = (sort_item){.p = text + from, .n = i - from};
            before += i - from;
            from = i + 1;
        }
    sort_lines(&r, lines, lines + count, count);
    for (size_t i = 0; i < count; i++) {
        after += lines[i].n;
        if (i == 0)
            continue;
        bx_str x = {lines[i - 1].p, lines[i - 1].n}, y = {lines[i].p, lines[i].n};
        sort_line a = {sort_cache(&r, x), x.p, x.n}, b = {sort_cache(&r, y), y.p, y.n};
        if (sort_compare(&r, &a, &b) > 0)
            abort();
        if (r.stable && sort_compare(&r, &a, &b) == 0 && x.p > y.p && !r.plain)
            abort();
    }
    if (after != before)
        abort();
    free(lines);
    free(text);
    return 0;
}
