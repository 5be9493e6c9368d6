import asyncio
import concurrent.futures


async def talk(address, request):
    reader, writer = await asyncio.open_connection(*address)
    try:
        writer.write(request)
        await writer.drain()
        writer.write_eof()
        return await reader.read()
    finally:
        writer.transport.abort()
        try:
            await writer.wait_closed()
        except OSError:
            pass


async def main(address, request, timeout):
    async with asyncio.timeout(timeout):
        return await talk(address, request)


def exchange(address, request, timeout):
    # The notebook's own thread has a running event loop already.
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, main(address, request, timeout)).result()
