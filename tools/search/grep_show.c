/* The result: for models the text, as ripgrep prints it with headings; for programs the fields. */
#include <string.h>

#include "search/grep.h"

enum { REST_ROOM = 16384 /* bytes of output for what is no line or path */ };

static bx_str path_of(const bx_grep_call *c, size_t file)
{
    const bx_grep_file *f = &bx_grep_files(c)[file];
    return (bx_str){c->texts.p + f->path, f->path_n};
}

/* --- what there is room for --------------------------------------------------------------------
 */

static uint64_t cost_of_file(const bx_grep_call *c, size_t file)
{
    return 100 + 18 * (uint64_t)path_of(c, file).n;
}

/* Leave out what has no room: the last matches, with the lines behind them. */
static void cut(bx_grep_call *c)
{
    uint64_t all = REST_ROOM, used = REST_ROOM;
    size_t lines = 0, files = 0;
    for (size_t i = 0; i < c->n_files; i++)
        all += cost_of_file(c, i);
    for (size_t i = 0; i < c->n_lines; i++)
        all += bx_grep_lines(c)[i].cost;
    uint64_t room = bx_out_room(&c->result.out, all);
    if (room >= all)
        return;
    c->is_output_full = true;
    c->shown = 0;
    if (c->ask.mode != BX_GREP_CONTENT) {
        for (; files < c->n_files && (used += cost_of_file(c, files)) <= room; files++)
            c->shown++;
    } else {
        for (; lines < c->n_lines; lines++) {
            const bx_grep_line *l = &bx_grep_lines(c)[lines];
            used += l->cost + (l->file >= files ? cost_of_file(c, l->file) : 0);
            if (used > room)
                break;
            files = l->file + 1;
            c->shown += l->is_match;
        }
        while (lines > 0 && !bx_grep_lines(c)[lines - 1].is_match)
            lines--;
        files = lines > 0 ? bx_grep_lines(c)[lines - 1].file + 1 : 0;
    }
    c->n_lines = lines;
    c->n_files = files;
}

/* --- the text ----------------------------------------------------------------------------------
 */

/* One line, so a control character of a name or a line is shown as its picture. */
static void put_plain(bx_result *r, const char *p, size_t n)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t b = (uint8_t)p[i];
        if ((b >= 0x20 && b != 0x7f) || b == '\t')
            continue;
        char picture[3] = {'\xe2', '\x90', (char)(b == 0x7f ? 0xa1 : 0x80 + b)};
        bx_text_put(r, p + from, i - from);
        bx_text_put(r, picture, sizeof picture);
        from = i + 1;
    }
    bx_text_put(r, p + from, n - from);
}

static void put_path(bx_grep_call *c, size_t file)
{
    bx_str path = path_of(c, file);
    put_plain(&c->result, path.p, path.n);
}

/* "12:text" of a match, "12-text" beside one. */
static void put_line(bx_grep_call *c, const bx_grep_line *l)
{
    bx_result *r = &c->result;
    const char *p = c->texts.p + l->text, *end = p + l->text_n, mark = l->is_match ? ':' : '-';
    if (l->is_binary) {
        bx_text_puts(r, "[binary file matches]\n");
        return;
    }
    if (l->is_match && c->ask.replace) {
        p = c->texts.p + l->with;
        end = p + l->with_n;
    }
    for (int64_t number = l->number;; number++) {
        const char *lf = l->last > l->number && p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
        size_t n = (size_t)((lf ? lf : end) - p);
        bx_text_int(r, number);
        bx_text_put(r, &mark, 1);
        put_plain(r, p, lf && n > 0 && p[n - 1] == '\r' ? n - 1 : n);
        if (!lf)
            break;
        bx_text_puts(r, "\n");
        p = lf + 1;
    }
    if (l->is_cut)
        bx_text_puts(r, l->last > l->number ? " … [cut]" : " … [line cut]");
    bx_text_puts(r, "\n");
}

static void put_lines(bx_grep_call *c)
{
    const bx_grep_line *before = NULL;
    bool has_context = c->ask.before > 0 || c->ask.after > 0;
    for (size_t i = 0; i < c->n_lines; i++) {
        const bx_grep_line *l = &bx_grep_lines(c)[i];
        if (!before || before->file != l->file) {
            bx_text_puts(&c->result, before ? "\n" : "");
            put_path(c, l->file);
            bx_text_puts(&c->result, "\n");
        } else if (has_context && l->number > before->last + 1) {
            bx_text_puts(&c->result, "--\n");
        }
        put_line(c, l);
        before = l;
    }
}

