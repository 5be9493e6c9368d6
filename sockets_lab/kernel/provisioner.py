"""The kernel provisioner ``sockets-lab``: Jupyter's way of starting lab kernels.

Whatever Jupyter program starts the kernel, it is told a ``LocalProvisioner``'s usual things of it.

Source: jupyter_client's documentation, "Kernel provisioning".
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from sockets_lab.kernel.channels import PORTS
from sockets_lab.kernel.owner import CannotStart, WarmParent, shared
from sockets_lab.kernel.place import NoPlace
from sockets_lab.kernel.process import ForkedKernel, Listeners, stream_of
from sockets_lab.kernel.reasons import mend

_LAUNCHER = ["-m", "ipykernel_launcher"]
# Who was connected before a restart tries again after ZMQ_RECONNECT_IVL, 100 ms, and as much again at random:
# zmq_setsockopt(3), libzmq's stream_connecter_base.cpp. A kernel that answered before would tell nobody that it is
# idle.
RECONNECTS_WITHIN_S = 0.22
_told: set[str] = set()


class LabProvisioner(LocalProvisioner):
    """Forks kernels from the warm parent into a network of their own; where that cannot be, starts plain ones."""

    process: Any = None
    folder: Path | None = None
    warm_parent: WarmParent | None = None
    had_clients = False

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Have the channels go over sockets in a private folder."""
        environment = kwargs.get("env") or os.environ
        command = _split(list(self.kernel_spec.argv)) if sys.platform == "linux" else None
        self.warm_parent = None
        if command is None:
            _say(_why_not_tried(self.kernel_spec.argv))
        else:
            try:
                parent = shared("lab", environment, command[0])
                if not parent.ready:
                    await _in_thread(parent.connect)
                self._move(parent)
                self.warm_parent = parent
            except (CannotStart, NoPlace, OSError) as error:
                self._give_up(error)
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        return prepared

    def _move(self, parent: WarmParent) -> None:
        if self.folder is None or not self.folder.is_dir():
            self.folder = Path(tempfile.mkdtemp(prefix="k", dir=parent.place))
        manager = self.parent
        if manager is not None:
            manager.cache_ports = False
            manager.connection_file = manager.connection_file or str(self.folder / "connection.json")
            manager.transport, manager.ip = "ipc", str(self.folder / "k")
            for name, number in PORTS.items():
                setattr(manager, name, number)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel that behaves as ``cmd`` would."""
        command = _split(cmd)
        if self.warm_parent is not None and command is not None:
            try:
                parent, arguments = self.warm_parent, command[1]
                await _in_thread(lambda: self._fork(parent, arguments, **kwargs))
                return self.connection_info
            except (CannotStart, OSError) as error:
                self._give_up(error)
        info: KernelConnectionInfo = await super().launch_kernel(cmd, **kwargs)
        return info

    def _fork(self, parent: WarmParent, arguments: list[str], **kwargs: Any) -> None:
        assert self.folder is not None
        with contextlib.ExitStack() as stack:
            listeners = Listeners(self.folder)
            stack.callback(listeners.close)
            if self.had_clients:
                time.sleep(RECONNECTS_WITHIN_S)
            self.had_clients = True
            streams = []
            for number, name in enumerate(("stdin", "stdout", "stderr")):
                given = kwargs.get(name, subprocess.DEVNULL if name == "stdin" else None)
                streams.append(stream_of(given, number))
                stack.callback(os.close, streams[-1])
            self.cwd = kwargs.get("cwd") or os.getcwd()
            request = {
                "arguments": arguments,
                "environment": dict(kwargs.get("env") or os.environ),
                "cwd": str(self.cwd),
                "folder": str(self.folder),
            }
            self.process = ForkedKernel(parent, request, streams, listeners.filenos())
        self.pid, self.pgid = self.process.pid, None  # signals go by process 1 of the kernel's namespaces

    async def wait(self) -> int | None:
        """Wait for the end, and be told of it rather than ask every 100 ms."""
        if isinstance(self.process, ForkedKernel):
            await self.process.end()
        status: int | None = await super().wait()
        return status

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets' folder with the kernel."""
        await super().cleanup(restart=restart)
        if not restart and self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def _give_up(self, error: Exception) -> None:
        _say(f"This kernel has no network of its own: {error}; {mend(error)}.")


def _say(sentence: str) -> None:
    if sentence not in _told:
        _told.add(sentence)
        print(f"Sockets Lab: {sentence}", file=sys.stderr)


def _why_not_tried(argv: list[str]) -> str:
    if sys.platform != "linux":
        return "This kernel has no network of its own: that needs Linux; use it in a container or a virtual machine."
    return f"This kernel has no network of its own: its command is not ipykernel's: {' '.join(argv)}."


def _split(command: list[str]) -> tuple[list[str], list[str]] | None:
    """The interpreter with its options, and the kernel's arguments; None for a command of another kind."""
    for index in range(1, len(command) - 1):
        if command[index : index + 2] == _LAUNCHER:
            interpreter = sys.executable if os.path.basename(command[0]).startswith("python") else command[0]
            name = command[0] if os.path.isabs(command[0]) else interpreter
            return [name, *command[1:index]], command[index + 2 :]
    return None


async def _in_thread(work: Callable[[], None]) -> None:
    """Do what waits for another process without keeping the event loop from others."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if not done.cancelled():
            done.set_exception(error) if error is not None else done.set_result(None)

    def run() -> None:
        try:
            work()
        except BaseException as error:
            loop.call_soon_threadsafe(tell, error)
        else:
            loop.call_soon_threadsafe(tell, None)

    threading.Thread(target=run, name="warm parent", daemon=True).start()
    await done
