"""From recordings made by hand to the ladder: lifelines, arrows, states, rows, words."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sockets_lab.ladder.building import BEGUN_BEFORE, ladder_of
from sockets_lab.ladder.model import Arrow, Ladder
from sockets_lab.ladder.recording import Before, Recorded
from sockets_lab.observe.connections import Connection
from sockets_lab.observe.packets import Packet, Packets
from tests.ladder.recordings import (
    ACK,
    FIN,
    PSH,
    RST,
    START_NS,
    STEP_NS,
    SYN,
    Talk,
    five_packets,
    many_packets,
    segment,
    trouble,
)


def arrows_of(ladder: Ladder) -> list[Arrow]:
    return list(ladder.arrows)


def states_of(ladder: Ladder) -> list[tuple[str, str]]:
    return [(ladder.lifelines[at].name, state) for row in ladder.rows for at, state in row.states]


def test_a_call_stands_beside_the_packet_that_it_sends_and_the_state() -> None:
    ladder = ladder_of(five_packets())
    first = ladder.rows[0]
    assert first.code is not None and first.code.text == "sock.connect(server.address)"
    assert first.sends is not None and first.sends.label == "SYN"
    assert (0, "SYN_SENT") in first.states


def test_a_result_stands_beside_the_last_packet_of_its_call() -> None:
    row = ladder_of(five_packets()).rows[2]
    assert row.sends is not None and row.sends.label == "ACK"
    assert row.code is not None and row.code.text == "↳ connect returns"


def test_who_begins_stands_on_the_left() -> None:
    assert [lifeline.name for lifeline in ladder_of(five_packets()).lifelines] == ["your client", "echo server"]


def test_the_states_of_both_ends_follow_a_whole_connection() -> None:
    talk = Talk()
    talk.handshake()
    talk.send("client", PSH | ACK, b"hello")
    talk.goodbye()
    assert states_of(ladder_of(talk.recorded())) == [
        ("your client", "SYN_SENT"),
        ("echo server", "LISTEN"),
        ("echo server", "SYN_RECV"),
        ("your client", "ESTABLISHED"),
        ("echo server", "ESTABLISHED"),
        ("your client", "FIN_WAIT1"),
        ("echo server", "CLOSE_WAIT"),
        ("echo server", "LAST_ACK"),
        ("your client", "TIME_WAIT"),
        ("echo server", "CLOSE"),
    ]


def test_an_end_in_time_wait_stays_there_when_its_socket_has_let_go() -> None:
    talk = Talk()
    talk.handshake()
    talk.goodbye()
    talk.call("recv", "sock.recv(100)", state_before="CLOSE", state_after="CLOSE")
    assert states_of(ladder_of(talk.recorded()))[-2:] == [("your client", "TIME_WAIT"), ("echo server", "CLOSE")]


def test_half_close_waits_in_fin_wait2() -> None:
    talk = Talk()
    talk.handshake()
    talk.send("client", FIN | ACK)
    talk.send("server", ACK)
    talk.send("server", PSH | ACK, b"the rest")
    talk.send("server", FIN | ACK)
    talk.send("client", ACK)
    states = states_of(ladder_of(talk.recorded()))
    assert [state for who, state in states if who == "your client"][2:] == ["FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT"]


def test_both_ends_finish_at_once() -> None:
    talk = Talk(hosts=True)
    talk.handshake()
    talk.send("client", FIN | ACK, takes_ns=3 * STEP_NS)
    talk.send("server", FIN | ACK, ack_less=1, takes_ns=3 * STEP_NS)
    talk.now += 4 * STEP_NS
    talk.send("client", ACK, takes_ns=10)
    talk.send("server", ACK, takes_ns=10)
    states = states_of(ladder_of(talk.recorded()))
    for who in ("client", "server"):
        assert [state for one, state in states if one == who][-3:] == ["FIN_WAIT1", "CLOSING", "TIME_WAIT"]


def test_a_fin_behind_a_gap_changes_nothing_until_the_gap_is_filled() -> None:
    talk = Talk(hosts=True)
    talk.handshake()
    talk.send("client", PSH | ACK, b"lost", dropped=True, cause="loss")
    talk.send("client", FIN | ACK)
    talk.send("client", PSH | ACK, b"lost", back=5)
    ladder = ladder_of(talk.recorded())
    changes = {row.sends.number: dict(row.states) for row in ladder.rows if row.sends is not None}
    assert 1 not in changes[5] and changes[6][1] == "CLOSE_WAIT"


def test_a_refused_connection_says_so() -> None:
    talk = Talk()
    talk.send("client", SYN)
    talk.send("server", RST | ACK)
    ladder = ladder_of(talk.recorded(server=""))
    refused = arrows_of(ladder)[1]
    assert refused.marks == ("reset",) and "refused" in refused.words
    assert states_of(ladder) == [("your client", "SYN_SENT"), ("your client", "CLOSE")]


def test_what_the_wire_did_is_marked_and_explained() -> None:
    arrows = {arrow.number: arrow for arrow in ladder_of(trouble()).arrows}
    assert arrows[1].marks == ("dropped",) and arrows[1].lost and "drop(first=SYN)" in arrows[1].words
    assert arrows[2].marks == ("sent again",) and "#1 did not arrive" in arrows[2].words
    assert arrows[5].marks == ("held back",)
    assert arrows[6].marks == ("ahead",) and "missing" in arrows[6].words
    assert arrows[7].marks == ("asks again",) and "byte 1" in arrows[7].words
    assert arrows[9].marks[0] == "copy" and "#8" in arrows[9].words
    assert "zero window" in arrows[10].marks
    assert arrows[12].marks == ("reset",)


def test_a_packet_that_takes_long_arrives_in_a_row_of_its_own() -> None:
    ladder = ladder_of(trouble())
    arrivals = ladder.arrives_in()
    row = ladder.rows[arrivals[5]]
    assert row.arrives is not None and row.arrives.number == 5
    assert next(at for at, row in enumerate(ladder.rows) if row.sends and row.sends.number == 7) < arrivals[5]


def test_a_corrupted_packet_changes_no_state() -> None:
    talk = Talk(hosts=True)
    talk.handshake()
    talk.send("client", FIN | ACK, corrupted_at=40, cause="corruption")
    ladder = ladder_of(talk.recorded())
    assert "corrupted" in arrows_of(ladder)[-1].marks
    assert ("server", "CLOSE_WAIT") not in states_of(ladder)


def test_a_retransmission_that_was_not_needed() -> None:
    talk = Talk()
    talk.handshake()
    talk.send("client", PSH | ACK, b"hello")
    talk.send("client", PSH | ACK, b"hello", back=5)
    again = arrows_of(ladder_of(talk.recorded()))[-1]
    assert again.marks == ("sent again", "had already") and "no answer to #4" in again.words


def test_packets_of_other_programs_are_left_out() -> None:
    recorded = five_packets()
    strange = segment(("127.0.0.1", 40000), ("127.0.0.1", 5432), PSH | ACK, 1, 1, b"SELECT 1")
    packets = Packets([*recorded.packets, Packet(recorded.ended_ns or 0, strange, len(strange))])
    with_stranger = Recorded(recorded.calls, recorded.sockets, packets, recorded.servers)
    assert len(arrows_of(ladder_of(with_stranger))) == 5


def test_an_older_connection_of_the_server_is_left_out_and_a_new_one_is_not() -> None:
    recorded = five_packets()
    old = segment(("127.0.0.1", 40000), ("127.0.0.1", 8080), FIN | ACK, 1, 1)
    new = segment(("127.0.0.1", 40001), ("127.0.0.1", 8080), SYN, 1)
    more = [Packet(START_NS + STEP_NS * at, frame, len(frame)) for at, frame in enumerate((old, new), 50)]
    ladder = ladder_of(
        Recorded(recorded.calls, recorded.sockets, Packets([*recorded.packets, *more]), recorded.servers)
    )
    assert [arrow.label for arrow in ladder.arrows][5:] == ["SYN"]
    assert "other program" in [lifeline.name for lifeline in ladder.lifelines]


def begun_before(own_state: str = "ESTABLISHED", far_state: str = "ESTABLISHED") -> tuple[Talk, Before]:
    """A connection that was there before the recording, and the kernel's rows of it."""
    talk = Talk()
    talk.handshake()
    talk.send("client", PSH | ACK, b"before")
    talk.packets.clear()
    own = Connection(own_state, talk.client, talk.server)
    return talk, Before((own,), (Connection(far_state, talk.server, talk.client),))


