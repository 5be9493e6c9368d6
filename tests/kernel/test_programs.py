"""Whole programs on lab kernels: JupyterLab's server, jupyter console, nbgrader."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest
import websocket
from nbformat.v4 import new_code_cell, new_notebook

WaitUntil = Callable[..., None]
BIN = Path(sys.executable).parent
GRADE = """
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
api = NbGraderAPI()
assert api.generate_assignment("one")["success"]
assert api.autograde("one", "ada")["success"]
with Gradebook("sqlite:///gradebook.db") as gradebook:
    found = gradebook.find_submission("one", "ada")
    print(found.score, found.max_score)
"""
WHERE = "import os; print('network', os.readlink('/proc/self/ns/net'))"


def _environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return {
        **kept,
        **{"JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_RUNTIME_DIR": str(folder), "IPYTHONDIR": str(folder / "ipython")},
        **{"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **more},
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """JupyterLab's server; call it with a method and a path."""
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--IdentityProvider.token=t"),
                *("--ServerApp.port=0", f"--ServerApp.root_dir={tmp_path}", "--LabApp.extension_manager=readonly"),
            ],
            env=_environment(tmp_path),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def call(method: str, path: str, data: Any = None) -> Any:
        port = _info(tmp_path)["port"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/{path}",
            method=method,
            data=json.dumps(data).encode() if data is not None else None,
            headers={"Authorization": "token t", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    yield call
    process.terminate()
    process.wait(30)


def _info(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(next(folder.glob("jpserver-*.json")).read_text())
    return found


def _listens(folder: Path) -> bool:
    with socket.socket() as one, suppress(StopIteration, ValueError):  # its file may not be there yet, or not whole
        return one.connect_ex(("127.0.0.1", _info(folder)["port"])) == 0
    return False


def test_jupyterlab_starts_restarts_interrupts_and_ends_it(
    server: Callable[..., Any], tmp_path: Path, wait_until: WaitUntil
) -> None:
    wait_until(lambda: _listens(tmp_path), "the server is up", 60.0)
    assert server("GET", "kernelspecs")["kernelspecs"]["sockets-lab"]["spec"]["metadata"]["debugger"]
    kernel = server("POST", "kernels", {"name": "sockets-lab"})["id"]
    port = _info(tmp_path)["port"]
    url = f"ws://127.0.0.1:{port}/api/kernels/{kernel}/channels?token=t"
    with closing(websocket.create_connection(url, timeout=30)) as notebook:
        first = _run(notebook, WHERE)
        assert first.startswith("network net:[") and os.readlink("/proc/self/ns/net") not in first
        server("POST", f"kernels/{kernel}/restart")
        second = _run(notebook, WHERE)
        assert second.startswith("network net:[")
        _ask(notebook, "import time; print('on', flush=True)\nfor _ in range(6000): time.sleep(0.01)")
        _until(notebook, "stream")
        server("POST", f"kernels/{kernel}/interrupt")
        assert _until(notebook, "error")["ename"] == "KeyboardInterrupt"
    server("DELETE", f"kernels/{kernel}")
    assert server("GET", "kernels") == []


def _ask(notebook: websocket.WebSocket, code: str) -> None:
    header = {
        "msg_id": os.urandom(8).hex(),
        "msg_type": "execute_request",
        "version": "5.3",
        "username": "",
        "session": "",
    }
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    notebook.send(json.dumps(message))


def _until(notebook: websocket.WebSocket, kind: str) -> dict[str, Any]:
    while True:
        message = json.loads(notebook.recv())
        if message["msg_type"] == kind:
            found: dict[str, Any] = message["content"]
            return found


def _run(notebook: websocket.WebSocket, code: str) -> str:
    _ask(notebook, code)
    return str(_until(notebook, "stream")["text"])


def test_nbgrader_autogrades_on_lab_kernels(tmp_path: Path) -> None:
    """Any course: the provisioner by the environment alone, and nothing else configured."""
    grade = {"schema_version": 3, "locked": True, "solution": False, "points": 2, "grade": True, "task": False}
    test = new_code_cell(f"{WHERE}\nassert os.readlink('/proc/self/ns/net') != {os.readlink('/proc/self/ns/net')!r}")
    test.metadata.nbgrader = {**grade, "grade_id": "own_network"}
    notebook = new_notebook(cells=[test])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for folder in ("source/one", "submitted/ada/one"):
        (tmp_path / folder).mkdir(parents=True)
        nbformat.write(notebook, tmp_path / folder / "lesson.ipynb")
    environment = _environment(tmp_path, JUPYTER_DEFAULT_PROVISIONER_NAME="sockets-lab")
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", GRADE],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.stdout.endswith("2.0 2.0\n"), ran.stderr


def test_jupyter_console_talks_to_it(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "jupyter_console", "--kernel", "sockets-lab", "--simple-prompt"],
        input=f"{WHERE}\nprint(6 * 7)\nexit\n",
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert "42" in ran.stdout and "network net:[" in ran.stdout, ran.stderr
    assert os.readlink("/proc/self/ns/net") not in ran.stdout
