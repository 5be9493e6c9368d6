"""What several exercises of the unit ask, and the hints for it."""

from __future__ import annotations

import os
import socket
from typing import Any

from sockets_lab.exercises.table import Hints, LearnerSocket, Table

DEFAULT_TIMEOUT = Hints(
    "sets_default_timeout",
    "Which other sockets of the program did you just change?",
    "socket.setdefaulttimeout() is for every socket made from now on, everywhere in the program.",
    "Remove setdefaulttimeout(). Where an exercise gives you a timeout, sock.settimeout() is for one socket alone.",
)
RETURNED_FROM_WITH = Hints(
    "returned_from_with",
    "The socket was open when you said return. What happens between return and the caller?",
    "Leaving a with block closes the socket, and return leaves it; finally runs on return, too. This socket must "
    "outlive your function.",
    "Make the socket without a with block. Close it only when something goes wrong: in except, not in finally.",
)
STILL_RUNNING = Hints(
    "still_running",
    "Your function was still running when its time was up. Which line does the report name?",
    "Either that line waits for somebody who does not come, or it belongs to a loop that does not end.",
    "Nothing here has to wait, and nothing has to be done again and again: do without the loop.",
)
NOTHING_RETURNED = Hints(
    "nothing_returned",
    "Your function did its work and came to its end. What did its caller get?",
    "A function that ends without return gives None. The result must leave it by return, on every way out.",
    "Put return, and the value that the task asks for, where your function ends. Is it indented as you mean it?",
)
# Seconds: a quick look, and a slow one for whoever was late at the quick one. A busy machine makes a function late by
# some amount; a limit that begins anew makes it late by a factor.
PACES_S = (0.2, 1.2)
QUICK_PACES_S = (0.1, 0.1, 0.4, 1.2)  # for signs of life that come all the time; the next if the trial itself was late
LATE_PART = 0.75  # of the time given: when the last sign of life comes
LATE_FACTOR = 1.4  # of the time given: below 1 + LATE_PART, which a limit that begins anew takes


def judge_returned(t: Table, value: Any) -> None:
    """The function gave its caller something."""
    t.require(
        value is not None, "your function returned nothing", NOTHING_RETURNED, expected="a return value", seen="None"
    )


def judge_blocking(t: Table, sock: LearnerSocket, message: str, hints: Hints) -> None:
    """The socket is as the kernel makes it: blocking, and without a timeout of Python's or of its own."""
    if sock.timeout is not None:
        seen = f"a timeout of {sock.timeout:g} s" if sock.timeout else "a non-blocking socket"
    else:
        seen = "a blocking one with SO_RCVTIMEO or SO_SNDTIMEO" if os.get_blocking(sock.fileno()) else "O_NONBLOCK"
    t.require(
        sock.blocking and sock.timeout is None,
        message,
        hints,
        expected="a blocking socket, without a timeout",
        seen=seen,
    )


_CALLERS = (
    (socket.SOL_SOCKET, "SO_REUSEADDR"),
    (socket.SOL_SOCKET, "SO_KEEPALIVE"),
    (socket.SOL_SOCKET, "SO_OOBINLINE"),
    (socket.SOL_SOCKET, "SO_LINGER"),
    (socket.SOL_SOCKET, "SO_RCVLOWAT"),
    (socket.SOL_SOCKET, "SO_RCVTIMEO"),
    (socket.SOL_SOCKET, "SO_SNDTIMEO"),
    (socket.IPPROTO_TCP, "TCP_NODELAY"),
    (socket.IPPROTO_TCP, "TCP_CORK"),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT"),
)


def options_of(sock: LearnerSocket) -> dict[str, bytes]:
    """What a function might set on its caller's socket, as the kernel has it. Source: socket(7), tcp(7)."""
    known = [(level, name) for level, name in _CALLERS if hasattr(socket, name)]
    return {name: sock.kernel.getsockopt(level, getattr(socket, name), 16) for level, name in known}


def judge_options(t: Table, sock: LearnerSocket, before: dict[str, bytes], hints: Hints) -> None:
    """The caller's socket has the options that it came with."""
    after = options_of(sock)
    changed = ", ".join(name for name in before if after[name] != before[name])
    t.require(
        not changed,
        f"an option of the caller's socket was changed: {changed}",
        hints,
        expected="the options that it came with",
        seen=f"{changed} with another value",
    )


def judge_default_timeout(t: Table) -> None:
    """The program's default timeout is what it was."""
    t.require(
        t.outcome.default_timeout is None,
        "your function changed the timeout of all sockets to come",
        DEFAULT_TIMEOUT,
        expected="no default timeout",
        seen=f"{t.outcome.default_timeout} s",
    )
