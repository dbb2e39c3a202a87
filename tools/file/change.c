#include "file/change.h"

#include "lib/filetype.h"
#include "lib/scan.h"

enum { LOOKED_AT = 8 << 10 }; /* bytes that say what a file is */

/* ---- the condition ---------------------------------------------------------------------- */

static bool is_hash(const char *s)
{
    if (strlen(s) != BX_HASH_TEXT - 1 || strncmp(s, "sha256:", 7) != 0)
        return false;
    return strspn(s + 7, "0123456789abcdef") == 64;
}

const char *bx_change_arg_hash(bx_args *a)
{
    bool there = bx_arg_given(a, "if_hash");
    const char *hash = bx_arg_str(a, "if_hash", "");
    if (there && !is_hash(hash))
        bx_arg_wrong(
            a, "if_hash",
            "expected the hash that read, write or edit has told of the file: \"sha256:\" and 64 "
            "lower-case hexadecimal digits",
            NULL);
    return hash;
}

int bx_change_fail_hash(bx_result *r, const char *path, const char *want, const char *have)
{
    bx_text_begin(r);
    bx_text_puts(r, path);
    bx_text_puts(r, " has changed since it was read, so nothing was done: its hash is now ");
    bx_text_puts(r, have);
    bx_text_puts(r, ", not ");
    bx_text_puts(r, want);
    bx_text_puts(r, ". Read it again, and repeat the call with its present hash");
    bx_text_end(r);
    bx_out *o = bx_structured_begin(r);
    bx_out_open(o, '{');
    bx_field_str(o, "path", path);
    bx_field_str(o, "hash", have);
    bx_out_close(o, '}');
    return bx_result_end(r, true);
}

/* ---- the diff --------------------------------------------------------------------------- */

/* As the headers of a diff name it: to be applied in /workspace. */
static const char *relative(const char *path)
{
    static const char base[] = "/workspace/";
    if (strncmp(path, base, sizeof base - 1) == 0)
        path += sizeof base - 1;
    while (*path == '/')
        path++;
    return path;
}

void bx_change_diff_make(bx_change_diff *d, const bx_diff_ask *ask)
{
    *d = (bx_change_diff){.text = bx_buf_init(BX_CHANGE_FILE_MAX + (1 << 20))};
    if (!bx_is_text(ask->before) || !bx_is_text(ask->after)) {
        d->none = "binary content";
        return;
    }
    bx_diff_ask named = *ask;
    named.path = relative(ask->path);
    named.max_bytes = BX_CHANGE_DIFF_MAX;
    if (bx_diff_unified(&named, &d->text, &d->stat) != BX_OK) {
        bx_buf_clear(&d->text);
        d->stat.shown = 0;
        d->none = "not enough memory";
    }
}

void bx_change_diff_done(bx_change_diff *d) { bx_buf_done(&d->text); }

void bx_change_diff_show(bx_result *r, const bx_change_diff *d)
{
    bx_str text = bx_buf_str(&d->text);
    size_t n = text.n;
    if (n > BX_CHANGE_SHOW_MAX) { /* whole lines */
        const char *lf = memrchr(text.p, '\n', BX_CHANGE_SHOW_MAX);
        n = lf ? (size_t)(lf - text.p) + 1 : 0;
    }
    bx_text_put(r, text.p, n);
    if (d->none) {
        bx_text_puts(r, "[no diff: ");
        bx_text_puts(r, d->none);
        bx_text_puts(r, "]\n");
    } else if (n < text.n || d->stat.shown < d->stat.hunks) {
        bx_text_puts(r, "[the diff goes on; in all ");
        bx_text_int(r, (int64_t)d->stat.removed);
        bx_text_puts(r, d->stat.removed == 1 ? " line removed, " : " lines removed, ");
        bx_text_int(r, (int64_t)d->stat.added);
        bx_text_puts(r, " added]\n");
    }
}

void bx_change_diff_field(bx_out *o, const bx_change_diff *d)
{
    bx_out_key(o, "diff");
    bx_out_str(o, bx_buf_str(&d->text));
    bx_field_bool(o, "diff_truncated", d->none || d->stat.shown < d->stat.hunks);
}

/* ---- small things ----------------------------------------------------------------------- */

void bx_field_str(bx_out *o, const char *name, const char *s)
{
    bx_out_key(o, name);
    bx_out_str(o, bx_str_of(s));
}

void bx_field_int(bx_out *o, const char *name, uint64_t n)
{
    bx_out_key(o, name);
    bx_out_int(o, (int64_t)n);
}

void bx_field_bool(bx_out *o, const char *name, bool b)
{
    bx_out_key(o, name);
    bx_out_bool(o, b);
}

uint64_t bx_count_lines(bx_str text)
{
    uint64_t n = bx_count_byte((const uint8_t *)text.p, text.n, '\n');
    return n + (text.n > 0 && text.p[text.n - 1] != '\n');
}

bool bx_is_text(bx_str text)
{
    const uint8_t *p = (const uint8_t *)text.p;
    size_t n = text.n < LOOKED_AT ? text.n : LOOKED_AT;
    if (n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0))
        return false;
    return !bx_file_format_of(p, n) && bx_looks_like_text(p, n) &&
           bx_count_byte(p + n, text.n - n, 0) == 0;
}
