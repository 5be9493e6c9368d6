"""Stream 4, connection: ``connect_any``."""

from __future__ import annotations

import errno
import socket
from typing import Any

from sockets_lab.exercises.model import Exercise
from sockets_lab.exercises.stream.common import RETURNED_FROM_WITH, judge_default_timeout, judge_returned
from sockets_lab.exercises.table import Hints, LearnerSocket, Outcome, PeerListener, Table

FIRST_ONLY = Hints(
    "first_only",
    "The first address refused. Who might answer at the second?",
    "A name has many addresses, and any of them may be dead. Try them in order until one answers.",
    "for family, type, proto, _, address in addrinfos: try to connect; except OSError as error: keep it, and go on.",
)
STOPS_AT_OTHERS = Hints(
    "stops_at_other_errors",
    "An address failed in another way than by refusing. Why did your function stop there?",
    "Refused, unreachable, a family that this machine lacks: each is the failure of one address, and each an OSError.",
    "Make the socket and connect it inside one try; except OSError as error: keep it, and go on to the next address. "
    "(If socket() itself fails there is nothing to close: begin each turn with sock = None.)",
)
WRITABLE = Hints(
    "writable_means_success",
    "The socket became writable. Did anybody say that it is connected?",
    "A connection that failed is writable too. Ask the socket how the attempt ended: SO_ERROR.",
    "code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR); if code: raise OSError(code, errno.errorcode[code])",
)
PER_ADDRESS = Hints(
    "per_address_timeout",
    "Eight addresses said nothing. How long did your function wait altogether?",
    "The timeout is for the whole call. Each attempt gets only what is left of it.",
    "Once: deadline = time.monotonic() + timeout. For each: left = deadline - time.monotonic(); if left <= 0: "
    "raise TimeoutError; else sock.settimeout(left), and connect().",
)
NOT_BLOCKING = Hints(
    "left_non_blocking",
    "What will recv() on this socket do for a caller who knows nothing of your timeout?",
    "The timeout was for connecting. The caller gets a blocking socket.",
    "sock.settimeout(None) before you return it.",
)
LAST_ERROR = Hints(
    "not_last_error",
    "Every address failed. Which failure does the caller hear of?",
    "Raise the error of the last address that was tried.",
    "Keep the exception of each attempt in one variable, and raise that after the loop.",
)
NO_ERROR = Hints(
    "swallows_errors",
    "Nobody answered. What did the caller get?",
    "If no address answers, the call has failed: an exception says so, never None.",
    "After the loop: raise the last OSError.",
)
WHOLE_ENTRY = Hints(
    "whole_entry_as_address",
    "An entry of the list has five parts. Which of them did you give to connect()?",
    "The first three are for making the socket, the fourth is a name, and the last is the address to connect to.",
    "for family, type, proto, _, address in addrinfos: ... sock.connect(address)",
)
IN_PROGRESS = Hints(
    "in_progress_is_failure",
    "connect() said EINPROGRESS. Has it failed?",
    "On a non-blocking socket that is the normal beginning: the handshake is under way.",
    "Wait until the socket is writable, then ask SO_ERROR. Or use settimeout(), and let connect() wait.",
)
IGNORES_CONNECT_EX = Hints(
    "ignores_connect_ex",
    "connect_ex() returned a number. What did it say, and what did you make of it?",
    "0 is a connection and EINPROGRESS the beginning of one. Any other number has failed already: SO_ERROR will not "
    "tell it a second time.",
    "code = sock.connect_ex(address); if code not in (0, errno.EINPROGRESS): "
    "raise OSError(code, errno.errorcode[code])",
)
ONE_SOCKET = Hints(
    "reuses_failed_socket",
    "How many sockets did you make, and how many addresses did you try with them?",
    "A socket whose connect() has failed is spent, and an entry of another family needs another kind of socket.",
    "Inside the loop: sock = socket.socket(family, type, proto), a fresh one for each address.",
)
WAITS_FOR_READABLE = Hints(
    "waits_for_readable",
    "The server answered at once, and your time ran out all the same. What did you wait for?",
    "A finished handshake makes the socket writable. Readable it gets only when the server says something.",
    "select.select([], [sock], [], seconds_left): the second list is for writing.",
)
SO_ERROR_EARLY = Hints(
    "so_error_too_early",
    "Nobody has answered, and SO_ERROR is 0. What does 0 mean at this moment?",
    "No error yet is not a connection. SO_ERROR tells how the attempt ended only once it has ended: when the socket is "
    "writable.",
    "_, writable, _ = select.select([], [sock], [], seconds_left); if not writable: the time is up.",
)
GIVES_UP_EARLY = Hints(
    "gives_up_early",
    "Your function gave up although there was time left. In which unit does your waiting take its time?",
    "An answer may come as long as the time is not over. select() and settimeout() count in seconds, poll() in "
    "milliseconds.",
    "select.select([], [sock], [], seconds_left), or poller.poll(1000 * seconds_left).",
)
NOT_TIMEOUT = Hints(
    "hides_timeout",
    "The time was up. By which exception does the caller learn that?",
    "A spent time budget is TimeoutError, whatever the addresses before had to say.",
    "raise TimeoutError when nothing is left of the time.",
)
REORDERS = Hints(
    "reorders",
    "In which order were the addresses, and in which order did you try them?",
    "The resolver has sorted them already (RFC 6724). Keep its order.",
    "for entry in addrinfos, as they come.",
)
EMPTY = Hints(
    "empty_list",
    "There was no address to try. Which error did the caller get?",
    "Nothing to try is the caller's mistake: ValueError.",
    "if not addrinfos: raise ValueError('no addresses')",
)
FAMILY = Hints(
    "ignores_family",
    "Which family does each entry name?",
    "Each entry says how its socket must be made: family, type and protocol.",
    "socket.socket(family, type, proto), from the entry, inside the try.",
)
NOT_CONNECTED = Hints(
    "not_connected",
    "What did the caller get: a socket? Is it connected, and to whom?",
    "Return the socket whose connect() succeeded.",
    "After sock.connect(address) without an error: return sock.",
)
BUSY = Hints(
    "busy_loop",
    "What does the processor do while the handshake takes its time?",
    "Asking connect_ex() again and again is a busy loop. Let the kernel wake you.",
    "Use settimeout() and connect(), or select.select([], [sock], [], seconds_left).",
)
FOREVER = Hints(
    "waits_for_ever",
    "Nobody answers at that address, not even to refuse. How long does connect() wait?",
    "Without a timeout the kernel tries for about two minutes. The caller gave a limit.",
    "sock.settimeout(deadline - time.monotonic()) before connect()",
)
OVERLAP = Hints(
    "tries_all_at_once",
    "Two servers answered. Who wants the second connection?",
    "One address after the other: the next only when the one before has failed.",
    "Return as soon as a connect() succeeds.",
)
LEFT_OPEN = Hints(
    "leaks_losers",
    "An attempt failed. What became of its socket?",
    "Each attempt needs a socket of its own, and a failed one must be closed before the next.",
    "except OSError: sock.close(), then go on; and close it too when you raise.",
)

