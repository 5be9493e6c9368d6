"""Stream 1, creation: ``make_stream``."""

from __future__ import annotations

import errno
import socket
import struct

from sockets_lab.exercises.model import Exercise
from sockets_lab.exercises.stream.common import (
    RETURNED_FROM_WITH,
    STILL_RUNNING,
    judge_blocking,
    judge_default_timeout,
    judge_returned,
)
from sockets_lab.exercises.table import Hints, LearnerSocket, Outcome, Table

DGRAM = Hints(
    "dgram",
    "Which type of socket keeps a stream of bytes, and which one sends separate messages?",
    "The second argument of socket.socket() is the type. TCP is the stream.",
    "socket.socket(family, socket.SOCK_STREAM)",
)
IGNORES_FAMILY = Hints(
    "ignores_family",
    "What did the caller ask for, and which family has the socket that came back?",
    "The family is the caller's choice. Hand it on when you make the socket.",
    "socket.socket(family, socket.SOCK_STREAM), with the family that you were given.",
)
NOT_BLOCKING = Hints(
    "not_blocking",
    "Did you change how long the socket waits? Nobody asked for that.",
    "The socket must be blocking and without a timeout: that is how the kernel makes it.",
    "Remove settimeout() and setblocking().",
)
V6ONLY = Hints(
    "no_v6only",
    "Will this IPv6 socket take IPv4 clients too? On every machine?",
    "Whether an IPv6 socket takes IPv4 as well is a setting of the machine. Decide it yourself: IPV6_V6ONLY.",
    "For AF_INET6: sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)",
)
V6ONLY_FOR_ALL = Hints(
    "v6only_for_all",
    "The error names a protocol. Which protocol does an IPv4 socket not have?",
    "IPV6_V6ONLY belongs to IPv6 sockets alone; on an IPv4 socket it is ENOPROTOOPT.",
    "if family == socket.AF_INET6: sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)",
)
NOT_A_SOCKET = Hints(
    "not_a_socket",
    "What did your function return?",
    "The caller wants the socket object itself, not its number and not None.",
    "return sock",
)
REFUSES_ALL = Hints(
    "refuses_all",
    "AF_INET was asked for, and you refused it. How does your condition read aloud?",
    "Every family differs from at least one of the two. Refuse a family that differs from both: and, not or.",
    "if family not in (socket.AF_INET, socket.AF_INET6): raise ValueError(...)",
)
FAMILY_UNCHECKED = Hints(
    "family_unchecked",
    "What should your function say to a family that is neither IPv4 nor IPv6?",
    "Refuse what you were not made for, with ValueError.",
    "if family not in (socket.AF_INET, socket.AF_INET6): raise ValueError(...)",
)
CHECKS_LATE = Hints(
    "checks_late",
    "When you refused the family, was there already a socket?",
    "A descriptor made for nothing must be closed again, and is easily forgotten. Check first, make later.",
    "Let the check of the family be the first statement, before socket.socket().",
)
SETS_OPTIONS = Hints(
    "sets_options",
    "Did the caller ask for that option?",
    "Set nothing but what the exercise names. Other options are the caller's choice, later.",
    "Remove the setsockopt() calls, except IPV6_V6ONLY for an IPv6 socket.",
)
BINDS = Hints(
    "binds",
    "The new socket has an address already. Who chose it?",
    "Creation only makes a descriptor. A name comes with bind(), a peer with connect(): the next lessons.",
    "Remove bind(), listen() and connect().",
)
SHARED = Hints(
    "shared_socket",
    "You were called twice. How many sockets are there?",
    "Each call makes a socket of its own.",
    "Call socket.socket() inside the function, and keep no socket in a global variable or a default value.",
)
LEFT_OPEN = Hints(
    "creation_left_open",
    "How many sockets did your function make, and who closes those that the caller does not get?",
    "The caller gets one socket. What else you made, you close.",
    "Make exactly one socket. If a later step can raise, close the socket before you let the exception out.",
)

MAKE_STREAM = Exercise(
    id="stream.make_stream",
    parameters=("family",),
    points=3,
    why="The kernel gave you a descriptor with a family and a type, and nothing else: no address, no peer, not one "
    "packet. You checked before you asked it for anything, so that a refused family cost nothing.",
    left_open=LEFT_OPEN,
)
_UNTOUCHED = (
    (socket.SOL_SOCKET, "SO_REUSEADDR"),
    (socket.SOL_SOCKET, "SO_REUSEPORT"),
    (socket.SOL_SOCKET, "SO_KEEPALIVE"),
    (socket.SOL_SOCKET, "SO_BROADCAST"),
    (socket.SOL_SOCKET, "SO_OOBINLINE"),
    (socket.SOL_SOCKET, "SO_LINGER"),
    (socket.SOL_SOCKET, "SO_RCVBUF"),
    (socket.SOL_SOCKET, "SO_SNDBUF"),
    (socket.SOL_SOCKET, "SO_PRIORITY"),
    (socket.IPPROTO_TCP, "TCP_NODELAY"),
    (socket.IPPROTO_TCP, "TCP_CORK"),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE"),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT"),
    (socket.IPPROTO_TCP, "TCP_DEFER_ACCEPT"),
)


