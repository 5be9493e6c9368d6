"""``check``, ``replay`` and ``hint``: what a lesson's cell calls."""

from __future__ import annotations

import contextlib
import inspect
import os
import random
import reprlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from sockets_lab import results
from sockets_lab.exercises import EXERCISES, Exercise, find_exercise
from sockets_lab.peers.channel import Channel, ChannelError
from sockets_lab.peers.interrupts import HeldInterrupts
from sockets_lab.peers.spawner import fork_from_warm_parent, kill_child
from sockets_lab.referee import cells
from sockets_lab.referee.asking import referee_outside
from sockets_lab.referee.caller import LearnerCaller, may_be_interrupted
from sockets_lab.referee.capture import captured_output
from sockets_lab.referee.errors import CheckError, CheckInterrupted, LabFault
from sockets_lab.referee.predictions import Prediction, check_prediction
from sockets_lab.referee.report import Report
from sockets_lab.referee.verdicts import Findings

SOLUTIONS = "SOCKETS_LAB_SOLUTIONS"
_REPR = reprlib.Repr()  # short, and a repr that raises does no harm
_latest: dict[str, Report] = {}
_running: list[str] = []


def check(answer: Callable[..., Any] | Prediction, *, seed: int | None = None) -> Report:
    """Try a function that you wrote, or hand in a prediction, and see how it went.

    Args:
        answer: the exercise's function, or what ``predict`` gave.
        seed: repeats the trials of an earlier check.
    Returns:
        a report. A notebook shows it as a table; ``print(report)`` shows it as text.
    Raises:
        CheckError: there is nothing to check; the text says what to do.
        CheckInterrupted: the stop button was pressed.
    """
    name = cells.name_of_argument(inspect.currentframe(), "check")
    if isinstance(answer, Prediction):
        return _hand_in(answer, name)
    exercise = _exercise_for(answer, name, cells.caller_globals(inspect.currentframe()))
    findings = run_check(answer, exercise, seed=seed)
    report = Report(findings)
    _latest[exercise.name] = report
    if not os.environ.get(SOLUTIONS) and referee_outside() is None:
        results.record(exercise.id, findings.points, findings.max_points)
    return report


def replay(answer: Callable[..., Any], trial: str, *, seed: int) -> Report:
    """Run one trial again, with the seed that a report gave, and show every step.

    Raises:
        CheckError: there is no such trial, or nothing to check.
    """
    name = cells.name_of_argument(inspect.currentframe(), "replay")
    exercise = _exercise_for(answer, name, cells.caller_globals(inspect.currentframe()))
    known = [known.name for known in exercise.trials]
    if trial not in known:
        raise CheckError(f"{exercise.name} has no trial {trial!r}; it has {', '.join(known)}")
    return Report(run_check(answer, exercise, seed=seed, only=trial), open_all=True)


def hint(answer: Callable[..., Any] | Prediction | str) -> str:
    """The next hint for the first failure of the latest check; each call gives a stronger one, up to three.

    Raises:
        CheckError: the function was not checked yet, or it is a prediction.
    """
    if isinstance(answer, Prediction):
        raise CheckError("a prediction has no hints: run the cells after it, and they show what happens")
    name = answer if isinstance(answer, str) else cells.name_of_argument(inspect.currentframe(), "hint")
    if name is None or name not in EXERCISES:
        name = getattr(answer, "__name__", str(answer))
    if name not in _latest:
        raise CheckError(f"there is no hint yet: run check({name}) first")
    return _latest[name].next_hint()


