"""Trials that only the instructor's machine has: the same rules, in situations that the lessons do not show."""

from __future__ import annotations

import errno
import itertools
import socket

from sockets_lab.exercises.stream import (
    ACCEPT_N,
    BIND_SERVER,
    CONNECT_ANY,
    EXCHANGE,
    MAKE_STREAM,
    RECV_FRAME,
    SEND_ALL,
    binding,
    connection,
    creation,
    listening,
    termination,
    transfer,
)
from sockets_lab.exercises.stream.common import LATE_FACTOR, LATE_PART, PACES_S
from sockets_lab.exercises.table import Hints, Outcome, Table

# make_stream


@MAKE_STREAM.trial("two calls, two sockets", creation.SHARED, hidden=True)
def two_calls(t: Table) -> None:
    first = creation.judge_new_stream(t, t.call(socket.AF_INET), socket.AF_INET)
    second = creation.judge_new_stream(t, t.call(socket.AF_INET), socket.AF_INET)
    t.require(first is not second, "both calls returned the same socket", creation.SHARED)


@MAKE_STREAM.trial("other families", creation.FAMILY_UNCHECKED, hidden=True)
def other_families(t: Table) -> None:
    for family in (socket.AF_UNSPEC, getattr(socket, "AF_NETLINK", socket.AF_UNIX), 4242):
        t.call_raises(ValueError, family, hints=creation.FAMILY_UNCHECKED)
        t.require("socket" not in t.outcome.call_names, "a socket was made before the refusal", creation.CHECKS_LATE)


@MAKE_STREAM.trial("nothing else is set on an IPv6 socket", creation.SETS_OPTIONS, hidden=True)
def untouched_ipv6(t: Table) -> None:
    t.needs_ipv6()
    creation.judge_untouched(t, socket.AF_INET6)


# bind_server


@BIND_SERVER.trial("an address of another machine", binding.SWALLOWS, hidden=True)
def not_ours(t: Table) -> None:
    t.start("203.0.113.7", 0)  # RFC 5737: never an address of this machine
    raised = t.raises(OSError, lambda outcome: binding.SWALLOWS if outcome.raised else binding.IGNORES_REQUEST)
    t.require(raised.errno == errno.EADDRNOTAVAIL, "the system's error was hidden", binding.SWALLOWS, seen=str(raised))


@BIND_SERVER.trial("the wildcard, when it is asked for", binding.WRONG_ADDRESS, hidden=True)
def wildcard(t: Table) -> None:
    binding.judge_bound(t, t.call("0.0.0.0", 0), socket.AF_INET, "0.0.0.0")


@BIND_SERVER.trial("a restart on IPv6", binding.NO_REUSEADDR, hidden=True)
def restart_ipv6(t: Table) -> None:
    t.needs_ipv6()
    first = binding.judge_bound(t, t.call("::1", 0), socket.AF_INET6, "::1")
    port = first.address[1]
    binding.leave_time_wait(t, first)
    binding.judge_bound(t, t.call("::1", port, error=binding.why_in_use), socket.AF_INET6, "::1")


@BIND_SERVER.trial("an IPv6 address in its long form", binding.WRONG_ADDRESS, hidden=True)
def long_form(t: Table) -> None:
    t.needs_ipv6()
    binding.judge_bound(t, t.call("0:0:0:0:0:0:0:1", 0, error=binding.IPV6), socket.AF_INET6, "::1")


# accept_n


@ACCEPT_N.trial("clients that come while it waits", listening.SINGLE_ACCEPT, hidden=True)
def while_waiting(t: Table) -> None:
    listener = t.listener()
    t.start(listener, 2, 2.0)
    clients = [t.client(listener.address) for _ in range(2)]
    listening.judge_accepted(t, t.result(), listener, clients)


@ACCEPT_N.trial("a listener that its owner made non-blocking", listening.CHANGES_TIMEOUT, hidden=True)
def non_blocking_listener(t: Table) -> None:
    listener = t.listener(timeout=0.0)
    for budget_s in t.budgets(0.1, 0.5):
        client = t.client(listener.address)
        value = t.call(listener, 2, budget_s, error=listening.PARTIAL, hang=listening.NO_DEADLINE, busy=listening.BUSY)
        listening.judge_accepted(t, value, listener, [client])
        listening.judge_timeout(t, listener, 0.0)


