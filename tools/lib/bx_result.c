#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <wasi/api.h>

#include "bx_tool.h"

/* Where in {"content":[…],"structuredContent":…,"isError":…} the result stands. */
static enum { NOTHING, IN_CONTENT, PAST_CONTENT } stage;

static void begin_block(const char *type)
{
    if (stage == NOTHING) {
        bx_json_open('{');
        bx_json_key("content");
        bx_json_open('[');
        stage = IN_CONTENT;
    }
    if (stage != IN_CONTENT)
        abort();
    bx_json_open('{');
    bx_json_key("type");
    bx_json_str(type);
}

void bx_text_begin(void)
{
    begin_block("text");
    bx_json_key("text");
    bx_json_str_begin();
}

void bx_text_put(const void *p, size_t n) { bx_json_str_put(p, n); }

void bx_text_puts(const char *s) { bx_json_str_put(s, strlen(s)); }

void bx_text_int(int64_t n)
{
    char buf[24];
    bx_text_puts(bx_digits(n, buf));
}

void bx_text_end(void)
{
    bx_json_str_end();
    bx_json_close('}');
}

void bx_image_begin(const char *mime_type)
{
    begin_block("image");
    bx_json_key("mimeType");
    bx_json_str(mime_type);
    bx_json_key("data");
    bx_json_base64_begin();
}

void bx_image_put(const void *p, size_t n) { bx_json_base64_put(p, n); }

void bx_image_end(void)
{
    bx_json_base64_end();
    bx_json_close('}');
}

static void end_content(void)
{
    if (stage == NOTHING) {
        bx_json_open('{');
        bx_json_key("content");
        bx_json_open('[');
    }
    if (stage != PAST_CONTENT)
        bx_json_close(']');
    stage = PAST_CONTENT;
}

void bx_structured_begin(void)
{
    end_content();
    bx_json_key("structuredContent");
}

int bx_result_end(bool is_error)
{
    end_content();
    bx_json_key("isError");
    bx_json_bool(is_error);
    bx_json_close('}');
    bx_json_end();
    return 0;
}

int bx_tool_fail(const char *part, ...)
{
    va_list ap;
    bx_text_begin();
    va_start(ap, part);
    for (; part; part = va_arg(ap, const char *))
        bx_text_puts(part);
    va_end(ap);
    bx_text_end();
    return bx_result_end(true);
}

/* The guest paths this call was granted, as the preopened directories tell. */
static void put_grants(void)
{
    char path[BX_TOOL_PATH_MAX];
    __wasi_prestat_t stat;
    bool any = false;
    for (__wasi_fd_t fd = 3; __wasi_fd_prestat_get(fd, &stat) == 0; fd++) {
        size_t n = stat.u.dir.pr_name_len;
        if (n > sizeof path || __wasi_fd_prestat_dir_name(fd, (uint8_t *)path, n) != 0)
            continue;
        bx_text_puts(any ? ", " : "");
        bx_text_put(path, n);
        any = true;
    }
    if (!any)
        bx_text_puts("no files at all");
}

int bx_tool_fail_file(const char *what, const char *path, int error)
{
    bool with_grants = true;
    bx_text_begin();
    switch (error) {
    case ENOENT:
        bx_text_puts("no such file: ");
        bx_text_puts(path);
        break;
    case ENOTCAPABLE:
    case EPERM:
    case EACCES:
        bx_text_puts("not permitted to ");
        bx_text_puts(what);
        bx_text_puts(" ");
        bx_text_puts(path);
        break;
    default:
        bx_text_puts("cannot ");
        bx_text_puts(what);
        bx_text_puts(" ");
        bx_text_puts(path);
        bx_text_puts(": ");
        bx_text_puts(strerror(error));
        with_grants = false;
    }
    if (with_grants) {
        bx_text_puts("; this call is granted ");
        put_grants();
    }
    bx_text_end();
    return bx_result_end(true);
}
