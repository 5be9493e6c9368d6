"""The state machines of the sockets that are not TCP's: small, because no connection has to be agreed on.

Source: udp(7), raw(7), unix(7), connect(2); Linux, net/ipv4/datagram.c and net/unix/af_unix.c.
"""

from __future__ import annotations

from sockets_lab.observe.state_machine import GONE, State, StateMachine, Transition

_GONE = State(GONE, "closed, and nothing is left of it")
_CLOSES = "Your close() let the socket go. Nothing is sent, and nobody is told."


def _closing(*states: str) -> tuple[Transition, ...]:
    return tuple(Transition(state, "close()", "", GONE, "either", _CLOSES, "close(2)") for state in states)


DATAGRAM = StateMachine(
    title="Datagram (UDP)",
    source="udp(7), connect(2)",
    states=(
        State("UNBOUND", "a new socket without a port: nobody can send to it"),
        State("BOUND", "has a port: takes datagrams from anybody, sends to anybody"),
        State("CONNECTED", "has a default peer: takes datagrams from that one only; the peer knows nothing of it"),
        _GONE,
    ),
    transitions=(
        Transition(
            "UNBOUND",
            "bind() or sendto()",
            "",
            "BOUND",
            "either",
            "bind() took a port, or the first sendto() let the kernel choose one.",
            "udp(7)",
        ),
        Transition(
            "UNBOUND",
            "connect()",
            "",
            "CONNECTED",
            "either",
            "connect() took a port and noted the peer. No packet was sent.",
            "connect(2)",
        ),
        Transition(
            "BOUND",
            "connect()",
            "",
            "CONNECTED",
            "either",
            "connect() noted the peer. No packet was sent.",
            "connect(2)",
        ),
        Transition(
            "CONNECTED",
            "connect() to AF_UNSPEC",
            "",
            "BOUND",
            "either",
            "The socket has no default peer any more; it keeps a port that bind() gave it.",
            "connect(2)",
            drawn=False,
            rare=True,
        ),
        *_closing("UNBOUND", "BOUND", "CONNECTED"),
    ),
)

RAW = StateMachine(
    title="Raw",
    source="raw(7)",
    states=(
        State("UNBOUND", "a new socket: it takes every packet of its protocol already, from the first moment on"),
        State("BOUND", "takes the packets of its protocol that are for its address only"),
        State("CONNECTED", "takes the packets of its peer only, and send() needs no address"),
        _GONE,
    ),
    transitions=(
        Transition("UNBOUND", "bind()", "", "BOUND", "either", "bind() noted an address. There is no port.", "raw(7)"),
        Transition(
            "UNBOUND", "connect()", "", "CONNECTED", "either", "connect() noted the peer. No packet was sent.", "raw(7)"
        ),
        Transition(
            "BOUND", "connect()", "", "CONNECTED", "either", "connect() noted the peer. No packet was sent.", "raw(7)"
        ),
        *_closing("UNBOUND", "BOUND", "CONNECTED"),
    ),
)

UNIX = StateMachine(
    title="Unix stream and seqpacket",
    source="unix(7)",
    states=(
        State("UNBOUND", "a new socket without a name"),
        State("BOUND", "has a name; nobody can connect to it before listen()"),
        State("LISTEN", "waits for connections"),
        State("CONNECTED", "connected: both ends may send. No packet was needed, the kernel joined the two"),
        State("PEER_DONE", "the peer has shut down or closed: recv() gives what is left, and then b''"),
        _GONE,
    ),
    transitions=(
        Transition("UNBOUND", "bind()", "", "BOUND", "passive", "bind() gave it a name.", "unix(7)"),
        Transition("BOUND", "listen()", "", "LISTEN", "passive", "Your listen() made it a listener.", "unix(7)"),
        Transition("UNBOUND", "connect()", "", "CONNECTED", "active",
                   "connect() joined it to a new socket, which waits for the peer's accept().", "unix(7)"),
        Transition("BOUND", "connect()", "", "CONNECTED", "active",
                   "connect() joined it to a new socket, which waits for the peer's accept().", "unix(7)",
                   drawn=False),
        Transition("LISTEN", "accept()", "", "CONNECTED", "passive",
                   "accept() returned a new socket, which is connected; the listener stays LISTEN.", "unix(7)",
                   makes_another=True),
        Transition("CONNECTED", "the peer ends", "", "PEER_DONE", "either",
                   "The peer shut down or closed. The kernel knows at once.", "unix(7)"),
        *_closing("UNBOUND", "BOUND", "LISTEN", "CONNECTED", "PEER_DONE"),
    ),
)  # fmt: skip
