from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from sockets_lab.grading import kernels
from sockets_lab.grading.kernels import ThisPython, ThisPythonManager, kernel_environment


def test_every_kernels_name_means_this_interpreter() -> None:
    for name in ("python3", "sockets-lab", "julia-1.9"):
        assert ThisPython().get_kernel_spec(name).argv[0] == sys.executable


def test_a_kernels_sockets_lie_beside_its_connection_file_whatever_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Path("/tmp/runtime")
    monkeypatch.setattr(kernels, "jupyter_runtime_dir", lambda: str(short))
    monkeypatch.setattr(os, "makedirs", lambda *_, **__: None)
    monkeypatch.chdir(tmp_path)
    one, other = ThisPythonManager(), ThisPythonManager()
    assert one.transport == "ipc"
    assert Path(one.ip).parent == short
    assert one.ip != other.ip


def test_a_path_too_long_for_a_unix_socket_falls_back_to_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "jupyter_runtime_dir", lambda: "/" + "r" * kernels.LONGEST_FOLDER)
    monkeypatch.setattr(os, "makedirs", lambda *_, **__: None)
    assert ThisPythonManager().transport == "tcp"


def test_a_kernel_neither_sees_nor_changes_what_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCKETS_LAB_SOLUTIONS", "/secret")
    monkeypatch.setenv("SOCKETS_LAB_PROGRESS", "/mine")
    monkeypatch.setenv("KEPT", "yes")
    environment = kernel_environment("/scratch")
    assert "SOCKETS_LAB_SOLUTIONS" not in environment
    assert environment["SOCKETS_LAB_PROGRESS"] == "/scratch"
    assert environment["IPYTHONDIR"] == "/scratch/ipython"
    assert environment["KEPT"] == "yes"
