"""Opens the course in JupyterLab."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psutil

READY_WITHIN_S = 90.0
ENDS_WITHIN_S = 20.0
CONFIG = Path(__file__).parent / "lab_config"  # leaves out what nbgrader adds for instructors and for whole classes


class LabError(Exception):
    """JupyterLab did not start, or ended by a fault; the text says why."""


class _AskedToEnd(BaseException):
    """Ctrl-C, SIGTERM, or the terminal's end."""


def open_course(course: Path, lesson: Path, *, port: int, browser: bool | None, say: Callable[[str], None]) -> None:
    """Start JupyterLab on the course and wait until it ends, by its own menu or by a signal.

    Args:
        course: the folder with the units, which JupyterLab shows.
        lesson: the notebook that is opened first.
        port: 0 takes the first free one from 8888.
        browser: whether to open one; None looks whether there is one.
        say: is told the address.
    Raises:
        LabError: the port is taken, JupyterLab did not get ready, or ended by a fault.
    Resources:
        the server and its kernels, gone on return.
    """
    if port:
        _refuse_taken(port)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log, _signals_end_it():
        server = subprocess.Popen(
            _command(course, port),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches us alone, and is passed on as a plain request to end
        )
        try:
            say("JupyterLab starts ...")
            url = _address(server, log, f"lab/tree/{quote(lesson.relative_to(course).as_posix())}")
            say(f"The course is open at\n{url}\nCtrl-C here ends it.")
            if browser if browser is not None else _has_browser():
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
            if server.wait():
                raise LabError(f"JupyterLab ended with status {server.returncode}: {_last_words(log)}")
        except _AskedToEnd:
            say("JupyterLab ends; saved notebooks are kept.")
        finally:
            _end(server)


def _command(course: Path, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--log-level=WARN", "--ServerApp.ip=127.0.0.1"),
        f"--ServerApp.root_dir={course}",
        "--LabApp.extension_manager=readonly",
        *([f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port else []),
        *(["--allow-root"] if os.geteuid() == 0 else []),
    ]


def _environment() -> dict[str, str]:
    paths = [str(CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    # A user's own kernel called python3 would hide this environment's.
    lab_kernel = {"JUPYTER_DEFAULT_PROVISIONER_NAME": "sockets-lab"}  # lessons run in a network of their own
    return {**lab_kernel, **os.environ, "JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise LabError(f"port {port} is not for ordinary users: choose one from 1024 on, or --port 0") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise LabError(f"port {port} cannot be used: {error.strerror}; try --port 0") from None
            users = [info for info in _running_servers() if info["port"] == port]
            who = f"a Jupyter server on {users[0]['root_dir']}" if users else "another program"
            raise LabError(f"port {port} is taken by {who}: end that, or take a free port with --port 0") from None


def _address(server: subprocess.Popen[bytes], log: IO[str], page: str) -> str:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise LabError(f"JupyterLab did not start: {_last_words(log)}; sockets-lab doctor looks for the cause")
        for info in _running_servers():
            if info["pid"] == server.pid and _listens(info["port"]):
                token = f"?token={info['token']}" if info["token"] else ""
                return f"{info['url']}{page}{token}"
        time.sleep(0.05)
    raise LabError(f"JupyterLab was not ready within {READY_WITHIN_S:.0f} s: try again, or run sockets-lab doctor")


def _running_servers() -> list[dict[str, Any]]:
    from jupyter_server.serverapp import list_running_servers  # takes seconds, in which the server can start already

    return list(list_running_servers())


def _listens(port: int) -> bool:
    """Whether it can be reached: it writes down its address some moments before."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _last_words(log: IO[str]) -> str:
    log.seek(0)
    lines = [line.strip() for line in log.read().splitlines() if line.strip()]
    return lines[-1] if lines else "it did not say why"


@contextlib.contextmanager
def _signals_end_it() -> Iterator[None]:
    def end(_number: int, _frame: Any) -> None:
        raise _AskedToEnd

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels: politely; by force when it takes too long, or when asked again."""
    try:
        below = psutil.Process(server.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        below = []
    try:
        server.terminate()
        server.wait(ENDS_WITHIN_S)
    except (subprocess.TimeoutExpired, _AskedToEnd):
        server.kill()
        server.wait()
    for process in psutil.wait_procs(below, timeout=1)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _has_browser() -> bool:
    if sys.platform == "linux" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
