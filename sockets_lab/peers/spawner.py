"""The warm parent: a process with one thread that has imported the package and forks peers and referees.

Starting Python costs tens of milliseconds, forking one that has already started costs one or two; and a
notebook's kernel has threads, so that it must not fork itself. A kernel starts its warm parent at the first
``serve`` or ``check`` and keeps it. The warm parent ends, with all its children, when the kernel ends, whatever
ended it: it reads end-of-file on its channel, or its pidfd of the kernel becomes readable.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from sockets_lab.peers.channel import Channel, ChannelClosed, ChannelError
from sockets_lab.peers.elsewhere import at_home
from sockets_lab.peers.interrupts import HeldInterrupts
from sockets_lab.peers.processes import OwnerWatch, find_entry, fork_child, reap

START_WITHIN_S = 30.0


class WarmParentGone(ChannelClosed):
    """The warm parent was gone before it got the request."""


class Spawner:
    """The owner's handle to a warm parent.

    Resources:
        one child process and one descriptor, released by ``close()``, at exit, or by the owner's death.
    """

    def __init__(self) -> None:
        self._owner_pid = os.getpid()
        self._lock = threading.RLock()
        self._channel, theirs = Channel.pair()
        # Isolated (-I), so that a learner's random.py is not imported for the library's; what is installed where
        # only this process looks comes last.
        path = [os.path.abspath(folder) for folder in sys.path if folder]
        command = (
            f"import sys; sys.path.extend(p for p in {path!r} if p not in sys.path); "
            f"from sockets_lab.peers.spawner import main; main({theirs.fileno()}, {self._owner_pid})"
        )
        self._process = at_home(
            lambda: subprocess.Popen(
                [sys.executable, "-I", "-c", command],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("SOCKETS_LAB_DEBUG") else subprocess.DEVNULL,
                start_new_session=True,  # a notebook's stop button signals the kernel's whole process group
            )
        )
        theirs.close()

    def fork(self, entry: str, params: dict[str, Any], fds: Sequence[int]) -> int:
        """Run ``entry(params, fds)`` in a fresh child of the warm parent; its process id.

        Args:
            entry: ``package.module:function`` of this package.
        Raises:
            ChannelError: the warm parent is gone or could not fork.
        """
        return self._ask({"entry": entry, "params": params}, fds)

    def kill(self, pid: int) -> None:
        """End a child that ``fork`` gave, if it has not ended; returns when it is gone."""
        self._ask({"kill": pid})

    def _ask(self, request: dict[str, Any], fds: Sequence[int] = ()) -> int:
        with HeldInterrupts(), self._lock:  # an interrupt here would leave the answer for the next request
            try:
                self._channel.send(request, fds)
                answer, _ = self._channel.receive(timeout_s=START_WITHIN_S)
            except ChannelError as error:
                self.close()
                cause = error.__cause__
                closed_by_another_thread = isinstance(cause, OSError) and cause.errno == errno.EBADF
                if closed_by_another_thread or isinstance(cause, BrokenPipeError | ConnectionResetError):
                    raise WarmParentGone(str(error)) from error  # unix(7): it read nothing
                raise
        if "pid" not in answer:
            raise ChannelError(answer["error"])
        return int(answer["pid"])

    @property
    def alive(self) -> bool:
        """False after ``close()``, after its death, and in a fork of the owner."""
        return self._owner_pid == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End the warm parent and every child it forked; returns when they are gone.

        In a fork of the owner it only closes the fork's copy of the channel.
        """
        if self._owner_pid != os.getpid():
            self._channel.close()  # another thread, which is not here, may have held the lock
            return
        if self.alive:
            self._channel.hang_up()
        with self._lock:  # a thread that still waits for an answer would wait at whatever gets the number next
            self._channel.close()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


_current: Spawner | None = None
_current_lock = threading.Lock()


def warm_parent() -> Spawner:
    """This process's warm parent, started when there is none."""
    global _current
    with _current_lock:
        if _current is None:
            atexit.register(close_warm_parent)
        elif not _current.alive:
            _current.close()
            _current = None
        if _current is None:
            _current = Spawner()
        return _current


def fork_from_warm_parent(entry: str, params: dict[str, Any], fds: Sequence[int]) -> int:
    """Run ``entry(params, fds)`` in a fresh child of this process's warm parent; its process id.

    Raises:
        ChannelError: the child could not be started.
    """
    try:
        return warm_parent().fork(entry, params, fds)
    except WarmParentGone:  # something killed it since the last time; the next one is as good
        return warm_parent().fork(entry, params, fds)


def kill_child(pid: int) -> None:
    """End what ``fork_from_warm_parent`` started; returns when it is gone. Harmless when it has gone already."""
    parent = _current  # another thread may be replacing it
    if parent is not None and parent.alive:
        with contextlib.suppress(ChannelError):
            parent.kill(pid)


def close_warm_parent() -> None:
    """End this process's warm parent, if it has one."""
    global _current
    with _current_lock:
        if _current is not None:
            _current.close()
        _current = None


def _forget_after_fork() -> None:
    """In a fork of the owner: another thread may have held the lock, and the warm parent is no child of ours."""
    global _current_lock
    _current_lock = threading.Lock()
    if _current is not None:
        _current._process.returncode = 0  # or Popen would complain that its child still runs


os.register_at_fork(after_in_child=_forget_after_fork)


def main(control_fd: int, owner_pid: int) -> None:
    """The warm parent itself: fork what the owner asks for, until the owner is gone."""
    children: set[int] = set()

    def forget_dead_children(*_: object) -> None:
        for pid in list(children):
            with contextlib.suppress(ChildProcessError):  # the next signal came meanwhile, and saw to this one already
                if not os.waitpid(pid, os.WNOHANG)[0]:
                    continue
            children.discard(pid)

    signal.signal(signal.SIGCHLD, forget_dead_children)
    channel = Channel.adopt(control_fd)
    owner = OwnerWatch(owner_pid)
    try:
        while owner.wait_readable(channel.fileno()):
            request, fds = channel.receive()
            # A child that ends at once must be in the set before it is looked for there.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
            channel.send(_serve_request(request, fds, children))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    except ChannelError:
        pass
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in list(children):
        reap(pid, timeout_s=0)  # nobody is left to hear from them


def _serve_request(request: dict[str, Any], fds: list[int], children: set[int]) -> dict[str, Any]:
    if "kill" in request:
        pid = request["kill"]
        if pid in children:
            reap(pid, timeout_s=0)
            children.discard(pid)
        return {"pid": pid}
    try:
        pid = fork_child(find_entry(request["entry"]), request["params"], fds)
    except (OSError, ImportError, AttributeError, ValueError) as error:
        return {"error": f"cannot start {request['entry']}: {error}"}
    finally:
        for fd in fds:
            os.close(fd)
    children.add(pid)
    return {"pid": pid}
