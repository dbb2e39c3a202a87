#include "cli/tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

/* The limit whose hit is how the call ended, and told as that; or NULL. */
static const char *limit_of_end(const bx_outcome *out)
{
    switch (out->kind) {
    case BX_OUT_DEADLINE:
        return "wall";
    case BX_OUT_FUEL:
    case BX_OUT_STACK:
    case BX_OUT_OUTPUT:
    case BX_OUT_MEMORY:
    case BX_OUT_TABLES:
        return bx_outcome_kind_name(out->kind);
    default:
        return NULL;
    }
}

static void add_hit(bx_buf *text, const char *name, const char *value, uint64_t n)
{
    (void)bx_buf_addf(text, "%s%s%s%s (refused %llu time%s)", text->n ? ", " : "", name,
                      value ? "=" : "", value ? value : "", (unsigned long long)n,
                      n == 1 ? "" : "s");
}

/* One line: a guest that ignores an error, or is never told of one, must not look as if all went
 * well. */
static void tell_limits_hit(const bx_outcome *out)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    const char *ended = limit_of_end(out);
    bx_limit_row row;
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        uint64_t n = bx_limit_hits_get(&out->hits, i);
        char value[32];
        if (n == 0 || (ended && strcmp(row.name, ended) == 0))
            continue;
        bx_limits_print(&out->limits, i, value);
        add_hit(&text, row.name, value, n);
    }
    if (text.n)
        bx_cli_complain("limits hit: %.*s; raise one with --limit NAME=VALUE", (int)text.n, text.p);
    bx_buf_clear(&text);
    if (out->files.hit_tmp > 0)
        add_hit(&text, "tmp", NULL, out->files.hit_tmp);
    if (out->files.hit_store > 0)
        add_hit(&text, "store", NULL, out->files.hit_store);
    if (text.n)
        bx_cli_complain("no room left: %.*s; give more with --allow tmp:SIZE, store:NAME:SIZE",
                        (int)text.n, text.p);
    if (out->files.failed_closes > 0)
        bx_cli_complain(
            "not all that was written is kept: closing %u file%s failed (no room, or an "
            "error of the file system)",
            out->files.failed_closes, out->files.failed_closes == 1 ? "" : "s");
}

void bx_cli_tell_end(const bx_outcome *out)
{
    if (out->kind == BX_OUT_FAILED || out->kind == BX_OUT_DENIED)
        bx_cli_complain("%s", out->error ? out->error : "failed");
    else if (out->kind != BX_OUT_EXIT)
        bx_cli_complain("%s: %s", bx_outcome_kind_name(out->kind), out->error ? out->error : "");
    tell_limits_hit(out);
}

int bx_cli_print_outcome(const bx_outcome *out, const bx_record *record)
{
    BX_AUTO_BUF text = bx_buf_init((size_t)4 << 30);
    bx_error err;
    if (bx_outcome_json(out, record, &text, &err) != BX_OK) {
        bx_cli_complain("the outcome as JSON: %s", err.msg);
        return EXIT_OURS;
    }
    if (fwrite(text.p, 1, text.n, stdout) != text.n || fputc('\n', stdout) == EOF ||
        fflush(stdout) != 0) {
        bx_cli_complain("write the outcome: %s", strerror(errno));
        return EXIT_OURS;
    }
    return bx_outcome_exit_code(out);
}
