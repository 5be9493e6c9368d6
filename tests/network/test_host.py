from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading

import pytest

from sockets_lab import echo, serve
from sockets_lab.network import HostError, Network
from sockets_lab.peers import ServerError
from sockets_lab.peers.spawner import close_warm_parent

OWN_NETWORK = True


def here() -> str:
    return os.readlink("/proc/thread-self/ns/net")


def test_the_block_is_in_the_host_and_what_follows_is_not() -> None:
    home = here()
    with Network(seed=1) as net:
        seen = []
        for name in ("client", "server"):
            with net.host(name):
                seen.append(here())
            assert here() == home
        assert len({home, *seen}) == 3


def test_an_exception_leads_home_too() -> None:
    home = here()
    with Network(seed=1) as net:
        with pytest.raises(ZeroDivisionError), net.host("server"):
            _ = 1 / 0
        assert here() == home


def test_threads_and_programs_started_inside_are_in_the_host() -> None:
    with Network(seed=1) as net:
        seen = []
        with net.host("server"):
            inside = here()
            thread = threading.Thread(target=lambda: seen.append(here()))
            thread.start()
            show = "import os; print(os.readlink('/proc/self/ns/net'))"
            shown = subprocess.check_output([sys.executable, "-I", "-S", "-c", show], text=True)
        thread.join()
        assert {inside} == {*seen, shown.strip()}


def test_other_threads_stay_where_they_are() -> None:
    home = here()
    seen = []
    ask, answer = threading.Event(), threading.Event()

    def look() -> None:
        ask.wait(10)
        seen.append(here())
        answer.set()

    thread = threading.Thread(target=look)
    thread.start()
    with Network(seed=1) as net, net.host("server"):
        ask.set()
        answer.wait(10)
    thread.join()
    assert seen == [home]


def test_another_host_inside_is_refused_and_the_same_one_is_not() -> None:
    home = here()
    with Network(seed=1) as net:
        with net.host("server"), net.host("server"):
            inside = here()
        assert home == here() != inside
        said = "already inside the host server: leave its block before you enter client"
        with pytest.raises(HostError, match=said), net.host("server"), net.host("client"):
            pass
        assert here() == home


def test_an_await_inside_is_noticed_and_others_are_not_taken_along() -> None:
    home = here()
    seen = []

    async def other() -> None:
        await asyncio.sleep(0)
        seen.append(here())

    async def careless(net: Network) -> None:
        task = asyncio.ensure_future(other())
        with net.host("server"):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await task

    with Network(seed=1) as net:
        with pytest.raises(HostError, match=r"await inside `with net.host\('server'\)`"):
            asyncio.run(careless(net))
        assert seen == [home] == [here()]


def test_plain_code_in_an_event_loop_is_fine() -> None:
    async def careful(net: Network) -> str:
        with net.host("server"):
            inside = here()
        await asyncio.sleep(0)
        return inside

    with Network(seed=1) as net:
        assert asyncio.run(careful(net)) != here()


def test_a_background_server_started_inside_belongs_to_the_host_and_the_next_one_to_its_own() -> None:
    try:
        with Network(seed=1) as net:
            with net.host("server"), pytest.raises(ServerError, match="use an address of this machine"):
                serve(echo, host=net.host("client").address)
            with net.host("server"):
                server = serve(echo, host=net.host("server").address)
            with net.host("client"):
                client = socket.create_connection(server.address, timeout=10)
            with server, client:
                client.sendall(b"hello")
                assert client.recv(10) == b"hello"
            assert [packet.payload for packet in net.packets() if packet.payload] == [b"hello", b"hello"]
        with serve(echo) as at_home, socket.create_connection(at_home.address, timeout=10) as client:
            client.sendall(b"hello")
            assert client.recv(10) == b"hello"
    finally:
        close_warm_parent()


def test_async_with_is_refused() -> None:
    async def wrong(net: Network) -> None:
        async with net.host("server"):
            pass

    with Network(seed=1) as net, pytest.raises(HostError, match="without async"):
        asyncio.run(wrong(net))


def test_a_block_that_ends_on_another_thread_is_refused() -> None:
    with Network(seed=1) as net:
        host = net.host("server")
        host.__enter__()
        errors: list[BaseException] = []

        def leave() -> None:
            try:
                host.__exit__(None, None, None)
            except HostError as error:
                errors.append(error)

        thread = threading.Thread(target=leave)
        thread.start()
        thread.join()
        host.__exit__(None, None, None)
        assert "ends on another thread" in str(errors[0])


def test_a_host_of_a_closed_network_says_so() -> None:
    net = Network(seed=1)
    host = net.host("server")
    net.close()
    with pytest.raises(HostError, match="the host server is gone with its network"), host:
        pass
