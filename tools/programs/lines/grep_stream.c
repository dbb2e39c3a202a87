/* One input of grep: lines are found in whole blocks, their boundaries only around hits. */
#include "programs/lines/grep.h"

#include "programs/common/prog_text.h"
#include "regex/find.h"

typedef struct scan {
    grep_matcher *m;
    const char *name;
    bool with_name, is_binary, told_binary, over;
    const uint8_t *p, *end; /* the block */
    uint64_t offset;        /* of p[0] in the input */
    size_t counted;         /* line feeds before it are in `line` */
    uint64_t line;          /* lines before `counted` */
    size_t shown;           /* end of what was printed, or of what has been given up for context */
    bool is_gap;            /* lines between it and `shown` were given up */
    size_t after;           /* lines of context still to come */
    uint64_t selected;
} scan;

static bool any_shown; /* something was printed, of any file, so a gap needs a separator */

static uint8_t line_end(void) { return grep_o.null_lines ? 0 : '\n'; }

/* --- printing ----------------------------------------------------------------------------------
 */

static void begin_color(const char *sgr)
{
    if (grep_o.color)
        prog_printf(&prog_out, "\33[%sm\33[K", sgr);
}

static void end_color(void)
{
    if (grep_o.color)
        prog_puts(&prog_out, "\33[m\33[K");
}

static void put_separator(char c)
{
    begin_color("36");
    prog_putc(&prog_out, c);
    end_color();
}

static uint64_t line_number(scan *s, size_t at)
{
    const uint8_t *p = s->p;
    uint8_t eol = line_end();
    size_t i = s->counted;
    while (i < at) {
        const uint8_t *hit = memchr(p + i, eol, at - i);
        if (!hit)
            break;
        s->line++;
        i = (size_t)(hit - p) + 1;
    }
    s->counted = at;
    return s->line + 1;
}

static void put_number(uint64_t n)
{
    begin_color("32");
    prog_put_uint(&prog_out, n, grep_o.tab ? 2 : 0, ' ');
    end_color();
}

static void put_name(const scan *s)
{
    begin_color("35");
    prog_puts(&prog_out, s->name);
    end_color();
}

static void put_head(scan *s, size_t at, uint64_t number, char separator, bool any_text)
{
    bool any = any_text && (s->with_name || grep_o.numbers || grep_o.offsets);
    if (s->with_name) {
        put_name(s);
        if (grep_o.null_names)
            prog_putc(&prog_out, 0);
        else
            put_separator(separator);
    }
    if (grep_o.numbers) {
        put_number(number);
        put_separator(separator);
    }
    if (grep_o.offsets) {
        put_number(s->offset + at);
        put_separator(separator);
    }
    if (grep_o.tab && any)
        prog_putc(&prog_out, '\t');
}

/* The match that find has told, or what it is replaced by. */
static void put_match(scan *s, const uint8_t *p, size_t n, bx_span match)
{
    enum { GROUPS = 32 };
    bx_span g[GROUPS];
    if (!grep_o.replace || !s->m->perl) {
        prog_write(&prog_out, p + match.from, match.to - match.from);
        return;
    }
    size_t count = bx_regex_groups(s->m->perl);
    count = count > GROUPS ? GROUPS : count;
    if (bx_regex_captures(s->m->perl, p, n, match.from, g, count) != BX_HIT)
        return;
    bx_buf out = bx_buf_init(SIZE_MAX / 2);
    bx_regex_expand(s->m->perl, bx_str_of(grep_o.replace), p, g, count, &out);
    prog_write(&prog_out, out.p, out.n);
    bx_buf_done(&out);
}

/* The matches of a line, each on a line of its own (-o). */
static void put_only(scan *s, bx_span line, uint64_t number, char separator)
{
    size_t n = line.to - line.from, from = 0;
    const uint8_t *p = s->p + line.from;
    bx_span match;
    while (from <= n && grep_find(s->m, p, n, from, &match)) {
        from = match.to > from ? match.to : from + 1;
        if (match.to == match.from)
            continue;
        put_head(s, line.from + match.from, number, separator, true);
        begin_color("01;31");
        put_match(s, p, n, match);
        end_color();
        prog_putc(&prog_out, line_end());
    }
}

