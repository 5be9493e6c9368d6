"""Hosts and wires in a lab kernel, as an ordinary user."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.kernel.conftest import ROOT

NOTEBOOK = """
import json, sys
sys.path.append({root!r})
from sockets_lab.kernel.owner import release
from tests.kernel.kernels import LabKernel

SEEN = '''
import json, os, socket, threading, time
from sockets_lab import Network, capture, connections, echo, serve, socket_state
from sockets_lab.network import SYN, drop
from tests.network.talking import connection, datagrams

found = dict(user=os.getuid())
with Network("client", "router", "server", seed=1) as net:
    for family in (socket.AF_INET, socket.AF_INET6):
        with connection(net, family=family) as (client, server):
            client.sendall(b"hello")
            found[f"TCP {{family.name}}"] = server.recv(10).decode()
        with datagrams(net, family=family) as (sender, receiver):
            sender.send(b"hello")
            found[f"UDP {{family.name}}"] = receiver.recv(10).decode()
    with net.host("client"):
        ping = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    with ping:
        ping.settimeout(10)
        ping.sendto(bytes([8, 0, 0xF7, 0xF7, 0, 7, 0, 1]), (net.host("server").address, 0))
        found["ICMP"] = ping.recv(100)[20]
    with net.host("server"):
        server = serve(echo, host=net.host("server").address)
    with net.host("client"):
        client = socket.create_connection(server.address, timeout=10)
    with server, client:
        client.sendall(b"hello")
        found["server in a host"] = client.recv(10).decode()
        found["state"] = socket_state(client).state
        with net.host("server"):
            found["there"] = [row.state for row in connections(server.address[1])]
        found["here"] = len(connections(server.address[1]))
    found["losses"] = net.losses()
with Network(seed=1, rules=[drop(first=SYN)]) as net:
    begin = time.monotonic()
    with connection(net):
        found["connect_s"] = time.monotonic() - begin
    net.settle()
    found["first"] = [(packet.tcp.flag_names, packet.decision.partition(" ")[0]) for packet in net.packets()[:3]]
with capture("lo") as captured, serve(echo) as server, socket.create_connection(server.address) as client:
    client.sendall(b"hello")
    client.recv(10)
    found["captured"] = len(captured.wait_for(lambda packet: packet.payload == b"hello", count=2))
print(json.dumps(found))
'''
with LabKernel() as lab:
    print(lab.text("import sys; sys.path.append({root!r})\\n" + SEEN))
release()
"""


@pytest.fixture(scope="module")
def seen(as_learner: Callable[[str], str]) -> Any:
    """What a cell of an ordinary user's notebook saw."""
    return json.loads(as_learner(NOTEBOOK.format(root=str(ROOT))))


def test_ordinary_user_hosts_talk_by_every_protocol_over_a_router(seen: dict[str, Any]) -> None:
    assert seen["user"] != 0
    spoken = [f"{protocol} {family}" for protocol in ("TCP", "UDP") for family in ("AF_INET", "AF_INET6")]
    assert [seen[one] for one in spoken] == ["hello"] * 4
    assert (seen["ICMP"], seen["losses"]) == (0, [])


def test_ordinary_user_first_syn_dropped_connect_takes_a_second_and_the_packets_show_it(seen: dict[str, Any]) -> None:
    assert seen["first"] == [["SYN", "dropped:"], ["SYN", "arrived"], ["SYN ACK", "arrived"]]
    assert 0.9 < seen["connect_s"] < 3  # the kernel's first timeout for a SYN, RFC 6298 section 2


def test_ordinary_user_server_in_a_host_is_reached_and_its_sockets_are_seen_there_alone(seen: dict[str, Any]) -> None:
    assert seen["server in a host"] == "hello"
    assert (seen["state"], seen["there"], seen["here"]) == ("ESTABLISHED", ["LISTEN", "ESTABLISHED"], 0)


def test_ordinary_user_capture_on_loopback_works_beside_it(seen: dict[str, Any]) -> None:
    assert seen["captured"] == 2
