"""Which lifelines there are, and which packets and sockets belong to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sockets_lab.ladder.calls import Address, SocketSeen
from sockets_lab.ladder.model import Lifeline
from sockets_lab.ladder.recording import Recorded
from sockets_lab.observe.decode import LINK_RAW, decode
from sockets_lab.observe.decode_headers import ACK, SYN, Icmp, Ipv4, Ipv6, Tcp, Udp
from sockets_lab.observe.packets import Packet, Packets

MOST_LIFELINES = 5
_PROTOCOLS = {"SOCK_STREAM": "tcp", "SOCK_DGRAM": "udp"}
_ANYWHERE = ("0.0.0.0", "::")
_ECHO_REQUESTS = {4: 8, 6: 128}
_HOUSEKEEPING = range(130, 144)  # ICMPv6: who is there, and who routes; RFC 4861, RFC 2710
End = tuple[str, str, int]  # protocol, IP address, port
YOU: End = ("icmp", "you", 0)


@dataclass
class Ends:
    """The lifelines of a recording.

    Attributes:
        lifelines: from left to right.
        packets: those that concern the recording's sockets and servers.
        of_packet: for each of them the numbers of the lifelines that it leaves and is for.
        of_socket: the lifeline of each socket's number.
    """

    lifelines: tuple[Lifeline, ...] = ()
    packets: Packets = field(default_factory=Packets)
    of_packet: list[tuple[int, int]] = field(default_factory=list)
    of_socket: dict[int, int] = field(default_factory=dict)


def find_ends(recorded: Recorded) -> Ends:
    """The lifelines: the hosts of a network; on loopback, the sockets' addresses."""
    return _of_hosts(recorded) if recorded.hosts else _of_addresses(recorded)


def ends_of(packet: Packet) -> tuple[End, End] | None:
    """Source and destination of a segment or a datagram; None for anything else."""
    ip, transport = packet.network, packet.transport
    if isinstance(ip, Ipv4 | Ipv6) and isinstance(transport, Tcp | Udp):
        protocol = "tcp" if isinstance(transport, Tcp) else "udp"
        return (protocol, ip.source, transport.source_port), (protocol, ip.destination, transport.destination_port)
    return None


# A network


def _of_hosts(recorded: Recorded) -> Ends:
    numbers = {host: at for at, host in enumerate(recorded.hosts)}
    packets = recorded.packets.where(_is_of_interest)
    hosts_of_ports: dict[int, str] = {}
    for packet in packets:
        if ends := ends_of(packet):
            hosts_of_ports.setdefault(ends[0][2], packet.sender)
            hosts_of_ports.setdefault(ends[1][2], packet.receiver)
    of_socket = {}
    for sock in recorded.sockets:
        ip, port = _ip_and_port(sock.local)
        host = recorded.packets.names.get(ip) or hosts_of_ports.get(port)
        if host is not None:
            of_socket[sock.number] = numbers[host]
    return Ends(
        tuple(Lifeline(host) for host in recorded.hosts),
        packets,
        [(numbers[packet.sender], numbers[packet.receiver]) for packet in packets],
        of_socket,
    )


def _is_of_interest(packet: Packet) -> bool:
    icmp = packet.icmp
    if icmp is not None:
        return not (icmp.version == 6 and icmp.type in _HOUSEKEEPING)
    return isinstance(packet.network, Ipv4 | Ipv6)


# Loopback


def _of_addresses(recorded: Recorded) -> Ends:
    finder = _Finder(recorded)
    chosen = [(packet, ends) for packet in recorded.packets if (ends := finder.concerned(packet))]
    packets = Packets((packet for packet, _ in chosen), names=recorded.packets.names)
    places = _Places(finder, [ends for _, ends in chosen])
    return Ends(
        places.lifelines,
        packets,
        [(places.of(source), places.of(target)) for _, (source, target) in chosen],
        {number: places.of(end) for number, end in finder.ends.items() if end in places},
    )