static void put_colored(scan *s, bx_span line)
{
    size_t n = line.to - line.from, from = 0, done = 0;
    const uint8_t *p = s->p + line.from;
    bx_span match;
    while (from <= n && grep_find(s->m, p, n, from, &match)) {
        from = match.to > from ? match.to : from + 1;
        if (match.to == match.from)
            continue;
        prog_write(&prog_out, p + done, match.from - done);
        begin_color("01;31");
        put_match(s, p, n, match);
        end_color();
        done = match.to;
    }
    prog_write(&prog_out, p + done, n - done);
}

static bool is_printable(bx_str s)
{
    uint32_t cp;
    for (size_t i = 0; i < s.n;) {
        if (s.n - i >= 16 && prog_is_ascii16((const uint8_t *)s.p + i)) {
            i += 16;
            continue;
        }
        if (!(s.p[i] & 0x80)) {
            i++;
            continue;
        }
        size_t n = prog_utf8(s.p + i, s.n - i, &cp);
        if (cp == PROG_BAD_CHAR)
            return false;
        i += n;
    }
    return true;
}

static void put_line(scan *s, bx_span line, char separator)
{
    bool is_selected = separator == ':';
    if (s->over)
        return;
    s->over = s->is_binary;
    bx_str text = {(const char *)s->p + line.from, line.to - line.from};
    if (s->is_binary || (grep_o.binary != GREP_TEXT && !is_printable(text))) {
        s->told_binary = true;
        return;
    }
    uint64_t number = grep_o.numbers ? line_number(s, line.from) : 0;
    if (grep_o.only) {
        if (is_selected && !grep_o.invert)
            put_only(s, line, number, separator);
    } else {
        put_head(s, line.from, number, separator, text.n > 0);
        if ((grep_o.color || grep_o.replace) && is_selected != grep_o.invert)
            put_colored(s, line);
        else
            prog_write_near(&prog_out, s->p + line.from, line.to - line.from, s->end);
        prog_putc(&prog_out, line_end());
    }
    if (grep_o.line_buffered)
        (void)prog_flush(&prog_out);
}

/* --- context -----------------------------------------------------------------------------------
 */

static size_t end_of_line(const scan *s, size_t from, size_t to)
{
    const uint8_t *hit = from < to ? memchr(s->p + from, line_end(), to - from) : NULL;
    return hit ? (size_t)(hit - s->p) : to;
}

/* Lines of s->shown..to that follow a selected one. */
static void put_after(scan *s, size_t to)
{
    while (s->after > 0 && s->shown < to && !s->over) {
        size_t end = end_of_line(s, s->shown, to);
        s->after--;
        put_line(s, (bx_span){s->shown, end}, '-');
        s->shown = end < to ? end + 1 : end;
    }
}

/* Where the `before` lines in front of `at` begin, not before `least`. */
static size_t context_start(const scan *s, size_t at, size_t least, size_t before)
{
    for (; before > 0 && at > least; before--) {
        size_t feed = bx_find_last_byte(s->p, least, at - 1, line_end());
        at = feed == SIZE_MAX ? least : feed + 1;
    }
    return at;
}

static void put_gap(scan *s, size_t from)
{
    if (grep_o.has_context && any_shown && grep_o.separator &&
        (s->is_gap || from > s->shown || s->selected == 1)) {
        begin_color("36");
        prog_puts(&prog_out, grep_o.separator);
        end_color();
        prog_putc(&prog_out, '\n');
    }
}

static void select_line(scan *s, bx_span line, size_t to)
{
    s->selected++;
    if (grep_o.quiet || grep_o.list == GREP_WITH || grep_o.list == GREP_WITHOUT)
        s->over = true;
    else if (grep_o.list == GREP_LINES) {
        put_after(s, line.from);
        size_t from = context_start(s, line.from, s->shown, grep_o.before);
        if (!s->is_binary)
            put_gap(s, from);
        while (from < line.from && !s->over) {
            size_t end = end_of_line(s, from, line.from);
            put_line(s, (bx_span){from, end}, '-');
            from = end + 1;
        }
        put_line(s, line, ':');
        any_shown = true;
        s->is_gap = false;
        s->shown = line.to < to ? line.to + 1 : line.to;
        s->after = grep_o.after;
    }
}

/* --- lines -------------------------------------------------------------------------------------
 */

/* Every line of from..to is selected (-v). */
static void select_all(scan *s, size_t from, size_t to)
{
    while (from < to && !s->over && s->selected < grep_o.max) {
        size_t end = end_of_line(s, from, to);
        select_line(s, (bx_span){from, end}, to);
        from = end + 1;
    }
}

