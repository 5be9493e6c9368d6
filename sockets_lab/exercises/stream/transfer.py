"""Stream 5, transfer: ``send_all`` and ``recv_frame``."""

from __future__ import annotations

import re
import socket
import struct

from sockets_lab.exercises.model import Exercise
from sockets_lab.exercises.stream.common import judge_options, judge_returned, options_of
from sockets_lab.exercises.table import Hints, Outcome, Table

IGNORES_COUNT = Hints(
    "ignores_count",
    "send() returned a number. What does it count, and what became of the bytes beyond it?",
    "send() may take only the beginning of your data. Go on with the rest, from where it stopped.",
    "Keep the rest in a variable. As long as it is not empty: n = sock.send(rest), then rest = rest[n:].",
)
CHANGES_DATA = Hints(
    "changes_data",
    "Compare what the peer received with the data, byte by byte. What is different?",
    "The bytes go out as the caller gave them: in order, each once, none added and none left out.",
    "sock.send(rest), where rest begins as data itself; no length, no line end, no encode().",
)
WAITS_AFTER = Hints(
    "waits_after_sending",
    "The peer has every byte. What does your function still wait for?",
    "send_all has done its work when the kernel has taken the last byte. Nobody answers.",
    "Return when nothing is left of the data, without a recv().",
)
STOPS_SHORT = Hints(
    "stops_short",
    "There was one byte to send, and it did not arrive. When does your loop end?",
    "The last byte counts like the first: go on as long as anything is left.",
    "while sent < len(data): sent += sock.send(data[sent:])",
)
USES_SENDALL = Hints(
    "uses_sendall",
    "Which methods of the socket did you call?",
    "This exercise is about doing by hand what sendall and makefile do for you: use send() alone.",
    "Call sock.send(rest) in a loop, and cut off what it says it took.",
)
EMPTY_RAISES = Hints(
    "empty_raises",
    "There was nothing to send. Is that an error?",
    "Nothing to send is sent at once. A send() of zero bytes tells you nothing.",
    "Loop while there is a rest: with empty data the loop never begins.",
)
RETURNS_SOMETHING = Hints(
    "returns_something",
    "What does your function return, and what would the caller do with it?",
    "When send_all returns, all was sent: there is nothing more to say.",
    "Remove the return value: the function ends, and gives None.",
)
WOULD_BLOCK = Hints(
    "would_block_is_sent",
    "send() raised BlockingIOError. How many bytes did it take?",
    "None of them. Let the error out, or wait until there is room and send the same bytes again.",
    "Cut off only what send() returned; after BlockingIOError nothing is cut off.",
)
SEND_TROUBLE = Hints(
    "send_trouble",
    "What should happen when send() raises?",
    "send_all cannot mend a broken connection. The error belongs to the caller.",
    "Do not catch the exception of send(): let it out.",
)
RETURNS_EARLY = Hints(
    "returns_too_early",
    "Your function returned. Were all bytes with the kernel by then, and who heard that a send() failed?",
    "When send_all returns, nothing is left to send. An error that you catch, or leave to a thread, reaches nobody.",
    "Loop in the function itself until nothing is left, and do not catch what send() raises.",
)
WAITS_ON = Hints(
    "waits_on_after_timeout",
    "The caller's socket has a timeout, and it ran out. When does the caller hear of it?",
    "The timeout is the caller's wish: no send() may wait longer. Do not take it off, and do not try again.",
    "Leave the socket's timeout alone, and let the TimeoutError of send() out.",
)
OWN_DEADLINE = Hints(
    "own_deadline",
    "Each send() went through in time. Whose deadline was missed?",
    "The socket's timeout is for each send(). send_all has no limit of its own.",
    "Leave the timeout to send(): no deadline in send_all.",
)
SEND_SPINS = Hints(
    "send_spins",
    "The buffer is full. What does the processor do until there is room?",
    "Trying again and again is a busy loop. Let BlockingIOError out, or let the kernel wake you.",
    "select.select([], [sock], []) waits until there is room.",
)
SEND_LEFT_OPEN = Hints(
    "send_left_open",
    "Did you make something that you did not close?",
    "send_all needs no socket but the caller's, and no thread.",
    "Remove dup(), makefile() and threads: sock.send() in a loop is enough.",
)
CHANGES_SOCKET = Hints(
    "changes_callers_socket",
    "The socket belongs to the caller. What did you change on it?",
    "Leave its timeout, its options and the socket itself as they were.",
    "Remove settimeout(), setblocking(), shutdown() and close(), or put back the value you found.",
)