class _Finder:
    """Says which packets concern the recording, and whose each end is."""

    def __init__(self, recorded: Recorded) -> None:
        self.anywhere = {
            (_PROTOCOLS.get(sock.kind, ""), _ip_and_port(sock.local)[1])
            for sock in recorded.sockets
            if _ip_and_port(sock.local)[0] in _ANYWHERE
        } | {("tcp", row.local[1]) for row in recorded.before.own if row.peer is None and row.local[0] in _ANYWHERE}
        self.servers = {self.normal(("tcp", *_ip_and_port(at))): name for name, at in recorded.servers}
        self.sockets = recorded.sockets
        before = [(self.normal(("tcp", *row.local)), row.peer) for row in recorded.before.own]
        self.before = {end for end, _ in before}
        self.listening = {end for end, peer in before if peer is None}
        self._waiting = {
            ("tcp", *_ip_and_port(sock.peer)): sock.number
            for sock in reversed(recorded.sockets)
            if sock.peer and not _ip_and_port(sock.local)[1] and sock.kind == "SOCK_STREAM"
        }
        self.ends: dict[int, End] = {sock.number: self._end_of(sock) for sock in recorded.sockets}
        self.own = {end: number for number, end in reversed(self.ends.items())}
        self._begun: set[frozenset[End]] = set()
        self._pings = any(sock.kind == "SOCK_RAW" or sock.family == "AF_PACKET" for sock in recorded.sockets)

    def normal(self, end: End) -> End:
        """An end at any address of this machine is one, whichever address a packet names."""
        return (end[0], "*", end[2]) if (end[0], end[2]) in self.anywhere else end

    def concerned(self, packet: Packet) -> tuple[End, End] | None:
        """The ends of a packet that concerns the recording; None of any other."""
        if packet.icmp is not None:
            return self._of_icmp(packet, packet.icmp)
        ends = ends_of(packet)
        if ends is None:
            return None
        source, target = self.normal(ends[0]), self.normal(ends[1])
        if packet.tcp is not None and packet.tcp.flags & (SYN | ACK) == SYN:
            self._claim(source, target)
            self._begun.add(frozenset((source, target)))
        if source in self.own or target in self.own:
            return source, target
        of_server = source in self.servers or target in self.servers
        known = packet.udp is not None or frozenset((source, target)) in self._begun
        return (source, target) if of_server and known else None

    def _claim(self, source: End, target: End) -> None:
        """A connection that failed leaves its socket without an address: its first packet tells."""
        number = self._waiting.get(target)
        if number is not None and source not in self.own:
            del self._waiting[target]
            del self.own[self.ends[number]]
            self.ends[number] = source
            self.own[source] = number

    def _of_icmp(self, packet: Packet, icmp: Icmp) -> tuple[End, End] | None:
        if icmp.identifier is not None:
            there: End = ("icmp", packet.source, 0)
            ends = (YOU, there) if icmp.type == _ECHO_REQUESTS[icmp.version] else (there, YOU)
            return ends if self._pings else None
        inner = decode(packet.payload, LINK_RAW)  # an error message quotes the packet that it is about
        about = ends_of(Packet(0, packet.payload, link_type=LINK_RAW)) if inner.transport else None
        if about is None:
            return None
        source, target = self.normal(about[0]), self.normal(about[1])
        return (target, source) if source in self.own or target in self.own else None

    def _end_of(self, sock: SocketSeen) -> End:
        ip, port = _ip_and_port(sock.local)
        protocol = _PROTOCOLS.get(sock.kind, "")
        if sock.kind == "SOCK_RAW":
            return YOU
        if not sock.family.startswith("AF_INET") or not port:
            return (sock.family, "socket", sock.number)
        return self.normal((protocol, ip, port))


class _Places:
    """Gives each end its lifeline: who begins stands on the left, who answers on the right."""

    def __init__(self, finder: _Finder, pairs: list[tuple[End, End]]) -> None:
        self._finder = finder
        answers: dict[End, bool] = {}
        listening = finder.listening | {finder.ends[sock.number] for sock in finder.sockets if sock.listens}
        for source, target in pairs:
            answers.setdefault(source, source in finder.servers)
            answers.setdefault(target, source not in listening)
        for sock in finder.sockets:
            answers.setdefault(finder.ends[sock.number], sock.listens)
            peer = finder.normal((_PROTOCOLS.get(sock.kind, ""), *_ip_and_port(sock.peer)))
            if sock.peer and (peer in finder.servers or peer in finder.own):
                answers.setdefault(peer, True)
        for end in answers:
            answers[end] = answers[end] or end in listening
        ordered = sorted(answers, key=lambda end: answers[end])
        if len(ordered) > MOST_LIFELINES:
            spoken = {end for pair in pairs for end in pair}
            ordered = [end for end in ordered if end in spoken]
        names = {end: self._name(end, answers[end]) for end in ordered}
        if len(ordered) > MOST_LIFELINES:
            names = {end: f"{name}s" for end, name in names.items()}
            self._addresses = dict.fromkeys(ordered, "")
        else:
            self._addresses = {end: f":{end[2]}" if end[0] in ("tcp", "udp") else "" for end in ordered}
            names = self._told_apart(names)
        lifelines = {name: Lifeline(name, self._addresses[end], end in finder.servers) for end, name in names.items()}
        self.lifelines = tuple(lifelines.values())
        order = list(lifelines)
        self._numbers = {end: order.index(name) for end, name in names.items()}

    def of(self, end: End) -> int:
        """The number of the lifeline of an end that has one."""
        return self._numbers[end]

    def __contains__(self, end: End) -> bool:
        return end in self._numbers

    def _told_apart(self, names: dict[End, str]) -> dict[End, str]:
        counts = Counter(names.values())
        for end, name in names.items():
            if counts[name] > 1 and self._addresses[end]:
                names[end] = f"{name} {self._addresses[end]}"
                self._addresses[end] = ""
        return names

    def _name(self, end: End, answers: bool) -> str:
        protocol, ip, port = end
        if end == YOU:
            return "your socket"
        if protocol == "icmp":
            return f"the kernel at {ip}"
        if end in self._finder.servers:
            return f"{self._finder.servers[end]} server"
        if end not in self._finder.own and end not in self._finder.before:
            return "other program"
        if ip == "socket":
            return f"your socket {port + 1}" + ("" if protocol.startswith("AF_INET") else f", {protocol}")
        if protocol == "udp":
            return "your socket"
        return "your server" if answers else "your client"


def _ip_and_port(address: Address | None) -> tuple[str, int]:
    """Of an Internet address; an empty one of any other."""
    if isinstance(address, tuple) and len(address) >= 2 and isinstance(address[1], int):
        return str(address[0]), address[1]
    return "", 0
