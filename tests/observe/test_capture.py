from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys

import pytest

from sockets_lab.observe.capture import CaptureError, capture
from sockets_lab.observe.isolated_process import HelperGone

OWN_NETWORK = True


def test_every_packet_of_loopback_is_there_once_with_its_payload() -> None:
    data = os.urandom(200_000)
    with capture("lo") as captured:
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            socket.create_connection(listener.getsockname()) as one,
        ):
            other, _ = listener.accept()
            with other:
                one.sendall(data[:60_000])
                got = b""
                while len(got) < 60_000:
                    got += other.recv(1 << 16)
        packets = captured.packets()
    assert [packet.tcp.flag_names for packet in packets[:3] if packet.tcp] == ["SYN", "SYN ACK", "ACK"]
    assert b"".join(packet.payload for packet in packets) == data[:60_000]
    assert {packet.interface for packet in packets} == {"lo"}
    assert packets.warnings == []


def test_a_super_segment_of_loopback_fits() -> None:
    with capture("lo") as captured, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mailbox:
        mailbox.bind(("127.0.0.1", 0))
        mailbox.sendto(bytes(65_000), mailbox.getsockname())
        (packet,) = captured.wait_for(lambda packet: packet.udp)
    assert len(packet.payload) == 65_000


def test_a_flood_is_captured_whole_or_the_loss_is_counted() -> None:
    with capture("lo") as captured, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mailbox:
        mailbox.bind(("127.0.0.1", 0))
        for _ in range(20_000):
            mailbox.sendto(b"x", mailbox.getsockname())
        packets = captured.packets()
    assert len(packets) + captured.dropped == 20_000


def test_what_comes_faster_than_it_is_recorded_is_counted_and_said() -> None:
    with capture("lo") as captured, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mailbox:
        mailbox.bind(("127.0.0.1", 0))
        captured.packets()
        os.kill(captured._process.pid, signal.SIGSTOP)
        for _ in range(400):
            mailbox.sendto(bytes(60_000), mailbox.getsockname())
        os.kill(captured._process.pid, signal.SIGCONT)
        packets = captured.packets()
        assert 0 < len(packets) < 400
        assert len(packets) + captured.dropped == 400
        assert packets.warnings == [
            f"{captured.dropped} packets more came faster than they could be captured: they are lost."
        ]


def test_what_no_longer_fits_is_counted_and_said() -> None:
    with capture("lo", limit_bytes=1 << 20) as captured, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mailbox:
        mailbox.bind(("127.0.0.1", 0))
        for _ in range(100):
            mailbox.sendto(bytes(60_000), mailbox.getsockname())
        packets = captured.packets()
    assert len(packets) < 100
    assert packets.warnings == [f"{100 - len(packets)} packets more came when the capture's memory was full: not kept."]


def test_all_interfaces_are_captured_when_none_is_named() -> None:
    with capture() as captured, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as mailbox:
        mailbox.bind(("::1", 0))
        mailbox.sendto(b"hello", mailbox.getsockname())
        assert len(captured.wait_for(lambda packet: packet.payload == b"hello")) == 1


def test_after_close_the_packets_can_still_be_read() -> None:
    with capture("lo") as captured, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mailbox:
        mailbox.bind(("127.0.0.1", 0))
        mailbox.sendto(b"hello", mailbox.getsockname())
    assert [packet.payload for packet in captured.packets()] == [b"hello"]
    assert repr(captured) == "<capture on lo, stopped>"


def test_waiting_for_what_never_comes_says_what_was_seen() -> None:
    with (
        capture("lo") as captured,
        pytest.raises(CaptureError, match=r"0 of 1 packets within 0\.01 s; seen:\nno packets"),
    ):
        captured.wait_for(lambda packet: packet.tcp, timeout_s=0.01)


def test_an_interface_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(CaptureError, match="capture on eth9: there is no such interface; there are lo"):
        capture("eth9")


def test_without_the_right_to_it_one_sentence_says_so() -> None:
    import ctypes

    assert ctypes.CDLL(None).capset(struct.pack("=Ii", 0x20080522, 0), bytes(24)) == 0
    with pytest.raises(CaptureError, match="this process may not"):
        capture("lo")


def test_a_capture_whose_process_was_killed_says_so() -> None:
    captured = capture("lo")
    os.kill(captured._process.pid, signal.SIGKILL)
    with pytest.raises(HelperGone, match="the capture has ended"):
        captured.packets()
    captured._process.close()


def test_a_capture_is_gone_when_its_owner_was_killed() -> None:
    source = f"""
import sys
sys.path[:0] = {[path for path in sys.path if path]!r}
from sockets_lab.observe.capture import capture
captured = capture("lo")
print(captured._process.pid, flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        helper = os.pidfd_open(int(owner.stdout.readline()))
        owner.kill()
    assert select.select([helper], [], [], 10)[0]
    os.close(helper)
