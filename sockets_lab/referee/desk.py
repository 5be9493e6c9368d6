"""The referee's desk in grading: a process outside the sandbox, one for each submission's kernel.

    grader  -- which graded cell runs now -->  desk  <-- "judge send_all" --  the submission's kernel
    grader  <-- the verdict ---------------     |                                   ^
                                                +-- fork --> one check (outside) ---+

The hidden trials and the key are in its memory alone. What the kernel says decides nothing: a check counts for the
graded cell that the grader named, the first one while that cell runs; every other is practice, with visible trials.

The desk itself never reads more from the kernel than short requests; what may be large or odd is read by the check.
"""

from __future__ import annotations

import codecs
import contextlib
import math
import os
import random
import select
import signal
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sockets_lab.exercises import UNITS, Exercise, load_hidden_trials
from sockets_lab.peers.channel import BadMessage, Channel, ChannelClosed, ChannelError
from sockets_lab.peers.connection import describe_error
from sockets_lab.peers.processes import fork_child
from sockets_lab.referee import outside
from sockets_lab.referee.answers import Received
from sockets_lab.referee.looking import SystemView, answer
from sockets_lab.referee.predictions import ANSWERS_FILE, judge_prediction

MAX_REQUEST_BYTES = 16 * 1024
SPEAKS_WITHIN_S = 1.0
PRACTICE_CHECKS = 20
PRACTICE_S = 60.0
MORE_MEMORY_BYTES = 64 * 1024 * 1024
CPU_S = 600
MAX_WORDS = 200
NEVER_ASKED = "the check did not reach the referee"
NONSENSE = "its kernel spoke to the referee in a way that no check does"
GIVEN_UP = "the check was given up before its verdict"
CUT_OFF = "the cell ended before the verdict"
ENOUGH_PRACTICE = "there were enough checks outside of graded cells: while a submission is graded, no more are run"


@dataclass
class Outcome:
    """What became of a graded cell.

    Attributes:
        findings: as data; None without a verdict.
        none: why there is no verdict.
        fault: what failed on our side.
    """

    findings: dict[str, Any] | None = None
    none: str = NEVER_ASKED
    fault: str = ""


@dataclass
class Check:
    """A check that is being judged.

    Attributes:
        counts: whether it is the graded cell's own.
        told: whether it has said what it found.
    """

    pid: int
    channel: Channel
    counts: bool
    begun: float
    told: bool = False


def run(params: dict[str, Any], fds: list[int]) -> None:
    """Be the desk until the grader has gone.

    Args:
        params: ``pid`` of the kernel, ``solutions``, ``unit``, ``user``: whom root becomes, or None.
        fds: the channels to the kernel and to the grader, the user and the network namespace.
    """
    with Channel.adopt(fds[0], MAX_REQUEST_BYTES) as kernel, Channel.adopt(fds[1]) as grader:
        try:
            key = _load(Path(params["solutions"]), params["unit"])
            _become(params["user"])
            outside.use_at_most(MORE_MEMORY_BYTES + outside.MORE_MEMORY_BYTES, outside.OPEN_FILES, CPU_S)
            desk = Desk(kernel, grader, SystemView(params["pid"]), fds[2:], params["unit"], key)
        except Exception as error:
            grader.send({"fault": f"the referee could not begin: {describe_error(error)}"})
            return
        grader.send({"ready": True})
        try:
            desk.serve()
        finally:
            desk.end_check()


def _load(solutions: Path, unit: str) -> dict[str, Any]:
    """The hidden trials into the exercises; the key."""
    for exercise in UNITS.get(unit, ())[:1]:
        load_hidden_trials(solutions, exercise)
    return tomllib.loads((solutions / unit / ANSWERS_FILE).read_text(encoding="utf-8"))


def _become(user: int | None) -> None:
    """Become ``user``, who may not be allowed to read the library: what Python would load later is loaded now."""
    for encoding in ("ascii", "latin-1", "idna"):
        codecs.lookup(encoding)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


