"""How exact a wire of 10 ms is, idle and beside busy code: round trips of 5 ms each way, and how long a network takes.

Usage: python benchmarks/wire_delay.py [ROUND_TRIPS]
"""

from __future__ import annotations

import multiprocessing
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from _measure import Spread, machine, require, show, timed
from _own_network import enter

ONE_WAY_S = 0.005
LONGEST_MS, MADE_WITHIN_MS = 11.0, 100.0
BUSY = "while True: pass"


def main() -> None:
    enter()
    from sockets_lab.network import Network

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{machine()}\nround trips through two ways of {ONE_WAY_S * 1e3:g} ms, {count} of them, in ms\n")
    print(f"{'':44}{'path: median':>14}{'90 of 100':>11}{'99 of 100':>11}{'   seen by the program: median':>31}")
    paths = {}
    for name, busy in (
        ("idle", None),
        ("two busy threads in the same process", threads),
        ("two busy programs", programs),
    ):
        stop = busy() if busy else lambda: None
        try:
            with Network(seed=1, delay_s=ONE_WAY_S) as net:
                seen = round_trips(net, count)
                packets = net.packets()
        finally:
            stop()
        one_way = [
            (packet.fate.arrived_ns - packet.time_ns) / 1e6
            for packet in packets
            if packet.fate is not None and packet.fate.arrived_ns is not None
        ]
        both = sorted(there + back for there, back in zip(one_way[::2], one_way[1::2], strict=True))
        paths[name] = statistics.median(both)
        at = [both[int(len(both) * share)] for share in (0.5, 0.9, 0.99)]
        print(f"{name:44}{at[0]:14.2f}{at[1]:11.2f}{at[2]:11.2f}{statistics.median(seen) * 1e3:31.2f}")
    print()
    held = [
        require(f"10 ms, {name}: at most {LONGEST_MS:g} ms in the median: {median:.2f}", median <= LONGEST_MS)
        for name, median in paths.items()
    ]
    made, closed = making_and_closing(20)
    bare = Spread.of([timed(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)) for _ in range(20)])
    print()
    show({"a bare Python": bare, "two hosts and a wire, made": made, "closed": closed}, beside="a bare Python")
    made_ms = made.median * 1e3
    held.append(require(f"made in under {MADE_WITHIN_MS:g} ms: {made_ms:.1f}", made_ms < MADE_WITHIN_MS))
    sys.exit(not all(held))


def making_and_closing(times: int) -> tuple[Spread, Spread]:
    """How long each takes; between two networks the kernel has time to clear the one before away."""
    from sockets_lab.network import Network

    made, closed = [], []
    for _ in range(times):
        time.sleep(0.2)
        begun = time.perf_counter()
        net = Network(seed=1)
        made.append(time.perf_counter() - begun)
        closed.append(timed(net.close))
    return Spread.of(made), Spread.of(closed)


def round_trips(net: Any, count: int) -> list[float]:
    """Seconds that each took, as the programs see it; the other side is a process of its own."""
    context = multiprocessing.get_context("fork")
    theirs, ours = context.Pipe()

    def echo() -> None:
        with net.host("server"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((net.host("server").address, 9000))
            theirs.send("ready")
            for _ in range(count):
                data, address = server.recvfrom(100)
                server.sendto(data, address)

    process = context.Process(target=echo)
    process.start()
    ours.recv()
    with net.host("client"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((net.host("server").address, 9000))
        client.settimeout(10)
        taken = []
        for _ in range(count):
            start = time.perf_counter()
            client.send(b"x")
            client.recv(100)
            taken.append(time.perf_counter() - start)
    process.join()
    return taken


def threads() -> Callable[[], None]:
    """Start two busy threads; how to stop them."""
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            pass

    for _ in range(2):
        threading.Thread(target=spin).start()
    return stop.set


def programs() -> Callable[[], None]:
    """Start two busy programs; how to stop them."""
    started = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]

    def stop() -> None:
        for one in started:
            one.kill()
            one.wait()

    return stop


BESIDE: dict[str, Callable[[], Callable[[], object]]] = {
    "idle": lambda: lambda: None,
    "two busy threads in the same process": threads,
    "two busy programs": programs,
}

if __name__ == "__main__":
    main()