static void put_files(bx_grep_call *c)
{
    for (size_t i = 0; i < c->n_files; i++) {
        put_path(c, i);
        if (c->ask.mode == BX_GREP_COUNT) {
            bx_text_puts(&c->result, ":");
            bx_text_int(&c->result, bx_grep_files(c)[i].count);
        }
        bx_text_puts(&c->result, "\n");
    }
}

/* "[3 files WHAT]" */
static void put_count(bx_grep_call *c, uint64_t n, const char *one, const char *many,
                      const char *what)
{
    bx_result *r = &c->result;
    if (n == 0)
        return;
    bx_text_puts(r, "[");
    bx_text_int(r, (int64_t)n);
    bx_text_puts(r, " ");
    bx_text_puts(r, n == 1 ? one : many);
    bx_text_puts(r, what);
    bx_text_puts(r, "]\n");
}

static void put_notes(bx_grep_call *c)
{
    const bx_grep_notes *n = &c->notes;
    bx_result *r = &c->result;
    if (c->ask.replace && c->n_lines > 0)
        bx_text_puts(r, "[lines are shown as the replacement would make them; nothing was "
                        "written]\n");
    put_count(c, n->unreadable, "file", "files", " could not be read, the first:");
    if (n->unreadable > 0) {
        put_plain(r, n->first, strlen(n->first));
        bx_text_puts(r, ": ");
        bx_text_puts(r, strerror(n->error));
        bx_text_puts(r, "\n");
    }
    put_count(c, n->too_large, "file", "files",
              " larger than 32 MiB left out: multiline and UTF-16 need the whole file");
    put_count(c, n->cut_binary, "binary file", "binary files",
              " searched up to the first NUL only: name a file with path to search all of it");
    put_count(c, n->long_lines, "piece", "pieces",
              " of a line longer than 16 MiB searched by themselves");
    put_count(c, n->invalid, "line", "lines",
              " with bytes that are no UTF-8, shown as \xef\xbf\xbd");
    if (n->gave_up[0]) {
        bx_text_puts(r, "[the search was given up in ");
        put_plain(r, n->gave_up, strlen(n->gave_up));
        bx_text_puts(r, ": the pattern takes too many steps there; simplify it, or name a smaller "
                        "path]\n");
    }
}

static void put_walked(bx_grep_call *c, const bx_walk_notes *w)
{
    bx_result *r = &c->result;
    if (w->entries_limit)
        bx_text_puts(r, "[the limit of directory entries of this call was reached: not everything "
                        "was searched; name a smaller path]\n");
    else if (w->unreadable > 0) {
        put_count(c, w->unreadable, "directory", "directories", " could not be read, the first:");
        put_plain(r, w->unreadable_path, strlen(w->unreadable_path));
        bx_text_puts(r, "\n");
    }
    put_count(c, w->too_deep + w->no_room, "entry", "entries",
              " left out: too deep, or too many in one directory");
    put_count(c, w->rules_cut, "ignore file", "ignore files", " could not be read as a whole");
}

static void put_nothing(bx_grep_call *c, const bx_walk_notes *w)
{
    bx_result *r = &c->result;
    bx_text_puts(r, c->ask.offset > 0 ? "[no more matches; " : "[no matches; ");
    bx_text_int(r, c->files_seen);
    bx_text_puts(r, c->files_seen == 1 ? " file was searched]\n" : " files were searched]\n");
    put_count(c, c->notes.binary, "binary file", "binary files", " left out");
    if (!w)
        return;
    put_count(c, w->ignored_files + w->ignored_dirs, "file or directory", "files or directories",
              " left out by ignore rules: ignore=false searches there too");
    put_count(c, w->hidden_files + w->hidden_dirs, "file or directory", "files or directories",
              " left out as hidden: hidden=true searches there too");
}

static void put_text(bx_grep_call *c, const bx_walk_notes *w, int64_t next)
{
    bx_result *r = &c->result;
    bx_text_begin(r);
    if (c->ask.mode == BX_GREP_CONTENT)
        put_lines(c);
    else
        put_files(c);
    if (next >= 0) {
        bx_text_puts(r, c->is_output_full ? "[the output has no room for more: go on with offset="
                                          : "[more match: go on with offset=");
        bx_text_int(r, next);
        bx_text_puts(r, "]\n");
    } else if (c->shown == 0 && !c->notes.gave_up[0]) {
        put_nothing(c, w);
    }
    put_notes(c);
    if (w)
        put_walked(c, w);
    bx_text_end(r);
}

/* --- the fields --------------------------------------------------------------------------------
 */