CONNECT_ANY = Exercise(
    id="stream.connect_any",
    parameters=("addrinfos", "timeout"),
    points=5,
    why="You tried one address after the other, each with a fresh socket of its own family, and one deadline for all, "
    "believed a connection only when the kernel said there is one, and closed every loser.",
    left_open=LEFT_OPEN,
)
MULTICAST = ("224.0.0.1", 9)  # TCP cannot connect there: ENETUNREACH at once, and no packet leaves (Linux ip(7))
NO_SUCH_FAMILY = 127  # above AF_MAX of every kernel: EAFNOSUPPORT
LATE = 6  # times the time given, of eight


def entry(address: Any, family: int = socket.AF_INET) -> tuple[Any, ...]:
    """An address as getaddrinfo(3) gives it."""
    known = {int(kind) for kind in socket.AddressFamily}
    return (
        socket.AddressFamily(family) if family in known else family,
        socket.SOCK_STREAM,
        socket.IPPROTO_TCP,
        "",
        address,
    )


def judge_connected(t: Table, value: Any, server: PeerListener, other: Hints = NOT_CONNECTED) -> LearnerSocket:
    """``value`` is a blocking socket, connected to ``server``; ``other`` is for one with another peer."""
    sock = t.a_socket(value, NOT_CONNECTED, closed=RETURNED_FROM_WITH)
    judge_default_timeout(t)
    try:
        peer = sock.kernel.getpeername()
    except OSError as error:
        t.require(
            error.errno != errno.ENOTCONN,
            "the socket that came back is not connected",
            _why_not_connected(t.outcome),
            expected=f"connected to {server.address!r}",
            seen="ENOTCONN: not connected",
        )
        raise
    t.equal(peer, server.address, "the peer of the socket that came back", other)
    t.require(
        sock.blocking and sock.timeout is None,
        "the socket that came back is not blocking",
        NOT_BLOCKING,
        expected="blocking, no timeout",
        seen=f"timeout {sock.timeout}",
    )
    server.accept().close()
    return sock


def _why_not_connected(outcome: Outcome) -> Hints:
    told = [text.rpartition(" -> ")[2].split()[0] for _, _, text in outcome.calls if text.startswith("connect_ex")]
    if set(told) - {str(number) for number in (0, errno.EINPROGRESS, errno.EALREADY, errno.EISCONN)}:
        return IGNORES_CONNECT_EX
    return WRITABLE if outcome.call_names & {"connect_ex", "connect"} else NOT_CONNECTED


