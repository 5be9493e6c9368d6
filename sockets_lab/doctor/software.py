"""The system, Python and what is installed in it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import webbrowser
from pathlib import Path

from sockets_lab.doctor.finding import Finding, needed, useful, why_it_fails

PACKAGES = ("jupyterlab", "nbgrader", "nbclient", "ipykernel", "ipywidgets", "anywidget")
REINSTALL = "run make setup, or pip install -e . in the course's folder"


def system() -> Finding:
    """Linux has everything, macOS most of it."""
    here = f"{platform.system()} {platform.release()}"
    if sys.platform == "linux":
        return needed("system", True, f"{here}; everything in the course was made for Linux", "")
    if sys.platform == "darwin":
        everything = "use Linux, in a container or a virtual machine, for what is left out"
        return Finding("system", "limited", f"{here}; what needs Linux says so and is left out", everything)
    mend = "on Windows install WSL 2 (wsl --install), then the course in it, which is Linux"
    return needed("system", False, f"{here}; the course needs Linux or macOS", mend)


def python() -> Finding:
    """Python is new enough."""
    here = f"{platform.python_version()} in {sys.prefix}; the course needs 3.11 or newer"
    return needed(
        "Python", sys.version_info >= (3, 11), here, "install a newer Python, then make lab PYTHON=python3.12"
    )


def jupyter() -> Finding:
    """The packages that the lessons and the grading need can be imported."""
    error = why_it_fails([sys.executable, "-W", "ignore", "-c", f"import {', '.join(PACKAGES)}"])
    found = "the lessons can be opened, checked and graded" if not error else f"they cannot be used: {error}"
    return needed("JupyterLab and nbgrader", not error, found, REINSTALL)


def kernel() -> Finding:
    """A notebook's kernel is this Python, and not another environment's."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    before = os.environ.get("JUPYTER_PREFER_ENV_PATH")
    try:
        argv = KernelSpecManager().get_kernel_spec("python3").argv
    except NoSuchKernel:
        return needed("kernel python3", False, "there is none, so no notebook can run", REINSTALL)
    program = Path(sys.executable if argv[0] in ("python", "python3") else argv[0])
    ours = program.parent == Path(sys.executable).parent
    found = "notebooks run in this environment" if ours else f"it belongs to another environment: {program}"
    mend = "open the course by sockets-lab open, or say export JUPYTER_PREFER_ENV_PATH=1"
    return useful("kernel python3", ours, found, mend if before is None else f"{mend}; {REINSTALL}")


def jupyter_folder() -> Finding:
    """Where Jupyter keeps the addresses of its servers and kernels while they run."""
    from jupyter_core.paths import jupyter_runtime_dir

    folder = jupyter_runtime_dir()
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            reason = ""
    except OSError as error:
        reason = error.strerror or str(error)
    meaning = f"servers and kernels meet in {folder}" if not reason else f"{folder} cannot be written: {reason}"
    return needed("Jupyter's folder", not reason, meaning, "make it writable, or name another by JUPYTER_RUNTIME_DIR")


def browser() -> Finding:
    """A browser that can be opened from here."""
    shown = sys.platform != "linux" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    try:
        found = bool(shown and webbrowser.get())
    except webbrowser.Error:
        found = False
    meaning = "sockets-lab open can open one" if found else "there is none here that sockets-lab open could open"
    return useful("browser", found, meaning, "open the address that it prints in any browser that reaches this machine")


def alembic() -> Finding:
    """nbgrader calls ``alembic`` by its name to make the gradebook."""
    beside = Path(sys.executable).parent
    found = shutil.which("alembic") is not None or (beside / "alembic").exists()  # nbgrader_config.py adds that folder
    return useful(
        "alembic", found, "nbgrader makes an instructor's gradebook with it; learners do not need it", REINSTALL
    )


def chromium() -> Finding:
    """The browser that the tests drive."""
    found = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    return useful(
        "Chromium", found, "for the authors' tests; the course opens in any browser", "apt-get install chromium"
    )
