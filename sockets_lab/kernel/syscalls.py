"""System calls that Python 3.11 has no functions for, each with the errno's own exception.

Source: setns(2), mount(2), mount_setattr(2), prctl(2), capset(2), clone(2), namespaces(7), capabilities(7).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Any

# Linux on every architecture: include/uapi/linux/sched.h, mount.h, prctl.h.
NEW_MOUNTS = 0x00020000
NEW_HOST_NAME = 0x04000000
NEW_IPC = 0x08000000
NEW_USER = 0x10000000
NEW_PROCESSES = 0x20000000
NEW_NETWORK = 0x40000000

READ_ONLY, NO_SET_UID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
RECURSIVE, PRIVATE = 0x4000, 0x40000
BIND = 0x1000

SET_NO_NEW_PRIVS = 38
SET_PARENT_DEATH_SIGNAL = 1
SET_DUMPABLE = 4
SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
DROP_FROM_BOUNDING_SET = 24
AMBIENT, AMBIENT_RAISE = 47, 2

_CLONE3 = 435  # the same number on every architecture since Linux 5.3
_MOUNT_SETATTR = 442  # and since Linux 5.12
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def fork_into(flags: int) -> int:
    """As ``os.fork()``, with the child in new namespaces, of which ``flags`` say the kinds; needs one thread.

    The C library does not know of this child: it is to fork what shall run other people's code.
    """
    python, arguments = ctypes.pythonapi, (ctypes.c_uint64 * 8)(flags, 0, 0, 0, signal.SIGCHLD)  # struct clone_args
    no_switch = ctypes.PyDLL(None, use_errno=True)  # the interpreter's lock is held, as for os.fork
    python.PyOS_BeforeFork()
    pid = int(no_switch.syscall(ctypes.c_long(_CLONE3), ctypes.byref(arguments), ctypes.c_size_t(64)))
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(number, os.strerror(number), "clone3")
    return pid


def setns(fd: int, kind: int) -> None:
    """Enter the namespace behind ``fd``; for a user namespace the calling process must have one thread."""
    _call("setns", fd, kind)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount ``source`` on ``target``."""
    arguments = [source.encode(), target.encode(), kind.encode() if kind else None]
    _call("mount", *arguments, ctypes.c_ulong(flags), options.encode() or None)


def make_read_only(target: str) -> None:
    """Make the mount at ``target`` and all below it read-only."""

    class Attributes(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user_namespace")]

    wanted = Attributes(set=READ_ONLY)
    _call(
        *("syscall", ctypes.c_long(_MOUNT_SETATTR), _AT_FDCWD, target.encode(), _AT_RECURSIVE),
        *(ctypes.byref(wanted), ctypes.c_size_t(ctypes.sizeof(wanted))),
    )


def prctl(option: int, *arguments: int) -> None:
    """Set a property of this process."""
    _call("prctl", option, *(ctypes.c_ulong(argument) for argument in [*arguments, 0, 0, 0, 0][:4]))


def install_filter(program: bytes) -> None:
    """Hold this process and its children to a seccomp filter; needs no_new_privs."""

    class Program(ctypes.Structure):
        _fields_ = [("instructions", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

    # struct sock_filter has eight bytes.
    wanted = Program(len(program) // 8, program)
    _call("prctl", SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(wanted), ctypes.c_ulong(0))


def set_capabilities(mask: int) -> None:
    """Make ``mask`` the effective, permitted and inheritable capabilities of this process."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    _call("capset", header, (ctypes.c_uint32 * 6)(low, low, low, high, high, high))


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
