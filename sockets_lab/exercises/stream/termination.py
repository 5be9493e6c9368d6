"""Stream 6, termination: ``exchange``."""

from __future__ import annotations

import errno

from sockets_lab.exercises.model import Exercise
from sockets_lab.exercises.stream.common import QUICK_PACES_S, judge_default_timeout, judge_returned
from sockets_lab.exercises.table import Hints, Outcome, Table, TrialFailed

NO_SHUT_WR = Hints(
    "no_shut_wr",
    "The server waits for the end of your request. How would it know that there is no more?",
    "Say that you have finished sending, and go on reading: FIN is for one direction only.",
    "sock.shutdown(socket.SHUT_WR), after sendall() and before the first recv()",
)
MAKEFILE = Hints(
    "open_makefile",
    "You called close(), and no FIN left. Who else holds the socket?",
    "makefile() holds the descriptor too: close() only lets go of one of two holders. shutdown() waits for none.",
    "sock.shutdown(socket.SHUT_WR) to finish sending; then read; then close the file and the socket.",
)
CLOSES_EARLY = Hints(
    "closes_before_reading",
    "You closed the socket. Where shall the reply arrive?",
    "close() gives up both directions. To finish sending and still read, close half: shutdown().",
    "sendall(), then shutdown(socket.SHUT_WR), then recv() until b'', and only then close().",
)
SINGLE_RECV = Hints(
    "single_recv",
    "How much of the reply did your recv() bring?",
    "A reply may come in many pieces. Its end is b''.",
    "while chunk := sock.recv(65536): parts.append(chunk), then b''.join(parts)",
)
WRONG_REQUEST = Hints(
    "wrong_request",
    "Compare what the server received with the request, byte by byte. What is different?",
    "The request goes out as the caller gave it, to the last byte, and nothing else.",
    "sock.sendall(request), with nothing added.",
)
ENDS_TOO_EARLY = Hints(
    "shuts_down_too_early",
    "Which came first, your shutdown() or your request?",
    "shutdown(SHUT_WR) says that no more will be sent. What you send after it is refused: EPIPE.",
    "sock.sendall(request), and then sock.shutdown(socket.SHUT_WR).",
)
CLIENT_BINDS = Hints(
    "client_binds",
    "You called bind(). With whose address?",
    "The server's address is taken, by the server. A client needs no bind(): connect() gives it an address of its own.",
    "Remove bind(): sock.connect(address) is enough.",
)
CHANGES_REPLY = Hints(
    "changes_reply",
    "Compare your result with what the server sent, byte by byte. Where do they differ?",
    "Every byte belongs to the reply, white space and line ends as well, at the ends of each piece.",
    "parts.append(chunk), with nothing stripped, replaced or decoded.",
)
NOT_BYTES = Hints(
    "not_bytes",
    "Of which type is your result?",
    "The reply is bytes. What they mean is for the caller to know.",
    "return b''.join(parts), without decode().",
)
SHUTS_BOTH = Hints(
    "shuts_down_both_ways",
    "You shut down the connection. Which of its two directions?",
    "SHUT_RDWR ends your reading as well. Only your sending is over.",
    "sock.shutdown(socket.SHUT_WR)",
)
EMPTY_REQUEST = Hints(
    "empty_request",
    "The request is empty. What does the server wait for?",
    "An empty request has an end too, and a reply.",
    "Connect, sendall(b''), shutdown(socket.SHUT_WR), read to the end: no special case.",
)
EMPTY_REPLY = Hints(
    "empty_reply",
    "The server closed without a word. Is that an error?",
    "A reply may be empty. A clean end after nothing is b''.",
    "Return what you have read when recv() gives b'', even if it is nothing.",
)
IGNORES_COUNT = Hints(
    "ignores_send_count",
    "send() returned a number. What became of the rest of the request?",
    "send() may take only the beginning. sendall() goes on until all is sent.",
    "sock.sendall(request)",
)
SWALLOWS_SEND_ERROR = Hints(
    "swallows_send_error",
    "Sending failed. Does your caller know that the request did not arrive whole?",
    "An error while sending may come out at once, or after you have read what there is; but it must come out.",
    "Do not catch the OSError of sendall() or shutdown(). If you do, to read on, raise it in the end.",
)
SWALLOWS_RESET = Hints(
    "swallows_reset",
    "The server broke off in the middle. Does your caller know that the reply is not whole?",
    "A reset is not an end. Who returns what came so far presents half a reply as a whole one.",
    "Do not catch ConnectionResetError: let it out.",
)
PER_RECV = Hints(
    "per_recv_timeout",
    "A byte came every moment. When would your function ever have given up?",
    "A timeout for each recv() begins anew with every byte. The caller gave one for the whole call.",
    "Once: deadline = time.monotonic() + timeout. Before each recv(): left = deadline - time.monotonic(); "
    "if left <= 0: raise TimeoutError; else sock.settimeout(left).",
)
FOREVER = Hints(
    "waits_for_ever",
    "The server says nothing. How long will you listen?",
    "The timeout holds for connecting, sending and reading together.",
    "Once: deadline = time.monotonic() + timeout. Before each step: left = deadline - time.monotonic(); "
    "if left <= 0: raise TimeoutError; else sock.settimeout(left).",
)
CONNECTS_FOREVER = Hints(
    "connect_waits_for_ever",
    "Nobody answers at that address, not even to refuse. How long does your connect() wait?",
    "Without a timeout the kernel tries for about two minutes. The caller's limit holds for connecting, too.",
    "socket.create_connection(address, timeout), or sock.settimeout(timeout) before sock.connect(address)",
)
SENDS_FOREVER = Hints(
    "send_waits_for_ever",
    "The server does not read, and the buffers are full. How long does your send wait?",
    "Sending waits, too. The caller's limit holds for connecting, sending and reading together.",
    "sock.settimeout(deadline - time.monotonic()) before sock.sendall(request)",
)
NO_TIMEOUT_ERROR = Hints(
    "hides_timeout",
    "The time was up before the reply had ended. What did the caller get?",
    "A spent time budget is TimeoutError, not a short reply.",
    "Let the TimeoutError of recv() out; raise it yourself when nothing is left of the time.",
)
BUSY = Hints(
    "busy_loop",
    "What does the processor do while you wait for the reply?",
    "Asking again and again is a busy loop. Let the kernel wake you.",
    "A socket with settimeout(seconds_left) sleeps in recv() until something comes.",
)
LEFT_OPEN = Hints(
    "exchange_left_open",
    "The reply is read, or an error is on its way to the caller. Who closes your socket?",
    "What you opened you close, on every way out.",
    "with socket.create_connection(address, timeout) as sock: ...",
)

