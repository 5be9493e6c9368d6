"""Stream 3, listening: ``accept_n``."""

from __future__ import annotations

import socket
from typing import Any

from sockets_lab.exercises.model import Exercise
from sockets_lab.exercises.stream.common import QUICK_PACES_S, judge_blocking, judge_returned
from sockets_lab.exercises.table import Hints, LearnerSocket, Outcome, Table, TrialFailed
from sockets_lab.peers.connection import Connection

SINGLE_ACCEPT = Hints(
    "single_accept",
    "How many clients did you take out of the queue?",
    "Each accept() takes one client. The caller asked for n.",
    "Loop until the list has n entries or the time is up: each turn accepts one and appends it.",
)
PER_ACCEPT = Hints(
    "per_accept_timeout",
    "A new client came every moment. When would your function ever have stopped?",
    "A timeout for each accept() begins anew with every client. The caller gave one for the whole call.",
    "Once: deadline = time.monotonic() + timeout. Before each accept(): left = deadline - time.monotonic(); "
    "if left <= 0: leave the loop; else listener.settimeout(left).",
)
PARTIAL = Hints(
    "raises_at_deadline",
    "The time is up, and some have come, though fewer than n. What are they worth to the caller?",
    "The deadline is no error here: give the caller those who came.",
    "except TimeoutError: leave the loop, and return the list as it is.",
)
NO_DEADLINE = Hints(
    "waits_for_ever",
    "Too few clients came. How long will your function wait for the next?",
    "Without a timeout accept() waits for ever. Give it what is left of the time.",
    "left = deadline - time.monotonic(); if it is above 0, listener.settimeout(left) and accept(); if not, leave the "
    "loop. At the end put the old timeout back.",
)
NEGATIVE = Hints(
    "negative_time_left",
    "How much time was left when you set the timeout?",
    "Less than none: the time was up, and a negative timeout is an error. Look at what is left before you hand it on.",
    "left = deadline - time.monotonic(); if left <= 0: leave the loop; else listener.settimeout(left).",
)
GIVES_UP_EARLY = Hints(
    "gives_up_early",
    "Your function returned before the time was over, with fewer than n. Who might still have come?",
    "As long as the list is short and there is time, wait for the next client: with all that is left of the time.",
    "left = deadline - time.monotonic(); as long as it is above 0: listener.settimeout(left), then accept().",
)
EARLIER_CALL = Hints(
    "list_of_earlier_call",
    "Your list holds sockets that are closed already. From which call of your function are they?",
    "A list that is made once, as a default value or outside the function, lives on from call to call.",
    "clients = [] inside the function, as one of its first statements.",
)
CLOSES_LISTENER = Hints(
    "closes_listener",
    "The caller wants to accept more clients later. With which socket?",
    "The listener belongs to the caller: leave it open.",
    "Remove close() and the with block round the listener.",
)
RETURNS_LISTENER = Hints(
    "returns_listener",
    "Which socket talks to this client?",
    "accept() makes a new socket for each client. The listener never carries data.",
    "sock, address = listener.accept(), then append (sock, address).",
)
CHANGES_TIMEOUT = Hints(
    "changes_timeout",
    "What timeout did the listener have before, and what has it now?",
    "Put back what you change on somebody else's socket, whatever happens.",
    "before = listener.gettimeout(), then try: ... finally: listener.settimeout(before)",
)
NOT_BLOCKING = Hints(
    "accepted_not_blocking",
    "What would recv() do on the sockets that you return?",
    "The caller expects blocking sockets. A new one takes nothing over from the listener, unless you set it.",
    "sock.settimeout(None) for each accepted socket.",
)
WRONG_ENTRY = Hints(
    "wrong_entry",
    "What does each entry of the list hold?",
    "accept() returns the pair that the caller wants: the client's socket, and the client's address.",
    "clients.append(listener.accept())",
)
NOT_A_LIST = Hints(
    "not_a_list",
    "What did your function return, on its way out at the end?",
    "The caller wants a list: a pair for each client who came, and an empty list if nobody did.",
    "clients = [] first; clients.append(listener.accept()) for each client; return clients at the end.",
)
CLOSES_CLIENTS = Hints(
    "closes_accepted",
    "Each client was let in, and its socket was closed at once. Who will talk to it?",
    "Leaving a with block closes the socket. The caller wants the sockets open: it closes them when it is done.",
    "clients.append((visitor, address)), without a with block and without close().",
)
WRONG_ADDRESS = Hints(
    "wrong_address",
    "Is each address the one that accept() gave, whole, and the client's?",
    "accept() says who came. An IPv4 address has two parts, an IPv6 address four; getsockname() is your own end.",
    "clients.append(listener.accept())",
)
BUSY = Hints(
    "busy_loop",
    "What does the processor do while you wait?",
    "Asking again and again is a busy loop. Let the kernel wake you.",
    "Use a timeout on the listener, or select.select([listener], [], [], seconds_left).",
)
SWALLOWS_ERRORS = Hints(
    "swallows_errors",
    "accept() failed, and not because the time was up. Who has to know?",
    "Only the deadline gives a partial list. Any other error is the caller's, and the clients taken so far are closed.",
    "except TimeoutError: leave the loop. On every other exception: close the accepted sockets, and raise.",
)
TAKES_MORE = Hints(
    "takes_more_than_n",
    "The caller asked for n clients and got n. Where are the others now?",
    "A client that you accept has left the queue, and no later call will find it there.",
    "while len(clients) < n: accept one. Never accept first and cut the list afterwards.",
)
WAITS_AFTER_N = Hints(
    "waits_after_n",
    "You had all n clients. What did you wait for?",
    "Return as soon as the list has n entries.",
    "while len(clients) < n: ...",
)
LEFT_OPEN = Hints(
    "accept_left_open",
    "Which of the sockets that you accepted did the caller not get, and who closes them?",
    "A client that you take out of the queue goes into the list. If you raise instead, nobody gets the list: close "
    "whom you accepted so far. What else you opened you close in any case.",
    "On any error but the deadline: for sock, _ in clients: sock.close(); then raise. Accept no more than n.",
)

