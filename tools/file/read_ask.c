#include "file/read_ask.h"

#include "lib/args_list.h"

enum {
    LIMIT = 2000,
    LIMIT_MAX = 1000000,
    REST_ROOM = 2048, /* output beside all text: the notices, the structured part but its path */
    RANGE_ROOM = 160, /* for each range of a list: the gap before it, its structured part */
};

static int by_offset(const void *a, const void *b)
{
    const bx_read_range *x = a, *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static int64_t last_of(bx_read_range r)
{
    return r.limit - 1 > INT64_MAX - r.offset ? INT64_MAX : r.offset + r.limit - 1;
}

/* The file is read once, from its beginning to its end, and no line is shown twice. */
static void put_in_order(bx_reader *r)
{
    bx_read_range *of = r->ask.ranges;
    size_t kept = 0;
    qsort(of, r->ask.n_ranges, sizeof of[0], by_offset);
    for (size_t i = 1; i < r->ask.n_ranges; i++) {
        int64_t last = last_of(of[kept]), more = last_of(of[i]);
        if (last < INT64_MAX && of[i].offset > last + 1)
            of[++kept] = of[i];
        else if (more > last)
            of[kept].limit = more - of[kept].offset + 1;
    }
    r->ask.n_ranges = kept + 1;
}

static void ask_ranges(bx_reader *r, bx_args *a)
{
    bx_args one;
    r->ask.n_ranges = bx_arg_list(a, "ranges", BX_READ_RANGES_MAX);
    for (size_t i = 0; i < r->ask.n_ranges; i++) {
        bx_arg_item(a, "ranges", i, &one);
        r->ask.ranges[i].offset = bx_arg_int(&one, "offset", 1, 1, INT64_MAX);
        r->ask.ranges[i].limit = bx_arg_int(&one, "limit", LIMIT, 1, LIMIT_MAX);
        bx_arg_item_end(a, "ranges", i, &one);
    }
}

/* `offset` and `limit` are one range; both ways at once would mean nothing. */
static void ask_lines(bx_reader *r, bx_args *a)
{
    bool has_one = bx_arg_given(a, "offset") || bx_arg_given(a, "limit");
    bx_read_range one = {.offset = bx_arg_int(a, "offset", 1, 1, INT64_MAX),
                         .limit = bx_arg_int(a, "limit", LIMIT, 1, LIMIT_MAX)};
    ask_ranges(r, a);
    r->ask.has_list = r->ask.n_ranges > 0;
    r->ask.has_lines = r->ask.has_list || has_one;
    if (r->ask.has_list && has_one)
        bx_arg_wrong(a, "ranges", "not together with offset or limit", NULL);
    if (r->ask.has_list) {
        put_in_order(r);
    } else {
        r->ask.ranges[0] = one;
        r->ask.n_ranges = 1;
    }
}

static bool ask_picks(bx_reader *r, bx_args *a, const char *name)
{
    bool there = bx_arg_given(a, name);
    const char *text = bx_arg_str(a, name, "1");
    if (!there)
        return false;
    if (!bx_picks_parse(text, &r->ask.picks))
        bx_arg_wrong(a, name,
                     "expected numbers and ranges from 1 on, like \"3\", \"2-5\" or "
                     "\"1,4-\", got \"",
                     text, "\"", NULL);
    if (r->ask.has_lines)
        bx_arg_wrong(a, name, "not together with offset, limit or ranges", NULL);
    return true;
}

/* Hashing costs more than all else a call does with a part of a large file. */
static int64_t ask_hash_max(bx_args *a)
{
    bool given = bx_arg_given(a, "hash");
    bool wanted = bx_arg_bool(a, "hash", true);
    return !wanted ? -1 : given ? BX_READ_HASH_MAX : BX_READ_HASH_ALWAYS;
}

bx_code bx_read_ask(bx_reader *r, bx_args *a, bx_error *err)
{
    r->ask.picks.n = 0;
    r->ask.path = bx_arg_path(a, "path");
    ask_lines(r, a);
    r->ask.max_bytes = bx_arg_int(a, "max_bytes", 256 << 10, 1 << 10, 1 << 20);
    r->ask.max_image_bytes = bx_arg_int(a, "max_image_bytes", 5 << 20, 0, 10 << 20);
    r->ask.has_pages = ask_picks(r, a, "pages");
    r->ask.has_cells = ask_picks(r, a, "cells");
    if (r->ask.has_pages && r->ask.has_cells)
        bx_arg_wrong(a, "cells", "not together with pages", NULL);
    r->ask.hash_max = ask_hash_max(a);
    r->rest = REST_ROOM + bx_out_size(r->ask.path, strlen(r->ask.path));
    if (r->ask.has_list)
        r->rest += RANGE_ROOM * r->ask.n_ranges;
    return bx_args_end(a, err);
}
