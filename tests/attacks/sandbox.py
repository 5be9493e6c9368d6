"""A submission in its sandbox: one cell is run, and all that it said and how it ended is kept."""

from __future__ import annotations

import contextlib
import os
import time
from queue import Empty
from types import TracebackType
from typing import Any

from sockets_lab.kernel.grading import GradingKernel
from sockets_lab.kernel.limits import Ended, Limits

DEADLINE_S = 20.0
DEAF_AFTER_S = 1.0
NAMESPACES = ("user", "net", "pid", "mnt")


class Sandbox:
    """A graded kernel with a client that keeps every message, up to a limit of its own."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.kernel = GradingKernel(limits)
        self._namespaces = namespaces_of(self.kernel.pid)
        # As long as they are held, no other sandbox is given their numbers.
        self._held = [os.open(f"/proc/{self.kernel.pid}/ns/{name}", os.O_RDONLY) for name in NAMESPACES]
        self.left: list[str] = []
        self.client = self.kernel.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=30)
        self.heard: list[dict[str, Any]] = []
        self.heard_bytes = 0

    def run(self, source: str, deadline_s: float = DEADLINE_S) -> bool:
        """Run a cell; whether it came to its end, in that time and before its kernel did."""
        request = self.client.execute(source, allow_stdin=False)
        deadline = time.monotonic() + deadline_s
        while time.monotonic() < deadline:
            with contextlib.suppress(Empty):
                message = self.client.get_iopub_msg(timeout=0.05)
                self.heard.append(message)
                self.heard_bytes += len(str(message["content"]))
                ours = message["parent_header"].get("msg_id") == request
                if ours and message["content"].get("execution_state") == "idle":
                    return True
                continue
            if self.kernel.poll() is not None:
                return False
        return False

    @property
    def said(self) -> str:
        """The last line that it printed, or the error that it ended with."""
        contents = [message["content"] for message in self.heard]
        errors = [f"{content['ename']}: {content['evalue']}" for content in contents if "ename" in content]
        lines = "".join(content.get("text", "") for content in contents).strip().splitlines()
        return errors[-1] if errors else lines[-1] if lines else ""

    @property
    def ended(self) -> Ended:
        """How it ended, once it has."""
        self.kernel.kill()
        assert self.kernel.ended is not None
        return self.kernel.ended

    def close(self) -> None:
        """End it, and look at what is left: processes in its namespaces, and files."""
        self.client.stop_channels()
        self.kernel.close()
        self.left = [str(self.kernel.folder)] if self.kernel.folder.exists() else []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if namespaces_of(int(pid)) & self._namespaces:
                    self.left.append(f"process {pid}")
        for fd in self._held:
            os.close(fd)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def namespaces_of(pid: int) -> set[str]:
    """Which it is in."""
    return {os.readlink(f"/proc/{pid}/ns/{name}") for name in NAMESPACES}
