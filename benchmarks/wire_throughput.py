"""TCP through a wire that records every packet, beside a veth pair without a wire: MB/s, and the one as a share.

Usage: python benchmarks/wire_throughput.py [MB]
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from _measure import machine, require
from _own_network import enter

MTU = 1500
ADDRESS = "10.0.0.2"
LEAST_MB_S = 100
WIRES: dict[str, dict[str, Any]] = {
    "wire, every packet recorded": {},
    "with 1 ms of delay": {"delay_s": 0.001},
    "with delay, jitter, loss of 1 in 10,000": {"delay_s": 0.001, "jitter_s": 0.0002, "loss": 0.0001},
}


def main() -> None:
    enter()
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{machine()}\nTCP, MTU {MTU}, {megabytes} MB each, the best of three in turn\n")
    measures: dict[str, Callable[[], float]] = {
        "direct veth, as it comes": lambda: through_veth(megabytes, offload=True),
        "direct veth, nothing offloaded": lambda: through_veth(megabytes, offload=False),
    }
    for name, impairments in WIRES.items():
        measures[name] = lambda impairments=impairments: through_wire(megabytes, impairments)  # type: ignore[misc]
    best = dict.fromkeys(measures, 0.0)
    for _ in range(3):
        for name, measure in measures.items():
            best[name] = max(best[name], measure())
    first, second, wire, *_ = best.values()
    print(f"{'':40}{'MB/s':>8}{'of the veth':>14}{'of it, nothing offloaded':>27}")
    for name, rate in best.items():
        print(f"{name:40}{rate:8.0f}{rate / first:14.1%}{rate / second:27.1%}")
    print()
    holds = require(f"the wire carries {LEAST_MB_S} MB/s with every packet recorded: {wire:.0f}", wire >= LEAST_MB_S)
    sys.exit(not holds)


def through_wire(megabytes: int, impairments: dict[str, Any]) -> float:
    from sockets_lab.network import Network

    with Network(seed=1, mtu=MTU, **impairments) as net:
        rate = carried(net.host("client").__enter__, net.host("server").__enter__, megabytes)
        for loss in net.losses():
            print(loss)
        return rate


def through_veth(megabytes: int, *, offload: bool) -> float:
    """The same transfer between two namespaces joined by a pair of interfaces."""
    from sockets_lab.network.building import offload_nothing
    from sockets_lab.network.namespaces import enter_namespace, in_thread, new_namespace
    from sockets_lab.network.netlink import Netlink

    def build() -> tuple[int, int]:
        first, second = new_namespace(), new_namespace()
        enter_namespace(first)
        with Netlink() as netlink:
            netlink.make_veth("eth0", "02:00:00:00:00:01", MTU, "eth0", "02:00:00:00:00:02", second)
        for namespace, address in ((first, "10.0.0.1"), (second, ADDRESS)):
            enter_namespace(namespace)
            index = socket.if_nametoindex("eth0")
            if not offload:
                offload_nothing("eth0")
            with Netlink() as netlink:
                netlink.set_up(index)
                netlink.add_address(index, address, 24)
        return first, second

    first, second = in_thread(build)
    try:
        return carried(lambda: enter_namespace(first), lambda: enter_namespace(second), megabytes)
    finally:
        os.close(first)
        os.close(second)


def carried(enter_client: Callable[[], object], enter_server: Callable[[], object], megabytes: int) -> float:
    """MB/s between two processes, from accept to the end of file."""
    context = multiprocessing.get_context("fork")
    theirs, ours = context.Pipe()

    def serve() -> None:
        enter_server()
        with socket.create_server((ADDRESS, 8080)) as listener:
            theirs.send("listening")
            connection, _ = listener.accept()
            with connection:
                buffer = bytearray(1 << 18)
                start = time.perf_counter()
                got = 0
                while count := connection.recv_into(buffer):
                    got += count
                theirs.send(got / 1e6 / (time.perf_counter() - start))

    def send() -> None:
        enter_client()
        chunk = bytes(1 << 18)
        with socket.create_connection((ADDRESS, 8080)) as connection:
            for _ in range(megabytes * 1_000_000 // len(chunk)):
                connection.sendall(chunk)

    server = context.Process(target=serve)
    server.start()
    ours.recv()
    client = context.Process(target=send)
    client.start()
    rate: float = ours.recv()
    client.join()
    server.join()
    return rate


if __name__ == "__main__":
    main()
