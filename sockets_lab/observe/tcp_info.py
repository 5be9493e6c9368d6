"""Reading struct tcp_info, which the option TCP_INFO gives. Source: tcp(7); linux/tcp.h."""

from __future__ import annotations

import sys


def tcp_info_number(info: bytes, offset: int) -> int:
    """The field of 32 bits that lies ``offset`` bytes into ``info``."""
    return int.from_bytes(info[offset : offset + 4], sys.byteorder)
