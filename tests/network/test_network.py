from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sockets_lab.network import Network, NetworkTimeout, NetworkUnavailable, why_no_network
from sockets_lab.observe.isolated_process import HelperGone
from sockets_lab.observe.packets import Packets
from tests.leaks import held, left_since
from tests.network.counting import places
from tests.network.talking import connection, datagrams, transfer

OWN_NETWORK = True
Wait = Callable[[Callable[[], object], str], None]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_two_hosts_talk_over_tcp_and_every_packet_is_recorded(family: int) -> None:
    with Network(seed=1) as net:
        with connection(net, family=family) as (client, server):
            client.sendall(b"hello")
            assert server.recv(10) == b"hello"
        net.settle()
        packets = net.packets()
    said = [(packet.sender, packet.tcp.flag_names, packet.payload) for packet in packets if packet.tcp]
    assert said[:4] == [
        ("client", "SYN", b""),
        ("server", "SYN ACK", b""),
        ("client", "ACK", b""),
        ("client", "PSH ACK", b"hello"),
    ]
    assert len(said) == len(packets)  # nothing else: no ARP, no neighbour discovery, no listener reports
    assert all(packet.decision.startswith("arrived after ") for packet in packets)
    assert packets.warnings == []


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_two_hosts_talk_over_udp_and_a_closed_port_answers_by_icmp(family: int) -> None:
    with Network(seed=1) as net, datagrams(net, family=family) as (sender, receiver):
        sender.send(b"hello")
        assert receiver.recv(10) == b"hello"
        receiver.close()
        sender.send(b"anybody?")
        with pytest.raises(ConnectionRefusedError):
            sender.recv(10)
        last = net.packets()[-1]
        assert last.icmp is not None
        assert (last.sender, last.icmp.name) == ("server", "port unreachable")


def test_a_raw_socket_pings_the_other_host() -> None:
    with Network(seed=1) as net:
        with net.host("client"):
            ping = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        with ping:
            ping.settimeout(10)
            request = struct.pack("!BBHHH", 8, 0, 0xF7FF - 7, 7, 1)[:2] + b"\xf7\xf7" + struct.pack("!HH", 7, 1)
            ping.sendto(request, (net.host("server").address, 0))
            assert ping.recv(100)[20] == 0
        assert [packet.icmp.name for packet in net.packets() if packet.icmp] == ["echo request", "echo reply"]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_host_in_the_middle_is_a_router(family: int) -> None:
    with Network("client", "router", "server", seed=1) as net:
        with connection(net, family=family) as (client, server):
            client.sendall(b"hello")
            assert server.recv(10) == b"hello"
        packets = net.packets()
        syns = [packet for packet in packets if packet.tcp and packet.tcp.flag_names == "SYN"]
        assert [(packet.sender, packet.receiver) for packet in syns] == [("client", "router"), ("router", "server")]
        hops = [getattr(packet.network, "ttl", None) or getattr(packet.network, "hop_limit", None) for packet in syns]
        assert hops == [64, 63]
        assert [flow.repeats for flow in packets.flows()[:2] if flow] == [False, False]
        assert len(net.wire("client", "router").packets()) == len(packets) // 2


STAR = [("hub", "a"), ("hub", "b"), ("hub", "c")]
RING = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize(
    ("hosts", "wires", "way"),
    [
        ("a hub b c", STAR, ["a > hub", "hub > c"]),
        ("a b d c", RING, ["a > b", "b > c"]),
        ("a b c d e", None, ["a > b", "b > c", "c > d", "d > e"]),
    ],
    ids=["star", "ring", "chain"],
)
def test_hosts_reach_each_other_over_others_the_shortest_way(
    family: int, hosts: str, wires: list[tuple[str, str]] | None, way: list[str]
) -> None:
    with Network(*hosts.split(), wires=wires, seed=1) as net, datagrams(net, family=family) as (sender, receiver):
        sender.send(b"hello")
        data, address = receiver.recvfrom(10)
        receiver.sendto(data, address)
        assert sender.recv(10) == b"hello"
        steps = [f"{packet.sender} > {packet.receiver}" for packet in net.packets() if packet.payload == b"hello"]
        assert steps[: len(way)] == way
        assert len(steps) == 2 * len(way)
        assert net.losses() == []


def test_a_big_transfer_loses_nothing_that_nobody_scripted() -> None:
    with Network(seed=1) as net:
        with connection(net) as (client, server):
            transfer(client, server, 8 << 20)
        packets = net.packets()
        assert net.losses() == []
        flows = packets.flows()
        assert not any(packet.dropped for packet in packets)
        new = [packet for packet, flow in zip(packets, flows, strict=True) if flow and not flow.repeats]
        data = [packet for packet in new if packet.sender == "client" and packet.payload]
        assert sum(len(packet.payload) for packet in data) == 8 << 20
        assert max(len(packet.frame) for packet in data) == 1514


def test_loss_that_nobody_scripted_is_said() -> None:
    with Network(seed=1) as net, datagrams(net) as (sender, _receiver):
        os.kill(net._running.process.pid, signal.SIGSTOP)
        for _ in range(6000):
            sender.send(b"x")
        os.kill(net._running.process.pid, signal.SIGCONT)
        packets = net.packets()
        assert len(packets) < 6000
        lost = 6000 - len(packets)
        assert (
            net.losses()[0] == f"{lost} packets of client's came faster than the wire could take them: lost unscripted."
        )
        assert str(packets).endswith(net.losses()[-1])


def test_a_record_that_is_full_says_how_many_it_does_not_show() -> None:
    with Network(seed=1, limit_bytes=1 << 24) as net:
        with connection(net) as (client, server):
            transfer(client, server, 20 << 20)
        packets = net.packets()
        assert "the record was full: not shown" in packets.warnings[0]
        assert sum(len(packet.frame) for packet in packets) < 1 << 24


