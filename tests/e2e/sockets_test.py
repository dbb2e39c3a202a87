"""wasi:sockets behind the guard, through the sample component `dial`: each refusal beside a control that works."""
import json
import socket
import threading
import unittest

from component_support import COMPONENTS
from exec_support import ExecTest
from support import box

DIAL = COMPONENTS / "dial.wasm"
DENIED = "error 1"  # access-denied of wasi:sockets/network
LOOPBACK = ("--allow-network", "127.0.0.0/8")


class Sockets(ExecTest):
    def setUp(self):
        super().setUp()
        self.hits = 0
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.addCleanup(self.tcp.close)
        self.addCleanup(self.udp.close)
        self.port, self.udp_port = self.tcp.getsockname()[1], self.udp.getsockname()[1]
        threading.Thread(target=self.serve_tcp, daemon=True).start()
        threading.Thread(target=self.serve_udp, daemon=True).start()

    def serve_tcp(self):
        try:
            while True:
                con, _ = self.tcp.accept()
                self.hits += 1
                if con.recv(100) == b"ping":
                    con.sendall(b"pong")
                con.close()
        except OSError:
            pass

    def serve_udp(self):
        try:
            while True:
                data, peer = self.udp.recvfrom(100)
                self.hits += 1
                self.udp.sendto(b"pong" if data == b"ping" else b"?", peer)
        except OSError:
            pass

    def dial(self, *words, flags=()):
        done = box("exec", *flags, DIAL, "--", *map(str, words))
        self.assertEqual(done.returncode, 0, done)
        return done.stdout.decode().splitlines()

    def test_tcp_needs_rule_and_network(self):
        rule = ("--allow", f"connect:tcp://127.0.0.1:{self.port}")
        to = ("tcp", "127.0.0.1", self.port)
        self.assertEqual(self.dial(*to), [DENIED])
        self.assertEqual(self.dial(*to, flags=rule), [DENIED])
        self.assertEqual(self.dial(*to, flags=LOOPBACK), [DENIED])
        other = ("--allow", f"connect:tcp://127.0.0.1:{self.port + 1}")
        self.assertEqual(self.dial(*to, flags=(*other, *LOOPBACK)), [DENIED])
        wrong = ("--allow", f"connect:udp://127.0.0.1:{self.port}")
        self.assertEqual(self.dial(*to, flags=(*wrong, *LOOPBACK)), [DENIED])
        fetch = ("--allow", f"fetch:http://127.0.0.1:{self.port}")
        self.assertEqual(self.dial(*to, flags=(*fetch, *LOOPBACK)), [DENIED])
        self.assertEqual(self.hits, 0)
        self.assertEqual(self.dial(*to, flags=(*rule, *LOOPBACK)), ["pong"])  # control
        closed = ("--block-network", "127.0.0.1/32")
        self.assertEqual(self.dial(*to, flags=(*rule, *LOOPBACK, *closed)), [DENIED])
        self.assertEqual(self.hits, 1)

    def test_udp_needs_rule_and_network(self):
        rule = ("--allow", f"connect:udp://127.0.0.1:{self.udp_port}")
        to = ("udp", "127.0.0.1", self.udp_port)
        for flags in ((), rule, LOOPBACK, ("--allow", f"connect:tcp://127.0.0.1:{self.udp_port}", *LOOPBACK)):
            self.assertEqual(self.dial(*to, flags=flags), [DENIED], flags)
        self.assertEqual(self.hits, 0)
        self.assertEqual(self.dial(*to, flags=(*rule, *LOOPBACK)), ["pong"])  # control

    def test_names_only_as_rules_mention_them(self):
        rule = ("--allow", f"connect:tcp://localhost:{self.port}")
        self.assertEqual(self.dial("name", "localhost"), [DENIED])
        fetch = ("--allow", f"fetch:http://localhost:{self.port}", *LOOPBACK)
        self.assertEqual(self.dial("name", "localhost", flags=fetch), [DENIED])
        self.assertEqual(self.dial("name", "other.invalid", flags=(*rule, *LOOPBACK)), [DENIED])
        self.assertEqual(self.dial("name", "localhost", flags=(*rule, *LOOPBACK)), ["127.0.0.1 end"])  # control
        # An address becomes reachable by having been the answer for a granted name, not before.
        both = self.dial("tcp", "127.0.0.1", self.port, "name", "localhost", "tcp", "127.0.0.1", self.port,
                         flags=(*rule, *LOOPBACK))
        self.assertEqual(both, [DENIED, "127.0.0.1 end", "pong"])
        self.assertNotIn("127.0.0.1", self.dial("name", "localhost", flags=rule)[0])

    def test_a_socket_needs_a_right_of_its_kind(self):
        both = ("make", "tcp", "make", "udp")
        tcp = ("--allow", f"connect:tcp://127.0.0.1:{self.port}")
        udp = ("--allow", f"connect:udp://127.0.0.1:{self.port}")
        fetch = ("--allow", f"fetch:http://127.0.0.1:{self.port}")
        self.assertEqual(self.dial(*both), [DENIED, DENIED])
        self.assertEqual(self.dial(*both, flags=fetch), [DENIED, DENIED])
        self.assertEqual(self.dial(*both, flags=tcp), ["made", DENIED])
        self.assertEqual(self.dial(*both, flags=udp), [DENIED, "made"])

    def outcome_of(self, *words, flags=()):
        return json.loads(box("exec", "--json", *flags, DIAL, "--", *map(str, words)).stdout)

    def test_a_refused_socket_is_recorded(self):
        for kind, flags in (("tcp", ()), ("udp", ("--allow", f"connect:tcp://127.0.0.1:{self.port}"))):
            ended = self.outcome_of("make", kind, "make", kind, flags=flags)
            self.assertEqual(ended["sockets"], [{"proto": kind, "address": "", "port": 0, "allowed": False, "rule": ""}])
        rule = ("--allow", f"connect:tcp://127.0.0.1:{self.port}")
        self.assertEqual(self.outcome_of("make", "tcp", flags=rule)["sockets"], [])  # control: made, and led nowhere

    def test_sockets_alive_are_limited(self):
        both = ("--allow", f"connect:tcp://127.0.0.1:{self.port}", "--allow", f"connect:udp://127.0.0.1:{self.udp_port}", *LOOPBACK)
        two = (*both, "--limit", "sockets=2")
        full = "error 10"  # new-socket-limit
        self.assertEqual(self.dial("make", "tcp", "make", "udp", "make", "tcp", "make", "udp", flags=two), ["made"] * 2 + [full] * 2)
        self.assertEqual(self.dial(*("brief", "tcp", "brief", "udp") * 5, "make", "tcp", "make", "tcp", "make", "tcp", flags=two),
                         ["made"] * 12 + [full])
        talk = ("tcp", "127.0.0.1", self.port, "udp", "127.0.0.1", self.udp_port)
        self.assertEqual(self.dial(*talk * 5, flags=two), ["pong"] * 10)  # each is dropped after its answer
        self.assertEqual(self.dial(*("make", "tcp") * 65, flags=both), ["made"] * 64 + [full])
        ended = self.outcome_of(*("make", "udp") * 5, flags=two)
        self.assertEqual((ended["kind"], ended["limits_hit"]), ("exit", {"sockets": 3}))

    def test_bytes_of_sockets_are_counted(self):
        flags = ("--allow", f"connect:tcp://127.0.0.1:{self.port}", "--allow", f"connect:udp://127.0.0.1:{self.udp_port}", *LOOPBACK)
        for words in (("tcp", "127.0.0.1", self.port), ("udp", "127.0.0.1", self.udp_port)):
            counted = self.outcome_of(*words * 3, flags=flags)["bytes"]
            self.assertEqual((counted["socket_in"], counted["socket_out"]), (12, 12), words)
        counted = self.outcome_of("make", "tcp", flags=flags)["bytes"]
        self.assertEqual((counted["socket_in"], counted["socket_out"]), (0, 0))

    def test_nothing_listens(self):
        rule = ("--allow", f"connect:tcp://127.0.0.1:{self.port}", *LOOPBACK)
        self.assertEqual(self.dial("listen", 0, flags=rule), [DENIED])
        self.assertEqual(self.dial("listen", 0), [DENIED])

    def test_a_silent_peer_ends_at_the_deadline(self):
        quiet = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(quiet.close)
        port = quiet.getsockname()[1]
        done = box("exec", "--wasm-timeout", "500ms", "--allow", f"connect:tcp://127.0.0.1:{port}", *LOOPBACK, DIAL, "--",
                   "tcp", "127.0.0.1", str(port))
        self.assertEqual(done.returncode, 124, done)


if __name__ == "__main__":
    unittest.main()
