"""A background server ends with its block, its cell, its interpreter or its owner, and leaves nothing."""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from sockets_lab.peers import ServerError, dribbler, echo, flooder, serve, silent
from sockets_lab.peers.channel import Channel
from sockets_lab.peers.server import Server
from sockets_lab.peers.spawner import Spawner, warm_parent
from sockets_lab.peers.transcript import new_transcript_file

Wait = Callable[..., None]

OWNER = """
    import json, os, signal, socket, sys
    from sockets_lab.peers import echo, flooder, serve
    from sockets_lab.peers.spawner import warm_parent
    def tell(*servers):
        print(json.dumps({"parent": warm_parent()._process.pid, "servers": [s.pid for s in servers],
                          "addresses": [s.address for s in servers]}), flush=True)
"""


def refuses(address: Any) -> bool:
    """Whether nobody listens there."""
    try:
        socket.create_connection(tuple(address), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def gone(pid: int) -> bool:
    """Whether there is no such process; a zombie that waits for its parent does no more harm."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def left(told: dict[str, Any]) -> list[int]:
    return [pid for pid in [told["parent"], *told["servers"]] if not gone(pid)]


# Starting


def test_serve_returns_when_clients_can_connect() -> None:
    with serve(echo) as server, socket.create_connection(server.address, timeout=5) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"


def test_a_server_is_a_process_of_its_own() -> None:
    with serve(echo) as server:
        assert server.pid != os.getpid()
        assert psutil.pid_exists(server.pid)


def test_many_servers_at_once_each_have_their_own_port() -> None:
    servers = [serve(echo) for _ in range(12)]
    try:
        assert len({server.address for server in servers}) == 12
        assert len({server.pid for server in servers}) == 12
    finally:
        for server in servers:
            server.stop()


def test_ipv6_servers_listen_at_ipv6_addresses() -> None:
    with serve(echo, host="::1") as server, socket.create_connection(server.address[:2], timeout=5) as client:
        assert client.family == socket.AF_INET6
        client.sendall(b"six")
        assert client.recv(100) == b"six"


def test_a_chosen_port_is_the_one_that_is_had_and_can_be_had_again_at_once() -> None:
    with serve(echo) as first:
        port = first.address[1]
        with socket.create_connection(first.address, timeout=5) as client:
            client.sendall(b"x")
            assert client.recv(1) == b"x"
    for _ in range(5):
        with serve(echo, port=port) as again:
            assert again.address[1] == port


def test_a_taken_port_is_one_sentence_that_says_what_to_do() -> None:
    with serve(echo) as first, pytest.raises(ServerError, match=r"address in use: .*server\.stop\(\)"):
        serve(echo, port=first.address[1])


def test_a_foreign_address_is_one_sentence() -> None:
    with pytest.raises(ServerError, match=r"bind 192\.0\.2\.1:0: .*assign.*use an address of this machine"):
        serve(echo, host="192.0.2.1")


@pytest.mark.parametrize("port", [-1, 65536, "http", 80.0, True])
def test_what_is_no_port_is_one_sentence(port: Any) -> None:
    with pytest.raises(ServerError, match="a port is a whole number from 0 to 65535"):
        serve(echo, port=port)


def test_what_is_no_behaviour_is_one_sentence() -> None:
    with pytest.raises(TypeError, match=r"one of the lab's behaviours \(.*echo.*\), not function"):
        serve(lambda client: None)  # type: ignore[arg-type]


def test_a_behaviour_without_its_parameter_is_refused() -> None:
    with pytest.raises(TypeError, match="data"):
        serve(dribbler)


def test_a_parameter_that_cannot_travel_is_one_sentence() -> None:
    with pytest.raises(ServerError, match=r"dribbler.*did not start.*object"):
        serve(dribbler(data=object()))


def test_a_failed_start_leaves_no_process(wait_until: Wait) -> None:
    parent = psutil.Process(warm_parent()._process.pid)
    before = {child.pid for child in parent.children()}
    with pytest.raises(ServerError):
        serve(echo, host="192.0.2.1")
    wait_until(lambda: {child.pid for child in parent.children()} <= before, "the child that could not bind ends")


# Ending


def test_stop_returns_when_process_and_port_are_gone() -> None:
    server = serve(echo)
    server.stop()
    assert gone(server.pid)
    assert refuses(server.address)


def test_stop_twice_is_harmless() -> None:
    server = serve(echo)
    server.stop()
    server.stop()
    assert not server.running
    assert "stopped" in repr(server)


def test_the_end_of_the_block_stops_the_server_even_when_it_raises() -> None:
    with pytest.raises(RuntimeError), serve(echo) as server:
        raise RuntimeError
    assert gone(server.pid)
    assert refuses(server.address)


def test_stop_ends_a_server_that_is_busy_with_clients() -> None:
    with serve(flooder) as server, socket.create_connection(server.address, timeout=5) as client:
        assert client.recv(10)
        server.stop()
        assert gone(server.pid)


def test_stop_ends_a_server_that_does_not_react(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sockets_lab.peers.server.STOP_WITHIN_S", 0.05)
    server = serve(echo)
    os.kill(server.pid, signal.SIGSTOP)
    server.stop()
    assert gone(server.pid)
    assert refuses(server.address)


def test_stop_is_harmless_when_the_server_was_killed(wait_until: Wait) -> None:
    server = serve(echo)
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: gone(server.pid), "the killed server is gone")
    server.stop()
    assert len(server.transcript()) == 0


def test_a_server_that_nobody_holds_ends(wait_until: Wait) -> None:
    server = serve(echo)
    pid, address = server.pid, server.address
    del server
    gc.collect()
    wait_until(lambda: gone(pid), "the forgotten server is gone")
    assert refuses(address)


def test_the_interpreters_end_is_the_servers_end(script: Any, wait_until: Wait) -> None:
    owner = script(OWNER + "\n    servers = [serve(echo), serve(flooder)]; tell(*servers)")
    told = owner.says()
    assert owner.ends() == 0
    assert owner.errors() == ""
    wait_until(lambda: not left(told), "servers and warm parent end")
    assert all(refuses(address) for address in told["addresses"])


def test_an_unhandled_exception_ends_the_servers_too(script: Any, wait_until: Wait) -> None:
    owner = script(OWNER + "\n    server = serve(echo); tell(server); raise SystemExit(3)")
    told = owner.says()
    assert owner.ends() == 3
    wait_until(lambda: not left(told), "server and warm parent end")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_an_owner_that_is_killed_leaves_nothing(script: Any, wait_until: Wait, number: int) -> None:
    owner = script(OWNER + "\n    servers = [serve(echo), serve(echo)]; tell(*servers); input()")
    told = owner.says()
    assert len(left(told)) == 3
    os.kill(owner.process.pid, number)
    wait_until(lambda: not left(told), "servers and warm parent end with their owner")
    assert all(refuses(address) for address in told["addresses"])


def test_an_owner_that_is_killed_while_a_fork_of_it_lives_leaves_nothing(script: Any, wait_until: Wait) -> None:
    """The fork holds copies of every channel: no end-of-file tells of the owner's death."""
    owner = script(
        OWNER
        + """
    server = serve(echo)
    fork = os.fork()
    if fork == 0:
        signal.pause()
    tell(server); print(fork, flush=True); input()
    """
    )
    told, fork = owner.says(), owner.says()
    owner.process.kill()
    try:
        wait_until(lambda: not left(told), "server and warm parent end with their owner")
        assert refuses(told["addresses"][0])
    finally:
        os.kill(fork, signal.SIGKILL)


def test_servers_outlive_their_warm_parent_and_end_with_their_owner(script: Any, wait_until: Wait) -> None:
    owner = script(
        OWNER
        + """
    first = serve(echo); tell(first); input()
    with socket.create_connection(first.address) as client:
        client.sendall(b"still here"); print(json.dumps(client.recv(100).decode()), flush=True)
    second = serve(echo); tell(second); input()
    first.stop(); print("[]", flush=True); input()
    """
    )
    told = owner.says()
    os.kill(told["parent"], signal.SIGKILL)
    owner.tell()
    assert owner.says() == "still here"
    told_again = owner.says()
    assert told_again["parent"] != told["parent"]
    owner.tell()
    owner.says()
    wait_until(lambda: gone(told["servers"][0]), "the first server ends by stop()")
    owner.process.kill()
    wait_until(lambda: not left(told_again), "the rest ends with the owner")


def test_a_fork_of_the_owner_does_not_stop_the_owners_server(script: Any, wait_until: Wait) -> None:
    """The fork leaves the with block too, and its interpreter runs the same exit handlers."""
    owner = script(
        OWNER
        + """
    with serve(echo) as server:
        fork = os.fork()
        if fork == 0:
            sys.exit(7)
        status = os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
        with socket.create_connection(server.address) as client:
            client.sendall(b"alive"); answer = client.recv(100).decode()
        print(json.dumps([status, answer]), flush=True)
        with serve(echo) as another:
            tell(server, another)
    """
    )
    assert owner.says() == [7, "alive"]
    told = owner.says()
    assert owner.ends() == 0
    wait_until(lambda: not left(told), "all ends")


def test_a_fork_of_the_owner_has_servers_of_its_own(script: Any, wait_until: Wait) -> None:
    owner = script(
        OWNER
        + """
    server = serve(echo); tell(server)
    fork = os.fork()
    if fork == 0:
        mine = serve(echo)
        tell(mine)
        with socket.create_connection(mine.address) as client:
            client.sendall(b"x"); client.recv(1)
        sys.exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]), flush=True)
    """
    )
    told, told_by_fork = owner.says(), owner.says()
    assert told["parent"] != told_by_fork["parent"]
    assert owner.says() == 0
    wait_until(lambda: not left(told_by_fork), "what the fork started ends with it")
    assert owner.ends() == 0
    wait_until(lambda: not left(told), "all ends")


def test_servers_can_be_had_from_every_thread() -> None:
    answers: list[bytes] = []

    def use_a_server(number: int) -> None:
        with serve(echo) as server, socket.create_connection(server.address, timeout=5) as client:
            client.sendall(b"%d" % number)
            answers.append(client.recv(10))

    threads = [threading.Thread(target=use_a_server, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [b"%d" % number for number in range(8)]


def test_many_servers_that_end_at_once_do_not_end_the_warm_parent() -> None:
    def use_a_server() -> None:
        with serve(echo):
            pass

    parent = warm_parent()
    for _ in range(60):
        threads = [threading.Thread(target=use_a_server) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert warm_parent() is parent


def test_threads_that_find_the_warm_parent_killed_share_a_new_one(script: Any) -> None:
    owner = script(
        OWNER
        + """
    import threading
    told = []
    def use_a_server():
        with serve(echo) as server:
            told.append(server.address)
    for _ in range(5):
        with serve(echo) as server: pass
        os.kill(warm_parent()._process.pid, signal.SIGKILL)
        threads = [threading.Thread(target=use_a_server) for _ in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    print(len(told), flush=True)
    """
    )
    assert owner.says() == 40
    assert owner.ends() == 0


def test_a_thread_that_ends_leaves_its_server_running() -> None:
    servers: list[Server] = []
    thread = threading.Thread(target=lambda: servers.append(serve(silent)))
    thread.start()
    thread.join()
    with servers[0] as server:
        assert not refuses(server.address)


def test_a_server_holds_no_descriptor_but_its_own() -> None:
    """A peer that held a copy of somebody's socket would keep its FIN from being sent."""
    one, other = socket.socketpair()
    with one, other, serve(echo) as server:
        of_the_server = {os.readlink(fd.path) for fd in os.scandir(f"/proc/{server.pid}/fd")}
        assert of_the_server.isdisjoint(f"socket:[{os.fstat(sock.fileno()).st_ino}]" for sock in (one, other))
        assert len([link for link in of_the_server if link.startswith("socket:")]) == 2  # its listener, its channel


# The warm parent


def test_an_interrupted_request_does_not_spoil_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop button between a request and its answer must not leave the answer for the next request."""
    spawner = warm_parent()
    receive = spawner._channel.receive

    def pressed(**keywords: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return receive(**keywords)

    monkeypatch.setattr(spawner._channel, "receive", pressed)
    with pytest.raises(KeyboardInterrupt):
        serve(echo)
    monkeypatch.undo()
    with serve(echo) as server, socket.create_connection(server.address, timeout=5) as client:
        client.sendall(b"mine")
        assert client.recv(10) == b"mine"


def test_the_warm_parent_runs_only_functions_of_the_lab() -> None:
    for entry in ("os:system", "sockets_lab_evil:run", "sockets_lab.peers.server:nothing", "sockets_lab.none:run"):
        with pytest.raises(Exception, match="cannot start"):
            warm_parent().fork(entry, {}, [])
    with serve(echo):
        pass


def test_the_warm_parent_forgets_children_that_end(wait_until: Wait) -> None:
    parent = psutil.Process(warm_parent()._process.pid)
    for _ in range(20):
        serve(echo).stop()
    assert not [child for child in parent.children() if child.status() == psutil.STATUS_ZOMBIE]


def test_kill_leaves_strangers_alone(script: Any) -> None:
    stranger = script("input()")
    warm_parent().kill(stranger.process.pid)
    assert not gone(stranger.process.pid)


def test_a_closed_warm_parent_takes_its_children_with_it() -> None:
    """Even one whose owner lives and holds its channel."""
    spawner = Spawner()
    near, far = Channel.pair()
    log = new_transcript_file()
    params = {"behaviour": "echo", "params": {}, "host": "127.0.0.1", "port": 0, "backlog": 1, "owner": os.getpid()}
    pid = spawner.fork("sockets_lab.peers.server:run", params, [far.fileno(), log])
    with near, far:
        near.receive(timeout_s=5)
        assert not gone(pid)
        spawner.close()
        assert gone(pid)
    os.close(log)
    assert not spawner.alive


def test_a_learners_module_does_not_hide_the_librarys(script: Any, tmp_path: Any) -> None:
    """A notebook folder may well hold a file named random.py or socket.py."""
    (tmp_path / "random.py").write_text("raise SystemExit('the wrong random')")
    owner = script(
        f"""
    import random, os, sys
    os.chdir({str(tmp_path)!r})
    sys.path.insert(0, {str(tmp_path)!r}); sys.path.insert(0, "")
    from sockets_lab.peers import echo, serve
    with serve(echo) as server:
        print(server.pid, flush=True)
    """
    )
    assert owner.says() > 0
    assert owner.ends() == 0


def test_the_package_is_found_where_only_the_owner_looks(script: Any, tmp_path: Any) -> None:
    """As with PYTHONPATH, or a folder that a notebook added."""
    import sockets_lab

    source = os.path.dirname(os.path.dirname(sockets_lab.__file__))
    os.symlink(os.path.join(source, "sockets_lab"), tmp_path / "sockets_lab")
    owner = script(
        f"""
    import sys
    sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in str(finder)]
    sys.path[:] = [{str(tmp_path)!r}] + [folder for folder in sys.path if folder != {source!r}]
    from sockets_lab.peers import echo, serve
    with serve(echo) as server:
        print(server.pid, flush=True)
    """
    )
    assert owner.says() > 0


def test_fork_from_warm_parent_starts_a_new_one_when_it_was_killed(script: Any) -> None:
    owner = script(
        OWNER
        + """
    for _ in range(5):
        with serve(echo) as server: pass
        os.kill(warm_parent()._process.pid, signal.SIGKILL)
    with serve(echo) as server:
        tell(server)
    """
    )
    assert owner.says()["servers"]
    assert owner.ends() == 0
