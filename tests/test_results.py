"""Results on the learner's disk: the best stays, whoever else writes, whatever the disk says."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sockets_lab import results
from sockets_lab.results import Result
from tests.processes import Script


def test_the_best_result_stays(private_progress: Path) -> None:
    results.record("stream.send_all", 2, 4)
    results.record("stream.send_all", 1.5, 4)
    results.record("stream.recv_frame", 0, 5)
    assert results.load() == {"stream.send_all": Result(2, 4), "stream.recv_frame": Result(0, 5)}
    results.record("stream.send_all", 4, 4)
    assert results.load()["stream.send_all"] == Result(4, 4)
    assert sorted(path.name for path in private_progress.iterdir()) == ["progress.json", "progress.lock"]


def test_two_kernels_at_once_lose_nothing(script: Callable[[str], Script]) -> None:
    source = """
        import json, sys
        from sockets_lab import results
        print("true", flush=True)
        name = sys.stdin.readline().strip()
        for number in range(100):
            results.record(f"{name}.{number}", number, 100)
            results.record("shared", number, 100)
        print("true", flush=True)
    """
    kernels = [script(source), script(source)]
    for kernel in kernels:
        kernel.says()
    for kernel, name in zip(kernels, ("one", "other"), strict=True):
        kernel.tell(name)
    for kernel in kernels:
        kernel.says()
    kept = results.load()
    assert len(kept) == 201
    assert kept["shared"] == Result(99, 100)


@pytest.mark.parametrize("damaged", [b"{\x00\xff", b'{"stream.send_all": {"points": 4', b"[]", b"[" * 100_000])
def test_a_damaged_file_is_kept_aside_once_and_results_go_on(private_progress: Path, damaged: bytes) -> None:
    results.results_file().write_bytes(damaged)
    assert results.load() == {}
    results.record("stream.send_all", 4, 4)
    results.record("stream.recv_frame", 5, 5)
    assert [path.read_bytes() for path in results.set_aside()] == [damaged]
    assert set(json.loads(results.results_file().read_text())) == {"stream.send_all", "stream.recv_frame"}


def test_what_is_whole_in_a_damaged_file_is_used(private_progress: Path) -> None:
    good, bad = {"points": 3, "max_points": 3}, {"points": "many", "max_points": 5}
    text = json.dumps({"stream.make_stream": good, "stream.recv_frame": bad, "stream.send_all": 7})
    results.results_file().write_text(text)
    results.record("stream.bind_server", 1, 5)
    assert results.load() == {"stream.make_stream": Result(3, 3), "stream.bind_server": Result(1, 5)}
    assert [path.read_text() for path in results.set_aside()] == [text]


def test_a_disk_that_fills_up_keeps_the_old_file_and_the_process_the_new_result(
    script: Callable[[str], Script], private_progress: Path
) -> None:
    results.record("stream.send_all", 4, 4)
    before = results.results_file().read_bytes()
    kernel = script("""
        import json, resource, sys
        from sockets_lab import results
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, resource.RLIM_INFINITY))
        results.record("stream.recv_frame", 5, 5)
        print(json.dumps([sorted(results.load()), results.results_file().read_text()]), flush=True)
        sys.stdin.readline()
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        results.record("stream.exchange", 1, 5)
        print("true", flush=True)
    """)
    known, on_disk = kernel.says()
    assert known == ["stream.recv_frame", "stream.send_all"]
    assert on_disk.encode() == before
    assert sorted(path.name for path in private_progress.iterdir()) == ["progress.json", "progress.lock"]
    kernel.tell()
    kernel.says()
    assert set(results.load()) == {"stream.send_all", "stream.recv_frame", "stream.exchange"}


def test_a_folder_that_cannot_be_made_spoils_nothing_and_is_told(script: Callable[[str], Script]) -> None:
    kernel = script("""
        import json, os
        os.environ["SOCKETS_LAB_PROGRESS"] = "/dev/null/folder"
        from sockets_lab import results
        results.record("stream.send_all", 4, 4)
        print(json.dumps([results.why_not_kept(), list(results.set_aside())]), flush=True)
    """)
    assert kernel.says() == ["Not a directory", []]


def test_a_process_that_holds_the_lock_for_ever_does_not_hold_up_a_check(
    private_progress: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "LOCKED_WITHIN_S", 0.05)
    with (private_progress / "progress.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        results.record("stream.send_all", 4, 4)
        assert not results.results_file().exists()
        assert results.load() == {"stream.send_all": Result(4, 4)}
    results.record("stream.recv_frame", 0, 5)
    assert set(json.loads(results.results_file().read_text())) == {"stream.send_all", "stream.recv_frame"}


def test_forgetting_leaves_nothing_but_what_was_set_aside(private_progress: Path) -> None:
    results.results_file().write_bytes(b"damaged")
    results.record("stream.send_all", 4, 4)
    results.forget()
    assert results.load() == {}
    assert len(results.set_aside()) == 1
    assert results.why_not_kept() == ""


def test_a_package_that_shows_progress_is_still_imported_fast() -> None:
    heavy = ("nbclient", "nbformat", "nbgrader", "jupytext", "jupyter_server", "rich", "typer")
    program = f"import sockets_lab, sys; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "[]\n"