@ACCEPT_N.trial("nobody comes", listening.PARTIAL, hidden=True)
def nobody(t: Table) -> None:
    listener = t.listener()
    value = t.call(listener, 1, 0.05, error=listening.PARTIAL, hang=listening.NO_DEADLINE)
    listening.judge_accepted(t, value, listener, [])


@ACCEPT_N.trial("a client shortly before the time is up, and then nobody", listening.PER_ACCEPT, hidden=True)
def late_client(t: Table) -> None:
    for budget_s in PACES_S:
        listener = t.listener()
        t.start(listener, 3, budget_s, hang=listening.PER_ACCEPT, error=listening.PARTIAL, busy=listening.BUSY)
        t.pause(LATE_PART * budget_s)
        client = t.client(listener.address)
        came_in_time = t.since_start_s < budget_s  # on a busy machine it may not
        value = t.result()
        listening.judge_accepted(t, value, listener, [client] if value else [])
        went_on = came_in_time and t.outcome.seconds >= LATE_FACTOR * budget_s
        if came_in_time and not went_on:
            return
    t.require(
        not went_on,
        "your function went on after its time was up",
        listening.PER_ACCEPT,
        expected=f"to return after {budget_s} s",
        seen=f"after {t.outcome.seconds:.2f} s",
    )


@ACCEPT_N.trial("nobody is wanted", listening.TAKES_MORE, hidden=True)
def nobody_wanted(t: Table) -> None:
    listener = t.listener()
    client = t.client(listener.address)
    value = t.call(listener, 0, 1.0)
    listening.judge_accepted(t, value, listener, [])
    listening.judge_accepted(t, t.call(listener, 1, 1.0), listener, [client], missing=listening.TAKES_MORE)


@ACCEPT_N.trial("an IPv6 listener", listening.WRONG_ENTRY, hidden=True)
def ipv6_listener(t: Table) -> None:
    t.needs_ipv6()
    listener = t.listener(socket.AF_INET6)
    client = t.client(listener.address, socket.AF_INET6)
    listening.judge_accepted(t, t.call(listener, 1, 2.0), listener, [client])


@ACCEPT_N.trial("a non-blocking listener fails before anybody comes", listening.SWALLOWS_ERRORS, hidden=True)
def non_blocking_listener_fails(t: Table) -> None:
    listener = t.listener(timeout=0.0)
    listener.kernel.shutdown(socket.SHUT_RD)
    t.start(listener, 1, 0.5, hang=listening.SWALLOWS_ERRORS)
    t.raises(OSError, listening.SWALLOWS_ERRORS)
    listening.judge_timeout(t, listener, 0.0)


# connect_any


@CONNECT_ANY.trial("a family that this kernel lacks", connection.STOPS_AT_OTHERS, hidden=True)
def lacking_family(t: Table) -> None:
    server = t.server()
    strange = connection.entry(t.closed_port(), connection.NO_SUCH_FAMILY)
    value = t.call([strange, connection.entry(server.address)], 2.0, error=connection.STOPS_AT_OTHERS)
    connection.judge_connected(t, value, server)


@CONNECT_ANY.trial("an IPv6 and an IPv4 server: the list's order", connection.REORDERS, hidden=True)
def order_of_families(t: Table) -> None:
    t.needs_ipv6()
    four, six = t.server(), t.server(socket.AF_INET6)
    four_entry, six_entry = connection.entry(four.address), connection.entry(six.address, socket.AF_INET6)
    for order, first in (([six_entry, four_entry], six), ([four_entry, six_entry], four)):
        sock = t.a_socket(t.call(order, 2.0), connection.NOT_CONNECTED)
        t.equal(sock.kernel.getpeername(), first.address, "the server that was tried first", connection.REORDERS)


@CONNECT_ANY.trial("one refuses, the next ignores you", connection.NOT_TIMEOUT, hidden=True)
def refused_then_silent(t: Table) -> None:
    t.start([connection.entry(t.closed_port()), connection.entry(t.black_hole())], 0.08)
    t.raises(TimeoutError, connection.NOT_TIMEOUT)


