"""The warm parent: a process with one thread that has imported what kernels need, and forks them.

It serves every process of its user that connects (an owner), and ends, with what it wrote, when the last owner has
gone, whatever ended it; or, once the code on disk is newer than its own, with its last kernel. Kernels do not depend
on it: each watches its own owner.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import shutil
import signal
import site
import socket
import struct
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sockets_lab.kernel.messages import receive, send
from sockets_lab.kernel.namespaces import Isolated, NotIsolated, fork_isolated
from sockets_lab.kernel.place import locked
from sockets_lab.kernel.prepared import prepare

# What a kernel and a lesson import at any rate, or on the first request of a kind: 0.4 s of a kernel's start.
PRELOADED = """
    ipykernel.kernelapp ipykernel.ipkernel ipykernel.zmqshell ipykernel.debugger ipykernel.datapub
    ipykernel.embed ipykernel.subshell_manager tornado.platform.asyncio asyncio faulthandler pdb sqlite3
    IPython.core.completerlib IPython.core.debugger IPython.core.debugger_backport IPython.core.guarded_eval
    IPython.core.historyapp IPython.core.logger IPython.core.magic_arguments IPython.core.magics
    IPython.core.magics.osm IPython.core.oinspect IPython.extensions.storemagic IPython.utils.wildcard
    stack_data executing pure_eval pygments.formatters.terminal256 pygments.styles pygments.lexers.python
    jedi jedi.inference.finder parso.python.grammar pexpect fractions
    debugpy.server.api debugpy._vendored.force_pydevd matplotlib_inline.backend_inline matplotlib_inline.config
    comm ipywidgets anywidget psutil msgpack concurrent.futures.thread multiprocessing.connection sockets_lab
