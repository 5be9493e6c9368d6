"""What the operating system gives to every program: processes, sockets, ports, files."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Callable

from sockets_lab import results
from sockets_lab.doctor.finding import Finding, needed, useful

UNIX_PATH_BYTES = 108  # sockaddr_un, unix(7)
PORTS_AT_ONCE = 100
OPEN_FILES = 512


def fork() -> Finding:
    """Servers and referees are forked from a warm parent."""
    works = False
    with contextlib.suppress(OSError, AttributeError):
        child = os.fork()
        if child == 0:
            os._exit(0)
        works = os.waitpid(child, 0)[1] == 0
    mend = "end some programs or raise the limit of processes (ulimit -u); on Windows use WSL 2"
    return needed("fork", works, "servers and checks run in processes of their own", mend)


def descriptors() -> Finding:
    """Sockets travel between processes: SCM_RIGHTS, unix(7)."""

    def pass_one() -> None:
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with one, other:
            socket.send_fds(one, [b"x"], [one.fileno()])
            for fd in socket.recv_fds(other, 1, 1)[1]:
                os.close(fd)

    meaning = "a check hands sockets to your function and judges those that it returns"
    return needed("descriptors over Unix sockets", _works(pass_one), meaning, "use Linux or macOS, outside a sandbox")


def loopback() -> Finding:
    """A TCP connection over 127.0.0.1."""
    works = _works(lambda: _connect(socket.AF_INET, "127.0.0.1"))
    mend = "turn the loopback interface on: sudo ip link set lo up"
    return needed("IPv4 loopback", works, "every lesson talks to itself at 127.0.0.1", mend)


def ipv6() -> Finding:
    """A TCP connection over ::1."""
    works = _works(lambda: _connect(socket.AF_INET6, "::1"))
    meaning = "a few trials are about IPv6" if works else "::1 cannot be reached: trials about IPv6 are skipped"
    mend = "turn it on: sudo sysctl net.ipv6.conf.lo.disable_ipv6=0; in a container, start it with IPv6"
    return useful("IPv6 loopback", works, meaning, mend)


def ports() -> Finding:
    """Many ports at a time that the kernel chooses."""

    def take_many() -> None:
        with contextlib.ExitStack() as stack:
            for _ in range(PORTS_AT_ONCE):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", 0))

    error = _why_not(take_many)
    meaning = f"the kernel gave {PORTS_AT_ONCE} at once; lessons choose none themselves"
    mend = "end programs that hold many connections, or widen sysctl net.ipv4.ip_local_port_range"
    return needed("free ports", not error, meaning if not error else f"not {PORTS_AT_ONCE} at once: {error}", mend)


def open_files() -> Finding:
    """How many descriptors a process may have."""
    import resource  # not on Windows, where the doctor still has something to say

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = soft == resource.RLIM_INFINITY or soft >= OPEN_FILES
    count = "any number of" if soft == resource.RLIM_INFINITY else f"{soft}"
    return useful("open files", enough, f"{count} descriptors a process; {OPEN_FILES} are enough", "run ulimit -n 1024")


def temp_folder() -> Finding:
    """A temp folder that can be written, with a path short enough for a Unix socket."""
    try:
        with tempfile.TemporaryDirectory(prefix="sockets-lab-") as made:
            short = len(os.fsencode(f"{made}/kernel.sock")) < UNIX_PATH_BYTES
    except OSError as error:
        reason = error.strerror or str(error)
        return needed(
            "temp folder", False, f"nothing can be written there: {reason}", "free space, or export TMPDIR=/tmp"
        )
    meaning = f"{tempfile.gettempdir()}, for sockets with a path below {UNIX_PATH_BYTES} bytes"
    return useful("temp folder", short, meaning, "choose a shorter one: export TMPDIR=/tmp")


def progress_folder() -> Finding:
    """Where results are kept."""
    folder, reason = results.results_file().parent, results.why_not_kept()
    meaning = f"your results are kept in {folder}" if not reason else f"results cannot be kept in {folder}: {reason}"
    return useful("progress", not reason, meaning, f"make it writable, or name another folder by {results.FOLDER}")


def process_view() -> Finding:
    """Which descriptors a process has open, by which leaks are found."""
    works = os.path.isdir(f"/proc/{os.getpid()}/fd")
    meaning = "checks count the descriptors that a function leaves open"
    return useful("/proc", works, meaning, "mount it: mount -t proc proc /proc; macOS has none")


def pidfd() -> Finding:
    """Process descriptors, by which servers notice that their owner has gone."""
    works = sys.platform == "linux" and _works(lambda: os.close(os.pidfd_open(os.getpid())))
    meaning = "background servers notice at once that their kernel was killed"
    mend = "use Linux 5.3 or newer; elsewhere servers notice it by the end of their channel"
    return useful("pidfd_open", works, meaning, mend)


def seqpacket() -> Finding:
    """Sequential packets over Unix sockets."""
    works = _works(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).close())
    return useful("SOCK_SEQPACKET", works, "for the Seqpacket unit", "use Linux: macOS has no such sockets")


def sctp() -> Finding:
    """Sequential packets over IP."""
    protocol = getattr(socket, "IPPROTO_SCTP", 132)
    works = _works(lambda: socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET, protocol).close())
    meaning = "for a demonstration in the Seqpacket unit, nothing graded"
    return useful("SCTP", works, meaning, "load it where the kernel has it: sudo modprobe sctp")


def _connect(family: int, host: str) -> None:
    with socket.socket(family) as listener, socket.socket(family) as client:
        listener.bind((host, 0))
        listener.listen()
        client.settimeout(2)
        client.connect(listener.getsockname())


def _works(attempt: Callable[[], object]) -> bool:
    return not _why_not(attempt)


def _why_not(attempt: Callable[[], object]) -> str:
    """Why it fails; empty if it does not."""
    try:
        attempt()
    except (OSError, AttributeError) as error:  # the call fails, or this Python lacks it
        return getattr(error, "strerror", None) or str(error)
    return ""