@CONNECT_ANY.trial("many refuse, the last answers", connection.FIRST_ONLY, hidden=True)
def many_refuse(t: Table) -> None:
    closed = [connection.entry(t.closed_port()) for _ in range(5)]
    server = t.server()
    value = t.call([*closed, connection.entry(server.address)], 2.0, error=connection.FIRST_ONLY)
    connection.judge_connected(t, value, server)


# send_all


@SEND_ALL.trial("a long message on a blocking socket", transfer.IGNORES_COUNT, hidden=True)
def long_message(t: Table) -> None:
    message = t.random.randbytes(100_000)
    sock, peer = t.connected()
    t.start(sock, message, limit_s=20.0)  # even one byte a send is in time
    got = peer.recv_exactly(len(message))
    t.result()
    t.require(got == message, "the peer did not receive your data", seen=f"{len(got):,} bytes")
    t.require(sock.timeout is None and sock.blocking, "the caller's socket was changed", transfer.CHANGES_SOCKET)


@SEND_ALL.trial("the peer has gone", transfer.SEND_TROUBLE, hidden=True)
def peer_gone(t: Table) -> None:
    sock, peer = t.connected()
    peer.reset()
    t.start(sock, bytes(2_000_000), hang=transfer.SEND_TROUBLE)
    t.raises(OSError, transfer.why_not_told)
    t.require(not sock.closed, "the caller's socket is closed", transfer.CHANGES_SOCKET)


TIMEOUTS_S = (0.1, 0.4, 1.6)


@SEND_ALL.trial("the timeout is for each send, not for all", transfer.IGNORES_COUNT, hidden=True)
def timeout_per_send(t: Table) -> None:
    for timeout_s in TIMEOUTS_S:
        message = t.random.randbytes(60_000)
        sock, peer = t.connected(timeout=timeout_s, sndbuf=4096, far_rcvbuf=2048)
        t.start(sock, message, limit_s=15.0)
        got, longest_pause_s, read_s = b"", 0.0, 0.0
        for number in itertools.count():
            if number < 5:
                peer.pause(0.3 * timeout_s)
            if len(got) == len(message) or not t.more_to_come(peer):
                break
            got += peer.sock.recv(4096)
            longest_pause_s, read_s = max(longest_pause_s, t.since_start_s - read_s), t.since_start_s
        raised = t.finish().raised
        if raised is None or not raised.is_a(TimeoutError) or longest_pause_s < timeout_s / 2:
            break  # or a busy machine kept the peer from reading in time: try it slower
    t.require(raised is None, f"your function raised {raised}", _why_out_of_time(t.outcome), seen=f"raised {raised}")
    t.require(got == message, "the peer did not receive your data", seen=f"{len(got):,} bytes")


def _why_out_of_time(outcome: Outcome) -> Hints:
    return transfer.USES_SENDALL if "sendall" in outcome.call_names else transfer.OWN_DEADLINE


@SEND_ALL.trial("a peer that never reads: the socket's timeout comes out", transfer.SEND_TROUBLE, hidden=True)
def never_reads_me(t: Table) -> None:
    sock, _peer = t.connected(timeout=0.05, sndbuf=4096, far_rcvbuf=2048)
    t.start(sock, bytes(500_000), hang=transfer.WAITS_ON)
    t.raises(TimeoutError, transfer.why_not_told)
    t.require(sock.timeout == 0.05, "the caller's timeout was changed", transfer.CHANGES_SOCKET, seen=str(sock.timeout))


@SEND_ALL.trial("a non-blocking socket", transfer.SEND_SPINS, hidden=True)
def non_blocking(t: Table) -> None:
    message = t.random.randbytes(60_000)
    sock, peer = t.connected(timeout=0.0, sndbuf=4096, far_rcvbuf=2048)
    t.start(sock, message, hang=transfer.SEND_SPINS, limit_s=15.0)
    busy = t.spins_while_full(sock, peer)
    got = b""
    while len(got) < len(message) and t.more_to_come(peer):
        got += peer.sock.recv(1 << 16)
    outcome = t.finish()
    if outcome.raised is not None:
        t.require(outcome.raised.is_a(BlockingIOError), f"your function raised {outcome.raised}", transfer.SEND_TROUBLE)
        return
    t.require(not busy, "the buffer was full, and your function kept the processor busy", transfer.SEND_SPINS)
    t.require(got == message, "the peer did not receive your data", transfer.WOULD_BLOCK, seen=f"{len(got):,} bytes")