SEND_ALL = Exercise(
    id="stream.send_all",
    parameters=("sock", "data"),
    points=4,
    why="send() copies into the kernel's buffer what fits, and says how much that was. You went on with the rest until "
    "nothing was left, so that no byte was lost and none was sent twice.",
    left_open=SEND_LEFT_OPEN,
)


def why_not_told(outcome: Outcome) -> Hints:
    """Why the caller did not hear of a send that failed."""
    return SEND_TROUBLE if outcome.raised else RETURNS_EARLY


@SEND_ALL.trial("a few bytes", IGNORES_COUNT, basic=True)
def few_bytes(t: Table) -> None:
    """The simplest case: all of it fits at once."""
    message = t.random.randbytes(20)
    sock, peer = t.connected()
    value = t.call(sock, message, hang=WAITS_AFTER)
    got = b""
    while len(got) < len(message) and t.readable(peer) and (data := peer.recv()):
        got += data
    t.equal(got, message, "what the peer received", CHANGES_DATA)
    t.require(value is None, "send_all returned something", RETURNS_SOMETHING, seen=repr(value), expected="None")
    t.require(not sock.closed, "the caller's socket is closed", CHANGES_SOCKET)


@SEND_ALL.trial("the caller's socket goes on, as it was", CHANGES_SOCKET)
def goes_on(t: Table) -> None:
    """Two calls on one socket, whose options stay."""
    sock, peer = t.connected(sndbuf=4096)
    before = options_of(sock)
    t.call(sock, b"first")
    t.call(sock, b"second", error=CHANGES_SOCKET)
    t.equal(peer.recv_exactly(11), b"firstsecond", "what the peer received")
    judge_options(t, sock, before, CHANGES_SOCKET)


@SEND_ALL.trial("more than the buffers hold, and a slow reader", IGNORES_COUNT, weight=2)
def slow_reader(t: Table) -> None:
    """Small buffers on both sides, so that each send takes only a part."""
    first = t.random.randrange(100_000, 900_000)
    message = b"".join(b"%d " % number for number in range(first, first + 10_000))  # the steps show what goes twice
    sock, peer = t.connected(timeout=2.0, sndbuf=4096, far_rcvbuf=2048)
    buffer_before = sock.kernel.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    t.start(sock, message, hang=IGNORES_COUNT, limit_s=15.0)  # even one byte a send is in time
    got = b""
    while len(got) < len(message) and t.more_to_come(peer):
        chunk = peer.sock.recv(1 << 16)
        if not chunk:
            break
        got += chunk
    t.step("peer", f"received {len(got):,} bytes in all")
    t.result()
    t.require(
        got == message,
        "the peer did not receive your data",
        expected=f"{len(message):,} bytes, in order",
        seen=f"{len(got):,} bytes{'' if message.startswith(got) else ', not in order or not yours'}",
    )
    t.require(
        sock.timeout == 2.0, "the caller's timeout was changed", CHANGES_SOCKET, expected="2.0", seen=str(sock.timeout)
    )
    buffer_after = sock.kernel.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    t.equal(buffer_after, buffer_before, "SO_SNDBUF of the caller's socket", CHANGES_SOCKET)
    judge_only_send(t)


def judge_only_send(t: Table) -> None:
    """No other method did the sending."""
    others = t.outcome.call_names & {"sendall", "sendmsg", "sendto", "makefile"}
    t.require(
        not others,
        f"your function called {', '.join(sorted(others))}",
        USES_SENDALL,
        expected="send",
        seen=", ".join(sorted(others)),
    )