def test_bytes_of_a_connection_that_was_there_before_are_counted_from_the_first_recorded() -> None:
    talk, before = begun_before()
    talk.send("client", PSH | ACK, b"hello")
    talk.send("server", ACK)
    ladder = ladder_of(replace(talk.recorded(), before=before))
    first, second = arrows_of(ladder)
    assert (first.words, first.marks) == ("bytes 1 to 5", ())
    assert second.words == "has everything up to byte 5"
    assert ladder.notes == (BEGUN_BEFORE,)
    assert states_of(ladder) == [("your client", "ESTABLISHED"), ("echo server", "ESTABLISHED")]


def test_an_acknowledgement_that_comes_first_completes_no_handshake() -> None:
    talk, before = begun_before()
    talk.send("server", ACK)
    (only,) = arrows_of(ladder_of(replace(talk.recorded(), before=before)))
    assert only.words == "acknowledges"


def test_a_connection_goes_on_from_the_state_in_which_the_recording_found_it() -> None:
    talk, before = begun_before(own_state="CLOSE_WAIT", far_state="FIN_WAIT2")
    talk.send("client", FIN | ACK)
    talk.send("server", ACK)
    ladder = ladder_of(replace(talk.recorded(), before=before))
    assert states_of(ladder) == [("your client", "LAST_ACK"), ("echo server", "TIME_WAIT"), ("your client", "CLOSE")]