# recv_frame


@RECV_FRAME.trial("a large frame, in many segments", transfer.SINGLE_RECV, hidden=True)
def large(t: Table) -> None:
    body = t.random.randbytes(100_000)
    sock, peer = t.connected()
    t.start(sock, 100_000, limit_s=10.0)
    peer.send(transfer.frame(body))
    value = t.result()
    seen = len(value) if isinstance(value, bytes | bytearray) else 0
    t.require(
        value == body,
        "the frame is not right",
        transfer.LENGTH_CUT if seen == len(body) % (1 << 16) else transfer.SINGLE_RECV,
        expected=f"{len(body):,} bytes",
        seen=f"{seen:,} bytes",
    )


@RECV_FRAME.trial("an oversized frame whose body is there", transfer.OVERSIZE, hidden=True)
def oversized_body_is_there(t: Table) -> None:
    body = t.random.randbytes(300)
    sock, peer = t.connected(timeout=7.0)
    peer.send(transfer.frame(body))
    t.call_raises(ValueError, sock, 100, hints=transfer.OVERSIZE, hang=transfer.OVERSIZE)
    t.equal(sock.unread(), body, "what your function left in the socket", transfer.OVERSIZE)
    t.require(not t.readable(peer, 0.02), "your function ended the caller's connection", transfer.CHANGES_SOCKET)
    t.equal(sock.timeout, 7.0, "the timeout of the caller's socket", transfer.CHANGES_SOCKET)


@RECV_FRAME.trial("the largest claim there is", transfer.SIGNED, hidden=True)
def largest_claim(t: Table) -> None:
    sock, peer = t.connected()
    peer.send(b"\xff\xff\xff\xff")
    t.call_raises(ValueError, sock, 1 << 20, hints=transfer.SIGNED, hang=transfer.SIGNED)


@RECV_FRAME.trial("one byte at a time, on a socket with a timeout", transfer.SINGLE_RECV, hidden=True)
def dribble_with_timeout(t: Table) -> None:
    body = t.random.randbytes(6)
    sock, peer = t.connected(timeout=2.0)
    t.start(sock, 100, error=transfer.SINGLE_RECV)
    for byte in transfer.frame(body):
        if not t.ended:
            peer.send(bytes([byte]))
            t.wait_until_read(sock)
    t.equal(t.result(), body, "the frame")


@RECV_FRAME.trial("a reset in the middle of a frame", transfer.RESET, hidden=True)
def reset_midway(t: Table) -> None:
    sock, peer = t.connected()
    t.start(sock, 100, hang=transfer.SPINS_AT_EOF)
    peer.send(transfer.frame(b"hello")[:-2])
    t.wait_until_read(sock)
    peer.reset()
    raised = t.raises((ConnectionResetError, EOFError), transfer.RESET)
    t.require(
        raised.is_a(ConnectionResetError) or "ConnectionResetError" in raised.cause,
        "the EOFError does not say that it comes from a reset",
        transfer.RESET,
        expected="ConnectionResetError, or EOFError raised from it",
        seen=str(raised),
    )


@RECV_FRAME.trial("the socket's own timeout comes out", transfer.HIDES_TIMEOUT, hidden=True)
def own_timeout(t: Table) -> None:
    for sent in (b"", transfer.frame(b"hello")[:-2]):
        sock, peer = t.connected(timeout=0.05)
        peer.send(sent)
        t.call_raises(TimeoutError, sock, 100, hints=transfer.HIDES_TIMEOUT, hang=transfer.HIDES_TIMEOUT)
        t.require(not sock.closed, "the caller's socket is closed", transfer.CHANGES_SOCKET)
        t.equal(sock.timeout, 0.05, "the timeout of the caller's socket", transfer.CHANGES_SOCKET)


@RECV_FRAME.trial("the end comes right after the length", transfer.EOF_IS_NONE, hidden=True)
def end_after_length(t: Table) -> None:
    sock, peer = t.connected()
    peer.send(transfer.frame(b"hello")[:4])
    peer.close()
    t.call_raises(EOFError, sock, 100, hints=transfer.EOF_IS_NONE, hang=transfer.SPINS_AT_EOF)