ACCEPT_N = Exercise(
    id="stream.accept_n",
    parameters=("listener", "n", "timeout"),
    points=5,
    why="You set one deadline at the start and gave each accept() only what was left of it. Who came in time is in the "
    "list, and the listener is as the caller left it, ready for the next clients.",
    left_open=LEFT_OPEN,
)


def judge_accepted(
    t: Table,
    value: Any,
    listener: LearnerSocket,
    clients: list[Connection],
    missing: Hints = SINGLE_ACCEPT,
) -> None:
    """Each client that came is in the list, once, with its own socket and its address; the listener still listens."""
    if not isinstance(value, list):
        raise TrialFailed(
            "the result is not a list",
            expected="a list of (socket, address)",
            seen=repr(value)[:100],
            hints=NOT_A_LIST,
        )
    stale = any(isinstance(part, LearnerSocket) and part.closed for entry in value for part in _parts(entry))
    more = EARLIER_CALL if stale else TAKES_MORE
    t.require(
        len(value) == len(clients),
        "the list does not hold those who came",
        missing if len(value) < len(clients) else more,
        expected=f"{len(clients)} clients",
        seen=f"{len(value)}",
    )
    seen: list[LearnerSocket] = []
    for entry, client in zip(value, clients, strict=True):
        if not (isinstance(entry, tuple | list) and len(entry) == 2):
            raise TrialFailed(
                "an entry is not a pair", expected="(socket, address)", seen=repr(entry)[:100], hints=WRONG_ENTRY
            )
        sock = t.a_socket(entry[0], WRONG_ENTRY, closed=CLOSES_CLIENTS)
        t.require(sock is not listener, "the list holds the listener itself", RETURNS_LISTENER)
        t.require(sock not in seen, "the list holds one socket twice", SINGLE_ACCEPT)
        seen.append(sock)
        t.equal(entry[1], client.sock.getsockname(), "a client's address", WRONG_ADDRESS)
        t.equal(sock.kernel.getpeername(), client.sock.getsockname(), "the peer of a socket in the list", WRONG_ENTRY)
        judge_blocking(t, sock, "a socket in the list is not blocking", NOT_BLOCKING)
    judge_listens(t, listener)


def _parts(entry: Any) -> tuple[Any, ...]:
    return tuple(entry) if isinstance(entry, tuple | list) else (entry,)


def judge_listens(t: Table, listener: LearnerSocket) -> None:
    """The caller's listener is open, and listens."""
    t.require(not listener.closed, "the caller's listener is closed", CLOSES_LISTENER)
    t.require(listener.listening, "the caller's listener does not listen any more", CLOSES_LISTENER)