def judge_new_stream(t: Table, value: object, family: socket.AddressFamily) -> LearnerSocket:
    """What holds for every socket that ``make_stream`` returns."""
    made_one = "socket" in t.outcome.call_names
    sock = t.a_socket(value, NOT_A_SOCKET, closed=RETURNED_FROM_WITH if made_one else SHARED)
    t.require(
        sock.kernel.type == socket.SOCK_STREAM,
        "the socket has the wrong type",
        DGRAM,
        expected="SOCK_STREAM",
        seen=sock.kernel.type.name,
    )
    t.require(
        sock.kernel.family == family,
        "the socket has the wrong family",
        IGNORES_FAMILY,
        expected=family.name,
        seen=getattr(sock.kernel.family, "name", str(sock.kernel.family)),
    )
    judge_default_timeout(t)
    judge_blocking(t, sock, "the socket is not blocking", NOT_BLOCKING)
    t.require(
        sock.address[1] == 0 and not sock.listening, "the socket is bound already", BINDS, seen=repr(sock.address)
    )
    return sock


@MAKE_STREAM.trial("an IPv4 stream socket", DGRAM, basic=True)
def ipv4(t: Table) -> None:
    """The simplest case."""

    def which(outcome: Outcome) -> Hints | None:
        if outcome.raised is None:
            return None
        if outcome.raised.is_a(ValueError):
            return REFUSES_ALL
        return V6ONLY_FOR_ALL if outcome.raised.errno == errno.ENOPROTOOPT else None

    value = t.call(socket.AF_INET, error=which, hang=STILL_RUNNING)
    judge_returned(t, value)
    judge_new_stream(t, value, socket.AF_INET)


@MAKE_STREAM.trial("an IPv6 stream socket, for IPv6 alone", IGNORES_FAMILY)
def ipv6(t: Table) -> None:
    """V6ONLY differs from machine to machine unless it is set."""
    t.needs_ipv6()
    sock = judge_new_stream(t, t.call(socket.AF_INET6, error=IGNORES_FAMILY), socket.AF_INET6)
    value = sock.kernel.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    t.require(
        value == 1,
        "the IPv6 socket would take IPv4 clients too",
        V6ONLY,
        expected="IPV6_V6ONLY = 1",
        seen=f"IPV6_V6ONLY = {value}",
    )


@MAKE_STREAM.trial("a family that is neither, refused before there is a socket", FAMILY_UNCHECKED)
def neither(t: Table) -> None:
    """AF_UNIX has stream sockets too, so that only the function itself can refuse it."""
    t.call_raises(ValueError, socket.AF_UNIX, hints=FAMILY_UNCHECKED)
    t.require(
        "socket" not in t.outcome.call_names,
        "your function made a socket before it refused the family",
        CHECKS_LATE,
        expected="ValueError, and no socket made",
        seen="a socket, then ValueError",
    )
    judge_default_timeout(t)


@MAKE_STREAM.trial("nothing is set that was not asked for", SETS_OPTIONS)
def untouched(t: Table) -> None:
    """Compared with a socket fresh from the kernel."""
    judge_untouched(t, socket.AF_INET)


def judge_untouched(t: Table, family: socket.AddressFamily) -> None:
    """A new socket of ``family`` has the options of one fresh from the kernel."""
    sock = judge_new_stream(t, t.call(family), family)
    with socket.socket(family, socket.SOCK_STREAM) as fresh:
        for level, name in _UNTOUCHED:
            if not hasattr(socket, name):
                continue
            seen, expected = (_option(one, level, name) for one in (sock.kernel, fresh))
            t.require(
                seen == expected,
                f"{name} was set",
                SETS_OPTIONS,
                expected=f"{name} = {expected}",
                seen=f"{name} = {seen}",
            )


def _option(sock: socket.socket, level: int, name: str) -> int | tuple[int, ...]:
    if name == "SO_LINGER":  # socket(7): whether, and for how many seconds
        return struct.unpack("ii", sock.getsockopt(level, socket.SO_LINGER, struct.calcsize("ii")))
    return sock.getsockopt(level, getattr(socket, name))
