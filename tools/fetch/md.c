#include "fetch/md.h"

#include <stdio.h>

#include "fetch/ascii.h"
#include "fetch/md_escape.h"
#include "fetch/md_marks.h"

void wf_md_init(wf_md *md, bx_buf *out, bool plain)
{
    *md = (wf_md){.out = out, .plain = plain, .para_depth = SIZE_MAX};
    md->para = bx_buf_init(out->max);
    md->strings = bx_buf_init(out->max);
    md->marked = bx_buf_init(out->max);
    md->delims = bx_buf_init(8 * out->max);
}

void wf_md_done(wf_md *md)
{
    bx_buf_done(&md->para);
    bx_buf_done(&md->strings);
    bx_buf_done(&md->marked);
    bx_buf_done(&md->delims);
}

/* ---- containers and lines ------------------------------------------------------------- */

static void add_spaces(bx_buf *b, size_t n)
{
    static const char spaces[] = "                ";
    (void)bx_buf_add(b, spaces, n < sizeof spaces ? n : sizeof spaces - 1);
}

/* What stands in front of a line for the first `depth` containers. */
static void add_prefix(wf_md *md, size_t depth)
{
    for (size_t i = 0; i < depth; i++) {
        wf_container *c = &md->box[i];
        if (!c->started)
            (void)bx_buf_add_z(md->out, c->first);
        else if (c->kind == WF_BOX_QUOTE)
            (void)bx_buf_add_z(md->out, "> ");
        else
            add_spaces(md->out, c->width);
        c->started = true;
    }
}

static void end_line(wf_md *md)
{
    bx_buf *out = md->out;
    while (out->n > 0 && out->p[out->n - 1] == ' ')
        out->n--;
    (void)bx_buf_add_c(out, '\n');
}

/* A list whose first number is not 1 cannot follow a paragraph without an empty line. */
static bool needs_gap(const wf_md *md)
{
    if (md->gap != 1 || md->para_depth >= md->depth)
        return false;
    const wf_container *c = &md->box[md->para_depth];
    return !c->started && c->kind == WF_BOX_ITEM && bx_is_digit(c->first[0]) &&
           (c->first[0] != '1' || bx_is_digit(c->first[1]));
}

/* A definition that begins with another block than a paragraph: that stands below its colon. */
static void open_definitions(wf_md *md, bool paragraph)
{
    size_t n = 0, depth = md->depth - (paragraph && md->depth > 0);
    for (size_t i = 0; i < depth; i++)
        if (!md->box[i].started && md->box[i].kind == WF_BOX_DEFINITION)
            n = i + 1;
    for (int line = 0; line < 2 && n; line++) {
        add_prefix(md, n);
        end_line(md);
    }
}

void wf_md_begin_lines(wf_md *md, bool paragraph)
{
    if (md->out->n > 0 && (md->gap > 1 || needs_gap(md))) {
        add_prefix(md, md->low);
        end_line(md);
    }
    if (!md->plain)
        open_definitions(md, paragraph);
    md->para_depth = SIZE_MAX;
}

void wf_md_line(wf_md *md, bx_str line)
{
    add_prefix(md, md->depth);
    if (line.n == 0) {
        end_line(md);
    } else {
        (void)bx_buf_add_str(md->out, line);
        (void)bx_buf_add_c(md->out, '\n');
    }
}

void wf_md_end_lines(wf_md *md)
{
    md->low = md->depth;
    md->gap = 2;
}

/* What a reader counts: a list and its item are two, a definition is nothing to it. */
static size_t levels(wf_box_kind kind)
{
    return kind == WF_BOX_ITEM ? 2 : kind == WF_BOX_QUOTE ? 1 : 0;
}

static bool is_too_deep(const wf_md *md, wf_box_kind kind)
{
    size_t n = levels(kind);
    for (size_t i = 0; i < md->depth; i++)
        n += levels(md->box[i].kind);
    return n > WF_MD_MAX_LEVELS || md->depth == WF_MD_MAX_CONTAINERS;
}

static wf_container *push(wf_md *md, wf_box_kind kind)
{
    if (is_too_deep(md, kind)) {
        md->flattened++;
        return NULL;
    }
    wf_container *c = &md->box[md->depth++];
    *c = (wf_container){.kind = kind};
    return c;
}

void wf_md_push_quote(wf_md *md)
{
    wf_md_block(md);
    wf_container *c = push(md, WF_BOX_QUOTE);
    if (c)
        (void)snprintf(c->first, sizeof c->first, "> ");
}