@CONNECT_ANY.trial("one address, and it answers", NOT_CONNECTED, basic=True)
def answers(t: Table) -> None:
    """The simplest case."""

    def which(outcome: Outcome) -> Hints | None:
        if outcome.raised is None:
            return None
        if any(text.startswith("connect") and "SOCK_STREAM" in text for _, _, text in outcome.calls):
            return WHOLE_ENTRY
        if outcome.raised.is_a(TimeoutError):
            return WAITS_FOR_READABLE
        return IN_PROGRESS if outcome.raised.errno == errno.EINPROGRESS else None

    server = t.server()
    value = t.call([entry(server.address)], 2.0, error=which)
    judge_returned(t, value)
    judge_connected(t, value, server)


@CONNECT_ANY.trial("the first refuses, the second answers", FIRST_ONLY)
def first_refuses(t: Table) -> None:
    """The refused socket must be closed, and not be returned."""

    def which(outcome: Outcome) -> Hints:
        spent = outcome.raised is not None and outcome.raised.errno == errno.ECONNABORTED  # Linux, on a second connect
        return ONE_SOCKET if spent else FIRST_ONLY

    closed, server = t.closed_port(), t.server()
    value = t.call([entry(closed), entry(server.address)], 2.0, error=which, hang=WRITABLE)
    judge_connected(t, value, server)


@CONNECT_ANY.trial("an unknown family, an unreachable address, then one that answers", STOPS_AT_OTHERS)
def other_failures(t: Table) -> None:
    """Not every failure is a refusal, and the first comes before there is a socket."""
    server = t.server()
    addrinfos = [entry(t.closed_port(), NO_SUCH_FAMILY), entry(MULTICAST), entry(server.address)]
    judge_connected(t, t.call(addrinfos, 2.0, error=STOPS_AT_OTHERS), server)


@CONNECT_ANY.trial("two that answer: the first in the list, and it alone", OVERLAP)
def two_answer(t: Table) -> None:
    """No racing: the second server must not even be knocked at."""
    first, second = t.server(), t.server()
    value = t.call([entry(first.address), entry(second.address)], 2.0)
    judge_connected(t, value, first, other=OVERLAP if first.somebody_waits else REORDERS)
    t.require(not second.somebody_waits, "the second server was connected to as well", OVERLAP)


@CONNECT_ANY.trial("all fail: the last error", LAST_ERROR)
def all_fail(t: Table) -> None:
    """Refused, then unreachable, and the other way round: the caller hears of the last."""
    refused, unreachable = entry(t.closed_port()), entry(MULTICAST)
    for order, expected in (([refused, unreachable], errno.ENETUNREACH), ([unreachable, refused], errno.ECONNREFUSED)):
        t.start(order, 2.0)
        raised = t.raises(OSError, lambda outcome: LAST_ERROR if outcome.raised else NO_ERROR)
        t.require(
            raised.errno == expected,
            "the error is not that of the last address",
            LAST_ERROR,
            expected=errno.errorcode[expected],
            seen=str(raised),
        )
        judge_default_timeout(t)


@CONNECT_ANY.trial("no address at all", EMPTY)
def no_address(t: Table) -> None:
    """An empty list is the caller's mistake."""
    t.call_raises(ValueError, [], 2.0, hints=EMPTY)


@CONNECT_ANY.trial("nobody answers: the time is for the whole call", PER_ADDRESS)
def nobody_answers(t: Table) -> None:
    """Eight addresses that ignore every SYN: a limit for each makes the call eight times as long."""
    hole = t.black_hole()

    def which(outcome: Outcome) -> Hints:
        return FOREVER if outcome.hung is not None else PER_ADDRESS

    for budget_s in t.budgets(0.12, 0.36, late=LATE):
        t.start([entry(hole)] * 8, budget_s, hang=which, busy=BUSY, limit_s=20 * budget_s)
        t.raises(TimeoutError, lambda outcome: NOT_TIMEOUT if outcome.raised else SO_ERROR_EARLY)
        t.require(
            t.outcome.seconds > budget_s / 2,
            "your function gave up long before the time was over",
            GIVES_UP_EARLY,
            expected=f"TimeoutError after {budget_s} s",
            seen=f"after {t.outcome.seconds:.3f} s",
        )
        judge_default_timeout(t)
    t.require(
        t.outcome.seconds < LATE * budget_s,
        "your function waited longer than it was told to",
        PER_ADDRESS,
        expected=f"TimeoutError after {budget_s} s",
        seen=f"after {t.outcome.seconds:.2f} s",
    )


@CONNECT_ANY.trial("an IPv6 address after an IPv4 one", FAMILY)
def ipv6(t: Table) -> None:
    """Each entry has its own family."""
    t.needs_ipv6()
    closed, server = t.closed_port(), t.server(socket.AF_INET6)
    value = t.call([entry(closed), entry(server.address, socket.AF_INET6)], 2.0, error=FAMILY)
    judge_connected(t, value, server)
