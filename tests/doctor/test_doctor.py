"""The doctor tries things, and says how to mend what does not work."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sockets_lab import doctor
from sockets_lab.cli import app
from sockets_lab.doctor import Finding, isolation, machine, software
from sockets_lab.doctor.finding import why_it_fails
from sockets_lab.kernel import Part
from tests.processes import Script

OWN_NETWORK = (
    bool(shutil.which("unshare"))
    and not subprocess.run(["unshare", "-Urn", "true"], capture_output=True, check=False).returncode
)


def is_mended(finding: Finding, status: str) -> bool:
    """Whether it has that status, and a word of mending exactly where it is not ok."""
    return finding.status == status and bool(finding.mend) == (status != "ok")


def test_each_thing_is_told_once_with_a_mend_where_it_is_not_ok() -> None:
    findings = doctor.examine()
    assert len({finding.name for finding in findings}) == len(findings) == len(doctor.PROBES)
    for finding in findings:
        assert is_mended(finding, finding.status), finding
        for text in (finding.meaning, finding.mend):
            assert not text.endswith(".") and "\n" not in text, finding
        assert finding.status != "missing" or finding.needed, finding


def test_the_command_shows_the_findings_and_whether_the_course_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PROBES", (machine.fork, machine.loopback))
    ran = CliRunner().invoke(app, ["doctor"])
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("ok       fork: servers and checks run in processes of their own.\n")
    assert ran.stdout.endswith("\nThe course works here.\n")
    assert [row["status"] for row in json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)] == ["ok", "ok"]


def test_something_needed_and_missing_is_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PROBES", (machine.fork, software.jupyter))
    monkeypatch.setattr(software, "PACKAGES", ("json", "no_such_package"))
    ran = CliRunner().invoke(app, ["doctor"])
    assert ran.exit_code == 1
    assert "No module named 'no_such_package'.\n         To mend it: run make setup, or pip install" in ran.stdout
    assert ran.stdout.endswith("mend what is missing (JupyterLab and nbgrader) first.\n")


def test_on_windows_it_names_wsl_and_tries_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    (finding,) = doctor.examine()
    assert is_mended(finding, "missing")
    assert "WSL 2" in finding.mend
    assert not doctor.course_works([finding])


def test_on_windows_the_package_names_wsl_too() -> None:
    program = "import sys; sys.platform = 'win32'; import sockets_lab"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stderr.splitlines()[-1].startswith(
        "ImportError: Sockets Lab needs Linux or macOS: on Windows install WSL 2"
    )


def test_on_macos_the_course_works_with_something_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert is_mended(software.system(), "limited")
    assert is_mended(machine.pidfd(), "limited")


@pytest.mark.skipif(not OWN_NETWORK, reason="needs user namespaces")
@pytest.mark.may_skip
@pytest.mark.parametrize(("probe", "status"), [("loopback", "missing"), ("ipv6", "limited")])
def test_a_loopback_that_is_down_is_found(probe: str, status: str) -> None:
    program = f"from sockets_lab.doctor import machine; found = machine.{probe}(); print(found.status, found.mend)"
    said = subprocess.check_output(["unshare", "-Urn", sys.executable, "-c", program], text=True)
    assert said.split()[0] == status
    assert "sudo" in said


@pytest.mark.parametrize(
    ("limit", "probe", "status"),
    [("NOFILE", "open_files", "limited"), ("NOFILE", "ports", "missing"), ("FSIZE", "progress_folder", "limited")],
)
def test_a_limit_of_the_process_is_found(script: Callable[[str], Script], limit: str, probe: str, status: str) -> None:
    allowed = 60 if limit == "NOFILE" else 1
    found = script(f"""
        import json, resource
        from sockets_lab.doctor import machine
        resource.setrlimit(resource.RLIMIT_{limit}, ({allowed}, {allowed}))
        print(json.dumps(machine.{probe}().as_data()), flush=True)
    """).says()
    assert is_mended(Finding(**found), status)


def test_a_folder_for_results_that_cannot_be_made_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_mended(machine.progress_folder(), "ok")
    monkeypatch.setenv("SOCKETS_LAB_PROGRESS", "/dev/null/folder")
    found = machine.progress_folder()
    assert is_mended(found, "limited")
    assert "/dev/null/folder: Not a directory" in found.meaning


def test_a_temp_folder_too_deep_for_a_socket_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    assert is_mended(machine.temp_folder(), "limited")
    monkeypatch.setattr("tempfile.tempdir", "/dev/null")
    assert is_mended(machine.temp_folder(), "missing")


def test_jupyters_folder_must_be_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "run"))
    assert is_mended(software.jupyter_folder(), "ok")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "/dev/null/run")
    assert is_mended(software.jupyter_folder(), "missing")


def test_a_kernel_of_another_environment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    assert is_mended(software.kernel(), "ok")
    spec = {"argv": ["/elsewhere/bin/python", "-m", "ipykernel_launcher"], "display_name": "", "language": "python"}
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = software.kernel()
    assert is_mended(found, "limited")
    assert "/elsewhere/bin/python" in found.meaning


def test_without_its_tools_the_machine_is_limited_and_each_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for probe in (software.chromium, software.browser):
        assert is_mended(probe(), "limited"), probe.__name__
    assert is_mended(software.alembic(), "ok")  # it lies beside this Python, where nbgrader_config.py looks


@pytest.mark.skipif(not OWN_NETWORK, reason="needs user namespaces")
@pytest.mark.may_skip
def test_what_holds_submissions_is_found_by_running_one_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_mended(isolation.lab_kernel(), "ok")
    assert is_mended(isolation.grading_sandbox(), "ok")
    monkeypatch.setenv("PATH", "/nowhere")
    found = isolation.grading_sandbox()
    assert is_mended(found, "limited")
    assert "no submission is graded here: bubblewrap (" in found.meaning
    assert found.mend.startswith("apt-get install bubblewrap; or grade with all your rights")


def test_a_part_that_is_missing_is_told_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [
        Part("own network", False, "lab", "user namespace: Operation not permitted", "allow it with: sudo sysctl a=1"),
        Part("sandbox", False, "grading", "the same", "the same"),
    ]
    monkeypatch.setattr(isolation, "_parts", lambda _path: parts)
    for found in (isolation.lab_kernel(), isolation.grading_sandbox()):
        assert is_mended(found, "limited")
        assert "user namespace: Operation not permitted" in found.meaning and "the same" not in found.meaning
        assert found.mend.startswith("allow it with: sudo sysctl a=1")


def test_a_command_that_gives_no_answer_is_not_waited_for() -> None:
    assert why_it_fails(["sleep", "60"], timeout_s=0.05) == "no answer within 0 s"
