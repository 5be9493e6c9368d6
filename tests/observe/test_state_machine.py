"""The tables of states: complete by RFC 9293, connected, and able to tell what was passed between two looks."""

from __future__ import annotations

import pytest

from sockets_lab.observe.small_machines import DATAGRAM, RAW, UNIX
from sockets_lab.observe.state_machine import GONE, StateMachine
from sockets_lab.observe.tcp_machine import TCP

MACHINES = pytest.mark.parametrize("machine", [TCP, DATAGRAM, RAW, UNIX], ids=lambda machine: machine.title)

# RFC 9293, figure 5, in its own words: (from, event, segment that is sent, to).
FIGURE_5 = {
    ("CLOSED", "passive OPEN", "", "LISTEN"),
    ("CLOSED", "active OPEN", "SYN", "SYN-SENT"),
    ("LISTEN", "CLOSE", "", "CLOSED"),
    ("LISTEN", "rcv SYN", "SYN,ACK", "SYN-RECEIVED"),
    ("LISTEN", "SEND", "SYN", "SYN-SENT"),
    ("SYN-SENT", "CLOSE", "", "CLOSED"),
    ("SYN-SENT", "rcv SYN", "SYN,ACK", "SYN-RECEIVED"),
    ("SYN-SENT", "rcv SYN,ACK", "ACK", "ESTABLISHED"),
    ("SYN-RECEIVED", "rcv ACK of SYN", "", "ESTABLISHED"),
    ("SYN-RECEIVED", "CLOSE", "FIN", "FIN-WAIT-1"),
    ("ESTABLISHED", "CLOSE", "FIN", "FIN-WAIT-1"),
    ("ESTABLISHED", "rcv FIN", "ACK", "CLOSE-WAIT"),
    ("FIN-WAIT-1", "rcv ACK of FIN", "", "FIN-WAIT-2"),
    ("FIN-WAIT-1", "rcv FIN", "ACK", "CLOSING"),
    ("FIN-WAIT-2", "rcv FIN", "ACK", "TIME-WAIT"),
    ("CLOSE-WAIT", "CLOSE", "FIN", "LAST-ACK"),
    ("CLOSING", "rcv ACK of FIN", "", "TIME-WAIT"),
    ("LAST-ACK", "rcv ACK of FIN", "", "CLOSED"),
    ("TIME-WAIT", "Timeout=2MSL", "", "CLOSED"),
}
IN_THE_RFCS_WORDS = {
    "listen()": "passive OPEN",
    "connect()": "active OPEN",
    "send()": "SEND",
    "close()": "CLOSE",
    "close() or shutdown()": "CLOSE",
    "receives SYN": "rcv SYN",
    "receives SYN+ACK": "rcv SYN,ACK",
    "receives ACK": "rcv ACK of SYN",
    "receives ACK of FIN": "rcv ACK of FIN",
    "receives FIN": "rcv FIN",
    "2 MSL are over": "Timeout=2MSL",
}


def formal(name: str) -> str:
    return TCP.state(name).formal or name


def test_the_table_has_every_arrow_of_the_rfcs_figure_and_no_other() -> None:
    rows = {
        (formal(one.source), IN_THE_RFCS_WORDS[one.event], one.sends.replace("+", ","), formal(one.target))
        for one in TCP.transitions
        if one.origin == "figure 5"
    }
    assert rows == FIGURE_5


def test_the_table_has_the_two_ways_of_the_figures_notes() -> None:
    rows = {(one.source, one.target) for one in TCP.transitions if one.origin == "figure 5, notes"}
    assert rows == {("FIN_WAIT1", "TIME_WAIT"), ("SYN_RECV", "LISTEN")}


def test_a_reset_ends_every_state_that_has_a_connection() -> None:
    ended = {one.source for one in TCP.transitions if one.event == "receives RST" and one.target in ("CLOSE", GONE)}
    assert ended == set(TCP.names) - {"CLOSE", "LISTEN", "SYN_RECV", GONE}


@MACHINES
def test_every_state_can_be_reached_and_left_for_good(machine: StateMachine) -> None:
    def reached_from(start: str) -> set[str]:
        found, new = {start}, {start}
        while new:
            new = {one.target for one in machine.transitions if one.source in new} - found
            found |= new
        return found

    assert reached_from(machine.names[0]) == set(machine.names)
    for name in machine.names:
        assert GONE in reached_from(name), name
    assert machine.out_of(GONE) == []


@MACHINES
def test_every_row_names_states_of_the_table_and_tells_something(machine: StateMachine) -> None:
    for one in machine.transitions:
        assert {one.source, one.target} <= set(machine.names)
        assert one.words.endswith(".") and one.event and one.origin


@pytest.mark.parametrize(
    ("source", "target", "passed"),
    [
        ("CLOSE", "ESTABLISHED", ["SYN_SENT", "ESTABLISHED"]),
        ("ESTABLISHED", "FIN_WAIT2", ["FIN_WAIT1", "FIN_WAIT2"]),
        ("ESTABLISHED", "TIME_WAIT", ["FIN_WAIT1", "TIME_WAIT"]),
        ("FIN_WAIT2", "TIME_WAIT", ["TIME_WAIT"]),
        ("SYN_SENT", "SYN_RECV", ["SYN_RECV"]),
        ("ESTABLISHED", GONE, [GONE]),
    ],
)
def test_only_what_no_way_avoids_counts_as_passed(source: str, target: str, passed: list[str]) -> None:
    assert [state for state, _ in TCP.between(source, target)] == passed


def test_what_led_there_is_exact_where_there_is_one_way_and_names_all_ways_where_there_are_more() -> None:
    assert TCP.between("ESTABLISHED", "FIN_WAIT2") == [
        ("FIN_WAIT1", "close() or shutdown(), sends FIN"),
        ("FIN_WAIT2", "receives ACK of FIN"),
    ]
    ((_, ways),) = TCP.between("CLOSE_WAIT", GONE)
    assert ways == "close() with bytes unread, sends RST, or through LAST_ACK"


def test_where_nobody_was_reset_a_closed_end_has_passed_last_ack() -> None:
    assert [state for state, _ in TCP.between("CLOSE_WAIT", GONE, orderly=True)] == ["LAST_ACK", GONE]


def test_who_is_gone_at_once_was_not_in_time_wait() -> None:
    passed = TCP.between("ESTABLISHED", GONE, orderly=True, within_s=1)
    assert [state for state, _ in passed] == ["CLOSE_WAIT", "LAST_ACK", GONE]
    assert [state for state, _ in TCP.between("ESTABLISHED", GONE, orderly=True, within_s=70)] == [GONE]


def test_a_wait_that_began_before_the_last_look_can_be_over() -> None:
    assert TCP.between("TIME_WAIT", GONE, within_s=0.1) == [(GONE, "2 MSL are over")]


def test_a_listener_stays_where_it_is_when_a_connection_comes() -> None:
    assert TCP.between("LISTEN", GONE) == [(GONE, "close()")]


def test_a_way_that_the_table_does_not_have_is_said_to_be_one() -> None:
    assert TCP.between(GONE, "LISTEN") == [("LISTEN", "by a way that the table does not have")]


def test_a_state_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match="there is no state 'FINWAIT' here; there are CLOSE, LISTEN, SYN_SENT"):
        TCP.state("FINWAIT")