def run_check(
    function: Callable[..., Any],
    exercise: Exercise,
    *,
    seed: int | None = None,
    only: str | None = None,
    solutions: str | None = None,
) -> Findings:
    """Have the referee try ``function``; what it found. See :func:`check`.

    Args:
        only: the name of the one trial to run.
        solutions: the folder with the hidden trials; the environment's by default.
    Resources:
        the referee's process and the sockets of its trials, gone on return.
    """
    _must_fit(function, exercise)
    if threading.current_thread() is not threading.main_thread():
        raise CheckError("check() must run on the main thread, as a notebook's cells do")
    if _running:
        raise CheckError(
            f"check({exercise.name}) is running already: a function that is checked cannot call check itself"
        )
    params = {
        "exercise": exercise.id,
        "seed": random.SystemRandom().randrange(1, 10**6) if seed is None else seed,
        "pid": os.getpid(),
        "only": only,
        "solutions": solutions or os.environ.get(SOLUTIONS),
    }
    _running.append(exercise.name)
    try:
        with HeldInterrupts(may_be_interrupted) as stop_button:
            message = _ask_referee(function, params, stop_button)
    except KeyboardInterrupt:
        raise CheckInterrupted(
            f"you stopped check({exercise.name}) before its verdict: "
            "the peers are gone, nothing was graded; run it again"
        ) from None
    except ChannelError as error:
        raise CheckError(f"the referee ended before its verdict ({error}); run the check again") from error
    except OSError as error:
        raise CheckError(
            f"the check could not go on ({error}): this process lacks something, or your function took it away; "
            "restart the kernel, then check again"
        ) from error
    finally:
        _running.clear()
    if "fault" in message:
        raise LabFault(message["fault"])
    return Findings.from_data(message["findings"])


def _ask_referee(function: Callable[..., Any], params: dict[str, Any], stop_button: HeldInterrupts) -> Any:
    """Start a referee, or ask the one outside, and answer its calls; what it finally said."""
    # Captured from before the referee begins to count this process's descriptors.
    with captured_output() as captured, _referee_for(params) as ours:
        caller = LearnerCaller(ours, function, captured, stop_button)
        try:
            return caller.until_verdict()
        finally:
            caller.close()


@contextlib.contextmanager
def _referee_for(params: dict[str, Any]) -> Iterator[Channel]:
    """The channel to a referee, which is gone when the block ends."""
    outside = referee_outside()
    if outside is not None:
        with outside.begin(find_exercise(params["exercise"]).name, params["seed"], params["only"]) as ours:
            yield ours
        return
    ours, theirs = Channel.pair()
    referee: int | None = None
    try:
        with ours:
            with theirs:
                referee = fork_from_warm_parent("sockets_lab.referee.session:run", params, [theirs.fileno()])
            yield ours
    finally:
        if referee is not None:
            kill_child(referee)  # its verdict has come, or nobody wants it any more


def _hand_in(prediction: Prediction, name: str | None) -> Report:
    try:
        return check_prediction(prediction, name, os.environ.get(SOLUTIONS), referee_outside())
    except ChannelError as error:
        raise CheckError(f"the referee is gone ({error}): this prediction was not handed in") from error


def _exercise_for(answer: Any, name: str | None, namespace: dict[str, Any]) -> Exercise:
    if not callable(answer):
        raise CheckError(
            f"check() takes the function itself, as in check({next(iter(EXERCISES))}), not {_REPR.repr(answer)}"
        )
    own_name = getattr(answer, "__name__", None)
    candidates = [name, own_name if isinstance(own_name, str) else None]
    candidates += [known for known in EXERCISES if namespace.get(known) is answer]
    for candidate in candidates:
        if candidate in EXERCISES:
            cells.complain_of_syntax_error(candidate)
            return find_exercise(candidate)
    raise CheckError(
        f"{candidates[1] or _REPR.repr(answer)} is not an exercise of this course; there are {', '.join(EXERCISES)}"
    )


def _must_fit(function: Callable[..., Any], exercise: Exercise) -> None:
    try:
        signature = inspect.signature(function)
    except Exception:
        return  # some callables do not tell; the call itself will
    if inspect.iscoroutinefunction(function):
        raise CheckError(
            f"{exercise.name} is an async function; this exercise needs a plain one: write def, not async def"
        )
    if inspect.isgeneratorfunction(function):
        raise CheckError(
            f"{exercise.name} is a generator, because there is a yield in it: a call of it runs nothing; "
            "write return, or put what yields into a function of its own"
        )
    try:
        signature.bind(*exercise.parameters)
    except TypeError:
        raise CheckError(
            f"{exercise.name}{signature} has the wrong parameters; it is called as {exercise.call_form}"
        ) from None