EXCHANGE = Exercise(
    id="stream.exchange",
    parameters=("address", "request", "timeout"),
    points=5,
    why="You ended your own direction with a FIN and kept the other one open. So the server knew that the request was "
    "whole, you knew by b'' that the reply was, and what came instead of an end, a reset or silence, reached your "
    "caller as an error.",
    left_open=LEFT_OPEN,
)


def why_no_end(outcome: Outcome) -> Hints:
    """Why the server never saw the end of the request, or the learner's function did not get to the reply."""
    if "makefile" in outcome.call_names and "shutdown" not in outcome.call_names:
        return MAKEFILE
    if outcome.raised is not None and outcome.raised.is_a(UnicodeError):
        return NOT_BYTES
    if outcome.raised is not None and outcome.raised.errno == errno.EBADF:
        return CLOSES_EARLY
    got_to_send = any(name.startswith("send") for name in outcome.call_names)
    if outcome.raised is not None and "bind" in outcome.call_names and not got_to_send:
        return CLIENT_BINDS
    if outcome.raised is not None and outcome.raised.errno in (errno.ECONNRESET, errno.EPIPE):
        return SHUTS_BOTH
    return NO_SHUT_WR


def ends_before_it_sends(outcome: Outcome) -> bool:
    """Whether the function shut down its sending before it sent anything."""
    names = [text.partition("(")[0] for _, _, text in outcome.calls]
    return "shutdown" in names and not any(name.startswith("send") for name in names[: names.index("shutdown")])


def why_reply_is_wrong(value: bytes, reply: bytes, outcome: Outcome) -> Hints:
    """What became of a reply that is not what the server sent."""
    if value == b"" and "shutdown" in outcome.call_names:
        return SHUTS_BOTH
    if value == b"":
        gave_up = any(name.startswith("recv") and "TimeoutError" in name for _, _, name in outcome.calls)
        return NO_SHUT_WR if gave_up else CLOSES_EARLY
    return SINGLE_RECV if reply.startswith(value) else CHANGES_REPLY


