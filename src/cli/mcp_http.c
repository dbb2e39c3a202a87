#include "cli/mcp_http.h"

#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>

#include "cli/command.h"
#include "mcp/http_token.h"
#include "os/dirs.h"
#include "os/signals.h"

enum {
    GRACE_MS = 5000,  /* what runs when the end is asked for may take this long */
    ENDING_MS = 2000, /* and so long to notice that it is cancelled */
    FDS = 16384,      /* descriptors: connections and what guests keep */
};

bx_code bx_mcp_http_url(const char *address, char *ret, size_t cap, bx_error *err)
{
    bool local;
    bx_code rc = bx_httpd_address_is_local(address, &local, err);
    if (rc != BX_OK)
        return rc;
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address)
        (void)snprintf(ret, cap, "http://127.0.0.1:%s" BX_MCP_PATH, colon ? colon + 1 : address);
    else
        (void)snprintf(ret, cap, "http://%s" BX_MCP_PATH, address);
    return BX_OK;
}

/* Who can reach the port could run tools. */
bx_code bx_cli_mcp_http_check(const bx_cli_mcp_http *o, bx_error *err)
{
    bool local = false;
    bx_code rc = bx_httpd_address_is_local(o->address ? o->address : BX_MCP_HTTP_ADDRESS, &local,
                                           err);
    if (rc == BX_OK && o->no_auth && !local)
        return bx_fail(err, BX_EINVAL,
                       "--no-auth: only on loopback, where nobody else's machine gets (127.0.0.1, "
                       "[::1])");
    if (rc == BX_OK && (o->n_hosts > BX_MCP_MAX_NAMES || o->n_origins > BX_MCP_MAX_NAMES))
        return bx_fail(err, BX_ELIMIT, "at most %d of --allow-host, and of --allow-origin",
                       BX_MCP_MAX_NAMES);
    return rc;
}

/* A connection is a descriptor, and a guest's open files are taken out of what is left. */
static void raise_descriptors(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= FDS)
        return;
    l.rlim_cur = l.rlim_max < FDS ? l.rlim_max : FDS;
    (void)setrlimit(RLIMIT_NOFILE, &l);
}

/* ---- one run ---------------------------------------------------------------------------------- */

typedef struct listening {
    bx_mcp_front *front;
    bx_httpd *httpd;
    bx_buf token;
} listening;

static bx_code get_token(bx_buf *ret, bx_error *err)
{
    char home[PATH_MAX];
    bool made = false;
    bx_code rc = bx_home_dir(home, sizeof home, err);
    if (rc == BX_OK)
        rc = bx_mcp_token(home, ret, &made, err);
    if (rc == BX_OK && made)
        (void)fprintf(stderr,
                      "boxagnts: a token for clients was made; it is shown once, and kept in "
                      "%s/" BX_MCP_TOKEN_FILE "\n%s\n",
                      home, ret->p);
    return rc;
}

static bx_code begin(bx_mcp_server *server, const bx_cli_mcp_http *o, listening *l, bx_error *err)
{
    const char *address = o->address ? o->address : BX_MCP_HTTP_ADDRESS;
    bx_mcp_front_config front = {.server = server,
                                 .guard = {.hosts = o->hosts,
                                           .n_hosts = o->n_hosts,
                                           .origins = o->origins,
                                           .n_origins = o->n_origins}};
    bx_code rc = bx_cli_mcp_http_check(o, err);
    if (rc == BX_OK)
        rc = bx_httpd_address_is_local(address, &front.guard.local, err);
    if (rc == BX_OK && !o->no_auth)
        rc = get_token(&l->token, err);
    front.guard.token = bx_buf_str(&l->token);
    if (rc == BX_OK)
        rc = bx_mcp_front_new(&front, &l->front, err);
    if (rc != BX_OK)
        return rc;
    bx_httpd_config httpd = {.service = bx_mcp_front_service(l->front), .address = address};
    return bx_httpd_new(&httpd, &l->httpd, err);
}

/* What runs may end by itself, for a while; what is left then is cancelled.  Clients get answers as
 * long as there are any. */
static void end(bx_mcp_server *server, listening *l)
{
    enum { NS_PER_MS = 1000000 };
    if (l->httpd)
        (void)bx_httpd_drain(l->httpd, bx_now_ns());
    uint64_t now = bx_now_ns();
    if (!bx_mcp_server_stop(server, false, now + (uint64_t)GRACE_MS * NS_PER_MS))
        (void)bx_mcp_server_stop(server, true, bx_now_ns() + (uint64_t)ENDING_MS * NS_PER_MS);
    if (l->front)
        bx_mcp_front_stop(l->front);
    bx_httpd_free(l->httpd);
    (void)bx_mcp_server_stop(server, true, UINT64_MAX);
    bx_mcp_front_free(l->front);
    bx_buf_done(&l->token);
}

int bx_cli_mcp_http_serve(bx_mcp_server *server, const bx_cli_mcp_http *o)
{
    char at[BX_HTTPD_MAX_ADDRESS];
    bx_error err;
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    listening l = {.token = bx_buf_init(4096)};
    raise_descriptors();
    bx_code rc = bx_ctl_make_cancellable(&ctl, &err);
    if (rc == BX_OK)
        rc = begin(server, o, &l, &err);
    if (rc == BX_OK) {
        int ready;
        bx_signals_cancel(&ctl);
        bx_httpd_where(l.httpd, at);
        (void)printf("http://%s" BX_MCP_PATH "\n", at);
        (void)fflush(stdout);
        (void)bx_ctl_wait(&ctl, NULL, 0, UINT64_MAX, &ready);
    } else {
        bx_cli_complain("mcp --http: %s", err.msg);
    }
    end(server, &l);
    bx_signals_restore();
    bx_ctl_done(&ctl);
    return rc == BX_OK ? 0 : EXIT_OURS;
}