def judge_timeout(t: Table, listener: LearnerSocket, timeout: float | None) -> None:
    """The caller's listener has the timeout it came with."""
    t.require(
        listener.timeout == timeout and listener.blocking == (timeout is None),
        "the listener's timeout was changed",
        CHANGES_TIMEOUT,
        expected=repr(timeout),
        seen=repr(listener.timeout),
    )


def why_raised(outcome: Outcome) -> Hints:
    """What it means that the function raised when its time was up."""
    raised = outcome.raised
    return NEGATIVE if raised is not None and raised.is_a(ValueError) else PARTIAL


@ACCEPT_N.trial("three clients that already wait", SINGLE_ACCEPT, basic=True)
def already_waiting(t: Table) -> None:
    """They connected, and the kernel finished their handshakes, before anybody called accept."""
    listener = t.listener()
    clients = [t.client(listener.address) for _ in range(3)]
    value = t.call(listener, 3, 2.0)
    judge_returned(t, value)
    judge_accepted(t, value, listener, clients)
    t.require(
        t.outcome.seconds < 1.5,
        "your function waited although it had all three",
        WAITS_AFTER_N,
        expected="to return at once",
        seen=f"{t.outcome.seconds:.1f} s",
    )


@ACCEPT_N.trial("no more than n, the rest stays in the queue", WAITS_AFTER_N)
def no_more_than_n(t: Table) -> None:
    """Two of three are asked for; a second call gets the third."""
    listener = t.listener()
    clients = [t.client(listener.address) for _ in range(3)]
    judge_accepted(t, t.call(listener, 2, 2.0), listener, clients[:2])
    judge_accepted(t, t.call(listener, 1, 0.3), listener, clients[2:], missing=TAKES_MORE)
    judge_timeout(t, listener, None)


@ACCEPT_N.trial("too few clients: those who came, at the deadline", PARTIAL)
def too_few(t: Table) -> None:
    """One of three comes. The listener has a timeout of its own, which is the caller's."""
    listener = t.listener(timeout=9.0)
    for budget_s in t.budgets(0.1, 0.5):
        client = t.client(listener.address)
        value = t.call(listener, 3, budget_s, hang=NO_DEADLINE, error=why_raised, busy=BUSY)
        judge_accepted(t, value, listener, [client], missing=PARTIAL)
        judge_timeout(t, listener, 9.0)
        t.require(
            t.outcome.seconds > 0.8 * budget_s,
            "your function gave up before the time was over",
            GIVES_UP_EARLY,
            expected=f"{budget_s} s",
            seen=f"{t.outcome.seconds:.3f} s",
        )


@ACCEPT_N.trial("one client after another: the time is for the whole call", PER_ACCEPT)
def whole_call(t: Table) -> None:
    """A client every 0.03 s, and far more wanted than can come. Who is still waiting after 1.5 s has no deadline."""
    listener = t.listener(backlog=128)
    for budget_s in QUICK_PACES_S:
        t.start(listener, 1000, budget_s, hang=PER_ACCEPT, error=why_raised, limit_s=budget_s + 2.0)
        for _ in t.while_running(every_s=0.03, for_s=budget_s + 1.4):
            t.client(listener.address)
        late = not t.ended
        value = t.result()
        t.require(
            not late,
            "your function went on after its time was up, as long as clients came",
            PER_ACCEPT,
            expected=f"to return after {budget_s} s",
            seen=f"still running after {budget_s + 1.4:.1f} s",
        )
        t.require(isinstance(value, list), "the result is not a list", NOT_A_LIST, seen=repr(value)[:100])
        judge_listens(t, listener)
        judge_timeout(t, listener, None)
        if t.longest_pause_s < budget_s:
            return


@ACCEPT_N.trial("the listener fails while it waits: the error comes out", SWALLOWS_ERRORS)
def listener_fails(t: Table) -> None:
    """One client was taken when accept fails: its socket is among what must not be left open."""
    listener = t.listener(timeout=9.0)
    t.client(listener.address)
    t.start(listener, 2, 2.0, hang=SWALLOWS_ERRORS)
    t.wait_until_accepted(listener)
    t.step("the lab", "breaks the listener: accept() fails from now on")
    listener.kernel.shutdown(socket.SHUT_RD)  # accept(2) then fails with EINVAL
    t.raises(OSError, SWALLOWS_ERRORS)
    judge_timeout(t, listener, 9.0)
