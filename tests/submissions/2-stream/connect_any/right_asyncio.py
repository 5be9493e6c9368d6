import asyncio
import socket


async def _connect(addrinfos, timeout):
    loop = asyncio.get_running_loop()
    last = None
    async with asyncio.timeout(timeout):
        for family, kind, proto, _, address in addrinfos:
            try:
                sock = socket.socket(family, kind, proto)
            except OSError as e:
                last = e
                continue
            try:
                sock.setblocking(False)
                await loop.sock_connect(sock, address)
                sock.setblocking(True)
                return sock
            except OSError as e:
                last = e
                sock.close()
            except BaseException:
                sock.close()
                raise
    raise last


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty")
    with asyncio.Runner() as runner:
        return runner.run(_connect(addrinfos, timeout))
