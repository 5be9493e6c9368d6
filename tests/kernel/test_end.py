"""What a lab kernel leaves behind, whoever ends: nothing."""

from __future__ import annotations

import os
import shutil
import signal
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil

import sockets_lab
from sockets_lab.kernel.place import key_of, read_at_start
from tests.processes import Script

WaitUntil = Callable[[Callable[[], object], str], None]

OWNER = """
    import json, os, signal, subprocess, sys
    from tests.kernel.kernels import LabKernel
    lab = LabKernel()
    lab.run("import subprocess; left = subprocess.Popen(['sleep', '600'], start_new_session=True)")
    lab.run("import os; child = os.fork() or os.execlp('sleep', 'sleep', '600')")
    told = dict(family=[p.pid for p in lab.family()], folder=str(lab.folder), warm=lab.family()[0].ppid())
    print(json.dumps(told), flush=True)
    sys.stdin.readline()
    {then}
"""


def _gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) for pid in pids)


def _started(
    script: Callable[[str], Script], then: str, private: Path, **more: str
) -> tuple[Script, dict[str, object]]:
    # An environment of its own, so that its warm parent serves nobody else.
    source = textwrap.dedent(OWNER).format(then=textwrap.dedent(then))
    one = script(f"import os; os.environ.update({ {'PYTHON_OF_THE_TEST': str(private), **more} })\n{source}")
    return one, one.says()


def test_owner_killed_leaves_nothing(script: Callable[[str], Script], wait_until: WaitUntil, tmp_path: Path) -> None:
    owner, told = _started(script, "sys.stdin.readline()", tmp_path)
    family, folder = list(told["family"]), Path(str(told["folder"]))
    assert len(family) == 4 and folder.is_dir()
    os.kill(owner.process.pid, signal.SIGKILL)
    wait_until(lambda: _gone([*family, int(str(told["warm"]))]), "every process is gone")
    assert not folder.exists() and not folder.parent.exists()


def test_owner_killed_though_a_fork_of_it_lives_on(
    script: Callable[[str], Script], wait_until: WaitUntil, tmp_path: Path
) -> None:
    # The fork holds copies of all that the owner had open.
    then = "pid = os.fork(); signal.pause() if not pid else (print(pid, flush=True), sys.stdin.readline())"
    owner, told = _started(script, then, tmp_path)
    owner.tell()
    fork = owner.says()
    try:
        os.kill(owner.process.pid, signal.SIGKILL)
        wait_until(lambda: _gone([*list(told["family"]), int(str(told["warm"]))]), "every process is gone")
        assert psutil.pid_exists(fork)
    finally:
        os.kill(fork, signal.SIGKILL)


def test_kernels_outlive_the_warm_parent_and_the_next_one_is_started_by_itself(
    script: Callable[[str], Script], wait_until: WaitUntil, tmp_path: Path
) -> None:
    then = """
    print(lab.text("print(1)"), flush=True)
    other = LabKernel()
    print(other.text("print(2)"), flush=True)
    other.close(), lab.close()
    from sockets_lab.kernel.owner import release
    release()
    """
    owner, told = _started(script, then, tmp_path)
    os.kill(int(str(told["warm"])), signal.SIGKILL)
    owner.tell()
    assert (owner.says(), owner.says()) == (1, 2)
    assert owner.ends() == 0, owner.errors()
    folder = Path(str(told["folder"]))
    wait_until(lambda: not folder.parent.exists(), "the folders are gone")


def test_a_warm_parent_whose_code_was_changed_ends_with_its_last_kernel(
    script: Callable[[str], Script], wait_until: WaitUntil, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    shutil.copytree(Path(sockets_lab.__file__).parent, library / "sockets_lab")
    then = """
    other = LabKernel()
    print(other.family()[0].ppid(), flush=True)
    sys.stdin.readline()
    lab.close()
    sys.stdin.readline()
    third = LabKernel()
    print(other.text("print(2)"), third.text("print(3)"), sep=chr(10), flush=True)
    third.close()
    print(json.dumps([descriptors, len(os.listdir("/proc/self/fd"))]), flush=True)
    other.close()
    from sockets_lab.kernel.owner import release
    release()
    """
    counted = "descriptors = len(os.listdir('/proc/self/fd'))"
    owner, told = _started(script, f"{counted}\n{textwrap.dedent(then)}", tmp_path, PYTHONPATH=str(library))
    warm = int(str(told["warm"]))
    os.utime(library / "sockets_lab" / "__init__.py", (1, 1))
    owner.tell()
    next_one = owner.says()
    assert next_one != warm
    assert psutil.pid_exists(warm)  # it has a kernel still
    owner.tell()
    wait_until(lambda: not psutil.pid_exists(warm), "the old warm parent has ended")
    owner.tell()
    assert (owner.says(), owner.says()) == (2, 3)
    before, after = owner.says()  # each with one kernel
    assert after == before
    assert owner.ends() == 0, owner.errors()
    wait_until(lambda: not psutil.pid_exists(next_one), "the new one has ended, too")


def test_one_warm_parent_serves_all_processes_of_a_user(
    script: Callable[[str], Script], wait_until: WaitUntil, tmp_path: Path
) -> None:
    both = [_started(script, "sys.stdin.readline()", tmp_path) for _ in range(2)]
    assert both[0][1]["warm"] == both[1][1]["warm"]
    warm = int(str(both[0][1]["warm"]))
    both[0][0].close()
    wait_until(lambda: _gone(list(both[0][1]["family"])), "the first owner's kernel is gone")
    assert psutil.pid_exists(warm) and not _gone(list(both[1][1]["family"]))
    assert psutil.Process(warm).num_threads() == 1
    both[1][0].close()
    wait_until(lambda: _gone([warm]), "the warm parent is gone")


def test_what_python_reads_at_its_start_needs_another_warm_parent() -> None:
    assert read_at_start({"PYTHONPATH": "/a", "LANG": "C", "SECRET": "x"}) == {"PYTHONPATH": "/a", "LANG": "C"}
    same = key_of("lab", ["python"], {"SECRET": "x"})
    assert same == key_of("lab", ["python"], {"SECRET": "y"})
    assert len({same, key_of("lab", ["python"], {"PYTHONPATH": "/a"}), key_of("grading", ["python"], {})}) == 3
