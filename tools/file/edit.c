#include "file/edit.h"

#include <errno.h>
#include <unistd.h>

#include "lib/args_list.h"
#include "lib/filetype.h"
#include "lib/patch.h"
#include "lib/say.h"

enum {
    INPUT_MAX = 96 << 20, /* bytes of arguments */
    WHY_MAX = 32 << 10,   /* bytes of the words for what was refused */
    LINE_MAX_NUMBER = INT32_MAX,
};

static int fail(bx_editor *e, int error)
{
    return bx_target_fail(&e->result, "edit", e->ask.path, error);
}

/* ---- the arguments ---------------------------------------------------------------------- */

static void take_strings(bx_args *a, bx_edit *ret)
{
    if (!bx_arg_given(a, "old_string"))
        bx_arg_wrong(a, "old_string", "missing", NULL);
    if (!bx_arg_given(a, "new_string"))
        bx_arg_wrong(a, "new_string", "missing; to remove old_string give an empty one", NULL);
    ret->old = bx_arg_text(a, "old_string");
    ret->now = bx_arg_text(a, "new_string");
    ret->all = bx_arg_bool(a, "replace_all", false);
    ret->expected = bx_arg_int(a, "expected", 0, 1, BX_EDIT_PLACES_MAX);
}

static void take_list(bx_editor *e, bx_args *a)
{
    e->ask.is_list = true;
    size_t n = bx_arg_list(a, "edits", BX_EDITS_MAX);
    e->ask.edits = bx_calloc(n + 1, sizeof *e->ask.edits);
    if (!e->ask.edits) {
        bx_arg_wrong(a, "edits", "not enough memory", NULL);
        return;
    }
    e->ask.n_edits = n;
    for (size_t i = 0; i < n; i++) {
        bx_args item;
        bx_arg_item(a, "edits", i, &item);
        take_strings(&item, &e->ask.edits[i]);
        bx_arg_item_end(a, "edits", i, &item);
    }
}

/* Exactly one of the forms: what is there of the others is a mistake. */
static const char *const marks[] = {"edits", "old_string", "insert_line", "patch"};
static const char *const parts[] = {"new_string", "replace_all", "expected", "text"};

static const char *take_form(bx_args *a)
{
    const char *form = NULL;
    for (size_t i = 0; i < BX_COUNT(marks); i++) {
        if (!bx_arg_given(a, marks[i]))
            continue;
        if (form)
            bx_arg_wrong(
                a, marks[i], "cannot go with ", form,
                "; one call takes one form: old_string and new_string, edits, insert_line and "
                "text, or patch",
                NULL);
        form = form ? form : marks[i];
    }
    for (size_t i = 0; i < BX_COUNT(parts); i++) {
        const char *whole = i < 3 ? "old_string" : "insert_line";
        if (bx_arg_given(a, parts[i]) && !bx_arg_given(a, whole))
            bx_arg_wrong(a, parts[i], "goes with ", whole, ", which is missing", NULL);
    }
    if (!form)
        bx_arg_wrong(
            a, "old_string",
            "missing; give old_string and new_string, edits, insert_line and text, or patch", NULL);
    return form ? form : "";
}

static void take_arguments(bx_editor *e, bx_args *a)
{
    e->ask.path = bx_arg_path(a, "path");
    const char *form = take_form(a);
    e->ask.form = strcmp(form, "insert_line") == 0 ? BX_EDIT_LINES
                  : strcmp(form, "patch") == 0     ? BX_EDIT_PATCH
                                                   : BX_EDIT_STRINGS;
    if (strcmp(form, "edits") == 0)
        take_list(e, a);
    else
        (void)bx_arg_list(a, "edits", BX_EDITS_MAX);
    if (strcmp(form, "old_string") == 0) {
        e->ask.edits = bx_calloc(1, sizeof *e->ask.edits);
        e->ask.n_edits = e->ask.edits != NULL;
    }
    bx_edit none, *one = e->ask.n_edits && !e->ask.is_list ? e->ask.edits : &none;
    if (one != &none) {
        take_strings(a, one);
    } else {
        (void)bx_arg_text(a, "old_string");
        (void)bx_arg_text(a, "new_string");
        (void)bx_arg_bool(a, "replace_all", false);
        (void)bx_arg_int(a, "expected", 0, 1, BX_EDIT_PLACES_MAX);
    }
    e->ask.insert_line = bx_arg_int(a, "insert_line", 0, 0, LINE_MAX_NUMBER);
    if (e->ask.form == BX_EDIT_LINES && !bx_arg_given(a, "text"))
        bx_arg_wrong(a, "text", "missing; it is what insert_line inserts", NULL);
    e->ask.text = bx_arg_text(a, "text");
    e->ask.patch = bx_arg_text(a, "patch");
    e->ask.allow_empty = bx_arg_bool(a, "allow_empty", false);
    e->ask.if_hash = bx_change_arg_hash(a);
}

/* ---- the text --------------------------------------------------------------------------- */

