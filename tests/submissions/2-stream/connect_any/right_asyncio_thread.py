import asyncio
import socket
import threading


async def connect_in_order(addrinfos):
    loop = asyncio.get_running_loop()
    last = None
    for family, kind, proto, _, address in addrinfos:
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            last = error
            continue
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            last = error
        except BaseException:  # cancelled: the time is over
            sock.close()
            raise
        else:
            sock.setblocking(True)
            return sock
    raise last


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    outcome = {}

    async def main():
        async with asyncio.timeout(timeout):
            outcome["socket"] = await connect_in_order(addrinfos)

    def run():
        try:
            asyncio.run(main())
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if "socket" in outcome:
        return outcome["socket"]
    raise outcome["error"]
