"""Helper processes that must not wait for their owner's code: started bare, in milliseconds, gone when it is gone.

A thread of the owner would wait for the interpreter's lock: beside busy code of a learner's, a wire of 10 ms became
one of 90 ms. Such a process needs descriptors and no privilege, has a session of its own (a notebook's stop button
signals the kernel's whole process group), and watches a pidfd of its owner.

What it imports is kept to what takes a millisecond: no ``typing``, no ``dataclasses``, no ``socket`` above the C
module. Together these would take most of the time in which a whole network is to be made.
"""

from __future__ import annotations

import itertools
import marshal
import os
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sockets_lab.observe.isolated_controls import MESSAGE_BYTES

ANSWER_WITHIN_S = 5.0
# The packages' own __init__ modules are not run: they import what a lesson needs, and a helper does not.
_BOOT = """
import sys
folder = sys.argv[1]
for name in ("sockets_lab", "sockets_lab.observe", "sockets_lab.network", "sockets_lab.network.forwarder"):
    package = sys.modules[name] = type(sys)(name)
    package.__path__ = ["/".join([folder, *name.split(".")])]
__import__(sys.argv[2])
sys.modules[sys.argv[2]].main(*map(int, sys.argv[3:]))
"""


class HelperGone(RuntimeError):
    """The helper process has ended, or does not answer; the text says which."""


class IsolatedProcess:
    """The owner's handle to a helper.

    Args:
        module: one of this package's; its ``main(control_fd, owner_pidfd, *fds, *numbers)`` runs in the helper.
        fds: descriptors that it inherits.
        numbers: more that it is told.
        title: what it is, in errors.
    Resources:
        a process and two descriptors, released by ``close()``, when the handle is no longer used, or by the end of
        the owner, whatever ended it. In a fork of the owner, only the fork's copies are closed.
    """

    def __init__(self, module: str, fds: Sequence[int] = (), numbers: Sequence[int] = (), *, title: str) -> None:
        self._title = title
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = os.memfd_create("errors")
        owner = os.pidfd_open(os.getpid())
        command = [sys.executable, "-I", "-S", "-c", _BOOT, str(Path(__file__).parents[2]), module]
        passed = [theirs.fileno(), owner, *fds]
        try:
            process = subprocess.Popen(
                [*command, *map(str, [*passed, *numbers])],
                pass_fds=passed,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
            )
        except BaseException:
            self._control.close()
            os.close(self._errors)
            raise
        finally:
            theirs.close()
            os.close(owner)
        self.pid = process.pid
        self._control.settimeout(ANSWER_WITHIN_S)
        self._finalizer = weakref.finalize(self, _end, process, self._control, self._errors, os.getpid())

    def ask(self, request: dict[str, Any], fds: Sequence[int] = ()) -> dict[str, Any]:
        """Send a request, with descriptors if need be, and return the answer.

        Raises:
            HelperGone: it has ended, or does not answer.
        """
        with self._lock:
            number = next(self._numbers)  # an interrupted request leaves an answer that nobody waits for
            try:
                socket.send_fds(self._control, [marshal.dumps({**request, "number": number})], fds)
                while True:
                    raw = self._control.recv(MESSAGE_BYTES)
                    if not raw:
                        raise ConnectionResetError
                    answer: dict[str, Any] = marshal.loads(raw)
                    if answer["number"] == number:
                        return answer
            except TimeoutError:
                raise HelperGone(f"{self._title} does not answer; close it and make another") from None
            except OSError:
                raise HelperGone(f"{self._title} has ended{self._last_words()}; make another") from None

    def _last_words(self) -> str:
        try:
            lines = os.pread(self._errors, 1 << 16, 0).decode(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f" ({lines[-1]})" if lines else ""

    @property
    def running(self) -> bool:
        """False after ``close()``."""
        return self._finalizer.alive

    def close(self) -> None:
        """End it; returns when it is gone. A second call does nothing."""
        self._finalizer()


def _end(process: subprocess.Popen[bytes], control: socket.socket, errors: int, owner: int) -> None:
    control.close()
    os.close(errors)
    if os.getpid() != owner:
        process.returncode = 0  # no child of this fork
        return
    process.kill()
    process.wait()
