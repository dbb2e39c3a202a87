/* dial COMMAND...: client sockets of wasi:sockets.  One line for each command: what came of it.
 *   tcp A.B.C.D PORT     connect, send "ping", print what comes back
 *   udp A.B.C.D PORT     the same with one datagram
 *   name HOST            the IPv4 addresses of a name
 *   make tcp|udp         make a socket and do nothing with it
 *   brief tcp|udp        the same, and drop it
 *   listen PORT          try to bind that port and listen
 * An error is printed as "error N", the number of error-code of wasi:sockets/network (1 =
 * access-denied). */
#include "dial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wasi_sockets_network_borrow_network_t net;

static void fail(uint8_t code) { printf("error %d\n", code); }

/* Block on a pollable and give it back. */
static void wait_for(wasi_io_poll_own_pollable_t p)
{
    wasi_io_poll_method_pollable_block(wasi_io_poll_borrow_pollable(p));
    wasi_io_poll_pollable_drop_own(p);
}

static wasi_sockets_network_ip_socket_address_t address(const char *ip, const char *port)
{
    wasi_sockets_network_ip_socket_address_t a = {.tag =
                                                      WASI_SOCKETS_NETWORK_IP_SOCKET_ADDRESS_IPV4};
    unsigned b[4] = {0};
    if (sscanf(ip, "%u.%u.%u.%u", &b[0], &b[1], &b[2], &b[3]) != 4)
        exit(2);
    a.val.ipv4.port = (uint16_t)atoi(port);
    a.val.ipv4.address = (wasi_sockets_network_ipv4_address_t){(uint8_t)b[0], (uint8_t)b[1],
                                                               (uint8_t)b[2], (uint8_t)b[3]};
    return a;
}

static void talk(wasi_sockets_tcp_tuple2_own_input_stream_own_output_stream_t *s)
{
    dial_list_u8_t ping = {(uint8_t *)(uintptr_t)"ping", 4}, got;
    wasi_io_streams_stream_error_t e;
    if (!wasi_io_streams_method_output_stream_blocking_write_and_flush(
            wasi_io_streams_borrow_output_stream(s->f1), &ping, &e) ||
        !wasi_io_streams_method_input_stream_blocking_read(
            wasi_io_streams_borrow_input_stream(s->f0), 100, &got, &e))
        printf("broken\n");
    else
        printf("%.*s\n", (int)got.len, (const char *)got.ptr);
}

static void tcp(const char *ip, const char *port)
{
    wasi_sockets_network_ip_socket_address_t to = address(ip, port);
    wasi_sockets_tcp_own_tcp_socket_t own;
    wasi_sockets_tcp_tuple2_own_input_stream_own_output_stream_t streams;
    uint8_t e = 0;
    if (!wasi_sockets_tcp_create_socket_create_tcp_socket(
            WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &own, &e)) {
        fail(e);
        return;
    }
    wasi_sockets_tcp_borrow_tcp_socket_t s = wasi_sockets_tcp_borrow_tcp_socket(own);
    if (!wasi_sockets_tcp_method_tcp_socket_start_connect(s, net, &to, &e)) {
        fail(e);
        return;
    }
    wait_for(wasi_sockets_tcp_method_tcp_socket_subscribe(s));
    if (!wasi_sockets_tcp_method_tcp_socket_finish_connect(s, &streams, &e)) {
        fail(e);
        return;
    }
    talk(&streams);
    wasi_io_streams_input_stream_drop_own(streams.f0);
    wasi_io_streams_output_stream_drop_own(streams.f1);
    wasi_sockets_tcp_tcp_socket_drop_own(own);
}

static void udp(const char *ip, const char *port)
{
    wasi_sockets_network_ip_socket_address_t to = address(ip, port), any = address("0.0.0.0", "0");
    wasi_sockets_udp_own_udp_socket_t own;
    wasi_sockets_udp_tuple2_own_incoming_datagram_stream_own_outgoing_datagram_stream_t streams;
    wasi_sockets_udp_list_incoming_datagram_t got;
    uint64_t n = 0;
    uint8_t e = 0;
    if (!wasi_sockets_udp_create_socket_create_udp_socket(
            WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &own, &e)) {
        fail(e);
        return;
    }
    wasi_sockets_udp_borrow_udp_socket_t s = wasi_sockets_udp_borrow_udp_socket(own);
    if (!wasi_sockets_udp_method_udp_socket_start_bind(s, net, &any, &e) ||
        !wasi_sockets_udp_method_udp_socket_finish_bind(s, &e) ||
        !wasi_sockets_udp_method_udp_socket_stream(s, NULL, &streams, &e)) {
        fail(e);
        return;
    }
    wasi_sockets_udp_outgoing_datagram_t d = {.data = {(uint8_t *)(uintptr_t)"ping", 4}};
    d.remote_address.is_some = true;
    d.remote_address.val = to;
    wasi_sockets_udp_list_outgoing_datagram_t list = {&d, 1};
    wasi_sockets_udp_borrow_outgoing_datagram_stream_t out =
        wasi_sockets_udp_borrow_outgoing_datagram_stream(streams.f1);
    wasi_sockets_udp_borrow_incoming_datagram_stream_t in =
        wasi_sockets_udp_borrow_incoming_datagram_stream(streams.f0);
    if (!wasi_sockets_udp_method_outgoing_datagram_stream_check_send(out, &n, &e) ||
        !wasi_sockets_udp_method_outgoing_datagram_stream_send(out, &list, &n, &e)) {
        fail(e);
        return;
    }
    wait_for(wasi_sockets_udp_method_incoming_datagram_stream_subscribe(in));
    if (wasi_sockets_udp_method_incoming_datagram_stream_receive(in, 1, &got, &e) && got.len == 1)
        printf("%.*s\n", (int)got.ptr[0].data.len, (const char *)got.ptr[0].data.ptr);
    else
        fail(e);
    wasi_sockets_udp_incoming_datagram_stream_drop_own(streams.f0);
    wasi_sockets_udp_outgoing_datagram_stream_drop_own(streams.f1);
    wasi_sockets_udp_udp_socket_drop_own(own);
}

