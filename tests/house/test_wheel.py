"""What leaves the house as a package."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    return folder


def test_the_wheel_has_the_package_and_its_kernelspec_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        entry_points = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    package = "-".join(wheel.name.split("-")[:2])
    assert {name.partition("/")[0] for name in names} == {"sockets_lab", f"{package}.dist-info", f"{package}.data"}
    kernelspec = f"{package}.data/data/share/jupyter/kernels/sockets-lab/kernel.json"
    assert [name for name in names if name.startswith(f"{package}.data/")] == [kernelspec]
    assert "sockets-lab = sockets_lab.cli:app" in entry_points
    assert sum(name.endswith("/LICENSE") for name in names) == 1


def test_the_wheel_has_every_file_of_the_package(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    tracked = subprocess.run(["git", "ls-files", "sockets_lab"], cwd=ROOT, check=True, capture_output=True, text=True)
    with zipfile.ZipFile(wheel) as archive:
        assert set(tracked.stdout.split()) <= set(archive.namelist())


def test_no_solution_and_no_hidden_trial_is_in_what_leaves(built: Path) -> None:
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert [name for name in names if name.startswith(("solutions", "tests", "notebooks"))] == []
    assert any(name.startswith("sockets_lab/") for name in names)
