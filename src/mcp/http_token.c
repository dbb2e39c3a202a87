#include "mcp/http_token.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "codec/base64.h"
#include "mcp/http_guard.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "os/random.h"

enum { BYTES = 32, MAX_TEXT = 512, MIN_TEXT = 22 /* 128 bits */ };

static bool is_token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           strchr("-._~+/=", c);
}

/* The token on its one line. */
static bx_code check_text(const char *home, bx_buf *text, bx_error *err)
{
    while (text->n && strchr("\r\n", text->p[text->n - 1]))
        text->p[--text->n] = '\0';
    bool ok = text->n >= MIN_TEXT;
    for (size_t i = 0; i < text->n && ok; i++)
        ok = text->p[i] && is_token_char(text->p[i]);
    if (ok)
        return BX_OK;
    return bx_fail(err, BX_EINVAL,
                   "%s/" BX_MCP_TOKEN_FILE
                   ": expected a token of %d characters or more; remove the "
                   "file, and a new one is made",
                   home, MIN_TEXT);
}

static bx_code read_token(int dir, const char *home, bx_buf *ret, bx_error *err)
{
    struct stat st;
    BX_AUTOCLOSE int fd = openat(dir, BX_MCP_TOKEN_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0)
        return bx_fail_errno(err, errno, "%s/" BX_MCP_TOKEN_FILE, home);
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077))
        return bx_fail(err, BX_EUNSAFE,
                       "%s/" BX_MCP_TOKEN_FILE ": others could read it: chmod 600, or remove the "
                       "file, and a new one is made",
                       home);
    bx_code rc = bx_fd_read_all(fd, MAX_TEXT, ret, err);
    return rc == BX_OK ? check_text(home, ret, err)
                       : bx_wrap(rc, err, "%s/" BX_MCP_TOKEN_FILE, home);
}

static bx_code make_token(int dir, bx_buf *ret, bx_error *err)
{
    uint8_t raw[BYTES];
    bx_code rc = bx_random_fill(raw, sizeof raw, err);
    if (rc != BX_OK)
        return rc;
    bx_base64url_encode((bx_str){(const char *)raw, sizeof raw}, ret);
    rc = bx_buf_check(ret, err);
    const bx_str parts[] = {bx_buf_str(ret), BX_LIT("\n")};
    if (rc == BX_OK)
        rc = bx_file_write_atomic(dir, BX_MCP_TOKEN_FILE, 0600, parts, BX_COUNT(parts), err);
    return rc;
}

bx_code bx_mcp_token(const char *home, bx_buf *ret, bool *ret_made, bx_error *err)
{
    BX_AUTOCLOSE int dir = -1;
    bx_code rc = bx_dir_open_private(home, &dir, err);
    if (rc != BX_OK)
        return rc;
    *ret_made =
        faccessat(dir, BX_MCP_TOKEN_FILE, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
    return *ret_made ? make_token(dir, ret, err) : read_token(dir, home, ret, err);
}