void wf_md_push_item(wf_md *md, const char *marker)
{
    wf_md_block(md);
    wf_container *c = push(md, WF_BOX_ITEM);
    if (c) {
        (void)snprintf(c->first, sizeof c->first, "%s", marker);
        c->width = strlen(c->first);
    }
}

void wf_md_push_definition(wf_md *md)
{
    wf_md_block(md);
    wf_container *c = push(md, WF_BOX_DEFINITION);
    if (!c)
        return;
    (void)snprintf(c->first, sizeof c->first, ": ");
    c->width = 2;
    /* Four columns would be code. */
    for (size_t i = md->depth - 1; i-- > 0 && md->box[i].kind == WF_BOX_DEFINITION;)
        c->width = 0;
}

/* Quotes and items around: definitions are no containers to a reader. */
static size_t real_depth(const wf_md *md)
{
    size_t n = 0;
    for (size_t i = 0; i < md->depth; i++)
        n += md->box[i].kind != WF_BOX_DEFINITION;
    return n;
}

bool wf_md_list_begins(const wf_md *md, bool ordered)
{
    const wf_list_end *e = &md->ended[real_depth(md)];
    return e->at == md->out->n && e->at > 0 && e->ordered == ordered && !e->second;
}

void wf_md_list_ended(wf_md *md, bool ordered, bool second)
{
    md->ended[real_depth(md)] = (wf_list_end){md->out->n, ordered, second};
}

void wf_md_pop(wf_md *md)
{
    wf_md_block(md);
    if (md->flattened) {
        md->flattened--;
    } else if (md->depth > 0) {
        md->depth--;
        if (md->low > md->depth)
            md->low = md->depth;
    }
}

void wf_md_tight(wf_md *md)
{
    wf_md_block(md);
    md->gap = 1;
}

/* ---- inline --------------------------------------------------------------------------- */

static void new_line(wf_md *md)
{
    wf_md_shut_code(md);
    if (md->kind == WF_CELL)
        (void)wf_md_put(md, md->plain ? " " : "<br>", md->plain ? 1 : 4);
    else
        (void)wf_md_put(md, md->plain ? "\n" : "  \n", md->plain ? 1 : 3);
    md->line = md->para.n;
    md->closed_end = 0;
}

/* Before something visible: the white space that is due, then the marks that wait for it. */
static void begin_inline(wf_md *md)
{
    int breaks = md->breaks;
    size_t spaces = md->hard_spaces + (md->space ? 1 : 0);
    md->breaks = 0;
    md->hard_spaces = 0;
    md->space = false;
    if (md->para.n > 0 && breaks > 0) {
        if (breaks > 1 && md->kind == WF_PARA)
            wf_md_block(md);
        else
            new_line(md);
        spaces = 0;
    }
    if (md->para.n > md->line)
        add_spaces(&md->para, spaces);
    wf_md_open_marks(md);
}

/* What a byte of text asks for; bytes beyond ASCII are letters but for the first of U+00A0. */
enum { PLAIN, MARKUP, WHITE, LEAD };

static const unsigned char byte_class[256] = {
    [0x00 ... 0x08] = MARKUP, ['\t'] = WHITE, ['\n'] = WHITE,           [0x0b] = MARKUP,
    ['\f'] = WHITE,           ['\r'] = WHITE, [0x0e ... 0x1f] = MARKUP, [' '] = WHITE,
    ['&'] = MARKUP,           ['('] = MARKUP, ['*'] = MARKUP,           [':'] = MARKUP,
    ['<'] = MARKUP,           ['['] = MARKUP, ['\\'] = MARKUP,          [']'] = MARKUP,
    ['_'] = MARKUP,           ['`'] = MARKUP, ['|'] = MARKUP,           ['~'] = MARKUP,
    [0x7f] = MARKUP,          [0xc2] = LEAD,
};

/* The usual word: in the middle of a line, nothing but a blank due, room for both.  False: it is
 * another. */
static bool put_simple(wf_md *md, bx_str word)
{
    bx_buf *b = &md->para;
    if (md->waiting || md->breaks || md->hard_spaces || b->n == md->line || b->fail != BX_OK ||
        b->cap - b->n < word.n + 2 || b->max - b->n < word.n + 2)
        return false;
    char *to = b->p + b->n;
    if (md->space)
        *to++ = ' ';
    memcpy(to, word.p, word.n);
    to[word.n] = '\0';
    b->n = (size_t)(to - b->p) + word.n;
    md->space = false;
    return true;
}

