from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sockets_lab.observe.packets import Packet, Packets
from sockets_lab.observe.packets_fate import Fate
from sockets_lab.observe.pcapng import PcapngError, read_pcapng
from tests.observe.frames import FRAMES
from tests.observe.wireshark import needs_tshark

TIME = 1_700_000_000_123_456_000

fates = st.builds(
    Fate,
    arrived_ns=st.one_of(st.none(), st.integers(0, 10**9).map(lambda us: TIME + us * 1000)),
    copy=st.booleans(),
    overtaken=st.booleans(),
    corrupted_at=st.one_of(st.none(), st.integers(14, 1513)),
    cause=st.sampled_from(["", "loss", "drop(first=SYN)", "delay(every=DATA.containing(b': x'), by_s=1)"]),
)


@given(st.binary(max_size=100), st.one_of(st.none(), fates), st.sampled_from(["", "client"]))
@settings(max_examples=60, deadline=None)
def test_what_is_saved_is_loaded_again(frame: bytes, fate: Fate | None, sender: str) -> None:
    import tempfile

    receiver, interface = ("server", "") if sender else ("", "lo")
    if not sender:
        fate = None
    packet = Packet(TIME, frame, len(frame), sender=sender, receiver=receiver, interface=interface, fate=fate)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "one.pcapng")
        Packets([packet]).save(path)
        assert Packets.load(path) == [packet]


@needs_tshark
def test_a_dropped_packet_is_in_the_file_with_a_comment_that_wireshark_shows(tmp_path: Path) -> None:
    fate = Fate(dropped=True, cause="drop(first=SYN)")
    frame = FRAMES["SYN with options"]
    Packets([Packet(TIME, frame, sender="client", receiver="server", fate=fate)]).save(tmp_path / "one.pcapng")
    fields = ["-T", "fields", "-e", "frame.comment", "-e", "frame.interface_name"]
    command = ["tshark", "-r", str(tmp_path / "one.pcapng"), *fields]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.strip().split("\t") == ["dropped: drop(first=SYN)", "client to server"]


@needs_tshark
def test_what_wiresharks_own_tools_write_is_read(tmp_path: Path) -> None:
    ours, theirs, classic = (tmp_path / name for name in ("ours.pcapng", "theirs.pcapng", "classic.pcap"))
    packets = Packets(Packet(TIME + at * 1000, frame) for at, frame in enumerate(FRAMES.values()))
    packets.save(ours)
    subprocess.run(["editcap", "-F", "pcap", ours, classic], check=True)
    subprocess.run(["editcap", "-F", "pcapng", "-a", "1:seen by editcap", classic, theirs], check=True)
    read = Packets.load(theirs)
    assert [(packet.time_ns, packet.frame) for packet in read] == [(one.time_ns, one.frame) for one in packets]
    assert read[0].note == "seen by editcap"
    with pytest.raises(PcapngError, match="not a pcapng file"):
        Packets.load(classic)


def test_a_file_of_the_other_byte_order_is_read(tmp_path: Path) -> None:
    def block(kind: int, body: bytes) -> bytes:
        size = struct.pack(">I", len(body) + 12)
        return struct.pack(">I", kind) + size + body + size

    section = block(0x0A0D0D0A, struct.pack(">IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = block(1, struct.pack(">HHI", 1, 0, 0))  # microseconds, as none are named
    ticks = TIME // 1000
    packet = block(6, struct.pack(">IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, 4, 60) + b"abcd")
    simple = block(3, struct.pack(">I", 4) + b"efgh")
    (tmp_path / "big.pcapng").write_bytes(section + interface + packet + block(5, bytes(12)) + simple)
    first, second = Packets.load(tmp_path / "big.pcapng")
    assert (first.time_ns, first.frame, first.original_bytes) == (TIME, b"abcd", 60)
    assert (second.frame, second.original_bytes) == (b"efgh", 4)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_file_is_an_error_that_says_where(data: st.DataObject) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "damaged.pcapng")
        Packets(Packet(TIME, frame) for frame in list(FRAMES.values())[:3]).save(path)
        raw = bytearray(path.read_bytes())
        at = data.draw(st.integers(28, len(raw) - 1))
        raw[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(raw[: data.draw(st.integers(28, len(raw)))])
        try:
            list(read_pcapng(path))
        except PcapngError as error:
            assert "the block at byte" in str(error)
