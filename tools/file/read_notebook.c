/* Notebooks, Jupyter's nbformat 3 and 4: the cells in their order, with what they put out. */
#include <yyjson/yyjson.h>

#include "file/image.h"
#include "file/read_parts.h"

enum {
    OUTPUT_MAX = 8 << 10, /* bytes of one output that are shown */
    SOURCE_MAX = 1 << 20, /* bytes of a cell's source; max_bytes ends it sooner */
    WORD_MAX = 64,        /* bytes of a type or name that is printed in a mark */
    IMAGES_MAX = 20,      /* pictures that are shown */
    CELL_ROOM = 240,      /* output for each cell shown in the structured part */
    TEXT_MAX = 15 << 20,  /* bytes of one text put together: a picture of the largest size */
};

typedef struct notebook {
    bx_reader *r;
    yyjson_val *root, *cells; /* an array */
    int64_t version, total;
    int64_t first, last; /* cells that are shown; 0: none */
    int64_t images;
    int64_t image_bytes; /* that may still be shown */
    bool is_cut;         /* something of a shown cell is missing */
    bool is_ended;       /* there was no room for all cells that were picked */
    int64_t go_on;       /* with that cell; 0: all is shown */
    bx_buf text;         /* of the source or output at hand */
} notebook;

/* ---- values ----------------------------------------------------------------------------- */

static yyjson_val *get(yyjson_val *v, const char *key) { return yyjson_obj_get(v, key); }

/* A string, or "" of anything else; cut where it is longer than a mark should be. */
static const char *word(yyjson_val *v, char buf[WORD_MAX])
{
    const char *s = yyjson_get_str(v);
    size_t n = 0;
    for (; s && s[n] && n < WORD_MAX - 1 && (unsigned char)s[n] >= 0x20 && s[n] != ']'; n++)
        buf[n] = s[n];
    while (s && n == WORD_MAX - 1 && n > 0 && (buf[n - 1] & 0x80)) /* no half character */
        n--;
    buf[n] = '\0';
    return buf;
}

/* Multi-line strings are a string or a list of them. */
static void add_text(bx_buf *b, yyjson_val *v)
{
    size_t i, n;
    yyjson_val *part;
    if (yyjson_is_str(v))
        (void)bx_buf_add(b, yyjson_get_str(v), yyjson_get_len(v));
    if (!yyjson_is_arr(v))
        return;
    yyjson_arr_foreach(v, i, n, part) if (yyjson_is_str(part))(void)
        bx_buf_add(b, yyjson_get_str(part), yyjson_get_len(part));
}

/* Behind the escape sequence p[at], ECMA-48: CSI up to its final byte, OSC and the like up to BEL
 * or ST, others of two bytes. */
static size_t past_escape(const char *p, size_t n, size_t at)
{
    at++;
    if (at < n && p[at] == '[') {
        for (at++; at < n && p[at] >= 0x20 && p[at] < 0x40;)
            at++;
        return at < n && p[at] >= 0x40 && p[at] < 0x7f ? at + 1 : at;
    }
    if (at < n && memchr("]PX^_", p[at], 5)) {
        while (at < n && p[at] != '\a' && p[at] != '\x1b')
            at++;
        return at < n && p[at] == '\a' ? at + 1 : at + 1 < n && p[at + 1] == '\\' ? at + 2 : at;
    }
    return at < n && p[at] >= 0x20 && p[at] < 0x7f ? at + 1 : at;
}

static void strip_escapes(bx_buf *b)
{
    size_t to = 0;
    if (!b->p || !memchr(b->p, '\x1b', b->n))
        return;
    for (size_t i = 0; i < b->n;) {
        if (b->p[i] == '\x1b')
            i = past_escape(b->p, b->n, i);
        else
            b->p[to++] = b->p[i++];
    }
    b->n = to;
}

/* ---- pictures --------------------------------------------------------------------------- */

/* base64 in place, blanks between allowed; SIZE_MAX: it is none. */
static size_t decode_base64(char *p, size_t n)
{
    uint32_t bits = 0;
    size_t to = 0, digits = 0, pad = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c == '\n' || c == '\r' || c == ' ')
            continue;
        int v = c >= 'A' && c <= 'Z'   ? c - 'A'
                : c >= 'a' && c <= 'z' ? c - 'a' + 26
                : c >= '0' && c <= '9' ? c - '0' + 52
                : c == '+'             ? 62
                : c == '/'             ? 63
                                       : -1;
        pad += c == '=';
        if (pad > 2 || (v < 0 && c != '=') || (v >= 0 && pad > 0))
            return SIZE_MAX;
        if (v < 0)
            continue;
        bits = bits << 6 | (uint32_t)v;
        if (++digits % 4 != 1)
            p[to++] = (char)(bits >> (6 - 2 * ((digits - 1) % 4)) & 0xff);
    }
    return digits % 4 == 1 ? SIZE_MAX : to;
}

