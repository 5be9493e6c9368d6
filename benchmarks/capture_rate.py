"""Whether a capture keeps up with loopback: datagrams sent as fast as one program can, with and without it.

Usage: python benchmarks/capture_rate.py [DATAGRAMS]
"""

from __future__ import annotations

import socket
import sys
import time

from _measure import machine, require
from _own_network import enter

RATE = 100_000


def main() -> None:
    enter()
    from sockets_lab.network.netlink import Netlink
    from sockets_lab.observe.capture import capture

    with Netlink() as netlink:
        netlink.set_up(socket.if_nametoindex("lo"))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    print(f"{machine()}\n{count} datagrams of 64 bytes over loopback\n")
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mailbox,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        mailbox.bind(("127.0.0.1", 0))
        sender.connect(mailbox.getsockname())
        alone = flood(sender, count)
        with capture("lo") as captured:
            beside = flood(sender, count)
            paced = flood(sender, count, rate=RATE)
            start = time.perf_counter()
            packets = captured.packets()
            reading = time.perf_counter() - start
    start = time.perf_counter()
    complete = sum(len(packet.payload) == 64 for packet in packets)
    decoding = time.perf_counter() - start
    dropped = captured.dropped
    print(f"sent a second without a capture      {alone:12,.0f}")
    print(f"sent a second with a capture         {beside:12,.0f}   {beside / alone:.0%} of without")
    print(f"sent a second, at a given pace       {paced:12,.0f}")
    print(f"captured                             {len(packets):12,}   of {2 * count:,}")
    print(f"dropped, by the capture's own count  {dropped:12,}")
    print(f"read into packets a second           {len(packets) / reading:12,.0f}")
    print(f"decoded a second                     {len(packets) / decoding:12,.0f}\n")
    held = [
        require("every packet is captured or counted as dropped", len(packets) + dropped == 2 * count),
        require("every payload that was captured is complete", complete == len(packets)),
        require(f"keeps up with {RATE:,} a second, or says what it dropped", not dropped or bool(packets.warnings)),
    ]
    sys.exit(not all(held))


def flood(sender: socket.socket, count: int, rate: float | None = None) -> float:
    """Datagrams sent a second."""
    payload = bytes(64)
    start = time.perf_counter()
    for number in range(count):
        sender.send(payload)
        if rate is not None and number % 64 == 0:
            while number / rate > time.perf_counter() - start:
                pass
    return count / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
