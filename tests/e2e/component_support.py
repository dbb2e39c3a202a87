"""What the tests of components share: modules wrapped by `boxagnts componentize`, and the exit codes components have."""
import os
import pathlib
import tempfile
import unittest
from unittest import mock

from support import box, root

# Sample components, built from tests/components.
COMPONENTS = pathlib.Path(os.environ.get("BX_COMPONENTS", root / "build/components"))


def componentize(module, folder, plain=False):
    """The component of a module, under the module's name.  What `componentize` makes is run as the module it holds; unless
    it is `plain`, a custom section more makes it take the component path."""
    out = pathlib.Path(folder) / module.name
    done = box("componentize", module, "-o", out)
    if done.returncode != 0:
        raise AssertionError(f"componentize {module}: {done.stderr!r}")
    if not plain:
        out.write_bytes(out.read_bytes() + b"\0\2\1x")
    return out


def componentized(folder, modules):
    """Every module of a list, into `folder`; the folder."""
    for module in modules:
        componentize(module, folder)
    return folder


def scratch_for_module():
    """A directory that lives until the tests of the module that called this from setUpModule are over."""
    scratch = tempfile.TemporaryDirectory(prefix="bx-components-")
    unittest.addModuleCleanup(scratch.cleanup)
    return pathlib.Path(scratch.name)


def replace_for_module(target, name, value):
    """target.name is `value` until the tests of the calling module are over."""
    patch = mock.patch.object(target, name, value)
    patch.start()
    unittest.addModuleCleanup(patch.stop)
