from __future__ import annotations

import pytest

from sockets_lab.network.topology import Topology


def test_hosts_in_a_row_are_joined_each_to_the_next() -> None:
    plan = Topology.plan(("client", "router", "server"), None)
    assert plan.wires == (("client", "router"), ("router", "server"))
    assert [plan.is_router(host) for host in plan.hosts] == [False, True, False]


def test_an_address_tells_host_and_wire() -> None:
    plan = Topology.plan(("client", "router", "server"), None)
    assert [one.address for one in plan.interfaces] == ["10.0.0.1", "10.0.0.2", "10.0.1.2", "10.0.1.3"]
    assert [one.address6 for one in plan.interfaces] == ["fd00::1", "fd00::2", "fd00:0:0:1::2", "fd00:0:0:1::3"]
    assert [one.name for one in plan.interfaces] == ["eth0", "eth0", "eth1", "eth0"]


def test_routes_lead_the_shortest_way() -> None:
    ring = Topology.plan(("a", "b", "c", "d"), [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")])
    ways = {(one.network, one.gateway) for one in ring.routes_from("a") if "." in one.network}
    assert ways == {("10.0.1.0", "10.0.0.2"), ("10.0.2.0", "10.0.3.4")}


@pytest.mark.parametrize(
    ("hosts", "wires", "said"),
    [
        (("alone",), None, "two hosts or more"),
        (("a", "a"), None, "a name of its own"),
        (("a", "b c"), None, "letters, digits"),
        (("a", "b"), [("a", "c")], "there is no such host; there are a, b"),
        (("a", "b"), [("a", "a"), ("a", "b")], "to itself"),
        (("a", "b", "c"), [("a", "b")], "no wire leads to c"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(
    hosts: tuple[str, ...], wires: list[tuple[str, str]] | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Topology.plan(hosts, wires)
