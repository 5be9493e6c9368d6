"""The packets of the stepper's sockets, each told beside the step that caused it."""

from __future__ import annotations

from collections.abc import Mapping

from sockets_lab.observe.capture import Capture, CaptureError, capture
from sockets_lab.observe.decode_headers import Icmp, Ipv4, Tcp, Udp
from sockets_lab.observe.packets import Packet
from sockets_lab.widgets.stepper_kinds import EXPERIMENTAL_PROTOCOL, Kind

SHOWN_BYTES = 24
# Other programs use loopback, too, and a front-end may talk to the kernel over it: above this, a capture is
# replaced by a fresh one, so that a look never has to read much.
ENOUGH_PACKETS = 2000


class StepperPackets:
    """What loopback carries for these sockets.

    Attributes:
        missing: why there are none, in a sentence; empty where they are captured.
    Resources:
        a capture, until ``close()``.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._capture: Capture | None = None
        self._told: list[tuple[int, str]] = []
        self._read_until_ns = 0
        self.missing = ""
        if not kind.on_the_network:
            self.missing = "There are no packets: the kernel joins Unix sockets itself."
            return
        try:
            self._capture = capture("lo")
        except CaptureError as error:
            self.missing = f"The packets are not shown. {str(error).rstrip('.')}."

    def told(self, owners: Mapping[int, str]) -> list[tuple[int, str]]:
        """Each packet up to now: when it was sent, in nanoseconds since 1970, and in words.

        Args:
            owners: whose each port is.
        """
        if self._capture is not None and self._read(self._capture, owners) > ENOUGH_PACKETS:
            full, self._capture = self._capture, capture("lo")
            self._read(full, owners)
            full.close()
        return self._told

    def _read(self, captured: Capture, owners: Mapping[int, str]) -> int:
        """Tell what came since the last time; how many packets the capture has."""
        packets = captured.packets()
        for packet in packets:
            if packet.time_ns > self._read_until_ns and (words := self._in_words(packet, owners)):
                self._told.append((packet.time_ns, words))
        self._read_until_ns = max([self._read_until_ns, *(packet.time_ns for packet in packets)])
        return len(packets)

    def close(self) -> None:
        """End the capture and give its memory back. A second call does nothing."""
        if self._capture is not None:
            self._capture.close()
            self._capture = None

    def _in_words(self, packet: Packet, owners: Mapping[int, str]) -> str:
        """Empty for a packet of somebody else."""
        transport, network = packet.transport, packet.network
        if isinstance(transport, Tcp | Udp):
            ports = (transport.source_port, transport.destination_port)
            if not any(port in owners for port in ports) or (self._kind.name == "stream") != isinstance(transport, Tcp):
                return ""
            way = " → ".join(owners.get(port, f"port {port}") for port in ports)
            what = transport.flag_names if isinstance(transport, Tcp) else "datagram"
            return f"{way}: {what}{_payload(packet)}"
        if isinstance(transport, Icmp) and self._kind.name == "datagram":
            # It quotes the datagram: 20 bytes of IP, then the port that it was sent from.
            owner = owners.get(int.from_bytes(packet.payload[20:22], "big"))
            return f"kernel → {owner}: ICMP {transport.name}" if owner else ""
        if self._kind.name == "raw" and isinstance(network, Ipv4) and network.protocol == EXPERIMENTAL_PROTOCOL:
            return f"{network.source} → {network.destination}: IP protocol {network.protocol}{_payload(packet)}"
        return ""


def _payload(packet: Packet) -> str:
    if not packet.payload:
        return ""
    shown = packet.payload[:SHOWN_BYTES]
    return f", {len(packet.payload)} bytes {shown!r}" + ("..." if len(packet.payload) > SHOWN_BYTES else "")
