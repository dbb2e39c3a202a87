"""The tools and programs in wazero (examples/portable/wazero) give the same bytes."""
# only: release
# timeout: 600
import sys
import unittest

from support import root

sys.path.insert(0, str(root / "tests/portable"))
import runtimes  # noqa: E402
from compared import Alone, Compared, Shell  # noqa: E402


class Wazero(Alone, Shell, Compared, unittest.TestCase):
    runtime = runtimes.Wazero


if __name__ == "__main__":
    unittest.main()
