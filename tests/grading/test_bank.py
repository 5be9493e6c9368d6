"""The whole bank of submissions, hidden trials too: it grades the trials."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sockets_lab.exercises import UNITS
from sockets_lab.grading.bank import BankError, Row, bank, exit_status

COURSE = Path(__file__).resolve().parents[2]
BANK, SOLUTIONS = COURSE / "tests" / "submissions", COURSE / "solutions"

# The curriculum's misconceptions of the unit, each by the submission that has it.
MISCONCEPTIONS = {
    "make_stream": "dgram ignores_family returned_from_with sets_default_timeout",
    "bind_server": "returns_port_zero option_after_bind reuseport binds_wildcard leaks_on_error",
    "accept_n": "single_accept per_accept_timeout closes_listener returns_listener leaves_timeout_changed",
    "connect_any": "first_only writable_is_success leaks_losers per_address_timeout left_nonblocking",
    "send_all": "ignores_count",
    "recv_frame": "single_recv over_read little_endian spins_at_eof",
    "exchange": "closes_before_reading no_shutdown swallows_reset open_makefile",
}

MakeBank = Callable[..., list[Row]]


def _mistakes(rows: list[Row]) -> list[str]:
    found = []
    for row in rows:
        who = f"{row.exercise}/{row.submission} (seed {row.seed})"
        if not row.as_it_should:
            found.append(f"{who} should {'pass' if row.right else 'fail'}, but {row.status}: {row.trial} {row.reason}")
        elif not row.right and not row.own_hint:
            found.append(f"{who} should draw {row.misconception}, but drew {row.hint_key} in {row.trial}: {row.reason}")
    return found


@pytest.mark.slow
def test_right_submissions_pass_and_wrong_ones_draw_the_hint_for_their_misconception() -> None:
    rows = bank(BANK, solutions=SOLUTIONS, jobs=(os.cpu_count() or 1) + 1)
    assert len(rows) == len(list(BANK.glob("*/*/*.py")))
    if mistakes := _mistakes(rows):
        pytest.fail(f"{len(mistakes)} of {len(rows)} submissions:\n" + "\n".join(mistakes), pytrace=False)


@pytest.mark.parametrize("exercise", [exercise.name for unit in UNITS.values() for exercise in unit])
def test_every_exercise_has_three_right_submissions_and_every_misconception(exercise: str) -> None:
    (folder,) = BANK.glob(f"*/{exercise}")
    right = {path.read_text() for path in folder.glob("right_*.py")}
    assert len(right) >= 3
    assert set(MISCONCEPTIONS[exercise].split()) <= {
        path.stem.removeprefix("wrong_") for path in folder.glob("wrong_*")
    }


# Banks of one or two submissions


@pytest.fixture
def run_bank(tmp_path: Path) -> MakeBank:
    def run(submissions: dict[str, str], **options: object) -> list[Row]:
        for name, source in submissions.items():
            path = tmp_path / "bank" / "2-stream" / "make_stream" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return bank(tmp_path / "bank", **{"solutions": SOLUTIONS, **options})  # type: ignore[arg-type]

    return run


RIGHT = (BANK / "2-stream/make_stream/right_plain.py").read_text()


def test_a_submission_that_cannot_be_tried_is_no_wrong_answer_caught(run_bank: MakeBank) -> None:
    rows = run_bank(
        {
            "wrong_brackets": "def make_stream(family):\n    return (",
            "wrong_name": "def make_streams(family): ...",
            "wrong_parameters": "def make_stream(): ...",
            "wrong_loop": "while True: pass",
        }
    )
    found = {row.submission: (row.status, row.reason) for row in rows}
    assert found["wrong_brackets"] == ("not loaded", "'(' was never closed, at line 2")
    assert found["wrong_name"] == ("not loaded", "it defines no function make_stream")
    assert found["wrong_parameters"][0] == "refused"
    assert found["wrong_loop"] == ("not loaded", "it is not loaded after 5 s, at line 1: while True: pass")
    assert not any(row.as_it_should for row in rows)
    assert exit_status(rows) == 1


def test_a_submission_that_ends_its_process_is_caught_wherever_it_does_so(run_bank: MakeBank) -> None:
    rows = run_bank(
        {
            "wrong_exit": "import ctypes\ndef make_stream(family): ctypes.string_at(0)",
            "wrong_at_once": "import os; os._exit(3)",
        }
    )
    assert [(row.status, row.reason) for row in rows] == [
        ("crashed", "its process ended with status 3"),
        ("crashed", "its process ended by signal 11"),
    ]
    assert exit_status(rows) == 0


def test_a_worker_that_fails_by_itself_catches_nothing(run_bank: MakeBank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    (row,) = run_bank({"wrong_dgram": "def make_stream(family): ..."})
    assert (row.status, row.as_it_should) == ("lab fault", False)


def test_every_run_counts_and_a_seed_is_the_first_of_them(run_bank: MakeBank) -> None:
    sometimes = f"{RIGHT}\nright, count = make_stream, 0\ndef make_stream(family):\n    global count\n    count += 1\n"
    sometimes += "    return None if count == 1 else right(family)\n"
    right, wrong = run_bank({"right_plain": RIGHT, "wrong_sometimes": sometimes}, repeat=3, seed=7)
    assert (right.passed_runs, right.runs, right.seed, right.points) == (3, 3, 7, 3.0)
    assert (wrong.passed_runs, wrong.runs, wrong.as_it_should, wrong.points) == (2, 3, False, 0.0)


def test_only_the_submissions_asked_for_are_run(run_bank: MakeBank) -> None:
    (row,) = run_bank({"right_plain": RIGHT, "wrong_nothing": "def make_stream(family): ..."}, only="wrong_*")
    assert (row.submission, row.status, row.trial) == ("wrong_nothing", "failed", "ipv4")


def test_no_bank_no_such_exercise_or_no_hidden_trials_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"is no bank: there is no <unit>/<exercise>/right_\*\.py"):
        bank(tmp_path, solutions=SOLUTIONS)
    path = tmp_path / "2-stream" / "make_stram" / "right_plain.py"
    path.parent.mkdir(parents=True)
    path.write_text(RIGHT)
    with pytest.raises(BankError, match="2-stream has no exercise make_stram"):
        bank(tmp_path, solutions=SOLUTIONS)
    path.parent.rename(tmp_path / "2-stream" / "make_stream")
    with pytest.raises(BankError, match=r"hidden_trials\.py is missing: a bank is run with the hidden trials"):
        bank(tmp_path, solutions=tmp_path)


def test_the_course_that_one_stands_in_has_the_hidden_trials(
    run_bank: MakeBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(COURSE / "tests")
    assert [row.status for row in run_bank({"right_plain": RIGHT}, solutions=None)] == ["passed"]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BankError, match="there are no hidden trials here"):
        run_bank({}, solutions=None)