/* NULL: it can be shown.  Else why not. */
static const char *picture_trouble(notebook *nb, const char *mime, const char *p, size_t n)
{
    bx_reader *r = nb->r;
    uint64_t base64 = ((uint64_t)n + 2) / 3 * 4 + 200;
    if (nb->text.fail != BX_OK)
        return "too large";
    if (n == SIZE_MAX)
        return "its base64 is damaged";
    if (nb->images == IMAGES_MAX)
        return "as many are shown as a result has";
    if (n > (uint64_t)nb->image_bytes)
        return "there is no room for it in max_image_bytes";
    if (bx_out_room(&r->result.out, base64 + r->rest) < base64 + r->rest)
        return "larger than the output limit of this call has room for";
    return bx_image_damage(mime, (const uint8_t *)p, n);
}

static bool put_picture(notebook *nb, const char *mime, yyjson_val *v)
{
    bx_reader *r = nb->r;
    bx_buf_clear(&nb->text);
    add_text(&nb->text, v);
    size_t n = nb->text.n ? decode_base64(nb->text.p, nb->text.n) : 0;
    const char *trouble = picture_trouble(nb, mime, nb->text.p, n);
    if (trouble) {
        nb->is_cut = true;
        return bx_flow_mark(r, "output: ", mime, ", not shown: ", trouble, NULL);
    }
    if (!bx_flow_mark(r, "output: ", mime, NULL))
        return false;
    bx_text_end(&r->result);
    bx_image_begin(&r->result, mime);
    bx_image_put(&r->result, nb->text.p, n);
    bx_image_end(&r->result);
    bx_text_begin(&r->result);
    nb->images++;
    nb->image_bytes -= (int64_t)n;
    return true;
}

/* ---- outputs ---------------------------------------------------------------------------- */

static bool put_text(notebook *nb, size_t max)
{
    strip_escapes(&nb->text);
    nb->is_cut |= nb->text.n > max || nb->text.fail != BX_OK;
    return bx_flow_put(nb->r, nb->text.p ? nb->text.p : "", nb->text.n, max);
}

static bool put_value(notebook *nb, yyjson_val *v)
{
    bx_buf_clear(&nb->text);
    add_text(&nb->text, v);
    return put_text(nb, OUTPUT_MAX);
}

/* The forms of one output, from the one that tells a model most: a picture and its text both are.
 */
static bool put_data(notebook *nb, yyjson_val *data, const char *head)
{
    static const struct {
        const char *key, *old_key; /* of nbformat 4 and 3 */
        bool is_picture;
    } forms[] = {{"image/png", "png", true},      {"image/jpeg", "jpeg", true},
                 {"text/markdown", NULL, false},  {"text/plain", "text", false},
                 {"text/latex", "latex", false},  {"text/html", "html", false},
                 {"image/svg+xml", "svg", false}, {"application/json", "json", false}};
    bool any_text = false, any = false;
    for (size_t i = 0; i < BX_COUNT(forms); i++) {
        yyjson_val *v = get(data, forms[i].key);
        if (!v && nb->version < 4 && forms[i].old_key)
            v = get(data, forms[i].old_key);
        if (!v || (any_text && !forms[i].is_picture))
            continue;
        any = true;
        if (forms[i].is_picture) {
            if (!put_picture(nb, forms[i].key, v))
                return false;
            continue;
        }
        if (!bx_flow_mark(nb->r, "output: ", head, ", ", forms[i].key, NULL) || !put_value(nb, v))
            return false;
        any_text = true;
    }
    return any || bx_flow_mark(nb->r, "output: ", head, ", of a kind that is not shown", NULL);
}

static bool put_error(notebook *nb, yyjson_val *output)
{
    yyjson_val *lines = get(output, "traceback"), *line;
    size_t i, n;
    if (!bx_flow_mark(nb->r, "output: error", NULL))
        return false;
    bx_buf_clear(&nb->text);
    if (yyjson_arr_size(lines) == 0) {
        add_text(&nb->text, get(output, "ename"));
        (void)bx_buf_add_z(&nb->text, ": ");
        add_text(&nb->text, get(output, "evalue"));
    } else {
        yyjson_arr_foreach(lines, i, n, line)
        {
            add_text(&nb->text, line);
            (void)bx_buf_add_c(&nb->text, '\n');
        }
    }
    return put_text(nb, OUTPUT_MAX);
}