@RECV_FRAME.trial("a pause in the middle of a frame", transfer.RECV_SPINS, hidden=True)
def pause_midway(t: Table) -> None:
    body = t.random.randbytes(9)
    sock, peer = t.connected()
    peer.send(transfer.frame(body)[:2])
    t.start(sock, 100, busy=transfer.RECV_SPINS)
    t.let_it_wait(0.15)
    peer.send(transfer.frame(body)[2:7])
    t.wait_until_read(sock)
    following = transfer.frame(b"the next frame")
    peer.send(transfer.frame(body)[7:] + following)
    t.equal(t.result(), body, "the frame")
    t.equal(sock.unread(), following, "what your function left in the socket for the next call", transfer.OVER_READ)


# exchange


@EXCHANGE.trial("an empty request", termination.EMPTY_REQUEST, hidden=True)
def empty_request(t: Table) -> None:
    server = t.server()
    t.start(server.address, b"", 2.5, hang=termination.EMPTY_REQUEST, error=termination.EMPTY_REQUEST)
    peer = server.accept()
    t.equal(peer.recv_until_end(), b"", "the request")
    peer.send(b"hello anyway")
    peer.close()
    t.equal(t.result(), b"hello anyway", "the reply")


@EXCHANGE.trial("an empty reply", termination.EMPTY_REPLY, hidden=True)
def empty_reply(t: Table) -> None:
    server = t.server()
    t.start(server.address, b"nothing to say?", 2.5)
    peer = server.accept()
    peer.recv_until_end()
    peer.close()
    t.equal(t.result(), b"", "the reply")


@EXCHANGE.trial("a reset instead of a reply", termination.SWALLOWS_RESET, hidden=True)
def reset_at_once(t: Table) -> None:
    server = t.server()
    t.start(server.address, b"hello?", 2.5)
    peer = server.accept()
    peer.recv_until_end()
    peer.reset()
    t.raises(OSError, termination.SWALLOWS_RESET)


@EXCHANGE.trial("a reset in the middle of the request", termination.SWALLOWS_SEND_ERROR, hidden=True)
def reset_while_sending(t: Table) -> None:
    server = t.server()
    t.start(server.address, bytes(9_000_000), 2.5)
    peer = server.accept()
    peer.recv(1000)
    peer.reset()
    t.raises(OSError, termination.SWALLOWS_SEND_ERROR)


@EXCHANGE.trial("an address that ignores you", termination.CONNECTS_FOREVER, hidden=True)
def black_hole(t: Table) -> None:
    hole = t.black_hole()
    for budget_s in t.budgets(0.1, 0.5):
        t.start(hole, b"hello?", budget_s, hang=termination.CONNECTS_FOREVER, busy=termination.BUSY, limit_s=2.0)
        t.raises(TimeoutError, termination.NO_TIMEOUT_ERROR)


@EXCHANGE.trial("a byte shortly before the time is up, and then silence", termination.PER_RECV, hidden=True)
def late_silence(t: Table) -> None:
    for budget_s in PACES_S:
        server = t.server()
        t.start(server.address, b"slowly", budget_s, hang=termination.PER_RECV, busy=termination.BUSY)
        peer = server.accept()
        t.pause(LATE_PART * budget_s)
        t.try_to_send(peer, b".")
        came_in_time = t.since_start_s < budget_s  # on a busy machine it may not
        t.raises(TimeoutError, termination.NO_TIMEOUT_ERROR)
        went_on = came_in_time and t.outcome.seconds >= LATE_FACTOR * budget_s
        if came_in_time and not went_on:
            return
    t.require(
        not went_on,
        "your function went on after its time was up",
        termination.PER_RECV,
        expected=f"TimeoutError after {budget_s} s",
        seen=f"after {t.outcome.seconds:.2f} s",
    )


@EXCHANGE.trial("a server that never reads", termination.SENDS_FOREVER, hidden=True)
def never_reads(t: Table) -> None:
    for budget_s in t.budgets(0.1, 0.5):
        server = t.server()
        t.start(server.address, bytes(12_000_000), budget_s, hang=termination.SENDS_FOREVER, busy=termination.BUSY)
        server.accept()
        t.raises(TimeoutError, termination.NO_TIMEOUT_ERROR)
