"""A graded kernel as the grader holds it.

    with GradingKernel(Limits(memory_bytes=256 * MIB), descriptors={"REFEREE_FD": theirs}) as kernel:
        client = kernel.client()                 # or GradingManager(kernel) for nbclient
        ...
        ended = kernel.kill()                    # which limit, how much, how it ended

The kernel's process starts without any file but the system, this Python and this package; ``descriptors`` are open
in it under numbers that it finds in the variables of those names. Nothing that it says is to be believed: a referee
outside talks over such a descriptor, and puts its peers into the submission's network with ``enter()``.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

from sockets_lab.kernel import syscalls, view
from sockets_lab.kernel.channels import PORTS
from sockets_lab.kernel.limits import Ended, Limits, Usage
from sockets_lab.kernel.owner import WarmParent, shared
from sockets_lab.kernel.process import ForkedKernel, Listeners, stream_of


class GradingKernel(ForkedKernel):
    """A kernel that a hostile submission runs in; started when made.

    Args:
        descriptors: by the names of the variables that tell the kernel their numbers.
        environment: further variables.
        hidden: files and folders that must not be seen, even if they lie within this environment.
        log: where its streams go, as for subprocess; nowhere by default.
    Attributes:
        pid: the kernel's process id.
        connection: what clients need to know, as in a connection file.
    Raises:
        CannotStart: a part of the isolation is missing; there is no less isolated kernel.
    Resources:
        a folder, six descriptors, and everything that runs in its namespaces; released by ``close()``.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        descriptors: Mapping[str, int] | None = None,
        environment: Mapping[str, str] | None = None,
        hidden: Sequence[Path] = (),
        log: Any = subprocess.DEVNULL,
        connection: Mapping[str, Any] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        passed = dict(descriptors or {})
        parent = warm_parent(hidden)
        parent.connect()
        self.folder = Path(tempfile.mkdtemp(prefix="k", dir=parent.place))
        if os.geteuid() == 0:
            os.chown(self.folder, view.sandbox_id(), -1)  # or the warm parent could not remove it for us
        self.connection = dict(connection or {"key": secrets.token_hex(16), "signature_scheme": "hmac-sha256"})
        self.connection |= {"transport": "ipc", "ip": str(self.folder / "k"), **PORTS}
        request = {
            "environment": view.environment() | dict(environment or {}),
            "limits": self.limits.as_data(),
            "connection": self.connection | {"ip": "/kernel"},
            "base": str(parent.place.parent),
            "folder": str(self.folder),
            "descriptors": list(passed),
        }
        with contextlib.ExitStack() as stack:
            listeners = Listeners(self.folder)
            stack.callback(listeners.close)
            streams = [stream_of(given, number) for number, given in enumerate((subprocess.DEVNULL, log, log))]
            for fd in streams:
                stack.callback(os.close, fd)
            stack.push(self._remove_folder_after_an_error)
            super().__init__(parent, request, streams, listeners.filenos(), list(passed.values()))

    @property
    def user_namespace(self) -> int:
        """A descriptor of it, while the kernel runs."""
        return self.namespaces[0]

    @property
    def network_namespace(self) -> int:
        """A descriptor of it, while the kernel runs."""
        return self.namespaces[1]

    def client(self) -> BlockingKernelClient:
        """A client that blocks."""
        client = BlockingKernelClient()
        client.load_connection_info(self.connection)  # type: ignore[arg-type]
        return client

    def kill(self) -> None:
        """End it, and everything in its namespaces; what was used is told first, if process 1 can."""
        if self.poll() is None:
            self.order(end=True)
            try:
                self.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                super().kill()
                self.wait()

    def close(self) -> None:
        """Kill it if it runs; returns when everything that it had is gone."""
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def ended(self) -> Ended | None:
        """How it ended; None while it runs."""
        status = self.poll()
        if status is None:
            return None
        usage = Usage(**self.told.get("usage", {}))
        limit, reached = self.told.get("limit", ""), self.told.get("reached", ())
        return Ended(status, limit, tuple(reached), usage, self.limits)

    def __enter__(self) -> GradingKernel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _remove_folder_after_an_error(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


ENDS_WITHIN_S = 2.0


def warm_parent(hidden: Sequence[Path] = ()) -> WarmParent:
    """The warm parent of all graded kernels that see the same."""

    def wrap(place: Path, inside: list[str]) -> tuple[list[str], list[int]]:
        return view.wrap(place, inside, hidden)

    holder = view.sandbox_id() if os.geteuid() == 0 else None
    key = " ".join(map(str, hidden))
    return shared("grading_start", {}, [sys.executable, "-Xfrozen_modules=off"], wrap, key, holder)


def enter(user_namespace: int, network_namespace: int) -> None:
    """Move this process into a submission's network, for a referee's peers; it must have one thread.

    Sockets that it makes from here on are in that network. It stays outside the submission's PID namespace, which
    can neither see nor signal it.

    Raises:
        OSError: as setns(2).
    """
    syscalls.setns(user_namespace, syscalls.NEW_USER)
    syscalls.setns(network_namespace, syscalls.NEW_NETWORK)
    syscalls.prctl(syscalls.SET_DUMPABLE, 0)
