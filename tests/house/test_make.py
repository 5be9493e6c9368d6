"""The two commands, as far as they can be tried without fetching anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

ROOT = Path(__file__).parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with the files that `make setup` looks at."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make there, as if no make ran these tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def set_up(folder: Path) -> None:
    """What `make setup` leaves, short of the packages."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / "bin" / "pip").touch()
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    (folder / ".venv" / "made-for").write_text(f"{folder} {version}\n")
    (folder / ".venv" / ".installed").touch()
    for age_s, name in enumerate(
        (".venv/.installed", ".venv/bin/pip", "pyproject.toml", "requirements.lock"), start=10
    ):
        then = time.time() - age_s
        os.utime(folder / name, (then, then))


def test_without_python_make_says_what_is_missing(house: Path) -> None:
    done = make(house, "setup", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert done.stdout == "Sockets Lab needs Python 3.11 or newer; there is no no-such-python.\n"


def test_with_an_older_python_make_says_what_to_do(house: Path) -> None:
    older = house / "older"
    older.write_text("#!/bin/sh\nexit 1\n")
    older.chmod(0o755)
    done = make(house, "setup", f"PYTHON={older}")
    assert done.returncode != 0
    assert done.stdout == f"Sockets Lab needs Python 3.11 or newer; {older} is older. Try: make PYTHON=python3.12\n"
    assert not (house / ".venv").exists()


def test_a_second_setup_has_nothing_to_do(house: Path) -> None:
    set_up(house)
    assert make(house, "--question", "setup").returncode == 0


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements.lock"])
def test_a_change_of_what_is_installed_is_installed(house: Path, changed: str) -> None:
    set_up(house)
    (house / changed).touch()
    plan = make(house, "--dry-run", "setup").stdout
    assert "pip install" in plan
    assert "-m venv" not in plan


def test_an_environment_that_was_moved_is_made_anew(house: Path) -> None:
    set_up(house)
    moved = house.rename(house.with_name("moved"))
    assert "-m venv --clear" in make(moved, "--dry-run", "setup").stdout


def test_an_environment_whose_python_is_gone_is_made_anew(house: Path) -> None:
    set_up(house)
    python = house / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(house / "gone")
    assert "-m venv --clear" in make(house, "--dry-run", "setup").stdout


@pytest.mark.parametrize(("built", "calls"), [(["1-a"], "build\nopen\n"), (["1-a", "2-b"], "open\n")])
def test_make_lab_builds_what_is_missing_and_opens_the_course(house: Path, built: list[str], calls: str) -> None:
    set_up(house)
    command = house / ".venv" / "bin" / "sockets-lab"
    command.write_text('#!/bin/sh\necho "$@" >>calls\n')
    command.chmod(0o755)
    for folder in ("solutions", "notebooks"):
        (house / folder / "2-stream").mkdir(parents=True)
    for lesson in ("1-a", "2-b"):
        (house / "solutions" / "2-stream" / f"{lesson}.md").touch()
    for lesson in built:
        (house / "notebooks" / "2-stream" / f"{lesson}.ipynb").touch()
    assert make(house, "lab").returncode == 0
    assert (house / "calls").read_text() == calls


def test_help_names_every_target_that_the_readme_names() -> None:
    told = make(ROOT, "help").stdout
    for target in set(re.findall(r"`make ([a-z]+)", (ROOT / "README.md").read_text())):
        assert re.search(rf"^{target}\b", told, re.MULTILINE), f"make help does not tell of {target}"


def test_the_lessons_kernel_is_this_environments_python() -> None:
    argv = KernelSpecManager().get_kernel_spec("python3").argv
    found = sys.executable if argv[0] == "python" else argv[0]
    assert Path(found).parent == Path(sys.executable).parent
