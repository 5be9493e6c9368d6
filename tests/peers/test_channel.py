"""Messages between the lab's processes, and what becomes of descriptors when the other end misbehaves."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sockets_lab.peers.channel import MAX_BODY_BYTES, BadMessage, Channel, ChannelClosed, ChannelError, ChannelTimeout

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=50) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)


def header(length: int, fds: int = 0) -> bytes:
    return struct.pack(">IB", length, fds)


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@contextmanager
def channel_and_stranger() -> Iterator[tuple[Channel, socket.socket]]:
    """Our end of a channel, and a raw socket at the other end that may send anything."""
    ours, theirs = socket.socketpair()
    with Channel(ours) as channel, theirs:
        yield channel, theirs


@given(PLAIN)
@settings(max_examples=200, deadline=None)
def test_a_message_arrives_as_it_was_sent(message: object) -> None:
    near, far = Channel.pair()
    with near, far:
        near.send(message)
        assert far.receive(timeout_s=5) == (message, [])


def test_messages_keep_their_order_and_boundaries() -> None:
    near, far = Channel.pair()
    with near, far:
        for number in range(100):
            near.send([number] * number)
        assert [far.receive(timeout_s=5)[0] for _ in range(100)] == [[number] * number for number in range(100)]


def test_descriptors_travel_and_refer_to_the_same_file() -> None:
    near, far = Channel.pair()
    read_end, write_end = os.pipe()
    with near, far:
        near.send("a pipe", [write_end])
        message, fds = far.receive(timeout_s=5)
    os.close(write_end)
    assert message == "a pipe"
    assert len(fds) == 1
    assert not os.get_inheritable(fds[0])
    os.write(fds[0], b"through the duplicate")
    os.close(fds[0])
    assert os.read(read_end, 100) == b"through the duplicate"
    os.close(read_end)


def test_text_that_is_not_unicode_still_arrives_as_text() -> None:
    near, far = Channel.pair()
    with near, far:
        near.send({"text": "half a pair: \ud800"})
        assert far.receive(timeout_s=5) == ({"text": r"half a pair: \ud800"}, [])


def test_a_closed_other_end_is_said_to_be_closed() -> None:
    near, far = Channel.pair()
    with near:
        far.close()
        with pytest.raises(ChannelClosed):
            near.receive(timeout_s=5)
        with pytest.raises(ChannelClosed):
            for _ in range(100):
                near.send("x" * 10000)


@pytest.mark.parametrize("sent", [b"", b"\0", header(5)[:4], header(5), header(5) + b"1234"])
def test_a_message_cut_short_is_an_end_not_a_message(sent: bytes) -> None:
    with channel_and_stranger() as (channel, stranger):
        stranger.sendall(sent)
        stranger.shutdown(socket.SHUT_WR)
        with pytest.raises(ChannelClosed):
            channel.receive(timeout_s=5)


@pytest.mark.parametrize("sent", [b"", header(5)[:3], header(5) + b"12"])
def test_a_message_that_never_ends_times_out(sent: bytes) -> None:
    with channel_and_stranger() as (channel, stranger):
        stranger.sendall(sent)
        with pytest.raises(ChannelTimeout):
            channel.receive(timeout_s=0.05)


def test_the_time_is_for_the_whole_message_however_steadily_it_trickles() -> None:
    """A timeout for each system call would begin anew with every byte."""
    with channel_and_stranger() as (channel, stranger):
        stranger.sendall(header(MAX_BODY_BYTES))
        enough = threading.Event()

        def trickle() -> None:
            with suppress(OSError):
                while not enough.wait(0.005):
                    stranger.send(b"x")

        thread = threading.Thread(target=trickle)
        thread.start()
        started = time.monotonic()
        try:
            with pytest.raises(ChannelTimeout):
                channel.receive(timeout_s=0.2)
        finally:
            enough.set()
            thread.join()
        assert time.monotonic() - started >= 0.2


def test_the_time_is_for_the_whole_message_however_fast_it_floods() -> None:
    """Bytes that are always there already never make recv wait."""

    class Flooded(socket.socket):
        def recv(self, *_: object) -> bytes:
            return b"x"

    ours, stranger = socket.socketpair()
    with Channel(Flooded(fileno=ours.detach())) as channel, stranger:
        stranger.sendall(header(MAX_BODY_BYTES))
        with pytest.raises(ChannelTimeout):
            channel.receive(timeout_s=0.05)


def test_an_oversized_claim_is_refused_before_its_body_comes() -> None:
    with channel_and_stranger() as (channel, stranger):
        stranger.sendall(header(MAX_BODY_BYTES + 1))
        with pytest.raises(BadMessage, match="claims"):
            channel.receive(timeout_s=5)


def test_an_oversized_message_is_refused_by_its_sender() -> None:
    near, far = Channel.pair()
    with near, far:
        with pytest.raises(BadMessage, match="too large"):
            near.send(bytes(MAX_BODY_BYTES))
        with pytest.raises(BadMessage, match="too large"):
            near.send("descriptors", [0] * 129)
        near.send("still usable")
        assert far.receive(timeout_s=5)[0] == "still usable"


def test_what_cannot_be_packed_is_refused_by_its_sender() -> None:
    near, far = Channel.pair()
    with near, far, pytest.raises(BadMessage, match="object"):
        near.send(object())


@given(st.binary(min_size=1, max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_message_or_a_channel_error(garbage: bytes) -> None:
    with channel_and_stranger() as (channel, stranger):
        stranger.sendall(garbage)
        stranger.shutdown(socket.SHUT_WR)
        with suppress(ChannelError):
            channel.receive(timeout_s=5)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_body_is_plain_data_or_a_bad_message(body: bytes) -> None:
    with channel_and_stranger() as (channel, stranger):
        stranger.sendall(header(len(body)) + body)
        with suppress(BadMessage):
            assert only_plain(channel.receive(timeout_s=5)[0])


def only_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(map(only_plain, value))
    if isinstance(value, dict):
        return all(only_plain(key) and only_plain(item) for key, item in value.items())
    return value is None or type(value) in (bool, int, float, str, bytes)


def test_an_extension_type_is_no_plain_data() -> None:
    body = msgpack.packb([msgpack.ExtType(5, b"x")])
    with channel_and_stranger() as (channel, stranger):
        stranger.sendall(header(len(body)) + body)
        with pytest.raises(BadMessage, match="extension"):
            channel.receive(timeout_s=5)


def test_deep_nesting_is_a_bad_message() -> None:
    body = b"\x91" * 100_000 + b"\xc0"
    with channel_and_stranger() as (channel, stranger):
        stranger.sendall(header(len(body)) + body)
        with pytest.raises(BadMessage):
            channel.receive(timeout_s=5)


@pytest.mark.parametrize(
    ("announced", "sent", "body"),
    [
        (0, 1, b"\xc0"),  # descriptors that nobody announced
        (2, 1, b"\xc0"),  # fewer than announced
        (1, 1, b"\xc1"),  # a body that is no message
        (1, 1, b""),  # a body that never comes
    ],
)
def test_no_descriptor_stays_open_after_a_bad_message(announced: int, sent: int, body: bytes) -> None:
    with ExitStack() as stack:
        channel, stranger = stack.enter_context(channel_and_stranger())
        pipe = os.pipe()
        for fd in pipe:
            stack.callback(os.close, fd)
        before = open_descriptors()
        socket.send_fds(stranger, [header(1, announced)], [pipe[0]] * sent)
        stranger.sendall(body)
        with pytest.raises(ChannelError):
            channel.receive(timeout_s=0.2)
        assert open_descriptors() == before


def test_descriptors_hidden_in_a_body_are_not_let_in() -> None:
    with channel_and_stranger() as (channel, stranger):
        before = open_descriptors()
        stranger.sendall(header(1))
        socket.send_fds(stranger, [b"\xc0"], [0, 1, 2])
        assert channel.receive(timeout_s=5) == (None, [])
        assert open_descriptors() == before


def test_more_descriptors_than_allowed_leave_none_open() -> None:
    with channel_and_stranger() as (channel, stranger):
        before = open_descriptors()
        socket.send_fds(stranger, [header(1, 255)], [0] * 250)
        stranger.sendall(b"\xc0")
        with pytest.raises(BadMessage):
            channel.receive(timeout_s=5)
        assert open_descriptors() == before


def test_descriptors_with_each_byte_of_the_header_are_bounded() -> None:
    """A header may arrive in pieces, each with its own load."""
    with channel_and_stranger() as (channel, stranger):
        before = open_descriptors()
        for byte in header(1, 4):
            socket.send_fds(stranger, [bytes([byte])], [0])
        stranger.sendall(b"\xc0")
        with pytest.raises(BadMessage):
            channel.receive(timeout_s=5)
        assert open_descriptors() == before


def test_a_reader_that_does_not_read_times_out_the_sender() -> None:
    near, far = Channel.pair()
    with near, far, pytest.raises(ChannelTimeout):
        near.send(bytes(8_000_000), timeout_s=0.05)