static bool put_output(notebook *nb, yyjson_val *output)
{
    char buf[WORD_MAX], name[WORD_MAX];
    const char *type = word(get(output, "output_type"), buf);
    if (strcmp(type, "stream") == 0) {
        yyjson_val *stream = get(output, nb->version < 4 ? "stream" : "name");
        return bx_flow_mark(nb->r,
                            "output: ", yyjson_is_str(stream) ? word(stream, name) : "stdout",
                            NULL) &&
               put_value(nb, get(output, "text"));
    }
    if (strcmp(type, "error") == 0 || strcmp(type, "pyerr") == 0)
        return put_error(nb, output);
    bool is_result = strcmp(type, "execute_result") == 0 || strcmp(type, "pyout") == 0;
    if (is_result || strcmp(type, "display_data") == 0)
        return put_data(nb, nb->version < 4 ? output : get(output, "data"),
                        is_result ? "result" : "display");
    return bx_flow_mark(nb->r, "output of unknown type ", type, NULL);
}

/* ---- cells ------------------------------------------------------------------------------ */

static yyjson_val *execution_count(const notebook *nb, yyjson_val *cell)
{
    return get(cell, nb->version < 4 ? "prompt_number" : "execution_count");
}

static bool put_head(notebook *nb, yyjson_val *cell, int64_t n, const char *type)
{
    char number[24], count[24];
    yyjson_val *ran = execution_count(nb, cell);
    const char *digits = yyjson_is_int(ran) ? bx_digits(yyjson_get_sint(ran), count) : NULL;
    if (strcmp(type, "code") != 0)
        return bx_flow_mark(nb->r, "cell ", bx_digits(n, number), ": ", type, NULL);
    return bx_flow_mark(nb->r, "cell ", bx_digits(n, number), ": code, ",
                        digits ? "In [" : "not executed", digits ? digits : "", digits ? "]" : "",
                        NULL);
}

static bool put_cell(notebook *nb, yyjson_val *cell, int64_t n)
{
    size_t i, count;
    yyjson_val *output;
    char buf[WORD_MAX];
    const char *type = word(get(cell, "cell_type"), buf);
    if (!put_head(nb, cell, n, *type ? type : "of unknown type"))
        return false;
    bx_buf_clear(&nb->text);
    yyjson_val *source = get(cell, "source");
    add_text(&nb->text, source ? source : get(cell, "input"));
    nb->is_cut |= nb->text.n > SOURCE_MAX;
    if (!bx_flow_put(nb->r, nb->text.p ? nb->text.p : "", nb->text.n, SOURCE_MAX))
        return false;
    yyjson_val *outputs = get(cell, "outputs");
    if (!yyjson_is_arr(outputs))
        return true;
    yyjson_arr_foreach(outputs, i, count, output) if (!put_output(nb, output)) return false;
    return true;
}

static void put_cells(notebook *nb)
{
    const bx_picks *picks = &nb->r->ask.picks;
    yyjson_val *cell = yyjson_arr_get_first(nb->cells);
    int64_t at = 1;
    for (int64_t n; (n = bx_picks_next(picks, at, nb->total)) > 0; at = n + 1) {
        for (; at < n; at++)
            cell = unsafe_yyjson_get_next(cell);
        nb->r->rest += CELL_ROOM;
        bool whole = put_cell(nb, cell, n);
        cell = unsafe_yyjson_get_next(cell);
        nb->first = nb->first ? nb->first : n;
        if (!whole) {
            /* Half a cell is shown again with the next ones, unless it was the first. */
            nb->is_ended = nb->is_cut = true;
            nb->go_on = n == nb->first ? bx_picks_next(picks, n + 1, nb->total) : n;
            nb->last = n;
            return;
        }
        nb->last = n;
    }
}

/* ---- the result ------------------------------------------------------------------------- */

static const char *language(const notebook *nb, char buf[WORD_MAX])
{
    yyjson_val *meta = get(nb->root, "metadata");
    yyjson_val *name = get(get(meta, "language_info"), "name");
    name = name ? name : get(get(meta, "kernelspec"), "language");
    return word(name, buf);
}

static void put_notes(notebook *nb)
{
    bx_result *out = &nb->r->result;
    if (nb->is_ended) {
        bx_text_puts(out, nb->r->view.is_output_full ? "[output limit of the call reached"
                                                     : "[max_bytes reached");
        bx_text_puts(out, " within cell ");
        bx_text_int(out, nb->last);
        if (nb->go_on > 0) {
            bx_text_puts(out, "; go on with cells=\"");
            bx_text_int(out, nb->go_on);
            bx_text_puts(out, "-\"");
        }
        bx_text_puts(out, "]\n");
    }
    const bx_picks *p = &nb->r->ask.picks;
    if (p->n > 0 && p->of[p->n - 1].last > nb->total && p->of[p->n - 1].last < BX_PICK_LAST)
        bx_read_note(nb->r, "the notebook ends with cell ", nb->total, "");
}