/* Visible bytes up to the next white space; `simple`: none of them can be markup. */
static void put_word(wf_md *md, bx_str text, size_t from, size_t to, bool simple)
{
    bx_str word = {text.p + from, to - from};
    if (simple && put_simple(md, word))
        return;
    if (md->space || md->waiting || md->breaks || md->hard_spaces)
        begin_inline(md);
    bool line_start = md->para.n == md->line;
    if (simple && !line_start) {
        (void)bx_buf_add_str(&md->para, word);
        return;
    }
    if (md->plain) {
        wf_md_add_plain(&md->para, word);
        return;
    }
    wf_md_context c = {
        .line_start = line_start,
        .first_line = md->line == 0,
        .code = wf_md_in_mark(md, WF_MARK_CODE),
        .link = wf_md_in_mark(md, WF_MARK_LINK),
        .cell = md->kind == WF_CELL,
        .before = line_start             ? ' '
                  : wf_md_delim_here(md) ? '*'
                                         : md->para.p[md->para.n - 1],
    };
    wf_md_add_escaped(&md->para, text, from, to, &c);
}

void wf_md_text(wf_md *md, bx_str s)
{
    size_t i = 0;
    while (i < s.n) {
        unsigned char is = byte_class[(unsigned char)s.p[i]];
        if (is == WHITE) {
            md->space = true;
            i++;
            continue;
        }
        if (is == LEAD && wf_md_is_nbsp(s, i)) {
            if (md->hard_spaces < 8)
                md->hard_spaces++;
            i += 2;
            continue;
        }
        size_t from = i;
        bool simple = true;
        for (; i < s.n; i++) {
            is = byte_class[(unsigned char)s.p[i]];
            if (is == PLAIN)
                continue;
            if (is == WHITE || (is == LEAD && wf_md_is_nbsp(s, i)))
                break;
            simple = simple && is != MARKUP;
        }
        put_word(md, s, from, i, simple);
    }
}

void wf_md_space(wf_md *md) { md->space = true; }

void wf_md_br(wf_md *md)
{
    if (md->kind == WF_HEADING)
        md->space = true;
    else if (md->para.n > 0)
        md->breaks++;
    md->hard_spaces = 0;
}

void wf_md_inline(wf_md *md, bx_str s)
{
    begin_inline(md);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '|' && md->kind == WF_CELL && (i == 0 || s.p[i - 1] != '\\'))
            (void)bx_buf_add_c(&md->para, '\\');
        (void)bx_buf_add_c(&md->para, s.p[i]);
    }
}

/* ---- blocks --------------------------------------------------------------------------- */

/* Text of a heading whose end would be read as a closing sequence of number signs: where the escape
 * goes; SIZE_MAX: nowhere. */
static size_t closing_signs(bx_str text)
{
    size_t i = text.n;
    while (i > 0 && text.p[i - 1] == '#')
        i--;
    return i < text.n && (i == 0 || text.p[i - 1] == ' ') ? i : SIZE_MAX;
}

/* "12." or "12)" of separate texts at the start of a line: where the escape goes. */
static size_t number_end(bx_str line)
{
    size_t i = 0;
    while (i < line.n && i < 10 && bx_is_digit(line.p[i]))
        i++;
    bool sign = i > 0 && i < 10 && i < line.n && (line.p[i] == '.' || line.p[i] == ')');
    return sign && (i + 1 == line.n || line.p[i + 1] == ' ') ? i : SIZE_MAX;
}

static void write_line(wf_md *md, bx_str line)
{
    size_t escape = SIZE_MAX;
    add_prefix(md, md->depth);
    if (md->kind == WF_HEADING && !md->plain) {
        (void)bx_buf_add(md->out, "######", (size_t)md->level);
        (void)bx_buf_add_c(md->out, ' ');
        escape = closing_signs(line);
    } else if (!md->plain) {
        escape = number_end(line);
    }
    if (escape != SIZE_MAX) {
        (void)bx_buf_add(md->out, line.p, escape);
        (void)bx_buf_add_c(md->out, '\\');
        line = bx_str_from(line, escape);
    }
    (void)bx_buf_add_str(md->out, line);
    (void)bx_buf_add_c(md->out, '\n');
}

static void write_para(wf_md *md)
{
    bx_str text = wf_md_marked(md);
    while (text.n > 0 && text.p[text.n - 1] == ' ') /* left by a mark that vanished */
        text.n--;
    if (text.n == 0)
        return;
    wf_md_begin_lines(md, md->kind == WF_PARA);
    for (size_t from = 0, end; from <= text.n; from = end + 1) {
        const char *nl = from < text.n ? memchr(text.p + from, '\n', text.n - from) : NULL;
        end = nl ? (size_t)(nl - text.p) : text.n;
        write_line(md, (bx_str){text.p + from, end - from});
    }
    wf_md_end_lines(md);
    if (md->kind == WF_PARA)
        md->para_depth = md->depth;
}

