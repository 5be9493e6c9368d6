"""One list of dependencies, in pyproject.toml: the lock and environment.yml say nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
DEPENDENCIES = [
    Requirement(line) for line in [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
]
LOCK = (ROOT / "requirements.lock").read_text().replace("\\\n", " ").splitlines()
PLATFORMS = [
    {"python_version": version, "python_full_version": full, "sys_platform": platform, "platform_system": system}
    | {"os_name": "posix", "implementation_name": "cpython", "platform_python_implementation": "CPython"}
    for version, full in [
        ("3.11", "3.11.2"),
        ("3.11", "3.11.14"),
        ("3.12", "3.12.3"),
        ("3.13", "3.13.5"),
        ("3.14", "3.14.0"),
    ]
    for platform, system in [("linux", "Linux"), ("darwin", "Darwin")]
]


def locked_for(environment: dict[str, str]) -> dict[str, str]:
    """Name and version of what the lock installs there."""
    pins: dict[str, str] = {}
    for line in LOCK:
        pin = Requirement(line.split(" --hash=")[0])
        if pin.marker is None or pin.marker.evaluate(environment):
            assert pin.name not in pins, f"{pin.name} is locked twice for {environment}"
            (specifier,) = pin.specifier
            pins[canonicalize_name(pin.name)] = specifier.version
    return pins


@pytest.mark.parametrize(
    "environment", PLATFORMS, ids=lambda one: f"{one['python_full_version']}-{one['sys_platform']}"
)
def test_the_lock_has_every_dependency_at_a_version_that_is_admitted(environment: dict[str, str]) -> None:
    pins = locked_for(environment)
    needed = [one for one in DEPENDENCIES if one.marker is None or one.marker.evaluate(environment)]
    wrong = [
        f"{dependency}: {pins.get(canonicalize_name(dependency.name), 'not locked')}"
        for dependency in needed
        if not dependency.specifier.contains(pins.get(canonicalize_name(dependency.name), "0"), prereleases=True)
        or canonicalize_name(dependency.name) not in pins
    ]
    assert wrong == []


def test_the_lock_has_what_builds_the_project() -> None:
    built_with = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert {Requirement(line).name for line in built_with} <= set(locked_for(PLATFORMS[0]))


def test_every_line_of_the_lock_is_one_version_with_hashes_and_no_address() -> None:
    assert LOCK
    for line in LOCK:
        assert re.fullmatch(r"[a-z0-9._-]+==[^ ]+( ; .+?)?( +--hash=sha256:[0-9a-f]{64})+", line), line


def test_environment_yml_installs_python_and_then_the_project_and_names_nothing_else() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, through_pip = environment["dependencies"]
    assert conda == [f"python{PROJECT['requires-python']}", "pip"]
    assert through_pip == {"pip": ["-e .[test]"]}
    assert set(EXTRAS) >= {"test"}


def test_hooks_call_the_projects_own_tools_and_fetch_nothing() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in hooks["repos"]] == ["local"]
    tools = {hook["entry"].split()[0] for hook in hooks["repos"][0]["hooks"]}
    assert tools == {".venv/bin/ruff", ".venv/bin/mypy", ".venv/bin/lint-imports"}
