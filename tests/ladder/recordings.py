"""Recordings made by hand: packets with the bytes that a kernel would have sent, and the calls beside them."""

from __future__ import annotations

import socket
import struct
from typing import Any

from sockets_lab.ladder.calls import Call, SocketSeen
from sockets_lab.ladder.recording import Recorded
from sockets_lab.observe.packets import Packet, Packets
from sockets_lab.observe.packets_fate import Fate

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
CLIENT, SERVER = ("127.0.0.1", 49152), ("127.0.0.1", 8080)
START_NS = 1_700_000_000_000_000_000
STEP_NS = 100_000


def segment(
    source: tuple[str, int],
    target: tuple[str, int],
    flags: int,
    seq: int,
    ack: int = 0,
    payload: bytes = b"",
    window: int = 512,
) -> bytes:
    """A frame of Ethernet, IPv4 and TCP."""
    tcp = struct.pack("!HHIIBBHHH", source[1], target[1], seq, ack, 5 << 4, flags, window, 0, 0)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40 + len(payload), 1, 0x4000, 64, 6, 0)
    return bytes(12) + b"\x08\x00" + ip + socket.inet_aton(source[0]) + socket.inet_aton(target[0]) + tcp + payload


class Talk:
    """A connection as it goes over the wire, packet by packet.

    With ``hosts`` it goes over a wire, where each packet has a fate; without, over loopback.
    """

    def __init__(self, *, hosts: bool = False) -> None:
        self.hosts = hosts
        self.now = START_NS
        self.packets: list[Packet] = []
        self.calls: list[Call] = []
        self.client, self.server = (("10.0.0.1", 49152), ("10.0.0.2", 8080)) if hosts else (CLIENT, SERVER)
        self._next = {"client": 1000, "server": 5000}

    def send(
        self,
        who: str,
        flags: int,
        payload: bytes = b"",
        *,
        back: int = 0,
        ack_less: int = 0,
        window: int = 512,
        takes_ns: int = 0,
        **fate: Any,
    ) -> int:
        """``who`` sends a segment ``back`` bytes before where it is, acknowledging ``ack_less`` less than all."""
        other = "server" if who == "client" else "client"
        ends = (self.client, self.server) if who == "client" else (self.server, self.client)
        seq = self._next[who] - back
        ack = self._next[other] - ack_less if flags & ACK else 0
        frame = segment(*ends, flags, seq, ack, payload, window)
        self._next[who] = max(self._next[who], seq + len(payload) + bool(flags & (SYN | FIN)))
        self.now += STEP_NS
        arrived = None if fate.get("dropped") else self.now + takes_ns
        self.packets.append(
            Packet(
                self.now,
                frame,
                len(frame),
                sender=who if self.hosts else "",
                receiver=other if self.hosts else "",
                fate=Fate(arrived, **fate) if self.hosts else None,
            )
        )
        return len(self.packets)

    def handshake(self) -> None:
        """Three packets."""
        self.send("client", SYN)
        self.send("server", SYN | ACK)
        self.send("client", ACK)

    def goodbye(self) -> None:
        """The client ends, then the server."""
        self.send("client", FIN | ACK)
        self.send("server", FIN | ACK)
        self.send("client", ACK)

    def call(self, name: str, source: str, *, takes_ns: int = 1, sock: int = 0, **more: Any) -> int:
        """A call that begins now; what is sent within ``takes_ns`` happens in it."""
        self.now += STEP_NS
        number = len(self.calls)
        begun = self.now
        self.calls.append(
            Call(number, sock, name, f"{name}()", number + 1, "cell", source, begun, begun + takes_ns, **more)
        )
        return number

    def recorded(self, *, missing: tuple[str, ...] = (), server: str = "echo") -> Recorded:
        """What a recording would hold."""
        return Recorded(
            tuple(self.calls),
            (SocketSeen(0, "AF_INET", "SOCK_STREAM", self.client, self.server),),
            Packets(
                sorted(self.packets, key=lambda packet: packet.time_ns),
                names={"10.0.0.1": "client", "10.0.0.2": "server"} if self.hosts else {},
            ),
            ((server, self.server),) if server and not self.hosts else (),
            ("client", "server") if self.hosts else (),
            START_NS,
            self.now,
            missing,
        )


def five_packets() -> Recorded:
    """A call that connects, and five bytes that are acknowledged."""
    talk = Talk()
    talk.call(
        "connect", "sock.connect(server.address)", takes_ns=4 * STEP_NS, state_before="CLOSE", state_after="ESTABLISHED"
    )
    talk.handshake()
    talk.now += 2 * STEP_NS
    talk.call(
        "sendall", 'sock.sendall(b"hello")', takes_ns=STEP_NS + 1, state_before="ESTABLISHED", state_after="ESTABLISHED"
    )
    talk.send("client", PSH | ACK, b"hello")
    talk.send("server", ACK)
    return talk.recorded()


def many_packets(count: int) -> Recorded:
    """A handshake, data in segments of 1,448 bytes with an acknowledgement for every second one, and a goodbye."""
    talk = Talk()
    talk.handshake()
    for number in range(count - 6):
        if number % 3 == 2:
            talk.send("server", ACK)
        else:
            talk.send("client", PSH | ACK, bytes(1448))
    talk.goodbye()
    return talk.recorded()


def trouble() -> Recorded:
    """A wire that drops the first SYN, duplicates a segment, and reorders others."""
    talk = Talk(hosts=True)
    talk.call("connect", "sock.connect(address)", takes_ns=5 * STEP_NS)
    talk.send("client", SYN, dropped=True, cause="drop(first=SYN)")
    talk.send("client", SYN, back=1, takes_ns=10)
    talk.send("server", SYN | ACK, takes_ns=10)
    talk.send("client", ACK, takes_ns=10)
    talk.now += 5 * STEP_NS
    talk.send("client", PSH | ACK, b"one", takes_ns=int(2.5 * STEP_NS), overtaken=True, cause="reordering")
    talk.send("client", PSH | ACK, b"two", takes_ns=10)
    talk.send("server", ACK, ack_less=6, takes_ns=10)
    talk.send("client", PSH | ACK, b"three", takes_ns=10)
    copied = talk.packets[-1]
    talk.packets.append(
        Packet(
            copied.time_ns, copied.frame, sender="client", receiver="server", fate=Fate(copied.time_ns + 20, copy=True)
        )
    )
    talk.send("server", ACK, window=0, takes_ns=10)
    talk.send("client", ACK, takes_ns=10)
    talk.send("server", RST | ACK, takes_ns=10)
    return talk.recorded()
