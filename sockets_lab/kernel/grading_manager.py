"""A graded kernel for nbclient: what it calls a kernel manager."""

from __future__ import annotations

from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from sockets_lab.kernel.grading import GradingKernel
from sockets_lab.kernel.limits import Ended, Limits


class _Sandboxed(LocalProvisioner):
    """Starts graded kernels, and nothing else."""

    process: Any = None
    manager: GradingManager
    options: dict[str, Any]

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing of the owner's environment goes to the kernel."""
        return {"cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start one, whose channels nobody else knows of."""
        if self.process is not None:
            self.process.close()
        key = {"key": self.manager.session.key.decode(), "signature_scheme": self.manager.session.signature_scheme}
        self.process = GradingKernel(**self.options, connection=key)
        self.pid, self.pgid = self.process.pid, None
        connection = {**self.process.connection, "key": self.manager.session.key}
        self.connection_info = connection  # type: ignore[assignment]
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end; the kernel is kept, because it knows how it ended."""
        if self.process is not None:
            await self.process.end()
        status: int | None = await super().wait()
        self.process = None
        return status

    async def cleanup(self, restart: bool = False) -> None:
        """Leave nothing."""
        self.manager.last.close()


class GradingManager(AsyncKernelManager):
    """Runs a submission's notebook in the grading profile: ``NotebookClient(notebook, km=GradingManager(...))``.

    Whoever made it ends it: ``await manager.shutdown_kernel(now=True)``.

    Args:
        limits: what the submission may use.
        options: as for ``GradingKernel``.
    Raises:
        CannotStart: at the start; a part of the isolation is missing.
    """

    def __init__(self, limits: Limits | None = None, **options: Any) -> None:
        super().__init__(kernel_spec_manager=_Nothing(), transport="ipc", autorestart=False)
        self._options = {"limits": limits, **options}

    @property
    def last(self) -> GradingKernel:
        """The kernel, or the last one there was."""
        assert self._last is not None, "no kernel was started"
        return self._last

    _last: GradingKernel | None = None

    @property
    def ended(self) -> Ended | None:
        """How it ended; None while it runs."""
        return self.last.ended

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **kw)
        self._last = self.provisioner.process  # type: ignore[union-attr]

    async def _async_pre_start_kernel(self, **kw: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = _Sandboxed(kernel_id="graded", kernel_spec=self.kernel_spec, parent=self)
            self.provisioner.manager, self.provisioner.options = self, self._options
        return await super()._async_pre_start_kernel(**kw)


class _Nothing(KernelSpecManager):
    """Knows no command: the warm parent is the one that starts kernels."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """A specification under every name."""
        return KernelSpec(argv=[], display_name="Graded", language="python")
