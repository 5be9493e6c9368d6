from __future__ import annotations

import socket
import time

from sockets_lab.observe.capture import capture
from sockets_lab.observe.clock import monotonic_ahead_ns, time_ns

OWN_NETWORK = True
NEAR_NS = 5_000_000  # far more than the two clocks are apart, far less than one is from the other


def test_each_clock_is_brought_over_to_the_other() -> None:
    assert abs(time.time_ns() + monotonic_ahead_ns() - time.monotonic_ns()) < NEAR_NS
    assert abs(time_ns(time.monotonic_ns()) - time.time_ns()) < NEAR_NS


def test_a_packet_lies_between_marks_that_were_taken_before_and_after_it() -> None:
    with (
        capture("lo") as captured,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
    ):
        receiver.bind(("127.0.0.1", 0))
        begin = time.time_ns()
        sender.sendto(b"hello", receiver.getsockname())
        receiver.recv(10)
        end = time.time_ns()
        (packet,) = captured.wait_for(lambda packet: packet.payload == b"hello")
    assert begin <= packet.time_ns <= end
