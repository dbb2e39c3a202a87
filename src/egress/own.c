/* The runtime's own listeners, which no request may reach. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "egress/internal.h"

bx_code bx_egress_add_own_port(bx_egress *eg, uint16_t port, bx_error *err)
{
    if (port == 0)
        return bx_fail(err, BX_EINVAL, "port 0 is no listening port");
    for (size_t i = 0; i < BX_EGRESS_OWN_PORTS; i++) {
        uint32_t none = 0;
        if (atomic_compare_exchange_strong(&eg->own_ports[i], &none, port))
            return BX_OK;
    }
    return bx_fail(err, BX_ELIMIT, "more than %d own ports", BX_EGRESS_OWN_PORTS);
}

void bx_egress_remove_own_port(bx_egress *eg, uint16_t port)
{
    for (size_t i = 0; i < BX_EGRESS_OWN_PORTS; i++) {
        uint32_t want = port;
        if (atomic_compare_exchange_strong(&eg->own_ports[i], &want, 0))
            return;
    }
}

/* The IPv4 address inside ::ffff:0:0/96, which the kernel connects to as IPv4. */
static bx_ip unmapped(bx_ip ip)
{
    static const uint8_t PREFIX[12] = {[10] = 0xff, [11] = 0xff};
    bx_ip v4 = {.family = 4};
    if (ip.family != 6 || memcmp(ip.b, PREFIX, sizeof PREFIX) != 0)
        return ip;
    memcpy(v4.b, ip.b + 12, 4);
    return v4;
}

/* Can this machine bind the address?  Then it is one of its own. */
static bool is_local(bx_ip ip)
{
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a = {.v6 = {.sin6_family = 0}};
    socklen_t len = sizeof a.v6;
    if (ip.family == 4) {
        a.v4.sin_family = AF_INET;
        memcpy(&a.v4.sin_addr, ip.b, 4);
        len = sizeof a.v4;
    } else {
        a.v6.sin6_family = AF_INET6;
        memcpy(&a.v6.sin6_addr, ip.b, 16);
    }
    int fd = socket(a.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno != EAFNOSUPPORT; /* unsure means yes */
    bool local = bind(fd, &a.sa, len) == 0 || errno != EADDRNOTAVAIL;
    (void)close(fd);
    return local;
}

bool bx_egress_is_own(bx_egress *eg, bx_ip ip, uint16_t port)
{
    for (size_t i = 0; i < BX_EGRESS_OWN_PORTS; i++)
        if (port != 0 && atomic_load(&eg->own_ports[i]) == port)
            return is_local(unmapped(ip));
    return false;
}

bool bx_ip_of_sockaddr(const struct sockaddr *sa, bx_ip *ip, uint16_t *port)
{
    *ip = (bx_ip){.family = 0};
    if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *s = (const void *)sa;
        ip->family = 4;
        memcpy(ip->b, &s->sin_addr, 4);
        *port = ntohs(s->sin_port);
        return true;
    }
    if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *s = (const void *)sa;
        ip->family = 6;
        memcpy(ip->b, &s->sin6_addr, 16);
        *port = ntohs(s->sin6_port);
        return s->sin6_scope_id == 0; /* a zone names an interface: never granted */
    }
    return false;
}
