"""Starting the two kernels that are compared, each as Jupyter does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # a user's own kernel called python3 belongs to another environment

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode, from_dict

STOCK, LAB = "python3", "sockets-lab"
KERNELS = (STOCK, LAB)


def start(name: str) -> tuple[KernelManager, BlockingKernelClient]:
    """A kernel, and a client that has asked it nothing yet."""
    manager = KernelManager(kernel_name=name)
    manager.start_kernel(stderr=-3)
    client = manager.client()
    client.start_channels()
    return manager, client


def first_reply(client: BlockingKernelClient) -> None:
    """Wait for the kernel's first answer."""
    client.kernel_info()
    client.get_shell_msg(timeout=120)


def end(manager: KernelManager, client: BlockingKernelClient) -> None:
    """End a kernel at once."""
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def notebook_of(sources: Sequence[str]) -> NotebookNode:
    """A notebook with these cells."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{n}", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for n, source in enumerate(sources)
    ]
    notebook: NotebookNode = from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})  # type: ignore[no-untyped-call]
    return notebook
