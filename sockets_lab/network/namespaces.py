"""Network namespaces of the calling thread: made, entered, held by descriptors.

Source: setns(2), unshare(2), network_namespaces(7). Python has ``os.setns`` from 3.12 on.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

CLONE_NEWNET = 0x40000000
_T = TypeVar("_T")


class NetworkUnavailable(RuntimeError):
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
    """Why this process cannot make a network of its own, in one sentence; empty if it can.

    Resources:
        none; it tries on a thread that ends at once.
    Source: network_namespaces(7), user_namespaces(7).
    """
    if sys.platform != "linux":
        return "Network needs Linux: on this system open the lesson in the course's container."
    try:
        os.close(in_thread(new_namespace))
    except OSError as error:
        return (
            f"Network needs network namespaces, and this process may not make one (unshare: {error.strerror}): open "
            "the lesson with the kernel “Sockets Lab”; `sockets-lab doctor` says what this machine lacks."
        )
    return ""


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
