"""Programs and kernels that a test starts, talks to and ends."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager


class Script:
    """A Python program in a process of its own, which prints a JSON value a line."""

    def __init__(self, source: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(source)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def says(self) -> Any:
        """The next value that it prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(f"the script ended with {self.process.wait()}:\n{self.errors()}")
        return json.loads(line)

    def tell(self, line: str = "") -> None:
        """Give it one line of input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def errors(self) -> str:
        """What it wrote to stderr; only after its end."""
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def ends(self) -> int:
        """Wait for its end; the exit status."""
        return self.process.wait(timeout=30)

    def close(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


class Kernel:
    """A real kernel, as a notebook has one."""

    def __init__(self) -> None:
        # Its sockets lie beside the connection file; without one, beside those of tests that run at the same time.
        self._folder = tempfile.mkdtemp(prefix="kernel-")
        connection_file = os.path.join(self._folder, "k.json")
        self.manager = KernelManager(kernel_spec_manager=ThisPython(), transport="ipc", connection_file=connection_file)
        self.manager.start_kernel()
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def pid(self) -> int:
        """The kernel's process."""
        return int(self.manager.provisioner.process.pid)

    def start(self, code: str, *, cell: str | None = None) -> str:
        """Begin to run a cell; the id of the request."""
        content = {"code": textwrap.dedent(code), "silent": False, "store_history": True, "stop_on_error": False}
        message = self.client.session.msg("execute_request", {**content, "user_expressions": {}, "allow_stdin": False})
        message["metadata"] = {"cellId": cell} if cell else {}
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def finish(self, request: str) -> list[dict[str, Any]]:
        """Wait for the cell's end; its outputs."""
        outputs = []
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                break
            if message["msg_type"] in ("stream", "error", "execute_result", "display_data"):
                outputs.append({"output_type": message["msg_type"], **content})
        self.client.get_shell_msg(timeout=60)
        return outputs

    def run(self, code: str, *, cell: str | None = None) -> list[dict[str, Any]]:
        """Run a cell; its outputs."""
        return self.finish(self.start(code, cell=cell))

    def value(self, code: str, *, cell: str | None = None) -> Any:
        """Run a cell that prints one JSON value, and nothing else."""
        outputs = self.run(code, cell=cell)
        assert {output.get("name") for output in outputs} == {"stdout"}, outputs
        return json.loads("".join(output["text"] for output in outputs))  # it may come in pieces

    def close(self) -> None:
        """End it."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        shutil.rmtree(self._folder, ignore_errors=True)  # a test may have ended it already


class ThisPython(KernelSpecManager):
    """Starts this interpreter, whatever kernels the machine knows."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def lab_kernels(temp_folder: Path) -> list[psutil.Process]:
    """The lab kernels and warm parents whose owner has this temp folder; ``info`` of each has its parent's number."""
    marks = {"sockets_lab.kernel.lab", str(temp_folder)}
    found = psutil.process_iter(["cmdline", "ppid"])
    return [one for one in found if all(mark in " ".join(one.info["cmdline"] or []) for mark in marks)]
