"""``states``: what it sees of both ends, how it tells it, and that it leaves nothing and holds nothing."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from sockets_lab import serve, silent, states
from sockets_lab.observe import StateTimeout
from sockets_lab.observe.small_machines import DATAGRAM, RAW, UNIX
from sockets_lab.observe.state_machine import StateMachine
from sockets_lab.observe.tcp_machine import TCP
from sockets_lab.widgets.states import States
from sockets_lab.widgets.states_follow import End
from sockets_lab.widgets.states_layout import BOX_HEIGHT, BOX_WIDTH, WIDTH, layout_of
from sockets_lab.widgets.states_svg import draw
from tests.processes import Kernel

MACHINES = pytest.mark.parametrize("machine", [TCP, DATAGRAM, RAW, UNIX], ids=lambda machine: machine.title)
SVG = "{http://www.w3.org/2000/svg}"
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a TCP connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        conn, _ = listener.accept()
        with client, conn:
            yield client, conn


def visited(seen: States, end: int = 0) -> list[str]:
    return list(seen.ends[end].visited)


def test_both_ends_are_followed_to_time_wait_beyond_their_close(pair: tuple[socket.socket, socket.socket]) -> None:
    client, conn = pair
    seen = states(client=client, server=conn)
    client.close()
    seen.wait_for("FIN_WAIT2")
    conn.close()
    seen.wait_for("TIME_WAIT")
    assert visited(seen) == ["ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT"]
    assert visited(seen, 1) == ["ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "gone"]
    left_s = seen.ends[0].left_s
    assert left_s is not None and 0 < left_s <= 60


def test_time_wait_is_seen_also_while_the_program_still_has_the_socket(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    client, conn = pair
    seen = states(client)
    client.shutdown(socket.SHUT_WR)
    conn.close()
    seen.wait_for("TIME_WAIT")
    assert client.fileno() >= 0


def test_the_other_end_is_found_in_whatever_process_it_is() -> None:
    with serve(silent) as server, socket.create_connection(server.address) as sock:
        seen = states(sock)
        sock.shutdown(socket.SHUT_WR)
        seen.wait_for("CLOSE_WAIT", end="the peer")
        seen.wait_for("FIN_WAIT2")
    assert [end.name for end in seen.ends] == ["your socket", "the peer"]


def test_a_new_socket_is_followed_from_its_first_state_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as sock:
        seen = states(sock)
        sock.connect(listener.getsockname())
        seen.look()
        assert visited(seen) == ["CLOSE", "SYN_SENT", "ESTABLISHED"]
        assert [step.at_s is None for step in seen.ends[0].path] == [False, True, False]
        assert [end.name for end in seen.ends] == ["your socket", "the peer"]


def test_a_reset_leads_back_to_close(pair: tuple[socket.socket, socket.socket]) -> None:
    client, conn = pair
    seen = states(conn)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    seen.wait_for("CLOSE")
    assert "receives RST" in seen.ends[0].path[-1].cause


def test_a_socket_that_nobody_else_holds_is_closed_as_if_it_were_not_followed(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    client, conn = pair
    copy = socket.socket(fileno=client.detach())
    seen = states(copy)
    with pytest.warns(ResourceWarning):
        del copy
    seen.wait_for("FIN_WAIT2")
    assert conn.recv(1) == b""


def test_a_datagram_socket_has_three_states_and_then_none() -> None:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    seen = states(sock)
    sock.bind(("127.0.0.1", 0))
    seen.look()
    sock.connect(("127.0.0.1", 9))
    seen.look()
    sock.close()
    assert str(seen).splitlines()[-1] == "your socket now: gone: closed, and nothing is left of it"
    assert visited(seen) == ["UNBOUND", "BOUND", "CONNECTED", "gone"]


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_SEQPACKET])
def test_unix_sockets_know_at_once_that_the_peer_is_done(kind: int) -> None:
    if sys.platform != "linux" and kind == socket.SOCK_SEQPACKET:
        pytest.skip("only Linux has Unix seqpacket sockets")
    a, b = socket.socketpair(socket.AF_UNIX, kind)
    with a, b:
        seen = states(a=a, b=b)
        b.shutdown(socket.SHUT_WR)
        seen.look()
    assert visited(seen) == ["CONNECTED", "PEER_DONE"]
    assert visited(seen, 1) == ["CONNECTED"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has Unix seqpacket sockets")
def test_a_unix_listener_is_bound_and_listens() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        seen = states(listener)
        listener.bind("")
        seen.look()
        listener.listen()
        seen.look()
    assert visited(seen) == ["UNBOUND", "BOUND", "LISTEN"]


def test_the_text_is_a_table_of_each_ends_path(pair: tuple[socket.socket, socket.socket]) -> None:
    client, conn = pair
    seen = states(you=client, server=conn)
    client.shutdown(socket.SHUT_WR)
    seen.wait_for("FIN_WAIT2")
    text = re.sub(r" +", " ", re.sub(r"\d\.\d{3} s", "TIME", str(seen)))
    assert text.splitlines()[0] == "end time state what led there"
    assert "you TIME ESTABLISHED here at the first look" in text
    assert " TIME FIN_WAIT2 receives ACK of FIN" in text
    assert "server now: CLOSE_WAIT: the peer has finished; waits for this side's program to close" in text


def test_what_did_not_come_is_told_with_what_was_seen_instead(pair: tuple[socket.socket, socket.socket]) -> None:
    seen = states(pair[0])
    with pytest.raises(StateTimeout, match=r"your socket was not in TIME_WAIT within 0\.05 s; seen: ESTABLISHED"):
        seen.wait_for("TIME_WAIT", timeout_s=0.05)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda _: states(), TypeError, "states takes the sockets to follow, as in states(sock)"),
        (lambda _: states("sock"), TypeError, "states takes sockets, not 'sock'"),
        (lambda sock: states(sock).wait_for("OPEN"), ValueError, "there is no state 'OPEN' here; there are CLOSE"),
        (lambda sock: states(sock).wait_for("CLOSE", end="x"), ValueError, "there is no end 'x' here; there are your"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_one_sentence(
    call: Any, error: type[Exception], sentence: str, pair: tuple[socket.socket, socket.socket]
) -> None:
    with pytest.raises(error, match=re.escape(sentence)):
        call(pair[0])


def test_sockets_of_two_kinds_have_no_drawing_in_common(pair: tuple[socket.socket, socket.socket]) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
        pytest.raises(ValueError, match=r"one kind at a time, not Datagram \(UDP\) and TCP"),
    ):
        states(pair[0], datagram)


# The drawing


@MACHINES
def test_the_drawing_has_the_tables_states_and_its_drawn_rows_and_no_more(machine: StateMachine) -> None:
    layout = layout_of(machine)
    assert set(layout.places) == set(machine.names)
    assert set(layout.arrows) == {(one.source, one.target) for one in machine.transitions if one.drawn}
    root = ET.fromstring(draw(machine, []))
    words = "".join(root.itertext())
    for one in machine.transitions:
        if one.drawn:
            assert all(word in words for word in [*one.event.split(), *one.sends.split()])


@MACHINES
def test_no_state_lies_upon_another_or_outside(machine: StateMachine) -> None:
    layout = layout_of(machine)
    places = list(layout.places.values())
    for number, (x, y) in enumerate(places):
        assert BOX_WIDTH / 2 <= x <= WIDTH - BOX_WIDTH / 2 and BOX_HEIGHT / 2 <= y <= layout.height - BOX_HEIGHT / 2
        for other_x, other_y in places[:number]:
            assert abs(x - other_x) >= BOX_WIDTH or abs(y - other_y) >= BOX_HEIGHT + 20


def test_the_drawing_tells_without_colour_where_each_end_is_and_which_way_it_came(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    client, conn = pair
    seen = states(client=client, server=conn)
    client.shutdown(socket.SHUT_WR)
    seen.wait_for("FIN_WAIT2")
    root = ET.fromstring(seen.svg())
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "TCP: the states of client, server"
    assert root.findtext(f"{SVG}desc") == "client is in FIN_WAIT2. server is in CLOSE_WAIT"
    state = {one.get("data-state"): one for one in root.iter(f"{SVG}g") if one.get("data-state")}
    assert [text.text for text in state["FIN_WAIT2"].iter(f"{SVG}text")] == ["FIN_WAIT2", "A3"]
    assert [text.text for text in state["ESTABLISHED"].iter(f"{SVG}text")] == ["ESTABLISHED", "A1 B1"]
    assert "sl-here" in str(state["CLOSE_WAIT"].get("class")) and "sl-here" not in str(state["TIME_WAIT"].get("class"))
    tokens = ["".join(one.itertext()) for one in root.iter(f"{SVG}g") if "sl-end " in str(one.get("class"))]
    assert tokens == ["A", "B"]
    assert "prefers-color-scheme: dark" in "".join(root.itertext())
    been = [one.get("data-key") for one in root.iter(f"{SVG}path") if "sl-arrow sl-been" in str(one.get("class"))]
    assert been == ["arrow ESTABLISHED-FIN_WAIT1", "arrow ESTABLISHED-CLOSE_WAIT", "arrow FIN_WAIT1-FIN_WAIT2"]


def test_names_are_text_and_never_markup(pair: tuple[socket.socket, socket.socket]) -> None:
    seen = states(**{"<b>&": pair[0]})
    assert ET.fromstring(seen.svg()).findtext(f"{SVG}title") == "TCP: the states of <b>&, the peer"


# In a notebook


def test_outside_of_a_front_end_it_has_no_thread_and_no_widget(pair: tuple[socket.socket, socket.socket]) -> None:
    before = threading.active_count()
    seen = states(pair[0])
    assert threading.active_count() == before
    assert set(seen._repr_mimebundle_()) == {"text/plain", "image/svg+xml"}


def test_ipywidgets_is_imported_only_for_a_front_end() -> None:
    program = (
        "import sys, socket, sockets_lab\n"
        "assert 'sockets_lab.widgets.states' not in sys.modules\n"
        "with socket.socket() as sock: sockets_lab.states(sock)._repr_mimebundle_()\n"
        "print([name for name in ('ipywidgets', 'anywidget', 'IPython') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


CONNECT = """
import json, socket, threading, time
from sockets_lab import states
listener = socket.create_server(("127.0.0.1", 0))
sock = socket.socket()
"""
WATCHERS = "[t.name for t in threading.enumerate() if t.name == 'sockets_lab states']"


def test_in_a_notebook_a_thread_follows_until_all_is_gone(kernel: Kernel) -> None:
    kernel.run(CONNECT)
    (shown,) = kernel.run("seen = states(sock)\nseen", cell="a")
    assert {"text/plain", "image/svg+xml", VIEW} <= set(shown["data"])
    kernel.run("sock.connect(listener.getsockname()); conn, _ = listener.accept()")
    looks = """
    deadline = time.monotonic() + 20
    while seen.ends[0].state != {state!r} and time.monotonic() < deadline: time.sleep(0.01)
    print(json.dumps(seen.ends[0].state))
    """
    assert kernel.value(looks.format(state="ESTABLISHED")) == "ESTABLISHED"
    kernel.run("conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0])); conn.close()")
    kernel.run("sock.close(); listener.close()")
    assert kernel.value(looks.format(state="gone")) == "gone"
    ended = f"""
    while {WATCHERS} and time.monotonic() < deadline: time.sleep(0.01)
    print(json.dumps({WATCHERS}))
    """
    assert kernel.value(ended) == []


def test_a_cell_that_runs_again_ends_its_thread_and_closes_its_widget(kernel: Kernel) -> None:
    kernel.run(CONNECT)
    ids = [kernel.run("seen = states(sock)\nseen", cell="b")[0]["data"][VIEW]["model_id"] for _ in range(3)]
    known = kernel.value("from comm import get_comm_manager; print(json.dumps(list(get_comm_manager().comms)))")
    assert [one in known for one in ids] == [False, False, True]
    assert kernel.value(f"print(json.dumps(len({WATCHERS})))") == 1
    kernel.run("seen.stop(); sock.close(); listener.close()")
    assert kernel.value(f"print(json.dumps(len({WATCHERS})))") == 0


def test_an_end_that_was_found_by_itself_keeps_its_path_when_it_gets_a_name() -> None:
    end = End("the peer", TCP, None, None, (("127.0.0.1", 1), ("127.0.0.1", 2)))
    end.go_on("ESTABLISHED", None, 0.0)
    with socket.socket() as sock:
        end.adopt("conn", sock)
        assert (end.name, end.visited) == ("conn", ("ESTABLISHED",))
