#include "mcp/http_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "os/fd.h"

enum { BACKLOG = 1024 };

static bool port_of(bx_str s, uint16_t *ret)
{
    unsigned v = 0;
    if (s.n == 0 || s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (unsigned)(s.p[i] - '0');
    }
    *ret = (uint16_t)v;
    return v <= 65535;
}

static bool address_of(bx_str host, uint16_t port, bx_httpd_address *ret)
{
    char text[INET6_ADDRSTRLEN];
    memset(ret, 0, sizeof *ret);
    struct sockaddr_in *v4 = (struct sockaddr_in *)&ret->sa;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ret->sa;
    bool six = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (six)
        host = (bx_str){host.p + 1, host.n - 2};
    if (host.n == 0 || bx_str_eq(host, BX_LIT("localhost")))
        host = BX_LIT("127.0.0.1");
    if (host.n >= sizeof text)
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    if (six) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        ret->n = sizeof *v6;
        return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1;
    }
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    ret->n = sizeof *v4;
    return inet_pton(AF_INET, text, &v4->sin_addr) == 1;
}

bx_code bx_httpd_address_parse(const char *text, bx_httpd_address *ret, bx_error *err)
{
    const char *colon = strrchr(text, ':');
    bx_str host = {text, colon ? (size_t)(colon - text) : 0};
    uint16_t port;
    if (port_of(bx_str_of(colon ? colon + 1 : text), &port) && address_of(host, port, ret))
        return BX_OK;
    return bx_fail(err, BX_EINVAL,
                   "'%.100s' is no address to listen on: 127.0.0.1:7345, [::1]:7345 or 7345", text);
}

bool bx_httpd_sockaddr_is_local(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)sa)->sin_addr.s_addr) >> 24 == 127;
    return sa->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)sa)->sin6_addr);
}

bx_code bx_httpd_address_is_local(const char *address, bool *ret, bx_error *err)
{
    bx_httpd_address a;
    bx_code rc = bx_httpd_address_parse(address, &a, err);
    if (rc == BX_OK)
        *ret = bx_httpd_sockaddr_is_local((const struct sockaddr *)&a.sa);
    return rc;
}

void bx_httpd_address_print(const bx_httpd_address *a, char ret[BX_HTTPD_MAX_ADDRESS])
{
    char host[INET6_ADDRSTRLEN] = "";
    bool six = a->sa.ss_family == AF_INET6;
    const void *at = six ? (const void *)&((const struct sockaddr_in6 *)&a->sa)->sin6_addr
                         : (const void *)&((const struct sockaddr_in *)&a->sa)->sin_addr;
    (void)inet_ntop(a->sa.ss_family, at, host, sizeof host);
    uint16_t port = six ? ((const struct sockaddr_in6 *)&a->sa)->sin6_port
                        : ((const struct sockaddr_in *)&a->sa)->sin_port;
    (void)snprintf(ret, BX_HTTPD_MAX_ADDRESS, six ? "[%s]:%u" : "%s:%u", host, ntohs(port));
}

bx_code bx_httpd_listen(const bx_httpd_address *a, int *ret, bx_httpd_address *ret_at,
                        bx_error *err)
{
    char name[BX_HTTPD_MAX_ADDRESS];
    int on = 1;
    bx_httpd_address_print(a, name);
    BX_AUTOCLOSE int fd =
        socket(a->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (fd < 0)
        return bx_fail_errno(err, errno, "a socket");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->sa.ss_family == AF_INET6) /* and not IPv4 too, which nobody asked for */
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&a->sa, a->n) != 0 || listen(fd, BACKLOG) != 0)
        return bx_fail_errno(err, errno, "listen on %s", name);
    ret_at->n = sizeof ret_at->sa;
    if (getsockname(fd, (struct sockaddr *)&ret_at->sa, &ret_at->n) != 0)
        return bx_fail_errno(err, errno, "the address of a socket");
    *ret = bx_fd_take(&fd);
    return BX_OK;
}
