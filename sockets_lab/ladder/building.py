"""From a recording to its ladder: a pure function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sockets_lab.ladder import states
from sockets_lab.ladder.calls import Address, Call
from sockets_lab.ladder.ends import Ends, ends_of, find_ends
from sockets_lab.ladder.fields import fields_of
from sockets_lab.ladder.model import Arrow, Code, Ladder, Row
from sockets_lab.ladder.recording import Recorded
from sockets_lab.ladder.words import Teller
from sockets_lab.observe.decode_headers import SYN
from sockets_lab.observe.packets import Packet
from sockets_lab.observe.packets_flows import InFlow

BEGINS, SENDS, ARRIVES, ENDS = range(4)  # what happens first of what has one time
LONGEST_BYTES = 12
# A connection does not go back in these. Where a call says an earlier one than the packets do, the kernel has not
# come to the last packet yet.
ORDER = {"SYN_SENT": 1, "SYN_RECV": 2, "ESTABLISHED": 3, "FIN_WAIT1": 4, "CLOSE_WAIT": 4, "FIN_WAIT2": 5, "CLOSING": 5}
ORDER |= {"LAST_ACK": 5, "TIME_WAIT": 6}
BEGUN_BEFORE = "A connection was there before the recording: its bytes are counted from the first that was recorded."
Connection = tuple[object, ...]


@dataclass(frozen=True)
class _Event:
    at_ns: int
    kind: int
    number: int  # of the call, or of the packet from 0

    @property
    def order(self) -> tuple[int, int, int]:
        # A packet that arrives at the moment in which it was sent does so before the next one leaves.
        if self.kind in (SENDS, ARRIVES):
            return self.at_ns, 2 * self.number + self.kind, self.kind
        return self.at_ns, -1 if self.kind == BEGINS else 1 << 62, self.number


def ladder_of(recorded: Recorded) -> Ladder:
    """The ladder of what was recorded."""
    ends = find_ends(recorded)
    flows = ends.packets.flows()
    arrows = arrows_of(ends, flows)
    follower = _Follower(recorded, ends, flows, arrows)
    builder = _Rows(recorded.calls, ends)
    for event in sorted(_events(recorded.calls, arrows), key=lambda event: event.order):
        changes = follower.take(event)
        if event.kind in (BEGINS, ENDS):
            builder.call(event, changes)
        else:
            builder.packet(event, follower.arrows[event.number], changes)
    notes = [*recorded.missing, *([BEGUN_BEFORE] if follower.begun_before else [])]
    if not builder.rows:
        notes.insert(0, "Nothing happened: no call of a socket, and no packet.")
    return Ladder(ends.lifelines, builder.finished(follower.arrows), tuple(notes))


def _events(calls: tuple[Call, ...], arrows: list[Arrow]) -> Iterator[_Event]:
    for call in calls:
        yield _Event(call.begun_ns, BEGINS, call.number)
        if call.ended_ns is not None:
            yield _Event(call.ended_ns, ENDS, call.number)
    for at, arrow in enumerate(arrows):
        yield _Event(arrow.sent_ns, SENDS, at)
        if arrow.arrived_ns is not None:
            yield _Event(arrow.arrived_ns, ARRIVES, at)


def arrows_of(ends: Ends, flows: list[InFlow | None]) -> list[Arrow]:
    """An arrow for each packet: what it is, and what became of it on its way."""
    teller, made = Teller(), []
    for number, (packet, flow, (source, target)) in enumerate(zip(ends.packets, flows, ends.of_packet, strict=True), 1):
        told = teller.tell(number, packet, flow, source, target)
        made.append(
            Arrow(
                number,
                source,
                target,
                packet.time_ns,
                packet.fate.arrived_ns if packet.fate is not None else packet.time_ns,
                told.label,
                told.words,
                tuple(told.marks),
                len(packet.payload),
                fields_of(packet, flow),
                packet.frame,
                flow.flow if flow is not None else -1,
            )
        )
    return made


class _Follower:
    """Follows the state of every end, by what the kernel said at calls and by the packets in between.

    Attributes:
        arrows: with what shows only when they arrive.
        begun_before: the numbers of the connections whose beginning was not recorded.
    """

    def __init__(self, recorded: Recorded, ends: Ends, flows: list[InFlow | None], arrows: list[Arrow]) -> None:
        self.arrows = arrows
        self._calls = recorded.calls
        self._ends = ends
        self._flows = flows
        self._tracked: dict[tuple[int, int], states.End] = {}
        self._listening = {at for at, lifeline in enumerate(ends.lifelines) if lifeline.listens}
        self._shown: dict[Connection, str] = {}
        before = (*recorded.before.own, *recorded.before.far)
        self._before: dict[tuple[object, object], str] = {(row.local, row.peer): row.state for row in before}
        self.begun_before = _begun_before(ends, flows)
        self._keys = _connections_of_sockets(recorded, ends, flows)

    def take(self, event: _Event) -> tuple[tuple[int, str], ...]:
        """The states that change with an event."""
        if event.kind in (BEGINS, ENDS):
            call = self._calls[event.number]
            state = call.state_before if event.kind == BEGINS else call.state_after
            lifeline, key = self._ends.of_socket.get(call.socket), self._keys[call.socket]
            behind = ORDER.get(state, len(ORDER)) < ORDER.get(self._shown.get(key, ""), -1)
            return () if behind else self._change(key, lifeline, state)
        arrow, flow = self.arrows[event.number], self._flows[event.number]
        tcp = self._ends.packets[event.number].tcp
        if tcp is None or flow is None or (event.kind == ARRIVES and "corrupted" in arrow.marks):
            return ()
        if not self._is_an_end(event):
            return ()
        segment = states.Segment(tcp.flags, flow.seq, flow.ack, arrow.payload_bytes)
        lifeline = arrow.source if event.kind == SENDS else arrow.target
        end = self._end(flow.flow, lifeline, event)
        if flow.flow not in self.begun_before:
            self._shown.setdefault((flow.flow, lifeline), "CLOSE")  # before its first packet there is nothing to say
        if event.kind == SENDS:
            end.sends(segment)
        else:
            self._note_order(event.number, end.hears(segment))
        return self._change((flow.flow, lifeline), lifeline, end.state)

    def _is_an_end(self, event: _Event) -> bool:
        """A router that passes a packet on has no part in its connection."""
        packet, names = self._ends.packets[event.number], self._ends.packets.names
        if not packet.sender:
            return True
        if event.kind == SENDS:
            return names.get(packet.source, packet.sender) == packet.sender
        return names.get(packet.destination, packet.receiver) == packet.receiver

    def _end(self, flow: int, lifeline: int, event: _Event) -> states.End:
        key = (flow, lifeline)
        if key not in self._tracked and flow in self.begun_before:
            self._tracked[key] = states.End(self._shown.get(key) or self._state_before(event))
            self._tracked[key].begin_at(1)
        elif key not in self._tracked:
            self._tracked[key] = states.End("LISTEN" if lifeline in self._listening else "CLOSE")
        return self._tracked[key]

    def _state_before(self, event: _Event) -> str:
        """What the kernel said when the recording began, of the end that a packet leaves or is for."""
        pair = ends_of(self._ends.packets[event.number])
        assert pair is not None
        (_, *own), (_, *peer) = pair if event.kind == SENDS else pair[::-1]
        return self._before.get((tuple(own), tuple(peer)), "ESTABLISHED")

    def _note_order(self, at: int, order: str) -> None:
        arrow = self.arrows[at]
        if order == "ahead":
            words = f"{arrow.words}; bytes before it are missing, so the receiver keeps it and waits"
            self.arrows[at] = replace(arrow, marks=(*arrow.marks, "ahead"), words=words)
        elif order == "known":
            words = f"{arrow.words}; the receiver had it already"
            self.arrows[at] = replace(arrow, marks=(*arrow.marks, "had already"), words=words)

    def _change(self, key: Connection, lifeline: int | None, state: str) -> tuple[tuple[int, str], ...]:
        before = self._shown.get(key)
        if lifeline is None or not state or before == state:
            return ()
        if before == "TIME_WAIT" and state == "CLOSE":  # so says the socket: the kernel keeps the connection without it
            return ()
        self._shown[key] = state
        return ((lifeline, state),)


def _begun_before(ends: Ends, flows: list[InFlow | None]) -> set[int]:
    """The connections of which the first packet here is no SYN."""
    first: dict[int, Packet] = {}
    for packet, flow in zip(ends.packets, flows, strict=True):
        if flow is not None:
            first.setdefault(flow.flow, packet)
    return {at for at, packet in first.items() if packet.tcp is not None and not packet.tcp.flags & SYN}


def _connections_of_sockets(recorded: Recorded, ends: Ends, flows: list[InFlow | None]) -> dict[int, Connection]:
    """Of each socket the end of a connection whose packets are here; one of its own where there is none."""
    of_pair: dict[tuple[frozenset[tuple[str, int]], int | None], int] = {}
    of_end: dict[tuple[tuple[str, int], int | None], int] = {}
    for packet, flow, lifelines in zip(ends.packets, flows, ends.of_packet, strict=True):
        if flow is not None and (pair := ends_of(packet)):
            addresses = [(end[1], end[2]) for end in pair]
            for lifeline in lifelines:
                of_pair.setdefault((frozenset(addresses), lifeline), flow.flow)
                for address in addresses:
                    of_end.setdefault((address, lifeline), flow.flow)
    keys: dict[int, Connection] = {}
    for sock in recorded.sockets:
        own = ends.of_socket.get(sock.number)
        found = of_pair.get((frozenset((_short(sock.local), _short(sock.peer))), own))
        if sock.peer is None and not sock.listens:  # its connection was over at its first call
            found = of_end.get((_short(sock.local), own))
        keys[sock.number] = ("socket", sock.number) if found is None else (found, own)
    return keys


def _short(address: Address | None) -> tuple[str, int]:
    return (str(address[0]), address[1]) if isinstance(address, tuple) and len(address) > 1 else ("", 0)


class _Rows:
    """Puts events into rows: a call stands beside the packet that it sends, its result beside the one that it got."""

    def __init__(self, calls: tuple[Call, ...], ends: Ends) -> None:
        self.rows: list[Row] = []
        self._calls = calls
        self._ends = ends
        self._begins: dict[int, int] = {}  # the row of each call
        self._row_of: dict[int, int] = {}  # the row of each packet
        self._lines_seen: set[tuple[int, str]] = set()  # number and file

    def call(self, event: _Event, changes: tuple[tuple[int, str], ...]) -> None:
        """A call begins or ends."""
        call = self._calls[event.number]
        lifeline = self._ends.of_socket.get(call.socket)
        if event.kind == BEGINS:
            self._begins[call.number] = len(self.rows)
            self._add(event, changes, code=Code(self._text(call), call.line, lifeline))
            return
        begun, last = self._begins[call.number], len(self.rows) - 1
        outcome = _outcome(call)
        row = self.rows[last]
        if begun == last:
            before = row.code
            assert before is not None
            text = f"{before.text} → {outcome}" if outcome else before.text
            self.rows[last] = replace(
                row, code=replace(before, text=text, failed=bool(call.error)), states=_joined(row.states, changes)
            )
            return
        verb = "" if call.error else "returns " if outcome else "returns"
        code = Code(f"↳ {call.name} {verb}{outcome}", 0, lifeline, bool(call.error))
        arrow = row.arrives or row.sends
        if row.code is None and arrow is not None and lifeline in (arrow.source, arrow.target):
            self.rows[last] = replace(row, code=code, states=_joined(row.states, changes))
        else:
            self._add(event, changes, code=code)

    def packet(self, event: _Event, arrow: Arrow, changes: tuple[tuple[int, str], ...]) -> None:
        """A packet leaves or arrives."""
        last = len(self.rows) - 1
        row = self.rows[last] if self.rows else None
        if event.kind == SENDS:
            self._row_of[arrow.number] = last + 1
            if (
                row is not None
                and row.code is not None
                and row.code.lifeline == arrow.source
                and row.sends is None
                and row.arrives is None
                and not row.code.text.startswith("↳")
            ):
                self._row_of[arrow.number] = last
                self.rows[last] = replace(row, sends=arrow, states=_joined(row.states, changes))
            else:
                self._add(event, changes, sends=arrow)
        elif self._row_of[arrow.number] == last and row is not None:
            self.rows[last] = replace(row, states=_joined(row.states, changes))
        else:
            self._add(event, changes, arrives=arrow)

    def finished(self, arrows: list[Arrow]) -> tuple[Row, ...]:
        """The rows, with the arrows as they are known at the end, and times from the first."""
        start = self.rows[0].at_ns if self.rows else 0
        latest = {arrow.number: arrow for arrow in arrows}
        return tuple(
            replace(
                row,
                at_ns=row.at_ns - start,
                sends=latest[row.sends.number] if row.sends else None,
                arrives=latest[row.arrives.number] if row.arrives else None,
            )
            for row in self.rows
        )

    def _add(
        self,
        event: _Event,
        changes: tuple[tuple[int, str], ...],
        *,
        code: Code | None = None,
        sends: Arrow | None = None,
        arrives: Arrow | None = None,
    ) -> None:
        self.rows.append(Row(event.at_ns, code, changes, sends, arrives))

    def _text(self, call: Call) -> str:
        """The learner's line where it makes this call; the call itself where a line leads to several."""
        if not call.source:
            return call.text
        seen = (call.line, call.file) in self._lines_seen
        self._lines_seen.add((call.line, call.file))
        says_so = re.search(rf"\b{re.escape(call.name)}\(", call.source) is not None
        return call.source if says_so or not seen else call.text


def _outcome(call: Call) -> str:
    if call.error:
        return f"raises {call.error}"
    if call.result_bytes is not None and call.result_bytes > LONGEST_BYTES:
        return f"{call.result_bytes:,} bytes"
    return "a connection" if call.made is not None else call.result


def _joined(first: tuple[tuple[int, str], ...], more: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
    """Of two states of one lifeline in a row, the later."""
    return tuple((dict(first) | dict(more)).items())