static void name(const char *host)
{
    dial_string_t text = {(uint8_t *)(uintptr_t)host, strlen(host)};
    wasi_sockets_ip_name_lookup_own_resolve_address_stream_t own;
    wasi_sockets_ip_name_lookup_option_ip_address_t a;
    uint8_t e = 0;
    if (!wasi_sockets_ip_name_lookup_resolve_addresses(net, &text, &own, &e)) {
        fail(e);
        return;
    }
    wasi_sockets_ip_name_lookup_borrow_resolve_address_stream_t s =
        wasi_sockets_ip_name_lookup_borrow_resolve_address_stream(own);
    for (;;) {
        wait_for(wasi_sockets_ip_name_lookup_method_resolve_address_stream_subscribe(s));
        if (!wasi_sockets_ip_name_lookup_method_resolve_address_stream_resolve_next_address(s, &a,
                                                                                            &e)) {
            fail(e);
            return;
        }
        if (!a.is_some)
            break;
        if (a.val.tag == WASI_SOCKETS_NETWORK_IP_ADDRESS_IPV4)
            printf("%d.%d.%d.%d ", a.val.val.ipv4.f0, a.val.val.ipv4.f1, a.val.val.ipv4.f2,
                   a.val.val.ipv4.f3);
    }
    printf("end\n");
}

static void make(const char *kind, bool keep)
{
    wasi_sockets_tcp_own_tcp_socket_t t;
    wasi_sockets_udp_own_udp_socket_t u;
    uint8_t e = 0;
    bool ok = strcmp(kind, "tcp") == 0 ? wasi_sockets_tcp_create_socket_create_tcp_socket(
                                             WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &t, &e)
                                       : wasi_sockets_udp_create_socket_create_udp_socket(
                                             WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &u, &e);
    if (!ok)
        fail(e);
    else if (!keep && strcmp(kind, "tcp") == 0)
        wasi_sockets_tcp_tcp_socket_drop_own(t);
    else if (!keep)
        wasi_sockets_udp_udp_socket_drop_own(u);
    if (ok)
        printf("made\n");
}

static void listen_on(const char *port)
{
    wasi_sockets_network_ip_socket_address_t at = address("127.0.0.1", port);
    wasi_sockets_tcp_own_tcp_socket_t own;
    uint8_t e = 0;
    if (!wasi_sockets_tcp_create_socket_create_tcp_socket(
            WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &own, &e)) {
        fail(e);
        return;
    }
    wasi_sockets_tcp_borrow_tcp_socket_t s = wasi_sockets_tcp_borrow_tcp_socket(own);
    if (wasi_sockets_tcp_method_tcp_socket_start_bind(s, net, &at, &e) &&
        wasi_sockets_tcp_method_tcp_socket_finish_bind(s, &e) &&
        wasi_sockets_tcp_method_tcp_socket_start_listen(s, &e) &&
        wasi_sockets_tcp_method_tcp_socket_finish_listen(s, &e))
        printf("listening\n");
    else
        fail(e);
}

int main(int argc, char **argv)
{
    net = wasi_sockets_network_borrow_network(wasi_sockets_instance_network_instance_network());
    for (int i = 1; i < argc;) {
        if (strcmp(argv[i], "tcp") == 0 && i + 2 < argc) {
            tcp(argv[i + 1], argv[i + 2]);
            i += 3;
        } else if (strcmp(argv[i], "udp") == 0 && i + 2 < argc) {
            udp(argv[i + 1], argv[i + 2]);
            i += 3;
        } else if (strcmp(argv[i], "name") == 0 && i + 1 < argc) {
            name(argv[i + 1]);
            i += 2;
        } else if (strcmp(argv[i], "make") == 0 && i + 1 < argc) {
            make(argv[i + 1], true);
            i += 2;
        } else if (strcmp(argv[i], "brief") == 0 && i + 1 < argc) {
            make(argv[i + 1], false);
            i += 2;
        } else if (strcmp(argv[i], "listen") == 0 && i + 1 < argc) {
            listen_on(argv[i + 1]);
            i += 2;
        } else {
            return 2;
        }
    }
    return 0;
}

/* Our own start: naming __wasm_call_ctors keeps the linker from wrapping every export, cabi_realloc
 * among them, in constructors and destructors (docs/web_fetch.md). */
void __wasm_call_ctors(void);
int __main_void(void);
void _start(void);

__attribute__((export_name("_start"))) void _start(void)
{
    __wasm_call_ctors();
    int code = __main_void();
    fflush(stdout);
    if (code)
        exit(code);
}
