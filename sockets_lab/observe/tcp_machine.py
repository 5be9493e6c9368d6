"""The state machine of TCP, row by row.

Source: RFC 9293, section 3.3.2 with figure 5 and its notes; section 3.10 for resets; Linux, net/ipv4/tcp_input.c.
The names of the states are the kernel's. RFC 9293 calls two of ours CLOSED: CLOSE, a socket that a program
has and that has no connection, and gone, where nothing is left.
"""

from __future__ import annotations

from sockets_lab.observe.state_machine import GONE, State, StateMachine, Transition
from sockets_lab.observe.tcp_states import MEANINGS

_FORMAL = {
    "CLOSE": "CLOSED",
    "SYN_SENT": "SYN-SENT",
    "SYN_RECV": "SYN-RECEIVED",
    "FIN_WAIT1": "FIN-WAIT-1",
    "FIN_WAIT2": "FIN-WAIT-2",
    "CLOSE_WAIT": "CLOSE-WAIT",
    "LAST_ACK": "LAST-ACK",
    "TIME_WAIT": "TIME-WAIT",
}
_FIGURE, _NOTE, _ABORT, _RESET = "figure 5", "figure 5, notes", "section 3.10.5", "section 3.10.7"
_LINUX = "Linux"
_WAIT_S = 59.0  # TCP_TIMEWAIT_LEN is 60 s (linux, net/tcp.h), and tcp_fin_timeout's default, less what a tick takes