static void put_member(bx_out *o, const char *name, int64_t n)
{
    bx_out_key(o, name);
    bx_out_int(o, n);
}

static void put_str(bx_out *o, const char *name, bx_str s)
{
    bx_out_key(o, name);
    bx_out_str(o, s);
}

static void put_flag(bx_out *o, const char *name)
{
    bx_out_key(o, name);
    bx_out_bool(o, true);
}

static void put_ranges(const bx_grep_call *c, bx_out *o, const bx_grep_line *l)
{
    bx_out_key(o, "ranges");
    bx_out_open(o, '[');
    for (size_t i = 0; i < l->ranges_n; i++) {
        const bx_span *m = &bx_grep_ranges(c)[l->ranges + i];
        bx_out_open(o, '[');
        bx_out_int(o, (int64_t)m->from);
        bx_out_int(o, (int64_t)m->to);
        bx_out_close(o, ']');
    }
    bx_out_close(o, ']');
}

static void put_match(const bx_grep_call *c, bx_out *o, const bx_grep_line *l)
{
    bx_out_open(o, '{');
    put_str(o, "path", path_of(c, l->file));
    put_member(o, "line_number", l->number);
    if (l->last > l->number)
        put_member(o, "last_line", l->last);
    put_str(o, "line", (bx_str){c->texts.p + l->text, l->text_n});
    if (l->is_match) {
        put_member(o, "column", (int64_t)l->column);
        put_ranges(c, o, l);
    }
    if (l->is_match && c->ask.replace)
        put_str(o, "replacement", (bx_str){c->texts.p + l->with, l->with_n});
    if (l->is_cut)
        put_flag(o, "cut");
    if (l->is_binary)
        put_flag(o, "binary");
    bx_out_close(o, '}');
}

static void put_matches(const bx_grep_call *c, bx_out *o, const char *name, bool is_match)
{
    bx_out_key(o, name);
    bx_out_open(o, '[');
    for (size_t i = 0; i < c->n_lines; i++)
        if (bx_grep_lines(c)[i].is_match == is_match)
            put_match(c, o, &bx_grep_lines(c)[i]);
    bx_out_close(o, ']');
}

static void put_counts(const bx_grep_call *c, bx_out *o)
{
    bx_out_key(o, "counts");
    bx_out_open(o, '[');
    for (size_t i = 0; i < c->n_files; i++) {
        bx_out_open(o, '{');
        put_str(o, "path", path_of(c, i));
        put_member(o, "count", bx_grep_files(c)[i].count);
        bx_out_close(o, '}');
    }
    bx_out_close(o, ']');
}

static void put_fields(bx_grep_call *c, const bx_walk_notes *w, int64_t next)
{
    bx_out *o = bx_structured_begin(&c->result);
    bx_out_open(o, '{');
    if (c->ask.mode == BX_GREP_CONTENT) {
        put_matches(c, o, "matches", true);
        if (c->ask.before > 0 || c->ask.after > 0)
            put_matches(c, o, "context", false);
    }
    bx_out_key(o, "files");
    bx_out_open(o, '[');
    for (size_t i = 0; i < c->n_files; i++)
        bx_out_str(o, path_of(c, i));
    bx_out_close(o, ']');
    if (c->ask.mode == BX_GREP_COUNT)
        put_counts(c, o);
    bx_out_key(o, "truncated");
    bx_out_bool(o, next >= 0);
    bx_out_key(o, "next_offset");
    if (next >= 0)
        bx_out_int(o, next);
    else
        bx_out_null(o);
    put_member(o, "files_searched", c->files_seen);
    put_member(o, "binary_skipped", (int64_t)c->notes.binary);
    put_member(o, "unreadable", (int64_t)c->notes.unreadable);
    bool is_loss = c->notes.unreadable + c->notes.too_large + c->notes.cut_binary > 0 ||
                   c->notes.gave_up[0] || (w && w->is_loss);
    bx_out_key(o, "complete");
    bx_out_bool(o, !is_loss);
    bx_out_close(o, '}');
}

int bx_grep_show(bx_grep_call *c, const bx_walk_notes *walked)
{
    cut(c);
    int64_t next = c->more || c->is_output_full ? c->ask.offset + c->shown : -1;
    bool nothing = c->shown == 0 && (c->notes.gave_up[0] || c->is_output_full);
    if (nothing && c->is_output_full)
        return bx_result_fail(&c->result, "the output limit of this call has no room for an answer",
                              NULL);
    put_text(c, walked, next);
    put_fields(c, walked, next);
    return bx_result_end(&c->result, nothing);
}
