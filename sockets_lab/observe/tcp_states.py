"""The states of a TCP socket, by the kernel's names. Source: RFC 9293, section 3.3.2; Linux, net/tcp_states.h."""

from __future__ import annotations

MEANINGS = {
    "CLOSE": "no connection: a new socket, or one whose connection is over",
    "LISTEN": "waits for connections",
    "SYN_SENT": "has asked for a connection, and has no answer yet",
    "SYN_RECV": "was asked, has answered, and waits for the last word of the handshake",
    "ESTABLISHED": "connected: bytes may travel both ways",
    "FIN_WAIT1": "has said that it will send no more, and waits until the peer has heard it",
    "FIN_WAIT2": "the peer has heard it; waits until the peer finishes, too",
    "CLOSE_WAIT": "the peer has finished; waits for this side's program to close",
    "CLOSING": "both finished at the same moment; waits for the peer's acknowledgement",
    "LAST_ACK": "finished second; waits for the last acknowledgement",
    "TIME_WAIT": "over; kept for about a minute, in case that the last acknowledgement was lost",
}

LINUX_NUMBERS = {
    1: "ESTABLISHED",
    2: "SYN_SENT",
    3: "SYN_RECV",
    4: "FIN_WAIT1",
    5: "FIN_WAIT2",
    6: "TIME_WAIT",
    7: "CLOSE",
    8: "CLOSE_WAIT",
    9: "LAST_ACK",
    10: "LISTEN",
    11: "CLOSING",
    12: "SYN_RECV",  # the kernel's NEW_SYN_RECV, which it shows under this name
}
