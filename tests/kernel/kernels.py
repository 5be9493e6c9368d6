"""A lab kernel with a client, as a notebook has one."""

from __future__ import annotations

import contextlib
import os
import textwrap
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

import sockets_lab.kernel
from sockets_lab.kernel.process import ForkedKernel

SPEC = Path(sockets_lab.kernel.__file__).parent / "spec"
# What a kernel has for itself alone, and whether its shell was made before the fork.
OWN_ALONE = """
import json, multiprocessing, os, random, secrets, tempfile, uuid
kernel = get_ipython().kernel
print(json.dumps([
    kernel.ident, kernel.session.session, kernel.session.key.decode(), get_ipython().displayhook.topic.decode(),
    kernel._topic("stream").decode(), bytes(multiprocessing.current_process().authkey).hex(), secrets.token_hex(),
    str(uuid.uuid4()), str(uuid.uuid1()), random.random(), random.SystemRandom().random(), os.urandom(8).hex(),
    next(tempfile._get_candidate_names()),
]))
"""
IS_PREPARED = "app = get_ipython().kernel.parent; print(app.prepared._kernel is get_ipython().kernel)"


class LabSpec(KernelSpecManager):
    """Finds the package's own specification under every name."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec.from_resource_dir(str(SPEC))


class LabKernel:
    """A real kernel of the provisioner."""

    def __init__(self, specs: KernelSpecManager | None = None, **options: Any) -> None:
        self.manager = KernelManager(kernel_spec_manager=specs or LabSpec())
        self.manager.start_kernel(**options)
        if isinstance(self.manager.kernel_spec_manager, LabSpec) and not isinstance(self.process, ForkedKernel):
            # Tests signal, kill and exhaust what is in here: never in a plain kernel.
            self.manager.shutdown_kernel(now=True)
            self.manager.cleanup_resources()
            raise AssertionError("a plain kernel was started; the sentence on stderr says why")
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=20)

    @property
    def process(self) -> Any:
        return self.manager.provisioner.process

    @property
    def folder(self) -> Path:
        return Path(self.manager.provisioner.folder)

    def run(self, code: str, **options: Any) -> list[dict[str, Any]]:
        """Run a cell; its outputs."""
        outputs: list[dict[str, Any]] = []
        self.client.execute_interactive(
            textwrap.dedent(code),
            timeout=20,
            output_hook=lambda message: outputs.append({"kind": message["msg_type"], **message["content"]}),
            **options,
        )
        return [output for output in outputs if output["kind"] in ("stream", "error", "execute_result", "display_data")]

    def text(self, code: str) -> str:
        """Run a cell that prints; what it printed."""
        outputs = self.run(code)
        assert all(output.get("name") == "stdout" for output in outputs), outputs
        return "".join(output["text"] for output in outputs).strip()

    def family(self) -> list[psutil.Process]:
        """All processes in its namespaces."""
        first = psutil.Process(self.process.pid).parent()
        assert first is not None
        return [first, *first.children(recursive=True)]

    def close(self) -> None:
        with contextlib.suppress(RuntimeError):
            self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def __enter__(self) -> LabKernel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def network_of(pid: int) -> str:
    return os.readlink(f"/proc/{pid}/ns/net")