@EXCHANGE.trial("a request, its end, and the reply", NO_SHUT_WR, basic=True)
def whole_exchange(t: Table) -> None:
    """The server answers only when it has seen the end of the request."""
    request, reply = t.random.randbytes(30), b" " + t.random.randbytes(40) + b"\r\n"
    server = t.server()
    t.start(server.address, request, 2.5, hang=why_no_end, error=why_no_end)
    peer = server.accept()
    got = peer.recv_until_end()
    if got != request:
        t.abandon()
        hints = ENDS_TOO_EARLY if ends_before_it_sends(t.outcome) else WRONG_REQUEST
        message = "the server did not receive your request"
        raise TrialFailed(message, expected=repr(request), seen=repr(got), hints=hints)
    peer.send(reply)
    peer.close()
    value = t.result()
    judge_returned(t, value)
    t.require(
        isinstance(value, bytes), "the reply is not bytes", NOT_BYTES, expected="bytes", seen=type(value).__name__
    )
    t.equal(value, reply, "the reply", why_reply_is_wrong(value, reply, t.outcome))
    judge_default_timeout(t)


@EXCHANGE.trial("a long reply, in pieces", SINGLE_RECV)
def long_reply(t: Table) -> None:
    """Far more than one recv brings, and a pause before the last piece."""
    reply = b"a first line\n" + t.random.randbytes(100_000)
    server = t.server()
    t.start(server.address, b"everything, please", 20.0, limit_s=22.0)  # even one byte a recv is in time
    peer = server.accept()
    peer.recv_until_end()
    peer.send(reply[:13])
    peer.pause(0.01)  # what stops at a line's end has returned by now
    peer.send(reply[13:-10])
    peer.pause(0.02)  # a single recv has returned by now
    peer.send(reply[-10:])
    peer.close()
    value = t.result()
    t.require(
        isinstance(value, bytes), "the reply is not bytes", NOT_BYTES, expected="bytes", seen=type(value).__name__
    )
    t.require(
        value == reply,
        "the reply is not whole",
        why_reply_is_wrong(value, reply, t.outcome),
        expected=f"{len(reply):,} bytes",
        seen=f"{len(value):,} bytes",
    )


@EXCHANGE.trial("a long request", IGNORES_COUNT)
def long_request(t: Table) -> None:
    """More than the buffers hold, so that one send takes only a part."""
    request = t.random.randbytes(150_000)
    server = t.server(narrow=True)
    t.start(server.address, request, 2.5)
    peer = server.accept()
    peer.pause(0.002)  # a send that does not wait has returned by now
    got = peer.recv_until_end()
    peer.send(b"thank you")
    peer.close()
    t.equal(t.result(), b"thank you", "the reply")
    t.require(
        got == request,
        "the server did not receive your request",
        expected=f"{len(request):,} bytes",
        seen=f"{len(got):,} bytes",
    )


@EXCHANGE.trial("a reset in the middle of the reply", SWALLOWS_RESET)
def reset_midway(t: Table) -> None:
    """Half a reply must not look like a whole one."""
    server = t.server()
    t.start(server.address, b"half of it", 2.5)
    peer = server.accept()
    peer.recv_until_end()
    peer.send(b"the first half")
    peer.reset()
    t.raises(OSError, SWALLOWS_RESET)


@EXCHANGE.trial("a server that says nothing", FOREVER)
def silence(t: Table) -> None:
    """It reads the request, and that is all."""
    for budget_s in t.budgets(0.085, 0.5):
        server = t.server()
        t.start(server.address, b"anybody there?", budget_s, hang=FOREVER, busy=BUSY)
        server.accept()
        t.raises(TimeoutError, NO_TIMEOUT_ERROR)


@EXCHANGE.trial("a byte every moment: the time is for the whole call", PER_RECV)
def trickle(t: Table) -> None:
    """A reply without end, a byte every 0.03 s. Who still reads after 1.5 s more has no deadline."""
    for budget_s in QUICK_PACES_S:
        server = t.server()
        t.start(server.address, b"slowly", budget_s, hang=PER_RECV, busy=BUSY, limit_s=budget_s + 2.0)
        peer = server.accept()
        for _ in t.while_running(every_s=0.03, for_s=budget_s + 1.4):
            t.try_to_send(peer, b".")
        late = not t.ended
        peer.close()
        if late:
            t.abandon()
        t.require(not late, "your function went on after its time was up, as long as bytes came", PER_RECV)
        t.raises(TimeoutError, NO_TIMEOUT_ERROR)
        if t.longest_pause_s < budget_s:
            return