# source, event, sends, target, side, words, origin
# fmt: off
_FIGURE_5 = (
    Transition("CLOSE", "listen()", "", "LISTEN", "passive", "Your listen() opened the port: it waits.", _FIGURE),
    Transition(
        "CLOSE", "connect()", "SYN", "SYN_SENT", "active",
        "Your connect() sent a SYN: SYN_SENT until the peer answers.", _FIGURE,
    ),
    Transition(
        "LISTEN", "receives SYN", "SYN+ACK", "SYN_RECV", "passive",
        "A SYN came. The kernel made a new socket for it; the listener stays LISTEN.", _FIGURE, makes_another=True,
    ),
    Transition(
        "LISTEN", "send()", "SYN", "SYN_SENT", "active",
        "RFC 9293 lets a listener begin a connection by sending. The socket API does not: send() fails.",
        _FIGURE, drawn=False, rare=True,
    ),
    Transition("LISTEN", "close()", "", GONE, "passive", "Your close() closed the port.", _FIGURE),
    Transition(
        "SYN_SENT", "receives SYN+ACK", "ACK", "ESTABLISHED", "active",
        "The peer agreed, and the kernel acknowledged that: connect() returns.", _FIGURE,
    ),
    Transition(
        "SYN_SENT", "receives SYN", "SYN+ACK", "SYN_RECV", "either",
        "Both ends called connect() at the same moment, towards each other.", _FIGURE, rare=True,
    ),
    Transition("SYN_SENT", "close()", "", GONE, "active", "Your close() gave the attempt up.", _FIGURE),
    Transition(
        "SYN_RECV", "receives ACK", "", "ESTABLISHED", "passive",
        "The third segment of the handshake came: accept() can fetch the socket.", _FIGURE,
    ),
    Transition(
        "SYN_RECV", "close()", "FIN", "FIN_WAIT1", "active",
        "It was closed before the handshake was over.", _FIGURE, rare=True,
    ),
    Transition(
        "ESTABLISHED", "close() or shutdown()", "FIN", "FIN_WAIT1", "active",
        "Your close() or shutdown() sent a FIN: FIN_WAIT1 until it is acknowledged.", _FIGURE,
    ),
    Transition(
        "ESTABLISHED", "receives FIN", "ACK", "CLOSE_WAIT", "passive",
        "The peer's FIN came: recv() returns b'' once all is read. CLOSE_WAIT until your program closes.", _FIGURE,
    ),
    Transition(
        "FIN_WAIT1", "receives ACK of FIN", "", "FIN_WAIT2", "active",
        "Your FIN was acknowledged: FIN_WAIT2 until the peer finishes, too.", _FIGURE,
    ),
    Transition(
        "FIN_WAIT1", "receives FIN", "ACK", "CLOSING", "either",
        "The peer's FIN came, and yours is not acknowledged yet: both closed at the same moment.", _FIGURE,
    ),
    Transition(
        "FIN_WAIT2", "receives FIN", "ACK", "TIME_WAIT", "active",
        "The peer's FIN came and was acknowledged: both directions are over.", _FIGURE,
    ),
    Transition(
        "CLOSE_WAIT", "close() or shutdown()", "FIN", "LAST_ACK", "passive",
        "Your close() or shutdown() sent the second FIN: LAST_ACK until it is acknowledged.", _FIGURE,
    ),
    Transition(
        "CLOSING", "receives ACK of FIN", "", "TIME_WAIT", "either", "Your FIN was acknowledged at last.", _FIGURE
    ),
    Transition(
        "LAST_ACK", "receives ACK of FIN", "", GONE, "passive", "Your FIN was acknowledged: nothing is left.", _FIGURE
    ),
    Transition(
        "TIME_WAIT", "2 MSL are over", "", GONE, "active", "The wait is over (Linux: 60 s): nothing is left.", _FIGURE,
        takes_s=_WAIT_S,
    ),
)
_NOTES = (
    Transition(
        "FIN_WAIT1", "receives FIN with ACK of FIN", "ACK", "TIME_WAIT", "active",
        "One segment acknowledged your FIN and brought the peer's.", _NOTE, drawn=False,
    ),
    Transition(
        "SYN_RECV", "receives RST", "", "LISTEN", "passive",
        "The handshake was broken off. The kernel drops the new socket; the listener goes on.",
        _NOTE, drawn=False, makes_another=True,
    ),
)
_SYNCHRONIZED = ("ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT", "CLOSING", "LAST_ACK")
_RESETS = (
    Transition(
        "SYN_SENT", "receives RST", "", "CLOSE", "active",
        "The peer's kernel refused: connect() fails with ECONNREFUSED.", _RESET, drawn=False,
    ),
    *(
        Transition(
            state, "receives RST", "", "CLOSE", "either",
            "The peer broke the connection off: the next call fails with ECONNRESET or EPIPE.", _RESET, drawn=False,
        )
        for state in _SYNCHRONIZED
    ),
    *(
        Transition(
            state, "close() with bytes unread", "RST", GONE, "either",
            "You closed and had not read all: the kernel sent a RST and forgot the connection.", _ABORT, drawn=False,
        )
        for state in ("ESTABLISHED", "CLOSE_WAIT")
    ),
    Transition(
        "TIME_WAIT", "receives RST", "", GONE, "either", "A RST cut the wait short.", _RESET, drawn=False, rare=True
    ),
)
_OF_LINUX = (
    Transition("CLOSE", "close()", "", GONE, "either", "Your close() let the socket go.", _LINUX, drawn=False),
    Transition(
        "FIN_WAIT2", "60 s without the peer's FIN, after close()", "", GONE, "active",
        "Nobody waits for the peer's FIN any longer.", _LINUX, drawn=False, takes_s=_WAIT_S,
    ),
    Transition(
        "LAST_ACK", "receives ACK of FIN, not closed yet", "", "CLOSE", "passive",
        "Both directions are over; your program still has the socket.", _LINUX, drawn=False,
    ),
    Transition(
        "TIME_WAIT", "2 MSL are over, not closed yet", "", "CLOSE", "active",
        "The wait is over; your program still has the socket.", _LINUX, drawn=False, takes_s=_WAIT_S,
    ),
)
# fmt: on

TCP = StateMachine(
    title="TCP",
    source="RFC 9293, section 3.3.2, figure 5",
    states=(
        *(State(name, meaning, _FORMAL.get(name, "")) for name, meaning in MEANINGS.items()),
        State(GONE, "closed, and nothing is left of it", "CLOSED"),
    ),
    transitions=(*_FIGURE_5, *_NOTES, *_RESETS, *_OF_LINUX),
)