static void field_cells(const notebook *nb, bx_out *o)
{
    const bx_picks *picks = &nb->r->ask.picks;
    yyjson_val *cell = yyjson_arr_get_first(nb->cells);
    int64_t at = 1;
    bx_out_key(o, "cells");
    bx_out_open(o, '[');
    for (int64_t n; (n = bx_picks_next(picks, at, nb->last)) > 0; at = n + 1) {
        char type[WORD_MAX];
        for (; at < n; at++)
            cell = unsafe_yyjson_get_next(cell);
        yyjson_val *ran = execution_count(nb, cell);
        bx_out_open(o, '{');
        bx_read_field_int(o, "number", n);
        bx_read_field_str(o, "type", word(get(cell, "cell_type"), type));
        if (yyjson_is_int(ran))
            bx_read_field_int(o, "execution_count", yyjson_get_sint(ran));
        bx_out_close(o, '}');
        cell = unsafe_yyjson_get_next(cell);
    }
    bx_out_close(o, ']');
}

static int end(notebook *nb)
{
    char name[WORD_MAX];
    bx_out *o = bx_read_fields_begin(nb->r);
    bx_read_field_str(o, "type", "notebook");
    bx_read_field_int(o, "nbformat", nb->version);
    if (*language(nb, name))
        bx_read_field_str(o, "language", name);
    bx_read_field_int(o, "total_cells", nb->total);
    field_cells(nb, o);
    bx_read_field_int(o, "images", nb->images);
    bx_read_field_bool(o, "more", nb->go_on > 0);
    bx_read_field_bool(o, "truncated", nb->is_cut || nb->r->view.cut_lines > 0);
    return bx_read_fields_end(nb->r, false);
}

static int show(notebook *nb)
{
    char name[WORD_MAX], total[24], version[24];
    bx_reader *r = nb->r;
    const bx_picks *picks = &r->ask.picks;
    if (picks->n > 0 && picks->of[0].first > nb->total)
        return bx_result_fail(&r->result, "argument \"cells\": past the end: ", r->ask.path,
                              " has ", bx_digits(nb->total, total),
                              nb->total == 1 ? " cell" : " cells", NULL);
    r->view = (bx_read_view){.total = -1};
    nb->image_bytes = r->ask.max_image_bytes;
    bx_text_begin(&r->result);
    const char *of = language(nb, name);
    (void)bx_flow_mark(r, "notebook", *of ? " of " : "", of, ", nbformat ",
                       bx_digits(nb->version, version), ", ", bx_digits(nb->total, total),
                       nb->total == 1 ? " cell" : " cells", NULL);
    put_cells(nb);
    put_notes(nb);
    bx_text_end(&r->result);
    return end(nb);
}

/* nbformat 3 has worksheets, of which there never was more than one. */
static bool find_cells(notebook *nb)
{
    nb->version = yyjson_get_sint(get(nb->root, "nbformat"));
    if (nb->version == 3)
        nb->cells = get(yyjson_arr_get_first(get(nb->root, "worksheets")), "cells");
    else if (nb->version == 4)
        nb->cells = get(nb->root, "cells");
    nb->total = (int64_t)yyjson_arr_size(nb->cells);
    return yyjson_is_arr(nb->cells);
}

bool bx_read_notebook(bx_reader *r, bx_buf *json, int *ret, const char **ret_why)
{
    notebook nb = {.r = r, .text = bx_buf_init(TEXT_MAX)};
    size_t n = json->n;
    size_t mark = n >= 3 && memcmp(json->p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    yyjson_read_err why = {.code = YYJSON_READ_ERROR_EMPTY_CONTENT};
    yyjson_doc *doc = NULL;
    if (n > mark)
        doc = yyjson_read_opts(json->p + mark, n - mark, YYJSON_READ_INSITU, NULL, &why);
    *ret_why = !doc && why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION
                   ? "shown as text: there is no memory to show it as a notebook"
                   : "shown as text: it is no notebook of nbformat 3 or 4";
    nb.root = yyjson_doc_get_root(doc);
    bool is_one = doc && find_cells(&nb);
    if (is_one)
        *ret = show(&nb);
    bx_buf_done(&nb.text);
    yyjson_doc_free(doc);
    return is_one;
}