/* Count line feeds: lines that -v and -c select. */
static uint64_t count_lines(const scan *s, size_t from, size_t to)
{
    uint64_t n = 0;
    while (from < to) {
        n++;
        from = end_of_line(s, from, to) + 1;
    }
    return n;
}

/* Whole lines p[from..to). */
static void scan_lines(scan *s, size_t from, size_t to)
{
    bx_span line;
    while (from < to && !s->over && s->selected < grep_o.max) {
        bool found = grep_find_line(s->m, s->p, to, from, &line);
        if (!grep_o.invert) {
            if (!found)
                break;
            select_line(s, line, to);
        } else if (grep_o.list == GREP_COUNT && grep_o.max == UINT64_MAX && !grep_o.quiet) {
            s->selected += count_lines(s, from, found ? line.from : to);
        } else {
            select_all(s, from, found ? line.from : to);
        }
        if (!found)
            break;
        from = line.to + 1;
    }
}

/* Forget the block up to `keep`. */
static void slide(scan *s, prog_reader *r, size_t keep)
{
    if (grep_o.numbers)
        (void)line_number(s, keep > s->counted ? keep : s->counted);
    r->at += keep;
    s->offset += keep;
    s->counted -= keep;
    if (s->shown < keep)
        s->is_gap = true;
    s->shown = s->shown > keep ? s->shown - keep : 0;
}

static bool has_nul(const uint8_t *p, size_t n)
{
    return n > 0 && bx_find_byte(p, 0, n, 0) != SIZE_MAX;
}

/* In binary files NUL ends a line as well, as in GNU's. */
static void end_lines_at_nuls(uint8_t *p, size_t n)
{
    for (size_t i = 0; (i = bx_find_byte(p, i, n, 0)) != SIZE_MAX;)
        p[i++] = '\n';
}

static void put_summary(const scan *s)
{
    if (grep_o.quiet)
        return;
    if (grep_o.list == GREP_COUNT) {
        if (grep_o.is_rg && s->selected == 0)
            return;
        if (s->with_name) {
            put_name(s);
            if (grep_o.null_names)
                prog_putc(&prog_out, 0);
            else
                put_separator(':');
        }
        prog_put_uint(&prog_out, s->selected, 0, ' ');
        prog_putc(&prog_out, '\n');
    } else if ((grep_o.list == GREP_WITH && s->selected > 0) ||
               (grep_o.list == GREP_WITHOUT && s->selected == 0)) {
        put_name(s);
        prog_putc(&prog_out, grep_o.null_names ? 0 : '\n');
    } else if (s->told_binary) {
        prog_warn(0, "%s: binary file matches", s->name);
    }
    if (grep_o.line_buffered)
        (void)prog_flush(&prog_out);
}

/* The lines that are complete in the block; `fresh`: where what was just read begins. */
static size_t complete(const scan *s, const prog_reader *r, size_t fresh)
{
    size_t n = r->end - r->at;
    if (r->eof)
        return n;
    size_t feed = bx_find_last_byte(s->p, fresh, n, line_end());
    return feed == SIZE_MAX ? 0 : feed + 1;
}

bool grep_stream(grep_matcher *m, prog_reader *r, const char *name, bool with_name)
{
    scan s = {.m = m, .name = name, .with_name = with_name};
    size_t done = 0; /* scanned */
    bool more = true;
    while (more && !s.over && (s.selected < grep_o.max || s.after > 0)) {
        size_t fresh = r->end - r->at;
        more = prog_more(r);
        s.p = r->p + r->at;
        s.end = r->p + r->end;
        size_t n = r->end - r->at;
        if (!s.is_binary && grep_o.binary != GREP_TEXT && !grep_o.null_lines)
            s.is_binary = has_nul(s.p + fresh, n - fresh);
        if (s.is_binary && grep_o.binary == GREP_SKIP)
            return false;
        if (s.is_binary && !grep_o.is_rg)
            end_lines_at_nuls(r->p + r->at + fresh, n - fresh);
        r->eof |= !more;
        size_t to = complete(&s, r, fresh);
        if (to == 0)
            continue;
        if (s.selected < grep_o.max)
            scan_lines(&s, done, to);
        if (grep_o.list == GREP_LINES && !grep_o.quiet)
            put_after(&s, to);
        done = to;
        size_t keep = context_start(&s, to, s.shown < to ? s.shown : to, grep_o.before);
        slide(&s, r, keep);
        done -= keep;
    }
    put_summary(&s);
    return s.selected > 0;
}