static int refuse_size(bx_editor *e)
{
    char size[24], most[24];
    return bx_result_fail(
        &e->result, e->ask.path, " has ", bx_digits((int64_t)e->target.size, size),
        " bytes; edit takes files of at most ", bx_digits(BX_CHANGE_FILE_MAX, most),
        ", which the result may not exceed either", NULL);
}

static int refuse_binary(bx_editor *e)
{
    bx_str s = bx_buf_str(&e->edited.text);
    const bx_file_format *f = bx_file_format_of((const uint8_t *)s.p, s.n < 65536 ? s.n : 65536);
    bool wide = s.n >= 2 && (memcmp(s.p, "\xff\xfe", 2) == 0 || memcmp(s.p, "\xfe\xff", 2) == 0);
    return bx_result_fail(&e->result, e->ask.path, " is ",
                          wide
                              ? "UTF-16 text, which edit does not change; convert it to UTF-8 first"
                          : f ? f->name
                              : "binary (it holds bytes no text has)",
                          wide ? "" : "; edit changes text files only", NULL);
}

/* The file into `edited`; false: the result is printed. */
static bool load(bx_editor *e, int *ret_rc)
{
    int error = bx_target_open(e->ask.path, &e->target);
    if (!error && e->target.fd < 0)
        error = ENOENT;
    if (!error && !e->target.is_readable)
        error = EACCES;
    if (!error && e->target.size > BX_CHANGE_FILE_MAX) {
        *ret_rc = refuse_size(e);
        return false;
    }
    bx_buf *text = &e->edited.text;
    *text = bx_buf_init(BX_CHANGE_FILE_MAX + 1);
    if (!error)
        error = bx_target_load(&e->target, text);
    text->max = BX_CHANGE_FILE_MAX;
    e->size = text->n;
    if (error) {
        *ret_rc = error == EFBIG ? refuse_size(e) : fail(e, error);
        return false;
    }
    if (*e->ask.if_hash) {
        bx_hash_of(bx_buf_str(text).p, text->n, e->hash);
        if (strcmp(e->hash, e->ask.if_hash) != 0) {
            *ret_rc = bx_change_fail_hash(&e->result, e->ask.path, e->ask.if_hash, e->hash);
            return false;
        }
    }
    if (!bx_is_text(bx_buf_str(text))) {
        *ret_rc = refuse_binary(e);
        return false;
    }
    return true;
}

static bx_code apply_strings(bx_editor *e)
{
    for (size_t i = 0; i < e->ask.n_edits; i++) {
        bx_edit_done done;
        BX_AUTO_BUF why = bx_buf_init(WHY_MAX);
        bx_code rc = bx_edit_apply(&e->edited, &e->ask.edits[i], &done, &why);
        if (rc != BX_OK) {
            if (e->ask.is_list) {
                bx_say(&e->why, "edit ", NULL);
                bx_say_int(&e->why, i + 1);
                bx_say(&e->why, " of ", NULL);
                bx_say_int(&e->why, e->ask.n_edits);
                bx_say(&e->why, ": ", NULL);
            }
            (void)bx_buf_add_str(&e->why, bx_buf_str(&why));
            return rc;
        }
        if (i == 0)
            e->first = done;
        e->places += done.places;
    }
    return BX_OK;
}

static bx_code apply_patch(bx_editor *e)
{
    bx_patch_report done = {.notes = bx_buf_init(WHY_MAX), .why = bx_buf_init(WHY_MAX)};
    bx_code rc = bx_edited_touch(&e->edited, 0, e->size);
    if (rc == BX_OK)
        rc = bx_patch_apply(&e->edited.text, e->ask.patch, e->ask.path, &done);
    bx_edited_touched(&e->edited, e->size);
    e->places = done.hunks;
    e->notes = done.notes;
    e->why = done.why;
    return rc;
}

static bx_code apply(bx_editor *e)
{
    switch (e->ask.form) {
    case BX_EDIT_LINES:
        return bx_edit_insert(&e->edited, (uint64_t)e->ask.insert_line, e->ask.text, &e->why);
    case BX_EDIT_PATCH:
        return apply_patch(e);
    default:
        return apply_strings(e);
    }
}

/* ---- the result ------------------------------------------------------------------------- */

static int refuse(bx_editor *e, bx_code rc)
{
    bx_result *r = &e->result;
    if (rc == BX_ELIMIT)
        return refuse_size(e);
    if (rc != BX_EINVAL)
        return bx_result_fail(r, "not enough memory to edit ", e->ask.path, "; nothing was changed",
                              NULL);
    bx_text_begin(r);
    bx_text_puts(r, e->ask.path);
    bx_text_puts(r, " was not changed: ");
    bx_text_put(r, e->why.p, e->why.n);
    bx_text_end(r);
    return bx_result_end(r, true);
}

