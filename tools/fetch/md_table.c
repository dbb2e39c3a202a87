#include "fetch/md_table.h"

void wf_table_init(wf_table *t, size_t max)
{
    *t = (wf_table){0};
    t->text = bx_buf_init(max);
    t->ends = bx_buf_init(max);
    t->rows = bx_buf_init(max);
}

void wf_table_done(wf_table *t)
{
    bx_buf_done(&t->text);
    bx_buf_done(&t->ends);
    bx_buf_done(&t->rows);
}

static void add_u32(bx_buf *b, size_t value)
{
    uint32_t v = (uint32_t)value; /* below the buffers' maximum, which is far below 4 GiB */
    (void)bx_buf_add(b, &v, sizeof v);
}

static size_t get_u32(const bx_buf *b, size_t i)
{
    uint32_t v;
    memcpy(&v, b->p + i * sizeof v, sizeof v);
    return v;
}

static size_t count(const bx_buf *b) { return b->n / sizeof(uint32_t); }

static bool row_is_empty(const wf_table *t)
{
    size_t n = count(&t->ends), from = n - t->row_cells;
    if (t->ends.fail != BX_OK || t->row_cells > n)
        return false;
    return get_u32(&t->ends, n - 1) == (from ? get_u32(&t->ends, from - 1) : 0);
}

static void end_row(wf_table *t)
{
    if (!t->row_open)
        return;
    t->row_open = false;
    if (t->row_cells == 0)
        return;
    if (row_is_empty(t)) { /* a line drawn across */
        t->ends.n -= t->row_cells * sizeof(uint32_t);
        return;
    }
    if (count(&t->rows) == 0)
        t->head = t->row_head;
    add_u32(&t->rows, count(&t->ends));
    if (t->columns < t->row_cells)
        t->columns = t->row_cells;
}

void wf_table_row(wf_table *t)
{
    end_row(t);
    t->row_open = t->row_head = true;
    t->row_cells = 0;
}

static void put_cell(wf_table *t)
{
    if (t->row_cells == WF_MAX_COLUMNS) { /* joins the last cell */
        if (t->ends.fail == BX_OK)
            t->ends.n -= sizeof(uint32_t);
        t->row_cells--;
    }
    add_u32(&t->ends, t->text.n);
    t->row_cells++;
}

void wf_table_cell(wf_table *t, bool heading, size_t colspan, size_t rowspan)
{
    if (!t->row_open)
        wf_table_row(t);
    t->row_head = t->row_head && heading;
    size_t text_end = t->text.n,
           last = count(&t->ends) ? get_u32(&t->ends, count(&t->ends) - 1) : 0;
    /* Cells of rows above that reach down to here come first, empty. */
    while (t->row_cells < WF_MAX_COLUMNS && t->span[t->row_cells] > 0) {
        t->span[t->row_cells]--;
        t->text.n = last;
        put_cell(t);
    }
    t->text.n = text_end;
    if (t->row_cells == WF_MAX_COLUMNS) {
        put_cell(t);
        return;
    }
    for (size_t i = 0; i < colspan && t->row_cells < WF_MAX_COLUMNS; i++) {
        t->span[t->row_cells] = (unsigned char)(rowspan - 1);
        put_cell(t);
    }
}

static bx_str cell_text(const wf_table *t, size_t i)
{
    size_t from = i ? get_u32(&t->ends, i - 1) : 0, to = get_u32(&t->ends, i);
    return (bx_str){t->text.p ? t->text.p + from : "", to - from};
}

static void write_row(wf_table *t, wf_md *md, size_t from, size_t to, bx_buf *line)
{
    bx_buf_clear(line);
    if (!md->plain)
        (void)bx_buf_add_c(line, '|');
    for (size_t c = 0; c < t->columns; c++) {
        bx_str text = from + c < to ? cell_text(t, from + c) : (bx_str){"", 0};
        if (md->plain) {
            (void)bx_buf_addf(line, "%s", c ? "\t" : "");
            (void)bx_buf_add_str(line, text);
            continue;
        }
        (void)bx_buf_add_c(line, ' ');
        (void)bx_buf_add_str(line, text);
        (void)bx_buf_add_z(line, text.n ? " |" : "|");
    }
    wf_md_line(md, bx_buf_str(line));
}

static void write_delimiter(const wf_table *t, wf_md *md, bx_buf *line)
{
    bx_buf_clear(line);
    (void)bx_buf_add_c(line, '|');
    for (size_t c = 0; c < t->columns; c++)
        (void)bx_buf_add_z(line, " --- |");
    wf_md_line(md, bx_buf_str(line));
}

void wf_table_write(wf_table *t, wf_md *md)
{
    end_row(t);
    bx_code fail = t->text.fail ? t->text.fail : t->ends.fail ? t->ends.fail : t->rows.fail;
    BX_AUTO_BUF line = bx_buf_init(md->out->max);
    if (fail == BX_OK && count(&t->rows) > 0) {
        wf_md_begin_lines(md, false);
        size_t from = 0;
        if (!t->head && !md->plain) {
            write_row(t, md, 0, 0, &line); /* GFM has no table without a head */
            write_delimiter(t, md, &line);
        }
        for (size_t r = 0; r < count(&t->rows); r++) {
            size_t to = get_u32(&t->rows, r);
            write_row(t, md, from, to, &line);
            if (r == 0 && t->head && !md->plain)
                write_delimiter(t, md, &line);
            from = to;
        }
        wf_md_end_lines(md);
    }
    fail = fail ? fail : line.fail;
    if (fail != BX_OK && md->out->fail == BX_OK)
        md->out->fail = fail;
    size_t max = t->text.max;
    wf_table_done(t);
    wf_table_init(t, max);
}