def test_after_close_the_packets_can_still_be_read_and_nothing_else_works() -> None:
    net = Network(seed=1)
    with datagrams(net) as (sender, receiver):
        sender.send(b"hello")
        receiver.recv(10)
    net.close()
    net.close()
    assert [packet.payload for packet in net.packets()] == [b"hello"]
    with pytest.raises(HelperGone, match="make another"):
        net.wire().cut()


def test_a_wires_process_that_was_killed_is_named_in_the_next_error() -> None:
    with pytest.raises(HelperGone, match="the wires' process has ended"), Network(seed=1) as net:
        os.kill(net._running.process.pid, signal.SIGKILL)
        net.packets()


OWNER = """
import sys
sys.path[:0] = {path!r}
from sockets_lab.network import Network
net = Network(seed=1)
print(net._running.process.pid, flush=True)
with net.host("server"):
    input()
"""


def test_a_network_is_gone_when_its_owner_was_killed(wait_until: Wait) -> None:
    # As many namespaces as one network takes: the next one can only be made when the one before is gone.
    Path("/proc/sys/user/max_net_namespaces").write_text("4")
    for _ in range(3):
        source = OWNER.format(path=[path for path in sys.path if path])
        with subprocess.Popen(
            [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as owner:
            assert owner.stdout is not None
            wire = os.pidfd_open(int(owner.stdout.readline()))
            owner.kill()
        assert select.select([wire], [], [], 10)[0], "the wires' process outlives its owner"
        os.close(wire)
    wait_until(lambda: not why_no_network(), "namespaces are gone")


def test_what_sockets_still_had_to_send_does_not_keep_a_network(wait_until: Wait) -> None:
    with places(3) as hosts_and_wires:
        with Network(seed=1) as net, connection(net) as (client, server):
            net.wire().cut()
            client.sendall(b"never read")
            server.shutdown(socket.SHUT_WR)
            net.close()
        wait_until(hosts_and_wires.all_free, "the network is gone; the kernel's own way takes two minutes")


def test_networks_one_after_the_other_leave_nothing() -> None:
    Path("/proc/sys/user/max_net_namespaces").write_text("16")
    made = 0
    deadline = time.monotonic() + 30
    while made < 12:
        try:
            Network(seed=1).close()
        except NetworkUnavailable:  # the kernel clears away in the background
            assert time.monotonic() < deadline
            time.sleep(0.02)
        else:
            made += 1


@pytest.mark.parametrize("after_s", [0.005, 0.02, 0.05, 0.08, 0.2])
def test_the_stop_button_leaves_no_half_network(after_s: float) -> None:
    before = held(Path(os.environ["TMPDIR"]))
    button = threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGINT))

    def talk() -> None:
        button.start()
        while True:
            with Network(seed=1) as net, datagrams(net) as (sender, receiver):
                sender.send(b"hello")
                receiver.recv(10)

    with pytest.raises(KeyboardInterrupt):
        talk()
    button.join()
    assert left_since(before, Path(os.environ["TMPDIR"])) == []


def test_a_network_that_is_no_longer_used_ends() -> None:
    net = Network(seed=1)
    wire = os.pidfd_open(net._running.process.pid)
    del net
    assert select.select([wire], [], [], 10)[0]
    os.close(wire)


def test_waiting_for_a_packet_that_never_comes_says_what_was_seen() -> None:
    with Network(seed=1) as net, datagrams(net) as (sender, receiver):
        sender.send(b"hello")
        receiver.recv(10)
        assert net.wait_for(lambda packet: packet.payload == b"hello")[0].sender == "client"
        with pytest.raises(NetworkTimeout, match=r"0 of 1 packets within 0.01 s; seen:\n(.|\n)*5 bytes"):
            net.wait_for(lambda packet: packet.payload == b"bye", timeout_s=0.01)


def test_the_table_names_hosts_and_decisions_and_a_file_keeps_them(tmp_path: Path) -> None:
    with Network(seed=1, delay_s=0.001) as net:
        with datagrams(net) as (sender, receiver):
            sender.send(b"hello")
            receiver.recv(10)
            net.wire().cut()
            sender.send(b"lost")
        packets = net.packets()
    lines = str(packets).splitlines()
    assert "client:" in lines[1] and "> server:9000" in lines[1] and "arrived after " in lines[1]
    assert lines[2].endswith("4 bytes  dropped: cut")
    packets.save(tmp_path / "two.pcapng")
    again = Packets.load(tmp_path / "two.pcapng")
    assert [packet.decision for packet in again] == [packet.decision for packet in packets]
    assert [(packet.sender, packet.frame, packet.time_ns) for packet in again] == [
        (packet.sender, packet.frame, packet.time_ns) for packet in packets
    ]


def test_a_name_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with Network(seed=1) as net:
        with pytest.raises(ValueError, match="there is no host 'sever'; there are client, server"):
            net.host("sever")
        with pytest.raises(ValueError, match="no wire joins 'client' and 'sever'; there are client - server"):
            net.wire("client", "sever")
        with pytest.raises(TypeError, match="a wire has no 'lag'; it has delay_s"):
            net.wire().impair(lag=3)
    with pytest.raises(ValueError, match="mtu is in bytes"):
        Network(mtu=100)


def test_without_the_right_to_it_one_sentence_says_what_to_do() -> None:
    _give_up_privileges()
    assert "Sockets Lab" in why_no_network()
    with pytest.raises(NetworkUnavailable, match="this kernel may not"):
        Network()


def _give_up_privileges() -> None:
    import ctypes

    header = struct.pack("=Ii", 0x20080522, 0)
    assert ctypes.CDLL(None).capset(header, bytes(24)) == 0
