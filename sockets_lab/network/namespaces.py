"""Network namespaces of the calling thread: made, entered, held by descriptors.

Source: setns(2), unshare(2), network_namespaces(7). Python has ``os.setns`` from 3.12 on.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from sockets_lab.observe.not_here import NotHere

CLONE_NEWNET = 0x40000000
_LAB_NAMESPACES = CLONE_NEWNET | 0x10000000 | 0x20000000 | 0x08000000 | 0x00020000  # user, PID, IPC, mounts
_TRY = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
sys.exit(ctypes.get_errno() if libc.unshare(int(sys.argv[1])) else 0)
"""
_T = TypeVar("_T")


class NetworkUnavailable(NotHere):
    """This process cannot make a network of its own; the text says why, and what to do."""


def current_namespace() -> int:
    """A descriptor of the calling thread's network. ``/proc/self`` would be that of the main thread."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def enter_namespace(fd: int) -> None:
    """Make the network behind ``fd`` the calling thread's.

    Raises:
        OSError: without CAP_SYS_ADMIN here and in the namespace's owner.
    """
    _call("setns", fd, CLONE_NEWNET)


def new_namespace() -> int:
    """A descriptor of a new network, which the calling thread is in from now on."""
    _call("unshare", CLONE_NEWNET)
    return current_namespace()


def in_thread(function: Callable[[], _T]) -> _T:
    """Run ``function`` on a thread of its own, which may change its namespace: ours stays, whatever happens.

    Python never raises KeyboardInterrupt there; one that comes meanwhile is raised here when the thread is done.
    """
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="network namespaces")
    thread.start()
    interrupted = None
    while thread.is_alive():
        try:
            thread.join()
        except KeyboardInterrupt as error:
            interrupted = error
    if errors:
        raise errors[0]
    if interrupted is not None:
        raise interrupted
    return results[0]


def why_no_network() -> str:
    """Why this process cannot make a network of its own, and what to do, in one sentence; empty if it can.

    Resources:
        none; it tries on a thread that ends at once, and where that fails in a process that ends at once.
    Source: network_namespaces(7), user_namespaces(7).
    """
    if sys.platform != "linux":
        return "Network needs Linux: on this system open the lesson in a virtual machine or a container."
    try:
        os.close(in_thread(new_namespace))
    except OSError as error:
        number = _errno_of_lab_namespaces()
        if number:
            return (
                "Network needs network namespaces, which this system refuses to its users "
                f"(unshare: {os.strerror(number)}): {_mend(number)}; `sockets-lab doctor` says more."
            )
        return (
            f"Network needs a notebook kernel that may make one, and this kernel may not (unshare: {error.strerror}): "
            "open the lesson with the kernel “Sockets Lab” (menu Kernel, Change Kernel), or by `sockets-lab open`."
        )
    return ""


def _errno_of_lab_namespaces() -> int:
    """What keeps this user from the namespaces of a lab kernel; 0 if nothing does."""
    # A process with threads, as a notebook's kernel is, cannot try it itself.
    tried = subprocess.run([sys.executable, "-I", "-S", "-c", _TRY, str(_LAB_NAMESPACES)], stdin=subprocess.DEVNULL)
    return tried.returncode


def _mend(number: int) -> str:
    from sockets_lab.kernel.reasons import mend  # importing the lab kernel takes longer than making a network

    return mend(OSError(number, os.strerror(number), "unshare"))


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
