"""The owner's side: finds or starts the warm parent, and asks it for kernels."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sockets_lab.kernel.messages import receive, send
from sockets_lab.kernel.place import base_folder, key_of, locked, read_at_start

READY_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 30.0
ENDS_WITHIN_S = 5.0


class CannotStart(Exception):
    """No kernel of this kind starts here; the text says why.

    Attributes:
        number: the errno, or 0.
        step: what was tried.
    """

    def __init__(self, text: str, number: int = 0, step: str = "") -> None:
        super().__init__(text)
        self.number = number
        self.step = step


class WarmParent:
    """An owner's connection to the warm parent of its user, interpreter and profile.

    Args:
        profile: the module of this package that is run.
        interpreter: the Python and its options.
        environment: of the owner; what Python reads at its start becomes the warm parent's.
        wrap: turns the place and the command inside into the command that starts it, and the descriptors that it
            needs.
        key: tells apart those that differ in anything else.
        holder: the user as whom it runs; by default this one.
    Resources:
        one descriptor or more, released by ``close()``; the warm parent ends when its last owner has closed.
    """

    def __init__(
        self,
        profile: str,
        interpreter: Sequence[str],
        environment: Mapping[str, str],
        wrap: Callable[[Path, list[str]], tuple[list[str], list[int]]] | None = None,
        key: str = "",
        holder: int | None = None,
    ) -> None:
        self._profile = profile
        self._holder = holder
        self._interpreter = list(interpreter)
        self._environment = read_at_start(environment) | {"PATH": environment.get("PATH", os.defpath)}
        self._wrap = wrap
        self._key = key_of(f"{profile} {key}", interpreter, environment)
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._earlier: list[socket.socket] = []  # to those that went stale and still have kernels
        os.register_at_fork(after_in_child=self._forget)

    @property
    def ready(self) -> bool:
        """Whether it is known to run."""
        return self._socket is not None

    @property
    def place(self) -> Path:
        """The folder for the sockets of kernels."""
        return base_folder(self._holder) / self._key

    def connect(self) -> None:
        """Find it or start it.

        Raises:
            CannotStart: see there.
            NoPlace: see there.
        """
        with self._lock:
            self._connect()

    def fork(self, request: dict[str, Any], descriptors: Sequence[int]) -> tuple[int, list[int]]:
        """Have a kernel forked; process 1 of its namespaces, its pidfd, its user and its network namespace.

        Raises:
            CannotStart: the system refused.
        """
        with self._lock:
            self._drop_ended()
            for _ in range(3):  # it may be gone or stale: then the next one is asked
                self._connect()
                assert self._socket is not None
                try:
                    send(self._socket, request, descriptors)
                    answer, given = receive(self._socket)
                except (EOFError, OSError):
                    self._close()
                    continue
                if "pid" in answer:
                    return answer["pid"], given
                if "stale" not in answer:
                    reason = os.strerror(answer["errno"])
                    raise CannotStart(f"{answer['step']}: {reason}", answer["errno"], answer["step"])
                self._earlier.append(self._socket)
                self._socket = None
            raise CannotStart("the warm parent ended three times while it was asked for a kernel")

    def close(self) -> None:
        """Let it go; returns when it has ended, if this was its last owner."""
        with self._lock:
            for one in filter(None, [*self._earlier, self._socket]):
                one.settimeout(ENDS_WITHIN_S)
                with contextlib.suppress(OSError, EOFError):
                    one.shutdown(socket.SHUT_WR)
                    receive(one)
            self._let_go()
            with contextlib.suppress(OSError):
                base_folder(self._holder).rmdir()

    def _drop_ended(self) -> None:
        """Close the connections to earlier ones that have ended, as they do with their last kernel."""
        poller = select.poll()  # a server's descriptors may be too many for select(2)
        for one in self._earlier:
            poller.register(one, select.POLLIN)  # they say nothing unasked
        ended = {fd for fd, _ in poller.poll(0)}
        for one in [one for one in self._earlier if one.fileno() in ended]:
            self._earlier.remove(one)
            one.close()

    def _let_go(self) -> None:
        for one in self._earlier:
            one.close()
        self._earlier.clear()
        self._close()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._let_go()

    def _connect(self) -> None:
        if self._socket is not None:
            return
        for again in (True, False):
            base = base_folder(self._holder)
            try:
                with locked(base):
                    self._find_or_start(base / self._key)
                return
            except FileNotFoundError:  # the last warm parent in it ended, and took it along
                if not again:
                    raise

    def _find_or_start(self, place: Path) -> None:
        try:
            self._socket = _connected(place)
        except (FileNotFoundError, ConnectionRefusedError):
            _sweep(place)
            place.mkdir(mode=0o700, exist_ok=True)
            if self._holder is not None:
                os.chown(place, self._holder, -1)
            try:
                self._start(place)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
            self._socket = _connected(place)

    def _start(self, place: Path) -> None:
        inside = [*self._interpreter, "-c", _STARTS.format(profile=self._profile), str(place)]
        command, pass_fds = self._wrap(place, inside) if self._wrap else (inside, [])
        with tempfile.TemporaryFile() as errors:
            try:
                process = subprocess.Popen(
                    command,
                    env=self._environment,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    pass_fds=pass_fds,
                )
                status = process.wait(READY_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise CannotStart(f"no warm parent was ready within {READY_WITHIN_S:.0f} s") from None
            except OSError as error:
                raise CannotStart(f"{command[0]}: {error.strerror}", error.errno or 0, "exec") from error
            finally:
                for fd in pass_fds:
                    os.close(fd)
            if status:
                errors.seek(0)
                lines = errors.read().decode(errors="replace").strip().splitlines()
                raise CannotStart(lines[-1] if lines else f"the warm parent ended with status {status}", 0, command[0])


# The current folder is no place to import from, as for ipykernel_launcher.
_STARTS = (
    "import sys; sys.path[:] = [p for p in sys.path if p]; "
    "from sockets_lab.kernel.{profile} import main; main(sys.argv[1])"
)


def _connected(place: Path) -> socket.socket:
    one = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        one.connect(str(place / "warm"))
        one.settimeout(ANSWERS_WITHIN_S)
    except BaseException:
        one.close()
        raise
    return one


def _sweep(place: Path) -> None:
    """Remove what a killed warm parent left, but for the folders of kernels that live."""
    with contextlib.suppress(FileNotFoundError):
        (place / "warm").unlink()
        for folder in place.iterdir():
            with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
                try:
                    probe.connect(str(folder / "k-1"))
                except (FileNotFoundError, ConnectionRefusedError):
                    shutil.rmtree(folder, ignore_errors=True)


_warm_parents: dict[tuple[str, ...], WarmParent] = {}
_guard = threading.Lock()


def shared(
    profile: str,
    environment: Mapping[str, str],
    interpreter: Sequence[str] = (sys.executable,),
    wrap: Callable[[Path, list[str]], tuple[list[str], list[int]]] | None = None,
    key: str = "",
    holder: int | None = None,
) -> WarmParent:
    """This process's one connection for such kernels; it is kept until the process ends, or ``release()``."""
    name = (key_of(f"{profile} {key}", interpreter, environment), str(base_folder(holder)))
    with _guard:
        if name not in _warm_parents:
            _warm_parents[name] = WarmParent(profile, interpreter, environment, wrap, key, holder)
        return _warm_parents[name]


def release() -> None:
    """Let all warm parents go; those that nobody else uses end."""
    with _guard:
        for parent in _warm_parents.values():
            parent.close()
        _warm_parents.clear()