def test_without_packets_calls_and_states_are_left() -> None:
    recorded = five_packets()
    bare = Recorded(
        recorded.calls, recorded.sockets, Packets(), recorded.servers, missing=("The packets are missing.",)
    )
    ladder = ladder_of(bare)
    assert states_of(ladder) == [("your client", "ESTABLISHED")]
    assert ladder.notes == ("The packets are missing.",)


def test_nothing_at_all_is_said() -> None:
    ladder = ladder_of(Recorded())
    assert not ladder.rows and "Nothing happened" in ladder.notes[0]
    assert "Nothing happened" in str(ladder) and "Nothing happened" in ladder.svg()


def test_many_clients_share_a_lifeline() -> None:
    talk = Talk()
    recorded = talk.recorded()
    frames = [segment(("127.0.0.1", 50000 + at), ("127.0.0.1", 8080), SYN, at) for at in range(20)]
    packets = Packets(Packet(START_NS + at * STEP_NS, frame, len(frame)) for at, frame in enumerate(frames))
    ladder = ladder_of(Recorded((), recorded.sockets, packets, recorded.servers))
    assert len(ladder.lifelines) <= 5
    assert len(arrows_of(ladder)) == 20


def test_long_runs_are_folded_and_nothing_is_lost() -> None:
    for count in (50, 500):
        ladder = ladder_of(many_packets(count))
        assert len(arrows_of(ladder)) == count
        shown = ladder.folded()
        assert len(shown) < 20
        assert sum(len(getattr(row, "rows", (row,))) for row in shown) == len(ladder.rows)
    assert any("330 segments of data, 477,840 bytes" in getattr(row, "text", "") for row in shown)


def test_what_is_unusual_is_never_hidden_in_a_fold() -> None:
    talk = Talk(hosts=True)
    talk.handshake()
    for _ in range(60):
        talk.send("client", PSH | ACK, b"x" * 100)
    talk.send("client", PSH | ACK, b"y" * 100, dropped=True, cause="loss")
    for _ in range(60):
        talk.send("client", PSH | ACK, b"x" * 100)
    shown = ladder_of(talk.recorded()).folded()
    assert any(getattr(row, "sends", None) and "dropped" in row.sends.marks for row in shown)


@given(
    st.lists(st.tuples(st.sampled_from(["client", "server"]), st.integers(0, 63), st.binary(max_size=20)), max_size=30)
)
@settings(max_examples=60, deadline=None)
def test_any_packets_give_a_ladder(packets: list[tuple[str, int, bytes]]) -> None:
    talk = Talk()
    for who, flags, payload in packets:
        talk.send(who, flags, payload)
    ladder = ladder_of(talk.recorded())
    assert len(arrows_of(ladder)) == len(packets)
    assert str(ladder) and ladder.svg()


@given(st.binary(max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_bytes_give_a_ladder(frame: bytes) -> None:
    recorded = five_packets()
    packets = Packets([*recorded.packets, Packet(START_NS, frame, len(frame))])
    assert ladder_of(Recorded(recorded.calls, recorded.sockets, packets, recorded.servers)).svg()


def test_a_kernel_that_is_a_moment_behind_the_wire_turns_no_state_back() -> None:
    talk = Talk(hosts=True)
    talk.handshake()
    talk.send("client", FIN | ACK)
    talk.call("recv", "sock.recv(1)", state_before="ESTABLISHED", state_after="FIN_WAIT1")
    states = states_of(ladder_of(talk.recorded()))
    assert [state for who, state in states if who == "client"] == ["SYN_SENT", "ESTABLISHED", "FIN_WAIT1"]


def test_of_very_many_troubles_the_losses_stay_to_be_seen() -> None:
    talk = Talk(hosts=True)
    talk.handshake()
    for _ in range(8):
        talk.send("client", PSH | ACK, b"x" * 100, dropped=True, cause="loss")
        for number in range(20):
            talk.send("client", PSH | ACK, b"y" * 100, takes_ns=10)
            talk.send("server", ACK, ack_less=(number + 1) * 100 + 100, takes_ns=10)
        talk.send("client", PSH | ACK, b"x" * 100, back=2100, takes_ns=10)
        talk.send("server", ACK, takes_ns=10)
    ladder = ladder_of(talk.recorded())
    shown = ladder.folded()
    marks = [row.sends.marks for row in shown if getattr(row, "sends", None)]
    assert len(ladder.rows) > 300 and len(shown) < 60
    assert marks.count(("dropped",)) == 8 and sum("sent again" in mark for mark in marks) == 8
