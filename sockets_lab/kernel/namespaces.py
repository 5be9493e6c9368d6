"""Forking a process into namespaces of its own.

Source: user_namespaces(7), pid_namespaces(7), clone(2), netdevice(7).
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
    with ours, theirs:
        try:
            child = syscalls.fork_into(flags)
        except OSError as error:
            raise NotIsolated(error.errno or 0, "unshare") from None  # the command by which anybody can try it
        if child == 0:
            ours.close()
            _settle(theirs)
            return None
        theirs.close()
        descriptors: list[int] = []
        try:
            _map_users(child)
            descriptors += [os.open(f"/proc/{child}/ns/{name}", os.O_RDONLY) for name in ("user", "net")]
            send(ours, {"mapped": True})
            answer, _ = receive(ours)
            if "errno" in answer:
                raise NotIsolated(answer["errno"], answer["step"])
        except BaseException as error:
            for fd in descriptors:
                os.close(fd)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            if isinstance(error, NotIsolated) or not isinstance(error, OSError):
                raise
            raise NotIsolated(error.errno or 0, "uid_map") from error
    return Isolated(child, descriptors)


def _settle(parent: socket.socket) -> None:
    """In the child, which ends here where it cannot go on."""
    try:
        receive(parent)
        turn_loopback_on()
        send(parent, {"ready": True})
    except EOFError:
        os._exit(1)
    except OSError as error:
        send(parent, {"errno": error.errno or 0, "step": "loopback"})
        os._exit(1)


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