@SEND_ALL.trial("pieces that are cut short as well", IGNORES_COUNT)
def cut_pieces(t: Table) -> None:
    """Segments so short, and a reader so slow, that even a kilobyte does not fit at once."""
    message = t.random.randbytes(30_000)
    sock, peer = t.connected(timeout=2.0, sndbuf=2048, mss=150, far_rcvbuf=2048)
    t.start(sock, message, limit_s=15.0)
    peer.pause(0.01)
    got = b""
    while len(got) < len(message) and t.more_to_come(peer):
        got += peer.sock.recv(200)
        peer.pause(0.0002)
    t.result()
    t.require(
        got == message,
        "the peer did not receive your data",
        expected=f"{len(message):,} bytes, in order",
        seen=f"{len(got):,} bytes",
    )


@SEND_ALL.trial("send alone does the work", USES_SENDALL)
def only_send(t: Table) -> None:
    """The exercise asks for send; sendall would hide what the lesson is about."""
    sock, peer = t.connected()
    t.call(sock, b"by hand")
    peer.recv_exactly(7)
    judge_only_send(t)


@SEND_ALL.trial("nothing at all", EMPTY_RAISES)
def nothing(t: Table) -> None:
    """Empty data: done at once."""
    sock, peer = t.connected()
    t.call(sock, b"", hang=EMPTY_RAISES)
    t.call(sock, b"!", hang=STOPS_SHORT)
    t.equal(peer.recv_exactly(1), b"!", "what the peer received after an empty send_all")


SINGLE_RECV = Hints(
    "single_recv",
    "recv(4) means 'up to 4'. What will you do when it gives you 1?",
    "Write a helper that loops until it has exactly n bytes, and use it for the length and for the body.",
    "while len(got) < n: chunk = sock.recv(n - len(got)); what does an empty chunk mean here? Else: got += chunk.",
)
OVER_READ = Hints(
    "over_read",
    "You received more than you returned. Where are the bytes of the next frame now?",
    "What you take out of the socket is gone from it. Never ask recv() for more than this frame still lacks.",
    "recv(4 - len(header)) for the length, then recv(length - len(body)): never a round number such as 4096.",
)
LITTLE_ENDIAN = Hints(
    "little_endian",
    "00 00 00 05 is 5. Which end did you begin to read at?",
    "Network byte order is big-endian: the first byte counts most.",
    'struct.unpack(">I", header), or int.from_bytes(header, "big").',
)
SPINS_AT_EOF = Hints(
    "spins_at_eof",
    "The peer has finished sending. What does recv() return from then on?",
    "b'' on a stream is the end, for good: asking again gives b'' again, at once, for ever.",
    "In the loop: if not chunk: raise EOFError. At a boundary, where no byte of a frame has come: return None.",
)
EOF_IS_NONE = Hints(
    "eof_midway",
    "The peer promised more bytes than it sent. Is that a frame, or a clean end?",
    "None means 'the peer has finished, and no frame has begun'. Once a single byte has come, an end is an error.",
    "If an end comes after the first byte of the length, or inside the body: raise EOFError.",
)
BOUNDARY = Hints(
    "eof_at_boundary",
    "The peer finished between two frames. Is anything wrong with that?",
    "A clean end is how a conversation stops. Tell it apart from an end in the middle of a frame.",
    "If the very first recv() for a length gives b'': return None.",
)
ASKS_BEYOND = Hints(
    "asks_beyond_frame",
    "The frame had come, whole, and your function still waited. For which bytes?",
    "When you have as many bytes as the length says, the frame is complete. The next recv() belongs to the next call.",
    "while len(body) < length: recv(length - len(body)). Not <=, and no reading on until the end of the stream.",
)
LENGTH_CUT = Hints(
    "length_cut",
    "The length was 00 01 86 A0. Which number did you take that for?",
    "All four bytes count. The last two alone end at 65,535.",
    'struct.unpack(">I", header), or int.from_bytes(header, "big"), with all four bytes.',
)
UNPACKED_TUPLE = Hints(
    "unpacked_tuple",
    "struct.unpack() gave you something like (5,). Is that a number?",
    "unpack() always returns a tuple, even for one number. Take the number out of it.",
    "(length,) = struct.unpack('>I', header), or length = struct.unpack('>I', header)[0].",
)
WRONG_BODY = Hints(
    "wrong_body",
    "Compare what you returned with what the peer sent, byte by byte. Where do they differ?",
    "The length counts the body alone. The result is the body alone, as bytes, to the last byte: no header, no "
    "strip(), no decode().",
    "Read 4 bytes for the length, then that many for the body, and return those.",
)
LIMIT = Hints(
    "limit_off_by_one",
    "The body is exactly as long as the caller allows. Is that too long?",
    "max_len itself is allowed, and it counts the body, not the 4 bytes before it.",
    "if length > max_len: raise ValueError",
)
OVERSIZE = Hints(
    "oversize",
    "A stranger claims that the frame is huge. What have you done before you refused?",
    "Compare the length with max_len as soon as you have read it, before you read, or wait for, the body.",
    "if length > max_len: raise ValueError, between reading the length and reading the body.",
)
EMPTY_FRAME = Hints(
    "empty_frame",
    "A frame of length 0 came. Is it an end?",
    "A length of 0 is a frame: b''. Only an end before any byte of a length is None.",
    "Look at what recv() returned for the length, not at whether the body is empty. With length 0, read no body.",
)
HIDES_TIMEOUT = Hints(
    "hides_timeout",
    "The caller's socket has a timeout, and it ran out. What did the caller hear of it?",
    "The timeout is the caller's wish: recv() raises TimeoutError, and that is the caller's to handle.",
    "Do not catch TimeoutError, and do not turn it into None or EOFError.",
)
RESET = Hints(
    "hides_reset",
    "The connection was reset in the middle of a frame. What did the caller hear of it?",
    "A reset is not an end. Whoever turns it into None says that all is well.",
    "Do not catch ConnectionResetError; or raise EOFError(...) from it.",
)
SIGNED = Hints(
    "signed_length",
    "The length was FF FF FF FF. Which number did you take that for?",
    "The length has no sign: it is 4,294,967,295. Read as a signed number it is -1, which is below every limit.",
    'struct.unpack(">I", header): a capital I.',
)
RECV_SPINS = Hints(
    "recv_spins",
    "Half a frame is there. What does the processor do until the rest comes?",
    "Looking again and again is a busy loop. recv() sleeps until there is something new.",
    "Take what has come with recv(), keep it, and call recv() for the rest: no MSG_PEEK in a loop.",
)
FRAME_LEFT_OPEN = Hints(
    "frame_left_open",
    "Did you make something that you did not close?",
    "recv_frame needs no socket but the caller's.",
    "Remove dup() and makefile(): sock.recv() in a loop is enough.",
)

