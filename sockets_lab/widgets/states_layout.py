"""Where each state stands in its drawing, and which way the arrows go. What they say comes from the table."""

from __future__ import annotations

from dataclasses import dataclass

from sockets_lab.observe.small_machines import DATAGRAM, RAW, UNIX
from sockets_lab.observe.state_machine import GONE, StateMachine
from sockets_lab.observe.tcp_machine import TCP

WIDTH = 620
BOX_WIDTH, BOX_HEIGHT = 116, 38

Point = tuple[float, float]


@dataclass(frozen=True)
class Arrow:
    """The way of one arrow.

    Attributes:
        label: where its words stand, the first line's baseline.
        anchor: which part of the words stands there: start, middle or end.
        via: the corners on its way.
        wrap: the words' greatest length, in characters.
    """

    label: Point
    anchor: str = "start"
    via: tuple[Point, ...] = ()
    wrap: int = 24


@dataclass(frozen=True)
class Layout:
    """One drawing.

    Attributes:
        height: of the drawing, in its own units.
        places: the centre of each state.
        arrows: by source and target.
    """

    height: float
    places: dict[str, Point]
    arrows: dict[tuple[str, str], Arrow]


_TCP = Layout(
    height=640,
    places={
        "CLOSE": (310, 40),
        "LISTEN": (165, 120),
        "SYN_SENT": (455, 120),
        "SYN_RECV": (165, 215),
        "ESTABLISHED": (310, 300),
        "FIN_WAIT1": (165, 385),
        "CLOSE_WAIT": (455, 385),
        "FIN_WAIT2": (100, 480),
        "CLOSING": (290, 480),
        "LAST_ACK": (455, 480),
        "TIME_WAIT": (165, 580),
        GONE: (455, 580),
    },
    arrows={
        ("CLOSE", "LISTEN"): Arrow((222, 76), "end"),
        ("CLOSE", "SYN_SENT"): Arrow((398, 72)),
        ("LISTEN", "SYN_RECV"): Arrow((157, 156), "end"),
        ("LISTEN", GONE): Arrow((20, 622), via=((12, 120), (12, 628), (455, 628))),
        ("SYN_SENT", "SYN_RECV"): Arrow((285, 137), "middle"),
        ("SYN_SENT", "ESTABLISHED"): Arrow((404, 205)),
        ("SYN_SENT", GONE): Arrow((602, 112), "end", via=((608, 120), (608, 580))),
        ("SYN_RECV", "ESTABLISHED"): Arrow((252, 255)),
        ("SYN_RECV", "FIN_WAIT1"): Arrow((157, 300), "end"),
        ("ESTABLISHED", "FIN_WAIT1"): Arrow((250, 350), wrap=12),
        ("ESTABLISHED", "CLOSE_WAIT"): Arrow((412, 344)),
        ("FIN_WAIT1", "FIN_WAIT2"): Arrow((118, 430), "end", wrap=13),
        ("FIN_WAIT1", "CLOSING"): Arrow((246, 430)),
        ("FIN_WAIT2", "TIME_WAIT"): Arrow((118, 532), "end"),
        ("CLOSE_WAIT", "LAST_ACK"): Arrow((463, 422), wrap=12),
        ("CLOSING", "TIME_WAIT"): Arrow((240, 540)),
        ("LAST_ACK", GONE): Arrow((463, 534)),
        ("TIME_WAIT", GONE): Arrow((310, 573), "middle"),
    },
)
_DATAGRAM = Layout(
    height=270,
    places={"UNBOUND": (150, 40), "BOUND": (150, 135), "CONNECTED": (480, 135), GONE: (315, 230)},
    arrows={
        ("UNBOUND", "BOUND"): Arrow((142, 86), "end", wrap=9),
        ("UNBOUND", "CONNECTED"): Arrow((315, 33), "middle", via=((480, 40),)),
        ("BOUND", "CONNECTED"): Arrow((315, 128), "middle"),
        ("UNBOUND", GONE): Arrow((24, 222), via=((16, 40), (16, 230))),
        ("BOUND", GONE): Arrow((222, 190), "end"),
        ("CONNECTED", GONE): Arrow((408, 190)),
    },
)
_UNIX = Layout(
    height=340,
    places={
        "UNBOUND": (150, 40),
        "BOUND": (150, 125),
        "LISTEN": (150, 210),
        "CONNECTED": (460, 125),
        "PEER_DONE": (460, 210),
        GONE: (305, 295),
    },
    arrows={
        ("UNBOUND", "BOUND"): Arrow((142, 86), "end"),
        ("BOUND", "LISTEN"): Arrow((142, 171), "end"),
        ("UNBOUND", "CONNECTED"): Arrow((305, 33), "middle", via=((460, 40),)),
        ("LISTEN", "CONNECTED"): Arrow((290, 142), "end"),
        ("CONNECTED", "PEER_DONE"): Arrow((468, 171)),
        ("UNBOUND", GONE): Arrow((22, 287), via=((14, 40), (14, 295))),
        ("BOUND", GONE): Arrow((47, 118), via=((44, 125), (44, 295))),
        ("LISTEN", GONE): Arrow((220, 258), "end"),
        ("CONNECTED", GONE): Arrow((594, 118), "end", via=((600, 125), (600, 295))),
        ("PEER_DONE", GONE): Arrow((392, 258)),
    },
)
_LAYOUTS = {TCP.title: _TCP, DATAGRAM.title: _DATAGRAM, RAW.title: _DATAGRAM, UNIX.title: _UNIX}


def layout_of(machine: StateMachine) -> Layout:
    """The drawing's plan."""
    return _LAYOUTS[machine.title]
