/* text/cut.c - cut (POSIX cut; GNU). */
#include "programs/text/text.h"

const char text_cut_help[] =
    "Usage: cut OPTION... [FILE]...\n"
    "Print parts of each line.\n"
    "\n"
    "  -b, --bytes=LIST         these bytes\n"
    "  -c, --characters=LIST    the same as -b\n"
    "  -d, --delimiter=C        fields are separated by C instead of TAB\n"
    "  -f, --fields=LIST        these fields; lines without delimiter are printed as they are\n"
    "  -n                       ignored\n"
    "      --complement         all but what LIST says\n"
    "  -s, --only-delimited     not the lines without delimiter\n"
    "      --output-delimiter=S print S between the parts\n"
    "  -z, --zero-terminated    lines end in NUL\n"
    "LIST is ranges with commas between: N, N-, N-M, -M.\n"
    "\n"
    "Examples:\n"
    "  $ echo a:b:c | cut -d: -f1,3\n"
    "  a:c\n"
    "  $ echo hello | cut -c2-4\n"
    "  ell\n";

typedef struct cut_options {
    text_ranges ranges;
    char delimiter, end;
    bool only_delimited, has_output;
    const char *output;
    size_t output_n;
} cut_options;

static void put_output(const cut_options *c)
{
    if (c->output_n == 1)
        prog_putc(&prog_out, c->output[0]);
    else
        prog_write(&prog_out, c->output, c->output_n);
}

static void cut_bytes(prog_reader *r, void *arg)
{
    const cut_options *c = arg;
    bx_str line;
    while (!prog_out.error && prog_line(r, c->end, &line, NULL)) {
        for (size_t i = 0; i < c->ranges.n; i++) {
            text_range range = c->ranges.p[i];
            if (range.from > line.n)
                break;
            size_t from = (size_t)range.from - 1,
                   to = range.to < line.n ? (size_t)range.to : line.n;
            if (i > 0 && c->has_output)
                put_output(c);
            prog_write(&prog_out, line.p + from, to - from);
        }
        prog_putc(&prog_out, c->end);
    }
}

/* One line p[0..end) with delimiter and end the same byte cannot come here. */
static void cut_fields_line(const cut_options *c, const uint8_t *p, const uint8_t *end,
                            const uint8_t *readable)
{
    uint64_t field = 1;
    const uint8_t *first = prog_find(p, end, (uint8_t)c->delimiter);
    if (first == end) {
        if (!c->only_delimited) {
            prog_write(&prog_out, p, (size_t)(end - p));
            prog_putc(&prog_out, c->end);
        }
        return;
    }
    bool some = false;
    const uint8_t *stop = first; /* end of field `field`, which begins at p */
    for (size_t i = 0; i < c->ranges.n; i++) {
        text_range range = c->ranges.p[i];
        while (field < range.from && stop < end) {
            p = stop + 1;
            stop = prog_find(p, end, (uint8_t)c->delimiter);
            field++;
        }
        if (field < range.from)
            break;
        if (!c->has_output) { /* up to the range's end in one piece */
            const uint8_t *from = p;
            if (range.to == UINT64_MAX)
                stop = end;
            while (field < range.to && stop < end) {
                p = stop + 1;
                stop = prog_find(p, end, (uint8_t)c->delimiter);
                field++;
            }
            if (some)
                prog_putc(&prog_out, c->delimiter);
            prog_write_near(&prog_out, from, (size_t)(stop - from), readable);
            some = true;
        } else {
            for (;;) {
                if (some)
                    put_output(c);
                prog_write_near(&prog_out, p, (size_t)(stop - p), readable);
                some = true;
                if (field >= range.to || stop == end)
                    break;
                p = stop + 1;
                stop = prog_find(p, end, (uint8_t)c->delimiter);
                field++;
            }
        }
        if (stop == end)
            break;
    }
    prog_putc(&prog_out, c->end);
}

typedef struct cutting {        /* within a line */
    const uint8_t *line, *part; /* where the line and the range that is being copied begin */
    uint64_t field;
    size_t range; /* index of the range that is next or being copied */
    bool inside, some;
} cutting;

static void begin_line(const cut_options *c, cutting *s, const uint8_t *p)
{
    *s = (cutting){.line = p, .part = p, .field = 1, .inside = c->ranges.p[0].from == 1};
}

static inline void put_part(const cut_options *c, cutting *s, const uint8_t *q,
                            const uint8_t *readable)
{
    if (s->some)
        prog_putc(&prog_out, c->delimiter);
    prog_write_near(&prog_out, s->part, (size_t)(q - s->part), readable);
    s->some = true;
}

/* A line ends at q. */
static inline void end_line(const cut_options *c, cutting *s, const uint8_t *q,
                            const uint8_t *readable)
{
    if (s->field == 1) {
        if (!c->only_delimited)
            prog_write_near(&prog_out, s->line, (size_t)(q + 1 - s->line), readable);
    } else {
        if (s->inside)
            put_part(c, s, q, readable);
        prog_putc(&prog_out, c->end);
    }
    begin_line(c, s, q + 1);
}

/* A field ends at q. */
static inline void end_field(const cut_options *c, cutting *s, const uint8_t *q,
                             const uint8_t *readable)
{
    if (s->inside && s->field == c->ranges.p[s->range].to) {
        put_part(c, s, q, readable);
        s->inside = false;
        s->range++;
    }
    s->field++;
    if (!s->inside && s->range < c->ranges.n && s->field == c->ranges.p[s->range].from) {
        s->inside = true;
        s->part = q + 1;
    }
}