RECV_FRAME = Exercise(
    id="stream.recv_frame",
    parameters=("sock", "max_len"),
    points=5,
    why="You asked for exactly what the frame still lacked, and went on until you had it. So it does not matter how "
    "TCP cut the bytes, the next frame is untouched, an end in the middle is noticed, and no stranger's claim made you "
    "wait.",
    left_open=FRAME_LEFT_OPEN,
)


_ASKED_FOR = re.compile(r"^recv\w*\((?:a view of )?(\d+)")


def frame(body: bytes) -> bytes:
    """A frame as it goes over the wire: u32 big-endian length, then the body."""
    return struct.pack(">I", len(body)) + body


@RECV_FRAME.trial("a frame that arrives whole", WRONG_BODY, basic=True)
def whole(t: Table) -> None:
    """The simplest case. White space at the ends belongs to the body like every other byte."""

    def which(outcome: Outcome) -> Hints | None:
        if outcome.hung is not None:
            asked = [int(digits) for _, _, text in outcome.calls for digits in _ASKED_FOR.findall(text)]
            misread = bool(asked) and asked[0] <= 4 and max(asked) > 100  # a length of its own, and a huge body
            return LITTLE_ENDIAN if misread else ASKS_BEYOND
        if outcome.raised is not None and outcome.raised.is_a(TypeError) and "tuple" in outcome.raised.text:
            return UNPACKED_TUPLE
        refused = outcome.raised is not None and outcome.raised.is_a(ValueError, MemoryError, OverflowError)
        return LITTLE_ENDIAN if refused else None

    body = b" " + t.random.randbytes(5) + b"\r\n"
    sock, peer = t.connected()
    before = options_of(sock)
    peer.send(frame(body))
    value = t.call(sock, 100, hang=which, error=which)
    judge_returned(t, value)
    t.equal(value, body, "the frame")
    t.require(not sock.closed, "the caller's socket is closed", CHANGES_SOCKET)
    t.require(
        sock.timeout is None and sock.blocking,
        "the caller's socket was blocking, and is not any more",
        CHANGES_SOCKET,
        expected="no timeout",
        seen=f"timeout {sock.timeout}",
    )
    judge_options(t, sock, before, CHANGES_SOCKET)


