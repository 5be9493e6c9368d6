import contextlib
import socket
import time


class NoAddresses(ValueError):
    """The list was empty."""


class BudgetSpent(TimeoutError):
    """The whole call's time is over."""


def connect_any(addrinfos, timeout, *, clock=time.monotonic):
    addrinfos = list(addrinfos)
    if not addrinfos:
        raise NoAddresses("give me at least one address")
    end = clock() + timeout
    for number, (family, kind, proto, _name, sockaddr) in enumerate(addrinfos, start=1):
        remaining = end - clock()
        if remaining <= 0:
            raise BudgetSpent(f"{number - 1} of {len(addrinfos)} addresses tried")
        try:
            with contextlib.ExitStack() as on_failure:
                sock = on_failure.enter_context(socket.socket(family, kind, proto))
                sock.settimeout(remaining)
                sock.connect(sockaddr)
                sock.settimeout(None)
                on_failure.pop_all()
                return sock
        except OSError:
            if number == len(addrinfos):
                raise