/* Whole lines p[0..stop): each byte is looked at once, sixteen at a time. */
static void cut_lines(const cut_options *c, const uint8_t *p, const uint8_t *stop,
                      const uint8_t *readable)
{
    const uint8_t delimiter = (uint8_t)c->delimiter, line_end = (uint8_t)c->end;
    cutting s;
    begin_line(c, &s, p);
    for (; p < stop; p += 16) {
        uint32_t mask = 0;
        if (readable - p >= 16) {
            bool rest_unwanted = !s.inside && s.range == c->ranges.n;
            mask = rest_unwanted ? prog_mask16(p, line_end) : prog_mask16_2(p, delimiter, line_end);
            if (rest_unwanted && mask) /* the next line begins within */
                mask = prog_mask16_2(p, delimiter, line_end);
        } else {
            for (unsigned i = 0; i < 16 && p + i < stop; i++)
                mask |= (uint32_t)(p[i] == delimiter || p[i] == line_end) << i;
        }
        if (stop - p < 16)
            mask &= (1u << (stop - p)) - 1;
        for (; mask; mask &= mask - 1) {
            const uint8_t *q = p + __builtin_ctz(mask);
            if (*q == line_end)
                end_line(c, &s, q, readable);
            else
                end_field(c, &s, q, readable);
        }
        if (prog_out.error)
            return;
    }
}

/* The delimiter is the end of a line: the whole input is one line of such fields. */
static void cut_newline_fields(prog_reader *r, const cut_options *c)
{
    bx_str line;
    bool ended = false, some = false;
    uint64_t field = 0;
    size_t i = 0;
    prog_buf first = {0};
    bool delimited = false;
    while (prog_line(r, c->end, &line, &ended)) {
        field++;
        if (field == 1) {
            prog_buf_put(&first, line.p, line.n);
            delimited = ended;
            if (r->at == r->end && !prog_more(r)) /* only one */
                break;
        }
        while (i < c->ranges.n && field > c->ranges.p[i].to)
            i++;
        if (i < c->ranges.n && field >= c->ranges.p[i].from) {
            if (some)
                put_output(c);
            prog_write(&prog_out, field == 1 ? first.p : line.p, field == 1 ? first.n : line.n);
            some = true;
        }
    }
    if (field == 1) {
        (void)delimited;
        if (!c->only_delimited) {
            prog_write(&prog_out, first.p, first.n);
            prog_putc(&prog_out, c->end);
        }
    } else if (field > 1) {
        prog_putc(&prog_out, c->end);
    }
    prog_buf_free(&first);
}

static void cut_fields(prog_reader *r, void *arg)
{
    const cut_options *c = arg;
    if (c->delimiter == c->end) {
        cut_newline_fields(r, c);
        return;
    }
    bx_str line;
    for (;;) {
        const uint8_t *p = r->p + r->at, *end = r->p + r->end, *last = NULL;
        if (!c->has_output && c->ranges.n > 0 && r->at < r->end)
            last = prog_find_last(p, end, (uint8_t)c->end);
        if (last) {
            cut_lines(c, p, last + 1, end);
            r->at = (size_t)(last + 1 - r->p);
        }
        if (prog_out.error || !prog_line(r, c->end, &line, NULL))
            return;
        p = (const uint8_t *)line.p;
        cut_fields_line(c, p, p + line.n, r->p + r->end);
    }
}

int text_cut(int argc, char **argv)
{
    enum { COMPLEMENT = 256, OUTPUT };
    static const prog_long longs[] = {{"bytes", PROG_ARG, 'b'},
                                      {"characters", PROG_ARG, 'c'},
                                      {"fields", PROG_ARG, 'f'},
                                      {"delimiter", PROG_ARG, 'd'},
                                      {"only-delimited", PROG_NO_ARG, 's'},
                                      {"output-delimiter", PROG_ARG, OUTPUT},
                                      {"complement", PROG_NO_ARG, COMPLEMENT},
                                      {"zero-terminated", PROG_NO_ARG, 'z'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "b:c:d:f:nsz", .longs = longs};
    cut_options c = {.delimiter = '\t', .end = '\n'};
    const char *list = NULL;
    int mode = 0;
    bool complement = false, has_delimiter = false;
    for (int opt; (opt = prog_opt(&o)) != -1;)
        switch (opt) {
        case 'b':
        case 'c':
        case 'f':
            if (mode)
                prog_usage("only one list may be specified");
            mode = opt;
            list = o.arg;
            break;
        case 'd':
            if (!text_one_byte(o.arg, &c.delimiter))
                prog_usage("the delimiter must be a single character");
            has_delimiter = true;
            break;
        case OUTPUT:
            c.has_output = true;
            c.output = o.arg;
            c.output_n = *o.arg ? strlen(o.arg) : 1;
            break;
        case 's':
            c.only_delimited = true;
            break;
        case 'z':
            c.end = '\0';
            break;
        case COMPLEMENT:
            complement = true;
            break;
        default:
            break;
        }
    if (!mode)
        prog_usage("you must specify a list of bytes, characters, or fields");
    if (has_delimiter && mode != 'f')
        prog_usage("an input delimiter may be specified only when operating on fields");
    if (c.only_delimited && mode != 'f')
        prog_usage("suppressing non-delimited lines makes sense\n\tonly when operating on fields");
    text_ranges_read(list, mode == 'f' ? TEXT_FOR_FIELDS : TEXT_FOR_BYTES, complement, &c.ranges);
    if (!c.has_output && mode == 'f') {
        c.output = &c.delimiter;
        c.output_n = 1;
    }
    int status = prog_each_file(argv + o.next, (size_t)(argc - o.next),
                                mode == 'f' ? cut_fields : cut_bytes, &c);
    free(c.ranges.p);
    return status;
}