@RECV_FRAME.trial("a frame that arrives one byte at a time", SINGLE_RECV)
def dribble(t: Table) -> None:
    """Each byte is a segment of its own, and is read before the next is sent."""
    body = t.random.randbytes(5)
    sock, peer = t.connected()
    t.start(sock, 100, hang=SINGLE_RECV, error=SINGLE_RECV)
    for byte in frame(body):
        if not t.ended:
            peer.send(bytes([byte]))
            t.wait_until_read(sock)
    t.equal(t.result(), body, "the frame")


@RECV_FRAME.trial("two frames that arrive together", OVER_READ)
def coalesced(t: Table) -> None:
    """The next frame must still be there for the next call."""
    first, second = t.random.randbytes(6), t.random.randbytes(8)
    sock, peer = t.connected()
    peer.send(frame(first) + frame(second))
    t.equal(t.call(sock, 100), first, "the first frame")
    t.equal(sock.unread(), frame(second), "what your function left in the socket for the next call")
    t.equal(t.call(sock, 100), second, "the second frame")


@RECV_FRAME.trial("the peer finishes between frames", BOUNDARY)
def finished(t: Table) -> None:
    """A clean end is None."""
    sock, peer = t.connected()
    peer.send(frame(b"last"))
    peer.close()
    t.equal(t.call(sock, 100), b"last", "the last frame")
    value = t.call(sock, 100, hang=SPINS_AT_EOF, error=BOUNDARY)
    t.require(value is None, "the end between two frames", expected="None", seen=repr(value))


@RECV_FRAME.trial("the peer stops in the middle of a frame", EOF_IS_NONE)
def stops_midway(t: Table) -> None:
    """In the length, and in the body."""

    def which(outcome: Outcome) -> Hints:
        return RECV_SPINS if any("MSG_PEEK" in text for _, _, text in outcome.calls) else SPINS_AT_EOF

    for sent in (b"\0\0", frame(b"hello")[:-2]):
        sock, peer = t.connected()
        peer.send(sent)
        peer.close()
        t.call_raises(EOFError, sock, 100, hints=EOF_IS_NONE, hang=which)
        t.require(not sock.closed, "the caller's socket is closed", CHANGES_SOCKET)


@RECV_FRAME.trial("an oversized length is refused before its body is read", OVERSIZE)
def oversized(t: Table) -> None:
    """The body never comes: who waits for it, waits in vain."""
    sock, peer = t.connected()
    peer.send(struct.pack(">I", 101))
    t.call_raises(ValueError, sock, 100, hints=OVERSIZE, hang=OVERSIZE)
    t.require(not sock.closed, "the caller's socket is closed", CHANGES_SOCKET)


@RECV_FRAME.trial("a frame of exactly max_len", LIMIT)
def exactly_max_len(t: Table) -> None:
    """The longest body that the caller allows."""
    body = t.random.randbytes(64)
    sock, peer = t.connected(timeout=2.0)
    peer.send(frame(body))
    t.equal(t.call(sock, 64, error=LIMIT), body, "the frame")
    t.require(sock.timeout == 2.0, "the caller's timeout was changed", CHANGES_SOCKET, seen=str(sock.timeout))


@RECV_FRAME.trial("an empty frame", EMPTY_FRAME)
def empty(t: Table) -> None:
    """Length 0 is a frame; the connection goes on."""
    sock, peer = t.connected()
    peer.send(frame(b"") + frame(b"next"))
    t.equal(t.call(sock, 100, hang=EMPTY_FRAME, error=EMPTY_FRAME), b"", "the empty frame")
    t.equal(t.call(sock, 100), b"next", "the frame after it")