"""
FIRST_OWNER_WITHIN_S = 10.0

Job = Callable[[], int]
"""What a kernel's process does, once the warm parent's own work is off its stack; its exit status."""

Starter = Callable[[dict[str, Any], list[int]], Job]
"""Turns process 1 of new namespaces, told a request, into a kernel's; returns only in the kernel's process."""


class WarmParent:
    """Answers owners, one request after the other; nothing here waits for a kernel.

    Resources:
        ``place``, removed at the end; a listening socket, and one socket an owner.
    """

    def __init__(self, place: Path, start: Starter, flags: int) -> None:
        self._place = place
        self._start = start
        self._flags = flags
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        self._listener.bind(str(place / "warm"))
        self._listener.listen(64)
        self._owners: dict[int, tuple[socket.socket, int]] = {}  # descriptor of either -> both
        self._folders: dict[int, set[str]] = {}  # an owner's pidfd -> the folders of its kernels' sockets
        self._leaving: list[socket.socket] = []  # closed when it is settled whether this was the last
        self._sources = source_paths()
        self._code = signature_of(self._sources)
        self._stale = False
        self._poller = select.poll()
        self._poller.register(self._listener, select.POLLIN)

    def serve(self) -> Job | None:
        """Serve until the last owner has gone; a job only in a kernel's process."""
        wake, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._poller.register(wake, select.POLLIN)
        timeout_s: float | None = FIRST_OWNER_WITHIN_S
        while True:
            ready = [fd for fd, _ in self._poller.poll(None if timeout_s is None else timeout_s * 1000)]
            timeout_s = None
            for fd in ready:
                if fd == wake:
                    os.read(wake, 4096)
                elif fd == self._listener.fileno():
                    self._accept()
                elif fd in self._owners and (job := self._hear(fd)) is not None:
                    return job
            kernels_live = self._bury()
            if self._stale and not kernels_live:  # nobody will ask for another: its owners need it no more
                for pidfd in list(self._folders):
                    self._dismiss(pidfd)
            if not self._owners and self._end():
                return None
            for owner in self._leaving:
                owner.close()
            self._leaving.clear()

    def _accept(self) -> None:
        try:
            owner, _ = self._listener.accept()
        except BlockingIOError:
            return
        pid, uid, _ = struct.unpack("3i", owner.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        try:
            pidfd = os.pidfd_open(pid)
        except OSError:
            owner.close()
            return
        if uid != os.geteuid() and uid != 0:
            owner.close()
            os.close(pidfd)
            return
        owner.settimeout(5)
        for fd in (owner.fileno(), pidfd):
            self._owners[fd] = owner, pidfd
            self._poller.register(fd, select.POLLIN)
        self._folders[pidfd] = set()

    def _hear(self, fd: int) -> Job | None:
        owner, pidfd = self._owners[fd]
        if fd != pidfd:
            try:
                request, descriptors = receive(owner)
            except (OSError, EOFError, ValueError):
                pass
            else:
                self._folders[pidfd].add(request.get("folder", ""))
                return self._fork(owner, request, descriptors)
        for folder in self._folders[pidfd] - {""}:
            shutil.rmtree(folder, ignore_errors=True)
        self._dismiss(pidfd)
        return None

    def _dismiss(self, pidfd: int) -> None:
        """An owner has gone, or is served no more."""
        owner, _ = self._owners[pidfd]
        del self._folders[pidfd]
        for known in (owner.fileno(), pidfd):
            self._poller.unregister(known)
            del self._owners[known]
        self._leaving.append(owner)
        os.close(pidfd)

    def _fork(self, owner: socket.socket, request: dict[str, Any], descriptors: list[int]) -> Job | None:
        """Fork what ``request`` asks for and answer; a job only in a kernel's process."""
        pidfd: list[int] = []
        isolated: Isolated | None = None
        try:
            if self._is_stale():
                answer: dict[str, Any] = {"stale": True}
            elif (isolated := fork_isolated(self._flags)) is None:
                return self._become_kernel(request, descriptors)
            else:
                pidfd = [os.pidfd_open(isolated.pid)]
                answer = {"pid": isolated.pid}
        except NotIsolated as error:
            answer = {"errno": error.errno, "step": error.step}
        except OSError as error:
            answer = {"errno": error.errno, "step": error.filename or "fork"}
        except Exception as error:
            answer = {"errno": 0, "step": f"{type(error).__name__}: {error}"}
        spaces = isolated.descriptors if isolated else []
        try:
            send(owner, answer, [*pidfd, *spaces])
        except OSError:
            pass  # it has gone; its kernel notices by itself
        for fd in [*descriptors, *pidfd, *spaces]:
            os.close(fd)
        return None

    def _become_kernel(self, request: dict[str, Any], descriptors: list[int]) -> Job:
        """In process 1 of new namespaces, which never goes back to being a warm parent."""
        try:
            self._forget()
            return self._start(request, descriptors)
        except BaseException as error:
            number, step = getattr(error, "errno", None) or 0, getattr(error, "filename", None)
            with socket.socket(fileno=descriptors[0]) as lifeline:
                send(lifeline, {"errno": number, "step": step or f"{type(error).__name__}: {error}"})
            os._exit(1)

    def _is_stale(self) -> bool:
        """Whether the code on disk is no longer the code in memory; then the next owner starts another."""
        if not self._stale and signature_of(self._sources) != self._code:
            self._stale = True
            (self._place / "warm").unlink(missing_ok=True)
        return self._stale

    def _forget(self) -> None:
        """In a kernel's process: give up what is the warm parent's, so that nothing closes it by accident later."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._listener.close()
        for fd, (owner, pidfd) in self._owners.items():
            owner.close() if fd != pidfd else os.close(pidfd)
        for owner in self._leaving:
            owner.close()
        self._owners.clear()

    def _bury(self) -> bool:
        """Reap the kernels that have ended; whether there are others."""
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return False
        return True

    def _end(self) -> bool:
        """End, unless somebody has connected meanwhile."""
        base = self._place.parent
        with locked(base):
            self._accept()
            if self._owners:
                return False
            if not self._stale:
                shutil.rmtree(self._place, ignore_errors=True)
            try:
                base.rmdir()
            except OSError:
                pass  # others are there
        return True


def source_paths() -> list[str]:
    """Whose changes make what is in memory old: this package's modules, and the folders of what is installed.

    Found once: a walk through all modules writes to thousands of pages, which every kernel would then have an old
    copy of.
    """
    own = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] == "sockets_lab"]
    files = [getattr(module, "__file__", None) for module in own]
    return [*filter(None, files), *site.getsitepackages()]


def signature_of(paths: Sequence[str]) -> list[int]:
    """Differs when one of them was changed."""
    signature = []
    for path in paths:
        try:
            signature.append(os.stat(path).st_mtime_ns)
        except OSError:
            signature.append(-1)
    return signature


def preload(names: Sequence[str]) -> None:
    """Import what can be imported; a kernel imports the rest itself, or fails as it would anywhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            try:
                importlib.import_module(name)
            except Exception:
                continue


def run(place: Path, start: Starter, flags: int) -> None:
    """Be a warm parent in the background, ready when the calling process ends; ends in each kernel's process too."""
    preload(PRELOADED.split())
    prepare()
    parent = WarmParent(place, start, flags)
    if os.fork():
        os._exit(0)
    os.setsid()
    quiet = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(quiet, fd)
    os.close(quiet)
    gc.collect()
    gc.freeze()  # or a kernel's first collection would copy every page
    job = parent.serve()
    os._exit(job() if job is not None else 0)
