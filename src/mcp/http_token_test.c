#include "mcp/http_token.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/test.h"
#include "os/fd.h"

static char home[64];

static void begin(void)
{
    (void)snprintf(home, sizeof home, "/tmp/bx-token-XXXXXX");
    BX_ASSERT(mkdtemp(home));
}

static void end(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", home);
    BX_ASSERT(system(command) == 0);
}

static void put(const char *text, mode_t mode)
{
    char path[128];
    bx_error err;
    const bx_str part = bx_str_of(text);
    (void)snprintf(path, sizeof path, "%s/" BX_MCP_TOKEN_FILE, home);
    BX_ASSERT(bx_file_write_atomic(AT_FDCWD, path, mode, &part, 1, &err) == BX_OK);
}

static void test_made_once(void)
{
    begin();
    char path[128];
    struct stat st;
    bool made = false;
    BX_AUTO_BUF first = bx_buf_init(1024), second = bx_buf_init(1024);
    CHECK(bx_mcp_token(home, &first, &made, NULL) == BX_OK && made && first.n == 43);
    CHECK(bx_mcp_token(home, &second, &made, NULL) == BX_OK && !made);
    CHECK(bx_str_eq(bx_buf_str(&first), bx_buf_str(&second)));
    (void)snprintf(path, sizeof path, "%s/" BX_MCP_TOKEN_FILE, home);
    CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    end();
}

static void test_refused(void)
{
    begin();
    bool made;
    bx_error err;
    BX_AUTO_BUF t = bx_buf_init(1024);
    put("0123456789012345678901\n", 0600);
    CHECK(bx_mcp_token(home, &t, &made, &err) == BX_OK && t.n == 22);
    static const struct {
        const char *text;
        mode_t mode;
        bx_code code;
    } rows[] = {
        {"0123456789012345678901\n", 0640, BX_EUNSAFE},
        {"0123456789012345678901\n", 0604, BX_EUNSAFE},
        {"", 0600, BX_EINVAL},
        {"short\n", 0600, BX_EINVAL},
        {"0123456789 012345678901\n", 0600, BX_EINVAL},
        {"01234567890123456789012\nx\n", 0600, BX_EINVAL},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bx_buf_clear(&t);
        put(rows[i].text, rows[i].mode);
        CHECK(bx_mcp_token(home, &t, &made, &err) == rows[i].code);
    }
    char path[128];
    (void)snprintf(path, sizeof path, "%s/" BX_MCP_TOKEN_FILE, home);
    CHECK(unlink(path) == 0 && symlink("/etc/hostname", path) == 0);
    bx_buf_clear(&t);
    CHECK(bx_mcp_token(home, &t, &made, &err) == BX_EIO);
    CHECK(chmod(home, 0777) == 0 && bx_mcp_token(home, &t, &made, &err) == BX_EUNSAFE);
    end();
}

BXT_MAIN(RUN(test_made_once); RUN(test_refused);)
