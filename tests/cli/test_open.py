"""``sockets-lab open``: JupyterLab on the lessons, and nothing left of it."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from sockets_lab.lab_server import CONFIG
from tests.cli.conftest import Ran
from tests.course_files import checked, write_lesson
from tests.processes import lab_kernels

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)(/lab/tree/2-stream/1-creation\.ipynb)\?token=(\w+)")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    write_lesson(tmp_path / "course" / "notebooks" / "2-stream" / "1-creation.ipynb", checked("make_stream", 3))
    return tmp_path / "course"


@pytest.fixture
def own_temp_folder() -> Iterator[Path]:
    """A temp folder of the command's own, so that its lab kernels can be told from those of other tests."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def opened(course: Path, own_temp_folder: Path, start: Callable[..., subprocess.Popen[str]]) -> subprocess.Popen[str]:
    """The command, as soon as it has said that JupyterLab starts."""
    process = start(course, "open", "--no-browser", TMPDIR=str(own_temp_folder), XDG_RUNTIME_DIR="")
    assert process.stdout is not None
    assert process.stdout.readline() == "JupyterLab starts ...\n"
    return process


def below(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_the_address_opens_the_next_lesson_and_ctrl_c_ends_server_and_kernels(
    opened: subprocess.Popen[str], own_temp_folder: Path
) -> None:
    assert opened.stdout is not None
    assert opened.stdout.readline() == "The course is open at\n"
    address = ADDRESS.fullmatch(opened.stdout.readline().strip())
    assert address is not None
    port, page, token = address.groups()

    def ask(method: str, path: str) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        request.add_header("Authorization", f"token {token}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.read().decode())

    settings = re.search(
        r'id="jupyter-config-data" type="application/json">(.*?)</script>', ask("GET", page), re.DOTALL
    )
    assert settings is not None
    ours = json.loads((CONFIG / "labconfig" / "page_config.json").read_text())["disabledExtensions"]
    assert set(ours) <= set(json.loads(settings[1])["disabledExtensions"])
    assert [entry["name"] for entry in json.loads(ask("GET", "/api/contents"))["content"]] == ["2-stream"]
    ask("POST", "/api/kernels")

    processes = [*below(opened), *lab_kernels(own_temp_folder)]
    commands = [" ".join(process.cmdline()) for process in processes]
    assert any("ipykernel_launcher" in command or "sockets_lab.kernel.lab" in command for command in commands)
    opened.send_signal(signal.SIGINT)
    out, err = opened.communicate(timeout=60)
    assert (opened.returncode, err) == (0, "")
    assert out.endswith("JupyterLab ends; saved notebooks are kept.\n")
    assert psutil.wait_procs(processes, timeout=10)[1] == []


def test_it_ends_even_before_jupyterlab_is_ready(opened: subprocess.Popen[str], wait_until: Any) -> None:
    wait_until(lambda: below(opened), "JupyterLab's process")
    processes = below(opened)
    opened.terminate()
    assert opened.wait(timeout=60) == 0
    assert psutil.wait_procs(processes, timeout=10)[1] == []


def test_a_port_that_is_taken_is_one_sentence(course: Path, command: Callable[..., Ran]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = command(course, "open", "--port", str(port)).fails_with(2)
    assert said == f"port {port} is taken by another program: end that, or take a free port with --port 0"


def test_a_jupyterlab_that_does_not_start_says_why(course: Path, command: Callable[..., Ran]) -> None:
    (course / "broken").mkdir()
    (course / "broken" / "jupyterlab.py").write_text("raise ImportError('half installed')")
    said = command(course, "open", PYTHONPATH=str(course / "broken")).fails_with(2)
    assert said == "JupyterLab did not start: ImportError: half installed; sockets-lab doctor looks for the cause"


def test_outside_of_a_course_nothing_is_opened(tmp_path: Path, command: Callable[..., Ran]) -> None:
    (tmp_path / "empty").mkdir()
    ran = command(tmp_path / "empty", "open")
    assert "is not in a course" in ran.fails_with(2)
    assert ran.out == ""
