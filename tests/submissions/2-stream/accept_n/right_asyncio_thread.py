import asyncio
import threading


async def gather(listener, n, timeout, got):
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    if n == 0:
        return

    def on_readable():
        try:
            sock, address = listener.accept()
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            loop.remove_reader(listener)
            done.set_exception(error)
            return
        sock.setblocking(True)
        got.append((sock, address))
        if len(got) == n:
            loop.remove_reader(listener)
            done.set_result(None)

    loop.add_reader(listener, on_readable)
    try:
        await asyncio.wait([done], timeout=timeout)
    finally:
        loop.remove_reader(listener)
    if done.done():
        done.result()


def accept_n(listener, n, timeout):
    """An event loop of its own, in a thread of its own: the notebook's main thread has one already."""
    before = listener.gettimeout()
    listener.setblocking(False)
    got, errors = [], []

    def run():
        try:
            asyncio.run(gather(listener, n, timeout, got))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        thread.join()
    finally:
        listener.settimeout(before)
    if errors:
        for sock, _ in got:
            sock.close()
        raise errors[0]
    return got
