"""Kernels that run in this environment, which has the package, whatever kernels the machine knows by that name."""

from __future__ import annotations

import os
import sys
import uuid
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir

from sockets_lab import results
from sockets_lab.referee.client import SOLUTIONS

LONGEST_FOLDER = 107 - len("/kernel-12345678-1234-1234-1234-123456789012-ipc-5")  # unix(7): sun_path


class ThisPython(KernelSpecManager):
    """Finds this interpreter under every kernel's name.

    A user's own kernel called ``python3`` hides the environment's (jupyter_client's search path), and belongs
    to some other environment.
    """

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The specification of this interpreter's ipykernel."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


class ThisPythonManager(AsyncKernelManager):
    """Starts kernels of this interpreter; they take no ports unless a path is too long for a Unix socket.

    The connection file is named before the start: jupyter_client puts the sockets beside it, and without a name
    into whatever folder each side happens to be in.
    """

    def __init__(self, **kwargs: Any) -> None:
        folder = jupyter_runtime_dir()
        os.makedirs(folder, mode=0o700, exist_ok=True)
        transport = "ipc" if len(os.fsencode(folder)) <= LONGEST_FOLDER else "tcp"
        where = {"transport": transport, "connection_file": os.path.join(folder, f"kernel-{uuid.uuid4()}.json")}
        super().__init__(**{**kwargs, **where, "kernel_spec_manager": ThisPython()})


class ThisPythonInLab(ThisPython):
    """The same in a network of its own, where the system gives one."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The specification of this interpreter's lab kernel."""
        spec = super().get_kernel_spec(kernel_name)
        spec.metadata = {"kernel_provisioner": {"provisioner_name": "sockets-lab"}}
        return spec


class LabManager(ThisPythonManager):
    """Starts lab kernels, in which every demonstration can be had."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_spec_manager = ThisPythonInLab()


def kernel_environment(folder: str) -> dict[str, str]:
    """This process's environment for a kernel that neither sees nor changes what belongs to the user.

    Args:
        folder: for the kernel's profile and the learner's progress; the caller removes it.
    """
    kept = {name: value for name, value in os.environ.items() if name != SOLUTIONS}
    return {**kept, results.FOLDER: folder, "IPYTHONDIR": os.path.join(folder, "ipython")}
