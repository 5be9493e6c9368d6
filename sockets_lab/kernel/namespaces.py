"""Forking a process into namespaces of its own.

A new PID namespace begins with the next child, so that there are two forks: the first child leaves the caller's
namespaces, the second is process 1 of the new ones, and the first ends. The second becomes the caller's child.

Source: user_namespaces(7), pid_namespaces(7), prctl(2) PR_SET_CHILD_SUBREAPER, netdevice(7).
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
from pathlib import Path

from sockets_lab.kernel import syscalls
from sockets_lab.kernel.messages import receive, send

OWN = (
    syscalls.NEW_USER | syscalls.NEW_NETWORK | syscalls.NEW_PROCESSES | syscalls.NEW_IPC | syscalls.NEW_MOUNTS
)  # what every kernel has of its own
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


class NotIsolated(OSError):
    """The system refused one of the namespaces, or one of the steps in them.

    Attributes:
        step: what was tried, such as ``unshare``.
    """

    def __init__(self, number: int, step: str) -> None:
        super().__init__(number, os.strerror(number), step)
        self.step = step


class Isolated:
    """Process 1 of new namespaces, seen from outside.

    Attributes:
        pid: its process id here.
        descriptors: of its user and its network namespace, in this order; the caller closes them.
    """

    def __init__(self, pid: int, descriptors: list[int]) -> None:
        self.pid = pid
        self.descriptors = descriptors


def become_reaper() -> None:
    """Make this process the parent of what its children leave behind; before the first ``fork_isolated``."""
    syscalls.prctl(syscalls.SET_CHILD_SUBREAPER, 1)


def fork_isolated(flags: int = OWN) -> Isolated | None:
    """Fork; the child is process 1 of new namespaces, loopback up, and has all capabilities in them.

    Returns:
        What to know of the child; None in the child.
    Raises:
        NotIsolated: see there.
    Resources:
        one child, to be waited for, and two descriptors.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    middle = os.fork()
    if middle == 0:
        ours.close()
        _leave(theirs, flags)
        theirs.close()
        return None
    theirs.close()
    with ours:
        try:
            answer, descriptors = receive(ours)
            if answer == {"left": True}:
                _map_users(middle)
                send(ours, {"mapped": True})
                answer, descriptors = receive(ours)
        except BaseException:
            os.kill(middle, signal.SIGKILL)
            raise
        finally:
            os.waitpid(middle, 0)
    if "pid" not in answer:
        raise NotIsolated(answer["errno"], answer["step"])
    return Isolated(answer["pid"], descriptors)


def _leave(parent: socket.socket, flags: int) -> None:
    """In the middle process, which ends here; returns in its child."""
    step = "unshare"
    try:
        syscalls.unshare(flags)
        send(parent, {"left": True})
        step = "uid_map"
        receive(parent)
        step = "loopback"
        turn_loopback_on()
        step = "fork"
        # Before the fork: the child mounts another /proc, in which this process is not.
        spaces = [os.open(f"/proc/self/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in ("user", "net")]
        child = os.fork()
        if child == 0:
            for fd in spaces:
                os.close(fd)
            return
        send(parent, {"pid": child}, spaces)
    except OSError as error:
        send(parent, {"errno": error.errno or 0, "step": step})
    os._exit(0)


def _map_users(pid: int) -> None:
    """Let users and groups have the same numbers inside as outside: all that root may map, else one's own."""
    folder = Path(f"/proc/{pid}")
    if os.geteuid() == 0:
        users, groups = _own_extents("uid_map"), _own_extents("gid_map")
    else:
        (folder / "setgroups").write_text("deny", encoding="ascii")
        users, groups = f"{os.geteuid()} {os.geteuid()} 1", f"{os.getegid()} {os.getegid()} 1"
    (folder / "uid_map").write_text(users, encoding="ascii")
    (folder / "gid_map").write_text(groups, encoding="ascii")


def _own_extents(name: str) -> str:
    lines = Path(f"/proc/self/{name}").read_text(encoding="ascii").splitlines()
    extents = [line.split() for line in lines]
    return "".join(f"{first} {first} {count}\n" for first, _, count in extents)


def turn_loopback_on() -> None:
    """Bring ``lo`` up in this process's network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def show_own_processes() -> None:
    """Mount a /proc that shows the processes of this PID namespace; called by one of them."""
    syscalls.mount("none", "/", None, syscalls.RECURSIVE | syscalls.PRIVATE)
    flags = syscalls.NO_SET_UID | syscalls.NO_DEVICES | syscalls.NO_EXEC
    syscalls.mount("proc", "/proc", "proc", flags)