static void put_summary(bx_editor *e)
{
    bx_result *r = &e->result;
    bx_text_puts(r, e->ask.form == BX_EDIT_LINES   ? "inserted text into "
                    : e->ask.form == BX_EDIT_PATCH ? "applied "
                                                   : "replaced ");
    if (e->ask.form != BX_EDIT_LINES) {
        bx_text_int(r, (int64_t)e->places);
        bx_text_puts(r, e->ask.form == BX_EDIT_PATCH ? (e->places == 1 ? " hunk to " : " hunks to ")
                        : e->places == 1             ? " occurrence in "
                                                     : " occurrences in ");
    }
    bx_text_puts(r, e->ask.path);
    if (e->ask.form == BX_EDIT_STRINGS && e->ask.n_edits == 1) {
        size_t n = e->first.places < BX_EDIT_LISTED_MAX ? e->first.places : BX_EDIT_LISTED_MAX;
        for (size_t i = 0; i < n; i++) {
            bx_text_puts(r, i ? ", " : n == 1 ? " (line " : " (lines ");
            bx_text_int(r, (int64_t)e->first.lines[i]);
        }
        bx_text_puts(r, e->first.places > n ? ", …)" : ")");
    }
    if (e->target.is_link) {
        bx_text_puts(r, ", a link to ");
        bx_text_puts(r, e->target.path);
    }
    bx_text_puts(r, "\n");
    bx_text_put(r, e->notes.p, e->notes.n);
}

static int show(bx_editor *e)
{
    bx_change_diff d = {.none = "not enough memory"};
    BX_AUTO_BUF was = bx_buf_init(0);
    bx_diff_ask ask = {.path = e->target.path};
    if (bx_edited_window(&e->edited, &was, &ask.after, &ask.first_line) == BX_OK) {
        ask.before = bx_buf_str(&was);
        bx_change_diff_make(&d, &ask);
    }
    bx_text_begin(&e->result);
    put_summary(e);
    bx_change_diff_show(&e->result, &d);
    bx_text_end(&e->result);
    bx_out *o = bx_structured_begin(&e->result);
    bx_out_open(o, '{');
    bx_field_str(o, "path", e->ask.path);
    bx_field_int(o, "replacements", e->places);
    bx_field_str(o, "hash", e->hash);
    bx_change_diff_field(o, &d);
    bx_out_close(o, '}');
    bx_change_diff_done(&d);
    return bx_result_end(&e->result, false);
}

/* ---- the call --------------------------------------------------------------------------- */

/* A change that a time stamp is too coarse to show is seen where a hash was given. */
static int check_again(const bx_editor *e)
{
    char now[BX_HASH_TEXT];
    BX_AUTO_BUF text = bx_buf_init(BX_CHANGE_FILE_MAX + 1);
    int error = bx_target_check(&e->target);
    if (error || !*e->ask.if_hash)
        return error;
    error = bx_target_load(&e->target, &text);
    bx_hash_of(bx_buf_str(&text).p, text.n, now);
    return error ? error : strcmp(now, e->ask.if_hash) == 0 ? 0 : EAGAIN;
}

static int store(bx_editor *e)
{
    bx_replace r;
    int error = bx_replace_begin(&r, e->target.path);
    if (!error)
        error = bx_replace_write(&r, e->edited.text.p, e->edited.text.n);
    if (!error)
        error = check_again(e);
    if (!error)
        error = bx_replace_end(&r, e->target.path);
    bx_replace_drop(&r);
    return error;
}

static int run(bx_editor *e, bx_args *a)
{
    bx_error err;
    int rc;
    take_arguments(e, a);
    if (bx_args_end(a, &err) != BX_OK)
        return bx_result_fail(&e->result, err.msg, NULL);
    if (!load(e, &rc))
        return rc;
    bx_code code = apply(e);
    if (code != BX_OK)
        return refuse(e, code);
    if (e->edited.text.n == 0 && e->size > 0 && !e->ask.allow_empty)
        return bx_result_fail(
            &e->result, e->ask.path,
            " was not changed: it would be empty. Set allow_empty if that is meant", NULL);
    int error = store(e);
    if (error)
        return fail(e, error);
    bx_hash_of(bx_buf_str(&e->edited.text).p, e->edited.text.n, e->hash);
    return show(e);
}

int bx_edit_run(bx_editor *e, int in, int out)
{
    bx_args a;
    bx_error err;
    memset(e, 0, offsetof(bx_editor, result));
    e->target = (bx_target){.fd = -1};
    e->edited = (bx_edited){.text = bx_buf_init(0), .was = bx_buf_init(0)};
    e->first = (bx_edit_done){0};
    e->places = 0;
    e->notes = e->why = bx_buf_init(2 * WHY_MAX);
    bx_result_init(&e->result, out);
    if (bx_args_read(&a, in, INPUT_MAX, &err) != BX_OK)
        return bx_result_fail(&e->result, err.msg, NULL);
    int rc = run(e, &a);
    bx_target_done(&e->target);
    bx_edited_done(&e->edited);
    bx_buf_done(&e->notes);
    bx_buf_done(&e->why);
    free(e->ask.edits);
    bx_args_done(&a);
    return rc;
}
