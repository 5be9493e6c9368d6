"""A JupyterLab of our own for the tests: on a free port, in a folder of its own, gone without a trace."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.processes import lab_kernels

READY_WITHIN_S = 60.0
ENDS_WITHIN_S = 20.0
SETTINGS = {
    "notification.jupyterlab-settings": {"checkForUpdates": False, "fetchNews": "false"},
    "themes.jupyterlab-settings": {"adaptive-theme": True},
}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab.

    Attributes:
        folder: what it serves.
        temp: its temp folder.
        pid: its process.
    """

    folder: Path
    temp: Path
    pid: int
    port: int
    token: str

    def url(self, notebook: str, workspace: str) -> str:
        """Where a notebook of the folder opens, in a workspace that remembers nothing of other tests."""
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{workspace}/tree/{notebook}?token={self.token}"

    def kernels(self) -> list[psutil.Process]:
        """Every process that runs for a notebook: kernels, their warm parents, referees, peers."""
        parents = [psutil.Process(self.pid), *warm_parents(self.temp)]
        return [below for parent in parents for below in parent.children(recursive=True)]

    def end_kernels(self) -> None:
        """Shut every kernel down and return when they are gone."""
        for kernel in json.loads(self._ask("GET", "/api/kernels")):
            self._ask("DELETE", f"/api/kernels/{kernel['id']}")

    def _ask(self, method: str, path: str, timeout_s: float = 10.0) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            return bytes(answer.read())


@contextlib.contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """JupyterLab with settings, data and progress below ``folder``; afterwards none of its processes is left."""
    served = folder / "notebooks"
    served.mkdir()
    temp = Path(tempfile.mkdtemp())  # kernels are told by it; a longer name would not fit into a socket's address
    environment = _environment(folder) | {"TMPDIR": str(temp)}
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.root_dir={served}", "--LabApp.extension_manager=readonly"]
    with (folder / "server.log").open("wb") as log:
        environment["JUPYTER_TOKEN"] = token
        server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        try:
            yield _when_ready(server, folder, temp, token)
        except BaseException:
            sys.stderr.write((folder / "server.log").read_text(errors="replace")[-4000:])
            raise
        finally:
            _end(server, temp)
            shutil.rmtree(temp)


def warm_parents(temp: Path) -> list[psutil.Process]:
    """The warm parents of lab kernels whose owner has this temp folder; they are nobody's children."""
    found = lab_kernels(temp)
    pids = {one.pid for one in found}
    return [one for one in found if one.info["ppid"] not in pids]  # asked with the rest: it may have ended since


def _when_ready(server: subprocess.Popen[bytes], folder: Path, temp: Path, token: str) -> Lab:
    """It chooses its port itself: one chosen before it starts may be another's by the time that it listens."""
    told = folder / "runtime" / f"jpserver-{server.pid}.json"
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        assert server.poll() is None, f"JupyterLab ended at its start with {server.returncode}"
        with contextlib.suppress(OSError, ValueError):  # the file may not be there yet, or not whole
            lab = Lab(folder / "notebooks", temp, server.pid, json.loads(told.read_text())["port"], token)
            lab._ask("GET", "/api/status", timeout_s=2.0)
            return lab
        time.sleep(0.05)
    raise AssertionError(f"JupyterLab was not ready within {READY_WITHIN_S} s")


def _environment(folder: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "SOCKETS_LAB"))}
    environment["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "sockets-lab"  # as sockets-lab open has it
    environment["XDG_RUNTIME_DIR"] = ""
    for name in ("HOME", "IPYTHONDIR", "SOCKETS_LAB_PROGRESS"):
        environment[name] = str(folder / name.lower())
    for kind in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{kind}_DIR"] = str(folder / kind.lower())
    for kind in ("SETTINGS", "WORKSPACES"):
        environment[f"JUPYTERLAB_{kind}_DIR"] = str(folder / kind.lower())
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    for name, value in SETTINGS.items():
        (settings / name).write_text(json.dumps(value), encoding="utf-8")
    return environment


def _end(server: subprocess.Popen[bytes], temp: Path) -> None:
    below = psutil.Process(server.pid).children(recursive=True) if server.poll() is None else []
    for parent in warm_parents(temp):
        below += [parent, *parent.children(recursive=True)]
    server.terminate()
    try:
        server.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    _, alive = psutil.wait_procs(below, timeout=ENDS_WITHIN_S)
    for process in alive:
        process.kill()
    assert not alive, f"JupyterLab left processes behind: {alive}"
