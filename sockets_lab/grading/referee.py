"""The grader's hold of a referee that judges one submission's kernel from outside of its sandbox."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sockets_lab.grading.points import NotGraded
from sockets_lab.kernel import GradingKernel
from sockets_lab.kernel.view import sandbox_id
from sockets_lab.peers.channel import Channel, ChannelError
from sockets_lab.peers.spawner import fork_from_warm_parent, kill_child
from sockets_lab.referee.verdicts import Findings

ANSWERS_WITHIN_S = 30.0


@dataclass(frozen=True)
class CellVerdict:
    """What a graded cell earned.

    Attributes:
        findings: of the referee; None where there is no verdict.
        reason: why there is none.
        is_prediction: whether the cell hands in a prediction.
    """

    findings: Findings | None
    reason: str = ""
    is_prediction: bool = False

    @property
    def points(self) -> float:
        """Without a verdict none."""
        return self.findings.points if self.findings is not None else 0.0


class Referee:
    """The referee's desk, for as long as one kernel runs.

    Args:
        kernel: the submission's.
        channel: our end of what the kernel was given as its way to the referee; owned from now on.
        solutions: the folder with each unit's hidden trials and key.
    Raises:
        NotGraded: it could not be started.
    Resources:
        a process and a descriptor, released by ``close()``.
    """

    def __init__(self, kernel: GradingKernel, channel: Channel, solutions: Path, unit: str) -> None:
        self._grader, theirs = Channel.pair()
        user = sandbox_id() if os.geteuid() == 0 else None
        params = {"pid": kernel.pid, "solutions": str(solutions), "unit": unit, "user": user}
        spaces = [kernel.user_namespace, kernel.network_namespace]
        self._is_ready = False
        try:
            with channel, theirs:
                fds = [channel.fileno(), theirs.fileno(), *spaces]
                self._pid = fork_from_warm_parent("sockets_lab.referee.desk:run", params, fds)
        except ChannelError as error:
            self._grader.close()
            raise NotGraded(f"the referee could not be started: {error}") from error

    def begin(self, name: str | None) -> None:
        """A cell begins: the graded cell of this name, or none that is graded.

        Raises:
            NotGraded: the referee has a fault of its own.
        """
        try:
            if not self._is_ready:
                self._hear()
                self._is_ready = True
            self._grader.send({"begin": name}, timeout_s=ANSWERS_WITHIN_S)
        except ChannelError as error:
            raise NotGraded(f"the referee is gone: {error}") from error

    def end(self) -> CellVerdict:
        """The graded cell has ended; what it earned.

        Raises:
            NotGraded: the referee has a fault of its own.
        """
        try:
            self._grader.send({"end": True}, timeout_s=ANSWERS_WITHIN_S)
            told = self._hear()
        except ChannelError as error:
            raise NotGraded(f"the referee is gone: {error}") from error
        if told["findings"] is None:
            return CellVerdict(None, told["none"])
        findings = Findings.from_data(told["findings"])
        return CellVerdict(findings, is_prediction="." not in findings.exercise)

    def close(self) -> None:
        """End it; returns when it is gone."""
        self._grader.close()
        kill_child(self._pid)

    def _hear(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self._grader.receive(timeout_s=ANSWERS_WITHIN_S)[0]
        if told.get("fault"):
            raise NotGraded(str(told["fault"]))
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
