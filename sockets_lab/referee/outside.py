"""One check of a submission: in a process of its own, outside the sandbox and with its sockets in it.

The desk (:mod:`sockets_lab.referee.desk`) forks it. It hears from the submission on one channel, and tells the desk on
another what it found. Whatever comes on the first may be an attack.
"""

from __future__ import annotations

import dataclasses
import os
import resource
from typing import Any

from sockets_lab.exercises import Exercise, find_exercise
from sockets_lab.kernel import syscalls
from sockets_lab.kernel.grading import enter
from sockets_lab.peers.channel import Channel, ChannelClosed, ChannelError, ChannelTimeout
from sockets_lab.peers.connection import describe_error
from sockets_lab.referee.answers import Received
from sockets_lab.referee.learner import GRACE_S, Learner
from sockets_lab.referee.looking import ViewThrough
from sockets_lab.referee.session import judge
from sockets_lab.referee.verdicts import Findings, Verdict

MAX_MESSAGE_BYTES = 8 * 1024 * 1024  # what a function may return, encoded
MORE_MEMORY_BYTES = 768 * 1024 * 1024  # a message of that size is at worst some sixty times as large, decoded
OPEN_FILES = 1024
CPU_S = 120


def run(params: dict[str, Any], fds: list[int]) -> None:
    """Judge one exercise.

    Args:
        params: ``exercise``, ``seed``, ``only`` (a trial's name, or None for all), ``hidden`` (whether to run the
            hidden trials, too).
        fds: the channel to the submission, the channel to the desk, the user and the network namespace.
    """
    enter(fds[2], fds[3])
    for fd in fds[2:]:
        os.close(fd)
    syscalls.prctl(syscalls.SET_PARENT_DEATH_SIGNAL, 9)
    use_at_most(MORE_MEMORY_BYTES, OPEN_FILES, CPU_S)
    with Channel.adopt(fds[0], MAX_MESSAGE_BYTES) as channel, Channel.adopt(fds[1]) as desk:
        try:
            exercise = find_exercise(params["exercise"])
            if not params["hidden"]:
                exercise = visible(exercise)
            Received(channel.receive(timeout_s=GRACE_S)[1]).close()  # it has its end of the channel
            findings = judge(exercise, Learner(channel, ViewThrough(desk)), params["seed"], params["only"])
        except (ChannelError, MemoryError) as error:
            desk.send({"none": _in_words(error)})
            return
        except Exception as error:
            desk.send({"fault": f"the lab's own trial failed: {describe_error(error)}"})
            raise
        desk.send({"findings": findings.as_data()})  # before the submission can end its cell
        channel.send({"findings": as_learners_see(findings).as_data()}, timeout_s=GRACE_S)


def use_at_most(more_memory_bytes: int, open_files: int, cpu_s: int) -> None:
    """Limit this process. Source: getrlimit(2), proc_pid_statm(5)."""
    with open("/proc/self/statm", "rb") as file:
        memory = int(file.read().split()[0]) * resource.getpagesize() + more_memory_bytes
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(kind, (most, most))


def visible(exercise: Exercise) -> Exercise:
    """The exercise as learners have it."""
    return dataclasses.replace(exercise, trials=[trial for trial in exercise.trials if not trial.hidden])


def as_learners_see(findings: Findings) -> Findings:
    """Visible trials in full; of a hidden one whether it passed, and one hint."""
    return dataclasses.replace(findings, verdicts=tuple(map(_as_learners_see, findings.verdicts)))


def _as_learners_see(verdict: Verdict) -> Verdict:
    if not verdict.hidden:
        return verdict
    return Verdict("hidden", "a hidden trial", verdict.status, verdict.weight, hidden=True, hints=verdict.hints[:1])


def _in_words(error: Exception) -> str:
    if isinstance(error, ChannelTimeout):
        return "its kernel did not answer in time"
    if isinstance(error, ChannelClosed):
        return "its kernel ended the talk with the referee before the verdict"
    if isinstance(error, MemoryError):
        return "what its kernel said took more memory than the referee has"
    return f"what its kernel said could not be read: {error}"
