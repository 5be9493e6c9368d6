"""The grading profile, in process 1 of a submission's namespaces: a read-only system, a scratch folder, limits."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

from sockets_lab.kernel import privileges, syscalls
from sockets_lab.kernel.channels import CHANNELS
from sockets_lab.kernel.deny import compile_filter
from sockets_lab.kernel.init import Init
from sockets_lab.kernel.kernel_app import close_all_but, run_kernel, wear
from sockets_lab.kernel.lab import number_next_process, open_ping
from sockets_lab.kernel.limits import Limits, hold_to
from sockets_lab.kernel.messages import send_from
from sockets_lab.kernel.namespaces import OWN, show_own_processes
from sockets_lab.kernel.relay import Relay
from sockets_lab.kernel.view import SCRATCH, environment_folders, sandbox_id
from sockets_lab.kernel.warm import Job, run
from sockets_lab.kernel.watch import EVERY_S, Watch

_TERMINALS = 16  # of all that the machine has
_filter = b""


def start(request: dict[str, Any], descriptors: list[int]) -> Job:
    """Fork the kernel, and stay behind as process 1; returns in the kernel's process alone.

    Args:
        request: ``environment``, ``limits``, ``connection`` info, ``base`` folder to hide, and ``descriptors``: the
            names of variables that tell the kernel the numbers of those passed to it.
        descriptors: the lifeline, the owner's pidfd, three standard streams, one listener a channel, and those.
    """
    lifeline, owner, streams, listeners = descriptors[0], descriptors[1], descriptors[2:5], descriptors[5:10]
    passed = dict(zip(request["descriptors"], descriptors[10:], strict=True))
    limits = Limits(**request["limits"])
    known_as = int(os.readlink("/proc/self"))
    _close_the_view(request["base"], limits, known_as)
    inner = [_inner_listener() for _ in CHANNELS]
    addresses, numbers = [one.getsockname() for one in inner], [one.detach() for one in inner]
    kernel = os.fork()
    if kernel:
        close_all_but([lifeline, owner, *listeners])
        _attend(kernel, lifeline, owner, listeners, addresses, limits)
    environment = request["environment"] | {name: str(fd) for name, fd in passed.items()}
    given = request["connection"]
    wear(environment, SCRATCH, streams, [*numbers, *passed.values()])
    time.tzset()
    tempfile.tempdir = None  # the warm parent's
    for fd in passed.values():
        os.set_inheritable(fd, False)
    hold_to(limits)
    privileges.keep_only([privileges.NET_RAW])
    privileges.gain_none()
    syscalls.install_filter(_filter)
    # History would be a file and a thread for nobody to read.
    return lambda: run_kernel(["--HistoryManager.enabled=False"], numbers, given)


def _close_the_view(base: str, limits: Limits, known_as: int) -> None:
    """Own processes, everything read-only, and one scratch folder, which has the names of all temp folders."""
    show_own_processes()
    open_ping()
    number_next_process(known_as)
    safe = syscalls.NO_SET_UID | syscalls.NO_DEVICES
    syscalls.mount("none", base, "tmpfs", safe | syscalls.READ_ONLY, "size=4k,mode=000")
    syscalls.make_read_only("/")
    files = max(1024, limits.scratch_bytes // 4096)
    options = f"size={limits.scratch_bytes},nr_inodes={files},mode=700,uid={os.geteuid()},gid={os.getegid()}"
    syscalls.mount("scratch", SCRATCH, "tmpfs", safe, options)
    for name in ("/tmp", "/dev/shm"):
        if not any(folder.is_relative_to(name) for folder in environment_folders()):  # it would be covered
            syscalls.mount(SCRATCH, name, None, syscalls.BIND)
    no_exec = syscalls.NO_SET_UID | syscalls.NO_EXEC
    syscalls.mount("devpts", "/dev/pts", "devpts", no_exec, f"newinstance,ptmxmode=0666,mode=620,max={_TERMINALS}")
    socket.sethostname("submission")


def _inner_listener() -> socket.socket:
    """A listening socket without a name in any folder (unix(7), autobind), in this network alone."""
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    one.bind("")
    one.listen(64)
    return one


def _attend(
    kernel: int, lifeline: int, owner: int, listeners: list[int], inner: list[bytes], limits: Limits
) -> NoReturn:
    line = socket.socket(fileno=lifeline)
    line.setblocking(False)
    send_from(line, {"started": True}, kernel)
    syscalls.prctl(syscalls.SET_DUMPABLE, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which process 1 does not hear: pid_namespaces(7)
    init = Init(kernel, line, owner)
    watch = Watch(limits, SCRATCH)
    outer = [socket.socket(fileno=fd) for fd in listeners]
    relay = Relay(init, outer, inner, limits.output_bytes, lambda: init.end(limit="output_bytes"))

    def look() -> None:
        if limit := watch.look():
            init.end(limit=limit)

    def last_words() -> dict[str, Any]:
        watch.look()
        usage = replace(watch.usage, output_bytes=relay.said)
        return {"usage": asdict(usage), "reached": sorted(watch.reached)}

    init.every(EVERY_S, look)
    init.at_the_end(last_words)
    init.run()


def main(place: str) -> None:
    """Be the warm parent of this profile; not as root, whose processes nobody counts (setrlimit(2))."""
    global _filter
    _filter = compile_filter()
    if os.geteuid() == 0:
        number = sandbox_id()
        os.setgroups([])
        os.setresgid(number, number, number)
        os.setresuid(number, number, number)
        syscalls.prctl(syscalls.SET_DUMPABLE, 1)  # or its own files in /proc would be root's
    os.umask(0o077)
    run(Path(place), start, OWN | syscalls.NEW_HOST_NAME)