class Desk:
    """See the module's text.

    Args:
        view: a look at the kernel's process.
        namespaces: descriptors of its user and its network namespace.
        key: the answers to the unit's predictions.
    """

    def __init__(
        self, kernel: Channel, grader: Channel, view: SystemView, namespaces: list[int], unit: str, key: dict[str, Any]
    ) -> None:
        self._kernel: Channel | None = kernel
        self._grader = grader
        self._view = view
        self._namespaces = namespaces
        self._exercises = {exercise.name: exercise for exercise in UNITS.get(unit, ())}
        self._key = key
        self._cell: str | None = None
        self._asked = False
        self._outcome = Outcome()
        self._check: Check | None = None
        self._practised = 0
        self._practice_s = 0.0

    def serve(self) -> None:
        """Answer all three until the grader has gone."""
        while True:
            check = self._check
            ready = self._wait()
            if check is not None and check.channel in ready:
                self._hear_check(check)
            elif self._grader in ready:
                try:
                    self._obey(self._grader.receive(timeout_s=SPEAKS_WITHIN_S)[0])
                except ChannelError:
                    return
            elif check is not None and self._practice_left_s(check) <= 0:
                self.end_check()
            elif self._kernel is not None and self._kernel in ready and not _can_read(self._grader):
                # What the grader said before this request could be made has been heard.
                self._hear_kernel(self._kernel)

    def end_check(self) -> None:
        """Kill the check that is being judged, if there is one."""
        if self._check is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._check.pid, signal.SIGKILL)
            self._bury(self._check)

    def _wait(self) -> list[Channel]:
        check = self._check
        everybody = [one for one in (check.channel if check else None, self._grader, self._kernel) if one is not None]
        left_s = math.inf if check is None else self._practice_left_s(check)
        return select.select(everybody, [], [], None if left_s == math.inf else max(0.0, left_s))[0]

    def _practice_left_s(self, check: Check) -> float:
        """Seconds; the cell's own time is the limit of the check that counts."""
        return math.inf if check.counts else check.begun + PRACTICE_S - self._practice_s - time.monotonic()

    # The grader

    def _obey(self, order: dict[str, Any]) -> None:
        if "begin" in order:
            self.end_check()
            self._cell, self._asked, self._outcome = order["begin"], False, Outcome()
            return
        while self._check is not None and _can_read(self._check.channel):  # said before the cell could end
            self._hear_check(self._check)
        self._give_up(CUT_OFF)
        self._grader.send(vars(self._outcome), timeout_s=SPEAKS_WITHIN_S)
        self._cell = None

    # The check

    def _begin_check(self, exercise: Exercise, seed: int, only: str | None, counts: bool) -> Channel:
        """Have it judged by a process of its own; the channel that the kernel is to speak through."""
        params = {"exercise": exercise.id, "seed": seed, "only": only, "hidden": counts}
        theirs, kernels = Channel.pair()
        ours, checks = Channel.pair()
        with theirs, checks:
            fds = [theirs.fileno(), checks.fileno(), *self._namespaces]
            pid = fork_child(outside.run, params, fds)
        self._check = Check(pid, ours, counts, time.monotonic())
        return kernels

    def _hear_check(self, check: Check) -> None:
        try:
            message, _ = check.channel.receive(timeout_s=SPEAKS_WITHIN_S)
            if "look" in message:
                check.channel.send(answer(self._view, message["look"]), timeout_s=SPEAKS_WITHIN_S)
                return
        except ChannelError:
            self._bury(check)
            return
        check.told = True
        if check.counts:
            self._outcome = Outcome(**message)

    def _bury(self, check: Check) -> None:
        """It has ended, by itself or not."""
        _, status = os.waitpid(check.pid, 0)
        check.channel.close()
        self._check = None
        if not check.counts:
            self._practice_s += time.monotonic() - check.begun
        elif not check.told:
            code = os.waitstatus_to_exitcode(status)
            if code == -signal.SIGXCPU:
                self._outcome = Outcome(none=f"the check took more than {outside.CPU_S} s of processor time")
            else:
                self._outcome = Outcome(fault=f"the referee's own process ended with status {code}")

    def _give_up(self, why: str) -> None:
        """End the check that is being judged; if it was the one that counts, it has no verdict."""
        check = self._check
        if check is not None:
            self.end_check()
            if check.counts and not check.told:
                self._outcome = Outcome(none=why)

    # The kernel

    def _hear_kernel(self, kernel: Channel) -> None:
        """Answer one request. Who speaks in a way that no check does is not listened to again."""
        try:
            request, fds = kernel.receive(timeout_s=SPEAKS_WITHIN_S)
            Received(fds).close()
            if not isinstance(request, dict) or type(request.get("id")) is not int:
                raise BadMessage("no request")
            told, passed = self._answer(request)
            with contextlib.closing(passed) if passed else contextlib.nullcontext():
                kernel.send(
                    {"id": request["id"], **told}, [passed.fileno()] if passed else [], timeout_s=SPEAKS_WITHIN_S
                )
        except ChannelError as error:
            kernel.close()
            self._kernel = None
            if self._outcome.none == NEVER_ASKED and not isinstance(error, ChannelClosed):
                self._outcome.none = NONSENSE

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], Channel | None]:
        name = request.get("check", request.get("predict"))
        counts = not self._asked and name is not None and name == self._cell
        if "predict" in request:
            if counts:
                self._asked = True
                self._outcome = self._judge_prediction(request)
            return {"kept": True}, None
        exercise = self._exercises.get(name) if isinstance(name, str) else None
        if exercise is None:
            return {"refused": "that is no exercise of this unit"}, None
        self._give_up(GIVEN_UP)
        seed, only = random.SystemRandom().randrange(1, 10**6), None
        if counts:
            self._asked = True
        else:
            if self._practised >= PRACTICE_CHECKS or self._practice_s >= PRACTICE_S:
                return {"refused": ENOUGH_PRACTICE}, None
            self._practised += 1
            seed, only = _wanted(request, exercise, seed)
        return {"go": True}, self._begin_check(exercise, seed, only, counts)

    def _judge_prediction(self, request: dict[str, Any]) -> Outcome:
        given, words = request.get("answer"), request.get("words")
        if isinstance(given, bool) or not isinstance(given, str | int | float) or not isinstance(words, str):
            return Outcome(none="the prediction that came is neither a letter nor a number")
        if self._cell not in self._key:
            return Outcome(fault=f"the key has no answer for {self._cell}")
        return Outcome(judge_prediction(self._cell, given, words[:MAX_WORDS], self._key[self._cell]).as_data())


def _wanted(request: dict[str, Any], exercise: Exercise, seed: int) -> tuple[int, str | None]:
    """The seed and the one trial of a replay; what is not a wish of this kind is no wish."""
    wish, only = request.get("seed"), request.get("only")
    known = [trial.name for trial in exercise.trials if not trial.hidden]
    return wish if type(wish) is int else seed, only if only in known else None


def _can_read(channel: Channel) -> bool:
    return bool(select.select([channel], [], [], 0)[0])
