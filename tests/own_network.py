"""Tests that need a network of their own: each runs in a fork of pytest, in a new user and network namespace.

A module that says ``OWN_NETWORK = True`` has its tests run so. They look like any others; what one does to the
network is gone with it, and the machine's own network is never touched.
"""

from __future__ import annotations

import ctypes
import functools
import os
import subprocess
import traceback
from pathlib import Path

import pytest

from sockets_lab.network.netlink import Netlink
from sockets_lab.peers.spawner import close_warm_parent
from tests.leaks import held, left_since

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NAMESPACES = ["unshare", "--user", "--map-current-user", "--net", "--pid", "--fork", "--mount-proc", "true"]


@functools.cache
def namespaces_are_missing() -> bool:
    """Whether the platform itself gives no user, network and PID namespaces, as in a chroot or a strict container."""
    return subprocess.run(NAMESPACES, capture_output=True).returncode != 0


NO_NAMESPACES = "no user, network and PID namespaces here"
needs_namespaces = pytest.mark.skipif(namespaces_are_missing(), reason=NO_NAMESPACES)


def skip_without_namespaces(items: list[pytest.Item]) -> None:
    """Mark what cannot be tried on such a platform."""
    for item in items if items and namespaces_are_missing() else ():
        item.add_marker(pytest.mark.may_skip)
        item.add_marker(pytest.mark.skip(reason=NO_NAMESPACES))


def enter_own_network(user_inside: int = 0, group_inside: int = 0) -> None:
    """Enter a new network with loopback up, in a new user namespace, as its root; the process must have one thread."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user_inside} {user} 1"),
        ("gid_map", f"{group_inside} {group} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text)
    with Netlink() as netlink:
        netlink.set_up(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip them where there are no namespaces."""
    skip_without_namespaces([one for one in items if getattr(getattr(one, "module", None), "OWN_NETWORK", False)])


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run the test in a fork, if its module wants that."""
    if not getattr(pyfuncitem.module, "OWN_NETWORK", False):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    temp = pyfuncitem.funcargs.get("private_temp_folder")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        told = b""
        try:
            os.close(reading)
            enter_own_network()
            before = held(Path(os.environ["TMPDIR"]) if temp is None else temp)
            pyfuncitem.obj(**arguments)
            close_warm_parent()  # in this network, where it was needed; pytest's own is not this process's
            left = left_since(before, Path(os.environ["TMPDIR"]) if temp is None else temp)
            told = f"the test left behind: {'; '.join(left)}".encode() if left else b""
        except pytest.skip.Exception as skip:
            told = f"skip: {skip}".encode()
        except BaseException:
            told = traceback.format_exc().encode()
        finally:
            os.write(writing, told[-60_000:])
            os._exit(0 if not told else 1)
    os.close(writing)
    with open(reading, "rb") as pipe:
        told_by_child = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if told_by_child.startswith("skip: "):
        pytest.skip(told_by_child[6:])
    if told_by_child or status:
        pytest.fail(told_by_child or f"the test's process ended with {status}", pytrace=False)
    return True
