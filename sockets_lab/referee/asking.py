"""In a graded kernel: the way to the referee, which is outside of the sandbox."""

from __future__ import annotations

import os
from typing import Any

from sockets_lab.peers.channel import Channel
from sockets_lab.referee.errors import CheckError

REFEREE = "SOCKETS_LAB_REFEREE"
ANSWERS_WITHIN_S = 30.0


class RefereeOutside:
    """The channel that the grader has given this process.

    Args:
        channel: to the referee's desk.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._requests = 0

    def begin(self, exercise: str, seed: int | None, only: str | None) -> Channel:
        """Ask for a check; the channel by which its calls come, until its verdict.

        Raises:
            CheckError: there is none to be had.
            ChannelError: the referee has gone.
        """
        told, fds = self._ask({"check": exercise, "seed": seed, "only": only})
        if "refused" in told:
            raise CheckError(told["refused"])
        channel = Channel.adopt(fds[0])
        channel.send({"here": True})  # from now on this process's descriptors may be counted
        return channel

    def hand_in(self, name: str, answer: str | float, words: str) -> None:
        """Hand in the answer to a prediction.

        Raises:
            ChannelError: the referee has gone.
        """
        self._ask({"predict": name, "answer": answer, "words": words[:200]})

    def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[int]]:
        self._requests += 1
        self._channel.send({"id": self._requests, **request}, timeout_s=ANSWERS_WITHIN_S)
        while True:
            told, fds = self._channel.receive(timeout_s=ANSWERS_WITHIN_S)
            if told["id"] == self._requests:
                return told, fds
            for fd in fds:  # an answer to a request that was interrupted
                os.close(fd)


def referee_outside() -> RefereeOutside | None:
    """Whom a grader wants asked in this process; None where a check starts its own referee."""
    global _referee
    if _referee is None and REFEREE in os.environ:
        _referee = RefereeOutside(Channel.adopt(int(os.environ[REFEREE])))
    return _referee


_referee: RefereeOutside | None = None
