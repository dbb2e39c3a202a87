"""Every hostile guest of tools/probes/ as a component: what held for the module holds here, by the other path into the
same functions.

Probes that lie to preview1's own functions meet the preview1 adapter first, which is part of the guest: it may end
the guest with a trap, or answer differently.  Of those only what counts is asked: the guest got nothing, and boxagnts
ended in order.
"""
# also-run: no-openat2
# timeout: 300
import unittest

import probes_test
from component_support import componentized, replace_for_module, scratch_for_module
from support import NO_OPENAT2, PROBES

# Judged by the adapter.  regex_memory: what its allocator gets before it is refused decides how the guest takes it.
ADAPTER = {"bad_pointers", "bad_iovecs", "huge_poll", "sockets", "regex_memory"}
# The adapter looks at the first buffer of a list only, as it may: a list that goes on where there is no memory passes,
# and the control, which reads into several buffers at once, does not get all.
FIRST_BUFFER = {"bad_iovecs"}


def setUpModule():
    folder = scratch_for_module()
    replace_for_module(probes_test, "PROBES", componentized(folder, [PROBES / f"{p.name}.wasm" for p in probes_test.ALL]))


class ComponentProbes(unittest.TestCase):
    check_refused_without_openat2 = probes_test.Probes.check_refused_without_openat2
    check_attack = probes_test.Probes.check_attack
    check_control = probes_test.Probes.check_control

    def check_no_gain(self, probe):
        outcome, code = probes_test.run(probe)
        self.assertIn((outcome["kind"], code), (("exit", 0), ("exit", 1), ("trap", 132), ("memory", 137)), outcome)
        self.assertNotIn("not tried", outcome["stdout"])
        if probe.name not in FIRST_BUFFER:
            self.assertNotIn("ESCAPED", outcome["stdout"])


def add(probe):
    attack = "check_no_gain" if probe.name in ADAPTER else "check_attack"
    if NO_OPENAT2 and probe.maps:
        attack = "check_refused_without_openat2"
    setattr(ComponentProbes, f"test_{probe.name}", lambda self: getattr(self, attack)(probe))
    if probe.name not in FIRST_BUFFER and not (NO_OPENAT2 and probe.maps):
        setattr(ComponentProbes, f"test_{probe.name}_control", lambda self: self.check_control(probe))


for one in probes_test.ALL:
    add(one)

if __name__ == "__main__":
    unittest.main()
