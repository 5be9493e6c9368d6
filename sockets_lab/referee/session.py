"""One check, in a process of its own: run the trials of one exercise against a learner's process."""

from __future__ import annotations

import contextlib
import zlib
from typing import Any

from sockets_lab.exercises import find_exercise, load_hidden_trials
from sockets_lab.exercises.model import Exercise, Trial
from sockets_lab.exercises.python_errors import own_hints
from sockets_lab.exercises.table import Hints, Table, TrialFailed, TrialSkipped, blamed
from sockets_lab.peers.channel import Channel, ChannelError
from sockets_lab.peers.connection import describe_error
from sockets_lab.referee.codec import BadValue
from sockets_lab.referee.learner import Learner
from sockets_lab.referee.looking import SystemView
from sockets_lab.referee.trial_packets import NOTHING_SEEN, Seen, TrialPackets
from sockets_lab.referee.verdicts import Findings, Verdict, points_for

MAX_TIMEOUTS = 2
LEFT_OPEN = "left_open"
THREAD_LEFT = Hints(
    "thread_left",
    "Your function has returned, and a thread of it still runs. What will it do next, and to whose sockets?",
    "A thread that still waits takes the next client, or the next bytes, which belong to the caller.",
    "Do without a thread; or make it end, and join() it, before you return or raise.",
)


def run(params: dict[str, Any], fds: list[int]) -> None:
    """The referee's process.

    Args:
        params: ``exercise`` (id), ``seed``, ``pid`` of the learner's process, ``only`` (a trial's name, or None
            for all), ``solutions`` (the folder with the hidden trials, or None).
        fds: the channel to the learner.
    """
    with Channel.adopt(fds[0]) as channel:
        try:
            exercise = find_exercise(params["exercise"])
            if params["solutions"]:
                load_hidden_trials(params["solutions"], exercise)
            findings = judge(exercise, Learner(channel, SystemView(params["pid"])), params["seed"], params["only"])
            channel.send({"findings": findings.as_data()})
        except ChannelError:
            return  # the learner's process has gone or speaks nonsense, or the learner pressed stop
        except Exception as error:
            with contextlib.suppress(ChannelError):
                channel.send({"fault": f"the lab's own trial failed, not your code: {describe_error(error)}"})
            raise


def judge(exercise: Exercise, learner: Learner, seed: int, only: str | None = None) -> Findings:
    """Run the exercise's trials in their order, and count.

    The trials after a basic one run only if it passed: nothing is earned by a function that does nothing.
    """
    with TrialPackets(of_passed=only is not None) as packets:  # a replay shows every step
        return _judge(exercise, learner, seed, only, packets)


def _judge(exercise: Exercise, learner: Learner, seed: int, only: str | None, packets: TrialPackets) -> Findings:
    verdicts: list[Verdict] = []
    left_open: list[tuple[str, list[str]]] = []
    blocked = ""
    timeouts = 0
    for trial in exercise.trials:
        if only is not None and trial.name != only:
            continue
        if blocked:
            verdicts.append(_verdict(trial, "not run", reason=blocked))
            continue
        verdict, table = run_trial(trial, learner, seed, packets)
        verdicts.append(verdict)
        if table.left_open:
            left_open.append(("a hidden trial" if trial.hidden else repr(trial.title), table.left_open))
        timeouts += table.outcome.hung is not None
        if table.lost_the_learner:
            blocked = "your function still runs and cannot be interrupted: restart the kernel"
        elif verdict.status == "failed" and trial.basic and only is None:
            blocked = "needs the first failure mended"
        elif timeouts >= MAX_TIMEOUTS:
            blocked = f"your function timed out {MAX_TIMEOUTS} times already"
    if only is None:
        # What a first failure leaves open is its consequence, and mended with it.
        basic_failed = any(v.status == "failed" and t.basic for t, v in zip(exercise.trials, verdicts, strict=False))
        verdicts.append(_judge_left_open(exercise, [] if basic_failed else left_open, blocked))
    found = tuple(verdicts)
    points = points_for(found, exercise.points)
    why = exercise.why if only is None and all(verdict.status == "passed" for verdict in found) else ""
    return Findings(exercise.id, points, exercise.points, seed, found, why)