void wf_md_block(wf_md *md)
{
    wf_md_shut_from(md, md->base);
    if (md->kind == WF_CELL) {
        md->breaks = md->para.n > 0;
        md->space = false;
        md->hard_spaces = 0;
        return;
    }
    if (md->para.fail != BX_OK && md->out->fail == BX_OK)
        md->out->fail = md->para.fail;
    if (md->strings.fail != BX_OK && md->out->fail == BX_OK)
        md->out->fail = md->strings.fail;
    if (md->para.n > 0 && md->para.fail == BX_OK)
        write_para(md);
    bx_buf_clear(&md->para);
    bx_buf_clear(&md->delims);
    md->kind = WF_PARA;
    md->line = 0;
    md->space = false;
    md->hard_spaces = 0;
    md->breaks = 0;
    md->closed_end = 0;
}

void wf_md_heading(wf_md *md, int level)
{
    wf_md_block(md);
    if (md->kind == WF_CELL)
        return;
    md->kind = WF_HEADING;
    md->level = level;
}

void wf_md_rule(wf_md *md)
{
    wf_md_block(md);
    if (md->kind == WF_CELL)
        return;
    wf_md_begin_lines(md, false);
    /* "- ---" would be one rule, not an item that holds one. */
    bool item = md->depth > 0 && !md->box[md->depth - 1].started;
    wf_md_line(md, item ? BX_LIT("___") : BX_LIT("---"));
    wf_md_end_lines(md);
}

static size_t longest_ticks(bx_str s)
{
    size_t best = 0, run = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        best = run > best ? run : best;
    }
    return best;
}

/* A cell is one line: each line of code becomes a span. */
static void cell_code(wf_md *md, bx_str text)
{
    while (text.n) {
        const char *nl = memchr(text.p, '\n', text.n);
        bx_str line = {text.p, nl ? (size_t)(nl - text.p) : text.n};
        text = bx_str_from(text, nl ? line.n + 1 : line.n);
        if (wf_trim(line).n == 0)
            continue;
        wf_md_mark(md, WF_MARK_CODE, (bx_str){0}, (bx_str){0});
        wf_md_text(md, line);
        wf_md_unmark(md, WF_MARK_CODE);
        wf_md_block(md);
    }
}

void wf_md_code(wf_md *md, bx_str language, bx_str text)
{
    wf_md_block(md);
    if (md->kind == WF_CELL) {
        cell_code(md, text);
        return;
    }
    size_t ticks = longest_ticks(text) + 1;
    BX_AUTO_BUF fence = bx_buf_init(text.n + 64);
    for (size_t i = 0; i < (ticks < 3 ? 3 : ticks); i++)
        (void)bx_buf_add_c(&fence, '`');
    size_t n = fence.n;
    (void)bx_buf_add_str(&fence, language);
    if (fence.fail == BX_ENOMEM) {
        md->out->fail = BX_ENOMEM;
        return;
    }
    wf_md_begin_lines(md, false);
    if (!md->plain)
        wf_md_line(md, bx_buf_str(&fence));
    for (size_t from = 0, end; from <= text.n; from = end + 1) {
        const char *nl = memchr(text.p + from, '\n', text.n - from);
        end = nl ? (size_t)(nl - text.p) : text.n;
        wf_md_line(md, (bx_str){text.p + from, end - from});
    }
    if (!md->plain)
        wf_md_line(md, (bx_str){fence.p, n});
    wf_md_end_lines(md);
}

/* ---- cells ---------------------------------------------------------------------------- */

void wf_md_cell_begin(wf_md *md)
{
    wf_md_block(md);
    md->kind = WF_CELL;
    md->base = md->n_marks;
}

void wf_md_cell_end(wf_md *md, bx_buf *ret)
{
    wf_md_shut_from(md, md->base);
    if (md->para.fail == BX_OK)
        (void)bx_buf_add_str(ret, wf_md_marked(md));
    else if (md->out->fail == BX_OK)
        md->out->fail = md->para.fail;
    bx_buf_clear(&md->para);
    md->n_marks = md->base < md->n_marks ? md->base : md->n_marks;
    md->base = 0;
    md->waiting = md->n_marks > 0;
    md->kind = WF_PARA;
    wf_md_block(md);
}
