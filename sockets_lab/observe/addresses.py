"""Addresses as people write them."""

from __future__ import annotations

from typing import Any


def in_words(address: Any) -> str:
    """A socket address in text: ``127.0.0.1:80``, ``[::1]:80``, a Unix path; ``none`` for one that is not set.

    An Internet socket that has no address yet answers with port 0. Source: ip(7), unix(7).
    """
    match address:
        case (str(host), int(port), *more):
            if port == 0:
                return "none"
            zone = f"%{more[1]}" if len(more) > 1 and more[1] and "%" not in host else ""
            return f"[{host}{zone}]:{port}" if ":" in host else f"{host}:{port}"
        case bytes() if address:
            return "@" + address.lstrip(b"\0").decode(errors="backslashreplace")
        case None | "" | b"" | ():
            return "none"
    return str(address)
