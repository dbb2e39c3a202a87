#include "cli/mcp_http.h"

#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>

#include "mcp/http_token.h"
#include "os/dirs.h"
#include "os/signals.h"
#include "policy/limits.h"

enum {
    GRACE_MS = 3000,  /* what runs when the end is asked for may take this long */
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

static const char *address_of(const bx_args *a)
{
    const char *given = bx_flag_last(a, BX_FLAG_HTTP);
    return given ? given : BX_MCP_HTTP_ADDRESS;
}

/* The values of a flag that may be there often; false: too often. */
static bool values_of(const bx_args *a, int id, const char **ret, size_t *ret_n)
{
    *ret_n = 0;
    for (size_t i = 0; i < a->n_flags; i++) {
        if (a->flags[i].id != id)
            continue;
        if (*ret_n == BX_MCP_MAX_NAMES)
            return false;
        ret[(*ret_n)++] = a->flags[i].value;
    }
    return true;
}

bx_code bx_cli_mcp_http_check(const bx_args *a, bx_error *err)
{
    const char *names[BX_MCP_MAX_NAMES];
    size_t n_hosts, n_origins;
    bool local = false, bounded = values_of(a, BX_FLAG_ALLOW_HOST, names, &n_hosts);
    bounded = values_of(a, BX_FLAG_ALLOW_ORIGIN, names, &n_origins) && bounded;
    if (!bounded)
        return bx_fail(err, BX_ELIMIT, "at most %d of --allow-host, and of --allow-origin",
                       BX_MCP_MAX_NAMES);
    if (!bx_has_flag(a, BX_FLAG_HTTP))
        return n_hosts || n_origins || bx_has_flag(a, BX_FLAG_NO_AUTH)
                   ? bx_fail(err, BX_EINVAL,
                             "--no-auth, --allow-host and --allow-origin are for --http")
                   : BX_OK;
    bx_code rc = bx_httpd_address_is_local(address_of(a), &local, err);
    if (rc == BX_OK && bx_has_flag(a, BX_FLAG_NO_AUTH) && !local)
        return bx_fail(
            err, BX_EDENIED,
            "--no-auth: only on loopback (127.0.0.1, [::1]): whoever reaches %s could run "
            "the tools",
            address_of(a));
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

/* ---- one run ----------------------------------------------------------------------------------
 */

typedef struct listening {
    bx_mcp_front *front;
    bx_httpd *httpd;
    bx_buf token;
    const char *hosts[BX_MCP_MAX_NAMES], *origins[BX_MCP_MAX_NAMES];
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

/* A guest that reached the server would speak to it with its operator's rights. */
static bx_code keep_out(const bx_httpd *httpd, bx_egress *way_out, bx_error *err)
{
    char at[BX_HTTPD_MAX_ADDRESS];
    uint64_t port = 0;
    bx_httpd_where(httpd, at);
    const char *colon = strrchr(at, ':');
    bx_code rc = bx_count_parse(bx_str_of(colon ? colon + 1 : ""), &port, err);
    return rc == BX_OK ? bx_egress_add_own_port(way_out, (uint16_t)port, err) : rc;
}

static bx_code begin(bx_mcp_server *server, const bx_args *a, bx_egress *way_out, listening *l,
                     bx_error *err)
{
    bx_mcp_front_config front = {.server = server,
                                 .guard = {.hosts = l->hosts, .origins = l->origins}};
    bx_code rc = bx_cli_mcp_http_check(a, err);
    if (rc == BX_OK)
        rc = bx_httpd_address_is_local(address_of(a), &front.guard.local, err);
    if (rc == BX_OK && !bx_has_flag(a, BX_FLAG_NO_AUTH))
        rc = get_token(&l->token, err);
    (void)values_of(a, BX_FLAG_ALLOW_HOST, l->hosts, &front.guard.n_hosts);
    (void)values_of(a, BX_FLAG_ALLOW_ORIGIN, l->origins, &front.guard.n_origins);
    front.guard.token = bx_buf_str(&l->token);
    if (rc == BX_OK)
        rc = bx_mcp_front_new(&front, &l->front, err);
    if (rc != BX_OK)
        return rc;
    bx_httpd_config httpd = {.service = bx_mcp_front_service(l->front), .address = address_of(a)};
    rc = bx_httpd_new(&httpd, &l->httpd, err);
    return rc == BX_OK && way_out ? keep_out(l->httpd, way_out, err) : rc;
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

bx_code bx_cli_mcp_http_serve(bx_mcp_server *server, const bx_args *a, bx_egress *way_out,
                              bx_error *err)
{
    char at[BX_HTTPD_MAX_ADDRESS];
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    listening l = {.token = bx_buf_init(4096)};
    raise_descriptors();
    bx_code rc = bx_ctl_make_cancellable(&ctl, err);
    if (rc == BX_OK)
        rc = begin(server, a, way_out, &l, err);
    if (rc == BX_OK) {
        int ready;
        bx_signals_cancel(&ctl);
        bx_httpd_where(l.httpd, at);
        (void)printf("http://%s" BX_MCP_PATH "\n", at);
        (void)fflush(stdout);
        (void)bx_ctl_wait(&ctl, NULL, 0, UINT64_MAX, &ready);
    }
    end(server, &l);
    bx_signals_restore();
    bx_ctl_done(&ctl);
    return rc;
}