def run_trial(trial: Trial, learner: Learner, seed: int, packets: TrialPackets) -> tuple[Verdict, Table]:
    """Run one trial; its verdict, and the table with what happened on it."""
    with contextlib.ExitStack() as cleanup:
        table = Table(learner, zlib.crc32(f"{seed} {trial.name}".encode()), cleanup)
        failure: TrialFailed | None = None
        skipped = ""
        packets.begin(trial)
        try:
            _play(trial, table)
        except TrialFailed as error:
            failure = error
        except TrialSkipped as error:
            skipped = str(error)
        try:
            table.abandon()
        except BadValue as error:
            failure = failure or _unreadable(error)
        seen = packets.seen(table, failed=failure is not None)
        if table.lost_the_learner:
            learner.drop()
        else:
            learner.forget()
        told = list(table.steps)
    table.steps = told  # without the end of the peers, which belongs to no encounter
    if skipped:
        return _verdict(trial, "skipped", reason=f"{skipped}; its points are not given"), table
    if failure is None:
        return _verdict(trial, "passed", table=table, seen=seen), table
    hints = (own_hints(failure.raised, failure.hints) if failure.raised else failure.hints) or trial.hints
    failed = _verdict(trial, "failed", reason=failure.message, table=table, seen=seen)
    details = {"expected": failure.expected, "seen": failure.seen, "hint_key": hints.key, "hints": tuple(hints)}
    return Verdict(**{**vars(failed), **details}), table


def _play(trial: Trial, table: Table) -> None:
    """Run the trial's function. A peer that waits in vain for the learner's code is the learner's failure."""
    try:
        trial.run(table)
    except BadValue as error:
        raise _unreadable(error) from error
    except OSError as error:
        told = _how_the_peer_fared(error)
        if not table.running:
            raise _peer_stuck(table, told) from error
        table.step("peer", told)
        try:
            table.result()
        except TrialFailed as failure:
            failure.message += ", while the peer waited for you" if table.outcome.hung else ""
            raise
        raise _peer_stuck(table, told) from error


def _unreadable(error: BadValue) -> TrialFailed:
    return TrialFailed(f"what came back from your function could not be read: {error}")


def _peer_stuck(table: Table, told: str) -> TrialFailed:
    return TrialFailed(f"the peer {told}", hints=blamed(table.on_hang, table.outcome))


def _how_the_peer_fared(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "waited in vain for your function's next step"
    if isinstance(error, BrokenPipeError | ConnectionResetError):
        return "was still talking when your function closed the connection"
    return f"could not go on: {describe_error(error)}"


def _verdict(
    trial: Trial, status: Any, *, reason: str = "", table: Table | None = None, seen: Seen = NOTHING_SEEN
) -> Verdict:
    steps: list[tuple[float, str, str]] = sorted(table.steps, key=lambda step: step[0]) if table else []
    return Verdict(
        trial=trial.name,
        title=trial.title,
        status=status,
        weight=trial.weight,
        hidden=trial.hidden,
        reason=reason,
        steps=tuple((at - steps[0][0], who, what) for at, who, what in steps),
        printed=table.printed if table else "",
        packets=seen.packets,
        packets_seen=seen.in_all,
        packets_lost=seen.lost,
    )


def _count(things: list[str]) -> str:
    return ", ".join(things[:3]) + (f" and {len(things) - 3} more" if len(things) > 3 else "")


def _judge_left_open(exercise: Exercise, left_open: list[tuple[str, list[str]]], blocked: str) -> Verdict:
    row: dict[str, Any] = {"trial": LEFT_OPEN, "title": "nothing is left open", "weight": 1}
    if left_open:
        title, things = left_open[0]
        hints = THREAD_LEFT if any(thing.startswith("thread ") for thing in things) else exercise.left_open
        return Verdict(
            **row,
            status="failed",
            reason=f"left open in {title}: {_count(things)}",
            expected="nothing that your function opened stays open",
            hint_key=hints.key,
            hints=tuple(hints),
        )
    if blocked:
        return Verdict(**row, status="not run", reason=blocked)
    return Verdict(**row, status="passed")
